//! Fitting: runs of the full model, modes from them, and the equations in these modes.

mod training;

use super::basis::{eigen, greedy};
use super::tensor::{FieldTensor, Matrix, Quadratic};
use super::{REFRESH_S, Reduced, ReducedModel, Shells};
use crate::grid::{Faces, Grid, Interfaces};
use crate::lanes::dot;
use crate::lesion::medium;
use crate::{Lesion, Medium, OutOfRange, Setting, SolveError};
use std::sync::Arc;
use thiserror::Error;
use training::{QUICK, Runs, Training, WHOLE, run};

/// Potentials besides the cold one: conductivity changes the field's shape little, but in the
/// first second otherwise than later. With 3 the sensor was out by up to 0.09 K then.
const POTENTIALS: usize = 5;
/// Snapshots that add less than this share are rounding.
const FLOOR: f64 = 1e-7;
/// Where tissue without a boiling point of its own would boil, °C.
const BOILS_C: f64 = 100.0;
/// Shells of equally hot tissue begin here, °C, and are this wide, K: nerve needs an hour at
/// 46 °C to lose its perfusion.
const SHELLS_FROM_C: f64 = 46.0;
const SHELL_WIDTH_K: f64 = 1.0;
const SHELLS: u8 = 48;

/// Why there is no reduced model.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum FitError {
    /// The setting cannot be.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// A run of the full model gave no answer.
    #[error(transparent)]
    Solve(#[from] SolveError),
    /// The reduced model does not follow the runs it was made from.
    #[error(
        "the reduced model is {error_k:.3} K off at the sensor in the run it was made from; \
         {limit_k} K is allowed"
    )]
    Poor {
        /// The largest difference at the sensor.
        error_k: f64,
        /// The largest that is allowed.
        limit_k: f64,
    },
}

/// The largest difference at the sensor allowed in the runs, K: half of what a treatment may
/// show, since one that is hotter than the runs shows more.
const LIMIT_K: f64 = 0.025;

/// Steps to a span of the check: each span is as long as all before it together, so the tissue
/// moves little in a step, and heat, which is kept in one, is as new as in a treatment.
const CHECK_STEPS: (f64, f64) = (16.0, 128.0);

impl ReducedModel {
    /// Runs the full model in a setting and reduces it.
    ///
    /// # Errors
    /// [`FitError`] when the setting cannot be or the full model gives no answer.
    pub fn fit(setting: &Setting) -> Result<Self, FitError> {
        let (model, runs) = Self::trained(setting, &WHOLE)?;
        model.check(&runs.switched)
    }

    /// A model for runs of a minute at a third of the cost, for thousands of settings. It is held
    /// against nothing: who uses it compares some of its runs with the full model's.
    ///
    /// # Errors
    /// As [`ReducedModel::fit`], but for [`FitError::Poor`].
    pub fn fit_quick(setting: &Setting) -> Result<Self, FitError> {
        Self::trained(setting, &QUICK).map(|(model, _)| model)
    }

    fn trained(setting: &Setting, training: &Training) -> Result<(Self, Runs), FitError> {
        let lesion = Lesion::new(setting)?;
        let mesh = lesion.mesh().clone();
        let medium = medium(setting, &mesh);
        let runs = run(&lesion, setting.baseline_c, training)?;
        let grid = &mesh.grid;
        let thermal = Conduction::new(grid, &medium, &mesh.thermal, setting.baseline_c);
        let (decay, modes) = thermal.modes(&runs.rises, training.modes);
        let sensor = modes.iter().map(|mode| mesh.sensor.read(mode)).collect();
        let hottest = runs
            .hottest
            .iter()
            .flat_map(|cell| modes.iter().map(|mode| mode.get(*cell).copied().unwrap_or(0.0)));
        let hottest = Matrix::from_rows(modes.len(), hottest.collect());
        let metabolic = medium.cells().zip(&grid.volume).map(|(p, v)| p.metabolic * v);
        let metabolic: Vec<f64> = metabolic.collect();
        let (shells, shell_of) = shells(grid, &medium, &runs.peak_c, &modes);
        let boils = setting.layers.iter().map(|layer| &layer.properties).chain([&setting.tissue]);
        let model = Self {
            baseline_c: setting.baseline_c,
            boils_c: boils.filter_map(|p| p.phase).map(|p| p.from_c).fold(BOILS_C, f64::min),
            decay,
            sensor,
            hottest,
            made: modes.iter().map(|mode| dot(&metabolic, mode)).collect(),
            conduction: Quadratic::new(&thermal.change(&modes)),
            field: field(grid, &medium, &mesh.electric, setting.baseline_c, &modes, &runs),
            shells,
            shell_of,
            capacity: thermal.capacity,
            modes: Matrix::from_rows(grid.cells(), modes.into_iter().flatten().collect()),
        };
        Ok((model, runs))
    }

    /// Follows the voltage switched on and off, and is refused when it cannot.
    fn check(self, switched: &[(f64, f64, f64)]) -> Result<Self, FitError> {
        let model = Arc::new(self);
        let mut reduced = Reduced::new(Arc::clone(&model));
        let mut error_k = 0.0_f64;
        for (span_s, volts, tip_c) in switched {
            let steps = libm::ceil(span_s / REFRESH_S).clamp(CHECK_STEPS.0, CHECK_STEPS.1);
            let mut step = 0.0;
            while step < steps {
                reduced.advance(span_s / steps, *volts, 0.0);
                step += 1.0;
            }
            let off = (reduced.tip_c() - tip_c).abs();
            // Not a number is the largest of all.
            error_k = if error_k.is_nan() || off <= error_k { error_k } else { off };
        }
        drop(reduced);
        if error_k <= LIMIT_K {
            Ok(Arc::unwrap_or_clone(model))
        } else {
            Err(FitError::Poor { error_k, limit_k: LIMIT_K })
        }
    }
}

/// Heat conduction and perfusion around the baseline.
struct Conduction<'a> {
    grid: &'a Grid,
    medium: &'a Medium,
    faces: Faces,
    resistivity: Vec<f64>,
    capacity: Vec<f64>,
    slope: Vec<f64>,
}

impl<'a> Conduction<'a> {
    fn new(grid: &'a Grid, medium: &'a Medium, extra: &Interfaces, baseline_c: f64) -> Self {
        let resistivity: Vec<f64> =
            medium.cells().map(|p| p.thermal_resistivity(baseline_c)).collect();
        let mut faces = Faces::default();
        grid.faces(&resistivity, extra, &mut faces);
        let capacity = medium.cells().zip(&grid.volume).map(|(p, v)| p.capacity * v).collect();
        let slope = medium.cells().map(|p| p.k_slope * p.k * p.thermal_resistivity(baseline_c));
        Self { grid, medium, faces, capacity, slope: slope.collect(), resistivity }
    }

    /// What leaves each cell, by conduction and with the blood.
    fn outflow(&self, rise: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; rise.len()];
        self.faces.outflow(rise, &mut out);
        let blood = self.medium.cells().zip(&self.grid.volume).zip(rise);
        for (out, ((p, volume), rise)) in out.iter_mut().zip(blood) {
            *out += p.perfusion * volume * rise;
        }
        out
    }

    /// The decays and the modes in the span of what the runs saw.
    fn modes(&self, rises: &[Vec<f64>], most: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
        let basis = greedy(rises.to_vec(), &self.capacity, most, FLOOR);
        let flows: Vec<Vec<f64>> = basis.iter().map(|field| self.outflow(field)).collect();
        let entries = basis.iter().flat_map(|a| flows.iter().map(|flow| dot(a, flow)));
        let (decay, vectors) = eigen(&Matrix::from_rows(basis.len(), entries.collect()));
        let modes = vectors.rows().map(|vector| {
            let mut mode = vec![0.0; self.grid.cells()];
            for (field, weight) in basis.iter().zip(vector) {
                mode.iter_mut().zip(field).for_each(|(to, from)| *to += weight * from);
            }
            mode
        });
        let modes = modes.collect();
        (decay, modes)
    }

    /// How conduction in the modes changes with each of them: for each mode a matrix.
    fn change(&self, modes: &[Vec<f64>]) -> Vec<Matrix> {
        let sensitivity = self.grid.sensitivity(&self.resistivity, &self.slope, &self.faces);
        let mut by_warm: Vec<Vec<Vec<f64>>> = Vec::new();
        for warm in modes {
            let faces = sensitivity.change(warm, self.grid.columns);
            let rows = modes.iter().map(|mode| {
                let mut out = vec![0.0; mode.len()];
                faces.outflow(mode, &mut out);
                modes.iter().map(|onto| dot(onto, &out)).collect()
            });
            by_warm.push(rows.collect());
        }
        // From [warm][of][onto] to a matrix [warm][of] for each onto.
        (0..modes.len())
            .map(|onto| {
                let entries = by_warm.iter().flat_map(|rows: &Vec<Vec<f64>>| {
                    rows.iter().map(move |row| row.get(onto).copied().unwrap_or(0.0))
                });
                Matrix::from_rows(modes.len(), entries.collect())
            })
            .collect()
    }
}

/// The electric field in a few potentials.
fn field(
    grid: &Grid,
    medium: &Medium,
    extra: &Interfaces,
    baseline_c: f64,
    modes: &[Vec<f64>],
    runs: &Runs,
) -> FieldTensor {
    let resistivity: Vec<f64> = medium.cells().map(|p| p.resistivity(baseline_c)).collect();
    let mut faces = Faces::default();
    grid.faces(&resistivity, extra, &mut faces);
    let mut weight = vec![0.0; grid.cells()];
    faces.diagonal(&mut weight);
    let mut potentials = vec![runs.cold.clone()];
    potentials.extend(greedy(runs.potentials.clone(), &weight, POTENTIALS, FLOOR));
    let slope: Vec<f64> =
        medium.cells().map(|p| p.sigma_slope * p.sigma * p.resistivity(baseline_c)).collect();
    let sensitivity = grid.sensitivity(&resistivity, &slope, &faces);
    let changes = modes.iter().map(|mode| sensitivity.change(mode, grid.columns));
    let states: Vec<Faces> = core::iter::once(faces.clone()).chain(changes).collect();
    let mut stiffness = Vec::new();
    let mut heat: Vec<Vec<f64>> = vec![Vec::new(); modes.len()];
    for faces in &states {
        for (k, a) in potentials.iter().enumerate() {
            for b in potentials.iter().skip(k) {
                let (dissipated, beyond) = mutual(faces, a, b);
                stiffness.push(dissipated.iter().sum::<f64>() + beyond);
                for (heat, mode) in heat.iter_mut().zip(modes) {
                    heat.push(dot(&dissipated, mode));
                }
            }
        }
    }
    let pairs = stiffness.len().checked_div(states.len()).unwrap_or(1);
    FieldTensor {
        count: potentials.len(),
        stiffness: Matrix::from_rows(pairs, stiffness),
        heat: Matrix::from_rows(
            pairs.saturating_mul(states.len()),
            heat.into_iter().flatten().collect(),
        ),
    }
}

/// The dissipation of two potentials together, in each cell and beyond the mesh: a quarter of
/// that of their sum less that of their difference.
fn mutual(faces: &Faces, a: &[f64], b: &[f64]) -> (Vec<f64>, f64) {
    let with = |sign: f64| {
        let both: Vec<f64> = a.iter().zip(b).map(|(a, b)| a + sign * b).collect();
        let mut out = vec![0.0; both.len()];
        let beyond = faces.dissipation(&both, &mut out);
        (out, beyond)
    };
    let ((sum, beyond_sum), (difference, beyond_difference)) = (with(1.0), with(-1.0));
    let cells = sum.iter().zip(&difference).map(|(sum, difference)| (sum - difference) / 4.0);
    (cells.collect(), (beyond_sum - beyond_difference) / 4.0)
}

/// Perfused tissue in shells by how hot it became, and for each cell its shell.
fn shells(grid: &Grid, medium: &Medium, peak_c: &[f64], modes: &[Vec<f64>]) -> (Shells, Vec<u8>) {
    let place = |p: f64, peak: f64| {
        let hot =
            |shell: &u8| peak >= SHELLS_FROM_C + SHELL_WIDTH_K * f64::from(shell.saturating_sub(1));
        if p > 0.0 { (1..=SHELLS).rev().find(hot).unwrap_or(0) } else { 0 }
    };
    let hottest: Vec<u8> =
        medium.cells().zip(peak_c).map(|(p, peak)| place(p.perfusion, *peak)).collect();
    // Shells without a cell leave no gap in the count.
    let kept: Vec<u8> = (1..=SHELLS).filter(|shell| hottest.contains(shell)).collect();
    let number = |shell: &u8| {
        let place = kept.iter().position(|kept| kept == shell);
        place.and_then(|place| u8::try_from(place.saturating_add(1)).ok()).unwrap_or(0)
    };
    let shell_of: Vec<u8> = hottest.iter().map(number).collect();
    let perfusion: Vec<f64> =
        medium.cells().zip(&grid.volume).map(|(p, volume)| p.perfusion * volume).collect();
    let mut means = Vec::new();
    let mut by_mode: Vec<Vec<f64>> = vec![Vec::new(); modes.len()];
    for shell in (1_u8..).take(kept.len()) {
        let inside = |values: &[f64]| -> Vec<f64> {
            let cells = values.iter().zip(&shell_of).filter(|(_, of)| **of == shell);
            cells.map(|(value, _)| *value).collect()
        };
        let weight = inside(&perfusion);
        let whole: f64 = weight.iter().sum();
        let modes: Vec<Vec<f64>> = modes.iter().map(|mode| inside(mode)).collect();
        means.extend(modes.iter().map(|mode| dot(&weight, mode) / whole));
        for (entries, a) in by_mode.iter_mut().zip(&modes) {
            let weighted: Vec<f64> = weight.iter().zip(a).map(|(weight, a)| weight * a).collect();
            entries.extend(modes.iter().map(|b| dot(&weighted, b)));
        }
    }
    let perfusion = by_mode.into_iter().flatten().collect();
    let shells = Shells {
        mean: Matrix::from_rows(modes.len(), means),
        perfusion: Matrix::from_rows(modes.len().saturating_mul(kept.len()), perfusion),
    };
    (shells, shell_of)
}
