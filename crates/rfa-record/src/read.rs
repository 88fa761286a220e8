//! Reading a recording, finished or not, with bounded memory whatever the file claims.

mod fields;
mod frames;
mod index;
mod messages;
mod records;
mod tail;

pub(crate) use fields::{Attachment, Channel, Schema};
pub(crate) use messages::FILES_MAX;
pub use messages::{Message, Messages};
pub(crate) use records::{Found, FoundMessage, Record, Records};

use crate::header::{CLOCK, CUT, SESSION};
use crate::{Attached, Header, HeaderError};
use fields::{Fields, op};
use frames::Frames;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Attached files taken at most, together.
const ATTACHED_MAX: usize = 64;
/// Bytes of attached files taken at most, together.
const ATTACHED_BYTES_MAX: usize = 32 << 20;
/// Bytes of what a file says of its own making at most: of a thousand merged parts a tenth.
const MARK_BYTES_MAX: usize = 1 << 20;
/// Metadata records of that at most.
const MARKS_MAX: usize = 64;

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{}: not an MCAP file: it does not begin with MCAP's magic bytes", path.display())]
    NotMcap {
        /// The file.
        path: PathBuf,
    },
    /// The header is not whole, or not of rfa.
    #[error("{}: not a recording of rfa, or its header is lost: {source}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// Why.
        source: HeaderError,
    },
    /// A record is broken; reading can go on behind it.
    #[error("{}: byte {at}: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the broken record begins.
        at: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// How a file ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "end")]
pub enum End {
    /// With its index and closing magic bytes.
    Finished,
    /// Without: the program was killed, or the tail is lost.
    Truncated {
        /// Where the first missing or unreadable record begins.
        at: u64,
        /// What was found there.
        why: String,
    },
}

impl End {
    fn truncated(at: u64, why: impl Into<String>) -> Self {
        Self::Truncated { at, why: why.into() }
    }
}

/// A recording on disk.
#[derive(Debug, Clone)]
pub struct Recording {
    path: PathBuf,
    header: Header,
    marks: BTreeMap<String, Map>,
}

impl Recording {
    /// Opens the recording at `path` and reads its header.
    ///
    /// # Errors
    /// [`ReadError`] where there is no readable header of this program's version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let (header, marks) = read_header(path)?;
        Ok(Self { path: path.to_owned(), header, marks })
    }

    /// What the recording says about its session.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file says of its own making: `rfa.cut`, `rfa.merged`, `rfa.deidentified`.
    #[must_use]
    pub fn mark(&self, name: &str) -> Option<&Map> {
        self.marks.get(name)
    }

    /// The names of its marks.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.marks.keys().map(String::as_str)
    }

    /// It begins with the session's first tick: re-execution starts from there. False for a part
    /// cut out of another recording behind that.
    #[must_use]
    pub fn from_start(&self) -> bool {
        let told = self.mark(CUT).and_then(|mark| mark.get("from_start"));
        self.mark(CUT).is_none() || told.is_some_and(|told| told == "true")
    }

    /// It is a part cut out of another recording.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.mark(CUT).is_some()
    }

    /// Names of all files kept inside, those attached later too. Reads the whole recording.
    ///
    /// # Errors
    /// [`ReadError::Io`]; damage is passed over.
    pub fn all_files(&self) -> Result<Vec<String>, ReadError> {
        let mut messages = self.messages()?;
        loop {
            match messages.next() {
                Ok(None) => return Ok(messages.files().to_vec()),
                Ok(Some(_)) | Err(ReadError::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Its messages, from the first, in the order they were written.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened again.
    pub fn messages(&self) -> Result<Messages, ReadError> {
        Messages::open(&self.path)
    }

    /// Its messages from a time on, in nanoseconds (see [`Clock`](crate::Clock)), and some before
    /// it: reading begins at the first chunk that reaches to that time, where the file has an index
    /// that holds, and else at the start. Files and marks in front of that chunk are not met, and
    /// the CRC over all data is not checked.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened again.
    pub fn messages_from(&self, log_time_ns: u64) -> Result<Messages, ReadError> {
        match index::find(&self.path, log_time_ns)? {
            Some(start) => Messages::open_at(&self.path, start),
            None => self.messages(),
        }
    }

    /// The time of its first tick, in nanoseconds; `None`: it holds none.
    ///
    /// # Errors
    /// [`ReadError::Io`]; damage is passed over.
    pub fn first_tick_ns(&self) -> Result<Option<u64>, ReadError> {
        self.first_tick_awaited(&mut || false)
    }

    /// The same of one that may be written still: where there is none yet, `wait` is asked, true to
    /// look again.
    pub(crate) fn first_tick_awaited(
        &self,
        wait: &mut dyn FnMut() -> bool,
    ) -> Result<Option<u64>, ReadError> {
        let mut messages = self.messages()?;
        loop {
            match messages.next() {
                Ok(Some(message)) if message.topic == crate::Topic::Tick => {
                    return Ok(Some(message.log_time_ns));
                }
                Ok(Some(_)) | Err(ReadError::Damaged { .. }) => continue,
                Ok(None) => {}
                Err(error) => return Err(error),
            }
            if messages.end() == Some(&End::Finished) || !wait() || !messages.resume()? {
                return Ok(None);
            }
        }
    }
}

/// The header stands in front of the first chunk.
fn read_header(path: &Path) -> Result<(Header, BTreeMap<String, Map>), ReadError> {
    let mut frames = Frames::open_for_few(path)?;
    let (mut session, mut clock, mut marks) = (None, None, BTreeMap::new());
    let mut files: Vec<Attached> = Vec::new();
    let (mut bytes, mut mark_bytes) = (0, 0);
    while let Some(frame) = frames.next()? {
        let damaged = |why: &str| ReadError::Damaged {
            path: path.to_owned(),
            at: frame.at,
            why: why.to_owned(),
        };
        let (body, frame_bytes) = (Fields(frames.body()), frames.body().len());
        match frame.opcode {
            op::METADATA => {
                let (name, map) = body.metadata().map_err(damaged)?;
                match name.as_str() {
                    SESSION => keep(&mut session, map).map_err(damaged)?,
                    CLOCK => keep(&mut clock, map).map_err(damaged)?,
                    rfa if rfa.starts_with("rfa.") => {
                        mark_bytes += frame_bytes;
                        if marks.len() >= MARKS_MAX || mark_bytes > MARK_BYTES_MAX {
                            return Err(damaged(&format!(
                                "more than {MARKS_MAX} metadata records of rfa, or more than \
                                 {MARK_BYTES_MAX} bytes of them"
                            )));
                        }
                        marks.insert(name, map);
                    }
                    _ => {}
                }
            }
            op::ATTACHMENT => {
                let file = body.attachment().map_err(damaged)?.file;
                bytes += file.data.len();
                if files.len() >= ATTACHED_MAX || bytes > ATTACHED_BYTES_MAX {
                    return Err(damaged("too many attached files, or too large together"));
                }
                files.push(file);
            }
            op::CHUNK | op::MESSAGE | op::DATA_END | op::FOOTER => break,
            _ => {}
        }
    }
    let header = |source| ReadError::Header { path: path.to_owned(), source };
    let session = session.ok_or_else(|| header(HeaderError::Missing(SESSION)))?;
    let clock = clock.ok_or_else(|| header(HeaderError::Missing(CLOCK)))?;
    Ok((Header::read(&session, &clock, files).map_err(header)?, marks))
}

type Map = BTreeMap<String, String>;

fn keep(slot: &mut Option<Map>, map: Map) -> Result<(), &'static str> {
    match slot {
        Some(_) => Err("a metadata record of that name comes twice"),
        None => {
            *slot = Some(map);
            Ok(())
        }
    }
}
