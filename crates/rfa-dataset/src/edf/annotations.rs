//! What happened, as time-stamped annotation lists.

use super::First;
use rfa_record::row::{EventRow, TickRow};
use rfa_record::{EventMessage, Message, NoteMessage, ReadError, Topic};
use std::collections::VecDeque;

/// Annotations kept at most.
pub(super) const TOLD_MAX: usize = 10_000;
/// Characters of one that are kept.
const CHARS_MAX: usize = 120;

/// When something was.
#[derive(Debug, Clone, Copy)]
enum When {
    Tick(u64),
    /// Since the session's first tick.
    Us(i64),
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(super) struct Told {
    when: When,
    /// In ticks.
    duration: Option<u64>,
    text: String,
}

impl Told {
    /// Of a text only what is kept: a note may be long, and thousands are held.
    fn new(when: When, duration: Option<u64>, text: &str) -> Self {
        Self { when, duration, text: text.chars().take(CHARS_MAX).collect() }
    }

    fn at_tick(tick: u64, text: &str) -> Self {
        Self::new(When::Tick(tick), None, text)
    }

    /// Ticks between two are not on record.
    pub(super) fn gap(last: u64, next: u64) -> Self {
        let from = last.saturating_add(1);
        let ticks = next.saturating_sub(from);
        let text = format!("{ticks} ticks not on record");
        Self::new(When::Tick(from), Some(ticks), &text)
    }

    /// Output begins or ends; at the part's first tick, that it is on.
    pub(super) fn output(tick: u64, row: &TickRow, first: bool) -> Self {
        let permit = &row.outputs.permit;
        let text = if permit.delivering {
            let set = row.control.last().map(|of| f64::from(of.outputs.set_mc) / 1e3);
            let set = set.map_or_else(String::new, |set| format!(", set {set} degC"));
            let is = if first { "is " } else { "" };
            format!("RF {is}on, step {}{set}", permit.step.saturating_add(1))
        } else {
            "RF off".to_owned()
        };
        Self::at_tick(tick, &text)
    }

    /// A note.
    pub(super) fn note(at_us: i64, text: &str) -> Self {
        Self::new(When::Us(at_us), None, &format!("note: {text}"))
    }
}

/// What a message of another topic tells.
pub(super) fn told(at_us: i64, message: &Message<'_>) -> Result<Told, ReadError> {
    if message.topic == Topic::Note {
        let NoteMessage { text, .. } = message.parse()?;
        return Ok(Told::note(at_us, &text));
    }
    let EventMessage { tick, event, .. } = message.parse()?;
    let text = match &event {
        EventRow::Changed { to, .. } => format!("state {}", to.word()),
        EventRow::Tripped(trip) => format!("trip {} {}", trip.rule.word(), trip.alarm.word()),
        EventRow::Raised(alarm) => format!("alarm {}", alarm.word()),
        EventRow::Cleared(alarm) => format!("alarm {} ended", alarm.word()),
        EventRow::Acknowledged => "alarms acknowledged".to_owned(),
        EventRow::Reset => "reset".to_owned(),
        EventRow::Stopped(cause) => format!("stopped: {}", cause.word()),
        EventRow::StepDone => "step done".to_owned(),
        EventRow::CheckConfirmed => "check confirmed".to_owned(),
        EventRow::Refused(_) => "command refused".to_owned(),
        EventRow::WouldTrip(trip) => format!("would trip {}", trip.rule.word()),
    };
    Ok(Told::at_tick(tick, &text))
}

/// Annotations on their way into the data records.
#[derive(Debug)]
pub(super) struct Annotations {
    /// The fraction of the second in which the file starts, us.
    fraction_us: u64,
    record: u64,
    record_bytes: usize,
    /// In the order of their times.
    lists: VecDeque<Vec<u8>>,
}

impl Annotations {
    /// Shares them out among `records`: each record takes as many as fit, and the records are large
    /// enough for all.
    pub(super) fn new(
        first: First,
        started_unix_us: Option<u64>,
        told: Vec<Told>,
        records: u64,
    ) -> Self {
        let fraction_us = started_unix_us.unwrap_or(0) % 1_000_000;
        let mut each: Vec<(i64, Vec<u8>)> = told
            .into_iter()
            .map(|told| {
                let at_us = match told.when {
                    When::Tick(tick) => (i64::try_from(tick).unwrap_or(i64::MAX))
                        .saturating_sub(i64::try_from(first.number).unwrap_or(i64::MAX))
                        .saturating_mul(10_000),
                    When::Us(at_us) => at_us.saturating_sub(first.at_us),
                };
                let onset = at_us.saturating_add_unsigned(fraction_us);
                (onset, list(onset, told.duration, &told.text))
            })
            .collect();
        each.sort_by_key(|(onset, _)| *onset);
        let lists: VecDeque<Vec<u8>> = each.into_iter().map(|(_, list)| list).collect();
        let total: usize = lists.iter().map(Vec::len).sum();
        let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
        let share = total.div_ceil(usize::try_from(records).unwrap_or(usize::MAX).max(1));
        // What a record leaves free is less than the longest, and its own time comes before.
        let own = list(time_us(records, fraction_us), None, "").len();
        let record_bytes = (own + share + longest).next_multiple_of(2);
        Self { fraction_us, record: 0, record_bytes, lists }
    }

    /// Bytes of each data record's annotations.
    pub(super) fn record_bytes(&self) -> usize {
        self.record_bytes
    }

    /// The annotations of the next data record: when it begins, and what is still to be told.
    pub(super) fn next_record(&mut self) -> Vec<u8> {
        let mut bytes = list(time_us(self.record, self.fraction_us), None, "");
        self.record += 1;
        while let Some(next) = self.lists.front() {
            if bytes.len() + next.len() > self.record_bytes {
                break;
            }
            bytes.extend(self.lists.pop_front().unwrap_or_default());
        }
        bytes.resize(self.record_bytes, 0);
        bytes
    }
}

/// When a record begins, in microseconds.
fn time_us(record: u64, fraction_us: u64) -> i64 {
    let us = record.saturating_mul(1_000_000).saturating_add(fraction_us);
    i64::try_from(us).unwrap_or(i64::MAX)
}

/// One time-stamped annotation list. What would end it before its end is a space.
fn list(onset_us: i64, duration_ticks: Option<u64>, text: &str) -> Vec<u8> {
    let sign = if onset_us < 0 { '-' } else { '+' };
    let us = onset_us.unsigned_abs();
    let mut list = format!("{sign}{}", us / 1_000_000);
    if !us.is_multiple_of(1_000_000) {
        list.push_str(format!(".{:06}", us % 1_000_000).trim_end_matches('0'));
    }
    if let Some(ticks) = duration_ticks {
        list.push_str(&format!("\u{15}{}.{:02}", ticks / 100, ticks % 100));
    }
    list.push('\u{14}');
    list.extend(text.chars().map(|one| if one.is_control() { ' ' } else { one }));
    list.push_str("\u{14}\0");
    list.into_bytes()
}
