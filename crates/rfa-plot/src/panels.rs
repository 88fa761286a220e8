//! Signals over time: panels one below the other on one time axis, states and marks.

mod layout;

use crate::axis::round_step;
use crate::{Colour, Signal, Stroke};

/// A signal in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalLine {
    /// Its values.
    pub signal: Signal,
    /// Its look.
    pub stroke: Stroke,
    /// Where there are no colours: every so many columns of dots are drawn; 1 for a whole line.
    pub every: u32,
    /// What it is, for the key above the panel.
    pub key: String,
}

/// Signals of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What is measured, with its unit.
    pub label: String,
    /// The values shown, low and high; low is below high.
    pub window: (f64, f64),
    /// Height in pixels.
    pub height: f64,
    /// From the lowest to the uppermost.
    pub lines: Vec<SignalLine>,
}

impl Panel {
    /// A panel that shows all of its lines, and `at_least`.
    #[must_use]
    pub fn covering(
        label: &str,
        height: f64,
        lines: Vec<SignalLine>,
        at_least: (f64, f64),
    ) -> Self {
        let ends = lines.iter().filter_map(|line| line.signal.range());
        let (low, high) = ends.fold(at_least, |(a, b), (low, high)| (a.min(low), b.max(high)));
        let step = round_step((high - low).max(1e-6), 5.0);
        let window = ((low / step).floor() * step, (high / step).ceil() * step);
        let window = if window.1 > window.0 { window } else { (window.0, window.0 + step) };
        Self { label: label.to_owned(), window, height, lines }
    }
}

/// A stretch of time in which something was so.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// What was so.
    pub label: String,
    /// Its colour.
    pub fill: Colour,
    /// Colour of its words.
    pub ink: Colour,
}

/// What was so, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it tells of.
    pub label: String,
    /// In the order of their times.
    pub spans: Vec<Span>,
}

/// A moment.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeMark {
    /// When.
    pub at: f64,
    /// What happened.
    pub label: String,
    /// It is what the picture is looked at for.
    pub strong: bool,
}

/// The figure.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelPlot {
    /// Lines of words above; the first is the largest.
    pub title: Vec<String>,
    /// Words along the time axis, with the unit.
    pub label: String,
    /// The times shown, from and to; from is before to.
    pub window: (f64, f64),
    /// From the uppermost to the lowest.
    pub panels: Vec<Panel>,
    /// Below the panels.
    pub rows: Vec<Row>,
    /// In the order of their times.
    pub marks: Vec<TimeMark>,
}
