//! A cannula in tissue as a mesh: active tip, insulated shaft, sensor.

use crate::grid::{Beyond, Grid, Interfaces};
use crate::heat::Sensor;
use crate::mesh::{cylinder, graded, graded_both, orthogonal, pairs, uniform};

/// The shape of the tip's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TipEnd {
    /// Cut square.
    #[default]
    Blunt,
    /// A cone as long as the cannula is wide.
    Conical,
}

/// A needle electrode. Lengths in m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Needle {
    /// Outside diameter.
    pub diameter: f64,
    /// Length of the bare, active tip, its end included.
    pub tip_length: f64,
    /// The shape of its end.
    pub end: TipEnd,
    /// Distance of the temperature sensor from the tip's end, on the axis.
    pub sensor_depth: f64,
    /// Thickness of the insulating sleeve on the shaft.
    pub sleeve: f64,
    /// The sleeve's thermal conductivity, W/mK.
    pub sleeve_k: f64,
}

impl Needle {
    /// Length of the pointed end.
    fn point(&self) -> f64 {
        match self.end {
            TipEnd::Blunt => 0.0,
            TipEnd::Conical => self.diameter,
        }
    }
}

/// How fine the mesh is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Resolution {
    /// For a first look.
    Coarse,
    /// For use.
    #[default]
    Normal,
    /// Every cell of the normal one in about two, each way, to judge it by.
    Fine,
}

impl Resolution {
    /// Smallest cell in needle radii and growth from cell to cell: of what costs as much, this
    /// comes nearest to the fine mesh's limit over the electrodes' range.
    const fn grading(self) -> (f64, f64) {
        match self {
            Self::Coarse => (0.18, 1.5625),
            Self::Normal => (0.09, 1.25),
            Self::Fine => (0.045, 1.118),
        }
    }
}

/// How far the mesh reaches from the tip's ends, m. Beyond it the medium goes on for ever.
const REACH: f64 = 0.06;

/// Where tissues meet: the mesh has an edge there. In m, as [`NeedleMesh::radii`] and
/// [`NeedleMesh::heights`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Borders {
    /// Rings around the axis.
    pub radii: Vec<f64>,
    /// Planes across it.
    pub heights: Vec<f64>,
}

/// The mesh of a needle, and what the solver must know of it.
#[derive(Debug, Clone)]
pub struct NeedleMesh {
    /// The cells.
    pub grid: Grid,
    /// Cells of the needle's metal.
    pub metal: Vec<bool>,
    /// Electrical resistances in faces: the sleeve lets nothing through.
    pub electric: Interfaces,
    /// Thermal resistances in faces: the sleeve's.
    pub thermal: Interfaces,
    /// The sensor's place.
    pub sensor: Sensor,
    /// Edges of the cells along the radius, m.
    pub radii: Vec<f64>,
    /// Edges along the axis, m; 0 at the tip's end, positive up the shaft.
    pub heights: Vec<f64>,
}

impl NeedleMesh {
    /// Meshes a needle in one tissue.
    #[must_use]
    pub fn new(needle: &Needle, resolution: Resolution) -> Self {
        Self::with_borders(needle, resolution, &Borders::default())
    }

    /// Meshes a needle where tissues meet.
    #[must_use]
    pub fn with_borders(needle: &Needle, resolution: Resolution, borders: &Borders) -> Self {
        let radius = needle.diameter / 2.0;
        let (smallest, growth) = resolution.grading();
        let first = smallest * radius;
        let inside = match (needle.end, resolution) {
            (TipEnd::Blunt, Resolution::Fine) => 6,
            (TipEnd::Blunt, _) => 3,
            (TipEnd::Conical, Resolution::Fine) => 16,
            (TipEnd::Conical, _) => 8,
        };
        let mut radii = uniform(0.0, radius, inside);
        radii.extend(graded(radius, REACH, first, growth).into_iter().skip(1));
        let mut heights = graded(0.0, -REACH, first, growth);
        heights.reverse();
        heights.extend(graded_both(0.0, needle.tip_length, first, growth).into_iter().skip(1));
        let top = needle.tip_length + REACH;
        heights.extend(graded(needle.tip_length, top, first, growth).into_iter().skip(1));
        snap(&mut radii, &borders.radii, &[radius]);
        snap(&mut heights, &borders.heights, &[0.0, needle.tip_length]);
        let ground = Beyond::Ground;
        let beyond = [Beyond::Insulated, ground, ground, ground];
        let mut grid = orthogonal(&radii, &heights, cylinder, beyond);
        open_boundary(&mut grid, &radii, &heights);
        let surface = Surface { radius, point: needle.point() };
        let metal = surface.cut(&mut grid, &radii, &heights);
        let (electric, thermal) = sleeve(needle, &grid, &radii, &heights);
        let sensor = on_axis(needle.sensor_depth, &heights, grid.columns);
        Self { grid, metal, electric, thermal, sensor, radii, heights }
    }
}

/// Puts an edge on each border: the nearest one moves there where it is near and neither the
/// needle's own nor another border's, and else there is one more.
fn snap(edges: &mut Vec<f64>, borders: &[f64], own: &[f64]) {
    /// Near: a moved edge leaves no cell narrower than three quarters of what it was.
    const NEAR: f64 = 0.25;
    let mut kept = own.to_vec();
    kept.extend(edges.first().copied().into_iter().chain(edges.last().copied()));
    let (Some(first), Some(last)) = (edges.first().copied(), edges.last().copied()) else { return };
    for border in borders.iter().filter(|border| **border > first && **border < last) {
        let above = edges.partition_point(|edge| edge < border);
        let around = above.saturating_sub(1)..above.saturating_add(1);
        let (low, high) = match edges.get(around.clone()) {
            Some([low, high]) => (*low, *high),
            _ => continue,
        };
        let near = NEAR * (high - low);
        let free = |edge: f64| kept.iter().all(|kept| (edge - kept).abs() > 1e-9);
        let moved = [(around.start, low), (above, high)]
            .into_iter()
            .find(|(_, edge)| (edge - border).abs() <= near && free(*edge));
        let there = [low, high].into_iter().any(|edge| (edge - border).abs() <= 1e-9);
        match moved.and_then(|(place, _)| edges.get_mut(place)) {
            Some(edge) => *edge = *border,
            None if there => {}
            None => edges.insert(above, *border),
        }
        kept.push(*border);
    }
}

/// The needle's outside: a cylinder, and a cone of length `point` at its end.
struct Surface {
    radius: f64,
    point: f64,
}

impl Surface {
    fn radius_at(&self, z: f64) -> f64 {
        if z <= 0.0 {
            0.0
        } else if z < self.point {
            self.radius * z / self.point
        } else {
            self.radius
        }
    }

    /// Which cells are metal. Where the cone passes between two centres, the way from either
    /// centre to the face becomes the way to the cone: steps would move the surface by half a
    /// cell.
    fn cut(&self, grid: &mut Grid, radii: &[f64], heights: &[f64]) -> Vec<bool> {
        let middle = |(low, high)| f64::midpoint(low, high);
        let r: Vec<f64> = pairs(radii).map(middle).collect();
        let z: Vec<f64> = pairs(heights).map(middle).collect();
        let metal: Vec<bool> =
            z.iter().flat_map(|z| r.iter().map(|r| *r < self.radius_at(*z))).collect();
        let is_metal = |cell: usize| metal.get(cell).copied().unwrap_or(false);
        let [west, east, south, north] = &mut grid.half;
        let mut cell: usize = 0;
        for ((z, z_before), bottom) in
            z.iter().zip(core::iter::once(&f64::NEG_INFINITY).chain(&z)).zip(heights)
        {
            for (r, (r_next, face)) in
                r.iter().zip(r.iter().skip(1).chain([&f64::INFINITY]).zip(radii.iter().skip(1)))
            {
                let next = cell.saturating_add(1);
                let below = cell.checked_sub(grid.columns);
                if *z < self.point && is_metal(cell) {
                    if !is_metal(next) && r_next.is_finite() {
                        split(east, cell, west, next, (*r, *face, *r_next), self.radius_at(*z));
                    }
                    if let Some(below) = below.filter(|below| !is_metal(*below)) {
                        let at = self.point * r / self.radius;
                        split(north, below, south, cell, (*z_before, *bottom, *z), at);
                    }
                }
                cell = next;
            }
        }
        metal
    }
}

/// Moves the border between two neighbours' halves from their face to `at`.
fn split(
    near: &mut [f64],
    near_cell: usize,
    far: &mut [f64],
    far_cell: usize,
    (from, face, to): (f64, f64, f64),
    at: f64,
) {
    // A surface on a centre itself would leave no resistance at all.
    let margin = 0.05 * (to - from);
    let at = at.clamp(from + margin, to - margin);
    if let Some(half) = near.get_mut(near_cell) {
        *half *= (at - from) / (face - from);
    }
    if let Some(half) = far.get_mut(far_cell) {
        *half *= (to - at) / (to - face);
    }
}

/// Lets the medium go on for ever beyond the mesh: far away the field is a point source's, and
/// the rest of the way to infinity is as long as the way to the middle of the tip.
fn open_boundary(grid: &mut Grid, radii: &[f64], heights: &[f64]) {
    let (Some(outer), Some(bottom), Some(top)) =
        (radii.last().copied(), heights.first().copied(), heights.last().copied())
    else {
        return;
    };
    let (columns, last_row) = (grid.columns, grid.rows.saturating_sub(1));
    let last_column = columns.saturating_sub(1);
    let centre = f64::midpoint(bottom, top);
    let [_, east, south, north] = &mut grid.half;
    let cells = pairs(heights).enumerate().flat_map(|(row, rows)| {
        pairs(radii).enumerate().map(move |(column, columns)| (row, column, rows, columns))
    });
    let halves = east.iter_mut().zip(south).zip(north);
    for (((east, south), north), (row, column, (low, high), (inner, outside))) in halves.zip(cells)
    {
        let z = f64::midpoint(low, high) - centre;
        let r = f64::midpoint(inner, outside);
        let annulus = core::f64::consts::PI * (outside * outside - inner * inner);
        if column == last_column {
            let way = outer * outer + z * z;
            *east += way / (outer * core::f64::consts::TAU * outer * (high - low));
        }
        if row == 0 {
            let down = centre - bottom;
            *south += (down * down + r * r) / (down * annulus);
        }
        if row == last_row {
            let up = top - centre;
            *north += (up * up + r * r) / (up * annulus);
        }
    }
}

/// The sleeve's resistances, electrical and thermal, in the faces of the shaft.
fn sleeve(
    needle: &Needle,
    grid: &Grid,
    radii: &[f64],
    heights: &[f64],
) -> (Interfaces, Interfaces) {
    let radius = needle.diameter / 2.0;
    let mut electric = Interfaces::none(grid.cells());
    let mut thermal = Interfaces::none(grid.cells());
    let cells = pairs(heights).flat_map(|rows| pairs(radii).map(move |columns| (rows, columns)));
    let faces = electric.east.iter_mut().zip(&mut thermal.east);
    for ((electric, thermal), ((low, high), (_, outside))) in faces.zip(cells) {
        let at_surface = (outside - radius).abs() < 1e-9 * radius;
        if at_surface && f64::midpoint(low, high) > needle.tip_length {
            *electric = f64::INFINITY;
            let area = core::f64::consts::TAU * radius * (high - low);
            *thermal = needle.sleeve / (needle.sleeve_k * area);
        }
    }
    (electric, thermal)
}

/// A sensor on the axis: between the two cells whose centres are around it.
fn on_axis(depth: f64, heights: &[f64], columns: usize) -> Sensor {
    let centres: Vec<f64> = pairs(heights).map(|(low, high)| f64::midpoint(low, high)).collect();
    let around =
        pairs(&centres).enumerate().find(|(_, (low, high))| (*low..*high).contains(&depth));
    let Some((row, (low, high))) = around else { return Sensor::default() };
    let share = (depth - low) / (high - low);
    let cell = row.saturating_mul(columns);
    Sensor { weights: vec![(cell, 1.0 - share), (cell.saturating_add(columns), share)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_are_edges_and_the_needles_own_stay() {
        let needle = Needle {
            diameter: 0.7e-3,
            tip_length: 5e-3,
            end: TipEnd::Blunt,
            sensor_depth: 1e-3,
            sleeve: 4e-5,
            sleeve_k: 0.25,
        };
        // A layer thinner than the cells there, and one that ends next to the needle's own edge.
        let borders = Borders {
            radii: vec![2e-3],
            heights: vec![-5.0e-3, -5.3e-3, -2e-3, 4.999_9e-3, -0.5, f64::INFINITY],
        };
        let mesh = NeedleMesh::with_borders(&needle, Resolution::Normal, &borders);
        let has = |edges: &[f64], at: f64| edges.iter().any(|edge| (edge - at).abs() < 1e-12);
        assert!(has(&mesh.radii, 2e-3) && has(&mesh.heights, -2e-3), "{mesh:?}");
        assert!(has(&mesh.heights, -5.3e-3) && has(&mesh.heights, -5e-3), "{mesh:?}");
        assert!(has(&mesh.radii, 0.35e-3) && has(&mesh.heights, 0.0), "{mesh:?}");
        assert!(has(&mesh.heights, 5e-3) && has(&mesh.heights, 4.999_9e-3), "{mesh:?}");
        assert!(!has(&mesh.heights, -0.5), "what lies beyond the mesh is none of its edges");
        for edges in [&mesh.radii, &mesh.heights] {
            assert!(pairs(edges).all(|(low, high)| low < high), "{edges:?}");
        }
    }
}
