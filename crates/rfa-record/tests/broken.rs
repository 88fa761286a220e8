//! Unfinished, damaged and hostile files: a prefix of what was written, never anything invented,
//! never a panic, never more memory than the limits.

mod support;

use proptest::prelude::*;
use rfa_record::{Clock, End, ReadError, Recorder, Recording, Topic, recover, rewrite};
use std::path::Path;
use std::sync::LazyLock;
use support::Session;

type Seen = Vec<(Topic, Vec<u8>)>;

/// Three seconds of a session, finished, and its messages.
static WHOLE: LazyLock<(Vec<u8>, Seen)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..300 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    let bytes = std::fs::read(&path).expect("reads");
    let (seen, error) = read(&path);
    assert!(error.is_none() && seen.len() > 300);
    (bytes, seen)
});

/// Everything that can be read at `path`, and the first thing that is wrong.
fn read(path: &Path) -> (Seen, Option<ReadError>) {
    let mut seen = Vec::new();
    let mut first = None;
    let mut messages = match Recording::open(path).and_then(|recording| recording.messages()) {
        Ok(messages) => messages,
        Err(error) => return (seen, Some(error)),
    };
    loop {
        match messages.next() {
            Ok(Some(message)) => seen.push((message.topic, message.data.to_vec())),
            Ok(None) => break,
            Err(error @ ReadError::Damaged { .. }) => {
                first.get_or_insert(error);
            }
            Err(error) => return (seen, Some(error)),
        }
    }
    match (messages.end(), first) {
        (Some(End::Truncated { at, why }), None) => {
            let (path, at, why) = (path.to_owned(), *at, why.clone());
            (seen, Some(ReadError::Damaged { path, at, why }))
        }
        (_, first) => (seen, first),
    }
}

/// Without the checkpoints: a copy has a chain of its own.
fn session(mut seen: Seen) -> Seen {
    seen.retain(|(topic, _)| *topic != Topic::Chain);
    seen
}

/// The machine may lose power at any byte.
#[test]
fn every_prefix_gives_a_prefix_of_the_messages() {
    let (bytes, whole) = &*WHOLE;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cut.mcap");
    let lengths = (0..bytes.len()).step_by(97).chain((0..bytes.len()).step_by(1_000));
    let mut most = 0;
    for length in lengths {
        std::fs::write(&path, &bytes[..length]).expect("writes");
        let (seen, error) = read(&path);
        assert!(whole.starts_with(&seen), "{length}: not a prefix");
        assert!(error.is_some(), "{length}: the loss is not told");
        most = most.max(seen.len());
    }
    assert_eq!(most, whole.len(), "only the index lost: every message is there");
}

/// Half a second of ticks and no more is lost with the chunk that was being filled.
#[test]
fn what_was_written_before_the_last_half_second_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    let mut worst = 0;
    for written in 1..=300_usize {
        recorder.write_tick(&session.next()).expect("writes");
        // Seen from outside, as after a kill: what has reached the file.
        let (seen, _) = read(&path);
        let ticks = seen.iter().filter(|(topic, _)| *topic == Topic::Tick).count();
        worst = worst.max(written - ticks);
    }
    assert!(worst <= 50, "{worst} ticks not in the file");
    assert!(worst > 10, "chunks of {worst} ticks: did something flush every tick?");
}

#[test]
fn recovery_keeps_every_readable_message_byte_for_byte() {
    let (bytes, whole) = &*WHOLE;
    let folder = tempfile::tempdir().expect("a folder");
    let (cut, out) = (folder.path().join("cut.mcap"), folder.path().join("out.mcap"));
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).expect("writes");
    let (seen, _) = read(&cut);
    let report = recover(&cut, &out).expect("recovers");
    assert!(!report.whole && report.tail_bytes > 0);
    let (kept, error) = read(&out);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(session(kept), session(seen.clone()));
    assert!(whole.starts_with(&seen) && !seen.is_empty());
    let info = Recording::open(&out).expect("opens").info().expect("reads");
    assert!(info.recovered && info.summary.is_none() && !info.truncated);
    let again = recover(&cut, &out).expect_err("never overwrites");
    assert!(again.to_string().ends_with("out.mcap: exists already; nothing is overwritten"));
    let names: Vec<_> = std::fs::read_dir(folder.path()).expect("lists").collect();
    assert_eq!(names.len(), 2, "no partial file is left");
}

/// A chunk damaged in the middle costs that chunk: the rest is read, and its place is told.
#[test]
fn a_damaged_chunk_is_named_and_passed_over() {
    let (bytes, whole) = &*WHOLE;
    let folder = tempfile::tempdir().expect("a folder");
    let (path, out) = (folder.path().join("bad.mcap"), folder.path().join("out.mcap"));
    let mut bad = bytes.clone();
    // The third chunk's second half: packed ticks.
    let mut chunk = first_chunk(bytes);
    for _ in 0..2 {
        chunk = behind(bytes, chunk);
        while bytes[chunk] != 6 {
            chunk = behind(bytes, chunk);
        }
    }
    let middle = (chunk + behind(bytes, chunk)) / 2;
    bad[middle] ^= 0x10;
    std::fs::write(&path, &bad).expect("writes");
    let (seen, error) = read(&path);
    let text = error.expect("told").to_string();
    assert!(text.contains("bad.mcap: byte "), "{text}");
    assert!(seen.len() < whole.len() && seen.len() > whole.len() / 2, "{}", seen.len());
    assert!(seen.iter().all(|message| whole.contains(message)), "invented");
    let report = recover(&path, &out).expect("recovers");
    assert!(!report.whole && !report.damage.is_empty());
    assert_eq!(session(read(&out).0), session(seen));
}

/// A copy with nothing changed is the same file: chunks, order, times, header.
#[test]
fn a_copy_of_a_whole_file_is_the_same_file() {
    let (bytes, _) = &*WHOLE;
    let folder = tempfile::tempdir().expect("a folder");
    let (path, out) = (folder.path().join("s.mcap"), folder.path().join("out.mcap"));
    std::fs::write(&path, bytes).expect("writes");
    let report = rewrite(&path, &out, &mut |_, _| {}).expect("copies");
    assert!(report.whole);
    assert!(std::fs::read(&out).expect("reads") == *bytes, "the copy differs");
}

#[test]
fn what_is_no_recording_is_told_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "not a recording").expect("writes");
    let error = Recording::open(&path).expect_err("refuses").to_string();
    assert!(
        error.ends_with("notes.txt: not an MCAP file: it does not begin with MCAP's magic bytes")
    );
    let error = Recording::open(folder.path().join("none")).expect_err("refuses").to_string();
    assert!(error.contains("none: No such file"), "{error}");
    std::fs::write(&path, b"\x89MCAP0\r\n").expect("writes");
    let error = Recording::open(&path).expect_err("refuses").to_string();
    assert!(error.contains("rfa.session is missing"), "{error}");
}

/// A chunk that claims to unpack to 200 GB, and a record as long as any number can say.
#[test]
fn claimed_lengths_are_not_believed() {
    let (bytes, _) = &*WHOLE;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("claims.mcap");
    let at = first_chunk(bytes);
    for (place, claim) in [(at + 1, u64::MAX), (at + 1, 1 << 40), (at + 25, 200 << 30)] {
        let mut bad = bytes.clone();
        bad[place..place + 8].copy_from_slice(&claim.to_le_bytes());
        std::fs::write(&path, &bad).expect("writes");
        let (_, error) = read(&path);
        let text = error.expect("told").to_string();
        assert!(text.contains("at most 16777216 are taken"), "{text}");
    }
}

/// Where the first chunk begins: behind the records in front of it.
fn first_chunk(bytes: &[u8]) -> usize {
    let mut at = 8;
    while bytes[at] != 6 {
        at = behind(bytes, at);
    }
    at
}

/// Where the record that begins at `at` ends.
fn behind(bytes: &[u8], at: usize) -> usize {
    let length: [u8; 8] = bytes[at + 1..at + 9].try_into().expect("eight bytes");
    at + 9 + usize::try_from(u64::from_le_bytes(length)).expect("short")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// Mutated files: no panic, no invented message (CRCs catch what is changed).
    #[test]
    fn a_mutated_file_never_panics_and_invents_nothing(
        edits in proptest::collection::vec((any::<u32>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<u32>()),
    ) {
        let (bytes, whole) = &*WHOLE;
        let mut bad = bytes.clone();
        for (place, byte) in edits {
            let place = place as usize % bad.len();
            bad[place] = byte;
        }
        if let Some(cut) = cut {
            bad.truncate(cut as usize % bad.len());
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bad.mcap");
        std::fs::write(&path, &bad).expect("writes");
        let (seen, _) = read(&path);
        prop_assert!(seen.iter().all(|message| whole.contains(message)), "invented");
        if let Ok(recording) = Recording::open(&path) {
            let _ = recording.info();
        }
    }

    /// Random bytes behind good magic bytes, as records of every kind.
    #[test]
    fn random_records_never_panic(
        records in proptest::collection::vec(
            (1_u8..=16, proptest::collection::vec(any::<u8>(), 0..120)), 0..12),
        tail in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let (bytes, _) = &*WHOLE;
        // A good header and a first chunk, so that the rest is looked at.
        let mut bad = bytes[..behind(bytes, first_chunk(bytes))].to_vec();
        for (opcode, body) in records {
            bad.push(opcode);
            bad.extend((body.len() as u64).to_le_bytes());
            bad.extend(body);
        }
        bad.extend(tail);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bad.mcap");
        std::fs::write(&path, &bad).expect("writes");
        let _ = Recording::open(&path).expect("a good header").info();
        let _ = recover(&path, folder.path().join("out.mcap"));
    }

    /// Messages of our own topics with any text, and deeply nested, in chunks with good CRCs.
    #[test]
    fn hostile_json_never_panics(
        texts in proptest::collection::vec("[\\[{\"a:0-9,}\\]]{0,60}", 1..4),
        depth in 0_usize..2_000,
    ) {
        let (bytes, _) = &*WHOLE;
        let folder = tempfile::tempdir().expect("a folder");
        let (path, out) = (folder.path().join("s.mcap"), folder.path().join("out.mcap"));
        std::fs::write(&path, bytes).expect("writes");
        let mut texts = texts.into_iter().chain(["[".repeat(depth)]).cycle();
        let mut edit = |_: Topic, data: &mut Vec<u8>| {
            *data = texts.next().unwrap_or_default().into_bytes();
        };
        rewrite(&path, &out, &mut edit).expect("copies");
        let info = Recording::open(&out).expect("opens").info().expect("reads");
        prop_assert!(info.damaged > 0 && info.damage.len() <= 64);
    }
}
