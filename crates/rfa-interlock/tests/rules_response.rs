//! H-38: the tip's answer to power against that of the plan's electrode.

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{Activation, AlarmId, Command, LimitsSpec, RuleId, State, TripUnit, Warming};
use rfa_units::Span;

/// 20G x 5 mm, in a bench whose tip is set by hand.
fn planned() -> LimitsSpec {
    let warming = Warming { gain_mk_j: 6_300, leak: Span::from_millis(3_300) };
    LimitsSpec { warming, ..spec(Activation::Key, &[limit(70, 8_600, 60)]) }
}

/// Delivers 0.4 W and lets the tip rise as an electrode of `gain_mk_j` does; gives the tick of the
/// trip.
fn answers(gain_mk_j: i64, ticks: i64) -> (Bench, Option<i64>) {
    let mut bench = Bench::new(planned()).armed();
    bench.controller.power_mw = 400;
    bench.command(Command::Start);
    let (mut rise_uk, mut power_mw) = (0, 0);
    let tripped = (1..=ticks).find(|_| {
        // In 10 ms: power x gain, and what leaks of it.
        rise_uk += power_mw * gain_mk_j / 100 - rise_uk * 10 / 3_300;
        bench.tip_mc(37_000 + rise_uk / 1_000);
        let outputs = bench.tick();
        power_mw = i64::from(outputs.permit.granted.get());
        outputs.state == State::Tripped
    });
    (bench, tripped)
}

/// Three times the answer and more trips within the first 3 s; the plan's own and up to 1.9 times
/// it do not, then or later.
#[test]
fn h38_a_tip_that_answers_as_a_smaller_electrode() {
    for (gain_mk_j, seen) in [(3_000, false), (6_300, false), (9_450, false), (12_000, false)] {
        assert_eq!(answers(gain_mk_j, 400).1.is_some(), seen, "{gain_mk_j} mK/J");
    }
    for gain_mk_j in [19_000, 24_000] {
        let (bench, tick) = answers(gain_mk_j, 500);
        assert!(tick.is_some_and(|tick| tick < 250), "{gain_mk_j} mK/J: {tick:?}");
        assert_eq!(bench.tripped_by(), Some((RuleId::H38, AlarmId::Al06)), "{gain_mk_j} mK/J");
        let trip = bench.outputs.and_then(|outputs| outputs.trip).expect("kept");
        assert_eq!((trip.limit, trip.unit()), (200, TripUnit::Percent));
        assert!(trip.value > 200, "{trip:?}");
    }
}

/// A rise below 1.5 K says nothing, whatever the power: here 1.4 K to next to none.
#[test]
fn h38_a_small_rise_is_no_answer_yet() {
    for (rise_mk, seen) in [(1_400, false), (1_700, true)] {
        let mut bench = Bench::new(planned()).armed();
        bench.command(Command::Start);
        bench.run(12);
        for n in 1..=30 {
            bench.tip_mc(37_000 + rise_mk * n / 30);
            bench.controller.power_mw = 5;
            bench.tick();
        }
        bench.run(20);
        let tripped = bench.tripped_by() == Some((RuleId::H38, AlarmId::Al06));
        assert_eq!(tripped, seen, "{rise_mk} mK: {:?}", bench.tripped_by());
    }
}

/// Started with so many milliwatts asked.
fn started(power_mw: u32) -> Bench {
    let mut bench = Bench::new(planned()).armed();
    bench.controller.power_mw = power_mw;
    bench.command(Command::Start);
    bench
}

/// Brings the tip to `mc` in a straight line over `ticks`; whether it trips by H-38.
fn rises(bench: &mut Bench, mc: i64, ticks: i64) -> bool {
    let rfa_units::TipReading::Valid(tip) = bench.generator.tip else { panic!("unreadable") };
    let from = i64::from(tip.get());
    for n in 1..=ticks {
        bench.tip_mc(from + (mc - from) * n / ticks);
        bench.tick();
    }
    bench.tripped_by() == Some((RuleId::H38, AlarmId::Al06))
}

/// After 3 s a rise tells more of the tissue: 6 K in a second for 0.1 W, early and late; and each
/// start is compared by itself.
#[test]
fn h38_only_the_first_seconds_of_each_start_are_compared() {
    assert!(rises(&mut started(100), 43_000, 100));
    let mut late = started(100);
    late.run(305);
    assert!(!rises(&mut late, 43_000, 100), "{:?}", late.tripped_by());
    late.command(Command::Stop);
    late.ticks_until(State::Idle, 20).expect("ends");
    late.command(Command::Arm);
    late.run(5);
    assert_eq!(late.command(Command::Start).state, State::Delivering);
    assert!(rises(&mut late, 49_000, 100), "{:?}", late.tripped_by());
}

/// A needle that is colder than the body warms by itself: what it gains up to 37 °C is no answer.
#[test]
fn h38_a_tip_that_settles_is_no_wrong_electrode() {
    for from_mc in [31_000, 34_000] {
        let mut bench = Bench::new(planned());
        bench.tip_mc(from_mc);
        let mut bench = bench.armed();
        bench.controller.power_mw = 30;
        bench.command(Command::Start);
        assert!(!rises(&mut bench, 37_500, 150), "{from_mc}: {:?}", bench.tripped_by());
        assert_eq!(bench.state(), State::Delivering, "{from_mc}: {:?}", bench.tripped_by());
    }
}

/// A meter that shows nothing excuses no rise, nor does one sample that shows far too much.
#[test]
fn h38_a_power_that_is_not_so_is_no_excuse() {
    let mut dead = started(600);
    dead.generator.power_mw = Some(0);
    assert!(rises(&mut dead, 40_000, 100), "{:?}", dead.tripped_by());
    let mut spike = started(100);
    spike.run(5);
    spike.generator.power_mw = Some(50_000);
    spike.tick();
    spike.generator.power_mw = None;
    assert!(rises(&mut spike, 43_000, 100), "{:?}", spike.tripped_by());
}
