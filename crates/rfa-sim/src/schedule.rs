//! Faults at set times: `sensor-open@20s`, `link-cut:twin@1500ms+5s`.

use crate::{FaultSetting, UnknownFault};
use core::fmt;
use core::str::FromStr;
use rfa_units::{GeneratorInstant, Span};
use thiserror::Error;

/// The latest time a schedule may name: a day.
const TIME_MAX: Span = Span::from_secs(86_400);

/// One fault, from when, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduledFault {
    /// What happens.
    pub setting: FaultSetting,
    /// When, on the generator's clock.
    pub at: GeneratorInstant,
    /// For how long; `None`: to the end.
    pub lasts: Option<Span>,
}

/// Faults at set times of the generator's clock, which starts at its power-on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FaultSchedule {
    entries: Vec<ScheduledFault>,
}

impl FaultSchedule {
    /// A schedule of these entries.
    #[must_use]
    pub const fn new(entries: Vec<ScheduledFault>) -> Self {
        Self { entries }
    }

    /// The entries in the order given.
    #[must_use]
    pub fn entries(&self) -> &[ScheduledFault] {
        &self.entries
    }

    /// Entries that begin (`true`) or end (`false`) after `from` and not after `to`. Time zero
    /// belongs to the first step.
    pub(crate) fn due(
        &self,
        from: GeneratorInstant,
        to: GeneratorInstant,
    ) -> impl Iterator<Item = (FaultSetting, bool)> {
        let inside = move |at: GeneratorInstant| {
            at <= to && (at > from || from == GeneratorInstant::ZERO && at == from)
        };
        self.entries.iter().flat_map(move |entry| {
            let begins = inside(entry.at).then_some((entry.setting, true));
            let end = entry.lasts.map(|span| entry.at.plus(span));
            let ends = end.filter(|end| inside(*end)).map(|_| (entry.setting, false));
            begins.into_iter().chain(ends)
        })
    }
}

/// Why a text is no scheduled fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScheduleError {
    /// It names no time.
    #[error("{text:?} names no time; write NAME@TIME or NAME@TIME+LENGTH, e.g. sensor-open@20s+5s")]
    NoTime {
        /// The text offered.
        text: String,
    },
    /// It names no fault.
    #[error(transparent)]
    Fault(#[from] UnknownFault),
    /// A time is no time, or out of range.
    #[error("{part} {text:?} is no time from {min} to 86400s; write e.g. 20s, 1.5s or 1500ms")]
    Time {
        /// Which of the two times.
        part: &'static str,
        /// The text offered.
        text: String,
        /// The smallest time accepted.
        min: &'static str,
    },
}

impl FromStr for ScheduledFault {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let (name, times) =
            text.split_once('@').ok_or_else(|| ScheduleError::NoTime { text: text.to_owned() })?;
        let setting = name.parse()?;
        let (at, lasts) = match times.split_once('+') {
            Some((at, lasts)) => (at, Some(lasts)),
            None => (times, None),
        };
        let wrong =
            |part, text: &str, min| ScheduleError::Time { part, text: text.to_owned(), min };
        let at = span(at).ok_or_else(|| wrong("start", at, "0s"))?;
        let lasts = match lasts {
            None => None,
            Some(text) => {
                let length = span(text).filter(|span| *span >= Span::from_millis(1));
                Some(length.ok_or_else(|| wrong("length", text, "1ms"))?)
            }
        };
        Ok(Self { setting, at: GeneratorInstant::ZERO.plus(at), lasts })
    }
}

impl fmt::Display for ScheduledFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}s", self.setting, self.at.since(GeneratorInstant::ZERO).as_secs_f64())?;
        self.lasts.map_or(Ok(()), |span| write!(f, "+{}s", span.as_secs_f64()))
    }
}

impl FromStr for FaultSchedule {
    type Err = ScheduleError;

    /// Entries separated by commas.
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let entries = text.split(',').map(|entry| entry.trim().parse());
        entries.collect::<Result<Vec<_>, _>>().map(Self::new)
    }
}

/// A time as digits with at most one point, and a unit.
fn span(text: &str) -> Option<Span> {
    let (number, unit_us) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e3),
        None => (text.strip_suffix('s')?, 1e6),
    };
    // `f64` also reads signs, exponents, "inf" and "nan": none of them is a time.
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let us = number.parse::<f64>().ok()? * unit_us;
    let max_us = TIME_MAX.as_micros() as f64;
    // Rounded to a firmware step's fraction; in range, so the cast loses nothing.
    (us <= max_us).then(|| Span::from_micros((us + 0.5) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    #[test]
    fn reads_what_it_writes() {
        let cases = ["sensor-open@20s", "link-cut:twin@1.5s+5s", "output-gain-1.5@0s+0.25s"];
        for text in cases {
            let entry: ScheduledFault = text.parse().expect("good");
            assert_eq!(entry.to_string(), text);
        }
        let entry: ScheduledFault = "pad-loss@1500ms".parse().expect("good");
        assert_eq!(entry.at, GeneratorInstant::from_micros(1_500_000));
        let both: FaultSchedule = "pad-loss@1s, k1-welded@2s+1s".parse().expect("good");
        assert_eq!(both.entries().len(), 2);
    }

    #[test]
    fn names_the_valid_faults_in_the_error() {
        let text = "sensor-opne@20s".parse::<ScheduledFault>().expect_err("typo").to_string();
        assert!(text.starts_with("there is no fault \"sensor-opne\""), "{text}");
        for fault in Fault::ALL {
            assert!(text.contains(fault.info().name), "{text} lacks {fault}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        let cases = [
            ("pad-loss", "\"pad-loss\" names no time"),
            ("pad-loss@", "start \"\" is no time from 0s to 86400s"),
            ("pad-loss@20", "start \"20\""),
            ("pad-loss@-1s", "start \"-1s\""),
            ("pad-loss@nans", "start \"nans\""),
            ("pad-loss@1e3s", "start \"1e3s\""),
            ("pad-loss@1.2.3s", "start \"1.2.3s\""),
            ("pad-loss@86401s", "start \"86401s\""),
            ("pad-loss@1s+", "length \"\" is no time from 1ms"),
            ("pad-loss@1s+0s", "length \"0s\""),
        ];
        for (text, expected) in cases {
            let error = text.parse::<ScheduledFault>().expect_err(text).to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn each_edge_is_due_once() {
        let schedule: FaultSchedule = "pad-loss@0s+3ms,link-cut@2ms".parse().expect("good");
        let ms = |ms: u64| GeneratorInstant::from_micros(ms * 1_000);
        let due = |from, to| schedule.due(ms(from), ms(to)).collect::<Vec<_>>();
        assert_eq!(due(0, 1), [(Fault::PadLoss.full(), true)]);
        assert_eq!(due(1, 2), [(Fault::LinkCut.full(), true)]);
        assert_eq!(due(2, 3), [(Fault::PadLoss.full(), false)]);
        assert_eq!(due(3, 4), []);
    }
}
