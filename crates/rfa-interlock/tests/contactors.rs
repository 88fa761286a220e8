//! H-54: K1 and K2 read back as they were commanded, or output ends.

mod bench;

use bench::{Bench, holds, trips};
use rfa_interlock::{AlarmId, ArmRefusal, Command, RuleId, State};
use rfa_units::{Contactor, EmergencyStop, Supply};

const DID_NOT_FOLLOW: Option<(RuleId, AlarmId)> = Some((RuleId::H54, AlarmId::Al11));

/// A generator that drops out by itself ends output in two samples, not by AL-20 after 30 s.
#[test]
fn h54_a_contactor_that_drops_out_trips() {
    trips(RuleId::H54, AlarmId::Al11, 2, |b| b.generator.k2 = Some(Contactor::Open));
    trips(RuleId::H54, AlarmId::Al11, 2, |b| b.generator.k1 = Some(Contactor::Open));
    for k1 in [true, false] {
        holds(|b| {
            let open = Some(Contactor::Open);
            let spoilt = if k1 { &mut b.generator.k1 } else { &mut b.generator.k2 };
            *spoilt = open;
            b.tick();
            (b.generator.k1, b.generator.k2) = (None, None);
        });
    }
}

/// A brown-out has its own name.
#[test]
fn h54_leaves_a_brown_out_to_h55() {
    trips(RuleId::H55, AlarmId::Al11, 1, |b| {
        b.generator.supply = Supply::BrownOut;
        b.generator.k2 = Some(Contactor::Open);
    });
}

/// Armed with K2 open: no K1 is shut on it; in Idle it refuses the arming.
#[test]
fn h54_k2_open_trips_armed_and_refuses_arming() {
    let mut bench = Bench::by_key().armed();
    bench.generator.k2 = Some(Contactor::Open);
    // The arming is 20 ms old, K2 was shut long before.
    assert_eq!(bench.ticks_until(State::Tripped, 20), Some(2));
    assert_eq!(bench.tripped_by(), DID_NOT_FOLLOW);
    bench.command(Command::Acknowledge);
    let present = Some(ArmRefusal::FaultPresent(AlarmId::Al11));
    assert_eq!(bench.command(Command::Reset).refusal, present);
    let mut bench = Bench::by_key().idle();
    bench.generator.k2 = Some(Contactor::Open);
    bench.run(20);
    let outputs = bench.command(Command::Arm);
    assert_eq!((outputs.state, outputs.refusal), (State::Idle, present));
    bench.generator.k2 = None;
    bench.run(5);
    assert_eq!(bench.command(Command::Arm).state, State::Armed);
}

/// K1 has 60 ms to shut, and not more.
#[test]
fn h54_k1_has_60_ms_to_shut() {
    let started = || {
        let mut bench = Bench::by_key().armed();
        bench.generator.k1 = Some(Contactor::Open);
        bench.command(Command::Start);
        assert_eq!(bench.run(6).state, State::Delivering);
        bench
    };
    let mut late = started();
    late.generator.k1 = None;
    assert_eq!(late.run(100).state, State::Delivering);
    let mut never = started();
    assert_eq!(never.ticks_until(State::Tripped, 20), Some(1), "60 ms, and a second sample");
    assert_eq!(never.tripped_by(), DID_NOT_FOLLOW);
}

/// K2 that stays shut after an emergency stop is a hard fault; one that opens late is none.
#[test]
fn h54_a_welded_k2_locks_out() {
    let stopped = || {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.generator.k2 = Some(Contactor::Shut);
        bench.generator.emergency_stop = EmergencyStop::Pressed;
        assert_eq!(bench.tick().state, State::Tripped);
        assert_eq!(bench.run(9).state, State::Tripped);
        bench
    };
    let mut late = stopped();
    late.generator.k2 = None;
    assert_eq!(late.run(100).state, State::Tripped);
    let mut welded = stopped();
    assert_eq!(welded.ticks_until(State::Lockout, 20), Some(1));
    assert!(welded.tick().latched.contains(AlarmId::Al03));
    // In SelfTest it is the self-test's own to answer for.
    let mut bench = Bench::by_key();
    bench.ready.self_test = false;
    bench.generator.k2 = Some(Contactor::Shut);
    assert_eq!(bench.run(100).state, State::SelfTest);
    assert!(bench.tick().active.is_empty());
}
