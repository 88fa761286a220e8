//! The index at a finished file's end: at which chunk to begin reading for a time.

use super::fields::{Fields, MAGIC, PREFIX, Short, op};
use super::frames::RECORD_MAX;
use crate::Topic;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// A footer's fields: where the summary begins, where its offsets begin, its CRC.
const FOOTER: usize = 20;
/// Footer and closing magic bytes.
const TAIL: usize = PREFIX + FOOTER + MAGIC.len();

/// Where to begin.
pub(super) struct Start {
    /// Where the chunk begins in the file.
    pub(super) at: u64,
    /// The channels; chunks before this one may have defined them.
    pub(super) channels: BTreeMap<u16, Option<Topic>>,
}

/// A chunk, as the index tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chunk {
    first_ns: u64,
    last_ns: u64,
    at: u64,
    length: u64,
}

/// The first chunk that reaches to `from_ns`, or the last where none does. `None`: the file has no
/// index, or one that does not hold.
pub(super) fn find(path: &Path, from_ns: u64) -> io::Result<Option<Start>> {
    let mut file = File::open(path)?;
    let Some(summary) = summary(&mut file)? else { return Ok(None) };
    let Some((chunks, channels)) = parts(&summary) else { return Ok(None) };
    let first = chunks.iter().filter(|chunk| chunk.last_ns >= from_ns).min_by_key(|c| c.at);
    let Some(chunk) = first.or_else(|| chunks.iter().max_by_key(|chunk| chunk.at)) else {
        return Ok(None);
    };
    let holds = is_there(&mut file, chunk)?;
    Ok(holds.then_some(Start { at: chunk.at, channels }))
}

/// The bytes from the summary's begin to the footer, if their CRC is there and right; of an index
/// that was changed a part could be missing without a trace.
fn summary(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.metadata()?.len();
    let Some(end) = length.checked_sub(TAIL as u64) else { return Ok(None) };
    let mut tail = [0; TAIL];
    file.seek(SeekFrom::Start(end))?;
    file.read_exact(&mut tail)?;
    let Ok((begin, saved)) = footer(&tail) else { return Ok(None) };
    let long = end.checked_sub(begin).filter(|long| begin > 0 && *long <= RECORD_MAX);
    let Some(long) = long else { return Ok(None) };
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(long).read_to_end(&mut bytes)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes);
    // The CRC covers the footer up to itself.
    hasher.update(&tail[..PREFIX + FOOTER - 4]);
    Ok((bytes.len() as u64 == long && hasher.finalize() == saved).then_some(bytes))
}

/// Where the summary begins, and its CRC.
fn footer(tail: &[u8; TAIL]) -> Result<(u64, u32), Short> {
    let mut fields = Fields(tail);
    let kind = (fields.u8()?, fields.length64()?);
    let (begin, _offsets, saved) = (fields.u64()?, fields.u64()?, fields.u32()?);
    let whole = kind == (op::FOOTER, FOOTER) && fields.0 == MAGIC && saved != 0;
    if whole { Ok((begin, saved)) } else { Err("no footer") }
}

type Parts = (Vec<Chunk>, BTreeMap<u16, Option<Topic>>);

/// Chunks and channels of a summary; `None` where it is not whole.
fn parts(summary: &[u8]) -> Option<Parts> {
    let (mut chunks, mut channels) = (Vec::new(), BTreeMap::new());
    let mut rest = Fields(summary);
    while !rest.0.is_empty() {
        let opcode = rest.u8().ok()?;
        let length = rest.length64().ok()?;
        let mut body = Fields(rest.bytes(length).ok()?);
        match opcode {
            op::CHANNEL => {
                let channel = body.channel().ok()?;
                channels.insert(channel.id, channel.of_rfa());
            }
            op::CHUNK_INDEX => {
                let [first_ns, last_ns, at, length] =
                    [body.u64().ok()?, body.u64().ok()?, body.u64().ok()?, body.u64().ok()?];
                chunks.push(Chunk { first_ns, last_ns, at, length });
            }
            _ => {}
        }
    }
    Some((chunks, channels))
}

/// What the index says of the chunk is what stands there.
fn is_there(file: &mut File, told: &Chunk) -> io::Result<bool> {
    let mut head = Vec::with_capacity(PREFIX + 16);
    file.seek(SeekFrom::Start(told.at))?;
    file.take((PREFIX + 16) as u64).read_to_end(&mut head)?;
    let mut fields = Fields(&head);
    let found = (|| Ok::<_, Short>((fields.u8()?, fields.u64()?, fields.u64()?, fields.u64()?)))();
    let expected = told.length.checked_sub(PREFIX as u64);
    Ok(found.ok() == expected.map(|length| (op::CHUNK, length, told.first_ns, told.last_ns)))
}
