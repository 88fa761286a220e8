//! The command line of rfa: arguments in, wiring, output.

mod bench;
mod campaign;
mod check;
mod cli;
mod dataset;
mod diff;
mod exit;
mod lesion;
mod look;
mod operators;
mod output;
mod plans;
mod plot;
mod progress;
mod real_time;
mod rec;
mod replay;
mod report;
mod scenario;
mod script;
mod sound;
mod stats;
mod sweep;
mod tables;
mod treatment;
mod trips;

use clap::Parser;
use clap::error::ErrorKind;
use cli::{Cli, Command};
use exit::{Exit, Stop};
use std::process::ExitCode;

/// Commit that this program was built from; `unknown` where git did not tell.
const COMMIT: &str = match option_env!("RFA_GIT_COMMIT") {
    Some(commit) => commit,
    None => "unknown",
};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return parse_ended(&error),
    };
    match run(cli.command) {
        Ok(exit) => exit.into(),
        Err(stop) => {
            eprintln!("{}", stop.message.trim_end());
            stop.exit.into()
        }
    }
}

fn run(command: Command) -> Result<Exit, Stop> {
    match command {
        Command::Demo(arguments) => treatment::demo(&arguments),
        Command::Run(arguments) => treatment::run(&arguments),
        Command::Sim(arguments) => treatment::sim(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Lesion(arguments) => lesion::lesion(&arguments),
        Command::Scenario(command) => scenario::scenario(command),
        Command::Campaign(arguments) => campaign::campaign(&arguments),
        Command::Bench(command) => bench::bench(&command),
        Command::Rec(command) => rec::rec(command),
        Command::Replay(arguments) => replay::replay(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Plot(arguments) => plot::plot(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Diff(arguments) => diff::diff(&arguments),
        Command::Stats(arguments) => stats::stats(&arguments),
        Command::ExportDataset(arguments) => dataset::export(&arguments),
        Command::Plans(output) => tables::plans(output.format),
        Command::Faults(output) => tables::faults(output.format),
        Command::Keys(output) => tables::keys(output.format),
        Command::Explain { alarm, output } => tables::explain(&alarm, output.format),
        Command::Completions { shell } => tables::completions(shell),
    }
}

/// Help and version are answers, not errors; everything else is a usage error.
fn parse_ended(error: &clap::Error) -> ExitCode {
    let exit = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Ok,
        _ => Exit::Usage,
    };
    // A closed pipe (`rfa --help | head`) is no reason to fail.
    let _ = error.print();
    exit.into()
}
