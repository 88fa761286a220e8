//! What is asked, once every number is in its range.

use super::arguments::{Arguments, Edge};
use crate::exit::Stop;
use rfa_plan::tissue::Tissue;
use rfa_plan::{FileErrors, Gauge};
use rfa_tissue::published::{SENSOR_DEPTH, SLEEVE, SLEEVE_K, Surroundings};
use rfa_tissue::{Boundary, Needle, Setting};
use std::path::Path;

/// Distance of the sensor from the tip's end, mm.
pub(crate) const SENSOR_MM: f64 = SENSOR_DEPTH * 1e3;

/// What drives the electrode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Drive {
    /// A ramp to a temperature, then a hold.
    Temperature { set_c: f64, ramp_s: f64 },
    /// Constant power.
    Power(f64),
    /// Constant voltage (rms).
    Voltage(f64),
}

/// A question that has an answer.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) gauge: u8,
    pub(crate) end: super::arguments::End,
    pub(crate) mesh: super::arguments::Mesh,
    pub(crate) tissue: Tissue,
    pub(crate) setting: Setting,
    pub(crate) drive: Drive,
    pub(crate) hold_s: f64,
    pub(crate) edge: Edge,
    /// Rising, of the hold.
    pub(crate) at_s: Vec<f64>,
    pub(crate) probes_mm: Vec<[f64; 2]>,
}

impl Question {
    /// Judges the arguments; lists everything wrong with them.
    pub(crate) fn new(typed: &Arguments) -> Result<Self, Stop> {
        let tissue = tissue(&typed.tissue)?;
        let baseline_c = typed.baseline_c.unwrap_or(tissue.baseline_c.value);
        let mut wrong = Wrong::default();
        let gauge = u8::try_from(typed.gauge).ok().and_then(Gauge::from_number);
        if gauge.is_none() {
            let help = "name a gauge needles are made in";
            wrong.add("--gauge", typed.gauge, "one of 16, 17, 18, 20, 21, 22, 23", help);
        }
        wrong.range("--tip-mm", typed.tip_mm, (2.0, 15.0), "mm");
        wrong.range("--baseline-c", baseline_c, (0.0, 45.0), "°C");
        let drive = drive(typed, baseline_c, &tissue, &mut wrong);
        wrong.range("--hold-s", typed.hold_s, (0.1, 3_600.0), "s");
        edge(typed.boundary, baseline_c, &mut wrong);
        times(typed, &mut wrong);
        for [r, z] in &typed.probes_mm {
            wrong.range("--probe-mm (radius)", *r, (0.0, 50.0), "mm");
            wrong.range("--probe-mm (height)", *z, (-50.0, 50.0), "mm");
        }
        wrong.into_result()?;
        // The range check above has already refused what has no gauge and no drive.
        let (Some(gauge), Some(drive)) = (gauge, drive) else {
            return Err(Stop::failure("a refused argument was not told"));
        };
        let setting = setting(&tissue, gauge, typed, baseline_c)?;
        Ok(Self {
            gauge: gauge.number(),
            end: typed.end,
            mesh: typed.mesh,
            tissue,
            setting,
            drive,
            hold_s: typed.hold_s,
            edge: typed.boundary,
            at_s: if typed.at_s.is_empty() { vec![typed.hold_s] } else { typed.at_s.clone() },
            probes_mm: typed.probes_mm.clone(),
        })
    }
}

/// Files are told from names of shipped tissues by a dot or a slash.
fn tissue(name: &str) -> Result<Tissue, Stop> {
    let read = if name.contains(['.', '/']) {
        rfa_plan::read_tissue(Path::new(name))
    } else {
        rfa_plan::shipped_tissue(name)
    };
    read.map_err(|errors: FileErrors| Stop::usage(errors.to_string()))
}

fn drive(typed: &Arguments, baseline: f64, tissue: &Tissue, wrong: &mut Wrong) -> Option<Drive> {
    if let Some(set_c) = typed.set_c {
        // At boiling the sensor's temperature no longer tells what the tissue does.
        let boils = tissue.boiling.from_c.value;
        let ramp_s = typed.ramp_s.unwrap_or(15.0);
        wrong.range("--ramp-s", ramp_s, (0.1, 600.0), "s");
        if !(set_c > baseline && set_c < boils) {
            let allowed =
                format!("above the baseline, {baseline} °C, and below boiling, {boils} °C");
            let help = "name a temperature the tissue can be held at";
            wrong.add("--set-c", format_args!("{set_c} °C"), allowed, help);
        }
        return Some(Drive::Temperature { set_c, ramp_s });
    }
    if let Some(power) = typed.power_w {
        wrong.range("--power-w", power, (0.01, 50.0), "W");
        return Some(Drive::Power(power));
    }
    let voltage = typed.voltage_v?;
    wrong.range("--voltage-v", voltage, (0.1, 200.0), "V");
    Some(Drive::Voltage(voltage))
}

fn edge(edge: Edge, baseline: f64, wrong: &mut Wrong) {
    match edge.0 {
        Boundary::Isotherm(at_c) if !(at_c > baseline && at_c <= 100.0) => {
            let allowed = format!("above the baseline, {baseline} °C, up to 100 °C");
            let help = "name a temperature only the lesion reaches";
            wrong.add("--boundary isotherm", format_args!("{at_c} °C"), allowed, help);
        }
        Boundary::Cem43(minutes) => {
            wrong.range("--boundary cem43", minutes, (1.0, 1e6), "min");
        }
        Boundary::Isotherm(_) | Boundary::Arrhenius(_) => {}
    }
}

fn times(typed: &Arguments, wrong: &mut Wrong) {
    for at in &typed.at_s {
        if !(0.0..=typed.hold_s).contains(at) {
            let allowed = format!("0 to the hold, {} s", typed.hold_s);
            wrong.add(
                "--at-s",
                format_args!("{at} s"),
                allowed,
                "lengthen --hold-s, or ask earlier",
            );
        }
    }
    if typed.at_s.is_sorted_by(|a, b| a < b) {
        return;
    }
    let list: Vec<String> = typed.at_s.iter().map(ToString::to_string).collect();
    wrong.add("--at-s", list.join(","), "rising times, each once", "put them in order");
}

fn setting(
    tissue: &Tissue,
    gauge: Gauge,
    typed: &Arguments,
    baseline_c: f64,
) -> Result<Setting, Stop> {
    let needle = Needle {
        diameter: f64::from(gauge.diameter_um()) * 1e-6,
        tip_length: typed.tip_mm * 1e-3,
        end: typed.end.into(),
        sensor_depth: SENSOR_DEPTH,
        sleeve: SLEEVE,
        sleeve_k: SLEEVE_K,
    };
    let shipped = |id: &str| rfa_plan::shipped_tissue(id).ok();
    let surroundings = Surroundings::new(tissue.clone(), shipped)
        .map_err(|e| Stop::usage(format!("error: {e}")))?;
    Ok(surroundings.setting(needle, baseline_c, typed.mesh.into()))
}

/// Refusals, each with field, value, range and mend.
#[derive(Debug, Default)]
struct Wrong {
    told: Vec<String>,
}

impl Wrong {
    fn add(
        &mut self,
        field: &str,
        value: impl std::fmt::Display,
        allowed: impl std::fmt::Display,
        help: &str,
    ) {
        self.told.push(format!(
            "error: {field} is out of its range\n  value:   {value}\n  allowed: {allowed}\n  \
             help:    {help}"
        ));
    }

    /// What is not a number is in no range.
    fn range(&mut self, field: &str, value: f64, (min, max): (f64, f64), unit: &str) {
        if !(min..=max).contains(&value) {
            let allowed = format_args!("{min} to {max} {unit}").to_string();
            let help = "name a number inside the range";
            self.add(field, format_args!("{value} {unit}"), allowed, help);
        }
    }

    fn into_result(self) -> Result<(), Stop> {
        if self.told.is_empty() { Ok(()) } else { Err(Stop::usage(self.told.join("\n\n"))) }
    }
}
