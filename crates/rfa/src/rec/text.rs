//! `rfa rec info` for people: a label and a value a line, in units a person reads.

use crate::output::plain;
use rfa_interlock::Trip;
use rfa_record::{End, Info, LesionMessage, MeasureRow, TripSeen};
use rfa_replay::PassiveReport;
use rfa_session::{Latency, trip_text};
use serde::Serialize;

/// Width of the labels.
const LABEL: usize = 12;

/// What `info` says, line by line.
pub(super) fn text(info: &Info) -> String {
    let mut lines = Lines::new();
    session(info, &mut lines);
    content(info, &mut lines);
    end(info, &mut lines);
    lines.0
}

/// How far a recording is that is being written.
pub(super) fn so_far(info: &Info, bytes: u64) -> String {
    let state = info.end_state.and_then(|state| word(&state)).unwrap_or("no tick".to_owned());
    format!("{}, {}, {state}", duration(info.span_us), size(bytes))
}

/// What `rules` says.
pub(super) fn passive(report: &PassiveReport) -> String {
    let mut lines = Lines::new();
    for would in &report.would_trip {
        let at = duration(would.at_us);
        let rule = word(&would.trip.rule).unwrap_or_default();
        lines.add(&rule, &format!("at {at}, tick {}: {}", would.tick, would.text));
    }
    let (total, ticks) = (report.would_trip_total, report.ticks);
    lines.add("would trip", &format!("{total} times in {ticks} ticks; nothing came of it"));
    lines.list(
        "warning",
        report.differs_at.map(|tick| {
            format!("from tick {tick} on this program does something else than the recorded one")
        }),
    );
    lines.list("stopped", report.stopped.clone());
    lines.0
}

/// A label and a value a line.
pub(crate) struct Lines(String);

impl Lines {
    pub(crate) const fn new() -> Self {
        Self(String::new())
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    pub(crate) fn add(&mut self, label: &str, value: &str) {
        let label = if label.is_empty() { String::new() } else { format!("{label}:") };
        let value = plain(value);
        self.0.push_str(format!("{label:<LABEL$} {value}").trim_end());
        self.0.push('\n');
    }

    /// One label for all of `values`; nothing where there is none.
    pub(crate) fn list(&mut self, label: &str, values: impl IntoIterator<Item = String>) {
        for (place, value) in values.into_iter().enumerate() {
            self.add(if place == 0 { label } else { "" }, &value);
        }
    }
}

fn session(info: &Info, lines: &mut Lines) {
    lines.add("plan", &format!("{}, hash {}", info.plan, info.plan_hash));
    let [model, serial, firmware] = &info.generator;
    let seed = info.seed.map_or(String::new(), |seed| format!(", seed {seed}"));
    lines.add("generator", &format!("{model} {serial}, firmware {firmware}{seed}"));
    lines.add("armed by", info.operator.as_deref().unwrap_or("nobody"));
    let started = info.started_unix_us.map_or("on virtual time".to_owned(), |us| {
        let at = i64::try_from(us).ok().and_then(|us| jiff::Timestamp::from_microsecond(us).ok());
        at.map_or("at a time outside the calendar".to_owned(), |at| {
            at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
        })
    });
    lines.add("session", &format!("{}, {started}", info.session));
    let commit = info.git_commit.as_ref().map_or(String::new(), |c| format!(", commit {c}"));
    let schema = info.record_schema;
    lines.add("written by", &format!("rfa {}{commit}, record schema {schema}", info.rfa_version));
    lines.add("files", &info.files.join(", "));
    let start = if info.from_start { "" } else { ", not from the start: cannot be verified" };
    let marks: Vec<_> = info.marks.iter().map(|mark| mark.trim_start_matches("rfa.")).collect();
    lines.list("made by", (!marks.is_empty()).then(|| format!("{}{start}", marks.join(", "))));
}

fn content(info: &Info, lines: &mut Lines) {
    let ticks = match (info.first_tick, info.last_tick) {
        (Some(first), Some(last)) => {
            format!(", ticks {first} to {last}, {} control ticks", info.control_ticks)
        }
        _ => ", no tick".to_owned(),
    };
    lines.add("length", &format!("{}{ticks}", duration(info.span_us)));
    let mut counts: Vec<String> = info
        .messages
        .iter()
        .map(|(topic, count)| format!("{count} {}", topic.name().trim_start_matches('/')))
        .collect();
    if info.foreign > 0 {
        counts.push(format!("{} foreign", info.foreign));
    }
    lines.list("messages", counts.chunks(6).map(|some| some.join(", ")));
    let (interlock, control) = (info.interlock_late_max_us, info.control_late_max_us);
    let late = |us: u32| duration(u64::from(us));
    lines.add("latest tick", &format!("interlock {}, control {}", late(interlock), late(control)));
    lines.add("ticks", &format!("{} missed, {} lost", info.missed_ticks, info.lost_ticks));
    lines.list("times", times(info));
    let gaps = info.gaps.iter().map(|gap| {
        format!(
            "between {} and {}: {} missed, {} lost",
            gap.after, gap.before, gap.missed, gap.lost
        )
    });
    lines.list("gaps", gaps);
}

/// The session's distributions, as its summary has them; none where it did not come to its end.
fn times(info: &Info) -> Vec<String> {
    let session = info.summary.as_ref().and_then(|summary| summary.session.as_ref());
    let Some(told) = session.and_then(|session| session.get("timing_us")) else {
        return Vec::new();
    };
    let line = |latency: Latency| {
        let of = told.get(latency.name())?;
        let us = |key: &str| {
            of.get(key)?
                .as_f64()
                .map(|us| if us < 100.0 { format!("{us:.1}") } else { format!("{us:.0}") })
        };
        let count = of.get("count")?.as_u64().filter(|count| *count > 0)?;
        Some(format!(
            "{:18} p50 {}, p99 {}, p99.9 {}, max {} us of {count}",
            latency.name().replace('_', " "),
            us("p50")?,
            us("p99")?,
            us("p99.9")?,
            us("max")?,
        ))
    };
    Latency::ALL.into_iter().filter_map(line).collect()
}

fn end(info: &Info, lines: &mut Lines) {
    lines.list("notes", info.notes.iter().map(|n| note(&n.text, n.author.as_deref())));
    lines.list("lesion", info.lesion.iter().map(lesion));
    lines.list("trips", info.trips.iter().map(trip));
    lines.list("tried", info.would_trip.iter().map(trip));
    let state = info.end_state.and_then(|state| word(&state)).unwrap_or("no tick".to_owned());
    let steps = if info.complete { "every step complete" } else { "not every step complete" };
    lines.add("ended", &format!("{state}, {steps}"));
    let how = match &info.end {
        End::Finished => "finished".to_owned(),
        End::Truncated { at, why } => format!("not finished: {why} at byte {at}"),
    };
    let recovered = match (info.recovered, info.recovery_lost) {
        (false, _) => "",
        (true, false) => ", recovered from another, of which nothing is lost",
        (true, true) => ", recovered from another, of which something is lost",
    };
    lines.add("file", &format!("{}, {how}{recovered}", size(info.bytes)));
    let damage = info.damage.iter().map(|d| format!("at byte {}: {}", d.at, d.why));
    lines.list("damage", damage);
    let untold = info.damaged.saturating_sub(info.damage.len() as u64);
    if untold > 0 {
        lines.add("", &format!("and {untold} more"));
    }
}

/// The last word on the lesion.
pub(super) fn lesion(told: &LesionMessage) -> String {
    let Some(lesion) = &told.lesion else {
        return format!(
            "not predicted: {}",
            told.no_lesion.as_deref().unwrap_or("no reason given")
        );
    };
    let mm = |m: &MeasureRow| {
        let [value, low, high] = [m.value_um, m.low_um, m.high_um].map(|um| f64::from(um) / 1e3);
        format!("{value:.1} ({low:.1} to {high:.1})")
    };
    let power =
        lesion.power.and_then(|power| word(&power.verdict)).unwrap_or("unjudged".to_owned());
    let (width, length) = (mm(&lesion.width), mm(&lesion.length));
    format!("{width} x {length} mm predicted, {}, power {power}", told.boundary)
}

fn trip(seen: &TripSeen) -> String {
    let row = &seen.trip;
    let name = |word: Option<String>| word.unwrap_or_default();
    let numbers = Trip::try_from(row)
        .map_or_else(|_| format!("{} against {}", row.value, row.limit), |trip| trip_text(&trip));
    format!("{} {} in tick {}: {numbers}", name(word(&row.rule)), name(word(&row.alarm)), seen.tick)
}

/// A note, and whose it is.
pub(super) fn note(text: &str, author: Option<&str>) -> String {
    author.map_or(text.to_owned(), |author| format!("{text} ({author})"))
}

/// A value in few characters: the word it has in the recording, or its JSON.
pub(super) fn compact(value: &impl Serialize) -> String {
    let json = || serde_json::to_string(value).unwrap_or_default();
    word(value).unwrap_or_else(json)
}

/// The word a value has in the recording.
fn word(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

/// A time with three digits or so.
fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} us"),
        1_000..1_000_000 => format!("{:.1} ms", us as f64 / 1e3),
        1_000_000..60_000_000 => format!("{:.2} s", us as f64 / 1e6),
        _ => {
            let tenths = us / 100_000;
            format!("{} min {}.{} s", tenths / 600, tenths % 600 / 10, tenths % 10)
        }
    }
}

/// A size in decimal units.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.2} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_for_people() {
        let times = [(0, "0 us"), (999, "999 us"), (20_400, "20.4 ms"), (5_230_000, "5.23 s")];
        for (us, expected) in times.into_iter().chain([(275_040_000, "4 min 35.0 s")]) {
            assert_eq!(duration(us), expected);
        }
        for (bytes, expected) in [(12, "12 bytes"), (938_400, "938.4 kB"), (2_500_000, "2.50 MB")] {
            assert_eq!(size(bytes), expected);
        }
    }
}
