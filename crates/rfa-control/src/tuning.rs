//! Every gain and time constant of the loop, in one table; the estimate's own numbers stand with
//! it in `plant`.
//!
//! # Derivation
//!
//! Seen from the loop the plant is `rate / s` near the crossover (the diffusive loss takes a
//! little phase off the integrator's 90°), behind the lag that is believed and the measurement
//! filter (0.10 s), whose phase the derivative gives back. With `rate` and lag estimated, one
//! product serves every electrode: at `crossover_lag / (lag + filter)`, 2.0 rad/s for the slowest
//! sensor, that one (0.30 s) costs 31°, needle and transport (0.14 s) 16°, the plant about 75°,
//! the integral 27° and its drift one: 30° of phase are left, and a factor of 3.4 in gain.
//! Faster sensors would bear more than `crossover_max`: there a lag that is believed to be 0.24 s
//! and is 0.44 s leaves 23° and 2.7. With the largest needles (a loss of 0.2 1/s and not 0.5) it is
//! 22° and 2.9, 14° and 2.2. The estimate ends within a factor of 1.7 (`plant`).
//! The values around these were searched over draws of `rfa bench loop` (seeds 1 and 7) for the
//! least distance from the ramp's line, the least mean error in the hold and the quickest recovery
//! from a heat sink at an overshoot below 0.3 K; the test matrix (7 tips, 5 strange plants, ramps
//! of 5 to 30 s, lags of 50 to 300 ms, 0.3 °C rms of noise) and `tests/sag.rs` hold them.

/// The loop's numbers. One set serves every electrode, because the plant's own rate is estimated
/// in each ramp. No treatment has another than [`TUNING`]; [`crate::Control::tuned`] is for what
/// treats nobody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// Multiple of the gains that follow from the estimate; 1 in the set in force. It is there for
    /// a recording that is asked what another gain would have done.
    pub kp: f64,
    /// Crossover of the feedback loop times the lag around it, rad: the proportional gain is
    /// `crossover / rate`.
    pub crossover_lag: f64,
    /// The highest crossover, 1/s.
    pub crossover_max: f64,
    /// The highest after a start in warm tissue, 1/s: the reading still falls there when the tip is
    /// heated again (`tests/pause.rs`).
    pub crossover_warm: f64,
    /// Integral time in multiples of 1 / crossover.
    pub integral_ratio: f64,
    /// The power that holds a temperature falls while the tissue around warms, and an integral
    /// stays behind what goes on falling. Its drift is learned with this time constant, s: some
    /// six integral times, one degree of phase margin.
    pub drift_s: f64,
    /// And not before so much time in all behind the ramp's straight part without a limit, s: till
    /// then the error is the ramp's end, which a drift would take for its own and be wrong by
    /// twice.
    pub drift_after_s: f64,
    /// Nor from an error of this or more, K: that is a disturbance, and will pass. An integral
    /// alone stays 0.03 K behind; the noise that the filter leaves is 0.07 K.
    pub drift_error_k: f64,
    /// The most that it may be either way, as a share of the feed-forward in a second. The power of
    /// a tip of 1 mm falls by 1.6 % a second 10 s after its ramp (1 + r / sqrt(pi D t)); the
    /// feed-forward's own field takes most of that.
    pub drift_share: f64,
    /// Derivative time, s: short of the filter, so that noise gains nothing by it.
    pub derivative_s: f64,
    /// First-order filter on the measured temperature, s: 0.3 °C rms of white noise at 100 Hz
    /// becomes 0.07 °C.
    pub filter_s: f64,
    /// Share of the lag that the feedback's reference is held back by. With all of it the tip,
    /// whose lag is mostly overestimated, would stay behind the ramp's line; with none ahead of it.
    pub lag_share: f64,
    /// Time constant of the rounded end of the ramp, s. The tip is ahead of its reading by
    /// slope x lag; with a time constant of a third more than the longest lag it does not pass the
    /// set temperature while the reading has yet to arrive.
    pub round_s: f64,
    /// How far the reference may lead the reading before the ramp waits, K, beyond what the ramp
    /// covers in `lead_s`: a limited output must not open a gap that has to be closed faster
    /// than planned (H-03, H-42).
    pub lead_k: f64,
    /// See `lead_k`, s, at the start: a little over twice the longest lag.
    pub lead_s: f64,
    /// The same at the end of the way, s, and evenly from the one to the other in between. Late in
    /// a ramp it is mostly a power ceiling that it waits for, and the further ahead the reference
    /// then arrives, the further the tip overshoots. Found over draws of `rfa bench loop`
    /// (ADR 0011).
    pub lead_late_s: f64,
    /// A reference that has waited comes back to the line with this time constant, s: the lag of
    /// a reading, so that the feedback can follow.
    pub catch_up_s: f64,
    /// And no faster than by this share of the planned rate beyond it: twice the plan, of the three
    /// times that H-03 leaves. So steep the reference may be by itself.
    pub catch_up_share: f64,
    /// The feedback's error adds nothing to the reference's slope above this share of H-03's limit:
    /// the rest is the error of the estimate, and the noise of a slope over 200 ms.
    pub steepest_share: f64,
    /// Or above so many times the planned rate: half of what H-03 leaves a fast ramp.
    pub steepest_plan: f64,
    /// The same share at the set temperature, where no ramp is planned.
    pub steepest_hold_share: f64,
    /// Time constant of the integral's return when the output is limited, s: between the filter
    /// and the integral time, as back-calculation needs.
    pub back_calculation_s: f64,
    /// Time in which the request may go from nothing to the ceiling or back, s (H-42): upwards half
    /// of the tenth of the ceiling a tick that a grant may rise by; downwards see H-04 in ADR 0004.
    pub slew_s: f64,
}

/// The set in force.
pub const TUNING: Tuning = Tuning {
    kp: 1.0,
    crossover_lag: 1.1,
    crossover_max: 2.4,
    crossover_warm: 1.4,
    integral_ratio: 2.0,
    drift_s: 5.0,
    drift_after_s: 3.0,
    drift_error_k: 0.2,
    drift_share: 0.02,
    derivative_s: 0.1,
    filter_s: 0.1,
    lag_share: 0.8,
    round_s: 0.6,
    lead_k: 1.0,
    lead_s: 1.0,
    lead_late_s: 0.4,
    catch_up_s: 0.3,
    catch_up_share: 1.0,
    steepest_share: 0.4,
    steepest_plan: 1.5,
    steepest_hold_share: 0.65,
    back_calculation_s: 0.4,
    slew_s: 0.2,
};
