//! When output ended, as the simulated generator itself measured it, and why.

use rfa_sim::{Generator, OffCause, RfOff};
use rfa_units::Span;
use serde::{Serialize, Serializer};
use std::fmt;

/// One step of the simulated firmware, and a rounding, s.
const FIRMWARE_STEP_S: f64 = 0.001_001;

/// One ending of output.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Off {
    /// On the generator's clock, s.
    pub(crate) at_s: f64,
    pub(crate) on_for_s: f64,
    /// Since the last honoured grant arrived, ms.
    pub(crate) since_grant_ms: Option<f64>,
    #[serde(serialize_with = "in_a_word")]
    pub(crate) cause: OffCause,
    /// Which delivery it was of.
    #[serde(skip)]
    pub(crate) delivery: u32,
}

fn in_a_word<S: Serializer>(cause: &OffCause, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(cause)
}

impl Off {
    /// RF was on at this time, or went on in the simulator's next step, and here it went off.
    pub(crate) fn ends_what_was_on(&self, at_s: f64) -> bool {
        self.at_s >= at_s && self.at_s - self.on_for_s <= at_s + FIRMWARE_STEP_S
    }
}

/// The endings of output but those after which it came back because the loop had asked for nothing
/// and asked again: output went on, and ended where it ended last.
pub(crate) fn lasting(offs: &[Off]) -> Vec<Off> {
    let mut lasting: Vec<Off> = Vec::with_capacity(offs.len());
    for off in offs {
        let mut off = off.clone();
        let paused =
            |last: &mut Off| last.cause == OffCause::NoPower && last.delivery == off.delivery;
        if let Some(pause) = lasting.pop_if(paused) {
            off.on_for_s = off.at_s - (pause.at_s - pause.on_for_s);
        }
        lasting.push(off);
    }
    lasting
}

impl fmt::Display for Off {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RF off at {:.3} s after {:.3} s on: {}", self.at_s, self.on_for_s, self.cause)?;
        match self.since_grant_ms {
            Some(ms) => write!(f, ", {ms:.1} ms after the last grant"),
            None => Ok(()),
        }
    }
}

/// The endings of output the generator measured, oldest first.
pub(super) fn rf_offs(generator: &Generator) -> Vec<Off> {
    let ms = |span: Span| span.as_secs_f64() * 1e3;
    let off = |off: &RfOff| Off {
        at_s: off.at.as_micros() as f64 / 1e6,
        on_for_s: off.on_for.as_secs_f64(),
        since_grant_ms: off.since_grant.map(ms),
        cause: off.cause,
        delivery: off.delivery,
    };
    generator.rf_offs().map(off).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn off(at_s: f64, on_for_s: f64, cause: OffCause) -> Off {
        Off { at_s, on_for_s, since_grant_ms: Some(1.0), cause, delivery: 1 }
    }

    #[test]
    fn a_pause_that_the_loop_asked_for_is_no_end() {
        let (pause, end) = (OffCause::NoPower, OffCause::Host);
        let offs = [off(2.0, 1.0, pause), off(3.0, 0.5, pause), off(4.0, 0.25, end)];
        let lasting = lasting(&offs);
        assert_eq!(lasting.len(), 1, "{lasting:?}");
        assert_eq!((lasting[0].at_s, lasting[0].on_for_s, lasting[0].cause), (4.0, 3.0, end));
        assert!(lasting[0].ends_what_was_on(2.2), "off for a moment, and on again");
        assert!(!offs.iter().any(|off| off.ends_what_was_on(2.2)));
    }

    #[test]
    fn output_that_came_back_after_any_other_end_is_two() {
        let (pause, end) = (OffCause::NoPower, OffCause::Silence);
        let offs = [off(2.0, 1.0, end), off(3.0, 0.5, end), off(4.0, 0.25, pause)];
        assert_eq!(lasting(&offs).len(), 3, "the last pause is the end");
        assert!(lasting(&[]).is_empty());
        let mut again = [off(2.0, 1.0, OffCause::NoPower), off(3.0, 0.5, end)];
        again[1].delivery = 2;
        assert_eq!(lasting(&again).len(), 2, "delivered anew, after a trip");
    }
}
