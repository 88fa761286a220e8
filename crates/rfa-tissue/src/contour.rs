//! The lesion's size: a contour found to a fraction of a cell.

use crate::mesh::pairs;

/// What counts as the lesion's edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Boundary {
    /// The highest temperature reached, °C.
    Isotherm(f64),
    /// Damage integral 1 of a set, by its place in [`crate::Arrhenius::ALL`].
    Arrhenius(usize),
    /// Equivalent minutes at 43 °C.
    Cem43(f64),
}

/// A lesion's measures. Lengths in m; heights from the tip's end, positive up the shaft.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LesionSize {
    /// Across, at the widest place.
    pub width: f64,
    /// Along the needle.
    pub length: f64,
    /// Everything inside the contour, the needle's share included, m³: what is seen on a cut.
    pub volume: f64,
    /// How far it reaches beyond the tip's end.
    pub beyond_tip: f64,
    /// Height of the widest place.
    pub widest_at: f64,
    /// Height of the widest place from the middle, in half lengths: 0 is symmetric, positive
    /// towards the hub.
    pub asymmetry: f64,
}

/// The contour of a field over the cells where it passes from positive to negative.
pub(crate) struct Contour<'a> {
    pub(crate) radii: &'a [f64],
    pub(crate) heights: &'a [f64],
    /// Positive inside the lesion, smooth across its edge.
    pub(crate) score: &'a [f64],
    pub(crate) needle_radius: f64,
}

impl Contour<'_> {
    /// Outline points (height, radius) from the lowest to the highest; empty without a lesion.
    pub(crate) fn outline(&self) -> Vec<(f64, f64)> {
        let r: Vec<f64> = middles(self.radii);
        let z: Vec<f64> = middles(self.heights);
        let columns = r.len().max(1);
        let sides = z.iter().zip(self.score.chunks(columns)).filter_map(|(z, row)| {
            let edge = last_crossing(&r, row)?;
            Some((*z, edge))
        });
        let sides: Vec<(f64, f64)> = sides.collect();
        let Some((low, high)) = self.ends(&r, &z) else { return Vec::new() };
        let mut outline = vec![(low, 0.0)];
        outline.extend(sides.into_iter().filter(|(z, _)| (low..=high).contains(z)));
        let closing = if high > 0.0 { self.needle_radius } else { 0.0 };
        outline.push((high, closing));
        outline
    }

    /// The lowest and the highest height of the contour over all columns.
    fn ends(&self, r: &[f64], z: &[f64]) -> Option<(f64, f64)> {
        let columns = r.len().max(1);
        let mut lowest: Vec<(f64, f64)> = Vec::new();
        let mut highest: Vec<(f64, f64)> = Vec::new();
        let down: Vec<f64> = z.iter().rev().copied().collect();
        for (column, r) in r.iter().enumerate() {
            let up: Vec<f64> = self.score.iter().skip(column).step_by(columns).copied().collect();
            let reversed: Vec<f64> = up.iter().rev().copied().collect();
            lowest.extend(last_crossing(&down, &reversed).map(|edge| (*r, edge)));
            // Inside the needle there is no lesion.
            if *r > self.needle_radius {
                highest.extend(last_crossing(z, &up).map(|edge| (*r, edge)));
            }
        }
        let low = lowest.iter().map(|(_, z)| *z).fold(f64::INFINITY, f64::min);
        let (_, high) = peak(&highest)?;
        Some((low, high))
    }

    /// The measures; nothing where there is no lesion.
    pub(crate) fn size(&self) -> Option<LesionSize> {
        size_of(&self.outline())
    }
}

/// The measures of an outline; nothing where there is none.
pub(crate) fn size_of(outline: &[(f64, f64)]) -> Option<LesionSize> {
    let (low, _) = *outline.first()?;
    let (high, _) = *outline.last()?;
    let sides = outline.get(1..outline.len().saturating_sub(1)).unwrap_or(&[]);
    let (widest_at, radius) = peak(sides)?;
    let volume: f64 = outline
        .iter()
        .zip(outline.iter().skip(1))
        .map(|((z0, r0), (z1, r1))| {
            core::f64::consts::PI * (z1 - z0) * f64::midpoint(r0 * r0, r1 * r1)
        })
        .sum();
    let length = high - low;
    let middle = f64::midpoint(low, high);
    Some(LesionSize {
        width: 2.0 * radius,
        length,
        volume,
        beyond_tip: -low,
        widest_at,
        asymmetry: 2.0 * (widest_at - middle) / length,
    })
}

pub(crate) fn middles(edges: &[f64]) -> Vec<f64> {
    pairs(edges).map(|(low, high)| f64::midpoint(low, high)).collect()
}

/// Where a sampled curve passes below 0 for the last time, by a cubic through its neighbours.
fn last_crossing(x: &[f64], y: &[f64]) -> Option<f64> {
    let steps = y.iter().zip(y.iter().skip(1));
    let from = steps.enumerate().rfind(|(_, (a, b))| **a >= 0.0 && **b < 0.0)?.0;
    let start = from.saturating_sub(1);
    let end = from.saturating_add(3).min(x.len());
    let cubic = Cubic::through(x.get(start..end)?, y.get(start..end)?);
    let (mut inside, mut outside) = (*x.get(from)?, *x.get(from.saturating_add(1))?);
    // Halving 30 times leaves a billionth of a cell.
    for _ in 0..30 {
        let middle = f64::midpoint(inside, outside);
        if cubic.at(middle) >= 0.0 {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Some(f64::midpoint(inside, outside))
}

/// The polynomial through at most four points, in Newton's form.
#[derive(Debug, Clone, Copy, Default)]
struct Cubic {
    places: [f64; 4],
    coefficients: [f64; 4],
}

impl Cubic {
    fn through(x: &[f64], y: &[f64]) -> Self {
        let mut cubic = Self::default();
        cubic.places.iter_mut().zip(x).for_each(|(to, from)| *to = *from);
        cubic.coefficients.iter_mut().zip(y).for_each(|(to, from)| *to = *from);
        // Divided differences, each round over the points further apart by one.
        let points = x.len().min(y.len());
        for apart in 1..points {
            for last in (apart..points).rev() {
                let places = (cubic.places.get(last), cubic.places.get(last.saturating_sub(apart)));
                let (Some(far), Some(near)) = places else { continue };
                let distance = far - near;
                if let Some([before, now]) =
                    cubic.coefficients.get_mut(last.saturating_sub(1)..=last)
                {
                    *now = (*now - *before) / distance;
                }
            }
        }
        cubic
    }

    fn at(&self, x: f64) -> f64 {
        let terms = self.coefficients.iter().zip(&self.places).rev();
        terms.fold(0.0, |sum, (coefficient, place)| sum * (x - place) + coefficient)
    }
}

/// The highest point of a sampled curve (x, y), by a parabola through the highest sample and its
/// two neighbours.
fn peak(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let (at, top) = points.iter().enumerate().fold(
        None,
        |best: Option<(usize, f64)>, (i, (_, y))| match best {
            Some((_, top)) if top >= *y => best,
            _ => Some((i, *y)),
        },
    )?;
    let (x1, y1) = *points.get(at)?;
    let around =
        at.checked_sub(1).and_then(|i| points.get(i)).zip(points.get(at.saturating_add(1)));
    let Some(((x0, y0), (x2, y2))) = around else { return Some((x1, top)) };
    let (left, right) = ((y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1));
    let curvature = (right - left) / (x2 - x0);
    if curvature >= 0.0 {
        return Some((x1, top));
    }
    let slope = left + curvature * (x1 - x0);
    let shift = -slope / (2.0 * curvature);
    Some((x1 + shift, y1 + shift * (slope + curvature * shift)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::graded_both;

    /// A ball of known radius around a known point, on a coarse mesh.
    #[test]
    fn a_sphere_has_its_own_measures() {
        let radii = crate::mesh::graded(0.0, 0.02, 3e-4, 1.1);
        let heights = graded_both(-0.02, 0.02, 4e-4, 1.0);
        let (r, z) = (middles(&radii), middles(&heights));
        let score: Vec<f64> = z
            .iter()
            .flat_map(|z| {
                r.iter().map(move |r| 10.0 - 2.5e3 * ((z + 0.001) * (z + 0.001) + r * r).sqrt())
            })
            .collect();
        let contour =
            Contour { radii: &radii, heights: &heights, score: &score, needle_radius: 0.0 };
        let size = contour.size().expect("a lesion");
        assert!((size.width - 0.008).abs() < 8e-6, "{size:?}");
        assert!((size.length - 0.008).abs() < 8e-6, "{size:?}");
        assert!((size.beyond_tip - 0.005).abs() < 8e-6, "{size:?}");
        let volume = 4.0 / 3.0 * std::f64::consts::PI * 0.004_f64.powi(3);
        assert!((size.volume / volume - 1.0).abs() < 0.02, "{size:?} {volume}");
        assert!(size.asymmetry.abs() < 0.01, "{size:?}");
    }

    #[test]
    fn nothing_hot_is_no_lesion() {
        let edges = [0.0, 1.0, 2.0];
        let contour =
            Contour { radii: &edges, heights: &edges, score: &[-1.0; 4], needle_radius: 0.0 };
        assert_eq!(contour.size(), None);
    }
}
