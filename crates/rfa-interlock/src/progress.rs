//! Which step is in force and how much of its time and energy is used (H-30, H-31, I17).

use crate::thresholds::{HOLD_OVER, REACHED_BELOW_SET_MK, RESUME_LAG, TICK};
use crate::{Limits, State, StepLimit, StopCause};
use rfa_units::{MilliCelsius, MilliJoules, MilliWatts, Span, StepIndex};

/// Nanojoules in a millijoule.
const NJ_PER_MJ: u64 = 1_000_000;

/// What a step beyond the plan allows: nothing. Only limits swapped in mid-session lead here.
const NO_STEP: StepLimit = StepLimit {
    set: MilliCelsius::MIN,
    ceiling: MilliWatts::MIN,
    ramp: Span::ZERO,
    hold: Span::ZERO,
    time_on_max: Span::ZERO,
    energy_max: MilliJoules::MIN,
    check_before: true,
};

/// The plan's progress, by the interlock's own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) step: StepIndex,
    pub(crate) complete: bool,
    pub(crate) time_on: Span,
    /// Output time at the step's temperature (H-30).
    held: Span,
    /// What of [`RESUME_LAG`] is left in this delivery.
    lag_left: Span,
    energy_nj: u64,
}

/// The check before the step in force is still to be confirmed.
pub(crate) const fn check_due(before: bool, checked: bool, complete: bool) -> bool {
    before && !checked && !complete
}

/// What was so since the last tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) state: State,
    pub(crate) elapsed: Span,
    pub(crate) granted_mw: u32,
    pub(crate) measured_mw: u32,
    pub(crate) tip_mc: Option<i32>,
}

impl Progress {
    pub(crate) const fn new() -> Self {
        Self {
            step: StepIndex::FIRST,
            complete: false,
            time_on: Span::ZERO,
            held: Span::ZERO,
            lag_left: Span::ZERO,
            energy_nj: 0,
        }
    }

    pub(crate) fn limit<'a>(&self, limits: &'a Limits) -> &'a StepLimit {
        limits.step(self.step).unwrap_or(&NO_STEP)
    }

    /// Adds the time since the last tick, in the state it was spent in: power times time is what
    /// was measured or what was granted, whichever is more (a low readback must not hide energy).
    pub(crate) fn integrate(&mut self, limits: &Limits, since: &Spent) {
        let Spent { state, elapsed, granted_mw, measured_mw, tip_mc } = *since;
        if state == State::Delivering {
            self.time_on = self.time_on.plus(elapsed);
            self.hold(limits, elapsed, tip_mc);
        } else if self.held > Span::ZERO {
            self.lag_left = RESUME_LAG;
        }
        let power_mw = match state {
            State::Delivering => granted_mw.max(measured_mw),
            State::Stopping => measured_mw,
            _ => return,
        };
        // mW x µs = nJ
        let energy_nj = u64::from(power_mw).saturating_mul(elapsed.as_micros());
        self.energy_nj = self.energy_nj.saturating_add(energy_nj);
    }

    /// Time within 2 K of the set temperature is the plan's hold, whoever else counts it (H-30).
    fn hold(&mut self, limits: &Limits, elapsed: Span, tip_mc: Option<i32>) {
        let near_mk = i64::from(self.limit(limits).set.get()).saturating_sub(REACHED_BELOW_SET_MK);
        if tip_mc.is_some_and(|tip| i64::from(tip) >= near_mk) {
            self.held = self.held.plus(elapsed.minus(self.lag_left));
            self.lag_left = self.lag_left.minus(elapsed);
        }
    }

    pub(crate) fn energy(&self) -> MilliJoules {
        MilliJoules::saturating(i64::try_from(self.energy_nj / NJ_PER_MJ).unwrap_or(i64::MAX))
    }

    pub(crate) fn energy_left_nj(&self, limit: &StepLimit) -> u64 {
        u64::from(limit.energy_max.get()).saturating_mul(NJ_PER_MJ).saturating_sub(self.energy_nj)
    }

    /// What of the step is used up, if anything. Less energy than 1 mW takes in a tick is none.
    pub(crate) fn spent(&self, limit: &StepLimit) -> Option<StopCause> {
        let held_out = self.held >= limit.hold.plus(HOLD_OVER);
        if self.time_on >= limit.time_on_max || held_out {
            Some(StopCause::TimeLimit)
        } else if self.energy_left_nj(limit) < TICK.as_micros() {
            Some(StopCause::EnergyLimit)
        } else {
            None
        }
    }

    /// The step in force is complete: on to the next, or the plan is.
    pub(crate) fn advance(&mut self, limits: &Limits) {
        match self.step.next().filter(|next| limits.step(*next).is_some()) {
            Some(step) => *self = Self { step, ..Self::new() },
            None => self.complete = true,
        }
    }
}
