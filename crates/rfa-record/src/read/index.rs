//! The index at a finished file's end: which chunks there are, of what time, with which channels.

use super::ReadError;
use super::fields::{Fields, MAGIC, PREFIX, Short, op};
use super::frames::RECORD_MAX;
use crate::Topic;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Body of the end record: where the index begins, where its own index does, and its CRC.
const FOOTER_BYTES: usize = 8 + 8 + 4;
/// The end record and the closing magic bytes.
const END_BYTES: usize = PREFIX + FOOTER_BYTES + MAGIC.len();
/// The longest index taken, as the longest record: of a recording of half a day.
const INDEX_MAX: u64 = RECORD_MAX;

/// A chunk, as the index tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunk {
    first_ns: u64,
    last_ns: u64,
    /// Where it begins in the file.
    pub(super) at: u64,
    length: u64,
    /// The channels with a message in it.
    pub(super) channels: Vec<u16>,
}

/// What the index says.
pub(super) struct Index {
    /// Where it begins in the file.
    pub(super) at: u64,
    pub(super) chunks: Vec<Chunk>,
    /// The channels of the whole file; not of rfa: without a topic.
    pub(super) channels: BTreeMap<u16, Option<Topic>>,
    /// Its CRC is there, and right. Of an index without one a part could be missing without a
    /// trace.
    checked: bool,
}

/// Where to begin.
pub(super) struct Start {
    /// Where the chunk begins in the file.
    pub(super) at: u64,
    /// The channels; chunks before this one may have defined them.
    pub(super) channels: BTreeMap<u16, Option<Topic>>,
}

/// The index; `None`: no end record, or none in front of it, or a longer one than is taken.
///
/// # Errors
/// [`ReadError::Damaged`] where it is not what the end record says.
pub(super) fn read(path: &Path) -> Result<Option<Index>, ReadError> {
    let io = |source| ReadError::Io { path: path.into(), source };
    let mut file = File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let Some(footer_at) = length.checked_sub(END_BYTES as u64) else { return Ok(None) };
    let mut end = [0; END_BYTES];
    file.seek(SeekFrom::Start(footer_at)).map_err(io)?;
    file.read_exact(&mut end).map_err(io)?;
    let Some((at, crc)) = footer(&end) else { return Ok(None) };
    let damaged = |place, why: &str| {
        let why = why.to_owned();
        ReadError::Damaged { path: path.into(), at: place, why }
    };
    let long = footer_at.checked_sub(at).filter(|_| at >= MAGIC.len() as u64);
    let long =
        long.ok_or_else(|| damaged(footer_at, &format!("the index is said to be at byte {at}")))?;
    if long > INDEX_MAX {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(at)).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(long).read_to_end(&mut bytes).map_err(io)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes);
    // The CRC covers the end record up to itself.
    hasher.update(&end[..PREFIX + FOOTER_BYTES - 4]);
    if crc != 0 && hasher.finalize() != crc {
        return Err(damaged(footer_at, "the CRC over the index is wrong"));
    }
    let (chunks, channels) = parts(&bytes).map_err(|why| damaged(at, why))?;
    Ok(Some(Index { at, chunks, channels, checked: crc != 0 }))
}

/// Where the index begins, and its CRC; `None`: no end record, or no index.
fn footer(end: &[u8; END_BYTES]) -> Option<(u64, u32)> {
    let mut fields = Fields(end);
    let (opcode, length) = (fields.u8().ok()?, fields.u64().ok()?);
    let (at, _, crc) = (fields.u64().ok()?, fields.u64().ok()?, fields.u32().ok()?);
    let is_end = opcode == op::FOOTER && length == FOOTER_BYTES as u64 && fields.0 == MAGIC;
    (is_end && at != 0).then_some((at, crc))
}

type Parts = (Vec<Chunk>, BTreeMap<u16, Option<Topic>>);

fn parts(index: &[u8]) -> Result<Parts, Short> {
    let (mut chunks, mut channels) = (Vec::new(), BTreeMap::new());
    let mut rest = Fields(index);
    while !rest.0.is_empty() {
        let opcode = rest.u8()?;
        let length = rest.length64()?;
        let body = Fields(rest.bytes(length)?);
        match opcode {
            op::CHANNEL => {
                let channel = body.channel()?;
                channels.insert(channel.id, channel.of_rfa());
            }
            op::CHUNK_INDEX => chunks.push(chunk(body)?),
            _ => {}
        }
    }
    Ok((chunks, channels))
}

fn chunk(mut body: Fields<'_>) -> Result<Chunk, Short> {
    let [first_ns, last_ns, at, length] = [body.u64()?, body.u64()?, body.u64()?, body.u64()?];
    let map = usize::try_from(body.u32()?).map_err(|_| "a length is beyond this machine")?;
    let (mut map, mut channels) = (Fields(body.bytes(map)?), Vec::new());
    while !map.0.is_empty() {
        channels.push(map.u16()?);
        let _messages_at = map.u64()?;
    }
    Ok(Chunk { first_ns, last_ns, at, length, channels })
}

/// The first chunk that reaches to `from_ns`, or the last where none does. `None`: the file has no
/// index, or one that does not hold.
pub(super) fn find(path: &Path, from_ns: u64) -> Result<Option<Start>, ReadError> {
    let index = match read(path) {
        Err(ReadError::Damaged { .. }) => None,
        index => index?.filter(|index| index.checked),
    };
    let Some(Index { at, chunks, channels, .. }) = index else { return Ok(None) };
    if chunks.iter().any(|chunk| chunk.at >= at) {
        return Ok(None);
    }
    let first = chunks.iter().filter(|chunk| chunk.last_ns >= from_ns).min_by_key(|c| c.at);
    let Some(chunk) = first.or_else(|| chunks.iter().max_by_key(|chunk| chunk.at)) else {
        return Ok(None);
    };
    let holds = is_there(path, chunk);
    let holds = holds.map_err(|source| ReadError::Io { path: path.into(), source })?;
    Ok(holds.then_some(Start { at: chunk.at, channels }))
}

/// What the index says of the chunk is what stands there.
fn is_there(path: &Path, told: &Chunk) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut head = Vec::with_capacity(PREFIX + 16);
    file.seek(SeekFrom::Start(told.at))?;
    file.take((PREFIX + 16) as u64).read_to_end(&mut head)?;
    let mut fields = Fields(&head);
    let found = (|| Ok::<_, Short>((fields.u8()?, fields.u64()?, fields.u64()?, fields.u64()?)))();
    let expected = told.length.checked_sub(PREFIX as u64);
    Ok(found.ok() == expected.map(|length| (op::CHUNK, length, told.first_ns, told.last_ns)))
}
