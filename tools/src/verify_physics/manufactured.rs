//! Manufactured solutions (physics.md 7d): the heat that makes a chosen temperature the answer.

use super::problem::{BASELINE_C, MUSCLE_7C, Plant, Way, middles, parts};
use rfa_tissue::mesh::{cylinder, orthogonal, transposed, uniform};
use rfa_tissue::{Beyond, Drive, Grid, Medium, Model, Properties, SolveError};
use std::f64::consts::{FRAC_PI_2, PI};

/// The first zero of the Bessel function J0.
const ZERO_J0: f64 = 2.404_825_557_695_773;

/// A chosen rise above the baseline, the heat (W/m³) it needs, and where it holds.
pub(super) struct Chosen {
    pub(super) tissue: Properties,
    /// Radius and height of the cylinder, m: the rise is 0 on its wall and on its top.
    size: (f64, f64),
    /// True where it is 0 on the bottom too; otherwise that is a plane of symmetry.
    bottom_cold: bool,
    rise: fn(f64, f64, f64) -> f64,
    heat: fn(f64, f64, f64) -> f64,
    /// Until when it is followed, s, and in how many steps on the coarsest mesh; no steps of
    /// its own: until nothing changes any more.
    time: (f64, Option<u32>),
}

/// 60 J0 cos, 8 mm wide and nearly as high: perfused, at rest. (The reference's 1 m by 10 m
/// cylinder is all perfusion: a conductance could be wrong there unseen.)
pub(super) const STEADY: Chosen = Chosen {
    tissue: Properties { k: 0.56, perfusion: 1e4, ..MUSCLE_7C },
    size: (STEADY_R, STEADY_Z),
    bottom_cold: false,
    rise: |r, z, _| steady_shape(r, z),
    heat: |r, z, _| steady_share() * steady_shape(r, z),
    time: (1e5, None),
};
const STEADY_R: f64 = 4e-3;
const STEADY_Z: f64 = STEADY_R * FRAC_PI_2 / ZERO_J0;

fn steady_shape(r: f64, z: f64) -> f64 {
    60.0 * libm::j0(ZERO_J0 * r / STEADY_R) * (FRAC_PI_2 * z / STEADY_Z).cos()
}

/// What conduction and blood carry away for each kelvin, W/m³K.
fn steady_share() -> f64 {
    let waves = (ZERO_J0 / STEADY_R).powi(2) + (FRAC_PI_2 / STEADY_Z).powi(2);
    STEADY.tissue.k * waves + STEADY.tissue.perfusion
}

/// The same shape, growing from nothing.
pub(super) const TRANSIENT: Chosen = Chosen {
    rise: |r, z, t| steady_shape(r, z) * -(-t / TRANSIENT_S).exp_m1(),
    heat: |r, z, t| {
        let stored = TRANSIENT.tissue.capacity / TRANSIENT_S * (-t / TRANSIENT_S).exp();
        steady_shape(r, z) * (stored - steady_share() * (-t / TRANSIENT_S).exp_m1())
    },
    time: (15.0, Some(32)),
    ..STEADY
};
const TRANSIENT_S: f64 = 10.0;

/// 23 cos r sin z e^-t with k = 0.512 (1 + 0.02 T'), heat capacity 1, from its own beginning.
pub(super) const NONLINEAR: Chosen = Chosen {
    tissue: Properties { k: 0.512, k_slope: 0.02, capacity: 1.0, ..MUSCLE_7C },
    size: (FRAC_PI_2, PI),
    bottom_cold: true,
    rise: |r, z, t| 23.0 * r.cos() * z.sin() * (-t).exp(),
    heat: |r, z, t| {
        let size = 23.0 * (-t).exp();
        let rise = size * r.cos() * z.sin();
        let k = 0.512 * (1.0 + 0.02 * rise);
        let laplacian = -2.0 * rise - size * r.sin() / r * z.sin();
        let slopes = (r.sin() * z.sin()).powi(2) + (r.cos() * z.cos()).powi(2);
        -rise - k * laplacian - 0.512 * 0.02 * size * size * slopes
    },
    time: (2.0, Some(32)),
};

/// The largest error anywhere, as a share of the largest rise; `fineness` 1 is 16 cells each way.
pub(super) fn error(
    chosen: &Chosen,
    fineness: u32,
    way: Way,
    plant: Option<Plant>,
) -> Result<f64, SolveError> {
    let (width, height) = chosen.size;
    let (radii, heights) =
        (uniform(0.0, width, 16 * fineness), uniform(0.0, height, 16 * fineness));
    let ground = Beyond::Ground;
    let bottom = if chosen.bottom_cold { ground } else { Beyond::Insulated };
    let across = [Beyond::Insulated, ground, bottom, ground];
    let along = [bottom, ground, Beyond::Insulated, ground];
    let mut grid = match way {
        Way::AlongRows => orthogonal(&radii, &heights, cylinder, across),
        Way::AcrossRows => orthogonal(&heights, &radii, transposed(cylinder), along),
    };
    Plant::spoil(plant, &mut grid);
    let (r, z) = (middles(&radii), middles(&heights));
    let places: Vec<(f64, f64)> = match way {
        Way::AlongRows => z.iter().flat_map(|z| r.iter().map(|r| (*r, *z))).collect(),
        Way::AcrossRows => r.iter().flat_map(|r| z.iter().map(|z| (*r, *z))).collect(),
    };
    let rises = |t: f64| places.iter().map(move |(r, z)| (chosen.rise)(*r, *z, t));
    let model = follow(chosen, grid, &places, fineness)?;
    let (mut worst, mut top) = (0.0_f64, 0.0_f64);
    for (at_c, rise) in model.temperatures().iter().zip(rises(chosen.time.0)) {
        worst = worst.max((at_c - BASELINE_C - rise).abs());
        top = top.max(rise.abs());
    }
    Ok(worst / top)
}

fn follow(
    chosen: &Chosen,
    grid: Grid,
    places: &[(f64, f64)],
    fineness: u32,
) -> Result<Model, SolveError> {
    let volume = grid.volume.clone();
    let begin: Vec<f64> =
        places.iter().map(|(r, z)| BASELINE_C + (chosen.rise)(*r, *z, 0.0)).collect();
    let medium = Medium { regions: vec![chosen.tissue], region_of: vec![0; grid.cells()] };
    let mut model = Model::new(parts(grid, medium, BASELINE_C));
    let heat = |t: f64| -> Vec<f64> {
        let cells = places.iter().zip(&volume);
        cells.map(|((r, z), volume)| (chosen.heat)(*r, *z, t) * volume).collect()
    };
    let (until, steps) = chosen.time;
    let spans = if let Some(steps) = steps {
        model.start_at(&begin, &[]);
        steps * fineness
    } else {
        1
    };
    for _ in 0..spans {
        model.advance_heated(until / f64::from(spans), Drive::Voltage(0.0), Some(&heat))?;
    }
    Ok(model)
}
