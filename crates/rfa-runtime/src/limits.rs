//! The interlock's limits for a plan.

use rfa_interlock::{
    Activation, LimitError, Limits, LimitsSpec, StepLimit, Threshold, Thresholds, Warming,
};
use rfa_plan::{Gate, Plan, RULE_THRESHOLDS, RuleThresholds, SiteLimits, start_ceiling, warming};
use rfa_units::{Bounded, GRANT_LIFE, SessionId, TIP_TEMPERATURE_MAX};
use rfa_wire::HardLimits;

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
    let (gain_mk_j, leak) = warming(plan.electrode);
    Limits::new(LimitsSpec {
        session,
        channel: plan.program.channel,
        mode: plan.program.mode,
        plan: plan.hash,
        activation,
        steps,
        start_ceiling: start_ceiling(plan.electrode),
        warming: Warming { gain_mk_j, leak },
        rules: thresholds(&plan.limits.rules)?,
        sound_required: plan.limits.sound_required,
        passive: plan.limits.passive.as_ref().map(thresholds).transpose()?,
        impedance_high: plan.limits.impedance_high,
        impedance_low: plan.limits.impedance_low,
    })
}

/// The hard limits that the generator is to hold by itself while `plan` is treated.
#[must_use]
pub fn hard_limits_for(plan: &Plan) -> HardLimits {
    HardLimits {
        channel: plan.program.channel,
        power_max: plan.generator_power_max(),
        voltage_max: plan.generator_voltage_max(),
        temperature_max: TIP_TEMPERATURE_MAX,
        grant_life: GRANT_LIFE,
        plan: plan.hash,
    }
}

/// The thresholds of a site that are tried on a recording: those it has in force, and in their
/// place those it tries.
///
/// # Errors
/// [`LimitError::Field`] for a threshold that the interlock does not accept.
pub fn tried_thresholds(site: &SiteLimits) -> Result<Thresholds, LimitError> {
    let passive = site.passive.unwrap_or_default();
    let mut tried = RuleThresholds::NONE;
    let both = site.rules.0.into_iter().zip(passive.0);
    for (to, (acting, passive)) in tried.0.iter_mut().zip(both) {
        *to = passive.or(acting);
    }
    thresholds(&tried)
}

/// A site's thresholds, which stand in the order of the interlock's, in its units.
fn thresholds(site: &RuleThresholds) -> Result<Thresholds, LimitError> {
    let set = Threshold::ALL.into_iter().zip(RULE_THRESHOLDS).zip(site.0);
    let set = set.filter_map(|((own, (_, range)), value)| Some((own, in_unit(value?, range.unit))));
    set.into_iter().try_fold(Thresholds::TABLE, |all, (own, value)| {
        let (min, max) = own.range();
        let field = own.name();
        all.with(own, value).ok_or(LimitError::Field { field, value, min, max })
    })
}

/// Thousandths of a file's unit in the interlock's: µs of time, whole percents (a site has no
/// others), else thousandths.
fn in_unit(thousandths: u32, unit: &str) -> i64 {
    match unit {
        "s" => i64::from(thousandths) * 1_000,
        "%" => i64::from(thousandths) / 1_000,
        _ => i64::from(thousandths),
    }
}

#[cfg(test)]
mod tests {
    use super::{in_unit, thresholds};
    use rfa_interlock::{Threshold, Thresholds};
    use rfa_plan::{RULE_THRESHOLDS, RuleThresholds};

    /// One table in two crates that may not know each other: names but for the unit, and ranges.
    #[test]
    fn files_and_interlock_have_the_same_thresholds() {
        let stem = |name: &str| name.trim_end_matches("_k_s").rsplit_once('_').map(|s| s.0.len());
        for (own, (name, range)) in Threshold::ALL.into_iter().zip(RULE_THRESHOLDS) {
            let length = stem(name).unwrap_or("runaway".len());
            assert_eq!(name.get(..length), own.name().get(..length));
            let ends = [range.min, range.max].map(|end| in_unit(end, range.unit));
            assert_eq!((ends[0], ends[1]), own.range(), "{name}");
        }
    }

    #[test]
    fn a_sites_threshold_reaches_its_rule() {
        let mut site = RuleThresholds::NONE;
        site.0[0] = Some(4_000);
        let set = thresholds(&site).expect("in range");
        assert_eq!(Some(set), Thresholds::TABLE.with(Threshold::OverSet, 4_000));
        site.0[0] = Some(5_001);
        let words = thresholds(&site).expect_err("looser").to_string();
        assert_eq!(words, "over_set_mk 5001 is outside 3000 to 5000");
    }
}
