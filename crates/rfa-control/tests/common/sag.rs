//! A reading that sags while the tip is heated: by the sensor's own doing, or by a cold wash.

use super::{ElectrodeCase, TestPlant};

/// How fast a reading that has sagged comes back, K/s: slow enough that H-03 allows it on a ramp.
const BACK_K_PER_S: f64 = 1.0;

/// One sag; times are s of power.
#[derive(Debug, Clone, Copy)]
pub struct Sag {
    pub at_s: f64,
    /// The fall takes this long; none is a step.
    pub fall_s: f64,
    pub depth_k: f64,
    /// Whether it passes, once the fall is over.
    pub passes: bool,
    /// The wash's power, W, where the tip itself cools and not only its reading.
    wash_w: Option<f64>,
}

impl Sag {
    /// The sensor's: the tip is as warm as before.
    pub const fn sensor(at_s: f64, fall_s: f64, depth_k: f64, passes: bool) -> Self {
        Self { at_s, fall_s, depth_k, passes, wash_w: None }
    }

    /// A wash that would take the tip of `case` down by `depth_k` in `fall_s`.
    pub fn wash(self, case: &ElectrodeCase) -> Self {
        Self { wash_w: Some(sink_w(case, self.depth_k, self.fall_s)), ..self }
    }

    /// Heat taken from the tip, W.
    pub fn sink_w(&self, on_s: f64) -> f64 {
        let lasts = on_s >= self.at_s && !(self.passes && on_s > self.at_s + self.fall_s);
        self.wash_w.filter(|_| lasts).unwrap_or(0.0)
    }

    /// Added to the reading, K.
    pub fn offset_k(&self, on_s: f64) -> f64 {
        let since = on_s - self.at_s;
        if self.wash_w.is_some() || since < 0.0 {
            return 0.0;
        }
        let fallen = if since < self.fall_s { since / self.fall_s } else { 1.0 };
        let passed = if self.passes { (since - self.fall_s).max(0.0) * BACK_K_PER_S } else { 0.0 };
        -(self.depth_k * fallen - passed).max(0.0)
    }
}

/// Heat that takes the tip of `case` down by `depth_k` in `within_s`, W.
fn sink_w(case: &ElectrodeCase, depth_k: f64, within_s: f64) -> f64 {
    let mut plant = TestPlant::new(case);
    (0..(within_s * 1e3) as usize).for_each(|_| plant.advance_ms(1.0));
    depth_k / plant.rise()
}

/// The steepest rise that `votes` windows running of 200 ms all show, K/s: five are H-03's, ten
/// of the negative are H-07's.
pub fn steepest(values: &[f64], votes: usize) -> f64 {
    let slopes: Vec<f64> = values.windows(20).map(slope).collect();
    let least = |run: &[f64]| run.iter().copied().fold(f64::MAX, f64::min);
    slopes.windows(votes).map(least).fold(f64::MIN, f64::max)
}

/// Least squares over samples of 10 ms, K/s.
fn slope(window: &[f64]) -> f64 {
    let mid = (window.len() as f64 - 1.0) / 2.0;
    let (mut above, mut below) = (0.0, 0.0);
    for (index, value) in window.iter().enumerate() {
        let x = (index as f64 - mid) * 0.01;
        above += x * value;
        below += x * x;
    }
    above / below
}
