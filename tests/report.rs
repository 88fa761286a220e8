//! Figures and reports of whole treatments: written by the program, looked at in a browser.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tiny_skia::Pixmap;
use virtual_runs::{Treated, chromium, rfa, rfa_in, treat};

const PLAN: &str = "tests/plans/short.toml";
const STEPPED: &str = "tests/plans/short-stepped.toml";

/// A treatment as planned, one that tripped, one of steps with a check between them.
fn sessions() -> [(&'static str, Treated); 3] {
    [
        ("complete", treat(PLAN, &[]).expect("a treatment")),
        ("tripped", treat(PLAN, &["--fault", "sensor-open@8s"]).expect("a treatment")),
        ("stepped", treat(STEPPED, &[]).expect("a treatment")),
    ]
}

/// What a browser shows of a page, and what it says on its console.
fn look(browser: &Path, page: &Path) -> (Pixmap, Vec<String>) {
    let folder = page.parent().expect("a folder");
    let picture = page.with_extension("png");
    let profile = tempfile::tempdir().expect("a folder");
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--hide-scrollbars",
        ])
        .args(["--disable-background-networking", "--disable-component-update"])
        .args(["--enable-logging=stderr", "--v=0", "--window-size=980,3200"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--screenshot={}", picture.display()))
        .arg(page)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the browser runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let console = said.lines().filter(|line| line.contains("CONSOLE"));
    let console = console.map(str::to_owned).collect();
    let pixels = Pixmap::load_png(&picture).unwrap_or_else(|e| panic!("{e}: {said}"));
    (pixels, console)
}

/// Shares of the page that are not paper, in rows of pixels, and the colours there are.
fn ink(pixels: &Pixmap) -> (f64, usize) {
    let inked =
        pixels.pixels().iter().filter(|p| (p.red(), p.green(), p.blue()) != (255, 255, 255));
    let colours: BTreeSet<_> = inked.clone().map(|p| (p.red(), p.green(), p.blue())).collect();
    (inked.count() as f64 / pixels.pixels().len() as f64, colours.len())
}

#[test]
fn a_browser_shows_the_report_and_has_nothing_to_say() {
    let Some(browser) = chromium() else {
        eprintln!("skipped: no Chromium on the PATH (Debian, Ubuntu: apt install chromium)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for (name, treated) in sessions() {
        let page = folder.path().join(format!("{name}.html"));
        let words = [Path::new("report"), &treated.recording, Path::new("-o"), &page];
        rfa(words).expect_code(0);
        let (pixels, console) = look(&browser, &page);
        let (share, colours) = ink(&pixels);
        assert!((0.02..0.6).contains(&share), "{name}: {share} of the page is inked");
        assert!(colours > 60, "{name}: {colours} colours");
        assert!(console.is_empty(), "{name}: {console:#?}");
    }
    // Would it be seen? A page that fetches something, and one with nothing on it.
    let text = fs::read_to_string(folder.path().join("complete.html")).expect("a page");
    let bad = folder.path().join("bad.html");
    let image = "<body><img src=\"http://127.0.0.1:9/x.png\" alt=\"\">";
    fs::write(&bad, text.replacen("<body>", image, 1)).expect("writes");
    let (_, console) = look(&browser, &bad);
    assert!(console.iter().any(|line| line.contains("127.0.0.1:9")), "{console:?}");
    fs::write(&bad, "<!doctype html><title>x</title>").expect("writes");
    assert!(ink(&look(&browser, &bad).0).0 < 0.001);
}

/// The PDF has the page's words on paper of A4.
#[test]
fn the_report_is_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let treated = treat(PLAN, &[]).expect("a treatment");
    let paper = folder.path().join("r.pdf");
    let words = [Path::new("report"), &treated.recording, Path::new("--pdf"), &paper];
    let ran = rfa(words);
    if chromium().is_none() {
        ran.expect_code(1).says(&[
            "--pdf needs Chromium",
            "apt install chromium",
            "-o report.html",
        ]);
        assert!(!paper.exists());
        return;
    }
    ran.expect_code(0);
    let bytes = fs::read(&paper).expect("a PDF");
    assert!(bytes.starts_with(b"%PDF-") && bytes.len() > 20_000, "{} bytes", bytes.len());
    let text = String::from_utf8_lossy(&bytes);
    // A4 in points: 595 by 842.
    assert!(text.contains("/MediaBox [0 0 594.95996 841.91998]"), "A4");
}

/// Without a Chromium on the PATH: what is missing, how it comes, and no file.
#[test]
fn without_a_browser_the_mend_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let treated = treat(PLAN, &[]).expect("a treatment");
    let output = Command::new(env!("CARGO_BIN_EXE_rfa"))
        .arg("report")
        .arg(&treated.recording)
        .args(["--pdf", "r.pdf"])
        .env("PATH", folder.path())
        .current_dir(folder.path())
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    for words in ["--pdf needs Chromium", "looked for: chromium, ", "apt install chromium", "-o "] {
        assert!(said.contains(words), "no {words:?} in {said}");
    }
    assert!(!folder.path().join("r.pdf").exists());
}

/// The same figure in every form; a form is seen by the file's ending.
#[test]
fn a_figure_has_four_forms() {
    let treated = treat(PLAN, &["--fault", "sensor-open@8s"]).expect("a treatment");
    let folder = treated.recording.parent().expect("a folder").to_owned();
    let plot =
        |words: &str| rfa_in(&folder, ["plot", "s.mcap"].into_iter().chain(words.split(' ')));
    let text = rfa_in(&folder, ["plot", "s.mcap"]).expect_code(0).stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    for words in ["temperature, °C", "power, W", "impedance", "tripped", "! H-06 AL-04: no reading"]
    {
        assert!(text.contains(words), "no {words:?} in:\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colour where there is no terminal");
    let starts: [(&str, &[u8]); 4] = [
        ("x.svg", b"<svg "),
        ("x.png", b"\x89PNG\r\n\x1a\n"),
        ("x.html", b"<!doctype html>"),
        ("x.txt", text.as_bytes()),
    ];
    for (name, start) in starts {
        let ran = plot(&format!("-o {name}")).expect_code(0);
        assert_eq!(ran.stdout.trim(), format!("wrote {name}"));
        assert!(fs::read(folder.join(name)).expect("a file").starts_with(start), "{name}");
    }
    let svg = fs::read_to_string(folder.join("x.svg")).expect("a picture");
    assert_eq!(plot("--format svg").expect_code(0).stdout, svg);
    let part = plot("--from 3 --to 6 --signals tip,power --format svg").expect_code(0).stdout;
    assert!(part.contains("power, W") && !part.contains("impedance"), "{part}");
    let two = plot("s.mcap --format svg").expect_code(0).stdout;
    assert!(two.contains("dashed: short, session"), "a second session");
}

#[test]
fn wrong_usage_names_the_mend() {
    let treated = treat(PLAN, &[]).expect("a treatment");
    let folder = treated.recording.parent().expect("a folder").to_owned();
    let before = fs::read(&treated.recording).expect("readable");
    let cases: [(&str, i32, &[&str]); 11] = [
        ("plot", 2, &["<FILE>"]),
        ("plot nope.mcap", 1, &["nope.mcap: No such file"]),
        ("plot s.mcap --signals tipp", 2, &["'tipp'", "reference", "impedance"]),
        ("plot s.mcap -o s.mcap", 2, &["does not say which form", ".svg"]),
        ("plot s.mcap --format png -o x.svg", 2, &["different forms", "leave --format out"]),
        ("plot s.mcap --from 5 --to 5", 2, &["--from is not before --to"]),
        ("plot s.mcap --from 4000", 1, &["holds no tick in the part that was asked for"]),
        ("plot s.mcap --signals truth --to x", 2, &["'x' for '--to"]),
        ("plot s.mcap s.mcap s.mcap s.mcap s.mcap", 2, &["allowed: 1 to 4"]),
        ("report s.mcap -o s.mcap", 2, &["-o does not name such a file", ".html"]),
        ("report s.mcap --pdf s.mcap", 2, &["--pdf does not name such a file", ".pdf"]),
    ];
    for (command, code, parts) in cases {
        let ran = rfa_in(&folder, command.split(' ')).expect_code(code).says(parts);
        assert!(ran.stdout.is_empty(), "{command}: {}", ran.stdout);
    }
    assert!(
        before == fs::read(&treated.recording).expect("readable"),
        "the recording is as it was"
    );
}

/// What is not whole is drawn and reported as far as it goes, and told by exit 3.
#[test]
fn a_killed_session_has_a_report_that_says_so() {
    let treated = treat(PLAN, &[]).expect("a treatment");
    let folder = treated.recording.parent().expect("a folder").to_owned();
    let bytes = fs::read(&treated.recording).expect("readable");
    fs::write(folder.join("killed.mcap"), &bytes[..bytes.len() / 2]).expect("writes");
    let ran = rfa_in(&folder, ["report", "killed.mcap"]).expect_code(3).says(&["not finished"]);
    assert!(ran.stdout.contains("This recording was not finished"), "told at the top");
    let ran = rfa_in(&folder, ["plot", "killed.mcap"]).expect_code(3).says(&["not finished"]);
    assert!(ran.stdout.contains("temperature"), "{}", ran.stdout);
    fs::write(folder.join("text.mcap"), "a letter").expect("writes");
    for command in ["plot", "report"] {
        let ran =
            rfa_in(&folder, [command, "text.mcap"]).expect_code(1).says(&["not an MCAP file"]);
        assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    }
}
