//! A clean file from a broken one. Always a new file, renamed when it is whole.

use crate::copy::{AsItIs, ChainOf, Copier, Pass, into_new};
use crate::read::FoundMessage;
use crate::write::Refused;
use crate::{CheckpointKind, CopyError, Damage, End, Recording, Topic};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What [`rewrite`] may do to a message on its way.
pub type Edit<'a> = &'a mut dyn FnMut(Topic, &mut Vec<u8>);

/// What was kept and what was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Messages kept, of each topic.
    pub kept: BTreeMap<Topic, u64>,
    /// How the old file ends.
    pub end: End,
    /// Bytes behind the last readable record.
    pub tail_bytes: u64,
    /// Damaged places that were passed over, the first 64.
    pub damage: Vec<Damage>,
    /// Nothing was lost: the old file was whole, and held nothing that is of no rfa.
    pub whole: bool,
}

/// Writes what can be read of the recording `from` into the new, finished recording `to`.
/// Records are taken over byte for byte; nothing is added but a note that this was done.
///
/// # Errors
/// [`CopyError`]; `to` is then not there.
pub fn recover(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<Recovered, CopyError> {
    copy(from.as_ref(), to.as_ref(), true, &mut AsItIs)
}

/// Copies the recording `from` to `to`, every message of rfa through `edit`, with new checksums.
///
/// # Errors
/// As [`recover`].
pub fn rewrite(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    edit: Edit<'_>,
) -> Result<Recovered, CopyError> {
    copy(from.as_ref(), to.as_ref(), false, &mut Edited(edit))
}

struct Edited<'a>(Edit<'a>);

impl Pass for Edited<'_> {
    fn message(
        &mut self,
        topic: Option<Topic>,
        _: &mut FoundMessage,
        data: &mut Vec<u8>,
    ) -> Result<bool, Refused> {
        if let Some(topic) = topic {
            (self.0)(topic, data);
        }
        Ok(true)
    }
}

fn copy(from: &Path, to: &Path, note: bool, pass: &mut dyn Pass) -> Result<Recovered, CopyError> {
    let recording = Recording::open(from)?;
    into_new(to, |partial| {
        let mut copier = Copier::create(partial, &recording, ChainOf::TheOld)?;
        copier.take(&recording, pass)?;
        if note {
            copier.write_recovered()?;
        }
        let whole = copier.whole();
        let Copier { recorder, kept, damage, end, tail_bytes, .. } = copier;
        let report = Recovered { kept, end, tail_bytes, damage, whole };
        if note && recorder.chained() {
            recorder.close_with(CheckpointKind::Added, None)?;
        } else {
            recorder.close()?;
        }
        Ok(report)
    })
}
