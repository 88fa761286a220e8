//! What one watt does to this tip: an estimate made in each ramp.
//!
//! Heat leaves a needle tip by diffusion, so no single time constant fits (physics.md section 4).
//! This shape does, within 4 % of the peak power over ramps of 5 to 30 s and the hold after them,
//! for tips from 22G 2 mm to 16G 15 mm:
//!
//! ```text
//! slope = rate * power - loss * (rise + FIELD * (rise - field))
//! ```
//!
//! `field` is the rise through a low-pass of `FIELD_S`: the warmth of the tissue around. Its two
//! constants are the same for all; `rate` (1 to 27 K/s per W) and `loss` (0.08 to 0.4 1/s) belong
//! to the electrode and the tissue and are estimated by recursive least squares. Power makes the
//! plant linear and takes the tissue's conductivity out of it.

use crate::tuning::TUNING;

/// Weight of the field, fitted as above.
const FIELD: f64 = 1.5;
/// Time constant of the field, fitted as above, s.
const FIELD_S: f64 = 5.0;

/// Bounds of the estimate: the fitted range with a factor of 2 each way below and 1.5 above,
/// because tissue and generator differ too.
const RATE_BOUNDS: (f64, f64) = (0.5, 40.0);
const LOSS_BOUNDS: (f64, f64) = (0.05, 0.6);

/// Before anything is known every tip is taken for nearly the smallest one, so that the first
/// watt is never too much, and larger ones show themselves by not answering.
const RATE_START: f64 = 24.0;
const LOSS_START: f64 = 0.2;
const RATE_VARIANCE: f64 = 150.0;
const LOSS_VARIANCE: f64 = 0.01;

/// Variance of one filtered slope, (K/s)²: 0.3 °C rms of white noise at 100 Hz leaves 0.09 K/s
/// behind the two filters, and 2 x `FILTER_S` = 60 samples say the same thing.
const SLOPE_VARIANCE: f64 = 0.5;

/// Each of the regression's two filters, s: 0.3 °C rms of noise against the 0.8 K/s of the
/// slowest ramp.
const FILTER_S: f64 = 0.3;

/// Spread of the rate when a new ramp starts from cold tissue, as a share of the rate: the same
/// needle, perhaps moved.
const REOPEN: f64 = 0.5;

/// Lags tried between power and reading, s, slowest first: sensor (50 to 300 ms), conduction
/// inside the needle (20 to 120 ms), and the way there and back (20 to 60 ms). A wrong lag would
/// bend the estimate in the fastest ramps; the one that explains the readings best is believed.
pub(crate) const LAGS_S: [f64; 3] = [0.44, 0.24, 0.11];

/// Another lag has to explain this much better than the one believed, as a share of the error.
const BELIEF: f64 = 0.8;

/// And by more than noise alone explains, (K/s)²: 0.3 °C rms leaves 0.008 behind the filters.
const BELIEF_NOISE: f64 = 0.004;

/// Time over which the lags are compared, s.
const SCORE_S: f64 = 1.0;

/// How far the plant may wander in a second, as a share of its rate and in 1/s: what the fitted
/// shape leaves out. Not forgetting by a factor: in a steady ramp power and rise are nearly one
/// line, and a factor would let the estimate run away along it.
const RATE_WANDER: f64 = 0.1;
const LOSS_WANDER: f64 = 0.01;

/// A first-order low-pass, one step.
pub(crate) fn follow(state: f64, input: f64, time_constant: f64, dt: f64) -> f64 {
    state + (input - state) * (dt / (time_constant + dt))
}

/// The warmth of the tissue around the tip, as a rise above the base, K.
pub(crate) fn field(state: f64, rise: f64, dt: f64) -> f64 {
    follow(state, rise, FIELD_S, dt)
}

/// The rise that drives the loss: above base, and more while the tissue around is still cold.
fn driving(rise: f64, field: f64) -> f64 {
    rise + FIELD * (rise - field)
}

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
        self.first = follow(self.first, value, FILTER_S, dt);
        let before = self.second;
        self.second = follow(self.second, self.first, FILTER_S, dt);
        self.slope = (self.second - before) / dt;
    }
}

/// Power on its way to the regression, as late as the reading.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Late {
    lag_s: f64,
    lagged: f64,
    filtered: f64,
    smooth: Smooth,
}

impl Late {
    const fn new(lag_s: f64) -> Self {
        Self { lag_s, lagged: 0.0, filtered: 0.0, smooth: Smooth::at(0.0) }
    }

    fn advance(&mut self, power: f64, dt: f64) {
        self.lagged = follow(self.lagged, power, self.lag_s, dt);
        self.filtered = follow(self.filtered, self.lagged, TUNING.filter_s, dt);
        self.smooth.advance(self.filtered, dt);
    }
}

/// The signals of one ramp on their way to the estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Regression {
    rise: Smooth,
    driving: Smooth,
    powers: [Late; LAGS_S.len()],
}

impl Regression {
    pub(crate) fn new(rise: f64, field: f64) -> Self {
        Self {
            rise: Smooth::at(rise),
            driving: Smooth::at(driving(rise, field)),
            powers: LAGS_S.map(Late::new),
        }
    }

    /// Follows one tick's reading and applied power.
    pub(crate) fn advance(&mut self, rise: f64, field: f64, power: f64, dt: f64) {
        self.rise.advance(rise, dt);
        self.driving.advance(driving(rise, field), dt);
        for late in &mut self.powers {
            late.advance(power, dt);
        }
    }
}

/// One lag's estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Estimate {
    lag_s: f64,
    /// K/s per W.
    rate: f64,
    /// 1/s.
    loss: f64,
    /// Covariance: of the rate, of both, of the loss.
    cov: (f64, f64, f64),
    /// Mean squared error of late, (K/s)².
    score: f64,
}

impl Estimate {
    const fn unknown(lag_s: f64) -> Self {
        let cov = (RATE_VARIANCE, 0.0, LOSS_VARIANCE);
        Self { lag_s, rate: RATE_START, loss: LOSS_START, cov, score: 0.0 }
    }

    fn reopen(&mut self) {
        let spread = self.rate * REOPEN;
        self.cov = ((spread * spread).min(RATE_VARIANCE), 0.0, LOSS_VARIANCE);
    }

    /// One step of least squares for a plant that wanders: `slope = rate * u + loss * v`.
    fn learn(&mut self, slope: f64, u: f64, v: f64, dt: f64) {
        let (a, b, c) = self.cov;
        let (gu, gv) = (a * u + b * v, b * u + c * v);
        let weight = 1.0 / (SLOPE_VARIANCE + u * gu + v * gv);
        let miss = slope - (self.rate * u + self.loss * v);
        self.score = follow(self.score, miss * miss * weight, SCORE_S, dt);
        self.rate = (self.rate + gu * weight * miss).clamp(RATE_BOUNDS.0, RATE_BOUNDS.1);
        self.loss = (self.loss + gv * weight * miss).clamp(LOSS_BOUNDS.0, LOSS_BOUNDS.1);
        let (a, b, c) = (a - gu * gu * weight, b - gu * gv * weight, c - gv * gv * weight);
        let wander = RATE_WANDER * self.rate;
        self.cov = (
            (a + wander * wander * dt).min(RATE_VARIANCE),
            b,
            (c + LOSS_WANDER * LOSS_WANDER * dt).min(LOSS_VARIANCE),
        );
    }
}

/// The estimate, for each lag tried and the one believed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plant {
    tried: [Estimate; LAGS_S.len()],
    believed: Estimate,
}

impl Plant {
    pub(crate) fn unknown() -> Self {
        let tried = LAGS_S.map(Estimate::unknown);
        // The slowest: it underestimates a rising power's effect least.
        Self { tried, believed: Estimate::unknown(LAGS_S[0]) }
    }

    /// The same estimate, open to change again: a new ramp from cold tissue.
    pub(crate) fn reopened(mut self) -> Self {
        self.tried.iter_mut().for_each(Estimate::reopen);
        self
    }

    /// K/s per W.
    pub(crate) const fn rate(&self) -> f64 {
        self.believed.rate
    }

    /// Lag of the reading behind power, s.
    pub(crate) const fn lag_s(&self) -> f64 {
        self.believed.lag_s
    }

    /// Power for a slope (K/s) at a rise above the base, in a field (K), in W.
    pub(crate) fn power_for(&self, slope: f64, rise: f64, field: f64) -> f64 {
        let Estimate { rate, loss, .. } = self.believed;
        ((slope + loss * driving(rise, field)) / rate).max(0.0)
    }

    /// One step of least squares for each lag; `choose`: whether another lag may be believed.
    pub(crate) fn learn(&mut self, seen: &Regression, choose: bool, dt: f64) {
        for (estimate, late) in self.tried.iter_mut().zip(&seen.powers) {
            estimate.learn(seen.rise.slope, late.smooth.second, -seen.driving.second, dt);
        }
        let mut best = self.believed;
        for estimate in &self.tried {
            if estimate.lag_s == self.believed.lag_s {
                best = *estimate;
            }
        }
        let bar = best.score * BELIEF - BELIEF_NOISE;
        for estimate in self.tried.iter().filter(|_| choose) {
            if estimate.score < bar && estimate.score < best.score {
                best = *estimate;
            }
        }
        self.believed = best;
    }
}
