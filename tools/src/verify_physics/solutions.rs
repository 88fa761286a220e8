//! Rows of the problems with exact answers, and the same rows with an error planted in a face
//! term: what they are worth is that they fail then.

use super::exact::{
    PERFUSED, Reach, SPHERE_A, SPHERE_V, perfused_profile, perfused_rise, sphere_at_rest,
    spheroid_at_rest, spheroid_resistance,
};
use super::manufactured::{self, NONLINEAR, STEADY, TRANSIENT};
use super::problem::{MUSCLE_7C, Plant, Way};
use super::rows::{Row, order, percent};
use super::stefan;
use rfa_tissue::{Drive, Side, SolveError};
use std::f64::consts::TAU;

const SECTION: &str = super::SOLUTIONS;
/// Tighter than the 0.5 % asked for: half a cell's way 1 % too long is 0.5 % of the face, of
/// which a problem with two directions and blood sees a quarter.
const LIMIT: f64 = 0.001;

/// A problem: its name, its error at a fineness (each twice the one before), its order at least.
struct Problem {
    name: &'static str,
    error: fn(u32, Way, Option<Plant>) -> Result<f64, SolveError>,
    /// The fineness at which it is judged.
    fineness: u32,
    order: f64,
    limit: f64,
}

impl Problem {
    /// Long rows make wide bands: a quick look takes bodies the short way round, and the
    /// manufactured problems, which are square, both ways.
    fn is_quick(&self, way: Way) -> bool {
        way == Way::AcrossRows || self.order == MANUFACTURED.order
    }
}

/// Cells outwards of a sphere or spheroid at fineness 1.
const CELLS: u32 = 30;

const PROBLEMS: [Problem; 9] = [
    Problem { name: "sphere, resistance", error: sphere_resistance, ..SECOND },
    Problem { name: "sphere, rise of the surface at its power", error: sphere_rise, ..SECOND },
    Problem { name: "perfused sphere, rise of the surface", error: perfused_surface, ..SECOND },
    Problem { name: "perfused sphere, profile", error: perfused_worst, ..SECOND },
    Problem { name: "spheroid, resistance", error: spheroid, fineness: 8, ..SECOND },
    Problem { name: "manufactured, steady and perfused", error: steady, ..MANUFACTURED },
    Problem { name: "manufactured, transient and perfused", error: transient, ..MANUFACTURED },
    Problem { name: "manufactured, k(T), decaying", error: nonlinear, ..MANUFACTURED },
    Problem { name: "Stefan, front", error: front, fineness: 8, order: 0.8, limit: LIMIT / 2.0 },
];
const SECOND: Problem =
    Problem { name: "", error: sphere_resistance, fineness: 4, order: 1.9, limit: LIMIT };
const MANUFACTURED: Problem = Problem { order: 1.7, ..SECOND };

fn sphere_resistance(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    let drive = Drive::Voltage(SPHERE_V);
    let sphere = sphere_at_rest(MUSCLE_7C, drive, CELLS * fineness, way, plant)?;
    // Half a sphere is meshed.
    let exact = 1.0 / (TAU * MUSCLE_7C.sigma * SPHERE_A);
    Ok(sphere.model.reading().resistance_ohm / exact - 1.0)
}

/// Power into half the sphere at [`SPHERE_V`], W. At a power and not at a voltage, since at a
/// voltage the same wrong face lets in as much less heat as it lets out.
fn power() -> f64 {
    SPHERE_V * SPHERE_V * TAU * MUSCLE_7C.sigma * SPHERE_A
}

fn sphere_rise(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    let drive = Drive::Power(power());
    let sphere = sphere_at_rest(MUSCLE_7C, drive, CELLS * fineness, way, plant)?;
    let exact = MUSCLE_7C.sigma * SPHERE_V * SPHERE_V / (2.0 * MUSCLE_7C.k);
    Ok(sphere.rise() / exact - 1.0)
}

fn perfused_surface(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    let sphere = sphere_at_rest(PERFUSED, Drive::Power(power()), CELLS * fineness, way, plant)?;
    Ok(sphere.rise() / perfused_rise() - 1.0)
}

fn perfused_worst(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    let sphere = sphere_at_rest(PERFUSED, Drive::Power(power()), CELLS * fineness, way, plant)?;
    let exact = perfused_profile(&sphere.outward[1..]);
    let found = sphere.rises();
    let apart = exact.iter().zip(&found[1..]).map(|(exact, found)| (exact - found).abs());
    Ok(apart.fold(0.0, f64::max) / perfused_rise())
}

fn spheroid(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    let drive = Drive::Voltage(1.0);
    let cells = CELLS * fineness;
    let spheroid = spheroid_at_rest(MUSCLE_7C, drive, cells, Reach::Infinite, way, plant)?;
    let found = spheroid.model.reading().resistance_ohm * MUSCLE_7C.sigma / 2.0;
    Ok(found / spheroid_resistance() - 1.0)
}

fn steady(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    manufactured::error(&STEADY, fineness, way, plant)
}

fn transient(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    manufactured::error(&TRANSIENT, fineness, way, plant)
}

fn nonlinear(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    manufactured::error(&NONLINEAR, fineness, way, plant)
}

fn front(fineness: u32, way: Way, plant: Option<Plant>) -> Result<f64, SolveError> {
    // One row of cells is a band as wide as the row: the short way round is the quick one.
    let (found, _) = stefan::front(fineness, way, plant)?;
    Ok(found / stefan::exact_front() - 1.0)
}

/// Errors and orders of all problems, both ways round.
pub(super) fn rows(quick: bool) -> Result<Vec<Row>, SolveError> {
    let mut rows = Vec::new();
    for problem in &PROBLEMS {
        for way in Way::BOTH.into_iter().filter(|way| !quick || problem.is_quick(*way)) {
            let fine = (problem.error)(problem.fineness, way, None)?;
            let what = format!("{}, {}", problem.name, way.name());
            rows.push(Row::share(SECTION, what.clone(), fine, problem.limit));
            let coarse = (problem.error)(problem.fineness / 2, way, None)?;
            let what = format!("{what}: order");
            rows.push(Row::at_least(SECTION, what, order(coarse, fine, 2.0), problem.order));
        }
    }
    Ok(rows)
}

/// The same errors with one side's halves 1 % too long: each problem has to go beyond its limit
/// for a side that it uses.
pub(super) fn planted_rows(quick: bool) -> Result<Vec<Row>, SolveError> {
    let mut rows = Vec::new();
    for problem in &PROBLEMS {
        // One side is enough for a quick look.
        let sides = used().into_iter().filter(|(_, way)| !quick || problem.is_quick(*way));
        for (side, way) in sides.take(if quick { 1 } else { 4 }) {
            let plant = Some(Plant { side, factor: 1.01 });
            let error = (problem.error)(problem.fineness, way, plant)?;
            rows.push(Row::holds(
                super::PLANTED,
                format!("{}: {side:?} halves 1 % too long", problem.name),
                percent(error),
                format!("beyond {}", percent(problem.limit)),
                error.abs() > problem.limit,
            ));
        }
    }
    Ok(rows)
}

/// Every side, and the way round in which heat and current run through it.
fn used() -> [(Side, Way); 4] {
    [
        (Side::West, Way::AlongRows),
        (Side::East, Way::AlongRows),
        (Side::South, Way::AcrossRows),
        (Side::North, Way::AcrossRows),
    ]
}
