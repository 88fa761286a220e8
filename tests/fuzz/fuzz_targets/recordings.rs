//! Recordings: any bytes are read, told of, re-executed, recovered, summed up and exported, or
//! refused with words.
//!
//! Random bytes seldom pass an MCAP checksum. So an input that is no MCAP file is taken as what
//! messages of a good recording say instead: `@N text` puts the text in the place of message N,
//! and the file around it is made good again. `$` and JSON is what a session's summary says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rfa_dataset::{Dataset, export_edf};
use rfa_record::{
    Attached, NoteMessage, Part, ReadError, Recorder, Recording, annotate, attach, check, cut,
    deidentify, export_csv, merge, recover, rewrite,
};
use std::fs::{self, File};
use std::io;
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
    } else if let Some(summary) = data.strip_prefix(b"$") {
        told(&at("good.mcap"), &input, summary);
    } else {
        fs::write(&input, data).expect("writes");
    }
    read(&input, &again);
    copied(&input, &at("copy.mcap"), &at("merged.mcap"));
    summed(&input);
    exported(&input, &at("out"), &at("out.edf"));
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

fn told(good: &Path, to: &Path, summary: &[u8]) {
    let good = Recording::open(good).expect("good");
    let recorder = Recorder::create(to, good.header()).expect("creates");
    recorder.finish(serde_json::from_slice(summary).ok()).expect("finishes");
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

/// A summary that claims anything, or ticks that do: what is counted stays within its bounds.
fn summed(input: &Path) {
    for from_ticks in [false, true] {
        match rfa_fleet::figures(input, from_ticks) {
            Ok(figures) => {
                assert!(figures.trips.len() <= rfa_figures::summary::TRIPS_MAX);
                assert!(figures.steps.len() <= rfa_units::MAX_STEPS);
            }
            Err(why) => assert!(!why.is_empty()),
        }
    }
}

/// CSV, EDF+ and a dataset, of which nothing lies beside its folder, whatever the plan is called.
fn exported(input: &Path, out: &Path, edf: &Path) {
    let Ok(recording) = Recording::open(input) else { return };
    if let Err(error) = export_csv(&recording, Part::default(), &mut io::sink(), &mut || false) {
        assert!(!error.to_string().is_empty());
    }
    let file = File::create(edf).expect("a file");
    if let Err(error) = export_edf(&recording, Part::default(), file) {
        assert!(!error.to_string().is_empty());
    }
    fs::remove_file(edf).expect("removes");
    let Ok(key) = recording.header().key() else { return };
    let dataset = Dataset::open(out).expect("a folder");
    match dataset.add(&key, input) {
        Ok(_) => {
            let tables = fs::read_dir(out.join("sessions")).expect("the session's row");
            assert_eq!(tables.count(), 1);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    drop(dataset);
    fs::remove_dir_all(out).expect("removes");
}
