//! Session recordings in MCAP: writing, reading, recovery.
//!
//! One file per session. [`Recorder`] writes it while the session runs, on a thread that is not
//! real-time; after a killed process everything up to the last chunk, at most half a second old,
//! is there. [`Recording`] reads it with bounded memory whatever the file claims, finished or not.
//! [`recover`] makes a clean file of what is left of a broken one.
//!
//! | topic | message |
//! |---|---|
//! | `/tick` | [`TickRow`](row::TickRow): one tick of control and interlock, whole |
//! | `/event`, `/alarm` | [`EventMessage`]: drawn from the ticks, for people and plots |
//! | `/intent` | [`IntentMessage`]: what an operator asked |
//! | `/truth` | [`TruthRow`]: what a simulator knows |
//! | `/lesion` | [`LesionMessage`]: the lesion as a model predicts it, when it has followed |
//! | `/summary` | [`SummaryMessage`]: the last message of a finished session |
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod export;
mod header;
mod info;
mod lesion;
mod message;
mod read;
mod recover;
pub mod row;
mod whole;
mod write;

pub use export::{ExportError, Exported, Part, export_csv, export_ndjson};
pub use header::{Attached, Clock, Header, HeaderError, RECORD_SCHEMA};
pub use info::{Damage, Gap, Info, Sequence, TripSeen};
pub use lesion::{LesionMessage, LesionRow, MeasureRow, PowerRow, VerdictWord};
pub use message::{
    ActionRow, EventMessage, IntentMessage, StopSourceWord, SummaryMessage, Topic, TruthRow,
};
pub use read::{End, Message, Messages, ReadError, Recording};
pub use recover::{Edit, RecoverError, Recovered, recover, rewrite};
pub use whole::whole_file;
pub use write::{RecordCause, RecordError, Recorder};
