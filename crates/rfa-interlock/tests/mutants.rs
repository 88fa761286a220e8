//! Each test here was written for a changed line of the interlock that every other test let pass
//! (docs/verification/interlock.md).

mod bench;

use bench::{Bench, holds, limit, spec, warm_to};
use rfa_interlock::{
    Activation, AlarmId, ArmRefusal, Command, Event, RuleId, State, StepLimit, StopCause,
};
use rfa_units::{EmergencyStop, Footswitch, MilliJoules, StopReason};

fn events(bench: &Bench) -> Vec<Event> {
    bench.outputs.expect("ticked").events.iter().copied().collect()
}

fn changed(from: State, to: State) -> Event {
    Event::Changed { from, to }
}

/// A tick tells what happened in it, all of it, and nothing when nothing did.
#[test]
fn a_tick_tells_what_happened_and_nothing_else() {
    use State::{Armed, Delivering, Idle, Stopping, Tripped};
    let gated = StepLimit { check_before: true, ..limit(70, 8_600, 60) };
    let mut bench = Bench::new(spec(Activation::Key, &[limit(70, 8_600, 60), gated])).idle();
    let mut tells = |command: Command, told: &[Event]| {
        bench.command(command);
        assert_eq!(events(&bench), told, "{command:?}");
        bench.tick();
        assert_eq!(events(&bench), [], "after {command:?}");
    };
    tells(Command::None, &[]);
    tells(Command::Start, &[Event::Refused(ArmRefusal::WrongState)]);
    tells(Command::Arm, &[changed(Idle, Armed)]);
    tells(Command::Start, &[changed(Armed, Delivering)]);
    bench.controller.power_mw = 1_000;
    bench.run(20);
    assert_eq!(events(&bench), []);
    bench.command(Command::Stop);
    assert_eq!(
        events(&bench),
        [changed(Delivering, Stopping), Event::Stopped(StopCause::Operator)]
    );
    bench.tick();
    assert_eq!((bench.state(), events(&bench)), (Stopping, vec![]));
    bench.ticks_until(Idle, 20).expect("ends");
    assert_eq!(events(&bench), [changed(Stopping, Idle)]);
    bench.command(Command::Arm);
    bench.tick();
    bench.command(Command::Start);
    bench.controller.stop = Some(StopReason::StepDone);
    bench.tick();
    assert_eq!(
        events(&bench),
        [changed(Delivering, Stopping), Event::Stopped(StopCause::StepDone)]
    );
    bench.controller.stop = None;
    bench.ticks_until(Idle, 20).expect("ends");
    assert_eq!(events(&bench), [changed(Stopping, Idle), Event::StepDone]);
    bench.command(Command::ConfirmCheck);
    assert_eq!(events(&bench), [Event::CheckConfirmed]);
    bench.tick();
    assert_eq!(events(&bench), []);
    bench.generator.emergency_stop = EmergencyStop::Pressed;
    let trip = bench.tick().trip.expect("tripped");
    let raised = Event::Raised(AlarmId::Al18);
    assert_eq!(events(&bench), [changed(Idle, Tripped), Event::Tripped(trip), raised]);
    bench.tick();
    assert_eq!(events(&bench), []);
    bench.generator.emergency_stop = EmergencyStop::Released;
    bench.tick();
    assert_eq!(events(&bench), [Event::Cleared(AlarmId::Al18)]);
    bench.command(Command::Acknowledge);
    assert_eq!(events(&bench), [Event::Acknowledged]);
    bench.command(Command::Acknowledge);
    assert_eq!(events(&bench), []);
    bench.command(Command::Reset);
    assert_eq!(events(&bench), [changed(Tripped, Idle), Event::Reset]);
}

/// A trip is told as a trip, not as a stop as well.
#[test]
fn a_trip_is_no_stop() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.generator.emergency_stop = EmergencyStop::Pressed;
    bench.tick();
    assert!(!events(&bench).iter().any(|event| matches!(event, Event::Stopped(_))));
}

/// H-26: a foot that is down without an arming is no alarm.
#[test]
fn a_foot_down_in_idle_is_no_alarm() {
    let mut bench = Bench::by_pedal().idle();
    bench.generator.footswitch = Footswitch::Pressed;
    bench.run(10);
    bench.command(Command::Start);
    assert!(!bench.tick().active.contains(AlarmId::Al14));
}

/// H-31, I17: what is left is granted to the last milliwatt that a tick takes.
#[test]
fn the_last_milliwatt_of_the_energy_is_granted() {
    let step = StepLimit { energy_max: MilliJoules::saturating(1), ..limit(70, 8_600, 60) };
    let mut bench = Bench::new(spec(Activation::Key, &[step])).armed();
    bench.generator.power_mw = Some(0);
    bench.controller.power_mw = 99;
    // 99 mW for 10 ms are 0.99 mJ; 1 mW for 10 ms is the rest.
    let granted = |outputs: rfa_interlock::Outputs| outputs.grant.map(|grant| grant.power().get());
    assert_eq!(granted(bench.command(Command::Start)), Some(99));
    assert_eq!(granted(bench.tick()), Some(1));
    assert_eq!(bench.tick().state, State::Stopping);
    assert!(bench.happened(Event::Stopped(StopCause::EnergyLimit)));
}

/// H-18: at 200 mW and below the meters are not compared.
#[test]
fn meters_are_compared_above_two_hundred_milliwatts() {
    holds(|b| {
        b.generator.power_mw = Some(200);
        b.generator.voltage_percent = 50;
    });
}

/// H-12: a tip that warms under power too small to be measured warms by what was asked.
#[test]
fn little_power_is_power() {
    let mut bench = Bench::by_key().delivering(150);
    warm_to(&mut bench, 50_000);
    assert_eq!(bench.run(10).state, State::Delivering);
}

/// H-06: a jump is one against the sample before, however old: 8 K in 20 ms, in proportion.
#[test]
fn a_jump_across_a_gap_counts() {
    let after_gap = |fall_mc: i64| {
        let mut bench = Bench::by_key();
        bench.tip_mc(60_000);
        let mut bench = bench.idle();
        bench.run(30);
        bench.generator.silent = true;
        bench.run(3);
        bench.generator.silent = false;
        bench.tip_mc(60_000 - fall_mc);
        bench.tick().active.contains(AlarmId::Al04)
    };
    assert!(after_gap(16_100), "more than 16 K in 40 ms");
    assert!(!after_gap(15_900));
}

/// H-06: two steps below the limit, further apart than its window, are no jump.
#[test]
fn two_small_steps_are_no_jump() {
    let mut bench = Bench::by_key();
    bench.tip_mc(60_000);
    let mut bench = bench.idle();
    bench.run(30);
    for tip_mc in [52_100, 52_100, 44_200] {
        bench.tip_mc(tip_mc);
        assert!(!bench.tick().active.contains(AlarmId::Al04), "at {tip_mc}");
    }
}

/// H-07: the fall near body temperature is judged below 40 °C, not at it.
#[test]
fn forty_degrees_are_not_below_forty() {
    let ticks_from = |first_mc: i64| {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, 42_000);
        let mut reading = first_mc + 40 * 50;
        for tick in 0..100 {
            let unrest = if (bench.sequence + 1).is_multiple_of(2) { 10 } else { 0 };
            bench.tip_mc(reading + unrest);
            if bench.tick().state == State::Tripped {
                assert_eq!(bench.tripped_by(), Some((RuleId::H07, AlarmId::Al04)));
                return tick;
            }
            reading -= 40;
        }
        panic!("never")
    };
    assert_eq!(ticks_from(40_000), ticks_from(39_999) + 1);
}

/// H-19: a pad of 20 ohm is one to compare with; 1.4 times that is too much.
#[test]
fn the_lowest_pad_may_be_twenty_ohm() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.generator.pad_mohm = Some(20_000);
    bench.run(50);
    bench.generator.pad_mohm = Some(28_500);
    assert!(bench.ticks_until(State::Tripped, 60).is_some());
    assert_eq!(bench.tripped_by(), Some((RuleId::H19, AlarmId::Al10)));
}

/// H-44: two ticks that each missed one trip where they run, not where one is long gone.
#[test]
fn missed_ticks_count_while_they_run() {
    let mut bench = Bench::by_key().delivering(2_000);
    for _ in 0..5 {
        assert_eq!(bench.tick_after(20_000).state, State::Delivering);
        assert_eq!(bench.run(10).state, State::Delivering);
    }
}
