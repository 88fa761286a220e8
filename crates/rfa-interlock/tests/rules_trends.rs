//! Rules on warming, drying and contradiction at their thresholds, beside twins just below
//! (hazards.md a.3, decision 8).

mod bench;

use bench::{Bench, ease_to, holds, limit, spec, trips, warm_to};
use rfa_interlock::{Activation, AlarmId, ArmRefusal, Command, Priority, RuleId, State, TripUnit};
use rfa_units::{Contactor, Span};

/// Lets the tip move by `mk_per_tick` for `ticks`; gives the tick that left `state`.
fn moves(bench: &mut Bench, mk_per_tick: i64, ticks: i64, state: State) -> Option<i64> {
    let rfa_units::TipReading::Valid(tip) = bench.generator.tip else { panic!("unreadable") };
    let from = i64::from(tip.get());
    (1..=ticks).find(|n| {
        bench.tip_mc(from + n * mk_per_tick);
        bench.tick().state != state
    })
}

/// H-03: 10 K/s for a planned 2.2 K/s; 12, 20 and 50 K/s are seen, the faster the sooner.
#[test]
fn h03_runaway_rise() {
    for (mk_per_tick, ticks) in [(98, None), (120, Some(20)), (200, Some(15)), (500, Some(10))] {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, 45_000);
        let left = moves(&mut bench, mk_per_tick, 40, State::Delivering);
        assert_eq!(left, ticks, "{mk_per_tick} mK a tick: {:?}", bench.tripped_by());
        if ticks.is_some() {
            assert_eq!(bench.tripped_by(), Some((RuleId::H03, AlarmId::Al01)));
            let trip = bench.outputs.and_then(|outputs| outputs.trip).expect("kept");
            assert_eq!((trip.limit, trip.unit()), (10_000, TripUnit::MilliKelvinPerSecond));
        }
    }
    // A step that a plan never makes: its slope passes 10 K/s for less than five samples.
    holds(|b| {
        warm_to(b, 50_000);
        b.tip_mc(51_300);
    });
}

/// H-03: a plan of 33 K in 5 s has 6.6 K/s, and three times that as its limit.
#[test]
fn h03_a_fast_plan_has_three_times_its_rate() {
    for (mk_per_tick, trips) in [(194, false), (206, true)] {
        let mut step = limit(70, 8_600, 60);
        step.ramp = Span::from_secs(5);
        let mut bench = Bench::new(spec(Activation::Key, &[step])).delivering(2_000);
        warm_to(&mut bench, 45_000);
        let left = moves(&mut bench, mk_per_tick, 60, State::Delivering);
        assert_eq!(left.is_some(), trips, "{mk_per_tick} mK a tick: {:?}", bench.tripped_by());
    }
}

/// Started with a request for 5 W, where the start's ceiling is 2 W.
fn started() -> Bench {
    let mut bench = Bench::by_key().armed();
    bench.controller.power_mw = 5_000;
    bench.command(Command::Start);
    bench
}

/// H-11: no more than the start's ceiling until the tip answers, and 3 s of that end output.
#[test]
fn h11_power_without_an_answer() {
    let mut bench = started();
    let mut most_mw = 0;
    let ticks = (1..=500).find(|_| {
        let outputs = bench.tick();
        most_mw = most_mw.max(outputs.permit.granted.get());
        outputs.state == State::Tripped
    });
    assert_eq!(most_mw, 2_000);
    // 3 s, and the rise to half of the ceiling with its way back.
    assert!(ticks.is_some_and(|ticks| (300..=312).contains(&ticks)), "{ticks:?}");
    assert_eq!(bench.tripped_by(), Some((RuleId::H11, AlarmId::Al06)));
    let trip = bench.outputs.and_then(|outputs| outputs.trip).expect("kept");
    assert_eq!((trip.value / 1_000, trip.unit()), (3_000, TripUnit::Microseconds));
}

/// H-11: 1 K is an answer, 0.9 K is none; and less than half of the ceiling is no power.
#[test]
fn h11_a_rise_of_1_k_is_an_answer() {
    for (rise_mk, answers) in [(900, false), (1_020, true)] {
        let mut bench = started();
        bench.run(50);
        bench.tip_mc(37_000 + rise_mk);
        let left = bench.ticks_until(State::Tripped, 600);
        assert_eq!(left.is_none(), answers, "{rise_mk} mK");
        assert_eq!(bench.tick().permit.granted.get(), if answers { 5_000 } else { 0 });
    }
    // A tip that sinks and comes back has risen from where it was.
    let mut bench = started();
    moves(&mut bench, -10, 100, State::Delivering);
    moves(&mut bench, 10, 110, State::Delivering);
    assert_eq!(bench.run(600).state, State::Delivering, "{:?}", bench.tripped_by());
    let mut bench = started();
    bench.run(8);
    bench.generator.power_mw = Some(999);
    assert_eq!(bench.run(600).state, State::Delivering, "1 W is power: {:?}", bench.outputs);
}

/// H-11: a step resumed in warm tissue has answered, and each start is judged by itself.
#[test]
fn h11_a_warm_tip_has_answered_and_each_start_counts_alone() {
    for (mc, answers) in [(42_020, true), (41_900, false)] {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, mc);
        bench.command(Command::Stop);
        bench.ticks_until(State::Idle, 20).expect("ends");
        bench.command(Command::Arm);
        bench.tick();
        bench.controller.power_mw = 5_000;
        bench.command(Command::Start);
        let most = (0..250).map(|_| bench.tick().permit.granted.get()).max();
        assert_eq!(most, Some(if answers { 5_000 } else { 2_000 }), "{mc}");
        assert_eq!(bench.run(300).state == State::Delivering, answers, "{mc}");
    }
}

/// H-12: 2 K in a second above 40 °C with no power, in Idle too: Tripped, K2 open, and left by
/// acknowledge and reset (decision 4).
#[test]
fn h12_warming_without_power() {
    for armed in [false, true] {
        let mut bench = Bench::by_key();
        bench.tip_mc(41_000);
        let mut bench = if armed { bench.armed() } else { bench.idle() };
        bench.run(200);
        let state = bench.state();
        // 1.8 K a second.
        assert_eq!(moves(&mut bench, 18, 200, state), None);
        bench.run(150);
        let ticks = moves(&mut bench, 40, 200, state).expect("trips");
        assert!((50..=70).contains(&ticks), "{ticks} ticks at 4 K a second");
        let outputs = bench.outputs.expect("ticked");
        assert_eq!((outputs.state, outputs.k2), (State::Tripped, Contactor::Open));
        assert_eq!(bench.tripped_by(), Some((RuleId::H12, AlarmId::Al07)));
        assert!(outputs.latched.contains(AlarmId::Al07));
        bench.command(Command::Acknowledge);
        let present = Some(ArmRefusal::FaultPresent(AlarmId::Al07));
        assert_eq!(bench.command(Command::Reset).refusal, present, "not the emergency stop's");
        bench.run(300);
        let outputs = bench.command(Command::Reset);
        assert_eq!((outputs.state, outputs.k2), (State::Idle, Contactor::Shut));
    }
}

/// H-12: a needle that is put into the body warms to it, and a tip follows the RF that has ended.
#[test]
fn h12_minds_neither_a_needle_put_in_nor_what_rf_leaves() {
    let mut bench = Bench::by_key();
    bench.tip_mc(32_000);
    let mut bench = bench.idle();
    bench.run(200);
    assert_eq!(moves(&mut bench, 40, 190, State::Idle), None, "32 to 39.6 °C in 1.9 s");
    let mut bench = Bench::by_key().delivering(2_000);
    warm_to(&mut bench, 60_000);
    bench.command(Command::Stop);
    // What a sensor does for half a second after RF is not judged.
    for n in 1..=50 {
        bench.tip_mc(60_000 + n * 90);
        assert_ne!(bench.tick().state, State::Tripped, "{:?}", bench.tripped_by());
    }
    bench.run(300);
    assert_eq!(bench.state(), State::Idle, "{:?}", bench.tripped_by());
    // Power that was asked a moment ago is no rise without power either.
    holds(|b| {
        warm_to(b, 50_000);
        b.controller.power_mw = 0;
        b.generator.power_mw = Some(0);
        b.run(10);
        assert_eq!(moves(b, 60, 50, State::Delivering), None);
    });
}

/// H-12: a signal that is all spread says nothing of warmth.
#[test]
fn h12_leaves_a_disturbed_signal_to_h56() {
    let mut bench = Bench::by_key();
    bench.tip_mc(41_000);
    let mut bench = bench.idle();
    bench.run(200);
    for n in 0..100 {
        bench.tip_mc(if n % 2 == 0 { 47_000 } else { 41_000 });
        assert_eq!(bench.tick().state, State::Idle, "{:?}", bench.tripped_by());
    }
    assert!(bench.tick().active.contains(AlarmId::Al04));
}

/// H-16: 25 % in half a second above 70 °C; below, or slower, it is none.
#[test]
fn h16_impedance_rolls_off_while_hot() {
    let dry = |tip_mc: i64, percent: u32, ticks: u32| {
        let mut bench =
            Bench::new(spec(Activation::Key, &[limit(80, 5_800, 90)])).delivering(2_000);
        warm_to(&mut bench, tip_mc);
        for n in 1..=ticks {
            bench.generator.impedance_mohm = Some(250_000 + 2_500 * percent * n / ticks);
            bench.tick();
        }
        bench.run(50);
        (bench.state() == State::Tripped).then(|| bench.tripped_by())
    };
    let dried = Some(Some((RuleId::H16, AlarmId::Al08)));
    assert_eq!(dry(71_000, 30, 20), dried);
    assert_eq!(dry(71_000, 23, 20), None);
    assert_eq!(dry(69_500, 60, 20), None);
    assert_eq!(dry(71_000, 80, 200), None, "20 % in half a second at most");
    assert_eq!(dry(71_000, 26, 1), dried);
}

/// H-17: 30 % in 0.2 s while output is on; not on two samples, not in half a second, and not when
/// a needle is moved before.
#[test]
fn h17_impedance_falls_suddenly() {
    let to = |mohm: u32| move |b: &mut Bench| b.generator.impedance_mohm = Some(mohm);
    trips(RuleId::H17, AlarmId::Al09, 3, to(172_400));
    holds(to(177_500));
    holds(|b| {
        b.generator.impedance_mohm = Some(130_000);
        b.run(2);
        b.generator.impedance_mohm = Some(250_000);
    });
    holds(|b| ease_to(b, 150_000));
    let mut bench = Bench::by_key().armed();
    bench.generator.impedance_mohm = Some(150_000);
    assert_eq!(bench.run(100).state, State::Armed);
    // Where impedance is measured again with the power, there is nothing it has fallen from.
    holds(|b| {
        b.controller.power_mw = 100;
        b.run(10);
        b.generator.impedance_mohm = None;
        b.run(30);
        b.generator.impedance_mohm = Some(150_000);
        b.controller.power_mw = 2_000;
    });
}

/// H-18: voltage off by 15 % of the power, three samples, where there is power to compare.
#[test]
fn h18_readings_that_contradict_each_other() {
    let meter = |percent: u32| move |b: &mut Bench| b.generator.voltage_percent = percent;
    trips(RuleId::H18, AlarmId::Al02, 3, meter(84));
    trips(RuleId::H18, AlarmId::Al02, 3, meter(117));
    holds(meter(86));
    holds(meter(114));
    let ohms = |percent: u32| move |b: &mut Bench| b.generator.impedance_percent = percent;
    trips(RuleId::H18, AlarmId::Al02, 3, ohms(127));
    trips(RuleId::H18, AlarmId::Al02, 3, ohms(82));
    holds(ohms(124));
    holds(ohms(85));
    holds(|b| {
        b.generator.voltage_percent = 70;
        b.run(2);
        b.generator.voltage_percent = 100;
    });
    holds(|b| {
        b.controller.power_mw = 190;
        b.run(10);
        b.generator.voltage_percent = 70;
    });
}

/// H-19: outside 20 to 120 ohm or above 1.4 times the lowest since arming, for 400 ms.
#[test]
fn h19_return_pad() {
    let at = |mohm: Option<u32>| {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.generator.pad_mohm = mohm;
        let ticks = bench.ticks_until(State::Tripped, 200);
        (ticks, bench.tripped_by())
    };
    let pad = Some((RuleId::H19, AlarmId::Al10));
    assert_eq!(at(Some(84_001)), (Some(40), pad));
    assert_eq!(at(Some(84_000)), (None, None));
    assert_eq!(at(Some(19_999)), (Some(40), pad));
    assert_eq!(at(Some(20_000)), (None, None));
    assert_eq!(at(None), (Some(40), pad), "a pad that was measured and is no longer");
    // 390 ms are no fault.
    holds(|b| {
        b.generator.pad_mohm = Some(400_000);
        b.run(39);
        b.generator.pad_mohm = Some(60_000);
    });
    // A pad that settles: its lowest is what counts, whenever it was; not one spike of it.
    let mut bench = Bench::by_key();
    bench.generator.pad_mohm = Some(90_000);
    let mut bench = bench.delivering(2_000);
    bench.generator.pad_mohm = Some(70_000);
    bench.run(30);
    bench.generator.pad_mohm = Some(20_000);
    bench.tick();
    bench.generator.pad_mohm = Some(90_000);
    assert_eq!(bench.run(100).state, State::Delivering, "{:?}", bench.outputs);
    bench.generator.pad_mohm = Some(99_000);
    assert_eq!(bench.ticks_until(State::Tripped, 50), Some(40));
}

/// Halves that touch for a moment are no pad, and no reference for the next one.
#[test]
fn h19_a_short_is_no_reference() {
    let mut bench = Bench::by_key().delivering(2_000);
    bench.generator.pad_mohm = Some(10_000);
    bench.run(30);
    bench.generator.pad_mohm = Some(60_000);
    assert_eq!(bench.run(100).state, State::Delivering, "{:?}", bench.outputs);
}

/// After a trip a new pad may be put on: it is compared with the window only.
#[test]
fn h19_a_new_pad_ends_the_trip() {
    let mut bench = Bench::by_key();
    bench.generator.pad_mohm = Some(40_000);
    let mut bench = bench.delivering(2_000);
    bench.generator.pad_mohm = Some(200_000);
    assert_eq!(bench.ticks_until(State::Tripped, 50), Some(40));
    bench.generator.pad_mohm = Some(60_000);
    bench.run(250);
    bench.command(Command::Acknowledge);
    assert_eq!(bench.command(Command::Reset).state, State::Idle, "{:?}", bench.outputs);
}

/// H-19 before RF: no arming, a medium alarm; where no pad is measured there is no rule.
#[test]
fn h19_refuses_arming() {
    let mut bench = Bench::by_key().idle();
    bench.generator.pad_mohm = Some(120_001);
    let outputs = bench.run(60);
    assert!(outputs.active.contains(AlarmId::Al10));
    assert_eq!(outputs.state, State::Idle);
    assert_eq!(AlarmId::Al10.priority_in(State::Idle), Priority::Medium);
    assert_eq!(AlarmId::Al10.priority_in(State::Delivering), Priority::High);
    let refusal = bench.command(Command::Arm).refusal;
    assert_eq!(refusal, Some(ArmRefusal::FaultPresent(AlarmId::Al10)));
    bench.generator.pad_mohm = Some(100_000);
    bench.run(210);
    assert_eq!(bench.command(Command::Arm).state, State::Armed, "100 ohm, if it stays there");
    // Disarmed there is no lowest any more.
    bench.generator.pad_mohm = Some(50_000);
    bench.run(30);
    bench.command(Command::Stop);
    bench.generator.pad_mohm = Some(100_000);
    assert!(!bench.run(60).active.contains(AlarmId::Al10));
    let mut without = Bench::by_key();
    without.generator.pad_mohm = None;
    assert_eq!(without.delivering(2_000).run(300).state, State::Delivering);
}

/// H-56: a spread of 2 K in ten samples about their line, for 200 ms; a ramp is no spread.
#[test]
fn h56_interference_on_the_sensor() {
    let swing = |half_mk: i64, mk_per_tick: i64, ticks: i64| {
        let mut bench = Bench::by_key().delivering(2_000);
        warm_to(&mut bench, 50_000);
        let sign = |n: i64| if n % 2 == 0 { half_mk } else { -half_mk };
        for n in 1..=ticks {
            bench.tip_mc(50_000 + n * mk_per_tick + sign(n));
            if bench.tick().state == State::Tripped {
                return Some((n, bench.tripped_by()));
            }
        }
        for n in ticks + 1..=ticks + 30 {
            bench.tip_mc(50_000 + ticks * mk_per_tick);
            assert_eq!(bench.tick().state, State::Delivering, "{n}: {:?}", bench.tripped_by());
        }
        None
    };
    let disturbed = Some((RuleId::H56, AlarmId::Al04));
    // Two samples to the first spread, then twenty.
    assert!(swing(1_100, 0, 40).is_some_and(|(n, by)| (20..=24).contains(&n) && by == disturbed));
    assert!(swing(1_200, 30, 40).is_some_and(|(_, by)| by == disturbed), "in a ramp");
    assert_eq!(swing(800, 0, 100), None);
    assert_eq!(swing(800, 30, 100), None);
    assert_eq!(swing(700, 85, 40), None, "a ramp of 8.5 K/s under it");
    assert_eq!(swing(1_100, 0, 9), None, "9 samples of it and 10 of its window");
}
