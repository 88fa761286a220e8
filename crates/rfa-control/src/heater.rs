//! The running loop: reference, estimate, feed-forward, feedback, limits.

use crate::exchange::Terms;
use crate::feedback::{Drift, Feedback, Gains, Loop, crossover};
use crate::plant::Plant;
use crate::reference::Reference;
use crate::tissue::{Tissue, warmed};
use crate::tuning::Tuning;
use rfa_units::MilliWatts;

/// Own requests remembered, ticks: longer than the way of a request to the generator and of its
/// telemetry back (20 ms and a generator's own delay of up to 40 ms).
const REMEMBERED: usize = 8;

/// The applied power may stay below every remembered request by this much, W, before the loop
/// takes it for a limit: the resolution and rounding of a generator's set-point.
const APPLIED_MARGIN_W: f64 = 0.05;

/// How one start goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Start {
    /// Filtered reading at the start, °C.
    pub(crate) tip: f64,
    /// Temperature of the tissue around the tip, °C.
    pub(crate) field: f64,
    /// Set temperature, °C.
    pub(crate) set: f64,
    /// Planned rate, K/s.
    pub(crate) rate: f64,
    /// Steepest rise that H-03 leaves, K/s.
    pub(crate) steepest: f64,
    /// The step's power ceiling, W.
    pub(crate) ceiling: f64,
    /// Whether the tissue is cold, so that the ramp can teach.
    pub(crate) cold: bool,
}

/// What one tick offers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    /// Filtered reading, °C.
    pub(crate) tip: f64,
    /// Power the generator applied, W.
    pub(crate) applied: f64,
    /// Most power allowed, W.
    pub(crate) ceiling: f64,
    /// Time since the last reading, s; above zero.
    pub(crate) dt: f64,
}

/// Everything that exists only while power is delivered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Heater {
    reference: Reference,
    feedback: Loop,
    drift: Drift,
    /// The field as it will be if the tip follows the target, °C.
    field: f64,
    /// Steepest rise to ask for in the ramp, and at the set temperature, K/s.
    steepest: (f64, f64),
    ceiling: f64,
    teach: bool,
    request: MilliWatts,
    requests: [f64; REMEMBERED],
    terms: Terms,
}

impl Heater {
    pub(crate) fn start(tuning: &Tuning, start: &Start) -> Self {
        let in_ramp = tuning.steepest_share * start.steepest;
        let steepest = (
            in_ramp.max(tuning.steepest_plan * start.rate),
            tuning.steepest_hold_share * start.steepest,
        );
        Self {
            reference: Reference::new(start.tip, start.set, start.rate),
            feedback: Loop::new(),
            drift: Drift::NONE,
            field: start.field,
            steepest,
            ceiling: start.ceiling,
            teach: start.cold,
            request: MilliWatts::MIN,
            requests: [0.0; REMEMBERED],
            terms: Terms::default(),
        }
    }

    pub(crate) const fn target(&self) -> f64 {
        self.reference.target()
    }

    pub(crate) const fn request(&self) -> MilliWatts {
        self.request
    }

    pub(crate) const fn terms(&self) -> Terms {
        self.terms
    }

    /// One tick with a new reading.
    pub(crate) fn advance(
        &mut self,
        tuning: &Tuning,
        plant: &mut Plant,
        tissue: &Tissue,
        seen: &Seen,
    ) {
        let Seen { tip, applied, ceiling, dt } = *seen;
        let lag_s = plant.lag_s() * tuning.lag_share + tuning.filter_s;
        self.reference.advance(tuning, tip, lag_s, dt);
        let target = self.reference.target();
        self.field = warmed(self.field, target, dt);
        let straight = self.reference.is_linear(tuning);
        if self.teach && straight {
            plant.learn(tissue, self.reference.is_early(), dt);
        }

        let most = if self.teach { tuning.crossover_max } else { tuning.crossover_warm };
        let crossover = crossover(tuning, plant.lag_s()).min(most);
        let gains = Gains::new(tuning, plant.rate(), crossover);
        let slope = self.reference.slope();
        let feedback = self.answer(gains, crossover, straight, tip, dt);
        // The derivative acts on the reading; what it takes from the planned slope is given back.
        let feed_forward =
            plant.power_for(slope, target, self.field, tissue.base()) + gains.kd * slope;
        let wanted = feed_forward + feedback.sum;
        let last = self.request.as_f64();
        let reach = self.ceiling / tuning.slew_s * dt;
        let limited = wanted.clamp(last - reach, last + reach).clamp(0.0, ceiling);

        let excess = (limited - wanted) + self.withheld(applied);
        if excess != 0.0 {
            let shift = excess * (dt / tuning.back_calculation_s);
            // On the straight part from cold only what has wound up is taken back: at the start's
            // ceiling (H-11) the integral would be driven below nothing, and the tip wait for it
            // after its answer.
            let starting = self.teach && straight;
            let least = if starting { -feedback.i.max(0.0) } else { f64::NEG_INFINITY };
            self.feedback.shift_integral(tip, shift.max(least));
        } else if !straight {
            let error = self.reference.lagged() - tip;
            let drift = self.drift.advance(tuning, gains, error, feed_forward, dt);
            self.feedback.shift_integral(tip, drift);
        }
        self.terms = Terms { p: feedback.p, i: feedback.i, d: feedback.d, feed_forward };
        // Not a number cannot arise from finite readings; were it to, no power is the answer.
        self.remember(MilliWatts::from_f64(limited).unwrap_or(MilliWatts::MIN));
    }

    /// What the feedback says to a reading. A tip far behind is not fetched back faster than H-03
    /// allows: it is told of no more than the error that asks for that.
    fn answer(
        &mut self,
        gains: Gains,
        crossover: f64,
        straight: bool,
        tip: f64,
        dt: f64,
    ) -> Feedback {
        let steepest = if straight { self.steepest.0 } else { self.steepest.1 };
        let most = tip + (steepest - self.reference.slope()).max(0.0) / crossover;
        let reference = self.reference.lagged();
        let mut feedback = self.feedback.step(gains, reference.min(most), tip, dt);
        // At the set temperature the integral does not wind up meanwhile: a tip that far off is a
        // wash, or a sensor, that will pass. A sink that stays is answered once it is nearer.
        let least = self.terms.i.max(0.0);
        if !straight && reference > most && feedback.i > least {
            self.feedback.shift_integral(tip, least - feedback.i);
            feedback.sum += least - feedback.i;
            feedback.i = least;
        }
        feedback
    }

    /// Holds the last power, within the ceiling, while a sample is missing.
    pub(crate) fn hold(&mut self, ceiling: MilliWatts) {
        self.remember(self.request.min(ceiling));
    }

    /// How far the applied power lies below all that was asked lately (negative), W.
    fn withheld(&self, applied: f64) -> f64 {
        let least = self.requests.iter().copied().fold(f64::MAX, f64::min);
        if applied + APPLIED_MARGIN_W < least { applied - least } else { 0.0 }
    }

    fn remember(&mut self, request: MilliWatts) {
        self.request = request;
        self.requests.rotate_left(1);
        if let Some(newest) = self.requests.last_mut() {
            *newest = request.as_f64();
        }
    }
}

#[cfg(test)]
mod tests;
