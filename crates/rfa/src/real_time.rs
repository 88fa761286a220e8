//! Treatments in real time, one after the other, and a load beside them: what `rfa bench latency`
//! and `rfa demo --soak` share.

mod busy;
mod sessions;
mod soak;
mod witness;

pub(crate) use busy::Busy;
pub(crate) use sessions::{Sessions, Treated, Wanted};
pub(crate) use soak::soak;
