//! Copies of recordings: record by record, as they are, into a new file that is renamed when it is
//! whole.

use crate::header::{RECOVERED, WHOLE};
use crate::read::{Attachment, Channel, Found, FoundMessage, Record, Records, Schema};
use crate::write::Refused;
use crate::{
    CheckpointKind, Damage, End, ReadError, RecordError, Recorder, Recording, Topic, whole_file,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Damaged places told one by one at most.
pub(crate) const DAMAGE_MAX: usize = 64;

/// Why a recording could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The new file is there already.
    #[error("{}: exists already; nothing is overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The old file cannot be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The new file cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The new file cannot be put in its place.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was asked cannot be done with this recording.
    #[error("{}: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why not, and the mend.
        why: String,
    },
}

impl CopyError {
    pub(crate) fn refused(path: &Path, why: impl Into<String>) -> Self {
        Self::Refused { path: path.to_owned(), why: why.into() }
    }
}

/// Lets `write` make the new file `to`.
pub(crate) fn into_new<T>(
    to: &Path,
    write: impl FnOnce(&Path) -> Result<T, CopyError>,
) -> Result<T, CopyError> {
    if to.try_exists().map_err(|source| io_error(to, source))? {
        return Err(CopyError::Exists { path: to.to_owned() });
    }
    whole_file(to, |source| io_error(to, source), write)
}

pub(crate) fn io_error(path: &Path, source: io::Error) -> CopyError {
    CopyError::Io { path: path.to_owned(), source }
}

/// What is done with records on their way. False: left out.
pub(crate) trait Pass {
    /// A message; its `topic` is absent where it is not of rfa.
    fn message(
        &mut self,
        _topic: Option<Topic>,
        _header: &mut FoundMessage,
        _data: &mut Vec<u8>,
    ) -> Result<bool, Refused> {
        Ok(true)
    }

    /// A schema.
    fn schema(&mut self, _schema: &Schema<'_>) -> bool {
        true
    }

    /// A channel. Of one that is left out no message is taken.
    fn channel(&mut self, _channel: &mut Channel<'_>) -> bool {
        true
    }

    /// A metadata record.
    fn metadata(
        &mut self,
        _name: &str,
        _map: &mut BTreeMap<String, String>,
    ) -> Result<bool, Refused> {
        Ok(true)
    }

    /// A file kept inside.
    fn attachment(&mut self, _attachment: &mut Attachment) -> bool {
        true
    }
}

/// Everything as it is.
pub(crate) struct AsItIs;

impl Pass for AsItIs {}

/// What becomes of the chain of a recording that is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChainOf {
    /// Every record is taken over, and its checkpoints with them.
    TheOld,
    /// What is left of it, other than it was, has a chain of its own.
    TheNew,
}

/// A copy being made.
pub(crate) struct Copier {
    chain: ChainOf,
    pub(crate) recorder: Recorder,
    /// Messages taken over, of each topic.
    pub(crate) kept: BTreeMap<Topic, u64>,
    /// Damaged places of the newest recording, the first of them.
    pub(crate) damage: Vec<Damage>,
    /// How many there are, in all.
    pub(crate) damaged: u64,
    /// How the newest recording ends.
    pub(crate) end: End,
    /// Bytes behind the last readable record, in all.
    pub(crate) tail_bytes: u64,
    /// Nothing was lost so far.
    whole: bool,
    /// A message was taken over.
    began: bool,
    /// What its channels carry, and whether they are taken over.
    topics: BTreeMap<u16, (Option<Topic>, bool)>,
    data: Vec<u8>,
}

impl Copier {
    /// Begins the new file for copies of `recording`.
    pub(crate) fn create(
        partial: &Path,
        recording: &Recording,
        chain: ChainOf,
    ) -> Result<Self, CopyError> {
        Ok(Self {
            chain,
            recorder: Recorder::create_empty(partial, recording.header().clock)?,
            kept: BTreeMap::new(),
            damage: Vec::new(),
            damaged: 0,
            end: End::Finished,
            tail_bytes: 0,
            whole: true,
            began: false,
            topics: BTreeMap::new(),
            data: Vec::new(),
        })
    }

    /// Nothing was lost so far.
    pub(crate) const fn whole(&self) -> bool {
        self.whole
    }

    /// Says in the file that something was lost on the way to it, or not.
    pub(crate) fn write_recovered(&mut self) -> Result<(), RecordError> {
        let mark = [
            ("tail_bytes_lost", self.tail_bytes.to_string()),
            ("damaged_places", self.damaged.to_string()),
            (WHOLE, self.whole.to_string()),
        ];
        let mark = mark.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        self.recorder.write_mark(RECOVERED, mark)
    }

    /// Ends a copy that leaves something out on purpose. What its sources lacked is told in it.
    pub(crate) fn close(mut self) -> Result<(), RecordError> {
        if !self.whole {
            self.write_recovered()?;
        }
        self.recorder.close_with(CheckpointKind::End, None)
    }

    /// Takes over what `pass` leaves of `recording`. Chunks end where they ended.
    pub(crate) fn take(
        &mut self,
        recording: &Recording,
        pass: &mut dyn Pass,
    ) -> Result<(), CopyError> {
        (self.damage, self.topics) = (Vec::new(), BTreeMap::new());
        let path = recording.path();
        let bytes = fs::metadata(path).map_err(|source| io_error(path, source))?.len();
        let mut records = Records::open(path)?;
        let mut at = 0;
        loop {
            let taken = match records.step() {
                Ok(None) => break,
                Ok(Some(found)) => {
                    if records.at() != at {
                        at = records.at();
                        self.end_chunk()?;
                    }
                    self.record(&records, &found, pass)?
                }
                Err(ReadError::Damaged { at, why, .. }) => {
                    self.damaged(at, why);
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if let Err(why) = taken {
                self.damaged(at, why);
                records.drop_chunk();
            }
        }
        self.end_chunk()?;
        self.end = records.end().cloned().unwrap_or(End::Finished);
        if let End::Truncated { at, .. } = self.end {
            self.tail_bytes += bytes.saturating_sub(at);
            self.whole = false;
        }
        Ok(())
    }

    fn end_chunk(&mut self) -> Result<(), RecordError> {
        // No checkpoint before the channels are there: the old ones keep their numbers.
        if self.chain == ChainOf::TheNew && self.began {
            self.recorder.flush()
        } else {
            self.recorder.end_chunk()
        }
    }

    fn damaged(&mut self, at: u64, why: String) {
        self.damaged += 1;
        self.whole = false;
        if self.damage.len() < DAMAGE_MAX {
            self.damage.push(Damage { at, why });
        }
    }

    fn record(
        &mut self,
        records: &Records,
        found: &Found,
        pass: &mut dyn Pass,
    ) -> Result<Result<(), Refused>, CopyError> {
        let refused = |why| CopyError::refused(records.path(), why);
        match records.record(found)? {
            Record::Message { header, data } => {
                self.data.clear();
                self.data.extend_from_slice(data);
                self.message(header, pass).map_err(refused)?
            }
            Record::Metadata { name, mut map } => {
                if pass.metadata(&name, &mut map).map_err(refused)? {
                    return Ok(self.recorder.copy(&Record::Metadata { name, map })?);
                }
                Ok(Ok(()))
            }
            Record::Attachment(mut attachment) => {
                if pass.attachment(&mut attachment) {
                    return Ok(self.recorder.copy(&Record::Attachment(attachment))?);
                }
                Ok(Ok(()))
            }
            Record::Channel(channel) => Ok(self.channel(channel, pass)?),
            Record::Schema(schema) if !pass.schema(&schema) => Ok(Ok(())),
            other => Ok(self.recorder.copy(&other)?),
        }
    }

    fn channel(
        &mut self,
        mut channel: Channel<'_>,
        pass: &mut dyn Pass,
    ) -> Result<Result<(), Refused>, RecordError> {
        let (id, topic) = (channel.id, channel.of_rfa());
        if !pass.channel(&mut channel) {
            self.topics.insert(id, (topic, false));
            return Ok(Ok(()));
        }
        let copied = self.recorder.copy(&Record::Channel(channel))?;
        if copied.is_ok() {
            self.topics.insert(id, (topic, true));
        }
        Ok(copied)
    }

    /// `Err`: the pass refuses the recording.
    fn message(
        &mut self,
        mut header: FoundMessage,
        pass: &mut dyn Pass,
    ) -> Result<Result<Result<(), Refused>, CopyError>, Refused> {
        let Some((topic, kept)) = self.topics.get(&header.channel).copied() else {
            return Ok(Ok(Err(format!("a message on channel {}, not defined", header.channel))));
        };
        let checkpoint = topic == Some(Topic::Chain);
        if checkpoint && self.chain == ChainOf::TheNew {
            return Ok(Ok(Ok(())));
        }
        if !pass.message(topic, &mut header, &mut self.data)? || !kept {
            return Ok(Ok(Ok(())));
        }
        if let Some(topic) = topic {
            *self.kept.entry(topic).or_default() += 1;
        }
        self.began = true;
        let record = Record::Message { header, data: &self.data };
        Ok(self.recorder.copy(&record).map_err(CopyError::from))
    }
}
