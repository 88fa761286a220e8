//! Meshes: orthogonal coordinates of revolution, and the graded one around a needle.

use crate::grid::{Beyond, Grid, Side};
use core::f64::consts::PI;

/// A point's length scales along both coordinates, m per unit, and its distance from the axis, m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// Along the first coordinate.
    pub first: f64,
    /// Along the second.
    pub second: f64,
    /// From the axis of revolution.
    pub radius: f64,
}

/// Cylinder coordinates: radius and height in m.
#[must_use]
pub fn cylinder(radius: f64, _height: f64) -> Metric {
    Metric { first: 1.0, second: 1.0, radius }
}

/// Sphere coordinates: radius in m and angle from the axis.
#[must_use]
pub fn sphere(radius: f64, angle: f64) -> Metric {
    Metric { first: 1.0, second: radius, radius: radius * libm::sin(angle) }
}

/// Prolate spheroid coordinates with foci at +/- `focus` m on the axis.
pub fn spheroid(focus: f64) -> impl Fn(f64, f64) -> Metric {
    move |xi, eta| {
        let (sinh, sin) = (libm::sinh(xi), libm::sin(eta));
        let scale = focus * libm::sqrt(sinh * sinh + sin * sin);
        Metric { first: scale, second: scale, radius: focus * sinh * sin }
    }
}

/// The same coordinates with first and second exchanged.
pub fn transposed(metric: impl Fn(f64, f64) -> Metric) -> impl Fn(f64, f64) -> Metric {
    move |x, y| {
        let Metric { first, second, radius } = metric(y, x);
        Metric { first: second, second: first, radius }
    }
}

/// A mesh of cells between the edges of two orthogonal coordinates, turned around the axis.
pub fn orthogonal(
    first: &[f64],
    second: &[f64],
    metric: impl Fn(f64, f64) -> Metric,
    beyond: [Beyond; 4],
) -> Grid {
    let mut grid = Grid {
        columns: first.len().saturating_sub(1),
        rows: second.len().saturating_sub(1),
        volume: Vec::new(),
        half: [const { Vec::new() }; 4],
        beyond,
    };
    for (low_y, high_y) in pairs(second) {
        for (low_x, high_x) in pairs(first) {
            let (dx, dy) = (high_x - low_x, high_y - low_y);
            let (x, y) = (f64::midpoint(low_x, high_x), f64::midpoint(low_y, high_y));
            let centre = metric(x, y);
            grid.volume.push(2.0 * PI * centre.radius * centre.first * centre.second * dx * dy);
            for (side, half) in Side::ALL.into_iter().zip(&mut grid.half) {
                // The area is the face's own: a flux that vanishes towards the axis, as all
                // smooth ones do, is then exact. (On the axis itself the half is infinite and
                // nothing passes.)
                half.push(match side {
                    Side::West => along(metric(x - dx / 2.0, y), dx / 2.0, dy),
                    Side::East => along(metric(x + dx / 2.0, y), dx / 2.0, dy),
                    Side::South => across(metric(x, y - dy / 2.0), dy / 2.0, dx),
                    Side::North => across(metric(x, y + dy / 2.0), dy / 2.0, dx),
                });
            }
        }
    }
    grid
}

fn along(metric: Metric, way: f64, wide: f64) -> f64 {
    metric.first * way / (2.0 * PI * metric.radius * metric.second * wide)
}

fn across(metric: Metric, way: f64, wide: f64) -> f64 {
    metric.second * way / (2.0 * PI * metric.radius * metric.first * wide)
}

/// Neighbouring values.
pub(crate) fn pairs(values: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    values.iter().copied().zip(values.iter().copied().skip(1))
}

/// `cells` equal cells from `from` to `to`.
#[must_use]
pub fn uniform(from: f64, to: f64, cells: u32) -> Vec<f64> {
    (0..=cells).map(|i| from + (to - from) * f64::from(i) / f64::from(cells.max(1))).collect()
}

/// Cells that grow by the factor `growth` from about `smallest` at `from`, ending at `to`.
#[must_use]
pub fn graded(from: f64, to: f64, smallest: f64, growth: f64) -> Vec<f64> {
    let sizes = growing((to - from).abs(), smallest, growth, f64::INFINITY);
    accumulate(from, (to - from).signum(), sizes)
}

/// Cells that grow from both ends towards the middle.
#[must_use]
pub fn graded_both(from: f64, to: f64, smallest: f64, growth: f64) -> Vec<f64> {
    let sizes = growing((to - from) / 2.0, smallest, growth, f64::INFINITY);
    let back: Vec<f64> = sizes.iter().rev().copied().collect();
    accumulate(from, 1.0, sizes.into_iter().chain(back))
}

/// Sizes that start at about `smallest`, grow by `growth` up to `largest`, and fill `length`.
fn growing(length: f64, smallest: f64, growth: f64, largest: f64) -> Vec<f64> {
    let mut sizes = Vec::new();
    let (mut sum, mut size) = (0.0, smallest.min(length));
    // A growth of 1.05 from a micrometre to a metre takes 220 cells.
    while sum < length && sizes.len() < 1_000 {
        sizes.push(size);
        sum += size;
        size = (size * growth).min(largest);
    }
    // Leave out the last where that fits better, then stretch all alike.
    if let Some(last) = sizes.last().copied()
        && sizes.len() > 1
        && sum - length > last / 2.0
    {
        sizes.pop();
        sum -= last;
    }
    for size in &mut sizes {
        *size *= length / sum;
    }
    sizes
}

fn accumulate(from: f64, sign: f64, sizes: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut edges = vec![from];
    let mut at = from;
    edges.extend(sizes.into_iter().map(|size| {
        at += sign * size;
        at
    }));
    edges
}
