//! A structured mesh as the solver sees it: volumes, and the way from each cell's centre to its
//! four faces.
//!
//! The solver knows nothing of coordinates. A cell's `half` to a face is the resistance of that
//! half of the cell for a unit property (length over area, 1/m); two halves in series, each over
//! its own conductivity, are a face. Cylinders, spheres, spheroids and needles all go through
//! [`Grid::faces`], so what is verified on the ones with exact answers holds for the needle.

/// Which of a cell's four faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Towards smaller first index (inwards, for a radius).
    West,
    /// Towards larger first index (outwards).
    East,
    /// Towards smaller second index (down, away from the needle's hub).
    South,
    /// Towards larger second index (up the shaft).
    North,
}

impl Side {
    /// All four.
    pub const ALL: [Self; 4] = [Self::West, Self::East, Self::South, Self::North];
}

/// What lies beyond the mesh on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Nothing passes: an axis, a plane of symmetry, an insulator.
    Insulated,
    /// Potential 0 V and the baseline temperature.
    Ground,
}

/// A logically rectangular mesh: `columns` cells in a row, rows one after another.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Cells in a row.
    pub columns: usize,
    /// Rows.
    pub rows: usize,
    /// Volume of each cell, m³.
    pub volume: Vec<f64>,
    /// Resistance from each cell's centre to its faces for a unit property, 1/m, in the order
    /// of [`Side::ALL`].
    pub half: [Vec<f64>; 4],
    /// What is beyond each side of the mesh, in the order of [`Side::ALL`].
    pub beyond: [Beyond; 4],
}

/// Conductances between the cells of a grid, for one property.
#[derive(Debug, Clone, Default)]
pub struct Faces {
    /// From each cell to the next in its row; 0 for the last.
    pub east: Vec<f64>,
    /// From each cell to the one in the next row; 0 in the last row.
    pub north: Vec<f64>,
    /// From each cell to the ground beyond the mesh.
    pub ground: Vec<f64>,
    /// Cells in a row.
    pub columns: usize,
}

impl Grid {
    /// Cells in the mesh.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.volume.len()
    }

    /// The conductances of all faces, from a resistivity in each cell and a resistance of the
    /// interface in each face.
    ///
    /// `resistivity` may be 0 (a perfect conductor) or infinite (an insulator).
    pub fn faces(&self, resistivity: &[f64], extra: &Interfaces, out: &mut Faces) {
        let [west, east, south, north] = &self.half;
        out.columns = self.columns;
        join(east, west, resistivity, 1, &extra.east, &mut out.east);
        join(north, south, resistivity, self.columns, &extra.north, &mut out.north);
        for row in out.east.chunks_exact_mut(self.columns) {
            if let Some(last) = row.last_mut() {
                *last = 0.0;
            }
        }
        out.ground.clear();
        out.ground.resize(self.cells(), 0.0);
        self.join_ground(resistivity, &mut out.ground);
    }

    /// How the conductances change with temperature: for each face the change for a rise in
    /// either of its two cells, per kelvin, to first order. `slope` is each cell's own relative
    /// change of conductivity, 1/K, at the `resistivity` given.
    pub(crate) fn sensitivity(
        &self,
        resistivity: &[f64],
        slope: &[f64],
        faces: &Faces,
    ) -> Sensitivity {
        let [west, east, south, north] = &self.half;
        // A conductance changes with a cell as that cell's share of the whole resistance.
        let side = |faces: &[f64], half: &[f64], stride: usize| -> Vec<f64> {
            let cells = half.iter().zip(resistivity).zip(slope).skip(stride);
            let change = |(g, ((half, rho), slope)): (&f64, ((&f64, &f64), &f64))| {
                if *g > 0.0 { g * g * half * rho * slope } else { 0.0 }
            };
            faces.iter().zip(cells).map(change).collect()
        };
        Sensitivity {
            east: [side(&faces.east, east, 0), side(&faces.east, west, 1)],
            north: [side(&faces.north, north, 0), side(&faces.north, south, self.columns)],
            ground: faces.ground.iter().zip(slope).map(|(g, slope)| g * slope).collect(),
        }
    }

    fn join_ground(&self, resistivity: &[f64], ground: &mut [f64]) {
        let (columns, last_row) = (self.columns, self.rows.saturating_sub(1));
        let [west, east, south, north] = &self.half;
        let [beyond_west, beyond_east, beyond_south, beyond_north] = self.beyond;
        let is = |beyond, here| beyond == Beyond::Ground && here;
        let halves = west.iter().zip(east).zip(south.iter().zip(north));
        let cells = ground.iter_mut().zip(resistivity).zip(halves);
        for (index, ((out, rho), ((west, east), (south, north)))) in cells.enumerate() {
            let column = index.checked_rem(columns).unwrap_or(0);
            let row = index.checked_div(columns).unwrap_or(0);
            let mut add = |wanted: bool, half: &f64| {
                if wanted {
                    *out += conductance(half * rho);
                }
            };
            add(is(beyond_west, column == 0), west);
            add(is(beyond_east, column.saturating_add(1) == columns), east);
            add(is(beyond_south, row == 0), south);
            add(is(beyond_north, row == last_row), north);
        }
    }
}

/// The change of each face's conductance per kelvin in its near and its far cell.
#[derive(Debug, Clone)]
pub(crate) struct Sensitivity {
    east: [Vec<f64>; 2],
    north: [Vec<f64>; 2],
    ground: Vec<f64>,
}

impl Sensitivity {
    /// The changes of all conductances for the temperature rises given.
    pub(crate) fn change(&self, rise: &[f64], columns: usize) -> Faces {
        let ahead = |stride: usize| rise.get(stride..).unwrap_or(&[]).iter();
        let side = |[near, far]: &[Vec<f64>; 2], stride: usize| -> Vec<f64> {
            let own: Vec<f64> = near.iter().zip(rise).map(|(g, rise)| g * rise).collect();
            let other = far.iter().zip(ahead(stride)).map(|(g, rise)| g * rise);
            own.iter().zip(other.chain(core::iter::repeat(0.0))).map(|(a, b)| a + b).collect()
        };
        Faces {
            east: side(&self.east, 1),
            north: side(&self.north, columns),
            ground: self.ground.iter().zip(rise).map(|(g, rise)| g * rise).collect(),
            columns,
        }
    }
}

/// Resistances that sit in faces and not in cells, such as an insulating sleeve; 0 for none.
#[derive(Debug, Clone)]
pub struct Interfaces {
    /// In the face to the next cell of the row.
    pub east: Vec<f64>,
    /// In the face to the cell in the next row.
    pub north: Vec<f64>,
}

impl Interfaces {
    /// None anywhere.
    #[must_use]
    pub fn none(cells: usize) -> Self {
        Self { east: vec![0.0; cells], north: vec![0.0; cells] }
    }
}

/// 1 over a resistance. An infinite one conducts nothing; nor does none at all, which only two
/// perfect conductors have between them, whose potentials are given and not solved for. What is
/// no resistance, negative or not a number, goes on as it is: the matrix then has no factor.
fn conductance(resistance: f64) -> f64 {
    if resistance == 0.0 || resistance == f64::INFINITY { 0.0 } else { 1.0 / resistance }
}

/// The faces between each cell and the one `stride` later; 0 where there is none.
fn join(
    near: &[f64],
    far: &[f64],
    resistivity: &[f64],
    stride: usize,
    extra: &[f64],
    out: &mut Vec<f64>,
) {
    let far = far.get(stride..).unwrap_or(&[]);
    let beyond = resistivity.get(stride..).unwrap_or(&[]);
    out.clear();
    let here = near.iter().zip(resistivity).zip(extra);
    let there = far.iter().zip(beyond);
    out.extend(here.zip(there).map(|(((near, rho), extra), (far, rho_far))| {
        conductance(near * rho + far * rho_far + extra)
    }));
    out.resize(near.len(), 0.0);
}

impl Faces {
    /// `out` = what flows out of each cell at the values `x`, the ground being 0.
    pub fn outflow(&self, x: &[f64], out: &mut [f64]) {
        for ((out, x), ground) in out.iter_mut().zip(x).zip(&self.ground) {
            *out = ground * x;
        }
        spread(&self.east, 1, x, out, |g, here, there| {
            let flow = g * (here - there);
            (flow, -flow)
        });
        spread(&self.north, self.columns, x, out, |g, here, there| {
            let flow = g * (here - there);
            (flow, -flow)
        });
    }

    /// Writes each cell's dissipation at the potentials `x`; gives what is dissipated beyond the
    /// mesh: the other half of the faces to the ground.
    ///
    /// A face's dissipation goes half to either cell: that puts the heat where it acts to second
    /// order in the cell's size, and makes the discrete solution obey Kohlrausch's identity for a
    /// constant conductivity exactly.
    pub fn dissipation(&self, x: &[f64], out: &mut [f64]) -> f64 {
        let mut beyond = 0.0;
        for ((out, x), ground) in out.iter_mut().zip(x).zip(&self.ground) {
            *out = 0.5 * ground * x * x;
            beyond += *out;
        }
        let half = |g: f64, here: f64, there: f64| {
            let heat = 0.5 * g * (here - there) * (here - there);
            (heat, heat)
        };
        spread(&self.east, 1, x, out, half);
        spread(&self.north, self.columns, x, out, half);
        beyond
    }

    /// The sum of all conductances at each cell.
    pub fn diagonal(&self, out: &mut [f64]) {
        out.copy_from_slice(&self.ground);
        spread(&self.east, 1, &self.east, out, |g, _, _| (g, g));
        spread(&self.north, self.columns, &self.north, out, |g, _, _| (g, g));
    }
}

/// Adds to both cells of every face what `rule` makes of its conductance and their values.
fn spread(
    faces: &[f64],
    stride: usize,
    x: &[f64],
    out: &mut [f64],
    rule: impl Fn(f64, f64, f64) -> (f64, f64),
) {
    let beyond = x.get(stride..).unwrap_or(&[]);
    for (((out, g), here), there) in out.iter_mut().zip(faces).zip(x).zip(beyond) {
        *out += rule(*g, *here, *there).0;
    }
    let later = out.get_mut(stride..).unwrap_or(&mut []);
    for (((out, g), here), there) in later.iter_mut().zip(faces).zip(x).zip(beyond) {
        *out += rule(*g, *here, *there).1;
    }
}
