//! A needle in tissue as a few first-order states.
//!
//! A needle's tip has no single time constant: heat diffuses away, so the step response goes on
//! growing for minutes (physics.md 4). Three states in parallel carry that tail, and one more
//! first-order lag stands for the metal between tissue and sensor. The hottest tissue follows the
//! same three states, without the metal's lag, plus one fast state of its own.
//!
//! # The fit
//! Every gain (K per W) and time constant is a power law `at · (d/0.9 mm)^p · (L/7 mm)^q` in
//! needle diameter and tip length; that is also how it is interpolated between electrodes. The
//! constants were fitted by least squares on logarithms to the four published 8 V rows
//! (physics.md 4) and, with a lower weight, to unit-power responses of the published heating
//! model for seven electrodes from 22G 2 mm to 16G 15 mm, without perfusion. They meet the 8 V
//! rows within 6 % at equal power. Impedance comes from table 7b for an infinite medium, which
//! is 4 to 12 % above that of the 8 V rows; driven by voltage, the rows are met within 15 %.
//! Heat conduction is that of muscle (k 0.49 W/mK) in every tissue; published values for soft
//! tissue are 0.47 to 0.57 (physics.md 6c).

use crate::{Drive, Plant};
use libm::{log as ln, pow};
use rfa_plan::Electrode;
use rfa_units::Span;
use thiserror::Error;

/// What surrounds the needle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tissue {
    /// Electrical conductivity at 37 °C and 500 kHz, S/m.
    pub conductivity: f64,
    /// Temperature before any heating, °C.
    pub baseline_c: f64,
}

impl Tissue {
    /// Muscle in the body (physics.md 6a).
    pub const MUSCLE: Self = Self { conductivity: 0.4459, baseline_c: 37.0 };
    /// Nerve in the body (physics.md 6a).
    pub const NERVE: Self = Self { conductivity: 0.1109, baseline_c: 37.0 };
    /// Liver in the body (physics.md 6a).
    pub const LIVER: Self = Self { conductivity: 0.1481, baseline_c: 37.0 };
}

/// Why no plant can be made.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum PlantError {
    /// A number is outside what the model is made for.
    #[error("{field} {value} {unit} is outside {min} to {max} {unit}")]
    OutOfRange {
        /// The field's name.
        field: &'static str,
        /// The value offered.
        value: f64,
        /// The smallest value accepted.
        min: f64,
        /// The largest value accepted.
        max: f64,
        /// The unit of the three numbers.
        unit: &'static str,
    },
}

/// A power law in diameter and tip length; see the module's text.
struct Law {
    at: f64,
    diameter: f64,
    length: f64,
}

impl Law {
    const fn new(at: f64, diameter: f64, length: f64) -> Self {
        Self { at, diameter, length }
    }

    fn value(&self, diameter_mm: f64, length_mm: f64) -> f64 {
        self.at * pow(diameter_mm / 0.9, self.diameter) * pow(length_mm / 7.0, self.length)
    }
}

/// Gain (K/W) and time constant (s) of each state of the diffusive tail.
const TAIL: [(Law, Law); 3] = [
    (Law::new(4.889, -0.599, -0.403), Law::new(1.358, 1.225, 0.271)),
    (Law::new(14.673, -0.314, -0.551), Law::new(9.365, 1.017, 0.904)),
    (Law::new(27.688, 0.496, -0.499), Law::new(130.06, 1.751, 1.259)),
];
/// Gain (K/W) and time constant (s) of the tissue at the electrode's edge.
const EDGE: (Law, Law) = (Law::new(1.611, -0.716, -0.632), Law::new(0.051_98, 0.764, 0.391));
/// Time constant (s) of the metal between tissue and sensor.
const METAL: Law = Law::new(0.037_74, 1.297, 0.0);

/// Diameters (mm) of the columns of [`R_SIGMA`]: 23G, 22G, 20G, 18G, 16G.
const DIAMETERS_MM: [f64; 5] = [0.641, 0.718, 0.908, 1.270, 1.651];
/// Tip lengths (mm) of the rows of [`R_SIGMA`].
const LENGTHS_MM: [f64; 5] = [2.0, 4.0, 5.0, 10.0, 15.0];
/// Resistance times conductivity in 1/m (physics.md 7b).
const R_SIGMA: [[f64; 5]; 5] = [
    [133.7, 126.9, 113.2, 95.2, 82.2],
    [89.6, 85.7, 77.8, 67.1, 59.3],
    [77.9, 74.8, 68.2, 59.3, 52.7],
    [49.2, 47.5, 44.0, 39.1, 35.4],
    [36.9, 35.8, 33.4, 30.0, 27.4],
];

/// Fall of impedance with the tip's rise, 1/K: 0.73 of cold 43 K up (physics.md 4), and within
/// 2 % of the four published hot impedances.
const IMPEDANCE_FALL: f64 = 0.008_6;
/// Conductivity of tissue as a whole, 1/K around 37 °C (physics.md 1).
const CONDUCTIVITY_RISE: f64 = 0.015;
/// Tissue boils from here, °C (heating model: conductivity grows up to 99 °C; H-02).
const BOILING_C: f64 = 98.0;
/// Vapour share gained per second and K above boiling; water's latent heat sets the order: 1 W
/// at 22G x 5 mm heats the edge by some 60 K/s and boils away its millimetre in about a second.
const VAPOUR_PER_KS: f64 = 2.0;
/// Time constant (s) of vapour condensing once the tissue is below boiling; 1 s assumed.
const CONDENSING_S: f64 = 1.0;
/// Impedance with all the surface under vapour, in multiples: conductivity falls to 0.01 and
/// less after vaporisation (physics.md 6b); 30 is a surface not wholly covered.
const VAPOUR_IMPEDANCE: f64 = 30.0;
/// Impedance between the halves of a good return pad, ohm (H-19: 20 to 120).
const PAD_OHM: f64 = 60.0;

/// One first-order state.
#[derive(Debug, Clone, Copy)]
struct State {
    gain: f64,
    tau_s: f64,
    value: f64,
}

impl State {
    /// Implicit Euler: stable at any step, exact to 0.5 % at 1 ms for the fastest state here,
    /// and free of functions that differ between machines.
    fn advance(&mut self, dt_s: f64, input: f64) {
        self.value =
            (self.value + self.gain * input * dt_s / self.tau_s) / (1.0 + dt_s / self.tau_s);
    }
}

/// The lumped model of one electrode in one tissue.
#[derive(Debug, Clone)]
pub struct LumpedPlant {
    tail: [State; 3],
    edge: State,
    metal: State,
    vapour: f64,
    cold_ohm: f64,
    baseline_c: f64,
}

impl LumpedPlant {
    /// A needle at rest in tissue.
    ///
    /// # Errors
    /// [`PlantError`] when the tip length, conductivity or baseline is outside the fitted range.
    pub fn new(electrode: &Electrode, tissue: Tissue) -> Result<Self, PlantError> {
        let diameter_mm = f64::from(electrode.gauge.diameter_um()) / 1_000.0;
        let length_mm = f64::from(electrode.tip_length_um) / 1_000.0;
        in_range("tip length", length_mm, 2.0, 15.0, "mm")?;
        in_range("conductivity", tissue.conductivity, 0.02, 2.0, "S/m")?;
        in_range("baseline temperature", tissue.baseline_c, 10.0, 42.0, "°C")?;
        let state = |(gain, tau): &(Law, Law)| State {
            gain: gain.value(diameter_mm, length_mm),
            tau_s: tau.value(diameter_mm, length_mm),
            value: 0.0,
        };
        let [first, second, third] = &TAIL;
        let warm = 1.0 + CONDUCTIVITY_RISE * (tissue.baseline_c - 37.0);
        Ok(Self {
            tail: [state(first), state(second), state(third)],
            edge: state(&EDGE),
            metal: State { gain: 1.0, tau_s: METAL.value(diameter_mm, length_mm), value: 0.0 },
            vapour: 0.0,
            cold_ohm: r_sigma(diameter_mm, length_mm) / (tissue.conductivity * warm),
            baseline_c: tissue.baseline_c,
        })
    }

    /// Rise of the tissue at the electrode's surface, K, without the edge's own peak.
    fn surface(&self) -> f64 {
        self.tail.iter().map(|state| state.value).sum()
    }
}

impl Plant for LumpedPlant {
    fn advance(&mut self, dt: Span, drive: Drive) {
        let dt_s = dt.as_secs_f64();
        let rf_w = drive.volts * drive.volts / self.impedance_ohm();
        // What turns water to steam does not warm tissue.
        let heat_w = (rf_w + drive.heat_w) * (1.0 - self.vapour);
        for state in &mut self.tail {
            state.advance(dt_s, heat_w);
        }
        self.edge.advance(dt_s, heat_w);
        let surface = self.surface();
        self.metal.advance(dt_s, surface);
        let above = self.tissue_max_c() - BOILING_C;
        let gained = if above > 0.0 { VAPOUR_PER_KS * above * dt_s } else { 0.0 };
        let kept = self.vapour / (1.0 + dt_s / CONDENSING_S);
        self.vapour = (kept + gained).min(1.0);
    }

    fn tip_c(&self) -> f64 {
        self.baseline_c + self.metal.value
    }

    fn tissue_max_c(&self) -> f64 {
        self.baseline_c + self.surface() + self.edge.value
    }

    fn impedance_ohm(&self) -> f64 {
        let hot = self.cold_ohm / (1.0 + IMPEDANCE_FALL * self.metal.value.max(0.0));
        hot * (1.0 + (VAPOUR_IMPEDANCE - 1.0) * self.vapour)
    }

    fn pad_ohm(&self) -> f64 {
        PAD_OHM
    }
}

/// Refuses what the fit does not cover; not a number is never in range.
fn in_range(
    field: &'static str,
    value: f64,
    min: f64,
    max: f64,
    unit: &'static str,
) -> Result<(), PlantError> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(PlantError::OutOfRange { field, value, min, max, unit })
    }
}

/// Table 7b between its points: linear in diameter, a power law in length.
fn r_sigma(diameter_mm: f64, length_mm: f64) -> f64 {
    let across = |row: &[f64; 5]| {
        let columns = DIAMETERS_MM.iter().zip(row);
        let pairs = columns.clone().zip(columns.skip(1));
        let linear = |((d0, r0), (d1, r1)): ((&f64, &f64), (&f64, &f64))| {
            (*d1, r0 + (r1 - r0) * (diameter_mm - d0) / (d1 - d0))
        };
        first_reaching(pairs.map(linear), diameter_mm)
    };
    let rows = LENGTHS_MM.iter().zip(R_SIGMA.iter().map(across));
    let pairs = rows.clone().zip(rows.skip(1));
    let power = |((l0, r0), (l1, r1)): ((&f64, f64), (&f64, f64))| {
        let share = ln(length_mm / l0) / ln(l1 / l0);
        (*l1, r0 * pow(r1 / r0, share))
    };
    first_reaching(pairs.map(power), length_mm)
}

/// The value of the first interval whose end reaches `at`; the last one's beyond the end.
fn first_reaching(mut intervals: impl Iterator<Item = (f64, f64)>, at: f64) -> f64 {
    let mut value = 0.0;
    for (end, here) in intervals.by_ref() {
        value = here;
        if at <= end {
            break;
        }
    }
    value
}
