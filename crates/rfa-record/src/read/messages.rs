//! The messages of a recording, one after the other.

use super::index::Start;
use super::records::{Found, FoundMessage, Record, Records};
use super::{End, ReadError};
use crate::Topic;
use crate::header::{RECOVERED, WHOLE};
use crate::message::decode;
use crate::words::reason;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;

/// Names of files attached behind the data that are kept at most.
pub(crate) const FILES_MAX: usize = 64;
/// Characters of such a name that are kept: no file system takes longer ones.
const NAME_CHARS_MAX: usize = 255;

/// Messages of a file in the order they were written. Memory: one chunk packed, one unpacked.
///
/// A damaged chunk gives one error, and reading may go on behind it; after the end,
/// [`end`](Self::end) says whether the file was finished.
pub struct Messages {
    records: Records,
    channels: BTreeMap<u16, Option<Topic>>,
    foreign: u64,
    recovered: bool,
    recovery_lost: bool,
    files: Vec<String>,
}

/// One message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Its channel.
    pub topic: Topic,
    /// Its time, in nanoseconds (see [`Clock`](crate::Clock)).
    pub log_time_ns: u64,
    /// Its place among the messages of its topic.
    pub sequence: u32,
    /// Its JSON text.
    pub data: &'a [u8],
    /// Where the chunk it came in begins in the file.
    pub chunk_at: u64,
    path: &'a Path,
}

impl<'a> Message<'a> {
    /// The message as what its topic says it is.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] names file, chunk, topic and sequence, and what JSON found.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        decode(self.data).map_err(|error| self.damaged(error))
    }

    /// The message as JSON, as it is written for other tools.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn json(&self) -> Result<&'a serde_json::value::RawValue, ReadError> {
        serde_json::from_slice(self.data).map_err(|error| self.damaged(error))
    }

    /// The error that something in this message is wrong.
    pub fn damaged(&self, why: impl std::fmt::Display) -> ReadError {
        ReadError::Damaged {
            path: self.path.to_owned(),
            at: self.chunk_at,
            why: reason(&format!("{} message {}: {why}", self.topic.name(), self.sequence)),
        }
    }
}

impl Messages {
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        Ok(Self {
            records: Records::open(path)?,
            channels: BTreeMap::new(),
            foreign: 0,
            recovered: false,
            recovery_lost: false,
            files: Vec::new(),
        })
    }

    /// The messages from the chunk on at which `start` begins.
    pub(super) fn open_at(path: &Path, start: Start) -> Result<Self, ReadError> {
        Ok(Self {
            records: Records::open_at(path, start.at)?,
            channels: start.channels,
            foreign: 0,
            recovered: false,
            recovery_lost: false,
            files: Vec::new(),
        })
    }

    /// The next message, or `None` at the end.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] for a chunk that is not what it says (nothing of it is given out);
    /// the next call goes on behind it. [`ReadError::Io`] ends reading.
    #[allow(clippy::should_implement_trait, reason = "the message borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, ReadError> {
        let (topic, found) = loop {
            match self.records.step()? {
                None => return Ok(None),
                Some(Found::Message(found)) => {
                    if let Some(topic) = self.topic(&found)? {
                        break (topic, found);
                    }
                }
                Some(other) => self.beside(&other)?,
            }
        };
        let FoundMessage { log_time_ns, sequence, data, .. } = found;
        let (chunk_at, path) = (self.records.at(), self.records.path());
        let data = self.records.data(data);
        Ok(Some(Message { topic, log_time_ns, sequence, data, chunk_at, path }))
    }

    /// How the file ends, once [`next`](Self::next) has given `None`.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        self.records.end()
    }

    /// After an end that is none, the recording being written still: the next call of
    /// [`next`](Self::next) looks whether there is more. False where the end is final.
    ///
    /// # Errors
    /// [`ReadError::Io`].
    pub fn resume(&mut self) -> Result<bool, ReadError> {
        self.records.resume()
    }

    /// Reading goes on with the chunk that begins at `chunk_at`, the place that a [`Message`] read
    /// before has told; channels stay known. Nothing is said of a CRC over the whole file then.
    ///
    /// # Errors
    /// [`ReadError::Io`].
    pub fn seek(&mut self, chunk_at: u64) -> Result<(), ReadError> {
        self.records.seek(chunk_at)
    }

    /// Messages on channels that are not of rfa; they are passed over.
    #[must_use]
    pub const fn foreign(&self) -> u64 {
        self.foreign
    }

    /// Whether recovery wrote the file, as far as it has been read.
    #[must_use]
    pub const fn recovered(&self) -> bool {
        self.recovered
    }

    /// Whether that recovery lost something of the recording it was given, as far as it has been
    /// read. One that does not say so has.
    #[must_use]
    pub const fn recovery_lost(&self) -> bool {
        self.recovery_lost
    }

    /// Files kept inside, in their order, as far as it has been read; at most 64.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The topic of a message; `None`: not of rfa.
    fn topic(&mut self, found: &FoundMessage) -> Result<Option<Topic>, ReadError> {
        match self.channels.get(&found.channel) {
            None => {
                let why = format!("a message on channel {}, not defined", found.channel);
                self.records.drop_chunk();
                Err(self.records.damaged(why))
            }
            Some(None) => {
                self.foreign += 1;
                Ok(None)
            }
            Some(topic) => Ok(*topic),
        }
    }

    fn beside(&mut self, found: &Found) -> Result<(), ReadError> {
        match self.records.record(found)? {
            Record::Channel(channel) => {
                let (id, topic) = (channel.id, channel.of_rfa());
                if self.channels.insert(id, topic).is_some_and(|before| before != topic) {
                    self.records.drop_chunk();
                    let why = format!("channel {id} is defined twice, differently");
                    return Err(self.records.damaged(why));
                }
            }
            Record::Metadata { name, map } if name == RECOVERED => {
                self.recovered = true;
                self.recovery_lost |= map.get(WHOLE).is_none_or(|whole| whole != "true");
            }
            Record::Attachment(attachment) if self.files.len() < FILES_MAX => {
                self.files.push(attachment.file.name.chars().take(NAME_CHARS_MAX).collect());
            }
            _ => {}
        }
        Ok(())
    }
}
