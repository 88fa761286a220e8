//! What ends a step of a session on the bench, and what only advises.

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{
    Activation, AlarmId, ArmRefusal, Command, Event, RuleId, State, StepLimit, StopCause,
};
use rfa_units::{MilliJoules, MilliWatts, Span, StepIndex, StopReason};

/// H-30, H-31, I17: output ends at the step's time and energy, within a tick; no more of it.
#[test]
fn time_and_energy_end_the_step() {
    let mut short = limit(70, 8_600, 1);
    short.energy_max = MilliJoules::saturating(90_000_000);
    let mut bench = Bench::new(spec(Activation::Key, &[short])).delivering(2_000);
    bench.ticks_until(State::Stopping, 200).expect("ends");
    assert!(bench.happened(Event::Stopped(StopCause::TimeLimit)));
    assert_eq!(bench.tick().time_on, Span::from_secs(1));
    bench.ticks_until(State::Idle, 20).expect("ends");
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::BudgetSpent));

    assert!(bench.tick().energy.get() > 1_800);
}

/// H-30: 1 s past the hold output ends by the interlock's own count of the time within 2 K of the
/// set temperature, whatever the controller's timer says; a pause is not counted.
#[test]
fn a_hold_ends_one_second_late_at_most() {
    let mut step = limit(70, 8_600, 60);
    step.hold = Span::from_secs(5);
    let started = || {
        let mut bench = Bench::new(spec(Activation::Key, &[step])).delivering(2_000);
        bench::warm_to(&mut bench, 67_980);
        bench.run(900);
        assert_eq!(bench.state(), State::Delivering, "2.02 K below is no hold");
        bench.tip_mc(68_020);
        bench
    };
    let mut bench = started();
    assert_eq!(bench.ticks_until(State::Stopping, 700), Some(600));
    assert!(bench.happened(Event::Stopped(StopCause::TimeLimit)));
    bench.ticks_until(State::Idle, 20).expect("ends");
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::BudgetSpent));

    // A pause at temperature: what was held is kept, and the loop's filter has 500 ms to return.
    let mut bench = started();
    assert_eq!(bench.run(300).state, State::Delivering);
    bench.command(Command::Stop);
    // H-13 would judge a tip that has not cooled after half a second more.
    bench.run(300);
    bench.command(Command::Arm);
    bench.tick();
    assert_eq!(bench.command(Command::Start).state, State::Delivering);
    // 301 ticks before the pause, the stop's own among them, and 50 of the filter's.
    assert_eq!(bench.ticks_until(State::Stopping, 700), Some(600 - 301 + 50));
}

/// H-31: 2 J at 2 W, with a readback 50 % low and one 20 % high: the larger power counts.
#[test]
fn energy_is_what_was_granted_or_measured_whichever_is_more() {
    for (readback_mw, ticks) in [(1_000, 104..=106), (2_400, 88..=91)] {
        let mut small = limit(70, 8_600, 60);
        small.energy_max = MilliJoules::saturating(2_000);
        let mut bench = Bench::new(spec(Activation::Key, &[small])).armed();
        bench.controller.power_mw = 2_000;
        bench.command(Command::Start);
        // As long as the grant takes to rise.
        bench.run(12);
        bench.generator.power_mw = Some(readback_mw);
        bench.ticks_until(State::Stopping, 300).expect("ends");
        assert!(bench.happened(Event::Stopped(StopCause::EnergyLimit)));
        let on = bench.outputs.expect("ticked").time_on.as_millis() / 10;
        assert!(ticks.contains(&on), "{readback_mw} mW read back: {on} ticks");
        // What is still measured while output ends counts too.
        let energy_mj = bench.tick().energy.get();
        assert!((2_000..2_100).contains(&energy_mj), "{energy_mj} mJ");
        let later_mj = bench.tick().energy.get();
        assert_eq!(later_mj - energy_mj, readback_mw / 100);
    }
}

/// The controller may stop and never start; a request for another step is none.
#[test]
fn the_controller_can_only_stop() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.stop = Some(StopReason::Fault);
    assert_eq!(bench.tick().state, State::Tripped, "H-20: it cannot go on");
    bench.controller.stop = None;
    assert_eq!(bench.run(300).state, State::Tripped);
    assert_eq!(bench.tick().permit.step, StepIndex::FIRST);

    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.step = StepIndex::new(3);
    bench.controller.stop = Some(StopReason::StepDone);
    assert_eq!(bench.tick().state, State::Stopping);
    assert!(bench.happened(Event::Stopped(StopCause::Controller)));
    (bench.controller.step, bench.controller.stop) = (None, None);
    bench.ticks_until(State::Idle, 20).expect("ends");
    assert_eq!(bench.run(300).state, State::Idle);
    assert_eq!(bench.tick().permit.step, StepIndex::FIRST);

    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.step = StepIndex::new(3);
    assert_eq!(bench.tick().permit.granted, MilliWatts::MIN);
    let ticks = bench.ticks_until(State::Tripped, 5);
    assert_eq!(ticks, Some(2), "30 ms of requests for another step are silence");
    assert_eq!(bench.tripped_by(), Some((RuleId::H20, AlarmId::Al12)));
}

/// AL-20 comes at twice the step's own ramp, whatever it is.
#[test]
fn al20_waits_for_twice_the_planned_ramp() {
    for ramp_s in [5, 15, 60] {
        let step = StepLimit { ramp: Span::from_secs(ramp_s), ..limit(70, 3_000, 300) };
        let mut bench = Bench::new(spec(Activation::Key, &[step])).delivering(2_000);
        bench::warm_to(&mut bench, 44_000);
        let since = bench.now_us;
        while !bench.tick().active.contains(AlarmId::Al20) {
            assert!(bench.now_us - since < 130_000_000, "ramp {ramp_s} s: never");
        }
        let waited_ms = (bench.now_us - since) / 1_000;
        // The bench has delivered for 1.3 s before the count here begins.
        let expected_ms = 2_000 * ramp_s - 1_500..=2_000 * ramp_s - 1_000;
        assert!(expected_ms.contains(&waited_ms), "ramp {ramp_s} s: after {waited_ms} ms");
    }
}

/// H-45, AL-20, AL-21, AL-25: advice ends nothing.
#[test]
fn advice_ends_nothing() {
    let steps = [limit(70, 3_000, 300)];
    let mut bench = Bench::new(spec(Activation::Key, &steps)).delivering(3_000);
    bench::warm_to(&mut bench, 44_000);
    bench.run(500);
    assert!(bench.tick().active.contains(AlarmId::Al25));
    assert!(!bench.tick().active.contains(AlarmId::Al20));
    assert!(!bench.tick().active.contains(AlarmId::Al21), "a ramp is not a hold");
    bench.run(2_500);
    assert!(bench.tick().active.contains(AlarmId::Al20));
    bench::warm_to(&mut bench, 69_000);
    assert!(!bench.tick().active.contains(AlarmId::Al20));
    bench::warm_to(&mut bench, 64_000);
    bench.run(510);
    assert!(bench.tick().active.contains(AlarmId::Al21));
    bench.ready.recorder = false;
    let outputs = bench.tick();
    assert!(outputs.active.contains(AlarmId::Al23));
    assert_eq!(outputs.state, State::Delivering);
    assert!(outputs.latched.is_empty());
    assert_eq!(bench.run(3).state, State::Delivering);
}
