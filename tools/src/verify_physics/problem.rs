//! What the problems with exact answers share: meshes, a steady state, a planted error.

use rfa_tissue::{
    Beyond, Damage, Drive, Grid, Interfaces, Medium, Model, Parts, Properties, Sensor, Side,
    SolveError,
};

/// A face term made wrong on purpose: one side's half of every cell is this much too long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plant {
    pub(super) side: Side,
    pub(super) factor: f64,
}

impl Plant {
    pub(super) fn spoil(plant: Option<Self>, grid: &mut Grid) {
        let Some(Self { side, factor }) = plant else { return };
        let place = Side::ALL.iter().position(|each| *each == side);
        if let Some(half) = place.and_then(|place| grid.half.get_mut(place)) {
            half.iter_mut().for_each(|half| *half *= factor);
        }
    }
}

/// Tissue of physics.md 7c: 0.446 S/m, 0.49 W/mK; a heat capacity that does not matter here.
pub(super) const MUSCLE_7C: Properties = Properties {
    at_c: 37.0,
    sigma: 0.446,
    sigma_slope: 0.0,
    k: 0.49,
    k_slope: 0.0,
    capacity: 3.73e6,
    perfusion: 0.0,
    metabolic: 0.0,
    phase: None,
    electrode: false,
};

/// The electrode: isothermal (its conductivity a million times the tissue's) and at one potential.
pub(super) const ELECTRODE: Properties =
    Properties { sigma: 1.0, k: 5e5, capacity: 1e4, electrode: true, ..MUSCLE_7C };

/// Baseline of the exact problems, °C.
pub(super) const BASELINE_C: f64 = 37.0;

/// Which way round the mesh lies: so that both kinds of faces, and all four halves, are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// The first coordinate runs outwards.
    AlongRows,
    /// The second does.
    AcrossRows,
}

impl Way {
    pub(super) const BOTH: [Self; 2] = [Self::AlongRows, Self::AcrossRows];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::AlongRows => "by east and west faces",
            Self::AcrossRows => "by north and south faces",
        }
    }

    /// The sides that look inwards and outwards.
    pub(super) const fn outward(self) -> (usize, Side) {
        match self {
            Self::AlongRows => (1, Side::East),
            Self::AcrossRows => (3, Side::North),
        }
    }

    /// Ground outside, insulation elsewhere.
    pub(super) fn beyond(self) -> [Beyond; 4] {
        let mut beyond = [Beyond::Insulated; 4];
        if let Some(outside) = beyond.get_mut(self.outward().0) {
            *outside = Beyond::Ground;
        }
        beyond
    }
}

/// Cells in geometric progression.
pub(super) fn geometric(from: f64, to: f64, cells: u32) -> Vec<f64> {
    (0..=cells).map(|i| from * (to / from).powf(f64::from(i) / f64::from(cells))).collect()
}

/// What a model of plain cells is made of: nothing in the faces, the sensor in the first cell.
pub(super) fn parts(grid: Grid, medium: Medium, baseline_c: f64) -> Parts {
    let cells = grid.cells();
    Parts {
        electric: Interfaces::none(cells),
        thermal: Interfaces::none(cells),
        sensor: Sensor { weights: vec![(0, 1.0)] },
        damage: Damage::none(cells, baseline_c, false),
        grid,
        medium,
        baseline_c,
    }
}

/// Long enough for 100 mm of tissue to come to rest, s.
const REST_S: f64 = 2e6;
/// The solver keeps a field until a cell has moved by 0.02 K, which is 3e-4 of its conductivity:
/// taken up again from its own answer so often, nothing is left of that.
const RESTARTS: usize = 5;

/// Runs until nothing changes any more.
pub(super) fn to_rest(parts: &Parts, drive: Drive) -> Result<Model, SolveError> {
    let mut model = Model::new(parts.clone());
    model.advance(REST_S, drive)?;
    let warms = parts.medium.regions.iter().any(|region| region.sigma_slope > 0.0);
    for _ in 0..if warms { RESTARTS } else { 0 } {
        let at_c = model.temperatures().to_vec();
        model = Model::new(parts.clone());
        model.start_at(&at_c, &[]);
        model.advance(REST_S, drive)?;
    }
    Ok(model)
}

/// The middle of each pair of edges.
pub(super) fn middles(edges: &[f64]) -> Vec<f64> {
    edges.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])).collect()
}
