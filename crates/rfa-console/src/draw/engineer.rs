//! Screen 7: the machine's own terms.

use super::pen::Pen;
use crate::theme::Role;
use crate::words::{self, contactor};
use ratatui::layout::Rect;
use rfa_control::ControlOutputs;
use rfa_interlock::Outputs;
use rfa_session::{InterlockTick, Latency, LatencyView, Quantiles, Snapshot, Timing};

pub(super) fn draw(pen: &mut Pen, area: Rect) {
    let mut lines: Vec<(String, Role)> = vec![(" ENGINEER".to_string(), Role::Title)];
    if let Some(snapshot) = pen.app.view.snapshot() {
        let recorded = pen.app.replay.is_some();
        let told = snapshot_lines(snapshot, recorded);
        lines.extend(told.into_iter().map(|text| (text, Role::Base)));
    } else {
        lines.push((" no snapshot yet".to_string(), Role::Dim));
    }
    if let Some(control) = pen.app.view.control() {
        lines.extend(control_lines(control).into_iter().map(|text| (text, Role::Base)));
    }
    // Last, because a small screen cuts the last lines off.
    if let Some(snapshot) = pen.app.view.snapshot() {
        let latency = latency_lines(&snapshot.latency);
        lines.extend(latency.into_iter().map(|text| (text, Role::Base)));
    }
    let warnings = warning_lines(pen, area);
    // What is wrong with the machine is not cut off below the numbers.
    lines.truncate(usize::from(area.height).saturating_sub(warnings.len()).max(1));
    lines.extend(warnings.into_iter().map(|text| (text, Role::Bad)));
    for (row, (text, role)) in (0..area.height).zip(lines) {
        pen.line(area, row, &text, role);
    }
}

/// The session's warnings, whole: each ends with what mends it.
fn warning_lines(pen: &Pen, area: Rect) -> Vec<String> {
    let warnings = pen.app.view.snapshot().map(|s| s.warnings.as_slice()).unwrap_or_default();
    let width = usize::from(area.width).saturating_sub(3);
    let wrapped = warnings.iter().flat_map(|warning| {
        let lines = words::wrap(&format!("warning: {warning}"), width);
        lines.into_iter().enumerate()
    });
    wrapped.map(|(row, text)| format!("{}{text}", if row == 0 { " " } else { "   " })).collect()
}

fn snapshot_lines(snapshot: &Snapshot, recorded: bool) -> Vec<String> {
    let q = snapshot.queues;
    let mut lines = Vec::new();
    if let Some(tick) = &snapshot.latest {
        lines.push(timing_line(&tick.timing));
        lines.extend(interlock_lines(&tick.interlock));
    }
    if recorded {
        lines.push(" queues       not known: no tick of a recording tells them".to_string());
        return lines;
    }
    lines.push(format!(
        " queues full  telemetry>interlock {}  telemetry>control {}  control>interlock {}",
        q.telemetry_to_interlock, q.telemetry_to_control, q.control_to_interlock
    ));
    lines.push(format!(
        "              ticks>recorder {}  intents {}  frames out {}",
        q.ticks_to_recorder, q.intents, q.frames_out
    ));
    lines
}

fn timing_line(timing: &Timing) -> String {
    format!(
        " tick         late {} us  control {} us  took {} us  missed {}",
        timing.interlock_late_us,
        timing.control_late_us,
        timing.interlock_took_us,
        timing.missed_ticks
    )
}

/// The session's distributions so far, a line each.
fn latency_lines(view: &LatencyView) -> Vec<String> {
    let head = " times us                p50      p99    p99.9      max";
    let each = view.iter().filter(|(_, of)| of.count > 0).filter_map(|(latency, of)| {
        let Quantiles { p50_ns, p99_ns, p99_9_ns, max_ns, .. } = of;
        let [p50, p99, p99_9, max] = [p50_ns, p99_ns, p99_9_ns, max_ns].map(short_us);
        let words = latency_words(latency)?;
        Some(format!("  {words:17} {p50:>8} {p99:>8} {p99_9:>8} {max:>8}"))
    });
    let lines: Vec<String> = each.collect();
    let head = (!lines.is_empty()).then(|| head.to_string());
    head.into_iter().chain(lines).collect()
}

/// Microseconds, with tenths where they matter.
fn short_us(ns: u64) -> String {
    let us = ns as f64 / 1e3;
    if us < 100.0 { format!("{us:.1}") } else { format!("{us:.0}") }
}

/// `None`: the newest tick's own line has it.
const fn latency_words(latency: Latency) -> Option<&'static str> {
    Some(match latency {
        Latency::InterlockLateness => "interlock late",
        Latency::ControlLateness => "control late",
        Latency::ControlStep => "control step",
        Latency::InterlockStep => "interlock step",
        Latency::Steps => "steps together",
        Latency::TelemetryToGrant => "frame to grant",
        Latency::InterlockTick => return None,
    })
}

fn interlock_lines(tick: &InterlockTick) -> Vec<String> {
    let InterlockTick { inputs, outputs } = tick;
    let Outputs { k1, k2, permit, .. } = outputs;
    let telemetry = inputs.telemetry.last();
    let read = |of: fn(&rfa_units::Telemetry) -> rfa_units::Contactor| {
        telemetry.map_or("?", |t| contactor(of(t)))
    };
    let link = inputs.link;
    vec![
        format!(
            " interlock    tick {}  trips {}  {}",
            inputs.tick,
            outputs.trips,
            words::state(outputs.state, None)
        ),
        format!(
            " contactors   K1 {} (reads {})  K2 {} (reads {})",
            contactor(*k1),
            read(|t| t.k1),
            contactor(*k2),
            read(|t| t.k2)
        ),
        format!(
            " power        granted {:.2} W  ceiling {:.2} W  on {:.1} s  energy {:.1} J",
            permit.granted.as_f64(),
            permit.ceiling.as_f64(),
            outputs.time_on.as_secs_f64(),
            outputs.energy.as_f64()
        ),
        format!(
            " link         corrupt {}  refused {}  missing {}  hung up {}  grants refused {}",
            link.corrupt,
            link.refused,
            link.missing,
            if link.hung_up { "yes" } else { "no" },
            telemetry.map_or("?".to_string(), |t| t.grants_refused.to_string())
        ),
    ]
}

fn control_lines(control: &ControlOutputs) -> Vec<String> {
    let terms = control.terms;
    let target = control.target.map_or("--.-".to_string(), |t| format!("{:.2}", t.as_f64()));
    vec![
        format!(
            " loop         {}  target {target} C  asked {:.2} W  applied {:.2} W",
            words::phase(control.phase),
            control.request.power.as_f64(),
            control.applied.as_f64()
        ),
        format!(
            " terms W      P {:+.3}  I {:+.3}  D {:+.3}  feed-forward {:+.3}",
            terms.p, terms.i, terms.d, terms.feed_forward
        ),
    ]
}
