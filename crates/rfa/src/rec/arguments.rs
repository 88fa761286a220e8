//! Arguments of `rfa rec`.

use crate::cli::Output;
use clap::{Args, Subcommand, ValueEnum};
use rfa_record::Topic;
use std::path::PathBuf;

/// Longest time from a recording's first tick, s: a year.
const SECONDS_MAX: f64 = 31_536_000.0;

/// What to do with a recording.
#[derive(Debug, Subcommand)]
pub(crate) enum Rec {
    /// What is in it: plan, device, counts, gaps, trips.
    #[command(after_long_help = "\
Examples:
  rfa rec info session.mcap
  rfa rec info --format json session.mcap")]
    Info(RecFile),
    /// Run control and interlock over the recorded inputs; compare every output bit for bit.
    #[command(after_long_help = "\
Examples:
  rfa rec verify session.mcap

Exit 0: equal. Exit 4: different; the first differing tick is printed. Comparing nothing is a
failure.")]
    Verify(RecFile),
    /// Try the thresholds of a site file on it: what its rules would have ended, and when.
    #[command(after_long_help = "\
Examples:
  rfa rec rules session.mcap --site config/site.toml

Runs the interlock over the recorded inputs with the thresholds of the file's sections [rules] and
[passive] beside its own (where both set one, that of [passive]). They report and change nothing.
Exit 0, whatever they report. Exit 3: not all of the recording could be run.")]
    Rules {
        /// The recording.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Site file with the thresholds.
        #[arg(long, value_name = "FILE")]
        site: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Write it as a table of ticks, or as lines of JSON, for other tools.
    #[command(after_long_help = "\
Examples:
  rfa rec export session.mcap --to csv --from-s 10 --until-s 12
  rfa rec export session.mcap --to ndjson --topic /alarm --topic /event -o alarms.ndjson

A table has one line a tick, under names that end with the unit; measured values are those of the
newest report in the tick. Times count from the first tick. Numbers are exact.
Exit 0: all of it. Exit 3: the recording is not whole; what could be read is written.")]
    Export(Export),
    /// Copy what is whole of an unfinished recording into a new file.
    #[command(after_long_help = "\
Examples:
  rfa rec recover killed.mcap whole.mcap")]
    Recover {
        /// The unfinished recording.
        from: PathBuf,
        /// The new file.
        to: PathBuf,
        #[command(flatten)]
        output: Output,
    },
}

/// What of a recording is written, and how.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The recording.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Form of the output.
    #[arg(long, value_enum)]
    pub(crate) to: ExportTo,
    /// Nothing before this time since the first tick, s.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) from_s: Option<i64>,
    /// Nothing from this time on, s.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) until_s: Option<i64>,
    /// Messages of this topic only; may be given more than once. A table is always of /tick.
    #[arg(long = "topic", value_name = "TOPIC", value_parser = topic)]
    pub(crate) topics: Vec<Topic>,
    /// New file; without it, stdout.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportTo {
    /// A table of ticks.
    Csv,
    /// A line of JSON a message.
    Ndjson,
}

/// One recording.
#[derive(Debug, Args)]
pub(crate) struct RecFile {
    /// The recording.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Seconds, in microseconds.
fn seconds(text: &str) -> Result<i64, String> {
    let seconds = text.parse().ok().filter(|s: &f64| s.abs() <= SECONDS_MAX);
    let wanted = || format!("a time of {} to {SECONDS_MAX} s is wanted, e.g. 12.5", -SECONDS_MAX);
    seconds.map(|seconds| (seconds * 1e6).round() as i64).ok_or_else(wanted)
}

fn topic(text: &str) -> Result<Topic, String> {
    Topic::from_name(text).ok_or_else(|| {
        let names: Vec<_> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        format!("no topic has that name; there are {}", names.join(", "))
    })
}
