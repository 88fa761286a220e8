//! A second recording beside the one that is played: its tip temperature, in time from RF on.

use crate::PlayError;
use rfa_record::row::{EventRow, StateWord, TickRow};
use rfa_record::{End, EventMessage, Message, ReadError, Recording, Topic};
use rfa_units::MilliCelsius;
use std::path::Path;

/// Spacing of its samples, in microseconds: that of the console's own trend.
const EVERY_US: u64 = 200_000;

/// Samples kept at most: twelve hours of them.
const SAMPLES_MAX: usize = 216_000;

/// A recording beside another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The temperature at the tip, with its time since the recording's first tick, in microseconds.
    pub samples: Vec<(u64, MilliCelsius)>,
    /// When output was first permitted, in microseconds since the first tick.
    pub rf_on_us: u64,
    /// From the first tick to the last, in microseconds.
    pub length_us: u64,
    /// Places that cannot be read.
    pub damaged: u64,
    /// How the file ends.
    pub end: End,
}

/// Why a recording cannot stand beside another.
#[derive(Debug, thiserror::Error)]
pub enum BesideError {
    /// It cannot be read.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// There is nothing to align it by.
    #[error("{0}: RF was never permitted in it, and the two are aligned by that")]
    NoRf(String),
}

impl Beside {
    /// Reads the recording at `path` once.
    ///
    /// # Errors
    /// [`BesideError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BesideError> {
        let recording = Recording::open(path).map_err(PlayError::from)?;
        let channel = recording.header().limits.channel.number();
        let (samples, end) = (Vec::new(), End::Finished);
        let mut found = Self { samples, rf_on_us: 0, length_us: 0, damaged: 0, end };
        let (mut first_us, mut rf_on) = (None, None);
        let mut messages = recording.messages().map_err(PlayError::from)?;
        loop {
            let taken = match messages.next() {
                Ok(None) => break,
                Ok(Some(message)) => found.take(&message, channel, &mut first_us, &mut rf_on),
                Err(error) => Err(error),
            };
            match taken {
                Ok(()) => {}
                Err(ReadError::Damaged { .. }) => found.damaged += 1,
                Err(error) => return Err(PlayError::from(error).into()),
            }
        }
        found.end = messages.end().cloned().unwrap_or(End::Finished);
        let path = || recording.path().display().to_string();
        if first_us.is_none() {
            return Err(PlayError::NoTick(path()).into());
        }
        found.rf_on_us = rf_on.ok_or_else(|| BesideError::NoRf(path()))?;
        Ok(found)
    }

    fn take(
        &mut self,
        message: &Message<'_>,
        channel: u8,
        first_us: &mut Option<u64>,
        rf_on: &mut Option<u64>,
    ) -> Result<(), ReadError> {
        let now_us = message.log_time_ns / 1_000;
        match message.topic {
            Topic::Tick => {
                let us = now_us.saturating_sub(*first_us.get_or_insert(now_us));
                self.length_us = self.length_us.max(us);
                let last = self.samples.last().map(|(last, _)| *last);
                let due = last.is_none_or(|last| us >= last.saturating_add(EVERY_US));
                if !due || self.samples.len() >= SAMPLES_MAX {
                    return Ok(());
                }
                let row: TickRow = message.parse()?;
                let report = row.inputs.telemetry.last();
                let report = report.and_then(|t| t.channels.iter().find(|c| c.channel == channel));
                let tip = report.and_then(|report| report.tip_mc).and_then(MilliCelsius::new);
                self.samples.extend(tip.map(|tip| (us, tip)));
            }
            Topic::Event if rf_on.is_none() => {
                let EventMessage { event, .. } = message.parse()?;
                if matches!(event, EventRow::Changed { to: StateWord::Delivering, .. }) {
                    *rf_on = Some(self.length_us);
                }
            }
            _ => {}
        }
        Ok(())
    }
}
