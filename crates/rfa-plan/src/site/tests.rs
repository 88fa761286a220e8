use super::*;
use crate::plan::tests::{gasserian_70, gasserian_70_spec};
use std::format;
use std::string::ToString;
use std::vec::Vec;

type Change = fn(&mut SiteSpec);

fn spec() -> SiteSpec {
    SiteSpec {
        name: "Site".to_string(),
        limits: SiteLimits {
            power_max: MilliWatts::saturating(20_000),
            set_max: MilliCelsius::saturating(80_000),
            hold_max: Span::from_secs(120),
            impedance_high: Milliohms::saturating(1_200_000),
            impedance_low: Milliohms::saturating(50_000),
            cord_profile: false,
            rules: RuleThresholds::NONE,
            passive: None,
            sound_required: false,
        },
        link: LinkSettings { baud: 921_600, telemetry_hz: 100, channels: 1, key: [7; 16] },
        operators_file: None,
        recording_directory: "recordings".to_string(),
    }
}

fn site(change: impl FnOnce(&mut SiteSpec)) -> Result<Site, PlanError> {
    let mut spec = spec();
    change(&mut spec);
    Site::new(spec)
}

fn fields(error: &PlanError) -> Vec<&str> {
    error.violations.iter().map(|violation| violation.field.as_str()).collect()
}

#[test]
fn each_setting_is_refused_outside_its_range() {
    let changes: [(Change, &str); 13] = [
        (|s| s.name.clear(), "name"),
        (|s| s.limits.power_max = MilliWatts::MIN, "limits.power_max_w"),
        (|s| s.limits.set_max = MilliCelsius::saturating(90_001), "limits.set_max_c"),
        (|s| s.limits.hold_max = Span::from_micros(300_000_001), "limits.hold_max_s"),
        (
            |s| s.limits.impedance_high = Milliohms::saturating(1_500_001),
            "limits.impedance_high_ohm",
        ),
        (|s| s.limits.impedance_low = Milliohms::saturating(39_999), "limits.impedance_low_ohm"),
        (|s| s.link.baud = 9_600, "link.baud"),
        (|s| s.link.telemetry_hz = 99, "link.telemetry_hz"),
        (|s| s.link.telemetry_hz = 101, "link.telemetry_hz"),
        (|s| s.link.channels = 5, "link.channels"),
        (|s| s.link.key = [0; 16], "link.key_hex"),
        (|s| s.operators_file = Some("\u{1b}".to_string()), "operators.file"),
        (|s| s.recording_directory.clear(), "recording.directory"),
    ];
    assert!(site(|_| {}).is_ok());
    for (change, field) in changes {
        let error = site(change).expect_err(field);
        assert_eq!(fields(&error), [field], "{error}");
    }
}

/// H-40: a site only tightens, and where the plan is tighter the plan holds.
#[test]
fn the_tighter_limit_holds() {
    let plan = gasserian_70();
    let site = site(|s| s.limits.power_max = MilliWatts::saturating(6_000)).expect("good");
    let applied = site.apply(&plan).expect("allowed");
    assert_eq!(applied.limits.power_max, MilliWatts::saturating(6_000));
    assert_eq!(applied.program.ceilings.get(0), Some(&MilliWatts::saturating(6_000)));
    assert_eq!(applied.limits.set_max, plan.limits.set_max);
    assert_eq!(applied.limits.impedance_high, Milliohms::saturating(1_200_000));
    assert_eq!(applied.limits.impedance_low, Milliohms::saturating(50_000));
    assert_eq!(applied.program.steps, plan.program.steps, "steps are refused, never changed");
    assert_ne!(applied.hash, plan.hash);
    assert_eq!(site.apply(&applied), Ok(applied), "applying twice changes nothing more");
}

#[test]
fn a_step_beyond_the_sites_limits_is_refused() {
    let cooler = site(|s| s.limits.set_max = MilliCelsius::saturating(69_999)).expect("good");
    assert_eq!(fields(&cooler.apply(&gasserian_70()).expect_err("hotter")), ["step[0].set_c"]);
    let shorter = site(|s| s.limits.hold_max = Span::from_secs(59)).expect("good");
    assert_eq!(fields(&shorter.apply(&gasserian_70()).expect_err("longer")), ["step[0].hold_s"]);
}

/// H-14: the cord's own limit needs the site's word, and is then kept.
#[test]
fn the_cord_profile_is_the_sites_to_give() {
    let mut cord = gasserian_70_spec();
    cord.target = Target::SpinalCord;
    cord.limits.impedance_high = Milliohms::saturating(3_000_000);
    let cord = Plan::new(cord).expect("good");
    let without = site(|_| {}).expect("good").apply(&cord).expect_err("no word given");
    assert_eq!(fields(&without), ["target"]);
    let with = site(|s| s.limits.cord_profile = true).expect("good").apply(&cord);
    let with = with.expect("word given");
    assert_eq!(with.limits.impedance_high, Milliohms::saturating(3_000_000));
}

#[test]
fn the_key_is_not_printed() {
    let shown = format!("{:?}", site(|s| s.link.key = [0xab; 16]).expect("good"));
    assert!(!shown.contains("171") && !shown.contains("ab, ab"), "{shown}");
}
