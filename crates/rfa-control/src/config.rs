//! Whether a program can be run at all.

use core::fmt;
use rfa_plan::Program;
use rfa_units::{Mode, Span};

/// Why a program cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlError {
    /// The program has no step.
    NoSteps,
    /// The loop drives thermal lesions only.
    NotThermal {
        /// The mode the program asks for.
        mode: Mode,
    },
    /// There is not exactly one power ceiling for each step.
    Ceilings {
        /// Steps in the program.
        steps: usize,
        /// Ceilings in the program.
        ceilings: usize,
    },
    /// A step's ramp is too short to follow.
    RampTooShort {
        /// The step, counted from 0.
        step: usize,
        /// The ramp given.
        ramp: Span,
        /// The shortest allowed.
        min: Span,
    },
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSteps => write!(f, "program.steps: empty; give at least one step"),
            Self::NotThermal { mode } => {
                write!(f, "program.mode: {mode:?} has no temperature loop; allowed: Thermal")
            }
            Self::Ceilings { steps, ceilings } => write!(
                f,
                "program.ceilings: {ceilings} for {steps} steps; give one power ceiling per step"
            ),
            Self::RampTooShort { step, ramp, min } => write!(
                f,
                "program.steps[{step}].ramp: {ramp} is below {min}; give a ramp of {min} or more"
            ),
        }
    }
}

impl core::error::Error for ControlError {}

/// Shortest ramp the loop follows: at 1 s and 43 K even the smallest tip would be past the
/// runaway rule of 10 K/s or three times the plan (hazards.md H-03).
pub const RAMP_MIN: Span = Span::from_secs(1);

/// Checks what the loop relies on; ranges of temperature and power are in their types.
pub(crate) fn check(program: &Program) -> Result<(), ControlError> {
    if program.steps.is_empty() {
        return Err(ControlError::NoSteps);
    }
    if program.mode != Mode::Thermal {
        return Err(ControlError::NotThermal { mode: program.mode });
    }
    let (steps, ceilings) = (program.steps.len(), program.ceilings.len());
    if steps != ceilings {
        return Err(ControlError::Ceilings { steps, ceilings });
    }
    match program.steps.iter().enumerate().find(|(_, spec)| spec.ramp < RAMP_MIN) {
        Some((step, spec)) => {
            Err(ControlError::RampTooShort { step, ramp: spec.ramp, min: RAMP_MIN })
        }
        None => Ok(()),
    }
}
