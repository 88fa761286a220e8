//! An electro-thermal model of a needle electrode in tissue, and of the lesion it makes.
//!
//! Field, heat, boiling and damage on an axisymmetric finite-volume mesh ([`NeedleMesh`],
//! [`Model`]). A function of its arguments: no clock, no file, no thread, and the same bits on
//! every machine (transcendental functions are `libm`'s).
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod band;
mod contour;
mod damage;
mod electric;
mod error;
mod grid;
mod heat;
mod lanes;
mod lesion;
mod medium;
pub mod mesh;
mod model;
mod needle;
pub mod published;
mod reduced;
mod tracker;

pub use contour::{Boundary, LesionSize};
pub use damage::{Arrhenius, Damage, dose_rate, perfusion_share};
pub use error::SolveError;
pub use grid::{Beyond, Faces, Grid, Interfaces, Side};
pub use heat::{Amplitude, Ledger, Sensor};
pub use lesion::{Layer, Lesion, OutOfRange, Setting};
pub use medium::{Medium, Phase, Properties};
pub use model::{Drive, Model, Parts, Reading};
pub use needle::{Borders, Needle, NeedleMesh, Resolution, TipEnd};
pub use reduced::{FitError, Reduced, ReducedModel};
pub use tracker::{Measure, NoPrediction, Power, Prediction, Sample, Tracker, Verdict};
