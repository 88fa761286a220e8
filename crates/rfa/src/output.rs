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

/// A text out of a file for a terminal: what moves a cursor, ends a line, changes colours or the
/// direction of writing is written out, so that no recording can forge a line of ours.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for one in text.chars() {
        // Beside the control characters: separators of lines, and of directions (UAX #9).
        let marks = '\u{2028}'..='\u{202e}';
        let isolates = '\u{2066}'..='\u{2069}';
        if one.is_control() || marks.contains(&one) || isolates.contains(&one) {
            plain.extend(one.escape_default());
        } else {
            plain.push(one);
        }
    }
    plain
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_in_its_line() {
        assert_eq!(plain("Nadel 3, 37,5 °C"), "Nadel 3, 37,5 °C");
        assert_eq!(plain("a\nb\x1b[2K\u{9b}\u{202e}c"), "a\\nb\\u{1b}[2K\\u{9b}\\u{202e}c");
    }
}
