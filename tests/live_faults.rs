//! Every named fault once in real time, through the pseudo-terminal: the scenario that holds on
//! virtual time (`faults.rs`, in every phase) holds on threads and a serial line as well.
//!
//! The same judge judges it. Whether RF is off in time is the simulator's own measure, on its own
//! clock. A run that met a stall of the machine says so from the record and runs again, at most
//! twice; RF that comes back, or that the dead-man does not end, is excused by nothing.

#[path = "common/live.rs"]
mod live;
#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use live::{Process, one_at_a_time};
use rustix::process::Signal;
use std::fs;
use std::path::Path;
use std::time::Duration;
use toml::{Table, Value};
use virtual_runs::{all_on, rfa, root};

/// 44 °C, a ramp of 5 s, a hold of 2 s: RF on from about 0.3 s, holding from about 4.2 s.
const PLAN: &str = "tests/plans/quick.toml";
/// When the fault begins, s of the generator's clock: in the hold, which the judge proves.
const AT_S: f64 = 4.403;
/// The noise of sensor-noise crosses a limit within 30 ms with this one.
const SEED: i64 = 10;
/// Two controllers and their generators are what two processors take beside each other.
const AT_ONCE: usize = 2;
/// How long after the fault a run goes on, beyond its budget, s.
const SHOWN_FOR_S: f64 = 0.3;
/// The same where the sample that counts comes long after the fault: 3 W heat the tissue by 5 K in
/// 1.5 s, and then by 2 K in a second; a reading that runs away with RF off does so for a second.
const SLOW: [(&str, f64); 2] = [("over-temperature", 4.0), ("runaway", 2.0)];
/// Faults that the quick hold is too cool (H-16 looks above 70 °C, H-13 above 60) or too short for.
const ELSEWHERE: [&str; 3] = ["roll-off", "pad-creep", "hidden-output"];

#[test]
fn every_fault_ends_in_real_time_as_its_scenario_says() {
    let _one = one_at_a_time();
    let known = rfa(["faults", "--format", "json"]).expect_code(0).json();
    let names: Vec<String> = known
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| fault["name"].as_str().expect("a name").to_owned())
        .filter(|name| !ELSEWHERE.contains(&name.as_str()))
        .collect();
    assert!(names.len() >= 20, "{} faults", names.len());
    all_on(AT_ONCE, names, |name| once(name));
}

fn once(name: &str) -> Result<(), String> {
    let file = root().join("tests/scenarios").join(format!("{name}.toml"));
    let text = fs::read_to_string(&file).map_err(|e| format!("{name}: {e}"))?;
    let scenario = text.parse().map_err(|e| format!("{name}: {e}"))?;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(format!("{name}.toml"));
    fs::write(&path, in_the_quick_hold(name, scenario).to_string()).expect("writes");
    let words = ["scenario", "run", "--real-time", "--format", "json"];
    let ran = rfa(words.map(Path::new).iter().copied().chain([path.as_path()]));
    if !ran.stderr.is_empty() {
        eprintln!("{}", ran.stderr.trim_end());
    }
    if ran.code == 2 {
        return Err(format!("{name}: {}", ran.stderr));
    }
    let results = ran.json();
    let runs = &results["scenarios"][0]["runs"];
    if runs.as_array().is_none_or(|runs| runs.len() != 1) || runs[0]["run"] != "hold@4.403" {
        return Err(format!("{name}: not one run: {runs}"));
    }
    let good = ran.code == 0 && runs[0]["ok"] == true;
    if good { Ok(()) } else { Err(format!("{name}: {}", runs[0]["why"])) }
}

/// The scenario's expectation in the hold, of the shortest treatment there is; the operator leaves
/// soon after the fault, where the plan's end is not what ends it.
fn in_the_quick_hold(name: &str, mut scenario: Table) -> Table {
    let set =
        |table: &mut Table, key: &str, value: Value| drop(table.insert(key.to_owned(), value));
    let runs = scenario["run"].as_array().expect("runs").iter();
    let mut hold = runs
        .filter_map(Value::as_table)
        .find(|run| run["label"].as_str() == Some("hold"))
        .unwrap_or_else(|| panic!("{name}: no run in the hold"))
        .clone();
    let own = hold.get("expect").and_then(Value::as_table).cloned().unwrap_or_default();
    let base = scenario["expect"].as_table().expect("expectations").clone();
    let expected = |key: &str| own.get(key).or_else(|| base.get(key)).cloned();
    let text = |key: &str| expected(key).and_then(|value| value.as_str().map(str::to_owned));
    let budget_ms = expected("budget_ms");
    let budget_ms = budget_ms.and_then(|ms| ms.as_float().or(ms.as_integer().map(|ms| ms as f64)));
    let mut script = "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nafter_ms = 0\n".to_owned();
    if text("end").as_deref() != Some("complete") && text("rf").as_deref() != Some("plan-end") {
        // Acts are timed from the first tick, which is later than the generator's own start.
        let usual_s = budget_ms.expect("a budget") / 1e3 + SHOWN_FOR_S;
        let slow = SLOW.iter().find(|(slow, _)| *slow == name);
        let until_s = AT_S + slow.map_or(usual_s, |(_, seconds)| *seconds);
        script.push_str(&format!("[[act]]\nat_s = {until_s:.3}\ndo = \"quit\"\n"));
    }
    let script: Table = script.parse().expect("a script");
    set(&mut hold, "at_s", vec![AT_S].into());
    let plan = root().join(PLAN).display().to_string();
    set(&mut scenario, "plan", plan.into());
    set(&mut scenario, "seed", SEED.into());
    set(&mut scenario, "script", script.into());
    set(&mut scenario, "run", Value::Array(vec![hold.into()]));
    scenario.remove("twin");
    scenario
}

/// A scenario without a fault on the quick plan, which is complete after about 9 s.
fn quick(expect: &str) -> (tempfile::TempDir, String) {
    let plan = root().join(PLAN);
    let text = format!(
        "name = \"quick\"\nhazards = [\"H-44\"]\nplan = \"{}\"\n\
         [expect]\nend = \"complete\"\n{expect}\n[[run]]\nlabel = \"whole\"\n",
        plan.display()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("quick.toml");
    fs::write(&path, text).expect("writes");
    let path = path.to_str().expect("UTF-8").to_owned();
    (folder, path)
}

/// A wrong expectation is told in real time as well, and no stall is made up for it.
#[test]
fn a_wrong_expectation_is_told_in_real_time() {
    let _one = one_at_a_time();
    let (_folder, path) = quick("starts = 2");
    let ran = rfa(["scenario", "run", "--real-time", &path]).expect_code(4).stdout;
    let why = "whole@0 seed 7: delivery began 1 times, not 2; no stall of the machine is on record";
    assert!(ran.contains(why), "{ran}");
    let command = format!("rfa scenario run {path} --only whole@0 --seed 7 --real-time");
    assert!(ran.contains(&command), "no {command:?} in {ran}");
}

/// A process that stood still in the middle of its treatment trips, says so, and runs again.
#[test]
fn a_stall_is_told_and_the_run_repeated() {
    let _one = one_at_a_time();
    let (_folder, path) = quick("");
    let process = Process::start(["scenario", "run", "--real-time", "--format", "json", &path]);
    // The treatment begins within a second or two and lasts eight.
    std::thread::sleep(Duration::from_secs(4));
    process.signal(Signal::STOP);
    std::thread::sleep(Duration::from_millis(300));
    process.signal(Signal::CONT);
    let ended = process.end(Duration::from_secs(120));
    assert_eq!(ended.code, Some(0), "{ended:#?}");
    let run = &ended.json()["scenarios"][0]["runs"][0];
    assert_eq!(run["ok"], true, "{run}");
    let stalls = run["stalls"].as_array().expect("a list");
    assert!(!stalls.is_empty(), "{run}");
    let told = "quick.toml: whole@0 met a stall of the machine: interlock tick ";
    assert!(ended.stderr.contains(told) && ended.stderr.contains("runs again"), "{ended:#?}");
}

/// An interrupt ends the command soon, and nothing is said to be as expected.
#[test]
fn an_interrupt_ends_the_runs() {
    let folder = root().join("tests/scenarios");
    let process = Process::start(["scenario", "run", folder.to_str().expect("UTF-8")]);
    std::thread::sleep(Duration::from_secs(2));
    process.signal(Signal::INT);
    let ended = process.end(Duration::from_secs(20));
    assert_eq!(ended.code, Some(130), "{ended:#?}");
    assert!(ended.stdout.is_empty() && ended.stderr.contains("none judged"), "{ended:#?}");
}
