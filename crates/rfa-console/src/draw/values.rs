//! Measured values as text. What is not measured, or is stale, is never a number.

use crate::app::App;
use crate::view::Reading;
use crate::words;
use rfa_units::{ChannelReport, HostInstant, Span, TipReading};

/// In the place of a number that is not there.
const NONE: &str = "---";

/// The tip temperature in at most five characters.
pub(super) fn tip(app: &App, now: HostInstant) -> String {
    match app.view.report(now) {
        Reading::Live(report) => tip_of(report),
        Reading::Stale(_) | Reading::Never => "--.-".to_string(),
    }
}

/// The tip temperature of one report.
pub(super) fn tip_of(report: &ChannelReport) -> String {
    match report.tip {
        TipReading::Open => "OPEN".to_string(),
        TipReading::Faulty => "FAIL".to_string(),
        TipReading::Valid(t) if (-9_949..99_950).contains(&t.get()) => {
            format!("{:.1}", t.as_f64())
        }
        TipReading::Valid(t) => format!("{:.0}", t.as_f64()),
    }
}

/// What the temperature's title says beside it: its age where it is not live.
pub(super) fn tip_title(app: &App, now: HostInstant) -> String {
    match app.view.report(now) {
        Reading::Live(_) => "TEMP C".to_string(),
        Reading::Stale(age) => format!("TEMP C  no data {:.1} s", age.as_secs_f64()),
        Reading::Never => "TEMP C  no data".to_string(),
    }
}

fn measured(
    app: &App,
    now: HostInstant,
    value: impl Fn(&ChannelReport) -> Option<String>,
) -> String {
    app.view.report(now).live().and_then(value).unwrap_or_else(|| NONE.to_string())
}

/// Impedance in ohm, without the unit.
pub(super) fn impedance(app: &App, now: HostInstant) -> String {
    measured(app, now, |r| r.impedance.map(|z| format!("{:.0}", z.as_f64())))
}

/// Measured power in watts, without the unit.
pub(super) fn power(app: &App, now: HostInstant) -> String {
    measured(app, now, |r| Some(format!("{:.1}", r.power.as_f64())))
}

/// Measured voltage in volts, without the unit.
pub(super) fn voltage(app: &App, now: HostInstant) -> String {
    measured(app, now, |r| Some(format!("{:.1}", r.voltage.as_f64())))
}

/// Measured current in milliamperes, without the unit.
pub(super) fn current(app: &App, now: HostInstant) -> String {
    measured(app, now, |r| Some(format!("{:.0}", r.current.as_f64() * 1000.0)))
}

/// Energy the generator reports for the session, in joules, without the unit.
pub(super) fn energy(app: &App, now: HostInstant) -> String {
    measured(app, now, |r| Some(format!("{:.0}", r.energy.as_f64())))
}

/// Return-pad impedance with its unit.
pub(super) fn pad(app: &App, now: HostInstant) -> String {
    let pad = app.view.telemetry(now).live().and_then(|t| t.pad);
    pad.map_or(NONE.to_string(), |z| format!("{:.0} ohm", z.as_f64()))
}

/// The recording in a few words.
pub(super) fn recording(app: &App) -> String {
    let Some(recording) = app.view.snapshot().map(|s| &s.recording) else {
        return "REC ?".to_string();
    };
    if recording.error.is_some() {
        "REC FAILED".to_string()
    } else if recording.file.is_empty() {
        "NO REC".to_string()
    } else if recording.dropped > 0 {
        format!("REC {} LOST {}", size(recording.bytes), recording.dropped)
    } else {
        format!("REC {}", size(recording.bytes))
    }
}

/// What is amiss with the alarm sound; nothing where it plays.
pub(super) fn sound(app: &App) -> Option<String> {
    let sound = app.sound.as_ref()?;
    match (&sound.player, sound.pause_left) {
        (Err(_), _) => Some("NO SOUND".to_string()),
        (Ok(_), Some(left)) => {
            // Rounded up: a pause that still holds never shows 0:00.
            let left_s = left.as_micros().div_ceil(1_000_000);
            Some(format!("PAUSED {}:{:02}", left_s / 60, left_s % 60))
        }
        (Ok(_), None) => None,
    }
}

/// Bytes as MB, or as kB below one.
pub(super) fn size(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes / 1000)
    } else {
        format!("{:.1} MB", bytes as f64 / 1e6)
    }
}

/// Lesion time still to come; the plan's where the step has not begun.
pub(super) fn time_left(app: &App, now: HostInstant) -> String {
    if app.view.tick_age(now).live().is_none() {
        return "-:--".to_string();
    }
    let step = app.view.step();
    let planned = app.view.plan().program.steps.get(step).map_or(Span::ZERO, |s| s.hold);
    let running = app.view.control().filter(|control| control.step.get() == step);
    words::left(running.map_or(planned, |control| control.left))
}

/// "step 2 of 4: 65 C for 60 s".
pub(super) fn step_words(app: &App) -> String {
    let steps = &app.view.plan().program.steps;
    let index = app.view.step();
    let Some(step) = steps.get(index) else { return "no step".to_string() };
    let (set, hold) = (step.set.as_f64(), step.hold.as_secs_f64());
    match steps.len() {
        1 => format!("{set:.0} C for {hold:.0} s"),
        n => format!("step {} of {n}: {set:.0} C for {hold:.0} s", index + 1),
    }
}

/// The moment of a log entry: time of day where a wall clock was given, else session time.
pub(super) fn moment(app: &App, at: HostInstant) -> String {
    let Some(wall) = app.config.wall_clock else {
        return format!("{:>8}", words::clock(app.view.since_start(at)));
    };
    let after = at.since(wall.at).as_micros() / 1_000_000;
    let before = wall.at.since(at).as_micros().div_ceil(1_000_000);
    let day = 86_400;
    let s = (u64::from(wall.second_of_day) + after + day - before % day) % day;
    format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}
