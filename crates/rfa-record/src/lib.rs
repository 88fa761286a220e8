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
//! | `/chain` | [`CheckpointMessage`]: what [`check`] compares every record with |
//! | `/note` | [`NoteMessage`]: what somebody wrote about it later |
//!
//! [`cut`], [`merge`], [`annotate`], [`attach`] and [`deidentify`] write a new recording from old
//! ones, record by record; nothing is ever changed in place.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod annotate;
mod chain;
mod check;
mod copy;
mod cut;
mod deidentify;
mod export;
mod header;
mod info;
mod key;
mod lesion;
mod merge;
mod message;
mod read;
mod recover;
pub mod row;
mod whole;
mod words;
mod write;

/// Name of the log of a session's times among its files: histograms of every tick, written at the
/// session's end.
pub const LATENCY_LOG: &str = "latency.hlog";

pub use annotate::{ATTACHED_FILE_BYTES_MAX, annotate, attach, sign};
pub use chain::{CheckpointKind, CheckpointMessage};
pub use check::{CheckError, CheckReport, Misfit, check};
pub use copy::CopyError;
pub use cut::{CutReport, cut};
pub use deidentify::{DeidentifyReport, deidentify};
pub use export::{
    Decimal, ExportError, Exported, Micro, Milli, Part, Take, TickLine, each, export_csv,
    export_ndjson, since_us,
};
pub use header::{Attached, Clock, Header, HeaderError, RECORD_SCHEMA, WHAT_IF};
pub use info::{Damage, Gap, Info, Sequence, TripSeen};
pub use key::{KeyError, PublicKey, SigningKey};
pub use lesion::{LesionMessage, LesionRow, MeasureRow, PowerRow, VerdictWord};
pub use merge::{MergeReport, MergedPart, merge};
pub use message::{
    ActionRow, EventMessage, IntentMessage, NoteMessage, StopSourceWord, SummaryMessage, Topic,
    TruthRow,
};
pub use read::{End, Message, Messages, ReadError, Recording};
pub use recover::{Edit, Recovered, recover, rewrite};
pub use whole::whole_file;
pub use write::{RecordCause, RecordError, Recorder};
