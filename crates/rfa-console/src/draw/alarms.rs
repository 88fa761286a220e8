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
    let found: Vec<_> = app.view.log.with(app.filter.as_deref()).collect();
    // Over a recording the log is shorter again after a step back.
    let first = app.scroll.min(found.len().saturating_sub(1));
    let (of, all, from) = (found.len(), app.view.log.len(), first + 1);
    let title = match &app.filter {
        None => format!(" LOG  newest first, {all} entries from {from}"),
        Some(words) if found.is_empty() => format!(" LOG  none of {all} entries has {words:?}"),
        Some(words) => {
            format!(" LOG  newest first, {of} of {all} entries have {words:?}, from {from}")
        }
    };
    let mut lines = vec![(title, Role::Title)];
    for entry in found.into_iter().skip(first) {
        let mark = entry.priority.map_or("", marks);
        let moment = values::moment(app, entry.at);
        lines.push((format!(" {moment}  {mark:<3}  {}", entry.text), Role::Base));
    }
    lines
}
