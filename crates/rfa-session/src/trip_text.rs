//! A trip's numbers in words.

use alloc::format;
use alloc::string::{String, ToString};
use rfa_interlock::{RuleId, Trip, TripUnit};

/// The value that tripped and the limit it crossed, with their unit, e.g.
/// `86.2 C, limit 85.0 C`.
#[must_use]
pub fn trip_text(trip: &Trip) -> String {
    let both = |word: &dyn Fn(i64) -> String| {
        // Nothing was ever heard: the longest time there is, and no measured one.
        let value = if trip.value == i64::MAX { "never".to_string() } else { word(trip.value) };
        format!("{value}, limit {}", word(trip.limit))
    };
    let milli = |digits: usize, unit: &'static str| {
        move |raw: i64| format!("{:.digits$} {unit}", raw as f64 / 1000.0)
    };
    match trip.unit() {
        TripUnit::MilliCelsius => both(&milli(1, "C")),
        TripUnit::MilliKelvin => both(&milli(1, "K")),
        TripUnit::MilliKelvinPerSecond => both(&milli(1, "K/s")),
        TripUnit::MilliWatts => both(&milli(2, "W")),
        TripUnit::Milliohms => both(&milli(0, "ohm")),
        TripUnit::Microseconds => both(&milli(1, "ms")),
        TripUnit::Percent => both(&|percent| format!("{percent} %")),
        TripUnit::Frames => both(&|count| format!("{count} frames")),
        TripUnit::Ticks => both(&|count| format!("{count} ticks")),
        TripUnit::Condition => condition(trip.rule).to_string(),
        TripUnit::Missing if trip.rule == RuleId::H44 => "the clock stood still".to_string(),
        TripUnit::Missing => "no reading".to_string(),
    }
}

/// What is so, where no number stands behind it.
const fn condition(rule: RuleId) -> &'static str {
    match rule {
        RuleId::H20 => "the controller said that it cannot go on",
        RuleId::H22 => "the line hung up",
        RuleId::H28 => "the footswitch is not fitted as planned",
        RuleId::H49 => "the emergency stop is pressed, or its contacts disagree",
        RuleId::H54 => "a contactor does not read back as commanded",
        RuleId::H55 => "the generator's supply is low",
        _ => "so",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_interlock::AlarmId;
    use rfa_units::Bounded;

    fn text(rule: RuleId, value: i64, limit: i64, window_us: u64) -> String {
        let alarm = AlarmId::Al04;
        trip_text(&Trip { rule, alarm, value, limit, window_us, samples: Bounded::new() })
    }

    #[test]
    fn numbers_have_their_unit() {
        for (rule, value, limit, window_us, expected) in [
            (RuleId::H01, 86_234, 85_000, 0, "86.2 C, limit 85.0 C"),
            (RuleId::H04, 1_234, 900, 0, "1.23 W, limit 0.90 W"),
            (RuleId::H06, 21_000, 8_000, 20_000, "21.0 K, limit 8.0 K"),
            (RuleId::H06, 0, 0, 0, "no reading"),
            (RuleId::H07, 28_100, 30_000, 0, "28.1 C, limit 30.0 C"),
            (RuleId::H07, 3_200, 3_000, 200_000, "3.2 K/s, limit 3.0 K/s"),
            (RuleId::H08, 500_000, 500_000, 500_000, "500.0 ms, limit 500.0 ms"),
            (RuleId::H14, 1_620_000, 1_500_000, 0, "1620 ohm, limit 1500 ohm"),
            (RuleId::H03, 21_300, 10_000, 200_000, "21.3 K/s, limit 10.0 K/s"),
            (RuleId::H11, 3_000_000, 3_000_000, 0, "3000.0 ms, limit 3000.0 ms"),
            (RuleId::H12, 2_100, 2_000, 1_000_000, "2.1 K, limit 2.0 K"),
            (RuleId::H16, 27, 25, 500_000, "27 %, limit 25 %"),
            (RuleId::H19, 131_000, 84_000, 0, "131 ohm, limit 84 ohm"),
            (RuleId::H19, 0, 0, 0, "no reading"),
            (RuleId::H56, 2_900, 2_000, 0, "2.9 K, limit 2.0 K"),
            (RuleId::H20, 1, 1, 0, "the controller said that it cannot go on"),
            (RuleId::H22, 60_010, 60_000, 0, "60.0 ms, limit 60.0 ms"),
            (RuleId::H22, i64::MAX, 60_000, 0, "never, limit 60.0 ms"),
            (RuleId::H22, 3, 3, 1_000_000, "3 frames, limit 3 frames"),
            (RuleId::H22, 1, 1, 0, "the line hung up"),
            (RuleId::H44, 31_000, 30_000, 0, "31.0 ms, limit 30.0 ms"),
            (RuleId::H44, 2, 2, 0, "2 ticks, limit 2 ticks"),
            (RuleId::H44, 0, 0, 0, "the clock stood still"),
        ] {
            assert_eq!(text(rule, value, limit, window_us), expected);
        }
    }
}
