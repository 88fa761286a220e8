//! From a fault to output measured off.

use crate::exit::Stop;
use crate::real_time::{Sessions, Treated, Wanted};
use crate::treatment::Report;
use rfa_sim::ScheduledFault;
use serde::Serialize;

/// The fault: the sensor opens (H-06). The generator's next report shows it.
const FAULT: &str = "sensor-open";

/// Its budget from fault to output off, ms (docs/safety/hazards.md, H-06).
pub(super) const BUDGET_MS: f64 = 50.0;

/// When it comes, on the generator's clock: in the ramp, whatever the gates before it took.
const AT_MS: f64 = 5_000.0;

/// From one treatment to the next the fault moves by this much, so that it meets every phase of
/// telemetry, control and interlock.
const STEP_MS: f64 = 1.37;

/// Times from fault to off, measured by the simulated firmware, which steps each ms.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub(super) struct FaultTimes {
    /// Times measured.
    pub(super) count: usize,
    /// Treatments in which output was not on when the fault came: something ended it before.
    pub(super) without: usize,
    pub(super) p50: Option<f64>,
    pub(super) max: Option<f64>,
}

impl FaultTimes {
    fn of(mut times_ms: Vec<f64>, treatments: usize) -> Self {
        times_ms.sort_by(f64::total_cmp);
        Self {
            count: times_ms.len(),
            without: treatments.saturating_sub(times_ms.len()),
            p50: times_ms.get(times_ms.len().saturating_sub(1) / 2).copied(),
            max: times_ms.last().copied(),
        }
    }
}

pub(super) fn measure(sessions: &Sessions, treatments: u32, seed: u64) -> Result<FaultTimes, Stop> {
    let mut times_ms = Vec::new();
    for number in 0..treatments {
        let at_s = (AT_MS + STEP_MS * f64::from(number)) / 1e3;
        let fault: ScheduledFault =
            format!("{FAULT}@{at_s:.5}s").parse().map_err(|e| Stop::failure(format!("{e}")))?;
        let seed = seed.wrapping_add(u64::from(number));
        let wanted = Wanted { seed, faults: vec![fault], ..Wanted::default() };
        let Treated { finished, generator, .. } = sessions.treat(wanted)?;
        let report = Report::new(&sessions.asked().plan, &finished, None);
        times_ms.extend(report.with_generator(&generator).rf_off_after_fault_ms);
    }
    Ok(FaultTimes::of(times_ms, usize::try_from(treatments).unwrap_or(usize::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_few_is_one_of_them() {
        let of = FaultTimes::of(vec![21.0, 19.0, 30.0, 20.0], 5);
        assert_eq!((of.count, of.without, of.p50, of.max), (4, 1, Some(20.0), Some(30.0)));
        assert_eq!(FaultTimes::of(Vec::new(), 0), FaultTimes::default());
    }
}
