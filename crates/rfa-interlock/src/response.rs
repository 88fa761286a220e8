//! Whether the tip has answered to power since output began (H-11).

use crate::thresholds::{ANSWER_MK, ANSWERED_MC};
use rfa_units::Span;

/// What the tip has shown in this delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Response {
    /// The lowest mean since output began.
    lowest_mc: Option<i64>,
    answered: bool,
    powered: Span,
}

impl Response {
    /// Output begins: nothing is known of what it will do.
    pub(crate) const NONE: Self = Self { lowest_mc: None, answered: false, powered: Span::ZERO };

    /// Takes in one sample of a delivery: the tip's mean, and the time with power behind it.
    pub(crate) fn look(&mut self, tip_mc: Option<i64>, powered: Span) {
        if let Some(tip) = tip_mc {
            let lowest = self.lowest_mc.map_or(tip, |lowest| lowest.min(tip));
            self.lowest_mc = Some(lowest);
            self.answered |= tip >= lowest.saturating_add(ANSWER_MK) || tip >= ANSWERED_MC;
        }
        if !self.answered {
            self.powered = self.powered.plus(powered);
        }
    }

    /// The tip has warmed under power, so the sensor is where the power goes.
    pub(crate) const fn answered(&self) -> bool {
        self.answered
    }

    /// Power so far without an answer.
    pub(crate) fn unanswered(&self) -> Span {
        if self.answered { Span::ZERO } else { self.powered }
    }
}
