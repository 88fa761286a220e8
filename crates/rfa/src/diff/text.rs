//! A comparison in words.

use crate::output::plain;
use rfa_fleet::{Change, Compared, DiffOutcome, DiffReport};
use rfa_record::End;
use serde_json::Value;

/// Width of the labels.
const LABEL: usize = 12;
/// Width of a field's name.
const FIELD: usize = 34;
/// Changes of one kind told one by one at most; JSON has all of them.
const CHANGES_MAX: usize = 20;
/// Characters of a value that are shown.
const VALUE_CHARS_MAX: usize = 40;

/// One comparison for people.
pub(super) fn text(report: &DiffReport) -> String {
    let mut lines = Lines(String::new());
    let outcome = match report.outcome {
        DiffOutcome::Equal => "equal",
        DiffOutcome::EqualAsFarAsItGoes => "equal as far as they go",
        DiffOutcome::Different => "different",
    };
    lines.add("a", &side(&report.a));
    lines.add("b", &side(&report.b));
    lines.add("outcome", outcome);
    let (alone_a, alone_b) = (report.a.ticks_alone, report.b.ticks_alone);
    lines.add(
        "ticks",
        &format!(
            "{} compared, {alone_a} only in a, {alone_b} only in b; aligned at {}",
            report.ticks_compared, report.align
        ),
    );
    lines.changes("plan", &report.plan);
    lines.changes("settings", &report.settings);
    for (place, of) in report.signals.iter().enumerate() {
        let at = of.max_at_s.map_or(String::new(), |at| format!(" at {at:.3} s"));
        let rms = of.rms.map_or("-".to_owned(), |rms| format!("{rms:.4}"));
        let told = format!(
            "{:<14} max {:.3}{at}, rms {rms}, {} of {} ticks beyond, {} with one value",
            of.signal, of.max, of.beyond, of.compared, of.one_sided
        );
        lines.add(if place == 0 { "signals" } else { "" }, &told);
    }
    lines.changes("trips", &report.trips);
    lines.changes("events", &report.events);
    lines.changes("steps", &report.steps);
    lines.changes("dose", &report.dose);
    lines.changes("origin", &report.origin);
    for of in [&report.a, &report.b] {
        lines.loss(of);
    }
    lines.0
}

fn side(of: &Compared) -> String {
    format!("{}, plan {}, aligned {:.3} s after its first tick", of.file, of.plan, of.aligned_at_s)
}

struct Lines(String);

impl Lines {
    fn add(&mut self, label: &str, value: &str) {
        let label = if label.is_empty() { String::new() } else { format!("{label}:") };
        let value = plain(value);
        self.0.push_str(format!("{label:<LABEL$} {value}").trim_end());
        self.0.push('\n');
    }

    fn changes(&mut self, label: &str, changes: &[Change]) {
        let Some(count) = changes.len().checked_sub(1) else {
            return self.add(label, "the same");
        };
        self.add(label, &format!("{} differ", count + 1));
        for Change { field, a, b } in changes.iter().take(CHANGES_MAX) {
            let (mut from, mut to) = (value(a, true), value(b, true));
            if from == to {
                (from, to) = (value(a, false), value(b, false));
            }
            let told = format!("{field:<FIELD$} {from} -> {to}");
            self.add("", &told);
        }
        let more = changes.len().saturating_sub(CHANGES_MAX);
        if more > 0 {
            self.add("", &format!("and {more} more; --format json has all"));
        }
    }

    /// What of a recording is not there.
    fn loss(&mut self, of: &Compared) {
        if let End::Truncated { at, why } = &of.end {
            self.add("not whole", &format!("{} ends at byte {at}: {why}", of.file));
        }
        for damage in &of.damage {
            self.add("damage", &format!("{} byte {}: {}", of.file, damage.at, damage.why));
        }
        let untold = of.damaged.saturating_sub(of.damage.len() as u64);
        if untold > 0 {
            self.add("", &format!("and {untold} more"));
        }
    }
}

/// A value in few characters, `rounded` to four places; what is cut off is shown as cut off.
fn value(value: &Value, rounded: bool) -> String {
    let told = match value {
        Value::Number(number) if rounded && number.is_f64() => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            let text = format!("{number:.4}");
            let text = text.trim_end_matches('0').trim_end_matches('.');
            // Four places of a small dose would be none; less is what rounding left.
            let small = (1e-9..1e-3).contains(&number.abs());
            if small { format!("{number:.3e}") } else { text.to_owned() }
        }
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if told.chars().count() <= VALUE_CHARS_MAX {
        return told;
    }
    let kept: String = told.chars().take(VALUE_CHARS_MAX).collect();
    format!("{kept}...")
}
