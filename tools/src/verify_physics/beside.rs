//! The same lesion by a script with scipy, timed in the same run (`tools/lesion_scipy.py`).

use super::speed::Timed;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// Meshes (smallest cell in radii, growth) and steps (s) of the script; the last number is the
/// ordering of unknowns, 0 for scipy's own.
const RUNS: [&str; 10] = [
    "0.18,1.5625,2,0",
    "0.18,1.5625,1,0",
    "0.18,1.5625,0.5,0",
    "0.09,1.25,1,0",
    "0.09,1.25,0.5,0",
    "0.09,1.25,0.25,0",
    "0.09,1.25,0.5,1",
    "0.09,1.25,0.25,1",
    "0.045,1.118,0.25,0",
    "0.045,1.118,0.125,0",
];

/// One run of the script.
pub(super) struct Run {
    pub(super) tuned: bool,
    pub(super) cells: u64,
    pub(super) step_s: f64,
    pub(super) seconds: f64,
    pub(super) widths: [f64; 4],
}

/// The largest error of four widths against the reference, as a share.
pub(super) fn error(widths: &[f64; 4], reference: &[f64; 4]) -> f64 {
    widths.iter().zip(reference).fold(0.0, |most, (w, r)| f64::max(most, (w / r - 1.0).abs()))
}

/// Widths without mesh: the normal and the fine mesh extrapolated at second order.
pub(super) fn reference(normal: &Timed, fine: &Timed) -> [f64; 4] {
    let mut widths = fine.widths;
    for (width, coarse) in widths.iter_mut().zip(normal.widths) {
        *width += (*width - coarse) / 3.0;
    }
    widths
}

/// Runs the script with the Python of `RFA_PYTHON`, or `python3`; one thread, as ours is.
pub(super) fn runs() -> Result<Vec<Run>, String> {
    let python = std::env::var("RFA_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("lesion_scipy.py");
    let output = Command::new(&python)
        .arg(script)
        .args(RUNS)
        .env("OMP_NUM_THREADS", "1")
        .env("OPENBLAS_NUM_THREADS", "1")
        .output()
        .map_err(|error| format!("{python}: {error}"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let last = words.lines().last().unwrap_or("no reason given").to_owned();
        return Err(format!(
            "{python}: {last} (pip install numpy scipy; RFA_PYTHON names another)"
        ));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    lines.lines().map(run).collect()
}

fn run(line: &str) -> Result<Run, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let number = |name: &str| value[name].as_f64().ok_or_else(|| format!("no {name} in {line}"));
    let mut widths = [0.0; 4];
    for (place, width) in widths.iter_mut().enumerate() {
        *width = value["width_mm"][place].as_f64().ok_or_else(|| format!("no width in {line}"))?;
    }
    Ok(Run {
        tuned: value["tuned"].as_bool().unwrap_or(false),
        cells: value["cells"].as_u64().unwrap_or(0),
        step_s: number("step_s")?,
        seconds: number("seconds")?,
        widths,
    })
}
