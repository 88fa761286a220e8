//! What became of each step: the session's own figures, or as far as the ticks tell them.

use rfa_plan::Program;
use rfa_record::SummaryMessage;
use rfa_record::row::TickRow;
use serde_json::Value;

/// Where the figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepsFrom {
    /// The session's own summary.
    Summary,
    /// The loop's own outputs in the ticks on record: there is no summary.
    Ticks,
}

/// What became of one step; absent: not reached, or not told.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StepFigures {
    /// From the first activation to set - 2 °C, s.
    pub reached_s: Option<f64>,
    /// Lesion timer, s.
    pub held_s: Option<f64>,
    /// The whole hold was held.
    pub complete: bool,
    /// Highest sensed temperature above the set temperature while RF was on, K.
    pub overshoot_k: Option<f64>,
    /// Mean of |temperature - set| while holding, K.
    pub hold_error_k: Option<f64>,
}

/// What became of the steps, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// One for each step of the plan.
    pub each: Vec<StepFigures>,
    /// Where they come from.
    pub from: StepsFrom,
}

impl Steps {
    pub(super) fn new(program: &Program) -> Self {
        let each = program.steps.iter().map(|_| StepFigures::default()).collect();
        Self { each, from: StepsFrom::Ticks }
    }

    /// What the loop says of its step in this tick.
    pub(super) fn tick(&mut self, program: &Program, row: &TickRow) {
        for control in &row.control {
            let (told, index) = (&control.outputs, usize::from(control.outputs.step));
            let (Some(step), Some(spec)) = (self.each.get_mut(index), program.steps.get(index))
            else {
                continue;
            };
            let seconds = |us: u64| us as f64 / 1e6;
            step.reached_s = step.reached_s.or(told.reached_us.map(seconds));
            if told.reached_us.is_some() {
                step.held_s = Some(seconds(told.held_us).max(step.held_s.unwrap_or(0.0)));
            }
            step.complete |= told.held_us >= spec.hold.as_micros();
        }
    }

    /// The session's own figures take their place, where it wrote some.
    pub(super) fn or_summary(self, summary: Option<&SummaryMessage>) -> Self {
        let session = summary.and_then(|summary| summary.session.as_ref());
        let told = session.and_then(|session| session.get("steps")).and_then(Value::as_array);
        match told {
            Some(told) if told.len() == self.each.len() => {
                Self { each: told.iter().map(figures).collect(), from: StepsFrom::Summary }
            }
            _ => self,
        }
    }
}

fn figures(step: &Value) -> StepFigures {
    let number = |field: &str| step.get(field).and_then(Value::as_f64);
    StepFigures {
        reached_s: number("reached_s"),
        held_s: number("held_s"),
        complete: step.get("complete").and_then(Value::as_bool).unwrap_or(false),
        overshoot_k: number("overshoot_c_sensed"),
        hold_error_k: number("mean_abs_error_c_sensed"),
    }
}
