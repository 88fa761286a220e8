//! Where things are, by the size of the terminal (console.md section 2, breakpoints).

use ratatui::layout::{Rect, Size};

/// Size classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Below 60x20: temperature, state, priority, STOP.
    Small,
    /// 60x20 up: one pane.
    One,
    /// 80x24 up.
    Base,
    /// 120x40 up: everything.
    Full,
}

impl Class {
    /// The class of a terminal of this size.
    pub(crate) const fn of(size: Size) -> Self {
        match (size.width, size.height) {
            (120.., 40..) => Self::Full,
            (80.., 24..) => Self::Base,
            (60.., 20..) => Self::One,
            _ => Self::Small,
        }
    }

    /// Rows of the STOP bar: three where a gloved finger has to hit it (console.md section 3).
    const fn stop_rows(self) -> u16 {
        match self {
            Self::Full => 3,
            _ => 1,
        }
    }
}

/// The parts of a screen that is not small. Nothing ever lies over another but a dialog over
/// the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frames {
    pub(crate) class: Class,
    pub(crate) alarms: Rect,
    pub(crate) state: Rect,
    pub(crate) body: Rect,
    pub(crate) stop: Rect,
    pub(crate) hint: Rect,
}

impl Frames {
    pub(crate) fn of(area: Rect) -> Self {
        let class = Class::of(area.as_size());
        let row = |y: u16, rows: u16| {
            let rows = rows.min(area.height.saturating_sub(y));
            Rect::new(area.x, area.y + y.min(area.height), area.width, rows)
        };
        let stop_rows = class.stop_rows();
        let body_rows = area.height.saturating_sub(2 + 1 + stop_rows + 1);
        Self {
            class,
            alarms: row(0, 2),
            state: row(2, 1),
            body: row(3, body_rows),
            stop: row(3 + body_rows, stop_rows),
            hint: row(3 + body_rows + stop_rows, 1),
        }
    }
}

/// The STOP bar of a terminal of this size: what is drawn there, and what a click hits.
pub(crate) fn stop_bar(size: Size) -> Rect {
    let area = Rect::new(0, 0, size.width, size.height);
    match Class::of(size) {
        Class::Small => Rect::new(0, size.height.saturating_sub(1), size.width, size.height.min(1)),
        _ => Frames::of(area).stop,
    }
}
