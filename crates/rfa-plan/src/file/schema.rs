//! The schemas of plan, site and tissue files.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::Value;
use std::collections::BTreeMap;
use std::string::String;

use super::format::PlanFile;
use super::site_format::SiteFile;
use super::tissue_format::TissueFile;

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

/// JSON schema of tissue files, as `config/tissue.schema.json` holds it.
#[must_use]
pub fn tissue_schema() -> String {
    text(&of::<TissueFile>())
}

/// JSON schema of another crate's files, in the same form.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> String {
    text(&of::<T>())
}

/// The schema of one file type in one piece, so that a reader need not follow references.
/// Draft 7 is what editors' TOML servers know.
pub(crate) fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true);
    sorted(settings.into_generator().into_root_schema_for::<T>().to_value())
}

/// The same value with its keys in alphabetical order, whether or not some other crate of the
/// build has switched on that serde_json keeps the order of insertion.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(entries) => {
            let entries: BTreeMap<_, _> = entries.into_iter().collect();
            entries.into_iter().map(|(key, value)| (key, sorted(value))).collect()
        }
        plain => plain,
    }
}

fn text(schema: &Value) -> String {
    std::format!("{schema:#}\n")
}
