//! Size and speed of recordings: `cargo run --release -p rfa-replay --example measure [FILE]`.
//!
//! Without a file it records ten minutes of a small treatment first, with and without what a
//! simulator knows.

#[path = "../../rfa-record/tests/support/mod.rs"]
mod support;

use rfa_record::row::TickRow;
use rfa_record::{Clock, Recorder, Recording, Topic, TruthRow};
use rfa_replay::verify;
use rfa_units::Span;
use std::path::Path;
use std::time::{Duration, Instant};
use support::Session;

type Failure = Box<dyn std::error::Error>;

/// Ten minutes at 100 Hz.
const TICKS: u64 = 60_000;

fn main() -> Result<(), Failure> {
    if let Some(path) = std::env::args_os().nth(1) {
        return read(Path::new(&path));
    }
    let folder = tempfile::tempdir()?;
    for truth in [false, true] {
        let path = folder.path().join(format!("truth-{truth}.mcap"));
        write(&path, truth)?;
        read(&path)?;
    }
    Ok(())
}

fn write(path: &Path, truth: bool) -> Result<(), Failure> {
    let header = support::header_with(Clock::Virtual, support::program(Span::from_secs(90)));
    let mut session = Session::new(&header, 7);
    let ticks: Vec<_> = (0..TICKS)
        .map(|_| {
            let record = session.next();
            (record, session.tip_c())
        })
        .collect();
    let mut worst = Duration::ZERO;
    let began = Instant::now();
    let mut recorder = Recorder::create(path, &header)?;
    for (record, tip_c) in &ticks {
        let call = Instant::now();
        recorder.write_tick(record)?;
        worst = worst.max(call.elapsed());
        if truth {
            recorder.write_truth(&TruthRow {
                at_us: record.interlock.inputs.now.as_micros(),
                tip_c: *tip_c,
                sensed_c: Some(*tip_c),
                tissue_max_c: tip_c + 1.0,
                power_w: 1.5,
                rf_on: true,
            })?;
        }
    }
    recorder.finish(None)?;
    let each = began.elapsed().as_secs_f64() * 1e6 / TICKS as f64;
    println!("write, truth {truth}: {each:.1} us a tick, slowest call {worst:?}");
    Ok(())
}

fn read(path: &Path) -> Result<(), Failure> {
    let recording = Recording::open(path)?;
    let bytes = std::fs::metadata(path)?.len();
    let (mut ticks, mut json) = (0_u64, 0_u64);
    let began = Instant::now();
    let mut messages = recording.messages()?;
    while let Some(message) = messages.next()? {
        ticks += u64::from(message.topic == Topic::Tick);
        json += message.data.len() as u64;
    }
    let reading = began.elapsed();
    let began = Instant::now();
    let mut messages = recording.messages()?;
    while let Some(message) = messages.next()? {
        if message.topic == Topic::Tick {
            std::hint::black_box(message.parse::<TickRow>()?);
        }
    }
    let parsing = began.elapsed();
    let began = Instant::now();
    let report = verify(path)?;
    let verifying = began.elapsed();
    let minutes = ticks as f64 / 6_000.0;
    let mib = |bytes: u64| bytes as f64 / 1e6 / minutes;
    println!("{:.3} MB a minute in the file, {:.2} MB of JSON", mib(bytes), mib(json));
    for (what, took) in [("read", reading), ("parse", parsing), ("verify", verifying)] {
        let us = took.as_secs_f64() * 1e6 / ticks as f64;
        let real_time = ticks as f64 / 100.0 / took.as_secs_f64();
        println!("{what}: {us:.2} us a tick, {real_time:.0} x real time");
    }
    let share = reading.as_secs_f64() / verifying.as_secs_f64();
    println!("verify is {:.0} % as fast as reading alone", share * 100.0);
    println!("{report}");
    Ok(())
}
