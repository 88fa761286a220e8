//! The summary by the index at the file's end: the same as by reading everything, or an error.

#[path = "support/raw.rs"]
mod raw;
mod support;

use proptest::prelude::*;
use rfa_record::{Clock, ReadError, Recorder, Recording, SummaryMessage, Topic, annotate, recover};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use support::Session;

/// Three seconds of a session, so that its summary is in one chunk of several.
static FINISHED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..300 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(Some(serde_json::json!({"energy_j": 0.1}))).expect("finishes");
    std::fs::read(path).expect("reads")
});

fn finished(folder: &Path) -> PathBuf {
    let path = folder.join("s.mcap");
    std::fs::write(&path, &*FINISHED).expect("writes");
    path
}

fn at_end(path: &Path) -> Result<Option<SummaryMessage>, ReadError> {
    Recording::open(path).expect("opens").summary_at_end()
}

/// The last summary of all messages.
fn by_reading(path: &Path) -> Option<SummaryMessage> {
    let recording = Recording::open(path).expect("opens");
    let mut messages = recording.messages().expect("opens");
    let mut last = None;
    while let Some(message) = messages.next().expect("whole") {
        if message.topic == Topic::Summary {
            last = Some(message.parse().expect("a summary"));
        }
    }
    last
}

#[test]
fn it_is_the_one_that_reading_everything_finds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = finished(folder.path());
    let found = at_end(&path).expect("reads").expect("one");
    assert_eq!((found.ticks, found.session.is_some()), (300, true));
    assert_eq!(Some(found), by_reading(&path));
    // Behind the summary there is a note, in a chunk of its own.
    let noted = folder.path().join("noted.mcap");
    let note =
        rfa_record::NoteMessage { text: "dry pad".into(), author: None, written_unix_us: None };
    annotate(&path, &noted, &note, None, None).expect("copies");
    assert_eq!(at_end(&noted).expect("reads"), by_reading(&path));
}

#[test]
fn where_the_way_is_missing_there_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = finished(folder.path());
    let bytes = std::fs::read(&path).expect("reads");
    let cut = folder.path().join("cut.mcap");
    for kept in [bytes.len() - 1, bytes.len() - 9, bytes.len() / 2] {
        std::fs::write(&cut, &bytes[..kept]).expect("writes");
        assert_eq!(at_end(&cut).expect("reads"), None, "of {kept} bytes");
    }
    // Recovery writes an index, and there is no summary for it to tell of.
    let again = folder.path().join("again.mcap");
    recover(&cut, &again).expect("recovers");
    assert_eq!(at_end(&again).expect("reads"), None);
    let plain = folder.path().join("plain.mcap");
    std::fs::write(&plain, raw::file(&raw::records(&bytes))).expect("writes");
    assert_eq!(at_end(&plain).expect("reads"), None, "no index");
    std::fs::write(&plain, [&bytes[..], b"more"].concat()).expect("writes");
    assert_eq!(at_end(&plain).expect("reads"), None, "bytes behind the end");
}

/// Where the end record begins.
fn footer(bytes: &[u8]) -> usize {
    bytes.len() - 8 - 20 - 9
}

#[test]
fn an_index_that_lies_is_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = FINISHED.clone();
    let path = folder.path().join("bad.mcap");
    let why = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("writes");
        at_end(&path).expect_err("refused").to_string()
    };
    let end = footer(&good);
    let mut bad = good.clone();
    bad[end - 5] ^= 1;
    assert!(why(&bad).contains("the CRC over the index is wrong"), "{}", why(&bad));
    // From here on the index has no CRC.
    let mut bare = good.clone();
    bare[end + 9 + 16..end + 9 + 20].fill(0);
    for start in [1, u64::MAX, good.len() as u64] {
        let mut bad = bare.clone();
        bad[end + 9..end + 17].copy_from_slice(&start.to_le_bytes());
        assert!(why(&bad).contains("the index is said to be at byte"), "{}", why(&bad));
    }
    let start = u64::from_le_bytes(bare[end + 9..end + 17].try_into().expect("eight bytes"));
    let mut at = usize::try_from(start).expect("small");
    let mut last = 0;
    while at < end {
        let length = u64::from_le_bytes(bare[at + 1..at + 9].try_into().expect("eight bytes"));
        last = if bare[at] == 0x08 { at } else { last };
        at += 9 + usize::try_from(length).expect("small");
    }
    for to in [0, 8, 100, start - 13, start, u64::MAX] {
        let mut bad = bare.clone();
        bad[last + 25..last + 33].copy_from_slice(&to.to_le_bytes());
        let why = why(&bad);
        assert!(why.contains("and no chunk is there") || why.contains("byte"), "{to}: {why}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Any byte of the end may be any other: an answer or an error, and never another summary
    /// under a CRC that is there.
    #[test]
    fn a_changed_end_gives_no_other_summary(from_end in 1..6_000_usize, flip in 1..=255_u8) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = finished(folder.path());
        let whole = at_end(&path).expect("reads");
        let mut bytes = FINISHED.clone();
        let at = bytes.len() - from_end;
        bytes[at] ^= flip;
        std::fs::write(&path, &bytes).expect("writes");
        if let Ok(Some(found)) = at_end(&path) {
            prop_assert_eq!(Some(found), whole);
        }
    }
}
