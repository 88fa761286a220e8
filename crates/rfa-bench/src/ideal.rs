//! What the power ceiling permits, and how large a disturbance is: the plant under a loop that has
//! no sensor, delay or noise between itself and the tip.

use crate::case::{DISTURBED_AFTER_S, ENDS_AFTER_S, LATE_S, REACHED_BELOW_K};
use crate::figures::{BACK_K, SETTLED_AFTER_S};
use crate::{Disturbance, Draw};
use rfa_sim::{Drive, Plant, TissuePlant};
use rfa_units::Span;

/// Step of these runs: the reduced model is exact over it while its heat is constant.
const STEP: Span = Span::from_millis(10);
const STEP_S: f64 = 0.01;

/// The interlock grants no more than the start's ceiling until the tip reads this much warmer, K
/// (H-11).
const ANSWER_K: f64 = 1.0;

/// The ideal loop's gain: a step takes away this share of the distance, as far as the tip's answer
/// to a watt over [`PROBE_STEPS`] steps tells.
const SHARE: f64 = 0.2;
const PROBE_STEPS: u32 = 5;
/// And its integral, of the gain for each s.
const INTEGRAL_PER_S: f64 = 5.0;

/// A row counts a draw as permitted where the ideal loop itself takes no more than a quarter of
/// what the row allows 99 % of the runs: 0.6 and 1.4 K from the line, 0.1 K rms in the hold.
const LINE_K: f64 = 0.15;
const LINE_FAST_K: f64 = 0.35;
const HOLD_RMS_K: f64 = 0.025;
/// Or, with a heat sink, is as near again as it has to be, in the time in which 90 % of the runs
/// have to be, s.
const SINK_BACK_S: f64 = 3.0;

/// What a draw's power ceiling permits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// From the beginning of output to the set temperature with all the power that is ever granted,
    /// s; none: not within ramp + 3 s.
    pub fastest_s: Option<f64>,
    /// Distance of the ideal loop from the ramp's straight line, K rms.
    pub line_k: f64,
    /// Its distance from the set temperature in the hold, K rms.
    pub hold_rms_k: f64,
    /// How long after the disturbance it was last too far off, s.
    pub back_s: f64,
    fast: bool,
}

impl Reach {
    /// Whether the set temperature can be reached in time at all.
    #[must_use]
    pub const fn is_permitted(&self) -> bool {
        self.fastest_s.is_some()
    }

    /// Whether the ramp's line can be followed.
    #[must_use]
    pub fn line(&self) -> bool {
        self.line_k <= if self.fast { LINE_FAST_K } else { LINE_K }
    }

    /// Whether the set temperature can be held from where the hold counts.
    #[must_use]
    pub fn hold(&self) -> bool {
        self.is_permitted() && self.hold_rms_k <= HOLD_RMS_K
    }

    /// Whether power is left for the disturbance.
    #[must_use]
    pub fn recovery(&self) -> bool {
        self.hold() && self.back_s <= SINK_BACK_S
    }
}

/// Power on a plant for one step.
fn power(plant: &mut TissuePlant, watts: f64, heat_w: f64) {
    let volts = libm::sqrt(watts.max(0.0) * plant.impedance_ohm());
    plant.advance(STEP, Drive { volts, heat_w });
}

/// What the interlock grants at most, as the generator delivers it, W.
#[derive(Debug, Clone, Copy)]
struct Granted {
    start_w: f64,
    ceiling_w: f64,
    cold_c: f64,
    answered: bool,
}

impl Granted {
    fn new(draw: &Draw, plant: &TissuePlant, start_w: f64, ceiling_w: f64) -> Self {
        let gain = 1.0 + draw.power_error;
        let (start_w, ceiling_w) = (start_w * gain, ceiling_w * gain);
        Self { start_w, ceiling_w, cold_c: plant.tip_c(), answered: false }
    }

    fn most_w(&mut self, tip_c: f64) -> f64 {
        self.answered |= tip_c >= self.cold_c + ANSWER_K;
        if self.answered { self.ceiling_w } else { self.start_w.min(self.ceiling_w) }
    }
}

/// A proportional-integral loop on the true tip, as quick as the plant's own answer lets it be.
#[derive(Debug, Clone)]
struct Ideal {
    plant: TissuePlant,
    granted: Granted,
    gain: f64,
    integral_w: f64,
    power_w: f64,
}

impl Ideal {
    fn new(plant: &TissuePlant, granted: Granted) -> Self {
        let after = |watts: f64| {
            let mut plant = plant.clone();
            (0..PROBE_STEPS).for_each(|_| power(&mut plant, watts, 0.0));
            plant.tip_c()
        };
        let answer = (after(1.0) - after(0.0)) / f64::from(PROBE_STEPS);
        Self {
            plant: plant.clone(),
            granted,
            gain: SHARE / answer.max(1e-6),
            integral_w: 0.0,
            power_w: 0.0,
        }
    }

    /// One step towards a temperature; the distance from it before, K.
    fn step(&mut self, target_c: f64, heat_w: f64) -> f64 {
        let off = target_c - self.plant.tip_c();
        let most_w = self.granted.most_w(self.plant.tip_c());
        let wanted = self.gain * off + self.integral_w;
        self.power_w = wanted.clamp(0.0, most_w);
        // What is asked beyond a limit is not summed up.
        if (0.0..=most_w).contains(&wanted) || (wanted > 0.0) != (off > 0.0) {
            self.integral_w += self.gain * INTEGRAL_PER_S * off * STEP_S;
            self.integral_w = self.integral_w.clamp(0.0, most_w);
        }
        power(&mut self.plant, self.power_w, heat_w);
        off
    }
}

/// Mean square of what it is given.
#[derive(Debug, Clone, Copy, Default)]
struct Square {
    sum: f64,
    count: f64,
}

impl Square {
    fn add(&mut self, off: f64) {
        (self.sum, self.count) = (self.sum + off * off, self.count + 1.0);
    }

    fn rms(self) -> f64 {
        libm::sqrt(self.sum / self.count.max(1.0))
    }
}

/// What the ceiling permits, and the heat that the disturbance draws, W.
pub(crate) fn reach(
    draw: &Draw,
    plant: &TissuePlant,
    start_w: f64,
    ceiling_w: f64,
) -> (Reach, f64) {
    let granted = Granted::new(draw, plant, start_w, ceiling_w);
    let mut ideal = Ideal::new(plant, granted);
    let (ramp_s, disturbed_s) =
        (draw.ramp.as_secs_f64(), draw.ramp.as_secs_f64() + DISTURBED_AFTER_S);
    let (mut t_s, mut line, mut hold) = (0.0, Square::default(), Square::default());
    while t_s < disturbed_s {
        let share = (t_s / ramp_s).min(1.0);
        let target_c = granted.cold_c + (draw.set_c - granted.cold_c) * share;
        let off = ideal.step(target_c, 0.0);
        if t_s < ramp_s {
            line.add(off);
        } else if t_s >= ramp_s + SETTLED_AFTER_S {
            hold.add(off);
        }
        t_s += STEP_S;
    }
    let drawn_w = drawn_w(&ideal.plant, ideal.power_w, draw.disturbance);
    let reach = Reach {
        fastest_s: fastest_s(draw, plant, granted),
        line_k: line.rms(),
        hold_rms_k: hold.rms(),
        back_s: back_s(ideal, draw, drawn_w),
        fast: ramp_s < 10.0,
    };
    (reach, drawn_w)
}

/// All the power that is ever granted, from the beginning.
fn fastest_s(draw: &Draw, plant: &TissuePlant, mut granted: Granted) -> Option<f64> {
    let mut plant = plant.clone();
    let (mut t_s, limit_s) = (0.0, draw.ramp.as_secs_f64() + LATE_S);
    while t_s < limit_s {
        let most_w = granted.most_w(plant.tip_c());
        power(&mut plant, most_w, 0.0);
        t_s += STEP_S;
        if plant.tip_c() >= draw.set_c - REACHED_BELOW_K {
            return Some(t_s);
        }
    }
    None
}

/// Since the disturbance, when the loop was last too far off.
fn back_s(mut ideal: Ideal, draw: &Draw, drawn_w: f64) -> f64 {
    let (mut t_s, mut last_s) = (0.0, 0.0);
    while t_s < ENDS_AFTER_S - DISTURBED_AFTER_S {
        let acts = !draw.disturbance.passes() || t_s < draw.disturbance.fall().1;
        let off = ideal.step(draw.set_c, if acts { -drawn_w } else { 0.0 });
        if off.abs() > BACK_K {
            last_s = t_s;
        }
        t_s += STEP_S;
    }
    last_s
}

/// Heat that a disturbance draws, W: what takes the tip of a perfectly driven plan down by as much
/// as it is defined by, with the power unchanged.
fn drawn_w(plant: &TissuePlant, held_w: f64, what: Disturbance) -> f64 {
    let (fall_k, _) = what.fall();
    let undisturbed_c = left_alone(plant, held_w, 0.0, what);
    let mut drawn_w = 0.1 * held_w.max(0.1);
    // Nearly linear: the second answer is within a few per cent.
    for _ in 0..2 {
        let fell_k = undisturbed_c - left_alone(plant, held_w, drawn_w, what);
        drawn_w *= fall_k / fell_k.max(1e-3);
    }
    // Where the plan cannot be held at all there is nothing to size by. What lasts cannot draw more
    // than holds the tip; what passes can.
    let most_w = if what.passes() { 20.0 * held_w } else { held_w };
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

#[cfg(test)]
mod tests;
