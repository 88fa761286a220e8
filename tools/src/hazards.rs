//! `docs/safety/hazards.md`: each hazard with its rules, constants, scenarios, tests, and what was
//! last measured; written from the sources page, the interlock's own table, the scenarios, the
//! tests and the campaign's table. A row that nothing shows, and that is not a named residual risk,
//! fails.

use rfa_interlock::{RuleRow, TripUnit, rule_rows};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const REGENERATE: &str = "cargo run -p tools -- hazards";
const PAGE: &str = "docs/safety/hazards.md";
const SOURCES: &str = "docs/sources/hazards.md";
const RESIDUAL: &str = "docs/safety/residual.md";
const CAMPAIGN: &str = "docs/safety/campaign.md";
/// The hazard table's rows, H-01 to this.
const HAZARDS: u8 = 57;
/// Tests named in a row at most; the rest is counted.
const TESTS_SHOWN: usize = 4;

/// Runs `hazards [--check]`.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let done = match arguments {
        [] => page().and_then(|text| {
            fs::write(absolute(PAGE), text).map_err(|error| format!("{PAGE}: {error}"))?;
            println!("wrote {PAGE}");
            Ok(())
        }),
        [flag] if flag == "--check" => page().and_then(|text| {
            let there = read(PAGE)?;
            let stale = format!("{PAGE} is out of date\nwrite it again with `{REGENERATE}`");
            if there == text { Ok(()) } else { Err(stale) }
        }),
        _ => {
            eprintln!("usage: {REGENERATE} [--check]");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn absolute(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(absolute(path)).map_err(|error| format!("{path}: {error}"))
}

/// One hazard and everything that answers it.
#[derive(Default)]
struct Hazard {
    what: String,
    sign: String,
    reaction: String,
    rules: Vec<RuleRow>,
    scenarios: Vec<String>,
    tests: Vec<String>,
    measured: Vec<String>,
    residual: Option<String>,
}

fn page() -> Result<String, String> {
    let mut hazards = table()?;
    for rule in rule_rows() {
        hazard(&mut hazards, &id(rule.id.number())).rules.push(rule);
    }
    scenarios(&mut hazards)?;
    tests(&mut hazards)?;
    measured(&mut hazards)?;
    residual(&mut hazards)?;
    let missing = missing(&hazards);
    if !missing.is_empty() {
        return Err(missing.join("\n"));
    }
    Ok(text(&hazards))
}

fn id(number: u8) -> String {
    format!("H-{number:02}")
}

fn hazard<'a>(hazards: &'a mut BTreeMap<String, Hazard>, id: &str) -> &'a mut Hazard {
    hazards.entry(id.to_owned()).or_default()
}

/// The cells of a Markdown table's row.
fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

/// Rows of the page that begin with a hazard's id.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| line.starts_with("| H-")).map(cells)
}

/// The hazards as the sources page has them.
fn table() -> Result<BTreeMap<String, Hazard>, String> {
    let mut hazards = BTreeMap::new();
    for row in rows(&read(SOURCES)?) {
        let [id, what, sign, reaction] = row[..] else {
            return Err(format!("{SOURCES}: {}: not four cells", row[0]));
        };
        let row = Hazard {
            what: what.to_owned(),
            sign: sign.to_owned(),
            reaction: reaction.to_owned(),
            ..Hazard::default()
        };
        if hazards.insert(id.to_owned(), row).is_some() {
            return Err(format!("{SOURCES}: {id} stands twice"));
        }
    }
    let numbers = 1..=HAZARDS;
    let absent: Vec<String> = numbers.map(id).filter(|id| !hazards.contains_key(id)).collect();
    match absent.is_empty() {
        true => Ok(hazards),
        false => Err(format!("{SOURCES}: no row for {}", absent.join(", "))),
    }
}

fn scenarios(hazards: &mut BTreeMap<String, Hazard>) -> Result<(), String> {
    for path in files("tests/scenarios", &["toml"])? {
        let scenario = rfa_scenario::read_scenario(&path).map_err(|errors| errors.to_string())?;
        let name = stem(&path);
        for id in &scenario.hazards {
            hazard(hazards, id).scenarios.push(name.clone());
        }
    }
    Ok(())
}

/// Files of a folder that end so, in the order of their names.
fn files(folder: &str, ends: &[&str]) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("{folder}: {error}");
    let mut found = Vec::new();
    for entry in fs::read_dir(absolute(folder)).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().and_then(|end| end.to_str()).is_some_and(|end| ends.contains(&end)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn stem(path: &Path) -> String {
    path.file_stem().map(|name| name.display().to_string()).unwrap_or_default()
}

/// Every test file that names a hazard: whole-system tests, those of a crate, and the model.
fn tests(hazards: &mut BTreeMap<String, Hazard>) -> Result<(), String> {
    let mut paths = files("tests", &["rs", "py"])?;
    for krate in fs::read_dir(absolute("crates")).map_err(|error| format!("crates: {error}"))? {
        let krate = krate.map_err(|error| format!("crates: {error}"))?.path();
        rust_tests(&krate, &mut paths);
    }
    paths.sort();
    let root = absolute("").canonicalize().map_err(|error| format!(".: {error}"))?;
    for path in paths {
        let text =
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let path = path.canonicalize().unwrap_or(path);
        let shown = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
        for id in named(&text) {
            hazard(hazards, &id).tests.push(shown.clone());
        }
    }
    Ok(())
}

/// Files under a `tests` folder, and the modules that are called so.
fn rust_tests(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            rust_tests(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let inside = path.components().any(|part| part.as_os_str() == "tests");
            if inside || path.file_name().is_some_and(|name| name == "tests.rs") {
                found.push(path);
            }
        }
    }
}

/// The hazards a text names, as `H-06` or as the rule `H06`.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let number = |word: &str| {
        let digits = word.strip_prefix("H-").or_else(|| word.strip_prefix('H'))?;
        let number: u8 = digits.parse().ok()?;
        (digits.len() == 2 && (1..=HAZARDS).contains(&number)).then(|| id(number))
    };
    words.filter_map(number).collect()
}

/// What the campaign measured: rows of its table of single faults begin with their hazards.
fn measured(hazards: &mut BTreeMap<String, Hazard>) -> Result<(), String> {
    for row in rows(&read(CAMPAIGN)?) {
        let [ids, fault, .., budget, _, _, _, _, failed] = row[..] else {
            return Err(format!("{CAMPAIGN}: {}: too few cells", row[0]));
        };
        let max = row.get(8).copied().unwrap_or("-");
        if failed != "0" {
            return Err(format!("{CAMPAIGN}: {fault}: {failed} failed"));
        }
        for id in ids.split_whitespace() {
            if max != "-" {
                let measured = format!("{fault}: {max} of {budget} ms");
                hazard(hazards, id).measured.push(measured);
            }
        }
    }
    Ok(())
}

fn residual(hazards: &mut BTreeMap<String, Hazard>) -> Result<(), String> {
    for row in rows(&read(RESIDUAL)?) {
        let [id, _, software, hardware] = row[..] else {
            return Err(format!("{RESIDUAL}: {}: not four cells", row[0]));
        };
        let words = if software.is_empty() { hardware } else { software };
        hazard(hazards, id).residual = Some(words.to_owned());
    }
    Ok(())
}

/// What no test shows and nobody calls a residual risk.
fn missing(hazards: &BTreeMap<String, Hazard>) -> Vec<String> {
    let mut missing = Vec::new();
    for (id, hazard) in hazards {
        if hazard.tests.is_empty() && hazard.scenarios.is_empty() && hazard.residual.is_none() {
            missing.push(format!("{id}: no test names it, and {RESIDUAL} has no row for it"));
        }
        if !hazard.rules.is_empty() && hazard.tests.is_empty() {
            missing.push(format!("{id}: the rule has no test that names it"));
        }
    }
    missing
}

fn text(hazards: &BTreeMap<String, Hazard>) -> String {
    let mut text = String::from(
        "# Hazards, and what answers them\n\n\
         Written by `cargo run -p tools -- hazards`; CI fails where it is out of date, or where a \
         row has neither a test that names it nor a place among the \
         [residual risks](residual.md). The hazards, their signs and sources: \
         [sources/hazards.md](../sources/hazards.md). Measured: the longest time to RF off in the \
         [campaign](campaign.md), of its budget.\n\n",
    );
    for (id, hazard) in hazards {
        let _ = writeln!(text, "## {id} {}\n", hazard.what);
        let _ = writeln!(text, "- sign: {}", hazard.sign);
        let _ = writeln!(text, "- reaction: {}", hazard.reaction);
        for rule in &hazard.rules {
            let _ = writeln!(text, "- rule: {}", words(rule));
        }
        list(&mut text, "scenarios", &hazard.scenarios, usize::MAX);
        list(&mut text, "tests", &hazard.tests, TESTS_SHOWN);
        list(&mut text, "measured", &hazard.measured, usize::MAX);
        if let Some(residual) = &hazard.residual {
            let _ = writeln!(text, "- residual: {residual}");
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn list(text: &mut String, what: &str, words: &[String], shown: usize) {
    if words.is_empty() {
        return;
    }
    let named: Vec<&str> = words.iter().take(shown).map(String::as_str).collect();
    let more = words.len().saturating_sub(named.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let _ = writeln!(text, "- {what}: {}{more}", named.join(", "));
}

/// One rule in a line.
fn words(rule: &RuleRow) -> String {
    let seconds = |us: i64| format!("{} ms", us as f64 / 1e3);
    let milli = |unit: &str| format!("{} {unit}", rule.threshold as f64 / 1e3);
    let threshold = match (rule.threshold, rule.unit) {
        (0, _) => "the plan's limit, or no reading".to_owned(),
        (_, TripUnit::MilliCelsius) => milli("°C"),
        (_, TripUnit::MilliKelvin) => milli("K"),
        (_, TripUnit::MilliKelvinPerSecond) => milli("K/s"),
        (_, TripUnit::MilliWatts) => milli("W"),
        (_, TripUnit::Milliohms) => milli("ohm"),
        (us, TripUnit::Microseconds) => seconds(us),
        (percent, TripUnit::Percent) => format!("{percent} %"),
        (count, TripUnit::Frames) => format!("{count} frames"),
        (count, TripUnit::Ticks) => format!("{count} ticks"),
        (_, TripUnit::Condition | TripUnit::Missing) => "so".to_owned(),
    };
    // H-01 is above the set temperature, whose unit is the trip's.
    let threshold = if rule.id.number() == 1 {
        format!("set + {} K", rule.threshold as f64 / 1e3)
    } else {
        threshold
    };
    let votes = if rule.on_samples { "samples" } else { "ticks" };
    let votes = if rule.votes > 1 { format!(", {} {votes}", rule.votes) } else { String::new() };
    let window_ms = rule.window.as_millis();
    let window = if window_ms > 0 { format!(" over {window_ms} ms") } else { String::new() };
    format!(
        "{threshold}{window}{votes}; {}; {}; AL-{:02}",
        rule.scope,
        rule.reaction,
        rule.alarm.number()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hazards_are_found_as_people_write_them() {
        let beyond = id(HAZARDS + 1);
        let text = format!("RuleId::H06 (H-12, H-57). {beyond}, H-6, AH06, H1234 are none");
        let found = named(&text);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["H-06", "H-12", "H-57"]);
    }
}
