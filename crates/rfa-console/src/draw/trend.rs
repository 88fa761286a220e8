//! The trend: a measured curve, the set temperature and its band, honest gaps.

use super::pen::Pen;
use crate::theme::{Role, Symbols};
use crate::words;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Context, Line, Points};
use rfa_units::{HostInstant, Span};

/// Columns of the value axis.
const AXIS: u16 = 5;
/// Two samples further apart than this are not joined: nothing was measured between them.
const GAP_S: f64 = 0.7;
/// Dashes and gaps of a second recording's curve in a window.
const DASHES: f64 = 40.0;

/// One curve to draw.
pub(super) struct Plot {
    /// Seconds before the right edge (negative or 0) and value.
    pub(super) points: Vec<(f64, f64)>,
    /// Length of the window in seconds.
    pub(super) window_s: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Set value and half its band.
    pub(super) set: Option<(f64, f64)>,
    /// The curve of a second recording.
    pub(super) beside: Vec<(f64, f64)>,
}

impl Plot {
    /// The points of one series of the history in the window shown now.
    pub(super) fn points(
        pen: &Pen,
        window: Span,
        value: impl Fn(&crate::view::Sample) -> Option<f64>,
    ) -> Vec<(f64, f64)> {
        let to = pen.app.frozen.unwrap_or(pen.now);
        let from = HostInstant::from_micros(to.as_micros().saturating_sub(window.as_micros()));
        let history = &pen.app.view.history;
        history
            .window(from, to)
            .filter_map(|sample| Some((-to.since(sample.at).as_secs_f64(), value(sample)?)))
            .collect()
    }

    /// The tip temperature of a second recording in the same window, if there is one.
    pub(super) fn beside(pen: &Pen, window: Span) -> Vec<(f64, f64)> {
        let beside = pen.app.replay.as_ref().and_then(|replay| replay.beside.as_ref());
        let Some(beside) = beside else { return Vec::new() };
        let to = pen.app.frozen.unwrap_or(pen.now);
        let from = HostInstant::from_micros(to.as_micros().saturating_sub(window.as_micros()));
        let first = beside.samples.partition_point(|(at, _)| *at < from);
        let behind = beside.samples.partition_point(|(at, _)| *at <= to);
        let shown = beside.samples.get(first..behind).unwrap_or_default();
        shown.iter().map(|(at, tip)| (-to.since(*at).as_secs_f64(), tip.as_f64())).collect()
    }

    /// Its points in dashes that stay with the curve, so that it is told from the other without
    /// colour. `now_s`: the right edge on the recording's clock.
    fn dashes(&self, now_s: f64) -> Vec<(f64, f64)> {
        let dash_s = self.window_s / DASHES;
        let drawn = |s: f64| ((now_s + s) / dash_s).rem_euclid(2.0) < 1.0;
        self.beside.iter().copied().filter(|(s, _)| drawn(*s)).collect()
    }

    /// Neighbours close enough in time to be joined.
    fn joined(&self) -> impl Iterator<Item = ((f64, f64), (f64, f64))> {
        let pairs = self.points.iter().zip(self.points.iter().skip(1));
        pairs.map(|(a, b)| (*a, *b)).filter(|(a, b)| b.0 - a.0 <= GAP_S)
    }
}

/// Draws the plot with its value axis; the time axis is [`time_axis`].
pub(super) fn draw(pen: &mut Pen, area: Rect, plot: &Plot) {
    if area.height < 2 || area.width <= AXIS + 2 {
        return;
    }
    value_axis(pen, area, plot);
    let inner = Rect { x: area.x + AXIS, width: area.width - AXIS, ..area };
    match pen.app.config.symbols {
        Symbols::Braille => dots(pen, inner, plot, Marker::Braille),
        Symbols::Block => dots(pen, inner, plot, Marker::HalfBlock),
        Symbols::Ascii => ascii(pen, inner, plot),
    }
}

/// The row of `value` in `rows` rows, from the top.
fn row_of(plot: &Plot, value: f64, rows: u16) -> Option<u16> {
    let share = (plot.high - value) / (plot.high - plot.low);
    let row = (share * f64::from(rows.saturating_sub(1))).round();
    // In range by the comparison; a value outside the axis has no row.
    (row >= 0.0 && row < f64::from(rows)).then_some(row as u16)
}

fn value_axis(pen: &mut Pen, area: Rect, plot: &Plot) {
    for row in 0..area.height {
        pen.text(area, AXIS - 1, row, "|", Role::Dim);
    }
    let set = plot.set.map(|(value, _)| value);
    let mut labelled: Vec<u16> = Vec::new();
    for value in set.into_iter().chain([plot.high, plot.low]) {
        if let Some(row) = row_of(plot, value, area.height)
            && !labelled.iter().any(|other| other.abs_diff(row) < 1)
        {
            labelled.push(row);
            pen.text(area, 0, row, &format!("{value:>4.0}"), Role::Dim);
        }
    }
}

fn colour(pen: &Pen, role: Role) -> Color {
    pen.style(role).fg.unwrap_or(Color::Reset)
}

fn dots(pen: &mut Pen, area: Rect, plot: &Plot, marker: Marker) {
    let [trend, set_line, second] =
        [Role::Trend, Role::SetLine, Role::Beside].map(|role| colour(pen, role));
    let beside = plot.dashes(pen.app.frozen.unwrap_or(pen.now).as_micros() as f64 / 1e6);
    let ground = pen.style(Role::Base).bg.unwrap_or(Color::Reset);
    let step = plot.window_s / f64::from(area.width);
    let canvas = Canvas::default()
        .marker(marker)
        .background_color(ground)
        .x_bounds([-plot.window_s, 0.0])
        .y_bounds([plot.low, plot.high])
        .paint(|context: &mut Context| {
            if let Some((set, band)) = plot.set {
                for (value, every) in [(set, 1.0), (set - band, 4.0), (set + band, 4.0)] {
                    let count = (f64::from(area.width) / every) as u32;
                    let coords: Vec<(f64, f64)> = (0..count)
                        .map(|n| (-plot.window_s + f64::from(n) * every * step, value))
                        .collect();
                    context.draw(&Points { coords: &coords, color: set_line });
                }
            }
            context.layer();
            if !beside.is_empty() {
                context.draw(&Points { coords: &beside, color: second });
                context.layer();
            }
            for ((x1, y1), (x2, y2)) in plot.joined() {
                context.draw(&Line { x1, y1, x2, y2, color: trend });
            }
            context.draw(&Points { coords: &plot.points, color: trend });
        });
    canvas.render(area, pen.buffer);
}

fn ascii(pen: &mut Pen, area: Rect, plot: &Plot) {
    if let Some((set, band)) = plot.set {
        let line = "-".repeat(usize::from(area.width));
        if let Some(row) = row_of(plot, set, area.height) {
            pen.line(area, row, &line, Role::SetLine);
        }
        for edge in [set - band, set + band] {
            let row = row_of(plot, edge, area.height)
                .filter(|r| row_of(plot, set, area.height) != Some(*r));
            if let Some(row) = row {
                pen.line(area, row, &".   ".repeat(usize::from(area.width / 4)), Role::SetLine);
            }
        }
    }
    let curves = [("o", &plot.beside, Role::Beside), ("*", &plot.points, Role::Trend)];
    for (mark, points, role) in curves {
        for (x, value) in points {
            let column = (1.0 + x / plot.window_s) * f64::from(area.width.saturating_sub(1));
            if let Some(row) = row_of(plot, *value, area.height)
                && column >= 0.0
            {
                pen.text(area, column.round() as u16, row, mark, role);
            }
        }
    }
}

/// The time axis: left end, middle marks, now.
pub(super) fn time_axis(pen: &mut Pen, area: Rect, row: u16, window_s: u64) {
    let inner = Rect { x: area.x + AXIS, width: area.width.saturating_sub(AXIS), ..area };
    let right = match pen.app.frozen {
        Some(at) => format!("FROZEN {} s ago", pen.now.since(at).as_millis() / 1000),
        None if pen.app.replay.is_some() => words::clock(pen.app.view.since_start(pen.now)),
        None => "now".to_string(),
    };
    let length = u16::try_from(right.len()).unwrap_or(0);
    let free = inner.width.saturating_sub(length);
    for part in 0..3_u16 {
        let text = format!("-{} s", window_s - window_s * u64::from(part) / 3);
        let at = inner.width * part / 3;
        if at + u16::try_from(text.len()).unwrap_or(0) < free {
            pen.text(inner, at, row, &text, Role::Dim);
        }
    }
    pen.text(inner, free, row, &right, Role::Dim);
}
