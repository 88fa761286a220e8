//! What the tip was given: time at temperature, thermal dose, energy.

use rfa_record::row::{OutputWord, TickRow};

/// Temperatures for which the time above is told, °C: pulsed RF is to stay below 42 °C, 45 °C is
/// one maker's rule for a lesion's edge (NeuroTherm NT1100 operator manual, pp. 86 and 82), and
/// 60 °C is the lowest set temperature of the shipped plans.
pub const ABOVE_C: [f64; 3] = [42.0, 45.0, 60.0];
/// A reading counts for this long at most, s: ten ticks without another are a gap, and nobody knows
/// what was in it.
const COUNTS_S: f64 = 0.1;

/// What the tip was given, by its own sensor and the generator's meters.
#[derive(Debug, Clone, PartialEq)]
pub struct Dose {
    /// Time above each temperature of [`ABOVE_C`], s.
    pub above_s: [f64; ABOVE_C.len()],
    /// Equivalent minutes at 43 °C at the tip's sensor.
    pub cem43_min: f64,
    /// Energy delivered, J; absent: no report.
    pub energy_j: Option<f64>,
    /// Time with the output on as the generator reports it, s.
    pub on_s: f64,
    /// Highest temperature of the tip, °C; absent: no reading.
    pub peak_c: Option<f64>,
    /// Time without a reading, s: it is in none of these.
    pub unread_s: f64,
    channel: u8,
    last_tick_s: Option<f64>,
    /// When it was, its temperature, and whether the output was on.
    last: Option<(f64, Option<f64>, bool)>,
}

impl Dose {
    pub(super) const fn new(channel: u8) -> Self {
        Self {
            above_s: [0.0; ABOVE_C.len()],
            cem43_min: 0.0,
            energy_j: None,
            on_s: 0.0,
            peak_c: None,
            unread_s: 0.0,
            channel,
            last_tick_s: None,
            last: None,
        }
    }

    pub(super) fn tick(&mut self, at_s: f64, row: &TickRow) {
        let last_tick_s = self.last_tick_s.replace(at_s).unwrap_or(at_s);
        if let Some((read_s, tip_c, on)) = self.last {
            let until_s = at_s.min(read_s + COUNTS_S).max(last_tick_s);
            self.add(until_s - last_tick_s, tip_c, on);
            self.unread_s += at_s - until_s;
        }
        let reports = row.inputs.telemetry.iter().rev();
        let newest = reports.flat_map(|frame| &frame.channels).find(|r| r.channel == self.channel);
        // A tick without a frame: what was read last still stands, as long as it counts.
        let Some(report) = newest else { return };
        let tip_c = report.tip_mc.map(|raw| f64::from(raw) / 1e3);
        if let Some(tip_c) = tip_c {
            self.peak_c = Some(self.peak_c.map_or(tip_c, |peak| peak.max(tip_c)));
        }
        self.energy_j = Some(f64::from(report.energy_mj) / 1e3);
        self.last = Some((at_s, tip_c, report.output != OutputWord::Off));
    }

    fn add(&mut self, seconds: f64, tip_c: Option<f64>, on: bool) {
        self.on_s += if on { seconds } else { 0.0 };
        let Some(tip_c) = tip_c else {
            self.unread_s += seconds;
            return;
        };
        for (above_s, above_c) in self.above_s.iter_mut().zip(ABOVE_C) {
            *above_s += if tip_c > above_c { seconds } else { 0.0 };
        }
        self.cem43_min += seconds * rfa_tissue::dose_rate(tip_c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour at 43 °C is 60 minutes of it; a degree more doubles them (Sapareto and Dewey 1984).
    #[test]
    fn times_and_dose_are_summed() {
        let mut dose = Dose::new(1);
        dose.add(3_600.0, Some(43.0), true);
        assert!((dose.cem43_min - 60.0).abs() < 1e-6, "{}", dose.cem43_min);
        dose.add(3_600.0, Some(44.0), false);
        assert!((dose.cem43_min - 180.0).abs() < 1e-6, "{}", dose.cem43_min);
        dose.add(5.0, None, true);
        dose.add(7.0, Some(60.0), true);
        dose.add(1.0, Some(60.5), true);
        assert_eq!(dose.above_s, [7_208.0, 8.0, 1.0]);
        assert_eq!((dose.on_s, dose.unread_s), (3_613.0, 5.0));
    }
}
