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
//!
//! A reading that sags, by a cold wash or in a poor sensor, looks like a larger tip: believed, it
//! would be answered with a surge of power that H-03 has to end. So the first guess is the
//! electrode's own, from the plan; what asks for more power is believed slowly; and while a
//! reading sags nothing is learned.

use crate::tissue::{Tissue, driving, follow};

/// Bounds of the estimate: the fitted range with a factor of 2 each way below and 1.5 above,
/// because tissue and generator differ too.
const RATE_BOUNDS: (f64, f64) = (0.5, 40.0);
const LOSS_BOUNDS: (f64, f64) = (0.05, 0.6);

/// No tip is taken for one much smaller than the smallest, K/s per W.
const START_MAX: f64 = 24.0;
/// The middle of the fitted range, 1/s (geometric: 0.18).
const LOSS_START: f64 = 0.2;
/// How little the starts say: half of `START_MAX`, and half of `LOSS_START`, squared.
const RATE_VARIANCE: f64 = 150.0;
const LOSS_VARIANCE: f64 = 0.01;

/// Variance of one filtered slope, (K/s)²: 0.3 °C rms of white noise at 100 Hz leaves 0.09 K/s
/// behind the two filters, and 2 x `FILTER_S` = 60 samples say the same thing.
/// As much again for what the fitted shape leaves out of the first second.
const SLOPE_VARIANCE: f64 = 1.0;

/// From this rise on the rate is known, K, and changes by no more than `KNOWN_PACE` a second:
/// late in a ramp power and rise are nearly one line, and along it an estimate can run away.
/// 20 times the largest noise of a reading, 0.3 °C; a factor of 2 in the fastest ramp of 5 s.
const KNOWN_RISE_K: f64 = 6.0;
const KNOWN_PACE: f64 = 0.15;

/// Shares by which the rate may fall and the loss may rise in a second. Both ask for more power,
/// and a sag looks like a larger tip or like more loss: in the second that one of 3 K lasts at
/// most, the power becomes too much by 1.5. What asks for less is believed at once. The true rise
/// that is left is in `tests/sag.rs`.
const FALL_PACE: f64 = 0.36;
const LOSS_PACE: f64 = 0.05;

/// Nothing is learned while a reading sags and for this long after, s: the two filters of
/// `FILTER_S` and the measurement's; till then the filtered slope is the sag's.
const SAG_S: f64 = 0.8;

/// Spread of the rate when a new ramp starts from cold tissue, as a share of the rate: the same
/// needle, perhaps moved.
const REOPEN: f64 = 0.5;

/// Lags tried between power and reading, s, slowest first: sensor (50 to 300 ms), conduction
/// inside the needle (20 to 120 ms), and the way there and back (20 to 60 ms). A wrong lag would
/// bend the estimate in the fastest ramps; the one that explains the readings best is believed.
pub(crate) const LAGS_S: [f64; 3] = [0.44, 0.24, 0.11];

/// Another lag has to explain this much better than the one believed, as a share of the error. By
/// trial, not derived: it keeps the belief from going to and fro.
const BELIEF: f64 = 0.9;

/// And by more than noise alone explains, (K/s)²: 0.3 °C rms leaves 0.008 behind the filters.
const BELIEF_NOISE: f64 = 0.004;

/// Nor is it believed where it would change the rate, and with it all gains, by more than this:
/// needles end at 0.65 to 1.7 times the rate that their size tells (ADR 0011).
const BELIEF_JUMP: f64 = 2.0;

/// Time over which the lags are compared, s: more than the slowest of them and `FILTER_S`.
const SCORE_S: f64 = 1.0;

/// How far the plant may wander in a second, as a share of its rate and in 1/s: what the fitted
/// shape leaves out. Not forgetting by a factor: in a steady ramp power and rise are nearly one
/// line, and a factor would let the estimate run away along it. 5 % of `LOSS_START`; of the rate
/// twice as much, for a needle may move.
const RATE_WANDER: f64 = 0.1;
const LOSS_WANDER: f64 = 0.01;

/// The least that a rate may be after `dt` seconds, where it may change by `pace` at most.
fn slowed(rate: f64, pace: f64, dt: f64) -> f64 {
    rate * (1.0 - FALL_PACE.min(pace) * dt)
}

/// The most that a loss may be after `dt` seconds.
fn raised(loss: f64, dt: f64) -> f64 {
    loss * (1.0 + LOSS_PACE * dt)
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
    const fn unknown(lag_s: f64, rate: f64) -> Self {
        let cov = (RATE_VARIANCE, 0.0, LOSS_VARIANCE);
        Self { lag_s, rate, loss: LOSS_START, cov, score: 0.0 }
    }

    fn reopen(&mut self) {
        let spread = self.rate * REOPEN;
        self.cov = ((spread * spread).min(RATE_VARIANCE), 0.0, LOSS_VARIANCE);
    }

    /// One step of least squares for a plant that wanders: `slope = rate * u + loss * v`.
    /// The rate rises by no more than the share `pace` in a second.
    fn learn(&mut self, slope: f64, u: f64, v: f64, pace: f64, dt: f64) {
        let (a, b, c) = self.cov;
        let (gu, gv) = (a * u + b * v, b * u + c * v);
        let weight = 1.0 / (SLOPE_VARIANCE + u * gu + v * gv);
        let miss = slope - (self.rate * u + self.loss * v);
        self.score = follow(self.score, miss * miss * weight, SCORE_S, dt);
        let (a, b, c) = (a - gu * gu * weight, b - gu * gv * weight, c - gv * gv * weight);
        let loss = (self.loss + gv * weight * miss).min(raised(self.loss, dt));
        let loss = loss.clamp(LOSS_BOUNDS.0, LOSS_BOUNDS.1);
        // What the loss may not take is the rate's to explain, along their covariance: left out,
        // the two would drift off together where neither fits the readings.
        let held = loss - (self.loss + gv * weight * miss);
        let made_up = if c > 0.0 { held * b / c } else { 0.0 };
        let rate = self.rate + gu * weight * miss + made_up;
        let rate = rate.max(slowed(self.rate, pace, dt)).min(self.rate * (1.0 + pace * dt));
        self.rate = rate.clamp(RATE_BOUNDS.0, RATE_BOUNDS.1);
        self.loss = loss;
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
    /// For so long nothing is learned, s.
    sagging_s: f64,
}

impl Plant {
    /// Before anything is known: `response_mk_j` is the plan's, what to expect of its electrode.
    /// Over 58 draws of `rfa bench loop` the estimate ended at 0.65 to 1.7 times that, 0.95 in the
    /// middle: highest in fat and in CSF.
    pub(crate) fn unknown(response_mk_j: u32) -> Self {
        let rate = (f64::from(response_mk_j) * 1e-3).clamp(RATE_BOUNDS.0, START_MAX);
        let tried = LAGS_S.map(|lag_s| Estimate::unknown(lag_s, rate));
        // The middle one is never far off: with a wrong lag the tip is off its line by slope x
        // error.
        Self { tried, believed: Estimate::unknown(LAGS_S[1], rate), sagging_s: 0.0 }
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
        self.sagging_s = if seen.sags() { SAG_S } else { self.sagging_s - dt };
        if self.sagging_s > 0.0 {
            return;
        }
        let pace = if seen.rise() < KNOWN_RISE_K { f64::INFINITY } else { KNOWN_PACE };
        for (estimate, power) in self.tried.iter_mut().zip(seen.powers()) {
            estimate.learn(seen.slope(), power, -seen.excess(), pace, dt);
        }
        let before = self.believed;
        let best = self.best(choose);
        // Another lag's estimate is no reason to ask for more at once either.
        let rate = best.rate.max(slowed(before.rate, pace, dt));
        let loss = best.loss.min(raised(before.loss, dt));
        self.believed = Estimate { rate, loss, ..best };
    }

    /// The estimate of the lag believed, or of one that explains the readings much better.
    fn best(&self, choose: bool) -> Estimate {
        let Estimate { lag_s, .. } = self.believed;
        let mut best = self.believed;
        for estimate in self.tried.iter().filter(|estimate| estimate.lag_s == lag_s) {
            best = *estimate;
        }
        let (bar, now) = (best.score * BELIEF - BELIEF_NOISE, best.rate);
        for estimate in self.tried.iter().filter(|_| choose) {
            let close = estimate.rate > now / BELIEF_JUMP && estimate.rate < now * BELIEF_JUMP;
            if close && estimate.score < bar && estimate.score < best.score {
                best = *estimate;
            }
        }
        best
    }
}

#[cfg(test)]
mod tests;
