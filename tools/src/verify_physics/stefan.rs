//! Freezing around a line sink (Hahn and Ozisik; physics.md 7d): latent heat against a
//! similarity solution.

use super::exact::integral_1;
use super::problem::{MUSCLE_7C, Plant, Way, middles, parts};
use rfa_tissue::mesh::{cylinder, graded, orthogonal, transposed, uniform};
use rfa_tissue::{Drive, Medium, Model, Phase, Properties, SolveError};
use std::f64::consts::{PI, TAU};

/// Strength of the sink, W/m.
const SINK: f64 = 1e4;
/// Latent heat of a volume, J/m³ (338 kJ/kg and 1000 kg/m³).
const LATENT: f64 = 3.38e8;
const K: f64 = 2.22;
const CAPACITY: f64 = 1.762e6;
/// 310 K and 273 K.
const BEGIN_C: f64 = 36.85;
const MELTING_C: f64 = -0.15;
/// The latent heat is spread over so many kelvin around the melting point, at fineness 1.
const BAND_K: f64 = 8.0;
/// Cells at fineness 1.
const CELLS: u32 = 30;
const UNTIL_S: f64 = 100.0;

/// The square of lambda: the front stands at 2 lambda sqrt(alpha t).
fn lambda_squared() -> f64 {
    let excess = |x: f64| {
        let sunk = SINK / (4.0 * PI) * (-x).exp();
        let come = K * (BEGIN_C - MELTING_C) * (-x).exp() / integral_1(x);
        sunk - come - x * K / CAPACITY * LATENT
    };
    let (mut low, mut high) = (1e-3, 5.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Where the front stands after [`UNTIL_S`], m.
pub(super) fn exact_front() -> f64 {
    2.0 * (lambda_squared() * K / CAPACITY * UNTIL_S).sqrt()
}

fn exact_temperature(r: f64) -> f64 {
    let x = r * r * CAPACITY / (4.0 * K * UNTIL_S);
    let front = lambda_squared();
    if x < front {
        MELTING_C - SINK / (4.0 * PI * K) * (integral_1(x) - integral_1(front))
    } else {
        BEGIN_C - (BEGIN_C - MELTING_C) * integral_1(x) / integral_1(front)
    }
}

/// The front from the frozen volume, m, and the largest error of the temperature further than a
/// tenth of the front's radius from it and from the sink, as a share of the range there.
pub(super) fn front(
    fineness: u32,
    way: Way,
    plant: Option<Plant>,
) -> Result<(f64, f64), SolveError> {
    // Band and cells shrink together.
    let (cells, band_k) = (CELLS * fineness, BAND_K / f64::from(fineness));
    let near = 1.5 * exact_front();
    let mut radii = uniform(0.0, near, cells);
    radii.extend(graded(near, 0.15, near / f64::from(cells), 1.1).into_iter().skip(1));
    let height = [0.0, 1.0];
    let mut grid = match way {
        Way::AlongRows => orthogonal(&radii, &height, cylinder, way.beyond()),
        Way::AcrossRows => orthogonal(&height, &radii, transposed(cylinder), way.beyond()),
    };
    Plant::spoil(plant, &mut grid);
    let phase = Phase {
        from_c: MELTING_C - band_k / 2.0,
        to_c: MELTING_C + band_k / 2.0,
        latent_j_m3: LATENT,
        capacity_above: CAPACITY,
        sigma_share: 1.0,
        collapse_k: 1.0,
    };
    let tissue = Properties { k: K, capacity: CAPACITY, phase: Some(phase), ..MUSCLE_7C };
    let (count, volume) = (grid.cells(), grid.volume.clone());
    let medium = Medium { regions: vec![tissue], region_of: vec![0; count] };
    let mut model = Model::new(parts(grid, medium, BEGIN_C));
    let sink = |_: f64| {
        let mut heat = vec![0.0; count];
        heat[0] = -SINK;
        heat
    };
    model.advance_heated(UNTIL_S, Drive::Voltage(0.0), Some(&sink))?;
    let mut frozen = 0.0;
    let mut worst = 0.0_f64;
    let front = exact_front();
    for ((r, at_c), volume) in middles(&radii).iter().zip(model.temperatures()).zip(&volume) {
        frozen += volume * ((phase.to_c - at_c) / band_k).clamp(0.0, 1.0);
        if *r > 0.3 * front && (*r - front).abs() > 0.1 * front {
            worst = worst.max((at_c - exact_temperature(*r)).abs());
        }
    }
    let range = BEGIN_C - exact_temperature(0.3 * front);
    Ok(((2.0 * frozen / TAU).sqrt(), worst / range))
}
