//! A field in a plane: coloured bands, labelled curves, shapes in it, a scale beside it.

use crate::Colour;
use crate::axis::{round_step, ticks};
use crate::contour::{Line, contour};
use crate::scene::{Anchor, Item, Scene, Stroke, Text, way};

/// Room around the plot, in pixels: left, right, and below its last line.
pub(crate) const LEFT: f64 = 66.0;
const RIGHT: f64 = 92.0;
pub(crate) const BELOW: f64 = 68.0;
/// Height of a line of words.
pub(crate) const LINE: f64 = 19.0;
/// Below every value of a field.
const UNDER: f64 = -1e12;

/// Values at every pair of `y` and `x`, row by row; places rise.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Places along x.
    pub x: Vec<f64>,
    /// Places along y.
    pub y: Vec<f64>,
    /// Values.
    pub values: Vec<f64>,
}

/// Which values get which colour.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// The value of the first colour.
    pub from: f64,
    /// The value of the last.
    pub to: f64,
    /// From one colour to the next.
    pub step: f64,
    /// What the values are, with their unit.
    pub label: String,
}

/// A line that means something.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its parts.
    pub lines: Vec<Line>,
    /// Its look.
    pub stroke: Stroke,
    /// Words on it, at its leftmost crossing of a height; none at all where they are empty.
    pub label: String,
    /// That height, in the units of y.
    pub label_y: f64,
    /// Words for the key below the plot; none where they are empty.
    pub key: String,
}

/// An area in the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Its corners.
    pub points: Vec<(f64, f64)>,
    /// Its colour.
    pub fill: Colour,
    /// Its rim.
    pub stroke: Stroke,
}

/// A part of the plane that is something else: a dashed rim, and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Two opposite corners.
    pub corners: [(f64, f64); 2],
    /// Its name.
    pub label: String,
}

/// How a mark is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A point, and words beside it.
    Dot,
    /// Words alone.
    Words,
    /// Words that run upwards, in a colour, centred on the place.
    Upright(Colour),
}

/// A point with a name, or words alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its place.
    pub at: (f64, f64),
    /// The words.
    pub label: String,
    /// On which side of the place they stand.
    pub anchor: Anchor,
    /// How it is drawn.
    pub look: Look,
}

/// The figure.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldPlot {
    /// What it shows: the first line large.
    pub title: Vec<String>,
    /// Words on the axes, with units.
    pub labels: [String; 2],
    /// The plot's size at most, in pixels.
    pub most: (f64, f64),
    /// The part of the plane that is shown, from and to, along x and y; both in one unit.
    pub window: [(f64, f64); 2],
    /// The field.
    pub grid: Grid,
    /// Its colours; absent: no field is drawn.
    pub band: Option<Band>,
    /// Lines over it.
    pub curves: Vec<Curve>,
    /// Areas over the lines.
    pub shapes: Vec<Shape>,
    /// Parts of the plane.
    pub regions: Vec<Region>,
    /// Points and words over everything.
    pub marks: Vec<Mark>,
}

/// The plot's place in the picture.
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    scale: f64,
    x: (f64, f64),
    y: (f64, f64),
}

impl Frame {
    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (x, y) = (x.clamp(self.x.0, self.x.1), y.clamp(self.y.0, self.y.1));
        (self.left + (x - self.x.0) * self.scale, self.top + (self.y.1 - y) * self.scale)
    }

    fn all(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        points.iter().map(|point| self.at(*point)).collect()
    }

    fn corners(&self) -> [(f64, f64); 4] {
        let (right, bottom) = (self.left + self.width, self.top + self.height);
        [(self.left, self.top), (right, self.top), (right, bottom), (self.left, bottom)]
    }
}

impl FieldPlot {
    /// The size of a picture that stands alone.
    pub const MOST: (f64, f64) = (560.0, 700.0);

    /// The figure laid out.
    #[must_use]
    pub fn scene(&self) -> Scene {
        let [x, y] = self.window;
        let scale = (self.most.0 / (x.1 - x.0)).min(self.most.1 / (y.1 - y.0));
        let (width, height) = ((x.1 - x.0) * scale, (y.1 - y.0) * scale);
        let top = 16.0 + LINE * self.title.len() as f64 + 8.0;
        // Words are wider than a narrow plot.
        let longest = self.title.iter().map(|line| line.chars().count()).max().unwrap_or(0);
        let all = (LEFT + width + RIGHT).max(longest as f64 * 7.2 + 40.0).ceil();
        let left = LEFT + (all - LEFT - width - RIGHT) / 2.0;
        let frame = Frame { left, top, width, height, scale, x, y };
        let keys = self.curves.iter().filter(|curve| !curve.key.is_empty()).count();
        let mut items = Vec::new();
        self.field(&frame, &mut items);
        self.regions(&frame, &mut items);
        self.curves(&frame, &mut items);
        self.shapes(&frame, &mut items);
        self.marks(&frame, &mut items);
        self.axes(&frame, &mut items);
        self.scale(&frame, &mut items);
        self.words(&frame, all, &mut items);
        Scene {
            width: all,
            height: (top + height + BELOW + LINE * keys as f64 + 6.0).ceil(),
            title: self.title.join("; "),
            items,
        }
    }

    /// Each colour covers everything at least as hot as it begins: no seams between bands.
    fn field(&self, frame: &Frame, items: &mut Vec<Item>) {
        let Some(Band { from, to, step, .. }) = self.band else { return };
        items.push(Item::area(&frame.corners(), Colour::heat(0.0), None));
        let padded = padded(&self.grid);
        let bands = ((to - from) / step).ceil().clamp(1.0, 200.0) as u32;
        for band in 1..bands {
            let level = from + step * f64::from(band);
            let lines = contour(&padded.x, &padded.y, &padded.values, level);
            let closed = lines.iter().filter(|line| line.closed);
            let steps = closed.flat_map(|line| way(&frame.all(&line.points), true)).collect();
            let fill = Some(colour((from, to), level + step / 2.0));
            items.push(Item::Path { steps, fill, stroke: None });
        }
    }

    fn regions(&self, frame: &Frame, items: &mut Vec<Item>) {
        for Region { corners: [(x0, y0), (x1, y1)], label } in &self.regions {
            let rim = [(*x0, *y0), (*x1, *y0), (*x1, *y1), (*x0, *y1), (*x0, *y0)];
            let stroke = Stroke { colour: Colour::GREY, width: 1.2, dash: Some(4.0) };
            items.push(Item::line(&frame.all(&rim), stroke));
            let (x, y) = frame.at((x0.max(frame.x.0), y1.min(frame.y.1)));
            items.push(words((x + 5.0, y + 14.0), label, 12.0, Anchor::Start));
        }
    }

    fn curves(&self, frame: &Frame, items: &mut Vec<Item>) {
        for curve in &self.curves {
            for line in &curve.lines {
                let steps = way(&frame.all(&line.points), line.closed);
                items.push(Item::Path { steps, fill: None, stroke: Some(curve.stroke) });
            }
        }
        // Words last: a line drawn later must not run through them.
        for curve in self.curves.iter().filter(|curve| !curve.label.is_empty()) {
            let crossings = curve.lines.iter().filter_map(|line| leftmost(line, curve.label_y));
            let Some(x) = crossings.reduce(f64::min) else { continue };
            let (x, y) = frame.at((x, curve.label_y));
            items.push(words((x, y + 4.0), &curve.label, 12.0, Anchor::Middle));
        }
    }

    fn shapes(&self, frame: &Frame, items: &mut Vec<Item>) {
        for Shape { points, fill, stroke } in &self.shapes {
            items.push(Item::area(&frame.all(points), *fill, Some(*stroke)));
        }
    }

    fn marks(&self, frame: &Frame, items: &mut Vec<Item>) {
        for Mark { at, label, anchor, look } in &self.marks {
            let (x, y) = frame.at(*at);
            if let Look::Upright(colour) = look {
                items.push(upright((x + 4.0, y), label, 12.0, *colour));
                continue;
            }
            if *look == Look::Dot {
                let rim = (0..24).map(|i| f64::from(i) * std::f64::consts::TAU / 24.0);
                let rim: Vec<_> =
                    rim.map(|turn| (x + 3.4 * turn.cos(), y + 3.4 * turn.sin())).collect();
                let stroke = Some(Stroke::solid(Colour::INK, 1.2));
                items.push(Item::area(&rim, Colour::WHITE, stroke));
            }
            let gap = match anchor {
                Anchor::Start => 7.0,
                Anchor::Middle => 0.0,
                Anchor::End => -7.0,
            };
            items.push(words((x + gap, y + 4.0), label, 12.0, *anchor));
        }
    }

    fn axes(&self, frame: &Frame, items: &mut Vec<Item>) {
        let rim = Stroke::solid(Colour::INK, 1.0);
        let [a, b, c, d] = frame.corners();
        items.push(Item::line(&[a, b, c, d, a], rim));
        let (left, bottom) = (frame.left, frame.top + frame.height);
        for tick in ticks(frame.x.0, frame.x.1, (frame.width / 55.0).max(5.0)) {
            let (x, _) = frame.at((tick, frame.y.0));
            items.push(Item::line(&[(x, bottom), (x, bottom + 5.0)], rim));
            let label = plain(tick.abs());
            items.push(words((x, bottom + 19.0), &label, 12.5, Anchor::Middle));
        }
        for tick in ticks(frame.y.0, frame.y.1, (frame.height / 45.0).max(2.0)) {
            let (_, y) = frame.at((frame.x.0, tick));
            items.push(Item::line(&[(left - 5.0, y), (left, y)], rim));
            items.push(words((left - 9.0, y + 4.5), &plain(tick), 12.5, Anchor::End));
        }
        let middle = (left + frame.width / 2.0, bottom + 41.0);
        items.push(words(middle, &self.labels[0], 13.5, Anchor::Middle));
        items.push(upright(
            (left - 44.0, frame.top + frame.height / 2.0),
            &self.labels[1],
            13.5,
            Colour::INK,
        ));
    }

    /// The bar of colours, to the right of the plot.
    fn scale(&self, frame: &Frame, items: &mut Vec<Item>) {
        let Some(Band { from, to, step, label }) = &self.band else { return };
        let (left, right) = (frame.left + frame.width + 16.0, frame.left + frame.width + 32.0);
        let bar = frame.height.min(360.0);
        let (top, bottom) = (frame.top, frame.top + bar);
        let at = |value: f64| bottom - (value - from) / (to - from) * bar;
        let bands = ((to - from) / step).ceil().clamp(1.0, 200.0) as u32;
        for band in 0..bands {
            let low = from + step * f64::from(band);
            let high = to.min(low + step);
            let corners = [(left, at(high)), (right, at(high)), (right, at(low)), (left, at(low))];
            items.push(Item::area(&corners, colour((*from, *to), low + step / 2.0), None));
        }
        let rim = Stroke::solid(Colour::INK, 1.0);
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        items.push(Item::line(&corners, rim));
        for tick in ticks(*from, *to, (bar / 40.0).max(2.0)) {
            let y = at(tick);
            items.push(Item::line(&[(right, y), (right + 4.0, y)], rim));
            items.push(words((right + 7.0, y + 4.5), &plain(tick), 12.5, Anchor::Start));
        }
        items.push(upright((right + 44.0, top + bar / 2.0), label, 13.5, Colour::INK));
    }

    /// Title above, key below.
    fn words(&self, frame: &Frame, width: f64, items: &mut Vec<Item>) {
        for (index, line) in self.title.iter().enumerate() {
            let size = if index == 0 { 16.5 } else { 13.0 };
            let at = (width / 2.0, 24.0 + LINE * index as f64);
            items.push(words(at, line, size, Anchor::Middle));
        }
        let keys = self.curves.iter().filter(|curve| !curve.key.is_empty());
        for (index, curve) in keys.enumerate() {
            let y = frame.top + frame.height + BELOW + LINE * index as f64;
            let left = frame.left;
            items.push(Item::line(&[(left, y - 4.5), (left + 30.0, y - 4.5)], curve.stroke));
            items.push(words((left + 38.0, y), &curve.key, 12.5, Anchor::Start));
        }
    }
}

fn colour((from, to): (f64, f64), value: f64) -> Colour {
    Colour::heat((value - from) / (to - from))
}

/// The grid with a rim below every level, so that every area is closed.
fn padded(grid: &Grid) -> Grid {
    let around = |places: &[f64]| {
        let (first, last) = (places.first().copied(), places.last().copied());
        // Half a step out or any other: the line stays on the grid's own last places.
        let out = |at: f64, way: f64| at + way * 1e-6;
        let mut all: Vec<f64> = first.map(|at| out(at, -1.0)).into_iter().collect();
        all.extend(places);
        all.extend(last.map(|at| out(at, 1.0)));
        all
    };
    let columns = grid.x.len().max(1);
    let edge = vec![UNDER; columns + 2];
    let mut values = edge.clone();
    for row in grid.values.chunks(columns) {
        values.push(UNDER);
        values.extend(row);
        values.push(UNDER);
    }
    values.extend(edge);
    Grid { x: around(&grid.x), y: around(&grid.y), values }
}

/// Where a line passes a height for the first time on the way to the right.
fn leftmost(line: &Line, height: f64) -> Option<f64> {
    let ends = if line.closed { line.points.len() } else { line.points.len().saturating_sub(1) };
    let pairs = line.points.iter().zip(line.points.iter().cycle().skip(1)).take(ends);
    let crossings = pairs.filter(|((_, a), (_, b))| (*a < height) != (*b < height));
    crossings
        .map(|((x0, y0), (x1, y1))| x0 + (height - y0) / (y1 - y0) * (x1 - x0))
        .reduce(f64::min)
}

pub(crate) fn words(at: (f64, f64), words: &str, size: f64, anchor: Anchor) -> Item {
    let halo = Some(Colour::WHITE);
    let words = words.to_owned();
    Item::Text(Text { at, words, size, anchor, colour: Colour::INK, halo, upright: false })
}

pub(crate) fn upright(at: (f64, f64), label: &str, size: f64, colour: Colour) -> Item {
    let words = label.to_owned();
    Item::Text(Text { at, words, size, anchor: Anchor::Middle, colour, halo: None, upright: true })
}

/// A tick's number without the crumbs of its arithmetic.
pub(crate) fn plain(tick: f64) -> String {
    let shown = format!("{tick:.6}");
    let shown = shown.trim_end_matches('0').trim_end_matches('.');
    if shown == "-0" { "0".to_owned() } else { shown.replace('-', "\u{2212}") }
}

impl Band {
    /// Bands of a round width, about `most` of them, that cover `from` to `to`.
    #[must_use]
    pub fn covering(from: f64, to: f64, most: f64, label: &str) -> Self {
        let step = round_step((to - from).max(1e-9), most);
        let from = (from / step).floor() * step;
        let to = ((to / step).ceil() * step).max(from + step);
        Self { from, to, step, label: label.to_owned() }
    }
}
