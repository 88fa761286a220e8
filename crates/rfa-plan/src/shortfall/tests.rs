use super::*;
use crate::plan::tests::gasserian_70_spec;
use crate::{Gauge, PlanSpec};
use rfa_units::Bounded;
use std::string::ToString;

/// A plan of steps: set temperature in °C, ramp in s, gate.
fn plan(gauge: Gauge, tip_length_um: u32, steps: &[(i32, u64, Gate)]) -> Plan {
    let mut spec: PlanSpec = gasserian_70_spec();
    (spec.electrode.gauge, spec.electrode.tip_length_um) = (gauge, tip_length_um);
    spec.limits.set_max = MilliCelsius::new(90_000).expect("in range");
    spec.limits.power_max = MilliWatts::new(50_000).expect("in range");
    spec.steps = Bounded::new();
    for (set_c, ramp_s, gate) in steps {
        let set = MilliCelsius::new(set_c * 1_000).expect("in range");
        let (ramp, hold) = (Span::from_secs(*ramp_s), Span::from_secs(60));
        spec.steps.push(StepSpec { set, ramp, hold, gate: *gate }).expect("room");
    }
    Plan::new(spec).expect("a good plan")
}

fn one(gauge: Gauge, tip_length_um: u32, set_c: i32, ramp_s: u64) -> Plan {
    plan(gauge, tip_length_um, &[(set_c, ramp_s, Gate::None)])
}

fn found(plan: &Plan) -> Option<(Short, u32)> {
    plan.shortfall(0).map(|shortfall| (shortfall.short, shortfall.takes.get()))
}

/// docs/safety/ceilings.md: which of the table's treatments have not the power they take in muscle.
#[test]
fn the_table_s_treatments_are_told_where_they_have_not_the_power() {
    use Short::{Hold, Ramp};
    for (gauge, tip, set_c, ramp_s, expected) in [
        (Gauge::G22, 2_000, 80, 5, None),
        (Gauge::G22, 2_000, 90, 15, Some((Hold, 820))),
        (Gauge::G22, 5_000, 80, 5, None),
        (Gauge::G22, 5_000, 90, 15, Some((Ramp, 2_560))),
        (Gauge::G20, 5_000, 80, 5, None),
        (Gauge::G20, 5_000, 90, 5, Some((Ramp, 5_320))),
        (Gauge::G20, 10_000, 80, 5, None),
        (Gauge::G20, 10_000, 90, 15, Some((Ramp, 5_910))),
        (Gauge::G18, 10_000, 70, 15, None),
        (Gauge::G18, 10_000, 90, 15, Some((Ramp, 8_070))),
    ] {
        assert_eq!(found(&one(gauge, tip, set_c, ramp_s)), expected, "{gauge:?} {tip} {set_c}");
    }
}

/// Between the columns on a straight line, below them in proportion to the rise, and a larger
/// needle than any row takes more by length and by diameter.
#[test]
fn between_and_beyond_the_table() {
    let needs = |plan: Plan, set_c: i64| {
        let mut step = *plan.program.steps.get(0).expect("one step");
        step.set = MilliCelsius::saturating(set_c * 1_000);
        needed(plan.electrode, &step, BODY_MILLI_C)
    };
    let of = |gauge, tip, ramp_s| one(gauge, tip, 70, ramp_s);
    assert_eq!(needs(of(Gauge::G20, 5_000, 15), 85), Some([2_795, 1_495]));
    assert_eq!(needs(of(Gauge::G20, 5_000, 15), 49), Some([636, 349]));
    assert_eq!(needs(of(Gauge::G20, 15_000, 5), 90), Some([15_045, 4_545]));
    assert_eq!(needs(of(Gauge::G16, 10_000, 5), 90), Some([18_980, 4_836]));
    // a + b/T: 3.13 W at 15 s and 5.32 W at 5 s leave 2.58 W at 30 s.
    assert_eq!(needs(of(Gauge::G20, 5_000, 30), 90), Some([2_583, 1_670]));
    assert_eq!(needs(of(Gauge::G20, 5_000, 15), 91), None);
    assert_eq!(needs(of(Gauge::G20, 5_000, 15), 37), None);
}

/// A step after another without a check between begins warm; after a check it begins cold.
#[test]
fn a_warm_start_takes_less() {
    let steps = |gate| plan(Gauge::G20, 5_000, &[(80, 15, Gate::None), (90, 5, gate)]);
    assert_eq!(steps(Gate::None).shortfalls().count(), 0);
    let cold: std::vec::Vec<Shortfall> = steps(Gate::SensoryCheck).shortfalls().collect();
    let [shortfall] = cold[..] else { panic!("{cold:?}") };
    assert_eq!(
        shortfall.to_string(),
        "step 2: 90 °C in 5 s takes about 5.3 W in muscle, the ceiling is 2.4 W: the ramp will be late"
    );
}

/// The sentence of a step that cannot even be held; and no word of a plan that does not heat.
#[test]
fn a_hold_is_named_and_pulsed_plans_are_left_alone() {
    let plan = one(Gauge::G22, 2_000, 90, 15);
    let words = plan.shortfall(0).expect("short").to_string();
    assert!(words.ends_with("the tip will stay colder"), "{words}");
    let pulsed = Plan { program: crate::Program { mode: Mode::Pulsed, ..plan.program }, ..plan };
    assert_eq!(pulsed.shortfalls().count(), 0);
}
