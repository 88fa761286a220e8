//! The bare `pid` crate, tuned.

use super::{Law, Seen};
use pid::Pid;

/// Gains as a share of the step's power ceiling, which is the one number of the electrode that
/// every controller is given: a gain for one electrode alone would be unstable or idle on others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PidGains {
    /// Proportional, of the ceiling for each K.
    pub kp: f64,
    /// Integral, of the ceiling for each K and s.
    pub ki: f64,
    /// Derivative, of the ceiling for each K/s.
    pub kd: f64,
}

impl PidGains {
    /// The set in force: the best of a search by `cargo run --release -p rfa-bench --example
    /// tune_pid`, over 67 draws of another population. A derivative and a filter before it were
    /// tried and brought 0.6 % at most: 0.3 °C rms of noise and 0.4 s of lag leave it no room.
    pub const TUNED: Self = Self { kp: 0.075, ki: 0.1, kd: 0.0 };
}

/// The crate's controller, nothing around it but its own limits.
pub(super) struct Bare {
    gains: PidGains,
    ceiling_w: f64,
    pid: Pid<f64>,
}

impl Bare {
    pub(super) fn new(gains: PidGains, ceiling_w: f64) -> Self {
        let mut pid = Pid::new(0.0, ceiling_w);
        pid.p(0.0, ceiling_w).i(0.0, ceiling_w).d(0.0, ceiling_w);
        Self { gains, ceiling_w, pid }
    }
}

impl Law for Bare {
    fn power_w(&mut self, seen: &Seen) -> f64 {
        let Seen { tip_c, reference_c, dt_s, .. } = *seen;
        self.pid.setpoint(reference_c);
        self.pid.kp = self.gains.kp * self.ceiling_w;
        self.pid.ki = self.gains.ki * self.ceiling_w * dt_s;
        self.pid.kd = self.gains.kd * self.ceiling_w / dt_s.max(0.005);
        self.pid.next_control_output(tip_c).output
    }
}
