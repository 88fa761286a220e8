//! A simulated generator: firmware model, tissue, faults; in-process or on a pseudo-terminal.
//!
//! [`Generator`] is a generator's firmware and hardware on a clock of its own: relays, dead-man,
//! hard limits, self-test, meters, a lagged and noisy thermocouple, footswitch, emergency stop.
//! It speaks the wire protocol byte by byte at the stated baud rate. Its needle sits in a
//! [`Plant`]: [`TissuePlant`] is the finite-volume model of `rfa-tissue`, [`LumpedPlant`] a few
//! first-order states that cost nothing to make, for tests of everything else. Named [`Fault`]s
//! break it while it runs, each with a twin just below what may trip. Everything is a function of
//! the seed and the calls: the same calls give the same bytes on any machine.
//!
//! What it does not have: its own link between footswitch and output (the interlock has that
//! rule and must be seen to have it), and any mode but thermal.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod config;
mod fault;
mod firmware;
mod generator;
mod inputs;
mod line;
mod lumped;
mod output;
mod plant;
#[cfg(feature = "pty")]
pub mod pty;
mod random;
mod refusals;
mod relay;
mod report;
mod schedule;
mod selftest;
mod sensor;
mod session;
mod stranger;
mod tissue_plant;
mod truth;

pub use config::{ConfigError, GeneratorConfig};
pub use fault::{Fault, FaultInfo, FaultSetting, Severity, UnknownFault, fault_help};
pub use generator::{FIRMWARE_STEP, Generator};
pub use lumped::{LumpedPlant, PlantError, Tissue};
pub use plant::{Drive, Plant};
pub use random::Random;
pub use schedule::{FaultSchedule, ScheduleError, ScheduledFault};
pub use tissue_plant::{FittedTissue, TissuePlant};
pub use truth::{OffCause, RF_ON_W, RfOff, Truth};
