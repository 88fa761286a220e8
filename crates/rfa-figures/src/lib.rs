//! What a session came to, in numbers: from its ticks as they run, or from its recording.
//!
//! [`Accumulator`](summary::Accumulator) takes ticks, truth and lesion in the order they come and
//! gives a [`Summary`]; the same sums come of a session that runs and of the ticks it left on
//! record. Reaches no link.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod dose;
mod latency;
mod recompute;
pub mod summary;

pub use dose::Dose;
pub use latency::{Latencies, LatencySet, LatencyUs, PackedLatencySet, QuantilesUs};
pub use recompute::recompute;
pub use summary::Summary;
