//! `bench-tissue`: what the parts of the tissue solver cost, on each mesh, in one run.
//!
//! Best of several rounds of processor time would hide caches; medians of wall time are given, and
//! only their ratios are worth comparing between machines.

use rfa_plan::{Electrode, Gauge, SensorKind};
use rfa_tissue::{
    Boundary, Drive, Faces, Interfaces, Lesion, Needle, NeedleMesh, Properties, Resolution,
    Setting, published,
};
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

/// Muscle without blood, as `verify-physics` times it.
const TISSUE: Properties = Properties {
    at_c: 37.0,
    sigma: 0.446,
    sigma_slope: 0.015,
    k: 0.52,
    k_slope: 0.0,
    capacity: 3.82e6,
    perfusion: 0.0,
    metabolic: 0.0,
    phase: None,
    electrode: false,
};

/// 20G, 10 mm, as lesions are predicted for.
fn needle() -> Needle {
    let (gauge, sensor) = (Gauge::G20, SensorKind::ThermocoupleT);
    published::needle(&Electrode { gauge, tip_length_um: 10_000, sensor })
}

/// Runs `bench-tissue`.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if !arguments.is_empty() {
        eprintln!("usage: cargo run --release -p tools -- bench-tissue");
        return ExitCode::from(2);
    }
    for resolution in [Resolution::Coarse, Resolution::Normal, Resolution::Fine] {
        if let Err(why) = bench(resolution) {
            eprintln!("error: {why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn bench(resolution: Resolution) -> Result<(), String> {
    let mesh = NeedleMesh::new(&needle(), resolution);
    let cells = mesh.grid.cells();
    println!("{resolution:?}: {cells} cells, {} in a row (microseconds)", mesh.grid.columns);
    told("mesh", 50, || drop(black_box(NeedleMesh::new(&needle(), resolution))));
    let (resistivity, none) = (vec![2.0; cells], Interfaces::none(cells));
    let (mut faces, mut out) = (Faces::default(), vec![0.0; cells]);
    told("conductances of all faces", 200, || mesh.grid.faces(&resistivity, &none, &mut faces));
    told("what flows out of each cell", 200, || faces.outflow(&resistivity, &mut out));
    told("heat of a field in each cell", 200, || {
        black_box(faces.dissipation(&resistivity, &mut out));
    });
    let mut lesion = held(resolution)?;
    let hold = Drive::Temperature { from_c: 80.0, to_c: 80.0 };
    let mut failed = None;
    told("a step of 1 s while held at 80 °C", 40, || {
        failed = lesion.follow(1.0, hold).err().or(failed);
    });
    told("a step of 50 ms then", 40, || failed = lesion.follow(0.05, hold).err().or(failed));
    if let Some(error) = failed {
        return Err(error.to_string());
    }
    told("width, length and volume", 40, || {
        black_box(lesion.size(Boundary::Isotherm(50.0)));
    });
    let mut outcome = Ok(());
    told("a whole lesion of 120 s", 5, || outcome = held(resolution).map(drop));
    outcome
}

/// A lesion after 15 s of ramp and 105 s of hold.
fn held(resolution: Resolution) -> Result<Lesion, String> {
    let setting = Setting {
        needle: needle(),
        tissue: TISSUE,
        layers: Vec::new(),
        baseline_c: 21.0,
        resolution,
    };
    let mut lesion = Lesion::new(&setting).map_err(|error| error.to_string())?;
    for (span_s, from_c) in [(15.0, 21.0), (105.0, 80.0)] {
        let drive = Drive::Temperature { from_c, to_c: 80.0 };
        lesion.advance(span_s, drive).map_err(|error| error.to_string())?;
    }
    Ok(lesion)
}

/// Prints the median of some runs.
fn told(what: &str, runs: usize, mut part: impl FnMut()) {
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let began = Instant::now();
            part();
            began.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("  {:>12.1}  {what}", times.get(runs / 2).copied().unwrap_or(f64::NAN));
}
