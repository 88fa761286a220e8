//! The safety interlock: it stands in series between whoever wants power and the generator.
//!
//! One pure function, [`step`], takes the state, what was seen since the last tick, and the
//! limits in force, and gives the next state with what may be sent: a [`Grant`], or none. No
//! other crate can make a grant. Integers only; no allocation; no clock of its own.
//!
//! Inside, a seam divides numbers from booleans:
//!
//! - `memory`, `history`, `trend`, `response`, `cooling`, `contactors`: what is remembered of the
//!   inputs;
//! - `rules`: the rows of the hazard table (H-01 to H-56), each with threshold, votes, reaction;
//! - `machine`: states and transitions (I1 to I15), a function of a dozen booleans, small enough
//!   that its tests try every input in every reachable state;
//! - `grant`, `progress`: power, time and energy (I16, I17);
//! - `watch`, `refusal`: advice that ends nothing, and why a command did nothing.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss
    )
)]

#[cfg(test)]
extern crate std;

mod alarm;
mod contactors;
mod cooling;
#[cfg(test)]
mod decisions;
mod events;
mod grant;
mod history;
mod inputs;
mod interlock;
mod limits;
mod machine;
mod memory;
mod outputs;
mod progress;
mod refusal;
mod response;
mod rules;
mod site;
mod thresholds;
mod trend;
mod watch;

pub use alarm::{AlarmId, AlarmSet, Priority, RuleId, Trip, TripUnit};
pub use grant::Grant;
pub use inputs::{AlarmSound, Command, Inputs, LinkReport, Readiness, TELEMETRY_PER_TICK_MAX};
pub use interlock::{Interlock, step};
pub use limits::{Activation, LimitError, Limits, LimitsSpec, StepLimit, Warming};
pub use machine::State;
pub use outputs::{ArmRefusal, Event, Outputs, StopCause};
#[cfg(feature = "negative-control")]
pub use rules::control::switch_off;
pub use rules::{RuleRow, rule_rows};
pub use site::{Threshold, Thresholds};
