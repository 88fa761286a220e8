//! A small state-space model of one needle in one tissue, for a tick of milliseconds.
//!
//! The temperature field is a sum of a few fixed fields, the *modes*, found in runs of the full
//! model ([`fit`](ReducedModel::fit)). What the full equations say about that sum is kept:
//! conductivities are linear in temperature, so heat conduction is quadratic in the modes'
//! amplitudes and the RF heat is linear in them for a given potential, which is a sum of a few
//! fixed potentials itself. The modes are those of conduction at rest, each with its own decay,
//! so that a step of any length is exact while the heat is constant.
//!
//! It holds up to the temperature where the tissue begins to boil, and says when it does not
//! ([`Reduced::holds`]); [`Reduced::temperatures`] then starts the full model.

mod basis;
mod fit;
mod tensor;

use crate::damage::{Arrhenius, perfusion_share};
pub use fit::FitError;
use std::sync::Arc;
use tensor::{FieldTensor, Matrix, Quadratic, dense};

/// Conductivities, perfusion and heat pattern are brought up to date when the sensor's place has
/// moved by this, K: conductivity is out by 0.15 % meanwhile.
const REFRESH_K: f64 = 0.1;
/// And this often in any case, s.
const REFRESH_S: f64 = 0.1;

/// The fitted model; shared by all that run on it.
#[derive(Debug, Clone)]
pub struct ReducedModel {
    baseline_c: f64,
    /// Tissue boils from here, °C.
    boils_c: f64,
    /// How fast each mode decays, 1/s.
    decay: Vec<f64>,
    /// Each mode at the sensor.
    sensor: Vec<f64>,
    /// Each mode in the cells that were hottest, a row for each.
    hottest: Matrix,
    /// The tissue's own heat in each mode.
    made: Vec<f64>,
    /// Conduction's change with temperature, in each mode.
    conduction: Quadratic,
    field: FieldTensor,
    shells: Shells,
    /// Each mode over the cells, a row for each.
    modes: Matrix,
    /// Heat capacity of each cell, J/K.
    capacity: Vec<f64>,
    /// For each cell its shell, counted from 1; 0 for none.
    shell_of: Vec<u8>,
}

/// Tissue that was about equally hot, whose perfusion stops at about the same time.
#[derive(Debug, Clone)]
struct Shells {
    /// Each shell's mean temperature rise, by mode.
    mean: Matrix,
    /// For each mode a row: the perfusion of each shell by mode, one shell after the other.
    perfusion: Matrix,
}

/// A needle in tissue, run on a reduced model.
#[derive(Debug, Clone)]
pub struct Reduced {
    model: Arc<ReducedModel>,
    amplitudes: Vec<f64>,
    /// Heat of 1 V in each mode.
    heat: Vec<f64>,
    /// What the decays at rest leave out, in each mode.
    forcing: Vec<f64>,
    /// Damage of each shell.
    omega: Vec<f64>,
    potentials: Vec<f64>,
    /// Room for products of amplitudes.
    products: Vec<f64>,
    conductance: f64,
    /// Temperature at the sensor's place: several ask for it in each step.
    tip_c: f64,
    hottest_c: f64,
    since_refresh_s: f64,
    /// Temperature at the sensor's place then, °C.
    refreshed_c: f64,
    step: Step,
}

/// What a step of one length keeps of each mode, and what it adds for each unit of heat.
#[derive(Debug, Clone, Default)]
struct Step {
    length_s: f64,
    kept: Vec<f64>,
    added: Vec<f64>,
}

impl Step {
    fn of_length(&mut self, length_s: f64, decay: &[f64]) {
        if self.length_s.to_bits() == length_s.to_bits() {
            return;
        }
        self.length_s = length_s;
        self.kept = decay.iter().map(|decay| libm::exp(-decay * length_s)).collect();
        self.added = self.kept.iter().zip(decay).map(|(kept, d)| (1.0 - kept) / d).collect();
    }
}

impl ReducedModel {
    fn tip_c(&self, amplitudes: &[f64]) -> f64 {
        self.baseline_c + dense(&self.sensor, amplitudes)
    }
}

impl Reduced {
    /// A needle at rest.
    #[must_use]
    pub fn new(model: Arc<ReducedModel>) -> Self {
        let modes = model.decay.len();
        let mut reduced = Self {
            amplitudes: vec![0.0; modes],
            heat: vec![0.0; modes],
            forcing: vec![0.0; modes],
            omega: vec![0.0; model.shells.mean.rows().count()],
            potentials: vec![0.0; model.field.potentials()],
            products: Vec::new(),
            conductance: 0.0,
            tip_c: model.baseline_c,
            hottest_c: model.baseline_c,
            since_refresh_s: 0.0,
            refreshed_c: model.baseline_c,
            step: Step::default(),
            model,
        };
        reduced.refresh();
        reduced
    }

    /// Lets `dt_s` pass under a voltage (rms), with `heat_w` more from elsewhere in the same
    /// pattern.
    pub fn advance(&mut self, dt_s: f64, volts: f64, heat_w: f64) {
        let drive = volts * volts + heat_w / self.conductance;
        self.step.of_length(dt_s, &self.model.decay);
        let factors = self.step.kept.iter().zip(&self.step.added);
        let heats = self.heat.iter().zip(&self.forcing);
        for ((amplitude, (kept, added)), (heat, forcing)) in
            self.amplitudes.iter_mut().zip(factors).zip(heats)
        {
            *amplitude = kept * *amplitude + added * (drive * heat + forcing);
        }
        self.since_refresh_s += dt_s;
        self.tip_c = self.model.tip_c(&self.amplitudes);
        let moved = (self.tip_c - self.refreshed_c).abs();
        if self.since_refresh_s >= REFRESH_S * (1.0 - 1e-9) || moved >= REFRESH_K {
            self.refresh();
        }
    }

    /// Brings everything that depends on temperature up to date.
    fn refresh(&mut self) {
        let Self { model, amplitudes, heat, forcing, omega, potentials, products, .. } = self;
        self.conductance = model.field.solve(amplitudes, potentials, heat, products);
        let conducted = model.conduction.at(amplitudes, products);
        for (forcing, (made, conducted)) in forcing.iter_mut().zip(model.made.iter().zip(conducted))
        {
            *forcing = made - conducted;
        }
        products.clear();
        let mut stopped = 0.0;
        for (mean, omega) in model.shells.mean.rows().zip(omega.iter_mut()) {
            let at_c = model.baseline_c + dense(mean, amplitudes);
            *omega += Arrhenius::NERVE.rate(at_c) * self.since_refresh_s;
            let share = 1.0 - perfusion_share(*omega);
            products.extend(amplitudes.iter().map(|amplitude| share * amplitude));
            stopped += share;
        }
        if stopped > 0.0 {
            for (forcing, row) in forcing.iter_mut().zip(model.shells.perfusion.rows()) {
                *forcing += dense(row, products);
            }
        }
        let rises = model.hottest.rows().map(|row| dense(row, amplitudes));
        // Not a number is the hottest of all: then nothing holds.
        let hottest =
            rises.fold(0.0, |top: f64, rise| if top.is_nan() || rise <= top { top } else { rise });
        self.hottest_c = model.baseline_c + hottest;
        self.since_refresh_s = 0.0;
        self.refreshed_c = self.tip_c;
    }

    /// Temperature at the sensor's place, °C.
    #[must_use]
    pub const fn tip_c(&self) -> f64 {
        self.tip_c
    }

    /// The hottest tissue, °C, when last brought up to date.
    #[must_use]
    pub const fn hottest_c(&self) -> f64 {
        self.hottest_c
    }

    /// Resistance between electrode and the far tissue, ohm.
    #[must_use]
    pub const fn resistance_ohm(&self) -> f64 {
        1.0 / self.conductance
    }

    /// False where the tissue is about to boil: from here on only the full model holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.hottest_c < self.model.boils_c
    }

    /// Where the tissue begins to boil, °C.
    #[must_use]
    pub fn boils_c(&self) -> f64 {
        self.model.boils_c
    }

    /// Starts from temperatures (°C) and damage in each cell, as near as the modes come to them.
    pub fn start_at(&mut self, temperatures: &[f64], omega: &[f64]) {
        let Self { model, amplitudes, .. } = self;
        let stored: Vec<f64> = temperatures
            .iter()
            .zip(&model.capacity)
            .map(|(at_c, capacity)| (at_c - model.baseline_c) * capacity)
            .collect();
        for (amplitude, mode) in amplitudes.iter_mut().zip(model.modes.rows()) {
            *amplitude = dense(mode, &stored);
        }
        self.tip_c = model.tip_c(amplitudes);
        for (shell, mean) in (1_u8..).zip(self.omega.iter_mut()) {
            let cells = model.shell_of.iter().zip(omega).filter(|(of, _)| **of == shell);
            let (sum, count) =
                cells.fold((0.0, 0.0), |(sum, n), (_, omega)| (sum + omega, n + 1.0));
            *mean = if count > 0.0 { sum / count } else { *mean };
        }
        self.since_refresh_s = 0.0;
        self.refresh();
    }

    /// Temperature of each cell of the mesh the model was fitted on, °C.
    #[must_use]
    pub fn temperatures(&self) -> Vec<f64> {
        let mut cells = vec![self.model.baseline_c; self.model.shell_of.len()];
        for (mode, amplitude) in self.model.modes.rows().zip(&self.amplitudes) {
            for (cell, mode) in cells.iter_mut().zip(mode) {
                *cell += amplitude * mode;
            }
        }
        cells
    }

    /// The nerve set's damage integral in each cell, as far as its perfusion depends on it.
    #[must_use]
    pub fn omegas(&self) -> Vec<f64> {
        let omega = |shell: &u8| {
            let place = usize::from(*shell).checked_sub(1);
            place.and_then(|place| self.omega.get(place)).copied().unwrap_or(0.0)
        };
        self.model.shell_of.iter().map(omega).collect()
    }
}
