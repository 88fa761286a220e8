//! `rfa replay`: what would have come of a recording with other numbers. Opens no device.

pub(crate) mod text;

use crate::cli::{Format, Output};
use crate::exit::{Exit, Stop};
use crate::output;
use clap::Args;
use rfa_replay::whatif::{
    Asked, Noise, Quality, Report, Run, Session, SettingError, Setup, WhatIfError,
};
use std::path::{Path, PathBuf};

/// What is asked of a recording.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The recording.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Number to set: KEY=VALUE; may be given more than once. Without any, the recording's own.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
    /// List every key with its unit, its range and the recording's value.
    #[arg(long, conflicts_with_all = ["settings", "seed", "to"])]
    pub(crate) keys: bool,
    /// Draw the sensor's noise anew from this seed; without it the recorded noise is played back.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Write the what-if as a new recording, marked as what it is.
    #[arg(short = 'o', long = "output", value_name = "OUT")]
    pub(crate) to: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

pub(crate) fn replay(arguments: &Arguments) -> Result<Exit, Stop> {
    let format = arguments.output.format;
    if arguments.keys {
        return keys(&arguments.file, format);
    }
    if let Some(to) = arguments.to.as_deref().filter(|to| to.exists()) {
        return Err(Stop::usage(format!("{}: is there already; name a new file", to.display())));
    }
    let noise = arguments.seed.map_or(Noise::Recorded, Noise::Drawn);
    let question = Question {
        settings: &arguments.settings,
        noise,
        to: arguments.to.as_deref(),
        lesion: true,
    };
    let Answered { report, truncated, .. } = ask(&arguments.file, &question)?;
    match format {
        Format::Json => output::json(&report)?,
        Format::Text => output::line(text::report(&report).trim_end())?,
    }
    if truncated {
        eprintln!("warning: {NOT_FINISHED}");
    }
    Ok(if truncated { Exit::Loss } else { Exit::Ok })
}

/// What is said of a what-if whose recording has no end.
pub(crate) const NOT_FINISHED: &str =
    "the recording was not finished; what is left of it was taken";

/// What is asked of a recording, as it was typed.
pub(crate) struct Question<'a> {
    pub(crate) settings: &'a [String],
    pub(crate) noise: Noise,
    pub(crate) to: Option<&'a Path>,
    /// Whether the lesion is modelled, which takes longer than all else.
    pub(crate) lesion: bool,
}

/// What came of it.
pub(crate) struct Answered {
    pub(crate) report: Report,
    pub(crate) run: Run,
    pub(crate) truncated: bool,
}

/// Runs the recording in `file` again with other numbers.
pub(crate) fn ask(file: &Path, question: &Question<'_>) -> Result<Answered, Stop> {
    let Question { settings, noise, to, lesion } = *question;
    // Settings first: a wrong key is told before anything is computed.
    let recorded = Setup::of(file).map_err(|e| stop(file, &e))?;
    let set = settings.iter().map(|text| recorded.parse(text));
    let settings = set.collect::<Result<Vec<_>, _>>().map_err(|e| usage(&e))?;
    recorded.with(&settings).map_err(|e| usage(&e))?;
    let session = Session::open(file, lesion).map_err(|e| stop(file, &e))?;
    refuse_poor(file, session.quality())?;
    let asked = Asked { settings: &settings, noise, to };
    let (mut report, run) = session.report(&asked).map_err(|e| stop(file, &e))?;
    report.other_rfa = recorded.other_rfa(Some(crate::COMMIT));
    Ok(Answered { report, run, truncated: session.truncated() })
}

fn keys(file: &Path, format: Format) -> Result<Exit, Stop> {
    let setup = Setup::of(file).map_err(|e| stop(file, &e))?;
    if let Some(other) = setup.other_rfa(Some(crate::COMMIT)) {
        eprintln!("warning: {}", output::plain(&other));
    }
    let keys = setup.keys();
    match format {
        Format::Json => output::json(&keys)?,
        Format::Text => output::line(text::keys(&keys).trim_end())?,
    }
    Ok(Exit::Ok)
}

/// A plant that does not reproduce its own recording says nothing of another one.
pub(crate) fn refuse_poor(file: &Path, quality: &Quality) -> Result<(), Stop> {
    match quality.poor() {
        None => Ok(()),
        Some(why) => Err(Stop {
            exit: Exit::Difference,
            message: format!("{}: no what-if: {why}", file.display()),
        }),
    }
}

/// A wrong setting is usage, all else a failure.
pub(crate) fn stop(file: &Path, error: &WhatIfError) -> Stop {
    match error {
        WhatIfError::Setting(error) => usage(error),
        WhatIfError::Replay(_) | WhatIfError::Write(_) => Stop::failure(error.to_string()),
        other => Stop::failure(format!("{}: {other}", file.display())),
    }
}

fn usage(error: &SettingError) -> Stop {
    Stop::usage(error.to_string())
}
