//! Arguments of `rfa campaign`. Every example in the long help is run by a test.

use crate::cli::Format;
use clap::Args;
use std::path::PathBuf;

/// What to try, and where the results go.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Scenarios whose faults are tried; of a folder, all its files that end in .toml.
    #[arg(value_name = "FILE|FOLDER", default_value = "tests/scenarios")]
    pub(crate) scenarios: Vec<PathBuf>,
    /// Plans to try them in, each an electrode in a tissue: a folder.
    #[arg(long, value_name = "FOLDER", default_value = "tests/campaign")]
    pub(crate) plans: PathBuf,
    /// A small part of it: minutes in a development build. The default.
    #[arg(long, conflicts_with = "full")]
    pub(crate) quick: bool,
    /// All of it: every fault, phase, size and plan, every pair of faults, 2000 fault-free hours.
    #[arg(long)]
    pub(crate) full: bool,
    /// Hours of treatment without a fault, in place of the usual.
    #[arg(long, value_name = "H", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub(crate) hours: Option<u32>,
    /// Seed of every time and noise.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    pub(crate) seed: u32,
    /// Only these cases: one, or all whose names begin so, e.g. runaway:small/ramp; of all faults
    /// and of 2000 fault-free hours, or as many as --hours says.
    #[arg(long, value_name = "CASE")]
    pub(crate) only: Option<String>,
    /// Negative control: this rule is switched off, e.g. H-06.
    #[cfg(feature = "negative-control")]
    #[arg(long, value_name = "RULE")]
    pub(crate) without: Vec<String>,
    /// Keep each result as it comes; a campaign whose log is there goes on where it was.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Write the tables as Markdown, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}
