//! `rfa bench`: what the program measures of itself.

mod arguments;
mod latency;
mod method;
mod plots;
mod population;
mod text;

use crate::exit::{Exit, Stop};
pub(crate) use arguments::BenchCommand;

pub(crate) fn bench(command: &BenchCommand) -> Result<Exit, Stop> {
    match command {
        BenchCommand::Loop(arguments) => population::bench(arguments),
        BenchCommand::Latency(arguments) => latency::bench(arguments),
    }
}
