//! What of a comparison is judged.

use super::align::Moment;
use super::side::Side;
use super::{Change, DiffOutcome, DiffReport};
use rfa_figures::summary::{Summary, TripSummary};
use rfa_record::End;
use rfa_record::row::EventRow;
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

/// The time in which events of both are compared, µs since the alignment: what both cover, and with
/// a tolerance nothing before the alignment, for nobody arms twice at the same moment.
pub(super) fn window_us(a: &Side, b: &Side, exact: bool) -> RangeInclusive<i64> {
    let Some((a, b)) = a.covers_us().zip(b.covers_us()) else { return 0..=-1 };
    let first = a.0.max(b.0);
    (if exact { first } else { first.max(0) })..=a.1.min(b.1)
}

/// What happened in `window_us`, in order: with a tolerance without the times. Of a trip only its
/// rule; the rest is compared with the trips.
pub(super) fn events(
    side: &Side,
    window_us: &RangeInclusive<i64>,
    exact: bool,
) -> Result<Value, serde_json::Error> {
    let (events, untold) = side.events();
    let one = |happened: &super::side::Happened| {
        let event = match &happened.event {
            EventRow::Tripped(trip) => json!({"tripped": trip.rule}),
            EventRow::WouldTrip(trip) => json!({"would-trip": trip.rule}),
            other => serde_json::to_value(other)?,
        };
        let after_s = happened.at_us as f64 / 1e6;
        Ok(if exact { json!({"event": event, "after_s": after_s}) } else { event })
    };
    let mut all = events
        .iter()
        .filter(|of| window_us.contains(&of.at_us))
        .map(one)
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    if untold > 0 {
        all.push(json!({"more": untold}));
    }
    Ok(all.into())
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
