//! Recordings for other tools: a table of ticks as CSV, or every message as a line of JSON.
//!
//! Numbers are exact: what a recording holds in thousandths is written with three decimals.

mod line;

use crate::copy::DAMAGE_MAX;
use crate::row::TickRow;
use crate::{Damage, End, Message, ReadError, Recording, Topic};
pub use line::{Decimal, Micro, Milli, TickLine};
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
    /// Whether a moment is in it, in microseconds since the first tick.
    #[must_use]
    pub fn holds(&self, at_us: i64) -> bool {
        self.from_us.is_none_or(|from| at_us >= from) && self.until_us.is_none_or(|to| at_us < to)
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Lines, without a heading.
    pub lines: u64,
    /// Damaged places that were passed over, the first 64.
    pub damage: Vec<Damage>,
    /// How many there were.
    pub damaged: u64,
    /// How the recording ends; finished too where the part that was asked for was followed to its
    /// own end.
    pub end: End,
    /// It is what recovery left of another recording, and less than that held, where it has been
    /// read to its end.
    #[serde(skip)]
    pub recovery_lost: bool,
}

impl Exported {
    /// Everything of the part asked for was there.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.damaged == 0 && self.end == End::Finished
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
    /// A file of another kind cannot be written.
    #[error("the file cannot be written: {0}")]
    File(#[from] Box<dyn std::error::Error + Send + Sync>),
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
            Self::Read(_) | Self::NoTick(_) | Self::File(_) => None,
        };
        kind == Some(ErrorKind::BrokenPipe)
    }
}

/// Who takes messages, one after the other.
pub trait Take {
    /// A message of a topic that was asked for, `at_us` since the first tick.
    ///
    /// # Errors
    /// [`ExportError`]: nothing more is given.
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError>;

    /// There is nothing more, and the recording is not finished. True: look again.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    fn wait(&mut self) -> Result<bool, ExportError>;
}

/// Writes a table of ticks: one line each, with a heading of names that end with the unit.
/// `wait` is asked where a recording ends that is not finished: true to look again.
///
/// # Errors
/// [`ExportError`]; what was written until then stays.
pub fn export_csv(
    recording: &Recording,
    part: Part,
    out: &mut impl Write,
    wait: &mut dyn FnMut() -> bool,
) -> Result<Exported, ExportError> {
    let channel = recording.header().limits.channel.number();
    let mut table = Table { channel, table: csv::Writer::from_writer(out), wait };
    let exported = each(recording, part, &[Topic::Tick], &mut table)?;
    table.table.flush()?;
    Ok(exported)
}

struct Table<'a, W: Write> {
    channel: u8,
    table: csv::Writer<W>,
    wait: &'a mut dyn FnMut() -> bool,
}

impl<W: Write> Take for Table<'_, W> {
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError> {
        let row: TickRow = message.parse()?;
        self.table.serialize(TickLine::new(at_us, self.channel, &row)).map_err(ExportError::Csv)
    }

    fn wait(&mut self) -> Result<bool, ExportError> {
        self.table.flush()?;
        Ok((self.wait)())
    }
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
/// message itself, unchanged. `wait` as in [`export_csv`].
///
/// # Errors
/// As [`export_csv`].
pub fn export_ndjson(
    recording: &Recording,
    part: Part,
    topics: &[Topic],
    out: &mut impl Write,
    wait: &mut dyn FnMut() -> bool,
) -> Result<Exported, ExportError> {
    each(recording, part, topics, &mut Objects { out, wait })
}

struct Objects<'a, W: Write> {
    out: W,
    wait: &'a mut dyn FnMut() -> bool,
}

impl<W: Write> Take for Objects<'_, W> {
    fn take(&mut self, at_us: i64, message: &Message<'_>) -> Result<(), ExportError> {
        let told = Told { topic: message.topic.name(), at_us, message: message.json()? };
        serde_json::to_writer(&mut self.out, &told)?;
        self.out.write_all(b"\n").map_err(ExportError::Write)
    }

    fn wait(&mut self) -> Result<bool, ExportError> {
        self.out.flush()?;
        Ok((self.wait)())
    }
}

/// Gives every message of `topics` in `part` to `take`, in the recording's order.
///
/// # Errors
/// [`ExportError`], that of `take` too. Damage is told in the result.
pub fn each(
    recording: &Recording,
    part: Part,
    topics: &[Topic],
    take: &mut dyn Take,
) -> Result<Exported, ExportError> {
    let mut failed = None;
    let began = first_tick_ns(recording, &mut || {
        take.wait().unwrap_or_else(|error| {
            failed = Some(error);
            false
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let began_ns = began?;
    let mut messages = recording.messages()?;
    let mut past = false;
    let mut exported = Exported {
        lines: 0,
        damage: Vec::new(),
        damaged: 0,
        end: End::Finished,
        recovery_lost: false,
    };
    loop {
        let taken = match messages.next() {
            Ok(None) => {
                if messages.end() == Some(&End::Finished) || !take.wait()? {
                    break;
                }
                if past {
                    // Followed as far as was asked for: what comes later is of no concern.
                    exported.end = End::Finished;
                    return Ok(exported);
                }
                if !messages.resume()? {
                    break;
                }
                continue;
            }
            Ok(Some(message)) => {
                let at_us = since_us(message.log_time_ns, began_ns);
                past |= message.topic == Topic::Tick && part.until_us.is_some_and(|to| at_us >= to);
                if topics.contains(&message.topic) && part.holds(at_us) {
                    take.take(at_us, &message).inspect(|()| exported.lines += 1)
                } else {
                    Ok(())
                }
            }
            Err(error) => Err(error.into()),
        };
        match taken {
            Ok(()) => {}
            Err(ExportError::Read(ReadError::Damaged { at, why, .. })) => {
                exported.damaged += 1;
                if exported.damage.len() < DAMAGE_MAX {
                    exported.damage.push(Damage { at, why });
                }
            }
            Err(error) => return Err(error),
        }
    }
    exported.end = messages.end().cloned().unwrap_or(End::Finished);
    exported.recovery_lost = messages.recovery_lost();
    Ok(exported)
}

/// The time of the first tick. `wait` is asked where there is none yet.
pub(crate) fn first_tick_ns(
    recording: &Recording,
    wait: &mut dyn FnMut() -> bool,
) -> Result<u64, ExportError> {
    let found = recording.first_tick_awaited(wait)?;
    found.ok_or_else(|| ExportError::NoTick(recording.path().display().to_string()))
}

/// The time from `began_ns` to `at_ns`, in microseconds, rounded down.
#[must_use]
pub fn since_us(at_ns: u64, began_ns: u64) -> i64 {
    let since = i128::from(at_ns) - i128::from(began_ns);
    i64::try_from(since.div_euclid(1_000)).unwrap_or(i64::MAX)
}
