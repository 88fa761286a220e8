//! Each rule at its threshold, beside a twin just below it (hazards.md a.3, decision 8).

mod bench;

use bench::{Bench, TICK_US};
use rfa_interlock::{AlarmId, Command, LinkReport, RuleId, State};
use rfa_units::{Contactor, EmergencyStop, Footswitch, Supply, TipReading};

/// Ticks from a fault's first appearance to the tick that opens K1, at most: B100 less the 22 ms
/// from decision to RF off (hazards.md a.1), in whole ticks.
const B100_TICKS: usize = 7;
/// The same for B50.
const B50_TICKS: usize = 2;

/// Spoils a bench that delivers 2 W at 70 °C set; it has to trip in exactly `ticks`.
#[track_caller]
fn trips(rule: RuleId, alarm: AlarmId, ticks: usize, spoil: impl FnOnce(&mut Bench)) -> Bench {
    let mut bench = Bench::by_key().to_delivering(2_000);
    spoil(&mut bench);
    assert_eq!(bench.ticks_until(State::Tripped, ticks + 5), Some(ticks), "{rule:?}");
    let outputs = bench.outputs.expect("ticked");
    assert_eq!(bench.tripped_by(), Some((rule, alarm)));
    assert_eq!((outputs.grant, outputs.k1), (None, Contactor::Open));
    assert!(outputs.latched.contains(alarm), "the alarm stays");
    bench
}

/// The twin: a second of it must end nothing.
#[track_caller]
fn holds(spoil: impl FnOnce(&mut Bench)) -> Bench {
    let mut bench = Bench::by_key().to_delivering(2_000);
    spoil(&mut bench);
    assert_eq!(bench.run(100).state, State::Delivering, "{:?}", bench.tripped_by());
    bench
}

/// Brings the tip to `mc` in steps no rule minds.
fn warm_to(bench: &mut Bench, mc: i64) {
    let mut t = 37_000;
    while t != mc {
        t = if mc > t { (t + 1_000).min(mc) } else { (t - 100).max(mc) };
        bench.tip_mc(t);
        assert_eq!(bench.run(2).state, State::Delivering, "on the way at {t}");
    }
}

#[test]
fn h01_over_set_by_5_k() {
    // The bench's tip reads 10 mK lower every other sample: both votes have to be at the limit.
    let mut bench = trips(RuleId::H01, AlarmId::Al01, 2, |b| {
        warm_to(b, 74_000);
        b.tip_mc(75_010);
    });
    let trip = bench.tick().trip.expect("kept");
    assert_eq!(trip.limit, 75_000);
    assert!(trip.value >= 75_000);
    assert_eq!(trip.samples.len(), 4);
    assert!(2 <= B100_TICKS);
    holds(|b| {
        warm_to(b, 74_000);
        b.tip_mc(74_999);
    });
    // One sample is no vote.
    holds(|b| {
        warm_to(b, 74_000);
        b.tip_mc(75_100);
        b.tick();
        b.tip_mc(74_500);
    });
}

#[test]
fn h02_boiling_on_one_sample() {
    let hot = |mc: i64| {
        move |b: &mut Bench| {
            // Only a set temperature of 90 °C leaves H-02 to itself.
            let steps = [bench::limit(90, 8_600, 300)];
            *b = Bench::new(bench::spec(rfa_interlock::Activation::Key, &steps))
                .to_delivering(2_000);
            warm_to(b, 94_000);
            if b.sequence % 2 == 0 {
                // The next sample is an odd one, which the bench leaves as it is.
            } else {
                b.tick();
            }
            b.tip_mc(mc);
        }
    };
    trips(RuleId::H02, AlarmId::Al01, 1, hot(95_000));
    holds(hot(94_999));
    assert!(1 <= B50_TICKS);
}

#[test]
fn h04_output_above_request() {
    // 2 W asked: the limit is 2.5 W; 8 W asked: 9.6 W.
    for (asked, limit) in [(2_000, 2_500), (8_000, 9_600)] {
        let ask = move |b: &mut Bench| {
            b.controller.power_mw = asked;
            b.run(30);
        };
        let bench = trips(RuleId::H04, AlarmId::Al02, 2, |b| {
            ask(b);
            b.generator.power_mw = Some(limit + 1);
        });
        let trip = bench.outputs.and_then(|o| o.trip).expect("kept");
        assert_eq!((trip.value, trip.limit), (i64::from(limit) + 1, i64::from(limit)));
        holds(|b| {
            ask(b);
            b.generator.power_mw = Some(limit);
        });
        holds(|b| {
            ask(b);
            b.generator.power_mw = Some(50_000);
            b.tick();
            b.generator.power_mw = Some(limit);
        });
    }
}

/// H-04: a request that falls is no fault; an output that does not follow is, inside B100.
#[test]
fn h04_allows_for_the_way_of_a_grant() {
    holds(|b| b.controller.power_mw = 0);
    let mut bench = Bench::by_key().to_delivering(2_000);
    bench.controller.power_mw = 0;
    bench.generator.power_mw = Some(2_000);
    let ticks = bench.ticks_until(State::Tripped, 20).expect("trips");
    assert!(ticks <= B100_TICKS + 1, "{ticks} ticks from the request's fall");
    assert_eq!(bench.tripped_by(), Some((RuleId::H04, AlarmId::Al02)));
}

#[test]
fn h05_rf_with_k1_open_locks_out() {
    for mw in [200, 201] {
        for mut bench in [Bench::by_key().to_idle(), Bench::by_key().to_armed()] {
            bench.generator.power_mw = Some(mw);
            let locks = bench.ticks_until(State::Lockout, 10);
            assert_eq!(locks, (mw > 200).then_some(2));
            if mw > 200 {
                assert_eq!(bench.tripped_by(), Some((RuleId::H05, AlarmId::Al03)));
                assert_eq!(bench.tick().k2, Contactor::Open);
            }
        }
    }
}

/// H-05 while output is ending: nothing within the turn-off time, Lockout past it.
#[test]
fn h05_allows_the_turn_off_and_no_more() {
    let stopped = || {
        let mut bench = Bench::by_key().to_delivering(2_000);
        bench.generator.power_mw = Some(2_000);
        assert_eq!(bench.command(Command::Stop).state, State::Stopping);
        bench
    };
    let mut bench = stopped();
    assert_eq!(bench.run(5).state, State::Stopping, "50 ms of RF are no fault");
    bench.generator.power_mw = Some(0);
    assert_eq!(bench.run(10).state, State::Idle);
    let mut bench = stopped();
    let ticks = bench.ticks_until(State::Lockout, 20).expect("locks out");
    assert_eq!(ticks, 7, "60 ms on the samples' clock, and the second tick");
    // After a trip as well.
    let mut bench = Bench::by_key().to_delivering(2_000);
    bench.generator.power_mw = Some(2_000);
    bench.generator.tip = TipReading::Open;
    assert_eq!(bench.tick().state, State::Tripped);
    assert_eq!(bench.ticks_until(State::Lockout, 20), Some(7));
    assert_eq!(bench.tripped_by(), Some((RuleId::H06, AlarmId::Al04)), "the first is kept");
    assert!(bench.tick().latched.contains(AlarmId::Al03));
}

/// H-05: power on a channel nobody granted.
#[test]
fn h05_rf_on_another_channel_locks_out() {
    for (mw, expected) in [(200, None), (201, Some(2))] {
        let mut bench = Bench::by_key().to_delivering(2_000);
        bench.generator.other_mw = Some(mw);
        assert_eq!(bench.ticks_until(State::Lockout, 10), expected);
    }
}

#[test]
fn h06_sensor_open_faulty_or_out_of_range() {
    for tip in [TipReading::Open, TipReading::Faulty] {
        trips(RuleId::H06, AlarmId::Al04, 1, |b| b.generator.tip = tip);
    }
    for mc in [-10_001, 130_011] {
        trips(RuleId::H06, AlarmId::Al04, 1, |b| b.tip_mc(mc));
    }
}

#[test]
fn h06_jump_of_8_k_in_20_ms() {
    let jump = |mk: i64| {
        move |b: &mut Bench| {
            warm_to(b, 50_000);
            // Two odd samples in a row: the bench's 10 mK must not decide.
            b.tip_mc(50_000 + mk);
        }
    };
    trips(RuleId::H06, AlarmId::Al04, 1, jump(8_021));
    holds(jump(7_980));
    // 8.1 K in two samples, 4.05 K each, is the same jump.
    trips(RuleId::H06, AlarmId::Al04, 1, |b| {
        warm_to(b, 50_000);
        b.tip_mc(54_050);
        b.tick();
        b.tip_mc(58_100);
    });
    // In three samples it is not.
    holds(|b| {
        warm_to(b, 50_000);
        for mc in [52_700, 55_400, 58_100] {
            b.tip_mc(mc);
            b.tick();
        }
    });
}

/// H-07: cable temperature in tissue; cold and without tissue (in air) is no short.
#[test]
fn h07_cold_tip_in_tissue() {
    for (mc, impedance, expected) in
        [(29_980, 250_000, Some(2)), (30_020, 250_000, None), (29_980, 30_000_000, None)]
    {
        let mut bench = Bench::by_key();
        bench.tip_mc(mc);
        let mut bench = bench.to_idle();
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
    let mut bench = Bench::by_key().to_delivering(2_000);
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
            b.tip_mc(if next % 2 == 0 { 50_010 } else { 50_000 });
            b.tick();
        }
    };
    let mut bench = Bench::by_key().to_delivering(2_000);
    warm_to(&mut bench, 50_000);
    freeze(&mut bench, 49);
    assert_eq!(bench.state(), State::Delivering);
    freeze(&mut bench, 2);
    assert_eq!(bench.tripped_by(), Some((RuleId::H08, AlarmId::Al04)));
    let mut bench = Bench::by_key().to_delivering(2_000);
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
    holds(at(125_000));
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
            let mut bench = bench.to_delivering(2_000);
            bench.generator.impedance_mohm = Some(mohm);
            assert_eq!(bench.ticks_until(State::Tripped, 50), expected);
            assert_eq!(bench.tripped_by().map(|(rule, _)| rule), expected.map(|_| rule));
        }
    }
}

#[test]
fn h20_controller_silent_30_ms() {
    trips(RuleId::H20, AlarmId::Al12, 3, |b| b.controller.silent = true);
    holds(|b| {
        b.controller.silent = true;
        b.run(2);
        b.controller.silent = false;
    });
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

#[test]
fn h23_console_silent_500_ms() {
    trips(RuleId::H23, AlarmId::Al19, 50, |b| b.console = false);
    holds(|b| {
        b.console = false;
        b.run(49);
        b.console = true;
    });
}

/// H-28: contacts that contradict each other stop at once and trip after 50 ms.
#[test]
fn h28_footswitch_contacts() {
    let mut bench = Bench::by_pedal().to_delivering(2_000);
    bench.generator.footswitch = Footswitch::Disagree;
    assert_eq!(bench.tick().state, State::Stopping);
    assert_eq!(bench.ticks_until(State::Tripped, 10), Some(5));
    assert_eq!(bench.tripped_by(), Some((RuleId::H28, AlarmId::Al14)));
    let mut bench = Bench::by_pedal().to_armed();
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
        let mut bench = Bench::by_key().to_delivering(2_000);
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
    let mut bench = Bench::by_key().to_idle();
    assert_eq!(bench.tick_after(1_000_000).state, State::Idle, "Idle only refuses to arm");
}

#[test]
fn h49_emergency_stop() {
    trips(RuleId::H49, AlarmId::Al18, 1, |b| {
        b.generator.emergency_stop = EmergencyStop::Pressed;
    });
}

/// H-50: RF at start-up never reaches Idle.
#[test]
fn h50_rf_at_start_locks_out() {
    for (mw, state) in [(201, State::Lockout), (200, State::Idle)] {
        let mut bench = Bench::by_key();
        bench.generator.power_mw = Some(mw);
        bench.run(5);
        assert_eq!(bench.state(), state);
        if state == State::Lockout {
            assert_eq!(bench.tripped_by(), Some((RuleId::H50, AlarmId::Al13)));
            assert!(bench.tick().latched.contains(AlarmId::Al03));
        }
    }
    let mut bench = Bench::by_key();
    bench.ready.self_test = false;
    assert_eq!(bench.run(100).state, State::SelfTest);
    bench.ready.self_test = true;
    assert_eq!(bench.tick().state, State::Idle);
}

#[test]
fn h55_brown_out() {
    trips(RuleId::H55, AlarmId::Al11, 1, |b| b.generator.supply = Supply::BrownOut);
}
