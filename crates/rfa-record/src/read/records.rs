//! Every record of a file's data, one after the other, whatever it says.

use super::fields::{Attachment, Channel, Fields, MAGIC, PREFIX, Schema, op};
use super::frames::{Frames, RECORD_MAX};
use super::{End, Map, ReadError};
use crate::words::reason;
use std::ops::Range;
use std::path::Path;

/// The records of a file's data section, in the order they were written; what the index at the
/// end repeats is left out. Memory: one chunk packed, one unpacked.
pub(crate) struct Records {
    frames: Frames,
    unpacker: Option<zstd::bulk::Decompressor<'static>>,
    chunk: Vec<u8>,
    /// What of `chunk` is still to be read.
    rest: Range<usize>,
    at: u64,
    /// Where the end of the data stands in the file, once it was read.
    data_ends: Option<u64>,
}

/// A record that was found; [`Records::record`] shows it until the next is taken.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Message(FoundMessage),
    Other(Place),
}

/// A message, its data still in the reader.
#[derive(Debug, Clone)]
pub(crate) struct FoundMessage {
    pub(crate) channel: u16,
    pub(crate) sequence: u32,
    pub(crate) log_time_ns: u64,
    pub(crate) publish_time_ns: u64,
    pub(crate) data: Range<usize>,
}

/// Where a record lies.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    opcode: u8,
    /// In the unpacked chunk; absent: it is the frame.
    in_chunk: Option<Range<usize>>,
}

/// A record, shown.
#[derive(Debug, Clone)]
pub(crate) enum Record<'a> {
    Schema(Schema<'a>),
    Channel(Channel<'a>),
    Message {
        header: FoundMessage,
        data: &'a [u8],
    },
    Metadata {
        name: String,
        map: Map,
    },
    Attachment(Attachment),
    /// Of a kind that MCAP leaves to others.
    Foreign,
}

impl Records {
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        Ok(Self::of(Frames::open(path)?))
    }

    /// The records from the one that begins at `at`, e.g. a chunk that an index names: the CRC
    /// over all data cannot be checked on this way.
    pub(super) fn open_at(path: &Path, at: u64) -> Result<Self, ReadError> {
        Ok(Self::of(Frames::open_at(path, at)?))
    }

    /// The same for who reads few of them.
    pub(super) fn few_at(path: &Path, at: u64) -> Result<Self, ReadError> {
        Ok(Self::of(Frames::few_at(path, at)?))
    }

    const fn of(frames: Frames) -> Self {
        let chunk = Vec::new();
        Self { frames, unpacker: None, chunk, rest: 0..0, at: 0, data_ends: None }
    }

    /// Nothing of the chunk is left to be read.
    pub(super) fn chunk_is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn path(&self) -> &Path {
        self.frames.path()
    }

    /// How the file ends, once [`step`](Self::step) has given `None`.
    pub(crate) fn end(&self) -> Option<&End> {
        self.frames.end()
    }

    /// Where the record that was found last begins in the file, or the chunk it came in.
    pub(crate) const fn at(&self) -> u64 {
        self.at
    }

    /// The bytes of a message that was found last.
    pub(crate) fn data(&self, range: Range<usize>) -> &[u8] {
        self.chunk.get(range).unwrap_or_default()
    }

    /// What is left of the chunk is passed over.
    pub(crate) fn drop_chunk(&mut self) {
        self.rest = 0..0;
    }

    /// Reading goes on where an unfinished file ended: it may have grown. False where it has
    /// another end.
    pub(crate) fn resume(&mut self) -> Result<bool, ReadError> {
        self.frames.resume()
    }

    /// Reading goes on at the record that begins at `at` in the file.
    pub(crate) fn seek(&mut self, at: u64) -> Result<(), ReadError> {
        self.drop_chunk();
        self.frames.seek(at)
    }

    pub(crate) fn damaged(&self, why: impl AsRef<str>) -> ReadError {
        let why = reason(why.as_ref());
        ReadError::Damaged { path: self.path().to_owned(), at: self.at, why }
    }

    /// The next record, or `None` at the end. Its fields are those of its kind.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] for a record or a chunk that is not what it says; the next call goes
    /// on behind it. [`ReadError::Io`] ends reading.
    pub(crate) fn step(&mut self) -> Result<Option<Found>, ReadError> {
        loop {
            if !self.rest.is_empty() {
                let from = self.rest.start;
                return match self.in_chunk() {
                    Ok(found) => Ok(Some(found)),
                    Err(why) => {
                        self.drop_chunk();
                        Err(self.damaged(format!("{why}, {from} bytes into the chunk")))
                    }
                };
            }
            let Some(frame) = self.frames.next()? else { return Ok(None) };
            self.at = frame.at;
            if frame.bad_data_crc {
                self.data_ends = Some(frame.at);
                return Err(self.damaged("the CRC over the file's data is wrong"));
            }
            let data = |kind| matches!(kind, op::CHUNK | op::MESSAGE);
            let data_ended = self.data_ends.is_some_and(|ends| frame.at > ends);
            let beside = |kind| matches!(kind, op::METADATA | op::ATTACHMENT);
            let taken = match frame.opcode {
                kind if data_ended && (data(kind) || beside(kind)) => {
                    Err("a record of data behind the end of the data".to_owned())
                }
                op::DATA_END => {
                    self.data_ends = Some(frame.at);
                    Ok(None)
                }
                _ if data_ended => Ok(None),
                op::CHUNK => self.unpack().map(|()| None),
                op::SCHEMA | op::CHANNEL | op::MESSAGE => self.wrap(frame.opcode).map(|()| None),
                op::HEADER if frame.at != MAGIC.len() as u64 => Err("a second header".to_owned()),
                op::HEADER | op::MESSAGE_INDEX => Ok(None),
                opcode => self.good(Place { opcode, in_chunk: None }).map(Some),
            };
            match taken {
                Ok(None) => {}
                Ok(Some(place)) => return Ok(Some(Found::Other(place))),
                Err(why) => return Err(self.damaged(why)),
            }
        }
    }

    /// The record `found`, which has to be the one found last.
    pub(crate) fn record(&self, found: &Found) -> Result<Record<'_>, ReadError> {
        match found {
            Found::Message(header) => {
                Ok(Record::Message { header: header.clone(), data: self.data(header.data.clone()) })
            }
            Found::Other(place) => self.parse(place).map_err(|why| self.damaged(why)),
        }
    }

    fn good(&self, place: Place) -> Result<Place, String> {
        self.parse(&place)?;
        Ok(place)
    }

    fn parse(&self, place: &Place) -> Result<Record<'_>, &'static str> {
        let body = Fields(match &place.in_chunk {
            Some(range) => self.data(range.clone()),
            None => self.frames.body(),
        });
        match place.opcode {
            op::SCHEMA => body.schema().map(Record::Schema),
            op::CHANNEL => body.channel().map(Record::Channel),
            op::METADATA => body.metadata().map(|(name, map)| Record::Metadata { name, map }),
            op::ATTACHMENT => body.attachment().map(Record::Attachment),
            _ => Ok(Record::Foreign),
        }
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

    /// Reads one record of the chunk.
    fn in_chunk(&mut self) -> Result<Found, String> {
        let mut fields = Fields(self.data(self.rest.clone()));
        let opcode = fields.u8()?;
        let length = fields.length64()?;
        let mut body = Fields(fields.bytes(length)?);
        let end = self.rest.start + PREFIX + length;
        let found = match opcode {
            op::MESSAGE => {
                let (channel, sequence) = (body.u16()?, body.u32()?);
                let (log_time_ns, publish_time_ns) = (body.u64()?, body.u64()?);
                let data = end - body.0.len()..end;
                let header = FoundMessage { channel, sequence, log_time_ns, publish_time_ns, data };
                Found::Message(header)
            }
            op::SCHEMA | op::CHANNEL => {
                let in_chunk = Some(end - length..end);
                Found::Other(self.good(Place { opcode, in_chunk })?)
            }
            other => return Err(format!("a record of kind {other:#04x} inside a chunk")),
        };
        self.rest = end..self.rest.end;
        Ok(found)
    }
}
