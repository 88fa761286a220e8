//! What the power ceiling permits, and how large a disturbance is: the plant driven without
//! sensor, delay or noise.

use crate::case::{DISTURBED_AFTER_S, LATE_S, REACHED_BELOW_K};
use crate::{Disturbance, Draw};
use rfa_sim::{Drive, Plant, TissuePlant};
use rfa_units::Span;

/// Step of these runs: the reduced model is exact over it while its heat is constant.
const STEP: Span = Span::from_millis(10);
const STEP_S: f64 = 0.01;

/// The interlock grants no more than the start's ceiling until the tip reads this much warmer, K
/// (H-11).
const ANSWER_K: f64 = 1.0;

/// Whether the power ceiling permits a draw's plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// From the beginning of output to the set temperature with all the power that is ever granted,
    /// s; none: not within ramp + 3 s.
    pub fastest_s: Option<f64>,
}

impl Reach {
    /// Whether the set temperature can be reached in time at all.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        self.fastest_s.is_some()
    }
}

/// Power on a plant for one step.
fn power(plant: &mut TissuePlant, watts: f64, heat_w: f64) {
    let volts = libm::sqrt(watts.max(0.0) * plant.impedance_ohm());
    plant.advance(STEP, Drive { volts, heat_w });
}

/// All the power that is ever granted, from the beginning.
pub(crate) fn reach(draw: &Draw, plant: &TissuePlant, start_w: f64, ceiling_w: f64) -> Reach {
    let mut plant = plant.clone();
    let gain = 1.0 + draw.power_error;
    let (cold_c, limit_s) = (plant.tip_c(), draw.ramp.as_secs_f64() + LATE_S);
    let (mut t_s, mut answered) = (0.0, false);
    while t_s < limit_s {
        answered |= plant.tip_c() >= cold_c + ANSWER_K;
        power(&mut plant, gain * if answered { ceiling_w } else { start_w }, 0.0);
        t_s += STEP_S;
        if plant.tip_c() >= draw.set_c - REACHED_BELOW_K {
            return Reach { fastest_s: Some(t_s) };
        }
    }
    Reach { fastest_s: None }
}

/// Heat that a disturbance draws, W: what takes the tip of a perfectly driven plan down by as much
/// as it is defined by, with the power unchanged.
pub(crate) fn drawn_w(draw: &Draw, plant: &TissuePlant, ceiling_w: f64) -> f64 {
    let mut plant = plant.clone();
    let (cold_c, ramp_s) = (plant.tip_c(), draw.ramp.as_secs_f64());
    let (mut t_s, mut integral_w, mut held_w) = (0.0, 0.0, 0.0);
    while t_s < ramp_s + DISTURBED_AFTER_S {
        let share = (t_s / ramp_s).min(1.0);
        let off = cold_c + (draw.set_c - cold_c) * share - plant.tip_c();
        // Without lag any gain is stable that moves the tip by less than `off` in a step.
        let gain = 0.2 * ceiling_w;
        integral_w += gain * off * STEP_S;
        held_w = (gain * off + integral_w).clamp(0.0, ceiling_w);
        integral_w = integral_w.min(ceiling_w);
        power(&mut plant, held_w, 0.0);
        t_s += STEP_S;
    }
    let (fall_k, _) = draw.disturbance.fall();
    let undisturbed_c = left_alone(&plant, held_w, 0.0, draw.disturbance);
    let mut drawn_w = 0.1 * held_w.max(0.1);
    // Nearly linear: the second answer is within a few per cent.
    for _ in 0..2 {
        let fell_k = undisturbed_c - left_alone(&plant, held_w, drawn_w, draw.disturbance);
        drawn_w *= fall_k / fell_k.max(1e-3);
    }
    // Where the plan cannot be held at all there is nothing to size by. What lasts cannot draw more
    // than holds the tip; what passes can.
    let most_w = if draw.disturbance.passes() { 20.0 * held_w } else { held_w };
    drawn_w.clamp(0.0, most_w)
}

/// The tip at the end of a disturbance's fall with the power as it is, °C.
fn left_alone(plant: &TissuePlant, watts: f64, drawn_w: f64, what: Disturbance) -> f64 {
    let mut plant = plant.clone();
    let (_, fall_s) = what.fall();
    let steps = (fall_s / STEP_S).round() as u32;
    (0..steps).for_each(|_| power(&mut plant, watts, -drawn_w));
    plant.tip_c()
}
