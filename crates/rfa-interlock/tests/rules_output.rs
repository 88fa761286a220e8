//! Temperature and output rules at their thresholds, beside twins just below (hazards.md a.3,
//! decision 8).

mod bench;

use bench::{Bench, TICK_US, holds, trips, warm_to};
use rfa_interlock::{AlarmId, Command, Outputs, RuleId, State};
use rfa_units::{Bounded, Contactor, Telemetry, TipReading};

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
            *b = Bench::new(bench::spec(rfa_interlock::Activation::Key, &steps)).delivering(2_000);
            warm_to(b, 94_000);
            if b.sequence.is_multiple_of(2) {
                // The next sample is an odd one, which the bench leaves as it is.
            } else {
                b.tick();
            }
            b.tip_mc(mc);
        }
    };
    trips(RuleId::H02, AlarmId::Al01, 1, hot(95_000));
    holds(hot(94_999));
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
    let mut bench = Bench::by_key().delivering(2_000);
    bench.controller.power_mw = 0;
    bench.generator.power_mw = Some(2_000);
    let ticks = bench.ticks_until(State::Tripped, 20).expect("trips");
    // 60 ms in which the last grant may still be obeyed, then two samples.
    assert!(ticks <= 8, "{ticks} ticks from the request's fall");
    assert_eq!(bench.tripped_by(), Some((RuleId::H04, AlarmId::Al02)));
}

#[test]
fn h05_rf_with_k1_open_locks_out() {
    for mw in [200, 201] {
        for mut bench in [Bench::by_key().idle(), Bench::by_key().armed()] {
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

/// H-54: a contact that does not open is a hard fault; one that opens late is none.
#[test]
fn h54_a_welded_k1_locks_out_with_k2_open() {
    let stopped = || {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.generator.k1 = Some(Contactor::Shut);
        assert_eq!(bench.command(Command::Stop).state, State::Stopping);
        bench
    };
    let mut late = stopped();
    assert_eq!(late.run(8).state, State::Stopping);
    late.generator.k1 = None;
    assert_eq!(late.run(10).state, State::Idle);
    let mut welded = stopped();
    let ticks = welded.ticks_until(State::Lockout, 20);
    assert_eq!(ticks, Some(10), "90 ms on the samples' clock, and the second sample");
    assert_eq!(welded.tripped_by(), Some((RuleId::H54, AlarmId::Al03)));
    assert_eq!(welded.tick().k2, Contactor::Open);
}

/// H-05 while output is ending: nothing within the turn-off time, Lockout past it.
#[test]
fn h05_allows_the_turn_off_and_no_more() {
    let stopped = || {
        let mut bench = Bench::by_key().delivering(2_000);
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
    assert_eq!(ticks, 6, "50 ms on the samples' clock, and the second tick");
    // After a trip as well.
    let mut bench = Bench::by_key().delivering(2_000);
    bench.generator.power_mw = Some(2_000);
    bench.generator.tip = TipReading::Open;
    assert_eq!(bench.tick().state, State::Tripped);
    assert_eq!(bench.ticks_until(State::Lockout, 20), Some(6));
    assert_eq!(bench.tripped_by(), Some((RuleId::H06, AlarmId::Al04)), "the first is kept");
    assert!(bench.tick().latched.contains(AlarmId::Al03));
}

/// H-05, H-21: where the stop is late and the dead-man has to act, K1 reads back shut until then,
/// and RF may be on for 90 ms and no longer. Once K1 reads back open, RF has one meter window.
#[test]
fn h05_allows_the_dead_man_its_time_and_no_more() {
    let late_stop = |shut_for: usize, rf_for: usize| {
        // Below H-04's margin of 0.5 W, which has its own time for a grant to expire.
        let mut bench = Bench::by_key().delivering(400);
        bench.generator.power_mw = Some(400);
        bench.generator.k1 = Some(Contactor::Shut);
        assert_eq!(bench.command(Command::Stop).state, State::Stopping);
        let mut alarm = false;
        for tick in 1..=20 {
            if tick > shut_for {
                bench.generator.k1 = None;
            }
            if tick > rf_for {
                bench.generator.power_mw = Some(0);
            }
            alarm |= bench.tick().active.contains(AlarmId::Al03);
        }
        (bench.state(), alarm)
    };
    assert_eq!(late_stop(7, 8), (State::Idle, false), "as the dead-man ends it");
    assert_eq!(late_stop(5, 6), (State::Idle, false), "the meter's window after K1 opened");
    assert_eq!(late_stop(5, 7), (State::Idle, true), "RF past it, once");
    assert_eq!(late_stop(5, 8), (State::Lockout, true), "and twice");
    assert_eq!(late_stop(8, 9), (State::Idle, true), "a sample 90 ms later shows RF");
    assert_eq!(late_stop(8, 10), (State::Lockout, true), "and the next");
}

/// One tick with so many frames in it that lack the channel's report.
fn unreported(bench: &mut Bench, frames: u64) -> Outputs {
    bench.tick += 1;
    bench.now_us += TICK_US;
    let mut inputs = bench.inputs();
    inputs.telemetry = Bounded::new();
    bench.now_us -= frames * 1_000;
    for _ in 0..frames {
        bench.now_us += 1_000;
        let frame = Telemetry { channels: Bounded::new(), ..bench.frame() };
        inputs.telemetry.push(frame).expect("room");
    }
    bench.feed(&inputs)
}

/// H-04, H-05: where the power is not reported, it counts as above the request, and RF that was
/// seen with K1 open is not taken back.
#[test]
fn power_that_is_not_reported_is_no_good_news() {
    for (frames, active) in [(1, false), (2, true)] {
        let mut bench = Bench::by_key().delivering(2_000);
        let outputs = unreported(&mut bench, frames);
        assert_eq!(bench.tripped_by(), Some((RuleId::H06, AlarmId::Al04)));
        assert_eq!(outputs.active.contains(AlarmId::Al02), active, "{frames} samples");
    }
    let mut bench = Bench::by_key().idle();
    bench.generator.power_mw = Some(201);
    assert_eq!(bench.tick().state, State::Idle);
    assert!(unreported(&mut bench, 1).active.contains(AlarmId::Al03), "not taken back");
    assert_eq!(bench.tick().state, State::Lockout);
    let mut bench = Bench::by_key().idle();
    assert!(!unreported(&mut bench, 1).active.contains(AlarmId::Al03), "nor is it RF");
}

/// H-05: power on a channel nobody granted.
#[test]
fn h05_rf_on_another_channel_locks_out() {
    for (mw, expected) in [(200, None), (201, Some(2))] {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.generator.other_mw = Some(mw);
        assert_eq!(bench.ticks_until(State::Lockout, 10), expected);
    }
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
