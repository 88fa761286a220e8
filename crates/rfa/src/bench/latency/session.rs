//! Whole treatments, one after the other, until enough ticks have run.

use super::tap::AnswerTap;
use crate::exit::{Exit, Stop};
use crate::real_time::{Sessions, Wanted};
use crate::treatment::Finished;
use rfa_figures::summary::TripSummary;
use rfa_runtime::{Ended, LateTick, Latencies, LatencySet, TICK};
use rfa_session::Latency;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Treatments that run no tick, or are not even opened, in a row, at most.
const EMPTY_MAX: u32 = 3;

/// What a treatment takes before its first tick and after its last, at most: handshake, self-test,
/// goodbye. More ticks than asked for do no harm; a row of treatments of a few ticks each would
/// measure beginnings.
const AROUND: Duration = Duration::from_secs(2);

/// What the treatments came to.
#[derive(Default)]
pub(super) struct Ran {
    pub(super) latency: LatencySet,
    pub(super) treatments: u32,
    /// Of them, those whose every step was completed.
    pub(super) whole: u32,
    pub(super) late_ticks: u64,
    /// Those kept one by one, 64 of each treatment's interlock and control, with whose they are.
    pub(super) late: Vec<(String, LateTick)>,
    pub(super) missed_ticks: u32,
    /// Rules that ended a treatment, with its number.
    pub(super) trips: Vec<(u32, TripSummary)>,
    pub(super) warnings: Vec<String>,
}

impl Ran {
    fn ticks(&self) -> u64 {
        self.latency.view().of(Latency::InterlockLateness).count
    }

    fn take(&mut self, finished: Finished) {
        let result = finished.result;
        self.latency.add(&result.latency);
        self.treatments = self.treatments.saturating_add(1);
        self.whole = self.whole.saturating_add(u32::from(result.end == Ended::Complete));
        let stall = result.stall;
        for (task, late) in [("interlock", &stall.late), ("control", &stall.control_late)] {
            let whose = format!("treatment {}, {task}", self.treatments);
            self.late.extend(late.iter().map(|late| (whose.clone(), *late)));
        }
        let late_ticks = stall.late_ticks.saturating_add(stall.control_late_ticks);
        self.late_ticks = self.late_ticks.saturating_add(late_ticks);
        self.missed_ticks = self.missed_ticks.saturating_add(result.missed_ticks);
        let treatment = self.treatments;
        self.trips.extend(result.summary.trips.into_iter().map(|trip| (treatment, trip)));
        self.warnings.extend(result.warnings);
    }
}

/// Treats until `ticks` interlock ticks have run; the last treatment ends with the last tick.
/// `answers` gets the times on the line.
pub(super) fn until(
    sessions: &Sessions,
    seed: u64,
    ticks: u64,
    answers: &Arc<Mutex<Latencies>>,
) -> Result<Ran, Stop> {
    let (mut ran, mut empty) = (Ran::default(), 0);
    while ran.ticks() < ticks {
        let before = ran.ticks();
        let left = TICK.times(ticks.saturating_sub(before));
        let wanted = Wanted {
            seed: seed.wrapping_add(u64::from(ran.treatments)),
            tap: Some(Box::new(AnswerTap::new(Arc::clone(answers)))),
            limit: Some(Duration::from_micros(left.as_micros()) + AROUND),
            ..Wanted::default()
        };
        let refused = match sessions.treat(wanted) {
            Ok(treated) => {
                ran.take(treated.finished);
                "the treatments run no tick".to_owned()
            }
            Err(stop) if stop.exit == Exit::Interrupted => return Err(stop),
            // Not opened: what it says is told, and the next has another seed.
            Err(stop) => {
                ran.treatments = ran.treatments.saturating_add(1);
                ran.warnings.push(format!("treatment {}: {}", ran.treatments, stop.message));
                stop.message
            }
        };
        empty = if ran.ticks() > before { 0 } else { empty + 1 };
        if empty >= EMPTY_MAX {
            return Err(Stop::failure(refused));
        }
    }
    Ok(ran)
}
