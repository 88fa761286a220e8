//! Sensor and impedance rules at their thresholds, beside twins just below (hazards.md a.3,
//! decision 8).

mod bench;

use bench::{Bench, ease_to, holds, trips, warm_to};
use rfa_interlock::{AlarmId, Command, RuleId, State};
use rfa_units::TipReading;

#[test]
fn h06_sensor_open_faulty_or_out_of_range() {
    for tip in [TipReading::Open, TipReading::Faulty] {
        trips(RuleId::H06, AlarmId::Al04, 1, |b| b.generator.tip = tip);
    }
    for mc in [-10_001, 130_011] {
        trips(RuleId::H06, AlarmId::Al04, 1, |b| b.tip_mc(mc));
    }
}

/// In air and in Idle, so that neither a jump nor another rule answers for it.
#[test]
fn h06_range_ends_at_minus_10_and_130_c() {
    // The bench's unrest is 10 mK down.
    for (mc, missing) in [(-9_991, true), (-9_990, false), (130_000, false), (130_001, true)] {
        let mut bench = Bench::by_key();
        bench.tip_mc(mc);
        bench.generator.impedance_mohm = Some(30_000_000);
        let active = bench.idle().tick().active;
        assert_eq!(active.contains(AlarmId::Al04), missing, "{mc} m°C");
    }
}

#[test]
fn h06_jump_of_8_k_in_20_ms() {
    // The bench's 10 mK must not decide.
    trips(RuleId::H06, AlarmId::Al04, 1, |b| {
        warm_to(b, 50_000);
        b.tip_mc(58_021);
    });
    // 8.1 K in two samples, 4.05 K each, is the same jump.
    trips(RuleId::H06, AlarmId::Al04, 1, |b| {
        warm_to(b, 50_000);
        b.tip_mc(54_050);
        b.tick();
        b.tip_mc(58_100);
    });
    // Falls while nothing is delivered, which no other rule minds: less, and in three samples.
    for steps in [&[37_080][..], &[42_300, 39_600, 36_900]] {
        let mut bench = Bench::by_key();
        bench.tip_mc(45_000);
        let mut bench = bench.armed();
        for mc in steps {
            bench.tip_mc(*mc);
            assert_eq!(bench.tick().state, State::Armed, "{:?}", bench.tripped_by());
        }
        assert_eq!(bench.run(100).state, State::Armed, "{:?}", bench.tripped_by());
    }
}

/// H-07: cable temperature in tissue; cold and without tissue (in air) is no short.
#[test]
fn h07_cold_tip_in_tissue() {
    for (mc, impedance, expected) in
        [(29_980, 250_000, Some(2)), (30_020, 250_000, None), (29_980, 30_000_000, None)]
    {
        let mut bench = Bench::by_key();
        bench.tip_mc(mc);
        let mut bench = bench.idle();
        bench.tip_mc(31_000);
        bench.run(250);
        bench.command(Command::Arm);
        assert_eq!(bench.state(), State::Armed);
        bench.tip_mc(mc);
        bench.generator.impedance_mohm = Some(impedance);
        let tripped = bench.ticks_until(State::Tripped, 20);
        match expected {
            Some(_) => assert_eq!(
                (tripped, bench.tripped_by()),
                (expected, Some((RuleId::H07, AlarmId::Al04)))
            ),
            // In air it is the impedance that trips.
            None if impedance > 1_500_000 => {
                assert_eq!(bench.tripped_by(), Some((RuleId::H14, AlarmId::Al08)));
            }
            None => assert_eq!(tripped, None),
        }
    }
}

/// Lets the tip fall at `mk_per_tick` for `ticks`; whether it tripped.
fn falling(from: i64, mk_per_tick: i64, ticks: i64) -> Option<(RuleId, AlarmId)> {
    let mut bench = Bench::by_key().delivering(2_000);
    warm_to(&mut bench, from);
    for n in 1..=ticks {
        bench.tip_mc(from - n * mk_per_tick);
        if bench.tick().state == State::Tripped {
            return bench.tripped_by();
        }
    }
    None
}

/// H-07 (decision 2): 3 K/s only below 40 °C, 15 K/s anywhere; a wash at 7 K/s is no short.
#[test]
fn h07_tip_falls_with_power_on() {
    let short = Some((RuleId::H07, AlarmId::Al04));
    assert_eq!(falling(39_000, 34, 100), short);
    assert_eq!(falling(39_000, 27, 100), None);
    assert_eq!(falling(65_000, 70, 100), None);
    assert_eq!(falling(65_000, 156, 60), short);
    assert_eq!(falling(65_000, 144, 60), None);
}

#[test]
fn h08_frozen_for_500_ms_with_power() {
    let freeze = |b: &mut Bench, ticks: usize| {
        for _ in 0..ticks {
            // Cancels the bench's own unrest.
            let next = b.sequence + 1;
            b.tip_mc(if next.is_multiple_of(2) { 50_010 } else { 50_000 });
            b.tick();
        }
    };
    let mut bench = Bench::by_key().delivering(2_000);
    warm_to(&mut bench, 50_000);
    freeze(&mut bench, 49);
    assert_eq!(bench.state(), State::Delivering);
    freeze(&mut bench, 2);
    assert_eq!(bench.tripped_by(), Some((RuleId::H08, AlarmId::Al04)));
    let mut bench = Bench::by_key().delivering(2_000);
    warm_to(&mut bench, 50_000);
    bench.controller.power_mw = 100;
    bench.run(10);
    freeze(&mut bench, 200);
    assert_eq!(bench.state(), State::Delivering, "without power a still tip is no fault");
}

#[test]
fn h08_old_sample() {
    // Frames come, each as old as the first: a delay that grew by more than 60 ms.
    trips(RuleId::H08, AlarmId::Al04, 1, |b| {
        b.generator.silent = true;
        b.run(5);
        b.generator.silent = false;
        b.now_us += 15_000;
        b.generator.age_us = 60_200;
    });
    holds(|b| {
        b.generator.silent = true;
        b.run(5);
        b.generator.silent = false;
        b.generator.age_us = 45_000;
    });
}

#[test]
fn h14_h15_impedance_absolute_and_against_the_baseline() {
    let at = |mohm: u32| move |b: &mut Bench| b.generator.impedance_mohm = Some(mohm);
    trips(RuleId::H14, AlarmId::Al08, 2, at(500_001));
    holds(at(500_000));
    trips(RuleId::H15, AlarmId::Al09, 2, at(124_999));
    holds(|b| ease_to(b, 125_000));
    // One sample is no vote.
    holds(|b| {
        b.generator.impedance_mohm = Some(5_000);
        b.tick();
        b.generator.impedance_mohm = Some(250_000);
    });
    // Missing with power on is not known to be good.
    trips(RuleId::H14, AlarmId::Al08, 2, |b| b.generator.impedance_mohm = None);
    // Absolute limits, from baselines that leave them alone.
    for (baseline, good, bad, rule) in
        [(1_000_000, 1_500_000, 1_500_001, RuleId::H14), (60_000, 40_000, 39_999, RuleId::H15)]
    {
        for (mohm, expected) in [(good, None), (bad, Some(2))] {
            let mut bench = Bench::by_key();
            bench.generator.impedance_mohm = Some(baseline);
            let mut bench = bench.delivering(2_000);
            ease_to(&mut bench, good);
            bench.generator.impedance_mohm = Some(mohm);
            assert_eq!(bench.ticks_until(State::Tripped, 50), expected);
            assert_eq!(bench.tripped_by().map(|(rule, _)| rule), expected.map(|_| rule));
        }
    }
}
