//! The step program: phases, the lesion timer, pauses, the interlock's own step count, bad input.
#![allow(missing_docs, reason = "a test file")]

mod common;

use common::{Bench, ElectrodeCase, World, celsius, program, report, telemetry, watts};
use rfa_control::{Control, ControlError, ControlInputs, ControlOutputs, Phase, RAMP_MIN};
use rfa_units::{
    Bounded, GeneratorInstant, HostInstant, MilliWatts, Mode, Permit, Span, StepIndex, StopReason,
    Telemetry, TipReading,
};

fn bench(steps: &[(f64, f64, f64, f64)]) -> Bench {
    Bench::new(program(steps), ElectrodeCase::named("20G 5 mm"), World::default())
}

#[test]
fn refuses_what_it_cannot_run() {
    let mut empty = program(&[(60.0, 15.0, 5.0, 9.0)]);
    empty.steps = Bounded::new();
    assert_eq!(Control::new(empty), Err(ControlError::NoSteps));
    let mut pulsed = program(&[(60.0, 15.0, 5.0, 9.0)]);
    pulsed.mode = Mode::Pulsed;
    assert_eq!(Control::new(pulsed), Err(ControlError::NotThermal { mode: Mode::Pulsed }));
    let mut bare = program(&[(60.0, 15.0, 5.0, 9.0)]);
    bare.ceilings = Bounded::new();
    assert_eq!(Control::new(bare), Err(ControlError::Ceilings { steps: 1, ceilings: 0 }));
    let fast = Control::new(program(&[(60.0, 15.0, 5.0, 9.0), (65.0, 0.5, 5.0, 9.0)]));
    let ramp = Span::from_millis(500);
    assert_eq!(fast, Err(ControlError::RampTooShort { step: 1, ramp, min: RAMP_MIN }));
    let text = fast.expect_err("refused").to_string();
    assert_eq!(text, "program.steps[1].ramp: 0.5 s is below 1 s; give a ramp of 1 s or more");
}

#[test]
fn goes_through_its_phases_in_order() {
    let mut bench = bench(&[(60.0, 10.0, 5.0, 11.0), (65.0, 10.0, 5.0, 9.7)]);
    for rest in [1.0, 20.0] {
        let figures = bench.run_step(rest, 60.0);
        assert!(figures.done);
    }
    bench.run(1.0, |_| false);
    let mut phases: Vec<(usize, Phase)> =
        bench.rows.iter().map(|row| (row.out.step.get(), row.out.phase)).collect();
    phases.dedup();
    use Phase::{Complete, Gate, Hold, Ramp, Waiting};
    let first = [(0, Waiting), (0, Ramp), (0, Hold), (0, Gate)];
    let second = [(1, Waiting), (1, Ramp), (1, Hold), (1, Complete)];
    assert_eq!(phases[..4], first);
    assert_eq!(phases[4..8], second);
    // The stand-in's count then goes past the last step: still complete, still without power.
    assert!(phases[8..].iter().all(|(_, phase)| *phase == Complete));
}

#[test]
fn the_lesion_timer_starts_at_set_less_2_and_counts_hold_time() {
    let mut bench = bench(&[(60.0, 10.0, 5.0, 11.0)]);
    bench.run_step(1.0, 60.0);
    let hold = bench.rows.iter().position(|row| row.out.phase == Phase::Hold).expect("held");
    let row = bench.rows[hold];
    assert!((row.sensed - 58.0).abs() < 0.5, "{row:?}");
    assert_eq!(row.out.held, Span::ZERO);
    let last = bench.rows.last().expect("rows");
    assert!((last.t - row.t - 5.0).abs() < 0.011, "{} to {}", row.t, last.t);
    assert_eq!(last.out.left, Span::ZERO);
}

/// AL-21: more than 5 K below the set temperature is no dose.
#[test]
fn al21_time_out_of_band_is_not_counted() {
    let mut bench = bench(&[(60.0, 10.0, 20.0, 11.0)]);
    bench.run(1.0, |_| false);
    bench.pressed = true;
    bench.run(30.0, |out| out.held >= Span::from_secs(2));
    // Power withheld: the tip cools out of the band; still one activation.
    bench.grant_max = 0.0;
    bench.run(4.0, |_| false);
    let held = bench.rows.last().expect("rows").out.held;
    bench.run(3.0, |_| false);
    let later = bench.rows.last().expect("rows").out;
    assert!(later.phase == Phase::Hold && later.held == held, "{held} {later:?}");
    bench.grant_max = 500.0;
    let end = bench.run(60.0, |out| out.phase == Phase::Complete);
    assert_eq!(end.held, Span::from_secs(20));
    let peak = bench.rows.iter().map(|row| row.truth).fold(0.0, f64::max);
    assert!(peak < 61.0, "{peak}");
}

/// A wash that takes 7 K in a second (as fast as cerebrospinal fluid does) and ends at once is
/// answered with a rebound that stays well below H-01's 5 K.
#[test]
fn h01_a_cold_wash_in_hold_does_not_rebound_by_3_k() {
    let mut bench = bench(&[(70.0, 10.0, 40.0, 8.6)]);
    bench.run(1.0, |_| false);
    bench.pressed = true;
    bench.run(30.0, |out| out.held >= Span::from_secs(5));
    let from = bench.rows.len();
    for _ in 0..100 {
        (0..10).for_each(|_| bench.plant.advance_ms(-1.5));
        bench.tick();
    }
    bench.run(60.0, |out| out.phase == Phase::Complete);
    let after = &bench.rows[from..];
    let low = after.iter().map(|row| row.truth).fold(100.0, f64::min);
    let high = after.iter().map(|row| row.truth).fold(0.0, f64::max);
    println!("cold wash: {low:.2} to {high:.2} °C");
    assert!(low < 65.0 && high < 73.0, "{low} {high}");
}

#[test]
fn a_pause_keeps_what_was_held_and_ramps_again() {
    let mut bench = bench(&[(60.0, 10.0, 10.0, 11.0)]);
    bench.run(1.0, |_| false);
    bench.pressed = true;
    let before = bench.run(30.0, |out| out.held >= Span::from_secs(4));
    bench.pressed = false;
    let paused = bench.run(5.0, |_| false);
    assert_eq!((paused.phase, paused.target), (Phase::Waiting, None));
    assert_eq!(
        (paused.held, paused.reached),
        (before.held.plus(Span::from_millis(10)), before.reached)
    );
    bench.pressed = true;
    let again = bench.run(30.0, |out| out.phase == Phase::Ramp);
    assert!(again.target.expect("a target") < celsius(59.0), "{again:?}");
    let end = bench.run(30.0, |out| out.phase == Phase::Complete);
    assert_eq!((end.held, end.reached), (Span::from_secs(10), before.reached));
}

/// One tick by hand.
struct Hand {
    control: Control,
    tick: u64,
    permit: Permit,
}

impl Hand {
    fn new() -> Self {
        let steps = program(&[(60.0, 10.0, 1.0, 8.0), (65.0, 10.0, 1.0, 8.0)]);
        let ceiling = watts(8.0);
        let granted = MilliWatts::MIN;
        let permit = Permit { delivering: true, step: StepIndex::FIRST, granted, ceiling };
        Self { control: Control::new(steps).expect("a program"), tick: 0, permit }
    }

    fn tick(&mut self, tip: Option<TipReading>) -> ControlOutputs {
        self.tick += 1;
        let mut frames = Bounded::<Telemetry, 4>::new();
        if let Some(tip) = tip {
            let at = GeneratorInstant::from_micros(self.tick * 10_000);
            frames.push(telemetry(at, report(tip, 0.0, 0.0))).expect("room");
        }
        let now = HostInstant::from_micros(self.tick * 10_000);
        let permit = Some(self.permit);
        let inputs = ControlInputs { tick: self.tick, now, telemetry: frames, permit };
        let (next, out) = self.control.step(&inputs);
        self.control = next;
        out
    }

    fn heat(&mut self, ticks: u64, c: f64) -> ControlOutputs {
        (0..ticks).map(|_| self.tick(Some(TipReading::Valid(celsius(c))))).last().expect("a tick")
    }
}

#[test]
fn one_or_two_lost_samples_hold_the_power_and_more_end_it() {
    let mut hand = Hand::new();
    let before = hand.heat(100, 37.0);
    assert!(before.request.power > MilliWatts::MIN);
    for _ in 0..2 {
        let held = hand.tick(None);
        assert_eq!((held.request.power, held.request.stop), (before.request.power, None));
    }
    hand.heat(1, 37.0);
    let outs: Vec<_> = (0..9).map(|_| hand.tick(None).request).collect();
    assert!(outs[7].stop.is_none() && outs[7].power > MilliWatts::MIN, "80 ms: {outs:?}");
    assert_eq!((outs[8].power, outs[8].stop), (MilliWatts::MIN, Some(StopReason::Fault)));
    // Good readings do not bring it back while the interlock still delivers.
    let after = hand.heat(10, 37.0).request;
    assert_eq!((after.power, after.stop), (MilliWatts::MIN, Some(StopReason::Fault)));
    hand.permit.delivering = false;
    assert_eq!(hand.heat(1, 37.0).request.stop, None);
    hand.permit.delivering = true;
    assert_eq!(hand.heat(2, 37.0).phase, Phase::Ramp);
}

#[test]
fn an_invalid_reading_ends_power_in_the_same_tick() {
    for tip in [TipReading::Open, TipReading::Faulty] {
        let mut hand = Hand::new();
        assert!(hand.heat(100, 37.0).request.power > MilliWatts::MIN);
        let out = hand.tick(Some(tip)).request;
        assert_eq!((out.power, out.stop), (MilliWatts::MIN, Some(StopReason::Fault)));
    }
}

#[test]
fn delivering_without_any_reading_is_a_fault() {
    let out = Hand::new().tick(None);
    assert_eq!((out.request.stop, out.phase), (Some(StopReason::Fault), Phase::Waiting));
}

/// A generator that repeats its last frame is silent.
#[test]
fn repeated_telemetry_is_no_telemetry() {
    let mut hand = Hand::new();
    hand.heat(100, 37.0);
    let at = GeneratorInstant::from_micros(hand.tick * 10_000);
    let stale = telemetry(at, report(TipReading::Valid(celsius(37.0)), 0.0, 0.0));
    let mut last = None;
    for tick in 101..110 {
        let mut frames = Bounded::new();
        frames.push(stale).expect("room");
        let now = HostInstant::from_micros(tick * 10_000);
        let inputs = ControlInputs { tick, now, telemetry: frames, permit: Some(hand.permit) };
        let (next, out) = hand.control.step(&inputs);
        hand.control = next;
        last = Some(out.request);
    }
    assert_eq!(last.expect("a request").stop, Some(StopReason::Fault));
}

#[test]
fn step_done_is_asked_until_the_interlock_stops_and_counts() {
    let mut hand = Hand::new();
    hand.heat(2, 59.9);
    let done = hand.heat(150, 59.9);
    assert_eq!((done.phase, done.request.stop), (Phase::Gate, Some(StopReason::StepDone)));
    assert_eq!(done.request.power, MilliWatts::MIN);
    // Not heard: asked again, and the step is not counted here.
    let again = hand.heat(50, 59.9);
    assert_eq!((again.step, again.request.stop), (StepIndex::FIRST, Some(StopReason::StepDone)));
    hand.permit.delivering = false;
    let off = hand.heat(1, 59.9);
    assert_eq!((off.phase, off.request.stop), (Phase::Gate, None));
    hand.permit.step = StepIndex::new(1).expect("a step");
    let next = hand.heat(1, 59.9);
    assert_eq!((next.phase, next.step, next.held), (Phase::Waiting, hand.permit.step, Span::ZERO));
    assert_eq!(next.set, celsius(65.0));
}

/// The margin the gains are derived with: a plant twice or half as strong as it was in the ramp.
#[test]
fn a_plant_that_doubles_or_halves_in_hold_stays_stable() {
    for (gain, electrode) in [(2.0, "22G 2 mm"), (2.0, "18G 10 mm"), (0.5, "20G 5 mm")] {
        let case = ElectrodeCase::named(electrode);
        let world = World { lag_s: 0.3, delay_ms: 40, ..World::default() };
        let mut bench = Bench::new(program(&[(70.0, 15.0, 60.0, 30.0)]), case, world);
        bench.run(1.0, |_| false);
        bench.pressed = true;
        bench.run(30.0, |out| out.held >= Span::from_secs(10));
        bench.world.gain = gain;
        bench.run(90.0, |out| out.phase == Phase::Complete);
        let rows = &bench.rows[bench.rows.len() - 1_000..];
        let worst = rows.iter().map(|row| (row.truth - 70.0).abs()).fold(0.0, f64::max);
        assert!(worst < 0.3, "{electrode} x {gain}: {worst}");
    }
}
