//! New files that are whole or not there.

use std::ffi::OsString;
use std::path::Path;
use std::{fs, io};

/// Lets `write` make a file under another name beside `to`, and gives it its name when it is whole.
/// Whether `to` is there already is the caller's to ask. Of a failure nothing is left behind.
///
/// # Errors
/// That of `write`; what `failed` makes of a partial file that is there already and not ours, and
/// of a name that cannot be given.
pub fn whole_file<T, E>(
    to: &Path,
    failed: impl Fn(io::Error) -> E,
    write: impl FnOnce(&Path) -> Result<T, E>,
) -> Result<T, E> {
    let mut name = to.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".partial");
    let partial = to.with_file_name(name);
    if partial.try_exists().map_err(&failed)? {
        let why = format!("{} is there already", partial.display());
        return Err(failed(io::Error::new(io::ErrorKind::AlreadyExists, why)));
    }
    let placed = write(&partial).and_then(|written| {
        fs::rename(&partial, to).map_err(&failed)?;
        Ok(written)
    });
    if placed.is_err() {
        let _ = fs::remove_file(&partial);
    }
    placed
}
