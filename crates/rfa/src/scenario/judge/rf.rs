//! Output: never on, off within its budget, or ended by the plan; and never on more often than
//! expected.

use super::{Took, Treated, Why, check, is_timed};
use crate::scenario::watch::{Sample, Seen, Watched};
use crate::treatment::{Off, lasting};
use rfa_interlock::{RuleId, Trip};
use rfa_scenario::{End, Expected, Rf, Run, Since};

/// Two ways to count the same time, and a budget of whole milliseconds, differ by rounding at most,
/// ms.
const ROUNDING_MS: f64 = 0.01;

pub(super) fn judge(
    run: &Run,
    expected: &Expected,
    treated: &Treated,
) -> Result<Option<Took>, Why> {
    let Treated { report, watched, .. } = treated;
    let offs = report.rf_off.as_deref().ok_or("the simulator told nothing of RF")?;
    starts(expected, watched)?;
    if matches!(expected.rf, Rf::Never | Rf::Refused) {
        never(expected, watched, offs)?;
        return Ok(None);
    }
    if run.twin {
        // What leaks past K1 is no end of output, and a step in the reading may take the loop's
        // asking to nothing for a moment: how often it was measured off says nothing here.
        held(expected, treated)?;
        return Ok(None);
    }
    let offs = &lasting(offs);
    // Output that broke through by itself has an end without a start.
    let count = expected.starts.filter(|starts| *starts > 0).unwrap_or(1);
    check(offs.len() == count, || {
        let each: Vec<String> = offs.iter().map(Off::to_string).collect();
        format!("RF went off {} times, not {count}: {}", offs.len(), each.join("; "))
    })?;
    let began_s = run.at.as_secs_f64();
    if !is_timed(expected.rf) || expected.end == End::Complete {
        held(expected, treated)?;
        let at_s = offs.last().map(|off| off.at_s).ok_or("RF was never on")?;
        check(at_s > began_s, || format!("off at {at_s} s, before the run's time"))?;
    }
    if !is_timed(expected.rf) {
        return Ok(None);
    }
    let took_ms = took_ms(expected, treated, offs, began_s)?;
    let budget = expected.budget.ok_or("the scenario names no budget")?;
    let budget_ms = budget.as_secs_f64() * 1e3;
    check(took_ms > 0.0 && took_ms <= budget_ms + ROUNDING_MS, || {
        format!("RF off after {took_ms:.1} ms; the budget is {budget_ms} ms")
    })?;
    Ok(Some(Took { took_ms, budget_ms }))
}

pub(super) fn time_to_off_ms(run: &Run, treated: &Treated) -> Option<f64> {
    let offs = treated.report.rf_off.as_deref()?;
    took_ms(&run.expected, treated, &lasting(offs), run.at.as_secs_f64()).ok()
}

fn starts(expected: &Expected, watched: &Watched) -> Result<(), Why> {
    let found = watched.starts;
    match expected.starts {
        Some(starts) => {
            check(found == starts, || format!("delivery began {found} times, not {starts}"))
        }
        None => check(found <= 1, || format!("delivery began {found} times: it came back")),
    }
}

fn never(expected: &Expected, watched: &Watched, offs: &[Off]) -> Result<(), Why> {
    let on = watched.rf_was_on || !offs.is_empty();
    check(!on, || format!("RF was on: off {} times", offs.len()))?;
    let granted = watched.ticks.iter().any(|tick| tick.granted_mw.is_some());
    let wanted = expected.rf == Rf::Refused;
    check(granted == wanted, || format!("grants: {granted}, not {wanted}"))
}

/// What had to be held was held to its end: every step, or the first where the end comes early.
fn held(expected: &Expected, treated: &Treated) -> Result<(), Why> {
    let steps = &treated.report.summary.steps;
    let count = if expected.end == End::Complete { steps.len() } else { 1 };
    let held = steps.iter().take(count).all(|step| step.complete) && !steps.is_empty();
    check(held, || format!("not held to its end: {steps:?}"))
}

fn took_ms(expected: &Expected, treated: &Treated, offs: &[Off], began_s: f64) -> Result<f64, Why> {
    let ended = offs.iter().find(|off| off.at_s >= began_s).ok_or("RF was off before")?;
    if expected.rf == Rf::OnFor {
        return Ok(ended.on_for_s * 1e3);
    }
    match expected.from {
        Since::Fault => since_faults_ms(treated, offs),
        Since::Sensed => {
            let (crossed_s, tripped_s) = sensed_s(&treated.watched, began_s)?;
            // The loop may have asked for nothing by then, and output be off before the trip.
            Ok((ended.at_s.max(tripped_s) - crossed_s) * 1e3)
        }
        Since::Stop => {
            let told_s = stop_s(&treated.watched)?;
            let after = offs.iter().find(|off| off.at_s >= told_s).ok_or("RF was off before")?;
            Ok((after.at_s - told_s) * 1e3)
        }
    }
}

/// The longest time from a fault to RF off. RF was on when it began, or the fault put it on in
/// the simulator's next step; a later fault may find RF off.
fn since_faults_ms(treated: &Treated, offs: &[Off]) -> Result<f64, Why> {
    let off_ms = |fault_s: &f64| {
        let ended = offs.iter().find(|off| off.ends_what_was_on(*fault_s));
        ended.map(|off| (off.at_s - fault_s) * 1e3)
    };
    let first = treated.faults_s.first().and_then(off_ms).ok_or("RF was not on at the fault")?;
    let told = treated.report.rf_off_after_fault_ms.ok_or("no time since the fault is told")?;
    check((told - first).abs() < ROUNDING_MS, || format!("{told} ms told, {first} ms counted"))?;
    Ok(treated.faults_s.iter().filter_map(off_ms).fold(told, f64::max))
}

pub(super) fn off_after_fault_ms(treated: &Treated) -> Option<f64> {
    let fault_s = *treated.faults_s.first()?;
    let offs = lasting(treated.report.rf_off.as_deref().unwrap_or_default());
    let off = offs.iter().find(|off| off.at_s >= fault_s)?;
    let since_ms = (off.at_s - fault_s) * 1e3;
    Some(if off.ends_what_was_on(fault_s) { since_ms } else { f64::INFINITY })
}

/// When the first tick with RF granted was told to stop: the time of its newest sample, which is
/// a little before it.
fn stop_s(watched: &Watched) -> Result<f64, Why> {
    let mut ticks = watched.ticks.iter().skip_while(|tick| tick.granted_mw.is_none());
    let told = ticks.find(|tick| tick.stop).ok_or("no tick was told to stop")?;
    let at_us = told.newest_us.ok_or("the tick that was told to stop has no sample")?;
    Ok(at_us as f64 / 1e6)
}

/// When the first sample crossed the limit that the trip names, and when the trip followed, on
/// the generator's clock.
pub(super) fn sensed_s(watched: &Watched, began_s: f64) -> Result<(f64, f64), Why> {
    let tripped = watched.ticks.iter().find_map(|tick| Some((tick, tick.trip?)));
    let (tick, trip): (&Seen, Trip) = tripped.ok_or("no trip")?;
    let crosses: fn(&Sample, i64) -> bool = match trip.rule {
        RuleId::H01 => |sample, limit| sample.tip_mc.is_some_and(|tip| tip >= limit),
        RuleId::H04 => |sample, limit| sample.power_mw > limit,
        RuleId::H19 => |sample, limit| sample.pad_mohm.is_some_and(|pad| pad > limit),
        other => return Err(format!("nothing says which sample {other:?} goes by")),
    };
    let mut samples = watched.ticks.iter().flat_map(|tick| &tick.samples);
    let crossed = samples.find(|s| s.at_us as f64 >= began_s * 1e6 && crosses(s, trip.limit));
    let crossed_us = crossed.ok_or_else(|| format!("no sample crosses {}", trip.limit))?.at_us;
    let tripped_us = tick.newest_us.ok_or("the trip's tick has no sample")?;
    Ok((crossed_us as f64 / 1e6, tripped_us as f64 / 1e6))
}
