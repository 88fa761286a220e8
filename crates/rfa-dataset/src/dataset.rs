//! A folder of tables, to which sessions are added.

use crate::place;
use crate::table::{Column, TableWriter};
use crate::tables::{
    ROWS, SCHEMA, Session, SessionRow, StepOf, TICKS, TripOf, WHOLE, sessions, steps, trips,
};
use crate::ticks;
use parquet::file::reader::{FileReader, SerializedFileReader};
use rfa_fleet::SessionFigures;
use rfa_record::{Clock, End, Exported, Part, Recording};
use serde::Serialize;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Marks a folder as a dataset, and is locked while one is written into. Spark passes over names
/// that begin with an underscore.
const MARK: &str = "_rfa_dataset";
/// Files that are not whole yet.
const WRITING: &str = "_writing";
/// Bytes of the mark at most.
const MARK_BYTES_MAX: u64 = 64;

/// Why nothing more can be written.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder holds something else.
    #[error("{}: holds other files and is no dataset of rfa; name a new folder", path.display())]
    Other {
        /// The folder.
        path: PathBuf,
    },
    /// A later rfa has written into it.
    #[error(
        "{}: its tables are of {found:?}, and this program writes schema {SCHEMA}; use the rfa \
         that wrote them, or name a new folder", path.display()
    )]
    Later {
        /// The folder.
        path: PathBuf,
        /// What the mark says.
        found: String,
    },
    /// Somebody else is at it.
    #[error("{}: another export is writing into it; wait until it has ended", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// A recording cannot be used; the dataset is as it was.
    #[error("{0}")]
    Unusable(String),
}

/// What became of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// It was there already, as far as this recording goes, and nothing was written.
    pub there: bool,
    /// Ticks of the recording that could be read; 0 where the session was there whole.
    pub ticks: u64,
    /// Damaged places that were passed over.
    pub damaged: u64,
    /// What the session lacks, in words. `None`: the recording is finished, every tick on record is
    /// there, and the figures are of all of them.
    pub lacks: Option<String>,
}

/// What a session lacks that was read like this.
fn lacks(figures: &SessionFigures, exported: &Exported) -> Option<String> {
    let (counted, read) = (figures.ticks, exported.lines);
    Some(match exported.damaged {
        1 => "one damaged place".to_owned(),
        damaged if damaged > 1 => format!("{damaged} damaged places"),
        _ if exported.end != End::Finished || !figures.finished => "not finished".to_owned(),
        _ if exported.recovery_lost => "what recovery left of another recording".to_owned(),
        _ if counted != read => {
            format!("its figures are of {counted} ticks, and {read} are on record")
        }
        _ => return None,
    })
}

/// A dataset that is being written; nobody else writes into it meanwhile.
#[derive(Debug)]
pub struct Dataset {
    root: PathBuf,
    /// Locked as long as it is open.
    _mark: File,
}

impl Dataset {
    /// Makes the folder `root` a dataset, or goes on with the one that is there. What an export
    /// that was killed has left half written is taken away.
    ///
    /// # Errors
    /// [`DatasetError`]; nothing that is no dataset is touched.
    pub fn open(root: &Path) -> Result<Self, DatasetError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| DatasetError::Io { path, source }
        };
        fs::create_dir_all(root).map_err(at(root))?;
        let marked = root.join(MARK);
        let is_marked = || marked.try_exists().map_err(at(&marked));
        // Looked for again: what is there may be of an export that began just now.
        if !is_marked()? && fs::read_dir(root).map_err(at(root))?.next().is_some() && !is_marked()?
        {
            return Err(DatasetError::Other { path: root.to_owned() });
        }
        let mut mark = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&marked)
            .map_err(at(&marked))?;
        match mark.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DatasetError::Busy { path: root.to_owned() });
            }
            Err(TryLockError::Error(source)) => return Err(at(&marked)(source)),
        }
        if let Some(found) = schema(&mut mark).map_err(at(&marked))? {
            return Err(DatasetError::Later { path: root.to_owned(), found });
        }
        let writing = root.join(WRITING);
        if writing.try_exists().map_err(at(&writing))? {
            fs::remove_dir_all(&writing).map_err(at(&writing))?;
        }
        fs::create_dir(&writing).map_err(at(&writing))?;
        Ok(Self { root: root.to_owned(), _mark: mark })
    }

    /// Adds the session `key` from its recording `file`: its ticks, trips, steps, and last its own
    /// row, whose file says that the session is there. One that is there is left as it is; one that
    /// was not whole when it was written is written anew where there is more of it now, or it is
    /// whole now.
    ///
    /// # Errors
    /// [`DatasetError::Unusable`] where the recording cannot be read, [`DatasetError::Io`] where
    /// nothing can be written.
    pub fn add(&self, key: &str, file: &Path) -> Result<Written, DatasetError> {
        let unusable = |why: &dyn std::fmt::Display| DatasetError::Unusable(why.to_string());
        let recording = Recording::open(file).map_err(|e| unusable(&e))?;
        let header = recording.header();
        if header.key().map_err(|e| unusable(&e))? != key {
            return Err(unusable(&"another session has taken its place meanwhile"));
        }
        let started = match header.clock {
            Clock::Virtual => None,
            Clock::Wall { started_unix_us, .. } => Some(started_unix_us),
        };
        let folder = place::folder(started, &header.plan_id).map_err(|e| unusable(&e))?;
        let to = |table: &str| self.root.join(table).join(&folder).join(format!("{key}.parquet"));
        let there = Said::of(&to("sessions"))?;
        if there.is_some_and(|said| said.whole) {
            return Ok(Written { there: true, ticks: 0, damaged: 0, lacks: None });
        }
        // Just before the ticks: it may be growing, and both are to be of the same.
        let figures = rfa_fleet::figures(file, false).map_err(DatasetError::Unusable)?;
        let session = Session::of_header(&recording).map_err(|e| unusable(&e))?;
        let session = Arc::new(session);
        let of = Adding { dataset: self, session, key };
        let exported = of.ticks(&figures, &recording)?;
        let lacks = lacks(&figures, &exported);
        let whole = lacks.is_none();
        let there = !whole && there.is_some_and(|said| said.ticks >= exported.lines);
        let written = Written { there, ticks: exported.lines, damaged: exported.damaged, lacks };
        if there {
            of.drop_ticks()?;
            return Ok(written);
        }
        of.rest(&figures, &recording, exported.lines, whole)?;
        for table in ["ticks", "trips", "steps", "sessions"] {
            of.place(table, &to(table))?;
        }
        Ok(written)
    }
}

/// Reads the version of the tables from the mark, and writes the present one where there is none or
/// an older one. What the mark says, where this program cannot go on with it.
fn schema(mark: &mut File) -> io::Result<Option<String>> {
    let mut found = String::new();
    Read::take(&mut *mark, MARK_BYTES_MAX).read_to_string(&mut found)?;
    let found = found.trim();
    let version = found.strip_prefix("schema ").and_then(|text| text.parse::<i64>().ok());
    match version {
        Some(SCHEMA) => return Ok(None),
        Some(version) if version < SCHEMA => {}
        None if found.is_empty() => {}
        Some(_) | None => return Ok(Some(found.to_owned())),
    }
    mark.set_len(0)?;
    mark.rewind()?;
    writeln!(mark, "schema {SCHEMA}")?;
    Ok(None)
}

impl Drop for Dataset {
    fn drop(&mut self) {
        // Empty unless something went wrong, and then the next export clears it.
        let _ = fs::remove_dir(self.root.join(WRITING));
    }
}

/// What the file of a session's row says of the session.
#[derive(Debug, Clone, Copy)]
struct Said {
    ticks: u64,
    whole: bool,
}

impl Said {
    /// `None`: there is no such file, or it is none that can be read, and is written anew.
    fn of(path: &Path) -> Result<Option<Self>, DatasetError> {
        let io = |source| DatasetError::Io { path: path.to_owned(), source };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        let Ok(reader) = SerializedFileReader::new(file) else { return Ok(None) };
        let said = reader.metadata().file_metadata().key_value_metadata();
        let value = |key: &str| {
            let found = said.into_iter().flatten().find(|said| said.key == key);
            found.and_then(|said| said.value.as_deref())
        };
        // One that says nothing is written anew.
        let ticks = value(TICKS).and_then(|text| text.parse().ok()).unwrap_or(0);
        Ok(Some(Self { ticks, whole: value(WHOLE) == Some("true") }))
    }
}

/// A session on its way in.
struct Adding<'a> {
    dataset: &'a Dataset,
    session: Arc<Session>,
    key: &'a str,
}

impl Adding<'_> {
    /// Where a table stands until it is whole.
    fn writing(&self, table: &str) -> PathBuf {
        self.dataset.root.join(WRITING).join(format!("{}.{table}", self.key))
    }

    fn create(&self, table: &str) -> Result<(PathBuf, File), DatasetError> {
        let path = self.writing(table);
        match File::create(&path) {
            Ok(file) => Ok((path, file)),
            Err(source) => Err(DatasetError::Io { path, source }),
        }
    }

    fn ticks(
        &self,
        figures: &SessionFigures,
        recording: &Recording,
    ) -> Result<Exported, DatasetError> {
        use rfa_record::ExportError as Error;
        let (path, file) = self.create("ticks")?;
        let whole = |exported: &Exported| lacks(figures, exported).is_none();
        let written = ticks::write(recording, Part::default(), &self.session, file, &whole);
        written.map_err(|error| {
            let _ = fs::remove_file(&path);
            match error {
                Error::File(source) => {
                    DatasetError::Io { path: path.clone(), source: io::Error::other(source) }
                }
                error => DatasetError::Unusable(error.to_string()),
            }
        })
    }

    fn drop_ticks(&self) -> Result<(), DatasetError> {
        let path = self.writing("ticks");
        fs::remove_file(&path).map_err(|source| DatasetError::Io { path, source })
    }

    /// The tables but `ticks`.
    fn rest(
        &self,
        figures: &SessionFigures,
        recording: &Recording,
        lines: u64,
        whole: bool,
    ) -> Result<(), DatasetError> {
        let session = || Arc::clone(&self.session);
        let each = figures.trips.iter().cloned();
        let each = each.map(|trip| TripOf { session: session(), trip }).collect();
        self.table("trips", trips(), each, lines, whole)?;
        let each = figures.steps.iter().cloned();
        let each = each.map(|step| StepOf { session: session(), step }).collect();
        self.table("steps", steps(), each, lines, whole)?;
        let row = SessionRow {
            session: session(),
            header: recording.header().clone(),
            figures: figures.clone(),
            file: recording.path().display().to_string(),
            ticks: i64::try_from(lines).unwrap_or(i64::MAX),
            whole,
        };
        self.table("sessions", sessions(), vec![row], lines, whole)
    }

    fn table<R>(
        &self,
        table: &str,
        columns: Vec<Column<R>>,
        rows: Vec<R>,
        ticks: u64,
        whole: bool,
    ) -> Result<(), DatasetError> {
        let (path, file) = self.create(table)?;
        let mut said = self.session.said();
        said.push((ROWS, rows.len().to_string()));
        said.push((TICKS, ticks.to_string()));
        said.push((WHOLE, whole.to_string()));
        let write = || {
            let mut to = TableWriter::new(file, table, columns, &said)?;
            rows.into_iter().try_for_each(|row| to.push(row))?;
            to.finish()
        };
        write().map_err(|error| DatasetError::Io { path, source: io::Error::other(error) })
    }

    fn place(&self, table: &str, to: &Path) -> Result<(), DatasetError> {
        let io = |source| DatasetError::Io { path: to.to_owned(), source };
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(io)?;
        }
        fs::rename(self.writing(table), to).map_err(io)
    }
}

#[cfg(test)]
mod tests;
