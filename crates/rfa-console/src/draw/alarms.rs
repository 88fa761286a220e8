//! Screen 5: alarms that stand, and what happened.

use super::pen::Pen;
use super::{bars, values};
use crate::app::App;
use crate::theme::{Role, marks};
use ratatui::layout::Rect;
use rfa_session::alarm_text;

pub(super) fn draw(pen: &mut Pen, area: Rect) {
    let app = pen.app;
    let alarms = app.view.alarms();
    let mut lines: Vec<(String, Role)> = vec![(" ALARMS that stand".to_string(), Role::Title)];
    if alarms.is_empty() {
        lines.push((" none".to_string(), Role::Dim));
    }
    for shown in &alarms {
        let stands = match (shown.active, shown.latched) {
            (true, true) => "active, latched",
            (true, false) => "active",
            (false, _) => "latched",
        };
        let words = bars::alarm_words(app, shown, pen.now);
        let number = shown.alarm.number();
        lines.push((format!(" AL-{number:02} {words} ({stands})"), Role::Value));
        lines.push((
            format!("       cleared by: {}", alarm_text(shown.alarm).cleared_by),
            Role::Dim,
        ));
    }
    lines.push((String::new(), Role::Base));
    lines.extend(log(app));
    for (row, (text, role)) in (0..area.height).zip(lines) {
        pen.line(area, row, &text, role);
    }
}

/// The log with its title: all of it, or the entries that have the words looked for.
fn log(app: &App) -> Vec<(String, Role)> {
    let wanted = app.filter.as_deref().map(str::to_ascii_lowercase);
    let has = |text: &str| {
        wanted.as_ref().is_none_or(|wanted| text.to_ascii_lowercase().contains(wanted))
    };
    let found: Vec<_> = app.view.log.iter().filter(|entry| has(&entry.text)).collect();
    // Over a recording the log is shorter again after a step back.
    let first = app.scroll.min(found.len().saturating_sub(1));
    let which = app
        .filter
        .as_ref()
        .map_or(String::new(), |words| format!(" of {} with {words:?}", app.view.log.len()));
    let title = format!(" LOG  newest first, {}{which} entries from {}", found.len(), first + 1);
    let mut lines = vec![(title, Role::Title)];
    for entry in found.into_iter().skip(first) {
        let mark = entry.priority.map_or("", marks);
        let moment = values::moment(app, entry.at);
        lines.push((format!(" {moment}  {mark:<3}  {}", entry.text), Role::Base));
    }
    lines
}
