//! What one watt does to this tip: an estimate made in each ramp.

/// Smallest rate taken for possible, K/s per W: a 16G 15 mm electrode, 0.3, halved.
const RATE_MIN: f64 = 0.15;
/// Largest: a 22G 2 mm electrode, 16, and half as much again.
const RATE_MAX: f64 = 25.0;
/// Before anything is known every tip is taken for nearly the smallest, so that the first watt
/// is never too much.
const RATE_START: f64 = 14.0;
const LOSS_MIN: f64 = 0.02;
const LOSS_MAX: f64 = 1.0;
const LOSS_START: f64 = 0.15;
/// Variance of the start values.
const RATE_VARIANCE: f64 = 100.0;
const LOSS_VARIANCE: f64 = 0.01;
/// Variance of one filtered slope, with what follows from its neighbours' correlation.
const SLOPE_VARIANCE: f64 = 0.4;
/// Filter of the regression, s.
const FILTER_S: f64 = 0.3;
/// The lag that power is given before it is compared with the reading: the slowest sensor and
/// the longest transport, so that a rising power is never thought to be without effect.
const LAG_S: f64 = 0.35;
/// Forgetting, s.
const MEMORY_S: f64 = 4.0;

/// Two first-order filters in series; the second one's slope is exact.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Smooth {
    first: f64,
    second: f64,
    slope: f64,
}

impl Smooth {
    const fn at(value: f64) -> Self {
        Self { first: value, second: value, slope: 0.0 }
    }

    fn advance(&mut self, value: f64, dt: f64) {
        let share = dt / (FILTER_S + dt);
        self.first += (value - self.first) * share;
        let before = self.second;
        self.second += (self.first - self.second) * share;
        self.slope = (self.second - before) / dt;
    }
}

/// `slope = rate * power - loss * (temperature - base)`, by recursive least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plant {
    rate: f64,
    loss: f64,
    /// Covariance: rate, both, loss.
    cov: (f64, f64, f64),
}

/// The signals of one ramp on their way to the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Regression {
    base: f64,
    rise: Smooth,
    lagged: f64,
    power: Smooth,
}

impl Regression {
    pub(crate) const fn new(base: f64, tip: f64) -> Self {
        Self { base, rise: Smooth::at(tip - base), lagged: 0.0, power: Smooth::at(0.0) }
    }

    /// Follows one tick's reading and applied power.
    pub(crate) fn advance(&mut self, tip: f64, power: f64, dt: f64) {
        self.rise.advance(tip - self.base, dt);
        self.lagged += (power - self.lagged) * (dt / (LAG_S + dt));
        self.power.advance(self.lagged, dt);
    }
}

impl Plant {
    pub(crate) const fn unknown() -> Self {
        Self { rate: RATE_START, loss: LOSS_START, cov: (RATE_VARIANCE, 0.0, LOSS_VARIANCE) }
    }

    /// The same estimate, open to change again: a new ramp from cold tissue.
    pub(crate) fn reopened(self) -> Self {
        let spread = self.rate * self.rate;
        Self { cov: (spread.min(RATE_VARIANCE), 0.0, LOSS_VARIANCE), ..self }
    }

    /// K/s per W.
    pub(crate) const fn rate(&self) -> f64 {
        self.rate
    }

    /// Power for a slope (K/s) at a rise above the base (K), in W.
    pub(crate) fn power_for(&self, slope: f64, rise: f64) -> f64 {
        (slope + self.loss * rise.max(0.0)) / self.rate
    }

    /// One step of least squares.
    pub(crate) fn learn(&mut self, seen: &Regression, dt: f64) {
        let (u, v) = (seen.power.second, -seen.rise.second);
        let (a, b, c) = self.cov;
        let (gu, gv) = (a * u + b * v, b * u + c * v);
        let weight = 1.0 / (SLOPE_VARIANCE + u * gu + v * gv);
        let miss = seen.rise.slope - (self.rate * u + self.loss * v);
        self.rate = (self.rate + gu * weight * miss).clamp(RATE_MIN, RATE_MAX);
        self.loss = (self.loss + gv * weight * miss).clamp(LOSS_MIN, LOSS_MAX);
        let (a, b, c) = (a - gu * gu * weight, b - gu * gv * weight, c - gv * gv * weight);
        // Forgetting, but never more than at the start: without excitation it would go on.
        let grow = 1.0 + dt / MEMORY_S;
        let open = a * grow <= RATE_VARIANCE && c * grow <= LOSS_VARIANCE;
        self.cov = if open { (a * grow, b * grow, c * grow) } else { (a, b, c) };
    }
}
