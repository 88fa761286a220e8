//! The lesion beside a running treatment: the model follows what is measured.
//!
//! The sensor's temperature drives it while RF is on (the measured power where the sensor says
//! nothing), and no heat while RF is off. One model on the normal mesh gives the lesion; on the
//! coarse mesh the same, and one for each end of each property's published range, give how far
//! it may be out and which power the ranges allow.
//!
//! # What it leaves out
//! The sensor's own lag (0.05 to 0.3 s, hazards.md a.1) and its calibration, the needle's real
//! place, and everything the tissue file says it cannot represent.

mod power;
mod spread;

use crate::published::Surroundings;
use crate::{Boundary, Drive, Lesion, LesionSize, Needle, OutOfRange, Resolution, SolveError};
pub use power::{Power, Verdict};
use spread::Spread;
use thiserror::Error;

/// The measured temperature is smoothed by a lag of this, s: of a noise of 0.3 K rms (hazards.md
/// decision 2) a fifth is left at 100 samples a second.
const SMOOTH_S: f64 = 0.1;
/// A span of the course is followed once it is this long, s, and the temperature has moved by
/// [`MOVED_K`], or it is [`SPAN_MAX_S`] long.
const SPAN_MIN_S: f64 = 1.0;
/// As above.
const SPAN_MAX_S: f64 = 3.0;
/// As above; a fiftieth of a treatment's rise.
const MOVED_K: f64 = 0.5;
/// Spans of one length let a model keep its factors; clocks' sums are rounded by less than this, s.
const ROUNDING_S: f64 = 1e-6;
/// A report that is this much earlier than the one before, s, is not a late one: reports come 10
/// to 100 times a second and in order.
const CLOCK_BACK_S: f64 = 0.5;
/// The tip at rest is measured over at least this long, s.
const REST_S: f64 = 0.2;
/// How far outside the tissue's own range the tip may be at rest, K: a thermocouple of class 1
/// (0.5 K, IEC 60584) and as much again for cold junction and converter.
const REST_MARGIN_K: f64 = 1.0;

/// One report of the generator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// When, on any clock that does not jump, s.
    pub t_s: f64,
    /// The output stage is active.
    pub on: bool,
    /// Measured temperature, °C, where there is one.
    pub tip_c: Option<f64>,
    /// Measured power, W.
    pub power_w: f64,
}

/// A length with what the published ranges of the properties make of it, m.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measure {
    /// With every property at its value.
    pub value: f64,
    /// Lower end: the root of the sum of squares of what each property takes away alone.
    pub low: f64,
    /// Upper end, in the same way.
    pub high: f64,
}

/// The lesion so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prediction {
    /// Up to when, on the samples' clock, s.
    pub t_s: f64,
    /// Across, at the widest place.
    pub width: Measure,
    /// Along the needle.
    pub length: Measure,
    /// Outline: (height, radius) in m from its lowest point to its highest; empty while nothing
    /// has reached the boundary.
    pub outline: Vec<(f64, f64)>,
    /// Power against what was measured; absent while nothing could be compared.
    pub power: Option<Power>,
}

/// Why no lesion is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum NoPrediction {
    /// Output was not on yet.
    #[error("RF was not on yet")]
    NotBegun,
    /// The temperature at rest is not known.
    #[error("the tip's temperature before RF is not known")]
    NoBaseline,
    /// The needle is not in the tissue that the plan names, or the sensor is wrong.
    #[error(
        "the tip read {measured_c:.1} °C before RF; this tissue has {low_c:.0} to {high_c:.0} °C"
    )]
    Baseline {
        /// Measured at rest, °C.
        measured_c: f64,
        /// The tissue's range, °C.
        low_c: f64,
        /// The tissue's range, °C.
        high_c: f64,
    },
    /// The generator's clock went back, as when it restarts: how long it was away, nobody knows.
    #[error("the generator's clock went back from {from_s:.1} to {to_s:.1} s")]
    ClockBack {
        /// The newest time before, s.
        from_s: f64,
        /// What it told then, s.
        to_s: f64,
    },
    /// The electrode or the tissue is outside what the model takes.
    #[error("{0}")]
    Setting(#[from] OutOfRange),
    /// The model gave no answer.
    #[error("{0}")]
    Solve(#[from] SolveError),
}

/// Follows one treatment.
#[derive(Debug, Clone)]
pub struct Tracker {
    surroundings: Surroundings,
    needle: Needle,
    boundary: Boundary,
    newest: Option<Sample>,
    /// The measured temperature, smoothed.
    tip_c: Option<f64>,
    at_rest_s: f64,
    running: Result<Box<Running>, NoPrediction>,
}

#[derive(Debug, Clone)]
struct Running {
    lesion: Lesion,
    spread: Spread,
    span: Stretch,
    prediction: Prediction,
    boundary: Boundary,
    baseline_c: f64,
}

/// A piece of the course that is still to be followed.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    on: bool,
    start_s: f64,
    from_c: f64,
    /// Time with a temperature, s.
    known_s: f64,
    measured_j: f64,
}

impl Stretch {
    const fn new(on: bool, start_s: f64, from_c: f64) -> Self {
        Self { on, start_s, from_c, known_s: 0.0, measured_j: 0.0 }
    }

    fn drive(&self, end_s: f64, to_c: f64) -> Drive {
        let length = end_s - self.start_s;
        if !self.on {
            Drive::Power(0.0)
        } else if self.known_s < length / 2.0 {
            Drive::Power(self.measured_j / length)
        } else {
            Drive::Temperature { from_c: self.from_c, to_c }
        }
    }
}

impl Tracker {
    /// A needle at rest.
    #[must_use]
    pub const fn new(surroundings: Surroundings, needle: Needle, boundary: Boundary) -> Self {
        Self {
            surroundings,
            needle,
            boundary,
            newest: None,
            tip_c: None,
            at_rest_s: 0.0,
            running: Err(NoPrediction::NotBegun),
        }
    }

    /// The lesion so far.
    ///
    /// # Errors
    /// [`NoPrediction`]: why there is none. Once a solve has failed, or the clock has gone back
    /// with RF begun, there is none any more.
    pub fn prediction(&self) -> Result<&Prediction, NoPrediction> {
        self.running.as_ref().map(|running| &running.prediction).map_err(|why| *why)
    }

    /// The temperature at rest that was taken as the tissue's, °C; none before RF.
    #[must_use]
    pub fn baseline_c(&self) -> Option<f64> {
        self.running.as_ref().ok().map(|running| running.baseline_c)
    }

    /// What counts as the lesion's edge.
    #[must_use]
    pub const fn boundary(&self) -> Boundary {
        self.boundary
    }

    /// The needle.
    #[must_use]
    pub const fn needle(&self) -> &Needle {
        &self.needle
    }

    /// Takes one report; those that are not later than the one before, or hold what is no number,
    /// are passed over. Mostly
    /// this only adds up; about once in one to three seconds of the course the models follow.
    pub fn take(&mut self, sample: Sample) {
        let tip_c = sample.tip_c.filter(|tip_c| tip_c.is_finite());
        let sample = Sample { tip_c, ..sample };
        if !(sample.t_s.is_finite() && sample.power_w.is_finite()) {
            return;
        }
        let Some(before) = self.newest.replace(sample) else {
            self.tip_c = sample.tip_c;
            return;
        };
        let passed = sample.t_s - before.t_s;
        if passed <= -CLOCK_BACK_S {
            self.clock_went_back(&before, &sample);
            return;
        }
        if passed <= 0.0 {
            self.newest = Some(before);
            return;
        }
        let at_rest_c = self.tip_c;
        self.tip_c = match (self.tip_c, sample.tip_c) {
            (Some(smooth), Some(tip)) => {
                Some(smooth + (tip - smooth) * passed / (passed + SMOOTH_S))
            }
            (smooth, tip) => smooth.or(tip),
        };
        match &mut self.running {
            Ok(running) => {
                let taken = running.take(sample, passed, self.tip_c);
                self.fail(taken);
            }
            Err(NoPrediction::NotBegun) if sample.on => {
                self.running = self.begin(sample.t_s, at_rest_c).map(Box::new);
            }
            Err(NoPrediction::NotBegun) if sample.tip_c.is_some() => self.at_rest_s += passed,
            Err(_) => {}
        }
    }

    /// Follows what has come so far, at the end of a session.
    pub fn finish(&mut self) {
        let (Ok(running), Some(newest), Some(tip_c)) = (&mut self.running, self.newest, self.tip_c)
        else {
            return;
        };
        let taken =
            running.follow(newest.t_s, tip_c).and_then(|()| running.spread_out(newest.t_s, tip_c));
        self.fail(taken);
    }

    /// Before RF everything begins anew; after it the lesion is not known any more.
    fn clock_went_back(&mut self, before: &Sample, now: &Sample) {
        match self.running {
            Err(NoPrediction::NotBegun) => (self.tip_c, self.at_rest_s) = (now.tip_c, 0.0),
            Err(_) => {}
            Ok(_) => {
                let (from_s, to_s) = (before.t_s, now.t_s);
                self.running = Err(NoPrediction::ClockBack { from_s, to_s });
            }
        }
    }

    fn fail(&mut self, taken: Result<(), SolveError>) {
        if let Err(error) = taken {
            self.running = Err(NoPrediction::Solve(error));
        }
    }

    /// The tip at rest has the temperature of the tissue.
    fn begin(&self, t_s: f64, at_rest_c: Option<f64>) -> Result<Running, NoPrediction> {
        let measured_c =
            at_rest_c.filter(|_| self.at_rest_s >= REST_S).ok_or(NoPrediction::NoBaseline)?;
        let range = &self.surroundings.tissue().baseline_c;
        let (low_c, high_c) = (range.low, range.high);
        if !(low_c - REST_MARGIN_K..=high_c + REST_MARGIN_K).contains(&measured_c) {
            return Err(NoPrediction::Baseline { measured_c, low_c, high_c });
        }
        let setting = self.surroundings.setting(self.needle, measured_c, Resolution::Normal);
        Ok(Running {
            lesion: Lesion::only(&setting, self.boundary)?,
            spread: Spread::new(&self.surroundings, self.needle, (measured_c, t_s), self.boundary)?,
            span: Stretch::new(true, t_s, measured_c),
            prediction: Prediction { t_s, ..Prediction::default() },
            boundary: self.boundary,
            baseline_c: measured_c,
        })
    }
}

impl Running {
    fn take(&mut self, sample: Sample, passed: f64, tip_c: Option<f64>) -> Result<(), SolveError> {
        self.span.measured_j += sample.power_w * passed;
        self.span.known_s += if sample.tip_c.is_some() { passed } else { 0.0 };
        let Some(tip_c) = tip_c else { return Ok(()) };
        let length = sample.t_s - self.span.start_s;
        let moved = (tip_c - self.span.from_c).abs() >= MOVED_K;
        let switched = sample.on != self.span.on;
        if switched
            || length >= SPAN_MAX_S - ROUNDING_S
            || (moved && length >= SPAN_MIN_S - ROUNDING_S)
        {
            self.follow(sample.t_s, tip_c)?;
            if switched || self.spread.is_due(sample.t_s) {
                self.spread_out(sample.t_s, tip_c)?;
            }
            self.span.on = sample.on;
            self.spread.begin(sample.on, sample.t_s);
        }
        Ok(())
    }

    /// Lets the model follow up to `t_s`.
    fn follow(&mut self, t_s: f64, tip_c: f64) -> Result<(), SolveError> {
        let length = t_s - self.span.start_s;
        if length <= 0.0 {
            return Ok(());
        }
        let before = self.lesion.model().ledger().electrical_j;
        self.lesion.follow(length, self.span.drive(t_s, tip_c))?;
        let modelled_j = self.lesion.model().ledger().electrical_j - before;
        self.spread.add(&self.span, length, modelled_j);
        self.span = Stretch::new(self.span.on, t_s, tip_c);
        self.measure(t_s);
        Ok(())
    }

    fn spread_out(&mut self, t_s: f64, tip_c: f64) -> Result<(), SolveError> {
        self.spread.follow(t_s, tip_c)?;
        self.measure(t_s);
        Ok(())
    }

    fn measure(&mut self, t_s: f64) {
        let (outline, size) = self.lesion.shape(self.boundary);
        let LesionSize { width, length, .. } = size.unwrap_or_default();
        let [across, along] = self.spread.deviations();
        self.prediction = Prediction {
            t_s,
            width: measure(width, across),
            length: measure(length, along),
            outline,
            power: self.spread.power(),
        };
    }
}

fn measure(value: f64, (less, more): (f64, f64)) -> Measure {
    Measure { value, low: (value - less).max(0.0), high: value + more }
}

#[cfg(test)]
mod tests;
