//! Recordings for other tools: a table of ticks as CSV, or every message as a line of JSON.
//!
//! Numbers are exact: what a recording holds in thousandths is written with three decimals.

mod line;

use crate::row::TickRow;
use crate::{Damage, End, ReadError, Recording, Topic};
use line::Line;
use serde::Serialize;
use serde_json::value::RawValue;
use std::io::{ErrorKind, Write};

/// A part of a recording, by the time since its first tick.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// Nothing before this, in microseconds.
    pub from_us: Option<i64>,
    /// Nothing from this on, in microseconds.
    pub until_us: Option<i64>,
}

impl Part {
    fn holds(&self, at_us: i64) -> bool {
        self.from_us.is_none_or(|from| at_us >= from) && self.until_us.is_none_or(|to| at_us < to)
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Lines, without a heading.
    pub lines: u64,
    /// Damaged places that were passed over.
    pub damage: Vec<Damage>,
    /// How the recording ends.
    pub end: End,
}

impl Exported {
    /// Everything of the part asked for was there.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.damage.is_empty() && self.end == End::Finished
    }
}

/// Why nothing more is written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The recording cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is nothing in it.
    #[error("{0}: holds no tick; `rfa rec info` tells what is there")]
    NoTick(String),
    /// The table cannot be written.
    #[error("the table cannot be written: {0}")]
    Csv(#[from] csv::Error),
    /// The lines cannot be written.
    #[error("the lines cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// A message is no JSON.
    #[error("a message cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl ExportError {
    /// Whoever was to read the output has gone away.
    #[must_use]
    pub fn reader_gone(&self) -> bool {
        let kind = match self {
            Self::Write(error) => Some(error.kind()),
            Self::Json(error) => error.io_error_kind(),
            Self::Csv(error) => match error.kind() {
                csv::ErrorKind::Io(error) => Some(error.kind()),
                _ => None,
            },
            Self::Read(_) | Self::NoTick(_) => None,
        };
        kind == Some(ErrorKind::BrokenPipe)
    }
}

/// Writes a table of ticks: one line each, with a heading of names that end with the unit.
///
/// # Errors
/// [`ExportError`]; what was written until then stays.
pub fn export_csv(
    recording: &Recording,
    part: Part,
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    let channel = recording.header().limits.channel.number();
    let mut table = csv::Writer::from_writer(out);
    let exported = each(recording, part, &[Topic::Tick], |at_us, _, data| {
        let row: TickRow = serde_json::from_slice(data)?;
        table.serialize(Line::new(at_us, channel, &row)).map_err(ExportError::Csv)
    })?;
    table.flush()?;
    Ok(exported)
}

/// One message, as it was recorded.
#[derive(Serialize)]
struct Told<'a> {
    topic: &'static str,
    /// Since the first tick.
    at_us: i64,
    message: &'a RawValue,
}

/// Writes every message of `topics` as one line of JSON: topic, time since the first tick, and the
/// message itself, unchanged.
///
/// # Errors
/// As [`export_csv`].
pub fn export_ndjson(
    recording: &Recording,
    part: Part,
    topics: &[Topic],
    out: &mut impl Write,
) -> Result<Exported, ExportError> {
    each(recording, part, topics, |at_us, topic, data| {
        let message = serde_json::from_slice(data)?;
        serde_json::to_writer(&mut *out, &Told { topic: topic.name(), at_us, message })?;
        out.write_all(b"\n").map_err(ExportError::Write)
    })
}

type Take<'a> = dyn FnMut(i64, Topic, &[u8]) -> Result<(), ExportError> + 'a;

/// Takes every message of `topics` in `part`, in the recording's order.
fn each(
    recording: &Recording,
    part: Part,
    topics: &[Topic],
    mut take: impl FnMut(i64, Topic, &[u8]) -> Result<(), ExportError>,
) -> Result<Exported, ExportError> {
    let take: &mut Take<'_> = &mut take;
    let began_ns = first_tick_ns(recording)?;
    let mut messages = recording.messages()?;
    let mut exported = Exported { lines: 0, damage: Vec::new(), end: End::Finished };
    loop {
        match messages.next() {
            Ok(None) => break,
            Ok(Some(message)) => {
                let at_us = since_us(message.log_time_ns, began_ns);
                if topics.contains(&message.topic) && part.holds(at_us) {
                    take(at_us, message.topic, message.data)?;
                    exported.lines += 1;
                }
            }
            Err(ReadError::Damaged { at, why, .. }) => exported.damage.push(Damage { at, why }),
            Err(error) => return Err(error.into()),
        }
    }
    exported.end = messages.end().cloned().unwrap_or(End::Finished);
    Ok(exported)
}

fn first_tick_ns(recording: &Recording) -> Result<u64, ExportError> {
    let mut messages = recording.messages()?;
    loop {
        match messages.next() {
            Ok(Some(message)) if message.topic == Topic::Tick => return Ok(message.log_time_ns),
            Ok(Some(_)) | Err(ReadError::Damaged { .. }) => {}
            Ok(None) => return Err(ExportError::NoTick(recording.path().display().to_string())),
            Err(error) => return Err(error.into()),
        }
    }
}

fn since_us(at_ns: u64, began_ns: u64) -> i64 {
    let since = i128::from(at_ns) - i128::from(began_ns);
    i64::try_from(since.div_euclid(1_000)).unwrap_or(i64::MAX)
}
