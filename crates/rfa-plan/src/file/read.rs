//! Files and texts to plans and sites.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::string::{String, ToString};
use std::{format, vec, vec::Vec};

use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::DeTable;

use super::format::PlanFile;
use super::site_format::SiteFile;
use super::source::Source;
use super::tissues::unknown_tissue;
use super::{FileError, FileErrors, presets, schema, walk, words};
use crate::{Plan, PlanError, Site, Violation};

/// Largest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024;

/// The plan in the file at `path`.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the file, with places.
pub fn read_plan(path: &Path) -> Result<Plan, FileErrors> {
    let name = path.display().to_string();
    parse_plan(&name, &text_of(path, &name)?)
}

/// The site in the file at `path`. Relative paths in it are taken from the file's directory.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the file, with places.
pub fn read_site(path: &Path) -> Result<Site, FileErrors> {
    let name = path.display().to_string();
    let mut site = parse_site(&name, &text_of(path, &name)?)?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let from_file = |relative: &str| directory.join(relative).display().to_string();
    site.operators_file = site.operators_file.as_deref().map(from_file);
    site.recording_directory = from_file(&site.recording_directory);
    Ok(site)
}

/// The plan in `text`; `name` stands for the file in errors.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the text, with places.
pub fn parse_plan(name: &str, text: &str) -> Result<Plan, FileErrors> {
    let source = Source { name, text };
    let schema = schema::of::<PlanFile>();
    let document = document(source)?;
    let file = shape::<PlanFile>(source, &schema, &document)?;
    let approve = file.site_must_approve;
    let spec = file.spec().ok_or_else(|| unreadable(source))?;
    if let Some(unknown) = spec.tissue.as_deref().and_then(unknown_tissue) {
        return Err(broken(source, &schema, &document, vec![unknown]));
    }
    let plan =
        Plan::new(spec).map_err(|error| broken(source, &schema, &document, error.violations))?;
    if !approve && presets().iter().any(|(id, _)| *id == plan.id) {
        return Err(broken(source, &schema, &document, vec![shipped_unapproved()]));
    }
    Ok(plan)
}

/// The site in `text`; `name` stands for the file in errors.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the text, with places.
pub fn parse_site(name: &str, text: &str) -> Result<Site, FileErrors> {
    let source = Source { name, text };
    let schema = schema::of::<SiteFile>();
    let document = document(source)?;
    let spec = shape::<SiteFile>(source, &schema, &document)?.spec();
    Site::new(spec.ok_or_else(|| unreadable(source))?)
        .map_err(|PlanError { violations }| broken(source, &schema, &document, violations))
}

/// A plan file that reads back as `plan`, hash included.
#[must_use]
pub fn plan_toml(plan: &Plan) -> String {
    // Numbers, texts and sections of fixed depth always have a TOML form.
    toml::to_string(&PlanFile::from(plan)).unwrap_or_default()
}

pub(super) fn text_of(path: &Path, name: &str) -> Result<String, FileErrors> {
    let source = Source { name, text: "" };
    let failed = |error: std::io::Error| FileError {
        value: error.to_string(),
        help: "check the path and the right to read it".to_string(),
        ..source.whole("file cannot be read")
    };
    // Opening a pipe would wait for a writer, so look before opening.
    let kind = fs::metadata(path).map_err(failed)?;
    if !kind.is_file() {
        let help = "name a plan, site or tissue file".to_string();
        return Err(FileError { help, ..source.whole("not a regular file") }.into());
    }
    let mut bytes = Vec::new();
    // One byte more than may be, to tell the largest file from a larger one.
    let most = FILE_BYTES_MAX.saturating_add(1) as u64;
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(failed)?;
    check_size(source, bytes.len())?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let text = String::from_utf8_lossy(bytes);
        let byte = bytes.get(good).copied().unwrap_or_default();
        let source = Source { name, text: &text };
        FileError {
            value: format!("byte 0x{byte:02x}"),
            allowed: "UTF-8".to_string(),
            help: "save the file as UTF-8".to_string(),
            ..source.error(good..good.saturating_add(1), "file is not UTF-8 text")
        }
        .into()
    })
}

fn check_size(source: Source<'_>, bytes: usize) -> Result<(), FileErrors> {
    if bytes <= FILE_BYTES_MAX {
        return Ok(());
    }
    let error = FileError {
        value: format!("more than {FILE_BYTES_MAX} bytes"),
        allowed: format!("at most {FILE_BYTES_MAX} bytes"),
        help: "a plan needs about 1000 bytes: check that this is the right file".to_string(),
        ..source.whole("file is too large")
    };
    Err(error.into())
}

pub(super) fn document(source: Source<'_>) -> Result<Spanned<DeTable<'_>>, FileErrors> {
    check_size(source, source.text.len())?;
    if source.text.trim().is_empty() {
        let help = "start from a shipped file of its kind".to_string();
        return Err(FileError { help, ..source.whole("file is empty") }.into());
    }
    DeTable::parse(source.text).map_err(|error| syntax(source, &error).into())
}

fn syntax(source: Source<'_>, error: &toml::de::Error) -> FileError {
    let span = error.span().unwrap_or_default();
    let said = error.message().lines().collect::<Vec<_>>().join("; ");
    let said = super::source::printable(&said, 200);
    let value = source.value(span.clone());
    if said == "duplicate key" {
        let help = "remove one of the two".to_string();
        return FileError { field: value, help, ..source.error(span, "key is given twice") };
    }
    let help = "write `name = value`, texts in quotes, decimals with a point".to_string();
    FileError { value, help, ..source.error(span, &format!("not TOML: {said}")) }
}

/// The document in its type, once the schema has nothing against it.
pub(super) fn shape<T: DeserializeOwned>(
    source: Source<'_>,
    schema: &Value,
    document: &Spanned<DeTable<'_>>,
) -> Result<T, FileErrors> {
    let errors = walk::differences(source, schema, document);
    if !errors.is_empty() {
        return Err(FileErrors { errors });
    }
    toml::from_str(source.text).map_err(|error| syntax(source, &error).into())
}

/// The constructor's violations, at their places in the file.
pub(super) fn broken(
    source: Source<'_>,
    schema: &Value,
    document: &Spanned<DeTable<'_>>,
    violations: Vec<Violation>,
) -> FileErrors {
    let error = |violation: Violation| {
        let Violation { field, value, allowed, message, help } = violation;
        let span = walk::place(document, &field);
        let about = words::about(words::property(schema, &field));
        FileError { field, value, allowed, about, help, ..source.error(span, &message) }
    };
    let mut errors: Vec<_> = violations.into_iter().map(error).collect();
    errors.sort_by_key(|error| (error.line, error.column));
    FileErrors { errors }
}

fn shipped_unapproved() -> Violation {
    Violation {
        field: "site_must_approve".to_string(),
        value: "false".to_string(),
        allowed: "true in a plan with a shipped plan's id".to_string(),
        message: "a shipped plan cannot say that it needs no approval".to_string(),
        help: "give the plan an id of your site's own".to_string(),
    }
}

/// The schema and the types disagree: a fault of the program, and still no panic.
fn unreadable(source: Source<'_>) -> FileErrors {
    let help = "report this file to the makers of rfa".to_string();
    FileError { help, ..source.whole("file passes its schema but not the program's types") }.into()
}
