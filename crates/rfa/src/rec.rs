//! `rfa rec`: look into recordings. Nothing here can open a device.

mod arguments;
mod export;
mod text;

use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
pub(crate) use arguments::Rec;
use arguments::RecFile;
use rfa_record::Recording;
use std::path::Path;

pub(crate) fn rec(command: Rec) -> Result<Exit, Stop> {
    match command {
        Rec::Info(arguments) => info(&arguments),
        Rec::Verify(arguments) => verify(&arguments),
        Rec::Rules { file, site, output } => rules(&file, &site, output.format),
        Rec::Export(arguments) => export::export(&arguments),
        Rec::Recover { from, to, output } => recover(&from, &to, output.format),
    }
}

fn info(arguments: &RecFile) -> Result<Exit, Stop> {
    let info = Recording::open(&arguments.file)
        .and_then(|recording| recording.info())
        .map_err(|e| Stop::failure(e.to_string()))?;
    match arguments.output.format {
        Format::Json => output::json(&info)?,
        Format::Text => output::line(text::text(&info).trim_end())?,
    }
    Ok(if info.truncated || info.lost_ticks > 0 { Exit::Loss } else { Exit::Ok })
}

fn verify(arguments: &RecFile) -> Result<Exit, Stop> {
    let report = rfa_replay::verify(&arguments.file).map_err(|e| Stop::failure(e.to_string()))?;
    match arguments.output.format {
        Format::Json => output::json(&report)?,
        Format::Text => output::line(report.to_string().trim_end())?,
    }
    Ok(match report.outcome {
        rfa_replay::Outcome::Equal => Exit::Ok,
        rfa_replay::Outcome::EqualAsFarAsItGoes => Exit::Loss,
        rfa_replay::Outcome::Different | rfa_replay::Outcome::Unsafe => Exit::Difference,
        rfa_replay::Outcome::Broken => Exit::Failure,
    })
}

fn rules(file: &Path, site: &Path, format: Format) -> Result<Exit, Stop> {
    let site = rfa_plan::read_site(site).map_err(|e| Stop::usage(e.to_string()))?;
    let thresholds = rfa_runtime::tried_thresholds(&site.limits)
        .map_err(|e| Stop::usage(format!("the site's thresholds: {e}")))?;
    let report = rfa_replay::passive(file, thresholds).map_err(|e| Stop::failure(e.to_string()))?;
    match format {
        Format::Json => output::json(&report)?,
        Format::Text => output::line(text::passive(&report).trim_end())?,
    }
    Ok(if report.stopped.is_some() { Exit::Loss } else { Exit::Ok })
}

fn recover(from: &Path, to: &Path, format: Format) -> Result<Exit, Stop> {
    let recovered = rfa_record::recover(from, to).map_err(|e| Stop::failure(e.to_string()))?;
    match format {
        Format::Json => output::json(&recovered)?,
        Format::Text => output::readable(&recovered)?,
    }
    Ok(if recovered.whole { Exit::Ok } else { Exit::Loss })
}
