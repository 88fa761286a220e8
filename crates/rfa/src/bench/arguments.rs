//! Arguments of `rfa bench`. Every example in the long help is run by a test.

use super::latency;
use clap::Subcommand;

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// The real-time ticks: lateness, steps, telemetry to grant, fault to off.
    #[command(after_long_help = "\
Examples:
  rfa bench latency --ticks 400 --faults 1 --load none
  rfa bench latency --ticks 400 --faults 0 --load cores --format json

Whole treatments run through a real pseudo-terminal on the real threads, with the cores idle and
then with a busy thread of ordinary priority for each core. In the same run, at the same priority
and period: cyclictest of rt-tests where it is installed (apt install rt-tests), a bare thread that
does the same in this process, and a bare echo through a pseudo-terminal of its own.
Exit 0: every target is met. Exit 4: some are not.")]
    Latency(latency::Arguments),
}
