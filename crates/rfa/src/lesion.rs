//! `rfa lesion`: how large a lesion an electrode makes in a tissue. Nothing here opens a device.

mod answer;
mod arguments;
mod drawing;
mod question;
mod solve;

pub(crate) use arguments::Arguments;

use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use question::Question;
use std::path::Path;

pub(crate) fn lesion(arguments: &Arguments) -> Result<Exit, Stop> {
    let question = Question::new(arguments)?;
    let plot = arguments.plot.as_deref().map(drawing::kind).transpose()?;
    let solved = solve::solve(&question)?;
    let answer = answer::Answer::new(&question, &solved);
    if let (Some(path), Some(kind)) = (arguments.plot.as_deref(), plot) {
        write(path, &drawing::draw(&question, &solved, kind)?)?;
    }
    match arguments.output.format {
        Format::Json => output::json(&answer)?,
        Format::Text => output::line(answer::text(&question, &answer).trim_end())?,
    }
    Ok(Exit::Ok)
}

/// The whole file or none of it: written beside its place, then renamed.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let failed = |e: std::io::Error| Stop::failure(format!("{}: {e}", path.display()));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, bytes).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}
