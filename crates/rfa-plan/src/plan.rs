//! A treatment plan.

use crate::Electrode;
use alloc::string::String;
use rfa_units::{
    Bounded, ChannelId, MAX_STEPS, MilliCelsius, MilliWatts, Milliohms, Mode, PlanHash, Span,
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
    /// Power ceiling of each step (P_cap of the electrode at the step's set temperature, or the
    /// plan's own limit where that is lower).
    pub ceilings: Bounded<MilliWatts, MAX_STEPS>,
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
}

/// A validated treatment plan.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub target: String,
    /// The electrode.
    pub electrode: Electrode,
    /// The numbers the loop runs on.
    pub program: Program,
    /// The plan's own limits.
    pub limits: PlanLimits,
    /// Hash over the canonical bytes of everything above.
    pub hash: PlanHash,
}
