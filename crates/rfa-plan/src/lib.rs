//! Treatment plans, electrodes, power ceilings, site limits and tissues: validated types.
//!
//! The types need no standard library; reading TOML is the feature `toml`.
//!
//! A [`Plan`] and a [`Site`] exist only if every rule about them holds: nothing is adjusted and
//! nothing is assumed, so what cannot be kept is refused with the field, the value and the range.
#![no_std]
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

extern crate alloc;
#[cfg(any(test, feature = "toml"))]
extern crate std;

mod budget;
mod canonical;
mod ceiling;
mod check;
mod electrode;
#[cfg(feature = "toml")]
mod file;
mod plan;
pub mod range;
mod rules;
mod shortfall;
mod site;
mod target;
pub mod tissue;
mod violation;

pub use budget::StepBudget;
pub use ceiling::{
    RESPONSES_MK_J, ceiling, generator_hard_limit, response_mk_j, start_ceiling, warming,
};
pub use electrode::{Electrode, Gauge, SensorKind};
#[cfg(feature = "toml")]
pub use file::{
    FILE_BYTES_MAX, FileError, FileErrors, TomlFile, example_site, nearest, parse_plan, parse_site,
    parse_tissue, plan_schema, plan_toml, preset, presets, printable, read_plan, read_site,
    read_tissue, schema_of, site_schema, tissue as shipped_tissue, tissue_schema,
    tissues as shipped_tissues,
};
pub use plan::{Gate, Plan, PlanLimits, PlanSpec, Program, Source, StepSpec};
pub use rules::{RULE_THRESHOLDS, RuleThreshold, RuleThresholds};
pub use shortfall::{Short, Shortfall};
pub use site::{LinkSettings, Site, SiteLimits, SiteSpec};
pub use target::Target;
pub use violation::{PlanError, Violation};
