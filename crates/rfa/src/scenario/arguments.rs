//! Arguments of `rfa scenario`. Every example in the long help is run by a test.

use crate::cli::Output;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to do with scenarios.
#[derive(Debug, Subcommand)]
pub(crate) enum ScenarioCommand {
    /// Run scenarios and judge every run.
    #[command(after_long_help = "\
Examples:
  rfa scenario run tests/scenarios/sensor-open.toml
  rfa scenario run tests/scenarios/sensor-open.toml --only hold@7.001 --seed 11
  rfa scenario run tests/scenarios --only start --junit scenarios.xml --format json

Exit 0: all as expected. Exit 4: an expectation is not met; each such run is named with its reason
and one command that reproduces it alone. Exit 2: a file is wrong, and nothing is run.
Runs go in parallel on virtual time: the same seed gives the same result, to the bit. Each is
recorded, and its recording has to re-execute to the same outputs.")]
    Run(Run),
    /// Validate scenario files, and the plans and tissues they name.
    #[command(after_long_help = "\
Examples:
  rfa scenario check tests/scenarios
  rfa scenario check --format json tests/scenarios/link-cut.toml")]
    Check(Files),
    /// List scenarios with their hazards, faults and runs.
    #[command(after_long_help = "\
Examples:
  rfa scenario list tests/scenarios")]
    List(Files),
    /// Write a commented example, which itself checks and runs.
    #[command(after_long_help = "\
Examples:
  rfa scenario init my-scenario.toml")]
    Init {
        /// The new file.
        #[arg(value_name = "NAME.toml")]
        file: PathBuf,
    },
    /// Make a scenario of a recorded session: its plan, faults and operator's steps, and what came
    /// of them.
    #[command(after_long_help = "\
Examples:
  rfa scenario from-recording session.mcap -o again.toml

The file says where it came from. Faults stand in it as `rfa demo --fault` had them; of a generator
that ran by itself (`rfa sim`, or a real one) only what telemetry shows: sensor, emergency stop,
footswitch, supply, silence. A plan that is not shipped goes into a file beside it.
Exit 0: whole. Exit 3: written, and what the recording could not tell stands at its top. Exit 1: no
recording, or a broken one (`rfa rec recover`). Exit 2: nothing is written, e.g. the file is there.")]
    FromRecording(FromRecording),
}

/// A recording to be made a scenario of.
#[derive(Debug, Args)]
pub(crate) struct FromRecording {
    /// The recording.
    #[arg(value_name = "FILE.mcap")]
    pub(crate) file: PathBuf,
    /// The new scenario; without it, on standard output.
    #[arg(short, long, value_name = "OUT.toml")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite the scenario and its plan where they are there already.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

/// What to run, and how.
#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Only these runs: a label, or one run of it as results name it, e.g. hold@7.001 or
    /// hold@7.001:twin.
    #[arg(long, value_name = "RUN")]
    pub(crate) only: Option<String>,
    /// Seed of the first run of each group, in place of the files' own.
    #[arg(long, value_name = "SEED", value_parser = clap::value_parser!(u32))]
    pub(crate) seed: Option<u32>,
    /// On threads and a real pseudo-terminal, one run after another, in as much time as the
    /// treatment takes. A run that met a stall of the machine says so and is repeated.
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Write the results as JUnit XML, too.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}

/// Scenario files.
#[derive(Debug, Args)]
pub(crate) struct Files {
    /// Scenario files; of a folder, all its files that end in .toml.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}
