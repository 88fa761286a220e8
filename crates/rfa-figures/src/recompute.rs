//! A summary from the ticks on record.

use crate::summary::{Accumulator, Summary};
use rfa_record::row::TickRow;
use rfa_record::{End, Message, ReadError, Recording, Topic};

impl Accumulator {
    /// One message of a recording, in the recording's order: ticks, truth and lesion count, the
    /// others are passed over.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] where the message is not what its topic says; it does not count.
    pub fn message(&mut self, message: &Message<'_>) -> Result<(), ReadError> {
        match message.topic {
            Topic::Tick => self.row(message, &message.parse()?)?,
            Topic::Truth => self.truth(&message.parse()?),
            Topic::Lesion => self.lesion_on_record(&message.parse()?),
            Topic::Event
            | Topic::Alarm
            | Topic::Intent
            | Topic::Summary
            | Topic::Note
            | Topic::Chain => {}
        }
        Ok(())
    }

    /// The tick that `message` holds, for callers who need its row too.
    ///
    /// # Errors
    /// As [`message`](Self::message).
    pub fn row(&mut self, message: &Message<'_>, row: &TickRow) -> Result<(), ReadError> {
        let record = row.without_grant().map_err(|error| message.damaged(error))?;
        self.tick(&record);
        Ok(())
    }
}

/// The summary of everything on record, and how the recording ends. The same figures as the
/// session's own summary, which was drawn from the same ticks. Reads the whole file.
///
/// # Errors
/// [`ReadError`], at the first damaged place too: what is lost there would be missing in the sums.
pub fn recompute(recording: &Recording) -> Result<(Summary, End), ReadError> {
    let mut sums = Accumulator::new(&recording.header().program);
    let mut messages = recording.messages()?;
    while let Some(message) = messages.next()? {
        sums.message(&message)?;
    }
    let end = messages.end().cloned().unwrap_or(End::Finished);
    Ok((sums.finish(), end))
}
