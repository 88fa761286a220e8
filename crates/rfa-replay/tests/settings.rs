//! What may be set: keys, ranges, what goes together, and the grid of a sweep.

#[path = "../../rfa-record/tests/support/mod.rs"]
mod support;

use rfa_plan::{plan_toml, preset};
use rfa_record::Clock;
use rfa_record::Header;
use rfa_replay::whatif::{RUNS_MAX, Setting, SettingError, Setup, WhatIfError, grid};
use rfa_units::{Bounded, MilliWatts, Span};

fn header() -> Header {
    let plan = preset("gasserian-stepped").expect("shipped");
    let mut header = support::header_with(Clock::Virtual, plan.program);
    header.plan_toml = plan_toml(&plan);
    header.limits = support::limits(&plan.program);
    header
}

fn setup() -> Setup {
    Setup::recorded(&header()).expect("its plan")
}

fn set(texts: &[&str]) -> Result<Setup, SettingError> {
    let setup = setup();
    let settings = texts.iter().map(|text| setup.parse(text)).collect::<Result<Vec<_>, _>>()?;
    setup.with(&settings)
}

#[test]
fn a_plans_steps_take_their_limits_with_them() {
    let set = set(&["plan.2.hold_s=20", "plan.hold_s=90", "plan.1.set_c=62"]).expect("a plan");
    let holds: Vec<_> = set.header.program.steps.iter().map(|step| step.hold).collect();
    assert_eq!(holds, [90, 20, 90, 90].map(Span::from_secs));
    let pairs = set.header.program.steps.iter().zip(set.header.limits.steps.iter());
    for (index, (step, limit)) in pairs.enumerate() {
        assert_eq!((step.set, step.ramp, step.hold), (limit.set, limit.ramp, limit.hold));
        let budget = set.plan().step_budget(index).expect("a step");
        assert_eq!(limit.time_on_max, budget.time_on_max, "step {}", index + 1);
        if index == 0 {
            // Another set temperature has another ceiling; the others keep what they ran with.
            let ceiling = set.plan().program.ceilings.get(0).copied();
            assert_eq!((Some(limit.ceiling), limit.energy_max), (ceiling, budget.energy_max));
        }
    }
    assert_eq!(setup().header.limits.steps.iter().count(), 4);
}

/// A site's limit of power holds for another set temperature too, whether its file is in the
/// recording or only a ceiling below the plan's own tells of it.
#[test]
fn a_sites_ceiling_holds_for_another_set_temperature() {
    let site_mw = MilliWatts::saturating(2_000);
    let mut lowered = header();
    let ceilings = &mut lowered.program.ceilings;
    *ceilings =
        ceilings.iter().map(|own| (*own).min(site_mw)).fold(Bounded::new(), |mut all, ceiling| {
            all.push(ceiling).expect("as many");
            all
        });
    let mut with_file = header();
    with_file.site_toml = Some(
        include_str!("../../../config/site.toml").replace("power_max_w = ", "power_max_w = 2.0 # "),
    );
    for header in [lowered, with_file] {
        let setup = Setup::recorded(&header).expect("its plan");
        let hotter = setup.parse("plan.1.set_c=75").expect("a key");
        let set = setup.with(&[hotter]).expect("a plan");
        let ceiling = set.header.limits.steps.get(0).expect("a step").ceiling;
        assert_eq!(ceiling, site_mw);
    }
}

#[test]
fn the_loop_and_the_limits_are_set_and_nothing_else_is() {
    let set = set(&["control.kp=0.5", "limits.z_high=900", "limits.over_set_k=3.5"]).expect("set");
    assert_eq!(set.tuning.kp, 0.5);
    assert_eq!(rfa_control::Tuning { kp: 1.0, ..set.tuning }, rfa_control::TUNING);
    assert_eq!(set.header.limits.impedance_high.get(), 900_000);
    let rules = set.header.limits.rules;
    assert_eq!(rules.get(rfa_interlock::Threshold::OverSet), 3_500);
    assert_eq!(set.header.program, setup().header.program);
}

#[test]
fn what_is_refused_says_what_would_do() {
    let words = |texts: &[&str]| set(texts).expect_err("refused").to_string();
    assert_eq!(
        words(&["control.pk=1"]),
        "--set control.pk: there is no such key; did you mean control.kp? `rfa replay FILE \
         --keys` lists them with their ranges"
    );
    assert_eq!(words(&["plan.ramp_s=4"]), "--set plan.ramp_s=4: a number from 5 to 60 s is wanted");
    assert_eq!(
        words(&["plan.ramp_s"]),
        "--set plan.ramp_s: KEY=VALUE is wanted, e.g. control.kp=0.5"
    );
    for text in
        ["control.kp=nan", "control.kp=inf", "control.kp=-1", "control.kp=", "control.kp=1e9"]
    {
        assert!(words(&[text]).contains("a number from 0.1 to 10 times"), "{text}");
    }
    assert!(words(&["control.kp=1", "control.kp=2"]).contains("set twice"));
    let apart = words(&["limits.z_low=900", "limits.z_high=800"]);
    assert!(apart.contains("do not go together") && apart.contains("impedance_high"), "{apart}");
}

#[test]
fn a_recording_whose_plan_is_another_is_refused() {
    let plan = preset("gasserian-stepped").expect("shipped");
    let mut header = support::header(Clock::Virtual);
    let told = |header: &_| match Setup::recorded(header) {
        Err(WhatIfError::Plan(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(told(&header).contains("plan.toml"));
    header.plan_toml = plan_toml(&plan);
    assert_eq!(told(&header), "its plan.toml has other steps than the program that ran");
}

#[test]
fn a_grid_has_every_combination_once_in_order() {
    let list = |key: &str, values: &[f64]| -> Vec<Setting> {
        values.iter().map(|value| Setting { key: key.to_owned(), value: *value }).collect()
    };
    let all = grid(&[list("a", &[1.0, 2.0]), list("b", &[3.0, 4.0, 5.0])], 1).expect("few");
    let values: Vec<_> = all.iter().map(|one| (one[0].value, one[1].value)).collect();
    assert_eq!(values, [(1.0, 3.0), (1.0, 4.0), (1.0, 5.0), (2.0, 3.0), (2.0, 4.0), (2.0, 5.0)]);
    let twice = grid(&[list("a", &[1.0]), list("a", &[2.0])], 1).expect_err("twice");
    assert_eq!(twice, SettingError::Twice { key: "a".to_owned() });
    let many = list("a", &vec![1.0; 101]);
    let error = grid(&[many.clone(), list("b", &vec![1.0; 100])], 1).expect_err("too many");
    assert_eq!(error, SettingError::Runs { files: 1, combinations: 10_100 });
    assert_eq!(
        grid(&[list("a", &vec![1.0; 100]), list("b", &vec![1.0; 100])], 1).map(|g| g.len()),
        Ok(RUNS_MAX)
    );
    assert!(grid(&[many], usize::MAX).is_err());
}

/// The loop's numbers stand in no recording: where another rfa recorded, that is said, and of what.
#[test]
fn another_rfa_is_told() {
    let of = |version: &str, recorded: Option<&str>, commit| {
        let mut header = header();
        header.rfa_version = version.to_owned();
        header.git_commit = recorded.map(str::to_owned);
        Setup::recorded(&header).expect("its plan").other_rfa(commit)
    };
    let ours = env!("CARGO_PKG_VERSION");
    for (recorded, commit) in [
        (None, None),
        (None, Some("a")),
        (Some("a"), None),
        (Some("a"), Some("a")),
        (Some("unknown"), Some("a")),
        (Some("a"), Some("unknown")),
    ] {
        assert_eq!(of(ours, recorded, commit), None, "{recorded:?} {commit:?}");
    }
    let told = of("0.0.9", Some("a"), Some("a")).expect("another version");
    let words =
        format!("recorded by rfa 0.0.9, re-executed by rfa {ours}: the numbers of the loop");
    assert!(told.starts_with(&words), "{told}");
    let told = of(ours, Some("a"), Some("b")).expect("another commit");
    let words = format!("recorded by commit a of rfa {ours}, re-executed by b: the numbers of the");
    assert!(told.starts_with(&words), "{told}");
}
