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

use crate::tissue::{Tissue, driving, follow};

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

/// From this rise on the rate is known, K, and changes by no more than `KNOWN_PACE` a second:
/// late in a ramp power and rise are nearly one line, and along it an estimate can run away.
const KNOWN_RISE_K: f64 = 6.0;
const KNOWN_PACE: f64 = 0.25;

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

/// Nor is it believed where it would change the rate, and with it all gains, by more than this.
const BELIEF_JUMP: f64 = 2.0;

/// Time over which the lags are compared, s.
const SCORE_S: f64 = 1.0;

/// How far the plant may wander in a second, as a share of its rate and in 1/s: what the fitted
/// shape leaves out. Not forgetting by a factor: in a steady ramp power and rise are nearly one
/// line, and a factor would let the estimate run away along it.
const RATE_WANDER: f64 = 0.1;
const LOSS_WANDER: f64 = 0.01;

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
    /// The rate changes by no more than the share `most`.
    fn learn(&mut self, slope: f64, u: f64, v: f64, most: f64, dt: f64) {
        let (a, b, c) = self.cov;
        let (gu, gv) = (a * u + b * v, b * u + c * v);
        let weight = 1.0 / (SLOPE_VARIANCE + u * gu + v * gv);
        let miss = slope - (self.rate * u + self.loss * v);
        self.score = follow(self.score, miss * miss * weight, SCORE_S, dt);
        let step = (gu * weight * miss).clamp(-most * self.rate, most * self.rate);
        self.rate = (self.rate + step).clamp(RATE_BOUNDS.0, RATE_BOUNDS.1);
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

    /// Power that gives the tip at `tip` °C this slope (K/s) in tissue at `field` °C, in W.
    pub(crate) fn power_for(&self, slope: f64, tip: f64, field: f64, base: f64) -> f64 {
        let Estimate { rate, loss, .. } = self.believed;
        ((slope + loss * (driving(tip, field) - base)) / rate).max(0.0)
    }

    /// One step of least squares for each lag; `choose`: whether another lag may be believed.
    pub(crate) fn learn(&mut self, seen: &Tissue, choose: bool, dt: f64) {
        let pace = if seen.rise() < KNOWN_RISE_K { f64::INFINITY } else { KNOWN_PACE };
        for (estimate, power) in self.tried.iter_mut().zip(seen.powers()) {
            estimate.learn(seen.slope(), power, -seen.excess(), pace * dt, dt);
        }
        let believed = self.believed.lag_s;
        let mut best = self.believed;
        for estimate in self.tried.iter().filter(|estimate| estimate.lag_s == believed) {
            best = *estimate;
        }
        let (bar, now) = (best.score * BELIEF - BELIEF_NOISE, best.rate);
        for estimate in self.tried.iter().filter(|_| choose) {
            let close = estimate.rate > now / BELIEF_JUMP && estimate.rate < now * BELIEF_JUMP;
            if close && estimate.score < bar && estimate.score < best.score {
                best = *estimate;
            }
        }
        self.believed = best;
    }
}
