//! The eight kinds of error that IEC 61784-3 names for a safety-related transmission, against both
//! ends of the link and every kind of message, at random.
//!
//! What is asked of a receiver: nothing is done that a wrong frame says, it is counted as what it
//! is, the good frames around it are taken as ever; and at the system: enough of them end RF.
//! `RFA_LINK_ERRORS=1000000 cargo test --release -p rfa-sim --test link_errors` injects as many of
//! each kind for each message; a plain run some hundreds.

#[path = "../common/mod.rs"]
mod common;
mod craft;
mod generator_end;
mod host_end;
mod reaction;

/// How a frame is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Corruption,
    Repetition,
    WrongOrder,
    Loss,
    Delay,
    Insertion,
    Masquerade,
    Addressing,
}

pub(crate) const KINDS: [Kind; 8] = [
    Kind::Corruption,
    Kind::Repetition,
    Kind::WrongOrder,
    Kind::Loss,
    Kind::Delay,
    Kind::Insertion,
    Kind::Masquerade,
    Kind::Addressing,
];

/// Injections for each kind and message: `usual`, or what the environment asks for.
pub(crate) fn injections(usual: u64) -> u64 {
    let asked = std::env::var("RFA_LINK_ERRORS").ok();
    asked.map_or(usual, |text| text.parse().expect("RFA_LINK_ERRORS is a number"))
}
