//! The picture: temperature field, contours, the lesion's edge, and the needle in it.

use super::answer::{drive, electrode};
use super::arguments::End;
use super::question::{Question, SENSOR_MM};
use super::solve::Solved;
use crate::exit::Stop;
use rfa_plot::{
    Anchor, Band, Colour, Curve, FieldPlot, Grid, Look, Mark, Region, Shape, Stroke, contour, png,
    resample, svg,
};
use rfa_tissue::Boundary;
use std::path::Path;

/// Isotherms drawn, °C.
const ISOTHERMS_C: [f64; 5] = [45.0, 50.0, 60.0, 70.0, 80.0];
/// Places across the picture at which the field is drawn.
const PLACES: u32 = 280;
/// A tip shorter than this has no room for words beside its sensor.
const SHORT_TIP_MM: f64 = 4.0;
/// Pixels of a PNG for each of the layout: sharp on a screen of high resolution.
const PNG_SCALE: f64 = 2.0;

/// The kinds of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Svg,
    Png,
}

/// Which kind the file's name asks for.
pub(crate) fn kind(path: &Path) -> Result<Kind, Stop> {
    let end = path.extension().and_then(|end| end.to_str()).map(str::to_ascii_lowercase);
    match end.as_deref() {
        Some("svg") => Ok(Kind::Svg),
        Some("png") => Ok(Kind::Png),
        _ => Err(Stop::usage(format!(
            "error: --plot does not say which picture\n  value:   {}\n  allowed: a name that ends \
             in .svg or .png\n  help:    name the file, e.g. lesion.svg",
            path.display()
        ))),
    }
}

/// The picture's file.
pub(crate) fn draw(question: &Question, solved: &Solved, kind: Kind) -> Result<Vec<u8>, Stop> {
    let scene = figure(question, solved).scene();
    match kind {
        Kind::Svg => Ok(svg(&scene).into_bytes()),
        Kind::Png => png(&scene, PNG_SCALE).map_err(|e| Stop::failure(format!("--plot: {e}"))),
    }
}

/// The field's places, in mm.
struct Places {
    r: Vec<f64>,
    z: Vec<f64>,
    /// Across the picture, negative on the left.
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Places {
    /// A field over the cells, on the picture's places and on both sides of the axis.
    fn field(&self, cells: &[f64]) -> Grid {
        let out: Vec<f64> = self.x.iter().copied().filter(|x| *x >= 0.0).collect();
        let half = resample(&self.r, &self.z, cells, &out, &self.y);
        let columns = out.len();
        let values = half.chunks(columns).flat_map(|row| row[1..].iter().rev().chain(row)).copied();
        Grid { x: self.x.clone(), y: self.y.clone(), values: values.collect() }
    }
}

fn figure(question: &Question, solved: &Solved) -> FieldPlot {
    let lesion = &solved.lesion;
    let tip_mm = question.setting.needle.tip_length * 1e3;
    let middles = |edges: &[f64]| -> Vec<f64> {
        edges.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]) * 1e3).collect()
    };
    let mesh = lesion.mesh();
    let (r, z) = (middles(&mesh.radii), middles(&mesh.heights));
    let cells = lesion.model().temperatures();
    let window = window(question, solved, (&r, &z), cells);
    let [(_, wide), (low, high)] = window;
    let step = 2.0 * wide / f64::from(PLACES);
    let half = PLACES / 2;
    let mut x: Vec<f64> = (1..=half).rev().map(|i| -step * f64::from(i)).collect();
    x.extend((0..=half).map(|i| step * f64::from(i)));
    let rows = ((high - low) / step).ceil().max(2.0) as u32;
    let y = (0..=rows).map(|i| low + (high - low) * f64::from(i) / f64::from(rows)).collect();
    let places = Places { r, z, x, y };
    let grid = places.field(cells);
    let hottest = solved.lesion.hottest().0.max(question.setting.baseline_c + 1.0);
    let curves = curves(question, solved, &places, &grid, tip_mm);
    FieldPlot {
        title: title(question, solved),
        labels: ["distance from the axis, mm", "height from the tip's end, mm"].map(str::to_owned),
        most: FieldPlot::MOST,
        window,
        grid,
        band: Some(Band::covering(question.setting.baseline_c, hottest, 36.0, "temperature, °C")),
        curves,
        shapes: needle(question, high),
        regions: regions(question),
        marks: marks(question, wide, high),
    }
}

/// What is shown: the lesion, the outermost isotherm, the tip, and the nearest other tissue.
fn window(
    question: &Question,
    solved: &Solved,
    (r, z): (&[f64], &[f64]),
    cells: &[f64],
) -> [(f64, f64); 2] {
    let base = question.setting.baseline_c;
    let hottest = solved.lesion.hottest().0;
    let warm =
        ISOTHERMS_C[0].min(base + 0.5 * (hottest - base)).max(base + 0.15 * (hottest - base));
    let places = z.iter().flat_map(|z| r.iter().map(move |r| (*r, *z)));
    let inside = places.zip(cells).filter(|(_, at_c)| **at_c >= warm);
    let tip = question.setting.needle.tip_length * 1e3;
    let start = (1.5_f64, -0.5_f64, tip + 1.0);
    let (wide, low, high) =
        inside.fold(start, |(wide, low, high), ((r, z), _)| (wide.max(r), low.min(z), high.max(z)));
    let edge = solved.at.last().and_then(|at| at.size).unwrap_or_default();
    let margin = 0.12 * (high - low);
    let wide = wide.max(edge.width * 500.0) + margin;
    let mut low = low.min(-edge.beyond_tip * 1e3) - margin;
    let high = high.max((edge.length - edge.beyond_tip) * 1e3) + margin;
    for layer in &question.tissue.layers {
        // A layer that begins just outside the picture matters and is shown.
        if layer.to_mm < low + margin && layer.to_mm > low - 3.0 {
            low = layer.to_mm - 2.0 * margin;
        }
    }
    [(-wide, wide), (low, high)]
}

fn title(question: &Question, solved: &Solved) -> Vec<String> {
    let mut lines = vec![
        format!("{}: {}", electrode(question), question.tissue.title),
        format!("{}, {} °C before", drive(question), question.setting.baseline_c),
    ];
    if let Some(at) = solved.at.last() {
        lines.push(at.size.map_or_else(
            || format!("after {} s: nothing has reached the edge's definition", at.t_s),
            |size| {
                format!(
                    "after {} s: {:.1} mm wide, {:.1} mm long, {:.0} mm³, {:.1} mm beyond the tip",
                    at.t_s,
                    size.width * 1e3,
                    size.length * 1e3,
                    size.volume * 1e9,
                    size.beyond_tip * 1e3
                )
            },
        ));
    }
    lines
}

/// Isotherms of the moment, and the lesion's edge.
fn curves(
    question: &Question,
    solved: &Solved,
    places: &Places,
    grid: &Grid,
    tip_mm: f64,
) -> Vec<Curve> {
    let mut curves = Vec::new();
    let (base, hottest) = (question.setting.baseline_c, solved.lesion.hottest().0);
    // Too near either end an isotherm is a speck at the tip, or is not in the picture.
    let shown = ISOTHERMS_C.into_iter().filter(|at_c| *at_c > base + 2.0 && *at_c < hottest - 2.5);
    for (index, level) in shown.enumerate() {
        curves.push(Curve {
            lines: contour(&grid.x, &grid.y, &grid.values, level),
            stroke: Stroke::solid(Colour::INK, 0.9),
            label: format!("{level} °C"),
            // One above the other, so that no label lies on the next line.
            label_y: tip_mm * (0.3 + 0.14 * index as f64),
            key: String::new(),
        });
    }
    let edge = places.field(&solved.lesion.score(question.edge.0));
    curves.push(Curve {
        lines: contour(&edge.x, &edge.y, &edge.values, 0.0),
        stroke: Stroke::solid(Colour::ACCENT, 2.6),
        label: String::new(),
        label_y: 0.0,
        key: format!("edge of the lesion: {}", definition(question)),
    });
    curves
}

/// The edge's definition, short enough for one line.
fn definition(question: &Question) -> String {
    match question.edge.0 {
        Boundary::Arrhenius(_) => format!("damage integral 1 ({})", question.edge),
        Boundary::Isotherm(_) | Boundary::Cem43(_) => question.edge.words(),
    }
}

/// Bare tip and insulated shaft.
fn needle(question: &Question, high: f64) -> Vec<Shape> {
    let needle = &question.setting.needle;
    let (radius, tip) = (needle.diameter * 500.0, needle.tip_length * 1e3);
    let point = if question.end == End::Conical { 2.0 * radius } else { 0.0 };
    let bare = vec![(-radius, tip), (-radius, point), (0.0, 0.0), (radius, point), (radius, tip)];
    let blunt = vec![(-radius, tip), (-radius, 0.0), (radius, 0.0), (radius, tip)];
    let outer = radius + needle.sleeve * 1e3;
    let shaft = vec![(-outer, high), (-outer, tip), (outer, tip), (outer, high)];
    let stroke = Stroke::solid(Colour::INK, 1.0);
    let tip = if point > 0.0 { bare } else { blunt };
    vec![
        Shape { points: tip, fill: Colour::STEEL, stroke },
        Shape { points: shaft, fill: Colour::SLEEVE, stroke },
    ]
}

fn regions(question: &Question) -> Vec<Region> {
    let mut regions = Vec::new();
    for layer in &question.tissue.layers {
        // A ring is seen on both sides of the axis, a disc once.
        let sides = if layer.inner_mm > 0.0 {
            vec![(-layer.outer_mm, -layer.inner_mm), (layer.inner_mm, layer.outer_mm)]
        } else {
            vec![(-layer.outer_mm, layer.outer_mm)]
        };
        regions.extend(sides.into_iter().map(|(from, to)| Region {
            corners: [(from, layer.from_mm), (to, layer.to_mm)],
            label: layer.tissue.clone(),
        }));
    }
    regions
}

fn marks(question: &Question, wide: f64, high: f64) -> Vec<Mark> {
    let needle = &question.setting.needle;
    let (radius, tip) = (needle.diameter * 500.0, needle.tip_length * 1e3);
    let mark =
        |at, label: &str, look| Mark { at, label: label.into(), anchor: Anchor::Start, look };
    let along = |from: f64, to: f64| (0.0, f64::midpoint(from, to));
    let mut marks = vec![
        mark((0.0, SENSOR_MM), "", Look::Dot),
        mark((radius, SENSOR_MM), "sensor", Look::Words),
        if tip < SHORT_TIP_MM {
            mark((radius, tip - 0.2), "active tip", Look::Words)
        } else {
            mark(along(SENSOR_MM, tip), "active tip", Look::Upright(Colour::INK))
        },
        mark(along(tip, high), "insulated shaft", Look::Upright(Colour::WHITE)),
    ];
    for (index, [r, z]) in question.probes_mm.iter().enumerate() {
        if *r <= wide && *z <= high {
            marks.push(mark((*r, *z), &format!("probe {}", index + 1), Look::Dot));
        }
    }
    marks
}
