//! Recordings: any bytes are read, told of, re-executed and recovered, or refused with words.
//!
//! Random bytes seldom pass an MCAP checksum. So an input that is no MCAP file is taken as what
//! messages of a good recording say instead: `@N text` puts the text in the place of message N,
//! and the file around it is made good again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rfa_record::{
    Attached, NoteMessage, Part, ReadError, Recording, annotate, attach, check, cut, deidentify, merge,
    recover, rewrite,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// A session of a quarter of a second.
const GOOD: &[u8] = include_bytes!("../good.mcap");

struct Files {
    folder: PathBuf,
}

/// In memory where the system has a place for that.
static FILES: LazyLock<Files> = LazyLock::new(|| {
    let shm = Path::new("/dev/shm");
    let base = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
    let folder = base.join(format!("rfa-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("good.mcap"), GOOD).expect("writes");
    Files { folder }
});

fuzz_target!(|data: &[u8]| {
    let at = |name: &str| FILES.folder.join(name);
    let (input, again) = (at("input.mcap"), at("again.mcap"));
    for name in ["input", "again", "copy", "merged"] {
        let _ = fs::remove_file(at(&format!("{name}.mcap")));
        let _ = fs::remove_file(at(&format!("{name}.mcap.partial")));
    }
    if data.starts_with(b"@") {
        edited(&at("good.mcap"), &input, data);
    } else {
        fs::write(&input, data).expect("writes");
    }
    read(&input, &again);
    copied(&input, &at("copy.mcap"), &at("merged.mcap"));
});

fn edited(good: &Path, to: &Path, data: &[u8]) {
    let mut edits = data.split(|byte| *byte == b'@').filter_map(|edit| {
        let end = edit.iter().position(|byte| *byte == b' ')?;
        let number: u32 = str::from_utf8(&edit[..end]).ok()?.parse().ok()?;
        Some((number, &edit[end + 1..]))
    });
    let (mut number, mut next) = (0, edits.next());
    let mut edit = |_, message: &mut Vec<u8>| {
        if let Some((_, text)) = next.filter(|(of, _)| *of <= number) {
            message.clear();
            message.extend_from_slice(text);
            next = edits.next();
        }
        number += 1;
    };
    let _ = rewrite(good, to, &mut edit);
}

fn read(input: &Path, again: &Path) {
    let info = Recording::open(input).and_then(|recording| recording.info());
    if let Err(error) = &info {
        assert!(!error.to_string().is_empty());
    }
    if let Err(error) = Recording::open(input).and_then(|recording| recording.summary_at_end()) {
        assert!(!error.to_string().is_empty());
    }
    // By the index to a part: however it lies, reading ends.
    let part = Recording::open(input).and_then(|recording| recording.messages_from(100_000_000));
    if let Ok(mut messages) = part {
        while matches!(messages.next(), Ok(Some(_)) | Err(ReadError::Damaged { .. })) {}
    }
    if let Err(error) = rfa_replay::verify(input) {
        assert!(!error.to_string().is_empty());
    }
    if recover(input, again).is_ok() {
        // What was recovered is a whole recording.
        Recording::open(again).and_then(|recording| recording.info()).expect("recovered");
    }
}

/// Copies that leave something out carry a chain that fits, whatever they were made of.
fn copied(input: &Path, to: &Path, merged: &Path) {
    if let Err(error) = check(input, None) {
        assert!(!error.to_string().is_empty());
    }
    let intact = |path: &Path| {
        let report = check(path, None).expect("has a chain");
        assert!(report.intact, "{:?}", report.misfit);
        fs::remove_file(path).expect("removes");
    };
    if deidentify(input, to).is_ok() {
        intact(to);
    }
    let part = Part { from_us: None, until_us: Some(100_000) };
    if cut(input, to, part).is_ok() {
        if merge(&[to.to_owned(), input.to_owned()], merged).is_ok() {
            intact(merged);
        }
        intact(to);
    }
    let note = NoteMessage { text: "x".to_owned(), author: None, written_unix_us: None };
    if annotate(input, to, &note, Some(0), None).is_ok() {
        fs::remove_file(to).expect("removes");
    }
    let file =
        Attached { name: "x".to_owned(), media_type: "text/plain".to_owned(), data: vec![0] };
    let _ = attach(input, to, &file, None);
}
