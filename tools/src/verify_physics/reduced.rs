//! The reduced model of the simulator against the full one, over a stepped treatment.

use super::needles::{Electrode, needle, shipped};
use super::rows::Row;
use rfa_plan::{Gauge, shipped_tissues};
use rfa_tissue::{Drive, FitError, Lesion, Reduced, ReducedModel, Resolution, Setting, TipEnd};
use std::sync::Arc;

const SECTION: &str = super::REDUCED;
/// Half of the tenth of a kelvin that thermocouples are read to, K.
const LIMIT_K: f64 = 0.05;
/// The steps' temperatures, °C; each has a ramp and a hold, s, and an end without RF follows.
const STEPS_C: [f64; 3] = [60.0, 75.0, 90.0];
const RAMP_S: f64 = 15.0;
const STEP_S: f64 = 40.0;
const TREATMENT_S: f64 = 150.0;
/// The voltage changes so often, s; the reduced model runs at the generator's own step.
const TICK_S: f64 = 0.25;
const FIRMWARE_S: f64 = 1e-3;
/// The loop's gains in V²: on the difference, and on its integral, 1/s. At rest a tip is
/// sigma V²/2k warmer whatever its shape (Kohlrausch), so both are shares of k/sigma.
const GAINS: (f64, f64) = (9.0, 1.5);

/// Settings that the shipped plans and the demonstrations run on: these must be accepted.
const DEMONSTRATED: [(&str, Electrode); 4] = [
    ("gasserian", Electrode::new(Gauge::G20, 5)),
    ("muscle", Electrode::new(Gauge::G20, 10)),
    ("gasserian", Electrode::new(Gauge::G22, 5)),
    ("muscle", Electrode::new(Gauge::G22, 10)),
];
/// The thinnest and shortest, the usual and the thickest and longest.
const CORNERS: [Electrode; 3] =
    [Electrode::new(Gauge::G23, 2), Electrode::new(Gauge::G22, 5), Electrode::new(Gauge::G16, 15)];

/// How far the two were apart.
struct Apart {
    /// At the sensor, K, and when, s.
    worst_k: f64,
    worst_s: f64,
    /// Of the resistance, as a share.
    worst_ohm: f64,
    /// The highest temperature at the sensor, °C.
    peak_c: f64,
    /// When the reduced model said that it no longer holds, s.
    boils_s: Option<f64>,
}

pub(super) fn rows(quick: bool) -> Result<Vec<Row>, String> {
    let mut settings: Vec<(&str, Electrode)> = DEMONSTRATED.to_vec();
    if quick {
        settings.truncate(2);
    } else {
        let all = shipped_tissues().iter();
        let corners = all.flat_map(|(id, _)| CORNERS.map(|electrode| (*id, electrode)));
        settings.extend(corners.filter(|corner| !DEMONSTRATED.contains(corner)));
    }
    settings.into_iter().map(|(id, electrode)| row(id, electrode)).collect()
}

fn row(id: &str, electrode: Electrode) -> Result<Row, String> {
    let around = shipped(id)?;
    let baseline_c = around.tissue().baseline_c.value;
    let needle = needle(electrode, TipEnd::Blunt);
    let setting = around.setting(needle, baseline_c, Resolution::Normal);
    let what = format!("{id}, {}: at the sensor", electrode.name());
    let model = match ReducedModel::fit(&setting) {
        Ok(model) => model,
        Err(FitError::Poor { error_k, .. }) => {
            let value = format!("refused: {error_k:.3} K off in the run it is fitted to");
            let needed = DEMONSTRATED.contains(&(id, electrode));
            return Ok(if needed {
                Row::holds(SECTION, what, value, "accepted", false)
            } else {
                Row::told(SECTION, what, value)
            });
        }
        Err(error) => return Err(format!("{what}: {error}")),
    };
    let apart = compare(&setting, model).map_err(|error| format!("{what}: {error}"))?;
    let Apart { worst_k, worst_s, worst_ohm, peak_c, boils_s } = apart;
    let boils = boils_s.map_or_else(String::new, |boils_s| {
        format!("; hands over at {boils_s:.0} s, where tissue begins to boil")
    });
    let value = format!(
        "{worst_k:.4} K at {worst_s:.0} s, up to {peak_c:.1} °C; resistance {:.3} %{boils}",
        worst_ohm * 100.0
    );
    Ok(Row::holds(SECTION, what, value, format!("< {LIMIT_K} K"), worst_k < LIMIT_K))
}

/// What the sensor should read, °C; none once RF is off.
fn wanted_c(t_s: f64, baseline_c: f64) -> Option<f64> {
    let mut from_c = baseline_c;
    let mut begin_s = 0.0;
    for to_c in STEPS_C {
        if t_s < begin_s + STEP_S {
            let share = ((t_s - begin_s) / RAMP_S).min(1.0);
            return Some(from_c + (to_c - from_c) * share);
        }
        (from_c, begin_s) = (to_c, begin_s + STEP_S);
    }
    None
}

/// Both models under the voltage of a loop on the reduced one, as long as that one holds.
fn compare(setting: &Setting, model: ReducedModel) -> Result<Apart, String> {
    let mut reduced = Reduced::new(Arc::new(model));
    let mut full = Lesion::new(setting).map_err(|error| error.to_string())?;
    let scale = setting.tissue.k / setting.tissue.sigma;
    let mut apart =
        Apart { worst_k: 0.0, worst_s: 0.0, worst_ohm: 0.0, peak_c: 0.0, boils_s: None };
    let mut sum = 0.0;
    for tick in 0..(TREATMENT_S / TICK_S) as u32 {
        let volts = wanted_c(f64::from(tick) * TICK_S, setting.baseline_c).map_or(0.0, |wanted| {
            let missing = wanted - reduced.tip_c();
            sum += missing * TICK_S;
            (scale * (GAINS.0 * missing + GAINS.1 * sum)).max(0.0).sqrt()
        });
        for _ in 0..(TICK_S / FIRMWARE_S) as u32 {
            reduced.advance(FIRMWARE_S, volts, 0.0);
        }
        let t_s = f64::from(tick + 1) * TICK_S;
        if !reduced.holds() {
            apart.boils_s = Some(t_s);
            break;
        }
        full.advance(TICK_S, Drive::Voltage(volts)).map_err(|error| error.to_string())?;
        let off = (reduced.tip_c() - full.reading().tip_c).abs();
        // Not a number is the worst there is, and stays.
        if off.is_nan() || off > apart.worst_k {
            (apart.worst_k, apart.worst_s) = (off, t_s);
        }
        let share = reduced.resistance_ohm() / full.reading().resistance_ohm - 1.0;
        apart.worst_ohm = apart.worst_ohm.max(share.abs());
        apart.peak_c = apart.peak_c.max(reduced.tip_c());
    }
    Ok(apart)
}
