//! Finding a plan and a site.

use crate::exit::Stop;
use rfa_plan::{FileErrors, Plan, Site};
use rfa_wire::budget::{BudgetError, LinkBudget};
use std::path::Path;

/// Files are told from names of shipped plans by a dot or a slash.
pub(crate) fn plan(name: &str) -> Result<Plan, Stop> {
    if name.contains(['.', '/']) {
        rfa_plan::read_plan(Path::new(name)).map_err(refused)
    } else {
        rfa_plan::preset(name).map_err(refused)
    }
}

/// The site of `path`, or the shipped example, whose key is the simulator's. Its line has room for
/// the channels in use.
pub(crate) fn site(path: Option<&Path>) -> Result<Site, Stop> {
    let site = path.map_or_else(rfa_plan::example_site, rfa_plan::read_site).map_err(refused)?;
    budget(&site).map_err(|e| {
        let name = path.map_or_else(|| "site.toml".to_owned(), |path| path.display().to_string());
        Stop::usage(format!("{name}: link.baud: {e}"))
    })?;
    Ok(site)
}

/// At most 60 % of the line is used, either way.
pub(crate) fn budget(site: &Site) -> Result<LinkBudget, BudgetError> {
    LinkBudget::check(site.link.baud, site.link.channels, site.link.telemetry_hz)
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
    let failed = |e: &dyn std::fmt::Display| Stop::usage(format!("{}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| failed(&e))?;
    let mut table: toml::Table = text.parse().map_err(|e: toml::de::Error| failed(&e))?;
    if let Some(link) = table.get_mut("link").and_then(toml::Value::as_table_mut) {
        link.remove("key_hex");
    }
    toml::to_string(&table).map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the key is written, it does not get into a recording.
    #[test]
    fn no_form_of_the_key_is_recorded() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("site.toml");
        for text in [
            "[link]\nkey_hex = \"abad1dea\"\nbaud = 921600",
            "link = { baud = 921600, key_hex = \"abad1dea\" }",
            "link.\"key_hex\" = \"abad1dea\"\nlink.baud = 921600",
        ] {
            std::fs::write(&path, text).expect("writes");
            let kept = without_key(&path).expect("reads");
            assert!(kept.contains("921600") && !kept.contains("abad1dea"), "{kept}");
        }
    }
}
