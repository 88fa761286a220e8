//! Below 60x20: temperature, state, priority, STOP; never an exit (console.md section 2).

use super::digits::{self, Glyph};
use super::pen::Pen;
use super::{bars, values};
use crate::app::Dialog;
use crate::theme::Role;
use crate::words::ends;
use ratatui::layout::Rect;

pub(super) fn draw(pen: &mut Pen, area: Rect) {
    let Some(stop) = area.height.checked_sub(1) else { return };
    let stop = Rect { y: area.y + stop, height: 1, ..area };
    let mut row = 0;
    for (text, role) in lines(pen, area) {
        if row < area.height - 1 {
            pen.bar(area, row, &text, role);
            row += 1;
        }
    }
    let big = Rect { x: area.x + 1, y: area.y + row, height: digits::ROWS, ..area };
    if area.height > row + digits::ROWS + 1 && area.width >= 35 {
        let live = pen.app.view.report(pen.now).live().is_some();
        let text = format!("{:>4}", values::tip(pen.app, pen.now));
        let role = if live { Role::Value } else { Role::Dim };
        let big = Rect { width: area.width - 1, ..big };
        digits::draw(pen, big, &text, Glyph::Wide, role);
    }
    bars::stop(pen, stop);
}

/// The rows, the most important first; what does not fit is left out from the end.
fn lines(pen: &Pen, area: Rect) -> Vec<(String, Role)> {
    let (app, now) = (pen.app, pen.now);
    let width = usize::from(area.width);
    let mut lines = Vec::new();
    if let Some(first) = app.view.alarms().first() {
        let words = bars::alarm_words(app, first, now);
        lines.push((format!(" {words}"), bars::alarm_role(app, first, now)));
    }
    let state = bars::state_words(app, now);
    let tip = format!(" {} C", values::tip(app, now));
    let live = app.view.report(now).live().is_some();
    if area.height <= 3 {
        // One row for both: the state beside the temperature.
        let tip = values::tip(app, now);
        lines.push((format!("{tip}C {}", state.replace("  ", " ")), bars::state_role(app, now)));
        return lines;
    }
    let set = app.view.set().map_or(String::new(), |set| format!("set {:.1} ", set.as_f64()));
    lines.push((ends(&tip, &set, width), if live { Role::Value } else { Role::Dim }));
    let left = format!("left {} ", values::time_left(app, now));
    lines.push((ends(&format!(" {state}"), &left, width), bars::state_role(app, now)));
    let question = matches!(app.dialog, Some(Dialog::Quitting));
    if question {
        lines.push((" q quits, Enter stays".to_string(), Role::Message));
    } else if let Some(message) = app.message(now) {
        lines.push((format!(" > {message}"), Role::Message));
    } else {
        lines.push((format!(" {}", bars::prompt(app, now)), Role::Base));
    }
    let needed = format!(" window {}x{}, screens need 60x20", area.width, area.height);
    lines.push((needed, Role::Dim));
    lines
}
