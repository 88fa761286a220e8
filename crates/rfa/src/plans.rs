//! Finding a plan and a site.

use crate::exit::Stop;
use rfa_plan::{FileErrors, Plan, Site};
use std::path::Path;

/// Files are told from names of shipped plans by a dot or a slash.
pub(crate) fn plan(name: &str) -> Result<Plan, Stop> {
    if name.contains(['.', '/']) {
        rfa_plan::read_plan(Path::new(name)).map_err(refused)
    } else {
        rfa_plan::preset(name).map_err(refused)
    }
}

/// The site of `path`, or the shipped example, whose key is the simulator's.
pub(crate) fn site(path: Option<&Path>) -> Result<Site, Stop> {
    path.map_or_else(rfa_plan::example_site, rfa_plan::read_site).map_err(refused)
}

/// The plan as the site allows it.
pub(crate) fn plan_at_site(name: &str, site: &Site) -> Result<Plan, Stop> {
    site.apply(&plan(name)?).map_err(|e| Stop::usage(format!("{name} at {}: {e}", site.name)))
}

fn refused(errors: FileErrors) -> Stop {
    Stop::usage(errors.to_string())
}

/// The site's file for the recording, its key left out: a recording is handed on, a key is not.
pub(crate) fn without_key(path: &Path) -> Result<String, Stop> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Stop::usage(format!("{}: cannot be read: {e}", path.display())))?;
    let kept = |line: &&str| !line.trim_start().starts_with("key_hex");
    Ok(text.lines().filter(kept).fold(String::new(), |all, line| all + line + "\n"))
}
