//! One reading of a recording: when its ticks were, what happened, where to read from.

use rfa_interlock::AlarmId;
use rfa_record::row::{AlarmWord, EventRow, StateWord, TickRow};
use rfa_record::{Damage, End, EventMessage, Message, Messages, ReadError, Recording, Topic};
use rfa_session::alarm_text;
use rfa_session::playback::{MarkKind, TICKS_MAX, Timeline};
use rfa_units::HostInstant;
use std::path::Path;
use std::sync::Arc;

/// Damaged places told one by one at most; the count goes on.
const DAMAGE_MAX: usize = 64;

/// Ticks between two places to read from at least: half a second, as chunks have it.
const EVERY: usize = 50;

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is nothing in it.
    #[error("{0}: holds no tick; `rfa rec info` tells what is there")]
    NoTick(String),
    /// There is too much in it.
    #[error("{0}: holds more than {TICKS_MAX} ticks; `rfa rec cut` makes a part of it")]
    TooLong(String),
    /// It is not what it was when it was opened.
    #[error("the recording changed while it was played: open it again")]
    Changed,
}

/// A place to read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Ticks in front of it.
    pub(super) ticks: usize,
    /// Where its chunk begins in the file.
    pub(super) chunk_at: u64,
}

/// Places to read from, in the order of the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
}

impl Index {
    /// The last place that has fewer ticks in front of it, so that what was told behind the last of
    /// them in its own chunk is read again; the file's start where that is none.
    pub(super) fn before(&self, ticks: usize) -> Entry {
        let behind = self.entries.partition_point(|entry| entry.ticks < ticks);
        let found = behind.checked_sub(1).and_then(|place| self.entries.get(place));
        found.copied().unwrap_or(Entry { ticks: 0, chunk_at: MAGIC_LEN })
    }

    /// A chunk that begins with so many ticks in front of it.
    fn push(&mut self, entry: Entry) {
        let last = self.entries.last();
        if last.is_none_or(|last| entry.ticks >= last.ticks + EVERY) {
            self.entries.push(entry);
        }
    }
}

/// A file's first record stands behind its magic bytes.
const MAGIC_LEN: u64 = 8;

/// What reading finds, up to where the file ends now.
pub(super) struct Scan {
    pub(super) timeline: Arc<Timeline>,
    pub(super) index: Index,
    pub(super) damage: Vec<Damage>,
    pub(super) damaged: u64,
    pub(super) end: End,
    /// Where reading goes on when there is more of a file that is being written.
    pub(super) more_at: Option<u64>,
    /// The first tick's time in the file and on its own clock.
    first: Option<(u64, HostInstant)>,
    newest_us: u64,
    chunk_at: u64,
    /// Ticks when the chunk in hand began.
    ticks: usize,
}

impl Scan {
    /// Reads a recording from its start; the reader is left at its end.
    pub(super) fn of(recording: &Recording) -> Result<(Self, Messages), PlayError> {
        let mut messages = recording.messages()?;
        let mut scan = Self {
            timeline: Arc::default(),
            index: Index::default(),
            damage: Vec::new(),
            damaged: 0,
            end: End::Finished,
            more_at: None,
            first: None,
            newest_us: 0,
            chunk_at: 0,
            ticks: 0,
        };
        scan.read(&mut messages, recording.path())?;
        if scan.first.is_none() {
            return Err(PlayError::NoTick(recording.path().display().to_string()));
        }
        Ok((scan, messages))
    }

    /// When the first tick ran, on the controller's clock.
    pub(super) fn first_at(&self) -> HostInstant {
        self.first.map_or(HostInstant::from_micros(0), |(_, at)| at)
    }

    /// Reads to the end of what is there.
    pub(super) fn read(&mut self, messages: &mut Messages, path: &Path) -> Result<(), PlayError> {
        loop {
            let taken = match messages.next() {
                Ok(None) => break,
                Ok(Some(message)) => self.take(&message),
                Err(error) => Err(error),
            };
            match taken {
                Ok(true) => {}
                Ok(false) => return Err(PlayError::TooLong(path.display().to_string())),
                Err(ReadError::Damaged { at, why, .. }) => self.damaged(at, why),
                Err(error) => return Err(error.into()),
            }
        }
        self.end = messages.end().cloned().unwrap_or(End::Finished);
        self.more_at = match &self.end {
            End::Truncated { at, .. } if messages.resume()? => Some(*at),
            _ => None,
        };
        Ok(())
    }

    /// False where there are more ticks than are taken.
    fn take(&mut self, message: &Message<'_>) -> Result<bool, ReadError> {
        if message.chunk_at != self.chunk_at {
            (self.chunk_at, self.ticks) = (message.chunk_at, self.timeline.len());
        }
        match message.topic {
            Topic::Tick => self.tick(message),
            Topic::Event | Topic::Alarm => {
                let EventMessage { event, .. } = message.parse()?;
                if let Some((kind, text)) = mark(&event) {
                    Arc::make_mut(&mut self.timeline).mark(kind, text);
                }
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    fn tick(&mut self, message: &Message<'_>) -> Result<bool, ReadError> {
        let us = message.log_time_ns / 1_000;
        let first_us = match self.first {
            Some((first_us, _)) => first_us,
            None => {
                // What the first tick's own clock said; every other's is that much later.
                let row: Result<TickRow, _> = message.parse();
                let at = row.as_ref().map_or(us, |row| row.inputs.now_us);
                self.first = Some((us, HostInstant::from_micros(at)));
                us
            }
        };
        self.index.push(Entry { ticks: self.ticks, chunk_at: self.chunk_at });
        let room = Arc::make_mut(&mut self.timeline).push(us.saturating_sub(first_us));
        if us < self.newest_us {
            return Err(message.damaged("its time lies before that of the tick in front of it"));
        }
        self.newest_us = us;
        Ok(room)
    }

    fn damaged(&mut self, at: u64, why: String) {
        let words = format!("damaged at byte {at}: {why}");
        Arc::make_mut(&mut self.timeline).mark_damage(words);
        self.damaged += 1;
        if self.damage.len() < DAMAGE_MAX {
            self.damage.push(Damage { at, why });
        }
    }
}

/// What of an event a player can go to.
fn mark(event: &EventRow) -> Option<(MarkKind, String)> {
    Some(match event {
        EventRow::Changed { to: StateWord::Armed, .. } => (MarkKind::Armed, "armed".to_owned()),
        EventRow::Changed { to: StateWord::Delivering, .. } => {
            (MarkKind::RfOn, "RF permitted".to_owned())
        }
        EventRow::Changed { from: StateWord::Delivering, .. } => {
            (MarkKind::RfOff, "RF ended".to_owned())
        }
        EventRow::StepDone => (MarkKind::Step, "step complete".to_owned()),
        EventRow::CheckConfirmed => (MarkKind::Step, "check between steps confirmed".to_owned()),
        EventRow::Tripped(trip) => (MarkKind::Trip, format!("trip: {}", named(trip.alarm))),
        EventRow::Raised(alarm) => (MarkKind::Alarm, format!("alarm {}", named(*alarm))),
        EventRow::Cleared(alarm) => (MarkKind::Alarm, format!("{} cleared", named(*alarm))),
        EventRow::Acknowledged => (MarkKind::Alarm, "alarm acknowledged".to_owned()),
        EventRow::Reset => (MarkKind::Alarm, "reset after a trip".to_owned()),
        EventRow::Changed { .. }
        | EventRow::Stopped(_)
        | EventRow::Refused(_)
        | EventRow::WouldTrip(_) => return None,
    })
}

fn named(word: AlarmWord) -> String {
    let alarm = AlarmId::from(word);
    format!("AL-{:02} {}", alarm.number(), alarm_text(alarm).title)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chunk may hold more behind its last tick: it is the one that is read again.
    #[test]
    fn a_chunk_that_ends_with_the_tick_is_read_again() {
        let entries = [(50, 100), (100, 200)];
        let entries = entries.map(|(ticks, chunk_at)| Entry { ticks, chunk_at });
        let index = Index { entries: entries.to_vec() };
        let at = |ticks: usize| index.before(ticks).chunk_at;
        assert_eq!([0, 50, 51, 100, 101].map(at), [MAGIC_LEN, MAGIC_LEN, 100, 100, 200]);
    }
}
