//! The newest samples of the treated channel: what the rules vote over.

use crate::contactors::Followed;
use crate::thresholds::{RF_MW, SLOPE_WINDOW, TIP_MAX_MC, TIP_MIN_MC};
use rfa_units::{
    Bounded, ChannelId, Contactor, GeneratorInstant, OutputState, Telemetry, TipReading,
};

/// Enough for the 200 ms window of [`SLOPE_WINDOW`] at 100 Hz, with some room.
const LEN: usize = 24;

/// What one telemetry frame said about the treated channel, with what was permitted then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) at: GeneratorInstant,
    /// The tip, where it reads inside the range of a working sensor (H-06).
    pub(crate) tip_mc: Option<i32>,
    /// `None`: the frame has no report of the channel.
    pub(crate) power_mw: Option<u32>,
    pub(crate) impedance_mohm: Option<u32>,
    /// The output stage is active, or K1 reads back shut.
    pub(crate) output_on: bool,
    /// The most power measured on any other channel.
    pub(crate) foreign_mw: u32,
    /// The most power a grant could still have asked for when this was measured (H-04).
    pub(crate) asked_mw: u32,
    /// How K1 and K2 read back against what was commanded (H-05, H-54).
    pub(crate) followed: Followed,
}

impl Sample {
    pub(crate) fn of(
        frame: &Telemetry,
        channel: ChannelId,
        asked_mw: u32,
        followed: Followed,
    ) -> Self {
        let report = frame.channel(channel);
        let tip_mc = match report.map(|r| r.tip) {
            Some(TipReading::Valid(t)) => Some(t.get()),
            Some(TipReading::Open | TipReading::Faulty) | None => None,
        };
        let active = report.is_none_or(|r| r.output != OutputState::Off);
        let others = frame.channels.iter().filter(|r| r.channel != channel);
        Self {
            at: frame.at,
            tip_mc: tip_mc.filter(|t| (TIP_MIN_MC..=TIP_MAX_MC).contains(t)),
            power_mw: report.map(|r| r.power.get()),
            impedance_mohm: report.and_then(|r| r.impedance).map(|z| z.get()),
            output_on: active || frame.k1 == Contactor::Shut,
            foreign_mw: others.map(|r| r.power.get()).max().unwrap_or(0),
            asked_mw,
            followed,
        }
    }

    /// Whether RF is measured. A missing report is not "no".
    pub(crate) fn rf(&self) -> bool {
        self.power_mw.is_none_or(|p| p > RF_MW)
    }
}

/// The newest samples, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct History {
    samples: [Option<Sample>; LEN],
}

impl History {
    pub(crate) const fn new() -> Self {
        Self { samples: [None; LEN] }
    }

    pub(crate) fn push(&mut self, sample: Sample) {
        self.samples.rotate_right(1);
        if let Some(first) = self.samples.first_mut() {
            *first = Some(sample);
        }
    }

    pub(crate) fn newest(&self) -> Option<&Sample> {
        self.iter().next()
    }

    /// Newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().flatten()
    }

    /// The newest four values of one quantity, oldest first, for a trip's record.
    pub(crate) fn last_four(&self, of: fn(&Sample) -> Option<i64>) -> Bounded<i64, 4> {
        let mut newest = [None; 4];
        for (slot, value) in newest.iter_mut().rev().zip(self.iter().filter_map(of)) {
            *slot = Some(value);
        }
        let mut values = Bounded::new();
        for value in newest.into_iter().flatten() {
            // Four values always fit.
            let _ = values.push(value);
        }
        values
    }

    /// The tip's slope with power on, in mK/s, by least squares over [`SLOPE_WINDOW`]
    /// (hazards.md, decision 2). `None` where the window is not full, or power was off or the
    /// tip unreadable in any of it.
    pub(crate) fn slope_with_power(&self) -> Option<i64> {
        let newest = self.newest()?.at;
        let (mut n, mut x1, mut x2, mut y1, mut xy) = (0_i128, 0_i128, 0_i128, 0_i128, 0_i128);
        let mut span_us = 0;
        for sample in self.iter() {
            let age_us = newest.since(sample.at).as_micros();
            if age_us > SLOPE_WINDOW.as_micros() {
                break;
            }
            if !sample.rf() {
                return None;
            }
            let (x, y) = (i128::from(age_us).saturating_neg(), i128::from(sample.tip_mc?));
            n = n.saturating_add(1);
            x1 = x1.saturating_add(x);
            x2 = x2.saturating_add(x.saturating_mul(x));
            y1 = y1.saturating_add(y);
            xy = xy.saturating_add(x.saturating_mul(y));
            span_us = age_us;
        }
        // A tenth of the window may be missing: at 100 Hz one lost frame at its edge. Fewer samples
        // inside it make the slope noisier, but as many votes then last longer.
        let full_us = SLOPE_WINDOW.as_micros().saturating_sub(SLOPE_WINDOW.as_micros() / 10);
        if span_us < full_us {
            return None;
        }
        let above = n.saturating_mul(xy).saturating_sub(x1.saturating_mul(y1));
        let below = n.saturating_mul(x2).saturating_sub(x1.saturating_mul(x1));
        let mk_per_s = above.saturating_mul(1_000_000).checked_div(below)?;
        i64::try_from(mk_per_s).ok()
    }
}

/// The tip for a trip's record.
pub(crate) fn tip(sample: &Sample) -> Option<i64> {
    sample.tip_mc.map(i64::from)
}

/// The power for a trip's record.
pub(crate) fn power(sample: &Sample) -> Option<i64> {
    sample.power_mw.map(i64::from)
}

/// The impedance for a trip's record.
pub(crate) fn impedance(sample: &Sample) -> Option<i64> {
    sample.impedance_mohm.map(i64::from)
}

/// No samples stand behind a rule on links, switches and time.
pub(crate) const fn nothing(_: &Sample) -> Option<i64> {
    None
}
