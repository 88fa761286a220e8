//! What a report says, and what no file can make it say.

#[path = "../../rfa-record/tests/support/mod.rs"]
mod support;

use rfa_record::{Clock, Header, NoteMessage, Recorder, Recording};
use rfa_report::{Report, html};
use std::fs;
use std::path::{Path, PathBuf};
use support::Session;

const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror='x'>&\"\u{202e}\n";

fn header() -> Header {
    let mut header = support::header(Clock::Virtual);
    let presets = rfa_plan::presets();
    let (_, plan) = presets.iter().find(|(id, _)| *id == "gasserian-70").expect("a preset");
    header.plan_toml = (*plan).to_owned();
    header.site_toml = Some("name = \"North\"\n[limits]\npower_max_w = 20.0\n".to_owned());
    header
}

fn record(folder: &Path, header: &Header, ticks: u64) -> PathBuf {
    let path = folder.join("s.mcap");
    let mut session = Session::new(header, 7);
    let mut recorder = Recorder::create(&path, header).expect("creates");
    for _ in 0..ticks {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.write_lesion(&support::lesion()).expect("writes");
    recorder.finish(None).expect("finishes");
    path
}

fn page(path: &Path) -> String {
    let recording = Recording::open(path).expect("a recording");
    let report = Report::read(&recording).expect("readable");
    let page = html(&report, "s.mcap");
    no_way_out(&page);
    page
}

/// Nothing is fetched, nothing runs, and every element is closed.
#[track_caller]
fn no_way_out(page: &str) {
    // What stands between the marks of an element is markup; everything else is words.
    let tags = page.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default());
    let tags: Vec<String> = tags.map(str::to_lowercase).collect();
    assert!(tags.len() > 200, "{} tags", tags.len());
    for bad in ["script", "img", "iframe", "object", "embed", "link", "base", "form"] {
        let found = tags.iter().find(|tag| tag.starts_with(bad));
        assert!(found.is_none(), "{bad} in {found:?}");
    }
    for bad in ["src=", "href", " onload", " onerror"] {
        let found = tags.iter().find(|tag| tag.contains(bad));
        assert!(found.is_none(), "{bad} in {found:?}");
    }
    for bad in ["url(", "@import"] {
        assert!(!page.contains(bad), "{bad} in the page");
    }
    assert!(page.contains("default-src 'none'"));
    for element in ["table", "tr", "p", "h2", "figure", "svg", "div", "tbody", "body", "html"] {
        let open = page.matches(&format!("<{element}>")).count()
            + page.matches(&format!("<{element} ")).count();
        assert_eq!(open, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn a_whole_recording_is_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = page(&record(folder.path(), &header(), 1_200));
    for words in [
        "It must not be used on people",
        "Gasserian ganglion",
        "two-steps, hash ",
        "shipped with rfa under this name",
        "retrieved 2026",
        "20 G (0.91 mm), active tip 5 mm",
        "sensory: not recorded; motor: not recorded",
        "limits: power_max_w",
        "40 to 1500 Ω",
        "60 °C: ",
        "6.0 mm (5.7 to 6.4)",
        "arrhenius:nerve",
        "Arrhenius damage at the tip&#39;s sensor",
        "constants of nerve: 3.1e98 1/s and 6.28e5 J/mol",
        "above what the model allows",
        "intact, ",
        "not signed: it shows accidents, not forgery",
        "0 deadlines missed, 0 lost",
        "temperature, °C",
        "messages&#39; version",
    ] {
        assert!(page.contains(words), "no {words:?}");
    }
    assert!(!page.contains("class=\"doubt\"") || page.contains("wrote no summary"), "no doubt");
}

/// Whatever texts a recording holds, they stay texts.
#[test]
fn hostile_texts_stay_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut header = header();
    header.plan_id = HOSTILE.to_owned();
    header.plan_toml =
        header.plan_toml.replace("title = \"", "title = \"<script>alert(2)</script> ");
    header.site_toml = Some(format!("\"<b>x\" = {:?}\n", "<i onload=x>"));
    header.identity.model = HOSTILE.to_owned();
    header.identity.serial = HOSTILE.to_owned();
    header.git_commit = Some(HOSTILE.to_owned());
    header.rfa_version = HOSTILE.to_owned();
    header.attachments[0].name = HOSTILE.to_owned();
    let path = record(folder.path(), &header, 300);
    let noted = folder.path().join("noted.mcap");
    let note = NoteMessage {
        text: HOSTILE.to_owned(),
        author: Some(HOSTILE.to_owned()),
        written_unix_us: None,
    };
    rfa_record::annotate(&path, &noted, &note, Some(1_000_000), None).expect("notes");
    let page = page(&noted);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the note is shown");
    assert!(page.contains("&lt;script&gt;alert(2)&lt;/script&gt;"), "the title is shown");
    for bad in ["\u{202e}", "<b>", "<i onload"] {
        assert!(!page.contains(bad), "{bad:?}");
    }
    assert!(page.chars().all(|one| one == '\n' || !one.is_control()));
}

/// A recording that is not whole says so before anything else.
#[test]
fn what_is_missing_stands_at_the_top() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = record(folder.path(), &header(), 1_200);
    let bytes = fs::read(&whole).expect("readable");
    let doubt = |page: &str, words: &str| {
        let at = page.find("class=\"doubt\"").expect("a doubt");
        let told = page.find(words).unwrap_or_else(|| panic!("no {words:?}"));
        assert!(at < told && told < page.find("<h2>").expect("a heading"), "{words}");
    };
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).expect("writes");
    let page_of_cut = page(&cut);
    doubt(&page_of_cut, "This recording was not finished");
    assert!(page_of_cut.contains("The recording ends while RF is on"), "its last tick");
    // 8 s of the 12: the first step is at its temperature, by the loop's own word.
    assert!(page_of_cut.contains("Summed from every tick that can be read"));
    let recovered = folder.path().join("recovered.mcap");
    rfa_record::recover(&cut, &recovered).expect("recovers");
    doubt(&page(&recovered), "what recovery left");
    let mut turned = bytes.clone();
    turned[bytes.len() / 2] ^= 0x10;
    let damaged = folder.path().join("damaged.mcap");
    fs::write(&damaged, turned).expect("writes");
    let page_of_damaged = page(&damaged);
    doubt(&page_of_damaged, "Damaged in ");
    doubt(&page_of_damaged, "Not as it was recorded");
}
