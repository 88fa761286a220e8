//! The electrodes and tissues the rows are computed for: the shipped ones where a row allows.

use rfa_plan::{Gauge, SensorKind, shipped_tissue};
use rfa_tissue::published::{self, Surroundings};
use rfa_tissue::{Needle, Properties, TipEnd};

/// Active tips, mm (physics.md 2).
pub(super) const TIPS_MM: [u32; 5] = [2, 4, 5, 10, 15];

/// A gauge and a tip length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Electrode {
    pub(super) gauge: Gauge,
    pub(super) tip_mm: u32,
}

/// Every gauge there is, thick to thin.
pub(super) fn gauges() -> impl Iterator<Item = Gauge> {
    (0..=u8::MAX).filter_map(Gauge::from_number)
}

impl Electrode {
    pub(super) const fn new(gauge: Gauge, tip_mm: u32) -> Self {
        Self { gauge, tip_mm }
    }

    pub(super) fn diameter_m(self) -> f64 {
        needle(self, TipEnd::Blunt).diameter
    }

    pub(super) fn tip_m(self) -> f64 {
        needle(self, TipEnd::Blunt).tip_length
    }

    pub(super) fn name(self) -> String {
        format!("{}G {} mm", self.gauge.number(), self.tip_mm)
    }

    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        gauges().flat_map(|gauge| TIPS_MM.iter().map(move |tip| Self::new(gauge, *tip)))
    }
}

/// The cannula that lesions are predicted for, with either end.
pub(super) fn needle(electrode: Electrode, end: TipEnd) -> Needle {
    let Electrode { gauge, tip_mm } = electrode;
    // The sensor's kind is no part of the model.
    let sensor = SensorKind::ThermocoupleT;
    let planned = rfa_plan::Electrode { gauge, tip_length_um: tip_mm * 1000, sensor };
    Needle { end, ..published::needle(&planned) }
}

/// A shipped tissue and what its layers are made of.
pub(super) fn shipped(id: &str) -> Result<Surroundings, String> {
    let tissue = shipped_tissue(id).map_err(|errors| errors.to_string())?;
    Surroundings::new(tissue, |id| shipped_tissue(id).ok()).map_err(|error| error.to_string())
}

/// Living muscle, as shipped.
pub(super) fn muscle() -> Result<Properties, String> {
    Ok(published::properties(shipped("muscle")?.tissue(), None))
}

/// The tissue of physics.md 1, which the measured lesions and the tables there are for: no
/// perfusion, +1.5 %/K. It boils as the shipped ones do.
pub(super) fn ex_vivo() -> Result<Properties, String> {
    Ok(Properties {
        at_c: 37.0,
        sigma: 0.446,
        sigma_slope: 0.015,
        k: 0.52,
        k_slope: 0.0,
        capacity: 3.82e6,
        perfusion: 0.0,
        metabolic: 0.0,
        ..muscle()?
    })
}
