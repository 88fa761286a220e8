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

pub(crate) fn lesion(arguments: &Arguments) -> Result<Exit, Stop> {
    let question = Question::new(arguments)?;
    let plot = arguments.plot.as_deref().map(drawing::kind).transpose()?;
    let solved = solve::solve(&question)?;
    let answer = answer::Answer::new(&question, &solved);
    if let (Some(path), Some(kind)) = (arguments.plot.as_deref(), plot) {
        output::file(path, &drawing::draw(&question, &solved, kind)?)?;
    }
    match arguments.output.format {
        Format::Json => output::json(&answer)?,
        Format::Text => output::line(answer::text(&question, &answer).trim_end())?,
    }
    Ok(Exit::Ok)
}
