//! What a case came to, judged by its hazard row alone: sizes, electrodes and tissues differ, so no
//! single run is foretold as a scenario's are.

use super::case::{Case, Kind};
use super::signs;
use crate::scenario::{Outcome, Treated};
use crate::treatment::lasting;
use rfa_interlock::State;
use rfa_runtime::Ended;
use rfa_scenario::{End, Expected, Phase, Rf, Scenario, Since, TreatmentPhase};
use rfa_sim::Severity;
use rfa_units::Span;
use serde::{Deserialize, Serialize};

/// From a trip to RF off at most, ms: hazards.md a.1, the fault limit.
const DECIDED_MS: f64 = 100.0;
/// A true tip this far above the hottest set temperature is nobody's to miss: H-01's 5 K and what
/// its sensor's lag and noise hide.
const OVER_SET_K: f64 = 6.0;

/// How a fault was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Came {
    /// A trip or a lockout.
    Stopped,
    /// Arming was refused.
    Refused,
    /// The treatment ended as planned, as the row lets it.
    Completed,
}

/// What one case came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) came: Came,
    /// From the fault, or from the first sample over the limit, to RF off, ms; `None`: RF was off,
    /// or its end was the plan's.
    pub(crate) off_ms: Option<f64>,
    pub(crate) budget_ms: Option<f64>,
    /// From the trip to RF off, ms.
    pub(crate) decided_ms: Option<f64>,
    /// The rule that tripped.
    pub(crate) rule: Option<String>,
    /// The hottest any tissue really was, °C.
    pub(crate) hottest_c: f64,
    /// How long the treatment was, s.
    pub(crate) treated_s: f64,
}

/// A case's outcome; an error says why it is not as its row says.
pub(crate) fn judge(
    case: &Case,
    scenarios: &[&Scenario],
    hottest_set_c: f64,
    outcome: &Outcome,
) -> Result<Found, String> {
    let treated = match outcome {
        Outcome::NotOpened(stop) => return Err(format!("no session: {}", stop.message.trim_end())),
        Outcome::Treated(treated) => treated,
    };
    let came = came(treated)?;
    let mut found = Found {
        came,
        off_ms: None,
        budget_ms: None,
        decided_ms: decided_ms(treated),
        rule: treated.report.summary.trips.first().map(|trip| trip.rule.clone()),
        hottest_c: treated.watched.hottest_c.ok_or("the simulator told no temperature")?,
        treated_s: treated.watched.ticks.len() as f64 / 100.0,
    };
    always(case, treated)?;
    if case.is_harmless() {
        return harmless(treated).map(|()| found);
    }
    match &case.kind {
        Kind::Single { severity, .. } => {
            let late = found.decided_ms.filter(|ms| *ms > DECIDED_MS);
            if let Some(ms) = late {
                return Err(format!("RF off {ms:.1} ms after the trip; {DECIDED_MS} are allowed"));
            }
            check(treated.never_on.is_empty(), || treated.never_on.join("; "))?;
            if came == Came::Completed {
                below_every_limit(treated, hottest_set_c)?;
            }
            let scenario = scenarios.first().ok_or("a fault without a scenario")?;
            single(case, *severity, scenario, treated, &mut found)?;
        }
        Kind::Pair { .. } | Kind::Free => {
            let may = scenarios.iter().all(|scenario| may_complete(scenario, case.phase));
            if came == Came::Completed {
                let why = || "the treatment ended as planned under two faults".to_owned();
                check(may, why)?;
                below_every_limit(treated, hottest_set_c)?;
            }
        }
    }
    Ok(found)
}

fn came(treated: &Treated) -> Result<Came, String> {
    match treated.end {
        Ended::Tripped(_) | Ended::Lockout(_) => Ok(Came::Stopped),
        Ended::Quit(_) if treated.gave_up => Ok(Came::Refused),
        Ended::Complete => Ok(Came::Completed),
        _ => Err(format!("ends {}", treated.report.end)),
    }
}

/// What holds of every treatment.
fn always(case: &Case, treated: &Treated) -> Result<(), String> {
    let watched = &treated.watched;
    // What leaks past K1 below the threshold goes on: a twin of that is no output.
    check(case.is_harmless() || !watched.rf_is_on, || "RF is on at the end".to_owned())?;
    let tripped = !treated.report.summary.trips.is_empty();
    let told = !treated.report.alarms.is_empty();
    check(!tripped || told, || "a trip without an alarm".to_owned())?;
    treated.verified.clone().map_err(|why| format!("the recording: {why}"))
}

/// A treatment that ended as planned under a fault was never as hot as H-01 allows, nor did the
/// fault cross another row's threshold.
fn below_every_limit(treated: &Treated, hottest_set_c: f64) -> Result<(), String> {
    if let Some(sign) = signs::crossed(&treated.watched) {
        return Err(format!("ended as planned, though {sign}"));
    }
    let peak_c = treated.report.summary.peak_c_true.ok_or("the simulator told no temperature")?;
    check(peak_c < hottest_set_c + OVER_SET_K, || {
        format!("ended as planned, with the tip at {peak_c:.1} °C of {hottest_set_c} °C set")
    })
}

/// No trip, no alarm, and the treatment is complete.
fn harmless(treated: &Treated) -> Result<(), String> {
    let report = &treated.report;
    let trips: Vec<&str> = report.summary.trips.iter().map(|trip| trip.text.as_str()).collect();
    check(trips.is_empty(), || format!("a false trip: {}", trips.join("; ")))?;
    check(report.alarms.is_empty(), || format!("alarms {:?}", report.alarms))?;
    check(treated.end == Ended::Complete, || format!("ends {}", report.end))
}

/// The expectation of the scenario's runs in this phase; between steps it is as before arming.
fn expected(scenario: &Scenario, phase: TreatmentPhase) -> Option<&Expected> {
    let own = match phase {
        TreatmentPhase::Idle | TreatmentPhase::CoolDown => Phase::Idle,
        TreatmentPhase::Armed => Phase::Armed,
        TreatmentPhase::Ramp => Phase::Ramp,
        TreatmentPhase::Hold => Phase::Hold,
    };
    let run = scenario.runs.iter().find(|run| run.phase == Some(own) && !run.twin);
    run.map(|run| &*run.expected)
}

/// Whether a fault of this phase may leave the treatment as planned.
fn may_complete(scenario: &Scenario, phase: TreatmentPhase) -> bool {
    let complete = expected(scenario, phase).is_some_and(|expected| expected.end == End::Complete);
    complete || scenario.campaign.completes.is_some()
}

fn single(
    case: &Case,
    severity: Severity,
    scenario: &Scenario,
    treated: &Treated,
    found: &mut Found,
) -> Result<(), String> {
    let of_phase = expected(scenario, case.phase).ok_or("no run of the scenario has this phase")?;
    match found.came {
        Came::Completed => check(may_complete(scenario, case.phase), || {
            "the treatment ended as planned: nobody saw the fault".to_owned()
        }),
        Came::Refused => {
            let refused = scenario.runs.iter().any(|run| run.expected.end == End::Refused);
            let may = refused || scenario.campaign.refuses.is_some();
            check(may, || format!("arming refused: {:?}", treated.report.refusal))
        }
        Came::Stopped => {
            rules(scenario, treated)?;
            timed(of_phase, severity, scenario, treated, found)
        }
    }
}

/// Trips and alarms are among those that the scenario names anywhere.
fn rules(scenario: &Scenario, treated: &Treated) -> Result<(), String> {
    let report = &treated.report;
    let runs = || scenario.runs.iter().map(|run| &run.expected);
    let own = |rule: &str| {
        runs().any(|expected| expected.rules.iter().any(|own| own == rule))
            || scenario.campaign.rules.iter().any(|own| own == rule)
    };
    let foreign = report.summary.trips.iter().find(|trip| !own(&trip.rule));
    check(foreign.is_none(), || {
        let trips: Vec<String> = report
            .summary
            .trips
            .iter()
            .map(|trip| format!("{} {}", trip.rule, trip.text))
            .collect();
        format!("trips {trips:?}: a rule that is not its own")
    })?;
    let told = |alarm: &String| {
        runs()
            .any(|expected| expected.alarm.as_ref() == Some(alarm) || expected.also.contains(alarm))
            || scenario.campaign.alarms.contains(alarm)
    };
    let foreign = report.alarms.iter().find(|alarm| !told(alarm));
    check(foreign.is_none(), || format!("alarms {:?}: {foreign:?} is not its own", report.alarms))
}

/// Time to RF off, where RF was on as the fault began, or as a sample crossed its limit.
fn timed(
    of_phase: &Expected,
    severity: Severity,
    scenario: &Scenario,
    treated: &Treated,
    found: &mut Found,
) -> Result<(), String> {
    let offs = treated.report.rf_off.as_deref().ok_or("the simulator told nothing of RF")?;
    let offs = lasting(offs);
    let budgets = || scenario.runs.iter().find_map(|run| run.expected.budget);
    let budget = scenario.campaign.budget(severity).or(of_phase.budget).or_else(budgets);
    let fault_s = *treated.faults_s.first().ok_or("no fault came on")?;
    let from = scenario.campaign.from.unwrap_or(of_phase.from);
    let began = match from {
        // RF was off, and it is a sample of RF that is waited for.
        Since::Sensed => treated.crossed_s(fault_s),
        Since::Fault | Since::Stop => Some(fault_s),
    };
    let planned = matches!(of_phase.rf, Rf::PlanEnd);
    let (Some(began_s), Some(trip_s), false) = (began, tripped_s(treated), planned) else {
        return Ok(());
    };
    let Some(off) = offs.iter().find(|off| off.ends_what_was_on(began_s)) else { return Ok(()) };
    // Output that the plan ended before anything was seen has no time to RF off.
    if off.at_s + DECIDED_MS / 1e3 < trip_s {
        return Ok(());
    }
    let off_ms = (off.at_s.max(if from == Since::Sensed { trip_s } else { 0.0 }) - began_s) * 1e3;
    let budget_ms = budget.map(|budget: Span| budget.as_secs_f64() * 1e3);
    let budget_ms = budget_ms.ok_or("the scenario names no budget")?;
    (found.off_ms, found.budget_ms) = (Some(off_ms), Some(budget_ms));
    check(off_ms <= budget_ms, || {
        let rule = found.rule.as_deref().unwrap_or_default();
        format!("RF off after {off_ms:.1} ms by {rule}; the budget is {budget_ms} ms")
    })
}

/// When the first trip came: the time of the newest sample of its tick, s.
fn tripped_s(treated: &Treated) -> Option<f64> {
    let mut newest_us = None;
    for tick in &treated.watched.ticks {
        newest_us = tick.newest_us.or(newest_us);
        if tick.trip.is_some() || tick.state == State::Lockout {
            return newest_us.map(|us| us as f64 / 1e6);
        }
    }
    None
}

/// From the first trip to RF off, ms, where RF was on.
fn decided_ms(treated: &Treated) -> Option<f64> {
    let trip_s = tripped_s(treated)?;
    let offs = lasting(treated.report.rf_off.as_deref()?);
    let off = offs.iter().find(|off| off.ends_what_was_on(trip_s))?;
    Some((off.at_s - trip_s) * 1e3)
}

fn check(holds: bool, why: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(why()) }
}
