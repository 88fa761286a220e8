//! The session's summary without its session: found by the index at the file's end.
//!
//! Reads the end record, the index and one chunk, whatever the length of the session. Nothing of
//! the rest is looked at: that it is whole, only reading it shows.

use super::{Found, ReadError, Recording, Records, index};
use crate::message::decode;
use crate::{SummaryMessage, Topic};

impl Recording {
    /// The session's summary, by the index at the file's end. `None` where the way there is
    /// missing: the file is not finished, has no index, or its index tells of no summary.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] where index or chunk are not what they say.
    pub fn summary_at_end(&self) -> Result<Option<SummaryMessage>, ReadError> {
        let Some(index) = index::read(self.path())? else { return Ok(None) };
        let is_summary = |id: &u16| index.channels.get(id) == Some(&Some(Topic::Summary));
        let with = index.chunks.iter().filter(|chunk| chunk.channels.iter().any(is_summary));
        let Some(at) = with.map(|chunk| chunk.at).max() else { return Ok(None) };
        let damaged = |at, why: String| ReadError::Damaged { path: self.path().into(), at, why };
        let nowhere =
            || damaged(index.at, format!("the index leads to byte {at}, and no chunk is there"));
        if at >= index.at {
            return Err(nowhere());
        }
        let mut records = Records::few_at(self.path(), at)?;
        let mut summary = None;
        loop {
            let found = records.step()?.filter(|_| records.at() == at).ok_or_else(nowhere)?;
            if let Found::Message(message) = found
                && is_summary(&message.channel)
            {
                let read = decode(records.data(message.data));
                summary = Some(read.map_err(|e| damaged(at, format!("/summary message: {e}")))?);
            }
            if records.chunk_is_done() {
                return summary.ok_or_else(nowhere).map(Some);
            }
        }
    }
}
