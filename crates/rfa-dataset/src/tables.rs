//! The tables and their columns. `docs/dataset.md` is the same, for people, and a test compares.

mod session;
mod steps;
mod ticks;
mod trips;

use crate::table::{Column, Get};
use rfa_record::{Clock, ExportError, Recording};
pub(crate) use session::{SessionRow, sessions};
use std::sync::Arc;
pub(crate) use steps::{StepOf, steps};
pub(crate) use ticks::{TickOf, ticks};
pub(crate) use trips::{TripOf, trips};

/// Version of the tables: one more with every column that is added. None is ever renamed, retyped,
/// taken out or given another meaning or unit.
pub const SCHEMA: i64 = 1;

/// What a file says of itself as a whole: the version of the tables.
const SCHEMA_KEY: &str = "rfa.schema";
/// Its rows.
pub(crate) const ROWS: &str = "rfa.rows";
/// Ticks of its session that were written.
pub(crate) const TICKS: &str = "rfa.ticks";
/// Whether its session lacks nothing: finished, all of it read, and nothing lost in recovery.
pub(crate) const WHOLE: &str = "rfa.whole";

/// Which session a row is of.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    key: String,
    started_unix_us: Option<i64>,
    plan_id: String,
}

impl Session {
    pub(crate) fn of_header(recording: &Recording) -> Result<Self, ExportError> {
        let header = recording.header();
        let started_unix_us = match header.clock {
            Clock::Virtual => None,
            Clock::Wall { started_unix_us, .. } => {
                let started = i64::try_from(started_unix_us);
                Some(started.map_err(|error| ExportError::File(error.into()))?)
            }
        };
        Ok(Self { key: header.key()?, started_unix_us, plan_id: header.plan_id.clone() })
    }

    /// What a file says of itself.
    pub(crate) fn said(&self) -> Vec<(&'static str, String)> {
        vec![(SCHEMA_KEY, SCHEMA.to_string()), ("rfa.session", self.key.clone())]
    }
}

/// A row that knows its session.
pub(crate) trait OfSession {
    fn session(&self) -> &Arc<Session>;
}

/// The columns that every table begins with, and those of its own behind them.
fn with<R: OfSession>(own: Vec<Column<R>>) -> Vec<Column<R>> {
    let mut columns = vec![
        Column::new("schema", Get::Int(|_| Some(SCHEMA)), "Version of the tables: 1."),
        Column::new(
            "session",
            Get::Text(|row: &R| Some(&row.session().key)),
            "The session's name among all others: its id in the recording, a hyphen, and a hash \
             over all that stands before its first tick.",
        ),
        Column::new(
            "started",
            Get::Time(|row| row.session().started_unix_us),
            "When the session began (UTC); null: it ran on virtual time.",
        ),
        Column::new(
            "plan_id",
            Get::Text(|row| Some(&row.session().plan_id)),
            "The plan's short name, exactly; the partition's `plan` is the same as the name of a \
             folder.",
        ),
    ];
    columns.extend(own);
    columns
}

/// Every table: its name, and each column's name, type and meaning, as `docs/dataset.md` has them.
#[must_use]
pub fn described() -> Vec<(&'static str, Vec<[&'static str; 3]>)> {
    fn of<R>(columns: Vec<Column<R>>) -> Vec<[&'static str; 3]> {
        columns.iter().map(|of| [of.name, of.get.type_name(), of.meaning]).collect()
    }
    vec![
        ("sessions", of(sessions())),
        ("steps", of(steps())),
        ("trips", of(trips())),
        ("ticks", of(ticks())),
    ]
}

#[cfg(test)]
mod tests;
