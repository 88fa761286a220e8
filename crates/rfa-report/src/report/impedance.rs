//! Impedances at the times that matter.

use rfa_record::row::{StateWord, TickRow};

/// Impedances in ohm; absent: never measured at that time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Impedances {
    /// The last before RF was on for the first time.
    pub before: Option<f64>,
    /// The first with RF on.
    pub first: Option<f64>,
    /// The lowest with RF on.
    pub low: Option<f64>,
    /// The highest with RF on.
    pub high: Option<f64>,
    /// The last with RF on.
    pub last: Option<f64>,
    /// Of the return pad, the last before RF.
    pub pad_before: Option<f64>,
    /// Of the return pad, the highest of the session.
    pub pad_high: Option<f64>,
    channel: u8,
}

impl Impedances {
    pub(super) fn new(channel: u8) -> Self {
        Self { channel, ..Self::default() }
    }

    pub(super) fn tick(&mut self, row: &TickRow) {
        let on = row.outputs.state == StateWord::Delivering;
        for frame in &row.inputs.telemetry {
            let reports = frame.channels.iter().find(|report| report.channel == self.channel);
            let tip = reports.and_then(|report| report.impedance_mohm);
            let ohm = |raw: u32| f64::from(raw) / 1e3;
            self.take(on, tip.map(ohm), frame.pad_mohm.map(ohm));
        }
    }

    fn take(&mut self, on: bool, tip: Option<f64>, pad: Option<f64>) {
        let before = !on && self.first.is_none();
        if let Some(pad) = pad {
            self.pad_high = Some(self.pad_high.map_or(pad, |high| high.max(pad)));
            self.pad_before = if before { Some(pad) } else { self.pad_before };
        }
        let Some(tip) = tip else { return };
        if before {
            self.before = Some(tip);
        }
        if on {
            self.first = self.first.or(Some(tip));
            self.low = Some(self.low.map_or(tip, |low| low.min(tip)));
            self.high = Some(self.high.map_or(tip, |high| high.max(tip)));
            self.last = Some(tip);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_of_its_time() {
        let mut all = Impedances::new(1);
        for (on, tip, pad) in [
            (false, Some(300.0), Some(60.0)),
            (false, Some(310.0), Some(61.0)),
            (true, None, Some(62.0)),
            (true, Some(290.0), Some(63.0)),
            (true, Some(250.0), None),
            (true, Some(270.0), None),
            (false, Some(400.0), Some(50.0)),
        ] {
            all.take(on, tip, pad);
        }
        let of = [all.before, all.first, all.low, all.high, all.last, all.pad_before, all.pad_high];
        assert_eq!(of, [310.0, 290.0, 250.0, 290.0, 270.0, 61.0, 63.0].map(Some));
    }
}
