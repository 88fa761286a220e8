//! Scenario files: a plan, faults at set times, what the operator does, and what must come of it.
//!
//! A [`Scenario`] exists only if its file keeps every rule: each run's expectations are complete,
//! and nothing in them has a weaker meaning than it says. Running and judging is the binary's.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod campaign;
mod check;
mod expect;
mod file;
mod read;
mod script;

pub use campaign::{Campaign, TreatmentPhase};
pub use expect::{End, Expected, K2, Phase, Rf, Since};
pub use read::{Fault, RUNS_MAX, Run, Scenario, Twin, parse_scenario, read_scenario};
pub use script::{Act, ActName, GateName, Reply, ReplyName, Script};

/// JSON schema of scenario files, as `config/scenario.schema.json` holds it.
#[must_use]
pub fn scenario_schema() -> String {
    rfa_plan::schema_of::<file::ScenarioFile>()
}
