//! Digits four rows high, to be read from 3 m (console.md section 4).

use super::pen::Pen;
use crate::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use tui_big_text::{BigText, PixelSize};

/// Rows of a big digit.
pub(super) const ROWS: u16 = 4;

/// Width of a glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glyph {
    /// Eight columns.
    Wide,
    /// Four columns.
    Narrow,
}

/// Writes `text` in big digits from `area`'s left end. In ASCII, narrow glyphs are as wide as
/// wide ones would be half: seven-segment digits of three columns.
pub(super) fn draw(pen: &mut Pen, area: Rect, text: &str, glyph: Glyph, role: Role) {
    if pen.is_ascii() && glyph == Glyph::Narrow {
        segments(pen, area, text, role);
        return;
    }
    let pixel_size = match glyph {
        Glyph::Wide => PixelSize::HalfHeight,
        Glyph::Narrow => PixelSize::Quadrant,
    };
    let big = BigText::builder().pixel_size(pixel_size).lines(vec![text.into()]).build();
    let within = Rect { height: area.height.min(ROWS), ..area }.intersection(pen.buffer.area);
    let mut scratch = Buffer::empty(within);
    big.render(within, &mut scratch);
    for row in 0..within.height {
        let cells = (0..within.width).map(|x| scratch[(within.x + x, within.y + row)].symbol());
        let line: String =
            cells.map(|symbol| if pen.is_ascii() { ascii(symbol) } else { symbol }).collect();
        pen.line(within, row, line.trim_end(), role);
    }
}

fn ascii(symbol: &str) -> &str {
    match symbol {
        "█" => "#",
        "▀" => "\"",
        "▄" => "_",
        other => other,
    }
}

/// Seven-segment digits, three rows.
fn segments(pen: &mut Pen, area: Rect, text: &str, role: Role) {
    for row in 0..3 {
        let line: String = text.chars().map(|c| segment(c)[row]).collect();
        pen.line(area, u16::try_from(row).unwrap_or(0), line.trim_end(), role);
    }
}

const fn segment(c: char) -> [&'static str; 3] {
    match c {
        '0' => [" _  ", "| | ", "|_| "],
        '1' => ["    ", "  | ", "  | "],
        '2' => [" _  ", " _| ", "|_  "],
        '3' => [" _  ", " _| ", " _| "],
        '4' => ["    ", "|_| ", "  | "],
        '5' => [" _  ", "|_  ", " _| "],
        '6' => [" _  ", "|_  ", "|_| "],
        '7' => [" _  ", "  | ", "  | "],
        '8' => [" _  ", "|_| ", "|_| "],
        '9' => [" _  ", "|_| ", " _| "],
        '-' => ["    ", " _  ", "    "],
        '.' => ["  ", "  ", ". "],
        ':' => ["  ", ". ", ". "],
        _ => ["    ", "    ", "    "],
    }
}
