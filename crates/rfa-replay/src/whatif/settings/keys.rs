//! The table of keys.

use super::{Setting, SettingError, Setup, limits};
use rfa_control::{TUNING, Tuning};
use rfa_interlock::Threshold;
use rfa_plan::{RESPONSES_MK_J, range};
use serde::Serialize;

/// What a tuning's number may be set to, in multiples of the one in force: beyond, a loop has no
/// likeness to the one that was tuned.
const TUNING_TIMES: (f64, f64) = (0.25, 4.0);
/// The same of the multiple of all gains, which is what one tries first.
const KP: (f64, f64) = (0.1, 10.0);

/// Other names of keys.
pub(super) const ALIASES: [(&str, &str); 2] =
    [("limits.z_high", "limits.impedance_high_ohm"), ("limits.z_low", "limits.impedance_low_ohm")];

/// A step's number that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepField {
    Set,
    Ramp,
    Hold,
}

/// One of the loop's numbers.
pub(crate) type Of = fn(&mut Tuning) -> &mut f64;

/// What a key sets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Field {
    /// One step's, or every step's.
    Step(Option<usize>, StepField),
    Tuning(Of),
    Response,
    ImpedanceHigh,
    ImpedanceLow,
    StartCeiling,
    Ceiling,
    Gain,
    Leak,
    Rule(Threshold),
}

/// One key.
#[derive(Debug, Clone, Serialize)]
pub struct Key {
    /// Its name, e.g. `control.kp`.
    pub name: String,
    /// What it is counted in.
    pub unit: &'static str,
    /// Smallest value allowed.
    pub min: f64,
    /// Largest value allowed.
    pub max: f64,
    /// The recording's: one value, or one a step.
    pub recorded: Vec<f64>,
    #[serde(skip)]
    pub(super) field: Field,
}

impl Key {
    /// A value for it out of a text.
    pub(super) fn value(&self, text: &str) -> Result<Setting, SettingError> {
        let text = text.trim();
        let number = text.parse::<f64>().ok();
        // Bounds are compared with what a decimal number rounds to.
        let inside = |value: &f64| *value >= self.min - 1e-12 && *value <= self.max + 1e-12;
        match number.filter(inside) {
            Some(value) => Ok(Setting { key: self.name.clone(), value }),
            None => Err(SettingError::Value {
                key: self.name.clone(),
                text: text.to_owned(),
                min: self.min,
                max: self.max,
                unit: self.unit,
            }),
        }
    }
}

/// The loop's numbers that can be set: name, unit, which.
pub(crate) const TUNING_KEYS: [(&str, &str, Of); 23] = [
    ("kp", "times the loop's own gains", |t| &mut t.kp),
    ("crossover_lag", "rad", |t| &mut t.crossover_lag),
    ("crossover_max", "1/s", |t| &mut t.crossover_max),
    ("crossover_warm", "1/s", |t| &mut t.crossover_warm),
    ("integral_ratio", "times 1/crossover", |t| &mut t.integral_ratio),
    ("drift_s", "s", |t| &mut t.drift_s),
    ("drift_after_s", "s", |t| &mut t.drift_after_s),
    ("drift_error_k", "K", |t| &mut t.drift_error_k),
    ("drift_share", "of the power in a second", |t| &mut t.drift_share),
    ("derivative_s", "s", |t| &mut t.derivative_s),
    ("filter_s", "s", |t| &mut t.filter_s),
    ("lag_share", "of the lag", |t| &mut t.lag_share),
    ("round_s", "s", |t| &mut t.round_s),
    ("lead_k", "K", |t| &mut t.lead_k),
    ("lead_s", "s", |t| &mut t.lead_s),
    ("lead_late_s", "s", |t| &mut t.lead_late_s),
    ("catch_up_s", "s", |t| &mut t.catch_up_s),
    ("catch_up_share", "of the ramp", |t| &mut t.catch_up_share),
    ("steepest_share", "of H-03's limit", |t| &mut t.steepest_share),
    ("steepest_plan", "times the ramp", |t| &mut t.steepest_plan),
    ("steepest_hold_share", "of H-03's limit", |t| &mut t.steepest_hold_share),
    ("back_calculation_s", "s", |t| &mut t.back_calculation_s),
    ("slew_s", "s", |t| &mut t.slew_s),
];

/// Every key with its range and the value it has here.
pub(super) fn all(setup: &Setup) -> Vec<Key> {
    let mut keys = loop_keys(setup);
    keys.extend(limit_keys(setup));
    keys.extend(plan_keys(setup));
    keys
}

fn key(name: String, unit: &'static str, (min, max): (f64, f64), recorded: Vec<f64>) -> Key {
    Key { name, unit, min, max, recorded, field: Field::Response }
}

fn loop_keys(setup: &Setup) -> Vec<Key> {
    let (mut table, mut here) = (TUNING, setup.tuning);
    let mut keys = Vec::new();
    for (name, unit, of) in TUNING_KEYS {
        let own = *of(&mut table);
        let (low, high) = TUNING_TIMES;
        let range = if name == "kp" { KP } else { (rounded(own * low), rounded(own * high)) };
        let known = key(format!("control.{name}"), unit, range, vec![*of(&mut here)]);
        keys.push(Key { field: Field::Tuning(of), ..known });
    }
    let (low, high) = (RESPONSES_MK_J.start(), RESPONSES_MK_J.end());
    let range = (f64::from(*low) * 1e-3, f64::from(*high) * 1e-3);
    let response = f64::from(setup.header.program.response_mk_j) * 1e-3;
    let known = key("control.response_k_j".to_owned(), "K/J", range, vec![response]);
    keys.push(known);
    keys
}

fn limit_keys(setup: &Setup) -> Vec<Key> {
    let limits = limits(setup);
    let (low, high) = (limits.impedance_low.as_f64(), limits.impedance_high.as_f64());
    let each = limits.steps.iter().map(|step| step.ceiling.as_f64()).collect();
    let leak_s = limits.warming.leak.as_secs_f64();
    let gain = f64::from(limits.warming.gain_mk_j) * 1e-3;
    // What the interlock itself accepts (`rfa_interlock::Limits::new`), which has the last word.
    let mut keys = Vec::from([
        (Field::ImpedanceHigh, "impedance_high_ohm", "ohm", (41.0, 3_000.0), vec![high]),
        (Field::ImpedanceLow, "impedance_low_ohm", "ohm", (40.0, 2_999.0), vec![low]),
        (Field::Ceiling, "ceiling_w", "W", (0.001, 50.0), each),
        (
            Field::StartCeiling,
            "start_ceiling_w",
            "W",
            (0.001, 2.0),
            vec![limits.start_ceiling.as_f64()],
        ),
        (Field::Gain, "gain_k_j", "K/J", (0.1, 60.0), vec![gain]),
        (Field::Leak, "leak_s", "s", (0.5, 20.0), vec![leak_s]),
    ])
    .into_iter()
    .map(|(field, name, unit, range, recorded)| Key {
        field,
        ..key(format!("limits.{name}"), unit, range, recorded)
    })
    .collect::<Vec<_>>();
    keys.extend(Threshold::ALL.into_iter().map(|threshold| {
        let (name, unit, per) = unit_of(threshold);
        let (min, max) = threshold.range();
        let whole = |raw: i64| raw as f64 / per;
        let recorded = vec![whole(limits.rules.get(threshold))];
        let known = key(format!("limits.{name}"), unit, (whole(min), whole(max)), recorded);
        Key { field: Field::Rule(threshold), ..known }
    }));
    keys
}

fn plan_keys(setup: &Setup) -> Vec<Key> {
    let steps = &setup.header.program.steps;
    let in_whole = |range: range::Range| (range.min_whole(), range.max_whole());
    let table = [
        (StepField::Set, "set_c", "°C", in_whole(range::SET)),
        (StepField::Ramp, "ramp_s", "s", in_whole(range::RAMP)),
        (StepField::Hold, "hold_s", "s", in_whole(range::HOLD)),
    ];
    let value = |step: &rfa_plan::StepSpec, which| match which {
        StepField::Set => step.set.as_f64(),
        StepField::Ramp => step.ramp.as_secs_f64(),
        StepField::Hold => step.hold.as_secs_f64(),
    };
    let mut keys = Vec::new();
    for (which, name, unit, range) in table {
        let each = steps.iter().map(|step| value(step, which)).collect();
        let known = key(format!("plan.{name}"), unit, range, each);
        keys.push(Key { field: Field::Step(None, which), ..known });
        for (index, step) in steps.iter().enumerate().filter(|_| steps.len() > 1) {
            let own = vec![value(step, which)];
            let known = key(format!("plan.{}.{name}", index + 1), unit, range, own);
            keys.push(Key { field: Field::Step(Some(index), which), ..known });
        }
    }
    keys
}

/// A threshold's name and unit here, as site files have them, and how many of the interlock's own
/// units make one.
fn unit_of(threshold: Threshold) -> (&'static str, &'static str, f64) {
    let place = Threshold::ALL.iter().position(|known| *known == threshold);
    let row = place.and_then(|place| rfa_plan::RULE_THRESHOLDS.get(place));
    let (name, unit) = row.map_or((threshold.name(), ""), |(name, range)| (*name, range.unit));
    let per = match unit {
        "s" => 1e6,
        "%" => 1.0,
        _ => 1e3,
    };
    (name, unit, per)
}

/// A value in the interlock's own unit.
pub(super) fn raw(threshold: Threshold, value: f64) -> i64 {
    (value * unit_of(threshold).2).round() as i64
}

/// Without the dust of a product of decimal numbers.
fn rounded(value: f64) -> f64 {
    (value * 1e9).round() * 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of the loop that could not be set would not be in a what-if's mark either.
    #[test]
    fn every_number_of_the_loop_is_a_key() {
        let numbers = format!("{TUNING:?}").matches(": ").count();
        assert_eq!(TUNING_KEYS.len(), numbers);
        let mut names: Vec<&str> = TUNING_KEYS.iter().map(|(name, ..)| *name).collect();
        assert!(names.iter().all(|name| format!("{TUNING:?}").contains(&format!(" {name}: "))));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), numbers);
    }
}
