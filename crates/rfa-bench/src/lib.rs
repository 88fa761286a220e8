//! The temperature loop over a population of needles, tissues and generators, beside the
//! controllers that people have.
//!
//! A [`Draw`] is one needle in one tissue on one generator with one plan, a function of a seed and
//! a number. A [`Case`] is a draw made ready: plan, limits, fitted tissue. [`run`] treats it on
//! virtual time, through the codec, the interlock and the simulated generator, with any
//! [`Controller`]; [`Figures`] says how that went, and [`Table`] what all of them come to.
//!
//! No treatment can reach the baselines: nothing but the program's `bench` command depends on
//! this crate, and a session's loop is [`rfa_control::Control`] itself, not a [`Controller`].
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod baseline;
mod case;
mod controller;
mod disturbance;
mod figures;
mod full;
mod ideal;
mod population;
mod session;
mod table;

pub use baseline::PidGains;
pub use case::{Case, CaseError};
pub use controller::{Controller, ControllerName};
pub use disturbance::Disturbance;
pub use figures::{Figures, course};
pub use ideal::Reach;
pub use population::{Draw, Population};
pub use session::{End, RunError, Sample, Trace, run};
pub use table::{NotPermitted, Outcome, Row, Table, Value, Verdict, Worst};
