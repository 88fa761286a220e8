//! Kohlrausch's identity (physics.md 7c): temperature and potential are one to one.

use super::exact::{Reach, spheroid_at_rest};
use super::needles::{Electrode, needle};
use super::problem::{BASELINE_C, ELECTRODE, MUSCLE_7C, Way, to_rest};
use super::rows::{Row, order};
use rfa_plan::Gauge;
use rfa_tissue::mesh::{cylinder, orthogonal};
use rfa_tissue::{
    Damage, Drive, Medium, Model, NeedleMesh, Parts, Properties, Resolution, SolveError, TipEnd,
};
use std::f64::consts::PI;

const SECTION: &str = super::KOHLRAUSCH;
/// Of the rise and of the hot over cold resistance.
const LIMIT: f64 = 0.003;
/// Voltage of physics.md 7c.
const VOLTS: f64 = 8.0;
/// Rise of the conductivity with temperature there, 1/K.
const SLOPE: f64 = 0.015;

/// Highest rise and hot over cold resistance, by the identity.
fn exact(slope: f64) -> (f64, f64) {
    let plain = MUSCLE_7C.sigma * VOLTS * VOLTS / (2.0 * MUSCLE_7C.k);
    if slope == 0.0 {
        return (plain, 1.0);
    }
    let rise = (slope * plain).exp_m1() / slope;
    let y = (slope * plain).sqrt();
    (rise, 2.0 * y * (-y * y).exp() / (PI.sqrt() * libm::erf(y)))
}

/// Highest rise and resistance of what is at rest at 8 V.
fn found(model: &Model) -> (f64, f64) {
    (model.reading().tip_c - BASELINE_C, model.reading().resistance_ohm)
}

const fn tissue(slope: f64) -> Properties {
    Properties { sigma_slope: slope, ..MUSCLE_7C }
}

/// The needle's own mesh with a tip that is isothermal and nothing else that conducts heat but
/// tissue: the shaft is cut from the tip and from the tissue.
fn needle_at_rest(
    electrode: Electrode,
    end: TipEnd,
    resolution: Resolution,
    slope: f64,
) -> Result<Model, SolveError> {
    let mut mesh = NeedleMesh::new(&needle(electrode, end), resolution);
    let shaft = mesh.heights.windows(2).map(|edges| edges[0] >= electrode.tip_m() * (1.0 - 1e-9));
    let first_of_shaft = shaft.clone().position(|is| is).unwrap_or(0);
    let rows = mesh.thermal.east.chunks_mut(mesh.grid.columns).zip(shaft);
    for (row, _) in rows.filter(|(_, is_shaft)| *is_shaft) {
        for resistance in row.iter_mut().filter(|resistance| **resistance > 0.0) {
            *resistance = f64::INFINITY;
        }
    }
    let begin = (first_of_shaft - 1) * mesh.grid.columns;
    let cells = mesh.thermal.north.iter_mut().zip(&mesh.metal).skip(begin).take(mesh.grid.columns);
    for (resistance, _) in cells.filter(|(_, metal)| **metal) {
        *resistance = f64::INFINITY;
    }
    closed(&mut mesh);
    let region_of = mesh.metal.iter().map(|metal| u8::from(*metal)).collect();
    let parts = Parts {
        damage: Damage::none(mesh.grid.cells(), BASELINE_C, false),
        medium: Medium { regions: vec![tissue(slope), ELECTRODE], region_of },
        grid: mesh.grid,
        electric: mesh.electric,
        thermal: mesh.thermal,
        sensor: mesh.sensor,
        baseline_c: BASELINE_C,
    };
    to_rest(&parts, Drive::Voltage(VOLTS))
}

/// Ends the medium where the mesh does: the identity wants potential and rise 0 on one surface,
/// and the needle's own way to infinity has one resistance for both, whatever the temperature.
fn closed(mesh: &mut NeedleMesh) {
    let plain = orthogonal(&mesh.radii, &mesh.heights, cylinder, mesh.grid.beyond);
    let (columns, last_row) = (mesh.grid.columns, mesh.grid.rows - 1);
    for cell in 0..mesh.grid.cells() {
        let (row, column) = (cell / columns, cell % columns);
        let outside = [false, column + 1 == columns, row == 0, row == last_row];
        for side in (0..4).filter(|side| outside[*side]) {
            mesh.grid.half[side][cell] = plain.half[side][cell];
        }
    }
}

/// Rise and hot/cold ratio of a needle, against the identity.
fn needle_pair(
    electrode: Electrode,
    end: TipEnd,
    resolution: Resolution,
) -> Result<[(f64, f64); 3], SolveError> {
    let (plain_rise, cold) = found(&needle_at_rest(electrode, end, resolution, 0.0)?);
    let (rise, hot) = found(&needle_at_rest(electrode, end, resolution, SLOPE)?);
    let (exact_plain, _) = exact(0.0);
    let (exact_rise, exact_ratio) = exact(SLOPE);
    Ok([(plain_rise, exact_plain), (rise, exact_rise), (hot / cold, exact_ratio)])
}
/// The rows: needles on their own three meshes, and a spheroid.
pub(super) fn rows(quick: bool) -> Result<Vec<Row>, SolveError> {
    let mut rows = spheroid_rows()?;
    let ends: &[TipEnd] = if quick { &[TipEnd::Blunt] } else { &[TipEnd::Blunt, TipEnd::Conical] };
    let electrodes = [
        Electrode::new(Gauge::G22, 5),
        Electrode::new(Gauge::G20, 10),
        Electrode::new(Gauge::G16, 2),
    ];
    let chosen = electrodes.iter().take(if quick { 1 } else { electrodes.len() });
    for electrode in chosen {
        for end in ends {
            rows.extend(needle_rows(*electrode, *end, quick)?);
        }
    }
    Ok(rows)
}

fn needle_rows(electrode: Electrode, end: TipEnd, quick: bool) -> Result<Vec<Row>, SolveError> {
    let coarse = needle_pair(electrode, end, Resolution::Coarse)?;
    let normal = needle_pair(electrode, end, Resolution::Normal)?;
    let fine = if quick { None } else { Some(needle_pair(electrode, end, Resolution::Fine)?) };
    let name =
        format!("{}, {}", electrode.name(), if end == TipEnd::Blunt { "blunt" } else { "cone" });
    let labels = ["rise, sigma constant", "rise, sigma +1.5 %/K", "R hot/cold, +1.5 %/K"];
    let mut rows = Vec::new();
    for (place, label) in labels.into_iter().enumerate() {
        let what = format!("{name}, normal mesh: {label}");
        rows.push(Row::error(SECTION, what, normal[place], LIMIT));
        if place == 0 {
            continue;
        }
        let (from, middle) = (off(coarse[place]), off(normal[place]));
        let what = format!("{name}: order of the {label}, coarse to normal");
        rows.push(Row::at_least(SECTION, what, order(from, middle, 2.0), 1.0));
        if let Some(fine) = fine {
            let what = format!("{name}: order of the {label}, normal to fine");
            rows.push(Row::at_least(SECTION, what, order(middle, off(fine[place]), 2.0), 1.0));
        }
    }
    Ok(rows)
}

fn off((value, exact): (f64, f64)) -> f64 {
    value / exact - 1.0
}

/// A spheroid in its own coordinates, closed at its last confocal surface: no edge, full order.
fn spheroid_rows() -> Result<Vec<Row>, SolveError> {
    let mut rows = Vec::new();
    for way in Way::BOTH {
        let at = |cells: u32| -> Result<[(f64, f64); 3], SolveError> {
            let drive = Drive::Voltage(VOLTS);
            let cold = spheroid_at_rest(tissue(0.0), drive, cells, Reach::Closed, way, None)?;
            let hot = spheroid_at_rest(tissue(SLOPE), drive, cells, Reach::Closed, way, None)?;
            let (plain_rise, cold) = found(&cold.model);
            let (rise, hot) = found(&hot.model);
            let (exact_rise, exact_ratio) = exact(SLOPE);
            Ok([(plain_rise, exact(0.0).0), (rise, exact_rise), (hot / cold, exact_ratio)])
        };
        let (coarse, fine) = (at(30)?, at(60)?);
        let labels = ["rise, sigma constant", "rise, sigma +1.5 %/K", "R hot/cold, +1.5 %/K"];
        for (place, label) in labels.into_iter().enumerate() {
            let what = format!("spheroid, {}: {label}", way.name());
            rows.push(Row::error(SECTION, what, fine[place], LIMIT));
            if place > 0 {
                let what = format!("spheroid, {}: order of the {label}", way.name());
                let found = order(off(coarse[place]), off(fine[place]), 2.0);
                rows.push(Row::at_least(SECTION, what, found, 1.8));
            }
        }
    }
    Ok(rows)
}
