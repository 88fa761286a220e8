//! How long and how much a step may deliver.

use rfa_units::{MilliJoules, Span};

use crate::Plan;

/// What the interlock holds one step to (H-30, H-31, I17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepBudget {
    /// Output time at most, pauses not counted: twice the ramp (AL-20 says that the set
    /// temperature was not reached by then) and the hold. This bounds a step that never gets
    /// there; once at temperature the interlock ends it 1 s past the hold by its own count (H-30).
    pub time_on_max: Span,
    /// Output energy at most: the step's ceiling for as long as the plan means to deliver, ramp
    /// and hold (H-31). A step that needs its ceiling for longer than that heats something else.
    pub energy_max: MilliJoules,
}

impl Plan {
    /// The budget of the step at `index`, counted from 0; `None` beyond the plan.
    #[must_use]
    pub fn step_budget(&self, index: usize) -> Option<StepBudget> {
        let step = self.program.steps.get(index)?;
        let ceiling = self.program.ceilings.get(index)?;
        let planned_us = step.ramp.plus(step.hold).as_micros();
        // mW times µs is nJ: a million of them make one mJ.
        let energy_mj = u64::from(ceiling.get()).saturating_mul(planned_us) / 1_000_000;
        Some(StepBudget {
            time_on_max: step.ramp.times(2).plus(step.hold),
            energy_max: MilliJoules::saturating(i64::try_from(energy_mj).unwrap_or(i64::MAX)),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::tests::gasserian_70;
    use rfa_units::{MilliJoules, Span};

    /// H-30, H-31: 15 s ramp and 60 s hold at 8.6 W.
    #[test]
    fn budget_of_a_gasserian_lesion() {
        let plan = gasserian_70();
        let budget = plan.step_budget(0).expect("one step");
        assert_eq!(budget.time_on_max, Span::from_secs(90));
        assert_eq!(budget.energy_max, MilliJoules::new(525_000).expect("7 W x 75 s"));
        assert_eq!(plan.step_budget(1), None);
    }
}
