//! The predicted lesion: its outline to scale around the needle, its size, and what the power
//! says.

use super::pen::Pen;
use crate::theme::{Role, Symbols};
use crate::words;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Context, Line};
use rfa_session::{LesionMeasure, LesionPrediction, LesionView, NoLesion};

/// Fewer rows or columns than this show no picture.
const PICTURE_MIN: (u16, u16) = (16, 5);
/// Room around needle and lesion, mm.
const MARGIN_MM: f64 = 0.6;
/// How much of the insulated shaft is in the picture at least, mm.
const SHAFT_MM: f64 = 2.5;
/// Half the height of the picture at least, mm: most lesions grow into it without a new scale.
const HALF_MM: f64 = 3.5;
/// Scales, mm to a column: the scale changes in steps, so that growth is seen as growth.
const SCALES: [f64; 10] = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5];
/// Lengths of the scale's bar, mm.
const BARS_MM: [f64; 4] = [1.0, 2.0, 5.0, 10.0];

/// The newest view of the lesion, where there is a model at all.
pub(super) fn view<'a>(pen: &Pen<'a>) -> Option<&'a LesionView> {
    pen.app.view.snapshot()?.lesion.as_ref()
}

/// "6.0 (5.8-6.4) x 8.8 (8.7-9.1) mm", or why there is none.
pub(super) fn size_words(view: &LesionView) -> String {
    let lesion = match &view.lesion {
        Ok(lesion) if lesion.outline.is_empty() => return "none yet".to_string(),
        Ok(lesion) => lesion,
        Err(why) => return format!("not predicted: {}", why.as_str()),
    };
    let words = |measure: LesionMeasure| {
        let (value, low, high) = measure.in_mm();
        format!("{value:.1} ({low:.1}-{high:.1})")
    };
    format!("{} x {} mm", words(lesion.width), words(lesion.length))
}

fn disagreement(view: &LesionView) -> Option<String> {
    words::power(view.lesion.as_ref().ok()?.power.as_ref()?)
}

/// One line for where there is no room for more.
pub(super) fn line(pen: &mut Pen, area: Rect) {
    let Some(view) = view(pen) else { return };
    let text = match disagreement(view) {
        Some(power) => format!(" {power}"),
        None => format!(" lesion {}  {}", size_words(view), view.boundary.words()),
    };
    pen.line(area, 0, &text, Role::Base);
}

/// The panel: title, size, boundary, picture, scale; the power where it disagrees.
pub(super) fn panel(pen: &mut Pen, area: Rect) {
    let Some(view) = view(pen) else { return };
    let view = *view;
    let width = usize::from(area.width);
    let (title, mut lines) = head_lines(&view, width);
    pen.line(area, 0, &title, Role::Title);
    let told = disagreement(&view).map(|text| words::wrap(&text, width)).unwrap_or_default();
    let picture_from = 1 + rows(&lines);
    let below = rows(&told);
    let picture = Rect {
        y: area.y + picture_from.min(area.height),
        height: area.height.saturating_sub(picture_from + below),
        ..area
    };
    let fits = picture.width >= PICTURE_MIN.0 && picture.height > PICTURE_MIN.1;
    lines.truncate(usize::from(area.height.saturating_sub(1 + below)));
    for (row, text) in (1..).zip(&lines) {
        pen.line(area, row, text, if row == 1 { Role::Value } else { Role::Base });
    }
    for (row, text) in (area.height.saturating_sub(below)..area.height).zip(&told) {
        pen.line(area, row, text, Role::Message);
    }
    if fits {
        draw(pen, picture, &view);
    }
}

fn rows(lines: &[String]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

/// Title, size and boundary. A narrow panel has the size in its title: rows are few there.
fn head_lines(view: &LesionView, width: usize) -> (String, Vec<String>) {
    let size = size_words(view);
    let mut lines = words::wrap(&size, width);
    let mut title = "LESION predicted".to_string();
    if let Ok(lesion) = &view.lesion
        && lines.len() > 1
    {
        let ((width, low, high), (length, short, long)) =
            (lesion.width.in_mm(), lesion.length.in_mm());
        title = format!("LESION {width:.1} x {length:.1} mm");
        lines = vec![format!("model {low:.1}-{high:.1} x {short:.1}-{long:.1}")];
    }
    if view.lesion.is_ok() {
        lines.extend(words::wrap(view.boundary.words(), width));
    }
    (title, lines)
}

/// What the picture shows and how: mm to a column, and the heights at its edges.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Frame {
    scale: f64,
    from: f64,
    to: f64,
    half: f64,
}

impl Frame {
    /// The finest scale that holds needle and lesion; a cell is twice as high as wide.
    fn of(area: Rect, view: &LesionView) -> Self {
        let outline = outline(view);
        let tip = f64::from(view.tip_length_um) / 1e3;
        let low = outline.iter().map(|(z, _)| *z).fold(-2.0, f64::min) - MARGIN_MM;
        let high = outline.iter().map(|(z, _)| *z).fold(tip + SHAFT_MM, f64::max) + MARGIN_MM;
        let half = outline.iter().map(|(_, r)| *r + MARGIN_MM).fold(HALF_MM, f64::max);
        let (columns, lines) = (f64::from(area.width), f64::from(area.height));
        let needed = ((high - low) / columns).max(half / lines);
        let scale = SCALES.into_iter().find(|scale| *scale >= needed).unwrap_or(needed);
        let (middle, wide) = (f64::midpoint(low, high), scale * columns);
        Self { scale, from: middle - wide / 2.0, to: middle + wide / 2.0, half: scale * lines }
    }
}

/// The outline in mm: height and radius.
fn outline(view: &LesionView) -> Vec<(f64, f64)> {
    let Ok(LesionPrediction { outline, .. }) = &view.lesion else { return Vec::new() };
    let point = |p: &rfa_session::OutlinePoint| {
        (f64::from(p.height_um) / 1e3, f64::from(p.radius_um) / 1e3)
    };
    outline.iter().map(point).collect()
}

fn draw(pen: &mut Pen, area: Rect, view: &LesionView) {
    let area = Rect { height: area.height - 1, ..area };
    let frame = Frame::of(area, view);
    match pen.app.config.symbols {
        Symbols::Braille => dots(pen, area, view, frame, Marker::Braille),
        Symbols::Block => dots(pen, area, view, frame, Marker::HalfBlock),
        Symbols::Ascii => ascii(pen, area, view, frame),
    }
    scale_bar(pen, Rect { y: area.y + area.height, height: 1, ..area }, frame);
}

fn scale_bar(pen: &mut Pen, area: Rect, frame: Frame) {
    let columns = |mm: f64| (mm / frame.scale).round();
    let most = f64::from(area.width) / 2.0;
    let fitting = BARS_MM.into_iter().rfind(|mm| columns(*mm) <= most);
    let Some(mm) = fitting else { return };
    let dashes = "-".repeat((columns(mm) as usize).saturating_sub(2));
    pen.line(area, 0, &format!("|{dashes}| {mm:.0} mm"), Role::Dim);
}

fn colour(pen: &Pen, role: Role) -> Color {
    pen.style(role).fg.unwrap_or(Color::Reset)
}

fn dots(pen: &mut Pen, area: Rect, view: &LesionView, frame: Frame, marker: Marker) {
    let [edge, metal, sleeve] = [Role::Trend, Role::Value, Role::Dim].map(|role| colour(pen, role));
    let ground = pen.style(Role::Base).bg.unwrap_or(Color::Reset);
    let (tip, radius) = (f64::from(view.tip_length_um) / 1e3, f64::from(view.diameter_um) / 2e3);
    let outline = outline(view);
    // Half a dot between the lines of the tip leaves no gap in it.
    let across = (radius / (frame.scale / 4.0)).ceil().max(1.0);
    let canvas = Canvas::default()
        .marker(marker)
        .background_color(ground)
        .x_bounds([frame.from, frame.to])
        .y_bounds([-frame.half, frame.half])
        .paint(|context: &mut Context| {
            let mut line = |x1: f64, y1: f64, x2: f64, y2: f64, color: Color| {
                context.draw(&Line { x1, y1, x2, y2, color });
            };
            for side in [-radius, radius] {
                line(tip, side, frame.to, side, sleeve);
            }
            for part in 0..=(2.0 * across) as u32 {
                let y = radius * (f64::from(part) / across - 1.0);
                line(0.0, y, tip, y, metal);
            }
            for ((z1, r1), (z2, r2)) in outline.iter().zip(outline.iter().skip(1)) {
                line(*z1, *r1, *z2, *r2, edge);
                line(*z1, -r1, *z2, -r2, edge);
            }
        });
    canvas.render(area, pen.buffer);
}

fn ascii(pen: &mut Pen, area: Rect, view: &LesionView, frame: Frame) {
    let (tip, middle) = (f64::from(view.tip_length_um) / 1e3, f64::from(area.height) / 2.0);
    let outline = outline(view);
    let radius_at = |z: f64| {
        let pairs = outline.iter().zip(outline.iter().skip(1));
        let around = pairs.into_iter().find(|((z1, _), (z2, _))| (*z1..=*z2).contains(&z));
        around.map(
            |((z1, r1), (z2, r2))| {
                if z2 > z1 { r1 + (r2 - r1) * (z - z1) / (z2 - z1) } else { r1.max(*r2) }
            },
        )
    };
    for column in 0..area.width {
        let z = frame.from + (f64::from(column) + 0.5) * frame.scale;
        if let Some(radius) = radius_at(z) {
            let rows = radius / (2.0 * frame.scale);
            for row in [middle - rows, middle + rows] {
                if row >= 0.0 && row < f64::from(area.height) {
                    pen.text(area, column, row as u16, "*", Role::Trend);
                }
            }
        }
        let needle = if z > tip { "-" } else { "=" };
        if z >= 0.0 {
            pen.text(area, column, middle as u16, needle, Role::Value);
        }
    }
}

/// The end card's lines.
pub(super) fn review_lines(pen: &Pen) -> Vec<(String, Role)> {
    let Some(view) = view(pen) else { return Vec::new() };
    let mut lines = match &view.lesion {
        Err(NoLesion::NotBegun) => Vec::new(),
        Err(why) => vec![(format!(" lesion not predicted: {}", why.as_str()), Role::Base)],
        Ok(_) => vec![(
            format!(" lesion predicted {}  ({})", size_words(view), view.boundary.words()),
            Role::Base,
        )],
    };
    lines.extend(disagreement(view).map(|text| (format!(" {text}"), Role::Message)));
    lines
}

/// The picture alone, on the end card.
pub(super) fn picture(pen: &mut Pen, area: Rect) {
    let Some(view) = view(pen) else { return };
    let view = *view;
    let any = view.lesion.is_ok_and(|lesion| !lesion.outline.is_empty());
    if any && area.width >= PICTURE_MIN.0 && area.height > PICTURE_MIN.1 {
        draw(pen, area, &view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_session::{LesionBoundary, OutlinePoint};
    use rfa_units::{Bounded, HostInstant};

    fn grown(radius_um: u32) -> LesionView {
        let mut outline = Bounded::new();
        for (height_um, radius_um) in [(-1_500, 0), (2_000, radius_um), (6_000, 454)] {
            outline.push(OutlinePoint { height_um, radius_um }).expect("room");
        }
        let measure = LesionMeasure::default();
        LesionView {
            at: HostInstant::ZERO,
            boundary: LesionBoundary::NerveArrhenius,
            tip_length_um: 5_000,
            diameter_um: 908,
            baseline: None,
            lesion: Ok(LesionPrediction { width: measure, length: measure, outline, power: None }),
        }
    }

    /// A millimetre is as long across as along, and everything is inside.
    #[test]
    fn the_picture_is_to_scale() {
        for (width, height) in [(34, 11), (22, 6), (80, 20), (16, 6)] {
            let area = Rect::new(0, 0, width, height);
            for radius_um in [0, 1_000, 3_000, 6_000, 12_000] {
                let view = grown(radius_um);
                let frame = Frame::of(area, &view);
                let across = 2.0 * frame.half / f64::from(height);
                let along = (frame.to - frame.from) / f64::from(width);
                assert!((across / along - 2.0).abs() < 1e-9, "a cell is twice as high as wide");
                let radius = f64::from(radius_um) / 1e3;
                assert!(frame.half >= radius && frame.from <= -1.5 && frame.to >= 6.0);
            }
        }
    }
}
