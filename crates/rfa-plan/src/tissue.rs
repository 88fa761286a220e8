//! Tissues: the properties that the lesion model computes with, each with its published range and
//! its source.

use alloc::{format, string::String, string::ToString, vec::Vec};

use crate::check;
use crate::range::{CITATION_CHARS_MAX, ID_CHARS_MAX, TITLE_CHARS_MAX};
use crate::violation::{PlanError, Violations};

/// One number of a tissue, the range that is published for it, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced {
    /// What the model computes with.
    pub value: f64,
    /// The smallest value published for this tissue.
    pub low: f64,
    /// The largest value published for this tissue.
    pub high: f64,
    /// Where value and range come from.
    pub source: String,
}

/// What a tissue's water does where it boils: apparent heat capacity between two temperatures,
/// and a conductivity that collapses above them (Hall 2015, doi 10.3109/02656736.2015.1032370).
#[derive(Debug, Clone, PartialEq)]
pub struct Boiling {
    /// Where the band begins, °C.
    pub from_c: Sourced,
    /// Where it ends, °C.
    pub to_c: Sourced,
    /// Share of the tissue's volume that is water.
    pub water_share: Sourced,
    /// Latent heat of water, J/kg.
    pub latent_heat_j_per_kg: Sourced,
    /// Heat capacity of the dry tissue, J/m³K.
    pub vapour_heat_capacity_j_per_m3k: Sourced,
    /// Electrical conductivity of the dry tissue, as a share of that at the end of the band.
    pub conductivity_share: Sourced,
    /// The width above the band over which the conductivity falls to that share, K.
    pub collapse_k: Sourced,
}

impl Boiling {
    /// Latent heat of a volume of this tissue, J/m³: water weighs 1000 kg/m³.
    #[must_use]
    pub fn latent_heat_j_per_m3(&self) -> f64 {
        1_000.0 * self.water_share.value * self.latent_heat_j_per_kg.value
    }
}

/// A ring, or a disc, of another tissue around the needle's axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Id of the shipped tissue it is made of.
    pub tissue: String,
    /// Its lower end along the axis, mm: 0 at the tip's end, positive up the shaft.
    pub from_mm: f64,
    /// Its upper end along the axis, mm.
    pub to_mm: f64,
    /// Its inner radius, mm; 0 for a disc.
    pub inner_mm: f64,
    /// Its outer radius, mm.
    pub outer_mm: f64,
    /// Where the shape comes from.
    pub source: String,
}

/// Everything a tissue is made from; [`Tissue::new`] checks it.
#[derive(Debug, Clone, PartialEq)]
pub struct TissueSpec {
    /// Short name.
    pub id: String,
    /// Name shown to people.
    pub title: String,
    /// What this description leaves out or cannot represent.
    pub not_represented: String,
    /// Temperature at which the values below hold, °C.
    pub at_c: f64,
    /// Temperature of tissue and blood before any heating, °C.
    pub baseline_c: Sourced,
    /// Electrical conductivity at 460 kHz, S/m.
    pub conductivity_s_per_m: Sourced,
    /// Its rise with temperature, as a share of the value, 1/K.
    pub conductivity_rise_per_k: Sourced,
    /// Displacement current over conduction current, ωε/σ.
    pub displacement_ratio: Sourced,
    /// Heat conductivity, W/mK.
    pub heat_conductivity_w_per_mk: Sourced,
    /// Its rise with temperature, as a share of the value, 1/K.
    pub heat_conductivity_rise_per_k: Sourced,
    /// Density, kg/m³.
    pub density_kg_per_m3: Sourced,
    /// Specific heat, J/kgK.
    pub heat_capacity_j_per_kgk: Sourced,
    /// Heat that blood carries away, W/m³ for each K above the baseline.
    pub perfusion_w_per_m3k: Sourced,
    /// Heat that the tissue makes itself, W/m³.
    pub metabolic_w_per_m3: Sourced,
    /// What happens where it boils.
    pub boiling: Boiling,
    /// Other tissues around the axis; all the rest is this one.
    pub layers: Vec<Layer>,
}

/// A tissue whose every number lies in its range and says where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Tissue {
    spec: TissueSpec,
}

impl core::ops::Deref for Tissue {
    type Target = TissueSpec;

    fn deref(&self) -> &TissueSpec {
        &self.spec
    }
}

impl Tissue {
    /// The tissue, if every rule about it holds.
    ///
    /// # Errors
    /// [`PlanError`] lists every rule that is broken.
    pub fn new(spec: TissueSpec) -> Result<Self, PlanError> {
        let mut violations = Violations::default();
        if !check::is_slug(&spec.id) || spec.id.chars().count() > ID_CHARS_MAX {
            let allowed = format!("a-z, 0-9 and single hyphens, at most {ID_CHARS_MAX} characters");
            let words = ["not a short name", "write a name as allowed"];
            violations.add("id", spec.id.escape_debug().to_string(), allowed, words);
        }
        violations.check_text("title", &spec.title, TITLE_CHARS_MAX);
        violations.check_text("not_represented", &spec.not_represented, CITATION_CHARS_MAX);
        check_number("at_c", spec.at_c, &limits::AT_C, &mut violations);
        for (name, number, limit) in spec.numbers() {
            check_sourced(name, number, limit, &mut violations);
        }
        spec.check_slopes(&mut violations);
        spec.boiling.check(spec.baseline_c.high, &mut violations);
        spec.check_layers(&mut violations);
        violations.into_result().map(|()| Self { spec })
    }
}

impl TissueSpec {
    /// Every number with its path in a file and the limits of what can be.
    #[must_use]
    pub fn numbers(&self) -> [(&'static str, &Sourced, &'static Limit); 17] {
        let boiling = &self.boiling;
        [
            ("baseline_c", &self.baseline_c, &limits::BASELINE),
            ("conductivity_s_per_m", &self.conductivity_s_per_m, &limits::CONDUCTIVITY),
            ("conductivity_rise_per_k", &self.conductivity_rise_per_k, &limits::CONDUCTIVITY_RISE),
            ("displacement_ratio", &self.displacement_ratio, &limits::DISPLACEMENT),
            ("heat_conductivity_w_per_mk", &self.heat_conductivity_w_per_mk, &limits::HEAT),
            (
                "heat_conductivity_rise_per_k",
                &self.heat_conductivity_rise_per_k,
                &limits::HEAT_RISE,
            ),
            ("density_kg_per_m3", &self.density_kg_per_m3, &limits::DENSITY),
            ("heat_capacity_j_per_kgk", &self.heat_capacity_j_per_kgk, &limits::HEAT_CAPACITY),
            ("perfusion_w_per_m3k", &self.perfusion_w_per_m3k, &limits::PERFUSION),
            ("metabolic_w_per_m3", &self.metabolic_w_per_m3, &limits::METABOLIC),
            ("boiling.from_c", &boiling.from_c, &limits::BOILING),
            ("boiling.to_c", &boiling.to_c, &limits::BOILING),
            ("boiling.water_share", &boiling.water_share, &limits::WATER),
            ("boiling.latent_heat_j_per_kg", &boiling.latent_heat_j_per_kg, &limits::LATENT),
            (
                "boiling.vapour_heat_capacity_j_per_m3k",
                &boiling.vapour_heat_capacity_j_per_m3k,
                &limits::VAPOUR,
            ),
            ("boiling.conductivity_share", &boiling.conductivity_share, &limits::SHARE),
            ("boiling.collapse_k", &boiling.collapse_k, &limits::COLLAPSE),
        ]
    }

    /// A straight line in temperature may not reach zero at 0 °C or above it.
    fn check_slopes(&self, violations: &mut Violations) {
        let slopes = [
            ("conductivity_rise_per_k", &self.conductivity_rise_per_k),
            ("heat_conductivity_rise_per_k", &self.heat_conductivity_rise_per_k),
        ];
        for (name, slope) in slopes {
            let most = 0.95 / self.at_c;
            if slope.high > most {
                let words = ["a rise so steep makes the conductivity negative", "lower high"];
                let allowed = format!("at most {most:.4} 1/K, so that it stays positive at 0 °C");
                violations.add(
                    &format!("{name}.high"),
                    format!("{} 1/K", slope.high),
                    allowed,
                    words,
                );
            }
        }
    }

    fn check_layers(&self, violations: &mut Violations) {
        for (index, layer) in self.layers.iter().enumerate() {
            let field = |name: &str| format!("layer[{index}].{name}");
            violations.check_text(&field("source"), &layer.source, CITATION_CHARS_MAX);
            let heights = (layer.from_mm, layer.to_mm, &limits::HEIGHT);
            let radii = (layer.inner_mm, layer.outer_mm, &limits::RADIUS);
            for ((low_name, high_name), (low, high, limit)) in
                [("from_mm", "to_mm"), ("inner_mm", "outer_mm")].into_iter().zip([heights, radii])
            {
                check_number(&field(low_name), low, limit, violations);
                check_number(&field(high_name), high, limit, violations);
                if low >= high {
                    let allowed = format!("more than {low_name}, {low} mm");
                    let words = ["a layer needs a thickness", "write the larger number here"];
                    violations.add(&field(high_name), format!("{high} mm"), allowed, words);
                }
            }
            let earlier = self.layers.iter().take(index);
            if let Some(other) = earlier.enumerate().find(|(_, other)| overlap(other, layer)) {
                let allowed = "layers that do not overlap".to_string();
                let words = ["two layers claim the same place", "move one of them"];
                violations.add(&field("from_mm"), format!("in layer[{}]", other.0), allowed, words);
            }
        }
    }
}

impl Boiling {
    /// The band has a width, and nothing boils at rest.
    fn check(&self, baseline_c: f64, violations: &mut Violations) {
        let (from, to) = (self.from_c.value, self.to_c.value);
        if to - from < limits::BAND_MIN_K {
            let allowed = format!("at least {} K above from_c, {from} °C", limits::BAND_MIN_K);
            let words = ["the boiling band is too narrow", "widen the band"];
            violations.add("boiling.to_c.value", format!("{to} °C"), allowed, words);
        }
        if from <= baseline_c {
            let allowed = format!("more than the baseline, {baseline_c} °C");
            let words = ["the tissue boils at rest", "raise it"];
            violations.add("boiling.from_c.value", format!("{from} °C"), allowed, words);
        }
    }
}

fn overlap(a: &Layer, b: &Layer) -> bool {
    let meet = |a: (f64, f64), b: (f64, f64)| a.0 < b.1 && b.0 < a.1;
    meet((a.from_mm, a.to_mm), (b.from_mm, b.to_mm))
        && meet((a.inner_mm, a.outer_mm), (b.inner_mm, b.outer_mm))
}

fn check_sourced(name: &str, number: &Sourced, limit: &Limit, violations: &mut Violations) {
    let Sourced { value, low, high, source } = number;
    for (part, number) in [("value", *value), ("low", *low), ("high", *high)] {
        check_number(&format!("{name}.{part}"), number, limit, violations);
    }
    if low > high {
        let words = ["the published range is upside down", "exchange low and high"];
        let allowed = format!("at most high, {high} {}", limit.unit).trim_end().to_string();
        let low = format!("{low} {}", limit.unit).trim_end().to_string();
        violations.add(&format!("{name}.low"), low, allowed, words);
    } else if low > value || value > high {
        let allowed = Limit { min: *low, max: *high, ..*limit }.to_string();
        let words = ["the value is outside its own published range", "low <= value <= high"];
        let value = format!("{value} {}", limit.unit).trim_end().to_string();
        violations.add(&format!("{name}.value"), value, allowed, words);
    }
    violations.check_text(&format!("{name}.source"), source, CITATION_CHARS_MAX);
}

fn check_number(field: &str, number: f64, limit: &Limit, violations: &mut Violations) {
    if !(limit.min..=limit.max).contains(&number) {
        let value = format!("{number} {}", limit.unit).trim_end().to_string();
        let words = ["number out of its range", "write a number inside the range"];
        violations.add(field, value, limit.to_string(), words);
    }
}

/// What a number of a tissue can be at all; files and constructors refuse the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Smallest value accepted.
    pub min: f64,
    /// Largest value accepted.
    pub max: f64,
    /// The unit; empty for a share.
    pub unit: &'static str,
}

impl core::fmt::Display for Limit {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} to {}", self.min, self.max)?;
        if self.unit.is_empty() { Ok(()) } else { write!(f, " {}", self.unit) }
    }
}

/// The limits, one constant each: read by the constructor, by the file reader and by the schema.
/// They hold every tissue from bone to water with room on both sides, and stop misplaced points.
pub mod limits {
    use super::Limit;

    const fn limit(min: f64, max: f64, unit: &'static str) -> Limit {
        Limit { min, max, unit }
    }

    /// Temperature at which the values hold.
    pub const AT_C: Limit = limit(15.0, 45.0, "°C");
    /// Temperature before any heating: cold bench to fever.
    pub const BASELINE: Limit = limit(0.0, 45.0, "°C");
    /// Electrical conductivity: bone 0.02, cerebrospinal fluid 2.0.
    pub const CONDUCTIVITY: Limit = limit(0.001, 10.0, "S/m");
    /// Rise of the conductivity: published are 1.0 to 2.1 %/K.
    pub const CONDUCTIVITY_RISE: Limit = limit(0.0, 0.025, "1/K");
    /// Displacement over conduction current: liver 0.52.
    pub const DISPLACEMENT: Limit = limit(0.0, 2.0, "");
    /// Heat conductivity: fat 0.21, water 0.62.
    pub const HEAT: Limit = limit(0.05, 2.0, "W/mK");
    /// Rise of the heat conductivity: published are a fall of 0.0047 (drying liver) to a rise of
    /// 0.0067 1/K. Falling by the least accepted from 15 °C, it is positive up to 215 °C.
    pub const HEAT_RISE: Limit = limit(-0.005, 0.01, "1/K");
    /// Density: fat 911, bone 1990.
    pub const DENSITY: Limit = limit(500.0, 2_500.0, "kg/m³");
    /// Specific heat: bone 1300, water 4200.
    pub const HEAT_CAPACITY: Limit = limit(500.0, 5_000.0, "J/kgK");
    /// Perfusion: liver up to 68,040.
    pub const PERFUSION: Limit = limit(0.0, 200_000.0, "W/m³K");
    /// Metabolic heat: brain 16,000.
    pub const METABOLIC: Limit = limit(0.0, 50_000.0, "W/m³");
    /// Ends of the boiling band.
    pub const BOILING: Limit = limit(85.0, 110.0, "°C");
    /// Narrowest boiling band, K: below it one time step cannot stay inside.
    pub const BAND_MIN_K: f64 = 0.5;
    /// Water by volume.
    pub const WATER: Limit = limit(0.0, 1.0, "");
    /// Latent heat of water: 2.26e6 at 100 °C.
    pub const LATENT: Limit = limit(2.0e6, 2.6e6, "J/kg");
    /// Heat capacity of dry tissue: published are 0.44 to 0.80e6.
    pub const VAPOUR: Limit = limit(1.0e5, 2.0e6, "J/m³K");
    /// Conductivity left after boiling: published are 1e-4 to 1e-2.
    pub const SHARE: Limit = limit(1.0e-5, 1.0, "");
    /// Width of the collapse: published is 5.
    pub const COLLAPSE: Limit = limit(0.5, 20.0, "K");
    /// Heights of layers: as far as the mesh reaches.
    pub const HEIGHT: Limit = limit(-60.0, 75.0, "mm");
    /// Radii of layers.
    pub const RADIUS: Limit = limit(0.0, 60.0, "mm");
}
