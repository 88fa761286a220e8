//! Re-execution of recorded sessions; holds no link.
//!
//! [`verify`] runs the control and interlock of this program over the recorded inputs, from the
//! first tick, and compares everything they give with what was recorded, bit for bit.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod execution;
mod report;
mod verify;

pub use execution::Execution;
pub use report::{Outcome, Part, Stopped, TickDifference, VerifyReport};
pub use verify::{ReplayError, verify};
