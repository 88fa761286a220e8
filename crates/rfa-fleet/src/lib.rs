//! Many recordings: statistics over all of them, differences between some. Reaches no link.
//!
//! [`find()`] lists the recordings in folders, [`figures`] reads what one session came to, from its
//! summary or from every tick, [`each_once`] takes each session once, [`Statistics`] sums many up,
//! and [`diff()`] compares two. What is held in memory is a chunk of each recording being read, and
//! a few hundred bytes a session.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod diff;
mod find;
mod once;
mod quantiles;
mod session;
mod stats;

pub use diff::{
    Align, Change, Compared, DiffError, DiffOutcome, DiffReport, SignalDifference, Tolerance,
    ToleranceOf, aligned_at_s, diff,
};
pub use find::{FILES_MAX, FindError, find};
pub use once::{FileTold, Once, each_once};
pub use quantiles::{Distribution, QUANTILES};
pub use session::{Basis, SessionFigures, figures};
pub use stats::{By, Group, LesionSizes, Statistics, Steps};
