//! The wire protocol between controller and generator; sans-I/O.
//!
//! `docs/protocol.md` is the definition; this crate is one implementation of it, for both ends.
//! Bytes go in one at a time and messages come out; messages go in and [`Frame`]s come out.
//! Nothing here opens a port, reads a clock, allocates, or panics on any bytes.
//!
//! Power travels only as a grant, and only the interlock makes one: [`HostEncoder::grant`] takes
//! an [`rfa_interlock::Grant`], and what a generator decodes is a [`ReceivedGrant`], which no
//! encoder accepts:
//!
//! ```
//! use rfa_units::GeneratorInstant;
//! use rfa_wire::HostEncoder;
//! fn send(encoder: &mut HostEncoder, made: &rfa_interlock::Grant) {
//!     let _ = encoder.grant(made, GeneratorInstant::ZERO);
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use rfa_units::GeneratorInstant;
//! use rfa_wire::HostEncoder;
//! fn relay(encoder: &mut HostEncoder, heard: &rfa_wire::ReceivedGrant) {
//!     let _ = encoder.grant(heard, GeneratorInstant::ZERO);
//! }
//! ```
//!
//! nor can one be changed by hand:
//!
//! ```compile_fail,E0451
//! fn forge(heard: rfa_wire::ReceivedGrant) -> rfa_wire::ReceivedGrant {
//!     rfa_wire::ReceivedGrant { tick: 1, ..heard }
//! }
//! ```
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

mod body;
pub mod budget;
mod bytes;
mod decoder;
mod encoder;
mod error;
mod frame;
mod gate;
pub mod handshake;
mod key;
mod kind;
mod message;
mod refusal;
#[cfg(test)]
mod tests;
mod text;
mod watch;

pub use decoder::{GeneratorDecoder, Heard, HostDecoder};
pub use encoder::{GeneratorEncoder, HostEncoder};
pub use error::DecodeError;
pub use frame::{FRAME_MAX, Frame, OVERHEAD, PAYLOAD_MAX, PROTOCOL_VERSION};
pub use gate::{GateConditions, GrantGate};
pub use key::{LinkKey, SessionKey};
pub use kind::MessageKind;
pub use message::{
    GRANT_LIFE_MAX, GRANT_LIFE_MIN, GeneratorMessage, HardLimits, Hello, HostMessage, Identity,
    ModeSet, Nonce, PulseShape, ReceivedGrant, SelfTestResult, Standby, TELEMETRY_HZ_DEFAULT,
    TELEMETRY_HZ_MAX, TELEMETRY_HZ_MIN,
};
pub use refusal::{Refusal, RefusalCode};
pub use text::DeviceText;
pub use watch::{FrameWatch, Passing};
