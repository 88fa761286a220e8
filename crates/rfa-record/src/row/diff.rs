//! Where two rows differ, by field name.

use serde::Serialize;
use serde_json::Value;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Difference {
    /// The field's path, e.g. `outputs.permit.granted_mw`.
    pub field: String,
    /// The recorded value; null where it is absent.
    pub recorded: Value,
    /// The re-executed value; null where it is absent.
    pub reexecuted: Value,
}

/// Every leaf field in which two rows differ, in the order of their names, under `root`.
///
/// # Errors
/// An error of `serde_json`, should a row not be writable as JSON.
pub fn differences<T: Serialize>(
    root: &str,
    recorded: &T,
    reexecuted: &T,
) -> Result<Vec<Difference>, serde_json::Error> {
    let mut found = Vec::new();
    let pair = (serde_json::to_value(recorded)?, serde_json::to_value(reexecuted)?);
    walk(root, &pair.0, &pair.1, &mut found);
    Ok(found)
}

/// Depth is that of our own rows (at most six levels), not of anything a file says.
fn walk(path: &str, left: &Value, right: &Value, found: &mut Vec<Difference>) {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<_> = a.keys().chain(b.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let path = format!("{path}.{name}");
                let absent = Value::Null;
                walk(&path, a.get(name).unwrap_or(&absent), b.get(name).unwrap_or(&absent), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (x, y)) in a.iter().zip(b).enumerate() {
                walk(&format!("{path}[{index}]"), x, y, found);
            }
        }
        _ if same(left, right) => {}
        _ => found.push(Difference {
            field: path.to_owned(),
            recorded: left.clone(),
            reexecuted: right.clone(),
        }),
    }
}

/// Like equality, and `-0.0` is not `0.0`.
fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(a), Some(b)) if left.is_f64() && right.is_f64() => a.to_bits() == b.to_bits(),
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_every_differing_leaf_and_only_those() {
        let a = json!({"state": "idle", "permit": {"granted_mw": 5}, "events": [], "z": -0.0});
        let b =
            json!({"state": "idle", "permit": {"granted_mw": 6}, "events": ["reset"], "z": 0.0});
        let found = differences("outputs", &a, &b).expect("JSON");
        let fields: Vec<_> = found.iter().map(|d| d.field.as_str()).collect();
        assert_eq!(fields, ["outputs.events", "outputs.permit.granted_mw", "outputs.z"]);
        assert_eq!((&found[1].recorded, &found[1].reexecuted), (&json!(5), &json!(6)));
    }

    #[test]
    fn says_what_is_absent_on_one_side() {
        let found = differences("o", &json!({"a": 1}), &json!({})).expect("JSON");
        assert_eq!((found.len(), &found[0].reexecuted), (1, &Value::Null));
    }
}
