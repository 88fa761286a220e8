//! What the population is drawn from.

use crate::Disturbance;
use rfa_plan::tissue::{Sourced, Tissue};
use rfa_plan::{Electrode, FileErrors, Gauge, SensorKind, shipped_tissue};
use rfa_sim::Random;
use rfa_tissue::published::{Surroundings, needle, properties};
use rfa_tissue::{Drive, Lesion, Properties, Resolution, Setting};
use rfa_units::Span;

/// Tissues that needles are put into. Their files have the published range of every property, each
/// with its source; a property is drawn evenly from its range. Left out: chicken, which is no body
/// (H-09 refuses its 21 °C), and CSF alone, which nobody heats.
const TISSUES: [&str; 8] =
    ["muscle", "nerve", "gasserian", "nerve-in-csf", "liver", "grey-matter", "white-matter", "fat"];

/// Gauges that electrodes are made in (physics.md 2).
const GAUGES: [Gauge; 7] =
    [Gauge::G16, Gauge::G17, Gauge::G18, Gauge::G20, Gauge::G21, Gauge::G22, Gauge::G23];
/// Active tips, mm (physics.md 2); of 23G no plan takes one below 3 mm, where no ceiling stands.
const TIP_MM: (f64, f64) = (2.0, 15.0);
const TIP_23G_MIN_MM: f64 = 3.0;
/// Set temperatures, °C: from the lowest published for a lesion to the highest with a ceiling
/// (generators.md 8, hazards.md a.2).
const SET_C: (f64, f64) = (55.0, 90.0);
/// The plan's choices of a ramp, s: fast, standard, slow.
const RAMPS_S: [u32; 3] = [5, 15, 30];
/// Lag of the thermocouple, ms: hazards.md a.1 has 50 to 150; sensors in thick stylets are slower.
const LAG_MS: (f64, f64) = (50.0, 300.0);
/// Noise of the temperature channel, °C rms: up to what thresholds are derived for (hazards.md
/// decision 2).
const NOISE_C: (f64, f64) = (0.02, 0.3);
/// Code quantum of the converter, °C (hazards.md decision 2: at most 0.01).
const QUANTUM_C: (f64, f64) = (0.001, 0.01);
/// The generator's own delay, ms (hazards.md a.1 has 10), and its power's error (hazards.md E3
/// allows 20 %, H-04 trips there).
const DELAY_MS: (f64, f64) = (0.0, 40.0);
const POWER_ERROR: (f64, f64) = (-0.1, 0.1);
/// Steps of the power set-point, W: the 0.05 W that pain generators show.
const POWER_QUANTUM_W: f64 = 0.05;
/// Impedance of a tip in its tissue that the interlock leaves alone, ohm: H-15's 40 ohm is not met
/// at the end of heating (0.62 of cold at 90 °C, physics.md 7c), and H-14's 3000 ohm of the cord
/// profile not at its beginning.
const IMPEDANCE_OHM: (f64, f64) = (70.0, 2_700.0);
/// Tries until a draw has such an impedance.
const TRIES: u32 = 200;

/// One needle in one tissue on one generator with one plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// Its number in the population, from 1.
    pub number: u32,
    /// Seed of the generator's noise.
    pub seed: u64,
    /// The electrode.
    pub electrode: Electrode,
    /// Name of the tissue.
    pub tissue: &'static str,
    /// The needle in the tissue, its properties drawn.
    pub setting: Setting,
    /// Set temperature, °C, a whole number.
    pub set_c: f64,
    /// Ramp.
    pub ramp: Span,
    /// Time constant of the thermocouple.
    pub sensor_lag: Span,
    /// Noise of the temperature channel, °C rms.
    pub noise_c: f64,
    /// Code quantum of the temperature channel, °C.
    pub quantum_c: f64,
    /// The generator's delay.
    pub power_delay: Span,
    /// The error of its power, as a share.
    pub power_error: f64,
    /// Steps of its power, W.
    pub power_quantum_w: f64,
    /// What happens in mid-hold.
    pub disturbance: Disturbance,
}

/// The tissues, read once.
#[derive(Debug, Clone)]
pub struct Population {
    tissues: Vec<(&'static str, Surroundings)>,
    seed: u64,
}

impl Population {
    /// The population of a seed.
    ///
    /// # Errors
    /// A shipped tissue that cannot be read, or whose layers are of none.
    pub fn new(seed: u64) -> Result<Self, String> {
        let read = |id: &str| shipped_tissue(id).map_err(|e: FileErrors| e.to_string());
        let around = |id: &'static str| {
            let around = Surroundings::new(read(id)?, |layer| shipped_tissue(layer).ok());
            around.map(|around| (id, around)).map_err(|e| e.to_string())
        };
        let tissues = TISSUES.into_iter().map(around).collect::<Result<_, String>>()?;
        Ok(Self { tissues, seed })
    }

    /// The seed it was made of.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The draw of a number, which needs no other.
    ///
    /// # Errors
    /// None of 200 tries has an impedance that the interlock leaves alone, or it cannot be
    /// computed.
    pub fn draw(&self, number: u32) -> Result<Draw, String> {
        let mut random = Random::new(self.seed, u64::from(number));
        for _ in 0..TRIES {
            let draw = self.once(number, &mut random)?;
            if (IMPEDANCE_OHM.0..=IMPEDANCE_OHM.1).contains(&impedance_ohm(&draw.setting)?) {
                return Ok(draw);
            }
        }
        Err(format!("draw {number}: no impedance inside {IMPEDANCE_OHM:?} ohm in {TRIES} tries"))
    }

    fn once(&self, number: u32, random: &mut Random) -> Result<Draw, String> {
        let gauge = *one_of(random, &GAUGES);
        let shortest = if gauge == Gauge::G23 { TIP_23G_MIN_MM } else { TIP_MM.0 };
        let tip_mm = between(random, (shortest, TIP_MM.1));
        let tip_length_um = (tip_mm * 10.0).round() as u32 * 100;
        let electrode = Electrode { gauge, tip_length_um, sensor: SensorKind::ThermocoupleT };
        let (tissue, around) = one_of(random, &self.tissues);
        let setting = setting(around, &electrode, random);
        let millis = |range, random: &mut Random| {
            Span::from_micros((between(random, range) * 1e3).round() as u64)
        };
        Ok(Draw {
            number,
            electrode,
            tissue,
            setting,
            set_c: between(random, (SET_C.0 - 0.5, SET_C.1 + 0.5)).round().clamp(SET_C.0, SET_C.1),
            ramp: Span::from_secs(u64::from(*one_of(random, &RAMPS_S))),
            sensor_lag: millis(LAG_MS, random),
            noise_c: between(random, NOISE_C),
            quantum_c: between(random, QUANTUM_C),
            // Whole milliseconds: the firmware's step.
            power_delay: Span::from_millis(between(random, DELAY_MS).round() as u64),
            power_error: between(random, POWER_ERROR),
            power_quantum_w: POWER_QUANTUM_W,
            disturbance: *one_of(random, &Disturbance::MIX),
            seed: random.bits(),
        })
    }
}

/// The electrode in a tissue with its properties drawn from their published ranges.
fn setting(around: &Surroundings, electrode: &Electrode, random: &mut Random) -> Setting {
    let tissue = around.tissue();
    let baseline_c = range(random, &tissue.baseline_c);
    let mut setting = around.setting(needle(electrode), baseline_c, Resolution::Normal);
    setting.tissue = drawn(tissue, random);
    setting
}

fn drawn(tissue: &Tissue, random: &mut Random) -> Properties {
    Properties {
        sigma: range(random, &tissue.conductivity_s_per_m),
        sigma_slope: range(random, &tissue.conductivity_rise_per_k),
        k: range(random, &tissue.heat_conductivity_w_per_mk),
        k_slope: range(random, &tissue.heat_conductivity_rise_per_k),
        capacity: range(random, &tissue.density_kg_per_m3)
            * range(random, &tissue.heat_capacity_j_per_kgk),
        perfusion: range(random, &tissue.perfusion_w_per_m3k),
        ..properties(tissue, None)
    }
}

/// A tip's impedance before any heating, ohm.
fn impedance_ohm(setting: &Setting) -> Result<f64, String> {
    let mut lesion = Lesion::new(setting).map_err(|e| e.to_string())?;
    // A nanovolt for a microsecond shows the cold field.
    lesion.advance(1e-6, Drive::Voltage(1e-9)).map_err(|e| e.to_string())?;
    Ok(lesion.reading().resistance_ohm)
}

fn range(random: &mut Random, number: &Sourced) -> f64 {
    between(random, (number.low, number.high))
}

fn between(random: &mut Random, (low, high): (f64, f64)) -> f64 {
    low + (high - low) * random.unit()
}

fn one_of<'a, T>(random: &mut Random, list: &'a [T]) -> &'a T {
    let place = (random.unit() * list.len() as f64) as usize;
    &list[place.min(list.len() - 1)]
}
