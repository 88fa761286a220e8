//! The shipped files are good.
#![cfg(feature = "toml")]

use rfa_plan::{Gate, example_site, parse_plan, plan_toml, preset, presets};
use rfa_units::Span;

#[test]
fn every_shipped_plan_is_good_and_waits_for_approval() {
    assert!(presets().len() >= 3);
    for (id, text) in presets() {
        let plan = parse_plan(id, text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(plan.id, *id);
        assert!(plan.site_must_approve, "{id}");
        assert!(!plan.source.citation.is_empty() && !plan.source.retrieved.is_empty(), "{id}");
        assert!(text.starts_with("#:schema ../plan.schema.json\n"), "{id}");
        assert!(plan.is_intact(), "{id}");
    }
}

/// The required plans, number by number (generators.md section 8).
#[test]
fn shipped_plans_are_as_published() {
    let numbers = |id: &str| -> Vec<(i32, u64, Gate)> {
        let plan = preset(id).unwrap_or_else(|error| panic!("{error}"));
        assert!(plan.program.steps.iter().all(|step| step.ramp == Span::from_secs(15)), "{id}");
        let step = |s: &rfa_plan::StepSpec| (s.set.get(), s.hold.as_millis(), s.gate);
        plan.program.steps.iter().map(step).collect()
    };
    assert_eq!(
        numbers("gasserian-stepped"),
        [
            (60_000, 60_000, Gate::None),
            (65_000, 60_000, Gate::SensoryCheck),
            (70_000, 60_000, Gate::SensoryCheck),
            (75_000, 60_000, Gate::SensoryCheck),
        ]
    );
    assert_eq!(numbers("gasserian-70"), [(70_000, 60_000, Gate::None)]);
    assert_eq!(numbers("medial-branch-80"), [(80_000, 90_000, Gate::None)]);
}

#[test]
fn no_shipped_plan_needs_asking_twice() {
    for (id, _) in presets() {
        let plan = preset(id).unwrap_or_else(|error| panic!("{error}"));
        assert!(!plan.needs_second_confirmation(), "{id}");
    }
}

#[test]
fn shipped_site_allows_every_shipped_plan() {
    let site = example_site().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(site.link.key, *b"rfa-development!");
    assert_eq!((site.link.baud, site.link.telemetry_hz, site.link.channels), (921_600, 100, 1));
    for (id, _) in presets() {
        let plan = preset(id).unwrap_or_else(|error| panic!("{error}"));
        let applied = site.apply(&plan).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(applied.program.steps, plan.program.steps, "{id}");
    }
}

#[test]
fn a_plan_written_and_read_again_is_the_same_plan() {
    for (id, _) in presets() {
        let plan = preset(id).unwrap_or_else(|error| panic!("{error}"));
        let again = parse_plan(id, &plan_toml(&plan)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(again, plan);
    }
}

#[test]
fn unknown_preset_names_the_nearest() {
    let error = preset("gaserian-70").expect_err("no such plan");
    assert!(error.to_string().contains("did you mean gasserian-70?"), "{error}");
}
