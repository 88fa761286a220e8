//! Why a recording cannot be written.

use mcap::McapError;
use std::io;
use std::path::{Path, PathBuf};

/// Why recording failed. RF never depends on it; the console shows it and arming is refused.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}: {source}", path.display())]
pub struct RecordError {
    /// The file.
    pub path: PathBuf,
    /// What was being done.
    pub what: &'static str,
    /// Why it failed.
    pub source: RecordCause,
}

impl RecordError {
    /// The file was there already; nothing was touched.
    #[must_use]
    pub fn exists(&self) -> bool {
        let RecordCause::Io(error) = &self.source else { return false };
        error.kind() == io::ErrorKind::AlreadyExists
    }
}

/// The failure behind a [`RecordError`].
#[derive(Debug, thiserror::Error)]
pub enum RecordCause {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file format's writer refused.
    #[error("{}", mcap_words(.0))]
    Mcap(#[from] McapError),
    /// A row could not be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// The writer's own message hides the system's reason (a full disk, say) behind a general one.
fn mcap_words(error: &McapError) -> String {
    match error {
        McapError::Io(source) => source.to_string(),
        McapError::AttemptedWriteAfterFailure => "an earlier write failed".to_owned(),
        other => other.to_string(),
    }
}

pub(super) fn at<E: Into<RecordCause>>(
    path: &Path,
    what: &'static str,
) -> impl FnOnce(E) -> RecordError + use<E> {
    let path = path.to_owned();
    move |source| RecordError { path, what, source: source.into() }
}
