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

/// What stands behind a trip's number is kept with it: readings, or none for links and switches.
#[test]
fn a_trip_keeps_the_readings_behind_it() {
    let kept = |spoil: fn(&mut Bench)| {
        let mut bench = Bench::by_key().delivering(2_000);
        spoil(&mut bench);
        bench.ticks_until(State::Tripped, 100).expect("trips");
        let trip = bench.outputs.and_then(|outputs| outputs.trip).expect("a trip");
        (trip.rule, trip.samples.iter().copied().collect::<Vec<_>>())
    };
    let power = kept(|b| b.generator.power_mw = Some(3_000));
    assert_eq!(power, (RuleId::H04, vec![2_000, 2_000, 3_000, 3_000]));
    assert_eq!(kept(|b| b.controller.silent = true), (RuleId::H20, vec![]));
}

/// The next reading of the tip, whatever the bench's unrest adds to it.
fn reads(bench: &mut Bench, mc: i64) {
    let unrest = if (bench.sequence + 1).is_multiple_of(2) { 10 } else { 0 };
    bench.tip_mc(mc + unrest);
    bench.tick();
}

/// H-12 with the first ten samples after 37 °C.
fn warmed(readings: [i64; 10]) -> Option<(RuleId, AlarmId)> {
    let mut bench = Bench::by_key().idle();
    bench.run(150);
    readings.into_iter().for_each(|mc| reads(&mut bench, mc));
    bench.tripped_by()
}

/// H-12: 40 °C is warm, and a spread of 2 K is no disturbed signal yet.
#[test]
fn warmth_and_spread_at_their_edges() {
    let trip = Some((RuleId::H12, AlarmId::Al07));
    assert_eq!(warmed([40_000; 10]), trip);
    assert_eq!(warmed([39_999; 10]), None);
    let mut spread = [40_500; 10];
    (spread[0], spread[9]) = (42_500, 42_500);
    assert_eq!(warmed(spread), trip);
    (spread[0], spread[9]) = (42_501, 42_501);
    assert_eq!(warmed(spread), None);
}

/// H-56: fewer than ten samples have no spread; twenty windows of ten running do.
#[test]
fn a_spread_takes_ten_samples() {
    let mut bench = Bench::by_key();
    for tick in 1..=40 {
        reads(&mut bench, if tick % 2 == 0 { 37_000 } else { 33_000 });
        let active = bench.outputs.expect("ticked").active.contains(AlarmId::Al04);
        assert_eq!(active, tick >= 29, "tick {tick}");
    }
}

/// H-16: at 70 °C tissue does not dry yet.
#[test]
fn seventy_degrees_are_not_above_seventy() {
    let after = |mc: i64| {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, mc);
        (0..20).for_each(|_| reads(&mut bench, mc));
        bench.generator.impedance_mohm = Some(320_000);
        (0..10).for_each(|_| reads(&mut bench, mc));
        bench.tripped_by()
    };
    assert_eq!(after(70_000), None);
    assert_eq!(after(70_001), Some((RuleId::H16, AlarmId::Al08)));
}

/// H-03: a tenth of a slope's window may be missing and no more. One lost frame, wherever it was,
/// makes no trip later; after a gap of 50 ms no slope is taken before 180 ms are there again.
#[test]
fn a_slope_needs_nine_tenths_of_its_window() {
    let ticks_to_trip = |lost: std::ops::Range<u32>| {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, 45_000);
        let mut mc = 45_000;
        for tick in 0..100 {
            // 12 K/s, as the tip moves whether it is heard or not.
            mc += if tick < 30 { 0 } else { 120 };
            bench.generator.silent = lost.contains(&tick);
            reads(&mut bench, mc);
            if bench.state() == State::Tripped {
                assert_eq!(bench.tripped_by(), Some((RuleId::H03, AlarmId::Al01)));
                return tick;
            }
        }
        panic!("never")
    };
    let whole = ticks_to_trip(0..0);
    for lost in 20..whole - 1 {
        let late = ticks_to_trip(lost..lost + 1).saturating_sub(whole);
        assert!(late <= 1, "{late} ticks later where the frame of tick {lost} is lost");
    }
    let after_gap = ticks_to_trip(26..31);
    assert_eq!((after_gap, whole), (53, 49), "five windows in a row");
}

/// A check is confirmed in Idle, where there is one to confirm; anywhere else it is refused.
#[test]
fn a_check_is_confirmed_where_it_is_due() {
    let refused = Some(ArmRefusal::WrongState);
    assert_eq!(Bench::by_key().idle().command(Command::ConfirmCheck).refusal, refused);
    let gated = StepLimit { check_before: true, ..limit(70, 8_600, 60) };
    let mut bench = Bench::new(spec(Activation::Key, &[gated])).idle();
    assert_eq!(bench.command(Command::ConfirmCheck).refusal, None);
    bench.command(Command::Arm);
    assert_eq!(bench.command(Command::ConfirmCheck).refusal, refused);
}

/// AL-23, AL-27: no advice without its reason.
#[test]
fn advice_needs_its_reason() {
    let mut bench = Bench::by_key();
    bench.ready.self_test = false;
    bench.ready.recorder = false;
    assert!(bench.run(5).active.is_empty(), "self-test needs no recording");
    let mut bench = Bench::by_key().idle();
    assert!(bench.tick().active.is_empty());
    bench.generator.other_mw = Some(1_000);
    assert_eq!(bench.run(3).state, State::Lockout);
    assert!(!bench.tick().active.contains(AlarmId::Al27), "no reset led here");
}

/// Runs to the end of a block of a tenth of a second; the bench's samples lie inside it.
fn to_a_blocks_end(bench: &mut Bench) {
    while !bench.tick.is_multiple_of(10) {
        bench.tick();
    }
}

/// H-16: a tenth of a second with a reading missing is nothing to compare with.
#[test]
fn a_block_with_a_hole_counts_for_nothing() {
    let after = |hole: bool| {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, 72_000);
        to_a_blocks_end(&mut bench);
        for n in 0..10 {
            bench.generator.impedance_mohm = Some(190_000).filter(|_| !(hole && n == 5));
            bench.tick();
        }
        bench.generator.impedance_mohm = Some(250_000);
        bench.run(20);
        bench.tripped_by()
    };
    assert_eq!(after(false), Some((RuleId::H16, AlarmId::Al08)));
    assert_eq!(after(true), None);
}

/// H-17: a block that ended 200 ms ago is past.
#[test]
fn a_window_ends_where_it_ends() {
    let mut bench = Bench::by_key().delivering(2_000);
    // Samples at whole hundredths of a second: the last of ten ends its block.
    bench.generator.age_us = 7_000;
    to_a_blocks_end(&mut bench);
    bench.run(10);
    for ohms in [180; 18].into_iter().chain([170; 8]) {
        bench.generator.impedance_mohm = Some(ohms * 1_000);
        assert_eq!(bench.tick().state, State::Delivering);
    }
}
