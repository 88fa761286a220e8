//! The lesion as a model predicted it, drawn to scale around the needle.

use super::page::Page;
use crate::Report;
use crate::words::{clock, word};
use rfa_plot::{Anchor, Colour, FieldPlot, Grid, Look, Mark, Shape, Stroke, svg};
use rfa_record::{LesionMessage, LesionRow, MeasureRow, VerdictWord};

/// The picture beside its numbers, in pixels.
const MOST: (f64, f64) = (250.0, 300.0);
/// Room around lesion and needle, mm.
const MARGIN_MM: f64 = 1.5;

pub(super) fn lesion(report: &Report, page: &mut Page) {
    page.heading("Lesion, as predicted");
    let Some((at_s, told)) = &report.lesion else { return page.none("Not recorded.") };
    let Some(lesion) = &told.lesion else {
        let why = told.no_lesion.as_deref().unwrap_or("no reason given");
        return page.none(&format!("Not predicted: {why}."));
    };
    page.raw("<div class=\"two\">\n");
    if lesion.outline_um.len() > 1 {
        page.figure("lesion", &svg(&picture(told, lesion).scene()));
    }
    page.raw("<div>\n");
    let mut rows = vec![
        ("width", size(&lesion.width)),
        ("length", size(&lesion.length)),
        ("edge", told.boundary.clone()),
        ("as of", format!("{} since the first tick", clock(*at_s))),
    ];
    if let Some(baseline) = told.baseline_mc {
        rows.push(("tissue at rest", format!("{:.1} °C", f64::from(baseline) / 1e3)));
    }
    if let Some(power) = &lesion.power {
        let watts = |raw: u32| f64::from(raw) / 1e3;
        let verdict = match power.verdict {
            VerdictWord::Unjudged => "not judged".to_owned(),
            VerdictWord::Agrees => "agrees with the model".to_owned(),
            other => format!("{} what the model allows: the size is doubtful", word(&other)),
        };
        rows.push((
            "power",
            format!(
                "{:.2} W measured, {:.2} W modelled ({:.2} to {:.2}): {verdict}",
                watts(power.measured_mw),
                watts(power.modelled_mw),
                watts(power.low_mw),
                watts(power.high_mw)
            ),
        ));
    }
    page.facts(&rows);
    let words = "Computed from the temperatures and powers that were measured. The range is what \
                 published tissue properties allow. A model of a tissue is not a patient; nobody \
                 has seen this lesion.";
    page.paragraph("<p class=\"small\">", words);
    page.raw("</div>\n</div>\n");
}

fn size(measure: &MeasureRow) -> String {
    let mm = |raw: u32| f64::from(raw) / 1e3;
    let (value, low, high) = (mm(measure.value_um), mm(measure.low_um), mm(measure.high_um));
    format!("{value:.1} mm ({low:.1} to {high:.1})")
}

fn picture(told: &LesionMessage, lesion: &LesionRow) -> FieldPlot {
    let right: Vec<(f64, f64)> = lesion
        .outline_um
        .iter()
        .map(|(height, radius)| (f64::from(*radius) / 1e3, f64::from(*height) / 1e3))
        .collect();
    let left = right.iter().rev().map(|(radius, height)| (-radius, *height));
    let outline: Vec<_> = right.iter().copied().chain(left).collect();
    let (tip, radius) = (f64::from(told.tip_length_um) / 1e3, f64::from(told.diameter_um) / 2e3);
    let wide = right.iter().fold(radius, |wide, (r, _)| wide.max(*r)) + MARGIN_MM;
    let low = right.iter().fold(0.0_f64, |low, (_, z)| low.min(*z)) - MARGIN_MM;
    let high = right.iter().fold(tip, |high, (_, z)| high.max(*z)) + MARGIN_MM;
    let rim = Stroke::solid(Colour::INK, 1.0);
    let bar =
        |from: f64, to: f64| vec![(-radius, to), (-radius, from), (radius, from), (radius, to)];
    FieldPlot {
        title: Vec::new(),
        most: MOST,
        labels: ["mm from the axis", "mm from the tip's end"].map(str::to_owned),
        window: [(-wide, wide), (low, high)],
        grid: Grid { x: Vec::new(), y: Vec::new(), values: Vec::new() },
        band: None,
        curves: Vec::new(),
        shapes: vec![
            Shape {
                points: outline,
                fill: Colour::new(253, 219, 190),
                stroke: Stroke::solid(Colour::ACCENT, 2.4),
            },
            Shape { points: bar(0.0, tip), fill: Colour::STEEL, stroke: rim },
            Shape { points: bar(tip, high), fill: Colour::SLEEVE, stroke: rim },
        ],
        regions: Vec::new(),
        marks: vec![Mark {
            at: (0.0, tip / 2.0),
            label: "active tip".to_owned(),
            anchor: Anchor::Middle,
            look: Look::Upright(Colour::INK),
        }],
    }
}
