//! The rows every screen has: alarms on top, state, STOP, hints.

use super::layout::Class;
use super::pen::Pen;
use super::{replay, values};
use crate::app::{App, Screen};
use crate::keys::{self, Act, Scope};
use crate::theme::{Role, marks, word};
use crate::view::{Lamp, Reading, Shown};
use crate::words::{self, ends};
use ratatui::layout::Rect;
use rfa_interlock::{Priority, State};
use rfa_session::{alarm_line, alarm_text};
use rfa_units::HostInstant;

/// Half periods of the flashing: 2 Hz and 0.6 Hz at 50 % duty (hazards.md part b).
const HIGH_HALF_US: u64 = 250_000;
const MEDIUM_HALF_US: u64 = 833_333;

/// Whether an alarm bar is in the lit half of its rhythm. An acknowledged alarm stays lit.
fn is_bright(priority: Priority, acknowledged: bool, now: HostInstant) -> bool {
    let half = match priority {
        Priority::High => HIGH_HALF_US,
        Priority::Medium => MEDIUM_HALF_US,
        Priority::Low => return true,
    };
    acknowledged || (now.as_micros() / half).is_multiple_of(2)
}

/// The style of the highest alarm now.
pub(super) fn alarm_role(app: &App, shown: &Shown, now: HostInstant) -> Role {
    // At a hundred times the speed a recorded rhythm would flicker: over a recording it is lit.
    let steady = app.replay.is_some() || app.view.outputs().is_some_and(|o| o.acknowledged);
    let priority = shown.priority;
    Role::Alarm { priority, bright: is_bright(priority, steady, now) }
}

/// One alarm in a line: stars, word, and what stands in its row of the alarm table.
pub(super) fn alarm_words(app: &App, shown: &Shown, now: HostInstant) -> String {
    let trip = app.view.outputs().and_then(|o| o.trip);
    let line = alarm_line(shown.alarm, trip.as_ref(), &app.view.alarm_context(now));
    format!("{} {} {line}", marks(shown.priority), word(shown.priority))
}

pub(super) fn alarms(pen: &mut Pen, area: Rect, class: Class) {
    let alarms = pen.app.view.alarms();
    let Some(first) = alarms.first() else {
        match pen.app.view.tick_age(pen.now) {
            Reading::Live(()) => pen.bar(area, 0, " no alarm", Role::Dim),
            _ => pen.bar(area, 0, " ALARMS NOT KNOWN: no report", Role::StateBad),
        }
        pen.bar(area, 1, &format!(" {}", prompt(pen.app, pen.now)), Role::Title);
        return;
    };
    let role = alarm_role(pen.app, first, pen.now);
    // High has a double frame: it stands out where neither colour nor reverse is shown.
    let edge = match (first.priority, pen.is_ascii()) {
        (Priority::High, true) => "||",
        (Priority::High, false) => "║",
        _ => " ",
    };
    let text = alarm_text(first.alarm);
    let words = alarm_words(pen.app, first, pen.now);
    let (number, title) = (first.alarm.number(), text.title);
    let of = alarms.len();
    let next = next_act(pen.app);
    let then = next.map_or(String::new(), |key| format!("; then {key}"));
    let (words, count, act, why) = match class {
        Class::Full => {
            let words = format!("{words}   AL-{number:02} {title}");
            (words, format!("{} 1 of {of}", standing(first)), then, "x explains")
        }
        Class::Base => (words, format!("{} 1 of {of}", standing(first)), then, "x explains"),
        Class::One | Class::Small => {
            (words, format!("1/{of}"), String::new(), next.unwrap_or("x why"))
        }
    };
    let width = usize::from(area.width).saturating_sub(2 * edge.chars().count() + 2);
    let first_row = ends(&words, &count, width);
    let second_row = ends(&format!("do: {}{act}", text.act), why, width);
    pen.bar(area, 0, &format!("{edge} {first_row} {edge}"), role);
    pen.bar(area, 1, &format!("{edge} {second_row} {edge}"), role);
}

/// The key that comes next on the way out of a trip; over a recording none does anything.
fn next_act(app: &App) -> Option<&'static str> {
    if app.replay.is_some() {
        return None;
    }
    let outputs = app.view.outputs().filter(|outputs| outputs.state == State::Tripped)?;
    Some(if outputs.acknowledged { "r reset" } else { "c ack" })
}

fn standing(shown: &Shown) -> &'static str {
    match (shown.active, shown.latched) {
        (true, _) => "alarm",
        (false, _) => "latched",
    }
}

/// What comes next, in the operator's words; over a recording, what was said to come next.
pub(super) fn prompt(app: &App, now: HostInstant) -> String {
    let next = next_words(app, now);
    match app.replay.as_ref().map(|stand| stand.silent_s()) {
        None => next,
        Some(None) => format!("the operator was told: {next}"),
        Some(Some(s)) => {
            format!("nothing new in the recording for {s} s: what goes on is not known")
        }
    }
}

fn next_words(app: &App, now: HostInstant) -> String {
    let Some(outputs) = app.view.outputs() else {
        return "waiting for the first report of the safety monitor".to_string();
    };
    if let Reading::Stale(age) = app.view.tick_age(now) {
        return format!("no report for {:.1} s", age.as_secs_f64());
    }
    let pedal = app.view.footswitch_fitted();
    let text = match outputs.state {
        State::SelfTest => "self-test: contactors and readback are being proven",
        State::Armed if pedal => "ARMED: press and hold the footswitch",
        State::Armed => "ARMED: F5 in the ARM dialog starts; STOP disarms",
        State::Delivering if pedal => "RF runs while the footswitch is held",
        State::Delivering => "RF runs until the step ends or STOP",
        State::Stopping => "waiting until 0 W is measured",
        State::Tripped => "c acknowledges, then r resets",
        State::Lockout => "locked out: only a power cycle leaves it",
        State::Idle if outputs.complete => "treatment complete: 6 shows the end card",
        State::Idle if app.ended => "treatment ended at the check: 6 shows the end card",
        State::Idle if app.operator().is_none() => "next: s signs in",
        State::Idle if !app.checklist.is_complete() => "next: 1 Setup, confirm every row",
        State::Idle if outputs.check_due => "CHECK DUE: test sensation, then g",
        State::Idle => return format!("next: A arms {}", values::step_words(app)),
    };
    text.to_string()
}

pub(super) fn state_role(app: &App, now: HostInstant) -> Role {
    match (app.view.lamp(now), app.view.state(now)) {
        (_, None | Some(State::Tripped | State::Lockout)) => Role::StateBad,
        (Lamp::On, _) => Role::StateOn,
        (_, Some(State::Armed | State::Delivering | State::Stopping)) => Role::StateArmed,
        _ => Role::StateOff,
    }
}

/// The state in words: RF as measured, then the interlock's state or how long it is unknown.
pub(super) fn state_words(app: &App, now: HostInstant) -> String {
    let lamp = app.view.lamp(now).word();
    let state = match (app.view.tick_age(now), app.view.outputs()) {
        (Reading::Live(()), Some(outputs)) => {
            let gate = outputs.state == State::Idle && outputs.check_due;
            let idle = outputs.state == State::Idle;
            let word = match () {
                () if idle && outputs.complete => "COMPLETE",
                () if idle && app.ended => "ENDED",
                () if gate => "CHECK DUE",
                () => words::state(outputs.state, app.view.phase()),
            };
            word.to_string()
        }
        (Reading::Stale(age), _) => format!("NO DATA {:.1} s", age.as_secs_f64()),
        _ => "NO DATA".to_string(),
    };
    format!("{lamp}  {state}")
}

pub(super) fn state(pen: &mut Pen, area: Rect, class: Class) {
    let app = pen.app;
    let plan = app.view.plan();
    let mut left = vec![format!(" {}", state_words(app, pen.now))];
    if app.screen != Screen::Live || app.dialog.is_some() {
        left.push(format!("{} C", values::tip(app, pen.now)));
    }
    let steps = plan.program.steps.len();
    if steps > 1 {
        left.push(format!("step {}/{steps}", app.view.step() + 1));
    }
    left.push(format!("{} {}", words::mode(plan.program.mode), plan.program.channel));
    if class == Class::Full {
        left.push(plan.target.to_string());
        left.push(plan.id.clone());
    }
    let mut right: Vec<String> = values::sound(app).into_iter().collect();
    if class == Class::Full {
        let nobody = if app.replay.is_some() { "op: not recorded" } else { "nobody signed in" };
        let name = app.operator().map(|name| format!("op: {}", name.as_str()));
        right.push(name.unwrap_or_else(|| nobody.to_string()));
    }
    let device = app.view.snapshot().map(|s| words::device(&s.identity));
    if app.replay.is_some() {
        right.extend(device.map(|device| format!("REPLAY of {device}")));
    } else {
        right.push(values::recording(app));
        right.extend(device);
    }
    if class != Class::One {
        right.push(format!("pad {}", values::pad(app, pen.now)));
    }
    let text = words::bar(&left, &right, usize::from(area.width).saturating_sub(1));
    pen.bar(area, 0, &text, state_role(app, pen.now));
}

/// The words of the STOP bar, the most that fits in `width`.
pub(super) fn stop_words(app: &App, width: usize) -> String {
    let mut long = "STOP RF :  SPACE  or  ESC".to_string();
    if app.config.mouse {
        long.push_str("  or  click");
    }
    if app.view.footswitch_fitted() {
        long.push_str("  or  release pedal");
    }
    let choices = [long.as_str(), "STOP RF: SPACE or ESC", "STOP: SPACE or ESC", "STOP: SPACE"];
    let fits = choices.into_iter().find(|text| text.len() <= width);
    fits.unwrap_or("STOP").to_string()
}

pub(super) fn stop(pen: &mut Pen, area: Rect) {
    if let Some(stand) = &pen.app.replay {
        return replay::bar(pen, area, stand);
    }
    pen.fill(area, ' ', Role::Stop);
    let words = stop_words(pen.app, usize::from(area.width));
    let length = u16::try_from(words.len()).unwrap_or(area.width);
    let middle = area.height / 2;
    for row in (0..area.height).filter(|_| area.width >= 40) {
        if row == middle {
            pen.text(area, 0, row, "##", Role::Stop);
            pen.text(area, area.width - 2, row, "##", Role::Stop);
        } else {
            pen.line(area, row, &"#".repeat(area.width.into()), Role::Stop);
        }
    }
    pen.text(area, area.width.saturating_sub(length) / 2, middle, &words, Role::Stop);
}

/// The message, while fresh; else the keys of this screen.
pub(super) fn hint(pen: &mut Pen, area: Rect) {
    if let Some(stand) = &pen.app.replay {
        return replay::hint(pen, area, stand);
    }
    if let Some(message) = pen.app.message(pen.now) {
        let message = format!(" > {message}");
        pen.bar(area, 0, &message, Role::Message);
        return;
    }
    let scopes = [Scope::Screens, Scope::On(pen.app.screen)];
    let width = usize::from(area.width);
    let mut text = String::new();
    // Help, what only this screen has, arming, quitting; then the rest as far as it fits.
    let rank = |binding: &&keys::Binding| match (binding.act, binding.scope) {
        (Act::Help, _) => 0,
        (Act::Arm, _) => 2,
        (Act::Quit, _) => 3,
        (_, Scope::Screens) => 4,
        _ => 1,
    };
    let mut bindings: Vec<_> = keys::rows(&scopes).filter(|b| !b.hint.is_empty()).collect();
    bindings.sort_by_key(rank);
    for binding in bindings {
        if text.len() + 2 + binding.hint.len() <= width {
            text.push_str("  ");
            text.push_str(binding.hint);
        }
    }
    pen.bar(area, 0, text.get(1..).unwrap_or(""), Role::Dim);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes of the bar from lit to unlit and back in one second, from 1 ms steps.
    fn changes(priority: Priority, acknowledged: bool, seconds: u64) -> u64 {
        let at = |ms: u64| HostInstant::from_micros(ms * 1000);
        let bright = |ms| is_bright(priority, acknowledged, at(ms));
        (1..=seconds * 1000).filter(|ms| bright(*ms) != bright(ms - 1)).count() as u64
    }

    #[test]
    fn flashes_at_2_hz_and_0_6_hz_and_never_above_3_hz() {
        assert_eq!(changes(Priority::High, false, 10), 2 * 2 * 10);
        assert_eq!(changes(Priority::Medium, false, 10), 12);
        assert_eq!(changes(Priority::Low, false, 10), 0);
        assert_eq!(changes(Priority::High, true, 10), 0);
    }
}
