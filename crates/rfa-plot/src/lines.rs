//! Lines over two axes.

use crate::Colour;
use crate::axis::ticks;
use crate::field::{BELOW, LEFT, LINE, plain, upright, words};
use crate::scene::{Anchor, Item, Scene, Stroke};

/// The plot, in pixels, and the room to its right.
const PLOT: (f64, f64) = (760.0, 420.0);
const RIGHT: f64 = 24.0;

/// A line through points.
#[derive(Debug, Clone, PartialEq)]
pub struct Polyline {
    /// The points; what is outside the window is drawn on its rim.
    pub points: Vec<(f64, f64)>,
    /// Its look.
    pub stroke: Stroke,
    /// What it is, for the key below; empty for none.
    pub key: String,
}

/// A figure of lines.
#[derive(Debug, Clone, PartialEq)]
pub struct LinePlot {
    /// Lines of words above; the first is the largest.
    pub title: Vec<String>,
    /// Words along the axes.
    pub labels: [String; 2],
    /// What is shown of each axis, low and high; low is below high.
    pub window: [(f64, f64); 2],
    /// From the lowest to the uppermost.
    pub lines: Vec<Polyline>,
}

impl LinePlot {
    /// The figure laid out.
    #[must_use]
    pub fn scene(&self) -> Scene {
        let top = 16.0 + LINE * self.title.len() as f64 + 8.0;
        let width = LEFT + PLOT.0 + RIGHT;
        let mut items = Vec::new();
        self.grid(top, &mut items);
        for line in &self.lines {
            let points = line.points.iter().filter(|(x, y)| x.is_finite() && !y.is_nan());
            let points: Vec<(f64, f64)> = points.map(|point| self.at(top, *point)).collect();
            items.push(Item::line(&points, line.stroke));
        }
        self.frame(top, &mut items);
        for (index, line) in self.title.iter().enumerate() {
            let size = if index == 0 { 16.5 } else { 13.0 };
            let at = (width / 2.0, 24.0 + LINE * index as f64);
            items.push(words(at, line, size, Anchor::Middle));
        }
        let keys: Vec<&Polyline> = self.lines.iter().filter(|line| !line.key.is_empty()).collect();
        for (index, line) in keys.iter().enumerate() {
            let y = top + PLOT.1 + BELOW + LINE * index as f64;
            items.push(Item::line(&[(LEFT, y - 4.5), (LEFT + 30.0, y - 4.5)], line.stroke));
            items.push(words((LEFT + 38.0, y), &line.key, 12.5, Anchor::Start));
        }
        let height = (top + PLOT.1 + BELOW + LINE * keys.len() as f64 + 6.0).ceil();
        Scene { width, height, title: self.title.join("; "), items }
    }

    /// A point's place in the picture.
    fn at(&self, top: f64, (x, y): (f64, f64)) -> (f64, f64) {
        let [across, up] = self.window;
        let share =
            |value: f64, (low, high): (f64, f64)| ((value - low) / (high - low)).clamp(0.0, 1.0);
        (LEFT + share(x, across) * PLOT.0, top + (1.0 - share(y, up)) * PLOT.1)
    }

    fn grid(&self, top: f64, items: &mut Vec<Item>) {
        let [(x0, x1), (y0, y1)] = self.window;
        let thin = Stroke::solid(Colour::STEEL, 0.7);
        for tick in ticks(x0, x1, PLOT.0 / 60.0) {
            let ends = [(tick, y0), (tick, y1)].map(|point| self.at(top, point));
            items.push(Item::line(&ends, thin));
            let label = (ends[0].0, top + PLOT.1 + 19.0);
            items.push(words(label, &plain(tick), 12.5, Anchor::Middle));
        }
        for tick in ticks(y0, y1, PLOT.1 / 40.0) {
            let ends = [(x0, tick), (x1, tick)].map(|point| self.at(top, point));
            items.push(Item::line(&ends, thin));
            items.push(words((LEFT - 9.0, ends[0].1 + 4.5), &plain(tick), 12.5, Anchor::End));
        }
    }

    fn frame(&self, top: f64, items: &mut Vec<Item>) {
        let (right, bottom) = (LEFT + PLOT.0, top + PLOT.1);
        let rim = [(LEFT, top), (right, top), (right, bottom), (LEFT, bottom), (LEFT, top)];
        items.push(Item::line(&rim, Stroke::solid(Colour::INK, 1.0)));
        let [across, up] = &self.labels;
        items.push(words((LEFT + PLOT.0 / 2.0, bottom + 41.0), across, 13.5, Anchor::Middle));
        items.push(upright((LEFT - 44.0, top + PLOT.1 / 2.0), up, 13.5, Colour::INK));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Step;

    fn plot() -> LinePlot {
        let stroke = Stroke::solid(Colour::ACCENT, 2.0);
        let points = vec![(0.0, 0.0), (5.0, f64::NAN), (10.0, 1.0), (20.0, 9.0)];
        LinePlot {
            title: vec!["a title".to_owned(), "more".to_owned()],
            labels: ["time, s", "temperature, K"].map(str::to_owned),
            window: [(0.0, 10.0), (0.0, 1.0)],
            lines: vec![Polyline { points, stroke, key: "one".to_owned() }],
        }
    }

    /// A line runs from corner to corner of its window, leaves out what is no number and stays on
    /// the rim where it is beyond.
    #[test]
    fn lines_stay_in_their_window() {
        let scene = plot().scene();
        let drawn = scene.items.iter().find_map(|item| match item {
            Item::Path { steps, stroke: Some(stroke), .. } if stroke.colour == Colour::ACCENT => {
                Some(steps.clone())
            }
            _ => None,
        });
        let top = 16.0 + 2.0 * LINE + 8.0;
        let (right, bottom) = (LEFT + PLOT.0, top + PLOT.1);
        let expected = [Step::Move(LEFT, bottom), Step::Line(right, top), Step::Line(right, top)];
        assert_eq!(drawn.as_deref(), Some(&expected[..]));
    }

    #[test]
    fn title_labels_ticks_and_key_are_there() {
        let text = crate::svg(&plot().scene());
        for words in ["a title", "more", "time, s", "temperature, K", "one", "0.5", ">10<"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(crate::png(&plot().scene(), 1.0).is_ok());
    }
}
