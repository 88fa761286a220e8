//! What the tip reads before the first output and after the last (hazards.md H-09, H-13).

mod bench;

use bench::{Bench, limit, spec, warm_to};
use rfa_interlock::{Activation, AlarmId, ArmRefusal, Command, RuleId, State};
use rfa_units::Contactor;

/// H-09: a tip that is not at a body's temperature is not armed, until output has begun once.
#[test]
fn h09_no_arming_outside_a_body() {
    for (mc, arms) in [(30_010, true), (41_990, true), (42_020, false), (52_000, false)] {
        let mut bench = Bench::by_key();
        bench.tip_mc(mc);
        let mut bench = bench.idle();
        bench.run(20);
        let outputs = bench.command(Command::Arm);
        let refusal = (!arms).then_some(ArmRefusal::TipTemperature);
        assert_eq!((outputs.state == State::Armed, outputs.refusal), (arms, refusal), "{mc}");
    }
    // A step is resumed in tissue that is still warm.
    let mut bench = Bench::by_key().delivering(2_000);
    warm_to(&mut bench, 50_000);
    bench.command(Command::Stop);
    bench.ticks_until(State::Idle, 20).expect("ends");
    assert_eq!(bench.command(Command::Arm).state, State::Armed);
}

/// Ends output at a tip of `from_mc` and lets it fall evenly by `fall_mk` in the 3 s that count.
fn after_output(from_mc: i64, fall_mk: i64, noise_mk: i64) -> Bench {
    let step = limit(80, 8_600, 60);
    let mut bench = Bench::new(spec(Activation::Key, &[step])).delivering(2_000);
    warm_to(&mut bench, from_mc);
    bench.generator.power_mw = Some(0);
    bench.command(Command::Stop);
    bench.ticks_until(State::Idle, 20).expect("ends");
    for tick in 0..500 {
        let noise = if tick % 2 == 0 { noise_mk } else { -noise_mk };
        bench.tip_mc(from_mc - fall_mk * tick / 300 + noise);
        bench.tick();
    }
    bench
}

/// H-13: 0.6 K in 3 s from above 60 °C is cooling, less is none: lockout, K2 open. A reading that
/// does not move at all is H-08's.
#[test]
fn h13_no_cooling_after_output() {
    for (from_mc, fall_mk, noise_mk, locks) in [
        (70_000, 0, 30, true),
        (70_000, 500, 30, true),
        (70_000, 720, 30, false),
        (62_000, 0, 30, true),
        (59_900, 0, 30, false),
    ] {
        let bench = after_output(from_mc, fall_mk, noise_mk);
        let outputs = bench.outputs.expect("ticked");
        let case = (from_mc, fall_mk, noise_mk);
        assert_eq!(outputs.state == State::Lockout, locks, "{case:?}: {outputs:?}");
        if locks {
            assert_eq!(bench.tripped_by(), Some((RuleId::H13, AlarmId::Al03)), "{case:?}");
            assert_eq!(outputs.k2, Contactor::Open);
        }
    }
    // The bench's own unrest is 10 mK in every second sample: one of these two cancels it.
    let locks = |noise_mk| after_output(70_000, 0, noise_mk).state() == State::Lockout;
    assert_eq!([5, -5].map(locks).iter().filter(|locked| **locked).count(), 1, "a still reading");
}
