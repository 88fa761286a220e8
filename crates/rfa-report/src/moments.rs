//! What happened in a tick, in the few words of a mark.

use crate::words::word;
use rfa_interlock::Trip;
use rfa_record::row::{EventRow, StateWord, StopCauseWord, TickRow, TripRow};
use rfa_session::trip_text;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// When, s since the first tick.
    pub at_s: f64,
    /// In a few words.
    pub words: String,
    /// It is a trip.
    pub trip: bool,
}

/// The one thing to mark in a tick, if there is one: of a trip and what follows from it in the same
/// tick the trip.
#[must_use]
pub fn moment(at_s: f64, row: &TickRow) -> Option<Moment> {
    let step = row.outputs.permit.step.saturating_add(1);
    let events = &row.outputs.events;
    let told = |words: String, trip: bool| Some(Moment { at_s, words, trip });
    for event in events {
        if let EventRow::Tripped(trip) = event {
            return told(trip_words(trip), true);
        }
    }
    for event in events {
        let words = match event {
            EventRow::Stopped(StopCauseWord::StepDone) => format!("RF off, step {step} done"),
            EventRow::Stopped(cause) => format!("RF off: {}", cause_words(*cause)),
            EventRow::Changed { to: StateWord::Delivering, .. } => format!("RF on, step {step}"),
            EventRow::Changed { to: StateWord::Armed, .. } => "armed".to_owned(),
            EventRow::Changed { to: StateWord::Lockout, .. } => "locked out".to_owned(),
            EventRow::Reset => "reset".to_owned(),
            EventRow::Acknowledged => "acknowledged".to_owned(),
            EventRow::CheckConfirmed => "check confirmed".to_owned(),
            _ => continue,
        };
        return told(words, false);
    }
    None
}

/// Rule and alarm of a trip, with its numbers.
fn trip_words(trip: &TripRow) -> String {
    format!("{} {}: {}", word(&trip.rule), word(&trip.alarm), numbers(trip))
}

/// A trip's value and limit, in words.
#[must_use]
pub fn numbers(row: &TripRow) -> String {
    Trip::try_from(row)
        .map_or_else(|_| format!("{} against {}", row.value, row.limit), |trip| trip_text(&trip))
}

/// Why output ended without a trip.
#[must_use]
pub(crate) const fn cause_words(cause: StopCauseWord) -> &'static str {
    match cause {
        StopCauseWord::Operator => "operator",
        StopCauseWord::FootReleased => "foot released",
        StopCauseWord::StepDone => "step done",
        StopCauseWord::Controller => "controller",
        StopCauseWord::TimeLimit => "time limit",
        StopCauseWord::EnergyLimit => "energy limit",
    }
}
