//! Arguments of `rfa rec`.

use super::follow::FollowArguments;
use super::play::Play;
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
  rfa rec info --format json session.mcap
  rfa rec info --follow session.mcap

With --follow a recording that is being written is waited for; how far it is stands on stderr. One
that does not grow for --follow-timeout-s has ended: exit 3.")]
    Info {
        #[command(flatten)]
        of: RecFile,
        #[command(flatten)]
        follow: FollowArguments,
    },
    /// Print its messages, one a line.
    #[command(after_long_help = "\
Examples:
  rfa rec cat session.mcap
  rfa rec cat session.mcap --channel /event,/alarm --from 0 --to 60
  rfa rec cat session.mcap --channel /tick --to 0.05 --format json
  rfa rec cat session.mcap --channel /event --follow

Times count from the first tick, in seconds. Without --channel everything but /tick and /truth,
which come a hundred times a second. --format json gives one JSON object a line.
Exit 0: all of it. Exit 3: the recording is not whole; what could be read is printed.")]
    Cat(Cat),
    /// Play it on the console: pause, step, go back, seek; nothing is connected.
    #[command(after_long_help = "\
Examples:
  rfa rec play session.mcap
  rfa rec play session.mcap --from 0:03.5 --speed 0.5
  rfa rec play session.mcap --range 2..8 --loop
  rfa rec play session.mcap --beside noted.mcap
  rfa rec play session.mcap --follow

Every screen as it was at the moment that is shown. Space plays and pauses, . and , go one tick on
and back, Left and Right a second, [ and ] to the event before and after, < and > change the speed,
' goes to a time or an event, q quits; ? lists every key (`rfa keys` too). No key acts on a generator.
The second recording's tip temperature stands in the same trend, dashed, aligned on RF on.
--follow begins at the end of a recording that is being written and shows each newest tick;
whoever goes back comes to the end again with G and Space.
An unfinished recording is played as far as it goes; damaged places are told. Exit 3: one of these.")]
    Play(Play),
    /// Run control and interlock over the recorded inputs; compare every output bit for bit.
    #[command(after_long_help = "\
Examples:
  rfa rec verify session.mcap
  rfa rec verify session.mcap --follow

Exit 0: equal. Exit 4: different; the first differing tick is printed. Comparing nothing is a
failure. Re-execution starts from the session's first tick: a part cut out behind it cannot be
verified, and that is a failure too.
With --follow a recording that is being written is verified tick by tick, to its end.")]
    Verify {
        #[command(flatten)]
        of: RecFile,
        #[command(flatten)]
        follow: FollowArguments,
    },
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
  rfa rec export session.mcap --to parquet -o session.parquet
  rfa rec export session.mcap --to edf -o session.edf
  rfa rec export session.mcap --to ndjson --topic /alarm --topic /event -o alarms.ndjson
  rfa rec export session.mcap --to csv --follow

A table has one line a tick, under names that end with the unit; measured values are those of the
newest report in the tick. Times count from the first tick. Numbers are exact.
EDF+ has tip and set temperature, power, voltage, current and impedance, a hundred samples a second,
and annotations for output, states, trips, alarms and notes; a signal's lowest value is no reading.
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
    /// Check that every record is as it was written, by the recording's own chain.
    #[command(after_long_help = "\
Examples:
  rfa rec check session.mcap
  rfa rec check signed.mcap --key site.pem.pub

Every chunk of a recording ends in a checkpoint, a hash over all records before it, signed where
the site has a key. Without a signature a chain shows accidents: whoever can write the file can
write another chain. With --key all of it has to be signed by that key.
Exit 0: intact. Exit 4: not; the first record that does not fit is named, with its place in the file
and its tick. A recording that was cut short, or whose program was killed, is not intact.")]
    Check {
        /// The recording.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The site's public key.
        #[arg(long, value_name = "PUB")]
        key: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Copy it with a signature over everything in it.
    #[command(after_long_help = "\
Examples:
  rfa rec sign session.mcap sealed.mcap --key site.pem

What does not fit its chain is not signed. `rfa demo` and `rfa run` sign while they record, with
--sign-key.")]
    Sign {
        /// The recording.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        /// The new file.
        #[arg(value_name = "OUT")]
        to: PathBuf,
        /// The secret key.
        #[arg(long, value_name = "KEY")]
        key: PathBuf,
    },
    /// Draw a new key that signs recordings.
    #[command(after_long_help = "\
Examples:
  rfa rec key new.pem

Writes the secret key to NEW, for its owner alone, and the public one to NEW.pub: Ed25519, as
`openssl genpkey -algorithm ed25519` writes it. Whoever has the secret key can sign anything.")]
    Key {
        /// The new file.
        #[arg(value_name = "NEW")]
        to: PathBuf,
    },
    /// Write a part of it as a new recording.
    #[command(after_long_help = "\
Examples:
  rfa rec cut session.mcap --from 2 --to 8 part.mcap
  rfa rec cut session.mcap --to 8 start.mcap

Times count from the first tick, in seconds. Messages are taken over byte for byte. The new file
says that it is a cut, and of what. Only a cut from the start can be verified; others are refused
there. The session's summary is left out with the ticks it speaks of.")]
    Cut {
        /// The recording.
        #[arg(value_name = "FILE")]
        from_file: PathBuf,
        /// Nothing before this time since the first tick, s.
        #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
        from: Option<i64>,
        /// Nothing from this time on, s.
        #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
        to: Option<i64>,
        /// The new file.
        #[arg(value_name = "OUT")]
        to_file: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Put the parts of one session together.
    #[command(after_long_help = "\
Examples:
  rfa rec cut session.mcap --to 5 first.mcap
  rfa rec cut session.mcap --from 4 rest.mcap
  rfa rec merge first.mcap rest.mcap merged.mcap

Parts of one session, cut or recovered, in any order: they are put in the order of their ticks, and
what two of them hold is taken once and has to be the same. Where none is missing the result can be
verified again. Other sessions are refused: a recording holds one, and a day is a folder of files.")]
    Merge {
        /// The parts, and behind them the new file.
        #[arg(required = true, num_args = 3.., value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Copy it with a note.
    #[command(after_long_help = "\
Examples:
  rfa rec note session.mcap \"pad looked dry\" noted.mcap --at 4.5 --author nina")]
    Note {
        /// The recording.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        /// The note.
        text: String,
        /// The new file.
        #[arg(value_name = "OUT")]
        to: PathBuf,
        /// What moment it is about, s since the first tick; without it, the end.
        #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
        at: Option<i64>,
        /// Who writes it.
        #[arg(long, value_name = "NAME")]
        author: Option<String>,
        /// Key that signs what is added; a signed recording is not intact without.
        #[arg(long, value_name = "KEY")]
        key: Option<PathBuf>,
    },
    /// Copy it with a file kept inside.
    #[command(after_long_help = "\
Examples:
  rfa rec attach session.mcap config/site.toml attached.mcap

Any MCAP tool takes the file out again, e.g. `mcap get attachment`.")]
    Attach {
        /// The recording.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        /// The file to keep.
        path: PathBuf,
        /// The new file.
        #[arg(value_name = "OUT")]
        to: PathBuf,
        /// Its media type; without it, by its name's ending.
        #[arg(long, value_name = "TYPE")]
        media_type: Option<String>,
        /// Key that signs what is added; a signed recording is not intact without.
        #[arg(long, value_name = "KEY")]
        key: Option<PathBuf>,
    },
    /// Copy it without what names persons, the site, the generator or the day.
    #[command(after_long_help = "\
Examples:
  rfa rec deidentify session.mcap nameless.mcap

Operators become operator-1 and so on; site, script and later files, notes, the generator's serial
number and messages of other programs are left out; the session starts at 2000-01-01 00:00 UTC.
What was taken out and what is kept is listed: judge what is kept before it leaves the house.
Ticks are as they were, and the copy can be verified.")]
    Deidentify {
        /// The recording.
        #[arg(value_name = "FILE")]
        from: PathBuf,
        /// The new file.
        #[arg(value_name = "OUT")]
        to: PathBuf,
        #[command(flatten)]
        output: Output,
    },
}

/// What of a recording is printed.
#[derive(Debug, Args)]
pub(crate) struct Cat {
    /// The recording.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Channels, separated by commas.
    #[arg(long = "channel", value_name = "CHANNEL", value_delimiter = ',', value_parser = topic)]
    pub(crate) channels: Vec<Topic>,
    /// Nothing before this time since the first tick, s.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) from: Option<i64>,
    /// Nothing from this time on, s.
    #[arg(long, value_name = "TIME", value_parser = seconds, allow_negative_numbers = true)]
    pub(crate) to: Option<i64>,
    #[command(flatten)]
    pub(crate) follow: FollowArguments,
    #[command(flatten)]
    pub(crate) output: Output,
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
    #[command(flatten)]
    pub(crate) follow: FollowArguments,
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
    /// A table of ticks, as `rfa export-dataset` writes it; into a file.
    Parquet,
    /// Signals and annotations as EDF+ (continuous); into a file.
    Edf,
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
pub(crate) fn seconds(text: &str) -> Result<i64, String> {
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
