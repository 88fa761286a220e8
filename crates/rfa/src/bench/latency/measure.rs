//! One load: the treatments, and everything that is measured beside them.

use super::arguments::{Arguments, Load};
use super::cyclictest::{Cyclictest, INSTALL};
use super::echo::Echo;
use super::faults::{self, FaultTimes};
use super::session;
use crate::exit::Stop;
use crate::real_time::{Busy, Evidence, Sessions, Watching};
use crate::scenario;
use crate::treatment::Asked;
use rfa_figures::summary::TripSummary;
use rfa_runtime::{BareTick, LateTick, Latencies, LatencyUs, QuantilesUs, TICK, steal_so_far_ms};
use rfa_sim::pty::EchoSizes;
use rfa_wire::budget::{GRANT_FRAME, telemetry_frame};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// Late ticks told one by one, at most.
const UNEXPLAINED_MAX: usize = 64;

/// The treatments' rig, made once.
pub(super) struct Rig<'a> {
    arguments: &'a Arguments,
    sessions: Sessions,
}

/// Everything measured under one load. Times in microseconds where nothing else is said.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    pub(super) load: Load,
    pub(super) treatments: u32,
    /// Of them, those that went through every step of the plan.
    pub(super) whole: u32,
    pub(super) timing_us: LatencyUs,
    /// On the generator's side of the line, from telemetry to the frame that answers it.
    pub(super) wire_us: QuantilesUs,
    /// `None`: not installed, or it did not work.
    pub(super) cyclictest_us: Option<QuantilesUs>,
    /// A thread that only waits for its deadlines.
    pub(super) bare_us: QuantilesUs,
    pub(super) bare_missed: u32,
    /// The bare echo through a pseudo-terminal, on the generator's side.
    pub(super) echo_us: QuantilesUs,
    pub(super) fault_to_off_ms: FaultTimes,
    /// Ticks of interlock and control that began more than 5 ms late.
    pub(super) late_ticks: u64,
    /// Of them, those that no stall of the machine explains.
    pub(super) late_unexplained: u64,
    /// The first of those, in words.
    pub(super) late_told: Vec<String>,
    pub(super) missed_ticks: u32,
    /// Late by a period or more, unexplained: each missed a deadline at least.
    pub(super) missed_unexplained: u64,
    /// Time the host took from all processors while the ticks ran.
    pub(super) steal_ms: Option<u64>,
    /// Rules that ended treatments without a fault.
    pub(super) trips: Vec<String>,
}

impl<'a> Rig<'a> {
    pub(super) fn new(arguments: &'a Arguments) -> Result<Self, Stop> {
        let sessions = Sessions::new(Asked::of_plan(&arguments.plan)?)?;
        Ok(Self { arguments, sessions })
    }

    /// Everything runs at once, so that a stall of the machine meets all of it.
    pub(super) fn measure(&self, load: Load, warnings: &mut Vec<String>) -> Result<Measured, Stop> {
        let Arguments { ticks, faults, seed, .. } = *self.arguments;
        eprintln!("{}: {ticks} ticks, then {faults} faults", load.words());
        let _busy = match load {
            Load::None => None,
            Load::Cores => Some(Busy::start(scenario::processors())?),
        };
        let (steal_before, watching) = (steal_so_far_ms(), Watching::start()?);
        let cyclictest = Cyclictest::start(ticks)?;
        if cyclictest.is_none() {
            warnings.push(INSTALL.to_owned());
        }
        let bare = BareTick::start()
            .map_err(|e| Stop::failure(format!("cannot start the bare thread: {e}")))?;
        let sizes = EchoSizes { request: size(telemetry_frame(1)), reply: size(GRANT_FRAME) };
        let echo = Echo::start(sizes)?;
        let answers = Arc::new(Mutex::new(Latencies::new()));
        let ran = session::until(&self.sessions, seed, ticks, &answers)?;
        let steal_after = steal_so_far_ms();
        let echo = echo.finish()?;
        let bare = bare.finish().ok_or_else(|| Stop::failure("the bare thread panicked"))?;
        warnings.extend(bare.warnings.iter().cloned());
        let (evidence, told) = watching.finish()?;
        warnings.extend(told);
        let open = unexplained(&ran.late, &evidence);
        let not_kept = ran.late_ticks.saturating_sub(ran.late.len() as u64);
        let missed = open.iter().filter(|open| open.late_us >= TICK.as_micros()).count();
        let cyclictest_us = match cyclictest.map(Cyclictest::finish) {
            Some(Ok(times)) => Some(QuantilesUs(times.quantiles())),
            Some(Err(why)) => {
                warnings.push(why);
                None
            }
            None => None,
        };
        let fault_to_off_ms = faults::measure(&self.sessions, faults, seed)?;
        let wire = answers.lock().unwrap_or_else(PoisonError::into_inner).quantiles();
        warnings.extend(ran.warnings.iter().cloned());
        Ok(Measured {
            load,
            treatments: ran.treatments,
            whole: ran.whole,
            timing_us: LatencyUs(ran.latency.view()),
            wire_us: QuantilesUs(wire),
            cyclictest_us,
            bare_us: QuantilesUs(bare.lateness.quantiles()),
            bare_missed: bare.missed,
            echo_us: QuantilesUs(echo.quantiles()),
            fault_to_off_ms,
            late_ticks: ran.late_ticks,
            late_unexplained: not_kept.saturating_add(open.len() as u64),
            missed_ticks: ran.missed_ticks,
            missed_unexplained: not_kept.saturating_add(missed as u64),
            late_told: open.into_iter().take(UNEXPLAINED_MAX).map(|open| open.words).collect(),
            steal_ms: steal_before.zip(steal_after).map(|(from, to)| to.saturating_sub(from)),
            trips: ran.trips.iter().map(|(of, trip)| trip_words(*of, trip, &evidence)).collect(),
        })
    }
}

/// A late tick that nothing explains.
struct Open {
    late_us: u64,
    words: String,
}

fn unexplained(late: &[(String, LateTick)], evidence: &Evidence) -> Vec<Open> {
    let judged = late.iter().map(|(whose, late)| (whose, late, evidence.of_late(late)));
    let open = judged.filter(|(.., cause)| cause.is_unexplained());
    let open = open.map(|(whose, LateTick { tick, late_us, .. }, cause)| Open {
        late_us: *late_us,
        words: format!("{whose} tick {tick} began {late_us} us late: {cause}"),
    });
    open.collect()
}

fn trip_words(treatment: u32, trip: &TripSummary, evidence: &Evidence) -> String {
    let TripSummary { tick, rule, text, .. } = trip;
    format!("treatment {treatment} ended at tick {tick}: {rule} {text}: {}", evidence.of_trip(trip))
}

fn size(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_tick_that_nothing_explains_is_told_with_whose_it_was() {
        let late = LateTick { tick: 7, planned_us: 5_000_000, late_us: 6_000 };
        let open = unexplained(&[("treatment 2, control".to_owned(), late)], &Evidence::default());
        let words = "treatment 2, control tick 7 began 6000 us late: UNEXPLAINED; nothing was seen \
                     within 50 ms of it";
        assert_eq!(open.iter().map(|open| open.words.as_str()).collect::<Vec<_>>(), [words]);
    }

    #[test]
    fn a_trip_is_told_with_its_cause() {
        let trip = |rule: &str| TripSummary {
            rule: rule.to_owned(),
            alarm: String::new(),
            value: 40_000,
            limit: 30_000,
            unit: "us".to_owned(),
            text: "40.0 ms, limit 30.0 ms".to_owned(),
            window_us: 0,
            tick: 7,
            at_us: 5_000_000,
        };
        let told = |rule| trip_words(2, &trip(rule), &Evidence::default());
        let nothing = "treatment 2 ended at tick 7: H-44 40.0 ms, limit 30.0 ms: UNEXPLAINED; \
                       nothing was seen within 50 ms";
        assert!(told("H-44").starts_with(nothing), "{}", told("H-44"));
        assert!(told("H-01").ends_with("UNEXPLAINED; stalls do not explain this rule"));
    }
}
