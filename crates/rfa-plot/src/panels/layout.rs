//! The figure in pixels.

use super::{Panel, PanelPlot, Row, SignalLine};
use crate::Colour;
use crate::axis::ticks;
use crate::field::{LINE, plain, upright, words};
use crate::scene::{Anchor, Item, Scene, Stroke, Text};

/// Left and right of the panels, and their width, in pixels.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const WIDTH: f64 = 790.0;
/// Height of a panel's key, of a row of states, of a row of marks' words, and of what is between.
const KEY: f64 = 19.0;
const ROW: f64 = 20.0;
const MARK: f64 = 14.0;
const GAP: f64 = 9.0;
/// Rows of marks' words at most.
const MARK_ROWS: usize = 5;
/// Width of a character as a share of the font's size: a little more than the mean of the widest
/// font an SVG names, so that words do not run into each other where another font is missing.
const CHARACTER: f64 = 0.6;
/// Size of marks' words.
const SMALL: f64 = 11.0;
/// A trip.
const ALARM: Colour = Colour::new(190, 20, 30);

/// Where in the picture things are.
struct Frame {
    window: (f64, f64),
    top: f64,
    bottom: f64,
}

impl Frame {
    fn x(&self, time: f64) -> f64 {
        let (from, to) = self.window;
        LEFT + ((time - from) / (to - from)).clamp(0.0, 1.0) * WIDTH
    }
}

impl PanelPlot {
    /// The figure laid out.
    #[must_use]
    pub fn scene(&self) -> Scene {
        let head = 16.0 + LINE * self.title.len() as f64 + 4.0;
        let placed = self.places();
        let used = placed.iter().filter_map(|(_, row)| *row).max().map_or(0, |row| row + 1);
        let top = head + MARK * used as f64 + 4.0;
        let panels: f64 = self.panels.iter().map(|panel| KEY + panel.height + GAP).sum();
        let bottom = top + panels + (ROW + 4.0) * self.rows.len() as f64;
        let frame = Frame { window: self.window, top, bottom };
        let mut items = Vec::new();
        // Below everything: no mark runs through a curve or a word.
        self.marks(&frame, head, &placed, &mut items);
        let mut y = top;
        for panel in &self.panels {
            self.panel(&frame, y + KEY, panel, &mut items);
            y += KEY + panel.height + GAP;
        }
        for row in &self.rows {
            states(&frame, y, row, &mut items);
            y += ROW + 4.0;
        }
        self.time_axis(&frame, &mut items);
        for (index, line) in self.title.iter().enumerate() {
            let size = if index == 0 { 16.5 } else { 12.5 };
            let at = (LEFT, 22.0 + LINE * index as f64);
            items.push(words(at, line, size, Anchor::Start));
        }
        let (width, height) = (LEFT + WIDTH + RIGHT, (bottom + 48.0).ceil());
        Scene { width, height, title: self.title.join("; "), items }
    }

    fn panel(&self, frame: &Frame, top: f64, panel: &Panel, items: &mut Vec<Item>) {
        let (low, high) = panel.window;
        let y = |value: f64| {
            top + (1.0 - ((value - low) / (high - low)).clamp(0.0, 1.0)) * panel.height
        };
        let thin = Stroke::solid(Colour::new(226, 229, 233), 0.8);
        for tick in ticks(low, high, (panel.height / 30.0).max(2.0)) {
            items.push(Item::line(&[(LEFT, y(tick)), (LEFT + WIDTH, y(tick))], thin));
            items.push(words((LEFT - 7.0, y(tick) + 4.0), &plain(tick), 11.5, Anchor::End));
        }
        for tick in time_ticks(frame.window) {
            let x = frame.x(tick);
            items.push(Item::line(&[(x, top), (x, top + panel.height)], thin));
        }
        for line in &panel.lines {
            for points in line.signal.lines(frame.window, WIDTH) {
                items.push(pen(&points, |time| frame.x(time), y, line.stroke));
            }
        }
        let (right, bottom) = (LEFT + WIDTH, top + panel.height);
        let rim = [(LEFT, top), (right, top), (right, bottom), (LEFT, bottom), (LEFT, top)];
        items.push(Item::line(&rim, Stroke::solid(Colour::GREY, 0.9)));
        let middle = (20.0, top + panel.height / 2.0);
        items.push(upright(middle, &panel.label, 12.5, Colour::INK));
        key(top - 6.0, &panel.lines, items);
    }

    /// For each mark the row its words are in; strong ones choose first. None: there is no room.
    fn places(&self) -> Vec<(usize, Option<usize>)> {
        let frame = Frame { window: self.window, top: 0.0, bottom: 0.0 };
        let mut order: Vec<usize> = (0..self.marks.len()).collect();
        order.sort_by_key(|index| !self.marks[*index].strong);
        let mut taken: Vec<Vec<(f64, f64)>> = vec![Vec::new(); MARK_ROWS];
        let mut placed = Vec::new();
        for index in order {
            let mark = &self.marks[index];
            let (from, to) = reach(frame.x(mark.at), &mark.label);
            let free = |row: &Vec<(f64, f64)>| row.iter().all(|(a, b)| to < *a || from > *b);
            let row = taken.iter().position(free);
            if let Some(row) = row {
                taken[row].push((from, to));
            }
            placed.push((index, row));
        }
        placed
    }

    fn marks(
        &self,
        frame: &Frame,
        head: f64,
        placed: &[(usize, Option<usize>)],
        items: &mut Vec<Item>,
    ) {
        for (index, row) in placed {
            let mark = &self.marks[*index];
            let x = frame.x(mark.at);
            let colour = if mark.strong { ALARM } else { Colour::GREY };
            let dash = if mark.strong { None } else { Some(3.0) };
            let above = row.map_or(frame.top, |row| head + MARK * row as f64 + 4.0);
            let stroke = Stroke { colour, width: 1.0, dash };
            items.push(Item::line(&[(x, above), (x, frame.bottom)], stroke));
            let Some(row) = row else { continue };
            let before = reach(x, &mark.label).0 < x;
            let (x, anchor) =
                if before { (x - 3.0, Anchor::End) } else { (x + 3.0, Anchor::Start) };
            let ink = if mark.strong { ALARM } else { Colour::INK };
            let at = (x, head + MARK * *row as f64 + 10.0);
            items.push(note(at, &mark.label, SMALL, anchor, ink));
        }
    }

    fn time_axis(&self, frame: &Frame, items: &mut Vec<Item>) {
        let rim = Stroke::solid(Colour::INK, 1.0);
        let y = frame.bottom;
        items.push(Item::line(&[(LEFT, y), (LEFT + WIDTH, y)], rim));
        for tick in time_ticks(frame.window) {
            let x = frame.x(tick);
            items.push(Item::line(&[(x, y), (x, y + 5.0)], rim));
            items.push(words((x, y + 18.0), &plain(tick), 11.5, Anchor::Middle));
        }
        items.push(words((LEFT + WIDTH / 2.0, y + 37.0), &self.label, 12.5, Anchor::Middle));
    }
}

pub(super) fn time_ticks((from, to): (f64, f64)) -> Vec<f64> {
    ticks(from, to, 12.0)
}

fn width(label: &str, size: f64) -> f64 {
    label.chars().count() as f64 * size * CHARACTER
}

/// The pixels that a mark's words take: behind it, or before it at the right rim.
fn reach(x: f64, label: &str) -> (f64, f64) {
    let long = width(label, SMALL) + 8.0;
    if x + long > LEFT + WIDTH + RIGHT { (x - long, x) } else { (x, x + long) }
}

fn pen(
    points: &[(f64, f64)],
    x: impl Fn(f64) -> f64,
    y: impl Fn(f64) -> f64,
    stroke: Stroke,
) -> Item {
    let mut places: Vec<(f64, f64)> = points.iter().map(|(t, v)| (x(*t), y(*v))).collect();
    if let [(x, y)] = places[..] {
        // A single value is a dot, not nothing.
        places = vec![(x - 0.7, y), (x + 0.7, y)];
    }
    Item::line(&places, stroke)
}

fn note(at: (f64, f64), label: &str, size: f64, anchor: Anchor, colour: Colour) -> Item {
    let (words, halo) = (label.to_owned(), Some(Colour::WHITE));
    Item::Text(Text { at, words, size, anchor, colour, halo, upright: false })
}

/// A sample and the name of each line, from the right rim to the left.
fn key(y: f64, lines: &[SignalLine], items: &mut Vec<Item>) {
    let mut right = LEFT + WIDTH;
    for line in lines.iter().rev().filter(|line| !line.key.is_empty()) {
        items.push(words((right, y), &line.key, 11.5, Anchor::End));
        let left = right - width(&line.key, 11.5) - 30.0;
        items.push(Item::line(&[(left, y - 4.0), (left + 22.0, y - 4.0)], line.stroke));
        right = left - 16.0;
    }
}

fn states(frame: &Frame, y: f64, row: &Row, items: &mut Vec<Item>) {
    for span in &row.spans {
        let (from, to) = (frame.x(span.from), frame.x(span.to));
        if to <= from {
            continue;
        }
        let corners = [(from, y), (to, y), (to, y + ROW), (from, y + ROW)];
        items.push(Item::area(&corners, span.fill, None));
        if width(&span.label, 11.5) + 4.0 < to - from {
            let (words, at) = (span.label.clone(), (f64::midpoint(from, to), y + 14.5));
            let (size, anchor, colour) = (11.5, Anchor::Middle, span.ink);
            let text = Text { at, words, size, anchor, colour, halo: None, upright: false };
            items.push(Item::Text(text));
        }
    }
    items.push(words((LEFT - 7.0, y + 14.0), &row.label, 11.5, Anchor::End));
}
