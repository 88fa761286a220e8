//! What a schema says, in words.

use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, string};

use serde_json::Value;

/// What `schema` accepts, e.g. `40 to 90 °C`.
pub(crate) fn allowed(schema: &Value) -> String {
    if let Some(words) = text(schema, "x-allowed") {
        return words.to_string();
    }
    let choices = choices(schema);
    if !choices.is_empty() {
        return one_of(&choices);
    }
    match kind(schema) {
        "number" | "integer" => {
            let bound = |name: &str| {
                number(schema, name).map_or_else(string::String::new, |n| n.to_string())
            };
            let unit = text(schema, "x-unit").unwrap_or_default();
            let range = format!("{} to {} {unit}", bound("minimum"), bound("maximum"));
            range.trim_end().to_string()
        }
        "boolean" => "true or false".to_string(),
        "string" => {
            let bound = |name: &str| schema.get(name).and_then(Value::as_u64).unwrap_or_default();
            format!("text of {} to {} characters", bound("minLength"), bound("maxLength"))
        }
        "array" => {
            let bound = |name: &str| schema.get(name).and_then(Value::as_u64).unwrap_or_default();
            format!("{} to {} of them", bound("minItems"), bound("maxItems"))
        }
        _ => format!("a section with {}", names(schema).join(", ")),
    }
}

/// The values a schema lists, as a TOML file would write them.
pub(crate) fn choices(schema: &Value) -> Vec<String> {
    let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let described = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let listed_too = described.clone().filter_map(|one| one.get("enum")?.as_array()).flatten();
    let described = described.filter_map(|one| one.get("const"));
    listed.chain(listed_too).chain(described).map(Value::to_string).collect()
}

/// The keys a section may have.
pub(crate) fn names(schema: &Value) -> Vec<&str> {
    let keys = schema.get("properties").and_then(Value::as_object);
    keys.into_iter().flat_map(|keys| keys.keys().map(String::as_str)).collect()
}

/// The kind of value a schema describes, in JSON's names.
pub(crate) fn kind(schema: &Value) -> &str {
    if schema.get("oneOf").is_some() {
        return "string";
    }
    text(schema, "type").unwrap_or_default()
}

/// The description of a field, on one line.
pub(crate) fn about(schema: &Value) -> String {
    let words = text(schema, "description").unwrap_or_default();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn text<'a>(schema: &'a Value, name: &str) -> Option<&'a str> {
    schema.get(name).and_then(Value::as_str)
}

pub(crate) fn number(schema: &Value, name: &str) -> Option<f64> {
    schema.get(name).and_then(Value::as_f64)
}

fn one_of(choices: &[String]) -> String {
    match choices {
        [only] => only.clone(),
        _ => format!("one of {}", choices.join(", ")),
    }
}

/// The schema of the field at `path` (as in `step[0].set_c`).
pub(crate) fn property<'a>(schema: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(schema, |schema, part| {
        let (name, is_item) = match part.split_once('[') {
            Some((name, _)) => (name, true),
            None => (part, false),
        };
        let found = schema.get("properties").and_then(|keys| keys.get(name));
        let found = found.unwrap_or(&Value::Null);
        if is_item { found.get("items").unwrap_or(&Value::Null) } else { found }
    })
}
