//! A page on paper: printed by a Chromium that is installed (ADR 0005).

use crate::exit::Stop;
use crate::output;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What Chromium and its kin are called where they are installed.
const NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "chromium-headless-shell",
];
/// Longest time for a page; it takes some seconds.
const TIME: Duration = Duration::from_secs(120);
/// Bytes of what it says that are read for its last line.
const SAID_MAX: u64 = 1 << 20;
/// How often it is asked whether it is done.
const ASK: Duration = Duration::from_millis(50);

/// Prints `page` into the file `to`.
pub(super) fn print(page: &str, to: &Path) -> Result<(), Stop> {
    let program = find().ok_or_else(missing)?;
    let failed = |e: &dyn std::fmt::Display| Stop::failure(format!("--pdf: {e}"));
    // A folder of its own for page, paper and profile: nothing of the user's browser is touched.
    let folder = tempfile::tempdir().map_err(|e| failed(&e))?;
    let (source, paper) = (folder.path().join("page.html"), folder.path().join("page.pdf"));
    std::fs::write(&source, page).map_err(|e| failed(&e))?;
    let mut said = tempfile::tempfile().map_err(|e| failed(&e))?;
    let log = said.try_clone().map_err(|e| failed(&e))?;
    let child = Command::new(&program)
        .args(options(folder.path(), &paper))
        .arg(&source)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn();
    let mut child = child.map_err(|e| failed(&format!("{}: {e}", program.display())))?;
    let ended = wait(&mut child);
    match std::fs::read(&paper) {
        Ok(bytes) if ended == Ended::Well && bytes.starts_with(b"%PDF-") => {
            output::file(to, &bytes)
        }
        _ => {
            let why = match ended {
                Ended::Well | Ended::Ill => last_line(&mut said),
                Ended::Late => format!("not done after {TIME:?}"),
            };
            let program = program.display();
            Err(failed(&format!("{program} printed no page: {why}")))
        }
    }
}

fn options(folder: &Path, paper: &Path) -> Vec<OsString> {
    let with = |option: &str, path: &Path| {
        let mut whole = OsString::from(option);
        whole.push(path);
        whole
    };
    let mut options: Vec<OsString> = [
        "--headless",
        "--disable-gpu",
        "--disable-extensions",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--no-pdf-header-footer",
    ]
    .map(OsString::from)
    .to_vec();
    options.push(with("--user-data-dir=", &folder.join("profile")));
    options.push(with("--print-to-pdf=", paper));
    if rustix::process::geteuid().is_root() {
        // Chromium refuses to run its sandbox as root; the page is ours and runs no script.
        options.push("--no-sandbox".into());
    }
    options
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// With success.
    Well,
    /// It says that it failed.
    Ill,
    /// It had to be ended.
    Late,
}

/// Waits for its end, as long as that may take.
fn wait(child: &mut Child) -> Ended {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ended::Well,
            Ok(Some(_)) => return Ended::Ill,
            Ok(None) if begun.elapsed() < TIME => std::thread::sleep(ASK),
            _ => {
                // It may have ended on its own just now; either way it is gone afterwards.
                let _ = child.kill();
                let _ = child.wait();
                return Ended::Late;
            }
        }
    }
}

fn last_line(said: &mut File) -> String {
    let mut bytes = Vec::new();
    let read = said.rewind().and_then(|()| said.by_ref().take(SAID_MAX).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).filter(|_| read.is_ok());
    last.map_or("it said nothing".to_owned(), output::plain)
}

/// The first of [`NAMES`] on the PATH.
fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let all = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|file| file.is_file())
}

fn missing() -> Stop {
    Stop::failure(format!(
        "error: --pdf needs Chromium, and none is on the PATH\n  looked for: {}\n  help:    \
         install it (Debian, Ubuntu: apt install chromium; Fedora: dnf install chromium; macOS: brew \
         install chromium), or write the page with -o report.html and print it from any browser",
        NAMES.join(", ")
    ))
}
