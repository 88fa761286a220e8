//! Rules on links, switches and time at their thresholds, beside twins just below (hazards.md
//! a.3, decision 8).

mod bench;

use bench::{Bench, TICK_US, holds, trips};
use rfa_interlock::{AlarmId, ArmRefusal, Command, LinkReport, RuleId, State};
use rfa_units::{Bounded, Contactor, EmergencyStop, Footswitch, StopReason, Supply, TipReading};

#[test]
fn h20_controller_silent_30_ms() {
    trips(RuleId::H20, AlarmId::Al12, 3, |b| b.controller.silent = true);
    holds(|b| {
        b.controller.silent = true;
        b.run(2);
        b.controller.silent = false;
    });
}

/// A controller that cannot go on is no ordinary stop; a step that is done is one.
#[test]
fn h20_controller_says_it_cannot_go_on() {
    trips(RuleId::H20, AlarmId::Al12, 1, |b| b.controller.stop = Some(StopReason::Fault));
    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.stop = Some(StopReason::StepDone);
    assert_eq!(bench.tick().state, State::Stopping);
}

#[test]
fn h22_generator_silent_60_ms_or_hung_up() {
    trips(RuleId::H22, AlarmId::Al11, 6, |b| b.generator.silent = true);
    holds(|b| {
        b.generator.silent = true;
        b.run(5);
        b.generator.silent = false;
    });
    trips(RuleId::H22, AlarmId::Al11, 1, |b| b.link.hung_up = true);
}

/// H-22: with nobody to show RF off after a trip, K2 opens as well; a readback leaves it shut.
#[test]
fn h22_silence_after_a_trip_opens_k2() {
    for (silent_for, k2) in [(15, Contactor::Shut), (16, Contactor::Open)] {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.generator.silent = true;
        bench.run(silent_for);
        bench.generator.silent = false;
        let outputs = bench.run(50);
        assert_eq!((outputs.state, outputs.k2), (State::Tripped, k2), "{silent_for} ticks");
        assert_eq!(bench.tripped_by(), Some((RuleId::H22, AlarmId::Al11)));
    }
}

/// H-22, H-05: where nothing is armed a generator that goes away is no trip; but an output that
/// sticks now would be seen by nobody, so K2 opens until the generator has been heard for 2 s.
#[test]
fn h22_silence_at_rest_opens_k2_until_it_is_heard() {
    let mut bench = Bench::by_key().idle();
    bench.generator.silent = true;
    let k2 = |outputs: rfa_interlock::Outputs| (outputs.state, outputs.k2);
    assert_eq!(k2(bench.run(15)), (State::Idle, Contactor::Shut));
    assert_eq!(k2(bench.tick()), (State::Idle, Contactor::Open));
    assert_eq!(k2(bench.run(500)), (State::Idle, Contactor::Open));
    // It comes back, and had not heard the order: no welded contactor (H-54).
    bench.generator.silent = false;
    bench.generator.k2 = Some(Contactor::Shut);
    bench.run(4);
    bench.generator.k2 = None;
    assert_eq!(k2(bench.run(190)), (State::Idle, Contactor::Open));
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::LinkStale));
    assert_eq!(k2(bench.run(10)), (State::Idle, Contactor::Shut));
    bench.run(10);
    assert_eq!(bench.command(Command::Arm).state, State::Armed);
}

#[test]
fn h22_h24_three_bad_frames_in_a_second() {
    let bad = |corrupt: u8, refused: u8| LinkReport { corrupt, refused, ..LinkReport::default() };
    for (one, rule) in [(bad(1, 0), RuleId::H22), (bad(0, 1), RuleId::H24)] {
        trips(rule, AlarmId::Al11, 1, |b| {
            for _ in 0..2 {
                b.link = one;
                b.run(40);
            }
            b.link = one;
        });
        holds(|b| {
            for _ in 0..4 {
                b.link = one;
                b.run(51);
            }
        });
    }
    trips(RuleId::H24, AlarmId::Al11, 1, |b| b.link = bad(0, 200));
}

/// H-22: more than a tenth of a second's frames never came; a tenth, or 5 % for long, is none.
#[test]
fn h22_lost_frames() {
    let lost = |missing: u8| LinkReport { missing, ..LinkReport::default() };
    trips(RuleId::H22, AlarmId::Al11, 1, |b| {
        b.link = lost(5);
        b.run(80);
        b.link = lost(5);
        b.tick();
        b.link = lost(1);
    });
    trips(RuleId::H22, AlarmId::Al11, 1, |b| b.link = lost(255));
    holds(|b| b.link = lost(10));
    holds(|b| {
        for _ in 0..20 {
            b.link = lost(1);
            assert_eq!(b.run(20).state, State::Delivering);
        }
    });
    holds(|b| {
        b.link = lost(6);
        b.run(101);
        b.link = lost(6);
    });
}

/// H-44: whatever else a stall leaves behind in its first tick, it is named as a stall; what no
/// stall can make keeps its own name.
#[test]
fn h44_names_a_stall() {
    type Spoil = fn(&mut Bench);
    let stall = |spoil: Spoil| {
        let mut bench = Bench::by_key().delivering(2_000);
        spoil(&mut bench);
        assert_eq!(bench.tick_after(200_000).state, State::Tripped);
        bench.tripped_by()
    };
    let left_behind: [Spoil; 7] = [
        |_| {},
        |b| b.link = LinkReport { missing: 16, ..LinkReport::default() },
        |b| b.link = LinkReport { corrupt: 3, ..LinkReport::default() },
        |b| b.generator.silent = true,
        |b| b.generator.age_us = 150_000,
        |b| b.generator.k1 = Some(Contactor::Open),
        |b| b.controller.silent = true,
    ];
    for spoil in left_behind {
        assert_eq!(stall(spoil), Some((RuleId::H44, AlarmId::Al12)));
    }
    // Two samples of an excess over expired grants (H-04), both of them waiting.
    let mut bench = Bench::by_key().delivering(2_000);
    bench.tick += 1;
    bench.now_us += 200_000;
    let mut inputs = bench.inputs();
    bench.now_us -= 5_000;
    inputs.telemetry = Bounded::new();
    bench.generator.power_mw = Some(2_600);
    for _ in 0..2 {
        bench.now_us += 1_000;
        inputs.telemetry.push(bench.frame()).expect("room");
    }
    assert_eq!(bench.feed(&inputs).state, State::Tripped);
    assert_eq!(bench.tripped_by(), Some((RuleId::H44, AlarmId::Al12)));
    let own: [(Spoil, RuleId); 2] = [
        (|b| b.generator.tip = TipReading::Open, RuleId::H06),
        (|b| b.generator.emergency_stop = EmergencyStop::Pressed, RuleId::H49),
    ];
    for (spoil, rule) in own {
        assert_eq!(stall(spoil).map(|(rule, _)| rule), Some(rule));
    }
}

#[test]
fn h23_console_silent_500_ms() {
    trips(RuleId::H23, AlarmId::Al19, 50, |b| b.console = false);
    holds(|b| {
        b.console = false;
        b.run(49);
        b.console = true;
    });
}

/// H-23: a console has 500 ms from the first tick on to give its first sign of life.
#[test]
fn h23_counts_from_the_first_tick() {
    let mut bench = Bench::by_key();
    bench.console = false;
    for tick in 1..=50 {
        assert!(!bench.tick().active.contains(AlarmId::Al19), "tick {tick}");
    }
    assert!(bench.tick().active.contains(AlarmId::Al19), "500 ms after the first tick");
}

/// H-28: contacts that contradict each other stop at once and trip after 50 ms.
#[test]
fn h28_footswitch_contacts() {
    let mut bench = Bench::by_pedal().delivering(2_000);
    bench.generator.footswitch = Footswitch::Disagree;
    assert_eq!(bench.tick().state, State::Stopping);
    assert_eq!(bench.ticks_until(State::Tripped, 10), Some(5));
    assert_eq!(bench.tripped_by(), Some((RuleId::H28, AlarmId::Al14)));
    let mut bench = Bench::by_pedal().armed();
    bench.generator.footswitch = Footswitch::Disagree;
    bench.run(5);
    bench.generator.footswitch = Footswitch::Released;
    assert_eq!(bench.run(20).state, State::Armed);
    // H-29: a footswitch that appears where activation is by key.
    trips(RuleId::H28, AlarmId::Al14, 2, |b| b.generator.footswitch = Footswitch::Pressed);
}

/// H-44 (decision 3): a gap of 30 ms, or two missed ticks in a row; one late tick is none.
#[test]
fn h44_missed_ticks() {
    let gap = |first: u64, second: u64| {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.tick_after(first);
        bench.tick_after(second);
        bench.run(5);
        bench.tripped_by()
    };
    let late = Some((RuleId::H44, AlarmId::Al12));
    assert_eq!(gap(30_000, TICK_US), late);
    assert_eq!(gap(29_900, TICK_US), None);
    assert_eq!(gap(20_000, 20_000), late);
    assert_eq!(gap(20_000, 19_900), None);
    assert_eq!(gap(19_900, 19_900), None);
    // A clock that stands still is no clock.
    assert_eq!(gap(0, TICK_US), late);
    let mut bench = Bench::by_key().idle();
    assert_eq!(bench.tick_after(1_000_000).state, State::Idle, "Idle only refuses to arm");
}

#[test]
fn h49_emergency_stop() {
    trips(RuleId::H49, AlarmId::Al18, 1, |b| {
        b.generator.emergency_stop = EmergencyStop::Pressed;
    });
}

#[test]
fn h55_brown_out() {
    trips(RuleId::H55, AlarmId::Al11, 1, |b| b.generator.supply = Supply::BrownOut);
}
