//! Settings from tissue files and plans, and the same with a property at an end of its range.

use crate::{Layer, Needle, Phase, Properties, Resolution, Setting, TipEnd};
use rfa_plan::Electrode;
use rfa_plan::tissue::{Sourced, Tissue};
use thiserror::Error;

/// Distance of the sensor from the tip's end, m: where the published figures have it
/// (physics.md 1).
pub const SENSOR_DEPTH: f64 = 1e-3;
/// Thickness of the shaft's insulating sleeve, m: chosen, no maker publishes it.
pub const SLEEVE: f64 = 4e-5;
/// Thermal conductivity of the sleeve, W/mK: PTFE (physics.md 6d).
pub const SLEEVE_K: f64 = 0.25;

/// A plan's electrode: blunt, with the sensor where the published figures have it.
#[must_use]
pub fn needle(electrode: &Electrode) -> Needle {
    Needle {
        diameter: f64::from(electrode.gauge.diameter_um()) * 1e-6,
        tip_length: f64::from(electrode.tip_length_um) * 1e-6,
        end: TipEnd::Blunt,
        sensor_depth: SENSOR_DEPTH,
        sleeve: SLEEVE,
        sleeve_k: SLEEVE_K,
    }
}

/// A property whose published range spreads a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Property {
    /// Heat conductivity.
    HeatConductivity,
    /// Its rise with temperature.
    HeatConductivityRise,
    /// Heat capacity of a volume: density and specific heat. Their lows are taken together, and
    /// their highs, which is wider than the published range of the product.
    HeatCapacity,
    /// Rise of the electrical conductivity with temperature.
    ConductivityRise,
    /// Perfusion.
    Perfusion,
    /// Electrical conductivity of the tissue itself, its layers unchanged: what it is as a whole
    /// changes voltage and impedance, and neither lesion nor power.
    Contrast,
}

impl Property {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::HeatConductivity,
        Self::HeatConductivityRise,
        Self::HeatCapacity,
        Self::ConductivityRise,
        Self::Perfusion,
        Self::Contrast,
    ];
}

/// An end of a published range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The smallest value published.
    Low,
    /// The largest.
    High,
}

/// A tissue's layer is made of one that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("tissue {tissue} has a layer of {layer}, which is not known")]
pub struct UnknownLayer {
    /// The tissue.
    pub tissue: String,
    /// What its layer is made of.
    pub layer: String,
}

/// A tissue with the tissues its layers are made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    tissue: Tissue,
    layers: Vec<Tissue>,
}

impl Surroundings {
    /// Looks up what the layers are made of.
    ///
    /// # Errors
    /// [`UnknownLayer`] where `find` does not know one.
    pub fn new(
        tissue: Tissue,
        find: impl Fn(&str) -> Option<Tissue>,
    ) -> Result<Self, UnknownLayer> {
        let found = tissue.layers.iter().map(|layer| {
            find(&layer.tissue).ok_or_else(|| UnknownLayer {
                tissue: tissue.id.clone(),
                layer: layer.tissue.clone(),
            })
        });
        let layers = found.collect::<Result<_, _>>()?;
        Ok(Self { tissue, layers })
    }

    /// The tissue itself.
    #[must_use]
    pub const fn tissue(&self) -> &Tissue {
        &self.tissue
    }

    /// A needle in this tissue, with every property at its value.
    #[must_use]
    pub fn setting(&self, needle: Needle, baseline_c: f64, resolution: Resolution) -> Setting {
        self.at(needle, baseline_c, resolution, None)
    }

    /// The same with one property at an end of its range, in the layers' tissues as well; none
    /// where that end is the value itself.
    #[must_use]
    pub fn varied(
        &self,
        needle: Needle,
        baseline_c: f64,
        resolution: Resolution,
        which: (Property, End),
    ) -> Option<Setting> {
        let varied = self.at(needle, baseline_c, resolution, Some(which));
        (varied != self.setting(needle, baseline_c, resolution)).then_some(varied)
    }

    fn at(
        &self,
        needle: Needle,
        baseline_c: f64,
        resolution: Resolution,
        which: Option<(Property, End)>,
    ) -> Setting {
        // Conductivity decides only by the contrast to the layers: theirs stays.
        let contrast = which.is_some_and(|(property, _)| property == Property::Contrast);
        let inner = which.filter(|_| !contrast);
        let own = which.filter(|_| !contrast || !self.layers.is_empty());
        let layers = self.tissue.layers.iter().zip(&self.layers).map(|(layer, of)| Layer {
            from: layer.from_mm * 1e-3,
            to: layer.to_mm * 1e-3,
            inner: layer.inner_mm * 1e-3,
            outer: layer.outer_mm * 1e-3,
            properties: properties(of, inner),
        });
        Setting {
            needle,
            layers: layers.collect(),
            tissue: properties(&self.tissue, own),
            baseline_c,
            resolution,
        }
    }
}

/// A tissue file's numbers as the solver takes them, one property at an end of its range.
#[must_use]
pub fn properties(tissue: &Tissue, which: Option<(Property, End)>) -> Properties {
    let pick = |property: Property, number: &Sourced| match which {
        Some((varied, End::Low)) if varied == property => number.low,
        Some((varied, End::High)) if varied == property => number.high,
        _ => number.value,
    };
    let boiling = &tissue.boiling;
    Properties {
        at_c: tissue.at_c,
        sigma: pick(Property::Contrast, &tissue.conductivity_s_per_m),
        sigma_slope: pick(Property::ConductivityRise, &tissue.conductivity_rise_per_k),
        k: pick(Property::HeatConductivity, &tissue.heat_conductivity_w_per_mk),
        k_slope: pick(Property::HeatConductivityRise, &tissue.heat_conductivity_rise_per_k),
        capacity: pick(Property::HeatCapacity, &tissue.density_kg_per_m3)
            * pick(Property::HeatCapacity, &tissue.heat_capacity_j_per_kgk),
        perfusion: pick(Property::Perfusion, &tissue.perfusion_w_per_m3k),
        metabolic: tissue.metabolic_w_per_m3.value,
        phase: Some(Phase {
            from_c: boiling.from_c.value,
            to_c: boiling.to_c.value,
            latent_j_m3: boiling.latent_heat_j_per_m3(),
            capacity_above: boiling.vapour_heat_capacity_j_per_m3k.value,
            sigma_share: boiling.conductivity_share.value,
            collapse_k: boiling.collapse_k.value,
        }),
        electrode: false,
    }
}
