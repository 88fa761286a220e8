//! Why a plan or a site's limits are refused.

use alloc::{format, string::String, string::ToString, vec::Vec};
use core::fmt;

use crate::range::Range;
use rfa_units::Span;

/// One rule that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "toml", derive(serde::Serialize))]
pub struct Violation {
    /// Path of the field as in a plan file, e.g. `step[0].set_c` (steps count from 0).
    pub field: String,
    /// The value offered, with its unit.
    pub value: String,
    /// What would be accepted.
    pub allowed: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, value, allowed, message, help } = self;
        write!(f, "{message}: {field} is {value}, allowed is {allowed}; {help}")
    }
}

/// All rules that an offered plan breaks; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    /// In the order of the plan's fields.
    pub violations: Vec<Violation>,
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.violations.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{violation}")?;
        }
        Ok(())
    }
}

impl core::error::Error for PlanError {}

/// Collects violations while a plan is checked.
#[derive(Debug, Default)]
pub(crate) struct Violations {
    found: Vec<Violation>,
}

impl Violations {
    /// Notes one violation.
    pub(crate) fn add(&mut self, field: &str, value: String, allowed: String, words: [&str; 2]) {
        let [message, help] = words.map(ToString::to_string);
        self.found.push(Violation { field: field.to_string(), value, allowed, message, help });
    }

    /// Notes a number of thousandths that lies outside `range`.
    pub(crate) fn check(&mut self, field: &str, thousandths: i64, range: Range) {
        if !range.holds(thousandths) {
            let value = format!("{} {}", thousandths as f64 / 1_000.0, range.unit);
            let help = "write a number inside the range";
            self.add(field, value, range.to_string(), ["number out of its range", help]);
        }
    }

    /// Notes a duration that lies outside `range`. Durations are kept in µs: rounding to ms first
    /// would let 60.0005 s pass for 60 s.
    pub(crate) fn check_span(&mut self, field: &str, span: Span, range: Range) {
        let down = span.as_millis();
        let up = span.as_micros().div_ceil(1_000);
        let worst = if down < u64::from(range.min) { down } else { up };
        self.check(field, i64::try_from(worst).unwrap_or(i64::MAX), range);
    }

    /// Notes a text that is empty, too long, or holds characters that steer a terminal (H-53).
    pub(crate) fn check_text(&mut self, field: &str, text: &str, chars_max: usize) {
        let chars = text.chars().count();
        let allowed = || format!("1 to {chars_max} printable characters");
        if text.trim().is_empty() {
            let help = "write what the field asks for";
            self.add(field, "empty".to_string(), allowed(), ["text is empty", help]);
        } else if chars > chars_max {
            let value = format!("{chars} characters");
            self.add(field, value, allowed(), ["text is too long", "shorten it"]);
        } else if text.chars().any(steers_terminal) {
            let help = "remove control and direction characters";
            let value = text.escape_debug().to_string();
            self.add(field, value, allowed(), ["text holds a control character", help]);
        }
    }

    /// `Ok` where nothing was found.
    pub(crate) fn into_result(self) -> Result<(), PlanError> {
        if self.found.is_empty() { Ok(()) } else { Err(PlanError { violations: self.found }) }
    }
}

/// Control characters, and the marks that reverse the direction of the text after them.
pub(crate) fn steers_terminal(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}');
    c.is_control() || turns || matches!(c, '\u{2066}'..='\u{2069}')
}
