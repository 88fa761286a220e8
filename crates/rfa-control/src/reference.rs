//! The set-point that the loop follows.

use crate::tuning::Tuning;

/// The ramped set-point: linear at the planned rate from the measured start, rounded at its end,
/// and never far ahead of the reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reference {
    /// The ramped set-point, °C.
    target: f64,
    /// The same, lagged as the reading is: what the feedback compares with, °C.
    lagged: f64,
    /// Slope of the target in the newest tick, K/s.
    slope: f64,
    /// Planned slope, K/s; positive.
    rate: f64,
    start: f64,
    set: f64,
    /// The straight line itself, °C: the target waits, the line does not.
    line: f64,
}

impl Reference {
    /// A ramp from `start` to `set` at `rate` (K/s).
    pub(crate) fn new(start: f64, set: f64, rate: f64) -> Self {
        // A tip that is above its set temperature at the start is not ramped down to it.
        let target = start.min(set);
        Self { target, lagged: target, slope: 0.0, rate, start: target, set, line: target }
    }

    pub(crate) const fn target(&self) -> f64 {
        self.target
    }

    pub(crate) const fn lagged(&self) -> f64 {
        self.lagged
    }

    pub(crate) const fn slope(&self) -> f64 {
        self.slope
    }

    /// Whether the target is still on its straight part.
    pub(crate) fn is_linear(&self, tuning: &Tuning) -> bool {
        self.set - self.target > self.rate * tuning.round_s
    }

    /// Whether less than half of the way is done.
    pub(crate) fn is_early(&self) -> bool {
        self.done() < 0.5
    }

    /// Share of the way from the start that is done; all of it where there is none to go.
    fn done(&self) -> f64 {
        let way = self.set - self.start;
        if way > 0.0 { (self.target - self.start) / way } else { 1.0 }
    }

    /// Moves on by `dt` seconds, the reading being `tip`.
    pub(crate) fn advance(&mut self, tuning: &Tuning, tip: f64, lag_s: f64, dt: f64) {
        // Rounded: with a time constant above the sensor's lag the tip itself, which is ahead of
        // the reading by slope x lag, arrives without passing the set temperature.
        let left = self.set - self.target;
        self.line = (self.line + self.rate * dt).min(self.set);
        let behind = (self.line - self.target).max(0.0);
        let catch_up = (behind / tuning.catch_up_s).min(tuning.catch_up_share * self.rate);
        let wanted = (self.rate + catch_up).min(left / tuning.round_s).max(0.0);
        let lead = self.lagged - tip;
        let lead_s = tuning.lead_s + (tuning.lead_late_s - tuning.lead_s) * self.done();
        let room = tuning.lead_k + lead_s * self.rate;
        let share = (2.0 - 2.0 * lead / room).clamp(0.0, 1.0);
        self.slope = wanted * share;
        self.target = (self.target + self.slope * dt).min(self.set);
        self.lagged += (self.target - self.lagged) * (dt / (lag_s + dt));
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;
    use crate::tuning::TUNING;

    const DT: f64 = 0.01;

    /// H-42: a reading that stood still for 3 s lets the target wait; it then comes back to
    /// the straight line, and never faster than the share of the plan beyond it.
    #[test]
    fn h42_a_target_that_waited_comes_back_to_the_line() {
        let rate = 3.0;
        let mut reference = Reference::new(37.0, 80.0, rate);
        for _ in 0..300 {
            reference.advance(&TUNING, 37.0, 0.3, DT);
        }
        let line = |ticks: u32| 37.0 + rate * f64::from(ticks) * DT;
        assert!(line(300) - reference.target() > 0.5, "{}", reference.target());
        for _ in 300..900 {
            reference.advance(&TUNING, reference.lagged(), 0.3, DT);
            assert!(reference.slope() <= (1.0 + TUNING.catch_up_share) * rate + 1e-9);
        }
        // Within what a tick adds: the line moves first.
        let off = (line(900) - reference.target()).abs();
        assert!(off <= rate * DT + 1e-6, "{off}");
    }

    /// A start at the set temperature or above has no way to go, and stays there.
    #[test]
    fn a_start_above_the_set_temperature_has_no_ramp() {
        for start in [80.0, 85.0] {
            let mut reference = Reference::new(start, 80.0, 8.0);
            reference.advance(&TUNING, start, 0.3, DT);
            assert_eq!((reference.target(), reference.slope()), (80.0, 0.0));
            assert!(!reference.is_early());
        }
    }

    /// A tip that no longer follows is waited for, the later in its way from the nearer by.
    #[test]
    fn a_target_waits_nearer_the_more_of_its_way_is_done() {
        let ahead = |stands: f64| {
            let mut reference = Reference::new(37.0, 80.0, 8.0);
            for _ in 0..1_000 {
                reference.advance(&TUNING, reference.lagged().min(stands), 0.3, DT);
            }
            reference.target() - stands
        };
        let (early, middle, late) = (ahead(45.0), ahead(55.0), ahead(65.0));
        assert!((7.5..9.0).contains(&early), "{early}");
        assert!((5.5..7.0).contains(&late), "{late}");
        assert!((2.0 * middle - early - late).abs() < 0.1, "{middle}");
    }
}
