//! What the cells are made of: properties by region, as functions of temperature.

/// Water turning to steam, or any change of phase: latent heat spread over a band.
///
/// The apparent-heat-capacity form of physics.md 6e, kept as an enthalpy so that no heat is
/// lost when a cell crosses the band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phase {
    /// Where the band begins, °C.
    pub from_c: f64,
    /// Where the band ends, °C.
    pub to_c: f64,
    /// Latent heat of a volume, J/m³.
    pub latent_j_m3: f64,
    /// Heat capacity above the band, J/m³K.
    pub capacity_above: f64,
    /// Conductivity (electrical) once past the band, as a share of that at its end.
    pub sigma_share: f64,
    /// The width over which the conductivity falls to that share, K.
    pub collapse_k: f64,
}

impl Phase {
    /// A border is passed by so much of the band, to be on its far side.
    const PAST: f64 = 1e-7;

    /// `to`, or the first border of the band on the way there, just past it.
    pub(crate) fn stop_at_border(&self, from: f64, to: f64) -> f64 {
        let past = Self::PAST * (self.to_c - self.from_c);
        let borders = [self.from_c, self.to_c, self.to_c + self.collapse_k];
        let above = borders.into_iter().find(|border| from <= *border);
        let below = borders.into_iter().rev().find(|border| from > *border);
        let to = above.map_or(to, |border| to.min(border + past));
        below.map_or(to, |border| to.max(border))
    }
}

/// The properties of one region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Properties {
    /// Temperature at which the values below hold, °C.
    pub at_c: f64,
    /// Electrical conductivity, S/m.
    pub sigma: f64,
    /// Its rise with temperature, 1/K.
    pub sigma_slope: f64,
    /// Thermal conductivity, W/mK.
    pub k: f64,
    /// Its rise with temperature, 1/K.
    pub k_slope: f64,
    /// Heat capacity of a volume, J/m³K.
    pub capacity: f64,
    /// Heat taken by blood for each K above the baseline, W/m³K.
    pub perfusion: f64,
    /// Heat made by the tissue itself, W/m³.
    pub metabolic: f64,
    /// Boiling, where the region can boil.
    pub phase: Option<Phase>,
    /// True for the electrode's metal: all of it is at the electrode's potential.
    pub electrode: bool,
}

impl Properties {
    /// Electrical resistivity at a temperature, ohm m; 0 for the electrode itself.
    #[must_use]
    pub fn resistivity(&self, at_c: f64) -> f64 {
        if self.electrode {
            return 0.0;
        }
        let Some(phase) = self.phase else {
            return 1.0 / (self.sigma * (1.0 + self.sigma_slope * (at_c - self.at_c)));
        };
        let warm = at_c.min(phase.to_c);
        let sigma = self.sigma * (1.0 + self.sigma_slope * (warm - self.at_c));
        let past = ((at_c - phase.to_c) / phase.collapse_k).clamp(0.0, 1.0);
        1.0 / (sigma * (1.0 - past * (1.0 - phase.sigma_share)))
    }

    /// The share of the conductivity lost for each kelvin while it collapses, 1/K; 0 outside.
    pub(crate) fn collapse_rate(&self, at_c: f64) -> f64 {
        let Some(phase) = self.phase else { return 0.0 };
        let past = (at_c - phase.to_c) / phase.collapse_k;
        let lost = 1.0 - phase.sigma_share;
        if past > 0.0 && past <= 1.0 {
            lost / (phase.collapse_k * (1.0 - past * lost))
        } else {
            0.0
        }
    }

    /// Thermal resistivity at a temperature, mK/W.
    #[must_use]
    pub fn thermal_resistivity(&self, at_c: f64) -> f64 {
        let warm = self.phase.map_or(at_c, |phase| at_c.min(phase.to_c));
        1.0 / (self.k * (1.0 + self.k_slope * (warm - self.at_c)))
    }

    /// Enthalpy of a volume above that at 0 °C, J/m³, and its slope, J/m³K.
    #[must_use]
    pub fn enthalpy(&self, at_c: f64) -> (f64, f64) {
        let Some(phase) = self.phase else {
            return (self.capacity * at_c, self.capacity);
        };
        if at_c <= phase.from_c {
            return (self.capacity * at_c, self.capacity);
        }
        let width = phase.to_c - phase.from_c;
        let within = f64::midpoint(self.capacity, phase.capacity_above) + phase.latent_j_m3 / width;
        let begin = self.capacity * phase.from_c;
        if at_c <= phase.to_c {
            return (begin + within * (at_c - phase.from_c), within);
        }
        let end = begin + within * width;
        (end + phase.capacity_above * (at_c - phase.to_c), phase.capacity_above)
    }
}

/// Regions and which of them each cell belongs to.
#[derive(Debug, Clone)]
pub struct Medium {
    /// The regions' properties.
    pub regions: Vec<Properties>,
    /// For each cell, the place of its region in `regions`.
    pub region_of: Vec<u8>,
}

impl Medium {
    /// The properties of each cell, in order. A cell without a region is left out, which
    /// construction rules out.
    pub fn cells(&self) -> impl Iterator<Item = &Properties> {
        self.region_of.iter().filter_map(|region| self.regions.get(usize::from(*region)))
    }
}
