//! A treatment plan.

use crate::{
    Electrode, PlanError, RuleThresholds, Target, canonical, ceiling, check, generator_hard_limit,
};
use alloc::string::String;
use rfa_units::{
    Bounded, ChannelId, MAX_STEPS, MilliCelsius, MilliVolts, MilliWatts, Milliohms, Mode, PlanHash,
    Span,
};

/// What a person has to do before a step may be armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gate {
    /// Nothing beyond arming and a fresh activation.
    None,
    /// Test sensation and record the result.
    SensoryCheck,
}

/// One step's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepSpec {
    /// Set temperature.
    pub set: MilliCelsius,
    /// Time from the measured start to the set temperature.
    pub ramp: Span,
    /// Time at temperature; counted from set - 2 °C, as the generators do.
    pub hold: Span,
    /// What has to be done before this step.
    pub gate: Gate,
}

/// The numbers of a plan that the loop runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program {
    /// The channel that delivers.
    pub channel: ChannelId,
    /// What it delivers.
    pub mode: Mode,
    /// The steps in order; at least one.
    pub steps: Bounded<StepSpec, MAX_STEPS>,
    /// Power ceiling of each step: P_cap of the electrode at the step's set temperature, or the
    /// plan's own limit, or the generator's hard limit in this plan, whichever is lowest.
    pub ceilings: Bounded<MilliWatts, MAX_STEPS>,
    /// Rise of the tip per energy to expect of the electrode, mK/J ([`crate::response_mk_j`]).
    pub response_mk_j: u32,
}

/// Where a preset comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Published source, as one would cite it.
    pub citation: String,
    /// When it was read, `YYYY-MM-DD`.
    pub retrieved: String,
}

/// Limits a plan may tighten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLimits {
    /// Power never exceeded.
    pub power_max: MilliWatts,
    /// Set temperature never exceeded.
    pub set_max: MilliCelsius,
    /// H-14.
    pub impedance_high: Milliohms,
    /// H-15.
    pub impedance_low: Milliohms,
    /// Tighter thresholds of the interlock's rules: a site's, no plan has any.
    pub rules: RuleThresholds,
    /// Thresholds the site tries: what they would end is reported, and nothing else comes of it.
    pub passive: Option<RuleThresholds>,
    /// No arming where alarms cannot be heard (H-46): a site's.
    pub sound_required: bool,
}

/// What a [`Plan`] is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanSpec {
    /// Short name: lower-case letters, digits and hyphens.
    pub id: String,
    /// Name shown to the operator.
    pub title: String,
    /// Where its numbers come from.
    pub source: Source,
    /// Whether a site has to approve the plan before use.
    pub site_must_approve: bool,
    /// Anatomical target.
    pub target: Target,
    /// The electrode.
    pub electrode: Electrode,
    /// The channel that delivers.
    pub channel: ChannelId,
    /// What it delivers.
    pub mode: Mode,
    /// The steps in order.
    pub steps: Bounded<StepSpec, MAX_STEPS>,
    /// The plan's own limits.
    pub limits: PlanLimits,
    /// The tissue the lesion is predicted in, by its shipped name; decides over no energy.
    pub tissue: Option<String>,
}

/// A validated treatment plan: made by [`Plan::new`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Short name: lower-case letters, digits and hyphens.
    pub id: String,
    /// Name shown to the operator.
    pub title: String,
    /// Where its numbers come from.
    pub source: Source,
    /// Always true for a shipped preset: a site has to approve it before use.
    pub site_must_approve: bool,
    /// Anatomical target, shown to the operator.
    pub target: Target,
    /// The electrode.
    pub electrode: Electrode,
    /// The numbers the loop runs on.
    pub program: Program,
    /// The plan's own limits.
    pub limits: PlanLimits,
    /// The tissue the lesion is predicted in, by its shipped name; decides over no energy.
    pub tissue: Option<String>,
    /// Hash over the canonical bytes of everything above.
    pub hash: PlanHash,
}

impl Plan {
    /// The plan of `spec`, with its ceilings and its hash. Nothing is adjusted.
    ///
    /// # Errors
    /// [`PlanError`] lists every rule that `spec` breaks.
    pub fn new(spec: PlanSpec) -> Result<Self, PlanError> {
        check::plan(&spec)?;
        let ceilings = ceilings(&spec);
        let PlanSpec { id, title, source, site_must_approve, target, electrode, .. } = spec;
        let PlanSpec { channel, mode, steps, limits, tissue, .. } = spec;
        let response_mk_j = crate::response_mk_j(electrode);
        let program = Program { channel, mode, steps, ceilings, response_mk_j };
        let hash = PlanHash([0; 8]);
        let mut plan = Self {
            id,
            title,
            source,
            site_must_approve,
            target,
            electrode,
            program,
            limits,
            tissue,
            hash,
        };
        plan.hash = canonical::hash(&plan);
        Ok(plan)
    }

    /// What this plan was made from.
    #[must_use]
    pub fn spec(&self) -> PlanSpec {
        PlanSpec {
            id: self.id.clone(),
            title: self.title.clone(),
            source: self.source.clone(),
            site_must_approve: self.site_must_approve,
            target: self.target,
            electrode: self.electrode,
            channel: self.program.channel,
            mode: self.program.mode,
            steps: self.program.steps,
            limits: self.limits,
            tissue: self.tissue.clone(),
        }
    }

    /// Whether the plan still is what its hash says (H-39).
    #[must_use]
    pub fn is_intact(&self) -> bool {
        canonical::hash(self) == self.hash
    }

    /// The hottest set temperature of any step.
    #[must_use]
    pub fn hottest_set(&self) -> MilliCelsius {
        hottest(&self.program.steps)
    }

    /// Whether a person has to be asked twice: a step is hotter than usual for the target (75 °C
    /// at the Gasserian ganglion, H-36; 80 °C elsewhere, hazards.md a.2).
    #[must_use]
    pub fn needs_second_confirmation(&self) -> bool {
        !self.target.usual_set().holds(self.hottest_set().get().into())
    }

    /// The hard limit the generator is given for this plan: the electrical column of hazards.md
    /// a.2 at the hottest step. No step's ceiling is above it.
    #[must_use]
    pub fn generator_power_max(&self) -> MilliWatts {
        generator_hard_limit(self.electrode, self.hottest_set()).unwrap_or(MilliWatts::MIN)
    }

    /// The voltage at which the plan's highest ceiling flows into the highest impedance the plan
    /// accepts, `sqrt(P * Z)`: no grant needs more.
    #[must_use]
    pub fn generator_voltage_max(&self) -> MilliVolts {
        // mW times mΩ is µV², and its root is mV.
        let highest = self.program.ceilings.iter().max().copied().unwrap_or(MilliWatts::MIN);
        let power_mw = u64::from(highest.get());
        let impedance_mohm = u64::from(self.limits.impedance_high.get());
        let root = power_mw.saturating_mul(impedance_mohm).isqrt();
        MilliVolts::saturating(i64::try_from(root).unwrap_or(i64::MAX))
    }
}

fn hottest(steps: &Bounded<StepSpec, MAX_STEPS>) -> MilliCelsius {
    steps.iter().map(|step| step.set).max().unwrap_or(MilliCelsius::MIN)
}

/// Ceilings of checked steps; a set temperature without a ceiling gets none at all.
fn ceilings(spec: &PlanSpec) -> Bounded<MilliWatts, MAX_STEPS> {
    let hard = generator_hard_limit(spec.electrode, hottest(&spec.steps));
    let most = spec.limits.power_max.min(hard.unwrap_or(MilliWatts::MIN));
    let mut ceilings = Bounded::new();
    for step in spec.steps.iter() {
        let ceiling = ceiling(spec.electrode, step.set).unwrap_or(MilliWatts::MIN);
        // Both lists hold MAX_STEPS, so there is room for one ceiling a step.
        let _room = ceilings.push(ceiling.min(most));
    }
    ceilings
}

#[cfg(test)]
pub(crate) mod tests;
