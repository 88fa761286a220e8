//! `rfa rec`: look into recordings. Nothing here can open a device.

mod arguments;
mod cat;
mod chain;
mod edit;
mod export;
mod follow;
mod play;
mod text;

use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use arguments::RecFile;
pub(crate) use arguments::{Rec, seconds};
use follow::{Follow, FollowArguments};
use rfa_record::{Part, Recording};
use std::path::Path;
pub(crate) use text::Lines;

pub(crate) fn rec(command: Rec) -> Result<Exit, Stop> {
    match command {
        Rec::Info { of, follow } => info(&of, follow),
        Rec::Cat(arguments) => cat::cat(&arguments),
        Rec::Play(arguments) => play::play(&arguments),
        Rec::Verify { of, follow } => verify(&of, follow),
        Rec::Rules { file, site, output } => rules(&file, &site, output.format),
        Rec::Export(arguments) => export::export(&arguments),
        Rec::Recover { from, to, output } => recover(&from, &to, output.format),
        Rec::Cut { from_file, from, to, to_file, output } => {
            let part = Part { from_us: from, until_us: to };
            edit::cut(&from_file, part, &to_file, output.format)
        }
        Rec::Merge { files, output } => edit::merge(&files, output.format),
        Rec::Note { from, text, to, at, author, key } => {
            edit::note(&from, &to, &text, author.as_deref(), at, key.as_deref())
        }
        Rec::Attach { from, path, to, media_type, key } => {
            edit::attach(&from, &path, &to, media_type.as_deref(), key.as_deref())
        }
        Rec::Check { file, key, output } => chain::check(&file, key.as_deref(), output.format),
        Rec::Sign { from, to, key } => chain::sign(&from, &to, &key),
        Rec::Key { to } => chain::key(&to),
        Rec::Deidentify { from, to, output } => edit::deidentify(&from, &to, output.format),
    }
}

fn info(arguments: &RecFile, follow: FollowArguments) -> Result<Exit, Stop> {
    let following = follow.follow;
    let (mut follow, mut said) = (Follow::new(&arguments.file, follow), String::new());
    let mut wait = |so_far: &rfa_record::Info| {
        let goes_on = follow.wait();
        let now = text::so_far(so_far, follow.bytes());
        if following && now != said {
            eprintln!("{now}");
            said = now;
        }
        goes_on
    };
    let info = Recording::open(&arguments.file)
        .and_then(|recording| recording.info_following(&mut wait))
        .map_err(|e| Stop::failure(e.to_string()))?;
    match arguments.output.format {
        Format::Json => output::json(&info)?,
        Format::Text => output::line(text::text(&info).trim_end())?,
    }
    Ok(if info.truncated || info.lost_ticks > 0 { Exit::Loss } else { Exit::Ok })
}

fn verify(arguments: &RecFile, follow: FollowArguments) -> Result<Exit, Stop> {
    let mut follow = Follow::new(&arguments.file, follow);
    let report = rfa_replay::verify_growing(&arguments.file, &mut || follow.wait())
        .map_err(|e| Stop::failure(e.to_string()))?;
    match arguments.output.format {
        Format::Json => output::json(&report)?,
        Format::Text => output::line(report.to_string().trim_end())?,
    }
    Ok(match report.outcome {
        rfa_replay::Outcome::Equal => Exit::Ok,
        rfa_replay::Outcome::EqualAsFarAsItGoes => Exit::Loss,
        rfa_replay::Outcome::Different | rfa_replay::Outcome::Unsafe => Exit::Difference,
        rfa_replay::Outcome::Broken => Exit::Failure,
    })
}

fn rules(file: &Path, site: &Path, format: Format) -> Result<Exit, Stop> {
    let site = rfa_plan::read_site(site).map_err(|e| Stop::usage(e.to_string()))?;
    let thresholds = rfa_runtime::tried_thresholds(&site.limits)
        .map_err(|e| Stop::usage(format!("the site's thresholds: {e}")))?;
    let report = rfa_replay::passive(file, thresholds).map_err(|e| Stop::failure(e.to_string()))?;
    match format {
        Format::Json => output::json(&report)?,
        Format::Text => output::line(text::passive(&report).trim_end())?,
    }
    Ok(if report.stopped.is_some() { Exit::Loss } else { Exit::Ok })
}

fn recover(from: &Path, to: &Path, format: Format) -> Result<Exit, Stop> {
    let recovered = rfa_record::recover(from, to).map_err(|e| Stop::failure(e.to_string()))?;
    match format {
        Format::Json => output::json(&recovered)?,
        Format::Text => output::readable(&recovered)?,
    }
    Ok(if recovered.whole { Exit::Ok } else { Exit::Loss })
}
