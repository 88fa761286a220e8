//! The rules on what changes over a while: warming, drying, and noise.

use super::judge::{above, below, newest, reached};
use super::{Verdict, View};
use crate::history::{impedance, tip};
use crate::memory::MEAN_SAMPLES;
use crate::thresholds::{
    AFTERGLOW, BODY_MC, RESPONSE_OFFSET_MK, ROLL_OFF_ABOVE_MC, ROLL_OFF_WINDOW, RUNAWAY_RAMPS,
    SPREAD_MK, SUDDEN_WINDOW, WARMING_ABOVE_MC, WARMING_WINDOW,
};

/// Samples that make an impedance: fewer than of a tip, its noise being a percent or less.
const IMPEDANCE_SAMPLES: usize = 3;

/// The planned rate of the step in force, from body temperature, in mK/s.
fn planned_mk_s(view: &View<'_>) -> i64 {
    let rise_mk = i64::from(view.step.set.get()).saturating_sub(BODY_MC);
    let ramp_ms = i64::try_from(view.step.ramp.as_millis()).unwrap_or(i64::MAX);
    rise_mk.saturating_mul(1_000).checked_div(ramp_ms).unwrap_or(0)
}

/// H-03, threshold in mK/s of rise, or three times the planned ramp where that is faster.
pub(super) fn runs_away(threshold: i64, view: &View<'_>) -> Verdict {
    let planned = planned_mk_s(view).saturating_mul(RUNAWAY_RAMPS);
    let slope = view.memory.history.slope();
    slope.map_or(Verdict::Ok, |slope| above(slope, threshold.max(planned)))
}

/// H-11, threshold in µs of power to which the tip has not answered.
pub(super) fn unanswered(threshold: i64, view: &View<'_>) -> Verdict {
    let powered_us = view.memory.response.unanswered().as_micros();
    reached(i64::try_from(powered_us).unwrap_or(i64::MAX), threshold)
}

/// H-38, threshold in percent of the rise that the plan's electrode shows for the same power.
pub(super) fn answers_too_much(threshold: i64, view: &View<'_>) -> Verdict {
    let Some((risen_mk, expected_mk)) = view.memory.response.risen() else { return Verdict::Stale };
    let beyond_mk = risen_mk.saturating_sub(RESPONSE_OFFSET_MK).max(0);
    // No power to speak of is no excuse: the tip warms, and nothing that is measured warms it.
    above(percent(beyond_mk, expected_mk.max(1)), threshold)
}

/// H-12, threshold in mK above the lowest tenth of a second of the last one, with power neither
/// asked nor measured. A signal that is all spread says nothing of warmth: that is H-56's.
pub(super) fn warms_without_power(threshold: i64, view: &View<'_>) -> Verdict {
    let Some((sample, since)) = newest(view).zip(view.memory.quiet_since) else {
        return Verdict::Ok;
    };
    let spread = view.memory.history.spread();
    let Some(mean) = view.memory.history.mean(MEAN_SAMPLES, tip) else { return Verdict::Stale };
    if spread.is_none_or(|spread| spread > SPREAD_MK) {
        return Verdict::Stale;
    }
    if mean < WARMING_ABOVE_MC {
        return Verdict::Ok;
    }
    let from = since.plus(AFTERGLOW);
    let blocks = view.memory.trend.within(sample.at, WARMING_WINDOW);
    let alone = blocks.filter(|block| block.began() >= from);
    let lowest = alone.filter_map(|block| block.tip.get()).min();
    lowest.map_or(Verdict::Ok, |lowest| above(mean.saturating_sub(lowest), threshold))
}

/// H-13, threshold in mK of fall after output ended. Nothing is concluded from a signal that is all
/// spread (H-56), or that does not move at all (H-08).
pub(super) fn does_not_cool(threshold: i64, view: &View<'_>) -> Verdict {
    let Some(fallen) = view.memory.cooling.fallen_mk() else { return Verdict::Ok };
    match view.memory.history.spread() {
        Some(1..=SPREAD_MK) => below(fallen, threshold),
        _ => Verdict::Stale,
    }
}

/// H-16, threshold in percent above the lowest tenth of a second of the last half.
pub(super) fn rolls_off(threshold: i64, view: &View<'_>) -> Verdict {
    let history = &view.memory.history;
    let hot = history.mean(MEAN_SAMPLES, tip).is_some_and(|mean| mean > ROLL_OFF_ABOVE_MC);
    let now = newest(view).zip(history.mean(IMPEDANCE_SAMPLES, impedance));
    let Some((sample, mean)) = now.filter(|_| hot) else { return Verdict::Ok };
    let blocks = view.memory.trend.within(sample.at, ROLL_OFF_WINDOW);
    let lowest = blocks.filter_map(|block| block.impedance.get()).min();
    let risen = |lowest| percent(mean.saturating_sub(lowest), lowest);
    lowest.map_or(Verdict::Ok, |lowest| above(risen(lowest), threshold))
}

/// H-17, threshold in percent below the highest tenth of a second of the last two.
pub(super) fn falls_suddenly(threshold: i64, view: &View<'_>) -> Verdict {
    let now = newest(view).and_then(|sample| Some((sample.at, impedance(sample)?)));
    let Some((at, impedance)) = now else { return Verdict::Stale };
    let blocks = view.memory.trend.within(at, SUDDEN_WINDOW);
    let highest = blocks.filter_map(|block| block.impedance.get()).max();
    let Some(highest) = highest else { return Verdict::Ok };
    above(percent(highest.saturating_sub(impedance), highest), threshold)
}

/// H-56, threshold in mK between the extremes of ten samples about their own straight line.
pub(super) fn disturbed(threshold: i64, view: &View<'_>) -> Verdict {
    let spread = view.memory.history.spread();
    spread.map_or(Verdict::Stale, |spread| above(spread, threshold))
}

fn percent(part: i64, of: i64) -> i64 {
    part.saturating_mul(100).checked_div(of).unwrap_or(i64::MAX)
}
