//! Re-execution of recorded sessions; holds no link.
//!
//! [`verify`] runs the control and interlock of this program over the recorded inputs, from the
//! first tick, and compares everything they give with what was recorded, bit for bit.
//! [`passive`] tries thresholds of the interlock's rules on a recording. [`whatif`] closes the loop
//! again with other numbers, over a plant that is identified from the recording. [`Reel`] shows a
//! recording from any of its ticks, for a player.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod beside;
mod deck;
mod execution;
mod origin;
mod passive;
mod reel;
mod report;
mod tape;
mod verify;
pub mod whatif;

pub use beside::{Beside, BesideError};
pub use deck::{Deck, DeckKept};
pub use execution::Execution;
pub use passive::{PassiveReport, WouldTrip, passive};
pub use reel::{Reel, Scene};
pub use report::{Outcome, Part, Stopped, TickDifference, VerifyReport};
pub use tape::{PlayError, Tape, Told};
pub use verify::{ReplayError, verify, verify_growing};
