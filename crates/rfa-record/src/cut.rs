//! A part of a recording as a recording.

use crate::copy::{ChainOf, Copier, Pass, into_new, io_error};
use crate::export::{Part, first_tick_ns, since_us};
use crate::header::CUT;
use crate::read::{Attachment, FoundMessage};
use crate::write::Refused;
use crate::{CopyError, Damage, End, LATENCY_LOG, Recording, Topic};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::mem::take;
use std::path::Path;

/// What a cut holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CutReport {
    /// Messages kept, of each topic.
    pub kept: BTreeMap<Topic, u64>,
    /// It begins with the session's first tick, so that it can be re-executed.
    pub from_start: bool,
    /// Damaged places of the old file that were passed over, the first 64.
    pub damage: Vec<Damage>,
    /// How the old file ends.
    pub end: End,
}

/// Writes what `part` holds of the recording `from` into the new recording `to`, messages byte
/// for byte. Metadata `rfa.cut` says so, with the BLAKE3 hash of the file it was cut from. The
/// session's summary and its log of times speak of all of it and are kept only where every tick is.
/// Where the old file is not whole, `rfa.recovered` says what it lacked.
///
/// # Errors
/// [`CopyError`], also where the part holds no tick; `to` is then not there.
pub fn cut(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    part: Part,
) -> Result<CutReport, CopyError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let recording = Recording::open(from)?;
    let began_ns = first_tick_ns(&recording, &mut || false)
        .map_err(|error| CopyError::refused(from, error.to_string()))?;
    let from_start = recording.from_start() && part.holds(0);
    let mark = mark(&recording, part, from_start)?;
    into_new(to, |partial| {
        let mut copier = Copier::create(partial, &recording, ChainOf::TheNew)?;
        copier.recorder.write_mark(CUT, mark)?;
        let mut pass = InPart { part, began_ns, left_out: !from_start };
        copier.take(&recording, &mut pass)?;
        if !copier.kept.contains_key(&Topic::Tick) {
            return Err(CopyError::refused(from, no_tick(part)));
        }
        let (kept, damage) = (take(&mut copier.kept), take(&mut copier.damage));
        let end = copier.end.clone();
        copier.close()?;
        Ok(CutReport { kept, from_start, damage, end })
    })
}

struct InPart {
    part: Part,
    began_ns: u64,
    /// A tick of the session is not in the part.
    left_out: bool,
}

impl Pass for InPart {
    fn message(
        &mut self,
        topic: Option<Topic>,
        header: &mut FoundMessage,
        _: &mut Vec<u8>,
    ) -> Result<bool, Refused> {
        let holds = self.part.holds(since_us(header.log_time_ns, self.began_ns));
        self.left_out |= !holds && topic == Some(Topic::Tick);
        Ok(holds && !(self.left_out && topic == Some(Topic::Summary)))
    }

    fn metadata(&mut self, name: &str, _: &mut BTreeMap<String, String>) -> Result<bool, Refused> {
        Ok(name != CUT)
    }

    fn attachment(&mut self, attachment: &mut Attachment) -> bool {
        !(self.left_out && attachment.file.name == LATENCY_LOG)
    }
}

fn mark(
    recording: &Recording,
    part: Part,
    from_start: bool,
) -> Result<BTreeMap<String, String>, CopyError> {
    let mut mark = BTreeMap::new();
    let mut put = |key: &str, value: String| mark.insert(key.to_owned(), value);
    put("source_blake3", file_hash(recording.path())?);
    put("from_start", from_start.to_string());
    for (key, bound) in [("from_us", part.from_us), ("until_us", part.until_us)] {
        if let Some(us) = bound {
            put(key, us.to_string());
        }
    }
    Ok(mark)
}

/// The BLAKE3 hash of a whole file, hexadecimal.
pub(crate) fn file_hash(path: &Path) -> Result<String, CopyError> {
    let hash = || {
        let mut hasher = blake3::Hasher::new();
        std::io::copy(&mut File::open(path)?, &mut hasher)?;
        Ok(hasher.finalize().to_hex().to_string())
    };
    hash().map_err(|source| io_error(path, source))
}

fn no_tick(part: Part) -> String {
    let bound = |us: Option<i64>, word: &str| {
        us.map_or(word.to_owned(), |us| format!("{:.3} s", us as f64 / 1e6))
    };
    let (from, until) = (bound(part.from_us, "the start"), bound(part.until_us, "the end"));
    format!("holds no tick from {from} to {until}; `rfa rec info` tells its length")
}
