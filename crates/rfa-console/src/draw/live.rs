//! Screen 2: the treatment.

use super::digits::{self, Glyph};
use super::layout::Class;
use super::lesion;
use super::pen::Pen;
use super::trend::{self, Plot};
use super::values;
use crate::app::ZOOMS_S;
use crate::theme::{Role, marks};
use crate::view::Lamp;
use crate::words;
use ratatui::layout::Rect;
use rfa_control::Phase;
use rfa_interlock::State;
use rfa_units::{OutputState, Span};

/// Half the band around the set temperature: the lesion timer starts at set - 2 C.
const BAND_C: f64 = 2.0;
/// The usual span of the temperature axis: body to boiling alarm (H-02).
const AXIS_C: (f64, f64) = (30.0, 95.0);

/// Columns of the lesion's panel on the large screen and on the base one.
const PANEL_FULL: u16 = 38;
/// As above.
const PANEL_BASE: u16 = 28;

/// The trends' part and the lesion's panel beside it; the trends have it all where no lesion is
/// spoken of.
fn beside(pen: &Pen, area: Rect, panel: u16) -> (Rect, Rect) {
    let panel = if lesion::view(pen).is_some() { panel } else { 0 };
    let width = area.width - panel;
    let gap = panel.min(1);
    let x = area.x + width + gap;
    (Rect { width, ..area }, Rect { x, width: panel - gap, ..area })
}

/// A part of the body from row `y`, `rows` high.
fn rows(area: Rect, y: u16, rows: u16) -> Rect {
    let y = y.min(area.height);
    Rect { y: area.y + y, height: rows.min(area.height - y), ..area }
}

pub(super) fn draw(pen: &mut Pen, area: Rect, class: Class) {
    match class {
        Class::Full => full(pen, area),
        Class::Base => base(pen, area),
        Class::One | Class::Small => one(pen, area),
    }
}

fn full(pen: &mut Pen, area: Rect) {
    let head = rows(area, 1, 6);
    temperature(pen, Rect { width: 44, ..head });
    time_left(pen, Rect { x: head.x + 44, width: 40, ..head }, Glyph::Wide);
    let third = Rect { x: head.x + 84, width: head.width - 84, ..head };
    impedance(pen, third);
    let line = [measured_line(pen), loop_line(pen)].join("     ");
    pen.line(rows(area, 8, 1), 0, &line, Role::Value);
    let log_rows = 6;
    let (trends, tail) =
        (rows(area, 9, area.height - 9 - 2 - log_rows), area.height - 1 - log_rows);
    let low = rows(trends, trends.height - 1, 1);
    let (trends, panel) = beside(pen, trends, PANEL_FULL);
    lesion::panel(pen, panel);
    let low = Rect { width: trends.width, ..low };
    let first = rows(trends, 0, (trends.height - 1) * 2 / 3);
    let second = rows(trends, first.height, trends.height - 1 - first.height);
    temperature_trend(pen, first);
    impedance_trend(pen, second);
    trend::time_axis(pen, low, 0, ZOOMS_S[pen.app.zoom]);
    channels(pen, rows(area, tail - 1, 1));
    log(pen, rows(area, tail, log_rows + 1), true);
}

fn base(pen: &mut Pen, area: Rect) {
    let head = rows(area, 0, 6);
    temperature(pen, Rect { width: 38, ..head });
    time_left(pen, Rect { x: head.x + 38, width: 25, ..head }, Glyph::Narrow);
    value_column(pen, Rect { x: head.x + 63, width: head.width - 63, ..head });
    let log_rows = if area.height > 24 { 4 } else { 2 };
    let trend_rows = area.height - 6 - 1 - log_rows - 1;
    let (trends, panel) = beside(pen, rows(area, 6, trend_rows + 1), PANEL_BASE);
    lesion::panel(pen, panel);
    temperature_trend(pen, rows(trends, 0, trend_rows));
    trend::time_axis(pen, rows(trends, trend_rows, 1), 0, ZOOMS_S[pen.app.zoom]);
    log(pen, rows(area, 7 + trend_rows, log_rows), false);
    channels(pen, rows(area, area.height - 1, 1));
}

fn one(pen: &mut Pen, area: Rect) {
    let head = rows(area, 0, 6);
    temperature(pen, Rect { width: 36, ..head });
    time_left(pen, Rect { x: head.x + 36, width: head.width - 36, ..head }, Glyph::Narrow);
    let line = measured_line(pen);
    pen.line(rows(area, 6, 1), 0, &line, Role::Value);
    let told = u16::from(lesion::view(pen).is_some());
    lesion::line(pen, rows(area, 7, told));
    let trend_rows = area.height - 7 - told - 1 - 1;
    let trends = rows(area, 7 + told, trend_rows + 1);
    temperature_trend(pen, rows(trends, 0, trend_rows));
    trend::time_axis(pen, rows(trends, trend_rows, 1), 0, ZOOMS_S[pen.app.zoom]);
    log(pen, rows(area, area.height - 1, 1), false);
}

fn temperature(pen: &mut Pen, area: Rect) {
    let live = pen.app.view.report(pen.now).live().is_some();
    let title = values::tip_title(pen.app, pen.now);
    pen.line(area, 0, &format!(" {title}"), if live { Role::Title } else { Role::Bad });
    let text = values::tip(pen.app, pen.now);
    let role = if live { Role::Value } else { Role::Dim };
    let digits = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 1, height: digits::ROWS };
    digits::draw(pen, digits, &format!("{text:>4}"), Glyph::Wide, role);
    let set = pen.app.view.set().map_or(0.0, rfa_units::MilliCelsius::as_f64);
    let following = set_words(pen);
    pen.line(area, 5, &format!(" set {set:.1}  band +-{BAND_C:.0}  {following}"), Role::Base);
}

/// What the loop is doing about the set temperature.
fn set_words(pen: &Pen) -> String {
    let delivering = pen.app.view.state(pen.now) == Some(State::Delivering);
    match pen.app.view.control() {
        Some(control) if delivering && control.phase == Phase::Ramp => control
            .target
            .map_or("ramp".to_string(), |target| format!("ramp at {:.1}", target.as_f64())),
        Some(control) if delivering && control.phase == Phase::Hold => "ramp done".to_string(),
        _ => "not heating".to_string(),
    }
}

fn time_left(pen: &mut Pen, area: Rect, glyph: Glyph) {
    let step = pen.app.view.plan().program.steps.get(pen.app.view.step()).copied();
    let hold = step.map_or(Span::ZERO, |step| step.hold);
    pen.line(area, 0, &format!("TIME LEFT  of {}", words::clock(hold)), Role::Title);
    let text = values::time_left(pen.app, pen.now);
    let live = pen.app.view.tick_age(pen.now).live().is_some();
    let digits = Rect { y: area.y + 1, height: digits::ROWS, ..area };
    digits::draw(pen, digits, &text, glyph, if live { Role::Value } else { Role::Dim });
    let running = pen.app.view.control().filter(|c| c.step.get() == pen.app.view.step());
    let held = running.map_or(Span::ZERO, |c| c.held);
    pen.line(area, 5, &format!("at temperature {}", words::clock(held)), Role::Base);
}

fn impedance(pen: &mut Pen, area: Rect) {
    pen.line(area, 0, "IMPEDANCE ohm", Role::Title);
    let text = values::impedance(pen.app, pen.now);
    let digits = Rect { y: area.y + 1, height: digits::ROWS, ..area };
    let glyph = if text.len() > 4 { Glyph::Narrow } else { Glyph::Wide };
    let live = pen.app.view.report(pen.now).live().is_some();
    digits::draw(pen, digits, &text, glyph, if live { Role::Value } else { Role::Dim });
    let limits = pen.app.view.plan().limits;
    let (low, high) = (limits.impedance_low.as_f64(), limits.impedance_high.as_f64());
    pen.line(area, 5, &format!("RF ends below {low:.0}, above {high:.0}"), Role::Base);
}

/// Z, P, V, I, E in one line.
fn measured_line(pen: &Pen) -> String {
    let (app, now) = (pen.app, pen.now);
    let (z, p) = (values::impedance(app, now), values::power(app, now));
    let (v, i, e) =
        (values::voltage(app, now), values::current(app, now), values::energy(app, now));
    format!(" Z {z} ohm  P {p} W  V {v}  I {i} mA  E {e} J")
}

/// What the controller asked and the interlock granted, and how the ticks keep time.
fn loop_line(pen: &Pen) -> String {
    let Some(outputs) = pen.app.view.outputs() else { return String::new() };
    let permit = outputs.permit;
    let timing = pen.app.view.snapshot().and_then(|s| s.latest.as_ref()).map(|t| t.timing);
    let missed = timing.map_or(0, |t| t.missed_ticks);
    let (granted, ceiling) = (permit.granted.as_f64(), permit.ceiling.as_f64());
    format!("granted {granted:.1} W  ceiling {ceiling:.1} W  missed ticks {missed}")
}

fn value_column(pen: &mut Pen, area: Rect) {
    let (app, now) = (pen.app, pen.now);
    let lines = [
        ("Z", values::impedance(app, now), "ohm"),
        ("P", values::power(app, now), "W"),
        ("V", values::voltage(app, now), "V"),
        ("I", values::current(app, now), "mA"),
        ("E", values::energy(app, now), "J"),
    ];
    for (row, (name, value, unit)) in (1..).zip(lines) {
        pen.line(area, row, &format!("{name} {value:>7} {unit}"), Role::Value);
    }
}

fn temperature_trend(pen: &mut Pen, area: Rect) {
    let window_s = ZOOMS_S[pen.app.zoom];
    let points = Plot::points(pen, Span::from_secs(window_s), |s| s.tip.map(|t| t.as_f64()));
    let beside = Plot::beside(pen, Span::from_secs(window_s));
    let all = || points.iter().chain(&beside).map(|p| p.1);
    let (low, high) = (all().fold(AXIS_C.0, f64::min), all().fold(AXIS_C.1, f64::max));
    let set = pen.app.view.set().map(|set| (set.as_f64(), BAND_C));
    trend::draw(pen, area, &Plot { points, window_s: window_s as f64, low, high, set, beside });
}

fn impedance_trend(pen: &mut Pen, area: Rect) {
    let window_s = ZOOMS_S[pen.app.zoom];
    let points = Plot::points(pen, Span::from_secs(window_s), |s| s.impedance.map(|z| z.as_f64()));
    // From 0 so that a small change does not look like a large one.
    let most = points.iter().map(|p| p.1).fold(0.0, f64::max);
    let high = (most / 100.0).ceil().clamp(5.0, 50.0) * 100.0;
    let (low, set, beside) = (0.0, None, Vec::new());
    trend::draw(pen, area, &Plot { points, window_s: window_s as f64, low, high, set, beside });
}

/// One cell a channel: what it measures, and whether its output is on.
fn channels(pen: &mut Pen, area: Rect) {
    let count = pen.app.view.snapshot().map_or(1, |s| s.identity.channels);
    let telemetry = pen.app.view.telemetry(pen.now).live().copied();
    let cells: Vec<String> = (1..=count)
        .map(|number| {
            let report = telemetry
                .and_then(|t| t.channels.iter().find(|c| c.channel.number() == number).copied());
            let Some(report) = report else { return format!("{number} --.- C") };
            let z = report.impedance.map_or("---".to_string(), |z| format!("{:.0}", z.as_f64()));
            let state = if report.output == OutputState::Off { "off" } else { "ON" };
            let tip = values::tip_of(&report);
            format!("{number} {tip} C {z} ohm {:.1} W {state}", report.power.as_f64())
        })
        .collect();
    let lamp = pen.app.view.lamp(pen.now);
    let role = if lamp == Lamp::Unknown { Role::Dim } else { Role::Base };
    pen.line(area, 0, &format!(" ch {}", cells.join(" | ")), role);
}

/// The newest entries of the log, newest first.
fn log(pen: &mut Pen, area: Rect, headed: bool) {
    if headed {
        pen.line(area, 0, " time      pri  event", Role::Title);
    }
    let skip = u16::from(headed);
    let app = pen.app;
    for (row, entry) in (skip..area.height).zip(app.view.log.iter()) {
        let mark = entry.priority.map_or("", marks);
        let moment = values::moment(app, entry.at);
        pen.line(area, row, &format!(" {moment}  {mark:<3}  {}", entry.text), Role::Base);
    }
}
