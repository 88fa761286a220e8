//! Thresholds tried on a recording.

use crate::verify::from_start;
use crate::{Execution, ReplayError};
use rfa_interlock::{Event, Inputs, Thresholds};
use rfa_record::row::{OutputsRow, TickRow, TripRow};
use rfa_record::{ReadError, Recording, Topic};
use rfa_session::trip_text;
use serde::Serialize;
use std::path::Path;

/// Trips listed at most; more are counted.
const LISTED_MAX: usize = 1_000;

/// A trip that there was none of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WouldTrip {
    /// The tick.
    pub tick: u64,
    /// When, on the controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// The rule with its numbers.
    pub trip: TripRow,
    /// The numbers in words.
    pub text: String,
}

/// What thresholds would have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassiveReport {
    /// Interlock ticks that were run again.
    pub ticks: u64,
    /// The trips, oldest first.
    pub would_trip: Vec<WouldTrip>,
    /// All of them, those not listed too.
    pub would_trip_total: u64,
    /// The first tick at which this program does something else than the recorded one: from there
    /// on the trips are those of another session.
    pub differs_at: Option<u64>,
    /// Why not all of the recording was run.
    pub stopped: Option<String>,
}

/// Runs the interlock over the recorded inputs once more, with thresholds beside its own that
/// report and do nothing else.
///
/// # Errors
/// [`ReplayError`] where the recording cannot be read or re-executed, or holds no tick.
pub fn passive(
    path: impl AsRef<Path>,
    thresholds: Thresholds,
) -> Result<PassiveReport, ReplayError> {
    let recording = from_start(Recording::open(path)?)?;
    let mut header = recording.header().clone();
    header.limits.passive = Some(thresholds);
    let mut trial = Trial {
        execution: Execution::new(&header)?,
        report: PassiveReport {
            ticks: 0,
            would_trip: Vec::new(),
            would_trip_total: 0,
            differs_at: None,
            stopped: None,
        },
    };
    let mut messages = recording.messages()?;
    loop {
        let taken = match messages.next() {
            Ok(None) => break,
            Ok(Some(message)) if message.topic == Topic::Tick => {
                message.parse().and_then(|row: TickRow| {
                    let inputs = Inputs::try_from(&row.inputs);
                    Ok((inputs.map_err(|error| message.damaged(error))?, row))
                })
            }
            Ok(Some(_)) => continue,
            Err(error) => Err(error),
        };
        match taken {
            Ok((inputs, row)) => trial.tick(&inputs, &row),
            Err(ReadError::Damaged { at, why, .. }) => {
                trial.report.stopped = Some(format!("byte {at}: {why}"));
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    if trial.report.ticks == 0 {
        return Err(ReplayError::Nothing { path: recording.path().to_owned(), what: "tick" });
    }
    Ok(trial.report)
}

struct Trial {
    execution: Execution,
    report: PassiveReport,
}

impl Trial {
    fn tick(&mut self, inputs: &Inputs, row: &TickRow) {
        let outputs = self.execution.interlock(inputs);
        let report = &mut self.report;
        report.ticks += 1;
        for event in outputs.events.iter() {
            let Event::WouldTrip(trip) = event else { continue };
            report.would_trip_total += 1;
            if report.would_trip.len() < LISTED_MAX {
                report.would_trip.push(WouldTrip {
                    tick: inputs.tick,
                    at_us: inputs.now.as_micros(),
                    trip: trip.into(),
                    text: trip_text(trip),
                });
            }
        }
        let same = acted(OutputsRow::from(&outputs)) == acted(row.outputs.clone());
        if !same && report.differs_at.is_none() {
            report.differs_at = Some(inputs.tick);
        }
    }
}

/// The outputs without what is only told.
fn acted(mut outputs: OutputsRow) -> OutputsRow {
    outputs.events.retain(|event| !event.is_trial());
    outputs
}
