//! Treatment plans, electrodes, power ceilings and site limits: validated types.
//!
//! The types need no standard library; reading TOML is the feature `toml`.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;
#[cfg(any(test, feature = "toml"))]
extern crate std;

mod electrode;
mod plan;

pub use electrode::{Electrode, Gauge, SensorKind};
pub use plan::{Gate, Plan, PlanLimits, Program, Source, StepSpec};
