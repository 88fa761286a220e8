//! The figures in words.

use super::method::METHOD;
use super::population::Answer;
use rfa_bench::{ControllerName, Draw, End, Figures, Row, Value, Verdict, Worst};
use std::fmt::Write;

/// One draw in a line.
pub(super) fn draw(draw: &Draw) -> String {
    let tissue = &draw.setting.tissue;
    format!(
        "{}G {:.1} mm in {} (σ {:.3} S/m {:+.1} %/K, k {:.2} W/mK, ρc {:.2} MJ/m³K, perfusion \
         {:.0} W/m³K, {:.1} °C), {:.0} °C in {:.0} s, sensor {:.0} ms {:.2} °C rms, power {:+.0} % \
         {:.0} ms late, {}",
        draw.electrode.gauge.number(),
        f64::from(draw.electrode.tip_length_um) / 1e3,
        draw.tissue,
        tissue.sigma,
        tissue.sigma_slope * 100.0,
        tissue.k,
        tissue.capacity / 1e6,
        tissue.perfusion,
        draw.setting.baseline_c,
        draw.set_c,
        draw.ramp.as_secs_f64(),
        draw.sensor_lag.as_secs_f64() * 1e3,
        draw.noise_c,
        draw.power_error * 100.0,
        draw.power_delay.as_secs_f64() * 1e3,
        draw.disturbance.name(),
    )
}

/// One run in a line.
pub(super) fn figures(name: ControllerName, figures: &Figures) -> String {
    let number =
        |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    format!(
        "{:<12} {}; reached {} s, overshoot {} K, line {} K, hold {} K mean {} K, deviation {} \
         K, back {} s, hottest {:.1} °C, at ceiling {:.1} s",
        name.name(),
        end(figures.end),
        number(figures.reached_s),
        number(figures.overshoot_k),
        number(figures.tracking_k),
        number(figures.hold_rms_k),
        number(figures.hold_mean_k),
        number(figures.deviation_k),
        number(figures.recovery_s),
        figures.hottest_c,
        figures.at_ceiling_s,
    )
}

fn end(end: End) -> String {
    match end {
        End::Whole => "whole".to_owned(),
        End::Tripped(rule) => format!("ended by H-{:02}", rule.number()),
        End::Stopped(state) => format!("ended in {state:?}"),
    }
}

/// Who, what, how.
fn head(answer: &Answer) -> String {
    format!(
        "rfa {}, {} draws of seed {}, {:.0} s on {} processors",
        answer.rfa, answer.table.draws, answer.seed, answer.took_s, answer.processors
    )
}

/// For people.
pub(super) fn table(answer: &Answer) -> String {
    let mut out = head(answer);
    out.push('\n');
    for told in &answer.draws_asked_for {
        let permitted = if told.permitted { "" } else { "; the power ceiling does not permit it" };
        let _ = writeln!(out, "\ndraw {}: {}{permitted}", told.number, told.what);
        for line in &told.figures {
            let _ = writeln!(out, "  {line}");
        }
    }
    let _ = write!(out, "\n{:58} {:>5} {:>5} {:>8} {:>7}", "", "", "runs", "left out", "target");
    for name in &answer.table.controllers {
        let _ = write!(out, " {name:>18}");
    }
    out.push('\n');
    for row in &answer.table.rows {
        let _ = write!(
            out,
            "{:58} {:>5} {:>5} {:>8} {:>7}",
            words(row),
            row.statistic,
            row.runs,
            row.left_out,
            row.target.map_or_else(String::new, |target| format!("{target}"))
        );
        for (column, value) in row.values.iter().enumerate() {
            let mark = if column == 0 { mark(row.verdict) } else { "" };
            let _ = write!(out, " {:>18}", format!("{}{mark}", cell(value)));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "\n{}", below(answer));
    out
}

/// For documents.
pub(super) fn markdown(answer: &Answer) -> String {
    let mut out = format!("{METHOD}\n{}", head(answer));
    let _ = write!(out, "\n\n| figure | | runs | left out | target |");
    for name in &answer.table.controllers {
        let _ = write!(out, " {name} |");
    }
    let columns = 5 + answer.table.controllers.len();
    let _ = writeln!(out, "\n|{}", " --- |".repeat(columns));
    for row in &answer.table.rows {
        let target = row.target.map_or_else(String::new, |target| format!("{target}"));
        let _ = write!(
            out,
            "| {} | {} | {} | {} | {target} |",
            words(row),
            row.statistic,
            row.runs,
            row.left_out
        );
        for (column, value) in row.values.iter().enumerate() {
            let mark = if column == 0 { mark(row.verdict) } else { "" };
            let _ = write!(out, " {}{mark} |", cell(value));
        }
        out.push_str(&" |".repeat(answer.table.controllers.len() - row.values.len()));
        out.push('\n');
    }
    let _ = writeln!(out, "\n{}", below(answer));
    out
}

/// What stands below a table, in paragraphs.
fn below(answer: &Answer) -> String {
    let mut out = not_permitted(answer);
    if let Some(full) = &answer.full_model {
        let _ = writeln!(
            out,
            "\nThe full tissue model under the same power, up to the disturbance, in {} draws: its tip \
             is within {:.3} K of the one that the figures are of (#{})",
            full.draws, full.most_k, full.draw
        );
    }
    let _ = writeln!(
        out,
        "\nThe worst draws of {}:\n",
        answer.table.controllers.first().copied().unwrap_or("none")
    );
    out.push_str(&worst(answer));
    out
}

/// The worst draws, with the command that repeats and plots each.
fn worst(answer: &Answer) -> String {
    let lines = answer.table.worst.iter().map(|worst| {
        let value = worst.value.map_or_else(|| "none".to_owned(), |value| format!("{value:.2}"));
        let Worst { draw, what, unit, target, .. } = worst;
        format!(
            "- {what}: {value} {unit}, target {target}: `rfa bench loop --seed {} --only {draw} --plots \
             draw-{draw}`\n",
            answer.seed
        )
    });
    lines.collect()
}

fn words(row: &Row) -> String {
    if row.unit.is_empty() { row.what.clone() } else { format!("{}, {}", row.what, row.unit) }
}

const fn mark(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => " ok",
        Verdict::Fail => " FAIL",
        Verdict::None => "",
    }
}

/// A value, its ratio to the first controller's, and the draw it is from.
fn cell(value: &Value) -> String {
    let number = value.value.map_or_else(|| "none".to_owned(), |value| format!("{value:.2}"));
    let ratio = value.ratio.map_or_else(String::new, |ratio| format!(" x{ratio:.1}"));
    let draw = value.draw.map_or_else(String::new, |draw| format!(" #{draw}"));
    format!("{number}{ratio}{draw}")
}

/// What the power ceiling does not permit, a line each.
fn not_permitted(answer: &Answer) -> String {
    let lines = answer.table.not_permitted.iter().map(|out| {
        let numbers: Vec<String> = out.draws.iter().map(u32::to_string).collect();
        let numbers = if numbers.is_empty() { "none".to_owned() } else { numbers.join(" ") };
        format!(
            "The power ceiling does not permit {}, {} of {} draws, {} of them told before arming: \
             {numbers}\n",
            out.what,
            out.draws.len(),
            out.of,
            out.told
        )
    });
    lines.collect()
}
