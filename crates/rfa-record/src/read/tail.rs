//! The session's summary without its session: found by the index at the file's end.
//!
//! Reads the end record, the index and one chunk, whatever the length of the session. Nothing of
//! the rest is looked at: that it is whole, only reading it shows.

use super::fields::{Fields, MAGIC, PREFIX, Short, op};
use super::frames::RECORD_MAX;
use super::{Found, ReadError, Recording, Records};
use crate::message::decode;
use crate::{SummaryMessage, Topic};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Body of the end record: where the index begins, where its own index does, and its CRC.
const FOOTER_BYTES: usize = 8 + 8 + 4;
/// The end record and the closing magic bytes.
const END_BYTES: usize = PREFIX + FOOTER_BYTES + MAGIC.len();
/// The longest index taken, as the longest record: of a recording of half a day.
const INDEX_MAX: u64 = RECORD_MAX;

impl Recording {
    /// The session's summary, by the index at the file's end. `None` where the way there is
    /// missing: the file is not finished, has no index, or its index tells of no summary.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] where index or chunk are not what they say.
    pub fn summary_at_end(&self) -> Result<Option<SummaryMessage>, ReadError> {
        let Some((start, index)) = self.index()? else { return Ok(None) };
        let damaged = |at, why: String| ReadError::Damaged { path: self.path().into(), at, why };
        let found = chunk_of_summary(&index).map_err(|why| damaged(start, why.to_owned()))?;
        let Some((at, channels)) = found else { return Ok(None) };
        let nowhere =
            || damaged(start, format!("the index leads to byte {at}, and no chunk is there"));
        if at >= start {
            return Err(nowhere());
        }
        let mut records = Records::few_at(self.path(), at)?;
        let mut summary = None;
        loop {
            let found = records.step()?.filter(|_| records.at() == at).ok_or_else(nowhere)?;
            if let Found::Message(message) = found
                && channels.contains(&message.channel)
            {
                let read = decode(records.data(message.data));
                summary = Some(read.map_err(|e| damaged(at, format!("/summary message: {e}")))?);
            }
            if records.chunk_is_done() {
                return summary.ok_or_else(nowhere).map(Some);
            }
        }
    }

    /// Where the index begins, and its bytes; `None` where there is none.
    fn index(&self) -> Result<Option<(u64, Vec<u8>)>, ReadError> {
        let io = |source| ReadError::Io { path: self.path().into(), source };
        let mut file = File::open(self.path()).map_err(io)?;
        let length = file.metadata().map_err(io)?.len();
        let Some(footer_at) = length.checked_sub(END_BYTES as u64) else { return Ok(None) };
        let mut end = [0; END_BYTES];
        file.seek(SeekFrom::Start(footer_at)).map_err(io)?;
        file.read_exact(&mut end).map_err(io)?;
        let Some((start, crc)) = footer(&end) else { return Ok(None) };
        let damaged = |why| ReadError::Damaged { path: self.path().into(), at: footer_at, why };
        let bytes = footer_at.checked_sub(start).filter(|_| start >= MAGIC.len() as u64);
        let bytes =
            bytes.ok_or_else(|| damaged(format!("the index is said to be at byte {start}")))?;
        if bytes > INDEX_MAX {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(start)).map_err(io)?;
        let mut index = Vec::new();
        (&mut file).take(bytes).read_to_end(&mut index).map_err(io)?;
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&index);
        hasher.update(&end[..PREFIX + FOOTER_BYTES - 4]);
        if crc != 0 && hasher.finalize() != crc {
            return Err(damaged("the CRC over the index is wrong".to_owned()));
        }
        Ok(Some((start, index)))
    }
}

/// Where the index begins, and its CRC; `None`: no end record, or no index.
fn footer(end: &[u8; END_BYTES]) -> Option<(u64, u32)> {
    let mut fields = Fields(end);
    let (opcode, length) = (fields.u8().ok()?, fields.u64().ok()?);
    let (start, _, crc) = (fields.u64().ok()?, fields.u64().ok()?, fields.u32().ok()?);
    let is_end = opcode == op::FOOTER && length == FOOTER_BYTES as u64 && fields.0 == MAGIC;
    (is_end && start != 0).then_some((start, crc))
}

/// Where the last chunk with a summary in it begins, and the channels that carry one.
fn chunk_of_summary(index: &[u8]) -> Result<Option<(u64, BTreeSet<u16>)>, Short> {
    let mut channels = BTreeSet::new();
    each(index, |opcode, body| {
        if opcode == op::CHANNEL {
            let channel = body.channel()?;
            if channel.of_rfa() == Some(Topic::Summary) {
                channels.insert(channel.id);
            }
        }
        Ok(())
    })?;
    let mut last: Option<u64> = None;
    each(index, |opcode, mut body| {
        if opcode == op::CHUNK_INDEX {
            let _times = (body.u64()?, body.u64()?);
            let (at, _length) = (body.u64()?, body.u64()?);
            let map =
                usize::try_from(body.u32()?).map_err(|_| "a length is beyond this machine")?;
            let mut map = Fields(body.bytes(map)?);
            while !map.0.is_empty() {
                let (channel, _at) = (map.u16()?, map.u64()?);
                if channels.contains(&channel) {
                    last = last.max(Some(at));
                }
            }
        }
        Ok(())
    })?;
    Ok(last.map(|at| (at, channels)))
}

/// Every record of an index.
fn each<'a>(
    index: &'a [u8],
    mut take: impl FnMut(u8, Fields<'a>) -> Result<(), Short>,
) -> Result<(), Short> {
    let mut fields = Fields(index);
    while !fields.0.is_empty() {
        let opcode = fields.u8()?;
        let length = fields.length64()?;
        take(opcode, Fields(fields.bytes(length)?))?;
    }
    Ok(())
}
