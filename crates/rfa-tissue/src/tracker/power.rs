//! Measured power against what the properties' ranges allow.
//!
//! How much power holds a temperature is a matter of heat alone: electrical conductivity as a
//! whole does not enter. Allowed is what all properties together can do, each at the end of its
//! range that is worst. Outside of that the sensor is not where the model has it, or follows
//! slowly; or the tissue is another; or the generator's meter is out (up to 20 %, hazards.md
//! H-04), which no range here covers. So it is said, and decides nothing.

/// The first seconds of each activation are not judged: the sensor's lag (up to 0.3 s) and the
/// smoothing (0.1 s) shift the ramp against the power by 8 % of the first 5 s, by nothing of the
/// next.
const UNJUDGED_S: f64 = 5.0;
/// A window shorter than this is not judged, s: a tenth of it is the shift above.
const WINDOW_MIN_S: f64 = 4.0;
/// So many windows in a row, of 5 s and more each, change the verdict: what a vessel's pulse, a
/// breath or one cough does is over in one.
const IN_A_ROW: u8 = 2;
/// Below this the means are not compared, W: no RF (hazards.md H-05).
const POWER_MIN_W: f64 = 0.2;

/// What measured and modelled power say of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Nothing to compare yet.
    #[default]
    Unjudged,
    /// Measured power is what the ranges allow.
    Agrees,
    /// More power was measured than the ranges allow, two windows in a row.
    Above,
    /// Less power was measured than the ranges allow, two windows in a row.
    Below,
}

/// Means over the newest window, W.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Measured by the generator.
    pub measured_w: f64,
    /// Modelled with every property at its value.
    pub modelled_w: f64,
    /// The least that the ranges allow.
    pub low_w: f64,
    /// The most that the ranges allow.
    pub high_w: f64,
    /// The verdict over the newest windows.
    pub verdict: Verdict,
}

/// One window with RF on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) start_s: f64,
    pub(super) length_s: f64,
    pub(super) measured_w: f64,
    pub(super) modelled_w: f64,
    /// Share by which the ranges allow less, and more.
    pub(super) less: f64,
    pub(super) more: f64,
    /// The temperature was measured, so that the model knows the power by itself.
    pub(super) known: bool,
}

/// Watches the windows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watch {
    on_since_s: f64,
    newest: Option<Power>,
    /// What the newest windows say, and how many of them.
    says: (Verdict, u8),
}

impl Watch {
    pub(super) const fn new(t_s: f64) -> Self {
        Self { on_since_s: t_s, newest: None, says: (Verdict::Unjudged, 0) }
    }

    /// Windows before and after a pause are not in a row.
    pub(super) const fn switched_on(&mut self, t_s: f64) {
        self.on_since_s = t_s;
        self.says = (Verdict::Unjudged, 0);
    }

    pub(super) const fn power(&self) -> Option<Power> {
        self.newest
    }

    pub(super) fn judge(&mut self, window: &Window) {
        let settled = window.start_s - self.on_since_s >= UNJUDGED_S * (1.0 - 1e-9);
        let clear = window.known && window.modelled_w >= POWER_MIN_W;
        if !settled || !clear || window.length_s < WINDOW_MIN_S {
            return;
        }
        let low_w = window.modelled_w * (1.0 - window.less).max(0.0);
        let high_w = window.modelled_w * (1.0 + window.more);
        let measured_w = window.measured_w;
        let now = if measured_w > high_w {
            Verdict::Above
        } else if measured_w < low_w {
            Verdict::Below
        } else {
            Verdict::Agrees
        };
        let (before, count) = self.says;
        self.says = (now, if now == before { count.saturating_add(1) } else { 1 });
        let stood = self.newest.map_or(Verdict::Unjudged, |power| power.verdict);
        let verdict = if self.says.1 >= IN_A_ROW { now } else { stood };
        self.newest =
            Some(Power { measured_w, modelled_w: window.modelled_w, low_w, high_w, verdict });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the power that is allowed, from `start_s` on.
    fn too_much(start_s: f64) -> Window {
        let (measured_w, modelled_w, less, more) = (2.0, 1.0, 0.1, 0.1);
        Window { start_s, length_s: 5.0, measured_w, modelled_w, less, more, known: true }
    }

    fn verdict(watch: &Watch) -> Option<Verdict> {
        watch.power().map(|power| power.verdict)
    }

    #[test]
    fn windows_on_both_sides_of_a_pause_are_not_in_a_row() {
        let mut watch = Watch::new(0.0);
        watch.judge(&too_much(5.0));
        watch.switched_on(20.0);
        watch.judge(&too_much(25.0));
        assert_eq!(verdict(&watch), Some(Verdict::Unjudged));
        watch.judge(&too_much(30.0));
        assert_eq!(verdict(&watch), Some(Verdict::Above));
    }
}
