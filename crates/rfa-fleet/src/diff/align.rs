//! The moment at which recordings are laid on each other.

use rfa_record::row::{StateWord, TickRow};
use rfa_record::{ReadError, Recording, Topic};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Temperatures that can be aligned at, °C: a body's to a step's highest, with room.
const FIRST_C: RangeInclusive<f64> = 20.0..=120.0;

/// At what recordings are laid on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The first tick in which the interlock lets RF be delivered.
    RfOn,
    /// The first tick whose tip is at a temperature or above.
    First {
        /// The temperature, in thousandths of a degree.
        temperature_mc: i32,
    },
    /// The first tick.
    Clock,
}

impl Align {
    /// The event in words.
    pub(super) fn event(self) -> String {
        match self {
            Self::RfOn => "a tick in which RF may be delivered".to_owned(),
            Self::First { temperature_mc } => {
                format!("a tip of {} C or more", f64::from(temperature_mc) / 1e3)
            }
            Self::Clock => "a tick".to_owned(),
        }
    }

    fn holds(self, row: &TickRow, channel: u8) -> bool {
        match self {
            Self::RfOn => row.outputs.state == StateWord::Delivering,
            Self::First { temperature_mc } => {
                let reports = row.inputs.telemetry.iter().flat_map(|frame| &frame.channels);
                let mut tips =
                    reports.filter(|of| of.channel == channel).filter_map(|of| of.tip_mc);
                tips.any(|tip| tip >= temperature_mc)
            }
            Self::Clock => true,
        }
    }
}

impl fmt::Display for Align {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RfOn => f.write_str("rf-on"),
            Self::First { temperature_mc } => {
                write!(f, "first-{}", f64::from(*temperature_mc) / 1e3)
            }
            Self::Clock => f.write_str("clock"),
        }
    }
}

impl FromStr for Align {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let first = || {
            let degrees: f64 = text.strip_prefix("first-")?.parse().ok()?;
            let temperature_mc = (degrees * 1e3).round() as i32;
            FIRST_C.contains(&degrees).then_some(Self::First { temperature_mc })
        };
        match text {
            "rf-on" => Ok(Self::RfOn),
            "clock" => Ok(Self::Clock),
            _ => first().ok_or_else(|| {
                format!(
                    "rf-on, clock or first-C is wanted, C from {} to {}, e.g. first-60: the first \
                     tick at 60 C",
                    FIRST_C.start(),
                    FIRST_C.end()
                )
            }),
        }
    }
}

/// A moment of a recording.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) tick: u64,
    pub(super) at_us: u64,
    first_us: u64,
}

impl Moment {
    /// From the first tick, s.
    pub(super) fn since_first_s(self) -> f64 {
        self.at_us.saturating_sub(self.first_us) as f64 / 1e6
    }

    /// From here to a moment of the same recording, µs.
    pub(super) fn to_us(self, at_us: u64) -> i64 {
        distance(self.at_us, at_us)
    }

    /// Ticks from here to another.
    pub(super) fn place_of(self, tick: u64) -> i64 {
        distance(self.tick, tick)
    }
}

fn distance(from: u64, to: u64) -> i64 {
    let distance = i128::from(to) - i128::from(from);
    i64::try_from(distance).unwrap_or(if distance < 0 { i64::MIN } else { i64::MAX })
}

/// Where the event is; `None`: nowhere. What cannot be read is told by whoever compares.
pub(super) fn moment(recording: &Recording, align: Align) -> Result<Option<Moment>, ReadError> {
    let channel = recording.header().limits.channel.number();
    let mut messages = recording.messages()?;
    let mut first_us = None;
    loop {
        let row: TickRow = match messages.next() {
            Ok(None) => return Ok(None),
            Ok(Some(message)) if message.topic == Topic::Tick => match message.parse() {
                Ok(row) => row,
                Err(_) => continue,
            },
            Ok(Some(_)) | Err(ReadError::Damaged { .. }) => continue,
            Err(error) => return Err(error),
        };
        let (tick, at_us) = (row.inputs.tick, row.inputs.now_us);
        let first_us = *first_us.get_or_insert(at_us);
        if align.holds(&row, channel) {
            return Ok(Some(Moment { tick, at_us, first_us }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_they_are_written() {
        for text in ["rf-on", "clock", "first-60", "first-60.5", "first-37.125"] {
            assert_eq!(text.parse::<Align>().expect(text).to_string(), text);
        }
        for text in ["", "first", "first-", "first-x", "first-nan", "first-19.9", "first-121", "rf"]
        {
            let error = text.parse::<Align>().expect_err(text);
            assert!(error.contains("20 to 120"), "{error}");
        }
    }

    #[test]
    fn distances_have_a_sign_and_no_overflow() {
        assert_eq!((distance(5, 3), distance(3, 5)), (-2, 2));
        assert_eq!((distance(u64::MAX, 0), distance(0, u64::MAX)), (i64::MIN, i64::MAX));
    }
}
