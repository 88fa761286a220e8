//! `rfa rec cut, merge, note, attach, deidentify`: new recordings from old ones.

use super::export;
use crate::cli::Format;
use crate::exit::{Exit, Stop};
use crate::output;
use rfa_record::{Attached, Clock, CopyError, NoteMessage, Part, Recording, SigningKey};
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) fn cut(from: &Path, part: Part, to: &Path, format: Format) -> Result<Exit, Stop> {
    let report = rfa_record::cut(from, to, part).map_err(stop)?;
    print(&report, format)?;
    if !report.from_start {
        eprintln!("{}: is no longer from the session's start: cannot be verified", to.display());
    }
    let whole = report.damage.is_empty() && report.end == rfa_record::End::Finished;
    Ok(if whole { Exit::Ok } else { Exit::Loss })
}

pub(super) fn merge(files: &[PathBuf], format: Format) -> Result<Exit, Stop> {
    let Some((to, from)) = files.split_last() else {
        return Err(Stop::usage("merge: parts and a new file are wanted"));
    };
    let report = rfa_record::merge(from, to).map_err(stop)?;
    print(&report, format)?;
    for part in &report.parts {
        let damaged = part.damage.iter().map(|d| format!("byte {}: {}", d.at, d.why));
        for why in damaged.chain(export::cut_short(&part.end)) {
            eprintln!("{}: not whole: {}", part.path.display(), output::plain(&why));
        }
    }
    Ok(if report.whole { Exit::Ok } else { Exit::Loss })
}

pub(super) fn note(
    from: &Path,
    to: &Path,
    text: &str,
    author: Option<&str>,
    at_us: Option<i64>,
    key: Option<&Path>,
) -> Result<Exit, Stop> {
    let recording = Recording::open(from).map_err(|e| Stop::failure(e.to_string()))?;
    let now = || u64::try_from(jiff::Timestamp::now().as_microsecond()).ok();
    let note = NoteMessage {
        text: text.to_owned(),
        author: author.map(str::to_owned),
        written_unix_us: match recording.header().clock {
            Clock::Virtual => None,
            Clock::Wall { .. } => now(),
        },
    };
    rfa_record::annotate(from, to, &note, at_us, signing(key)?).map_err(stop)?;
    output::line(&format!("wrote {}", to.display()))?;
    Ok(Exit::Ok)
}

pub(super) fn attach(
    from: &Path,
    path: &Path,
    to: &Path,
    media_type: Option<&str>,
    key: Option<&Path>,
) -> Result<Exit, Stop> {
    let data = read(path).map_err(|e| Stop::usage(format!("{}: {e}", path.display())))?;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Stop::usage(format!("{}: has no name", path.display())))?;
    let media_type = media_type.unwrap_or_else(|| by_ending(path)).to_owned();
    let file = Attached { name: name.to_owned(), media_type, data };
    rfa_record::attach(from, to, &file, signing(key)?).map_err(stop)?;
    output::line(&format!("wrote {}", to.display()))?;
    Ok(Exit::Ok)
}

/// The file's bytes, one more than can be kept at most: a device or a pipe has no end.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut data = Vec::new();
    let most = rfa_record::ATTACHED_FILE_BYTES_MAX as u64 + 1;
    std::fs::File::open(path)?.take(most).read_to_end(&mut data)?;
    Ok(data)
}

pub(super) fn deidentify(from: &Path, to: &Path, format: Format) -> Result<Exit, Stop> {
    let report = rfa_record::deidentify(from, to).map_err(stop)?;
    match format {
        Format::Json => output::json(&report)?,
        Format::Text => {
            let list = |label: &str, lines: &[String]| {
                lines
                    .iter()
                    .map(|line| format!("{label}: {}", output::plain(line)))
                    .collect::<Vec<_>>()
            };
            let lines = [list("removed", &report.removed), list("kept", &report.kept)].concat();
            output::line(&lines.join("\n"))?;
        }
    }
    let whole = report.damage.is_empty() && report.end == rfa_record::End::Finished;
    Ok(if whole { Exit::Ok } else { Exit::Loss })
}

fn signing(key: Option<&Path>) -> Result<Option<SigningKey>, Stop> {
    key.map(SigningKey::read).transpose().map_err(|e| Stop::usage(e.to_string()))
}

/// Media types of the files that are likely.
fn by_ending(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "toml" => "application/toml",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "html" => "text/html",
        "txt" | "md" => "text/plain",
        "csv" => "text/csv",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

fn print(report: &impl Serialize, format: Format) -> Result<(), Stop> {
    match format {
        Format::Json => output::json(report),
        Format::Text => output::readable(report),
    }
}

/// What the person asked for cannot be, or the machine failed.
pub(super) fn stop(error: CopyError) -> Stop {
    match error {
        CopyError::Refused { .. } => Stop::usage(error.to_string()),
        _ => Stop::failure(error.to_string()),
    }
}
