//! Where two things happen at once, or what was known is no longer: each found by removing a
//! line of the interlock and seeing every other test pass.

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{Activation, AlarmId, ArmRefusal, Command, RuleId, State};
use rfa_units::{Contactor, EmergencyStop, Footswitch, StepIndex, StopReason, Supply};

/// The controller's end of a step is not lost when the foot was lifted a tick before.
#[test]
fn end_of_step_counts_while_output_is_ending() {
    let steps = [limit(60, 6_000, 60), limit(65, 6_000, 60)];
    let mut bench = Bench::new(spec(Activation::Pedal, &steps)).delivering(2_000);
    bench.generator.footswitch = Footswitch::Released;
    assert_eq!(bench.tick().state, State::Stopping);
    bench.controller.stop = Some(StopReason::StepDone);
    assert_eq!(bench.tick().state, State::Stopping);
    bench.controller.stop = None;
    assert!(bench.ticks_until(State::Idle, 20).is_some(), "not armed again");
    assert_eq!(Some(bench.tick().permit.step), StepIndex::new(1));
}

/// Nor is it lost in the very tick in which output has ended.
#[test]
fn end_of_step_counts_up_to_the_tick_that_sees_output_off() {
    let ended = |at: usize| {
        let steps = [limit(60, 6_000, 60), limit(65, 6_000, 60)];
        let mut bench = Bench::new(spec(Activation::Pedal, &steps)).delivering(2_000);
        bench.generator.footswitch = Footswitch::Released;
        bench.tick();
        let ticks = (1..20).find(|tick| {
            bench.controller.stop = (*tick == at).then_some(StopReason::StepDone);
            bench.tick().state != State::Stopping
        });
        (ticks.expect("output ends"), bench.outputs.map(|outputs| outputs.permit.step))
    };
    let (last, _) = ended(usize::MAX);
    for at in 1..=last {
        assert_eq!(ended(at), (last, StepIndex::new(1)), "said in tick {at} of {last}");
    }
}

/// A stop of the operator while output ends after the foot was lifted ends the arming too.
#[test]
fn a_stop_while_output_is_ending_disarms() {
    for (command, expected) in [(Command::None, State::Armed), (Command::Stop, State::Idle)] {
        let mut bench = Bench::by_pedal().delivering(2_000);
        bench.generator.footswitch = Footswitch::Released;
        assert_eq!(bench.tick().state, State::Stopping);
        assert_eq!(bench.command(command).state, State::Stopping);
        assert!(bench.ticks_until(expected, 20).is_some(), "{command:?}: {:?}", bench.state());
    }
}

/// The end of a step that is not in force stops, and completes nothing.
#[test]
fn end_of_another_step_only_stops() {
    let steps = [limit(60, 6_000, 60), limit(65, 6_000, 60)];
    let mut bench = Bench::new(spec(Activation::Key, &steps)).delivering(2_000);
    bench.controller.step = StepIndex::new(1);
    bench.controller.stop = Some(StopReason::StepDone);
    assert_eq!(bench.tick().state, State::Stopping);
    (bench.controller.step, bench.controller.stop) = (None, None);
    assert!(bench.ticks_until(State::Idle, 20).is_some());
    assert_eq!(bench.tick().permit.step, StepIndex::FIRST);
}

/// A trip in the tick of the step's end comes first: the step is not complete.
#[test]
fn a_trip_comes_before_the_end_of_a_step() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.stop = Some(StopReason::StepDone);
    bench.generator.emergency_stop = EmergencyStop::Pressed;
    assert_eq!(bench.tick().state, State::Tripped);
    assert!(!bench.run(20).complete);
}

/// H-22: a hang-up is for good, whatever the port says later.
#[test]
fn a_hang_up_is_latched() {
    let mut bench = Bench::by_key().idle();
    bench.link.hung_up = true;
    bench.tick();
    bench.link.hung_up = false;
    bench.run(500);
    assert_eq!(bench.command(Command::Arm).refusal, Some(ArmRefusal::LinkStale));
}

/// Silence is not "RF off": no reset while nothing is heard.
#[test]
fn no_reset_on_silence() {
    let mut bench = Bench::by_key().armed();
    bench.generator.silent = true;
    bench.run(20);
    assert_eq!(bench.tripped_by(), Some((RuleId::H22, AlarmId::Al11)));
    assert!(!bench.tick().active.contains(AlarmId::Al04), "silence is the link's alarm alone");
    bench.command(Command::Acknowledge);
    assert_eq!(bench.command(Command::Reset).refusal, Some(ArmRefusal::LinkStale));
    bench.generator.silent = false;
    // Part b: the link has to have been there for 2 s.
    bench.run(190);
    assert_eq!(bench.command(Command::Reset).refusal, Some(ArmRefusal::LinkStale));
    bench.run(10);
    assert_eq!(bench.command(Command::Reset).state, State::Idle);
}

/// I7: no reset while the controller or the console is silent either.
#[test]
fn no_reset_while_a_link_is_stale() {
    type Silence = fn(&mut Bench, bool);
    let silences: [Silence; 3] =
        [|b, on| b.controller.silent = on, |b, on| b.console = !on, |b, on| b.link.hung_up = on];
    for (place, silence) in silences.into_iter().enumerate() {
        let mut bench = Bench::by_key().armed();
        bench.generator.emergency_stop = EmergencyStop::Pressed;
        assert_eq!(bench.tick().state, State::Tripped);
        bench.generator.emergency_stop = EmergencyStop::Released;
        bench.command(Command::Acknowledge);
        silence(&mut bench, true);
        bench.run(60);
        let outputs = bench.command(Command::Reset);
        assert_eq!(outputs.refusal, Some(ArmRefusal::LinkStale), "{place}");
        assert_eq!(outputs.state, State::Tripped, "{place}");
        silence(&mut bench, false);
        bench.tick();
        let after = bench.command(Command::Reset).state;
        let hung_up = if place == 2 { State::Tripped } else { State::Idle };
        assert_eq!(after, hung_up, "{place}");
    }
}

/// A frame with the stamp of the one before it says nothing, not even that all is well again.
#[test]
fn a_repeated_stamp_clears_nothing() {
    let mut bench = Bench::by_key().idle();
    bench.generator.supply = Supply::BrownOut;
    bench.tick();
    bench.generator.supply = Supply::Good;
    bench.generator.age_us += bench::TICK_US;
    let refusal = Some(ArmRefusal::FaultPresent(AlarmId::Al11));
    assert_eq!(bench.command(Command::Arm).refusal, refusal);
    bench.generator.age_us = 0;
    assert_eq!(bench.command(Command::Arm).state, State::Armed);
}

/// H-05, I8: ticks without a sample neither add to the count nor take from it.
#[test]
fn stuck_output_is_counted_in_samples() {
    let mut bench = Bench::by_key().idle();
    bench.generator.power_mw = Some(5_000);
    bench.tick();
    bench.generator.silent = true;
    assert_eq!(bench.run(5).state, State::Idle, "one sample is one tick");
    bench.generator.silent = false;
    assert_eq!(bench.tick().state, State::Lockout, "the second sample");
    let mut bench = Bench::by_key().idle();
    bench.generator.power_mw = Some(5_000);
    bench.tick();
    bench.generator.power_mw = Some(0);
    bench.tick();
    bench.generator.power_mw = Some(5_000);
    assert_eq!(bench.tick().state, State::Idle, "not running");
}

/// Stopping waits for K1 to read back open and the output stage off, not for the meter alone.
#[test]
fn stopping_waits_for_the_relay_and_the_stage() {
    for (welded, stage_on) in [(true, false), (false, true), (false, false)] {
        let mut bench = Bench::by_key().delivering(2_000);
        // Nothing is granted any more, so it is the readback of K1 and of the stage that counts.
        bench.controller.power_mw = 0;
        bench.run(10);
        bench.generator.k1 = welded.then_some(Contactor::Shut);
        bench.generator.stage_on = stage_on;
        bench.command(Command::Stop);
        assert_eq!(bench.run(5).state == State::Idle, !welded && !stage_on);
        let expected = match (welded, stage_on) {
            (true, _) => State::Lockout,
            (false, true) => State::Stopping,
            (false, false) => State::Idle,
        };
        assert_eq!(bench.run(50).state, expected);
    }
}

/// H-22: a frame that repeats the stamp of the one before says nothing new.
#[test]
fn a_repeated_stamp_is_silence() {
    let mut bench = Bench::by_key().delivering(2_000);
    let ticks = (1..=20).find(|_| {
        bench.generator.age_us += bench::TICK_US;
        bench.tick().state == State::Tripped
    });
    assert_eq!(ticks, Some(6));
    assert_eq!(bench.tripped_by(), Some((RuleId::H22, AlarmId::Al11)));
}

/// H-08: clocks that drift apart by 400 ppm for ten minutes make no sample old.
#[test]
fn drift_is_not_age() {
    let mut bench = Bench::by_key().idle();
    for _ in 0..60_000 {
        bench.generator.age_us += 4;
        let outputs = bench.tick();
        assert!(!outputs.active.contains(AlarmId::Al04), "after {} us", bench.generator.age_us);
    }
}

/// H-44: a tick number or a time that does not go forward is no clock.
#[test]
fn the_clock_goes_forward() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.tick -= 1;
    assert_eq!(bench.tick().state, State::Tripped);
    assert_eq!(bench.tripped_by(), Some((RuleId::H44, AlarmId::Al12)));
    let mut bench = Bench::by_key().delivering(2_000);
    bench.tick += 1;
    assert_eq!(bench.tick().state, State::Delivering, "one skipped number is one missed tick");
    bench.tick += 1;
    assert_eq!(bench.tick().state, State::Tripped);
    let mut bench = Bench::by_key().delivering(2_000);
    bench.tick += 2;
    assert_eq!(bench.tick().state, State::Tripped, "two skipped numbers are two missed ticks");
    assert_eq!(bench.tripped_by(), Some((RuleId::H44, AlarmId::Al12)));
}

/// H-14: each arming has its own baseline, and Idle has none.
#[test]
fn each_arming_has_its_own_baseline() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.command(Command::Stop);
    bench.ticks_until(State::Idle, 20).expect("ends");
    bench.generator.impedance_mohm = Some(600_000);
    assert!(!bench.run(10).active.contains(AlarmId::Al08), "2.4 times the baseline that was");
    bench.command(Command::Arm);
    bench.tick();
    bench.command(Command::Start);
    assert_eq!(bench.run(50).state, State::Delivering);
}

/// A rule that is asked only while armed or delivering does not hold up the reset.
#[test]
fn a_missed_deadline_can_be_reset() {
    let mut bench = Bench::by_key().delivering(2_000);
    assert_eq!(bench.tick_after(40_000).state, State::Tripped);
    bench.run(20);
    bench.command(Command::Acknowledge);
    assert_eq!(bench.command(Command::Reset).state, State::Idle);
}
