//! Results on stdout, messages on stderr.

use crate::exit::Stop;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// One JSON value, pretty, with a newline.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Stop> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Stop::failure(format!("the result cannot be written as JSON: {e}")))?;
    line(&text)
}

/// One line of text. A reader that has gone away is no failure of ours.
pub(crate) fn line(text: &str) -> Result<(), Stop> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::failure(format!("stdout: {e}")))
        }
        _ => Ok(()),
    }
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
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
