//! The text of a file, and places in it.

use core::ops::Range;
use std::string::{String, ToString};

use super::FileError;
use crate::violation::steers_terminal;

/// Longest part of a line that is shown, in characters.
const EXCERPT_CHARS_MAX: usize = 100;
/// Longest value that is shown, in characters.
const VALUE_CHARS_MAX: usize = 60;
/// From this many hexadecimal digits in a row on, a text may be a key and is not shown.
const SECRET_DIGITS_MIN: usize = 24;

/// A file's name and text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// An error about the bytes of `span`; everything else is left for the caller to fill in.
    pub(crate) fn error(&self, span: Range<usize>, message: &str) -> FileError {
        let start = self.boundary(span.start);
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line = self.text.get(line_start..).unwrap_or_default();
        let line = line.lines().next().unwrap_or_default();
        let indent = before.get(line_start..).unwrap_or_default().chars().count();
        let marked = self.text.get(start..self.boundary(span.end.max(start))).unwrap_or_default();
        let width = marked.lines().next().unwrap_or_default().chars().count();
        let (excerpt, mark) = window(line, indent);
        let room = excerpt.chars().count().saturating_sub(mark);
        FileError {
            line: Some(before.matches('\n').count().saturating_add(1)),
            column: Some(indent.saturating_add(1)),
            excerpt,
            mark,
            width: width.min(room).max(1),
            ..self.whole(message)
        }
    }

    /// An error about the file as a whole.
    pub(crate) fn whole(&self, message: &str) -> FileError {
        FileError {
            file: printable(self.name, usize::MAX),
            line: None,
            column: None,
            field: String::new(),
            value: String::new(),
            allowed: String::new(),
            message: message.to_string(),
            about: String::new(),
            help: String::new(),
            excerpt: String::new(),
            mark: 0,
            width: 0,
        }
    }

    /// The part of the text that `span` names, fit to be shown as a value.
    pub(crate) fn value(&self, span: Range<usize>) -> String {
        let text = self.text.get(span).unwrap_or_default();
        printable(text.lines().next().unwrap_or_default(), VALUE_CHARS_MAX)
    }

    /// The nearest start of a character at or before `index`.
    fn boundary(&self, index: usize) -> usize {
        let mut index = index.min(self.text.len());
        while !self.text.is_char_boundary(index) {
            index = index.saturating_sub(1);
        }
        index
    }
}

/// The part of `line` around the character at `indent`, and that character's place in it.
fn window(line: &str, indent: usize) -> (String, usize) {
    let line = printable(line, usize::MAX);
    let skipped =
        if indent < EXCERPT_CHARS_MAX { 0 } else { indent.saturating_sub(VALUE_CHARS_MAX) };
    if skipped == 0 {
        return (printable(&line, EXCERPT_CHARS_MAX), indent);
    }
    let rest: String = line.chars().skip(skipped).collect();
    (std::format!("…{}", printable(&rest, EXCERPT_CHARS_MAX)), VALUE_CHARS_MAX.saturating_add(1))
}

/// `text` without what could drive the terminal (H-53) and without what may be a key, cut to
/// `chars_max` characters. Each character shown stands in the column it has in the file.
#[must_use]
pub fn printable(text: &str, chars_max: usize) -> String {
    let mut shown: std::vec::Vec<char> = text
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .map(|c| if steers_terminal(c) { '\u{fffd}' } else { c })
        .collect();
    let secret = |run: &[char]| run.first().is_some_and(char::is_ascii_hexdigit);
    shown
        .chunk_by_mut(|a, b| a.is_ascii_hexdigit() == b.is_ascii_hexdigit())
        .filter(|run| secret(run) && run.len() >= SECRET_DIGITS_MIN)
        .for_each(|run| run.fill('*'));
    if shown.len() > chars_max {
        shown.truncate(chars_max.saturating_sub(1));
        shown.push('…');
    }
    shown.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H-53: what a file holds never reaches the terminal as a command.
    #[test]
    fn control_characters_are_replaced() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}c\td", 99), "a\u{fffd}[2Jb\u{fffd}c d");
    }

    #[test]
    fn keys_are_hidden() {
        let line = "key_hex = \"0123456789abcdef0123456789ABCDEF\" # hm";
        assert_eq!(printable(line, 99), "key_hex = \"********************************\" # hm");
        assert_eq!(printable("retrieved = \"20261122\"", 99), "retrieved = \"20261122\"");
    }

    #[test]
    fn places_count_characters_not_bytes() {
        let source = Source { name: "f", text: "# äö\nµ = 1\n" };
        let start = source.text.find('1').expect("there");
        let error = source.error(start..start + 1, "m");
        assert_eq!((error.line, error.column), (Some(2), Some(5)));
        assert_eq!(error.excerpt, "µ = 1");
    }

    /// In a long line the place is shown, and the column is the file's.
    #[test]
    fn long_lines_show_the_place() {
        let text = std::format!("{}X{}", "-".repeat(500), "-".repeat(500));
        let error = Source { name: "f", text: &text }.error(500..501, "m");
        assert_eq!(error.column, Some(501));
        assert_eq!(error.excerpt.chars().nth(error.mark), Some('X'));
        assert!(error.excerpt.chars().count() <= EXCERPT_CHARS_MAX + 1);
    }

    #[test]
    fn places_outside_the_text_are_its_end() {
        let source = Source { name: "f", text: "a\nbä" };
        let error = source.error(99..120, "m");
        assert_eq!((error.line, error.column, error.width), (Some(2), Some(3), 1));
    }
}
