//! What an operator hears: the alarm signals of IEC 60601-1-8 and the activation tone.
//!
//! [`table`] holds each signal as data, [`Sounder`] says which one is due, and [`render`] makes
//! sound of it. All of it is a function of its arguments; whoever owns a loudspeaker asks for the
//! next samples.
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

mod samples;
mod sounder;
pub mod table;

pub use samples::{RATE_HZ, render};
pub use sounder::{Heard, NoPause, Sounder, Sounding};
