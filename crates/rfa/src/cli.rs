//! Arguments. Every example in the long help is run by a test.

use crate::{bench, campaign, dataset, diff, lesion, plot, replay, report, scenario, stats, sweep};
use clap::{Args, Parser, Subcommand, ValueEnum};
use rfa_sim::pty::{SPEED_MAX, SPEED_MIN};
use std::path::PathBuf;
use std::time::Duration;

/// Radiofrequency ablation controller with a temperature loop.
///
/// Research software, not a cleared medical device.
#[derive(Debug, Parser)]
#[command(name = "rfa", version, arg_required_else_help = true, propagate_version = true)]
#[command(after_help = "Try: rfa demo")]
#[command(after_long_help = "\
Examples:
  rfa demo                                     a simulated treatment on the console
  rfa demo --headless --virtual --format json  the same without a screen, in virtual time
  rfa check config/plans/gasserian-stepped.toml
  rfa scenario run tests/scenarios/sensor-open.toml
  rfa rec verify session.mcap                  re-execute a recording, bit for bit

Exit codes:
  0 done   1 failure   2 usage or configuration   3 done with loss
  4 difference or expectation not met   5 no device
  6 ended by a safety trip, or refused to arm
  130 interrupted, RF confirmed off")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a treatment on a simulated generator behind a real pseudo-terminal.
    #[command(after_long_help = "\
Examples:
  rfa demo
  rfa demo --plan medial-branch-80
  rfa demo --headless --virtual --plan gasserian-stepped --seed 7 --format json
  rfa demo --headless --virtual --fault sensor-open@20s
  rfa demo --headless --soak 4s

A fault is NAME@TIME, or NAME@TIME+DURATION, in seconds of the generator's clock;
NAME:twin is its harmless twin, just below the threshold. `rfa faults` lists them.")]
    Demo(Demo),
    /// Run a treatment on a generator at a serial port.
    #[command(after_long_help = "\
Examples:
  rfa run --port /dev/ttyUSB0 --plan gasserian-70
  rfa run --port gen.pty --headless --plan medial-branch-80

Headless runs are refused (exit 2) unless the generator identifies itself as simulated. There,
without --script, every gate is confirmed half a second after it opens: arming, start and each
sensory check. No person is asked, because no person can be hurt.
The first run at a terminal creates the operator file. Trips of a generator that is not simulated
are counted in $XDG_STATE_HOME/rfa/trips.toml; after the third reset it stays locked out until a
supervisor removes its line there.")]
    Run(Run),
    /// Serve a simulated generator on a pseudo-terminal.
    #[command(after_long_help = "\
Examples:
  rfa sim --link gen.pty
  rfa sim --link gen.pty --seed 7 --fault output-stuck-on@30s --for 120

While it runs it takes orders on standard input, a line each:
  fault NAME on|off, footswitch down|up, emergency-stop pressed|released")]
    Sim(Sim),
    /// Validate plan, site and tissue files.
    #[command(after_long_help = "\
Examples:
  rfa check config/plans/gasserian-stepped.toml
  rfa check config/tissues/muscle.toml
  rfa check --format json config/site.toml")]
    Check(Check),
    /// Predict the lesion of an electrode in a tissue: size, temperatures, power over time.
    #[command(after_long_help = "\
Examples:
  rfa lesion --gauge 20 --tip-mm 10 --tissue muscle --set-c 80 --hold-s 90 --at-s 60,90
  rfa lesion --gauge 22 --tip-mm 5 --tissue nerve --set-c 80 --boundary arrhenius:nerve
  rfa lesion --gauge 18 --tip-mm 10 --tissue liver --power-w 3 --probe-mm 3,5 --probe-mm 3,-1
  rfa lesion --gauge 22 --tip-mm 5 --end conical --tissue gasserian --set-c 70 --plot x.svg
  rfa lesion --gauge 20 --tip-mm 10 --tissue chicken --set-c 80 --mesh fine --format json

Tissues are the files of config/tissues by name, or a file. --hold-s and --at-s count from reaching
the set temperature. Sizes mean nothing without their boundary: state it with every one. A model
of a tissue is not a patient.")]
    Lesion(lesion::Arguments),
    /// Run treatments with faults and operator acts, and judge what came of them.
    #[command(subcommand)]
    Scenario(scenario::ScenarioCommand),
    /// Try every fault in every phase, size, electrode and tissue, and hours without any.
    #[command(after_long_help = "\
Examples:
  rfa campaign --only sensor-open/hold
  rfa campaign --quick --hours 0 --only link-cut/ramp --format json

Each case is a whole treatment on virtual time: a fault or its harmless twin, small, full or large,
in one phase, with one electrode in one tissue; two faults; or long holds with nothing but what
happens in every treatment. A fault has to end as its hazard row says: RF off inside its budget,
or arming refused. Scenarios say what that is; a twin, and a treatment without a fault, may not trip.
Exit 0: all did. Exit 4: some did not; each is told with one command that reproduces it alone.")]
    Campaign(campaign::Arguments),
    /// Measure the program: its loop over a population of needles, tissues and generators; its
    /// ticks in real time.
    #[command(subcommand)]
    Bench(bench::BenchCommand),
    /// Look into recordings.
    #[command(subcommand)]
    Rec(crate::rec::Rec),
    /// Ask a recording what would have come of it with other numbers.
    #[command(after_long_help = "\
Examples:
  rfa replay session.mcap --keys
  rfa replay session.mcap --set control.kp=0.5
  rfa replay session.mcap --set plan.ramp_s=10 --set plan.hold_s=20 --format json
  rfa replay session.mcap --set control.kp=2 --seed 3 -o what-if.mcap

The loop is closed again: control and interlock as they are, over a plant identified from the
recording alone (docs/adr/0012-what-if.md), with what the plant leaves of the readings played back.
It is computed and no treatment. First it is run with unchanged numbers; a plant that does not
reproduce its own recording (tip within 1.5 K rms, energy within 15 %, by itself) is refused.
Exit 0, whatever it finds. Exit 3: the recording was not finished. Exit 4: refused.")]
    Replay(replay::Arguments),
    /// Ask many recordings the same with many values.
    #[command(after_long_help = "\
Examples:
  rfa sweep session.mcap --set control.kp=0.5,1,2 --jobs 2
  rfa sweep session.mcap --set plan.ramp_s=5,10 --set control.kp=0.5,1 --format json

Every recording with every combination of the values, as `rfa replay` runs one; the same table
however many run at once. At most 10000 runs. Exit 0: all ran. Exit 3: some recordings could not be
asked; each says why.")]
    Sweep(sweep::Arguments),
    /// Draw recordings: temperature, power, impedance, state and what happened, over time.
    #[command(after_long_help = "\
Examples:
  rfa plot session.mcap
  rfa plot session.mcap -o session.svg
  rfa plot session.mcap --from 2 --to 8 --signals tip,set,power -o part.png
  rfa plot session.mcap other.mcap -o both.html

One figure, as text as wide as the terminal, as SVG, PNG or a page; no display is needed. A column
of it shows its lowest and highest value: no peak is left out, however long the session is. With
more than one recording the first has whole lines, and the marks are its own.
Exit 0: all of it. Exit 3: a recording is not whole; what could be read is drawn.")]
    Plot(plot::Arguments),
    /// Write a recording's report: one page with everything in it, or a PDF.
    #[command(after_long_help = "\
Examples:
  rfa report session.mcap -o report.html
  rfa report session.mcap -o report.html --pdf report.pdf

Plan and its source, electrode, limits, impedances, steps, curves, lesion as predicted, dose, alarms
and what was done about them, trips with value and limit, program, chain, gaps, notes. The page
fetches nothing and runs no script. --pdf prints it with the Chromium that is installed.
Exit 0: all of it. Exit 3: the recording is not whole; the report says so at its top.")]
    Report(report::Arguments),
    /// Compare recordings: plan, settings, signals, trips, events, steps, dose, aligned at an
    /// event.
    #[command(after_long_help = "\
Examples:
  rfa diff session.mcap signed.mcap
  rfa diff session.mcap signed.mcap --align first-60 --tolerance tip=0.5,power=0.1 --format json
  rfa diff session.mcap killed.mcap --align clock

Each B is compared with A, tick by tick from the event on which both are aligned: rf-on, the first
tick in which RF may be delivered; first-C, the first tick at C degrees; clock, the first tick.
Values are those of the newest report so far. Both are read side by side and not kept.
Without --tolerance all of that has to be the same but the origin: generator, seed and version. With
it the signals may differ by that much, and the figures that follow from them are told and not
judged; plan, settings, tripped rules, events from the alignment on, complete steps, and what only
one of them has, still are.
Exit 0: equal. Exit 4: different. Exit 3: equal as far as they go; one is not whole.")]
    Diff(diff::Arguments),
    /// Statistics over many recordings: reached, time to temperature, overshoot, hold error, trips,
    /// energy, lesion.
    #[command(after_long_help = "\
Examples:
  rfa stats session.mcap
  rfa stats recordings --by plan,electrode,site
  rfa stats recordings --recompute --format csv
  rfa stats recordings --by site --format json

The figures are those of each session's summary, found by the index at the file's end: what stands
before it is not read, and `rfa rec check` shows whether it is whole. --recompute computes them from
every tick, and gives the same. A recording without a summary is computed from its ticks, and told.
Overshoot and hold error are of the sensed temperature; those that end in _true are a simulator's
own. Quantiles are by linear interpolation (type 7: DuckDB's quantile_cont, Spark's percentile).
Exit 0: every file is counted. Exit 3: some could not be used; each is told with the reason.")]
    Stats(stats::Arguments),
    /// Write a fleet's recordings as partitioned Parquet, for DuckDB, polars and Spark.
    #[command(after_long_help = dataset::HELP)]
    ExportDataset(dataset::Arguments),
    /// List the shipped plans.
    Plans(Output),
    /// List the simulated generator's faults.
    Faults(Output),
    /// List the console's keys.
    Keys(Output),
    /// Explain an alarm: cause, what was done, what to do.
    #[command(after_long_help = "\
Examples:
  rfa explain AL-04")]
    Explain {
        /// The alarm, e.g. AL-04.
        alarm: String,
        #[command(flatten)]
        output: Output,
    },
    /// Print a completion script for a shell.
    #[command(after_long_help = "\
Examples:
  rfa completions bash")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// How results are printed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Output {
    /// Text for people, JSON for machines.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines: one JSON value on stdout.
    Json,
}

/// What demo and run share.
#[derive(Debug, Args)]
pub(crate) struct Treatment {
    /// Plan: the name of a shipped one (`rfa plans`), or a file.
    #[arg(long, default_value = "gasserian-stepped", value_name = "NAME|FILE")]
    pub(crate) plan: String,
    /// No console: the script answers, the summary goes to stdout.
    #[arg(long)]
    pub(crate) headless: bool,
    /// Script that answers the operator's gates (example: config/script.toml); without it they
    /// are confirmed.
    #[arg(long, value_name = "FILE", requires = "headless")]
    pub(crate) script: Option<PathBuf>,
    /// Recording; without it, a name made from plan and date in the site's recording folder
    /// (nothing is recorded on virtual time).
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Key that signs the recording as it is written (`rfa rec key`).
    #[arg(long, value_name = "FILE")]
    pub(crate) sign_key: Option<PathBuf>,
    /// Site file with limits and link settings.
    #[arg(long, value_name = "FILE")]
    pub(crate) site: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) look: Look,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// How the console looks.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Look {
    /// Colours of the console; mono where NO_COLOR is set.
    #[arg(long, value_enum, default_value_t = ThemeName::Dark)]
    pub(crate) theme: ThemeName,
    /// Characters of its pictures; block or ascii where the font lacks braille.
    #[arg(long, value_enum, default_value_t = SymbolsName::Braille)]
    pub(crate) symbols: SymbolsName,
}

/// Colours of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeName {
    /// Light text on a dark ground.
    Dark,
    /// Dark text on a light ground.
    Light,
    /// No colour: bold, reverse and underline.
    Mono,
}

/// Characters of the console's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SymbolsName {
    /// Braille dots.
    Braille,
    /// Half blocks.
    Block,
    /// Nothing but ASCII.
    Ascii,
}

/// A treatment on the built-in simulator.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) treatment: Treatment,
    /// Seed of the simulated generator's noise.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// On virtual time: no wall clock, the same result every time.
    #[arg(long = "virtual", requires = "headless")]
    pub(crate) virtual_time: bool,
    /// Fault to switch on: NAME@TIME[+DURATION]; may be given more than once.
    #[arg(long = "fault", value_name = "NAME@TIME")]
    pub(crate) faults: Vec<String>,
    /// Treat back to back for so long, e.g. 30m, in real time with every core loaded; each late
    /// tick and each trip is explained or told, every recording re-executed.
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "headless",
        conflicts_with_all = ["virtual_time", "faults", "footswitch", "script", "record"])]
    pub(crate) soak: Option<Duration>,
    /// Fit a footswitch to the simulated generator; the script's foot is on it (with --headless).
    #[arg(long)]
    pub(crate) footswitch: bool,
}

/// A treatment on a generator at a port.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Serial port of the generator.
    #[arg(long, value_name = "PATH")]
    pub(crate) port: PathBuf,
    #[command(flatten)]
    pub(crate) treatment: Treatment,
    /// Operator file; without it, the one in the user's configuration folder.
    #[arg(long, value_name = "FILE")]
    pub(crate) operators: Option<PathBuf>,
}

/// Refused before anything is opened.
fn speed(text: &str) -> Result<f64, String> {
    let range = SPEED_MIN..=SPEED_MAX;
    let speed = text.parse().ok().filter(|speed| range.contains(speed));
    speed.ok_or_else(|| format!("a number from {SPEED_MIN} to {SPEED_MAX} is wanted"))
}

/// A number with s, m or h behind it: 1 s to 24 h.
fn duration(text: &str) -> Result<Duration, String> {
    let wanted = || "a time of 1s to 24h is wanted, e.g. 90s, 30m or 1h".to_owned();
    let (unit, seconds) = [('s', 1_u64), ('m', 60), ('h', 3_600)]
        .into_iter()
        .find(|(unit, _)| text.ends_with(*unit))
        .ok_or_else(wanted)?;
    let number: u64 = text.trim_end_matches(unit).parse().map_err(|_| wanted())?;
    let seconds = number.checked_mul(seconds).filter(|s| (1..=86_400).contains(s));
    seconds.map(Duration::from_secs).ok_or_else(wanted)
}

/// A simulated generator.
#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// Path of the link to the pseudo-terminal.
    #[arg(long, value_name = "PATH")]
    pub(crate) link: PathBuf,
    /// Site file with link settings and key; without it, the shipped example.
    #[arg(long, value_name = "FILE")]
    pub(crate) site: Option<PathBuf>,
    /// Run its clock this many times as fast as real time, 0.1 to 1000.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR", value_parser = speed)]
    pub(crate) speed: f64,
    /// Plan whose electrode is connected: the name of a shipped one, or a file.
    #[arg(long, default_value = "gasserian-stepped", value_name = "NAME|FILE")]
    pub(crate) plan: String,
    /// Seed of its noise.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Fault to switch on: NAME@TIME[+DURATION]; may be given more than once.
    #[arg(long = "fault", value_name = "NAME@TIME")]
    pub(crate) faults: Vec<String>,
    /// Fit a footswitch.
    #[arg(long)]
    pub(crate) footswitch: bool,
    /// End after this many seconds; without it, at an interrupt.
    #[arg(long = "for", value_name = "SECONDS")]
    pub(crate) for_s: Option<u64>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Files to validate.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Plan, site or tissue files; which it is, the file's own sections tell.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}
