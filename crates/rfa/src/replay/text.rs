//! A what-if for people: what was set, what was identified, a table, the decisions that change.

use crate::rec::Lines;
use rfa_figures::summary::StepSummary;
use rfa_replay::whatif::{
    Apart, Changes, Figures, FirstChange, Key, LesionFigure, Noise, OneSided, Plant, Report,
    SetFrom,
};
use std::fmt::Write;

/// Width of the table's first column.
const NAME: usize = 26;
/// Width of the others.
const CELL: usize = 14;

/// The keys, one a line.
pub(super) fn keys(keys: &[Key]) -> String {
    let width = keys.iter().map(|key| key.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for key in keys {
        let recorded = values(&key.recorded);
        let range = format!("{} to {} {}", number(key.min), number(key.max), key.unit);
        let _ = writeln!(text, "{:width$}  {recorded:>12}  ({range})", key.name);
    }
    text
}

/// The whole report.
pub(crate) fn report(report: &Report) -> String {
    let mut lines = Lines::new();
    lines.add("recording", &format!("{}, plan {}", report.file, report.plan));
    lines.list("other rfa", report.other_rfa.clone());
    lines.list("set", report.settings.iter().map(set));
    lines.list("identified", identified(&report.plant));
    let quality = &report.quality;
    let left = &quality.explained;
    lines.add(
        "model",
        &format!(
            "leaves {:.3} K rms, {:.2} K at most, of a rise of {:.1} K rms",
            left.rest_rms_k, left.rest_max_k, left.rise_rms_k
        ),
    );
    lines.add("re-run", &apart(&quality.rerun));
    lines.add("plant alone", &apart(&quality.alone));
    lines.add(
        "noise",
        &match report.noise {
            Noise::Recorded => "as recorded, with what the model leaves".to_owned(),
            Noise::Drawn(seed) => format!("drawn from seed {seed}; disturbances as recorded"),
            Noise::None => "none: the plant alone".to_owned(),
        },
    );
    let mut text = lines.into_text();
    text.push('\n');
    text.push_str(&table(report));
    text.push('\n');
    let mut lines = Lines::new();
    lines.add("apart", &apart(&report.apart));
    changes(&report.changes, &mut lines);
    if let Some(state) = &report.waited {
        let word = serde_json::to_value(state).ok();
        let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or_default();
        lines.add(
            "ended",
            &format!("{word}: the recording has no further command of the operator for it"),
        );
    }
    text.push_str(&lines.into_text());
    text
}

fn set(set: &SetFrom) -> String {
    let SetFrom { key, unit, recorded, value } = set;
    format!("{key} {} in place of {} ({unit})", number(*value), values(recorded))
}

fn identified(plant: &Plant) -> Vec<String> {
    let parts = plant.parts.iter();
    let parts: Vec<String> = parts
        .map(|part| format!("{:.1} K/W in {} s", part.gain_k_per_w, number(part.tau_s)))
        .collect();
    let delays = &plant.delays;
    let share: f64 = plant.power_shares.iter().sum();
    let ohm = plant.cold_ohm.map_or("no impedance".to_owned(), |ohm| {
        let rise = plant.admittance_rise_per_k * 1e2;
        format!("{ohm:.1} ohm at rest, admittance {rise:+.2} % per K")
    });
    vec![
        format!("tip {:.2} C at rest; {}", plant.base_c, parts.join(", ")),
        format!("lag {} s, noise {:.3} K rms", number(plant.lag_s), plant.noise_k),
        format!("power {share:.3} of the set-point; {ohm}"),
        format!(
            "set-point after {}, K1 shut after {}, open after {} ticks",
            delays.grant, delays.k1_shut, delays.k1_open
        ),
    ]
}

fn apart(apart: &Apart) -> String {
    format!(
        "tip {:.3} K rms, {:.2} at most; power {:.3} W rms, {:.2} at most",
        apart.tip_rms_k, apart.tip_max_k, apart.power_rms_w, apart.power_max_w
    )
}

fn table(report: &Report) -> String {
    let columns = [&report.recorded, &report.rerun, &report.what_if];
    let mut text = row("", &["recorded", "re-run", "what-if"].map(str::to_owned));
    let steps = columns.iter().map(|figures| figures.session.steps.len()).max().unwrap_or(0);
    for index in 0..steps {
        let of = |told: fn(&StepSummary) -> String| {
            columns.map(|figures| figures.session.steps.get(index).map_or_else(dash, told))
        };
        let step = index + 1;
        text.push_str(&row(&format!("step {step} set C"), &of(|s| format!("{:.1}", s.set_c))));
        text.push_str(&row("  reached s", &of(|s| option(s.reached_s, 2))));
        text.push_str(&row("  overshoot K", &of(|s| option(s.overshoot_c_sensed, 2))));
        text.push_str(&row("  hold error K", &of(|s| option(s.mean_abs_error_c_sensed, 3))));
        text.push_str(&row("  held s", &of(|s| format!("{:.2}", s.held_s))));
    }
    let of = |told: fn(&Figures) -> String| columns.map(told);
    text.push_str(&row("peak C", &of(|f| option(f.session.peak_c_sensed, 2))));
    text.push_str(&row("highest power W", &of(|f| format!("{:.2}", f.power_max_w))));
    text.push_str(&row("energy J", &of(|f| format!("{:.1}", f.session.energy_j))));
    text.push_str(&row("dose of the tip, CEM43 min", &of(dose)));
    text.push_str(&row("Arrhenius omega of the tip", &of(damage)));
    let (recorded, what_if) = (lesion(&report.lesion_recorded), lesion(&report.lesion_what_if));
    text.push_str(&row("lesion mm", &[recorded, "-".to_owned(), what_if]));
    text.push_str(&row("length s", &of(|f| format!("{:.2}", f.length_s))));
    text.push_str(&row("trips", &of(trips)));
    text.push_str(&row(
        "every step complete",
        &of(|f| if f.complete { "yes" } else { "no" }.into()),
    ));
    text
}

fn row(name: &str, cells: &[String; 3]) -> String {
    let mut text = format!("{name:NAME$}");
    for cell in cells {
        let _ = write!(text, "{cell:>CELL$}");
    }
    text.push('\n');
    text
}

fn trips(figures: &Figures) -> String {
    match figures.session.trips.as_slice() {
        [] => "none".to_owned(),
        [one] => one.rule.clone(),
        [one, more @ ..] => format!("{} and {}", one.rule, more.len()),
    }
}

/// Of the tip's sensor, CEM43, min.
pub(crate) fn dose(figures: &Figures) -> String {
    figures.session.dose.map_or_else(dash, |dose| format!("{:.3e}", dose.cem43_min))
}

/// Of the tip's sensor, by nerve's constants.
fn damage(figures: &Figures) -> String {
    let omega = figures.session.dose.and_then(|dose| dose.arrhenius_nerve);
    omega.map_or_else(dash, |omega| format!("{omega:.3e}"))
}

fn lesion(figure: &LesionFigure) -> String {
    match figure {
        LesionFigure::NotAsked | LesionFigure::Unknown { .. } => dash(),
        LesionFigure::Predicted { width_mm, length_mm } => {
            format!("{width_mm:.2} x {length_mm:.2}")
        }
    }
}

fn changes(changes: &Changes, lines: &mut Lines) {
    let told = |change: &Option<FirstChange>| match change {
        None => "none".to_owned(),
        Some(FirstChange { tick, at_s, recorded, what_if }) => {
            format!("tick {tick} at {at_s:.2} s: {recorded}, and {what_if} in the what-if")
        }
    };
    lines.add("first grant", &told(&changes.first_grant));
    lines.add("first state", &told(&changes.first_state));
    let one = |event: &OneSided| format!("at {:.2} s {}", event.at_s, event.text);
    lines.list("only then", changes.only_recorded.iter().map(one));
    lines.list("only now", changes.only_what_if.iter().map(one));
    let moved = changes.moved.iter().map(|moved| {
        format!("{} at {:.2} s, was {:.2} s", moved.text, moved.what_if_s, moved.recorded_s)
    });
    lines.list("moved", moved);
    if changes.more > 0 {
        lines.add("", &format!("and {} more", changes.more));
    }
}

pub(crate) fn option(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(dash, |value| format!("{value:.digits$}"))
}

fn dash() -> String {
    "-".to_owned()
}

fn values(values: &[f64]) -> String {
    let texts: Vec<String> = values.iter().map(|value| number(*value)).collect();
    let one = texts.first().filter(|first| texts.iter().all(|text| text == *first));
    one.cloned().unwrap_or_else(|| texts.join(","))
}

/// A number without the dust of its binary form.
pub(crate) fn number(value: f64) -> String {
    let rounded = (value * 1e6).round() * 1e-6;
    let text = format!("{rounded:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{number, values};

    #[test]
    fn numbers_have_no_dust() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(75.0), "75");
        assert_eq!(number(0.0), "0");
        assert_eq!(values(&[60.0, 60.0]), "60");
        assert_eq!(values(&[60.0, 65.5]), "60,65.5");
    }
}
