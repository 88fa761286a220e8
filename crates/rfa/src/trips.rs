//! The count of reset trips, kept per generator across power cycles (I13, hazards.md decision 7).
//!
//! A simulated generator's is never kept. The third reset locks out, and stays locked out in every
//! later session, until a supervisor removes the generator's line from the file.

use crate::exit::Stop;
use rfa_session::{DeviceKind, Identity};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Largest file read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// One generator's count.
#[derive(Debug, Clone)]
pub(crate) struct TripCount {
    /// `None`: not kept.
    file: Option<PathBuf>,
    serial: String,
    count: u8,
}

impl TripCount {
    /// The count kept for this generator.
    pub(crate) fn of(identity: &Identity) -> Result<Self, Stop> {
        match identity.kind {
            DeviceKind::Simulated { .. } | DeviceKind::Replay => Ok(Self::not_kept()),
            DeviceKind::Live => Self::read(&path()?, &identity.serial),
        }
    }

    const fn not_kept() -> Self {
        Self { file: None, serial: String::new(), count: 0 }
    }

    fn read(file: &Path, serial: &str) -> Result<Self, Stop> {
        let count = read_all(file)?.get(serial).copied().unwrap_or(0);
        Ok(Self { file: Some(file.to_owned()), serial: serial.to_owned(), count })
    }

    /// Trips reset before this session.
    pub(crate) const fn count(&self) -> u8 {
        self.count
    }

    /// Keeps a higher count, at once: the process may be killed in the next moment.
    pub(crate) fn keep(&mut self, count: u8) -> Result<(), Stop> {
        let Some(file) = self.file.as_deref().filter(|_| count > self.count) else {
            return Ok(());
        };
        let mut all = read_all(file)?;
        all.insert(self.serial.clone(), count);
        write_all(file, &all)?;
        self.count = count;
        Ok(())
    }
}

type Counts = BTreeMap<String, u8>;

fn read_all(file: &Path) -> Result<Counts, Stop> {
    let at = file.display();
    match std::fs::metadata(file) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Counts::new()),
        Err(e) => return Err(Stop::usage(format!("{at}: cannot be read: {e}"))),
        Ok(meta) if meta.len() > FILE_BYTES_MAX => {
            return Err(Stop::usage(format!(
                "{at}: {} bytes; at most {FILE_BYTES_MAX}",
                meta.len()
            )));
        }
        Ok(_) => {}
    }
    let text = std::fs::read_to_string(file)
        .map_err(|e| Stop::usage(format!("{at}: cannot be read: {e}")))?;
    // A count that cannot be read is not zero: nothing is armed on a guess.
    toml::from_str(&text).map_err(|e| {
        Stop::usage(format!(
            "{at}: {}; each line is SERIAL = COUNT. A supervisor has to mend the file",
            e.to_string().trim()
        ))
    })
}

/// A new file put in the old one's place, so that a power cut leaves one of the two.
fn write_all(file: &Path, counts: &Counts) -> Result<(), Stop> {
    let failed = |e: std::io::Error| Stop::failure(format!("{}: {e}", file.display()));
    let text = toml::to_string(counts).map_err(|e| Stop::failure(e.to_string()))?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let new = file.with_extension("toml.new");
    std::fs::write(&new, text).map_err(failed)?;
    std::fs::File::open(&new).and_then(|f| f.sync_all()).map_err(failed)?;
    std::fs::rename(&new, file).map_err(failed)
}

fn path() -> Result<PathBuf, Stop> {
    let base = std::env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state")))
        .ok_or_else(|| {
            Stop::usage("neither XDG_STATE_HOME nor HOME is set: trips cannot be kept")
        })?;
    Ok(base.join("rfa").join("trips.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// I13: the count survives; another generator's is its own.
    #[test]
    fn a_count_is_kept_per_generator_and_only_grows() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("state/trips.toml");
        let mut one = TripCount::read(&file, "A1").expect("nothing there yet");
        assert_eq!(one.count(), 0);
        one.keep(2).expect("writes");
        one.keep(1).expect("nothing to do");
        assert_eq!(TripCount::read(&file, "A1").expect("reads").count(), 2);
        assert_eq!(TripCount::read(&file, "B2").expect("reads").count(), 0);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("trips.toml");
        std::fs::write(&file, "A1 = -1").expect("writes");
        let stop = TripCount::read(&file, "A1").expect_err("must refuse");
        assert!(stop.message.contains("SERIAL = COUNT"), "{}", stop.message);
    }

    #[test]
    fn a_simulated_generators_count_is_never_kept() {
        let mut count = TripCount::not_kept();
        count.keep(3).expect("nothing to write");
        assert_eq!(count.count(), 0);
    }
}
