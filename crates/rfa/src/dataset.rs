//! `rfa export-dataset`: a fleet's recordings as partitioned Parquet. Nothing here can open a
//! device.

use crate::cli::{Format, Output};
use crate::exit::{Exit, Stop};
use crate::output;
use crate::progress::Progress;
use crate::scenario::{in_parallel, processors};
use clap::Args;
use rfa_dataset::{Dataset, DatasetError, Written};
use rfa_fleet::{FileTold, Once, SessionFigures, each_once};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// What the long help says.
pub(crate) const HELP: &str = "\
Examples:
  rfa export-dataset recordings dataset
  rfa export-dataset recordings dataset --threads 2 --format json

Tables `sessions`, `steps`, `trips` and `ticks`, one file of each a session, in folders by date and
plan: DuckDB, polars and Spark read them as they are (docs/dataset.md: every column, and a query for
each). The figures are those of `rfa stats`. A session that is in the dataset is left as it is: the
same command adds what is new. A session that is in the folder twice is written once, from the file
with more of it, and told.
Exit 0: every session is there. Exit 3: some could not be used, or have damaged places; each is
told.";

/// Recordings, and where their data go.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder with recordings (.mcap) in it or below, or one recording.
    #[arg(value_name = "DIR")]
    from: PathBuf,
    /// Folder of the dataset: a new one, or one that this command has written.
    #[arg(value_name = "OUT")]
    to: PathBuf,
    /// Threads, 1 to 256; without it, as many as there are processors. The result is the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    #[command(flatten)]
    output: Output,
}

/// What came of an export.
#[derive(Debug, Default, Serialize)]
struct Report {
    dataset: String,
    files: u64,
    /// Sessions written now, and their ticks.
    written: u64,
    ticks: u64,
    /// Sessions that were there before.
    there: u64,
    /// Files of a session that another file holds too.
    twice: Vec<FileTold>,
    /// Written as far as they go.
    not_whole: Vec<FileTold>,
    unusable: Vec<FileTold>,
    /// Places that could not be read, in all of them.
    damaged: u64,
}

pub(crate) fn export(arguments: &Arguments) -> Result<Exit, Stop> {
    let Arguments { from, to, threads, output } = arguments;
    let files = rfa_fleet::find(std::slice::from_ref(from));
    let files = files.map_err(|e| Stop::usage(e.to_string()))?;
    if files.is_empty() {
        let from = from.display();
        return Err(Stop::usage(format!("{from}: no recording (.mcap) in it or below")));
    }
    let dataset = Dataset::open(to).map_err(stop)?;
    let threads = threads.map_or_else(processors, usize::from);
    let progress = Progress::new(2 * files.len());
    let figures = in_parallel(threads, &files, |file| {
        let figures = rfa_fleet::figures(file, false);
        progress.done(figures.is_err());
        figures
    });
    let mut copies: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for SessionFigures { session, file, .. } in figures.iter().flatten() {
        copies.entry(session.clone()).or_default().push(file.clone());
    }
    let Once { files, sessions, twice, unusable } =
        each_once(files.iter().map(PathBuf::as_path).zip(figures));
    // The bar has two for each file; these have no second.
    (0..twice.len() + unusable.len()).for_each(|_| progress.done(false));
    let dataset_at = to.display().to_string();
    let mut report = Report { dataset: dataset_at, files, twice, unusable, ..Report::default() };
    // A disk that is full is full for all.
    let failed = AtomicBool::new(false);
    let added = in_parallel(threads, &sessions, |session| {
        if failed.load(Ordering::Relaxed) {
            return None;
        }
        let files = copies.get(&session.session).map_or(&[][..], Vec::as_slice);
        let added = add(&dataset, session, files);
        let unusable = matches!(added, Err(DatasetError::Unusable(_)));
        failed.fetch_or(added.is_err() && !unusable, Ordering::Relaxed);
        progress.done(added.is_err());
        Some(added)
    });
    progress.end();
    for (session, added) in sessions.iter().zip(added) {
        match added {
            None => {}
            Some(Ok((file, added))) => {
                report.taken(&session.file, &file);
                report.count(&file, &added);
            }
            Some(Err(DatasetError::Unusable(why))) => {
                let file = format!("{}: ", session.file.display());
                let why = why.strip_prefix(&file).unwrap_or(&why);
                report.unusable.push(FileTold::new(&session.file, why));
            }
            Some(Err(error)) => return Err(stop(error)),
        }
    }
    report.tell(output.format)
}

/// Adds a session from its file; where that lacks something, from another of its `files` too, and
/// what has more of it stays. The file that was taken, and what became of it.
fn add(
    dataset: &Dataset,
    session: &SessionFigures,
    files: &[PathBuf],
) -> Result<(PathBuf, Written), DatasetError> {
    let add =
        |file: &Path| dataset.add(&session.session, file).map(|written| (file.to_owned(), written));
    let mut best = add(&session.file);
    for file in files.iter().filter(|file| **file != session.file) {
        match &best {
            Ok((_, Written { lacks: None, .. })) => break,
            Ok(_) | Err(DatasetError::Unusable(_)) => {}
            Err(_) => break,
        }
        let other = add(file);
        let better = match (&best, &other) {
            (_, Err(error)) => !matches!(error, DatasetError::Unusable(_)),
            (Err(_), Ok(_)) => true,
            (Ok((_, best)), Ok((_, other))) => {
                !other.there || other.lacks.is_none() || (best.there && other.ticks > best.ticks)
            }
        };
        if better {
            best = other;
        }
    }
    best
}

fn stop(error: DatasetError) -> Stop {
    match error {
        DatasetError::Io { .. } | DatasetError::Unusable(_) => Stop::failure(error.to_string()),
        DatasetError::Other { .. } | DatasetError::Later { .. } | DatasetError::Busy { .. } => {
            Stop::usage(error.to_string())
        }
    }
}

impl Report {
    fn count(&mut self, file: &Path, added: &Written) {
        if added.there {
            self.there += 1;
        } else {
            self.written += 1;
            self.ticks = self.ticks.saturating_add(added.ticks);
        }
        self.damaged = self.damaged.saturating_add(added.damaged);
        if let Some(lacks) = &added.lacks {
            let why = if added.there {
                format!("there already; {lacks}")
            } else {
                format!("{lacks}; what could be read is written")
            };
            self.not_whole.push(FileTold::new(file, why));
        }
    }

    /// Another file of a session turned out to have more of it than the one that was taken first.
    fn taken(&mut self, first: &Path, taken: &Path) {
        if first == taken {
            return;
        }
        let [first_at, taken_at] = [first, taken].map(|path| path.display().to_string());
        let before = format!("the same session as {first_at}, which is taken");
        let why = format!("the same session as {taken_at}, which is taken");
        for told in self.twice.iter_mut().filter(|told| told.why == before) {
            if told.file == taken_at {
                told.file.clone_from(&first_at);
            }
            told.why.clone_from(&why);
        }
    }

    /// The result on stdout, what is told of files on stderr.
    fn tell(&self, format: Format) -> Result<Exit, Stop> {
        let told =
            [("not used", &self.unusable), ("not whole", &self.not_whole), ("twice", &self.twice)];
        for (what, files) in told {
            for FileTold { file, why } in files {
                eprintln!("{}", output::plain(&format!("{what}: {file}: {why}")));
            }
        }
        match format {
            Format::Json => output::json(self)?,
            Format::Text => output::line(&format!(
                "{} files: {} sessions with {} ticks written to {}, {} there already; {} files of \
                 a session twice, {} not used",
                self.files,
                self.written,
                self.ticks,
                self.dataset,
                self.there,
                self.twice.len(),
                self.unusable.len()
            ))?,
        }
        let all = self.unusable.is_empty() && self.damaged == 0;
        Ok(if all { Exit::Ok } else { Exit::Loss })
    }
}
