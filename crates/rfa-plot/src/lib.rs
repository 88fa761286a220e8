//! Figures as data, drawn once.
//!
//! A figure ([`FieldPlot`], [`LinePlot`], [`PanelPlot`]) knows its numbers and words and nothing of
//! pixels or files; it is laid out into a [`Scene`] of paths and texts, and a scene is written as
//! SVG ([`svg()`]) or painted as PNG ([`png()`]); panels are drawn in a [`terminal()`] too. No
//! display, no system font, and the same bytes on every machine of one kind.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod axis;
mod colour;
mod contour;
mod field;
mod lines;
mod markup;
mod panels;
mod png;
mod resample;
mod scene;
mod signal;
mod svg;
mod terminal;

pub use colour::Colour;
pub use contour::{Line, contour};
pub use field::{Band, Curve, FieldPlot, Grid, Look, Mark, Region, Shape};
pub use lines::{LinePlot, Polyline};
pub use markup::escaped;
pub use panels::{Panel, PanelPlot, Row, SignalLine, Span, TimeMark};
pub use png::{PaintError, png};
pub use resample::resample;
pub use scene::{Anchor, Item, Scene, Step, Stroke, Text};
pub use signal::Signal;
pub use svg::svg;
pub use terminal::terminal;
