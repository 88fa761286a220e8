//! The model that predicts the lesion while a treatment runs.

use crate::exit::Stop;
use rfa_plan::Plan;
use rfa_runtime::LESION_BOUNDARY;
use rfa_tissue::Tracker;
use rfa_tissue::published::{Surroundings, needle};

/// The model of the plan's electrode in the plan's tissue; none where it names no tissue.
pub(super) fn tracker(plan: &Plan) -> Result<Option<Tracker>, Stop> {
    let Some(name) = &plan.tissue else { return Ok(None) };
    let tissue = rfa_plan::shipped_tissue(name).map_err(|e| Stop::usage(e.to_string()))?;
    let around = Surroundings::new(tissue, |id| rfa_plan::shipped_tissue(id).ok())
        .map_err(|e| Stop::usage(e.to_string()))?;
    Ok(Some(Tracker::new(around, needle(&plan.electrode), LESION_BOUNDARY)))
}
