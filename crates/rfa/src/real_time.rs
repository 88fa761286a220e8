//! Treatments in real time, one after the other, and a load beside them: what `rfa bench latency`
//! and `rfa demo --soak` share.

mod busy;
mod evidence;
mod sessions;
mod soak;
mod witness;

pub(crate) use busy::Busy;
pub(crate) use evidence::{Cause, Evidence};
pub(crate) use sessions::{Sessions, Treated, Wanted};
pub(crate) use soak::soak;
pub(crate) use witness::Watching;
