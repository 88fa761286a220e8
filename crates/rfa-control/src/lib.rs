//! The temperature loop: ramp, hold, step program. Pure: time and telemetry are arguments.
#![no_std]
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
#![allow(clippy::float_arithmetic, reason = "the loop computes in f64; its edges are integers")]

#[cfg(test)]
extern crate std;

mod config;
mod control;
mod exchange;
mod feedback;
mod heater;
mod plant;
mod reference;
mod sensor;
mod tissue;
mod tuning;

pub use config::{ControlError, RAMP_MIN};
pub use control::Control;
pub use exchange::{ControlInputs, ControlOutputs, ControlTick, Phase, Terms};
pub use tuning::{TUNING, Tuning};
