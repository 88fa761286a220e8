//! `rfa sweep`: what-if over many recordings and values.

use crate::cli::{Format, Output};
use crate::exit::{Exit, Stop};
use crate::output;
use crate::progress::Progress;
use crate::replay;
use crate::replay::text::{dose, number, option};
use crate::scenario::{in_parallel, processors};
use crate::treatment::on_signals;
use clap::Args;
use rfa_figures::summary::StepSummary;
use rfa_replay::whatif::{Figures, Noise, Session, Setting, Setup, grid};
use serde::Serialize;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Threads that are taken.
const JOBS: RangeInclusive<i64> = 1..=256;
/// Width of a table's column.
const CELL: usize = 12;

/// Which recordings, which values.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The recordings.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Numbers to set: KEY=V1,V2,...; may be given more than once, every combination is run.
    #[arg(long = "set", required = true, value_name = "KEY=V1,V2")]
    settings: Vec<String>,
    /// Draw the sensor's noise anew from this seed; without it the recorded noise is played back.
    #[arg(long)]
    seed: Option<u64>,
    /// Runs at once; without it, as many as there are processors.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(JOBS))]
    jobs: Option<u16>,
    #[command(flatten)]
    output: Output,
}

/// One run, or a recording that could not be asked.
#[derive(Debug, Serialize)]
struct Row {
    file: String,
    /// What is set; none in the row of the recording itself.
    settings: Option<Vec<Setting>>,
    figures: Option<Figures>,
    error: Option<String>,
    /// In the row of a recording that another rfa recorded: that, and what it means.
    other_rfa: Option<String>,
}

pub(crate) fn sweep(arguments: &Arguments) -> Result<Exit, Stop> {
    let asked = asked(arguments)?;
    let interrupted = on_signals()?;
    let jobs = arguments.jobs.map_or_else(processors, usize::from);
    let noise = arguments.seed.map_or(Noise::Recorded, Noise::Drawn);
    let total = arguments.files.len().saturating_mul(asked.len());
    let sweep =
        Sweep { asked: &asked, noise, progress: Progress::new(total), interrupted: &interrupted };
    let rows = sweep.run(&arguments.files, jobs);
    sweep.progress.end();
    let Some(rows) = rows else {
        let message = "interrupted: nothing is kept of a sweep that was not finished".to_owned();
        return Err(Stop { exit: Exit::Interrupted, message });
    };
    match arguments.output.format {
        Format::Json => output::json(&rows)?,
        Format::Text => output::line(text(&rows).trim_end())?,
    }
    let all = rows.iter().all(|row| row.error.is_none());
    Ok(if all { Exit::Ok } else { Exit::Loss })
}

/// Every combination; the first readable recording knows the keys.
fn asked(arguments: &Arguments) -> Result<Vec<Vec<Setting>>, Stop> {
    let of = |file: &PathBuf| Setup::of(file).map_err(|e| replay::stop(file, &e));
    let mut setups = arguments.files.iter().map(of);
    let first = setups.next().ok_or_else(|| Stop::usage("no recording is named"))?;
    let setup = first.or_else(|stop| setups.find_map(Result::ok).ok_or(stop))?;
    let lists = arguments.settings.iter().map(|text| setup.parse_list(text));
    let lists = lists.collect::<Result<Vec<_>, _>>().map_err(|e| Stop::usage(e.to_string()))?;
    grid(&lists, arguments.files.len()).map_err(|e| Stop::usage(e.to_string()))
}

struct Sweep<'a> {
    asked: &'a [Vec<Setting>],
    noise: Noise,
    progress: Progress,
    interrupted: &'a AtomicBool,
}

impl Sweep<'_> {
    /// Rows in the order of files and values, however many threads there are; none where it was
    /// interrupted. Few files are asked one after the other with their runs side by side, many
    /// side by side: then no more recordings are in memory than threads.
    fn run(&self, files: &[PathBuf], jobs: usize) -> Option<Vec<Row>> {
        let rows = if files.len() >= jobs {
            in_parallel(jobs, files, |file| self.file(file, 1))
        } else {
            files.iter().map(|file| self.file(file, jobs)).collect()
        };
        let whole: Option<Vec<Vec<Row>>> = rows.into_iter().collect();
        whole.map(|rows| rows.into_iter().flatten().collect())
    }

    fn over(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn file(&self, path: &Path, jobs: usize) -> Option<Vec<Row>> {
        if self.over() {
            return None;
        }
        let file = path.display().to_string();
        let opened = Session::open(path, false).map_err(|e| replay::stop(path, &e));
        let opened = opened.and_then(|session| {
            replay::refuse_poor(path, session.quality())?;
            Ok(session)
        });
        let session = match opened {
            Ok(session) => session,
            Err(stop) => {
                self.asked.iter().for_each(|_| self.progress.done(true));
                let error = Some(stop.message);
                return Some(vec![Row {
                    file,
                    settings: None,
                    figures: None,
                    error,
                    other_rfa: None,
                }]);
            }
        };
        let recorded = Row {
            file: file.clone(),
            settings: None,
            figures: Some(session.recorded().clone()),
            error: session.truncated().then(|| "it was not finished: this far".to_owned()),
            other_rfa: session.setup().other_rfa(Some(crate::COMMIT)),
        };
        let runs = in_parallel(jobs, self.asked, |settings| {
            let row = (!self.over()).then(|| self.one(&file, &session, settings));
            self.progress.done(row.as_ref().is_some_and(|row| row.error.is_some()));
            row
        });
        std::iter::once(Some(recorded)).chain(runs).collect()
    }

    fn one(&self, file: &str, session: &Session, settings: &[Setting]) -> Row {
        let ran = session.setup().with(settings).map_err(|e| e.to_string());
        let ran = ran.and_then(|setup| session.run(&setup, self.noise).map_err(|e| e.to_string()));
        let (figures, error) = match ran {
            Ok(run) => (Some(run.figures), None),
            Err(error) => (None, Some(error)),
        };
        let (file, settings) = (file.to_owned(), Some(settings.to_vec()));
        Row { file, settings, figures, error, other_rfa: None }
    }
}

fn text(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut file = "";
    for row in rows {
        if row.file != file {
            let gap = if text.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}{}\n", output::plain(&row.file)));
            text.push_str(&line("", &HEADS.map(str::to_owned)));
            file = &row.file;
        }
        let name = row.settings.as_ref().map_or("recorded".to_owned(), |settings| name(settings));
        if let Some(figures) = &row.figures {
            text.push_str(&line(&name, &cells(figures)));
        }
        for why in row.other_rfa.iter().chain(&row.error) {
            text.push_str(&format!("  {}\n", output::plain(why)));
        }
    }
    text
}

const HEADS: [&str; 8] =
    ["reached s", "overshoot K", "hold err K", "peak C", "energy J", "CEM43 min", "trips", "all"];

/// The slowest step's time, the largest of the others'.
fn cells(figures: &Figures) -> [String; 8] {
    let session = &figures.session;
    let worst = |of: fn(&StepSummary) -> Option<f64>| {
        session.steps.iter().filter_map(of).max_by(f64::total_cmp)
    };
    let trips = session.trips.iter().map(|trip| trip.rule.as_str());
    let trips: Vec<&str> = trips.collect();
    [
        option(worst(|step| step.reached_s), 2),
        option(worst(|step| step.overshoot_c_sensed), 2),
        option(worst(|step| step.mean_abs_error_c_sensed), 3),
        option(session.peak_c_sensed, 2),
        format!("{:.1}", session.energy_j),
        dose(figures),
        if trips.is_empty() { "none".to_owned() } else { trips.join(",") },
        if figures.complete { "yes" } else { "no" }.to_owned(),
    ]
}

fn name(settings: &[Setting]) -> String {
    let one = |setting: &Setting| format!("{}={}", setting.key, number(setting.value));
    settings.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn line(name: &str, cells: &[String; 8]) -> String {
    let mut text = format!("  {name:36}");
    for cell in cells {
        text.push_str(&format!("{cell:>CELL$}"));
    }
    text.push('\n');
    text
}
