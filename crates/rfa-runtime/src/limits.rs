//! The interlock's limits for a plan.

use rfa_interlock::{Activation, LimitError, Limits, LimitsSpec, StepLimit};
use rfa_plan::{Gate, Plan, start_ceiling};
use rfa_units::{Bounded, SessionId};

/// The limits of `plan` in one session: the plan's own numbers, none adjusted.
///
/// # Errors
/// [`LimitError`] when the interlock does not accept a number of the plan.
pub fn limits_for(
    plan: &Plan,
    activation: Activation,
    session: SessionId,
) -> Result<Limits, LimitError> {
    let mut steps = Bounded::new();
    for (index, step) in plan.program.steps.iter().enumerate() {
        let budget = plan.step_budget(index).ok_or(LimitError::NoStep)?;
        let ceiling = plan.program.ceilings.get(index).copied().ok_or(LimitError::NoStep)?;
        let limit = StepLimit {
            set: step.set,
            ceiling,
            ramp: step.ramp,
            hold: step.hold,
            time_on_max: budget.time_on_max,
            energy_max: budget.energy_max,
            check_before: step.gate == Gate::SensoryCheck,
        };
        // Cannot be full: both lists hold MAX_STEPS.
        let _ = steps.push(limit);
    }
    Limits::new(LimitsSpec {
        session,
        channel: plan.program.channel,
        mode: plan.program.mode,
        plan: plan.hash,
        activation,
        steps,
        start_ceiling: start_ceiling(plan.electrode),
        impedance_high: plan.limits.impedance_high,
        impedance_low: plan.limits.impedance_low,
    })
}
