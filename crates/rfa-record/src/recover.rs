//! A clean file from a broken one. Always a new file, renamed when it is whole.

use crate::{Damage, End, ReadError, RecordError, Recorder, Recording, Topic, whole_file};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What [`rewrite`] may do to a message on its way.
pub type Edit<'a> = &'a mut dyn FnMut(Topic, &mut Vec<u8>);

/// Why a recording could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
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
}

/// What was kept and what was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Messages kept, of each topic.
    pub kept: BTreeMap<Topic, u64>,
    /// How the old file ends.
    pub end: End,
    /// Bytes behind the last readable record.
    pub tail_bytes: u64,
    /// Damaged places that were passed over.
    pub damage: Vec<Damage>,
    /// Nothing was lost: the old file was whole.
    pub whole: bool,
}

/// Writes what can be read of the recording `from` into the new, finished recording `to`.
/// Messages are taken over byte for byte; nothing is added but a note that this was done.
///
/// # Errors
/// [`RecoverError`]; `to` is then not there.
pub fn recover(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<Recovered, RecoverError> {
    copy(from.as_ref(), to.as_ref(), true, &mut |_, _| {})
}

/// Copies the recording `from` to `to`, every message through `edit`, with new checksums.
///
/// # Errors
/// As [`recover`].
pub fn rewrite(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    edit: Edit<'_>,
) -> Result<Recovered, RecoverError> {
    copy(from.as_ref(), to.as_ref(), false, edit)
}

fn copy(from: &Path, to: &Path, note: bool, edit: Edit<'_>) -> Result<Recovered, RecoverError> {
    if to.try_exists().map_err(|source| io_error(to, source))? {
        return Err(RecoverError::Exists { path: to.to_owned() });
    }
    whole_file(to, |source| io_error(to, source), |partial| copy_into(from, partial, note, edit))
}

fn io_error(path: &Path, source: io::Error) -> RecoverError {
    RecoverError::Io { path: path.to_owned(), source }
}

fn copy_into(
    from: &Path,
    partial: &Path,
    note: bool,
    edit: Edit<'_>,
) -> Result<Recovered, RecoverError> {
    let recording = Recording::open(from)?;
    let bytes = fs::metadata(from).map_err(|source| io_error(from, source))?.len();
    let mut messages = recording.messages()?;
    let mut recorder = Recorder::create(partial, recording.header())?;
    let mut kept: BTreeMap<Topic, u64> = BTreeMap::new();
    let mut damage = Vec::new();
    let mut data = Vec::new();
    let mut chunk_at = None;
    loop {
        match messages.next() {
            Ok(None) => break,
            Ok(Some(message)) => {
                data.clear();
                data.extend_from_slice(message.data);
                edit(message.topic, &mut data);
                // The old file's chunks are the new file's: they end where events are.
                if chunk_at.replace(message.chunk_at).is_some_and(|at| at != message.chunk_at) {
                    recorder.flush()?;
                }
                recorder.put_copy(&message, &data)?;
                *kept.entry(message.topic).or_default() += 1;
            }
            Err(ReadError::Damaged { at, why, .. }) => damage.push(Damage { at, why }),
            Err(error) => return Err(error.into()),
        }
    }
    for file in messages.later_files() {
        recorder.attach(file.clone())?;
    }
    let end = messages.end().cloned().unwrap_or(End::Finished);
    let tail_bytes = match &end {
        End::Finished => 0,
        End::Truncated { at, .. } => bytes.saturating_sub(*at),
    };
    let whole = end == End::Finished && damage.is_empty();
    let report = Recovered { kept, end, tail_bytes, damage, whole };
    recorder.finish_copy(note.then(|| note_of(&report)))?;
    Ok(report)
}

fn note_of(report: &Recovered) -> BTreeMap<String, String> {
    [
        ("tail_bytes_lost", report.tail_bytes.to_string()),
        ("damaged_places", report.damage.len().to_string()),
        ("whole", report.whole.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}
