//! Recordings as data for other tools, where data already live. Reaches no link.
//!
//! A [`Dataset`] is a folder of Parquet files in which a fleet's sessions, steps, trips and ticks
//! are tables, partitioned by date and plan; `docs/dataset.md` says what every column is and how
//! the tables may change. [`export_parquet`] writes the ticks of one recording as such a table,
//! [`export_edf`] as EDF+.
//!
//! Memory is bounded: of each recording being written a chunk and at most [`ROWS_MAX`] rows.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod dataset;
mod edf;
mod place;
mod table;
mod tables;
mod ticks;

pub use dataset::{Dataset, DatasetError, Written};
pub use edf::{ExportedEdf, export_edf};
pub use table::ROWS_MAX;
pub use tables::{SCHEMA, described};
pub use ticks::export_parquet;
