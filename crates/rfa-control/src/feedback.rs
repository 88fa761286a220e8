//! The feedback term: the `pid` crate with sample time, and limits that it is told of.

use crate::tuning::Tuning;
use pid::Pid;

/// Limit given to each term of the `pid` crate, W: above any output, so that only the limits of
/// this crate act.
const INACTIVE: f64 = 1e6;

/// Proportional, integral and derivative terms of one tick, W.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Feedback {
    pub(crate) p: f64,
    pub(crate) i: f64,
    pub(crate) d: f64,
    pub(crate) sum: f64,
}

/// Gains of one tick: per second, in watts and kelvins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Gains {
    /// W/K.
    pub(crate) kp: f64,
    /// W/(K s).
    pub(crate) ki: f64,
    /// W s/K.
    pub(crate) kd: f64,
}

/// Crossover of the loop behind `lag_s`, 1/s.
pub(crate) fn crossover(tuning: &Tuning, lag_s: f64) -> f64 {
    tuning.crossover_lag / (lag_s + tuning.filter_s)
}

impl Gains {
    /// The gains for a plant of `rate` K/s per W and a crossover in 1/s.
    pub(crate) fn new(tuning: &Tuning, rate: f64, crossover: f64) -> Self {
        let kp = tuning.kp * (crossover / rate);
        let ki = kp * crossover / tuning.integral_ratio;
        Self { kp, ki, kd: kp * tuning.derivative_s }
    }
}

/// The `pid` crate's controller. It exists only while the loop runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loop {
    pid: Pid<f64>,
}

impl Loop {
    /// No memory: every start is from nothing (H-42).
    pub(crate) fn new() -> Self {
        let mut pid = Pid::new(0.0, INACTIVE);
        pid.p(0.0, INACTIVE).i(0.0, INACTIVE).d(0.0, INACTIVE);
        Self { pid }
    }

    /// One step of `dt` seconds. The crate knows no time, so its gains are scaled by it here.
    pub(crate) fn step(&mut self, gains: Gains, reference: f64, tip: f64, dt: f64) -> Feedback {
        self.pid.setpoint(reference);
        self.pid.kp = gains.kp;
        self.pid.ki = gains.ki * dt;
        self.pid.kd = gains.kd / dt;
        let out = self.pid.next_control_output(tip);
        Feedback { p: out.p, i: out.i, d: out.d, sum: out.output }
    }

    /// Adds `delta` watts to the integral. The crate has no setter; one more call with the
    /// proportional and derivative gains at zero and an error of `delta` does the same, and
    /// leaves the same previous measurement.
    pub(crate) fn shift_integral(&mut self, tip: f64, delta: f64) {
        self.pid.kp = 0.0;
        self.pid.ki = 1.0;
        self.pid.kd = 0.0;
        self.pid.setpoint(tip + delta);
        let _ = self.pid.next_control_output(tip);
    }
}

/// What the integral does by itself behind the ramp: [`Tuning`], `drift_s`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Drift {
    /// Time in all behind the ramp's straight part in which no limit acted, s.
    settled_s: f64,
    /// W/s.
    rate: f64,
}

impl Drift {
    pub(crate) const NONE: Self = Self { settled_s: 0.0, rate: 0.0 };

    /// One tick behind the ramp's straight part, with no limit acting: learns from its `error` (K),
    /// where that is small, and gives what the integral drifts by in it, W. `power` is what the
    /// plant needs, W.
    pub(crate) fn advance(
        &mut self,
        tuning: &Tuning,
        gains: Gains,
        error: f64,
        power: f64,
        dt: f64,
    ) -> f64 {
        self.settled_s += dt;
        if self.settled_s > tuning.drift_after_s && error.abs() < tuning.drift_error_k {
            self.rate += gains.ki * error * (dt / tuning.drift_s);
        }
        // A wrong drift leaves the tip off by its rate / gain: less than it learns from, or it
        // would never be unlearned; a quarter less, for the error's noise.
        let unlearned = 0.75 * gains.ki * tuning.drift_error_k;
        let most = (tuning.drift_share * power).min(unlearned);
        self.rate = self.rate.max(-most).min(most);
        self.rate * dt
    }
}

#[cfg(test)]
mod tests;
