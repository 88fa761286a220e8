//! Which step is in force and how much of its time and energy is used (H-30, H-31, I17).

use crate::thresholds::TICK;
use crate::{Limits, State, StepLimit, StopCause};
use rfa_units::{MilliCelsius, MilliJoules, MilliWatts, Span, StepIndex};

/// Nanojoules in a millijoule.
const NJ_PER_MJ: u64 = 1_000_000;

/// What a step beyond the plan allows: nothing. Only limits swapped in mid-session lead here.
const NO_STEP: StepLimit = StepLimit {
    set: MilliCelsius::MIN,
    ceiling: MilliWatts::MIN,
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
    energy_nj: u64,
}

impl Progress {
    pub(crate) const fn new() -> Self {
        Self { step: StepIndex::FIRST, complete: false, time_on: Span::ZERO, energy_nj: 0 }
    }

    pub(crate) fn limit<'a>(&self, limits: &'a Limits) -> &'a StepLimit {
        limits.step(self.step).unwrap_or(&NO_STEP)
    }

    /// Adds the time since the last tick, in the state it was spent in: power times time is what
    /// was measured or what was granted, whichever is more (a low readback must not hide energy).
    pub(crate) fn integrate(
        &mut self,
        state: State,
        elapsed: Span,
        granted_mw: u32,
        measured_mw: u32,
    ) {
        let power_mw = match state {
            State::Delivering => {
                self.time_on = self.time_on.plus(elapsed);
                granted_mw.max(measured_mw)
            }
            State::Stopping => measured_mw,
            _ => return,
        };
        // mW x µs = nJ
        let energy_nj = u64::from(power_mw).saturating_mul(elapsed.as_micros());
        self.energy_nj = self.energy_nj.saturating_add(energy_nj);
    }

    pub(crate) const fn energy(&self) -> MilliJoules {
        let energy_mj = self.energy_nj / NJ_PER_MJ;
        if energy_mj > MilliJoules::MAX.get() as u64 {
            return MilliJoules::MAX;
        }
        MilliJoules::saturating(energy_mj.cast_signed())
    }

    pub(crate) fn energy_left_nj(&self, limit: &StepLimit) -> u64 {
        u64::from(limit.energy_max.get()).saturating_mul(NJ_PER_MJ).saturating_sub(self.energy_nj)
    }

    /// What of the step is used up, if anything. Less energy than 1 mW takes in a tick is none.
    pub(crate) fn spent(&self, limit: &StepLimit) -> Option<StopCause> {
        if self.time_on >= limit.time_on_max {
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
