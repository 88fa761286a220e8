//! The shipped files are good.
#![cfg(feature = "toml")]

use rfa_plan::{
    Gate, example_site, parse_plan, parse_tissue, plan_toml, preset, presets, shipped_tissue,
    shipped_tissues,
};
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

/// Every number says where it comes from, in its file; layers are tissues that are shipped.
#[test]
fn every_shipped_tissue_is_good_and_sourced() {
    assert!(shipped_tissues().len() >= 10);
    for (id, text) in shipped_tissues() {
        let tissue = parse_tissue(id, text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(tissue.id, *id);
        assert!(text.starts_with("#:schema ../tissue.schema.json\n"), "{id}");
        for (name, number, _) in tissue.numbers() {
            assert!(number.source.len() >= 10, "{id}: {name}");
            assert!((number.low..=number.high).contains(&number.value), "{id}: {name}");
        }
        for layer in &tissue.layers {
            let inner = shipped_tissue(&layer.tissue).unwrap_or_else(|error| panic!("{error}"));
            assert!(inner.layers.is_empty() && !layer.source.is_empty(), "{id}");
        }
    }
}

/// Infinite-frequency permittivity, four terms (step, time in s, width), ionic conductivity.
type Cole = (&'static str, f64, [(f64, f64, f64); 4], f64);

/// Parameters of Gabriel 1996.
const COLE_COLE: [Cole; 5] = [
    (
        "muscle",
        4.0,
        [
            (50.0, 7.234e-12, 0.1),
            (7e3, 353.678e-9, 0.1),
            (1.2e6, 318.31e-6, 0.1),
            (2.5e7, 2.274e-3, 0.0),
        ],
        0.2,
    ),
    (
        "liver",
        4.0,
        [
            (39.0, 8.842e-12, 0.1),
            (6e3, 530.52e-9, 0.2),
            (5e4, 22.74e-6, 0.2),
            (3e7, 15.915e-3, 0.05),
        ],
        0.02,
    ),
    (
        "nerve",
        4.0,
        [
            (26.0, 7.958e-12, 0.1),
            (500.0, 106.103e-9, 0.15),
            (7e4, 15.915e-6, 0.2),
            (4e7, 15.915e-3, 0.0),
        ],
        0.006,
    ),
    (
        "white-matter",
        4.0,
        [
            (32.0, 7.958e-12, 0.1),
            (100.0, 7.958e-9, 0.1),
            (4e4, 53.052e-6, 0.3),
            (3.5e7, 7.958e-3, 0.02),
        ],
        0.02,
    ),
    (
        "grey-matter",
        4.0,
        [
            (45.0, 7.958e-12, 0.1),
            (400.0, 15.915e-9, 0.15),
            (2e5, 106.103e-6, 0.22),
            (4.5e7, 5.305e-3, 0.0),
        ],
        0.02,
    ),
];

/// Conductivity and displacement are the Cole-Cole model's (Gabriel 1996), computed here from its
/// parameters once more.
#[test]
fn shipped_conductivities_are_the_cole_cole_models() {
    let omega = std::f64::consts::TAU * 460e3;
    for (id, infinite, terms, ionic) in COLE_COLE {
        let (mut real, mut loss) = (infinite, ionic / (omega * 8.854e-12));
        for (step, time, width) in terms {
            // 1 / (1 + (i omega tau)^(1 - width)) by modulus and angle.
            let (size, angle) =
                ((omega * time).powf(1.0 - width), (1.0 - width) * std::f64::consts::FRAC_PI_2);
            let (a, b) = (1.0 + size * angle.cos(), size * angle.sin());
            real += step * a / (a * a + b * b);
            loss += step * b / (a * a + b * b);
        }
        let tissue = shipped_tissue(id).unwrap_or_else(|error| panic!("{error}"));
        let sigma = loss * omega * 8.854e-12;
        assert!((sigma / tissue.conductivity_s_per_m.value - 1.0).abs() < 1e-3, "{id}: {sigma}");
        assert!((real / loss - tissue.displacement_ratio.value).abs() < 1e-3, "{id}");
    }
}
