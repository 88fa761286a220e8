//! Drawing: every screen from what has been seen, at one moment.

mod alarms;
mod bars;
mod dialogs;
mod digits;
mod engineer;
pub(crate) mod layout;
mod lesion;
mod live;
mod pen;
mod replay;
mod review;
mod setup;
mod small;
mod trend;
mod values;

use crate::app::{App, Screen};
use layout::{Class, Frames};
use pen::Pen;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use rfa_units::HostInstant;

/// The first line shown of the open dialog where it is scrolled to its end.
pub(crate) fn last_row_of_dialog(app: &App) -> usize {
    dialogs::last_row(app, Frames::of(Rect::from((Position::ORIGIN, app.size))).body)
}

/// Draws the whole frame.
pub(crate) fn screen(app: &App, frame: &mut Frame, now: HostInstant) {
    let area = frame.area();
    let mut pen = Pen::new(app, frame.buffer_mut(), now);
    pen.clear(area);
    if Class::of(area.as_size()) == Class::Small {
        small::draw(&mut pen, area);
        return;
    }
    let frames = Frames::of(area);
    match app.screen {
        Screen::Setup => setup::draw(&mut pen, frames.body),
        Screen::Live => live::draw(&mut pen, frames.body, frames.class),
        Screen::Alarms => alarms::draw(&mut pen, frames.body),
        Screen::Review => review::draw(&mut pen, frames.body),
        Screen::Engineer => engineer::draw(&mut pen, frames.body),
    }
    dialogs::draw(&mut pen, frames.body);
    bars::alarms(&mut pen, frames.alarms, frames.class);
    bars::state(&mut pen, frames.state, frames.class);
    bars::hint(&mut pen, frames.hint);
    bars::stop(&mut pen, frames.stop);
}
