//! A file as a row of records, with bounded memory.

use super::fields::{Fields, MAGIC, PREFIX, op};
use super::{End, ReadError};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// The longest record taken: a chunk is about 1 MiB, an attached file a few hundred KiB.
pub(super) const RECORD_MAX: u64 = 16 << 20;

/// Bytes read ahead of a whole file, and of the few records that a look into it needs.
const AHEAD: usize = 1 << 18;
const AHEAD_OF_FEW: usize = 1 << 14;

/// The records of a file, one after the other.
pub(super) struct Frames {
    path: PathBuf,
    input: BufReader<File>,
    /// Where the next record begins.
    next: u64,
    body: Vec<u8>,
    hasher: crc32fast::Hasher,
    /// Where the footer ends, once it was read.
    footer_ends: Option<u64>,
    end: Option<End>,
    /// The end is one of bytes that are not there, not of bytes that are wrong.
    growing: bool,
    /// Reading did not go from the start on: the CRC over all data cannot be told.
    partial: bool,
}

/// One record; its body is [`Frames::body`].
pub(super) struct Frame {
    pub(super) opcode: u8,
    /// Where it begins in the file.
    pub(super) at: u64,
    /// The data section's CRC is not what the record says.
    pub(super) bad_data_crc: bool,
}

impl Frames {
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        Self::with_ahead(path, AHEAD)
    }

    /// The same for who reads the first records only.
    pub(super) fn open_for_few(path: &Path) -> Result<Self, ReadError> {
        Self::with_ahead(path, AHEAD_OF_FEW)
    }

    fn with_ahead(path: &Path, ahead: usize) -> Result<Self, ReadError> {
        let io = |source| ReadError::Io { path: path.to_owned(), source };
        let file = File::open(path).map_err(io)?;
        let mut frames = Self {
            path: path.to_owned(),
            input: BufReader::with_capacity(ahead, file),
            next: 0,
            body: Vec::new(),
            hasher: crc32fast::Hasher::new(),
            footer_ends: None,
            end: None,
            growing: false,
            partial: false,
        };
        let mut magic = Vec::with_capacity(MAGIC.len());
        (&mut frames.input).take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(io)?;
        if magic != MAGIC {
            return Err(ReadError::NotMcap { path: path.to_owned() });
        }
        frames.hasher.update(&magic);
        frames.next = MAGIC.len() as u64;
        Ok(frames)
    }

    /// The records from the one that begins at `at`.
    pub(super) fn open_at(path: &Path, at: u64) -> Result<Self, ReadError> {
        Self::open(path)?.sought(at)
    }

    /// The same for who reads few records there.
    pub(super) fn few_at(path: &Path, at: u64) -> Result<Self, ReadError> {
        Self::open_for_few(path)?.sought(at)
    }

    fn sought(self, at: u64) -> Result<Self, ReadError> {
        let mut frames = self;
        let sought = frames.input.seek(SeekFrom::Start(at));
        sought.map_err(|source| ReadError::Io { path: frames.path.clone(), source })?;
        (frames.next, frames.partial) = (at, true);
        Ok(frames)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// The next record, or `None` at the file's end; [`end`](Self::end) then says which end.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, ReadError> {
        if self.end.is_some() {
            return Ok(None);
        }
        let at = self.next;
        let io = |source| ReadError::Io { path: self.path.clone(), source };
        let mut prefix = [0; PREFIX];
        let footer_seen = self.footer_ends == Some(at);
        let expected = if footer_seen { MAGIC.len() } else { PREFIX };
        let got = fill(&mut self.input, &mut prefix[..expected]).map_err(io)?;
        if footer_seen {
            let finished = got == MAGIC.len() && prefix[..MAGIC.len()] == MAGIC;
            self.growing = got < MAGIC.len();
            let more = fill(&mut self.input, &mut prefix[..1]).map_err(io)? > 0;
            self.end = Some(match (finished, more) {
                (true, false) => End::Finished,
                (true, true) => End::truncated(at, "bytes behind the closing magic bytes"),
                (false, _) => End::truncated(at, "the closing magic bytes are missing"),
            });
            return Ok(None);
        }
        if got < PREFIX {
            let why = if got == 0 { "no end record" } else { "a record is incomplete" };
            self.growing = true;
            self.end = Some(End::truncated(at, why));
            return Ok(None);
        }
        let opcode = prefix[0];
        let length = u64::from_le_bytes(prefix[1..].try_into().unwrap_or_default());
        if opcode == 0 {
            self.end = Some(End::truncated(at, "bytes that are no record"));
            return Ok(None);
        }
        if length > RECORD_MAX {
            let why = format!("a record of {length} bytes; at most {RECORD_MAX} are taken");
            self.end = Some(End::truncated(at, why));
            return Ok(None);
        }
        self.body.clear();
        // Grows with the bytes that are there, not with the length that is claimed.
        let read = (&mut self.input).take(length).read_to_end(&mut self.body).map_err(io)?;
        if (read as u64) < length {
            self.growing = true;
            self.end = Some(End::truncated(at, "a record is incomplete"));
            return Ok(None);
        }
        self.next = at + PREFIX as u64 + length;
        let bad_data_crc = opcode == op::DATA_END && !self.partial && !self.data_crc_good();
        if !self.partial {
            self.hasher.update(&prefix);
            self.hasher.update(&self.body);
        }
        if opcode == op::FOOTER {
            self.footer_ends = Some(self.next);
        }
        Ok(Some(Frame { opcode, at, bad_data_crc }))
    }

    /// Whether reading may go on where a file ended that is being written still.
    pub(super) fn resume(&mut self) -> Result<bool, ReadError> {
        let io = |source| ReadError::Io { path: self.path.clone(), source };
        if !self.growing {
            return Ok(false);
        }
        self.input.seek(SeekFrom::Start(self.next)).map_err(io)?;
        (self.end, self.growing) = (None, false);
        Ok(true)
    }

    /// The next record is the one that begins at `at`. The CRC over the file's data cannot be
    /// judged any more.
    pub(super) fn seek(&mut self, at: u64) -> Result<(), ReadError> {
        let io = |source| ReadError::Io { path: self.path.clone(), source };
        self.input.seek(SeekFrom::Start(at)).map_err(io)?;
        (self.next, self.partial) = (at, true);
        (self.end, self.growing) = (None, false);
        Ok(())
    }

    fn data_crc_good(&self) -> bool {
        let saved = Fields(&self.body).u32();
        saved.is_ok_and(|saved| saved == 0 || saved == self.hasher.clone().finalize())
    }
}

/// Fills `buffer` as far as the file goes.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}
