//! The table of what the tissue solver reaches, from the solver itself: `verify-physics`.

mod beside;
mod calibration;
mod chart;
mod convergence;
mod energy;
mod exact;
mod kohlrausch;
mod lesions;
mod manufactured;
mod needles;
mod nerve;
mod problem;
mod reduced;
mod report;
mod rows;
mod solutions;
mod speed;
mod stefan;
mod tables;

use chart::Chart;
use rows::Row;
use std::process::ExitCode;
use std::time::Instant;

const KOHLRAUSCH: &str = "Kohlrausch's identity";
const SOLUTIONS: &str = "Exact and manufactured solutions";
const PLANTED: &str = "The same with an error planted in a face term";
const ENERGY: &str = "Energy balance and boiling";
const CONVERGENCE: &str = "Mesh and step convergence";
const NERVE: &str = "Nerve (Fröhling 1998)";
const CALIBRATION: &str = "Measured lesions";
const REDUCED: &str = "The reduced model against the full one";
const TABLES: &str = "Published tables";
const SPEED: &str = "Speed";

/// Runs `verify-physics [--quick]`.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let quick = match arguments {
        [] => false,
        [flag] if flag == "--quick" => true,
        _ => {
            eprintln!("usage: cargo run --release -p tools -- verify-physics [--quick]");
            return ExitCode::from(2);
        }
    };
    match verify(quick) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("{failed} rows are beyond their limits");
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Prints all rows and gives the number of those beyond their limits.
fn verify(quick: bool) -> Result<usize, String> {
    let text = |error: rfa_tissue::SolveError| error.to_string();
    let mut all = Vec::new();
    let mut show = |section: &str, rows: Vec<Row>, began: Instant| {
        println!("\n{section} ({:.1} s)", began.elapsed().as_secs_f64());
        for row in &rows {
            let Row { what, value, limit, .. } = row;
            println!("  {:4} {what}: {value}  {limit}", row.verdict());
        }
        all.extend(rows);
    };
    let began = Instant::now();
    // First, while nothing else of this run has warmed the machine.
    let (speed, against) = if quick { (speed::quick_rows()?, None) } else { speed::rows()? };
    show(SPEED, speed, began);
    show(KOHLRAUSCH, kohlrausch::rows(quick).map_err(text)?, began);
    show(SOLUTIONS, solutions::rows(quick).map_err(text)?, began);
    show(PLANTED, solutions::planted_rows(quick).map_err(text)?, began);
    let (energy, impedance) = energy::rows(quick)?;
    show(ENERGY, energy, began);
    show(CONVERGENCE, convergence::rows(quick)?, began);
    show(NERVE, nerve::rows()?, began);
    show(CALIBRATION, calibration::rows(quick)?, began);
    show(REDUCED, reduced::rows(quick)?, began);
    show(TABLES, tables::rows()?, began);
    if !quick {
        let impedance: Chart = energy::plot(&impedance);
        let charts = against.into_iter().map(|chart| ("accuracy-cost.svg", chart));
        let charts = charts.chain([("roll-off.svg", impedance)]).collect();
        report::write(&all, charts)?;
    }
    Ok(all.iter().filter(|row| row.failed()).count())
}
