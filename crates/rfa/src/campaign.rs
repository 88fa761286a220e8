//! `rfa campaign`: every fault in every phase, size, electrode and tissue, pairs of faults, and
//! hours in which nothing breaks, each a whole treatment on virtual time.
//!
//! `case` says what is tried, `subject` in which needle and tissue, `judge` whether it came as its
//! hazard row says, `log` keeps results, `table` tells them. Which faults there are and what may
//! come of each stands in the scenarios.

mod arguments;
mod case;
mod free;
mod judge;
mod log;
mod signs;
mod subject;
mod table;

use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::progress::Progress;
use crate::scenario::{self, Bench, Outcome, Prepared};
use crate::treatment::on_signals;
pub(crate) use arguments::Arguments;
use case::{Case, Extent, Kind, Source};
use log::{Log, Row};
use rfa_scenario::{Phase, Scenario};
use rfa_sim::{Fault, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;
use subject::Subject;
use table::Results;

/// Hours without a fault.
const QUICK_H: u32 = 1;
const FULL_H: u32 = 2_000;
/// How long a treatment with long holds is: two ramps, two holds, a check, s.
const FREE_S: f64 = 135.0;

/// What makes two campaigns the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// The program: its version, size and date.
    rfa: String,
    seed: u32,
    plans: Vec<String>,
}

/// Everything that is the same for all cases.
struct Campaign<'a> {
    bench: &'a Bench,
    scenarios: &'a [Prepared],
    sources: Vec<Source>,
    subjects: Vec<Subject>,
}

pub(crate) fn campaign(arguments: &Arguments) -> Result<Exit, Stop> {
    let began = Instant::now();
    #[cfg(feature = "negative-control")]
    switch_off(&arguments.without)?;
    let scenarios = scenario::prepare_all(&scenario::toml_files(&arguments.scenarios)?)?;
    let bench = Bench::new()?;
    let subjects = Subject::all(&arguments.plans, &bench)?;
    let sources = sources(&scenarios);
    let campaign = Campaign { bench: &bench, scenarios: &scenarios, sources, subjects };
    let cases = campaign.cases(arguments)?;
    let setting = Setting {
        rfa: program()?,
        seed: arguments.seed,
        plans: campaign.subjects.iter().map(|subject| subject.plan().hash.to_string()).collect(),
    };
    let opened = arguments.log.as_deref().map(|path| Log::open(path, &setting)).transpose()?;
    let (log, known) = opened.map_or((None, BTreeMap::new()), |(log, known)| (Some(log), known));
    let rows = campaign.run(&cases, log.as_ref(), &known)?;
    let results = Results::new(&campaign, &cases, rows, arguments, began.elapsed());
    if let Some(path) = &arguments.table {
        std::fs::write(path, results.markdown())
            .map_err(|e| Stop::failure(format!("{}: {e}", path.display())))?;
    }
    match arguments.format {
        Format::Json => output::json(&results.json())?,
        Format::Text => output::line(&results.text())?,
    }
    Ok(if results.failed() == 0 { Exit::Ok } else { Exit::Difference })
}

#[cfg(feature = "negative-control")]
fn switch_off(names: &[String]) -> Result<(), Stop> {
    use rfa_interlock::RuleId;
    for name in names {
        let known = |rule: &RuleId| format!("H-{:02}", rule.number()) == *name;
        let rule = RuleId::ALL.into_iter().find(known);
        let rule = rule.ok_or_else(|| Stop::usage(format!("--without {name}: no such rule")))?;
        rfa_interlock::switch_off(rule);
    }
    Ok(())
}

/// Which program this is: results of another one are no results of this one.
fn program() -> Result<String, Stop> {
    let failed = |e: std::io::Error| Stop::failure(format!("the program's own file: {e}"));
    let file = std::env::current_exe().and_then(std::fs::metadata).map_err(failed)?;
    let made = file.modified().map_err(failed)?.duration_since(std::time::UNIX_EPOCH);
    let made_s = made.map_or(0, |since| since.as_secs());
    Ok(format!("{} {} {made_s}", env!("CARGO_PKG_VERSION"), file.len()))
}

/// The faults that the scenarios show alone, each once.
fn sources(scenarios: &[Prepared]) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    for (place, prepared) in scenarios.iter().enumerate() {
        if let Some(fault) = fault_of(&prepared.scenario)
            && !sources.iter().any(|known| known.fault == fault)
        {
            sources.push(Source { scenario: place, fault });
        }
    }
    sources
}

/// The one fault of a scenario whose runs lie in each phase.
fn fault_of(scenario: &Scenario) -> Option<Fault> {
    let [fault] = scenario.faults.as_slice() else { return None };
    let has = |phase| scenario.runs.iter().any(|run| run.phase == Some(phase));
    let whole = [Phase::Idle, Phase::Armed, Phase::Ramp, Phase::Hold].into_iter().all(has);
    (whole && fault.setting.severity == Severity::Full).then_some(fault.setting.fault)
}

impl Campaign<'_> {
    fn scenario(&self, source: Source) -> Option<&Scenario> {
        self.scenarios.get(source.scenario).map(|prepared| &prepared.scenario)
    }

    /// What is tried, in its order.
    fn cases(&self, arguments: &Arguments) -> Result<Vec<Case>, Stop> {
        let extent = if arguments.full { Extent::Full } else { Extent::Quick };
        let has_twin = |place: usize, phase| {
            self.scenarios.get(place).is_some_and(|prepared: &Prepared| {
                prepared.scenario.has_twin && prepared.scenario.campaign.has_twin_in(phase)
            })
        };
        let all = case::all(&self.sources, &self.subjects, arguments.seed, has_twin);
        let usual_h = if extent == Extent::Full { FULL_H } else { QUICK_H };
        let free = |usual_h| {
            let hours = f64::from(arguments.hours.unwrap_or(usual_h));
            let count = (hours * 3_600.0 / FREE_S).ceil() as usize;
            (0..count).filter_map(|number| case::free(number, &self.subjects, arguments.seed))
        };
        let Some(only) = &arguments.only else {
            return Ok(case::chosen(extent, all).into_iter().chain(free(usual_h)).collect());
        };
        let begins = |case: &Case| case.id.starts_with(only);
        let found: Vec<Case> = all.into_iter().chain(free(FULL_H)).filter(begins).collect();
        if found.is_empty() {
            return Err(Stop::usage(format!(
                "--only {only}: no case begins so. Cases are named FAULT/PHASE/PLAN/NUMBER, \
                 FAULT+FAULT/PHASE/PLAN and fault-free/PLAN/NUMBER, e.g. \
                 sensor-open/hold/20g-5mm-gasserian/1"
            )));
        }
        Ok(found)
    }

    /// Runs what is not known yet; the rows in the cases' order.
    fn run(
        &self,
        cases: &[Case],
        log: Option<&Log>,
        known: &BTreeMap<String, Row>,
    ) -> Result<Vec<Row>, Stop> {
        let interrupted = on_signals()?;
        let progress = Progress::new(cases.len());
        let threads = scenario::processors();
        let rows = scenario::in_parallel(threads, cases, |case| {
            let row = match known.get(&case.id) {
                Some(row) => row.clone(),
                None if interrupted.load(Ordering::Relaxed) => return Ok(None),
                None => {
                    let row = self.row(case);
                    log.map_or(Ok(()), |log| log.add(&row))?;
                    row
                }
            };
            progress.done(row.why.is_some());
            Ok(Some(row))
        });
        progress.end();
        let rows: Vec<Option<Row>> = rows.into_iter().collect::<Result<_, Stop>>()?;
        if interrupted.load(Ordering::Relaxed) {
            let done = rows.iter().flatten().count();
            let kept = if log.is_some() { "the log keeps them" } else { "--log keeps them" };
            let message = format!("interrupted: {done} of {} cases run; {kept}", cases.len());
            return Err(Stop { exit: Exit::Interrupted, message });
        }
        Ok(rows.into_iter().flatten().collect())
    }

    fn row(&self, case: &Case) -> Row {
        let judged = self.judged(case);
        let (found, why) = match judged {
            Ok(found) => (Some(found), None),
            Err(why) => (None, Some(why)),
        };
        Row { case: case.id.clone(), found, why }
    }

    fn judged(&self, case: &Case) -> Result<judge::Found, String> {
        let subject = self.subjects.get(case.subject).ok_or("no such plan")?;
        let sources: Vec<Source> = match &case.kind {
            Kind::Single { source, .. } => vec![*source],
            Kind::Pair { first, second } => vec![*first, *second],
            Kind::Free => Vec::new(),
        };
        let treatment = match case.kind {
            Kind::Free => free::treatment(case, subject),
            _ => {
                let footswitch = sources.iter().any(|source| source.fault.needs_footswitch());
                subject.treatment(case.faults(subject), footswitch, case.seed)
            }
        };
        // Hours without a fault would write terabytes.
        let recorded = !matches!(case.kind, Kind::Free);
        let outcome = self.bench.treat(treatment, recorded).unwrap_or_else(Outcome::NotOpened);
        let scenarios: Vec<&Scenario> =
            sources.iter().filter_map(|source| self.scenario(*source)).collect();
        judge::judge(case, &scenarios, subject.plan().hottest_set().as_f64(), &outcome)
    }
}
