//! The parts of one session, put together.

use crate::copy::{ChainOf, Copier, Pass, into_new};
use crate::cut::file_hash;
use crate::export::first_tick_ns;
use crate::header::{CUT, MERGED, RECOVERED};
use crate::read::{Attachment, FoundMessage, Record, Records};
use crate::write::Refused;
use crate::{Attached, CopyError, Damage, End, ReadError, Recording, Topic};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::path::{Path, PathBuf};

/// Parts taken at most.
const PARTS_MAX: usize = 1_000;
/// Messages that two parts may both hold at most: about an hour.
const OVERLAP_MAX: usize = 1 << 20;

/// What the parts came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeReport {
    /// The parts, in the order of their ticks.
    pub parts: Vec<MergedPart>,
    /// Messages kept, of each topic.
    pub kept: BTreeMap<Topic, u64>,
    /// Messages that came in two parts and were taken once.
    pub twice: u64,
    /// It begins with the session's first tick, so that it can be re-executed.
    pub from_start: bool,
    /// Every part was whole.
    pub whole: bool,
}

/// What became of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergedPart {
    /// The file.
    pub path: PathBuf,
    /// How it ends.
    pub end: End,
    /// Its damaged places, which were passed over, the first 64.
    pub damage: Vec<Damage>,
}

/// Puts the parts of one session together, in the order of their ticks: cuts of one recording, or
/// what was recovered of it twice. What two parts both hold is taken once and has to be the same.
/// A recording holds one session: parts of others are refused. Where a part is not whole,
/// `rfa.recovered` says what it lacked.
///
/// # Errors
/// [`CopyError`]; `to` is then not there.
pub fn merge(from: &[PathBuf], to: impl AsRef<Path>) -> Result<MergeReport, CopyError> {
    let to = to.as_ref();
    if from.len() < 2 || from.len() > PARTS_MAX {
        let why = format!("{} parts; 2 to {PARTS_MAX} can be merged", from.len());
        return Err(CopyError::refused(to, why));
    }
    let mut parts = Vec::new();
    for path in from {
        let recording = Recording::open(path)?;
        let began = first_tick_ns(&recording, &mut || false)
            .map_err(|error| CopyError::refused(path, error.to_string()))?;
        let earliest_ns = earliest_ns(path)?;
        parts.push(Source { began, earliest_ns, recording });
    }
    parts.sort_by_key(|part| part.began);
    let Some((Source { recording: first, .. }, rest)) = parts.split_first() else {
        return Err(CopyError::refused(to, "no parts"));
    };
    for part in rest {
        same_session(first, &part.recording)?;
    }
    into_new(to, |partial| put_together(partial, first, &parts))
}

fn put_together(
    partial: &Path,
    first: &Recording,
    parts: &[Source],
) -> Result<MergeReport, CopyError> {
    let mut copier = Copier::create(partial, first, ChainOf::TheNew)?;
    copier.recorder.write_mark(MERGED, mark(parts)?)?;
    if let Some(cut) = first.mark(CUT).filter(|_| !first.from_start()) {
        copier.recorder.write_mark(CUT, cut.clone())?;
    }
    let mut pass = Parts::default();
    let mut told = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let behind = parts.iter().skip(place + 1);
        pass.later_from_ns = behind.filter_map(|part| part.earliest_ns).min();
        pass.first = place == 0;
        copier.take(&part.recording, &mut pass)?;
        let (path, end) = (part.recording.path().to_owned(), copier.end.clone());
        told.push(MergedPart { path, end, damage: take(&mut copier.damage) });
    }
    let (kept, whole) = (take(&mut copier.kept), copier.whole());
    copier.close()?;
    Ok(MergeReport { parts: told, kept, twice: pass.twice, from_start: first.from_start(), whole })
}

/// A part, before it is taken.
struct Source {
    /// Its first tick.
    began: u64,
    /// The earliest time of any of its messages, notes aside; absent: it has none.
    earliest_ns: Option<u64>,
    recording: Recording,
}

/// An intent or a lesion may stand in front of a part's first tick, and be older.
fn earliest_ns(path: &Path) -> Result<Option<u64>, CopyError> {
    let (mut records, mut notes, mut earliest) = (Records::open(path)?, BTreeSet::new(), None);
    loop {
        let found = match records.step() {
            Ok(None) => return Ok(earliest),
            Ok(Some(found)) => found,
            Err(ReadError::Damaged { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        match records.record(&found)? {
            Record::Channel(channel) if channel.of_rfa() == Some(Topic::Note) => {
                notes.insert(channel.id);
            }
            Record::Message { header, .. } if !notes.contains(&header.channel) => {
                let at_ns = header.log_time_ns;
                earliest = Some(earliest.map_or(at_ns, |before: u64| before.min(at_ns)));
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Parts {
    first: bool,
    /// The earliest message of the parts behind this one.
    later_from_ns: Option<u64>,
    /// Messages that the parts behind may hold too, with what they are.
    taken: BTreeMap<(u16, u32), [u8; 16]>,
    files: BTreeSet<[u8; 16]>,
    notes: BTreeSet<[u8; 16]>,
    last_tick: Option<u32>,
    twice: u64,
}

impl Pass for Parts {
    fn message(
        &mut self,
        topic: Option<Topic>,
        header: &mut FoundMessage,
        data: &mut Vec<u8>,
    ) -> Result<bool, Refused> {
        let key = (header.channel, header.sequence);
        let what = hash(&[&header.log_time_ns.to_le_bytes(), data]);
        if topic == Some(Topic::Note) {
            // Each part's notes have numbers of their own: what they say tells them apart.
            if self.notes.contains(&what) {
                self.twice += 1;
                return Ok(false);
            }
            header.sequence = u32::try_from(self.notes.len()).unwrap_or(u32::MAX);
            if self.notes.len() >= OVERLAP_MAX {
                return Err(format!("more than {OVERLAP_MAX} notes"));
            }
            self.notes.insert(what);
            return Ok(true);
        }
        let name = || topic.map_or("foreign", Topic::name);
        if let Some(before) = self.taken.get(&key) {
            if *before != what {
                let why = "is another than that of the part before; one of them was changed";
                return Err(format!("{} message {}: {why}", name(), header.sequence));
            }
            self.twice += 1;
            return Ok(false);
        }
        if topic == Some(Topic::Tick) {
            if self.last_tick.is_some_and(|last| header.sequence <= last) {
                let why = "lies inside the part before, which lacks it; cut it out first";
                return Err(format!("/tick message {}: {why}", header.sequence));
            }
            self.last_tick = Some(header.sequence);
        }
        if self.later_from_ns.is_some_and(|next| header.log_time_ns >= next) {
            if self.taken.len() >= OVERLAP_MAX {
                return Err(format!("more than {OVERLAP_MAX} messages are in two parts"));
            }
            self.taken.insert(key, what);
        }
        Ok(true)
    }

    fn metadata(&mut self, name: &str, _: &mut BTreeMap<String, String>) -> Result<bool, Refused> {
        Ok(self.first && ![CUT, MERGED, RECOVERED].contains(&name))
    }

    fn attachment(&mut self, attachment: &mut Attachment) -> bool {
        let Attached { name, media_type, data } = &attachment.file;
        self.files.insert(hash(&[name.as_bytes(), media_type.as_bytes(), data]))
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    short
}

/// Both are of one session, and say the same of it.
fn same_session(first: &Recording, part: &Recording) -> Result<(), CopyError> {
    let (a, b) = (first.header(), part.header());
    let refused = |why: String| Err(CopyError::refused(part.path(), why));
    let other = first.path().display();
    if a.limits.session != b.limits.session {
        let (ours, theirs) = (b.limits.session.0, a.limits.session.0);
        return refused(format!(
            "is of session {ours:08x}, and {other} of session {theirs:08x}; a recording holds one \
             session: keep those of a day as files in one folder"
        ));
    }
    let named = [
        ("plan", (&a.plan_id, &a.plan_toml) == (&b.plan_id, &b.plan_toml)),
        ("limits", a.limits == b.limits),
        ("program", a.program == b.program),
        ("generator", (&a.identity, a.seed) == (&b.identity, b.seed)),
        ("clock", a.clock == b.clock),
        ("count of trips before", a.trips_before == b.trips_before),
        ("version of rfa", (&a.rfa_version, &a.git_commit) == (&b.rfa_version, &b.git_commit)),
    ];
    match named.iter().find(|(_, same)| !same) {
        Some((name, _)) => refused(format!("has another {name} than {other}; not one session's")),
        None => Ok(()),
    }
}

fn mark(parts: &[Source]) -> Result<BTreeMap<String, String>, CopyError> {
    let mut mark = BTreeMap::from([("parts".to_owned(), parts.len().to_string())]);
    for (place, part) in parts.iter().enumerate() {
        mark.insert(format!("part_{}_blake3", place + 1), file_hash(part.recording.path())?);
    }
    Ok(mark)
}
