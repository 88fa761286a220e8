use super::*;
use crate::{Gauge, SensorKind};
use rfa_units::{ChannelId, Mode};
use std::string::ToString;

pub(crate) fn gasserian_70_spec() -> PlanSpec {
    let mut steps = Bounded::new();
    let step = StepSpec {
        set: MilliCelsius::new(70_000).expect("in range"),
        ramp: Span::from_secs(15),
        hold: Span::from_secs(60),
        gate: Gate::None,
    };
    steps.push(step).expect("room");
    PlanSpec {
        id: "gasserian-70".to_string(),
        title: "Gasserian ganglion, 70 °C 60 s".to_string(),
        source: Source { citation: "a source".to_string(), retrieved: "2026-11-22".to_string() },
        site_must_approve: true,
        target: Target::GasserianGanglion,
        electrode: Electrode {
            gauge: Gauge::G20,
            tip_length_um: 5_000,
            sensor: SensorKind::ThermocoupleT,
        },
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        steps,
        limits: PlanLimits {
            power_max: MilliWatts::new(11_000).expect("in range"),
            set_max: MilliCelsius::new(75_000).expect("in range"),
            impedance_high: Milliohms::new(1_500_000).expect("in range"),
            impedance_low: Milliohms::new(40_000).expect("in range"),
            rules: RuleThresholds::NONE,
            passive: None,
            sound_required: false,
        },
        tissue: None,
    }
}

pub(crate) fn gasserian_70() -> Plan {
    Plan::new(gasserian_70_spec()).expect("a good plan")
}

fn with_step(change: impl Fn(&mut StepSpec)) -> PlanSpec {
    let mut spec = gasserian_70_spec();
    let mut step = *spec.steps.get(0).expect("one step");
    change(&mut step);
    spec.steps = Bounded::new();
    spec.steps.push(step).expect("room");
    spec
}

fn set(milli_c: i32) -> MilliCelsius {
    MilliCelsius::new(milli_c).expect("in range")
}

/// Every single change of `change` makes the plan be refused at exactly this field.
fn refused_at(spec: PlanSpec, field: &str) {
    let error = Plan::new(spec).expect_err(field);
    let fields: std::vec::Vec<_> = error.violations.iter().map(|v| v.field.as_str()).collect();
    assert_eq!(fields, [field], "{error}");
}

#[test]
fn each_number_is_refused_just_outside_its_range() {
    refused_at(with_step(|s| s.set = set(39_999)), "step[0].set_c");
    refused_at(with_step(|s| s.set = set(90_001)), "step[0].set_c");
    refused_at(with_step(|s| s.ramp = Span::from_micros(4_999_999)), "step[0].ramp_s");
    refused_at(with_step(|s| s.ramp = Span::from_micros(60_000_001)), "step[0].ramp_s");
    refused_at(with_step(|s| s.hold = Span::from_millis(999)), "step[0].hold_s");
    refused_at(with_step(|s| s.hold = Span::from_micros(300_000_001)), "step[0].hold_s");
    refused_at(with_step(|s| s.hold = Span::from_micros(u64::MAX)), "step[0].hold_s");
    let changed = |change: fn(&mut PlanSpec), field: &str| {
        let mut spec = gasserian_70_spec();
        change(&mut spec);
        refused_at(spec, field);
    };
    changed(|s| s.electrode.tip_length_um = 1_999, "electrode.tip_length_mm");
    changed(|s| s.electrode.tip_length_um = 15_001, "electrode.tip_length_mm");
    changed(|s| s.limits.power_max = MilliWatts::saturating(499), "limits.power_max_w");
    changed(|s| s.limits.power_max = MilliWatts::saturating(50_001), "limits.power_max_w");
    changed(|s| s.limits.set_max = MilliCelsius::saturating(90_001), "limits.set_max_c");
    let high = "limits.impedance_high_ohm";
    changed(|s| s.limits.impedance_high = Milliohms::saturating(299_999), high);
    changed(|s| s.limits.impedance_high = Milliohms::saturating(1_500_001), high);
    let low = "limits.impedance_low_ohm";
    changed(|s| s.limits.impedance_low = Milliohms::saturating(39_999), low);
    changed(|s| s.limits.impedance_low = Milliohms::saturating(80_001), low);
    changed(|s| s.steps = Bounded::new(), "step");
    changed(|s| s.mode = Mode::Pulsed, "mode");
    changed(|s| s.id = "Not a slug".to_string(), "id");
    changed(|s| s.title = "bell \u{7}".to_string(), "title");
    changed(|s| s.title = " ".to_string(), "title");
    changed(|s| s.source.citation = String::new(), "source.citation");
    changed(|s| s.source.retrieved = "2026-02-30".to_string(), "source.retrieved");
}

#[test]
fn each_bound_itself_is_accepted() {
    let bounds: [fn(&mut StepSpec); 4] = [
        |s| s.set = set(40_000),
        |s| s.ramp = Span::from_secs(5),
        |s| s.ramp = Span::from_secs(60),
        |s| s.hold = Span::from_secs(300),
    ];
    for bound in bounds {
        assert!(Plan::new(with_step(bound)).is_ok());
    }
}

/// H-36: 75 °C holds at the Gasserian ganglion unless the plan raises it knowingly.
#[test]
fn a_step_above_the_plans_own_limit_is_refused() {
    let hotter = with_step(|s| s.set = set(75_001));
    refused_at(hotter.clone(), "step[0].set_c");
    let mut raised = hotter;
    raised.limits.set_max = set(80_000);
    let plan = Plan::new(raised).expect("raised knowingly");
    assert!(plan.needs_second_confirmation());
    assert!(!gasserian_70().needs_second_confirmation());
}

/// hazards.md a.2: elsewhere the second question begins above 80 °C.
#[test]
fn second_confirmation_above_80_elsewhere() {
    for (milli_c, twice) in [(80_000, false), (80_001, true), (90_000, true)] {
        let mut spec = with_step(|s| s.set = set(milli_c));
        spec.target = Target::MedialBranch;
        spec.limits.set_max = set(90_000);
        let plan = Plan::new(spec).expect("in range");
        assert_eq!(plan.needs_second_confirmation(), twice, "{milli_c}");
    }
}

/// H-14: the cord profile belongs to the cord.
#[test]
fn only_the_cord_may_have_its_impedance_limit() {
    let mut spec = gasserian_70_spec();
    spec.limits.impedance_high = Milliohms::saturating(3_000_000);
    refused_at(spec.clone(), "limits.impedance_high_ohm");
    spec.target = Target::SpinalCord;
    assert!(Plan::new(spec).is_ok());
}

#[test]
fn thinnest_needle_needs_a_longer_tip() {
    let mut spec = gasserian_70_spec();
    spec.electrode.gauge = Gauge::G23;
    spec.electrode.tip_length_um = 2_999;
    refused_at(spec.clone(), "electrode.tip_length_mm");
    spec.electrode.tip_length_um = 3_000;
    assert!(Plan::new(spec).is_ok());
}

#[test]
fn every_violation_is_reported() {
    let mut spec = with_step(|s| (s.hold, s.ramp) = (Span::ZERO, Span::ZERO));
    spec.id = String::new();
    let error = Plan::new(spec).expect_err("three things wrong");
    assert_eq!(error.violations.len(), 3, "{error}");
}

/// The ceiling of a step never exceeds what the generator is allowed in this plan.
#[test]
fn ceilings_stay_under_the_generators_limit() {
    let mut spec = gasserian_70_spec();
    spec.electrode.gauge = Gauge::G22;
    spec.steps = Bounded::new();
    for milli_c in [60_000, 75_000] {
        let (ramp, hold) = (Span::from_secs(15), Span::from_secs(60));
        let step = StepSpec { set: set(milli_c), ramp, hold, gate: Gate::None };
        spec.steps.push(step).expect("room");
    }
    let plan = Plan::new(spec).expect("a good plan");
    // 22G x 5 mm: thermal 7.2 W at 60 °C, electrical 6.7 W at the hottest step's column.
    assert_eq!(plan.generator_power_max(), MilliWatts::saturating(6_700));
    let ceilings: std::vec::Vec<_> = plan.program.ceilings.iter().map(|w| w.get()).collect();
    assert_eq!(ceilings, [6_700, 3_700]);
}

#[test]
fn a_plans_own_power_limit_lowers_its_ceilings() {
    let mut spec = gasserian_70_spec();
    spec.limits.power_max = MilliWatts::saturating(3_000);
    let plan = Plan::new(spec).expect("a good plan");
    assert_eq!(plan.program.ceilings.get(0), Some(&MilliWatts::saturating(3_000)));
}

/// The 7 W ceiling into 1500 ohm: sqrt(10500) V.
#[test]
fn voltage_limit_follows_power_and_impedance() {
    assert_eq!(gasserian_70().generator_voltage_max(), MilliVolts::saturating(102_469));
}

/// H-39: a plan that was changed no longer matches its hash, whatever was changed.
#[test]
fn every_field_is_in_the_hash() {
    let plan = gasserian_70();
    assert!(plan.is_intact());
    let changes: [fn(&mut Plan); 19] = [
        |p| p.id.push('x'),
        |p| p.title.push('x'),
        |p| p.source.citation.push('x'),
        |p| p.source.retrieved.push('x'),
        |p| p.site_must_approve = false,
        |p| p.target = Target::Other,
        |p| p.electrode.gauge = Gauge::G21,
        |p| p.electrode.tip_length_um = 5_001,
        |p| p.electrode.sensor = SensorKind::ThermocoupleK,
        |p| p.program.channel = ChannelId::new(2).expect("in range"),
        |p| p.program.mode = Mode::Pulsed,
        |p| p.program.steps = with_step(|s| s.set = set(70_001)).steps,
        |p| p.program.steps = with_step(|s| s.hold = Span::from_micros(60_000_001)).steps,
        |p| p.program.steps = with_step(|s| s.gate = Gate::SensoryCheck).steps,
        |p| p.limits.power_max = MilliWatts::saturating(10_999),
        |p| p.limits.set_max = set(75_001),
        |p| p.limits.impedance_high = Milliohms::saturating(1_499_999),
        |p| p.limits.impedance_low = Milliohms::saturating(40_001),
        |p| p.tissue = Some("muscle".to_string()),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut changed = plan.clone();
        change(&mut changed);
        assert!(!changed.is_intact(), "change {index}");
    }
    // Text moved from one field to the next is another plan.
    let mut moved = plan;
    moved.id = "gasserian-7".to_string();
    moved.title.insert(0, '0');
    assert!(!moved.is_intact());
}

/// The hash is part of recordings and of the wire: it must not change unnoticed.
#[test]
fn hash_is_stable() {
    assert_eq!(gasserian_70().hash.to_string(), "9da7ee7126352fa8");
}

#[test]
fn spec_makes_the_same_plan_again() {
    let plan = gasserian_70();
    assert_eq!(Plan::new(plan.spec()), Ok(plan));
}
