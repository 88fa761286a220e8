//! The schemas of plan and site files.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use std::string::String;

use super::format::PlanFile;
use super::site_format::SiteFile;

/// JSON schema of plan files, as `config/plan.schema.json` holds it.
#[must_use]
pub fn plan_schema() -> String {
    text(&of::<PlanFile>())
}

/// JSON schema of site files, as `config/site.schema.json` holds it.
#[must_use]
pub fn site_schema() -> String {
    text(&of::<SiteFile>())
}

/// The schema of one file type in one piece, so that a reader need not follow references.
/// Draft 7 is what editors' TOML servers know.
pub(crate) fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

fn text(schema: &Value) -> String {
    std::format!("{schema:#}\n")
}
