//! Results on stdout, messages on stderr.

use crate::exit::Stop;
pub(crate) use rfa_report::plain;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

/// One JSON value, pretty, with a newline.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Stop::failure(format!("the result cannot be written as JSON: {e}")))?;
    line(&text)
}

/// One line of text. A reader that has gone away is no failure of ours.
pub(crate) fn line(text: &str) -> Result<(), Stop> {
    bytes(format!("{text}\n").as_bytes())
}

/// What stdout takes as it is.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::failure(format!("stdout: {e}")))
        }
        _ => Ok(()),
    }
}

/// The first bytes of an MCAP file.
const RECORDING: [u8; 5] = *b"\x89MCAP";

/// The whole file or none of it: written beside its place, then renamed. Never over a recording.
pub(crate) fn file(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let mut first = [0; RECORDING.len()];
    let there = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    if there.is_ok() && first == RECORDING {
        return Err(Stop::usage(format!(
            "error: the new file would take the place of a recording\n  value:   {}\n  help:    \
             give another name",
            path.display()
        )));
    }
    let failed = |e: io::Error| Stop::failure(format!("{}: {e}", path.display()));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    std::fs::write(&beside, bytes).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

/// Whether colours reach a person on stdout who wants them (<https://no-color.org>).
pub(crate) fn colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !refused && !dumb
}

/// The same value for people: a line a field, nested ones indented, nothing for what is absent.
pub(crate) fn readable(value: &impl Serialize) -> Result<(), Stop> {
    let value = serde_json::to_value(value)
        .map_err(|e| Stop::failure(format!("the result cannot be written: {e}")))?;
    let mut text = String::new();
    fields(&value, 0, &mut text);
    line(text.trim_end())
}

fn fields(value: &Value, depth: usize, text: &mut String) {
    let Value::Object(map) = value else {
        return;
    };
    for (key, value) in map {
        let key = key.replace('_', " ");
        match value {
            Value::Null => {}
            Value::Array(list) if list.is_empty() => {}
            Value::Object(_) => {
                text.push_str(&format!("{:1$}{key}\n", "", depth * 2));
                fields(value, depth + 1, text);
            }
            Value::Array(list) if list.iter().all(|v| !v.is_object()) => {
                let words: Vec<String> = list.iter().map(word).collect();
                text.push_str(&format!("{:2$}{key}: {}\n", "", words.join(", "), depth * 2));
            }
            Value::Array(list) => {
                for item in list {
                    text.push_str(&format!("{:1$}{key}\n", "", depth * 2));
                    fields(item, depth + 1, text);
                }
            }
            other => text.push_str(&format!("{:2$}{key}: {}\n", "", word(other), depth * 2)),
        }
    }
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), plain)
}
