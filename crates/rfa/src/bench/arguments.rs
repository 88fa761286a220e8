//! Arguments of `rfa bench`. Every example in the long help is run by a test.

use super::latency;
use clap::{Args, Subcommand, ValueEnum};
use rfa_bench::ControllerName;
use std::path::PathBuf;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// The temperature loop over a population, beside the controllers people have.
    #[command(after_long_help = "\
Examples:
  rfa bench loop --population 20
  rfa bench loop --only 7 --controllers rfa,pid
  rfa bench loop --population 20 --seed 3 --format json
  rfa bench loop --population 20 --plots plots

A draw is a needle in a tissue on a generator with a plan: gauge, tip, tissue with every property
from its published range, set temperature, ramp, sensor lag and noise, the generator's delay and
error, and a disturbance in mid-hold. It is a function of seed and number. Every controller treats
each draw on virtual time, through codec, interlock and simulated generator, under the same power
ceilings. In every tenth draw the full tissue model runs under the same power as well.
Exit 0: every figure of rfa's own loop meets its target. Exit 4: some do not.")]
    Loop(Loop),
    /// The real-time ticks: lateness, steps, telemetry to grant, fault to off.
    #[command(after_long_help = "\
Examples:
  rfa bench latency --ticks 400 --faults 1 --load none
  rfa bench latency --ticks 400 --faults 0 --load cores --format json

Whole treatments run through a real pseudo-terminal on the real threads, with the cores idle and
then with a busy thread of ordinary priority for each core. In the same run, at the same priority
and period: cyclictest of rt-tests where it is installed (apt install rt-tests), a bare thread that
does the same in this process, and a bare echo through a pseudo-terminal of its own. A late tick
is explained only where a witness on its core, a thread that only waits, was late just then too.
Exit 0: every target is met. Exit 4: some are not.")]
    Latency(latency::Arguments),
}

/// The loop's benchmark.
#[derive(Debug, Args)]
pub(crate) struct Loop {
    /// How many draws.
    #[arg(long, value_name = "N", default_value_t = 200,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) population: u32,
    /// Seed of the population.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Only these draws, by number; each is listed with its figures.
    #[arg(long, value_name = "DRAW", value_delimiter = ',')]
    pub(crate) only: Vec<u32>,
    /// Controllers to compare; the first is held against the targets.
    #[arg(long, value_enum, value_name = "NAME", value_delimiter = ',',
        default_values_t = Name::ALL)]
    pub(crate) controllers: Vec<Name>,
    /// A table for people, JSON for machines, Markdown for documents.
    #[arg(long, value_enum, default_value_t = LoopFormat::Table)]
    pub(crate) format: LoopFormat,
    /// Write plots into this folder, each as SVG and PNG: trajectories and the worst ten of the
    /// first controller, overshoot of all of them.
    #[arg(long, value_name = "DIR")]
    pub(crate) plots: Option<PathBuf>,
}

/// How the figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoopFormat {
    /// For people.
    Table,
    /// For machines: one JSON value on stdout.
    Json,
    /// For documents.
    Md,
}

/// A controller's name on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Name {
    /// rfa's own loop.
    Rfa,
    /// The bare `pid` crate, tuned.
    Pid,
    /// Dead-band steps, as published generator firmware makes them.
    Stepper,
    /// A published PI controller of V².
    PublishedPi,
}

impl Name {
    const ALL: [Self; 4] = [Self::Rfa, Self::Pid, Self::Stepper, Self::PublishedPi];

    pub(crate) const fn controller(self) -> ControllerName {
        match self {
            Self::Rfa => ControllerName::Rfa,
            Self::Pid => ControllerName::Pid,
            Self::Stepper => ControllerName::Stepper,
            Self::PublishedPi => ControllerName::PublishedPi,
        }
    }
}
