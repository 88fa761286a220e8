//! Arguments of `rfa rec play`.

use crate::cli::Look;
use crate::rec::follow::FollowArguments;
use clap::Args;
use rfa_session::playback::{SPEED_MAX_MILLI, SPEED_MIN_MILLI, time_us};
use std::path::PathBuf;

/// What is played, and how.
#[derive(Debug, Args)]
pub(crate) struct Play {
    /// The recording.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A second recording in the same trend, aligned on RF on.
    #[arg(long, value_name = "OTHER")]
    pub(crate) beside: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) follow: FollowArguments,
    /// Start at this time since the first tick: seconds or m:ss.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) from: Option<u64>,
    /// How many times as fast as it was, 0.1 to 100.
    #[arg(long = "speed", value_name = "FACTOR", default_value = "1", value_parser = speed)]
    pub(crate) speed_milli: u32,
    /// Play this part only: times with .. between, either may be left out.
    #[arg(long, value_name = "FROM..TO", value_parser = range,
          conflicts_with = "follow")]
    pub(crate) range: Option<(u64, Option<u64>)>,
    /// Begin again at the end.
    #[arg(long = "loop", conflicts_with = "follow")]
    pub(crate) repeat: bool,
    #[command(flatten)]
    pub(crate) look: Look,
}

/// A time since the first tick, in microseconds.
fn moment(text: &str) -> Result<u64, String> {
    time_us(text).ok_or_else(|| "seconds or m:ss are wanted, e.g. 83.5 or 1:23.5".to_owned())
}

/// Two times with `..` between.
fn range(text: &str) -> Result<(u64, Option<u64>), String> {
    let wanted = || "two times are wanted, e.g. 10..60, 1:10..2:00, 10.. or ..60".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(wanted)?;
    let side = |text: &str| match text {
        "" => Ok(None),
        text => time_us(text).map(Some).ok_or_else(wanted),
    };
    let (from, to) = (side(from)?.unwrap_or(0), side(to)?);
    if to.is_some_and(|to| to < from) {
        return Err("the range ends before it begins".to_owned());
    }
    Ok((from, to))
}

/// A speed, in thousandths.
fn speed(text: &str) -> Result<u32, String> {
    let (min, max) = (f64::from(SPEED_MIN_MILLI) / 1e3, f64::from(SPEED_MAX_MILLI) / 1e3);
    let speed = text.parse().ok().filter(|speed| (min..=max).contains(speed));
    let wanted = || format!("a number from {min} to {max} is wanted");
    speed.map(|speed: f64| (speed * 1e3).round() as u32).ok_or_else(wanted)
}
