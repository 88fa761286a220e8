//! `rfa diff`: where recordings differ. Nothing here can open a device.

mod text;

use crate::cli::{Format, Output};
use crate::exit::{Exit, Stop};
use crate::output;
use clap::Args;
use rfa_fleet::{Align, DiffOutcome, Tolerance, ToleranceOf};
use std::path::PathBuf;

/// Recordings to compare, and how.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The recording that the others are compared with.
    #[arg(value_name = "A")]
    first: PathBuf,
    /// The others.
    #[arg(required = true, value_name = "B")]
    others: Vec<PathBuf>,
    /// Where they are laid on each other: rf-on, clock (the first tick), or first-C, the first tick
    /// at C degrees.
    #[arg(long, value_name = "EVENT", default_value = "rf-on")]
    align: Align,
    /// By how much signals may differ: tip=C, power=W, impedance=OHM, separated by commas.
    #[arg(long, value_name = "SIGNAL=MAX", value_delimiter = ',')]
    tolerance: Vec<ToleranceOf>,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn diff(arguments: &Arguments) -> Result<Exit, Stop> {
    let Arguments { first, others, align, tolerance, output } = arguments;
    let tolerance = Tolerance::of(tolerance);
    let mut reports = Vec::with_capacity(others.len());
    for other in others {
        let report = rfa_fleet::diff(first, other, *align, tolerance);
        reports.push(report.map_err(|e| Stop::failure(e.to_string()))?);
    }
    match output.format {
        Format::Json => output::json(&reports)?,
        Format::Text => {
            let told: Vec<_> = reports.iter().map(text::text).collect();
            output::line(told.join("\n").trim_end())?;
        }
    }
    let any = |outcome| reports.iter().any(|report| report.outcome == outcome);
    Ok(if any(DiffOutcome::Different) {
        Exit::Difference
    } else if any(DiffOutcome::EqualAsFarAsItGoes) {
        Exit::Loss
    } else {
        Exit::Ok
    })
}
