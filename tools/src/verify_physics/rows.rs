//! The rows of the table: a value, its limit, and whether it holds.

use std::fmt::Write as _;

/// One line of the table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) section: &'static str,
    pub(super) what: String,
    pub(super) value: String,
    pub(super) limit: String,
    /// None for what is only told.
    pub(super) holds: Option<bool>,
}

impl Row {
    /// A relative error that has to stay below a limit; not a number does not.
    pub(super) fn error(
        section: &'static str,
        what: impl Into<String>,
        (value, exact): (f64, f64),
        limit: f64,
    ) -> Self {
        let error = value / exact - 1.0;
        Self {
            section,
            what: what.into(),
            value: format!("{value:.6} (exact {exact:.6}): {}", percent(error)),
            limit: format!("< {}", percent_of(limit)),
            holds: Some(error.abs() < limit),
        }
    }

    /// A share that has to stay below a limit.
    pub(super) fn share(
        section: &'static str,
        what: impl Into<String>,
        share: f64,
        limit: f64,
    ) -> Self {
        Self {
            section,
            what: what.into(),
            value: percent(share),
            limit: format!("< {}", percent_of(limit)),
            holds: Some(share.abs() < limit),
        }
    }

    pub(super) fn at_least(
        section: &'static str,
        what: impl Into<String>,
        value: f64,
        limit: f64,
    ) -> Self {
        Self {
            section,
            what: what.into(),
            value: format!("{value:.3}"),
            limit: format!(">= {limit}"),
            holds: Some(value >= limit),
        }
    }

    pub(super) fn at_most(
        section: &'static str,
        what: impl Into<String>,
        (value, unit): (f64, &str),
        limit: f64,
    ) -> Self {
        Self {
            section,
            what: what.into(),
            value: format!("{value:.4} {unit}"),
            limit: format!("<= {limit} {unit}"),
            holds: Some(value <= limit),
        }
    }

    pub(super) fn holds(
        section: &'static str,
        what: impl Into<String>,
        value: impl Into<String>,
        limit: impl Into<String>,
        holds: bool,
    ) -> Self {
        Self {
            section,
            what: what.into(),
            value: value.into(),
            limit: limit.into(),
            holds: Some(holds),
        }
    }

    /// What is told without a limit.
    pub(super) fn told(
        section: &'static str,
        what: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self { section, what: what.into(), value: value.into(), limit: String::new(), holds: None }
    }

    pub(super) const fn failed(&self) -> bool {
        matches!(self.holds, Some(false))
    }

    pub(super) const fn verdict(&self) -> &'static str {
        match self.holds {
            Some(true) => "ok",
            Some(false) => "FAIL",
            None => "",
        }
    }
}

/// A share as a percentage with a sign.
pub(super) fn percent(share: f64) -> String {
    let size = (share * 100.0).abs();
    if size >= 0.001 || size == 0.0 {
        format!("{:+.4} %", share * 100.0)
    } else {
        format!("{:+.1e} %", share * 100.0)
    }
}

fn percent_of(limit: f64) -> String {
    let size = limit * 100.0;
    if size >= 0.001 { format!("{size} %") } else { format!("{size:.0e} %") }
}

/// Rows as markdown, one table for each section.
pub(super) fn markdown(rows: &[Row], section: &str) -> String {
    let mut text = String::from("| what | value | limit | |\n|---|---|---|---|\n");
    for row in rows.iter().filter(|row| row.section == section) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            row.what.replace('|', "\\|"),
            row.value.replace('|', "\\|"),
            row.limit,
            row.verdict()
        );
    }
    text
}

/// The order at which errors on meshes, each half as wide as the one before, fall.
pub(super) fn order(coarse: f64, fine: f64, ratio: f64) -> f64 {
    (coarse / fine).abs().ln() / ratio.ln()
}
