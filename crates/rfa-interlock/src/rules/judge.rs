//! One function a rule: what it finds in the newest sample, or in this tick.

use super::{Verdict, View};
use crate::history::Sample;
use crate::memory::silence_us;
use crate::thresholds::{
    FALL_BELOW_MC, IMPEDANCE_FALL, IMPEDANCE_RISE, JUMP_WINDOW, PAD_RISE_PERCENT, RF_MW,
    output_limit_mw,
};
use crate::{Activation, State};
use rfa_units::{EmergencyStop, Footswitch, Span, Supply};

/// Crossed where `value` has reached `limit`.
pub(super) const fn reached(value: i64, limit: i64) -> Verdict {
    if value >= limit { Verdict::Trip { value, limit } } else { Verdict::Ok }
}

/// Crossed where `value` lies above `limit`.
pub(super) const fn above(value: i64, limit: i64) -> Verdict {
    if value > limit { Verdict::Trip { value, limit } } else { Verdict::Ok }
}

/// Crossed where `value` lies below `limit`.
pub(super) const fn below(value: i64, limit: i64) -> Verdict {
    if value < limit { Verdict::Trip { value, limit } } else { Verdict::Ok }
}

pub(super) fn newest<'a>(view: &'a View<'_>) -> Option<&'a Sample> {
    view.memory.history.newest()
}

fn tip_mc(view: &View<'_>) -> Option<i64> {
    newest(view).and_then(|sample| sample.tip_mc).map(i64::from)
}

/// H-01, threshold in mK above the set temperature. An unreadable tip is H-06's.
pub(super) fn over_set(threshold: i64, view: &View<'_>) -> Verdict {
    let limit = i64::from(view.step.set.get()).saturating_add(threshold);
    tip_mc(view).map_or(Verdict::Stale, |t| reached(t, limit))
}

/// H-02, threshold in m°C.
pub(super) fn boiling(threshold: i64, view: &View<'_>) -> Verdict {
    tip_mc(view).map_or(Verdict::Stale, |t| reached(t, threshold))
}

/// H-04, threshold in mW: the least margin above what was asked.
pub(super) fn above_request(threshold: i64, view: &View<'_>) -> Verdict {
    newest(view).map_or(Verdict::Stale, |sample| above_asked(threshold, sample))
}

fn above_asked(threshold: i64, sample: &Sample) -> Verdict {
    let Some(power_mw) = sample.power_mw else { return Verdict::Error };
    let limit_mw = i64::from(output_limit_mw(sample.asked_mw, threshold));
    above(i64::from(power_mw), limit_mw)
}

/// H-05, threshold in mW: RF with K1 open.
pub(super) fn without_permission(threshold: i64, view: &View<'_>) -> Verdict {
    match newest(view).filter(|sample| sample.followed.off_due).map(|sample| sample.power_mw) {
        Some(Some(power_mw)) => above(i64::from(power_mw), threshold),
        Some(None) => Verdict::Stale,
        None => Verdict::Ok,
    }
}

/// H-05, threshold in mW: RF on a channel no grant was ever made for.
pub(super) fn foreign_channel(threshold: i64, view: &View<'_>) -> Verdict {
    newest(view).map_or(Verdict::Stale, |s| above(i64::from(s.foreign_mw), threshold))
}

/// H-54: K1 or K2 reads back shut though it was opened long enough ago: the contact is welded,
/// and the other one is what is left. Self-test works both itself and answers for them there.
pub(super) fn welded(threshold: i64, view: &View<'_>) -> Verdict {
    newest(view).map_or(Verdict::Stale, |s| reached(i64::from(s.followed.welded), threshold))
}

/// H-54: K1 or K2 reads back open though it was shut long enough ago: the generator has ended
/// output by itself, and nobody may wait for a temperature that cannot come.
pub(super) fn dropped_out(threshold: i64, view: &View<'_>) -> Verdict {
    newest(view).map_or(Verdict::Stale, |s| reached(i64::from(s.followed.dropped), threshold))
}

/// H-06: no reading, or one outside the range of a working sensor.
pub(super) fn tip_missing(_: i64, view: &View<'_>) -> Verdict {
    let missing = |sample: &Sample| match sample.tip_mc {
        None => Verdict::Error,
        Some(_) => Verdict::Ok,
    };
    newest(view).map_or(Verdict::Stale, missing)
}

/// H-06, threshold in mK per [`JUMP_WINDOW`]: against every sample of the window, and against
/// the one before however old it is, in proportion.
pub(super) fn tip_jump(threshold: i64, view: &View<'_>) -> Verdict {
    let Some((at, tip)) = newest(view).and_then(|s| Some((s.at, s.tip_mc?))) else {
        return Verdict::Stale;
    };
    for (place, earlier) in view.memory.history.iter().skip(1).enumerate() {
        let age = at.since(earlier.at);
        if place > 0 && age > JUMP_WINDOW {
            break;
        }
        let Some(before) = earlier.tip_mc else { break };
        let step = i64::from(tip).abs_diff(i64::from(before));
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let limit = per_window(threshold, age.max(JUMP_WINDOW));
        if let Verdict::Trip { .. } = above(step, limit) {
            return above(step, limit);
        }
    }
    Verdict::Ok
}

fn per_window(threshold: i64, age: Span) -> i64 {
    let age_us = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
    let window_us = i64::try_from(JUMP_WINDOW.as_micros()).unwrap_or(1);
    threshold.saturating_mul(age_us).checked_div(window_us).unwrap_or(threshold)
}

/// H-07, threshold in m°C: a reading of the cable's temperature while the tip is in tissue.
pub(super) fn tip_cold(threshold: i64, view: &View<'_>) -> Verdict {
    let spec = view.limits.spec();
    let tissue = spec.impedance_low.get()..=spec.impedance_high.get();
    let in_tissue = newest(view)
        .and_then(|sample| sample.impedance_mohm)
        .is_some_and(|impedance| tissue.contains(&impedance));
    match tip_mc(view) {
        Some(t) if in_tissue => below(t, threshold),
        Some(_) => Verdict::Ok,
        None => Verdict::Stale,
    }
}

/// H-07, threshold in mK/s of fall near body temperature.
pub(super) fn tip_falls_cold(threshold: i64, view: &View<'_>) -> Verdict {
    match tip_mc(view) {
        Some(t) if t < FALL_BELOW_MC => falls(threshold, view),
        Some(_) => Verdict::Ok,
        None => Verdict::Stale,
    }
}

/// H-07, threshold in mK/s of fall at any temperature.
pub(super) fn falls(threshold: i64, view: &View<'_>) -> Verdict {
    let slope = view.memory.history.slope_with_power();
    slope.map_or(Verdict::Ok, |slope| above(slope.saturating_neg(), threshold))
}

/// H-08, threshold in µs: the same raw code with power on.
pub(super) fn tip_frozen(threshold: i64, view: &View<'_>) -> Verdict {
    reached(view.memory.same_us(), threshold)
}

/// H-08, threshold in µs: the newest sample is old although it has only now come. Where nothing
/// comes, H-22 answers.
pub(super) fn sample_old(threshold: i64, view: &View<'_>) -> Verdict {
    if view.memory.heard != Some(view.clock.now) {
        return Verdict::Stale;
    }
    let age_us = view.memory.sample_age_us(view.clock.now);
    age_us.map_or(Verdict::Stale, |age_us| above(age_us, threshold))
}

/// The newest impedance. Missing is an error, except where K1 is shut and too little flows to
/// measure with: then there is also nothing that could do harm.
fn impedance(view: &View<'_>) -> Result<i64, Verdict> {
    let sample = newest(view).ok_or(Verdict::Stale)?;
    match sample.impedance_mohm {
        Some(impedance) => Ok(i64::from(impedance)),
        None if impedance_is_missing(sample) => Err(Verdict::Error),
        None => Err(Verdict::Stale),
    }
}

/// There is no impedance where there should be one.
pub(crate) fn impedance_is_missing(sample: &Sample) -> bool {
    let unmeasurable = sample.output_on && sample.power_mw.is_some_and(|p| p <= RF_MW);
    sample.impedance_mohm.is_none() && !unmeasurable
}

/// H-14: limit and twice the baseline, whichever is lower.
pub(super) fn impedance_high(_: i64, view: &View<'_>) -> Verdict {
    let limit = i64::from(view.limits.spec().impedance_high.get());
    let baseline = view.memory.baseline_mohm.map_or(i64::MAX, i64::from);
    let limit = limit.min(baseline.saturating_mul(IMPEDANCE_RISE));
    impedance(view).map_or_else(|verdict| verdict, |z| above(z, limit))
}

/// H-15: limit and half the baseline, whichever is higher. What is missing is H-14's.
pub(super) fn impedance_low(_: i64, view: &View<'_>) -> Verdict {
    let limit = i64::from(view.limits.spec().impedance_low.get());
    let half = view.memory.baseline_mohm.map_or(0, i64::from).checked_div(IMPEDANCE_FALL);
    let limit = limit.max(half.unwrap_or(0));
    impedance(view).map_or(Verdict::Stale, |z| below(z, limit))
}

/// How far `a` and `b` lie apart, in percent of `of`.
fn apart_percent(a: i64, b: i64, of: i64) -> i64 {
    let apart = i64::try_from(a.abs_diff(b)).unwrap_or(i64::MAX);
    apart.saturating_mul(100).checked_div(of).unwrap_or(i64::MAX)
}

/// The newest power, voltage and current where there is power enough to compare them: mW, mV, µA.
fn electrical(view: &View<'_>) -> Option<(i64, i64, i64)> {
    let sample = newest(view)?;
    let power_mw = sample.power_mw.filter(|power| *power > RF_MW)?;
    Some((i64::from(power_mw), i64::from(sample.voltage_mv?), i64::from(sample.current_ua?)))
}

/// H-18, threshold in percent: power against voltage times current.
pub(super) fn power_contradicted(threshold: i64, view: &View<'_>) -> Verdict {
    let Some((power_mw, voltage_mv, current_ua)) = electrical(view) else { return Verdict::Ok };
    // mV x µA = nW, and a million of them are a mW.
    let product_mw = voltage_mv.saturating_mul(current_ua) / 1_000_000;
    above(apart_percent(power_mw, product_mw, power_mw), threshold)
}

/// H-18, threshold in percent: impedance against voltage by current. What is missing is H-14's.
pub(super) fn impedance_contradicted(threshold: i64, view: &View<'_>) -> Verdict {
    let Some((_, voltage_mv, current_ua)) = electrical(view) else { return Verdict::Ok };
    let Ok(impedance) = impedance(view) else { return Verdict::Stale };
    // mV / µA = kohm, and a million mohm make one.
    let quotient = voltage_mv.saturating_mul(1_000_000).checked_div(current_ua);
    let quotient = quotient.unwrap_or(i64::MAX);
    above(apart_percent(impedance, quotient, impedance), threshold)
}

/// H-19, threshold in mohm: the return pad is above it, or, until it trips, above its share of the
/// lowest seen: after a trip a new pad may be put on.
/// Where no pad was ever measured there is nothing to judge.
pub(super) fn pad_high(threshold: i64, view: &View<'_>) -> Verdict {
    let compared = view.memory.pad_lowest_mohm.filter(|_| view.state != State::Tripped);
    let lowest = compared.unwrap_or(i64::MAX);
    let limit = (lowest / 100).saturating_mul(PAD_RISE_PERCENT).min(threshold);
    match newest(view).map(|sample| sample.pad_mohm) {
        Some(Some(pad)) => above(i64::from(pad), limit),
        Some(None) if view.memory.pad_measured => Verdict::Error,
        Some(None) | None => Verdict::Stale,
    }
}

/// H-19, threshold in mohm: the halves of the return pad are shorted.
pub(super) fn pad_low(threshold: i64, view: &View<'_>) -> Verdict {
    let pad = newest(view).and_then(|sample| sample.pad_mohm);
    pad.map_or(Verdict::Stale, |pad| below(i64::from(pad), threshold))
}

/// H-20, threshold in µs.
pub(super) fn controller_silent(threshold: i64, view: &View<'_>) -> Verdict {
    reached(silence_us(view.memory.request, view.clock.now), threshold)
}

/// H-20: the controller itself says that it cannot go on. It may always stop; a stop for this
/// reason is a fault that the operator has to see.
pub(super) fn controller_faulted(threshold: i64, view: &View<'_>) -> Verdict {
    reached(i64::from(view.memory.controller_fault), threshold)
}

/// H-22, threshold in µs.
pub(super) fn generator_silent(threshold: i64, view: &View<'_>) -> Verdict {
    reached(view.memory.generator_silence_us(view.clock.now), threshold)
}

/// H-22, threshold in hang-ups.
pub(super) fn hung_up(threshold: i64, view: &View<'_>) -> Verdict {
    reached(i64::from(view.memory.hung_up), threshold)
}

/// H-22, threshold in frames.
pub(super) fn corrupt(threshold: i64, view: &View<'_>) -> Verdict {
    reached(view.memory.corrupt.within(view.clock.now), threshold)
}

/// H-22, threshold in frames that never came, for whatever reason.
pub(super) fn lost(threshold: i64, view: &View<'_>) -> Verdict {
    reached(view.memory.lost.within(view.clock.now), threshold)
}

/// H-24, threshold in frames.
pub(super) fn refused(threshold: i64, view: &View<'_>) -> Verdict {
    reached(view.memory.refused.within(view.clock.now), threshold)
}

/// H-23, threshold in µs.
pub(super) fn console_silent(threshold: i64, view: &View<'_>) -> Verdict {
    reached(silence_us(view.memory.console, view.clock.now), threshold)
}

/// H-28, threshold in µs.
pub(super) fn contacts_disagree(threshold: i64, view: &View<'_>) -> Verdict {
    reached(view.memory.disagree_us(), threshold)
}

/// H-28, H-29: the footswitch is there where activation is by key, or is missing where not.
pub(super) fn footswitch_fitted(threshold: i64, view: &View<'_>) -> Verdict {
    let wanted = view.limits.spec().activation == Activation::Pedal;
    let wrong = |p: crate::memory::Panel| (p.footswitch != Footswitch::NotFitted) != wanted;
    view.memory.panel.map_or(Verdict::Stale, |p| reached(i64::from(wrong(p)), threshold))
}

/// H-44, threshold in µs since the tick before. A clock that stands or runs back has no gap
/// that could be trusted, so it is an error.
pub(super) fn tick_gap(threshold: i64, view: &View<'_>) -> Verdict {
    if !view.clock.forward {
        return Verdict::Error;
    }
    let gap_us = i64::try_from(view.clock.elapsed.as_micros()).unwrap_or(i64::MAX);
    reached(gap_us, threshold)
}

/// H-44, threshold in missed ticks.
pub(super) fn ticks_missed(threshold: i64, view: &View<'_>) -> Verdict {
    reached(i64::from(view.clock.missed), threshold)
}

/// H-49: pressed, or its two contacts disagree.
pub(super) fn emergency_stop(threshold: i64, view: &View<'_>) -> Verdict {
    let pressed = |p: crate::memory::Panel| p.emergency_stop != EmergencyStop::Released;
    view.memory.panel.map_or(Verdict::Stale, |p| reached(i64::from(pressed(p)), threshold))
}

/// H-55.
pub(super) fn brown_out(threshold: i64, view: &View<'_>) -> Verdict {
    let low = |p: crate::memory::Panel| p.supply == Supply::BrownOut;
    view.memory.panel.map_or(Verdict::Stale, |p| reached(i64::from(low(p)), threshold))
}
