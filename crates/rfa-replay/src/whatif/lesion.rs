//! The lesion, by the model that runs beside a treatment (ADR 0006).

use rfa_plan::Plan;
use rfa_session::TickRecord;
use rfa_tissue::published::{Surroundings, needle};
use rfa_tissue::{Boundary, Sample, Tracker};
use rfa_units::{ChannelId, OutputState};
use serde::Serialize;

/// The boundary of the live lesion: every target so far is a nerve.
const BOUNDARY: Boundary = Boundary::Arrhenius(0);

/// How large the lesion becomes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LesionFigure {
    /// Nobody asked.
    NotAsked,
    /// There is no prediction.
    Unknown {
        /// Why.
        why: String,
    },
    /// The model's, nerve Arrhenius omega 1.
    Predicted {
        /// Across, mm.
        width_mm: f64,
        /// Along the needle, mm.
        length_mm: f64,
    },
}

/// The model beside a run.
#[derive(Debug)]
pub(super) struct Follower {
    channel: ChannelId,
    tracker: Result<Box<Tracker>, String>,
}

impl Follower {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { channel: plan.program.channel, tracker: tracker(plan).map(Box::new) }
    }

    pub(super) fn take(&mut self, record: &TickRecord) {
        let Ok(tracker) = &mut self.tracker else { return };
        for frame in record.interlock.inputs.telemetry.iter() {
            let Some(report) = frame.channel(self.channel) else { continue };
            tracker.take(Sample {
                t_s: frame.at.as_micros() as f64 * 1e-6,
                on: report.output != OutputState::Off,
                tip_c: report.tip.valid().map(|tip| tip.as_f64()),
                power_w: report.power.as_f64(),
            });
        }
    }

    pub(super) fn finish(follower: Option<Self>) -> LesionFigure {
        let Some(follower) = follower else { return LesionFigure::NotAsked };
        let mut tracker = match follower.tracker {
            Ok(tracker) => tracker,
            Err(why) => return LesionFigure::Unknown { why },
        };
        tracker.finish();
        match tracker.prediction() {
            Ok(found) => LesionFigure::Predicted {
                width_mm: found.width.value * 1e3,
                length_mm: found.length.value * 1e3,
            },
            Err(why) => LesionFigure::Unknown { why: why.to_string() },
        }
    }
}

fn tracker(plan: &Plan) -> Result<Tracker, String> {
    let name = plan.tissue.as_deref().ok_or("the plan names no tissue")?;
    let tissue = rfa_plan::shipped_tissue(name).map_err(|error| error.to_string())?;
    let around = Surroundings::new(tissue, |id| rfa_plan::shipped_tissue(id).ok());
    let around = around.map_err(|error| error.to_string())?;
    Ok(Tracker::new(around, needle(&plan.electrode), BOUNDARY))
}
