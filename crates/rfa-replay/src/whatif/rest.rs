//! What the model leaves of the recorded readings, and what is done with it.

use rfa_units::{Contactor, OutputState};

/// A modelled value below this explains nothing in proportion, in its own milli-unit.
const PROPORTION_MIN: f64 = 20.0;
/// Time constant of the filter, forward and backward, that parts noise from disturbances, s.
const SLOW_S: f64 = 0.3;

/// What the model leaves of one value: `value = model x ratio + add`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rest {
    pub(super) ratio: f64,
    pub(super) add: f64,
}

impl Rest {
    pub(super) const NONE: Self = Self { ratio: 1.0, add: 0.0 };

    pub(super) fn of(model: f64, value: f64) -> Self {
        if model.abs() > PROPORTION_MIN {
            Self { ratio: value / model, add: 0.0 }
        } else {
            Self { ratio: 1.0, add: value - model }
        }
    }

    pub(super) fn apply(self, model: f64) -> f64 {
        model * self.ratio + self.add
    }
}

/// What the model leaves of a tip's reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TipRest {
    /// K.
    Valid(f64),
    Open,
    Faulty,
}

/// What the model leaves of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FrameRest {
    pub(super) tip: TipRest,
    pub(super) power: Rest,
    pub(super) voltage: Rest,
    pub(super) current: Rest,
    /// None: no measurement.
    pub(super) impedance: Option<Rest>,
    pub(super) energy_mj: f64,
    pub(super) setpoint_mw: f64,
    /// What was read back and the model does not say.
    pub(super) k1: Option<Contactor>,
    pub(super) k2: Option<Contactor>,
    pub(super) output: Option<OutputState>,
}

impl FrameRest {
    /// The model is all there is.
    pub(super) const NONE: Self = Self {
        tip: TipRest::Valid(0.0),
        power: Rest::NONE,
        voltage: Rest::NONE,
        current: Rest::NONE,
        impedance: Some(Rest::NONE),
        energy_mj: 0.0,
        setpoint_mw: 0.0,
        k1: None,
        k2: None,
        output: None,
    };
}

/// One step of the smoothing, at the telemetry's 100 Hz.
pub(super) fn followed(last: f64, new: f64) -> f64 {
    last + (new - last) * (0.01 / (SLOW_S + 0.01))
}

impl FrameRest {
    /// Smooths this rest, `last` being the one before; the meters' only while power flows.
    pub(super) fn follow(&mut self, last: &Self, flows: bool) {
        if let (TipRest::Valid(tip), TipRest::Valid(last)) = (&mut self.tip, last.tip) {
            *tip = followed(last, *tip);
        }
        let meters = [&mut self.power, &mut self.voltage, &mut self.current];
        for (meter, last) in meters.into_iter().zip([last.power, last.voltage, last.current]) {
            meter.add = 0.0;
            meter.ratio = if flows { followed(last.ratio, meter.ratio) } else { last.ratio };
        }
        if let (Some(z), Some(last)) = (&mut self.impedance, last.impedance) {
            z.ratio = followed(last.ratio, z.ratio);
        }
        self.energy_mj = 0.0;
    }
}

impl FrameRest {
    pub(super) const fn tip_k(&self) -> Option<f64> {
        match self.tip {
            TipRest::Valid(k) => Some(k),
            TipRest::Open | TipRest::Faulty => None,
        }
    }
}

/// Only whether there is a reading.
pub(super) const fn fault(tip: TipRest) -> TipRest {
    match tip {
        TipRest::Valid(_) => TipRest::Valid(0.0),
        fault => fault,
    }
}

impl FrameRest {
    pub(super) const fn with_noise(mut self, noise_k: f64) -> Self {
        if let TipRest::Valid(k) = self.tip {
            self.tip = TipRest::Valid(k + noise_k);
        }
        self
    }

    /// Behind a segment's end: what a contact or the output stage did by itself there is over.
    pub(super) const fn settled(mut self) -> Self {
        (self.k1, self.k2, self.output, self.setpoint_mw) = (None, None, None, 0.0);
        self
    }
}
