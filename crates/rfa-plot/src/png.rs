//! A scene as PNG, with the font that the program carries.

use crate::Colour;
use crate::scene::{Anchor, Item, Scene, Step, Stroke, Text};
use crate::svg::HALO;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider};
use thiserror::Error;
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, PathBuilder, Pixmap, StrokeDash, Transform};

/// Largest picture, in pixels each way: a bill board; beyond it is a mistake.
const PIXELS_MAX: f64 = 20_000.0;
/// Rim in the words' own colour that makes the light font a regular one, as a share of its size.
const WEIGHT: f64 = 0.03;

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PaintError {
    /// No picture has that size.
    #[error("a picture of {width} x {height} pixels cannot be painted")]
    Size {
        /// Width asked for.
        width: f64,
        /// Height asked for.
        height: f64,
    },
    /// The font or the encoder failed.
    #[error("{0}")]
    Failed(String),
}

/// The scene painted `scale` times as large, as a PNG file.
///
/// # Errors
/// [`PaintError`] where the size is none a picture has.
pub fn png(scene: &Scene, scale: f64) -> Result<Vec<u8>, PaintError> {
    let (width, height) = ((scene.width * scale).ceil(), (scene.height * scale).ceil());
    let sane = |side: f64| (1.0..=PIXELS_MAX).contains(&side);
    let pixmap = (sane(width) && sane(height)).then(|| Pixmap::new(width as u32, height as u32));
    let mut pixmap = pixmap.flatten().ok_or(PaintError::Size { width, height })?;
    pixmap.fill(tiny_skia::Color::WHITE);
    let font = FontRef::new(epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|e| PaintError::Failed(format!("font: {e}")))?;
    let scaled = Transform::from_scale(scale as f32, scale as f32);
    for item in &scene.items {
        match item {
            Item::Path { steps, fill, stroke } => {
                let Some(path) = path(steps) else { continue };
                if let Some(fill) = fill {
                    pixmap.fill_path(&path, &paint(*fill), FillRule::EvenOdd, scaled, None);
                }
                if let Some(stroke) = stroke {
                    pixmap.stroke_path(&path, &paint(stroke.colour), &line(stroke), scaled, None);
                }
            }
            Item::Text(text) => write_text(&mut pixmap, &font, text, scaled),
        }
    }
    pixmap.encode_png().map_err(|e| PaintError::Failed(format!("PNG: {e}")))
}

fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.r, colour.g, colour.b, 255);
    paint.anti_alias = true;
    paint
}

fn line(stroke: &Stroke) -> tiny_skia::Stroke {
    let dash = stroke.dash.and_then(|dash| StrokeDash::new(vec![dash as f32; 2], 0.0));
    tiny_skia::Stroke {
        width: stroke.width as f32,
        line_join: LineJoin::Round,
        line_cap: LineCap::Butt,
        dash,
        ..tiny_skia::Stroke::default()
    }
}

fn path(steps: &[Step]) -> Option<tiny_skia::Path> {
    let mut builder = PathBuilder::new();
    for step in steps {
        match step {
            Step::Move(x, y) => builder.move_to(*x as f32, *y as f32),
            Step::Line(x, y) => builder.line_to(*x as f32, *y as f32),
            Step::Close => builder.close(),
        }
    }
    builder.finish()
}

fn write_text(pixmap: &mut Pixmap, font: &FontRef<'_>, text: &Text, scaled: Transform) {
    let size = Size::new(text.size as f32);
    let metrics = font.glyph_metrics(size, LocationRef::default());
    let (glyphs, outlines) = (font.charmap(), font.outline_glyphs());
    let mut pen = GlyphPen { builder: PathBuilder::new(), x: 0.0 };
    for c in text.words.chars() {
        // What the font lacks is drawn as its empty box, as everywhere.
        let glyph = glyphs.map(c).unwrap_or_default();
        if let Some(outline) = outlines.get(glyph) {
            // An outline that cannot be read leaves a gap; the shipped font has none.
            let _ = outline.draw(DrawSettings::unhinted(size, LocationRef::default()), &mut pen);
        }
        pen.x += metrics.advance_width(glyph).unwrap_or_default();
    }
    let width = pen.x;
    let Some(path) = pen.builder.finish() else { return };
    let shift = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    let (x, y) = (text.at.0 as f32, text.at.1 as f32);
    let turned = if text.upright { -90.0 } else { 0.0 };
    let placed = scaled.pre_translate(x, y).pre_rotate(turned).pre_translate(shift, 0.0);
    let rim = |width: f64| tiny_skia::Stroke {
        width: (text.size * width) as f32,
        line_join: LineJoin::Round,
        ..tiny_skia::Stroke::default()
    };
    if let Some(halo) = text.halo {
        pixmap.stroke_path(&path, &paint(halo), &rim(HALO), placed, None);
    }
    let ink = paint(text.colour);
    pixmap.fill_path(&path, &ink, FillRule::Winding, placed, None);
    pixmap.stroke_path(&path, &ink, &rim(WEIGHT), placed, None);
}

/// Draws glyphs one after the other, the right way up.
struct GlyphPen {
    builder: PathBuilder,
    x: f32,
}

impl OutlinePen for GlyphPen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(self.x + x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(self.x + x, -y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.builder.quad_to(self.x + cx, -cy, self.x + x, -y);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.builder.cubic_to(self.x + ax, -ay, self.x + bx, -by, self.x + x, -y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}
