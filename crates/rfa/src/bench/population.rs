//! `rfa bench loop`: runs the population, every processor busy, and judges the figures.

use super::arguments::{Loop, LoopFormat};
use super::{plots, text};
use crate::exit::{Exit, Stop};
use crate::output;
use crate::progress::Progress;
use crate::scenario;
use crate::treatment::on_signals;
use rfa_bench::{
    Case, ControllerName, Draw, Figures, Outcome, Population, Table, Verdict, course, run,
};
use serde::Serialize;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// What a population came to.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) rfa: &'static str,
    pub(super) seed: u64,
    pub(super) took_s: f64,
    pub(super) processors: usize,
    #[serde(flatten)]
    pub(super) table: Table,
    /// The full tissue model beside the reduced one.
    pub(super) full_model: Option<FullModel>,
    /// The draws asked for by number, each by controller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) draws_asked_for: Vec<Told>,
}

/// How far the full tissue model was from the one that the runs are made on.
#[derive(Debug, Serialize)]
pub(super) struct FullModel {
    /// In how many draws.
    pub(super) draws: usize,
    /// The true tip under the same power, at most, K.
    pub(super) most_k: f64,
    /// In this draw.
    pub(super) draw: u32,
}

/// Draws whose number is a multiple of this are run on the full tissue model as well.
const FULL_EVERY: u32 = 10;

/// One draw in words and figures.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) number: u32,
    pub(super) what: String,
    pub(super) permitted: bool,
    /// A line for each controller.
    pub(super) figures: Vec<String>,
}

/// One draw that every controller has treated.
pub(super) struct Treated {
    draw: Draw,
    pub(super) outcome: Outcome,
    /// Distance of the full tissue model, K, where it was run.
    full_k: Option<f64>,
    /// The first controller's, where there are plots.
    pub(super) course: Vec<(f32, f32)>,
}

pub(super) fn bench(arguments: &Loop) -> Result<Exit, Stop> {
    let began = Instant::now();
    let population = Population::new(arguments.seed).map_err(Stop::failure)?;
    let controllers: Vec<ControllerName> =
        arguments.controllers.iter().map(|name| name.controller()).collect();
    let numbers: Vec<u32> = match arguments.only.as_slice() {
        [] => (1..=arguments.population).collect(),
        only => only.to_vec(),
    };
    let processors = scenario::processors();
    let work = Work { population, controllers, plots: arguments.plots.is_some() };
    let treated = treat_all(&work, &numbers, processors)?;
    let Work { population, controllers, .. } = work;
    let draws_asked_for = if arguments.only.is_empty() {
        Vec::new()
    } else {
        treated.iter().map(|treated| told(treated, &controllers)).collect()
    };
    let outcomes: Vec<Outcome> = treated.iter().map(|treated| treated.outcome.clone()).collect();
    let answer = Answer {
        rfa: env!("CARGO_PKG_VERSION"),
        seed: population.seed(),
        took_s: began.elapsed().as_secs_f64(),
        processors,
        table: Table::new(&controllers, &outcomes),
        full_model: full_model(&treated),
        draws_asked_for,
    };
    if let Some(folder) = &arguments.plots {
        plots::write(folder, &answer, &treated)?;
    }
    match arguments.format {
        LoopFormat::Json => output::json(&answer)?,
        LoopFormat::Table => output::line(text::table(&answer).trim_end())?,
        LoopFormat::Md => output::line(text::markdown(&answer).trim_end())?,
    }
    let failed = answer.table.rows.iter().any(|row| row.verdict == Verdict::Fail);
    Ok(if failed && arguments.only.is_empty() { Exit::Difference } else { Exit::Ok })
}

/// What is done with every draw.
struct Work {
    population: Population,
    controllers: Vec<ControllerName>,
    plots: bool,
}

fn treat_all(work: &Work, numbers: &[u32], processors: usize) -> Result<Vec<Treated>, Stop> {
    let interrupted = on_signals()?;
    let progress = Progress::new(numbers.len());
    let treated = scenario::in_parallel(processors, numbers, |number| {
        if interrupted.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let treated = treat(work, *number);
        progress.done(treated.is_err());
        treated.map(Some)
    });
    progress.end();
    let treated: Vec<Option<Treated>> = treated.into_iter().collect::<Result<_, Stop>>()?;
    if interrupted.load(Ordering::Relaxed) {
        let message = "interrupted before the population was through".to_owned();
        return Err(Stop { exit: Exit::Interrupted, message });
    }
    Ok(treated.into_iter().flatten().collect())
}

fn treat(work: &Work, number: u32) -> Result<Treated, Stop> {
    let failed = |e: &dyn std::fmt::Display| Stop::failure(format!("draw {number}: {e}"));
    let draw = work.population.draw(number).map_err(Stop::failure)?;
    let case = Case::new(draw).map_err(|e| failed(&e))?;
    let mut figures = Vec::with_capacity(work.controllers.len());
    let (mut full_k, mut line) = (None, Vec::new());
    for name in &work.controllers {
        let mut controller = case.controller(*name).map_err(|e| failed(&e))?;
        let trace = run(&case, &mut *controller).map_err(|e| failed(&e))?;
        if figures.is_empty() && number.is_multiple_of(FULL_EVERY) {
            full_k = Some(case.off_the_full_model_k(&trace).map_err(|e| failed(&e))?);
        }
        if figures.is_empty() && work.plots {
            line = course(&case, &trace);
        }
        figures.push(Figures::of(&case, &trace));
    }
    let outcome = Outcome::new(&case, figures);
    Ok(Treated { draw: case.draw, outcome, full_k, course: line })
}

fn full_model(treated: &[Treated]) -> Option<FullModel> {
    let found = treated.iter().filter_map(|treated| Some((treated.draw.number, treated.full_k?)));
    let (draw, most_k) = found.clone().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(FullModel { draws: found.count(), most_k, draw })
}

fn told(treated: &Treated, controllers: &[ControllerName]) -> Told {
    let Treated { draw, outcome, .. } = treated;
    let lines = controllers.iter().zip(&outcome.figures);
    Told {
        number: draw.number,
        what: text::draw(draw),
        permitted: outcome.reach.is_permitted(),
        figures: lines.map(|(name, figures)| text::figures(*name, figures)).collect(),
    }
}
