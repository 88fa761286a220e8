//! Copies of recordings: what they keep, what they refuse.

mod support;

use rfa_record::{
    Clock, IntentMessage, NoteMessage, Part, Recorder, Recording, Topic, annotate, cut, deidentify,
    merge, rewrite,
};
use rfa_session::{Action, Intent, OperatorName};
use rfa_units::HostInstant;
use std::path::{Path, PathBuf};
use support::Session;

const STARTED_UNIX_US: u64 = 1_790_000_000_000_000;

/// Three seconds of a session by the wall clock, with an operator.
fn recorded(folder: &Path) -> PathBuf {
    let path = folder.join("s.mcap");
    let clock =
        Clock::Wall { started_unix_us: STARTED_UNIX_US, started_at: HostInstant::from_micros(0) };
    let header = support::header(clock);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    let operator = OperatorName::new("nina");
    assert!(operator.is_some(), "a name");
    for tick in 0..300_u64 {
        if tick % 100 == 50 {
            let intent = Intent { action: Action::Mark, operator };
            let at = HostInstant::from_micros(tick * 10_000);
            recorder.write_intent(at, &intent).expect("writes");
        }
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    path
}

type Seen = Vec<(Topic, u64, u32, Vec<u8>)>;

fn read(path: &Path) -> Seen {
    let recording = Recording::open(path).expect("opens");
    let mut messages = recording.messages().expect("reads");
    let mut seen = Vec::new();
    while let Some(message) = messages.next().expect("whole") {
        if message.topic == Topic::Chain {
            continue; // a copy has a chain of its own
        }
        let data = message.data.to_vec();
        seen.push((message.topic, message.log_time_ns, message.sequence, data));
    }
    seen
}

#[test]
fn a_cut_keeps_the_messages_of_its_range_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = recorded(folder.path());
    let all = read(&path);
    let began = all.iter().find(|(topic, ..)| *topic == Topic::Tick).expect("a tick").1;
    for (name, from, until) in
        [("a", None, Some(1_000_000)), ("b", Some(500_000), None), ("c", Some(1), Some(2_000_001))]
    {
        let to = folder.path().join(name);
        let report = cut(&path, &to, Part { from_us: from, until_us: until }).expect("cuts");
        assert_eq!(report.from_start, from.is_none());
        let inside = |at_ns: u64| {
            let us = (i128::from(at_ns) - i128::from(began)).div_euclid(1_000);
            from.is_none_or(|from| us >= i128::from(from))
                && until.is_none_or(|until| us < i128::from(until))
        };
        let expected: Seen = all
            .iter()
            .filter(|(topic, at, ..)| inside(*at) && *topic != Topic::Summary)
            .cloned()
            .collect();
        assert!(!expected.is_empty() && expected.len() < all.len());
        assert!(read(&to) == expected, "{name}");
        assert!(rfa_record::check(&to, None).expect("a chain").intact);
        let recording = Recording::open(&to).expect("opens");
        let hash = blake3::hash(&std::fs::read(&path).expect("reads")).to_hex().to_string();
        assert_eq!(recording.mark("rfa.cut").expect("a mark")["source_blake3"], hash);
    }
    let same = folder.path().join("same");
    cut(&path, &same, Part::default()).expect("cuts");
    assert!(read(&same) == all, "all of it, the summary too");
}

/// Two parts that tell the same tick differently are no parts of one session.
#[test]
fn parts_that_contradict_each_other_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = recorded(folder.path());
    let [a, b, changed, to] = ["a", "b", "changed", "to"].map(|name| folder.path().join(name));
    cut(&path, &a, Part { from_us: None, until_us: Some(2_000_000) }).expect("cuts");
    cut(&path, &b, Part { from_us: Some(1_000_000), until_us: None }).expect("cuts");
    let mut count = 0;
    let mut edit = |topic: Topic, data: &mut Vec<u8>| {
        count += u32::from(topic == Topic::Tick);
        if count == 10 {
            data.push(b' ');
        }
    };
    rewrite(&b, &changed, &mut edit).expect("copies");
    let why = merge(&[a.clone(), changed], &to).expect_err("refuses").to_string();
    assert!(
        why.contains("/tick message 109 is another than that of the part before")
            || why.contains("/tick message 109: is another"),
        "{why}"
    );
    assert!(!to.exists());
    let report = merge(&[b, a], &to).expect("merges");
    assert!(report.from_start && report.twice >= 100, "{report:?}");
    assert!(rfa_record::check(&to, None).expect("a chain").intact);
    assert!(
        read(&to) == read(&path).into_iter().filter(|m| m.0 != Topic::Summary).collect::<Seen>()
    );
}

/// Dates move, times within the session stay, and who was there is a number.
#[test]
fn deidentified_times_keep_their_distances() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = recorded(folder.path());
    let [noted, to] = ["noted", "to"].map(|name| folder.path().join(name));
    let note = NoteMessage {
        text: "seen by nina".to_owned(),
        author: None,
        written_unix_us: Some(STARTED_UNIX_US),
    };
    annotate(&path, &noted, &note, Some(1_000_000), None).expect("adds");
    let report = deidentify(&noted, &to).expect("copies");
    assert!(report.removed.iter().any(|line| line == "1 notes"), "{report:?}");
    assert!(rfa_record::check(&to, None).expect("a chain").intact);
    let (before, after) = (read(&path), read(&to));
    assert_eq!(before.len(), after.len());
    let back = (STARTED_UNIX_US - 946_684_800_000_000) * 1_000;
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((old.0, old.1 - back, old.2), (new.0, new.1, new.2));
        if old.0 == Topic::Intent {
            let intent: IntentMessage = serde_json::from_slice(&new.3).expect("JSON");
            assert_eq!(intent.operator.as_deref(), Some("operator-1"));
        } else {
            assert!(old.3 == new.3, "a message was changed");
        }
    }
    let header = Recording::open(&to).expect("opens").header().clone();
    assert_eq!(header.clock.log_time_ns(HostInstant::ZERO), 946_684_800_000_000_000);
    assert_eq!((header.site_toml, header.identity.serial.as_str()), (None, "removed"));
    assert!(header.attachments.is_empty(), "the script names an operator");
}
