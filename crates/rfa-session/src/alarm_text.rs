//! One table for every alarm: title, the line on screen, what was done, what to do (hazards.md
//! part b). Priority and latching are the interlock's own facts: [`AlarmId::priority_in`].

mod table;

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use rfa_interlock::{AlarmId, RuleId, Trip, TripUnit};
use rfa_units::{MilliCelsius, MilliWatts, Milliohms};

/// What an operator is told about one alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlarmText {
    /// The alarm.
    pub id: AlarmId,
    /// Two to four words.
    pub title: &'static str,
    /// What the condition is, in a sentence.
    pub meaning: &'static str,
    /// What rfa did about it.
    pub done: &'static str,
    /// What the operator does first; one line of at most 44 characters.
    pub act: &'static str,
    /// What clears it.
    pub cleared_by: &'static str,
    /// The test that shows it, a file of the project.
    pub shown_by: &'static str,
}

/// Measured values that stand in an alarm's line. Missing is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AlarmContext {
    /// The tip's newest valid temperature.
    pub tip: Option<MilliCelsius>,
    /// The step's set temperature.
    pub set: Option<MilliCelsius>,
    /// The newest measured power.
    pub power: Option<MilliWatts>,
    /// The power ceiling in force.
    pub ceiling: Option<MilliWatts>,
    /// The newest measured impedance.
    pub impedance: Option<Milliohms>,
}

/// The text of `alarm`.
#[must_use]
pub const fn alarm_text(alarm: AlarmId) -> &'static AlarmText {
    match alarm {
        AlarmId::Al01 => &table::AL_01,
        AlarmId::Al02 => &table::AL_02,
        AlarmId::Al03 => &table::AL_03,
        AlarmId::Al04 => &table::AL_04,
        AlarmId::Al06 => &table::AL_06,
        AlarmId::Al07 => &table::AL_07,
        AlarmId::Al08 => &table::AL_08,
        AlarmId::Al09 => &table::AL_09,
        AlarmId::Al10 => &table::AL_10,
        AlarmId::Al11 => &table::AL_11,
        AlarmId::Al12 => &table::AL_12,
        AlarmId::Al13 => &table::AL_13,
        AlarmId::Al14 => &table::AL_14,
        AlarmId::Al18 => &table::AL_18,
        AlarmId::Al19 => &table::AL_19,
        AlarmId::Al20 => &table::AL_20,
        AlarmId::Al21 => &table::AL_21,
        AlarmId::Al23 => &table::AL_23,
        AlarmId::Al24 => &table::AL_24,
        AlarmId::Al25 => &table::AL_25,
        AlarmId::Al27 => &table::AL_27,
    }
}

/// The line on screen for `alarm`, with the numbers of `trip` where it raised this alarm, and
/// else with what is measured now.
#[must_use]
pub fn alarm_line(alarm: AlarmId, trip: Option<&Trip>, now: &AlarmContext) -> String {
    let trip = trip.filter(|trip| trip.alarm == alarm);
    match alarm {
        AlarmId::Al01 => temperature(trip),
        AlarmId::Al02 => output_above_request(trip),
        AlarmId::Al04 => format!("RF OFF: temperature sensor {}", sensor_word(trip)),
        AlarmId::Al06 => response(trip),
        AlarmId::Al07 => "TIP WARMS, RF IS OFF: remove other energy source".to_string(),
        AlarmId::Al08 => impedance(trip, "RF OFF: impedance ", "rose"),
        AlarmId::Al09 => impedance(trip, "RF OFF: impedance fell to ", "fell"),
        AlarmId::Al10 => return_pad(trip),
        AlarmId::Al11 => generator(trip),
        AlarmId::Al12 => controller(trip),
        AlarmId::Al20 => {
            format!("{} not reached, {}", celsius(now.set), watts(now.power))
        }
        AlarmId::Al21 => {
            format!("{}, set {}. Dose is not counted", celsius(now.tip), celsius(now.set))
        }
        AlarmId::Al25 => format!("Power held at {} for this electrode", watts(now.ceiling)),
        AlarmId::Al03 => "DISCONNECT ELECTRODE: RF cannot be stopped by software".to_string(),
        AlarmId::Al13 => "RF OFF: safety monitor restarted".to_string(),
        AlarmId::Al14 => footswitch(trip),
        AlarmId::Al18 => "EMERGENCY STOP".to_string(),
        AlarmId::Al19 => "RF OFF: this screen was not answering".to_string(),
        AlarmId::Al23 => "The treatment session is not being recorded".to_string(),
        AlarmId::Al24 => "Alarm sound not working: watch the screen".to_string(),
        AlarmId::Al27 => "LOCKED: three trips. Call service".to_string(),
    }
}

/// One thousandth of a unit with `digits` decimals.
struct Milli(i64, usize);

impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // At most a recorded limit or reading: far inside what f64 holds exactly.
        let Self(raw, digits) = *self;
        write!(f, "{:.digits$}", raw as f64 / 1000.0)
    }
}

fn temperature(trip: Option<&Trip>) -> String {
    let Some(trip) = trip else { return "RF OFF: tip over temperature".to_string() };
    match trip.rule {
        RuleId::H03 => {
            let (value, limit) = (Milli(trip.value, 0), Milli(trip.limit, 0));
            format!("RF OFF: tip rises {value} C a second, limit {limit}")
        }
        _ => format!("RF OFF: tip {} C, limit {} C", Milli(trip.value, 1), Milli(trip.limit, 0)),
    }
}

fn response(trip: Option<&Trip>) -> String {
    match trip.filter(|trip| trip.rule == RuleId::H38) {
        Some(trip) => {
            let value = trip.value;
            format!("RF OFF: tip warms as a smaller electrode does ({value} %). Is it this one?")
        }
        None => "RF OFF: power, no warming. Is the tip in tissue?".to_string(),
    }
}

fn output_above_request(trip: Option<&Trip>) -> String {
    if trip.is_some_and(|trip| trip.rule == RuleId::H18) {
        return "RF OFF: generator's readings contradict each other".to_string();
    }
    trip.map_or_else(
        || "RF OFF: more power measured than asked".to_string(),
        |trip| {
            let (value, limit) = (Milli(trip.value, 1), Milli(trip.limit, 1));
            format!("RF OFF: {value} W measured, {limit} W allowed")
        },
    )
}

fn sensor_word(trip: Option<&Trip>) -> &'static str {
    match trip.map(|trip| trip.rule) {
        Some(RuleId::H06) => "open or jumping",
        Some(RuleId::H07) => "shorted",
        Some(RuleId::H08) => "frozen",
        Some(RuleId::H56) => "disturbed",
        _ => "not usable",
    }
}

fn impedance(trip: Option<&Trip>, before: &str, changed: &str) -> String {
    if let Some(trip) = trip.filter(|trip| trip.unit() == TripUnit::Percent) {
        return format!("RF OFF: impedance {changed} by {} %, suddenly", trip.value);
    }
    trip.map_or_else(
        || "RF OFF: impedance out of limits".to_string(),
        |trip| {
            let (value, limit) = (Milli(trip.value, 0), Milli(trip.limit, 0));
            format!("{before}{value} ohm, limit {limit}")
        },
    )
}

fn return_pad(trip: Option<&Trip>) -> String {
    trip.filter(|trip| trip.unit() == TripUnit::Milliohms).map_or_else(
        || "Return pad contact is not good".to_string(),
        |trip| {
            let (value, limit) = (Milli(trip.value, 0), Milli(trip.limit, 0));
            format!("RF OFF: return pad {value} ohm, limit {limit}")
        },
    )
}

fn generator(trip: Option<&Trip>) -> String {
    match trip.map(|trip| trip.rule) {
        Some(RuleId::H24) => "RF OFF: line to generator disturbed".to_string(),
        Some(RuleId::H55) => "RF OFF: generator supply failing".to_string(),
        Some(_) => "RF OFF: generator not answering".to_string(),
        None => "Generator not answering".to_string(),
    }
}

fn controller(trip: Option<&Trip>) -> String {
    match trip.map(|trip| trip.rule) {
        Some(RuleId::H44) => "RF OFF: controller late".to_string(),
        _ => "RF OFF: controller stopped".to_string(),
    }
}

fn footswitch(trip: Option<&Trip>) -> String {
    match trip.map(|trip| trip.rule) {
        Some(RuleId::H27) => "RF OFF: footswitch fault".to_string(),
        Some(RuleId::H28) => "RF OFF: footswitch contacts disagree".to_string(),
        _ => "Footswitch pressed at arming, or its contacts disagree".to_string(),
    }
}

fn celsius(t: Option<MilliCelsius>) -> String {
    t.map_or_else(|| "--.- C".to_string(), |t| format!("{} C", Milli(i64::from(t.get()), 0)))
}

fn watts(p: Option<MilliWatts>) -> String {
    p.map_or_else(|| "--.- W".to_string(), |p| format!("{} W", Milli(i64::from(p.get()), 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_units::Bounded;

    fn trip(rule: RuleId, alarm: AlarmId, value: i64, limit: i64) -> Trip {
        Trip { rule, alarm, value, limit, window_us: 0, samples: Bounded::new() }
    }

    #[test]
    fn every_alarm_has_its_own_complete_row() {
        for alarm in AlarmId::ALL {
            let text = alarm_text(alarm);
            assert_eq!(text.id, alarm, "the table's row is another alarm's");
            for words in [text.title, text.meaning, text.done, text.act, text.cleared_by] {
                assert!(!words.is_empty() && words.is_ascii(), "{alarm:?}: {words:?}");
            }
            assert!(text.title.len() <= 24, "{alarm:?}: title too long for 80 columns");
            assert!(text.act.len() <= 44, "{alarm:?}: act too long for 60 columns");
            let line = alarm_line(alarm, None, &AlarmContext::default());
            assert!(!line.is_empty() && line.len() <= 60, "{alarm:?}: {line}");
        }
    }

    #[test]
    fn numbers_are_those_of_the_trip_and_only_of_this_alarm() {
        let over = trip(RuleId::H01, AlarmId::Al01, 86_234, 85_000);
        let line = |alarm, trip| alarm_line(alarm, trip, &AlarmContext::default());
        assert_eq!(line(AlarmId::Al01, Some(&over)), "RF OFF: tip 86.2 C, limit 85 C");
        assert_eq!(line(AlarmId::Al08, Some(&over)), "RF OFF: impedance out of limits");
        let high = trip(RuleId::H14, AlarmId::Al08, 1_620_000, 1_500_000);
        assert_eq!(line(AlarmId::Al08, Some(&high)), "RF OFF: impedance 1620 ohm, limit 1500");
        let fast = trip(RuleId::H03, AlarmId::Al01, 21_300, 10_000);
        let expected = "RF OFF: tip rises 21 C a second, limit 10";
        assert_eq!(line(AlarmId::Al01, Some(&fast)), expected);
        let dry = trip(RuleId::H16, AlarmId::Al08, 27, 25);
        assert_eq!(line(AlarmId::Al08, Some(&dry)), "RF OFF: impedance rose by 27 %, suddenly");
        let bare = trip(RuleId::H17, AlarmId::Al09, 35, 30);
        assert_eq!(line(AlarmId::Al09, Some(&bare)), "RF OFF: impedance fell by 35 %, suddenly");
        let peeled = trip(RuleId::H19, AlarmId::Al10, 131_000, 84_000);
        assert_eq!(line(AlarmId::Al10, Some(&peeled)), "RF OFF: return pad 131 ohm, limit 84");
        let missing = trip(RuleId::H19, AlarmId::Al10, 0, 0);
        assert_eq!(line(AlarmId::Al10, Some(&missing)), "Return pad contact is not good");
        let meters = trip(RuleId::H18, AlarmId::Al02, 30, 15);
        let expected = "RF OFF: generator's readings contradict each other";
        assert_eq!(line(AlarmId::Al02, Some(&meters)), expected);
        let frozen = trip(RuleId::H08, AlarmId::Al04, 25, 25);
        assert_eq!(line(AlarmId::Al04, Some(&frozen)), "RF OFF: temperature sensor frozen");
    }

    #[test]
    fn a_missing_reading_is_never_a_number() {
        let line = alarm_line(AlarmId::Al21, None, &AlarmContext::default());
        assert_eq!(line, "--.- C, set --.- C. Dose is not counted");
    }
}
