//! The campaign: its quick part is as the hazard rows say, every fault and phase is in it, what is
//! logged is not run again, a failure is told with a command that reproduces it.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use virtual_runs::{rfa, root};

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// H-47 too: an hour of treatment in which nothing breaks does not trip.
#[test]
fn the_quick_campaign_is_as_the_hazard_rows_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("table");
    let ran =
        rfa(["campaign", "--quick", "--format", "json", "--table", table.to_str().expect("UTF-8")]);
    let results = ran.json();
    let cases = list(&results["cases"]);
    for case in cases.iter().filter(|case| !case["why"].is_null()) {
        eprintln!("{}: {}\n  {}", case["case"], case["why"], case["reproduce"]);
    }
    assert_eq!((&results["ok"], &results["failed"]), (&true.into(), &0.into()));
    ran.expect_code(0);
    let singles: BTreeSet<(&str, &str)> = cases
        .iter()
        .filter_map(|case| {
            let mut parts = text(&case["case"]).split('/');
            Some((parts.next()?.split(':').next()?, parts.next()?))
        })
        .collect();
    let known = rfa(["faults", "--format", "json"]).expect_code(0).json();
    for fault in list(&known) {
        for phase in ["idle", "armed", "ramp", "hold", "cool-down"] {
            let name = text(&fault["name"]);
            assert!(singles.contains(&(name, phase)), "{name} in {phase} is not in the quick part");
        }
    }
    let hours: f64 = list(&results["tables"]["fault_free"])
        .iter()
        .filter(|row| row["plan"] == "all")
        .filter_map(|row| row["hours"].as_f64())
        .sum();
    assert!(hours > 0.9, "{hours} h without a fault");
    let table = fs::read_to_string(&table).expect("the table");
    assert!(table.contains("| H-06 | sensor-open | "), "{table}");
}

/// What is in the log is not run again, and another campaign's log is refused.
#[test]
fn a_campaign_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log.ndjson");
    let log = log.to_str().expect("UTF-8");
    let run = |more: &[&str]| {
        let only = ["campaign", "--only", "link-cut/hold", "--format", "json", "--log", log];
        rfa(only.iter().chain(more))
    };
    let first = run(&[]).expect_code(0).json();
    let lines = fs::read_to_string(log).expect("a log");
    // A line cut short, as an interrupt leaves it, is run again; a changed one is believed.
    let cut = lines.trim_end().rfind('\n').expect("lines") + 20;
    let changed = lines[..cut].replacen("\"hottest_c\":", "\"hottest_c\":1", 1);
    fs::write(log, &changed).expect("writes");
    let second = run(&[]).expect_code(0).json();
    let cases = |results: &Value| list(&results["cases"]).to_vec();
    let (first, second) = (cases(&first), cases(&second));
    assert_eq!(first.len(), second.len());
    let differs = first.iter().zip(&second).filter(|(a, b)| a != b).count();
    assert_eq!(differs, 1, "only the changed line is believed");
    let other = run(&["--seed", "2"]).expect_code(2);
    other.says(&["is the log of another campaign"]);
}

/// An expectation that is not met is exit 4, with the command that reproduces it.
#[test]
fn an_escape_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = fs::read_to_string(root().join("tests/scenarios/sensor-open.toml"))
        .expect("the scenario")
        .replace("budget_ms = 50", "budget_ms = 15")
        .replace("../plans", &root().join("tests/plans").display().to_string());
    let path = folder.path().join("wrong.toml");
    fs::write(&path, scenario).expect("writes");
    let path = path.to_str().expect("UTF-8");
    let said = rfa(["campaign", path, "--only", "sensor-open/hold"]).expect_code(4).stdout;
    assert!(said.contains("by H-06; the budget is 15 ms"), "{said}");
    let again =
        said.lines().find(|line| line.trim().starts_with("rfa campaign ")).expect("a command");
    let again = rfa(again.trim().split(' ').skip(1)).expect_code(4).stdout;
    assert!(again.contains("1 treatment, 1 failed"), "{again}");
    rfa(["campaign", "--only", "no-such"]).expect_code(2).says(&["no case begins so"]);
}
