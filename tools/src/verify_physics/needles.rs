//! The electrodes and tissues the rows are computed for.

use rfa_tissue::{Needle, Phase, Properties, TipEnd};

/// Gauges and outside diameters in mm (physics.md 2).
pub(super) const GAUGES: [(u32, f64); 7] =
    [(16, 1.651), (17, 1.473), (18, 1.270), (20, 0.9081), (21, 0.8192), (22, 0.7176), (23, 0.6414)];
/// Active tips, mm.
pub(super) const TIPS_MM: [u32; 5] = [2, 4, 5, 10, 15];

/// A gauge and a tip length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Electrode {
    pub(super) gauge: u32,
    pub(super) tip_mm: u32,
}

impl Electrode {
    pub(super) const fn new(gauge: u32, tip_mm: u32) -> Self {
        Self { gauge, tip_mm }
    }

    pub(super) fn diameter_m(self) -> f64 {
        let found = GAUGES.iter().find(|(gauge, _)| *gauge == self.gauge);
        found.map_or(f64::NAN, |(_, mm)| mm * 1e-3)
    }

    pub(super) fn tip_m(self) -> f64 {
        f64::from(self.tip_mm) * 1e-3
    }

    pub(super) fn name(self) -> String {
        format!("{}G {} mm", self.gauge, self.tip_mm)
    }

    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        GAUGES.iter().flat_map(|(gauge, _)| TIPS_MM.iter().map(|tip| Self::new(*gauge, *tip)))
    }
}

/// The cannula of physics.md 1: sensor 1 mm inside the tip, a thin polymer sleeve (PTFE, 0.25
/// W/mK, physics.md 6d).
pub(super) fn needle(electrode: Electrode, end: TipEnd) -> Needle {
    Needle {
        diameter: electrode.diameter_m(),
        tip_length: electrode.tip_m(),
        end,
        sensor_depth: 1e-3,
        sleeve: 50e-6,
        sleeve_k: 0.25,
    }
}

/// The tissue of physics.md 1: no perfusion, +1.5 %/K.
pub(super) const EX_VIVO: Properties = Properties {
    at_c: 37.0,
    sigma: 0.446,
    sigma_slope: 0.015,
    k: 0.52,
    k_slope: 0.0,
    capacity: 3.82e6,
    perfusion: 0.0,
    metabolic: 0.0,
    phase: Some(BOILING),
    electrode: false,
};

/// Living muscle (physics.md 6c): perfused.
pub(super) const IN_VIVO: Properties = Properties {
    k: 0.49,
    capacity: 1090.0 * 3421.0,
    perfusion: 3240.0,
    // 0.9 W/kg
    metabolic: 981.0,
    ..EX_VIVO
};

/// Boiling of physics.md 6e: the band below 100 °C, 0.75 of the latent heat of 1000 kg/m³.
pub(super) const BOILING: Phase = Phase {
    from_c: 96.0,
    to_c: 100.0,
    latent_j_m3: 0.75 * 2.26e6 * 1e3,
    capacity_above: 0.6e6,
    sigma_share: 0.01,
    collapse_k: 5.0,
};
