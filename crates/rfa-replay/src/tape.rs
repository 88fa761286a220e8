//! A recording as ticks in a row that can be read from any of them.

mod index;

pub use index::PlayError;
use index::Scan;
use rfa_record::row::TickRow;
use rfa_record::{Damage, Recording, Topic};
use rfa_record::{End, Header, IntentMessage, LesionMessage, Message, Messages, ReadError};
use rfa_session::playback::Timeline;
use rfa_session::{Intent, LesionView, TickRecord};
use rfa_units::HostInstant;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One thing that a recording tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A tick.
    Tick(Box<TickRecord>),
    /// The lesion as it was predicted.
    Lesion(Box<LesionView>),
    /// What was asked, and when.
    Intent(HostInstant, Intent),
    /// A place that cannot be read, in words.
    Damaged(String),
}

/// A recording that is read tick by tick, from any of them. Memory: the times of its ticks
/// ([`Timeline`], 35 MB at most), an entry for half a second, one chunk.
pub struct Tape {
    path: PathBuf,
    header: Header,
    scan: Scan,
    messages: Messages,
    /// Ticks that the reader has passed.
    passed: usize,
}

impl Tape {
    /// Reads through the recording at `path` once, without its ticks' contents.
    ///
    /// # Errors
    /// [`PlayError`]; damage and a missing end are no errors, they are told.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, PlayError> {
        let recording = Recording::open(path)?;
        let (scan, messages) = Scan::of(&recording)?;
        let (path, header) = (recording.path().to_owned(), recording.header().clone());
        Ok(Self { path, header, scan, messages, passed: usize::MAX })
    }

    /// Whether there may be more than was read: the recording is being written, or was broken off.
    #[must_use]
    pub const fn may_grow(&self) -> bool {
        self.scan.more_at.is_some()
    }

    /// Reads what has been written since, if it [may grow](Self::may_grow). True: there are more
    /// ticks; those before are what they were. Whoever holds the [`timeline`](Self::timeline) keeps
    /// the old one.
    ///
    /// # Errors
    /// [`PlayError`] where the file cannot be read, or has too many ticks now.
    pub fn grow(&mut self) -> Result<bool, PlayError> {
        let Some(at) = self.scan.more_at else { return Ok(false) };
        let before = self.scan.timeline.len();
        self.passed = usize::MAX;
        self.messages.seek(at)?;
        self.scan.read(&mut self.messages, &self.path)?;
        Ok(self.scan.timeline.len() > before)
    }

    /// What the recording says about its session.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// When its ticks were, and what happened.
    #[must_use]
    pub const fn timeline(&self) -> &Arc<Timeline> {
        &self.scan.timeline
    }

    /// When its first tick ran, on the controller's clock.
    #[must_use]
    pub fn first_at(&self) -> HostInstant {
        self.scan.first_at()
    }

    /// How the file ends.
    #[must_use]
    pub const fn end(&self) -> &End {
        &self.scan.end
    }

    /// The first 64 places that cannot be read.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.scan.damage
    }

    /// How many there are.
    #[must_use]
    pub const fn damaged(&self) -> u64 {
        self.scan.damaged
    }

    /// Nothing of it is missing.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.scan.damaged == 0 && self.scan.end == End::Finished
    }

    /// Reading goes on behind a tick; `None`: from the start.
    ///
    /// # Errors
    /// [`PlayError`] where the file cannot be read, or has changed.
    pub fn behind(&mut self, place: Option<usize>) -> Result<(), PlayError> {
        let target = place.map_or(0, |place| place.saturating_add(1));
        if target == self.passed {
            return Ok(());
        }
        let from = self.scan.index.before(target);
        self.messages.seek(from.chunk_at)?;
        self.passed = from.ticks;
        while self.passed < target {
            match self.messages.next() {
                Ok(Some(message)) => self.passed += usize::from(message.topic == Topic::Tick),
                Ok(None) => return Err(PlayError::Changed),
                // Told when it is played.
                Err(ReadError::Damaged { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// The next thing that is told, and whether a tick was passed with it; `None`: there is no
    /// more.
    ///
    /// # Errors
    /// [`PlayError`] where the file cannot be read, or has changed.
    #[allow(clippy::should_implement_trait, reason = "its errors end it")]
    pub fn next(&mut self) -> Result<Option<(Told, bool)>, PlayError> {
        loop {
            let message = match self.messages.next() {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(None),
                Err(error) => return Ok(Some((damaged(error)?, false))),
            };
            let tick = message.topic == Topic::Tick;
            let told = told(&message);
            self.passed += usize::from(tick);
            match told {
                Ok(None) => {}
                Ok(Some(told)) => return Ok(Some((told, tick))),
                Err(error) => return Ok(Some((damaged(error)?, tick))),
            }
        }
    }
}

/// Damage is told; other errors end reading.
fn damaged(error: ReadError) -> Result<Told, PlayError> {
    match error {
        ReadError::Damaged { at, why, .. } => {
            Ok(Told::Damaged(format!("recording damaged at byte {at}: {why}")))
        }
        other => Err(other.into()),
    }
}

fn told(message: &Message<'_>) -> Result<Option<Told>, ReadError> {
    Ok(match message.topic {
        Topic::Tick => {
            let row: TickRow = message.parse()?;
            let record = row.without_grant().map_err(|error| message.damaged(error))?;
            Some(Told::Tick(Box::new(record)))
        }
        Topic::Lesion => {
            let row: LesionMessage = message.parse()?;
            let view = LesionView::try_from(&row).map_err(|error| message.damaged(error))?;
            Some(Told::Lesion(Box::new(view)))
        }
        Topic::Intent => {
            let row: IntentMessage = message.parse()?;
            let intent = row.intent().map_err(|error| message.damaged(error))?;
            Some(Told::Intent(HostInstant::from_micros(row.at_us), intent))
        }
        Topic::Event | Topic::Alarm | Topic::Truth => None,
        Topic::Summary | Topic::Note | Topic::Chain => None,
    })
}
