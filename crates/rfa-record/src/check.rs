//! Whether a recording is what was recorded: its chain walked from the first record to the last.

mod locate;
mod seen;

use crate::chain::{Chain, CheckpointKind, CheckpointMessage, SEGMENT_MAX, hex, signed};
use crate::message::{decode, encode};
use crate::read::{Found, FoundMessage, Record, Records};
use crate::row::TickNumber;
use crate::words::short;
use crate::{End, PublicKey, ReadError, Recording, Topic};
use locate::{How, parting};
use seen::Seen;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Keys told at most.
const KEYS_MAX: usize = 64;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// Every record is as it was when its checkpoint was written, none is missing, none is more.
    pub intact: bool,
    /// The first record that does not fit; absent: all do.
    pub misfit: Option<Misfit>,
    /// The newest checkpoint is signed, and with it everything before it. Without a signature a
    /// chain shows accidents: whoever can write the file can write another chain.
    pub signed: bool,
    /// The public keys that signed, in their order, the first 64.
    pub keys: Vec<PublicKey>,
    /// Checkpoints that fit.
    pub checkpoints: u64,
    /// Records they cover.
    pub records: u64,
    /// The chain says that the file was closed: by the recorder at the session's end, or by what
    /// made a copy of a part of it.
    pub ended: bool,
    /// Checkpoints of what was added later: notes, files, signatures.
    pub added: u64,
}

/// The first record that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// Where it begins in the file, or the chunk it stands in; where one is missing, what stands
    /// in its place.
    pub at: u64,
    /// Its place among the file's records that are no checkpoints, from 0.
    pub record: u64,
    /// Which record: its topic and number.
    pub name: String,
    /// The tick it is of, or the newest before it; absent before the first.
    pub tick: Option<u64>,
    /// What is wrong.
    pub what: String,
    /// It fits the chain, and nobody signed it.
    #[serde(skip)]
    unsigned: bool,
}

impl Misfit {
    /// All records fit the chain; a signature is missing and nothing else.
    #[must_use]
    pub const fn only_unsigned(&self) -> bool {
        self.unsigned
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { at, name, what, .. } = self;
        write!(f, "byte {at}, ")?;
        match self.tick {
            Some(tick) => write!(f, "tick {tick}, ")?,
            None => write!(f, "before the first tick, ")?,
        }
        write!(f, "{name}: {what}")
    }
}

/// Why a recording cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// There is nothing to check it by.
    #[error(
        "{}: holds no chain: an earlier rfa wrote it, or the chain was taken out", path.display()
    )]
    NoChain {
        /// The file.
        path: std::path::PathBuf,
    },
}

/// Walks the chain of the recording at `path` up to the first record that does not fit. With a
/// `key`, all of it has to be signed by that one.
///
/// # Errors
/// [`CheckError`] where the file is no recording or holds no chain.
pub fn check(path: impl AsRef<Path>, key: Option<&PublicKey>) -> Result<CheckReport, CheckError> {
    let path = path.as_ref();
    Recording::open(path)?;
    let mut walk = Walk::new();
    let mut records = Records::open(path)?;
    let stopped = loop {
        match records.step() {
            Ok(Some(found)) => {
                if let Err(misfit) = walk.take(&records, &found)? {
                    break Some(misfit);
                }
            }
            Ok(None) => break walk.ended(&records, key),
            Err(ReadError::Damaged { at, why, .. }) => {
                break Some(walk.here(at, format!("cannot be read: {why}")));
            }
            Err(error) => return Err(error.into()),
        }
    };
    if walk.report.checkpoints == 0 && walk.chain_channel.is_none() {
        return Err(CheckError::NoChain { path: path.to_owned() });
    }
    let mut report = walk.report;
    report.intact = stopped.is_none();
    report.signed &= report.intact;
    report.misfit = stopped;
    if let Some(misfit) = &mut report.misfit {
        misfit.tick = tick_of(path, misfit.record)?;
    }
    Ok(report)
}

struct Walk {
    chain: Chain,
    segment: Vec<Seen>,
    /// Their topics, cut short.
    channels: BTreeMap<u16, String>,
    chain_channel: Option<u16>,
    /// The first record that no signature covers.
    unsigned: Option<Misfit>,
    report: CheckReport,
}

impl Walk {
    fn new() -> Self {
        Self {
            chain: Chain::new(),
            segment: Vec::new(),
            channels: BTreeMap::new(),
            chain_channel: None,
            unsigned: None,
            report: CheckReport {
                intact: false,
                misfit: None,
                signed: false,
                keys: Vec::new(),
                checkpoints: 0,
                records: 0,
                ended: false,
                added: 0,
            },
        }
    }

    /// Something about what stands at `at`, behind everything taken so far.
    fn here(&self, at: u64, what: impl Into<String>) -> Misfit {
        let record = self.report.records + self.segment.len() as u64;
        Misfit {
            at,
            record,
            name: format!("record {record}"),
            tick: None,
            what: what.into(),
            unsigned: false,
        }
    }

    /// Something about record `place` of those since the newest checkpoint.
    fn in_segment(&self, place: usize, at: u64, what: impl Into<String>) -> Misfit {
        let record = self.report.records + place as u64;
        let (at, name) = match self.segment.get(place) {
            Some(seen) => (seen.at, seen.name(&self.channels)),
            None => (at, format!("record {record}")),
        };
        Misfit { at, record, name, tick: None, what: what.into(), unsigned: false }
    }

    fn take(&mut self, records: &Records, found: &Found) -> Result<Result<(), Misfit>, ReadError> {
        let at = records.at();
        let record = records.record(found)?;
        if let Record::Channel(channel) = &record {
            if channel.of_rfa() == Some(Topic::Chain) {
                self.chain_channel.get_or_insert(channel.id);
            }
            self.channels.entry(channel.id).or_insert_with(|| short(channel.topic));
        }
        if let Record::Message { header, data } = &record
            && Some(header.channel) == self.chain_channel
        {
            return Ok(self.checkpoint(at, header, data));
        }
        if matches!(record, Record::Foreign) {
            return Ok(Err(self.here(at, "is of a kind that no rfa writes")));
        }
        if self.segment.len() >= SEGMENT_MAX {
            return Ok(Err(self.here(at, "no checkpoint for too long")));
        }
        self.chain.take(&record);
        self.segment.push(Seen::new(at, &record));
        Ok(Ok(()))
    }

    fn checkpoint(&mut self, at: u64, header: &FoundMessage, data: &[u8]) -> Result<(), Misfit> {
        let index = self.chain.index();
        let of_checkpoint = |walk: &Self, what: String| Misfit {
            name: format!("checkpoint {index}"),
            ..walk.here(at, what)
        };
        let told: CheckpointMessage =
            decode(data).map_err(|error| of_checkpoint(self, error.to_string()))?;
        if encode(&told).ok().as_deref() != Some(data) {
            return Err(of_checkpoint(self, "is not written as rfa writes it".to_owned()));
        }
        if told.index > index {
            let what = format!(
                "checkpoint {} stands where checkpoint {index} was: what lies between is missing, \
                 or stands elsewhere",
                told.index
            );
            return Err(self.in_segment(0, at, what));
        }
        if told.index < index {
            let what = format!("checkpoint {} comes again, or late", told.index);
            return Err(self.in_segment(0, at, what));
        }
        let ours = (header.log_time_ns, u64::from(header.sequence));
        if ours != (header.publish_time_ns, index & u64::from(u32::MAX)) {
            return Err(of_checkpoint(self, "its number or its times were changed".to_owned()));
        }
        self.compare(at, &told, header.log_time_ns)?;
        let kind = told.kind;
        if self.report.ended && kind != CheckpointKind::Added {
            return Err(of_checkpoint(self, "goes on behind the session's end".to_owned()));
        }
        self.signature(at, &told, header.log_time_ns)?;
        self.report.ended |= kind == CheckpointKind::End;
        self.report.added += u64::from(kind == CheckpointKind::Added);
        self.report.checkpoints += 1;
        self.report.records += told.records;
        self.segment.clear();
        self.chain.follow(&told);
        Ok(())
    }

    /// The records since the newest checkpoint are those it was written behind.
    fn compare(&self, at: u64, told: &CheckpointMessage, log_time_ns: u64) -> Result<(), Misfit> {
        if let Some(parting) = parting(self.chain.tags(), &told.tags) {
            let what = match parting.how {
                How::Changed => "was changed",
                How::Missing => "a record in front of it is missing",
                How::Added => "was added",
                How::Moved => "does not stand in its place",
            };
            return Err(self.in_segment(parting.place, at, what));
        }
        let fits = hex(&self.chain.hash(told.kind, told.key.as_ref(), log_time_ns)) == told.hash
            && told.records == self.chain.records();
        if fits {
            return Ok(());
        }
        let name = format!("checkpoint {}", told.index);
        Err(Misfit { name, ..self.here(at, "was changed, or a record it covers was") })
    }

    fn signature(
        &mut self,
        at: u64,
        told: &CheckpointMessage,
        log_time_ns: u64,
    ) -> Result<(), Misfit> {
        let bad = |walk: &Self, what: &str| {
            let name = format!("checkpoint {}", told.index);
            Err(Misfit { name, ..walk.here(at, what) })
        };
        let (Some(key), Some(signature)) = (&told.key, &told.signature) else {
            if told.key.is_some() || told.signature.is_some() {
                return bad(self, "has half a signature");
            }
            self.report.signed = false;
            if self.unsigned.is_none() {
                self.unsigned = Some(self.in_segment(0, at, ""));
            }
            return Ok(());
        };
        let hash = self.chain.hash(told.kind, Some(key), log_time_ns);
        if !key.signed(&signed(&hash), signature) {
            return bad(self, "its signature is wrong");
        }
        (self.report.signed, self.unsigned) = (true, None);
        if !self.report.keys.contains(key) && self.report.keys.len() < KEYS_MAX {
            self.report.keys.push(*key);
        }
        Ok(())
    }

    /// What is wrong at the end, if anything is.
    fn ended(&mut self, records: &Records, key: Option<&PublicKey>) -> Option<Misfit> {
        let end = records.end();
        let at = match end {
            Some(End::Truncated { at, .. }) => *at,
            _ => records.at(),
        };
        if !self.segment.is_empty() {
            return Some(self.in_segment(0, at, "stands behind the newest checkpoint"));
        }
        if !self.report.ended {
            let cut = "the session's end is missing: the recording was cut short here, or the \
                       program was killed";
            return Some(Misfit { name: "end".to_owned(), ..self.here(at, cut) });
        }
        if let Some(End::Truncated { why, .. }) = end {
            return Some(Misfit { name: "end".to_owned(), ..self.here(at, why.as_str()) });
        }
        if let Some(unsigned) = self.unsigned.take()
            && (key.is_some() || !self.report.keys.is_empty())
        {
            let what = "is not signed, and neither is anything behind it".to_owned();
            return Some(Misfit { what, unsigned: true, ..unsigned });
        }
        let other = key.and_then(|key| self.report.keys.iter().find(|of| *of != key));
        let what = format!("is signed by {}, not by the key given", other?);
        Some(Misfit { name: "recording".to_owned(), record: 0, ..self.here(0, what) })
    }
}

/// The tick of record `place`, or the newest tick before it.
fn tick_of(path: &Path, place: u64) -> Result<Option<u64>, ReadError> {
    let mut records = Records::open(path)?;
    let (mut topics, mut taken, mut tick) = (BTreeMap::new(), 0, None);
    while taken <= place {
        let Ok(Some(found)) = records.step() else { break };
        match records.record(&found)? {
            Record::Channel(channel) => {
                topics.insert(channel.id, channel.of_rfa());
            }
            Record::Message { header, data } => match topics.get(&header.channel) {
                Some(Some(Topic::Chain)) => continue,
                Some(Some(Topic::Tick)) => {
                    tick = decode(data).map(|TickNumber(tick)| tick).ok().or(tick);
                }
                _ => {}
            },
            _ => {}
        }
        taken += 1;
    }
    Ok(tick)
}
