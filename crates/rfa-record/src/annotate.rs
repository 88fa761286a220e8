//! Notes and files added to a recording: a copy with one record more.

use crate::copy::{AsItIs, ChainOf, Copier, into_new};
use crate::export::{first_tick_ns, since_us};
use crate::message::NoteMessage;
use crate::read::FILES_MAX;
use crate::{
    Attached, CheckError, CheckReport, CheckpointKind, CopyError, Recording, SigningKey, check,
};
use std::path::Path;

/// Characters of a note at most.
const NOTE_CHARS_MAX: usize = 10_000;
/// Bytes of an attached file at most: a reader takes records up to 16 MiB.
pub const ATTACHED_FILE_BYTES_MAX: usize = 15 << 20;

/// Copies the recording `from` to the new file `to` with a note: at `at_us` since the first tick,
/// or, where that is absent, at its end. A checkpoint behind it covers it, signed by `key`.
///
/// # Errors
/// [`CopyError`], also for a recording that is not whole (recover it first); `to` is then not
/// there.
pub fn annotate(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    note: &NoteMessage,
    at_us: Option<i64>,
    key: Option<SigningKey>,
) -> Result<(), CopyError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let chars = note.text.chars().count();
    if note.text.trim().is_empty() || chars > NOTE_CHARS_MAX {
        let why = format!("a note of {chars} characters; 1 to {NOTE_CHARS_MAX} can be kept");
        return Err(CopyError::refused(from, why));
    }
    add(from, to, key, |recording, copier| {
        let at_ns = match at_us {
            None => copier.recorder.newest_ns(),
            Some(us) => {
                let began = first_tick_ns(recording, &mut || false)
                    .map_err(|error| CopyError::refused(from, error.to_string()))?;
                moment(from, began, copier.recorder.newest_ns(), us)?
            }
        };
        Ok(copier.recorder.write_note(at_ns, note)?)
    })
}

/// The moment `us` after the first tick, which has to be one of the recording.
fn moment(from: &Path, began_ns: u64, newest_ns: u64, us: i64) -> Result<u64, CopyError> {
    let span_us = since_us(newest_ns, began_ns);
    match u64::try_from(us).ok().and_then(|us| us.checked_mul(1_000)) {
        Some(ns) if us <= span_us => Ok(began_ns.saturating_add(ns)),
        _ => {
            let (asked, last) = (us as f64 / 1e6, span_us as f64 / 1e6);
            let why = format!(
                "a note at {asked:.3} s; the recording is from 0.000 s to {last:.3} s, counted from \
                 its first tick"
            );
            Err(CopyError::refused(from, why))
        }
    }
}

/// Copies the recording `from` to the new file `to` with a further file kept inside.
///
/// # Errors
/// As [`annotate`], and where a file of that name is kept inside already.
pub fn attach(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    file: &Attached,
    key: Option<SigningKey>,
) -> Result<(), CopyError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    if file.data.len() > ATTACHED_FILE_BYTES_MAX {
        let (name, most) = (&file.name, ATTACHED_FILE_BYTES_MAX);
        let why = format!("{name:?} is longer than {most} bytes; at most that many can be kept");
        return Err(CopyError::refused(from, why));
    }
    add(from, to, key, |recording, copier| {
        let files = recording.all_files()?;
        if files.len() >= FILES_MAX {
            let why =
                format!("keeps {FILES_MAX} files already; a recording takes at most {FILES_MAX}");
            return Err(CopyError::refused(from, why));
        }
        if files.contains(&file.name) {
            let why = format!("keeps a file {:?} already; give the new one another", file.name);
            return Err(CopyError::refused(from, why));
        }
        let at_ns = copier.recorder.newest_ns();
        Ok(copier.recorder.attach(at_ns, file)?)
    })
}

/// Copies the recording `from` to the new file `to` with a checkpoint signed by `key`, which
/// vouches for everything in front of it. What does not fit its chain is not signed.
///
/// # Errors
/// As [`annotate`], and where [`check`] finds a record that does not fit.
pub fn sign(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    key: SigningKey,
) -> Result<(), CopyError> {
    let (from, to) = (from.as_ref(), to.as_ref());
    let refused = |why: String| Err(CopyError::refused(from, why));
    match check(from, None) {
        Ok(CheckReport { misfit: Some(misfit), .. }) if !misfit.only_unsigned() => {
            return refused(format!("a signature would vouch for what does not fit: {misfit}"));
        }
        Ok(_) => {}
        Err(CheckError::Read(error)) => return Err(error.into()),
        Err(error @ CheckError::NoChain { .. }) => return refused(error.to_string()),
    }
    add(from, to, Some(key), |_, _| Ok(()))
}

/// A copy, as it is, and what `more` adds.
fn add(
    from: &Path,
    to: &Path,
    key: Option<SigningKey>,
    more: impl FnOnce(&Recording, &mut Copier) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let recording = Recording::open(from)?;
    into_new(to, |partial| {
        let mut copier = Copier::create(partial, &recording, ChainOf::TheOld)?;
        copier.take(&recording, &mut AsItIs)?;
        if !copier.whole() {
            let why = "is not whole; `rfa rec recover` makes a whole file of what is there";
            return Err(CopyError::refused(from, why));
        }
        more(&recording, &mut copier)?;
        let Copier { recorder, .. } = copier;
        if recorder.chained() {
            Ok(recorder.close_with(CheckpointKind::Added, key)?)
        } else {
            Ok(recorder.close()?)
        }
    })
}
