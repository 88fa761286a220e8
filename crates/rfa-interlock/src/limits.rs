//! The limits in force for one session: the plan's numbers, checked.

use crate::Thresholds;
use core::fmt;
use rfa_units::{
    Bounded, ChannelId, MAX_STEPS, MilliCelsius, MilliJoules, MilliWatts, Milliohms, Mode,
    PlanHash, SessionId, Span, StepIndex,
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
    /// Planned time to the set temperature; AL-20 advises at twice that.
    pub ramp: Span,
    /// How long the plan holds the set temperature; output ends 1 s later by the interlock's own
    /// count of the time within 2 K of it (H-30).
    pub hold: Span,
    /// Output time of this step at most, pauses not counted (H-30, I17).
    pub time_on_max: Span,
    /// Output energy of this step at most (H-31, I17).
    pub energy_max: MilliJoules,
    /// A check has to be confirmed before this step may be armed.
    pub check_before: bool,
}

/// How the tip of the plan's electrode answers to power (H-38): its rise follows
/// `dT/dt = gain x power - T / leak` in the first seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warming {
    /// Rise per energy before any heat has gone, in mK/J.
    pub gain_mk_j: u32,
    /// How fast the heat goes.
    pub leak: Span,
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
    /// The most power granted in a start until the tip has answered to it (H-11: what holds 60 °C
    /// with this electrode, hazards.md a.2).
    pub start_ceiling: MilliWatts,
    /// How the plan's electrode answers to power (H-38).
    pub warming: Warming,
    /// Thresholds of the rules, as the site has them.
    pub rules: Thresholds,
    /// Thresholds that are tried: what they would end is reported, and nothing else comes of it.
    pub passive: Option<Thresholds>,
    /// No arming where alarms cannot be heard (H-46).
    pub sound_required: bool,
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

/// The set temperatures a step may have, in thousandths of a degree (hazards.md a.2: refuse
/// above 90 °C; below 40 °C a tip in tissue at body temperature is not heated at all).
pub(crate) const SET_MC: (i64, i64) = (40_000, 90_000);
/// The ceilings a step may have, in milliwatts (hazards.md E1: this class ends at 50 W).
pub(crate) const CEILING_MW: (i64, i64) = (1, 50_000);
/// The ceilings a start may have, in milliwatts: what holds 60 °C with the largest electrode of
/// hazards.md a.2 is 1.3 W (H-11).
pub(crate) const START_CEILING_MW: (i64, i64) = (1, 2_000);
/// The ramps a step may have, in milliseconds (plans: 5 to 60 s; a shorter one only advises
/// sooner).
pub(crate) const RAMP_MS: (i64, i64) = (1, 60_000);
/// The holds and output times a step may have, in milliseconds (half an hour, the span
/// `MilliJoules` is sized for).
pub(crate) const TIME_ON_MS: (i64, i64) = (1, 1_800_000);
/// The energies a step may have, in millijoules: 50 W for half an hour.
pub(crate) const ENERGY_MJ: (i64, i64) = (1, 90_000_000);
/// The gains an electrode may have, in mK/J: from the thickest needle, 0.8 K/J, to twice what the
/// thinnest has (H-38).
pub(crate) const GAIN_MK_J: (i64, i64) = (100, 60_000);
/// How fast its heat may go, in milliseconds (H-38).
pub(crate) const LEAK_MS: (i64, i64) = (500, 20_000);
/// No impedance limit may be looser than these (H-14 in a cord profile, H-15), in milliohms.
pub(crate) const IMPEDANCE_MOHM: (i64, i64) = (40_000, 3_000_000);

/// Limits in force: a checked [`LimitsSpec`].
///
/// ```
/// use rfa_interlock::{Activation, Limits, LimitsSpec, StepLimit, Thresholds, Warming};
/// use rfa_units::{
///     Bounded, ChannelId, MilliCelsius, MilliJoules, MilliWatts, Milliohms, Mode, PlanHash,
///     SessionId, Span,
/// };
///
/// let mut steps = Bounded::new();
/// steps
///     .push(StepLimit {
///         set: MilliCelsius::new(70_000).expect("70 °C"),
///         ceiling: MilliWatts::new(8_600).expect("8.6 W, 20G x 5 mm at 70 °C"),
///         ramp: Span::from_secs(15),
///         hold: Span::from_secs(60),
///         time_on_max: Span::from_secs(90),
///         energy_max: MilliJoules::new(782_600).expect("ceiling x time"),
///         check_before: false,
///     })
///     .expect("room for a step");
/// let spec = LimitsSpec {
///     session: SessionId(7),
///     channel: ChannelId::ONE,
///     mode: Mode::Thermal,
///     plan: PlanHash(*b"gasseria"),
///     activation: Activation::Key,
///     steps,
///     start_ceiling: MilliWatts::new(620).expect("0.62 W, 20G x 5 mm"),
///     warming: Warming { gain_mk_j: 6_300, leak: Span::from_millis(3_300) },
///     rules: Thresholds::TABLE,
///     passive: None,
///     sound_required: false,
///     impedance_high: Milliohms::new(1_500_000).expect("1500 ohm"),
///     impedance_low: Milliohms::new(40_000).expect("40 ohm"),
/// };
/// let limits = Limits::new(spec)?;
/// assert_eq!(limits.spec(), &spec);
///
/// let none = LimitsSpec { steps: Bounded::new(), ..spec };
/// assert_eq!(Limits::new(none).unwrap_err().to_string(), "the plan has no step");
/// # Ok::<(), rfa_interlock::LimitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    spec: LimitsSpec,
}

impl Limits {
    /// Limits of `spec`. Nothing is adjusted: what cannot be kept is refused.
    ///
    /// # Errors
    /// [`LimitError`] names the first field outside what the interlock accepts.
    pub fn new(spec: LimitsSpec) -> Result<Self, LimitError> {
        if spec.mode != Mode::Thermal {
            return Err(LimitError::ModeNotSupported(spec.mode));
        }
        if spec.steps.is_empty() {
            return Err(LimitError::NoStep);
        }
        for (index, step) in spec.steps.iter().enumerate() {
            check_step(index, step)?;
        }
        check_field("start_ceiling", i64::from(spec.start_ceiling.get()), START_CEILING_MW)?;
        check_field("gain", i64::from(spec.warming.gain_mk_j), GAIN_MK_J)?;
        check_field("leak", millis(spec.warming.leak), LEAK_MS)?;
        let (lowest, highest) = IMPEDANCE_MOHM;
        let low = i64::from(spec.impedance_low.get());
        let high = i64::from(spec.impedance_high.get());
        check_field("impedance_low", low, (lowest, highest.saturating_sub(1)))?;
        check_field("impedance_high", high, (low.saturating_add(1), highest))?;
        Ok(Self { spec })
    }

    /// The checked numbers.
    #[must_use]
    pub const fn spec(&self) -> &LimitsSpec {
        &self.spec
    }

    /// The numbers of the step at `index`; `None` beyond the plan.
    #[must_use]
    pub fn step(&self, index: StepIndex) -> Option<&StepLimit> {
        self.spec.steps.get(index.get())
    }
}

fn millis(span: Span) -> i64 {
    i64::try_from(span.as_micros().div_ceil(1_000)).unwrap_or(i64::MAX)
}

fn check_step(index: usize, step: &StepLimit) -> Result<(), LimitError> {
    let fields = [
        ("set", i64::from(step.set.get()), SET_MC),
        ("ceiling", i64::from(step.ceiling.get()), CEILING_MW),
        ("ramp", millis(step.ramp), RAMP_MS),
        ("hold", millis(step.hold), TIME_ON_MS),
        ("time_on_max", millis(step.time_on_max), TIME_ON_MS),
        ("energy_max", i64::from(step.energy_max.get()), ENERGY_MJ),
    ];
    for (field, value, (min, max)) in fields {
        if value < min || value > max {
            return Err(LimitError::Step { index, field, value, min, max });
        }
    }
    Ok(())
}

fn check_field(field: &'static str, value: i64, range: (i64, i64)) -> Result<(), LimitError> {
    let (min, max) = range;
    if value < min || value > max {
        return Err(LimitError::Field { field, value, min, max });
    }
    Ok(())
}
