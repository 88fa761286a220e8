//! Reading a recording, finished or not, with bounded memory whatever the file claims.

mod fields;
mod frames;
mod messages;

pub use messages::{Message, Messages};

use crate::header::{CLOCK, SESSION};
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
}

impl Recording {
    /// Opens the recording at `path` and reads its header.
    ///
    /// # Errors
    /// [`ReadError`] where there is no readable header of this program's version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let header = read_header(path)?;
        Ok(Self { path: path.to_owned(), header })
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

    /// Its messages, from the first, in the order they were written.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened again.
    pub fn messages(&self) -> Result<Messages, ReadError> {
        Messages::open(&self.path)
    }
}

/// The header stands in front of the first chunk.
fn read_header(path: &Path) -> Result<Header, ReadError> {
    let mut frames = Frames::open(path)?;
    let (mut session, mut clock) = (None, None);
    let mut files: Vec<Attached> = Vec::new();
    let mut bytes = 0;
    while let Some(frame) = frames.next()? {
        let damaged = |why: &str| ReadError::Damaged {
            path: path.to_owned(),
            at: frame.at,
            why: why.to_owned(),
        };
        let body = Fields(frames.body());
        match frame.opcode {
            op::METADATA => {
                let (name, map) = body.metadata().map_err(damaged)?;
                match name.as_str() {
                    SESSION => keep(&mut session, map).map_err(damaged)?,
                    CLOCK => keep(&mut clock, map).map_err(damaged)?,
                    _ => {}
                }
            }
            op::ATTACHMENT => {
                let file = body.attachment().map_err(damaged)?;
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
    Header::read(&session, &clock, files).map_err(header)
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
