//! Reading from a time on: what the index saves, and that nothing is missing.

mod support;

use rfa_record::{Clock, ReadError, Recorder, Recording, Topic};
use std::fs;
use std::path::{Path, PathBuf};
use support::Session;

fn recording(folder: &Path) -> PathBuf {
    let path = folder.join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..2_000 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    path
}

/// Times of the messages on `/tick`, from the time on that was asked for.
fn ticks(path: &Path, from_ns: u64) -> (Vec<u64>, usize) {
    let recording = Recording::open(path).expect("a recording");
    let mut messages = recording.messages_from(from_ns).expect("opens");
    let (mut times, mut before) = (Vec::new(), 0);
    loop {
        match messages.next() {
            Ok(None) => return (times, before),
            Ok(Some(message)) if message.topic == Topic::Tick => {
                if message.log_time_ns >= from_ns {
                    times.push(message.log_time_ns);
                } else {
                    before += 1;
                }
            }
            Ok(Some(_)) | Err(ReadError::Damaged { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn reading_begins_at_the_chunk_and_misses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = recording(folder.path());
    let (all, _) = ticks(&path, 0);
    assert_eq!(all.len(), 2_000);
    let first = Recording::open(&path).expect("a recording").first_tick_ns().expect("readable");
    assert_eq!(first, Some(all[0]));
    for from in [0, all[0], all[700], all[701] + 1, all[1_999]] {
        let expected: Vec<u64> = all.iter().copied().filter(|at| *at >= from).collect();
        let (found, before) = ticks(&path, from);
        assert_eq!(found, expected, "from {from}");
        // A chunk holds half a second: no more is read in vain.
        assert!(before <= 50, "{before} ticks before {from}");
    }
    assert!(ticks(&path, u64::MAX).1 <= 50, "behind the end");
}

/// An unfinished file has no index, and one that lies is not believed: all is read.
#[test]
fn without_an_index_all_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = recording(folder.path());
    let whole = fs::read(&path).expect("readable");
    let (all, _) = ticks(&path, 0);
    let from = all[1_000];
    let cut = folder.path().join("cut.mcap");
    fs::write(&cut, &whole[..whole.len() - 1]).expect("writes");
    assert_eq!(ticks(&cut, from), (all[1_000..].to_vec(), 1_000));
    // The footer's first field: where the index begins.
    let footer = whole.len() - 8 - 20;
    for begin in [1_u64, 8, 600, whole.len() as u64, u64::MAX] {
        let mut lying = whole.clone();
        lying[footer..footer + 8].copy_from_slice(&begin.to_le_bytes());
        fs::write(&cut, &lying).expect("writes");
        assert_eq!(ticks(&cut, from), (all[1_000..].to_vec(), 1_000), "index at {begin}");
    }
    // Every byte of the index itself, turned: never less than all, never a panic.
    let begin = u64::from_le_bytes(whole[footer..footer + 8].try_into().expect("eight bytes"));
    let begin = usize::try_from(begin).expect("inside");
    for place in (begin..footer).step_by(97) {
        let mut lying = whole.clone();
        lying[place] ^= 0x41;
        fs::write(&cut, &lying).expect("writes");
        let (found, _) = ticks(&cut, from);
        assert!(found == all[1_000..], "byte {place}: {} ticks", found.len());
    }
}
