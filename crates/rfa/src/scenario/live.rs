//! A run in real time, through the pseudo-terminal: the same judge, and the machine's own stalls.

use super::Bench;
use super::bench::{Cast, re_execute, treated};
use super::judge::{Outcome, judge, time_to_off_ms};
use super::prepare::Prepared;
use super::run::{Evidence, RunResult, result};
use super::stall::{evidence, never};
use super::watch::Watched;
use crate::exit::Stop;
use crate::treatment::{LiveRun, random};
use rfa_record::{Recording, Topic};
use rfa_replay::Execution;
use rfa_scenario::Run;
use rfa_units::ChannelId;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// The first run and two more.
const RUNS: usize = 3;

/// Runs one treatment until it is as expected; again, at most twice, where the machine stood
/// still and that explains what was not.
pub(crate) fn run_live(
    bench: &Bench,
    prepared: &Prepared,
    run: &Run,
    seed: Option<u64>,
    interrupted: &AtomicBool,
) -> RunResult {
    let began = Instant::now();
    let mut stalls: Vec<String> = Vec::new();
    loop {
        let (seed, base_seed) = prepared.seeds(run, seed);
        let outcome =
            treat_live(bench, prepared, run, seed, interrupted).unwrap_or_else(Outcome::NotOpened);
        let mut judged = judge(run, &outcome);
        if let (Err(why), Outcome::Treated(treated)) = (&judged, &outcome) {
            let took_ms = time_to_off_ms(run, treated);
            let unexcused = never(treated, &run.expected, took_ms);
            let stall = evidence(treated, &run.expected).filter(|_| unexcused.is_none());
            match stall {
                Some(stall) if stalls.len() + 1 < RUNS => {
                    let (file, id) = (prepared.file.display(), run.id());
                    eprintln!("{file}: {id} met a stall of the machine: {stall}; runs again");
                    stalls.push(format!("{stall}: {why}"));
                    continue;
                }
                Some(stall) => {
                    judged =
                        Err(format!("{why}; the machine stalled in each of {RUNS} runs: {stall}"));
                }
                None => {
                    let more = unexcused.map_or_else(
                        || "no stall of the machine is on record".to_owned(),
                        |more| format!("no stall of the machine excuses it: {more}"),
                    );
                    judged = Err(format!("{why}; {more}"));
                }
            }
        }
        let evidence = Evidence { seed, base_seed, elapsed: began.elapsed(), stalls };
        return result(run, &outcome, judged, evidence);
    }
}

fn treat_live(
    bench: &Bench,
    prepared: &Prepared,
    run: &Run,
    seed: u64,
    interrupted: &AtomicBool,
) -> Result<Outcome, Stop> {
    let asked = &prepared.asked;
    let Cast { generator, operator, pedal } =
        prepared.treatment(run, seed).cast(bench, random()?)?;
    let scratch = bench.new_recording();
    let live =
        LiveRun { asked, generator, operator, pedal, seed, recording: &scratch.0, predicts: false };
    let (finished, generator, served) = live.run(interrupted)?;
    let watched = watched(&scratch.0, asked.plan.program.channel).map_err(Stop::failure)?;
    let verified = re_execute(&scratch.0);
    let mut treated = treated(asked, &finished, &generator, watched, verified);
    treated.report = treated.report.with_served(served);
    Ok(Outcome::Treated(Box::new(treated)))
}

/// The same of a recording as of a treatment on virtual time: its ticks as they are when run
/// again, which the judge proves to be as they were.
fn watched(recording: &Path, channel: ChannelId) -> Result<Watched, String> {
    let failed = |e: &dyn std::fmt::Display| format!("the recording: {e}");
    let recording = Recording::open(recording).map_err(|e| failed(&e))?;
    let mut execution = Execution::new(recording.header()).map_err(|e| failed(&e))?;
    let mut watched = Watched::new(channel);
    let mut messages = recording.messages().map_err(|e| failed(&e))?;
    while let Some(message) = messages.next().map_err(|e| failed(&e))? {
        match message.topic {
            Topic::Tick => {
                let row = message.parse().map_err(|e| failed(&e))?;
                watched.tick(&execution.tick(&row).map_err(|e| failed(&e))?);
            }
            Topic::Truth => watched.truth(&message.parse().map_err(|e| failed(&e))?),
            _ => {}
        }
    }
    Ok(watched)
}
