//! Every gain and time constant of the loop, in one table.

/// The loop's numbers. One set serves every electrode, because the plant's own rate is estimated
/// in each ramp (see `Plant`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// Crossover of the feedback loop, 1/s: the proportional gain is `crossover / b`.
    pub crossover: f64,
    /// Integral time, s.
    pub integral_s: f64,
    /// Derivative time, s.
    pub derivative_s: f64,
    /// First-order filter on the measured temperature, s.
    pub filter_s: f64,
    /// Time constant of the rounded end of the ramp, s.
    pub round_s: f64,
    /// How far the reference may lead the reading before the ramp waits, K, beyond what the ramp
    /// covers in `lead_s`.
    pub lead_k: f64,
    /// See `lead_k`, s.
    pub lead_s: f64,
    /// Time constant of the return of the integral when the output is limited, s.
    pub back_calculation_s: f64,
    /// Time in which the request may go from nothing to the ceiling, s.
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
