//! Every named fault ends as its hazard row says, and its twin does not trip.
//!
//! `faults.toml` is the table: fault by fault and phase by phase, with budgets from the hazard
//! table. Every run is headless on virtual time, recorded, and its recording verifies.

#[path = "common/fault_table.rs"]
mod fault_table;
#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use fault_table::{
    Case, End, PLAN, Phase, Row, Table, check, judge, seconds, table, text, tissue, verifies,
};
use std::collections::BTreeMap;
use std::path::Path;
use virtual_runs::{Treated, all, rfa, root, treat};

impl Row {
    fn treat(&self, setting: &str, at: &str, seed: u64) -> (String, Result<Treated, String>) {
        let fault = format!("{setting}@{at}");
        let seed = seed.to_string();
        let mut more = vec!["--fault", &fault, "--seed", &seed];
        if self.footswitch {
            more.push("--footswitch");
        }
        let label = format!("{fault} seed {seed}");
        (label, treat(&self.plan, &more))
    }
}

/// A row, a phase of it, a time in that phase, and a seed.
type Task<'a> = (&'a Row, Phase, &'a str, u64);

fn tasks(table: &Table) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    for row in &table.fault {
        for (phase, times) in &table.phases {
            let times = row.phases.get(phase).unwrap_or(times);
            for (index, at) in times.iter().enumerate() {
                tasks.push((row, *phase, at.as_str(), 7 + index as u64));
            }
        }
    }
    tasks
}

/// The table has every fault that `rfa faults` knows, under the hazard it names, and no other.
#[test]
fn every_fault_is_in_the_table() {
    let known = rfa(["faults", "--format", "json"]).expect_code(0).json();
    let known: BTreeMap<_, _> = known
        .as_array()
        .expect("a list")
        .iter()
        .map(|fault| (text(&fault["name"]), text(&fault["hazard"])))
        .collect();
    let table = table();
    let rows: BTreeMap<_, _> =
        table.fault.iter().map(|row| (row.name.clone(), row.hazard.clone())).collect();
    assert_eq!(rows, known);
    assert_eq!(rows.len(), table.fault.len(), "a fault stands twice");
    assert!(rows.len() >= 20, "{} faults", rows.len());
}

/// Without a fault the treatment is in each phase at that phase's times.
#[test]
fn the_phases_are_where_the_table_says() {
    let table = table();
    for footswitch in [None, Some("--footswitch")] {
        let more: Vec<_> = footswitch.into_iter().collect();
        phases_of(&table.phases, &treat(PLAN, &more).expect("a treatment"));
    }
    for row in table.fault.iter().filter(|row| !row.phases.is_empty()) {
        let mut times = table.phases.clone();
        times.extend(row.phases.clone());
        phases_of(&times, &treat(&row.plan, &[]).expect("a treatment"));
    }
}

fn phases_of(times: &BTreeMap<Phase, Vec<String>>, treated: &Treated) {
    let ticks = treated.recorded().ticks;
    for (phase, time) in times.iter().flat_map(|(p, times)| times.iter().map(move |t| (p, t))) {
        if *phase == Phase::Start {
            continue;
        }
        let at_us = (seconds(time) * 1e6) as u64;
        let place = ticks.iter().position(|tick| tick.newest_us() >= Some(at_us));
        let tick = &ticks[place.filter(|place| *place > 0).expect("inside the run")];
        let state = tick.outputs.state.as_str();
        let held = tick.control.last().expect("a control tick").outputs.held_us;
        let expected = match phase {
            Phase::Start | Phase::Idle => state == "idle",
            Phase::Armed => state == "armed",
            Phase::Ramp => state == "delivering" && held == 0,
            Phase::Hold => state == "delivering" && held > 0,
        };
        assert!(expected, "{}: {time} is not {phase:?}: {state}, held {held} µs", treated.name());
    }
}

/// Each named fault, in every phase, ends as its hazard row says.
#[test]
fn every_fault_ends_as_its_hazard_row_says() {
    let table = table();
    let tasks = tasks(&table);
    assert!(tasks.len() > 200, "{} runs", tasks.len());
    all(tasks, |(row, phase, at, seed)| {
        let case = row.case(*phase);
        let (label, run) = row.treat(&row.name, at, *seed);
        let result = match run {
            Ok(treated) => judge(row, *phase, at, &treated),
            Err(_) if case.end != End::NotOpened => Err("no session".to_owned()),
            Err(stderr) => not_opened(case, &stderr),
        };
        result.map_err(|why| format!("{label} in {phase:?}: {why}"))
    });
}

/// Decision 8: a fault just below its threshold is no fault. The same phases, the same seeds.
#[test]
fn no_twin_trips() {
    let table = table();
    let mut tasks = tasks(&table);
    tasks.retain(|(row, _, at, _)| !row.twin_skips.iter().any(|skipped| skipped == at));
    assert!(tasks.len() > 200, "{} runs", tasks.len());
    all(tasks, |(row, phase, at, seed)| {
        let (label, run) = row.treat(&format!("{}:twin", row.name), at, *seed);
        let result = run.and_then(|treated| twin(row, *phase, &treated));
        result.map_err(|why| format!("{label} in {phase:?}: {why}"))
    });
}

/// H-06 at 100 places inside the tick and the telemetry period, each within B50.
#[test]
fn an_open_sensor_is_off_in_time_at_100_phases() {
    let table = table();
    let row = table.fault.iter().find(|row| row.name == "sensor-open").expect("in the table");
    all((0..100_u64).collect(), |index| {
        // 97.3 ms is no multiple of the tick: the places spread over it.
        let at = format!("{:.1}ms", 1_800.0 + *index as f64 * 97.3);
        let (label, run) = row.treat(&row.name, &at, 100 + *index);
        let result = run.and_then(|treated| judge(row, Phase::Ramp, &at, &treated));
        result.map_err(|why| format!("{label}: {why}"))
    });
}

/// H-26: whatever the footswitch says, stop ends RF, and a stuck pedal does not start it again.
#[test]
fn a_stuck_footswitch_cannot_keep_rf_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("stop.toml");
    std::fs::write(&script, "[[act]]\nat_s = 5.0\ndo = \"stop\"\n").expect("writes");
    let script = script.to_str().expect("UTF-8");
    let more = ["--footswitch", "--fault", "footswitch-stuck@3s", "--script", script];
    let treated = treat(PLAN, &more).expect("a treatment");
    assert_eq!(treated.summary["exit"], 6, "arming is refused: {}", treated.summary);
    assert_eq!(treated.summary["end"], "arming refused");
    assert_eq!(treated.recorded().starts(), 1, "started again by a stuck pedal");
    let offs = treated.summary["rf_off"].as_array().expect("a list");
    assert_eq!(offs.len(), 1, "{offs:?}");
    let at_s = offs[0]["at_s"].as_f64().expect("a time");
    assert!((5.0..5.2).contains(&at_s), "off at {at_s} s");
}

fn not_opened(case: &Case, stderr: &str) -> Result<(), String> {
    let says = case.says.as_deref().expect("the table says what is said");
    let exit = case.exit.unwrap_or(6);
    let wanted = format!("exit {exit}: ");
    check(stderr.starts_with(&wanted), || format!("{stderr}, not {wanted}"))?;
    check(stderr.contains(says), || format!("says {stderr:?}, not {says:?}"))
}

fn twin(row: &Row, phase: Phase, treated: &Treated) -> Result<(), String> {
    let summary = &treated.summary;
    check(treated.ran.code == 0, || format!("exit {}: {}", treated.ran.code, summary["end"]))?;
    check(summary["end"] == "complete", || text(&summary["end"]))?;
    check(summary["trips_total"] == 0, || format!("trips {}", summary["trips"]))?;
    let none = summary["alarms"].as_array().is_some_and(Vec::is_empty);
    check(none, || format!("alarms {}", summary["alarms"]))?;
    let on = matches!(phase, Phase::Ramp | Phase::Hold);
    let recorded = treated.recorded();
    let (wanted, found) = (if on { row.twin_starts } else { 1 }, recorded.starts());
    check(found == wanted, || format!("{found} starts, not {wanted}"))?;
    tissue(&recorded)?;
    verifies(treated)
}

/// The table is in the tree, next to this file: a moved file is a failure here, not elsewhere.
#[test]
fn the_short_plan_is_good() {
    let path = root().join(PLAN);
    rfa([Path::new("check"), &path]).expect_code(0);
}
