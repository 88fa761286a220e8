//! A scene as SVG.

use crate::markup::escaped;
use crate::scene::{Anchor, Item, Scene, Step, Stroke, Text};
use std::fmt::Write;

/// The scene as an SVG document that stands alone; its words stay words.
#[must_use]
pub fn svg(scene: &Scene) -> String {
    let Scene { width, height, title, items } = scene;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" \
         font-family=\"Ubuntu, 'DejaVu Sans', Arial, sans-serif\">\n<title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        escaped(title)
    );
    for item in items {
        // Writing to a String cannot fail.
        let _ = match item {
            Item::Path { steps, fill, stroke } => {
                let fill = fill.map_or_else(|| "none".to_owned(), |fill| fill.to_string());
                let line = stroke.map_or_else(String::new, stroke_of);
                let d = data(steps);
                writeln!(out, "<path d=\"{d}\" fill=\"{fill}\" fill-rule=\"evenodd\"{line}/>")
            }
            Item::Text(text) => writeln!(out, "{}", text_of(text)),
        };
    }
    out.push_str("</svg>\n");
    out
}

fn stroke_of(stroke: Stroke) -> String {
    let Stroke { colour, width, dash } = stroke;
    let dash = dash.map_or_else(String::new, |dash| format!(" stroke-dasharray=\"{dash}\""));
    format!(" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{dash}")
}

fn data(steps: &[Step]) -> String {
    let mut d = String::new();
    for step in steps {
        let _ = match step {
            Step::Move(x, y) => write!(d, "M{} {}", short(*x), short(*y)),
            Step::Line(x, y) => write!(d, "L{} {}", short(*x), short(*y)),
            Step::Close => write!(d, "Z"),
        };
    }
    d
}

/// A hundredth of a pixel is finer than anyone sees.
fn short(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn text_of(text: &Text) -> String {
    let Text { at: (x, y), words, size, anchor, colour, halo, upright } = text;
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let (x, y) = (short(*x), short(*y));
    let turn = if *upright { format!(" transform=\"rotate(-90 {x} {y})\"") } else { String::new() };
    let halo = halo.map_or_else(String::new, |halo| {
        format!(
            " stroke=\"{halo}\" stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            size * HALO
        )
    });
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" text-anchor=\"{anchor}\" \
         fill=\"{colour}\"{halo}{turn}>{}</text>",
        escaped(words)
    )
}

/// Width of a rim as a share of the font's size.
pub(crate) const HALO: f64 = 0.28;
