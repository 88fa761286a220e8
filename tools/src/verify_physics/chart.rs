//! Line charts as scenes: axes linear or logarithmic, lines with their names beside them.

use rfa_plot::{Anchor, Colour, Item, Scene, Stroke, Text, svg};

/// A line of a chart.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) colour: Colour,
    pub(super) points: Vec<(f64, f64)>,
    /// Marks at the points.
    pub(super) marked: bool,
}

/// An axis: what it shows, from and to, and where its labels stand.
pub(super) struct Axis {
    pub(super) label: &'static str,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) ticks: Vec<f64>,
    pub(super) logarithmic: bool,
}

/// A chart.
pub(super) struct Chart {
    pub(super) title: &'static str,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) lines: Vec<Line>,
}

pub(super) const BLUE: Colour = Colour::ACCENT;
pub(super) const RED: Colour = Colour::new(190, 50, 30);
pub(super) const GREEN: Colour = Colour::new(20, 120, 80);
const RULE: Colour = Colour::new(226, 228, 232);
/// The frame in pixels.
const LEFT: f64 = 80.0;
const TOP: f64 = 52.0;
const WIDE: f64 = 520.0;
const HIGH: f64 = 340.0;

impl Axis {
    fn share(&self, value: f64) -> f64 {
        let place = |value: f64| if self.logarithmic { value.ln() } else { value };
        (place(value) - place(self.from)) / (place(self.to) - place(self.from))
    }
}

impl Chart {
    /// The chart as an SVG document.
    pub(super) fn svg(&self) -> String {
        let at = |(x, y): (f64, f64)| {
            (LEFT + WIDE * self.x.share(x), TOP + HIGH * (1.0 - self.y.share(y)))
        };
        let mut items = vec![text((LEFT, 28.0), self.title.to_owned(), 16.0, Anchor::Start)];
        for tick in &self.x.ticks {
            let (x, bottom) = at((*tick, self.y.from));
            items.push(Item::line(&[(x, TOP), (x, bottom)], Stroke::solid(RULE, 1.0)));
            items.push(text((x, bottom + 20.0), short(*tick), 12.0, Anchor::Middle));
        }
        for tick in &self.y.ticks {
            let (left, y) = at((self.x.from, *tick));
            items.push(Item::line(&[(left, y), (LEFT + WIDE, y)], Stroke::solid(RULE, 1.0)));
            items.push(text((left - 8.0, y + 4.0), short(*tick), 12.0, Anchor::End));
        }
        let frame = [(LEFT, TOP), (LEFT, TOP + HIGH), (LEFT + WIDE, TOP + HIGH)];
        items.push(Item::line(&frame, Stroke::solid(Colour::GREY, 1.0)));
        let middle = (LEFT + WIDE / 2.0, TOP + HIGH + 44.0);
        items.push(text(middle, self.x.label.to_owned(), 13.0, Anchor::Middle));
        items.push(upright((24.0, TOP + HIGH / 2.0), self.y.label.to_owned()));
        let mut named: Vec<(f64, f64)> = Vec::new();
        for line in &self.lines {
            let points: Vec<(f64, f64)> = line.points.iter().map(|point| at(*point)).collect();
            items.push(Item::line(&points, Stroke::solid(line.colour, 2.0)));
            for (x, y) in points.iter().filter(|_| line.marked) {
                let corners = [(x - 4.0, *y), (*x, y - 4.0), (x + 4.0, *y), (*x, y + 4.0)];
                items.push(Item::area(&corners, line.colour, None));
            }
            if let Some((x, y)) = points.last() {
                // A name that would lie on another stands below it.
                let near =
                    |other: &&(f64, f64)| (other.0 - x).abs() < 110.0 && (other.1 - y).abs() < 14.0;
                let y = if named.iter().any(|other| near(&other)) { y + 16.0 } else { *y };
                named.push((*x, y));
                items.push(Item::Text(Text {
                    at: (x + 10.0, y + 4.0),
                    words: line.name.clone(),
                    size: 12.0,
                    anchor: Anchor::Start,
                    colour: line.colour,
                    halo: None,
                    upright: false,
                }));
            }
        }
        let title = self.title.to_owned();
        svg(&Scene { width: LEFT + WIDE + 150.0, height: TOP + HIGH + 62.0, title, items })
    }
}

fn short(value: f64) -> String {
    format!("{value}")
}

fn text(at: (f64, f64), words: String, size: f64, anchor: Anchor) -> Item {
    Item::Text(Text { at, words, size, anchor, colour: Colour::INK, halo: None, upright: false })
}

fn upright(at: (f64, f64), words: String) -> Item {
    let (size, anchor, colour) = (13.0, Anchor::Middle, Colour::INK);
    Item::Text(Text { at, words, size, anchor, colour, halo: None, upright: true })
}
