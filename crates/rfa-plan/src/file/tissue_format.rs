//! The shape of a tissue file.

use std::string::{String, ToString};
use std::vec::Vec;

use schemars::JsonSchema;
use serde::Deserialize;

use super::format::SLUG_PATTERN;
use crate::range::{CITATION_CHARS_MAX, ID_CHARS_MAX, TITLE_CHARS_MAX};
use crate::tissue::{Boiling, Layer, Sourced, TissueSpec, limits};

/// A type for each kind of number, so that the schema knows each one's limits.
macro_rules! sourced {
    ($($name:ident: $limit:ident),* $(,)?) => {$(
        #[derive(Debug, Clone, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        struct $name {
            /// What the model computes with.
            #[schemars(range(min = limits::$limit.min, max = limits::$limit.max))]
            #[schemars(extend("x-unit" = limits::$limit.unit, "x-fine" = true))]
            value: f64,
            /// The smallest value published for this tissue; the value itself where there is one
            /// only.
            #[schemars(range(min = limits::$limit.min, max = limits::$limit.max))]
            #[schemars(extend("x-unit" = limits::$limit.unit, "x-fine" = true))]
            low: f64,
            /// The largest value published for this tissue.
            #[schemars(range(min = limits::$limit.min, max = limits::$limit.max))]
            #[schemars(extend("x-unit" = limits::$limit.unit, "x-fine" = true))]
            high: f64,
            /// Where value and range come from, as one would cite it. A number without a source
            /// is refused.
            #[schemars(length(min = 1, max = CITATION_CHARS_MAX))]
            source: String,
        }

        impl From<$name> for Sourced {
            fn from($name { value, low, high, source }: $name) -> Self {
                Self { value, low, high, source }
            }
        }
    )*};
}

sourced! {
    Baseline: BASELINE,
    Conductivity: CONDUCTIVITY,
    ConductivityRise: CONDUCTIVITY_RISE,
    Displacement: DISPLACEMENT,
    HeatConductivity: HEAT,
    HeatConductivityRise: HEAT_RISE,
    Density: DENSITY,
    HeatCapacity: HEAT_CAPACITY,
    Perfusion: PERFUSION,
    Metabolic: METABOLIC,
    BoilingEnd: BOILING,
    Water: WATER,
    LatentHeat: LATENT,
    VapourHeatCapacity: VAPOUR,
    ConductivityShare: SHARE,
    Collapse: COLLAPSE,
}

/// A tissue for rfa's lesion model. Every number has a source and the range published for it; the
/// range is what the uncertainty of a predicted lesion is computed from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rfa tissue")]
pub(crate) struct TissueFile {
    /// Short name of the tissue.
    #[schemars(length(min = 1, max = ID_CHARS_MAX), regex(pattern = SLUG_PATTERN))]
    #[schemars(extend("x-allowed" = "a-z, 0-9 and single hyphens, at most 40 characters"))]
    id: String,
    /// Name shown to people.
    #[schemars(length(min = 1, max = TITLE_CHARS_MAX))]
    title: String,
    /// What the file leaves out or cannot represent.
    #[schemars(length(min = 1, max = CITATION_CHARS_MAX))]
    not_represented: String,
    /// Temperature at which the values below hold; the two rises are shares of these values.
    #[schemars(range(min = limits::AT_C.min, max = limits::AT_C.max))]
    #[schemars(extend("x-unit" = "°C"))]
    at_c: f64,
    /// Temperature of tissue and blood before any heating, °C.
    baseline_c: Baseline,
    /// Electrical conductivity at 460 kHz, S/m.
    conductivity_s_per_m: Conductivity,
    /// Rise of the electrical conductivity with temperature, as a share of the value, 1/K.
    conductivity_rise_per_k: ConductivityRise,
    /// Displacement current over conduction current at 460 kHz (omega epsilon / sigma). A field
    /// without it overstates the impedance by sqrt(1 + ratio²); heat is not affected.
    displacement_ratio: Displacement,
    /// Heat conductivity, W/mK.
    heat_conductivity_w_per_mk: HeatConductivity,
    /// Rise of the heat conductivity with temperature, as a share of the value, 1/K.
    heat_conductivity_rise_per_k: HeatConductivityRise,
    /// Density, kg/m³.
    density_kg_per_m3: Density,
    /// Specific heat, J/kgK.
    heat_capacity_j_per_kgk: HeatCapacity,
    /// Heat that blood carries away for each K above the baseline, W/m³K; it stops where damage
    /// is complete.
    perfusion_w_per_m3k: Perfusion,
    /// Heat that the tissue makes itself, W/m³.
    metabolic_w_per_m3: Metabolic,
    /// What happens where the tissue boils.
    boiling: BoilingTable,
    /// Other tissues in discs and rings around the needle's axis; all the rest is this one.
    #[serde(default)]
    #[schemars(length(min = 0, max = 8))]
    #[schemars(extend("x-allowed" = "up to 8 sections [[layer]]"))]
    layer: Vec<LayerTable>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BoilingTable {
    /// Where boiling begins, °C.
    from_c: BoilingEnd,
    /// Where the last water has gone, °C.
    to_c: BoilingEnd,
    /// Share of the tissue's volume that is water.
    water_share: Water,
    /// Latent heat of water, J/kg.
    latent_heat_j_per_kg: LatentHeat,
    /// Heat capacity of the dry tissue, J/m³K.
    vapour_heat_capacity_j_per_m3k: VapourHeatCapacity,
    /// Electrical conductivity of the dry tissue, as a share of that at the end of the band.
    conductivity_share: ConductivityShare,
    /// The width above the band over which the conductivity falls to that share, K.
    collapse_k: Collapse,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LayerTable {
    /// Id of the shipped tissue that this layer is made of.
    #[schemars(length(min = 1, max = ID_CHARS_MAX), regex(pattern = SLUG_PATTERN))]
    #[schemars(extend("x-allowed" = "the id of a shipped tissue without layers"))]
    tissue: String,
    /// Lower end along the needle's axis: 0 at the tip's end, positive up the shaft.
    #[schemars(range(min = limits::HEIGHT.min, max = limits::HEIGHT.max))]
    #[schemars(extend("x-unit" = "mm"))]
    from_mm: f64,
    /// Upper end along the axis.
    #[schemars(range(min = limits::HEIGHT.min, max = limits::HEIGHT.max))]
    #[schemars(extend("x-unit" = "mm"))]
    to_mm: f64,
    /// Inner radius; 0 for a disc.
    #[schemars(range(min = limits::RADIUS.min, max = limits::RADIUS.max))]
    #[schemars(extend("x-unit" = "mm"))]
    inner_mm: f64,
    /// Outer radius.
    #[schemars(range(min = limits::RADIUS.min, max = limits::RADIUS.max))]
    #[schemars(extend("x-unit" = "mm"))]
    outer_mm: f64,
    /// Where the shape comes from.
    #[schemars(length(min = 1, max = CITATION_CHARS_MAX))]
    source: String,
}

impl TissueFile {
    /// The file's numbers as types.
    pub(crate) fn spec(self) -> TissueSpec {
        let layer = |layer: LayerTable| {
            let LayerTable { tissue, from_mm, to_mm, inner_mm, outer_mm, source } = layer;
            Layer { tissue, from_mm, to_mm, inner_mm, outer_mm, source }
        };
        let boiling = self.boiling;
        TissueSpec {
            id: self.id,
            title: self.title,
            not_represented: self.not_represented,
            at_c: self.at_c,
            baseline_c: self.baseline_c.into(),
            conductivity_s_per_m: self.conductivity_s_per_m.into(),
            conductivity_rise_per_k: self.conductivity_rise_per_k.into(),
            displacement_ratio: self.displacement_ratio.into(),
            heat_conductivity_w_per_mk: self.heat_conductivity_w_per_mk.into(),
            heat_conductivity_rise_per_k: self.heat_conductivity_rise_per_k.into(),
            density_kg_per_m3: self.density_kg_per_m3.into(),
            heat_capacity_j_per_kgk: self.heat_capacity_j_per_kgk.into(),
            perfusion_w_per_m3k: self.perfusion_w_per_m3k.into(),
            metabolic_w_per_m3: self.metabolic_w_per_m3.into(),
            boiling: Boiling {
                from_c: boiling.from_c.into(),
                to_c: boiling.to_c.into(),
                water_share: boiling.water_share.into(),
                latent_heat_j_per_kg: boiling.latent_heat_j_per_kg.into(),
                vapour_heat_capacity_j_per_m3k: boiling.vapour_heat_capacity_j_per_m3k.into(),
                conductivity_share: boiling.conductivity_share.into(),
                collapse_k: boiling.collapse_k.into(),
            },
            layers: self.layer.into_iter().map(layer).collect(),
        }
    }
}
