//! The plans and the site file that the program carries, so that it needs no other file.

use std::string::ToString;
use std::vec::Vec;

use super::nearest::nearest;
use super::source::{Source, printable};
use super::{FileError, FileErrors, parse_plan, parse_site};
use crate::{Plan, Site};

/// Pairs each id with the text of its file.
macro_rules! presets {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../../../config/plans/", $id, ".toml")))),*]
    };
}

const PRESETS: &[(&str, &str)] = presets![
    "gasserian-stepped",
    "gasserian-70",
    "gasserian-65",
    "gasserian-75",
    "medial-branch-80",
];

const SITE: &str = include_str!("../../../../config/site.toml");

/// The shipped plans: id and TOML text, the demonstration's first.
#[must_use]
pub const fn presets() -> &'static [(&'static str, &'static str)] {
    PRESETS
}

/// The shipped plan called `id`.
///
/// # Errors
/// [`FileErrors`] names the shipped plans where there is none of that id.
pub fn preset(id: &str) -> Result<Plan, FileErrors> {
    let known = || PRESETS.iter().map(|(id, _)| *id);
    match PRESETS.iter().find(|(known, _)| *known == id) {
        Some((id, text)) => parse_plan(&std::format!("{id}.toml"), text),
        None => {
            let help = nearest(id, known()).map_or_else(
                || "name one of the shipped plans, or a plan file".to_string(),
                |near| std::format!("did you mean {near}?"),
            );
            let name = printable(id, 60);
            let source = Source { name: &name, text: "" };
            let allowed = known().collect::<Vec<_>>().join(", ");
            Err(FileError { allowed, help, ..source.whole("no shipped plan of that name") }.into())
        }
    }
}

/// The shipped example of a site file, with the simulator's development key.
///
/// # Errors
/// None for the file as shipped: a test reads it.
pub fn example_site() -> Result<Site, FileErrors> {
    parse_site("site.toml", SITE)
}
