//! Whole sessions on the bench: what a person does and what comes of it.

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{
    Activation, AlarmId, ArmRefusal, Command, Event, Priority, RuleId, State, StopCause,
};
use rfa_units::{
    Contactor, EmergencyStop, Footswitch, GeneratorInstant, MilliWatts, Mode, Span, StepIndex,
    StopReason, TipReading,
};

#[test]
fn a_grant_says_all_of_it() {
    let mut bench = Bench::by_key().delivering(2_000);
    let outputs = bench.tick();
    let grant = outputs.grant.expect("delivering");
    assert_eq!(grant.session(), bench::SESSION);
    assert_eq!(grant.tick(), bench.tick);
    assert_eq!(grant.mode(), Mode::Thermal);
    assert_eq!(grant.channel().number(), 1);
    assert_eq!(grant.power(), MilliWatts::saturating(2_000));
    assert_eq!(grant.plan(), bench::PLAN);
    // Decision 6: the newest sample's stamp + 60 ms; the bench stamps 3 ms before the tick.
    let sampled = GeneratorInstant::from_micros(bench.now_us - 3_000);
    assert_eq!(grant.expires(), sampled.plus(Span::from_millis(60)));
    assert_eq!((outputs.k1, outputs.k2), (Contactor::Shut, Contactor::Shut));
    assert!(outputs.permit.delivering);
    assert_eq!(outputs.permit.granted, grant.power());
    assert_eq!(outputs.permit.ceiling, MilliWatts::saturating(8_600));
}

/// A step by key to its end: nothing but the step's own end ends it, and the plan is complete.
#[test]
fn key_starts_and_the_step_ends_the_plan() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.stop = Some(StopReason::StepDone);
    let outputs = bench.tick();
    assert_eq!((outputs.state, outputs.grant), (State::Stopping, None));
    assert!(bench.happened(Event::Stopped(StopCause::StepDone)));
    bench.controller.stop = None;
    let waited = bench.ticks_until(State::Idle, 20).expect("ends");
    assert!(waited >= 2, "RF is seen off before Idle, not assumed");
    let outputs = bench.tick();
    assert!(outputs.complete && bench.happened(Event::StepDone));
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::Complete));
}

/// Decision 1: with a footswitch the key is dead; without one it needs a signed-in operator.
#[test]
fn key_is_dead_where_a_footswitch_is_fitted() {
    let mut bench = Bench::by_pedal().armed();
    let outputs = bench.command(Command::Start);
    assert_eq!((outputs.state, outputs.refusal), (State::Armed, Some(ArmRefusal::UseFootswitch)));

    let mut bench = Bench::by_key().armed();
    bench.authorised = false;
    let outputs = bench.command(Command::Start);
    assert_eq!((outputs.state, outputs.refusal), (State::Armed, Some(ArmRefusal::NotSignedIn)));
    bench.authorised = true;
    assert_eq!(bench.command(Command::Start).state, State::Delivering);
}

/// H-27: the press is debounced 30 ms, the release never; lifting the foot keeps the arming.
#[test]
fn foot_starts_after_a_lasting_press_and_stops_at_once() {
    let mut bench = Bench::by_pedal().armed();
    bench.generator.footswitch = Footswitch::Pressed;
    assert_eq!(bench.run(3).state, State::Armed);
    assert_eq!(bench.tick().state, State::Delivering);
    bench.controller.power_mw = 2_000;
    bench.run(20);
    bench.generator.footswitch = Footswitch::Released;
    let outputs = bench.tick();
    assert_eq!((outputs.state, outputs.grant), (State::Stopping, None));
    assert!(bench.happened(Event::Stopped(StopCause::FootReleased)));
    assert!(bench.ticks_until(State::Armed, 10).is_some());
    // A press shorter than the debounce starts nothing.
    bench.run(3);
    for _ in 0..20 {
        bench.generator.footswitch = Footswitch::Pressed;
        bench.run(3);
        bench.generator.footswitch = Footswitch::Released;
        assert_eq!(bench.tick().state, State::Armed);
    }
    let spent = bench.tick().time_on;
    bench.activate();
    bench.run(10);
    assert!(bench.tick().time_on > spent, "the step's time goes on where it stood");
}

/// H-26: a foot that is down at arming arms nothing, and one that stays down starts nothing.
#[test]
fn foot_down_at_arming_arms_nothing() {
    let mut bench = Bench::by_pedal().idle();
    bench.generator.footswitch = Footswitch::Pressed;
    bench.run(5);
    let outputs = bench.command(Command::Arm);
    assert_eq!((outputs.state, outputs.refusal), (State::Idle, Some(ArmRefusal::Footswitch)));
    assert!(outputs.active.contains(AlarmId::Al14));
    bench.generator.footswitch = Footswitch::Released;
    assert!(!bench.tick().active.contains(AlarmId::Al14));
    assert_eq!(bench.command(Command::Arm).state, State::Armed);
}

/// A gate: RF is off, the check is confirmed by a signed-in operator, then arm, then activate.
#[test]
fn a_gate_needs_its_check_and_a_fresh_activation() {
    let mut second = limit(75, 7_000, 60);
    second.check_before = true;
    let third = second;
    let steps = [limit(70, 8_600, 60), second, third];
    let mut bench = Bench::new(spec(Activation::Key, &steps)).delivering(2_000);
    for step in 1..=2 {
        bench.controller.stop = Some(StopReason::StepDone);
        bench.tick();
        bench.controller.stop = None;
        bench.ticks_until(State::Idle, 20).expect("ends");
        let outputs = bench.tick();
        assert!(outputs.check_due && !outputs.complete);
        assert_eq!(Some(outputs.permit.step), StepIndex::new(step));
        assert_eq!((outputs.time_on, outputs.energy.get()), (Span::ZERO, 0));
        assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::CheckDue));
        bench.authorised = false;
        let outputs = bench.command(Command::ConfirmCheck);
        assert_eq!(outputs.refusal, Some(ArmRefusal::NotSignedIn));
        bench.authorised = true;
        let outputs = bench.command(Command::ConfirmCheck);
        assert!(!outputs.check_due && bench.happened(Event::CheckConfirmed));
        assert_eq!(bench.run(500).state, State::Idle, "a check starts nothing");
        assert_eq!(bench.command(Command::Arm).state, State::Armed);
        assert_eq!(bench.run(500).state, State::Armed, "arming starts nothing");
        bench.command(Command::Start);
        assert_eq!(bench.run(30).state, State::Delivering);
        bench.command(Command::Stop);
        bench.ticks_until(State::Idle, 20).expect("ends");
        assert!(!bench.tick().check_due, "a pause inside a step needs no new check");
        bench.command(Command::Arm);
        bench.tick();
        bench.command(Command::Start);
        assert_eq!(bench.run(30).state, State::Delivering);
    }
}

/// Part c: an arming nobody activates ends after 60 s.
#[test]
fn armed_ends_after_a_minute() {
    let mut bench = Bench::by_key().armed();
    // armed(): the arming tick and one more.
    assert_eq!(bench.run(5_998).state, State::Armed);
    assert_eq!(bench.tick().state, State::Idle);
}

/// I7, I12, I15: acknowledge, reset, arm, activate, each by a signed-in operator.
#[test]
fn a_trip_is_left_by_two_acts() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.tip_mc(96_000);
    bench.generator.power_mw = Some(0);
    bench.tick();
    assert_eq!(bench.state(), State::Tripped);
    bench.run(30);
    let refused = |bench: &mut Bench, command| bench.command(command).refusal;
    assert_eq!(refused(&mut bench, Command::Reset), Some(ArmRefusal::NotAcknowledged));
    bench.authorised = false;
    assert_eq!(refused(&mut bench, Command::Acknowledge), Some(ArmRefusal::NotSignedIn));
    bench.authorised = true;
    let outputs = bench.command(Command::Acknowledge);
    assert!(outputs.acknowledged && bench.happened(Event::Acknowledged));
    // The jump to 96 °C was H-06's; it has to be gone for 2 s, and T under the limit.
    let fault = Some(ArmRefusal::FaultPresent(AlarmId::Al01));
    bench.run(220);
    assert_eq!(refused(&mut bench, Command::Reset), fault);
    bench.tip_mc(90_000);
    bench.tick();
    assert_eq!(refused(&mut bench, Command::Reset), fault, "90 °C is still over set + 5 K");
    bench.tip_mc(72_000);
    bench.run(205);
    let outputs = bench.command(Command::Reset);
    assert_eq!((outputs.state, outputs.trips, outputs.trip), (State::Idle, 1, None));
    assert!(outputs.latched.is_empty() && bench.happened(Event::Reset));
}

/// Part b: a sensor has to have read well for 2 s before a reset.
#[test]
fn a_reset_waits_for_two_good_seconds() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.generator.tip = TipReading::Open;
    assert_eq!(bench.tick().state, State::Tripped);
    bench.tip_mc(37_000);
    bench.run(20);
    bench.command(Command::Acknowledge);
    // 199 ticks after the last bad one.
    bench.run(177);
    let fault = Some(ArmRefusal::FaultPresent(AlarmId::Al04));
    assert_eq!(bench.command(Command::Reset).refusal, fault);
    assert_eq!(bench.command(Command::Reset).state, State::Idle);
}

/// I13: the third reset locks out, and the count survives a power cycle.
#[test]
fn third_reset_locks_out() {
    let mut bench = Bench::by_key();
    for trips in 1..=3_u8 {
        bench.power_cycle(trips - 1);
        bench = bench.armed();
        bench.generator.emergency_stop = EmergencyStop::Pressed;
        assert_eq!(bench.tick().state, State::Tripped);
        bench.generator.emergency_stop = EmergencyStop::Released;
        bench.tick();
        bench.command(Command::Acknowledge);
        let outputs = bench.command(Command::Reset);
        assert_eq!(outputs.trips, trips);
        let expected = if trips == 3 { State::Lockout } else { State::Idle };
        assert_eq!(outputs.state, expected);
        assert_eq!(outputs.active.contains(AlarmId::Al27), trips == 3);
    }
    assert_eq!(bench.run(100).state, State::Lockout);
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::WrongState));
    for kept in [3, 4, u8::MAX] {
        let mut bench = Bench::by_key();
        bench.power_cycle(kept);
        assert_eq!(bench.state(), State::Lockout, "before the first tick");
        let outputs = bench.tick();
        assert_eq!((outputs.state, outputs.trips), (State::Lockout, 3));
        assert_eq!((outputs.k1, outputs.k2), (Contactor::Open, Contactor::Open));
        assert!(outputs.latched.contains(AlarmId::Al27));
        // The generator's own self-test works its contactors: that is no welded one.
        bench.generator.k1 = Some(Contactor::Shut);
        bench.generator.k2 = Some(Contactor::Shut);
        assert!(!bench.run(20).latched.contains(AlarmId::Al03));
    }
}

/// Decision 4: an emergency stop opens K2 too and ends in Tripped, from Idle as well.
#[test]
fn emergency_stop_opens_both_and_can_be_left() {
    for contacts in [EmergencyStop::Pressed, EmergencyStop::Disagree] {
        for mut bench in [Bench::by_key().idle(), Bench::by_key().delivering(2_000)] {
            bench.generator.emergency_stop = contacts;
            let outputs = bench.tick();
            assert_eq!(outputs.state, State::Tripped);
            assert_eq!((outputs.k1, outputs.k2), (Contactor::Open, Contactor::Open));
            assert_eq!(bench.tripped_by(), Some((RuleId::H49, AlarmId::Al18)));
            bench.command(Command::Acknowledge);
            let refusal = bench.command(Command::Reset).refusal;
            assert_eq!(refusal, Some(ArmRefusal::EmergencyStop));
            bench.generator.emergency_stop = EmergencyStop::Released;
            assert_eq!(bench.run(10).k2, Contactor::Open);
            let outputs = bench.command(Command::Reset);
            assert_eq!((outputs.state, outputs.k2), (State::Idle, Contactor::Shut));
        }
    }
}

/// Every reason not to arm, one at a time.
#[test]
fn arming_says_why_not() {
    type Spoil = fn(&mut Bench);
    let cases: [(Spoil, ArmRefusal); 10] = [
        (|b| b.authorised = false, ArmRefusal::NotSignedIn),
        (|b| b.ready.self_test = false, ArmRefusal::SelfTest),
        (|b| b.ready.hard_limits = false, ArmRefusal::HardLimits),
        (|b| b.ready.recorder = false, ArmRefusal::Recorder),
        (|b| b.ready.checklist = false, ArmRefusal::Checklist),
        (|b| b.controller.silent = true, ArmRefusal::LinkStale),
        (|b| b.generator.silent = true, ArmRefusal::LinkStale),
        (|b| b.console = false, ArmRefusal::LinkStale),
        (|b| b.generator.impedance_mohm = None, ArmRefusal::FaultPresent(AlarmId::Al08)),
        (|b| b.tip_mc(29_000), ArmRefusal::FaultPresent(AlarmId::Al04)),
    ];
    for (spoil, refusal) in cases {
        let mut bench = Bench::by_key().idle();
        spoil(&mut bench);
        bench.run(60);
        let outputs = bench.command(Command::Arm);
        assert_eq!((outputs.state, outputs.refusal), (State::Idle, Some(refusal)));
    }
    // A footswitch where the plan has none, and none where it has one.
    let mut bench = Bench::by_key().idle();
    bench.generator.footswitch = Footswitch::Released;
    bench.run(5);
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::Footswitch));
}

/// H-14, H-15: without an impedance there is no baseline, so one sample without it is enough.
#[test]
fn arming_needs_an_impedance() {
    let mut bench = Bench::by_key().idle();
    bench.generator.impedance_mohm = None;
    let outputs = bench.command(Command::Arm);
    let refusal = Some(ArmRefusal::FaultPresent(AlarmId::Al08));
    assert_eq!((outputs.state, outputs.refusal), (State::Idle, refusal));
    bench.generator.impedance_mohm = Some(250_000);
    assert_eq!(bench.command(Command::Arm).state, State::Armed);
}

/// H-20, H-22, H-23 in Idle: no trip, a medium alarm, no arming.
#[test]
fn silent_links_do_not_trip_idle() {
    let mut bench = Bench::by_key().idle();
    bench.controller.silent = true;
    bench.generator.silent = true;
    bench.console = false;
    let outputs = bench.run(100);
    assert_eq!(outputs.state, State::Idle);
    for alarm in [AlarmId::Al11, AlarmId::Al12, AlarmId::Al19] {
        assert!(outputs.active.contains(alarm), "{alarm:?}");
        assert_eq!(alarm.priority_in(State::Idle), Priority::Medium);
        assert!(!outputs.latched.contains(alarm));
    }
}
