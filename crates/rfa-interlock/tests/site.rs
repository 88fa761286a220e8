//! Thresholds of a site: tighter ones act, tried ones only tell.

mod bench;

use bench::{Bench, limit, spec, warm_to};
use rfa_interlock::{
    Activation, AlarmId, Event, LimitsSpec, RuleId, State, Threshold, Thresholds, Trip,
};

fn with(threshold: Threshold, value: i64) -> Thresholds {
    Thresholds::TABLE.with(threshold, value).expect("in range")
}

fn base() -> LimitsSpec {
    spec(Activation::Key, &[limit(70, 8_600, 60)])
}

/// Delivering, with the tip brought slowly near `mc` and held there.
fn at(spec: LimitsSpec, mc: i64) -> Bench {
    let mut bench = Bench::new(spec).delivering(2_000);
    warm_to(&mut bench, 72_000);
    for step in 1..=40 {
        bench.tip_mc(72_000 + (mc - 72_000) * step / 40);
        bench.tick();
    }
    bench.run(20);
    bench
}

fn would_trip(bench: &Bench) -> Vec<Trip> {
    let trips = bench.events.iter().filter_map(|(_, event)| match event {
        Event::WouldTrip(trip) => Some(*trip),
        _ => None,
    });
    trips.collect()
}

#[test]
fn a_tighter_threshold_acts() {
    let rules = with(Threshold::OverSet, 3_500);
    let below = at(LimitsSpec { rules, ..base() }, 73_400);
    assert_eq!(below.outputs.map(|o| o.state), Some(State::Delivering));
    let above = at(LimitsSpec { rules, ..base() }, 73_600);
    assert_eq!(above.tripped_by(), Some((RuleId::H01, AlarmId::Al01)));
    let trip = above.outputs.and_then(|outputs| outputs.trip).expect("kept");
    assert_eq!(trip.limit, 73_500);
    // The table's own is 5 K.
    assert_eq!(at(base(), 74_600).outputs.map(|o| o.state), Some(State::Delivering));
}

/// What is tried is told once, with its numbers, and everything else is as it is without: grants,
/// states and alarms, tick for tick.
#[test]
fn a_tried_threshold_tells_and_does_nothing() {
    let tried = LimitsSpec { passive: Some(with(Threshold::OverSet, 3_500)), ..base() };
    let (mut bench, mut plain) = (at(tried, 73_600), at(base(), 73_600));
    let told = would_trip(&bench);
    assert_eq!(told.len(), 1, "{told:?}");
    let trip = told.first().expect("one");
    assert_eq!((trip.rule, trip.alarm, trip.limit), (RuleId::H01, AlarmId::Al01, 73_500));
    assert!(trip.value >= 73_500, "{trip:?}");
    for tick in 0..50 {
        let (mut with, without) = (bench.tick(), plain.tick());
        with.events = without.events;
        assert_eq!(with, without, "tick {tick}");
    }
    assert_eq!(bench.tripped_by(), None);
    assert!(would_trip(&plain).is_empty());
    // Gone and come back: told again.
    bench.tip_mc(73_300);
    bench.run(5);
    bench.tip_mc(73_700);
    bench.run(5);
    assert_eq!(would_trip(&bench).len(), 2);
}

/// The rules themselves, tried: they tell when they trip, too.
#[test]
fn the_table_itself_may_be_tried() {
    let tried = LimitsSpec { passive: Some(Thresholds::TABLE), ..base() };
    let bench = at(tried, 75_200);
    assert_eq!(bench.tripped_by(), Some((RuleId::H01, AlarmId::Al01)));
    assert_eq!(would_trip(&bench).first().map(|trip| trip.rule), Some(RuleId::H01));
}
