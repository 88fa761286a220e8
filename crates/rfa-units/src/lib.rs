//! Quantities, instants, identities and the words that cross between the parts of rfa.
//!
//! A quantity here can only hold a finite value inside its physical range, as an integer of
//! milli- or micro-units: the interlock compares integers, the wire carries integers, the
//! recording holds integers, so all three agree to the last bit. Instants and durations are
//! different types, and so are the controller's and the generator's clocks.
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

#[cfg(test)]
extern crate std;

mod bounded;
mod exchange;
mod id;
mod quantity;
mod shared;
mod time;

pub use bounded::{Bounded, Full};
pub use exchange::{
    ChannelReport, Contactor, EmergencyStop, Footswitch, OutputState, Permit, Request, StopReason,
    Supply, Telemetry, TipReading,
};
pub use id::{ChannelId, MAX_CHANNELS, MAX_STEPS, Mode, PlanHash, SessionId, StepIndex};
pub use quantity::{
    MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, QuantityError,
};
pub use shared::{BAUD_RATES, GRANT_LIFE, TIP_TEMPERATURE_MAX};
pub use time::{GeneratorInstant, HostInstant, Span};
