//! Where the bytes go.

use mcap::write::NoSeek;
use mcap::{Compression, WriteOptions};
use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// zstd level: measured in docs/adr/0002-recording-format.md.
const ZSTD_LEVEL: u32 = 1;
/// What `profile` says in the MCAP header.
const PROFILE: &str = "rfa";

pub(super) type Sink = NoSeek<BufWriter<Counted>>;

/// No seeking: a chunk reaches the file in one piece when it is complete, so that an unfinished
/// file ends in a whole chunk or in the torn tail of one. No threads in the compressor: the same
/// messages give the same bytes.
pub(super) fn options() -> WriteOptions {
    WriteOptions::new()
        .profile(PROFILE)
        .compression(Some(Compression::Zstd))
        .compression_level(ZSTD_LEVEL)
        .compression_threads(0)
        .chunk_size(None)
        .disable_seeking(true)
}

/// A sink that counts what went through it.
pub(super) struct Counted {
    pub(super) sink: Box<dyn Write + Send>,
    pub(super) bytes: Arc<AtomicU64>,
}

impl Write for Counted {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(buffer)?;
        self.bytes.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
