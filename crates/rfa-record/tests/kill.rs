//! A process killed while it records loses less than a second of ticks, and no event.
//!
//! `RFA_KILLS=1000 cargo test -p rfa-record --test kill -- --nocapture` kills as many, at moments
//! drawn from their number.

mod support;

use rfa_record::row::TickRow;
use rfa_record::{Clock, End, Recorder, Recording, Topic};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::Session;

const FILE: &str = "RFA_RECORD_KILL_TEST_FILE";

/// The process that is killed: this test's own program, asked for this one test. Without the
/// variable it has nothing to do.
#[test]
fn child_records_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(path, &header).expect("creates");
    loop {
        let record = session.next();
        recorder.write_tick(&record).expect("writes");
        let events = record.interlock.outputs.events.len();
        let tick = record.interlock.inputs.tick;
        writeln!(std::io::stderr(), "tick {tick} {events}").expect("the parent listens");
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "child_records_until_it_is_killed", "--nocapture"])
        .env(FILE, path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts")
}

/// Ticks and events the child says it has written, killed once it has written `ticks`.
fn run_and_kill(path: &Path, ticks: u64) -> (u64, u64) {
    let mut child = spawn(path);
    let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let (mut last, mut events) = (0, 0);
    for line in lines.map_while(Result::ok) {
        let mut words = line.split(' ').skip(1).map_while(|word| word.parse::<u64>().ok());
        let (Some(tick), Some(count)) = (words.next(), words.next()) else { continue };
        last = tick;
        events += count;
        if tick == ticks {
            child.kill().expect("kills");
        }
    }
    child.wait().expect("ends");
    (last, events)
}

/// The ticks after which there is a kill: those around the end of a chunk, or as many as asked for.
fn moments() -> Vec<u64> {
    let Ok(count) = std::env::var("RFA_KILLS") else {
        return vec![1, 49, 50, 51, 137, 240, 391, 555];
    };
    let count: u64 = count.parse().expect("RFA_KILLS: a number");
    // Weyl's sequence: evenly over 6 s, each moment another one.
    let moment = |number: u64| 1 + number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 600;
    (0..count).map(moment).collect()
}

#[test]
fn a_killed_recorder_loses_less_than_a_second() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worst = 0;
    let moments = moments();
    for (number, ticks) in moments.iter().copied().enumerate() {
        let path = folder.path().join(format!("{number}.mcap"));
        let (written, events) = run_and_kill(&path, ticks);
        assert!(written >= ticks);
        let recording = Recording::open(&path).expect("the header is there from the start");
        let mut messages = recording.messages().expect("reads");
        let (mut read, mut seen) = (0, 0);
        while let Some(message) = messages.next().expect("no damage, only an end") {
            match message.topic {
                Topic::Tick => read = message.parse::<TickRow>().expect("whole").inputs.tick,
                Topic::Event | Topic::Alarm => seen += 1,
                _ => {}
            }
        }
        assert!(matches!(messages.end(), Some(End::Truncated { .. })));
        // It may have written one more tick than it could say.
        let lost = written.saturating_sub(read);
        assert!(lost <= 50, "killed at {ticks}: {lost} of {written} ticks lost");
        assert!(seen >= events, "killed at {ticks}: {seen} of {events} events");
        worst = worst.max(lost);
        std::fs::remove_file(&path).expect("is there");
    }
    eprintln!("{} kills: at most {worst} ticks (10 ms each) lost", moments.len());
}
