//! One run of a scenario: a treatment, judged.

use super::Bench;
use super::judge::{Outcome, Took, Why, judge};
use super::prepare::Prepared;
use rfa_scenario::Run;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What one run came to.
#[derive(Debug, Clone)]
pub(crate) struct RunResult {
    /// Its name, e.g. `ramp@2.003`.
    pub(crate) id: String,
    pub(crate) twin: bool,
    /// The seed of its noise.
    pub(crate) seed: u64,
    /// The seed of its group, which reproduces it.
    pub(crate) base_seed: u64,
    /// How it ended, in words.
    pub(crate) end: String,
    /// Time to RF off, where one is expected and held.
    pub(crate) took: Option<Took>,
    /// What its scenario says of it.
    pub(crate) note: Option<Arc<str>>,
    /// Why it is not as expected.
    pub(crate) why: Option<String>,
    /// How long it took here.
    pub(crate) elapsed: Duration,
    /// Stalls of the machine for which it was repeated, and what each run was before.
    pub(crate) stalls: Vec<String>,
}

/// What is told of a run beside its outcome.
pub(crate) struct Evidence {
    pub(crate) seed: u64,
    pub(crate) base_seed: u64,
    pub(crate) elapsed: Duration,
    pub(crate) stalls: Vec<String>,
}

/// A run's outcome and judgement as they are told.
pub(crate) fn result(
    run: &Run,
    outcome: &Outcome,
    judged: Result<Option<Took>, Why>,
    evidence: Evidence,
) -> RunResult {
    let Evidence { seed, base_seed, elapsed, stalls } = evidence;
    let end = match outcome {
        Outcome::NotOpened(_) => "not opened".to_owned(),
        Outcome::Treated(treated) => treated.report.end.clone(),
    };
    let (took, why) = match judged {
        Ok(took) => (took, None),
        Err(why) => (None, Some(why)),
    };
    let (id, note) = (run.id(), run.why.clone());
    RunResult { id, twin: run.twin, seed, base_seed, end, took, note, why, elapsed, stalls }
}

/// Runs one treatment on virtual time and judges it. `seed`: in place of the file's own.
pub(crate) fn run_virtual(
    bench: &Bench,
    prepared: &Prepared,
    run: &Run,
    seed: Option<u64>,
) -> RunResult {
    let began = Instant::now();
    let (seed, base_seed) = prepared.seeds(run, seed);
    let treatment = prepared.treatment(run, seed);
    let outcome = bench.treat(treatment, true).unwrap_or_else(Outcome::NotOpened);
    let judged = judge(run, &outcome);
    let evidence = Evidence { seed, base_seed, elapsed: began.elapsed(), stalls: Vec::new() };
    result(run, &outcome, judged, evidence)
}
