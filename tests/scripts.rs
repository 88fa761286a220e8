//! Treatments by script on virtual time: gates, pauses, resets, and scripts that are none.

#[path = "common/virtual_runs.rs"]
mod virtual_runs;

use serde_json::Value;
use std::fs;
use std::path::Path;
use virtual_runs::{rfa, treat};

const PLAN: &str = "tests/plans/short.toml";
const STEPPED: &str = "tests/plans/short-stepped.toml";

/// A treatment with a script of this text.
fn scripted(plan: &str, script: &str, more: &[&str]) -> virtual_runs::Treated {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("script.toml");
    fs::write(&path, script).expect("writes");
    let option = ["--script", path.to_str().expect("UTF-8")];
    let more: Vec<_> = option.into_iter().chain(more.iter().copied()).collect();
    treat(plan, &more).unwrap_or_else(|e| panic!("{script}: {e}"))
}

#[test]
fn bad_scripts_name_field_value_and_range() {
    let folder = tempfile::tempdir().expect("a folder");
    for (index, (text, parts)) in [
        ("operator = \"two words\"", ["operator \"two words\"", "1 to 16"]),
        ("[[act]]\nat_s = -1\ndo = \"stop\"", ["act 1: at_s = -1", "0 to 3600"]),
        ("[[act]]\nat_s = inf\ndo = \"stop\"", ["act 1: at_s = inf", "0 to 3600"]),
        ("[[act]]\nat_s = 1\ndo = \"fire\"", ["unknown variant `fire`", "`stop`"]),
        (
            "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nafter_ms = 90000",
            ["answer 1: after_ms = 90000", "0 to 60000"],
        ),
        (
            "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nstep = 0",
            ["answer 1: step = 0", "1 to 8"],
        ),
        ("[[answer]]\ngate = \"door\"\nreply = \"confirm\"", ["unknown variant `door`", "line 2"]),
        ("answers = []", ["unknown field `answers`", "line 1"]),
        ("this is no TOML", ["script-8.toml", "line 1"]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("script-{index}.toml"));
        fs::write(&path, text).expect("writes");
        let words = ["demo", "--headless", "--virtual", "--plan", PLAN, "--script"];
        let ran = rfa(words.map(Path::new).iter().copied().chain([path.as_path()]));
        let ran = ran.expect_code(2).says(&parts).says(&[&format!("script-{index}.toml")]);
        assert!(ran.stdout.is_empty(), "{text}: {}", ran.stdout);
    }
}

/// Refused at the check between steps: over, in good order, and no RF after it.
#[test]
fn a_refused_sensory_check_ends_the_treatment() {
    let refuse = "[[answer]]\ngate = \"sensory-check\"\nreply = \"refuse\"";
    let treated = scripted(STEPPED, refuse, &[]);
    let summary = &treated.summary;
    assert_eq!(treated.ran.code, 0, "{summary}");
    assert_eq!(summary["end"], "ended at the check between steps");
    assert_eq!(summary["steps"][0]["complete"], true);
    assert_eq!(summary["steps"][1]["reached_s"], Value::Null);
    let recorded = treated.recorded();
    assert_eq!(recorded.starts(), 1);
    let last_on = recorded.truths.iter().rposition(|truth| truth.rf_on).expect("RF was on");
    let after = &recorded.ticks[last_on + 1..];
    assert!(after.len() > 10, "only {} ticks after RF", after.len());
    assert!(after.iter().skip(2).all(|tick| tick.outputs.grant.is_none()), "granted after RF");
    treated.verify().expect_code(0);
    // The same plan goes on where it is not refused.
    let whole = treat(STEPPED, &[]).expect("a treatment");
    assert_eq!((whole.ran.code, whole.recorded().starts()), (0, 2));
}

#[test]
fn a_refused_start_gives_no_rf() {
    let refuse = "[[answer]]\ngate = \"start\"\nreply = \"refuse\"";
    let treated = scripted(PLAN, refuse, &[]);
    assert_eq!(treated.ran.code, 0, "{}", treated.summary);
    let recorded = treated.recorded();
    assert_eq!(recorded.starts(), 0);
    assert!(!recorded.truths.iter().any(|truth| truth.rf_on));
}

/// A stop ends RF at once; the step goes on, by a fresh activation, where it was.
#[test]
fn a_stop_pauses_and_the_step_resumes() {
    let treated = scripted(PLAN, "[[act]]\nat_s = 9.0\ndo = \"stop\"", &[]);
    let summary = &treated.summary;
    assert_eq!((treated.ran.code, &summary["end"]), (0, &Value::from("complete")), "{summary}");
    assert_eq!(treated.recorded().starts(), 2);
    let offs = summary["rf_off"].as_array().expect("a list");
    assert_eq!(offs.len(), 2, "{offs:?}");
    let first = offs[0]["at_s"].as_f64().expect("a time");
    assert!((9.0..9.3).contains(&first), "off at {first} s");
    // The lesion timer went on: 10 s held in all, and not 10 s from the second start.
    let held = summary["steps"][0]["held_s"].as_f64().expect("a time");
    assert!((9.99..10.05).contains(&held), "held {held} s");
    let second = offs[1]["on_for_s"].as_f64().expect("a time");
    assert!((6.0..10.0).contains(&second), "on for {second} s after the stop");
    treated.verify().expect_code(0);
}

/// Acknowledge and reset are two acts; with the cause gone, the step goes on by a fresh start.
#[test]
fn a_trip_is_acknowledged_reset_and_the_step_goes_on() {
    let fault = ["--fault", "sensor-open@5s+1s"];
    let acts = "[[act]]\nat_s = 9.0\ndo = \"acknowledge\"\n[[act]]\nat_s = 10.0\ndo = \"reset\"";
    let treated = scripted(PLAN, acts, &fault);
    let summary = &treated.summary;
    assert_eq!((treated.ran.code, &summary["end"]), (0, &Value::from("complete")), "{summary}");
    assert_eq!(
        (&summary["trips_total"], &summary["trips"][0]["rule"]),
        (&1.into(), &"H-06".into())
    );
    assert_eq!(treated.recorded().starts(), 2);
    treated.verify().expect_code(0);
    // One act is not enough, nor are both in the wrong order, nor with the cause still there.
    let short = "[[act]]\nat_s = 9.0\ndo = \"reset\"";
    let swapped = "[[act]]\nat_s = 9.0\ndo = \"reset\"\n[[act]]\nat_s = 10.0\ndo = \"acknowledge\"";
    for (script, fault) in
        [(short, "sensor-open@5s+1s"), (swapped, "sensor-open@5s+1s"), (acts, "sensor-open@5s")]
    {
        let treated = scripted(PLAN, script, &["--fault", fault]);
        assert_eq!(treated.ran.code, 6, "{script}: {}", treated.summary);
        assert_eq!(
            (&treated.summary["state"], treated.recorded().starts()),
            (&"tripped".into(), 1)
        );
    }
}

/// Quitting ends RF first.
#[test]
fn a_quit_in_the_hold_ends_rf_first() {
    let treated = scripted(PLAN, "[[act]]\nat_s = 9.0\ndo = \"quit\"", &[]);
    let summary = &treated.summary;
    assert_eq!(summary["end"], "ended by the operator", "{summary}");
    assert_eq!((treated.ran.code, &summary["off_confirmed"]), (0, &Value::Bool(true)));
    let offs = summary["rf_off"].as_array().expect("a list");
    assert!(offs.len() == 1 && offs[0]["at_s"].as_f64().is_some_and(|s| s < 9.3), "{offs:?}");
}
