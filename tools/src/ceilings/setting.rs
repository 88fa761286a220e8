//! The electrodes of the table and the tissues they are held in.

use rfa_plan::{Electrode, Gauge, SensorKind, shipped_tissue};
use rfa_tissue::published::{Surroundings, needle};
use rfa_tissue::{Properties, Resolution, Setting};

/// Of the shipped tissues the nearest to the one that the first table was derived in.
pub(super) const NEAREST: &str = "muscle";
/// It holds less heat and passes on less than any other, and is looked at by itself.
pub(super) const FAT: &str = "fat";
/// Body temperature, °C.
pub(super) const BASELINE_C: f64 = 37.0;

/// The electrodes of hazards.md a.2: gauge and its number, tip length in µm.
const TABLE: [(Gauge, u32, u32); 5] = [
    (Gauge::G22, 22, 2_000),
    (Gauge::G22, 22, 5_000),
    (Gauge::G20, 20, 5_000),
    (Gauge::G20, 20, 10_000),
    (Gauge::G18, 18, 10_000),
];

/// The tissue of the model that the first table came from.
pub(super) const ORIGINAL: Properties = Properties {
    at_c: BASELINE_C,
    sigma: 0.33,
    sigma_slope: 0.02,
    k: 0.52,
    k_slope: 0.0,
    capacity: 3.7e6,
    perfusion: 1_908.0,
    metabolic: 0.0,
    phase: None,
    electrode: false,
};

/// Places of the table's rows.
pub(super) fn places() -> Vec<usize> {
    (0..TABLE.len()).collect()
}

/// As people write it.
pub(super) fn name(place: usize) -> String {
    let (_, gauge, tip_um) = TABLE[place];
    format!("{gauge}G x {} mm", tip_um / 1_000)
}

/// A row's electrode.
pub(super) fn electrode(place: usize) -> Electrode {
    let (gauge, _, tip_length_um) = TABLE[place];
    Electrode { gauge, tip_length_um, sensor: SensorKind::ThermocoupleT }
}

/// A row's needle in a shipped tissue that cannot boil: what steam takes up is no margin.
pub(super) fn dry(place: usize, tissue: &str) -> Result<Setting, String> {
    let mut setting = boiling(place, tissue)?;
    setting.tissue.phase = None;
    for layer in &mut setting.layers {
        layer.properties.phase = None;
    }
    Ok(setting)
}

/// The same with its boiling band.
pub(super) fn boiling(place: usize, tissue: &str) -> Result<Setting, String> {
    let read = |name: &str| shipped_tissue(name).ok();
    let tissue = read(tissue).ok_or_else(|| format!("no tissue {tissue}"))?;
    let around = Surroundings::new(tissue, read).map_err(|why| why.to_string())?;
    Ok(around.setting(needle(&electrode(place)), BASELINE_C, Resolution::Normal))
}
