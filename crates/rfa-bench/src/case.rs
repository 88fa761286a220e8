//! A draw made ready to be run, any number of times.

use crate::disturbance::Disturbed;
use crate::ideal::{Reach, reach};
use crate::{Controller, ControllerName, Draw};
use rfa_control::{Control, ControlError};
use rfa_interlock::{Activation, LimitError, Limits};
use rfa_plan::{
    Gate, Plan, PlanError, PlanLimits, PlanSpec, RuleThresholds, Source, StepSpec, Target,
    start_ceiling,
};
use rfa_runtime::limits_for;
use rfa_sim::{ConfigError, FittedTissue, Generator, GeneratorConfig};
use rfa_tissue::FitError;
use rfa_units::{Bounded, ChannelId, MilliCelsius, MilliWatts, Milliohms, Mode, SessionId, Span};
use thiserror::Error;

/// The tip counts as at its set temperature from this far below it on, K.
pub(crate) const REACHED_BELOW_K: f64 = 0.5;
/// It has this long beyond the ramp, s.
pub(crate) const LATE_S: f64 = 3.0;
/// From the end of the ramp to the disturbance, s.
pub(crate) const DISTURBED_AFTER_S: f64 = 13.0;
/// From the end of the ramp to the end of a run, s: 12 s of recovery.
pub(crate) const ENDS_AFTER_S: f64 = 25.0;
/// The plan holds for longer than that, so that no plan ends a run.
const HOLD: Span = Span::from_secs(40);

/// The session of every run: runs share nothing.
pub(crate) const SESSION: SessionId = SessionId(0x00be_4c40);

/// Why a draw cannot be run.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Its numbers make no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The interlock does not accept the plan.
    #[error(transparent)]
    Limits(#[from] LimitError),
    /// No tissue model can be made.
    #[error(transparent)]
    Tissue(#[from] FitError),
    /// No generator can be built.
    #[error(transparent)]
    Generator(#[from] ConfigError),
    /// A number is outside its type's range.
    #[error("{0} is outside its range")]
    Range(&'static str),
    /// No controller takes the program.
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// A draw with its plan, limits and tissue.
#[derive(Debug, Clone)]
pub struct Case {
    /// What was drawn.
    pub draw: Draw,
    /// The plan.
    pub plan: Plan,
    /// What the power ceiling permits.
    pub reach: Reach,
    /// Heat that the disturbance draws, W.
    pub drawn_w: f64,
    tissue: FittedTissue,
    pub(crate) limits: Limits,
}

impl Case {
    /// Makes the plan, fits the tissue and sizes the disturbance.
    ///
    /// # Errors
    /// [`CaseError`] names what cannot be made.
    pub fn new(draw: Draw) -> Result<Self, CaseError> {
        let plan = plan(&draw)?;
        let limits = limits_for(&plan, Activation::Key, SESSION)?;
        let tissue = FittedTissue::quick(draw.setting.clone())?;
        let plant = tissue.plant();
        let ceiling = plan.program.ceilings.get(0).copied().unwrap_or(MilliWatts::MIN).as_f64();
        let start = start_ceiling(plan.electrode).as_f64();
        let (reach, drawn_w) = reach(&draw, &plant, start, ceiling);
        Ok(Self { draw, plan, reach, drawn_w, tissue, limits })
    }

    /// A controller for its program.
    ///
    /// # Errors
    /// [`CaseError::Control`] when it does not take the program.
    pub fn controller(&self, name: ControllerName) -> Result<Box<dyn Controller>, CaseError> {
        Ok(match name {
            ControllerName::Rfa => Box::new(Control::new(self.plan.program)?),
            _ => crate::baseline::new(name, &self.plan.program)
                .ok_or(CaseError::Range("program.steps"))?,
        })
    }

    /// The needle in its tissue.
    pub(crate) const fn setting(&self) -> &rfa_tissue::Setting {
        &self.draw.setting
    }

    /// The generator just switched on, its needle in the tissue.
    pub(crate) fn generator(&self) -> Result<Generator, CaseError> {
        let draw = &self.draw;
        let config = GeneratorConfig {
            seed: draw.seed,
            sensor_lag: draw.sensor_lag,
            sensor_noise_c: draw.noise_c,
            sensor_quantum_c: draw.quantum_c,
            power_delay: draw.power_delay,
            power_error: Some(draw.power_error),
            power_quantum_w: draw.power_quantum_w,
            ..GeneratorConfig::default()
        };
        let at_s = self.disturbed_at_s();
        let plant = Disturbed::new(self.tissue.plant(), draw.disturbance, at_s, self.drawn_w);
        Ok(Generator::new(config, Box::new(plant))?)
    }

    /// From the beginning of output to the disturbance, s.
    pub(crate) fn disturbed_at_s(&self) -> f64 {
        self.draw.ramp.as_secs_f64() + DISTURBED_AFTER_S
    }

    /// From the beginning of output to the end of a run, s.
    pub(crate) fn ends_at_s(&self) -> f64 {
        self.draw.ramp.as_secs_f64() + ENDS_AFTER_S
    }
}

/// The plan of a draw: one step, every limit as wide as it may be.
fn plan(draw: &Draw) -> Result<Plan, CaseError> {
    let set = MilliCelsius::from_f64(draw.set_c).map_err(|_| CaseError::Range("set"))?;
    let mut steps = Bounded::new();
    let step = StepSpec { set, ramp: draw.ramp, hold: HOLD, gate: Gate::None };
    steps.push(step).map_err(|_| CaseError::Range("steps"))?;
    let ohm = |milli: u32| Milliohms::new(milli).ok_or(CaseError::Range("impedance"));
    Ok(Plan::new(PlanSpec {
        id: format!("draw-{}", draw.number),
        title: "One of a population".to_owned(),
        source: Source {
            citation: "rfa bench loop".to_owned(),
            retrieved: "2026-11-28".to_owned(),
        },
        site_must_approve: true,
        // The cord's impedance profile is the widest.
        target: Target::SpinalCord,
        electrode: draw.electrode,
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        steps,
        limits: PlanLimits {
            power_max: MilliWatts::saturating(50_000),
            set_max: MilliCelsius::saturating(90_000),
            impedance_high: ohm(3_000_000)?,
            impedance_low: ohm(40_000)?,
            rules: RuleThresholds::NONE,
            passive: None,
            sound_required: false,
        },
        tissue: None,
    })?)
}
