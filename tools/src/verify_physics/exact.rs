//! Sphere and spheroid in infinite tissue (physics.md 7a, 7b, 7c).

use super::problem::{
    BASELINE_C, ELECTRODE, MUSCLE_7C, Plant, Way, geometric, middles, parts, to_rest,
};
use rfa_tissue::mesh::{orthogonal, sphere, spheroid, transposed, uniform};
use rfa_tissue::{Drive, Medium, Model, Properties, SolveError};
use std::f64::consts::{FRAC_PI_2, TAU};

/// Radius of the sphere, m, and its voltage (physics.md 7a).
pub(super) const SPHERE_A: f64 = 1e-3;
pub(super) const SPHERE_V: f64 = 10.0;
/// Pennes term of physics.md 7a's check, W/m³K.
pub(super) const SPHERE_PERFUSION: f64 = 4e4;
/// Half axes of a spheroid as long and thick as the bare tip of 22G, 5 mm.
pub(super) const SPHEROID_LONG: f64 = 2.5e-3;
pub(super) const SPHEROID_THICK: f64 = 0.3588e-3;

/// A body at rest: its model, the outward coordinate of its cells' middles, and how to find the
/// cells of the first angle.
pub(super) struct Body {
    pub(super) model: Model,
    pub(super) outward: Vec<f64>,
    way: Way,
    angles: usize,
}

impl Body {
    /// Temperature rise of the electrode, K.
    pub(super) fn rise(&self) -> f64 {
        self.model.reading().tip_c - BASELINE_C
    }

    /// Rises along the first angle, from the electrode's cell outwards, K.
    pub(super) fn rises(&self) -> Vec<f64> {
        let stride = match self.way {
            Way::AlongRows => 1,
            Way::AcrossRows => self.angles,
        };
        let cells = self.model.temperatures().iter().step_by(stride);
        cells.take(self.outward.len()).map(|at_c| at_c - BASELINE_C).collect()
    }
}

/// A sphere: `cells` outwards, a third as many over the half circle.
pub(super) fn sphere_at_rest(
    tissue: Properties,
    drive: Drive,
    cells: u32,
    way: Way,
    plant: Option<Plant>,
) -> Result<Body, SolveError> {
    let mut radii = vec![0.9 * SPHERE_A];
    radii.extend(geometric(SPHERE_A, 100.0 * SPHERE_A, cells));
    let angles = uniform(0.0, FRAC_PI_2, cells / 3);
    let reach = 100.0 * SPHERE_A;
    let rest = move |angle: f64, wide: f64| 1.0 / (reach * TAU * angle.sin() * wide);
    body(tissue, drive, way, plant, (radii, angles), sphere, rest)
}

/// How far the medium goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the last cell: potential and rise are 0 on its face.
    Closed,
    /// For ever.
    Infinite,
}

/// A prolate spheroid, meshed in its own coordinates.
pub(super) fn spheroid_at_rest(
    tissue: Properties,
    drive: Drive,
    cells: u32,
    reach: Reach,
    way: Way,
    plant: Option<Plant>,
) -> Result<Body, SolveError> {
    let focus = focus();
    let surface = (SPHEROID_LONG / focus).acosh();
    let far = 4.5;
    let mut xi = vec![0.9 * surface];
    xi.extend(uniform(surface, far, cells));
    let eta = uniform(0.0, FRAC_PI_2, cells / 3);
    let rest = move |eta: f64, wide: f64| match reach {
        Reach::Closed => 0.0,
        Reach::Infinite => ln_coth_half(far) / (TAU * focus * eta.sin() * wide),
    };
    body(tissue, drive, way, plant, (xi, eta), spheroid(focus), rest)
}

fn focus() -> f64 {
    (SPHEROID_LONG.powi(2) - SPHEROID_THICK.powi(2)).sqrt()
}

fn ln_coth_half(xi: f64) -> f64 {
    -(xi / 2.0).tanh().ln()
}

/// Resistance of the whole spheroid times conductivity, 1/m (physics.md 7b).
pub(super) fn spheroid_resistance() -> f64 {
    (focus() / SPHEROID_LONG).atanh() / (2.0 * TAU * focus())
}

fn body(
    tissue: Properties,
    drive: Drive,
    way: Way,
    plant: Option<Plant>,
    (outward, angles): (Vec<f64>, Vec<f64>),
    metric: impl Fn(f64, f64) -> rfa_tissue::mesh::Metric,
    rest: impl Fn(f64, f64) -> f64,
) -> Result<Body, SolveError> {
    let (columns, rows) = (outward.len() - 1, angles.len() - 1);
    let mut grid = match way {
        Way::AlongRows => orthogonal(&outward, &angles, metric, way.beyond()),
        Way::AcrossRows => orthogonal(&angles, &outward, transposed(metric), way.beyond()),
    };
    let place = |out: usize, angle: usize| match way {
        Way::AlongRows => angle * columns + out,
        Way::AcrossRows => out * rows + angle,
    };
    // The mesh ends, the medium does not: the way to infinity is added to the last cells' halves.
    for (angle, edges) in angles.windows(2).enumerate() {
        let middle = f64::midpoint(edges[0], edges[1]);
        grid.half[way.outward().0][place(columns - 1, angle)] += rest(middle, edges[1] - edges[0]);
    }
    Plant::spoil(plant, &mut grid);
    let mut region_of = vec![0; grid.cells()];
    (0..rows).for_each(|angle| region_of[place(0, angle)] = 1);
    let medium = Medium { regions: vec![tissue, ELECTRODE], region_of };
    let model = to_rest(&parts(grid, medium, BASELINE_C), drive)?;
    Ok(Body { model, outward: middles(&outward), way, angles: rows })
}

/// Tissue of the perfused sphere.
pub(super) const PERFUSED: Properties = Properties { perfusion: SPHERE_PERFUSION, ..MUSCLE_7C };

/// Surface rise of the perfused sphere, K: sigma V²/k · e^x E3(x)/(1+x) (physics.md 7a).
pub(super) fn perfused_rise() -> f64 {
    let x = SPHERE_A * decay();
    PERFUSED.sigma * SPHERE_V * SPHERE_V / PERFUSED.k * x.exp() * integral_3(x) / (1.0 + x)
}

fn decay() -> f64 {
    (SPHERE_PERFUSION / PERFUSED.k).sqrt()
}

/// The profile of the perfused sphere at growing radii, K (physics.md 7a).
pub(super) fn perfused_profile(radii: &[f64]) -> Vec<f64> {
    let m = decay();
    let strength = PERFUSED.sigma * (SPHERE_V * SPHERE_A).powi(2) / (2.0 * m * PERFUSED.k);
    // The constant follows from the surface rise, which is theta'(a) = 0 worked out.
    let outer = |r: f64| integral_3(m * r) / (r * r);
    let at_surface = SPHERE_A * perfused_rise();
    let decaying =
        (at_surface - strength * (m * SPHERE_A).exp() * outer(SPHERE_A)) / (-m * SPHERE_A).exp();
    let (mut from, mut inner) = (SPHERE_A, 0.0);
    radii
        .iter()
        .map(|r| {
            inner += simpson(from, *r, |s| (m * s).exp() / (s * s * s));
            from = *r;
            let particular = (-m * r).exp() * inner + (m * r).exp() * outer(*r);
            ((-m * r).exp() * decaying + strength * particular) / r
        })
        .collect()
}

fn simpson(from: f64, to: f64, f: impl Fn(f64) -> f64) -> f64 {
    let n = 16_u32;
    let h = (to - from) / f64::from(n);
    let inner: f64 =
        (1..n).map(|i| f(from + h * f64::from(i)) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
    h / 3.0 * (f(from) + inner + f(to))
}

/// The exponential integral E1, by its series below 1 and Lentz's continued fraction above.
pub(super) fn integral_1(x: f64) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    if x < 1.0 {
        let (mut term, mut sum) = (1.0, 0.0);
        for n in 1..40 {
            term *= -x / f64::from(n);
            sum -= term / f64::from(n);
        }
        return -EULER - x.ln() + sum;
    }
    let mut fraction = 0.0;
    for n in (1..120).rev() {
        let n = f64::from(n);
        fraction = n / (1.0 + n / (x + fraction));
    }
    (-x).exp() / (x + fraction)
}

/// E3, by recurrence from E1.
fn integral_3(x: f64) -> f64 {
    let second = (-x).exp() - x * integral_1(x);
    ((-x).exp() - x * second) / 2.0
}
