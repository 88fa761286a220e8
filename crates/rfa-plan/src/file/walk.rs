//! Compares a TOML document with a schema and notes everything that differs.

use core::ops::Range;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::format::{DATE_PATTERN, HAZARD_PATTERN, KEY_PATTERN, SLUG_PATTERN};
use super::nearest::nearest;
use super::source::{Source, printable};
use super::{FileError, words};
use crate::check;

/// Numbers are kept in thousandths, but for those marked `x-fine`; the distance to the nearest one
/// that is taken for rounding.
const ROUNDING: f64 = 1e-6;

/// Longest path that is shown, in characters.
const PATH_CHARS_MAX: usize = 60;

/// Errors listed at most; a file with more is the wrong file, and they are counted.
const ERRORS_MAX: usize = 40;

/// Everything in `document` that `schema` does not accept.
pub(crate) fn differences(
    source: Source<'_>,
    schema: &Value,
    document: &Spanned<DeTable<'_>>,
) -> Vec<FileError> {
    let mut walk = Walk { source, found: vec![], more: 0 };
    walk.table(schema, document.get_ref(), 0..0, "");
    walk.found.sort_by_key(|error| (error.line, error.column));
    if walk.more > 0 {
        let help = "mend these first, and check that this is the right file".to_string();
        let message = format!("{} more errors are not listed", walk.more);
        walk.found.push(FileError { help, ..source.whole(&message) });
    }
    walk.found
}

/// Where the value of `path` (as in `step[0].set_c`) stands; where it is missing, its section.
pub(crate) fn place(document: &Spanned<DeTable<'_>>, path: &str) -> Range<usize> {
    let mut table = document.get_ref();
    let mut span = 0..0;
    for part in path.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
            None => (part, None),
        };
        let Some(mut value) = table.get(name) else { return span };
        if let (Some(index), DeValue::Array(items)) = (index, value.get_ref()) {
            let Some(item) = items.get(index) else { return span };
            value = item;
        }
        span = value.span();
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return span,
        }
    }
    span
}

struct Walk<'a> {
    source: Source<'a>,
    found: Vec<FileError>,
    /// Errors found beyond those listed.
    more: usize,
}

/// One value of the document, its schema and its place.
struct Node<'a> {
    schema: &'a Value,
    path: String,
    span: Range<usize>,
}

impl Walk<'_> {
    fn table(&mut self, schema: &Value, table: &DeTable<'_>, span: Range<usize>, path: &str) {
        let properties = schema.get("properties").unwrap_or(&Value::Null);
        let absent: Vec<&str> =
            words::names(schema).into_iter().filter(|name| !table.contains_key(*name)).collect();
        let mut mistyped = vec![];
        for (key, value) in table.iter() {
            let path = join(path, key.get_ref());
            if let Some(schema) = properties.get(key.get_ref().as_ref()) {
                self.value(Node { schema, path, span: value.span() }, value);
            } else {
                let near = nearest(key.get_ref(), absent.iter().copied());
                mistyped.extend(near);
                self.unknown(words::names(schema).join(", "), key.span(), &path, near);
            }
        }
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        // One mistyped key is one error, not an unknown and a missing one.
        for name in required.filter(|name| absent.contains(name) && !mistyped.contains(name)) {
            let schema = properties.get(name).unwrap_or(&Value::Null);
            self.missing(&Node { schema, path: join(path, name), span: span.clone() }, name);
        }
    }

    fn value(&mut self, node: Node<'_>, value: &Spanned<DeValue<'_>>) {
        match (words::kind(node.schema), value.get_ref()) {
            ("object", DeValue::Table(table)) => {
                self.table(node.schema, table, node.span, &node.path);
            }
            ("array", DeValue::Array(items)) => self.array(&node, items),
            ("number", DeValue::Integer(n)) => self.number(&node, integer(n.as_str(), n.radix())),
            ("number", DeValue::Float(n)) => self.number(&node, n.as_str().parse().ok()),
            ("integer", DeValue::Integer(n)) => self.number(&node, integer(n.as_str(), n.radix())),
            ("string", DeValue::String(text)) => self.string(&node, text),
            ("boolean", DeValue::Boolean(_)) => {}
            (kind, found) => self.wrong_kind(&node, kind, found),
        }
    }

    fn array(&mut self, node: &Node<'_>, items: &[Spanned<DeValue<'_>>]) {
        let bound = |name: &str| node.schema.get(name).and_then(Value::as_u64).unwrap_or(0);
        let (min, max) = (bound("minItems"), bound("maxItems"));
        let len = items.len() as u64;
        if len < min || len > max {
            // The first one too many is where the eye has to go.
            let first = usize::try_from(max).ok().and_then(|max| items.get(max));
            let span = first.map_or(node.span.clone(), Spanned::span);
            let message = format!("number of {} entries out of its range", node.path);
            let help = format!("keep to {min} to {max} entries");
            self.note(node, span, &message, len.to_string(), help);
        }
        let schema = node.schema.get("items").unwrap_or(&Value::Null);
        for (index, item) in items.iter().enumerate() {
            let path = format!("{}[{index}]", node.path);
            self.value(Node { schema, path, span: item.span() }, item);
        }
    }

    fn number(&mut self, node: &Node<'_>, number: Option<f64>) {
        let unit = words::text(node.schema, "x-unit").unwrap_or_default();
        let value = format!("{} {unit}", self.source.value(node.span.clone()));
        let value = value.trim_end().to_string();
        let number = number.unwrap_or(f64::INFINITY);
        let bound = |name: &str, none| words::number(node.schema, name).unwrap_or(none);
        let range = bound("minimum", f64::NEG_INFINITY)..=bound("maximum", f64::INFINITY);
        let outside = !range.contains(&number);
        let path = &node.path;
        let choices = words::choices(node.schema);
        let unlisted = !choices.is_empty() && !choices.contains(&number.to_string());
        let fine = node.schema.get("x-fine").and_then(Value::as_bool) == Some(true);
        let finest = (number * 1_000.0 - (number * 1_000.0).round()).abs();
        if !number.is_finite() {
            let help = "write a number inside the range".to_string();
            self.note(
                node,
                node.span.clone(),
                &format!("{path} is not a finite number"),
                value,
                help,
            );
        } else if outside || unlisted {
            let message = format!("{path} is out of its range");
            let help = match unlisted {
                true => "write one of the numbers allowed".to_string(),
                false => "write a number inside the range".to_string(),
            };
            self.note(node, node.span.clone(), &message, value, help);
        } else if finest > ROUNDING && !fine {
            let help = "write at most three decimals: finer values are not kept".to_string();
            self.note(node, node.span.clone(), &format!("{path} is too fine"), value, help);
        }
    }

    fn string(&mut self, node: &Node<'_>, text: &str) {
        let path = &node.path;
        let quoted = Value::from(text).to_string();
        let choices = words::choices(node.schema);
        if !choices.is_empty() && !choices.contains(&quoted) {
            let message = format!("{path} has no such choice");
            let bare: Vec<_> = choices.iter().map(|choice| choice.trim_matches('"')).collect();
            let help = nearest(text, bare.into_iter()).map_or_else(
                || "write one of the words allowed".to_string(),
                |near| format!("did you mean \"{near}\"?"),
            );
            return self.note_value(node, &message, help);
        }
        let fits = match words::text(node.schema, "pattern") {
            None => true,
            Some(SLUG_PATTERN) => check::is_slug(text),
            Some(DATE_PATTERN) => check::is_date(text),
            Some(HAZARD_PATTERN) => check::is_hazard(text),
            Some(KEY_PATTERN) => text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()),
            Some(_) => false,
        };
        let bound = |name: &str| node.schema.get(name).and_then(Value::as_u64);
        let chars = text.chars().count() as u64;
        let wrong = if bound("minLength").is_some_and(|min| chars < min) {
            ("is empty", "write what the field asks for")
        } else if bound("maxLength").is_some_and(|max| chars > max) {
            ("is too long", "shorten it")
        } else if !fits {
            ("is not written as it has to be", "write it as allowed")
        } else {
            return;
        };
        self.note_value(node, &format!("{path} {}", wrong.0), wrong.1.to_string());
    }

    fn wrong_kind(&mut self, node: &Node<'_>, kind: &str, found: &DeValue<'_>) {
        let word = match kind {
            "object" => "a section",
            "array" if is_plain_list(node.schema) => "a list",
            "array" => "a list of sections",
            "number" => "a number",
            "integer" => "a whole number",
            "string" => "a text",
            _ => "true or false",
        };
        let help = match (kind, found) {
            ("number" | "integer", DeValue::String(text)) if text.trim().parse::<f64>().is_ok() => {
                "remove the quotes".to_string()
            }
            ("boolean", DeValue::String(text)) if text == "true" || text == "false" => {
                "remove the quotes".to_string()
            }
            ("string", _) => "put quotes around it".to_string(),
            ("object", _) => format!("begin a section with [{}]", node.path),
            ("array", _) if is_plain_list(node.schema) => {
                format!("write it in brackets: [{}]", self.source.value(node.span.clone()))
            }
            ("array", _) => format!("begin each entry with [[{}]]", node.path),
            ("integer", _) => "write a whole number".to_string(),
            (_, _) => format!("write {word}"),
        };
        let message = format!("{} has to be {word}, found {}", node.path, kind_found(found));
        self.note_value(node, &message, help);
    }

    fn unknown(&mut self, allowed: String, span: Range<usize>, path: &str, near: Option<&str>) {
        let help = near.map_or_else(
            || "remove it, or move it to the section it belongs to".to_string(),
            |near| format!("did you mean {near}?"),
        );
        let field = printable(path, PATH_CHARS_MAX);
        let message = format!("{field} is not known");
        if self.has_room() {
            let error = self.source.error(span, &message);
            self.found.push(FileError { field, allowed, help, ..error });
        }
    }

    fn missing(&mut self, node: &Node<'_>, name: &str) {
        let section = match node.path.rsplit_once('.') {
            Some((section, _)) => format!("the section {section}"),
            None => "the file, above its first section".to_string(),
        };
        let help = match words::kind(node.schema) {
            "object" => format!("add a section [{}]", node.path),
            "array" if !is_plain_list(node.schema) => format!("add a section [[{}]]", node.path),
            _ => format!("add a line `{name} = ...` to {section}"),
        };
        let message = format!("{} is missing", node.path);
        self.note(node, node.span.clone(), &message, "none".to_string(), help);
    }

    /// Notes an error about the whole of a value, with the value as the file has it.
    fn note_value(&mut self, node: &Node<'_>, message: &str, help: String) {
        let value = match is_secret(node.schema) {
            true => NOT_SHOWN.to_string(),
            false => self.source.value(node.span.clone()),
        };
        self.note(node, node.span.clone(), message, value, help);
    }

    /// Whether one more error is listed; counts it where it is not.
    fn has_room(&mut self) -> bool {
        let room = self.found.len() < ERRORS_MAX;
        self.more = self.more.saturating_add(usize::from(!room));
        room
    }

    fn note(
        &mut self,
        node: &Node<'_>,
        span: Range<usize>,
        message: &str,
        value: String,
        help: String,
    ) {
        if !self.has_room() {
            return;
        }
        // What the whole file lacks has no place in it.
        let mut place = match span.is_empty() {
            true => self.source.whole(message),
            false => self.source.error(span, message),
        };
        if value == NOT_SHOWN {
            place.excerpt = format!("({NOT_SHOWN})");
            (place.mark, place.width) = (0, place.excerpt.len());
        }
        self.found.push(FileError {
            field: node.path.clone(),
            value,
            allowed: words::allowed(node.schema),
            about: words::about(node.schema),
            help,
            ..place
        });
    }
}

/// What stands for a value that is kept from screens and logs.
const NOT_SHOWN: &str = "not shown";

fn is_secret(schema: &Value) -> bool {
    schema.get("writeOnly").and_then(Value::as_bool) == Some(true)
}

/// A list of numbers or texts, which stands in brackets; other lists are of sections.
fn is_plain_list(schema: &Value) -> bool {
    schema.get("items").is_some_and(|items| words::kind(items) != "object")
}

/// The integer's value; one too large for 64 bits is far outside every range.
fn integer(digits: &str, radix: u32) -> Option<f64> {
    let most = if digits.starts_with('-') { i64::MIN } else { i64::MAX };
    Some(i64::from_str_radix(digits, radix).unwrap_or(most) as f64)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

fn kind_found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
