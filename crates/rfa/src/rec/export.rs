//! `rfa rec export`: recordings for other tools.

use super::arguments::{Export, ExportTo};
use super::follow::Follow;
use crate::exit::{Exit, Stop};
use crate::output;
use rfa_record::{End, ExportError, Exported, Part, Recording, Topic};
use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::Path;

pub(super) fn export(arguments: &Export) -> Result<Exit, Stop> {
    let Export { file, to, from_s, until_s, topics, follow, output: new_file } = arguments;
    if *to != ExportTo::Ndjson && topics.iter().any(|topic| *topic != Topic::Tick) {
        let mend = "a table is of /tick; write other topics with --to ndjson";
        return Err(Stop::usage(format!("--topic: {mend}")));
    }
    let recording = Recording::open(file).map_err(|e| Stop::failure(e.to_string()))?;
    let part = Part { from_us: *from_s, until_us: *until_s };
    if matches!(to, ExportTo::Parquet | ExportTo::Edf) {
        return indexed(arguments, &recording, part);
    }
    let all: Vec<_> = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Chain).collect();
    let topics = if topics.is_empty() { &all } else { topics };
    let mut follow = Follow::new(file, *follow);
    let mut wait = || follow.wait();
    let mut write = |out: &mut dyn Write| {
        let mut out = BufWriter::new(out);
        let exported = if *to == ExportTo::Csv {
            rfa_record::export_csv(&recording, part, &mut out, &mut wait)
        } else {
            rfa_record::export_ndjson(&recording, part, topics, &mut out, &mut wait)
        }?;
        out.flush()?;
        Ok(exported)
    };
    let exported = match new_file {
        Some(path) => {
            let exported = into_new_file(path, |mut file| write(&mut file))?;
            output::line(&format!("wrote {} lines to {}", exported.lines, path.display()))?;
            exported
        }
        None => match write(&mut stdout().lock()) {
            // A reader that has gone away is no failure of ours.
            Err(error) if error.reader_gone() => return Ok(Exit::Ok),
            written => written.map_err(|e| Stop::failure(e.to_string()))?,
        },
    };
    Ok(exit(file, &exported))
}

/// A file that says at its ends how much is in it: it cannot be followed, nor written to a pipe.
fn indexed(arguments: &Export, recording: &Recording, part: Part) -> Result<Exit, Stop> {
    let edf = arguments.to == ExportTo::Edf;
    let Some(path) = &arguments.output else {
        let to = if edf { "edf" } else { "parquet" };
        return Err(Stop::usage(format!("--to {to} writes a file: name it with -o FILE")));
    };
    if arguments.follow.follow {
        let mend = "such a file cannot grow while it is read; follow with --to csv or ndjson";
        return Err(Stop::usage(format!("--follow: {mend}")));
    }
    let (mut said, at) = (String::new(), path.display());
    let exported = into_new_file(path, |file| {
        if !edf {
            let exported = rfa_dataset::export_parquet(recording, part, file)?;
            said = format!("wrote {} rows to {at}", exported.lines);
            return Ok(exported);
        }
        let rfa_dataset::ExportedEdf { exported, annotations, annotations_left_out, beyond, gaps } =
            rfa_dataset::export_edf(recording, part, file)?;
        said = format!("wrote {} ticks and {annotations} annotations to {at}", exported.lines);
        let told = [
            (gaps, "ticks between them are not on record and stand as not measured"),
            (beyond, "values are beyond their signal's range and stand as its end"),
            (annotations_left_out, "annotations more are left out"),
        ];
        for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
            said.push_str(&format!("; {count} {what}"));
        }
        Ok(exported)
    })?;
    output::line(&said)?;
    Ok(exit(&arguments.file, &exported))
}

/// Says on stderr what is missing.
pub(super) fn exit(file: &Path, exported: &Exported) -> Exit {
    if exported.whole() {
        return Exit::Ok;
    }
    eprintln!("{}: {}", file.display(), loss(exported));
    Exit::Loss
}

/// What of the recording is missing.
fn loss(exported: &Exported) -> String {
    let damaged = exported.damage.iter().map(|d| format!("byte {}: {}", d.at, d.why));
    let untold = exported.damaged.saturating_sub(exported.damage.len() as u64);
    let more = (untold > 0).then(|| format!("and {untold} damaged places more"));
    let all: Vec<_> = damaged.chain(more).chain(cut_short(&exported.end)).collect();
    let all = output::plain(&all.join("; "));
    format!("not whole, {} lines are written; {all}", exported.lines)
}

/// Where and why a recording ends that is not finished.
pub(super) fn cut_short(end: &End) -> Option<String> {
    match end {
        End::Finished => None,
        End::Truncated { at, why } => Some(format!("ends at byte {at}: {why}")),
    }
}

/// Writes beside `path` and puts it there when it is whole. Nothing is overwritten.
fn into_new_file(
    path: &Path,
    write: impl FnOnce(File) -> Result<Exported, ExportError>,
) -> Result<Exported, Stop> {
    let at = path.display();
    if path.try_exists().unwrap_or(false) {
        return Err(Stop::usage(format!("{at}: is there already; choose another name")));
    }
    let failed = |e: &dyn std::fmt::Display| Stop::failure(format!("{at}: {e}"));
    rfa_record::whole_file(
        path,
        |e| failed(&e),
        |partial| {
            let file = File::create_new(partial).map_err(|e| failed(&e))?;
            write(file).map_err(|e| failed(&e))
        },
    )
}
