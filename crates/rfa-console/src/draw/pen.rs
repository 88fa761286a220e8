//! Writes into the buffer; whatever lies outside is left out, so no size can panic.

use crate::app::App;
use crate::theme::{Role, Symbols, style};
use crate::words::fit;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use rfa_units::HostInstant;
use std::borrow::Cow;

/// Draws for one app at one moment.
pub(crate) struct Pen<'a> {
    pub(crate) app: &'a App,
    pub(crate) now: HostInstant,
    pub(crate) buffer: &'a mut Buffer,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(app: &'a App, buffer: &'a mut Buffer, now: HostInstant) -> Self {
        Self { app, now, buffer }
    }

    pub(crate) fn style(&self, role: Role) -> Style {
        style(self.app.config.theme, role)
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.app.config.symbols == Symbols::Ascii
    }

    /// Empties `area` in the theme's ground colour.
    pub(crate) fn clear(&mut self, area: Rect) {
        self.fill(area, ' ', Role::Base);
    }

    /// Fills `area` with one character.
    pub(crate) fn fill(&mut self, area: Rect, with: char, role: Role) {
        let style = self.style(role);
        for position in area.intersection(self.buffer.area).positions() {
            self.buffer[position].reset();
            self.buffer[position].set_char(with).set_style(style);
        }
    }

    /// One line of text in `area`'s row `row`, cut to its width.
    pub(crate) fn line(&mut self, area: Rect, row: u16, text: &str, role: Role) {
        self.text(area, 0, row, text, role);
    }

    /// Text from column `column` of `area`'s row `row`, cut at its right end.
    pub(crate) fn text(&mut self, area: Rect, column: u16, row: u16, text: &str, role: Role) {
        if row >= area.height || column >= area.width {
            return;
        }
        let (x, y) = (area.x + column, area.y + row);
        if !self.buffer.area.contains((x, y).into()) {
            return;
        }
        let room = usize::from(area.width - column);
        let text = fit(&self.in_symbols(text), room);
        // Each role states its own modifiers: those of what was here before do not shine through.
        let style = self.style(role);
        let style = style.remove_modifier(Modifier::all().difference(style.add_modifier));
        self.buffer.set_stringn(x, y, text, room, style);
    }

    /// `text` in characters the terminal is known to have.
    fn in_symbols<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if !self.is_ascii() || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let plain = text.chars().filter(|c| *c != '°');
        Cow::Owned(plain.map(|c| if c.is_ascii() { c } else { '?' }).collect())
    }

    /// A full-width bar with text in it.
    pub(crate) fn bar(&mut self, area: Rect, row: u16, text: &str, role: Role) {
        if row < area.height {
            self.fill(Rect { y: area.y + row, height: 1, ..area }, ' ', role);
            self.line(area, row, text, role);
        }
    }
}
