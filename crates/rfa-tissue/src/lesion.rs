//! A needle in tissue and the lesion it makes: mesh, model and measures in one place.

use crate::contour::{Contour, middles, size_of};
use crate::{
    Borders, Boundary, Damage, Drive, LesionSize, Medium, Model, Needle, NeedleMesh, Parts, Phase,
    Properties, Reading, Resolution, SolveError,
};
use thiserror::Error;

/// The needle's metal: a steel tube with a probe or stylet in it. Chosen: of steel's k 15 W/mK and
/// 3.9 MJ/m³K (304/316, unconfirmed) 0.8 and 0.6 are left with the lumen's share. It matters
/// little: 5 to 16 W/mK change the width by 0.1 % and the length by -1.3 to +0.6 % (physics.md 1).
const METAL: Properties = Properties {
    at_c: 37.0,
    sigma: 1.35e6,
    sigma_slope: 0.0,
    k: 12.0,
    k_slope: 0.0,
    capacity: 2.34e6,
    perfusion: 0.0,
    metabolic: 0.0,
    phase: None,
    electrode: true,
};

/// A disc or a ring of another tissue around the needle's axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// Its lower side: height from the tip's end, positive up the shaft, m.
    pub from: f64,
    /// Its upper side, m.
    pub to: f64,
    /// Its inner radius, m; 0 for a disc.
    pub inner: f64,
    /// Its outer radius, m.
    pub outer: f64,
    /// What it is.
    pub properties: Properties,
}

/// A needle, and the tissue around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The electrode.
    pub needle: Needle,
    /// The tissue where no layer is.
    pub tissue: Properties,
    /// Other tissues.
    pub layers: Vec<Layer>,
    /// Temperature before any heating, °C.
    pub baseline_c: f64,
    /// How fine to compute.
    pub resolution: Resolution,
}

/// A setting no model can be made of.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{field} {value} {unit} is outside {min} to {max} {unit}")]
pub struct OutOfRange {
    /// The field's name.
    pub field: &'static str,
    /// The value offered.
    pub value: f64,
    /// The smallest value accepted.
    pub min: f64,
    /// The largest value accepted.
    pub max: f64,
    /// The unit of the three numbers.
    pub unit: &'static str,
}

impl Setting {
    /// Refuses what cannot be: not a number is never in range.
    ///
    /// # Errors
    /// [`OutOfRange`] names the first field that is out.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let needle = &self.needle;
        // 16G to 23G with a margin; tips of 2 to 15 mm (generators' electrodes).
        within("needle diameter", needle.diameter * 1e3, 0.5, 2.0, "mm")?;
        within("tip length", needle.tip_length * 1e3, 2.0, 15.0, "mm")?;
        within("sensor depth", needle.sensor_depth * 1e3, 0.1, needle.tip_length * 1e3, "mm")?;
        within("sleeve thickness", needle.sleeve * 1e3, 0.001, 0.5, "mm")?;
        within("sleeve thermal conductivity", needle.sleeve_k, 0.01, 20.0, "W/mK")?;
        within("baseline temperature", self.baseline_c, 0.0, 45.0, "°C")?;
        check_properties(&self.tissue)?;
        self.layers.iter().try_for_each(|layer| {
            check_properties(&layer.properties)?;
            // Thinner than a hundredth of a millimetre is a slip of the point.
            within("layer's height", (layer.to - layer.from) * 1e3, 0.01, f64::INFINITY, "mm")?;
            within("layer's ring", (layer.outer - layer.inner) * 1e3, 0.01, f64::INFINITY, "mm")?;
            within("layer's inner radius", layer.inner * 1e3, 0.0, 1e3, "mm")
        })
    }
}

impl Setting {
    /// Where its tissues meet.
    fn borders(&self) -> Borders {
        let layers = || self.layers.iter();
        Borders {
            radii: layers().flat_map(|layer| [layer.inner, layer.outer]).collect(),
            heights: layers().flat_map(|layer| [layer.from, layer.to]).collect(),
        }
    }
}

fn check_properties(tissue: &Properties) -> Result<(), OutOfRange> {
    within("electrical conductivity", tissue.sigma, 1e-3, 10.0, "S/m")?;
    within("conductivity's slope", tissue.sigma_slope, 0.0, 0.05, "1/K")?;
    within("thermal conductivity", tissue.k, 0.01, 20.0, "W/mK")?;
    within("thermal conductivity's slope", tissue.k_slope, -0.005, 0.05, "1/K")?;
    within("heat capacity", tissue.capacity, 1e5, 1e7, "J/m³K")?;
    within("perfusion", tissue.perfusion, 0.0, 1e6, "W/m³K")?;
    within("metabolic heat", tissue.metabolic, 0.0, 1e6, "W/m³")?;
    within("temperature of the properties", tissue.at_c, 0.0, 60.0, "°C")?;
    // Linear in temperature, they must not pass 0 between ice and steam.
    let hottest = tissue.phase.map_or(HOTTEST_C, |phase| phase.to_c);
    for (field, slope) in [
        ("electrical conductivity at 0 °C or boiling", tissue.sigma_slope),
        ("thermal conductivity at 0 °C or boiling", tissue.k_slope),
    ] {
        for at_c in [0.0, hottest] {
            let share = 1.0 + slope * (at_c - tissue.at_c);
            within(field, share, 0.05, 20.0, "of its value")?;
        }
    }
    tissue.phase.as_ref().map_or(Ok(()), check_phase)
}

fn check_phase(phase: &Phase) -> Result<(), OutOfRange> {
    within("start of boiling", phase.from_c, 80.0, 110.0, "°C")?;
    within("width of the boiling band", phase.to_c - phase.from_c, 0.1, 30.0, "K")?;
    within("latent heat", phase.latent_j_m3, 0.0, 2.6e9, "J/m³")?;
    within("heat capacity of dry tissue", phase.capacity_above, 1e5, 1e7, "J/m³K")?;
    within("conductivity's share when dry", phase.sigma_share, 1e-6, 1.0, "")?;
    within("width of the conductivity's collapse", phase.collapse_k, 0.1, 50.0, "K")
}

fn within(
    field: &'static str,
    value: f64,
    min: f64,
    max: f64,
    unit: &'static str,
) -> Result<(), OutOfRange> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(OutOfRange { field, value, min, max, unit })
    }
}

/// Where tissue without a boiling point of its own is still looked at, °C.
const HOTTEST_C: f64 = 100.0;

/// A lesion as it grows.
#[derive(Debug, Clone)]
pub struct Lesion {
    model: Model,
    mesh: NeedleMesh,
    needle_radius: f64,
    baseline_c: f64,
}

impl Lesion {
    /// A needle at rest in tissue.
    ///
    /// # Errors
    /// [`OutOfRange`] when the setting cannot be.
    pub fn new(setting: &Setting) -> Result<Self, OutOfRange> {
        Self::with(setting, |damage| damage)
    }

    /// The same for one boundary only, which is cheaper; there is no lesion by any other.
    ///
    /// # Errors
    /// As [`Lesion::new`].
    pub fn only(setting: &Setting, boundary: Boundary) -> Result<Self, OutOfRange> {
        Self::with(setting, |damage| damage.only(boundary))
    }

    fn with(setting: &Setting, of: impl Fn(Damage) -> Damage) -> Result<Self, OutOfRange> {
        setting.check()?;
        let mesh =
            NeedleMesh::with_borders(&setting.needle, setting.resolution, &setting.borders());
        let cells = mesh.grid.cells();
        let parts = Parts {
            grid: mesh.grid.clone(),
            medium: medium(setting, &mesh),
            electric: mesh.electric.clone(),
            thermal: mesh.thermal.clone(),
            sensor: mesh.sensor.clone(),
            baseline_c: setting.baseline_c,
            damage: of(Damage::none(cells, setting.baseline_c, true)),
        };
        Ok(Self {
            model: Model::new(parts),
            mesh,
            needle_radius: setting.needle.diameter / 2.0,
            baseline_c: setting.baseline_c,
        })
    }

    /// Lets a span of time pass.
    ///
    /// # Errors
    /// [`SolveError`] when the model gives no answer.
    pub fn advance(&mut self, span_s: f64, drive: Drive) -> Result<(), SolveError> {
        self.model.advance(span_s, drive)
    }

    /// As [`Lesion::advance`], for one span of a measured course: see [`Model::follow`].
    ///
    /// # Errors
    /// As [`Lesion::advance`].
    pub fn follow(&mut self, span_s: f64, drive: Drive) -> Result<(), SolveError> {
        self.model.follow(span_s, drive)
    }

    /// Starts from other temperatures (°C) and damage (the nerve set's integral) than rest, each
    /// cell's.
    pub fn start_at(&mut self, temperatures: &[f64], omega: &[f64]) {
        self.model.start_at(temperatures, omega);
    }

    /// What the generator would see.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.model.reading()
    }

    /// The model, for its fields and its ledger.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The mesh, for drawing.
    #[must_use]
    pub const fn mesh(&self) -> &NeedleMesh {
        &self.mesh
    }

    /// The measures of the lesion so far; none where nothing has reached the boundary.
    #[must_use]
    pub fn size(&self, boundary: Boundary) -> Option<LesionSize> {
        let score = self.score(boundary);
        self.contour(&score).size()
    }

    /// The lesion's outline: (height, radius) in m from its lowest point to its highest.
    #[must_use]
    pub fn outline(&self, boundary: Boundary) -> Vec<(f64, f64)> {
        let score = self.score(boundary);
        self.contour(&score).outline()
    }

    /// Outline and measures at once.
    #[must_use]
    pub fn shape(&self, boundary: Boundary) -> (Vec<(f64, f64)>, Option<LesionSize>) {
        let outline = self.outline(boundary);
        let size = size_of(&outline);
        (outline, size)
    }

    fn contour<'a>(&'a self, score: &'a [f64]) -> Contour<'a> {
        Contour {
            radii: &self.mesh.radii,
            heights: &self.mesh.heights,
            score,
            needle_radius: self.needle_radius,
        }
    }

    /// Each cell's place against the boundary: positive inside, zero on it. Kelvins for an
    /// isotherm, and for damage its logarithm, which runs as smoothly as temperature. Empty where
    /// the boundary's damage is not kept.
    #[must_use]
    pub fn score(&self, boundary: Boundary) -> Vec<f64> {
        /// ln of a damage that is none.
        const NONE: f64 = -60.0;
        let damage = self.model.damage();
        let ln = |value: &f64, at: f64| {
            if *value > 0.0 { libm::log(value / at).max(NONE) } else { NONE }
        };
        match boundary {
            Boundary::Isotherm(at_c) => damage.peak_c.iter().map(|peak| peak - at_c).collect(),
            Boundary::Arrhenius(set) => damage
                .omega
                .get(set)
                .map(|omega| omega.iter().map(|omega| ln(omega, 1.0)).collect())
                .unwrap_or_default(),
            Boundary::Cem43(minutes) => {
                damage.cem43_min.iter().map(|dose| ln(dose, minutes)).collect()
            }
        }
    }

    /// The hottest tissue now: temperature in °C, radius and height in m.
    #[must_use]
    pub fn hottest(&self) -> (f64, f64, f64) {
        let (r, z) = (middles(&self.mesh.radii), middles(&self.mesh.heights));
        let places = z.iter().flat_map(|z| r.iter().map(move |r| (*r, *z)));
        let cells = self.model.temperatures().iter().zip(&self.mesh.metal).zip(places);
        cells.filter(|((_, metal), _)| !**metal).fold(
            (self.baseline_c, 0.0, 0.0),
            |best, ((at_c, _), (r, z))| if *at_c > best.0 { (*at_c, r, z) } else { best },
        )
    }

    /// Temperature now at a place, °C: between the centres around it in proportion.
    #[must_use]
    pub fn temperature_at(&self, radius: f64, height: f64) -> f64 {
        let (r, z) = (middles(&self.mesh.radii), middles(&self.mesh.heights));
        let columns = r.len();
        let (row, up) = between(&z, height);
        let (column, out) = between(&r, radius);
        let at = |row: usize, column: usize| {
            let cell = row.saturating_mul(columns).saturating_add(column);
            self.model.temperatures().get(cell).copied().unwrap_or(self.baseline_c)
        };
        let line =
            |row: usize| at(row, column) * (1.0 - out) + at(row, column.saturating_add(1)) * out;
        line(row) * (1.0 - up) + line(row.saturating_add(1)) * up
    }
}

/// The interval of sorted values that holds `at`, and the share of it below; the ends are kept.
fn between(values: &[f64], at: f64) -> (usize, f64) {
    let last = values.len().saturating_sub(2);
    let from = values.partition_point(|value| *value <= at).saturating_sub(1).min(last);
    let low = values.get(from).copied().unwrap_or(0.0);
    let high = values.get(from.saturating_add(1)).copied().unwrap_or(low);
    let share = if high > low { ((at - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 };
    (from, share)
}

/// Region 0 is the tissue, 1 the metal, then the layers.
pub(crate) fn medium(setting: &Setting, mesh: &NeedleMesh) -> Medium {
    let mut regions = vec![setting.tissue, METAL];
    regions.extend(setting.layers.iter().map(|layer| layer.properties));
    let layer_at = |r: f64, z: f64| {
        let found = setting.layers.iter().position(|layer| {
            (layer.from..layer.to).contains(&z) && (layer.inner..layer.outer).contains(&r)
        });
        found.and_then(|place| u8::try_from(place.saturating_add(2)).ok()).unwrap_or(0)
    };
    let (radii, heights) = (middles(&mesh.radii), middles(&mesh.heights));
    let places = heights.iter().flat_map(|z| radii.iter().map(move |r| (*r, *z)));
    let region_of = places
        .zip(&mesh.metal)
        .map(|((r, z), metal)| if *metal { 1 } else { layer_at(r, z) })
        .collect();
    Medium { regions, region_of }
}
