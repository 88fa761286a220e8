//! Every named fault once in real time, through the pseudo-terminal: the row of `faults.toml` that
//! holds on virtual time (`faults.rs`, in every phase) holds on threads and a serial line as well.
//!
//! Whether RF is off in time is the simulator's own measure, on its own clock. A run that met a
//! stall of the machine says so from the record and runs again, at most twice.

#[path = "common/fault_table.rs"]
mod fault_table;
#[path = "common/live.rs"]
mod live;
#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use fault_table::{End, Phase, Rf, Row, check, judge, table};
use live::{Met, Missed, run_with_stall_evidence};
use serde_json::Value;
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use virtual_runs::{Treated, all_on, treat_live};

/// 44 °C, a ramp of 5 s, a hold of 2 s: RF on from about 0.3 s, holding from about 4.2 s.
const PLAN: &str = "tests/plans/quick.toml";
/// When the fault begins, s of the generator's clock. [`holding`] proves that this is in the hold.
const AT_S: f64 = 4.403;
/// The noise of sensor-noise crosses a limit within 30 ms with this one.
const SEED: &str = "10";
/// Two controllers and their generators are what two processors take beside each other.
const AT_ONCE: usize = 2;
/// A stall may begin as late as the fault's own budget ends; then the dead-man has 100 ms (H-21).
const DEAD_MAN_MS: f64 = 100.0;

#[test]
fn every_fault_ends_in_real_time_as_its_hazard_row_says() {
    let rows: Vec<_> = table().fault.into_iter().filter(|row| row.live).collect();
    assert!(rows.len() >= 20, "{} faults", rows.len());
    all_on(AT_ONCE, rows, |row| {
        let run = || run_with_stall_evidence(&row.name, || once(row));
        // One failure must not hide the others.
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            words.unwrap_or_else(|| format!("{}: panicked", row.name))
        })
    });
}

fn once(row: &Row) -> Result<(), Missed> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.toml");
    std::fs::write(&script, script_for(row)).expect("writes");
    let script = script.to_str().expect("UTF-8");
    let (at, fault) = (format!("{AT_S}s"), format!("{}@{AT_S}s", row.name));
    let mut more = vec!["--fault", &fault, "--seed", SEED, "--script", script];
    if row.footswitch {
        more.push("--footswitch");
    }
    let treated = treat_live(PLAN, &more).unwrap_or_else(|e| panic!("{}: {e}", row.name));
    never(row, &treated);
    let judged = holding(&treated).and_then(|()| judge(row, Phase::Hold, &at, &treated));
    judged.map_err(|why| missed(row, &treated, &why))
}

/// The gates are confirmed at once, and the run ends soon after the fault, where the plan's end is
/// not what ends it.
fn script_for(row: &Row) -> String {
    let mut text = "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nafter_ms = 0\n".to_owned();
    let case = row.case(Phase::Hold);
    if case.end != End::Complete && case.rf != Some(Rf::PlanEnd) {
        // Acts are timed from the first tick, which is later than the generator's own start.
        let until_s = AT_S + row.live_s.unwrap_or(row.budget_ms / 1e3 + 0.3);
        write!(text, "[[act]]\nat_s = {until_s:.3}\ndo = \"quit\"\n").expect("writes");
    }
    text
}

/// What no stall of the machine excuses.
#[track_caller]
fn never(row: &Row, treated: &Treated) {
    let summary = &treated.summary;
    assert!(treated.recorded().starts() <= 1, "{}: RF came back: {summary:#}", row.name);
    let case = row.case(Phase::Hold);
    let judged = !matches!(case.rf, Some(Rf::PlanEnd)) && case.end != End::Complete;
    let off_ms = summary["rf_off_after_fault_ms"].as_f64();
    if judged && row.live_s.is_none() {
        let most_ms = case.budget_ms.unwrap_or(row.budget_ms) + DEAD_MAN_MS;
        let off_ms = off_ms.unwrap_or(f64::INFINITY);
        assert!(off_ms <= most_ms, "{}: RF off after {off_ms} ms: {summary:#}", row.name);
    }
}

/// The fault came while the set temperature was being held.
fn holding(treated: &Treated) -> Result<(), String> {
    let at_us = (AT_S * 1e6) as u64;
    let ticks = treated.recorded().ticks;
    let tick = ticks.iter().rfind(|tick| tick.newest_us().is_some_and(|us| us < at_us));
    let held_us = tick.and_then(|tick| tick.control.last()).map(|control| control.outputs.held_us);
    check(held_us > Some(0), || format!("not in the hold at {AT_S} s: {held_us:?} µs held"))
}

/// A stall explains that another limit was passed first, or that the fault's own came later.
fn missed(row: &Row, treated: &Treated, why: &str) -> Missed {
    let mut summary = treated.summary.clone();
    if let Some(trips) = summary["trips"].as_array_mut() {
        let own = |trip: &Value| row.rules.iter().any(|rule| trip["rule"] == rule.as_str());
        trips.retain(|trip| !own(trip));
    }
    let why = format!("{why}: {:#}", treated.summary);
    Missed { why, met: Box::new(Met { controller: Some(summary), ..Met::default() }) }
}
