//! `tests/faults.toml`: what each named fault must come to, and whether a run came to it.
#![allow(dead_code, reason = "each test target uses a part of it")]

use crate::virtual_runs::{Frame, Recorded, Tick, Treated, root};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The plan of a row that names none.
pub(crate) const PLAN: &str = "tests/plans/short.toml";

/// The whole file; its head says what each field means.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) phases: BTreeMap<Phase, Vec<String>>,
    pub(crate) fault: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Phase {
    Start,
    Idle,
    Armed,
    Ramp,
    Hold,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) hazard: String,
    pub(crate) rules: Vec<String>,
    pub(crate) alarm: String,
    #[serde(default)]
    pub(crate) also: Vec<String>,
    pub(crate) budget_ms: f64,
    pub(crate) from: From,
    #[serde(default = "shut")]
    pub(crate) k2: String,
    #[serde(default = "short")]
    pub(crate) plan: String,
    #[serde(default)]
    pub(crate) footswitch: bool,
    #[serde(default = "once")]
    pub(crate) twin_starts: usize,
    #[serde(default)]
    pub(crate) twin_skips: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) off_confirmed: bool,
    #[serde(default = "yes")]
    pub(crate) live: bool,
    pub(crate) live_s: Option<f64>,
    #[serde(default)]
    pub(crate) phases: BTreeMap<Phase, Vec<String>>,
    pub(crate) start: Case,
    pub(crate) idle: Case,
    pub(crate) armed: Case,
    pub(crate) ramp: Case,
    pub(crate) hold: Case,
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
pub(crate) struct Case {
    pub(crate) end: End,
    pub(crate) rf: Option<Rf>,
    pub(crate) exit: Option<i32>,
    pub(crate) alarm: Option<String>,
    pub(crate) rules: Option<Vec<String>>,
    pub(crate) k2: Option<String>,
    pub(crate) budget_ms: Option<f64>,
    pub(crate) from: Option<From>,
    pub(crate) says: Option<String>,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum End {
    NotOpened,
    Refused,
    Tripped,
    Lockout,
    Complete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Rf {
    Never,
    Budget,
    OnFor,
    PlanEnd,
    Refused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum From {
    Fault,
    Sensed,
}

pub(crate) fn table() -> Table {
    let path = root().join("tests/faults.toml");
    let text = std::fs::read_to_string(&path).expect("the table is there");
    toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

impl Row {
    /// What the table says of one phase.
    pub(crate) const fn case(&self, phase: Phase) -> &Case {
        match phase {
            Phase::Start => &self.start,
            Phase::Idle => &self.idle,
            Phase::Armed => &self.armed,
            Phase::Ramp => &self.ramp,
            Phase::Hold => &self.hold,
        }
    }
}

pub(crate) fn judge(row: &Row, phase: Phase, at: &str, treated: &Treated) -> Result<(), String> {
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
    let told = case.k2.as_ref().unwrap_or(&row.k2);
    let k2 = if case.end == End::Lockout { "open" } else { told.as_str() };
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
        Some("H-19") => |frame, limit| frame.pad_mohm.is_some_and(|pad| pad > limit),
        other => return Err(format!("nothing says what {other:?} senses")),
    };
    let mut samples = ticks.iter().flat_map(|tick| &tick.inputs.telemetry);
    let crossed = samples.find(|f| f.at_us as f64 >= began_s * 1e6 && crosses(f, limit));
    let crossed_us = crossed.ok_or_else(|| format!("no sample crosses {limit}"))?.at_us;
    let tripped_us = tick.newest_us().ok_or("the trip's tick has no sample")?;
    Ok((crossed_us as f64 / 1e6, tripped_us as f64 / 1e6))
}

/// The electrical column's promise (hazards.md a.2): no tissue boils.
pub(crate) fn tissue(recorded: &Recorded) -> Result<(), String> {
    let temperatures = recorded.truths.iter().map(|truth| truth.tissue_max_c);
    let hottest = temperatures.fold(f64::MIN, f64::max);
    check((36.0..100.0).contains(&hottest), || format!("tissue at {hottest} °C"))
}

pub(crate) fn verifies(treated: &Treated) -> Result<(), String> {
    let verified = treated.verify();
    let equal = verified.code == 0 && verified.stdout.starts_with("equal: ");
    check(equal, || format!("verify: exit {} {}", verified.code, verified.stdout))
}

pub(crate) fn seconds(text: &str) -> f64 {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s').expect("a time"), 1.0),
    };
    number.parse::<f64>().expect("a number") * unit
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn check(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
