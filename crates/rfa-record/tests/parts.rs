//! Copies that leave something out: what they take once, what they tell, whom they do not name.

#[path = "support/raw.rs"]
mod raw;
mod support;

use rfa_record::{
    Clock, NoteMessage, Part, Recorder, Recording, Topic, annotate, check, cut, deidentify, merge,
    recover,
};
use rfa_session::{Action, Intent};
use rfa_units::HostInstant;
use std::path::{Path, PathBuf};
use support::Session;

/// Three seconds of a session, with an intent between two ticks every second.
fn recorded(folder: &Path) -> PathBuf {
    let path = folder.join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..300 {
        let tick = session.next();
        let at = tick.interlock.inputs.now;
        if tick.interlock.inputs.tick % 100 == 50 {
            let at = HostInstant::from_micros(at.as_micros() - 5_000);
            let intent = Intent { action: Action::Mark, operator: None };
            recorder.write_intent(at, &intent).expect("writes");
        }
        recorder.write_tick(&tick).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    path
}

fn count(path: &Path, topic: Topic) -> usize {
    let recording = Recording::open(path).expect("opens");
    let mut messages = recording.messages().expect("reads");
    let mut count = 0;
    while let Some(message) = messages.next().expect("whole") {
        count += usize::from(message.topic == topic);
    }
    count
}

/// Tick 50 is 490 ms behind the first, and the intent 5 ms in front of it.
const AT_INTENT_US: i64 = 485_000;

#[test]
fn what_two_parts_hold_is_taken_once_whatever_stands_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recorded(folder.path());
    let [a, b, to] = ["a", "b", "to"].map(|name| folder.path().join(name));
    cut(&whole, &a, Part { from_us: None, until_us: Some(1_000_000) }).expect("cuts");
    cut(&whole, &b, Part { from_us: Some(AT_INTENT_US), until_us: None }).expect("cuts");
    assert_eq!(count(&whole, Topic::Intent), 3);
    assert_eq!(count(&b, Topic::Intent), 3, "the intent stands in front of the part's ticks");
    merge(&[a, b], &to).expect("merges");
    assert_eq!(count(&to, Topic::Intent), 3);
}

fn note(text: &str) -> NoteMessage {
    NoteMessage { text: text.to_owned(), author: None, written_unix_us: None }
}

/// Two parts may each have a first note of their own.
#[test]
fn notes_of_two_parts_are_compared_by_what_they_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recorded(folder.path());
    let [a, b, to] = ["a", "b", "to"].map(|name| folder.path().join(name));
    let [an, bn, again] = ["an", "bn", "again"].map(|name| folder.path().join(name));
    cut(&whole, &a, Part { from_us: None, until_us: Some(2_000_000) }).expect("cuts");
    cut(&whole, &b, Part { from_us: Some(1_000_000), until_us: None }).expect("cuts");
    annotate(&a, &an, &note("dry"), Some(1_500_000), None).expect("adds");
    // The second part begins a second later.
    annotate(&b, &bn, &note("wet"), Some(500_000), None).expect("adds");
    annotate(&bn, &again, &note("dry"), Some(500_000), None).expect("adds");
    merge(&[an.clone(), again], &to).expect("merges");
    assert_eq!(count(&to, Topic::Note), 2, "one of the three came twice");
    assert!(check(&to, None).expect("a chain").intact);
}

#[test]
fn a_note_outside_the_recording_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recorded(folder.path());
    let to = folder.path().join("to");
    for at in [-1, 3_000_000, i64::MAX] {
        let why = annotate(&whole, &to, &note("x"), Some(at), None).expect_err("refuses");
        assert!(why.to_string().contains("0.000 s to 2.990 s"), "{why}");
    }
    annotate(&whole, &to, &note("x"), Some(1_000_000), None).expect("adds");
    // A second note without a time is at the end, and not where the first is.
    let second = folder.path().join("second");
    annotate(&to, &second, &note("y"), None, None).expect("adds");
    let recording = Recording::open(&second).expect("opens");
    let mut messages = recording.messages().expect("reads");
    let mut newest = 0;
    while let Some(message) = messages.next().expect("whole") {
        newest = message.log_time_ns.max(newest);
        assert!(
            message.sequence != 1 || message.topic != Topic::Note || newest == message.log_time_ns
        );
    }
}

/// A torn or damaged source is told of, in the report and in the file.
#[test]
fn what_a_source_lacks_is_told_in_the_copy() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recorded(folder.path());
    let bytes = std::fs::read(&whole).expect("reads");
    let torn = folder.path().join("torn.mcap");
    std::fs::write(&torn, &bytes[..bytes.len() * 3 / 5]).expect("writes");
    let [a, b, c, late] = ["a", "b", "c", "late"].map(|name| folder.path().join(name));
    cut(&torn, &a, Part::default()).expect("cuts");
    deidentify(&torn, &b).expect("copies");
    cut(&whole, &late, Part { from_us: Some(1_000_000), until_us: None }).expect("cuts");
    let report = merge(&[torn, late.clone()], &c).expect("merges");
    let told = format!("{report:?}");
    assert!(told.contains("torn.mcap") && told.contains("Truncated"), "{told}");
    for (path, recovered) in [(&a, true), (&b, true), (&c, true), (&late, false)] {
        let info = Recording::open(path).expect("opens").info().expect("reads");
        assert_eq!(info.recovered, recovered, "{}", path.display());
        assert!(check(path, None).expect("a chain").intact, "{}", path.display());
    }
    // Recovered again, what was lost before stays told; what was whole has lost nothing.
    for (source, name, lost) in [(&a, "r", true), (&whole, "s", false)] {
        let again = folder.path().join(name);
        assert!(recover(source, &again).expect("recovers").whole);
        let info = Recording::open(&again).expect("opens").info().expect("reads");
        assert_eq!((info.recovered, info.recovery_lost), (true, lost), "{name}");
    }
}

/// Everything in a file, unpacked.
fn unpacked(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("reads");
    let records = mcap::read::ChunkFlattener::new(&bytes).expect("opens");
    records.map(|record| format!("{:?}", Shown(&record.expect("a record")))).collect()
}

struct Shown<'a>(&'a mcap::records::Record<'a>);

impl std::fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use mcap::records::Record;
        let lossy = |data: &[u8]| String::from_utf8_lossy(data).into_owned();
        match self.0 {
            Record::Schema { header, data } => write!(f, "{header:?}{}", lossy(data)),
            Record::Message { header, data } => write!(f, "{header:?}{}", lossy(data)),
            Record::Attachment { header, data, .. } => write!(f, "{header:?}{}", lossy(data)),
            other => write!(f, "{other:?}"),
        }
    }
}

/// Whatever stands in a channel, a schema, a mark or an unknown field.
#[test]
fn a_nameless_copy_holds_nothing_of_other_programs_and_no_hash_of_its_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recorded(folder.path());
    let [part, from, to] = ["part", "from", "to"].map(|name| folder.path().join(name));
    cut(&whole, &part, Part { from_us: None, until_us: Some(1_000_000) }).expect("cuts");
    let records = raw::records(&std::fs::read(&part).expect("reads"));
    let strange = [
        raw::schema(900, "ninaxyz-schema", "ninaxyz"),
        raw::schema(901, "rfa.Other", "ninaxyz"),
        raw::channel(902, 900, "/ninaxyz", &[("who", "ninaxyz")]),
        raw::channel(903, 0, "/note", &[("who", "ninaxyz")]),
        raw::message(902, 0, 0, b"ninaxyz"),
    ];
    let marks = [
        raw::metadata("rfa.merged", &[("parts", "2"), ("part_1_blake3", "ninaxyz-hash")]),
        raw::metadata("rfa.recovered", &[("whole", "ninaxyz"), ("ninaxyz", "1")]),
    ];
    let all = [&records[..1], &marks, &records[1..], &strange].concat();
    std::fs::write(&from, raw::file(&all)).expect("writes");
    let hash = blake3::hash(&std::fs::read(&whole).expect("reads")).to_hex().to_string();
    let before = unpacked(&from);
    assert!(before.contains("ninaxyz") && before.contains(&hash));
    let report = deidentify(&from, &to).expect("copies");
    let after = unpacked(&to);
    for text in ["ninaxyz", "blake3", hash.as_str()] {
        assert!(!after.contains(text), "{text}");
    }
    let removed = report.removed.join("\n");
    for text in ["rfa.cut source_blake3", "rfa.merged part_1_blake3", "2 schemas", "1 channels"] {
        assert!(removed.contains(text), "no {text:?} in {removed}");
    }
    assert!(check(&to, None).expect("a chain").intact);
    assert_eq!(Recording::open(&to).expect("opens").mark("rfa.cut").expect("a mark").len(), 2);
}
