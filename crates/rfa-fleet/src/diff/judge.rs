//! What of a comparison is judged.

use super::align::Moment;
use super::side::{Happened, Side};
use super::{Change, DiffOutcome, DiffReport};
use rfa_figures::summary::{Summary, TripSummary};
use rfa_record::End;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// The trips as they are compared: all of them, with a tolerance only which rules they were.
pub(super) fn trips(summary: &Summary, moment: Moment, exact: bool) -> Value {
    let whole = |trip: &TripSummary| {
        let TripSummary { rule, alarm, value, limit, unit, window_us, .. } = trip;
        let after_s = moment.to_us(trip.at_us) as f64 / 1e6;
        json!({
            "rule": rule, "alarm": alarm, "value": value, "limit": limit, "unit": unit,
            "window_us": window_us, "after_s": after_s,
        })
    };
    let named = |trip: &TripSummary| json!({"rule": trip.rule, "alarm": trip.alarm});
    summary.trips.iter().map(|trip| if exact { whole(trip) } else { named(trip) }).collect()
}

/// The time in which events of both are compared, µs since the alignment: what both cover (absent:
/// nothing), and with a tolerance nothing before the alignment, for nobody arms twice at the same
/// moment.
pub(super) fn window_us(a: &Side, b: &Side, exact: bool) -> Option<RangeInclusive<i64>> {
    let (a, b) = a.covers_us().zip(b.covers_us())?;
    let first = a.0.max(b.0);
    Some((if exact { first } else { first.max(0) })..=a.1.min(b.1))
}

/// What happened in `window_us`, place by place: with a tolerance without the times. What a trip
/// measured is compared with the trips.
pub(super) fn events(
    sides: (&Side, &Side),
    window_us: Option<&RangeInclusive<i64>>,
    exact: bool,
) -> Vec<Change> {
    let of = |side: &Side| -> Vec<String> {
        let (events, untold) = side.events();
        let inside = events.iter().filter(|of| window_us.is_some_and(|w| w.contains(&of.at_us)));
        let one = |of: &Happened| match exact {
            true => format!("{:.3} s {}", of.at_us as f64 / 1e6, of.event.words()),
            false => of.event.words(),
        };
        let more = (untold > 0).then(|| format!("{untold} more"));
        inside.map(one).chain(more).collect()
    };
    let (a, b) = (of(sides.0), of(sides.1));
    let value = |of: Option<&String>| of.map_or(Value::Null, |words| Value::from(words.as_str()));
    let places = (0..a.len().max(b.len())).filter(|place| a.get(*place) != b.get(*place));
    let change = |place: usize| Change {
        field: format!("events[{place}]"),
        a: value(a.get(place)),
        b: value(b.get(place)),
    };
    places.map(change).collect()
}

pub(super) fn outcome(report: &DiffReport, exact: bool) -> DiffOutcome {
    let figures = || report.steps.iter().chain(&report.dose);
    let other_figures = if exact { figures().count() } else { figures().filter(told).count() };
    let alone = exact && report.a.ticks_alone + report.b.ticks_alone > 0;
    let same = report.plan.is_empty()
        && report.settings.is_empty()
        && report.trips.is_empty()
        && report.events.is_empty()
        && report.signals.iter().all(super::SignalDifference::within)
        && other_figures == 0
        && !alone;
    let whole = [&report.a, &report.b].iter().all(|of| of.end == End::Finished && of.damaged == 0);
    match (same, whole) {
        (false, _) => DiffOutcome::Different,
        (true, true) => DiffOutcome::Equal,
        (true, false) => DiffOutcome::EqualAsFarAsItGoes,
    }
}

/// A figure that no tolerance excuses: a step that is complete in one and not in the other, or a
/// value that one of them has not.
fn told(change: &&Change) -> bool {
    change.a.is_boolean() || change.a.is_null() || change.b.is_null()
}
