//! `rfa bench loop`: runs the population, every processor busy, and judges the figures.

use super::arguments::{Loop, LoopFormat};
use super::text;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::progress::Progress;
use crate::scenario;
use crate::treatment::on_signals;
use rfa_bench::{Case, ControllerName, Draw, Figures, Outcome, Population, Table, Verdict, run};
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
    /// The draws asked for by number, each by controller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) draws_asked_for: Vec<Told>,
}

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
struct Treated {
    draw: Draw,
    outcome: Outcome,
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
    let treated = treat_all(&population, &numbers, &controllers, processors)?;
    let draws_asked_for = if arguments.only.is_empty() {
        Vec::new()
    } else {
        treated.iter().map(|treated| told(treated, &controllers)).collect()
    };
    let outcomes: Vec<Outcome> = treated.into_iter().map(|treated| treated.outcome).collect();
    let answer = Answer {
        rfa: env!("CARGO_PKG_VERSION"),
        seed: population.seed(),
        took_s: began.elapsed().as_secs_f64(),
        processors,
        table: Table::new(&controllers, &outcomes),
        draws_asked_for,
    };
    match arguments.format {
        LoopFormat::Json => output::json(&answer)?,
        LoopFormat::Table => output::line(text::table(&answer).trim_end())?,
        LoopFormat::Md => output::line(text::markdown(&answer).trim_end())?,
    }
    let failed = answer.table.rows.iter().any(|row| row.verdict == Verdict::Fail);
    Ok(if failed && arguments.only.is_empty() { Exit::Difference } else { Exit::Ok })
}

fn treat_all(
    population: &Population,
    numbers: &[u32],
    controllers: &[ControllerName],
    processors: usize,
) -> Result<Vec<Treated>, Stop> {
    let interrupted = on_signals()?;
    let progress = Progress::new(numbers.len());
    let treated = scenario::in_parallel(processors, numbers, |number| {
        if interrupted.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let treated = treat(population, *number, controllers);
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

fn treat(
    population: &Population,
    number: u32,
    controllers: &[ControllerName],
) -> Result<Treated, Stop> {
    let failed = |e: &dyn std::fmt::Display| Stop::failure(format!("draw {number}: {e}"));
    let draw = population.draw(number).map_err(Stop::failure)?;
    let case = Case::new(draw).map_err(|e| failed(&e))?;
    let mut figures = Vec::with_capacity(controllers.len());
    for name in controllers {
        let mut controller = case.controller(*name).map_err(|e| failed(&e))?;
        let trace = run(&case, &mut *controller).map_err(|e| failed(&e))?;
        figures.push(Figures::of(&case, &trace));
    }
    let outcome = Outcome::new(&case, figures);
    Ok(Treated { draw: case.draw, outcome })
}

fn told(treated: &Treated, controllers: &[ControllerName]) -> Told {
    let Treated { draw, outcome } = treated;
    let lines = controllers.iter().zip(&outcome.figures);
    Told {
        number: draw.number,
        what: text::draw(draw),
        permitted: outcome.reach.is_permitted(),
        figures: lines.map(|(name, figures)| text::figures(*name, figures)).collect(),
    }
}
