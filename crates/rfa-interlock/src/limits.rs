//! The limits in force for one session: the plan's numbers, checked.

use core::fmt;
use rfa_units::{
    Bounded, ChannelId, MAX_STEPS, MilliCelsius, MilliJoules, MilliWatts, Milliohms, Mode,
    PlanHash, SessionId, Span,
};

/// How output is started and held; fixed at arming (hazards.md, decision 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// A footswitch is fitted: hold to deliver.
    Pedal,
    /// None is fitted: a fresh key press starts, and ends by itself on stop, step end or silence.
    Key,
}

/// The interlock's numbers for one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepLimit {
    /// The step's set temperature; H-01 trips 5 K above it.
    pub set: MilliCelsius,
    /// The most power ever granted in this step (P_cap, hazards.md a.2).
    pub ceiling: MilliWatts,
    /// Output time of this step at most, pauses not counted (H-30, I17).
    pub time_on_max: Span,
    /// Output energy of this step at most (H-31, I17).
    pub energy_max: MilliJoules,
    /// A check has to be confirmed before this step may be armed.
    pub check_before: bool,
}

/// What [`Limits`] are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitsSpec {
    /// The conversation grants are made for.
    pub session: SessionId,
    /// The one channel that may deliver.
    pub channel: ChannelId,
    /// The one mode it may deliver in.
    pub mode: Mode,
    /// The plan the operator confirmed.
    pub plan: PlanHash,
    /// How output is started.
    pub activation: Activation,
    /// The steps, in order; at least one.
    pub steps: Bounded<StepLimit, MAX_STEPS>,
    /// Impedance above which output ends (H-14: 1500 ohm, 3000 ohm in a cord profile).
    pub impedance_high: Milliohms,
    /// Impedance below which output ends (H-15: 40 ohm).
    pub impedance_low: Milliohms,
}

/// Why a set of limits is refused: nothing here is ever adjusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitError {
    /// There is no step.
    NoStep,
    /// A field of a step is outside what the interlock accepts.
    Step {
        /// The step, counted from 0.
        index: usize,
        /// The field's name.
        field: &'static str,
        /// The value, in the field's milli-unit or in milliseconds.
        value: i64,
        /// The smallest value accepted.
        min: i64,
        /// The largest value accepted.
        max: i64,
    },
    /// A field of the specification is outside what the interlock accepts.
    Field {
        /// The field's name.
        field: &'static str,
        /// The value, in the field's milli-unit.
        value: i64,
        /// The smallest value accepted.
        min: i64,
        /// The largest value accepted.
        max: i64,
    },
    /// The mode has no rules yet and cannot be armed.
    ModeNotSupported(Mode),
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStep => write!(f, "the plan has no step"),
            Self::Step { index, field, value, min, max } => {
                let number = index.saturating_add(1);
                write!(f, "step {number}: {field} {value} is outside {min} to {max}")
            }
            Self::Field { field, value, min, max } => {
                write!(f, "{field} {value} is outside {min} to {max}")
            }
            Self::ModeNotSupported(mode) => write!(f, "mode {mode:?} cannot be armed yet"),
        }
    }
}

impl core::error::Error for LimitError {}

/// Limits in force: a checked [`LimitsSpec`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    spec: LimitsSpec,
}

impl Limits {
    /// The checked numbers.
    #[must_use]
    pub const fn spec(&self) -> &LimitsSpec {
        &self.spec
    }
}
