//! Figures and reports of recorded sessions; holds no link.
//!
//! [`Series`] is a session as signals over time, read from a recording or told tick by tick;
//! [`figure()`] lays one or more of them out as one figure, which `rfa-plot` draws as SVG, PNG or
//! in a terminal. [`Report`] is what a report says of a recording, and [`html()`] writes it as one
//! page that needs nothing else.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod figure;
mod html;
mod moments;
mod report;
mod series;
mod signal;
mod walk;
mod words;

pub use figure::{SESSIONS_MAX, figure};
pub use html::{figure_page, html};
pub use moments::{Moment, moment, numbers};
pub use report::{Course, CourseRow, Impedances, Report, TripTold, Weight};
pub use series::{Doing, Series, Stay};
pub use signal::Name;
pub use walk::{Listen, Loss, WalkError, walk};
pub use words::{clock, escaped, plain, utc};
