//! A published PI controller of V²: rirastorza/RFA-tutorial `example/RFA_script.py`
//! (generators.md 5b).
//!
//! V² = 280.78 V²/K of the error + 0.5 V²/K of its sum over steps of 0.1 s, V between 12.85 and
//! 66.33 V, the sum frozen while V is at a limit. As written there the sum begins anew in each
//! step; meant is a sum, and that is what stands here. Its V² are for a cardiac electrode of some
//! 100 ohm: for a needle its full scale, 66.33 V squared, is taken for the step's power ceiling.
//! With volts as published every needle would be driven by 50 W/K at 5 ohm to 3 W/K at 90 ohm: by a
//! switch.

use super::{Law, Seen};

const STEP_S: f64 = 0.1;
const KP: f64 = 280.78;
const KI: f64 = 0.5;
const V_MIN: f64 = 12.85;
const V_MAX: f64 = 66.33;

pub(super) struct PublishedPi {
    ceiling_w: f64,
    sum: f64,
    since_step_s: f64,
    power_w: f64,
}

impl PublishedPi {
    pub(super) const fn new(ceiling_w: f64) -> Self {
        Self { ceiling_w, sum: 0.0, since_step_s: STEP_S, power_w: 0.0 }
    }
}

impl Law for PublishedPi {
    fn power_w(&mut self, seen: &Seen) -> f64 {
        self.since_step_s += seen.dt_s;
        if self.since_step_s < STEP_S {
            return self.power_w;
        }
        self.since_step_s -= STEP_S;
        let error = seen.reference_c - seen.tip_c;
        let wanted = KP * error + KI * (self.sum + error);
        let limited = wanted.clamp(V_MIN * V_MIN, V_MAX * V_MAX);
        if limited.to_bits() == wanted.to_bits() {
            self.sum += error;
        }
        self.power_w = self.ceiling_w * limited / (V_MAX * V_MAX);
        self.power_w
    }
}
