//! Re-execution of recorded sessions; holds no link.
//!
//! [`verify`] runs the control and interlock of this program over the recorded inputs, from the
//! first tick, and compares everything they give with what was recorded, bit for bit.
//! [`passive`] tries thresholds of the interlock's rules on a recording. [`whatif`] closes the loop
//! again with other numbers, over a plant that is identified from the recording.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod execution;
mod passive;
mod report;
mod verify;
pub mod whatif;

pub use execution::Execution;
pub use passive::{PassiveReport, WouldTrip, passive};
pub use report::{Outcome, Part, Stopped, TickDifference, VerifyReport};
pub use verify::{ReplayError, verify};
