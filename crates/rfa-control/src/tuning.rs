//! Every gain and time constant of the loop, in one table; the estimate's own numbers stand with
//! it in `plant`.
//!
//! # Derivation
//!
//! Seen from the loop the plant is `rate / s` near the crossover (the diffusive loss takes a
//! little phase off the integrator's 90°), behind the sensor (up to 0.30 s), the measurement
//! filter (0.10 s) and transport (up to 0.06 s). With `rate` estimated, one crossover serves every
//! electrode: at 1.6 rad/s the lags cost 26° + 9° + 6°, the plant about 70°, and the integral
//! (1.7 s) 20°, which leaves some 50° of phase for the slowest sensor and more for faster ones;
//! the derivative gives 9° back. Halved or doubled loop gain stays stable, and that is the
//! estimate's error margin. The values around these were searched over the test matrix (7 tips,
//! 5 strange plants, ramps of 5 to 30 s, lags of 50 to 300 ms, 0.3 °C rms of noise) for the least
//! worst overshoot of the tip itself.

/// The loop's numbers. One set serves every electrode, because the plant's own rate is estimated
/// in each ramp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// Crossover of the feedback loop, 1/s: the proportional gain is `crossover / rate`.
    pub crossover: f64,
    /// Integral time, s.
    pub integral_s: f64,
    /// Derivative time, s: short of the filter, so that noise gains nothing by it.
    pub derivative_s: f64,
    /// First-order filter on the measured temperature, s: 0.3 °C rms of white noise at 100 Hz
    /// becomes 0.07 °C.
    pub filter_s: f64,
    /// Time constant of the rounded end of the ramp, s. The tip is ahead of its reading by
    /// slope x lag; with a time constant of nearly twice the longest lag it does not pass the set
    /// temperature while the reading has yet to arrive.
    pub round_s: f64,
    /// How far the reference may lead the reading before the ramp waits, K, beyond what the ramp
    /// covers in `lead_s`: a limited output must not open a gap that has to be closed faster
    /// than planned (H-03, H-42).
    pub lead_k: f64,
    /// See `lead_k`, s: a little over twice the longest lag.
    pub lead_s: f64,
    /// Time constant of the integral's return when the output is limited, s: between the filter
    /// and the integral time, as back-calculation needs.
    pub back_calculation_s: f64,
    /// Time in which the request may go from nothing to the ceiling, s (H-42). In the 60 ms a
    /// request needs to come back as measured power it moves by 6 % of the ceiling, inside
    /// the margin of H-04 up to ceilings of 8 W, and with its 20 % of a working power beyond.
    pub slew_s: f64,
}

/// The set in force.
pub const TUNING: Tuning = Tuning {
    crossover: 1.6,
    integral_s: 1.7,
    derivative_s: 0.1,
    filter_s: 0.1,
    round_s: 0.8,
    lead_k: 1.0,
    lead_s: 1.0,
    back_calculation_s: 0.5,
    slew_s: 1.0,
};
