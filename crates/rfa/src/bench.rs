//! `rfa bench`: what the program measures of itself.

mod arguments;
mod latency;

use crate::exit::{Exit, Stop};
pub(crate) use arguments::BenchCommand;

pub(crate) fn bench(command: &BenchCommand) -> Result<Exit, Stop> {
    match command {
        BenchCommand::Latency(arguments) => latency::bench(arguments),
    }
}
