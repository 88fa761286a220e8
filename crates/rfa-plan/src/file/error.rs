//! What is wrong with a file, where, and how to mend it.

use core::fmt;
use std::string::String;
use std::vec::Vec;

/// Longest line of explanation: with its label it fits 80 columns.
const TEXT_CHARS_MAX: usize = 68;

/// One thing wrong with a file. Texts are empty where they do not apply; none holds a control
/// character or a key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileError {
    /// The file's name as it was given.
    pub file: String,
    /// The line, counted from 1; none where the whole file is meant.
    pub line: Option<usize>,
    /// The column in characters, counted from 1; none where the whole file is meant.
    pub column: Option<usize>,
    /// Path of the field, e.g. `step[0].set_c` (steps count from 0).
    pub field: String,
    /// The value found, as written in the file, with its unit.
    pub value: String,
    /// What would be accepted.
    pub allowed: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What the field means and why its range is what it is.
    pub about: String,
    /// How to mend it.
    pub help: String,
    /// The line of the file, or the part of a long line around the place.
    pub excerpt: String,
    /// Where the place begins in `excerpt`, in characters from 0.
    pub mark: usize,
    /// How many characters of `excerpt` are meant, from `mark` on.
    pub width: usize,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        match (self.line, self.column) {
            (Some(line), Some(column)) => {
                let margin =
                    line.checked_ilog10().map_or(1, |tens| tens.saturating_add(1) as usize);
                writeln!(f, "{:margin$}--> {}:{line}:{column}", "", self.file)?;
                writeln!(f, "{:margin$} |", "")?;
                writeln!(f, "{line} | {}", self.excerpt)?;
                let (indent, marks) = (self.mark, "^".repeat(self.width.max(1)));
                writeln!(f, "{:margin$} | {:indent$}{marks}", "", "")?;
            }
            _ => writeln!(f, "  --> {}", self.file)?,
        }
        let rows = [
            ("field", &self.field),
            ("value", &self.value),
            ("allowed", &self.allowed),
            ("about", &self.about),
            ("help", &self.help),
        ];
        for (label, text) in rows.into_iter().filter(|(_, text)| !text.is_empty()) {
            let mut label = std::format!("{label}:");
            for line in wrapped(text) {
                writeln!(f, "  {label:9}{line}")?;
                label.clear();
            }
        }
        Ok(())
    }
}

/// `text` in lines of at most [`TEXT_CHARS_MAX`] characters, broken between words.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = std::vec![];
    for word in text.split(' ') {
        let chars = word.chars().count();
        match lines.last_mut() {
            Some(line) if line.chars().count().saturating_add(chars) < TEXT_CHARS_MAX => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(String::from(word)),
        }
    }
    lines
}

/// Everything found wrong with a file; at least one error.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, thiserror::Error)]
pub struct FileErrors {
    /// In the order of the file's lines.
    pub errors: Vec<FileError>,
}

impl fmt::Display for FileErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl From<FileError> for FileErrors {
    fn from(error: FileError) -> Self {
        Self { errors: std::vec![error] }
    }
}
