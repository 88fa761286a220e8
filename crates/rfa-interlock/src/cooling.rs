//! Whether the tip cools once output has ended (H-13).

use crate::thresholds::{AFTERGLOW, COOLING_ABOVE_MC, COOLING_WINDOW};
use rfa_units::{GeneratorInstant, Span};

/// How late after [`AFTERGLOW`] a first mean may come.
const LATE: Span = Span::from_millis(100);

/// The tip since power was last asked or measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cooling {
    /// Its mean as the sensor had caught up, in m°C.
    from_mc: Option<i64>,
    /// How far it has fallen since, in mK, once the window is over.
    fallen_mk: Option<i64>,
}

impl Cooling {
    pub(crate) const NONE: Self = Self { from_mc: None, fallen_mk: None };

    /// Takes in a sample's time and the mean at it; `quiet_since`: no power since then; there is a
    /// sample with power, and `None`, between any two.
    pub(crate) fn look(
        &mut self,
        quiet_since: Option<GeneratorInstant>,
        at: GeneratorInstant,
        mean_mc: Option<i64>,
    ) {
        let Some(since) = quiet_since else {
            *self = Self::NONE;
            return;
        };
        let quiet = at.since(since);
        if self.from_mc.is_none() && quiet >= AFTERGLOW && quiet < AFTERGLOW.plus(LATE) {
            self.from_mc = mean_mc;
        }
        if quiet >= AFTERGLOW.plus(COOLING_WINDOW) {
            let hot_mc = self.from_mc.filter(|from| *from > COOLING_ABOVE_MC);
            self.fallen_mk = hot_mc.zip(mean_mc).map(|(from, mean)| from.saturating_sub(mean));
        }
    }

    /// How far a tip that was hot has fallen in the window and since; `None`: nothing to judge.
    pub(crate) const fn fallen_mk(&self) -> Option<i64> {
        self.fallen_mk
    }
}

#[cfg(test)]
mod tests;
