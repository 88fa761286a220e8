//! What holds for any telemetry and any permit.
#![allow(missing_docs, reason = "a test file")]

mod common;

use common::{Bench, ELECTRODES, World, celsius, program, report, telemetry, watts};
use proptest::prelude::*;
use rfa_control::{Control, ControlInputs, ControlOutputs, Phase};
use rfa_units::{
    Bounded, GeneratorInstant, HostInstant, MilliCelsius, MilliWatts, Permit, Span, StepIndex,
    StopReason, Telemetry, TipReading,
};

const CEILINGS: [f64; 3] = [4.0, 3.0, 2.0];

/// One tick's inputs, before they are put on the two clocks.
#[derive(Debug, Clone)]
struct Event {
    samples: Vec<(TipReading, u32, u32)>,
    /// How far the clocks go, ms; the generator's may stand still or repeat.
    host_ms: u64,
    generator_ms: u64,
    permit: Option<(bool, u8, u32)>,
}

fn tip() -> impl Strategy<Value = TipReading> {
    prop_oneof![
        20 => (30_000..85_000_i32).prop_map(|t| TipReading::Valid(MilliCelsius::new(t).expect("t"))),
        2 => any::<i32>().prop_map(|t| TipReading::Valid(MilliCelsius::saturating(t.into()))),
        1 => Just(TipReading::Open),
        1 => Just(TipReading::Faulty),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let sample = (tip(), 0..8_000_u32, 0..8_000_u32);
    (
        prop::collection::vec(sample, 0..3),
        prop_oneof![8 => Just(10_u64), 1 => 0..200_u64],
        prop_oneof![8 => Just(10_u64), 1 => 0..200_u64],
        prop_oneof![
            1 => Just(None),
            30 => (prop::bool::weighted(0.97), prop_oneof![30 => Just(0_u8), 1 => 0..8_u8], 0..6_000_u32)
                .prop_map(Some)
        ],
    )
        .prop_map(|(samples, host_ms, generator_ms, permit)| Event {
            samples,
            host_ms,
            generator_ms,
            permit,
        })
}

fn inputs(events: &[Event]) -> Vec<ControlInputs> {
    let (mut now, mut at) = (HostInstant::ZERO, GeneratorInstant::ZERO);
    let mut tick = 0;
    events
        .iter()
        .map(|event| {
            tick += 1;
            now = now.plus(Span::from_millis(event.host_ms));
            let mut frames = Bounded::<Telemetry, 4>::new();
            for (tip, setpoint, power) in &event.samples {
                at = at.plus(Span::from_millis(event.generator_ms));
                let report = report(*tip, f64::from(*setpoint) / 1e3, f64::from(*power) / 1e3);
                frames.push(telemetry(at, report)).expect("room");
            }
            let permit = event.permit.map(|(delivering, step, ceiling)| Permit {
                delivering,
                step: StepIndex::new(step).expect("a step"),
                granted: MilliWatts::MIN,
                ceiling: MilliWatts::new(ceiling).expect("a power"),
            });
            ControlInputs { tick, now, telemetry: frames, permit }
        })
        .collect()
}

fn fresh() -> Control {
    let steps = [(60.0, 5.0, 0.5, CEILINGS[0]), (65.0, 15.0, 1.0, CEILINGS[1])];
    let last = [(70.0, 30.0, 2.0, CEILINGS[2])];
    Control::new(program(&[&steps[..], &last[..]].concat())).expect("a program")
}

/// What the loop may do with these inputs, whatever its state.
fn allowed(seen: &ControlInputs, out: &ControlOutputs) -> Result<(), TestCaseError> {
    let power = out.request.power;
    let delivering = seen.permit.filter(|permit| permit.delivering);
    match delivering {
        None => {
            prop_assert_eq!(power, MilliWatts::MIN, "power without a permit");
            prop_assert_eq!(out.target, None);
            prop_assert_eq!(out.request.stop, None);
        }
        Some(permit) => {
            let own = CEILINGS.get(permit.step.get()).map_or(0.0, |ceiling| *ceiling);
            prop_assert!(power <= permit.ceiling && power <= watts(own), "{power} over a ceiling");
            prop_assert_eq!(out.request.step, permit.step, "the interlock's step is followed");
        }
    }
    if out.request.stop.is_some() {
        prop_assert_eq!(power, MilliWatts::MIN, "power while stop is asked");
    }
    for term in [out.terms.p, out.terms.i, out.terms.d, out.terms.feed_forward] {
        prop_assert!(term.is_finite());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// H-41, H-06: within [0, ceiling] for any telemetry; nothing without a permit, nothing with
    /// an invalid tip; a fault is asked for until output has ended.
    #[test]
    fn power_is_bounded_and_only_where_it_may_be(
        events in prop::collection::vec(event(), 1..400)
    ) {
        let mut control = fresh();
        let mut faulted = None;
        let (mut newest, mut known) = (None, None);
        for seen in inputs(&events) {
            let (next, out) = control.step(&seen);
            control = next;
            allowed(&seen, &out)?;
            for frame in seen.telemetry.iter() {
                if newest.is_none_or(|at| frame.at > at) {
                    newest = Some(frame.at);
                    known = frame.channels.get(0).map(|report| report.tip);
                }
            }
            if known.and_then(TipReading::valid).is_none() {
                prop_assert_eq!(out.request.power, MilliWatts::MIN, "power with an invalid tip");
            }
            let permit = seen.permit.filter(|permit| permit.delivering);
            if let (Some(step), Some(permit)) = (faulted, permit)
                && permit.step == step
            {
                prop_assert_eq!(out.request.stop, Some(StopReason::Fault));
            }
            faulted = (out.request.stop == Some(StopReason::Fault)).then_some(out.step);
            prop_assert!(out.held.plus(out.left) == Span::from_millis(500)
                || out.held.plus(out.left) == Span::from_secs(1)
                || out.held.plus(out.left) == Span::from_secs(2));
        }
    }

    /// A recording re-executes: the same inputs give the same bits, from the same value.
    #[test]
    fn the_same_inputs_give_the_same_bits(events in prop::collection::vec(event(), 1..200)) {
        let (mut one, mut two) = (fresh(), fresh());
        for seen in inputs(&events) {
            let (a, out_a) = one.step(&seen);
            let (b, out_b) = two.step(&seen);
            let bits = |out: &ControlOutputs| {
                [out.terms.p, out.terms.i, out.terms.d, out.terms.feed_forward].map(f64::to_bits)
            };
            prop_assert_eq!(bits(&out_a), bits(&out_b));
            prop_assert_eq!(out_a, out_b);
            prop_assert_eq!(a, b);
            (one, two) = (a, b);
        }
    }

    /// The loop never counts a step by itself, and asks for its end until it is heard.
    #[test]
    fn the_step_is_the_interlocks(events in prop::collection::vec(event(), 1..200)) {
        let mut control = fresh();
        let mut step = StepIndex::FIRST;
        for seen in inputs(&events) {
            step = seen.permit.map_or(step, |permit| permit.step);
            let (next, out) = control.step(&seen);
            control = next;
            prop_assert_eq!(out.step, step);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// H-01, H-42: any electrode, world, set, ramp, and one pause anywhere.
    #[test]
    fn h42_any_world_and_pause_stays_below_2_k(
        index in 0..ELECTRODES.len(),
        set in 55.0..85.0_f64,
        ramp in 8.0..30.0_f64,
        numbers in (0.05..0.3_f64, 10..40_usize, 0.8..1.25_f64, 0.0..0.3_f64),
        base_c in 21.0..38.0_f64,
        pause in (0.1..30.0_f64, 0.0..60.0_f64),
        seed in any::<u64>(),
    ) {
        let (lag_s, delay_ms, gain, noise_k) = numbers;
        let world = World { lag_s, delay_ms, gain, noise_k, base_c, seed, sag: None };
        let case = &ELECTRODES[index];
        let steps = program(&[(celsius(set).as_f64(), ramp, 15.0, case.ceiling(set))]);
        let mut bench = Bench::new(steps, case, world);
        bench.pressed = true;
        bench.run(pause.0, |out| out.phase == Phase::Complete);
        if bench.rows.iter().all(|row| row.out.phase != Phase::Complete) {
            let figures = bench.run_step(pause.1, 150.0);
            prop_assert!(figures.done, "{figures:?}");
            prop_assert!(figures.over_true < 2.0, "{figures:?}");
        }
    }
}
