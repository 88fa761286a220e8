//! `rfa bench latency`: treatments in real time, measured, beside what the machine itself gives.
//!
//! `session` runs the treatments, `tap` times them on the line, `faults` times what ends output;
//! `cyclictest`, `echo` and the runtime's bare thread measure the machine meanwhile; `judge` holds
//! the figures against their targets, `text` prints them.

mod arguments;
mod cyclictest;
mod echo;
mod faults;
mod judge;
mod machine;
mod measure;
mod session;
mod tap;
mod text;

use crate::exit::{Exit, Stop};
use crate::output;
pub(crate) use arguments::Arguments;
use arguments::LatencyFormat;
use judge::{Row, Verdict};
use machine::Machine;
use measure::Measured;
use serde::Serialize;

/// What a run came to.
#[derive(Debug, Serialize)]
struct Answer {
    rfa: &'static str,
    commit: &'static str,
    plan: String,
    seed: u64,
    machine: Machine,
    /// What could not be had of the operating system, or of the machine's packages.
    warnings: Vec<String>,
    loads: Vec<Loaded>,
}

/// Everything under one load.
#[derive(Debug, Serialize)]
struct Loaded {
    #[serde(flatten)]
    measured: Measured,
    rows: Vec<Row>,
}

pub(super) fn bench(arguments: &Arguments) -> Result<Exit, Stop> {
    let mut warnings = Vec::new();
    let mut loads = Vec::new();
    let rig = measure::Rig::new(arguments)?;
    for load in arguments.loads() {
        let measured = rig.measure(load, &mut warnings)?;
        let rows = judge::rows(&measured);
        loads.push(Loaded { measured, rows });
    }
    warnings.sort();
    warnings.dedup();
    let answer = Answer {
        rfa: env!("CARGO_PKG_VERSION"),
        commit: crate::COMMIT,
        plan: arguments.plan.clone(),
        seed: arguments.seed,
        machine: Machine::here(),
        warnings,
        loads,
    };
    match arguments.format {
        LatencyFormat::Json => output::json(&answer)?,
        LatencyFormat::Table => output::line(text::table(&answer).trim_end())?,
        LatencyFormat::Md => output::line(text::markdown(&answer).trim_end())?,
    }
    let mut rows = answer.loads.iter().flat_map(|loaded| &loaded.rows);
    let missed = rows.any(|row| row.verdict == Verdict::NotMet);
    Ok(if missed { Exit::Difference } else { Exit::Ok })
}
