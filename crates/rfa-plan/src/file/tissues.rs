//! Tissue files, and the tissues that the program carries, so that it needs no other file.

use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use super::nearest::nearest;
use super::read::{broken, document, shape, text_of};
use super::source::{Source, printable};
use super::tissue_format::TissueFile;
use super::{FileError, FileErrors, schema};
use crate::Violation;
use crate::tissue::{Tissue, TissueSpec};

/// Pairs each id with the text of its file.
macro_rules! shipped {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../../../config/tissues/", $id, ".toml")))),*]
    };
}

const TISSUES: &[(&str, &str)] = shipped![
    "muscle",
    "liver",
    "white-matter",
    "grey-matter",
    "nerve",
    "nerve-in-csf",
    "gasserian",
    "fat",
    "csf",
    "chicken",
];

/// The shipped tissues: id and TOML text.
#[must_use]
pub const fn tissues() -> &'static [(&'static str, &'static str)] {
    TISSUES
}

/// The shipped tissue called `id`.
///
/// # Errors
/// [`FileErrors`] names the shipped tissues where there is none of that id.
pub fn tissue(id: &str) -> Result<Tissue, FileErrors> {
    if let Some((id, text)) = TISSUES.iter().find(|(known, _)| *known == id) {
        return parse_tissue(&format!("{id}.toml"), text);
    }
    let help = nearest(id, names()).map_or_else(
        || "name one of the shipped tissues, or a tissue file".to_string(),
        |near| format!("did you mean {near}?"),
    );
    let name = printable(id, 60);
    let source = Source { name: &name, text: "" };
    Err(FileError { allowed: listed(), help, ..source.whole("no shipped tissue of that name") }
        .into())
}

/// The tissue in the file at `path`.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the file, with places.
pub fn read_tissue(path: &Path) -> Result<Tissue, FileErrors> {
    let name = path.display().to_string();
    parse_tissue(&name, &text_of(path, &name)?)
}

/// The tissue in `text`; `name` stands for the file in errors.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the text, with places.
pub fn parse_tissue(name: &str, text: &str) -> Result<Tissue, FileErrors> {
    let source = Source { name, text };
    let schema = schema::of::<TissueFile>();
    let document = document(source)?;
    let spec = shape::<TissueFile>(source, &schema, &document)?.spec();
    let unknown = unknown_layers(&spec);
    if !unknown.is_empty() {
        return Err(broken(source, &schema, &document, unknown));
    }
    Tissue::new(spec).map_err(|error| broken(source, &schema, &document, error.violations))
}

/// A layer is made of a shipped tissue that has no layers itself: no file can be inside itself.
fn unknown_layers(spec: &TissueSpec) -> Vec<Violation> {
    let layers = spec.layers.iter().enumerate();
    let unknown = layers.filter(|(_, layer)| !simple().any(|name| name == layer.tissue));
    unknown
        .map(|(index, layer)| Violation {
            field: format!("layer[{index}].tissue"),
            value: format!("\"{}\"", printable(&layer.tissue, 60)),
            allowed: simple().collect::<Vec<_>>().join(", "),
            message: "no shipped tissue without layers has that id".to_string(),
            help: nearest(&layer.tissue, simple()).map_or_else(
                || "write one of the ids allowed".to_string(),
                |near| format!("did you mean \"{near}\"?"),
            ),
        })
        .collect()
}

/// What is wrong with a plan's tissue, where no shipped one has that name.
pub(super) fn unknown_tissue(id: &str) -> Option<Violation> {
    if names().any(|name| name == id) {
        return None;
    }
    Some(Violation {
        field: "tissue".to_string(),
        value: format!("\"{}\"", printable(id, 60)),
        allowed: listed(),
        message: "no shipped tissue has that name".to_string(),
        help: nearest(id, names()).map_or_else(
            || "write one of the names allowed, or leave the line out".to_string(),
            |near| format!("did you mean \"{near}\"?"),
        ),
    })
}

fn names() -> impl Iterator<Item = &'static str> {
    TISSUES.iter().map(|(id, _)| *id)
}

/// The shipped tissues that are one tissue only.
fn simple() -> impl Iterator<Item = &'static str> {
    TISSUES.iter().filter(|(_, text)| !text.contains("\n[[layer]]")).map(|(id, _)| *id)
}

fn listed() -> String {
    names().collect::<Vec<_>>().join(", ")
}
