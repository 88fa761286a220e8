//! Parts, notes and nameless copies of recordings, and recordings that grow.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use rfa_record::{Recording, Topic};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use virtual_runs::{Ran, Treated, rfa, treat};

static TREATED: LazyLock<Treated> =
    LazyLock::new(|| treat("tests/plans/quick.toml", &["--seed", "3"]).expect("a treatment"));

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn rec(words: &[&str]) -> Ran {
    rfa([&["rec"], words].concat())
}

/// A part of the recording, in seconds since its first tick.
fn cut(folder: &Path, name: &str, bounds: &[&str]) -> PathBuf {
    let to = folder.join(name);
    rec(&[&["cut", path(&TREATED.recording), path(&to)], bounds].concat()).expect_code(0);
    to
}

/// Every message of a file with its topic.
fn messages(file: &Path) -> Vec<(Topic, Vec<u8>)> {
    let recording = Recording::open(file).expect("opens");
    let mut messages = recording.messages().expect("reads");
    let mut all = Vec::new();
    while let Some(message) = messages.next().expect("whole") {
        if message.topic != Topic::Chain {
            all.push((message.topic, message.data.to_vec()));
        }
    }
    all
}

/// Re-execution starts from the session's start: a cut from there is verified, another is refused
/// by name.
#[test]
fn a_cut_is_verified_from_the_start_and_refused_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = cut(folder.path(), "start.mcap", &["--to", "3"]);
    let told = rec(&["verify", path(&start)]).expect_code(0).stdout;
    assert!(told.starts_with("equal: 300 ticks"), "{told}");
    let later = cut(folder.path(), "later.mcap", &["--from", "1.5", "--to", "3"]);
    for command in [vec!["verify"], vec!["rules", "--site", "config/site.toml"]] {
        rec(&[&command[..], &[path(&later)]].concat())
            .expect_code(1)
            .says(&["later.mcap: cannot be re-executed", "cut out of another recording"]);
    }
    let info = rec(&["info", path(&later)]).expect_code(0).stdout;
    assert!(info.contains("made by:     cut, not from the start: cannot be verified\n"), "{info}");
    let again = rfa(["scenario", "from-recording", path(&later), "-o", "x.toml"]);
    assert_ne!(again.code, 0);
    assert!(again.stderr.contains("cut out of another recording"), "{}", again.stderr);
    rec(&["cut", path(&later), "--from", "0", path(&folder.path().join("no.mcap"))]).expect_code(0);
    rec(&["verify", path(&folder.path().join("no.mcap"))]).expect_code(1);
    let none = folder.path().join("none.mcap");
    rec(&["cut", path(&later), "--from", "600", path(&none)])
        .expect_code(2)
        .says(&["holds no tick from 600.000 s to the end", "rfa rec info"]);
    assert!(!none.exists());
}

/// The parts of one session are that session again; those of another are refused by name.
#[test]
fn parts_are_merged_and_strangers_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let [first, rest, gap] = [
        ("a.mcap", &["--to", "3"][..]),
        ("b.mcap", &["--from", "2"]),
        ("c.mcap", &["--from", "4"]),
    ]
    .map(|(name, bounds)| cut(folder.path(), name, bounds));
    let whole = folder.path().join("whole.mcap");
    rec(&["merge", path(&rest), path(&first), path(&whole)]).expect_code(0);
    let (merged, original) = (messages(&whole), messages(&TREATED.recording));
    let but_summary = |all: &[(Topic, Vec<u8>)]| -> Vec<_> {
        all.iter().filter(|(topic, _)| *topic != Topic::Summary).cloned().collect()
    };
    assert!(but_summary(&merged) == but_summary(&original), "not the same messages");
    let ticks = TREATED.summary["ticks"].as_u64().expect("a count");
    let told = rec(&["verify", path(&whole)]).expect_code(0).stdout;
    assert!(told.starts_with(&format!("equal: {ticks} ticks")), "{told}");

    let holed = folder.path().join("holed.mcap");
    rec(&["merge", path(&first), path(&gap), path(&holed)]).expect_code(0);
    let told = rec(&["verify", path(&holed)]).expect_code(1).stdout;
    assert!(told.contains("100 ticks between tick 300 and tick 401 ran"), "{told}");

    let other = treat("tests/plans/quick.toml", &["--seed", "4"]).expect("a treatment");
    let no = folder.path().join("no.mcap");
    rec(&["merge", path(&first), path(&other.recording), path(&no)])
        .expect_code(2)
        .says(&["s.mcap: is of session", "a recording holds one session"]);
    assert!(!no.exists());
}

/// A note and a file are added to a copy; every record before them is as it was.
#[test]
fn notes_and_files_are_added_to_a_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let [noted, kept, no] = ["noted", "kept", "no"].map(|name| folder.path().join(name));
    let before = fs::read(&TREATED.recording).expect("readable");
    let note = ["note", path(&TREATED.recording), "pad looked dry", path(&noted)];
    rec(&[&note[..], &["--at", "1.5", "--author", "nina"]].concat()).expect_code(0);
    rec(&["attach", path(&noted), "config/site.toml", path(&kept)]).expect_code(0);
    assert!(before == fs::read(&TREATED.recording).expect("readable"), "changed in place");
    let info = rec(&["info", path(&kept)]).expect_code(0).stdout;
    assert!(info.contains("notes:       pad looked dry (nina)\n"), "{info}");
    assert!(info.contains("plan.toml, simulator.toml, latency.hlog, site.toml\n"), "{info}");
    let all = messages(&kept);
    assert!(messages(&TREATED.recording) == all[..all.len() - 1], "a message was changed");
    rec(&["verify", path(&kept)]).expect_code(0);
    let cat = rec(&["cat", path(&kept), "--channel", "/note"]).expect_code(0).stdout;
    assert_eq!(cat.trim(), "1.500 s  /note    pad looked dry (nina)");
    rec(&["attach", path(&kept), "config/site.toml", path(&no)])
        .expect_code(2)
        .says(&["keeps a file \"site.toml\" already"]);
    rec(&["note", path(&kept), " ", path(&no)]).expect_code(2).says(&["a note of 1 characters"]);
    rec(&["note", path(&kept), "x", path(&noted)]).expect_code(1).says(&["exists already"]);
    assert!(!no.exists());
}

/// No name that went in comes out, and the copy re-executes.
#[test]
fn a_deidentified_copy_names_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let [script, recording, noted, nameless] =
        ["mine.toml", "s.mcap", "n.mcap", "d.mcap"].map(|name| folder.path().join(name));
    fs::write(&script, "operator = \"ninaxyz\"\n").expect("writes");
    let site = fs::read_to_string(virtual_runs::root().join("config/site.toml")).expect("readable");
    let ours = folder.path().join("site.toml");
    fs::write(&ours, site.replace("Example site", "Sankt Xyz hospital")).expect("writes");
    let demo = "demo --headless --virtual --plan tests/plans/quick.toml".split(' ');
    let files = ["--script", path(&script), "--site", path(&ours), "--record", path(&recording)];
    rfa(demo.chain(files)).expect_code(0);
    rec(&["note", path(&recording), "for ninaxyz", path(&noted)]).expect_code(0);
    let told = rec(&["deidentify", path(&noted), path(&nameless)]).expect_code(0).stdout;
    for part in [
        "removed: 1 operator names in ",
        "removed: the generator's serial number\n",
        "removed: files kept inside: latency.hlog, script.toml, site.toml\n",
        "removed: 1 notes\n",
        "kept: the session's id: a random number that its original has too\n",
        "kept: plan.toml, simulator.toml, whole: look through comments",
    ] {
        assert!(told.contains(part), "no {part:?} in\n{told}");
    }
    let read = |file: &Path| {
        let header = format!("{:?}", Recording::open(file).expect("opens").header());
        let told = messages(file).into_iter();
        let told = told.map(|(_, data)| String::from_utf8_lossy(&data).into_owned());
        told.chain([header]).collect::<String>()
    };
    for name in ["ninaxyz", "Sankt Xyz", "SIM-0001"] {
        assert!(!read(&nameless).contains(name), "{name} is in the copy");
    }
    assert!(read(&noted).contains("ninaxyz") && read(&noted).contains("SIM-0001"));
    rec(&["verify", path(&nameless)]).expect_code(0);
    let intents = rec(&["cat", path(&nameless), "--channel", "/intent"]).expect_code(0).stdout;
    assert!(intents.contains("arm, operator-1\n"), "{intents}");
}

/// Lines for people and for machines; a range; nothing of what was not asked for.
#[test]
fn cat_prints_what_is_asked_for() {
    let cat = |words: &[&str]| {
        rec(&[&["cat", path(&TREATED.recording)], words].concat()).expect_code(0).stdout
    };
    let tick = cat(&["--channel", "/tick", "--from", "1", "--to", "1.02"]);
    assert_eq!(tick.lines().count(), 2, "{tick}");
    assert!(tick.contains(" C, ") && tick.contains(" ohm"), "{tick}");
    let events = cat(&["--channel", "/event,/alarm", "--format", "json"]);
    let topics: Vec<Value> =
        events.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(topics.len() > 3 && topics.iter().all(|line| line["topic"] == "/event"), "{events}");
    let told = cat(&[]);
    assert!(told.contains("/intent") && told.contains("/summary"), "{told}");
    assert!(!told.contains("/tick ") && !told.contains("/truth "), "{told}");
    rec(&["cat", path(&TREATED.recording), "--channel", "/nix"]).expect_code(2).says(&["/alarm"]);
}

/// A recording is followed while it grows, piece by piece, torn anywhere, to its end.
#[test]
fn a_growing_recording_is_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = fs::read(&TREATED.recording).expect("readable");
    for words in [
        &["cat", "--channel", "/event,/tick"][..],
        &["info"],
        &["verify"],
        &["export", "--to", "csv"],
    ] {
        let growing = folder.path().join(format!("{}.mcap", words[0]));
        // The header has to be there: an empty file is no recording.
        let head = whole.len() / 3;
        fs::write(&growing, &whole[..head]).expect("writes");
        let followed = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut file = fs::OpenOptions::new().append(true).open(&growing).expect("opens");
                for piece in whole[head..].chunks(whole.len() / 7) {
                    std::thread::sleep(std::time::Duration::from_millis(30));
                    file.write_all(piece).expect("writes");
                }
            });
            rec(&[words, &["--follow", path(&growing)]].concat()).expect_code(0).stdout
        });
        let at_once = rec(&[words, &[path(&TREATED.recording)]].concat()).expect_code(0).stdout;
        assert_eq!(followed, at_once, "{words:?}");
    }
}

/// What was asked for is there; or nothing has come for too long.
#[test]
fn following_ends_where_nothing_more_is_to_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = fs::read(&TREATED.recording).expect("readable");
    let torn = folder.path().join("torn.mcap");
    fs::write(&torn, &whole[..whole.len() * 2 / 3]).expect("writes");
    let limit = ["--follow", "--follow-timeout-s", "2"];
    let told =
        rec(&[&["cat", path(&torn), "--channel", "/tick", "--to", "1"], &limit[..]].concat())
            .expect_code(0)
            .stdout;
    assert_eq!(told.lines().count(), 100, "{told}");
    for words in [&["cat", path(&torn)][..], &["export", "--to", "csv", path(&torn)]] {
        let bytes = (whole.len() * 2 / 3).to_string();
        rec(&[words, &limit].concat()).expect_code(3).says(&[
            "no growth beyond byte ",
            &bytes,
            " for 2 s",
            "not whole",
        ]);
    }
    let ran = rec(&[&["info", path(&torn)], &limit[..]].concat());
    assert_eq!((ran.code, ran.stderr.lines().count()), (3, 2), "only changes: {}", ran.stderr);
    rec(&["cat", path(&torn), "--follow-timeout-s", "2"]).expect_code(2);
}

/// A text out of a file cannot write a line of ours.
#[test]
fn a_note_cannot_forge_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("noted.mcap");
    let text = "dry\nintact: all\x1b[2K\rx";
    rec(&["note", path(&TREATED.recording), text, path(&to)]).expect_code(0);
    for words in [&["cat", "--channel", "/note"][..], &["info"]] {
        let told = rec(&[words, &[path(&to)]].concat()).expect_code(0).stdout;
        assert!(told.contains("dry\\nintact: all\\u{1b}[2K\\rx"), "{told}");
        assert!(!told.contains('\x1b') && !told.contains("\nintact"), "{told}");
    }
}

/// A device gives bytes without end; a torn part is named.
#[test]
fn what_has_no_end_is_not_attached_and_what_is_torn_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let [torn, late, to] = ["torn.mcap", "late.mcap", "to.mcap"].map(|n| folder.path().join(n));
    rec(&["attach", path(&TREATED.recording), "/dev/zero", path(&to)])
        .expect_code(2)
        .says(&["\"zero\" is longer than 15728640 bytes"]);
    let whole = fs::read(&TREATED.recording).expect("readable");
    fs::write(&torn, &whole[..whole.len() / 2]).expect("writes");
    rec(&["cut", path(&TREATED.recording), path(&late), "--from", "1"]).expect_code(0);
    rec(&["merge", path(&torn), path(&late), path(&to)])
        .expect_code(3)
        .says(&["torn.mcap: not whole: ends at byte "]);
    rec(&["note", path(&late), "x", path(&folder.path().join("n")), "--at", "1000"])
        .expect_code(2)
        .says(&["a note at 1000.000 s; the recording is from 0.000 s to "]);
}

/// What is no recording is an error that names it, and no file is made of it.
#[test]
fn what_is_no_recording_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (bad, to) = (folder.path().join("bad.mcap"), folder.path().join("to.mcap"));
    for bytes in [&b""[..], b"\x89MCAP0\r\n", b"a letter, not a recording"] {
        fs::write(&bad, bytes).expect("writes");
        let (bad, to_text) = (path(&bad), path(&to));
        for words in [
            &["cat", bad][..],
            &["cut", bad, to_text],
            &["merge", bad, bad, to_text],
            &["note", bad, "x", to_text],
            &["attach", bad, "config/site.toml", to_text],
            &["deidentify", bad, to_text],
        ] {
            rec(words).expect_code(1).says(&["bad.mcap: "]);
            assert!(!to.exists(), "{words:?}");
        }
    }
}

/// A treatment signed as it is recorded is intact; one changed tick is named; a key that others may
/// read signs nothing.
#[test]
fn a_signed_treatment_is_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let [key, public, other, changed] =
        ["site.pem", "site.pem.pub", "other.pem", "c.mcap"].map(|name| folder.path().join(name));
    rec(&["key", path(&key)]).expect_code(0);
    rec(&["key", path(&other)]).expect_code(0);
    rec(&["key", path(&key)]).expect_code(2).says(&["site.pem.pub: ", "exists"]);
    let treated = treat("tests/plans/quick.toml", &["--sign-key", path(&key)]).expect("treats");
    let file = path(&treated.recording);
    let told = rec(&["check", file, "--key", path(&public)]).expect_code(0).stdout;
    assert!(told.starts_with("intact: ") && told.ends_with("signed by the key given\n"), "{told}");
    let theirs = format!("{}.pub", path(&other));
    let told = rec(&["check", file, "--key", &theirs]).expect_code(4).stdout;
    assert!(told.contains("not by the key given"), "{told}");
    let told = rec(&["check", path(&TREATED.recording)]).expect_code(0).stdout;
    assert!(told.contains("not signed: this shows accidents"), "{told}");

    let mut ticks = 0;
    let mut edit = |topic: Topic, data: &mut Vec<u8>| {
        ticks += u32::from(topic == Topic::Tick);
        if (topic, ticks) == (Topic::Tick, 77) {
            data.push(b' ');
        }
    };
    rfa_record::rewrite(&treated.recording, &changed, &mut edit).expect("copies");
    rec(&["verify", path(&changed)]).expect_code(0);
    let told = rec(&["check", path(&changed)]).expect_code(4).stdout;
    assert!(told.contains(", tick 77, /tick message 76: was changed\n"), "{told}");
    let found = rec(&["check", path(&changed), "--format", "json"]).expect_code(4).json();
    assert_eq!((&found["intact"], &found["misfit"]["tick"]), (&false.into(), &77.into()));
    treat("tests/plans/quick.toml", &["--sign-key", path(&public)]).expect_err("not secret");
}
