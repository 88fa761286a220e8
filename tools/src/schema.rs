//! `config/*.schema.json`: written from the types of rfa-plan and rfa-scenario, or compared with
//! them.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

const REGENERATE: &str = "cargo run -p tools -- schema";

/// Runs `schema [--check]`.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    match arguments {
        [] => report(write()),
        [flag] if flag == "--check" => report(check()),
        _ => {
            eprintln!("usage: {REGENERATE} [--check]");
            ExitCode::from(2)
        }
    }
}

/// Each schema's path from the root of the project, and the text it has to have.
fn schemas() -> [(&'static str, String); 4] {
    [
        ("config/plan.schema.json", rfa_plan::plan_schema()),
        ("config/site.schema.json", rfa_plan::site_schema()),
        ("config/tissue.schema.json", rfa_plan::tissue_schema()),
        ("config/scenario.schema.json", rfa_scenario::scenario_schema()),
    ]
}

fn absolute(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn write() -> Result<(), String> {
    for (path, text) in schemas() {
        fs::write(absolute(path), text).map_err(|error| format!("{path}: {error}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

fn check() -> Result<(), String> {
    let stale: Vec<_> = schemas()
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(absolute(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    if stale.is_empty() {
        println!("schemas are up to date");
        return Ok(());
    }
    Err(format!("out of date: {}\nwrite them again with `{REGENERATE}`", stale.join(", ")))
}

fn report(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
