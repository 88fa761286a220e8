//! The table as a whole.

mod rows;

use super::{RULES, rule_rows};
use crate::{RuleId, Trip, TripUnit};
use rfa_units::Bounded;

/// A trip at its row's own threshold has that row's unit.
#[test]
fn every_row_has_its_unit() {
    use TripUnit::{
        Condition, Frames, Microseconds, MilliCelsius, MilliKelvin, MilliKelvinPerSecond,
        MilliWatts, Milliohms, Missing, Percent, Ticks,
    };
    let of_limit = [
        (RuleId::H01, 75_000, MilliCelsius),
        (RuleId::H14, 1_500_000, Milliohms),
        (RuleId::H15, 40_000, Milliohms),
    ];
    for rule in &RULES {
        let trip = |value: i64, limit: i64| Trip {
            rule: rule.id,
            alarm: rule.alarm,
            value,
            limit,
            window_us: rule.window.as_micros(),
            samples: Bounded::new(),
        };
        let own = of_limit.iter().find(|(id, ..)| *id == rule.id);
        let (limit, expected) = match (rule.id, rule.threshold) {
            (RuleId::H06, 0) => {
                assert_eq!(trip(0, 0).unit(), Missing, "{:?}", rule.id);
                continue;
            }
            _ if own.is_some() => own.map_or((0, Missing), |(_, limit, unit)| (*limit, *unit)),
            (RuleId::H02, limit) => (limit, MilliCelsius),
            (RuleId::H04 | RuleId::H05 | RuleId::H50, limit) => (limit, MilliWatts),
            (RuleId::H06 | RuleId::H12 | RuleId::H13 | RuleId::H56, limit) => (limit, MilliKelvin),
            (RuleId::H16 | RuleId::H17 | RuleId::H18 | RuleId::H38, limit) => (limit, Percent),
            (RuleId::H19, limit) => (limit, Milliohms),
            (RuleId::H07, 30_000) => (30_000, MilliCelsius),
            (RuleId::H03 | RuleId::H07, limit) => (limit, MilliKelvinPerSecond),
            (RuleId::H44, 2) => (2, Ticks),
            (RuleId::H22 | RuleId::H24, limit @ (3 | 11)) => (limit, Frames),
            (_, 1) => (1, Condition),
            (_, limit) => (limit, Microseconds),
        };
        assert_eq!(trip(limit, limit).unit(), expected, "{:?} {limit}", rule.id);
    }
}

/// What documents are told of a row, in one of each kind.
#[test]
fn rows_tell_what_they_count_and_do() {
    let told = |id: RuleId| {
        let row = rule_rows().find(|row| row.id == id).expect("a row");
        (row.on_samples, row.votes, row.scope, row.reaction)
    };
    assert_eq!(rule_rows().count(), RULES.len());
    assert_eq!(told(RuleId::H01), (true, 2, "after self-test", "off, latched"));
    assert_eq!(told(RuleId::H13), (true, 1, "after self-test", "lockout"));
    assert_eq!(told(RuleId::H16), (true, 2, "delivering, stopping", "off, latched"));
    assert_eq!(told(RuleId::H20), (false, 1, "after self-test", "off, latched"));
    assert_eq!(told(RuleId::H44), (false, 1, "armed, delivering", "off, latched"));
    assert_eq!(told(RuleId::H49), (true, 1, "always", "off, K2 open, latched"));
    assert_eq!(told(RuleId::H50), (true, 1, "self-test", "K2 open, lockout"));
}
