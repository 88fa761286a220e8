//! `rfa scenario`: treatments with faults and operator acts, run and judged.
//!
//! `prepare` reads a file with the plan and tissue it names, `bench` is a whole treatment in this
//! process, `watch` what is kept of it, `judge` whether it is as expected, `report` and `junit`
//! what is told. `from_recording` makes a file of a session that was. Nothing here decides over a
//! treatment.

mod arguments;
mod bench;
mod from_recording;
mod judge;
mod junit;
mod live;
mod pool;
mod prepare;
mod report;
mod run;
mod stall;
mod watch;

use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::treatment::on_signals;
pub(crate) use arguments::ScenarioCommand;
use arguments::{Files, Run as RunArguments};
pub(crate) use bench::{Bench, Scratch, Treatment, re_execute};
pub(crate) use judge::{Outcome, Treated};
pub(crate) use pool::{all as in_parallel, processors};
pub(crate) use prepare::{Prepared, files as toml_files, prepare_all};
use prepare::{Refused, prepare};
use report::{Judged, Results};
pub(crate) use report::{counted, one_line, shell_word};
use rfa_plan::FileErrors;
use rfa_scenario::Run;
use run::RunResult;
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
pub(crate) use watch::{Sample, Seen, Watched};

/// What `init` writes.
const EXAMPLE: &str = include_str!("scenario/example.toml");

pub(crate) fn scenario(command: ScenarioCommand) -> Result<Exit, Stop> {
    match command {
        ScenarioCommand::Run(arguments) => run_files(&arguments),
        ScenarioCommand::Check(files) => check(&files),
        ScenarioCommand::List(files) => list(&files),
        ScenarioCommand::Init { file } => init(&file),
        ScenarioCommand::FromRecording(arguments) => from_recording::from_recording(&arguments),
    }
}

fn run_files(arguments: &RunArguments) -> Result<Exit, Stop> {
    let began = Instant::now();
    let prepared = prepare_all(&toml_files(&arguments.files.files)?)?;
    let only = arguments.only.as_deref();
    let chosen = |run: &&Run| only.is_none_or(|only| run.label == only || run.id() == only);
    let tasks: Vec<(usize, &Run)> = prepared
        .iter()
        .enumerate()
        .flat_map(|(index, one)| {
            one.scenario.runs.iter().filter(chosen).map(move |run| (index, run))
        })
        .collect();
    if tasks.is_empty() {
        return Err(nothing_to_run(only, &prepared));
    }
    let seed = arguments.seed.map(u64::from);
    let judged = judge_all(&prepared, &tasks, seed, arguments.real_time)?;
    let results = Results { scenarios: judged, elapsed: began.elapsed() };
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit::junit(&results))
            .map_err(|e| Stop::failure(format!("{}: {e}", path.display())))?;
    }
    match arguments.files.output.format {
        Format::Json => output::json(&results.json())?,
        Format::Text => output::line(&results.text())?,
    }
    Ok(if results.failed() == 0 { Exit::Ok } else { Exit::Difference })
}

fn nothing_to_run(only: Option<&str>, prepared: &[Prepared]) -> Stop {
    let mut labels: Vec<&str> = prepared
        .iter()
        .flat_map(|one| one.scenario.runs.iter().map(|run| run.label.as_str()))
        .collect();
    labels.sort_unstable();
    labels.dedup();
    let only = only.unwrap_or_default();
    Stop::usage(format!(
        "--only {only}: no run has that label or name. Labels: {}; `rfa scenario list --format \
         json` names every run",
        labels.join(", ")
    ))
}

/// All tasks, in parallel or in real time, gathered by scenario. An interrupt ends the runs that
/// go on, RF first, and then the command.
fn judge_all<'a>(
    prepared: &'a [Prepared],
    tasks: &[(usize, &Run)],
    seed: Option<u64>,
    real_time: bool,
) -> Result<Vec<Judged<'a>>, Stop> {
    let bench = Bench::new()?;
    let progress = Progress::new(prepared, tasks);
    let interrupted = on_signals()?;
    let threads = if real_time { 1 } else { pool::processors() };
    let results = pool::all(threads, tasks, |(index, run)| {
        let one = prepared.get(*index).filter(|_| !interrupted.load(Ordering::Relaxed))?;
        let result = match real_time {
            true => live::run_live(&bench, one, run, seed, &interrupted),
            false => run::run_virtual(&bench, one, run, seed),
        };
        progress.done(*index, &result);
        Some(result)
    });
    if interrupted.load(Ordering::Relaxed) {
        let done = results.iter().flatten().count();
        let message = format!("interrupted: {done} of {} runs begun, none judged", tasks.len());
        return Err(Stop { exit: Exit::Interrupted, message });
    }
    Ok(gathered(prepared, tasks, results, real_time))
}

/// Results by scenario, those without a run left out.
fn gathered<'a>(
    prepared: &'a [Prepared],
    tasks: &[(usize, &Run)],
    results: Vec<Option<RunResult>>,
    real_time: bool,
) -> Vec<Judged<'a>> {
    let none = |prepared| Judged { prepared, real_time, runs: Vec::new() };
    let mut judged: Vec<Judged<'a>> = prepared.iter().map(none).collect();
    for ((index, _), result) in tasks.iter().zip(results) {
        if let Some(judged) = judged.get_mut(*index) {
            judged.runs.extend(result);
        }
    }
    judged.retain(|judged| !judged.runs.is_empty());
    judged
}

/// On a terminal, a line for each file when its last run is done.
struct Progress<'a> {
    files: Vec<File<'a>>,
    told: AtomicUsize,
    shows: bool,
}

struct File<'a> {
    path: &'a Path,
    left: AtomicUsize,
    failed: AtomicUsize,
}

impl<'a> Progress<'a> {
    fn new(prepared: &'a [Prepared], tasks: &[(usize, &Run)]) -> Self {
        let file = |(index, one): (usize, &'a Prepared)| File {
            path: &one.file,
            left: AtomicUsize::new(tasks.iter().filter(|(of, _)| *of == index).count()),
            failed: AtomicUsize::new(0),
        };
        Self {
            files: prepared.iter().enumerate().map(file).collect(),
            told: AtomicUsize::new(0),
            shows: std::io::stderr().is_terminal(),
        }
    }

    fn done(&self, index: usize, result: &RunResult) {
        let Some(file) = self.files.get(index) else { return };
        file.failed.fetch_add(usize::from(result.why.is_some()), Ordering::AcqRel);
        if file.left.fetch_sub(1, Ordering::AcqRel) > 1 || !self.shows {
            return;
        }
        let told = self.told.fetch_add(1, Ordering::AcqRel) + 1;
        let outcome = match file.failed.load(Ordering::Acquire) {
            0 => "as expected".to_owned(),
            failed => format!("{failed} FAILED"),
        };
        eprintln!("[{told}/{}] {}: {outcome}", self.files.len(), file.path.display());
    }
}

fn check(arguments: &Files) -> Result<Exit, Stop> {
    let files = toml_files(&arguments.files)?;
    let checked: Vec<Result<Prepared, Refused>> = files.iter().map(|file| prepare(file)).collect();
    let bad = checked.iter().filter(|one| one.is_err()).count();
    match arguments.output.format {
        Format::Json => {
            output::json(&checked.iter().map(check_row).collect::<Vec<Value>>())?;
        }
        Format::Text => {
            for one in &checked {
                match one {
                    Ok(one) => {
                        output::line(&format!("{}: ok, {}", one.file.display(), summary(one)))?;
                    }
                    Err(refused) => eprintln!("{}", refused.message),
                }
            }
        }
    }
    Ok(if bad == 0 { Exit::Ok } else { Exit::Usage })
}

fn check_row(checked: &Result<Prepared, Refused>) -> Value {
    match checked {
        Ok(one) => json!({
            "file": one.file.display().to_string(), "ok": true, "summary": summary(one),
        }),
        Err(Refused { file, errors: Some(FileErrors { errors }), .. }) => {
            json!({ "file": file.display().to_string(), "ok": false, "errors": errors })
        }
        Err(Refused { file, message, .. }) => {
            json!({ "file": file.display().to_string(), "ok": false, "refused": message })
        }
    }
}

/// What a scenario is, in a line.
fn summary(prepared: &Prepared) -> String {
    let scenario = &prepared.scenario;
    let twins = scenario.runs.iter().filter(|run| run.twin).count();
    let faults: Vec<String> = scenario.faults.iter().map(|f| f.setting.to_string()).collect();
    let faults = if faults.is_empty() { "no fault".to_owned() } else { faults.join(" + ") };
    let runs = counted(scenario.runs.len() - twins, "run");
    let twins = if twins == 0 { String::new() } else { format!(" and {twins} with the twin") };
    format!("{}: {}, {faults}, {runs}{twins}", scenario.name, scenario.hazards.join(" "))
}

fn list(arguments: &Files) -> Result<Exit, Stop> {
    let prepared = prepare_all(&toml_files(&arguments.files)?)?;
    match arguments.output.format {
        Format::Json => {
            let row = |one: &Prepared| {
                let scenario = &one.scenario;
                let faults: Vec<String> =
                    scenario.faults.iter().map(|f| f.setting.to_string()).collect();
                let runs: Vec<String> = scenario.runs.iter().map(Run::id).collect();
                json!({
                    "file": one.file.display().to_string(), "name": scenario.name, "plan": scenario.plan,
                    "hazards": scenario.hazards, "faults": faults, "twin": scenario.has_twin,
                    "runs": runs,
                })
            };
            output::json(&prepared.iter().map(row).collect::<Vec<Value>>())?;
        }
        Format::Text => {
            for one in &prepared {
                output::line(&format!("{}: {}", one.file.display(), summary(one)))?;
            }
        }
    }
    Ok(Exit::Ok)
}

/// Writes the example; a file that is there already is left as it is.
fn init(path: &Path) -> Result<Exit, Stop> {
    let at = path.display();
    if path.extension().is_none_or(|end| end != "toml") {
        return Err(Stop::usage(format!("{at}: a scenario's name ends in .toml")));
    }
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = opened.map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => {
            Stop::usage(format!("{at}: is there already; choose another name"))
        }
        _ => Stop::failure(format!("{at}: {e}")),
    })?;
    file.write_all(EXAMPLE.as_bytes()).map_err(|e| Stop::failure(format!("{at}: {e}")))?;
    output::line(&format!("{at}: written; `rfa scenario run {at}` runs it"))?;
    Ok(Exit::Ok)
}
