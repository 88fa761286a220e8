//! Recordings in folders.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Recordings taken at most: a clinic's for a century.
pub const FILES_MAX: usize = 1_000_000;

/// Folders inside each other at most.
const DEPTH_MAX: usize = 64;

/// Why the recordings cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Folders inside each other without end.
    #[error("{}: {DEPTH_MAX} folders deep; name the folder itself", path.display())]
    Deep {
        /// The folder.
        path: PathBuf,
    },
    /// More than can be taken at once.
    #[error("more than {FILES_MAX} recordings; name fewer folders")]
    Many,
}

/// The recordings at `paths`, each once, in the order of their paths: a file as it is named, of a
/// folder every `.mcap` file in it and in the folders below. Links to folders are not followed.
///
/// # Errors
/// [`FindError`]: nothing is left out in silence.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FindError> {
    let mut found = BTreeSet::new();
    for path in paths {
        let kind =
            fs::metadata(path).map_err(|source| FindError::Io { path: path.clone(), source });
        if kind?.is_dir() {
            folder(path, DEPTH_MAX, &mut found)?;
        } else {
            add(path.clone(), &mut found)?;
        }
    }
    Ok(found.into_iter().collect())
}

fn folder(path: &Path, depth: usize, found: &mut BTreeSet<PathBuf>) -> Result<(), FindError> {
    let io = |source| FindError::Io { path: path.to_owned(), source };
    let deeper = depth.checked_sub(1).ok_or_else(|| FindError::Deep { path: path.to_owned() })?;
    for entry in fs::read_dir(path).map_err(io)? {
        let entry = entry.map_err(io)?;
        let inside = entry.path();
        if entry.file_type().map_err(io)?.is_dir() {
            folder(&inside, deeper, found)?;
        } else if inside.extension().is_some_and(|ending| ending == "mcap") {
            add(inside, found)?;
        }
    }
    Ok(())
}

fn add(path: PathBuf, found: &mut BTreeSet<PathBuf>) -> Result<(), FindError> {
    if found.len() >= FILES_MAX {
        return Err(FindError::Many);
    }
    found.insert(path);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_recording_once_in_the_order_of_paths() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/deep")).expect("folders");
        for name in ["b/deep/2.mcap", "b/1.mcap", "a.mcap", "a.mcap.partial", "notes.txt", "other"]
        {
            fs::write(at(name), b"").expect("writes");
        }
        std::os::unix::fs::symlink(folder.path(), at("b/loop")).expect("a link");
        let paths = [at("other"), folder.path().to_owned(), at("b/1.mcap")];
        let found = find(&paths).expect("lists");
        assert_eq!(found, ["a.mcap", "b/1.mcap", "b/deep/2.mcap", "other"].map(at));
        let error = find(&[at("nope")]).expect_err("not there").to_string();
        assert!(error.contains("nope: No such file"), "{error}");
    }

    #[test]
    fn folders_too_deep_are_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let deep = folder.path().join(["d"; DEPTH_MAX + 1].join("/"));
        fs::create_dir_all(&deep).expect("folders");
        let error = find(&[folder.path().to_owned()]).expect_err("too deep").to_string();
        assert!(error.contains("64 folders deep"), "{error}");
    }
}
