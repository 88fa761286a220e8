//! What crosses threads and goes on record: tick records, snapshots, intents, alarm texts; the
//! invariants every recorded tick keeps; and where a player of a recording stands.
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

extern crate alloc;
#[cfg(test)]
extern crate std;

mod alarm_text;
mod intent;
mod invariants;
mod latency;
mod lesion;
pub mod playback;
mod refusal_text;
mod snapshot;
mod tick;
mod trip_text;

pub use alarm_text::{AlarmContext, AlarmText, alarm_line, alarm_text};
pub use intent::{
    Action, Answer, Finding, Intent, OperatorName, PIN_LEN_MAX, PIN_LEN_MIN, StopSource, is_pin,
};
pub use invariants::{Broken, Invariants};
pub use latency::{Latency, LatencyView, Quantiles};
pub use lesion::{
    LesionBoundary, LesionMeasure, LesionPrediction, LesionView, NoLesion, OUTLINE_POINTS_MAX,
    OutlinePoint, PowerCheck, PowerVerdict, Reason,
};
pub use refusal_text::refusal_text;
pub use snapshot::{DeviceKind, Identity, QueueCounts, RecordingStatus, Refused, Snapshot};
pub use tick::{CONTROL_PER_TICK_MAX, InterlockTick, TickRecord, Timing};
pub use trip_text::trip_text;
