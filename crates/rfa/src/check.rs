//! `rfa check`: are these plan, site and tissue files good?

use crate::cli::{Check, Format};
use crate::exit::{Exit, Stop};
use crate::{output, plans};
use rfa_plan::FileErrors;
use serde::Serialize;
use std::path::Path;

/// What a file turned out to be.
#[derive(Serialize)]
struct Checked {
    file: String,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    /// What is no fault of the file but has to be known before arming.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
    #[serde(flatten)]
    errors: Option<FileErrors>,
}

impl Checked {
    /// A rule between fields that no reader of one file knows.
    fn refused(path: &Path, why: String) -> Self {
        Self { ok: false, refused: Some(why), ..Self::good(path, None) }
    }

    fn good(path: &Path, summary: Option<String>) -> Self {
        let file = path.display().to_string();
        Self { file, ok: true, summary, warnings: Vec::new(), refused: None, errors: None }
    }
}

pub(crate) fn check(arguments: &Check) -> Result<Exit, Stop> {
    let checked: Vec<Checked> = arguments.files.iter().map(|file| check_one(file)).collect();
    let bad = checked.iter().filter(|c| !c.ok).count();
    match arguments.output.format {
        Format::Json => output::json(&checked)?,
        Format::Text => {
            for one in &checked {
                if let Some(why) = &one.refused {
                    eprintln!("error: {}: {why}", one.file);
                    continue;
                }
                match (&one.errors, &one.summary) {
                    (Some(errors), _) => eprintln!("{}", errors.to_string().trim_end()),
                    (None, summary) => output::line(&format!(
                        "{}: ok{}",
                        one.file,
                        summary.as_ref().map(|s| format!(", {s}")).unwrap_or_default()
                    ))?,
                }
                for warning in &one.warnings {
                    eprintln!("warning: {}: {warning}", one.file);
                }
            }
        }
    }
    Ok(if bad == 0 { Exit::Ok } else { Exit::Usage })
}

fn check_one(path: &Path) -> Checked {
    let mut warnings = Vec::new();
    let result = match kind(path) {
        Kind::Scenario => {
            return Checked::refused(path, "a scenario; `rfa scenario check` reads it".to_owned());
        }
        Kind::Site => match rfa_plan::read_site(path) {
            Ok(site) => match plans::budget(&site) {
                Ok(_) => Ok(format!("site {}", site.name)),
                Err(e) => return Checked::refused(path, format!("link.baud: {e}")),
            },
            Err(errors) => Err(errors),
        },
        Kind::Tissue => rfa_plan::read_tissue(path).map(|tissue| {
            let layers = match tissue.layers.len() {
                0 => String::new(),
                1 => ", 1 layer".to_owned(),
                more => format!(", {more} layers"),
            };
            format!("tissue {}, {} numbers with sources{layers}", tissue.id, tissue.numbers().len())
        }),
        Kind::Plan => rfa_plan::read_plan(path).map(|plan| {
            warnings.extend(plan.shortfalls().map(|shortfall| shortfall.to_string()));
            let steps = plan.program.steps.len();
            let steps = if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
            format!("plan {}, {steps}, hash {}", plan.id, plan.hash)
        }),
    };
    match result {
        Ok(summary) => Checked { warnings, ..Checked::good(path, Some(summary)) },
        Err(errors) => Checked { ok: false, errors: Some(errors), ..Checked::good(path, None) },
    }
}

/// What a file means to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plan,
    Site,
    Tissue,
    Scenario,
}

/// Only site files have a `link` table, only scenarios an `expect`, only tissue files have these.
/// What cannot be read is judged as a plan, whose reader says why; the size limit is the reader's.
fn kind(path: &Path) -> Kind {
    const TISSUE: [&str; 4] =
        ["conductivity_s_per_m", "heat_conductivity_w_per_mk", "perfusion_w_per_m3k", "boiling"];
    let small = std::fs::metadata(path).is_ok_and(|m| m.len() <= rfa_plan::FILE_BYTES_MAX as u64);
    let text =
        if small { std::fs::read_to_string(path).unwrap_or_default() } else { String::new() };
    let table = text.parse::<toml::Table>();
    let has = |name: &str| match &table {
        Ok(table) => table.contains_key(name),
        Err(_) => text.lines().any(|line| {
            let section = line.trim_start().strip_prefix('[').and_then(|l| l.strip_prefix(name));
            section.is_some_and(|rest| rest.starts_with([']', '.']))
        }),
    };
    if has("link") {
        Kind::Site
    } else if has("expect") {
        Kind::Scenario
    } else if TISSUE.into_iter().any(has) {
        Kind::Tissue
    } else {
        Kind::Plan
    }
}
