//! What the pure steps of control and interlock take: the second table of
//! docs/verification/latency.md.
//!
//! `cargo run --release -p rfa-replay --example steps SESSION.mcap`
//!
//! Each step of the recording is run again and timed by itself: back to back; each 10 ms, as in a
//! session; each 10 ms with the same step run on a copy just before; and back to back with a
//! thrown-out cache before each. Nothing else is in the times but the clock, whose own row is
//! printed first.

use rfa_control::ControlInputs;
use rfa_interlock::{Inputs, Interlock};
use rfa_record::row::TickRow;
use rfa_record::{Recording, Topic};
use rfa_replay::Execution;
use std::hint::black_box;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error>;

/// Words that are gone through to throw everything else out of a core's caches: 16 MiB.
const WORDS: usize = 2 << 20;
/// Ticks run at a session's own pace: 20 s.
const PACED: usize = 2_000;
/// How long before its time a step is run on a copy: several times what that takes.
const WARMED: Duration = Duration::from_micros(100);
/// Ticks run with thrown-out caches.
const COLD: usize = 2_000;

struct Tick {
    control: Vec<ControlInputs>,
    interlock: Inputs,
}

#[derive(Default)]
struct Times {
    control: Vec<u64>,
    interlock: Vec<u64>,
    both: Vec<u64>,
}

fn main() -> Result<(), Failure> {
    let path = std::env::args_os().nth(1).ok_or("which recording?")?;
    let recording = Recording::open(&path)?;
    let ticks = ticks(&recording)?;
    println!(
        "{} ticks; {} bytes of interlock, {} of both with limits",
        ticks.len(),
        size_of::<Interlock>(),
        size_of::<Execution>()
    );
    let clock: Vec<u64> = ticks.iter().map(|_| ns(Instant::now())).collect();
    row("clock", "", clock);
    let execution = Execution::new(recording.header())?;
    print("back to back", run(execution, &ticks, |_, _| ()));
    let paced = ticks.get(..PACED.min(ticks.len())).unwrap_or_default();
    let began = Instant::now();
    print("each 10 ms", run(execution, paced, |place, _| sleep_until(due(began, place))));
    let began = Instant::now();
    let warm = |place: usize, execution: &Execution| {
        sleep_until(due(began, place) - WARMED);
        if let Some(tick) = paced.get(place) {
            step(*execution, tick);
        }
        while Instant::now() < due(began, place) {
            std::hint::spin_loop();
        }
    };
    print("each 10 ms, warm", run(execution, paced, warm));
    let mut words = vec![1_u64; WORDS];
    let cold = ticks.get(..COLD.min(ticks.len())).unwrap_or_default();
    let throw_out = |_: usize, _: &Execution| {
        words.iter_mut().for_each(|word| *word = black_box(*word).wrapping_add(1))
    };
    print("thrown-out cache", run(execution, cold, throw_out));
    Ok(())
}

/// When a tick is run, two periods behind the beginning for the first.
fn due(began: Instant, place: usize) -> Instant {
    began + Duration::from_millis(10) * u32::try_from(place + 2).unwrap_or(u32::MAX)
}

fn sleep_until(due: Instant) {
    std::thread::sleep(due.saturating_duration_since(Instant::now()));
}

/// One tick of a copy, for what it leaves in the caches.
fn step(mut execution: Execution, tick: &Tick) {
    for inputs in &tick.control {
        black_box(execution.control(black_box(inputs)));
    }
    black_box(execution.interlock(black_box(&tick.interlock)));
}

fn ticks(recording: &Recording) -> Result<Vec<Tick>, Failure> {
    let (mut ticks, mut messages) = (Vec::new(), recording.messages()?);
    while let Some(message) = messages.next()? {
        if message.topic != Topic::Tick {
            continue;
        }
        let row: TickRow = message.parse()?;
        let control = row.control.iter().map(|of| of.inputs.inputs(&row.inputs.telemetry));
        let control = control.collect::<Result<_, _>>()?;
        ticks.push(Tick { control, interlock: Inputs::try_from(&row.inputs)? });
    }
    Ok(ticks)
}

fn run(
    mut execution: Execution,
    ticks: &[Tick],
    mut before: impl FnMut(usize, &Execution),
) -> Times {
    let mut times = Times::default();
    for (place, tick) in ticks.iter().enumerate() {
        before(place, &execution);
        let mut both = 0;
        for inputs in &tick.control {
            let began = Instant::now();
            black_box(execution.control(black_box(inputs)));
            both = ns(began);
            times.control.push(both);
        }
        let began = Instant::now();
        black_box(execution.interlock(black_box(&tick.interlock)));
        let took = ns(began);
        times.interlock.push(took);
        times.both.push(both + took);
    }
    times
}

fn ns(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn print(how: &str, times: Times) {
    row(how, "control", times.control);
    row(how, "interlock", times.interlock);
    row(how, "both", times.both);
}

fn row(how: &str, what: &str, mut times: Vec<u64>) {
    times.sort_unstable();
    let at = |share: f64| {
        let place = (times.len().saturating_sub(1) as f64 * share) as usize;
        times.get(place).copied().unwrap_or(0)
    };
    let (p50, p99, p99_9, max) = (at(0.5), at(0.99), at(0.999), at(1.0));
    println!("{how:17} {what:9} p50 {p50:6} p99 {p99:6} p99.9 {p99_9:6} max {max:7} ns");
}
