//! Why a solve failed or an input was refused.

use thiserror::Error;

/// A solve that gave no answer. Never a plausible number instead.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum SolveError {
    /// An iteration ran out of rounds.
    #[error(
        "at {at_s:.3} s, in a step of {step_s:.2e} s, the {field} did not converge in {rounds} \
         rounds: residual {residual:.3e}, wanted {tolerance:.1e}"
    )]
    NotConverged {
        /// What was solved for.
        field: &'static str,
        /// Rounds tried.
        rounds: usize,
        /// The residual left.
        residual: f64,
        /// The residual wanted.
        tolerance: f64,
        /// Simulated time, s.
        at_s: f64,
        /// The time step, s.
        step_s: f64,
    },
    /// A drive or a span of time that cannot be.
    #[error("{field} {value} cannot be: wanted is a finite number, not below 0")]
    Impossible {
        /// What it is.
        field: &'static str,
        /// The value offered.
        value: f64,
    },
    /// A matrix that no physical property makes.
    #[error("the {field}'s matrix is not positive definite in row {row}: a property is not finite")]
    NotPositive {
        /// What was solved for.
        field: &'static str,
        /// The row of the failed pivot.
        row: usize,
    },
    /// The time step fell below its limit.
    #[error(
        "at {at_s:.3} s the step fell to {step_s:.2e} s and a cell still crossed {share:.2} of its \
         boiling band: boiling faster than the model can follow"
    )]
    StepTooSmall {
        /// Simulated time.
        at_s: f64,
        /// The step reached.
        step_s: f64,
        /// The largest share of its boiling band that a cell crossed in that step.
        share: f64,
    },
}

impl SolveError {
    /// The same, with the time and the step it came up in.
    pub(crate) const fn at(self, now_s: f64, step: f64) -> Self {
        match self {
            Self::NotConverged { field, rounds, residual, tolerance, .. } => {
                Self::NotConverged { field, rounds, residual, tolerance, at_s: now_s, step_s: step }
            }
            other => other,
        }
    }
}
