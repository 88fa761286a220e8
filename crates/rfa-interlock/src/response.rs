//! What the tip answers to power since output began (H-11, H-38).

use crate::Warming;
use crate::thresholds::{
    ANSWER_MK, ANSWERED_MC, BODY_MC, GRANT_LIFE, RESPONSE_WINDOW, UNANSWERED_SHARE,
};
use rfa_units::Span;

/// What the tip has shown in this delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Response {
    /// The lowest mean since output began, and the newest.
    lowest_mc: Option<i64>,
    newest_mc: Option<i64>,
    answered: bool,
    powered: Span,
    /// Since output began.
    since: Span,
    /// The rise that the plan's electrode would show by now, in nK.
    expected_nk: i64,
}

/// One sample of a delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heated {
    /// The tip's mean.
    pub(crate) tip_mc: Option<i64>,
    /// Measured, and no more than may be measured of what was granted (H-04): a reading that is too
    /// high must not excuse a rise.
    pub(crate) power_mw: u32,
    /// The time behind it.
    pub(crate) span: Span,
}

impl Response {
    /// Output begins: nothing is known of what it will do.
    pub(crate) const NONE: Self = Self {
        lowest_mc: None,
        newest_mc: None,
        answered: false,
        powered: Span::ZERO,
        since: Span::ZERO,
        expected_nk: 0,
    };

    /// Takes in one sample: `start_mw` is the start's ceiling.
    pub(crate) fn look(&mut self, heated: &Heated, start_mw: u32, warming: Warming) {
        if let Some(tip) = heated.tip_mc {
            let lowest = self.lowest_mc.map_or(tip, |lowest| lowest.min(tip));
            self.lowest_mc = Some(lowest);
            self.answered |= tip >= lowest.saturating_add(ANSWER_MK) || tip >= ANSWERED_MC;
        }
        self.newest_mc = heated.tip_mc;
        // Beyond a grant's life no power is certain to have flowed.
        if !self.answered && heated.power_mw >= start_mw / UNANSWERED_SHARE {
            self.powered = self.powered.plus(heated.span.min(GRANT_LIFE));
        }
        self.since = self.since.plus(heated.span);
        self.foresee(heated, warming);
    }

    /// One step of the plan's electrode: mW x µs x mK/J = pK.
    fn foresee(&mut self, heated: &Heated, warming: Warming) {
        let span_us = i64::try_from(heated.span.as_micros()).unwrap_or(i64::MAX);
        let leak_us = i64::try_from(warming.leak.as_micros()).unwrap_or(i64::MAX);
        let energy_nj = i64::from(heated.power_mw).saturating_mul(span_us);
        let risen_nk = energy_nj.saturating_mul(i64::from(warming.gain_mk_j)) / 1_000;
        let lost = self.expected_nk.saturating_mul(span_us).checked_div(leak_us);
        let lost_nk = lost.unwrap_or(0).min(self.expected_nk);
        self.expected_nk = self.expected_nk.saturating_sub(lost_nk).saturating_add(risen_nk);
    }

    /// The tip has warmed under power, so the sensor is where the power goes.
    pub(crate) const fn answered(&self) -> bool {
        self.answered
    }

    /// Power so far without an answer.
    pub(crate) fn unanswered(&self) -> Span {
        if self.answered { Span::ZERO } else { self.powered }
    }

    /// The tip's rise and the one that the plan's electrode would show, in mK, while they can be
    /// compared. A tip that is colder than the body warms by itself: its rise counts from there.
    pub(crate) fn risen(&self) -> Option<(i64, i64)> {
        let (newest, lowest) = self.newest_mc.zip(self.lowest_mc)?;
        let young = self.since <= RESPONSE_WINDOW;
        let from = lowest.max(BODY_MC);
        young.then(|| (newest.saturating_sub(from), self.expected_nk / 1_000_000))
    }
}

#[cfg(test)]
mod tests;
