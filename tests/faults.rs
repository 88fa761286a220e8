//! Every named fault ends as its hazard row says, and its twin does not trip.
//!
//! `faults.toml` is the table: fault by fault and phase by phase, with budgets from the hazard
//! table. Every run is headless on virtual time, recorded, and its recording verifies.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use virtual_runs::{Frame, Recorded, Tick, Treated, all, rfa, root, treat};

const PLAN: &str = "tests/plans/short.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    phases: BTreeMap<Phase, Vec<String>>,
    fault: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    Start,
    Idle,
    Armed,
    Ramp,
    Hold,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    hazard: String,
    rules: Vec<String>,
    alarm: String,
    #[serde(default)]
    also: Vec<String>,
    budget_ms: f64,
    from: From,
    #[serde(default = "shut")]
    k2: String,
    #[serde(default = "short")]
    plan: String,
    #[serde(default)]
    footswitch: bool,
    #[serde(default = "once")]
    twin_starts: usize,
    #[serde(default)]
    twin_skips: Vec<String>,
    #[serde(default = "yes")]
    off_confirmed: bool,
    #[serde(default)]
    phases: BTreeMap<Phase, Vec<String>>,
    start: Case,
    idle: Case,
    armed: Case,
    ramp: Case,
    hold: Case,
}

fn shut() -> String {
    "shut".to_owned()
}

fn short() -> String {
    PLAN.to_owned()
}

const fn once() -> usize {
    1
}

const fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    end: End,
    rf: Option<Rf>,
    exit: Option<i32>,
    alarm: Option<String>,
    rules: Option<Vec<String>>,
    budget_ms: Option<f64>,
    from: Option<From>,
    says: Option<String>,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum End {
    NotOpened,
    Refused,
    Tripped,
    Lockout,
    Complete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rf {
    Never,
    Budget,
    OnFor,
    PlanEnd,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum From {
    Fault,
    Sensed,
}

fn table() -> Table {
    let path = root().join("tests/faults.toml");
    let text = std::fs::read_to_string(&path).expect("the table is there");
    toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

impl Row {
    const fn case(&self, phase: Phase) -> &Case {
        match phase {
            Phase::Start => &self.start,
            Phase::Idle => &self.idle,
            Phase::Armed => &self.armed,
            Phase::Ramp => &self.ramp,
            Phase::Hold => &self.hold,
        }
    }

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

/// each named fault, in every phase, ends as its hazard row says.
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

fn judge(row: &Row, phase: Phase, at: &str, treated: &Treated) -> Result<(), String> {
    let case = row.case(phase);
    let summary = &treated.summary;
    let (state, exit) = match case.end {
        End::NotOpened => return Err(format!("a session: {}", text(&summary["end"]))),
        End::Refused => ("idle", 6),
        End::Tripped => ("tripped", 6),
        End::Lockout => ("lockout", 6),
        End::Complete => ("idle", 0),
    };
    check(treated.ran.code == case.exit.unwrap_or(exit), || format!("exit {}", treated.ran.code))?;
    check(summary["exit"] == treated.ran.code, || "another exit in the summary".to_owned())?;
    check(summary["state"] == state, || format!("ends {}", summary["state"]))?;
    let confirmed = &summary["off_confirmed"];
    check(*confirmed == row.off_confirmed, || format!("off confirmed: {confirmed}"))?;
    trips(row, case, summary)?;
    alarms(row, case, summary)?;
    let recorded = treated.recorded();
    let last = recorded.ticks.last().ok_or("no tick")?;
    let k2 = if case.end == End::Lockout { "open" } else { row.k2.as_str() };
    let judged = matches!(case.end, End::Tripped | End::Lockout);
    check(!judged || last.outputs.k2 == k2, || format!("K2 {}", last.outputs.k2))?;
    rf(row, case, phase, seconds(at), treated, &recorded)?;
    tissue(&recorded)?;
    verifies(treated)
}

fn trips(row: &Row, case: &Case, summary: &Value) -> Result<(), String> {
    let trips = summary["trips"].as_array().ok_or("no list of trips")?;
    check(summary["trips_total"] == trips.len(), || "trips are missing".to_owned())?;
    if matches!(case.end, End::Refused | End::Complete) {
        return check(trips.is_empty(), || format!("trips {trips:?}"));
    }
    let [trip] = trips.as_slice() else { return Err(format!("trips {trips:?}")) };
    let rules = case.rules.as_ref().unwrap_or(&row.rules);
    let rule = text(&trip["rule"]);
    check(rules.contains(&rule), || format!("trips by {rule}, not by one of {rules:?}"))
}

fn alarms(row: &Row, case: &Case, summary: &Value) -> Result<(), String> {
    let found: Vec<_> = summary["alarms"].as_array().ok_or("no alarms")?.iter().map(text).collect();
    let alarm = case.alarm.as_ref().unwrap_or(&row.alarm);
    if case.end == End::Complete || alarm == "none" {
        return check(found.is_empty(), || format!("alarms {found:?}"));
    }
    check(found.contains(alarm), || format!("alarms {found:?}, not {alarm}"))?;
    let foreign = found.iter().find(|name| *name != alarm && !row.also.contains(name));
    check(foreign.is_none(), || format!("alarms {found:?}: {foreign:?} does not belong here"))
}

/// Output: never on, off within its budget, or ended by the plan; and never on again.
fn rf(
    row: &Row,
    case: &Case,
    phase: Phase,
    began_s: f64,
    treated: &Treated,
    recorded: &Recorded,
) -> Result<(), String> {
    let offs = treated.summary["rf_off"].as_array().ok_or("no list of offs")?;
    let early = matches!(phase, Phase::Idle | Phase::Armed | Phase::Start);
    let rf = case.rf.unwrap_or(match case.end {
        End::Refused | End::NotOpened => Rf::Never,
        End::Complete => Rf::PlanEnd,
        End::Tripped | End::Lockout if !early => Rf::Budget,
        // Seen only once RF is on, where the rule needs it; else RF never came on.
        End::Tripped | End::Lockout if case.from.unwrap_or(row.from) == From::Sensed => Rf::Budget,
        End::Tripped | End::Lockout => Rf::Never,
    });
    if matches!(rf, Rf::Never | Rf::Refused) {
        let on = recorded.truths.iter().any(|truth| truth.rf_on);
        check(offs.is_empty() && !on, || format!("RF was on: {offs:?}"))?;
        let granted = recorded.ticks.iter().any(|tick| tick.outputs.grant.is_some());
        return check(granted == (rf == Rf::Refused), || format!("grants: {granted}"));
    }
    check(recorded.starts() <= 1, || "it was started again".to_owned())?;
    let [off] = offs.as_slice() else { return Err(format!("RF off {offs:?}")) };
    let number = |value: &Value| value.as_f64().ok_or(format!("no number: {value}"));
    let (at_s, on_for_s) = (number(&off["at_s"])?, number(&off["on_for_s"])?);
    let budget_ms = case.budget_ms.unwrap_or(row.budget_ms);
    let took_ms = match (rf, case.from.unwrap_or(row.from)) {
        (Rf::Never | Rf::Refused, _) => 0.0,
        (Rf::OnFor, _) => on_for_s * 1e3,
        (Rf::PlanEnd, _) => {
            let step = &treated.summary["steps"][0];
            check(step["complete"] == true, || format!("not held to its end: {step}"))?;
            return check(at_s > began_s, || format!("off at {at_s} s"));
        }
        (Rf::Budget, From::Sensed) => {
            let (crossed_s, tripped_s) = sensed_s(&recorded.ticks, began_s)?;
            // The loop may have asked for nothing by then, and output be off before the trip.
            (at_s.max(tripped_s) - crossed_s) * 1e3
        }
        (Rf::Budget, From::Fault) => {
            let told = number(&treated.summary["rf_off_after_fault_ms"])?;
            let ours = (at_s - began_s) * 1e3;
            check((told - ours).abs() < 0.01, || format!("{told} ms told, {ours} ms counted"))?;
            told
        }
    };
    let within = took_ms > 0.0 && took_ms <= budget_ms;
    check(within, || format!("RF off after {took_ms:.1} ms; the budget is {budget_ms} ms"))
}

/// When the first sample crossed the limit that the trip names, and when the trip followed, on
/// the generator's clock.
fn sensed_s(ticks: &[Tick], began_s: f64) -> Result<(f64, f64), String> {
    let tripped = ticks.iter().find_map(|tick| tick.outputs.trip.as_ref().map(|trip| (tick, trip)));
    let (tick, trip) = tripped.ok_or("no trip")?;
    let limit = trip["limit"].as_i64().ok_or("no limit")?;
    let crosses: fn(&Frame, i64) -> bool = match trip["rule"].as_str() {
        Some("H-01") => |frame, limit| frame.channels[0].tip_mc.is_some_and(|t| t >= limit),
        Some("H-04") => |frame, limit| frame.channels[0].power_mw > limit,
        other => return Err(format!("nothing says what {other:?} senses")),
    };
    let mut samples = ticks.iter().flat_map(|tick| &tick.inputs.telemetry);
    let crossed = samples.find(|f| f.at_us as f64 >= began_s * 1e6 && crosses(f, limit));
    let crossed_us = crossed.ok_or_else(|| format!("no sample crosses {limit}"))?.at_us;
    let tripped_us = tick.newest_us().ok_or("the trip's tick has no sample")?;
    Ok((crossed_us as f64 / 1e6, tripped_us as f64 / 1e6))
}

/// The electrical column's promise (hazards.md a.2): no tissue boils.
fn tissue(recorded: &Recorded) -> Result<(), String> {
    let temperatures = recorded.truths.iter().map(|truth| truth.tissue_max_c);
    let hottest = temperatures.fold(f64::MIN, f64::max);
    check((36.0..100.0).contains(&hottest), || format!("tissue at {hottest} °C"))
}

fn verifies(treated: &Treated) -> Result<(), String> {
    let verified = treated.verify();
    let equal = verified.code == 0 && verified.stdout.starts_with("equal: ");
    check(equal, || format!("verify: exit {} {}", verified.code, verified.stdout))
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

fn seconds(text: &str) -> f64 {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s').expect("a time"), 1.0),
    };
    number.parse::<f64>().expect("a number") * unit
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn check(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}

/// The table is in the tree, next to this file: a moved file is a failure here, not elsewhere.
#[test]
fn the_short_plan_is_good() {
    let path = root().join(PLAN);
    rfa([Path::new("check"), &path]).expect_code(0);
}
