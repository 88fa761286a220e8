//! In a build of its own, a rule that is switched off finds nothing, and every other one goes on:
//! `cargo test -p rfa-interlock --features negative-control --test negative_control`.
#![cfg(feature = "negative-control")]

mod bench;

use bench::{Bench, holds, trips};
use rfa_interlock::{AlarmId, RuleId, switch_off};
use rfa_units::{Supply, TipReading};

#[test]
fn a_rule_is_switched_off_alone() {
    // Of the rules whose absence no invariant sees, so that the bench's own do not end the test.
    let brown_out = |bench: &mut Bench| bench.generator.supply = Supply::BrownOut;
    trips(RuleId::H55, AlarmId::Al11, 1, brown_out);
    switch_off(RuleId::H55);
    holds(brown_out);
    trips(RuleId::H06, AlarmId::Al04, 1, |bench| bench.generator.tip = TipReading::Open);
}
