//! What the tip was given: time at temperature and thermal dose.

use rfa_session::TickRecord;
use rfa_tissue::Arrhenius;
use rfa_units::{ChannelId, HostInstant, OutputState, Span, TipReading};
use serde::{Deserialize, Serialize};

/// A reading counts for this long at most: ten ticks without another are a gap, and nobody knows
/// what was in it.
const COUNTS: Span = Span::from_millis(100);

/// What the tip was given, by its own sensor: pulsed RF is to stay below 42 °C, 45 °C is one
/// maker's rule for a lesion's edge (NeuroTherm NT1100 operator manual, pp. 86 and 82), and 60 °C
/// is the lowest set temperature of the shipped plans.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Dose {
    /// Time above 42 °C, s.
    pub above_42_c_s: f64,
    /// Time above 45 °C, s.
    pub above_45_c_s: f64,
    /// Time above 60 °C, s.
    pub above_60_c_s: f64,
    /// Equivalent minutes at 43 °C (Sapareto and Dewey 1984).
    pub cem43_min: f64,
    /// Damage integral (Arrhenius, [`Dose::DAMAGE`]) of tissue at the sensor; 1 is the live
    /// lesion's edge. Absent where another rfa wrote none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrhenius_nerve: Option<f64>,
    /// Time with the output on as the generator reports it, s.
    pub rf_on_s: f64,
    /// Time without a reading of the tip, s, the time before the first one too: it is in none of
    /// the above but `rf_on_s`.
    pub unread_s: f64,
}

impl Dose {
    /// The rate process of [`Dose::arrhenius_nerve`], that of the live lesion.
    pub const DAMAGE: Arrhenius = Arrhenius::NERVE;

    /// Nothing given yet.
    const fn none() -> Self {
        Self {
            above_42_c_s: 0.0,
            above_45_c_s: 0.0,
            above_60_c_s: 0.0,
            cem43_min: 0.0,
            arrhenius_nerve: Some(0.0),
            rf_on_s: 0.0,
            unread_s: 0.0,
        }
    }

    fn add(&mut self, seconds: f64, tip_c: Option<f64>, on: bool) {
        self.rf_on_s += if on { seconds } else { 0.0 };
        let Some(tip_c) = tip_c else {
            self.unread_s += seconds;
            return;
        };
        let above = [
            (&mut self.above_42_c_s, 42.0),
            (&mut self.above_45_c_s, 45.0),
            (&mut self.above_60_c_s, 60.0),
        ];
        for (above_s, above_c) in above {
            *above_s += if tip_c > above_c { seconds } else { 0.0 };
        }
        self.cem43_min += seconds * rfa_tissue::dose_rate(tip_c);
        if let Some(omega) = &mut self.arrhenius_nerve {
            *omega += seconds * Self::DAMAGE.rate_when_warm(tip_c);
        }
    }
}

/// What was read last.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: HostInstant,
    tip_c: Option<f64>,
    on: bool,
}

/// The dose so far, tick by tick.
#[derive(Debug, Clone)]
pub(crate) struct DoseTrack {
    channel: ChannelId,
    sums: Dose,
    last_tick: Option<HostInstant>,
    last: Option<Reading>,
}

impl DoseTrack {
    pub(crate) fn new(channel: ChannelId) -> Self {
        Self { channel, sums: Dose::none(), last_tick: None, last: None }
    }

    pub(crate) fn tick(&mut self, record: &TickRecord) {
        let inputs = &record.interlock.inputs;
        let last_tick = self.last_tick.replace(inputs.now).unwrap_or(inputs.now);
        let whole = inputs.now.since(last_tick);
        if let Some(last) = self.last {
            let left = COUNTS.minus(last_tick.since(last.at));
            let counted = whole.min(left);
            self.sums.add(counted.as_secs_f64(), last.tip_c, last.on);
            self.sums.unread_s += whole.minus(counted).as_secs_f64();
        } else {
            self.sums.unread_s += whole.as_secs_f64();
        }
        let mut reports = inputs.telemetry.iter().filter_map(|frame| frame.channel(self.channel));
        // A tick without a frame: what was read last still stands, as long as it counts.
        let Some(report) = reports.next_back() else { return };
        let tip_c = match report.tip {
            TipReading::Valid(tip) => Some(tip.as_f64()),
            TipReading::Open | TipReading::Faulty => None,
        };
        let on = report.output != OutputState::Off;
        self.last = Some(Reading { at: inputs.now, tip_c, on });
    }

    pub(crate) const fn sums(&self) -> Dose {
        self.sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::tests::{holding, quiet_record};

    /// An hour at 43 °C is 60 minutes of it; a degree more doubles them (Sapareto and Dewey 1984).
    #[test]
    fn times_and_dose_are_summed() {
        let mut dose = Dose::none();
        dose.add(3_600.0, Some(43.0), true);
        assert!((dose.cem43_min - 60.0).abs() < 1e-6, "{}", dose.cem43_min);
        dose.add(3_600.0, Some(44.0), false);
        assert!((dose.cem43_min - 180.0).abs() < 1e-6, "{}", dose.cem43_min);
        dose.add(5.0, None, true);
        dose.add(7.0, Some(60.0), true);
        dose.add(1.0, Some(60.5), true);
        let above = [dose.above_42_c_s, dose.above_45_c_s, dose.above_60_c_s];
        assert_eq!(above, [7_208.0, 8.0, 1.0]);
        assert_eq!((dose.rf_on_s, dose.unread_s), (3_613.0, 5.0));
    }

    /// Nerve lives through a minute at 50 °C and dies within a second at 60 °C, and at body
    /// temperature nothing adds up. From A and E themselves, not from the logarithm of the model.
    #[test]
    fn damage_is_the_arrhenius_integral() {
        let omega = |at_c: f64, seconds: f64| {
            let mut dose = Dose::none();
            dose.add(seconds, Some(at_c), true);
            dose.arrhenius_nerve.expect("counted")
        };
        for (at_c, seconds) in [(45.0, 7_200.0), (50.0, 60.0), (60.0, 1.0)] {
            let expected =
                3.1e98 * (-6.28e5 / (8.314_462_618 * (at_c + 273.15_f64))).exp() * seconds;
            let told = omega(at_c, seconds);
            assert!((told / expected - 1.0).abs() < 1e-9, "{at_c} °C: {told}, {expected}");
        }
        assert!(omega(60.0, 1.0) > 1.0 && omega(50.0, 60.0) < 1.0);
        assert_eq!(omega(37.5, 86_400.0), 0.0);
        let mut unread = Dose::none();
        unread.add(5.0, None, true);
        assert_eq!(unread.arrhenius_nerve, Some(0.0));
    }

    /// What another rfa did not count is absent and stays so, it is not 0.
    #[test]
    fn a_dose_without_damage_is_read_as_that() {
        let dose = Dose { cem43_min: 7.0, ..Dose::none() };
        let mut told = serde_json::to_value(dose).expect("JSON");
        assert_eq!(serde_json::from_value::<Dose>(told.clone()).expect("a dose"), dose);
        told.as_object_mut().expect("an object").remove("arrhenius_nerve").expect("told");
        let old: Dose = serde_json::from_value(told.clone()).expect("an older dose");
        assert_eq!(old, Dose { arrhenius_nerve: None, ..dose });
        assert_eq!(serde_json::to_value(old).expect("JSON"), told);
    }

    /// A second of silence is 100 ms of the last reading, and 900 ms that nobody knows.
    #[test]
    fn a_reading_does_not_count_for_long() {
        let mut track = DoseTrack::new(ChannelId::ONE);
        track.tick(&holding(0, 70_000, Span::ZERO));
        for number in 1..=100 {
            let mut silent = quiet_record();
            silent.interlock.inputs.now = HostInstant::from_micros(number * 10_000);
            track.tick(&silent);
        }
        let dose = track.sums();
        assert!((dose.above_60_c_s - 0.1).abs() < 1e-9, "{dose:?}");
        assert!((dose.unread_s - 0.9).abs() < 1e-9, "{dose:?}");
    }
}
