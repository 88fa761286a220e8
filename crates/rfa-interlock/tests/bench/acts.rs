//! What is done to a bench that delivers, and what has to come of it.

use super::Bench;
use rfa_interlock::{AlarmId, RuleId, State};
use rfa_units::{Contactor, TipReading};

/// Ticks from a fault's first sample to the tick that opens K1, at most (hazards.md a.1, a.3):
/// B100 and B50 less the 22 ms from decision to RF off, or the silence the rule itself waits for.
fn budget_ticks(rule: RuleId) -> usize {
    match rule {
        RuleId::H02 | RuleId::H06 | RuleId::H15 | RuleId::H49 | RuleId::H55 => 2,
        RuleId::H20 => 3,
        RuleId::H23 => 50,
        _ => 7,
    }
}

/// Spoils a bench that delivers 2 W at 70 °C set; it has to trip in exactly `ticks`.
#[track_caller]
pub(crate) fn trips(
    rule: RuleId,
    alarm: AlarmId,
    ticks: usize,
    spoil: impl FnOnce(&mut Bench),
) -> Bench {
    assert!(ticks <= budget_ticks(rule), "{rule:?} has {} ticks", budget_ticks(rule));
    let mut bench = Bench::by_key().delivering(2_000);
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
pub(crate) fn holds(spoil: impl FnOnce(&mut Bench)) -> Bench {
    let mut bench = Bench::by_key().delivering(2_000);
    spoil(&mut bench);
    assert_eq!(bench.run(100).state, State::Delivering, "{:?}", bench.tripped_by());
    bench
}

/// Brings the tip to `mc` in steps no rule minds, and leaves it there for a slope's window.
pub(crate) fn warm_to(bench: &mut Bench, mc: i64) {
    let TipReading::Valid(tip) = bench.generator.tip else { panic!("an unreadable tip") };
    let mut t = i64::from(tip.get());
    while t != mc {
        t = if mc > t { (t + 80).min(mc) } else { (t - 100).max(mc) };
        bench.tip_mc(t);
        assert_eq!(bench.tick().state, State::Delivering, "on the way at {t}");
    }
    bench.run(25);
}

/// Brings the impedance to `mohm` within a second.
pub(crate) fn ease_to(bench: &mut Bench, mohm: u32) {
    let from = i64::from(bench.generator.impedance_mohm.expect("an impedance"));
    for n in 1..=100 {
        let seen = from + (i64::from(mohm) - from) * n / 100;
        bench.generator.impedance_mohm = Some(u32::try_from(seen).expect("an impedance"));
        bench.tick();
    }
}
