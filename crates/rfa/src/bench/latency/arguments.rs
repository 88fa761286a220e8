//! What is measured, for how long, and how it is printed.

use clap::{Args, ValueEnum};
use serde::Serialize;

/// The latency benchmark.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Interlock ticks under each load, one each 10 ms.
    #[arg(long, value_name = "N", default_value_t = 12_000,
        value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    pub(crate) ticks: u64,
    /// Only this load; without it, one after the other.
    #[arg(long, value_enum)]
    load: Option<Load>,
    /// Treatments that a fault ends, under each load; about 6 s each.
    #[arg(long, value_name = "N", default_value_t = 10,
        value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub(crate) faults: u32,
    /// Plan: the name of a shipped one (`rfa plans`), or a file.
    #[arg(long, default_value = "medial-branch-80", value_name = "NAME|FILE")]
    pub(crate) plan: String,
    /// Seed of the simulated generator's noise.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// A table for people, JSON for machines, Markdown for documents.
    #[arg(long, value_enum, default_value_t = LatencyFormat::Table)]
    pub(super) format: LatencyFormat,
}

impl Arguments {
    pub(super) fn loads(&self) -> Vec<Load> {
        self.load.map_or_else(|| vec![Load::None, Load::Cores], |load| vec![load])
    }
}

/// What else the machine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Load {
    /// Nothing of this program's.
    None,
    /// A busy thread of ordinary priority for each core.
    Cores,
}

impl Load {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::None => "cores idle",
            Self::Cores => "every core loaded",
        }
    }
}

/// How the figures are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LatencyFormat {
    /// For people.
    Table,
    /// For machines: one JSON value on stdout.
    Json,
    /// For documents.
    Md,
}
