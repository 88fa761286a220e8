//! Whether a step's power ceiling leaves its ramp and its hold the power they take.
//!
//! An estimate from what an ideal loop takes in muscle (docs/safety/ceilings.md), told before
//! arming; it refuses nothing and changes nothing. Other tissues take up to a third more, fat about
//! half.

use crate::ceiling::{Takes, takes};
use crate::{Electrode, Gate, Plan, StepSpec};
use core::fmt;
use rfa_units::{MilliCelsius, MilliWatts, Mode, Span};

/// Tissue before any heating, m°C, as in the table.
const BODY_MILLI_C: i64 = 37_000;

/// What a step's power ceiling does not permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Short {
    /// Its ramp.
    Ramp,
    /// Not even its hold.
    Hold,
}

/// A step that takes more power than its ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// The step, counted from 1.
    pub step: usize,
    /// Its set temperature.
    pub set: MilliCelsius,
    /// Its ramp.
    pub ramp: Span,
    /// What has not enough power.
    pub short: Short,
    /// What that takes in muscle, about.
    pub takes: MilliWatts,
    /// What there is at most.
    pub ceiling: MilliWatts,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, ramp, .. } = self;
        let (set_c, ramp_s) = (self.set.as_f64(), ramp.as_secs_f64());
        let (takes_w, ceiling_w) = (self.takes.as_f64(), self.ceiling.as_f64());
        let (what, so) = match self.short {
            Short::Ramp => ("", "the ramp will be late"),
            Short::Hold => (" and its hold", "the tip will stay colder"),
        };
        write!(
            f,
            "step {step}: {set_c:.0} °C in {ramp_s:.0} s{what} takes about {takes_w:.1} W in muscle, \
             the ceiling is {ceiling_w:.1} W: {so}"
        )
    }
}

impl Plan {
    /// What the ceiling of the step at `index`, counted from 0, does not permit; none where it
    /// permits the step, beyond the plan, and for a plan that is not thermal.
    #[must_use]
    pub fn shortfall(&self, index: usize) -> Option<Shortfall> {
        if self.program.mode != Mode::Thermal {
            return None;
        }
        let step = self.program.steps.get(index)?;
        let ceiling = *self.program.ceilings.get(index)?;
        // Behind a gate the tip has cooled; else the ramp begins at the step before.
        let before = index.checked_sub(1).and_then(|before| self.program.steps.get(before));
        let before = before.filter(|_| step.gate == Gate::None);
        let from_milli_c = before.map_or(BODY_MILLI_C, |before| i64::from(before.set.get()));
        let [ramp_mw, hold_mw] = needed(self.electrode, step, from_milli_c)?;
        let (short, takes_mw) = match i64::from(ceiling.get()) {
            ceiling_mw if hold_mw > ceiling_mw => (Short::Hold, hold_mw),
            ceiling_mw if ramp_mw > ceiling_mw => (Short::Ramp, ramp_mw),
            _ => return None,
        };
        Some(Shortfall {
            step: index.saturating_add(1),
            set: step.set,
            ramp: step.ramp,
            short,
            takes: MilliWatts::saturating(takes_mw),
            ceiling,
        })
    }

    /// Every step's shortfall.
    pub fn shortfalls(&self) -> impl Iterator<Item = Shortfall> + '_ {
        (0..self.program.steps.len()).filter_map(|index| self.shortfall(index))
    }
}

/// What the end of the ramp and the hold take, in mW.
fn needed(electrode: Electrode, step: &StepSpec, from_milli_c: i64) -> Option<[i64; 2]> {
    let set = i64::from(step.set.get());
    let rise = set.checked_sub(BODY_MILLI_C).filter(|rise| *rise > 0)?;
    let fast = at(electrode, set, |takes| takes.ramp_5_mw)?;
    let slow = at(electrode, set, |takes| takes.ramp_15_mw)?;
    let hold = at(electrode, set, |takes| takes.hold_mw)?;
    // A ramp of T takes a + b/T, which the two of the table fix: b/T is the metal's heat, and that
    // of the tissue that is warmed along.
    let ramp_ms = i64::try_from(step.ramp.as_millis()).unwrap_or(i64::MAX);
    let beyond = fast.saturating_sub(slow).saturating_mul(15_000_i64.saturating_sub(ramp_ms));
    let ramp = slow.saturating_add(beyond.checked_div(ramp_ms.saturating_mul(2))?);
    // From a warm start only the rest is ramped.
    let climb = set.saturating_sub(from_milli_c).max(0);
    let above = ramp.saturating_sub(hold).max(0).saturating_mul(climb);
    Some([hold.saturating_add(above.checked_div(rise)?), hold])
}

/// A column's value at a set temperature, on straight lines between columns, from body temperature
/// on.
fn at(electrode: Electrode, set_milli_c: i64, value: impl Fn(&Takes) -> i64) -> Option<i64> {
    let (mut low_c, mut low) = (BODY_MILLI_C, 0_i64);
    for column in takes(electrode) {
        let (high_c, high) = (i64::from(column.milli_c), value(&column));
        if set_milli_c <= high_c {
            let share = high.saturating_sub(low).saturating_mul(set_milli_c.saturating_sub(low_c));
            return Some(low.saturating_add(share.checked_div(high_c.saturating_sub(low_c))?));
        }
        (low_c, low) = (high_c, high);
    }
    None
}

#[cfg(test)]
mod tests;
