//! Alarms, their sets, and the units of trips, as others read them (hazards.md part b).

use rfa_interlock::{AlarmId, AlarmSet, Priority, RuleId, Trip, TripUnit};
use rfa_units::Bounded;

#[test]
fn every_alarm_has_its_priority_and_latch() {
    for alarm in AlarmId::ALL {
        let priority = match alarm.number() {
            14 | 20 | 21 | 23 | 24 => Priority::Medium,
            25 => Priority::Low,
            _ => Priority::High,
        };
        assert_eq!(alarm.priority(), priority, "{alarm:?}");
        let advises = matches!(alarm.number(), 14 | 20 | 21 | 23 | 24 | 25);
        assert_eq!(alarm.latching(), !advises, "{alarm:?}");
    }
}

#[test]
fn a_set_is_what_was_put_in() {
    let (one, four) = (AlarmId::Al01, AlarmId::Al04);
    let both = AlarmSet::NONE.with(one).with(four);
    assert!(AlarmSet::NONE.is_empty() && !both.is_empty());
    assert_eq!(both.bits(), 0b1_0010);
    assert_eq!(both.without(one), AlarmSet::NONE.with(four));
    assert_eq!(both.without(one).without(one), AlarmSet::NONE.with(four), "gone is gone");
    assert_eq!(both.union(AlarmSet::NONE.with(one)), both);
    assert_eq!(AlarmSet::NONE.with(one).union(AlarmSet::NONE.with(four)), both);
    assert_eq!(
        AlarmSet::from_bits(both.bits() | 1 | 1 << 5 | 1 << 31),
        both,
        "no alarm is dropped"
    );
    assert!(both.iter().eq([one, four]));
}

#[test]
fn rules_have_the_numbers_of_their_hazards() {
    for rule in RuleId::ALL {
        assert_eq!(format!("{rule:?}"), format!("H{:02}", rule.number()));
    }
}

/// A limit or a value of 0 is a number; both are a reading that was missing.
#[test]
fn a_trip_has_a_unit_with_its_name() {
    let unit = |value, limit| {
        let samples = Bounded::new();
        let (rule, alarm) = (RuleId::H02, AlarmId::Al01);
        Trip { rule, alarm, value, limit, window_us: 0, samples }.unit()
    };
    assert_eq!(unit(0, 0), TripUnit::Missing);
    assert_eq!((unit(0, 1), unit(1, 0)), (TripUnit::MilliCelsius, TripUnit::MilliCelsius));
    let names = [
        (TripUnit::MilliCelsius, "mC"),
        (TripUnit::MilliKelvin, "mK"),
        (TripUnit::MilliKelvinPerSecond, "mK/s"),
        (TripUnit::MilliWatts, "mW"),
        (TripUnit::Milliohms, "mohm"),
        (TripUnit::Microseconds, "us"),
        (TripUnit::Percent, "percent"),
        (TripUnit::Frames, "frames"),
        (TripUnit::Ticks, "ticks"),
        (TripUnit::Condition, "condition"),
        (TripUnit::Missing, "missing"),
    ];
    assert!(names.iter().all(|(unit, name)| unit.name() == *name));
}
