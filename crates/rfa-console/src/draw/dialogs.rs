//! Dialogs: over the body only. The alarm rows, the state row and the STOP bar stay free.

use super::pen::Pen;
use super::{bars, replay, values};
use crate::app::{App, ArmDialog, Dialog, GateDialog, Panel, SignInDialog, Stage};
use crate::keys::{self, Scope};
use crate::theme::Role;
use crate::words;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Widget};
use rfa_session::{Finding, alarm_text};
use rfa_units::HostInstant;

type Lines = Vec<(String, Role)>;

pub(super) fn draw(pen: &mut Pen, body: Rect) {
    let Some((title, lines, scroll)) = content(pen.app, pen.now, body) else { return };
    boxed(pen, body, &title, &lines, scroll);
}

/// The first line that is shown of a dialog that is scrolled to its end, with this body.
pub(super) fn last_row(app: &App, body: Rect) -> usize {
    let now = app.view.newest_at().unwrap_or(HostInstant::ZERO);
    let lines = content(app, now, body).map_or(0, |(_, lines, _)| lines.len());
    lines.saturating_sub(usize::from(body.height.saturating_sub(2)))
}

/// Title, lines, and the first of them that is shown.
fn content(app: &App, now: HostInstant, body: Rect) -> Option<(String, Lines, usize)> {
    Some(match app.dialog.as_ref()? {
        Dialog::Arm(arm) => (arm_title(arm), arm_lines(app, arm, now), 0),
        Dialog::Gate(gate) => (gate_title(app), gate_lines(gate), 0),
        Dialog::SignIn(sign_in) => ("SIGN IN".to_string(), sign_in_lines(app, sign_in), 0),
        Dialog::Help { scroll } => (
            format!("KEYS on {}   Enter closes, j/k scrolls", app.screen.name()),
            help_lines(app),
            *scroll,
        ),
        Dialog::Explain { scroll } => {
            ("ALARM EXPLAINED   Enter closes".to_string(), explain_lines(app, now), *scroll)
        }
        Dialog::Panel(panel) => {
            let width = usize::from(body.width.saturating_sub(4));
            let title = format!("{}   Enter closes, j/k scrolls", panel.title);
            (title, panel_lines(panel, width), panel.scroll)
        }
        Dialog::Quitting => ("QUIT ?".to_string(), quit_lines(app, now), 0),
    })
}

/// A framed box in the middle of `body`, wide enough for its longest line.
fn boxed(pen: &mut Pen, body: Rect, title: &str, lines: &Lines, scroll: usize) {
    let longest = lines.iter().map(|(text, _)| text.chars().count()).max().unwrap_or(0);
    let inner = u16::try_from(longest.max(title.chars().count() + 2)).unwrap_or(u16::MAX);
    let width = inner.saturating_add(4).min(body.width);
    let wanted = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let height = wanted.min(body.height);
    let area =
        Rect { x: body.x + (body.width - width) / 2, y: body.y + top(body, height), width, height };
    pen.clear(area);
    frame(pen, area);
    pen.text(area, 2, 0, &format!(" {title} "), Role::Title);
    let inside = Rect { x: area.x + 2, y: area.y + 1, width: width - 4, height: height - 2 };
    let last = lines.len().saturating_sub(usize::from(inside.height));
    let shown = lines.iter().skip(scroll.min(last));
    for (row, (text, role)) in (0..inside.height).zip(shown) {
        pen.line(inside, row, text, *role);
    }
    if last > scroll {
        pen.text(area, 2, height - 1, " more below: j ", Role::Title);
    }
}

/// Below the big digits where there is room, else as low as it can be.
fn top(body: Rect, height: u16) -> u16 {
    const DIGITS: u16 = 8;
    let below = body.height - height;
    let free = below.saturating_sub(DIGITS) / 2;
    below.min(DIGITS + free)
}

fn frame(pen: &mut Pen, area: Rect) {
    let block = if pen.is_ascii() {
        Block::bordered().border_set(ratatui::symbols::border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        })
    } else {
        Block::bordered()
    };
    block.border_style(pen.style(Role::Base)).render(area, pen.buffer);
}

fn arm_title(arm: &ArmDialog) -> String {
    match arm.stage {
        Stage::Confirm => "ARM ?".to_string(),
        Stage::Sent { .. } => "ARMING".to_string(),
        Stage::Armed => "ARMED".to_string(),
        Stage::Started => "STARTING".to_string(),
    }
}

fn arm_lines(app: &App, arm: &ArmDialog, now: HostInstant) -> Lines {
    let plan = app.view.plan();
    let electrode = plan.electrode;
    let index = app.view.step();
    let (step, ceiling) = (plan.program.steps.get(index), plan.program.ceilings.get(index));
    let seconds = step.map_or(0.0, |s| s.ramp.as_secs_f64());
    let watts = ceiling.map_or(0.0, |c| c.as_f64());
    let (mode, channel) = (words::mode(plan.program.mode), plan.program.channel);
    let tip_mm = f64::from(electrode.tip_length_um) / 1000.0;
    let who = app.operator();
    let rows = app.checklist.len();
    let mut lines = vec![
        (format!("what    {mode}, {}", values::step_words(app)), Role::Value),
        (format!("        ramp {seconds:.0} s, at most {watts:.1} W"), Role::Base),
        (format!("where   {channel}, {}", plan.target), Role::Value),
        (
            format!("with    {}G x {tip_mm} mm, plan {}", electrode.gauge.number(), plan.id),
            Role::Base,
        ),
        (format!("who     {}", who.as_ref().map_or("nobody", |name| name.as_str())), Role::Base),
        (format!("checks  {} of {rows} confirmed", rows - app.checklist.open_rows()), Role::Base),
        (
            format!(
                "reads   tip {} C, {} ohm, pad {}",
                values::tip(app, now),
                values::impedance(app, now),
                values::pad(app, now)
            ),
            Role::Base,
        ),
        (String::new(), Role::Base),
    ];
    if let Some(shortfall) = plan.shortfall(index) {
        lines.insert(2, (format!("        {}", words::shortfall(&shortfall)), Role::Bad));
    }
    let seconds = arm.left(now).as_millis().div_ceil(1000);
    let code = code_words(arm);
    let act = match arm.stage {
        Stage::Confirm => format!("[ F5 ] ARM     without F5: type {code}"),
        Stage::Sent { .. } => "waiting for the safety monitor".to_string(),
        Stage::Armed if app.view.footswitch_fitted() => {
            "ARMED: press and hold the FOOTSWITCH".to_string()
        }
        Stage::Armed => format!("ARMED: [ F5 ] STARTS RF     without F5: type {code}"),
        Stage::Started => "waiting for RF".to_string(),
    };
    let armed = matches!(arm.stage, Stage::Armed | Stage::Started);
    lines.push((act, if armed { Role::StateArmed } else { Role::Value }));
    lines.push((format!("[ Enter ] CANCEL (by itself in {seconds} s)"), Role::Selected));
    lines
}

/// The code's digits; those typed already as stars.
fn code_words(arm: &ArmDialog) -> String {
    let digits = arm.code.iter().enumerate();
    let words: Vec<String> = digits
        .map(|(index, digit)| if index < arm.typed { "*".to_string() } else { digit.to_string() })
        .collect();
    words.join(" ")
}

fn gate_title(app: &App) -> String {
    format!("CHECK before {}", values::step_words(app))
}

fn gate_lines(gate: &GateDialog) -> Lines {
    let mut lines = vec![
        ("RF is off. Test sensation, then pick what was found:".to_string(), Role::Base),
        (String::new(), Role::Base),
    ];
    for (index, finding) in Finding::ALL.iter().map(|finding| finding.text()).enumerate() {
        let picked = gate.finding == Some(index);
        let mark = if picked { "(x)" } else { "( )" };
        let role = if picked { Role::Selected } else { Role::Base };
        lines.push((format!("[ {} ] {mark} {finding}", index + 1), role));
    }
    lines.push((String::new(), Role::Base));
    let ready = if gate.finding.is_some() { Role::Value } else { Role::Dim };
    lines.push(("[ g ] go on: the next step may be armed".to_string(), ready));
    let ending =
        if gate.ending { "[ e ] AGAIN ends the treatment" } else { "[ e ] end the treatment here" };
    lines.push((ending.to_string(), if gate.ending { Role::Bad } else { Role::Value }));
    lines.push(("[ Enter ] decide later".to_string(), Role::Base));
    lines
}

fn sign_in_lines(app: &App, dialog: &SignInDialog) -> Lines {
    let (name, masked) = (dialog.name(), dialog.masked());
    let choice = if dialog.choices() > 1 { "   (Up, Down)" } else { "" };
    let cursor = |here: bool| if here { "_" } else { "" };
    let mut lines = vec![
        (format!("operator  {name}{}{choice}", cursor(!dialog.at_pin)), Role::Value),
        (format!("PIN       {masked}{}", cursor(dialog.at_pin)), Role::Value),
        (String::new(), Role::Base),
    ];
    if let Some(hint) = &app.config.sign_in_hint {
        lines.push((hint.clone(), Role::Base));
    }
    let enter = if dialog.waiting {
        "checking the PIN"
    } else {
        "[ Enter ] sign in; with nothing typed: cancel"
    };
    lines.push((enter.to_string(), Role::Base));
    lines
}

/// The same table that dispatches.
fn help_lines(app: &App) -> Lines {
    if app.replay.is_some() {
        return replay::help_lines(app);
    }
    let scopes = [Scope::Everywhere, Scope::On(app.screen), Scope::Screens];
    let mut lines: Lines = scopes
        .iter()
        .flat_map(|scope| keys::rows(std::slice::from_ref(scope)))
        .map(|binding| {
            let role = if binding.scope == Scope::Everywhere { Role::Value } else { Role::Base };
            (format!("{:<17} {}", binding.label, binding.does), role)
        })
        .collect();
    lines.push(("Enter, Space and y never start anything.".to_string(), Role::Dim));
    lines
}

fn explain_lines(app: &App, now: HostInstant) -> Lines {
    /// Beside a name of ten characters in a box that fits 60 columns.
    const WIDTH: usize = 44;
    let mut lines = Vec::new();
    for shown in app.view.alarms() {
        if !lines.is_empty() {
            lines.push((String::new(), Role::Base));
        }
        let text = alarm_text(shown.alarm);
        lines.push((format!("AL-{:02} {}", shown.alarm.number(), text.title), Role::Title));
        lines.push((bars::alarm_words(app, &shown, now), Role::Value));
        let parts = [
            ("what", text.meaning),
            ("done", text.done),
            ("do", text.act),
            ("cleared by", text.cleared_by),
        ];
        for (name, part) in parts {
            let names = std::iter::once(name).chain(std::iter::repeat(""));
            let rows = names.zip(words::wrap(part, WIDTH));
            lines.extend(rows.map(|(name, row)| (format!("{name:<10} {row}"), Role::Base)));
        }
    }
    if lines.is_empty() {
        lines.push(("The alarm has cleared.".to_string(), Role::Base));
    }
    lines
}

fn panel_lines(panel: &Panel, width: usize) -> Lines {
    let rows = panel.lines.iter().flat_map(|line| words::fold(line, width));
    rows.map(|row| (row, Role::Base)).collect()
}

fn quit_lines(app: &App, now: HostInstant) -> Lines {
    let lamp = app.view.lamp(now).word();
    vec![
        (format!("{lamp}. Quitting ends the session."), Role::Base),
        ("[ q ] quit".to_string(), Role::Base),
        ("[ Enter ] STAY".to_string(), Role::Selected),
    ]
}
