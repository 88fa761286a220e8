//! Writing a session while it runs.

mod channels;
mod copy;
mod error;
mod files;
mod sink;

pub(crate) use copy::Refused;
use error::at;
pub use error::{RecordCause, RecordError};

use crate::chain::{Chain, CheckpointKind};
use crate::message::{EventMessage, IntentMessage, SummaryMessage, encode};
use crate::read::{FoundMessage, Record};
use crate::row::{EventRow, TickRow};
use crate::{Clock, Header, LesionMessage, SigningKey, Topic, TruthRow, WHAT_IF};
use channels::FROM_THE_START;
use mcap::Writer;
use mcap::records::MessageHeader;
use mcap::write::NoSeek;
use rfa_session::{Intent, LesionView, TickRecord};
use rfa_units::HostInstant;
use serde::Serialize;
use sink::{Counted, Sink, options};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A chunk is closed after this much recorded time: half of what a killed process may lose.
const CHUNK_SPAN_NS: u64 = 500_000_000;
/// A chunk is closed at this size even sooner; the reader unpacks up to 16 MiB.
const CHUNK_BYTES: usize = 1 << 20;

/// One session's recording, being written. For a thread that may block on the disk.
///
/// Dropped without [`finish`](Self::finish) it closes a readable recording without a summary.
pub struct Recorder {
    path: PathBuf,
    writer: Writer<Sink>,
    file: Option<File>,
    channels: BTreeMap<Topic, u16>,
    sequences: BTreeMap<Topic, u32>,
    clock: Clock,
    bytes: Arc<AtomicU64>,
    json: Vec<u8>,
    newest_ns: u64,
    chunk_began_ns: Option<u64>,
    chunk_bytes: usize,
    summary: SummaryMessage,
    chain: Chain,
    /// Signs the checkpoints.
    key: Option<SigningKey>,
    /// Schemas (false) and channels (true) that are in the file.
    definitions: BTreeSet<(bool, u16)>,
    /// Bytes of those that were taken over.
    definition_bytes: usize,
}

impl Recorder {
    /// Begins a new recording at `path`; its header is in the file when this returns.
    ///
    /// # Errors
    /// [`RecordError`] where the file exists already (nothing is ever overwritten) or cannot be
    /// written.
    pub fn create(path: impl AsRef<Path>, header: &Header) -> Result<Self, RecordError> {
        Self::create_signed(path, header, None)
    }

    /// The same, with every checkpoint signed where there is a `key`.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_signed(
        path: impl AsRef<Path>,
        header: &Header,
        key: Option<SigningKey>,
    ) -> Result<Self, RecordError> {
        let mut recorder = Self::create_empty(path.as_ref(), header.clock)?;
        recorder.key = key;
        recorder.begin(header)?;
        Ok(recorder)
    }

    /// Begins a recording of what was computed and never happened: `mark` says of what and how, in
    /// the metadata record [`WHAT_IF`].
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_what_if(
        path: impl AsRef<Path>,
        header: &Header,
        mark: BTreeMap<String, String>,
    ) -> Result<Self, RecordError> {
        let mut recorder = Self::create_empty(path.as_ref(), header.clock)?;
        recorder.write_mark(WHAT_IF, mark)?;
        recorder.begin(header)?;
        Ok(recorder)
    }

    /// Begins a recording into any sink; `name` stands in error messages.
    ///
    /// # Errors
    /// [`RecordError`] where the sink refuses the header.
    pub fn to_sink(
        name: impl AsRef<Path>,
        sink: Box<dyn Write + Send>,
        header: &Header,
    ) -> Result<Self, RecordError> {
        let mut recorder = Self::empty(name.as_ref(), sink, header.clock)?;
        recorder.begin(header)?;
        Ok(recorder)
    }

    /// A new file with no header yet.
    pub(crate) fn create_empty(path: &Path, clock: Clock) -> Result<Self, RecordError> {
        let open = || -> Result<(File, File), RecordCause> {
            let file = OpenOptions::new().write(true).create_new(true).open(path)?;
            let twin = file.try_clone()?;
            Ok((file, twin))
        };
        let (file, twin) = open().map_err(at(path, "cannot create the recording"))?;
        let mut recorder = Self::empty(path, Box::new(file), clock)?;
        recorder.file = Some(twin);
        Ok(recorder)
    }

    fn empty(path: &Path, sink: Box<dyn Write + Send>, clock: Clock) -> Result<Self, RecordError> {
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted { sink, bytes: Arc::clone(&bytes) };
        let sink = NoSeek::new(BufWriter::with_capacity(1 << 16, counted));
        let writer = options().create(sink).map_err(at(path, "cannot write the header"))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            file: None,
            channels: BTreeMap::new(),
            sequences: BTreeMap::new(),
            clock,
            bytes,
            json: Vec::with_capacity(1 << 14),
            newest_ns: clock.started_ns(),
            chunk_began_ns: None,
            chunk_bytes: 0,
            summary: SummaryMessage::default(),
            chain: Chain::new(),
            key: None,
            definitions: BTreeSet::new(),
            definition_bytes: 0,
        })
    }

    /// The header and the channels; they are in the file when this returns.
    fn begin(&mut self, header: &Header) -> Result<(), RecordError> {
        let begun = self.write_header(header).and_then(|()| {
            for topic in FROM_THE_START {
                let id = self.add_channel(topic)?;
                self.channels.insert(topic, id);
            }
            Ok(())
        });
        begun.map_err(at(&self.path, "cannot write the header"))?;
        self.flush()
    }

    /// Writes one tick, and its events to `/event` and `/alarm`. A tick with an event closes its
    /// chunk, so that none is lost to a killed process; one that thresholds on trial tell does not.
    ///
    /// # Errors
    /// [`RecordError`]; every later call fails too, and the caller stops recording.
    pub fn write_tick(&mut self, record: &TickRecord) -> Result<(), RecordError> {
        let at = record.interlock.inputs.now;
        let row = TickRow::from(record);
        self.put(Topic::Tick, at, &row)?;
        self.summary.ticks += 1;
        self.summary.first_tick.get_or_insert(row.inputs.tick);
        self.summary.last_tick = Some(row.inputs.tick);
        let (tick, at_us) = (row.inputs.tick, row.inputs.now_us);
        let eventful = !row.outputs.events.iter().all(EventRow::is_trial);
        for event in row.outputs.events {
            self.put(Topic::of(&event), at, &EventMessage { tick, at_us, event })?;
        }
        if eventful { self.flush() } else { Ok(()) }
    }

    /// Writes one intent of the operator.
    ///
    /// # Errors
    /// As [`write_tick`](Self::write_tick).
    pub fn write_intent(&mut self, at: HostInstant, intent: &Intent) -> Result<(), RecordError> {
        self.put(Topic::Intent, at, &IntentMessage::new(at, intent))
    }

    /// Writes what a simulator knows, at the time of the newest tick.
    ///
    /// # Errors
    /// As [`write_tick`](Self::write_tick).
    pub fn write_truth(&mut self, truth: &TruthRow) -> Result<(), RecordError> {
        let at_ns = self.newest_ns;
        self.put_at(Topic::Truth, at_ns, truth)
    }

    /// Writes what is known of the lesion, at the time of the newest tick.
    ///
    /// # Errors
    /// As [`write_tick`](Self::write_tick).
    pub fn write_lesion(&mut self, view: &LesionView) -> Result<(), RecordError> {
        let at_ns = self.newest_ns;
        self.put_at(Topic::Lesion, at_ns, &LesionMessage::from(view))
    }

    /// Closes the chunk: everything written so far survives a killed process. For a recorder
    /// whose ticks have stopped; while they come, a chunk is closed every half second anyway.
    ///
    /// # Errors
    /// As [`write_tick`](Self::write_tick).
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.chunk_began_ns = None;
        self.chunk_bytes = 0;
        if self.chain.records() > 0 {
            self.checkpoint(CheckpointKind::Running)?;
        }
        self.writer.flush().map_err(at(&self.path, "cannot write"))
    }

    /// Closes the chunk and asks the disk to keep it: survives a power cut. Takes milliseconds.
    ///
    /// # Errors
    /// As [`write_tick`](Self::write_tick).
    pub fn sync(&mut self) -> Result<(), RecordError> {
        self.flush()?;
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_data);
        synced.map_err(at(&self.path, "cannot sync"))
    }

    /// When the recording began and how long it is, in microseconds: since 1970, or on virtual
    /// time since its start.
    #[must_use]
    pub const fn span_us(&self) -> (u64, u64) {
        let started_ns = self.clock.started_ns();
        (started_ns / 1_000, self.newest_ns.saturating_sub(started_ns) / 1_000)
    }

    /// Bytes handed to the file so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The time of the newest message.
    pub(crate) const fn newest_ns(&self) -> u64 {
        self.newest_ns
    }

    /// Writes the summary, closes the file and syncs it to the disk.
    ///
    /// # Errors
    /// [`RecordError`]: the recording is then unfinished and readable up to its last chunk.
    pub fn finish(mut self, session: Option<serde_json::Value>) -> Result<(), RecordError> {
        let summary = SummaryMessage { session, ..std::mem::take(&mut self.summary) };
        let at_ns = self.newest_ns;
        self.put_at(Topic::Summary, at_ns, &summary)?;
        self.checkpoint(CheckpointKind::End)?;
        self.flush()?;
        self.close()
    }

    /// Ends what was written so far with a checkpoint.
    fn checkpoint(&mut self, kind: CheckpointKind) -> Result<(), RecordError> {
        // Its channel may be new, and is a record that the checkpoint covers.
        self.channel(Topic::Chain)?;
        let checkpoint = self.chain.close(kind, self.key.as_ref(), self.newest_ns);
        let data = encode(&checkpoint).map_err(at(&self.path, "cannot write a checkpoint"))?;
        let sequence = self.number(Topic::Chain);
        self.write(Topic::Chain, sequence, self.newest_ns, &data)
    }

    fn put<T: Serialize>(
        &mut self,
        topic: Topic,
        at: HostInstant,
        message: &T,
    ) -> Result<(), RecordError> {
        self.newest_ns = self.clock.log_time_ns(at);
        self.put_at(topic, self.newest_ns, message)
    }

    /// Chunks end by recorded time, never by the wall clock: the same session gives the same
    /// bytes.
    fn put_at<T: Serialize>(
        &mut self,
        topic: Topic,
        log_time: u64,
        message: &T,
    ) -> Result<(), RecordError> {
        let began = *self.chunk_began_ns.get_or_insert(log_time);
        let full = self.chunk_bytes >= CHUNK_BYTES;
        if full || log_time.saturating_sub(began) >= CHUNK_SPAN_NS {
            self.flush()?;
            self.chunk_began_ns = Some(log_time);
        }
        self.json.clear();
        serde_json::to_writer(&mut self.json, message)
            .map_err(at(&self.path, "cannot write a message as JSON"))?;
        let json = std::mem::take(&mut self.json);
        let number = self.number(topic);
        self.chunk_bytes += json.len();
        let written = self.write(topic, number, log_time, &json);
        self.json = json;
        written
    }

    /// The place of the next message of `topic` among those.
    fn number(&mut self, topic: Topic) -> u32 {
        let next = self.sequences.entry(topic).or_default();
        let number = *next;
        *next = next.wrapping_add(1);
        number
    }

    fn write(
        &mut self,
        topic: Topic,
        sequence: u32,
        log_time: u64,
        data: &[u8],
    ) -> Result<(), RecordError> {
        let channel_id = self.channel(topic)?;
        let header = MessageHeader { channel_id, sequence, log_time, publish_time: log_time };
        let written = self.writer.write_to_known_channel(&header, data);
        written.map_err(at(&self.path, "cannot write"))?;
        if topic != Topic::Chain {
            let (log_time_ns, publish_time_ns) = (log_time, log_time);
            let channel = channel_id;
            let header =
                FoundMessage { channel, sequence, log_time_ns, publish_time_ns, data: 0..0 };
            self.chain.take(&Record::Message { header, data });
        }
        Ok(())
    }

    /// The channel of `topic`, defined now if it is not yet.
    fn channel(&mut self, topic: Topic) -> Result<u16, RecordError> {
        if let Some(id) = self.channels.get(&topic) {
            return Ok(*id);
        }
        let added = self.add_channel(topic);
        let id = added.map_err(at(&self.path, "cannot define a channel"))?;
        self.channels.insert(topic, id);
        Ok(id)
    }

    /// Closes the file and syncs it to the disk.
    pub(crate) fn close(self) -> Result<(), RecordError> {
        let path = self.path;
        let close = |mut writer: Writer<Sink>| -> Result<(), RecordCause> {
            writer.finish()?;
            writer.into_inner().into_inner().flush()?;
            Ok(())
        };
        close(self.writer).map_err(at(&path, "cannot finish"))?;
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_all);
        synced.map_err(at(&path, "cannot sync"))
    }
}
