//! Each session once, however many files hold it.

use crate::{Basis, SessionFigures};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A file that something is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileTold {
    /// Its path.
    pub file: String,
    /// What.
    pub why: String,
}

impl FileTold {
    /// `why` is told of `file`.
    #[must_use]
    pub fn new(file: &Path, why: impl Into<String>) -> Self {
        Self { file: file.display().to_string(), why: why.into() }
    }
}

/// What became of files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Once {
    /// Files looked at.
    pub files: u64,
    /// The sessions, in the order of the files.
    pub sessions: Vec<SessionFigures>,
    /// Files of a session that another file holds too: copies, what recovery left.
    pub twice: Vec<FileTold>,
    /// Files that could not be used, and why.
    pub unusable: Vec<FileTold>,
}

/// Takes of what [`figures`](crate::figures) gave for each file every session once: of two files of
/// one session the one with its summary, and else the first. A file with a summary may have damaged
/// places all the same: only who reads all of it knows.
pub fn each_once<'a>(
    files: impl IntoIterator<Item = (&'a Path, Result<SessionFigures, String>)>,
) -> Once {
    let mut once = Once::default();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (file, figures) in files {
        once.files += 1;
        let mut figures = match figures {
            Ok(figures) => figures,
            Err(why) => {
                once.unusable.push(FileTold::new(file, why));
                continue;
            }
        };
        let place = *places.entry(figures.session.clone()).or_insert(once.sessions.len());
        let Some(first) = once.sessions.get_mut(place) else {
            once.sessions.push(figures);
            continue;
        };
        if first.basis != Basis::Summary && figures.basis == Basis::Summary {
            std::mem::swap(first, &mut figures);
        }
        let why = format!("the same session as {}, which is taken", first.file.display());
        once.twice.push(FileTold::new(&figures.file, why));
    }
    once
}
