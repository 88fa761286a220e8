//! The messages of a recording, one after the other.

use super::fields::{Fields, PREFIX, op};
use super::frames::{Frames, RECORD_MAX};
use super::{ATTACHED_BYTES_MAX, ATTACHED_MAX, End, ReadError};
use crate::header::RECOVERED;
use crate::{Attached, Topic};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// Messages of a file in the order they were written. Memory: one chunk packed, one unpacked.
///
/// A damaged chunk gives one error, and reading may go on behind it; after the end,
/// [`end`](Self::end) says whether the file was finished.
pub struct Messages {
    frames: Frames,
    channels: BTreeMap<u16, Option<Topic>>,
    unpacker: Option<zstd::bulk::Decompressor<'static>>,
    chunk: Vec<u8>,
    /// What of `chunk` is still to be read.
    rest: Range<usize>,
    chunk_at: u64,
    foreign: u64,
    recovered: bool,
    /// Files behind the first message.
    later_files: Vec<Attached>,
    begun: bool,
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

impl Message<'_> {
    /// The message as what its topic says it is.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] names file, chunk, topic and sequence, and what JSON found.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        serde_json::from_slice(self.data).map_err(|error| self.damaged(error))
    }

    /// The error that something in this message is wrong.
    pub fn damaged(&self, why: impl std::fmt::Display) -> ReadError {
        ReadError::Damaged {
            path: self.path.to_owned(),
            at: self.chunk_at,
            why: format!("{} message {}: {why}", self.topic.name(), self.sequence),
        }
    }
}

struct Found {
    topic: Topic,
    log_time_ns: u64,
    sequence: u32,
    data: Range<usize>,
}

impl Messages {
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        Ok(Self {
            frames: Frames::open(path)?,
            channels: BTreeMap::new(),
            unpacker: None,
            chunk: Vec::new(),
            rest: 0..0,
            chunk_at: 0,
            foreign: 0,
            recovered: false,
            later_files: Vec::new(),
            begun: false,
        })
    }

    /// The next message, or `None` at the end.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] for a chunk that is not what it says (nothing of it is given out);
    /// the next call goes on behind it. [`ReadError::Io`] ends reading.
    #[allow(clippy::should_implement_trait, reason = "the message borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<Message<'_>>, ReadError> {
        let found = loop {
            if self.rest.is_empty() {
                if !self.next_frame()? {
                    return Ok(None);
                }
            } else if let Some(found) = self.next_in_chunk()? {
                break found;
            }
        };
        let Found { topic, log_time_ns, sequence, data } = found;
        let (data, path) = (&self.chunk[data], self.frames.path());
        Ok(Some(Message { topic, log_time_ns, sequence, data, chunk_at: self.chunk_at, path }))
    }

    /// How the file ends, once [`next`](Self::next) has given `None`.
    #[must_use]
    pub fn end(&self) -> Option<&End> {
        self.frames.end()
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

    /// Files attached behind the first message, as far as it has been read; those before it are
    /// the header's.
    #[must_use]
    pub fn later_files(&self) -> &[Attached] {
        &self.later_files
    }

    fn damaged<T>(&self, at: u64, why: impl Into<String>) -> Result<T, ReadError> {
        let path = self.frames.path().to_owned();
        Err(ReadError::Damaged { path, at, why: why.into() })
    }

    /// Takes records until there is one with messages in it. False at the end.
    fn next_frame(&mut self) -> Result<bool, ReadError> {
        let Some(frame) = self.frames.next()? else { return Ok(false) };
        self.chunk_at = frame.at;
        if frame.bad_data_crc {
            return self.damaged(frame.at, "the CRC over the file's data is wrong");
        }
        self.begun |= matches!(frame.opcode, op::CHUNK | op::MESSAGE);
        let taken = match frame.opcode {
            op::ATTACHMENT if self.begun => self.keep_file(),
            op::CHUNK => self.unpack(),
            op::SCHEMA | op::CHANNEL | op::MESSAGE => self.wrap(frame.opcode),
            op::METADATA => Fields(self.frames.body()).text().map_err(str::to_owned).map(|name| {
                self.recovered |= name == RECOVERED;
            }),
            _ => Ok(()),
        };
        match taken {
            Ok(()) => Ok(true),
            Err(why) => self.damaged(frame.at, why),
        }
    }

    fn keep_file(&mut self) -> Result<(), String> {
        let file = Fields(self.frames.body()).attachment()?;
        let bytes: usize = self.later_files.iter().map(|file| file.data.len()).sum();
        let bytes = bytes.saturating_add(file.data.len());
        if self.later_files.len() >= ATTACHED_MAX || bytes > ATTACHED_BYTES_MAX {
            return Err("too many attached files, or too large together".to_owned());
        }
        self.later_files.push(file);
        Ok(())
    }

    /// A record that stands outside any chunk is read like a chunk of one record.
    fn wrap(&mut self, opcode: u8) -> Result<(), String> {
        let body = self.frames.body();
        self.chunk.clear();
        self.chunk.push(opcode);
        self.chunk.extend_from_slice(&(body.len() as u64).to_le_bytes());
        self.chunk.extend_from_slice(body);
        self.rest = 0..self.chunk.len();
        Ok(())
    }

    /// Unpacks the chunk in the frame and checks its CRC before anything of it is given out.
    fn unpack(&mut self) -> Result<(), String> {
        let mut fields = Fields(self.frames.body());
        let _times = (fields.u64()?, fields.u64()?);
        let unpacked = fields.u64()?;
        let saved = fields.u32()?;
        let compression = fields.text()?;
        let length = fields.length64()?;
        let packed = fields.bytes(length)?;
        let size = usize::try_from(unpacked).unwrap_or(usize::MAX);
        if unpacked > RECORD_MAX {
            return Err(format!("a chunk of {unpacked} bytes; at most {RECORD_MAX} are taken"));
        }
        self.chunk.clear();
        match compression {
            "" => self.chunk.extend_from_slice(packed),
            "zstd" => {
                self.chunk.reserve(size);
                let new = || zstd::bulk::Decompressor::new().map_err(|e| e.to_string());
                let unpacker = match self.unpacker.take() {
                    Some(unpacker) => self.unpacker.insert(unpacker),
                    None => self.unpacker.insert(new()?),
                };
                unpacker
                    .decompress_to_buffer(packed, &mut self.chunk)
                    .map_err(|error| format!("the chunk cannot be unpacked: {error}"))?;
            }
            other => return Err(format!("compression {other:?}; zstd is read")),
        }
        if self.chunk.len() != size {
            let got = self.chunk.len();
            return Err(format!("the chunk holds {got} bytes and says {size}"));
        }
        if saved != 0 && crc32fast::hash(&self.chunk) != saved {
            return Err("the chunk's CRC is wrong".to_owned());
        }
        self.rest = 0..size;
        Ok(())
    }

    fn next_in_chunk(&mut self) -> Result<Option<Found>, ReadError> {
        let from = self.rest.start;
        match self.record_in_chunk() {
            Ok(found) => Ok(found),
            Err(why) => {
                self.rest = 0..0;
                self.damaged(self.chunk_at, format!("{why}, {from} bytes into the chunk"))
            }
        }
    }

    /// Reads one record of the chunk: a message of ours, or nothing to give out.
    fn record_in_chunk(&mut self) -> Result<Option<Found>, String> {
        let mut fields = Fields(self.chunk.get(self.rest.clone()).unwrap_or_default());
        let opcode = fields.u8()?;
        let length = fields.length64()?;
        let mut body = Fields(fields.bytes(length)?);
        let end = self.rest.start + PREFIX + length;
        let found = match opcode {
            op::CHANNEL => {
                let id = body.u16()?;
                let _schema = body.u16()?;
                let topic = Topic::from_name(body.text()?);
                let json = body.text()? == "json";
                let topic = topic.filter(|_| json);
                if self.channels.insert(id, topic).is_some_and(|before| before != topic) {
                    return Err(format!("channel {id} is defined twice, differently"));
                }
                None
            }
            op::MESSAGE => {
                let (channel, sequence) = (body.u16()?, body.u32()?);
                let (log_time_ns, _publish) = (body.u64()?, body.u64()?);
                let data = end - body.0.len()..end;
                match self.channels.get(&channel) {
                    None => return Err(format!("a message on channel {channel}, not defined")),
                    Some(None) => {
                        self.foreign += 1;
                        None
                    }
                    Some(Some(topic)) => Some(Found { topic: *topic, log_time_ns, sequence, data }),
                }
            }
            op::SCHEMA => None,
            other => return Err(format!("a record of kind {other:#04x} inside a chunk")),
        };
        self.rest = end..self.rest.end;
        Ok(found)
    }
}
