//! `rfa stats`: what many sessions came to. Nothing here can open a device.

mod text;

use crate::exit::{Exit, Stop};
use crate::output;
use crate::progress::Progress;
use crate::scenario::{in_parallel, processors};
use clap::{Args, ValueEnum};
use rfa_fleet::{By, Statistics, each_once};
use std::path::PathBuf;

/// Recordings to sum up, and how.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Recordings, and folders with recordings (.mcap) in them or below.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Compute everything from the ticks, whatever the summaries say.
    #[arg(long)]
    recompute: bool,
    /// Groups beside all sessions, separated by commas.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["plan", "electrode"])]
    by: Vec<GroupBy>,
    /// Threads, 1 to 256; without it, as many as there are processors. The result is the same.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    /// Text for people, JSON and CSV for machines, Markdown for documents.
    #[arg(long, value_enum, default_value_t = StatsFormat::Text)]
    format: StatsFormat,
}

/// What sessions are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum GroupBy {
    /// The plan's short name.
    Plan,
    /// The plan's electrode.
    Electrode,
    /// The site's name.
    Site,
}

impl From<GroupBy> for By {
    fn from(by: GroupBy) -> Self {
        match by {
            GroupBy::Plan => Self::Plan,
            GroupBy::Electrode => Self::Electrode,
            GroupBy::Site => Self::Site,
        }
    }
}

/// How statistics are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatsFormat {
    /// For people.
    Text,
    /// For machines: one JSON value on stdout.
    Json,
    /// For machines: a table, a line for each figure of each group.
    Csv,
    /// For documents: a Markdown table for each group.
    Md,
}

pub(crate) fn stats(arguments: &Arguments) -> Result<Exit, Stop> {
    let Arguments { paths, recompute, by, threads, format } = arguments;
    let files = rfa_fleet::find(paths).map_err(|e| Stop::usage(e.to_string()))?;
    if files.is_empty() {
        let folders: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        let folders = folders.join(", ");
        return Err(Stop::usage(format!("{folders}: no recording (.mcap) in it or below")));
    }
    let progress = Progress::new(files.len());
    let threads = threads.map_or_else(processors, usize::from);
    let figures = in_parallel(threads, &files, |file| {
        let figures = rfa_fleet::figures(file, *recompute);
        progress.done(figures.is_err());
        figures
    });
    progress.end();
    let once = each_once(files.iter().map(PathBuf::as_path).zip(figures));
    let mut groups: Vec<By> = by.iter().map(|by| By::from(*by)).collect();
    groups.sort_unstable();
    groups.dedup();
    let statistics = Statistics::of(&once, &groups);
    print(&statistics, *format)?;
    Ok(if statistics.unusable.is_empty() { Exit::Ok } else { Exit::Loss })
}

fn print(statistics: &Statistics, format: StatsFormat) -> Result<(), Stop> {
    let table = match format {
        StatsFormat::Json => return output::json(statistics),
        StatsFormat::Text => return output::line(text::text(statistics).trim_end()),
        StatsFormat::Csv => text::csv(statistics)
            .map_err(|e| Stop::failure(format!("the table cannot be written: {e}")))?,
        StatsFormat::Md => text::markdown(statistics),
    };
    // A table has no place for what is told of files.
    for line in text::told(statistics) {
        eprintln!("{line}");
    }
    output::line(table.trim_end())
}
