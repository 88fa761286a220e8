//! A row a step of the plan.

use super::{OfSession, Session, with};
use crate::table::{Column, Get};
use rfa_figures::summary::StepSummary;
use std::sync::Arc;

/// A step of a session.
pub(crate) struct StepOf {
    pub(crate) session: Arc<Session>,
    pub(crate) step: StepSummary,
}

impl OfSession for StepOf {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

/// The columns: under the names of `rfa stats`.
pub(crate) fn steps() -> Vec<Column<StepOf>> {
    with(vec![
        Column::new(
            "step",
            Get::Int(|row| i64::try_from(row.step.step).ok()),
            "The step, counted from 1.",
        ),
        Column::new("set_c", Get::Double(|row| Some(row.step.set_c)), "Set temperature, °C."),
        Column::new(
            "time_to_temperature_s",
            Get::Double(|row| row.step.reached_s),
            "From the first activation to 2 °C below the set temperature, s; null: not reached.",
        ),
        Column::new("held_s", Get::Double(|row| Some(row.step.held_s)), "Lesion timer, s."),
        Column::new(
            "complete",
            Get::Flag(|row| Some(row.step.complete)),
            "The whole hold time was held.",
        ),
        Column::new(
            "overshoot_c",
            Get::Double(|row| row.step.overshoot_c_sensed),
            "Highest sensed temperature above the set temperature while RF was on, °C, 0 where it \
             was never above; null: RF was not on.",
        ),
        Column::new(
            "hold_error_c",
            Get::Double(|row| row.step.mean_abs_error_c_sensed),
            "Mean of |sensed - set| while holding, from 3 s of lesion time on, °C; null: it did \
             not come to that.",
        ),
        Column::new(
            "overshoot_c_true",
            Get::Double(|row| row.step.overshoot_c_true),
            "As `overshoot_c`, of a simulator's own temperature; null too: no simulator.",
        ),
        Column::new(
            "hold_error_c_true",
            Get::Double(|row| row.step.mean_abs_error_c_true),
            "As `hold_error_c`, of a simulator's own temperature; null too: no simulator.",
        ),
    ])
}
