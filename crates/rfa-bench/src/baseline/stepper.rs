//! Dead-band steps, after published generator firmware (generators.md 5a, next977/VVR12).
//!
//! Of the firmware: a mean of 7 readings; a climb until 5 K below the set temperature; then the
//! converter is cut by 5 counts a tick for as long as the temperature still rises; by 1 count a
//! tick while it is above the set temperature; then a hold with a dead band of 1 K to either side,
//! 1 count each 23 ms, and no less than 200 counts. Chosen here, because the firmware does not say
//! or is for another device: 12 bits of converter, which set the output's voltage, whose full scale
//! is the step's power ceiling; and a climb along the plan's ramp by 5 counts a tick to either
//! side of a dead band of 1 K, because the firmware's climb at full power is ended by H-03.

use super::{Law, Seen};
use std::collections::VecDeque;

const READINGS: usize = 7;
const FULL_SCALE: f64 = 4_095.0;
const FLOOR: f64 = 200.0;
const CLIMB_BELOW_K: f64 = 5.0;
const DEAD_BAND_K: f64 = 1.0;
const COARSE: f64 = 5.0;
const FINE: f64 = 1.0;
/// From one step of the hold to the next, s.
const HOLD_TICK_S: f64 = 0.023;

/// The firmware's phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Climb,
    Cut,
    Above,
    Hold,
}

pub(super) struct Stepper {
    ceiling_w: f64,
    readings: VecDeque<f64>,
    before_c: Option<f64>,
    counts: f64,
    phase: Phase,
    since_step_s: f64,
}

impl Stepper {
    pub(super) fn new(ceiling_w: f64) -> Self {
        Self {
            ceiling_w,
            readings: VecDeque::with_capacity(READINGS),
            before_c: None,
            counts: FLOOR,
            phase: Phase::Climb,
            since_step_s: 0.0,
        }
    }

    fn mean(&mut self, tip_c: f64) -> f64 {
        if self.readings.len() >= READINGS {
            self.readings.pop_front();
        }
        self.readings.push_back(tip_c);
        self.readings.iter().sum::<f64>() / self.readings.len() as f64
    }

    /// The counts of one tick, up or down.
    fn change(&mut self, mean_c: f64, seen: &Seen) -> f64 {
        let (set_c, rises) = (seen.set_c, self.before_c.is_some_and(|before| mean_c > before));
        self.phase = match self.phase {
            Phase::Climb if mean_c > set_c - CLIMB_BELOW_K => Phase::Cut,
            Phase::Cut if !rises && mean_c > set_c => Phase::Above,
            Phase::Cut if !rises => Phase::Hold,
            Phase::Above if mean_c <= set_c => Phase::Hold,
            phase => phase,
        };
        let banded = |around_c: f64, step: f64| {
            if mean_c < around_c - DEAD_BAND_K {
                step
            } else if mean_c > around_c + DEAD_BAND_K {
                -step
            } else {
                0.0
            }
        };
        match self.phase {
            Phase::Climb => banded(seen.reference_c, COARSE),
            Phase::Cut => -COARSE,
            Phase::Above => -FINE,
            Phase::Hold => {
                self.since_step_s += seen.dt_s;
                if self.since_step_s < HOLD_TICK_S {
                    return 0.0;
                }
                self.since_step_s -= HOLD_TICK_S;
                banded(set_c, FINE)
            }
        }
    }
}

impl Law for Stepper {
    fn power_w(&mut self, seen: &Seen) -> f64 {
        let mean_c = self.mean(seen.tip_c);
        let change = self.change(mean_c, seen);
        self.before_c = Some(mean_c);
        self.counts = (self.counts + change).clamp(FLOOR, FULL_SCALE);
        let share = self.counts / FULL_SCALE;
        self.ceiling_w * share * share
    }
}
