use super::super::Bench;
use super::super::judge::Outcome;
use super::super::prepare::prepare;
use super::*;
use crate::treatment::Off;
use std::path::Path;

/// A treatment whose sensor opens in the hold, with what is expected of it: RF off within 50 ms.
fn sensor_opens() -> (Treated, Expected) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = root.join("tests/scenarios/sensor-open.toml");
    let prepared = prepare(&file).unwrap_or_else(|refused| panic!("{}", refused.message));
    let in_hold = |run: &&rfa_scenario::Run| run.phase == Some(rfa_scenario::Phase::Hold);
    let run = prepared.scenario.runs.iter().find(in_hold).expect("a run in the hold");
    let bench = Bench::new().unwrap_or_else(|stop| panic!("{}", stop.message));
    match bench.treat(prepared.treatment(run, 1), false) {
        Ok(Outcome::Treated(treated)) => (*treated, (*run.expected).clone()),
        _ => panic!("no session"),
    }
}

#[test]
fn rf_that_was_off_when_the_fault_came_is_not_late() {
    let (mut treated, expected) = sensor_opens();
    assert_eq!(never(&treated, &expected, None), None, "off in time");
    let fault_s = treated.faults_s[0];
    let told = treated.report.rf_off.take().expect("the simulator's record").remove(0);
    let off = |at_s, on_for_s| Off { at_s, on_for_s, ..told.clone() };
    let found = |treated: &Treated| never(treated, &expected, None).unwrap_or_default();

    // A stall ended output a second before; or the treatment, before the fault came at all.
    (treated.report.rf_off, treated.report.rf_off_after_fault_ms) =
        (Some(vec![off(fault_s - 1.0, 3.0)]), None);
    assert_eq!(found(&treated), "");
    let faults_s = std::mem::take(&mut treated.faults_s);
    assert_eq!(found(&treated), "");
    treated.faults_s = faults_s;

    // On at the fault, whoever ended it.
    treated.report.rf_off = Some(vec![off(fault_s + 0.2, 3.0)]);
    assert_eq!(found(&treated), "RF off after 200.0 ms; 150 ms at the very most");
    // Off at the fault, on later.
    treated.report.rf_off = Some(vec![off(fault_s - 1.0, 3.0), off(fault_s + 0.5, 0.4)]);
    assert_eq!(found(&treated), "RF off after inf ms; 150 ms at the very most");
    // Off at the fault, on for ever.
    treated.report.rf_off = Some(vec![off(fault_s - 1.0, 3.0)]);
    treated.watched.rf_is_on = true;
    assert_eq!(found(&treated), "the simulator has RF on at the end");
}
