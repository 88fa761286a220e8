//! Plan, electrode, limits, and what the patient was given.

use super::content::{measured, times};
use super::page::{CELL, Page};
use crate::Report;
use crate::words::{clock, word};
use rfa_figures::Dose;
use rfa_plan::{Gate, SensorKind};
use rfa_units::{Mode, Span};

/// Rows of a site's file that are shown.
const SITE_ROWS_MAX: usize = 60;

pub(super) fn plan(report: &Report, page: &mut Page) {
    page.heading("Plan and electrode");
    let header = &report.header;
    let named = format!("{}, hash {}", header.plan_id, header.limits.plan);
    let plan = match &report.plan {
        Ok(plan) => plan,
        Err(why) => {
            page.facts(&[("plan", named)]);
            page.none(&format!("The plan's file in the recording is not read: {why}"));
            return;
        }
    };
    let preset = rfa_plan::presets().iter().any(|(id, _)| *id == plan.id);
    let origin = if preset { "shipped with rfa under this name" } else { "the site's own" };
    let approve = if plan.site_must_approve { "; a site has to approve it before use" } else { "" };
    let electrode = &plan.electrode;
    let sensor = match electrode.sensor {
        SensorKind::ThermocoupleT => "thermocouple type T",
        SensorKind::ThermocoupleK => "thermocouple type K",
    };
    let (gauge, diameter) = (electrode.gauge.number(), electrode.gauge.diameter_um());
    page.facts(&[
        ("plan", named),
        ("origin", format!("{origin}{approve}")),
        ("source", format!("{} (retrieved {})", plan.source.citation, plan.source.retrieved)),
        ("target", plan.target.as_str().to_owned()),
        ("tissue of the model", plan.tissue.clone().unwrap_or("none named".to_owned())),
        ("output", format!("{}, channel {}", mode(header.limits.mode), header.limits.channel)),
        (
            "electrode",
            format!(
                "{gauge} G ({:.2} mm), active tip {} mm, {sensor}",
                f64::from(diameter) / 1e3,
                f64::from(electrode.tip_length_um) / 1e3
            ),
        ),
        ("stimulation thresholds", "sensory: not recorded; motor: not recorded".to_owned()),
    ]);
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Thermal => "thermal",
        Mode::Pulsed => "pulsed",
        Mode::SensoryStimulation => "sensory stimulation",
        Mode::MotorStimulation => "motor stimulation",
    }
}

fn seconds(span: Span) -> String {
    format!("{:.1} s", span.as_secs_f64())
}

pub(super) fn steps(report: &Report, page: &mut Page) {
    page.heading("Steps");
    page.table(&[
        "step",
        "set",
        "ramp",
        "hold",
        "before",
        "reached",
        "held",
        "overshoot",
        "hold error",
        "",
    ]);
    for (index, step) in report.header.program.steps.iter().enumerate() {
        let told = report.session.steps.get(index);
        // Of a step that was never reached, "0 above" would say too much.
        let reached = told.filter(|told| told.reached_s.is_some());
        let before = match step.gate {
            Gate::None => "nothing",
            Gate::SensoryCheck => "sensory check",
        };
        let absent = |value: Option<f64>, unit: &str, digits: usize| {
            value.map_or("\u{2013}".to_owned(), |value| format!("{value:.digits$} {unit}"))
        };
        let done = if told.is_some_and(|told| told.complete) { "complete" } else { "not complete" };
        page.row(
            "<tr>",
            &[
                (CELL, &(index + 1).to_string()),
                (CELL, &format!("{:.0} °C", step.set.as_f64())),
                (CELL, &seconds(step.ramp)),
                (CELL, &seconds(step.hold)),
                (CELL, before),
                (CELL, &absent(told.and_then(|told| told.reached_s), "s", 1)),
                (CELL, &absent(told.map(|told| told.held_s), "s", 1)),
                (CELL, &absent(reached.and_then(|told| told.overshoot_c_sensed), "K", 2)),
                (CELL, &absent(told.and_then(|told| told.mean_abs_error_c_sensed), "K", 2)),
                (CELL, done),
            ],
        );
    }
    page.end_table();
    let words = "Summed from every tick that can be read. Reached: from the first activation to 2 K below the set temperature. Overshoot: \
                 highest sensed temperature above set with RF on. Hold error: mean distance from \
                 set, from 3 s of lesion time on.";
    page.paragraph("<p class=\"small\">", words);
}

pub(super) fn dose(report: &Report, page: &mut Page) {
    page.heading("Delivered dose");
    let dose = report.session.dose.unwrap_or_default();
    let above = [(42, dose.above_42_c_s), (45, dose.above_45_c_s), (60, dose.above_60_c_s)];
    let above = above.map(|(at_c, s)| format!("{at_c} °C: {}", clock(s)));
    let edge = report.lesion.as_ref().map_or("not recorded".to_owned(), |(_, told)| {
        format!("{}, followed by the model up to the lesion's edge below", told.boundary)
    });
    let process = Dose::DAMAGE;
    let damage = dose.arrhenius_nerve.map_or("not recorded".to_owned(), |omega| {
        format!("omega {}, arrhenius:{}", scientific(omega), process.name)
    });
    page.facts(&[
        ("tip above", above.join("; ")),
        ("CEM43 at the tip's sensor", format!("{} min", scientific(dose.cem43_min))),
        ("Arrhenius damage at the tip's sensor", damage),
        ("Arrhenius damage in the tissue", edge),
        ("energy", format!("{:.1} J", report.session.energy_j)),
        ("RF on", format!("{}, {}", clock(dose.rf_on_s), times(report.course.starts))),
        ("pulses", pulses(report.header.limits.mode)),
        (
            "time without a reading",
            format!("{}, in none of the sums of the tip", clock(dose.unread_s)),
        ),
    ]);
    let words = format!(
        "CEM43 (Sapareto and Dewey 1984) and Arrhenius damage are of tissue at the sensor. Above \
         some 50 °C CEM43 says no more than that such tissue is dead. By omega exp(-omega) of it is \
         alive, 37 % at 1; constants of {}: {}.",
        process.name, process.source
    );
    page.paragraph("<p class=\"small\">", &words);
}

fn pulses(mode: Mode) -> String {
    let words =
        if mode == Mode::Thermal { "none: thermal output is continuous" } else { "not recorded" };
    words.to_owned()
}

/// A dose: plain where a few digits tell it, in powers of ten where they do not.
fn scientific(dose: f64) -> String {
    if dose == 0.0 || (0.01..9_999.5).contains(&dose) {
        return format!("{dose:.2}");
    }
    // The digits of an exponent (Unicode 16, superscripts).
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let text = format!("{dose:.1e}");
    let Some((share, power)) = text.split_once('e') else { return text };
    let raised = |digit: char| match digit.to_digit(10) {
        Some(digit) => RAISED.get(digit as usize).copied(),
        None => Some('⁻'),
    };
    format!("{share} × 10{}", power.chars().filter_map(raised).collect::<String>())
}

pub(super) fn impedances(report: &Report, page: &mut Page) {
    page.heading("Impedances");
    let all = &report.impedances;
    let ohm = |value| measured(value, 0, "Ω");
    let range = match (all.low, all.high) {
        (Some(low), Some(high)) => format!("{low:.0} to {high:.0} Ω"),
        _ => "not measured".to_owned(),
    };
    page.facts(&[
        ("before RF", ohm(all.before)),
        ("at the start of RF", ohm(all.first)),
        ("with RF on", range),
        ("at the end of RF", ohm(all.last)),
        ("return pad before RF", ohm(all.pad_before)),
        ("return pad, highest", ohm(all.pad_high)),
    ]);
}

pub(super) fn limits(report: &Report, page: &mut Page) {
    page.heading("Limits in force");
    let limits = &report.header.limits;
    let rules: Vec<_> =
        limits.rules.iter().map(|(rule, value)| format!("{} {value}", rule.name())).collect();
    let trial = limits.passive.as_ref().map(|trial| {
        trial.iter().map(|(rule, value)| format!("{} {value}", rule.name())).collect::<Vec<_>>()
    });
    let or = |list: Vec<String>, none: &str| {
        if list.is_empty() { none.to_owned() } else { list.join("; ") }
    };
    let (low, high) = (limits.impedance_low.as_f64(), limits.impedance_high.as_f64());
    let ceilings: Vec<_> =
        limits.steps.iter().map(|s| format!("{} W", s.ceiling.as_f64())).collect();
    page.facts(&[
        ("impedance", format!("{low:.0} to {high:.0} Ω")),
        ("power, by step", ceilings.join(", ")),
        ("power until the tip has answered", format!("{} W", limits.start_ceiling.as_f64())),
        ("started by", word(&rfa_record::row::ActivationWord::from(limits.activation))),
        ("rules tighter than the table", or(rules, "none")),
        ("thresholds on trial", or(trial.unwrap_or_default(), "none")),
    ]);
    site(report, page);
}

/// What the site's file in the recording says, its key left out as it was recorded.
fn site(report: &Report, page: &mut Page) {
    let Some(text) = &report.header.site_toml else {
        return page.none("No site file was named: the shipped example's limits held.");
    };
    let Ok(table) = text.parse::<toml::Table>() else {
        return page.none("The site's file in the recording cannot be read.");
    };
    let mut rows = Vec::new();
    for (key, value) in &table {
        match value {
            toml::Value::Table(inner) if key != "link" => rows
                .extend(inner.iter().map(|(name, value)| (format!("{key}: {name}"), shown(value)))),
            toml::Value::Table(_) => {}
            other => rows.push((key.clone(), shown(other))),
        }
    }
    rows.truncate(SITE_ROWS_MAX);
    page.paragraph("<p>", "The site's file, as it was at the time:");
    let rows: Vec<_> = rows.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
    page.facts(&rows);
}

fn shown(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::scientific;

    #[test]
    fn large_and_small_doses_are_powers_of_ten() {
        let shown = [0.0, 0.5, 9_999.0, 12_345.0, 4.2e11, 9.96e9, 1.1e-5].map(scientific);
        let expected =
            ["0.00", "0.50", "9999.00", "1.2 × 10⁴", "4.2 × 10¹¹", "1.0 × 10¹⁰", "1.1 × 10⁻⁵"];
        assert_eq!(shown, expected);
    }
}
