//! A picture as a list of things to draw, in order, in pixels from the upper left corner.

use crate::Colour;

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What it shows, for readers who do not see it.
    pub title: String,
    /// From the lowest to the uppermost.
    pub items: Vec<Item>,
}

/// One thing in a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A line or an area.
    Path {
        /// The way of the pen.
        steps: Vec<Step>,
        /// Colour of the area; an area inside an area is a hole.
        fill: Option<Colour>,
        /// The line.
        stroke: Option<Stroke>,
    },
    /// Words.
    Text(Text),
}

/// One move of the pen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// To a place without drawing.
    Move(f64, f64),
    /// To a place in a straight line.
    Line(f64, f64),
    /// Back to where this part began.
    Close,
}

/// A line's look.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub colour: Colour,
    /// Its width in pixels.
    pub width: f64,
    /// Length of dashes and of the gaps between them, in pixels; none for a solid line.
    pub dash: Option<f64>,
}

impl Stroke {
    /// A solid line.
    #[must_use]
    pub const fn solid(colour: Colour, width: f64) -> Self {
        Self { colour, width, dash: None }
    }
}

/// Words at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// The place on the base line.
    pub at: (f64, f64),
    /// The words.
    pub words: String,
    /// Height of the font in pixels.
    pub size: f64,
    /// Which part of the words is at the place.
    pub anchor: Anchor,
    /// Their colour.
    pub colour: Colour,
    /// Colour of a rim that keeps them legible on anything.
    pub halo: Option<Colour>,
    /// Whether they run upwards.
    pub upright: bool,
}

/// Which part of a text is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Item {
    /// A line through points.
    #[must_use]
    pub fn line(points: &[(f64, f64)], stroke: Stroke) -> Self {
        Self::Path { steps: way(points, false), fill: None, stroke: Some(stroke) }
    }

    /// An area between points.
    #[must_use]
    pub fn area(points: &[(f64, f64)], fill: Colour, stroke: Option<Stroke>) -> Self {
        Self::Path { steps: way(points, true), fill: Some(fill), stroke }
    }
}

/// The pen's way through points, and back to the first where the shape is closed.
pub(crate) fn way(points: &[(f64, f64)], closed: bool) -> Vec<Step> {
    let mut steps: Vec<Step> = points
        .iter()
        .enumerate()
        .map(|(i, (x, y))| if i == 0 { Step::Move(*x, *y) } else { Step::Line(*x, *y) })
        .collect();
    if closed && !steps.is_empty() {
        steps.push(Step::Close);
    }
    steps
}
