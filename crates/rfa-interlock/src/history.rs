//! The newest samples of the treated channel: what the rules vote over.

use crate::contactors::Followed;
use crate::thresholds::{RF_MW, SLOPE_WINDOW, SPREAD_SAMPLES, TIP_MAX_MC, TIP_MIN_MC};
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
    pub(crate) voltage_mv: Option<u32>,
    pub(crate) current_ua: Option<u32>,
    pub(crate) impedance_mohm: Option<u32>,
    /// The return pad; `None`: the generator does not measure one.
    pub(crate) pad_mohm: Option<u32>,
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
            voltage_mv: report.map(|r| r.voltage.get()),
            current_ua: report.map(|r| r.current.get()),
            impedance_mohm: report.and_then(|r| r.impedance).map(|z| z.get()),
            pad_mohm: frame.pad.map(|z| z.get()),
            output_on: active || frame.k1 == Contactor::Shut,
            foreign_mw: others.map(|r| r.power.get()).max().unwrap_or(0),
            asked_mw,
            followed,
        }
    }

    /// Whether power is neither asked for nor measured (H-12).
    pub(crate) fn quiet(&self) -> bool {
        self.asked_mw == 0 && !self.rf()
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
    /// What several rules ask of the tip, worked out once a sample.
    slope: Option<i64>,
    slope_with_power: Option<i64>,
    spread: Option<i64>,
}

impl History {
    pub(crate) const fn new() -> Self {
        Self { samples: [None; LEN], slope: None, slope_with_power: None, spread: None }
    }

    pub(crate) fn push(&mut self, sample: Sample) {
        self.samples.rotate_right(1);
        if let Some(first) = self.samples.first_mut() {
            *first = Some(sample);
        }
        self.slope = self.fit_slope();
        self.slope_with_power = self.slope.filter(|_| self.window().all(Sample::rf));
        self.spread = self.fit_spread();
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

    /// The mean of the newest `count` values; `None` where one of them is missing.
    pub(crate) fn mean(&self, count: usize, of: fn(&Sample) -> Option<i64>) -> Option<i64> {
        let (mut sum, mut n) = (0_i64, 0_i64);
        for sample in self.iter().take(count) {
            sum = sum.saturating_add(of(sample)?);
            n = n.saturating_add(1);
        }
        let full = usize::try_from(n).is_ok_and(|n| n == count);
        full.then(|| sum.checked_div(n)).flatten()
    }

    /// The tip's slope with power on: as [`History::slope`], and `None` where power was off in any
    /// of the window.
    pub(crate) const fn slope_with_power(&self) -> Option<i64> {
        self.slope_with_power
    }

    /// The tip's slope in mK/s, by least squares over [`SLOPE_WINDOW`] (hazards.md, decision 2).
    /// `None` where the window is not full, or the tip unreadable in any of it.
    pub(crate) const fn slope(&self) -> Option<i64> {
        self.slope
    }

    /// The samples of [`SLOPE_WINDOW`], newest first.
    fn window(&self) -> impl Iterator<Item = &Sample> {
        let newest = self.newest().map_or(GeneratorInstant::ZERO, |sample| sample.at);
        self.iter().take_while(move |sample| newest.since(sample.at) <= SLOPE_WINDOW)
    }

    fn fit_slope(&self) -> Option<i64> {
        let newest = self.newest()?.at;
        let mut fit = Fit::NONE;
        let mut span_us = 0;
        for sample in self.window() {
            let age_us = newest.since(sample.at).as_micros();
            fit.add(age_us, sample.tip_mc?);
            span_us = age_us;
        }
        // A tenth of the window may be missing: at 100 Hz one lost frame at its edge. Fewer samples
        // inside it make the slope noisier, but as many votes then last longer.
        let full_us = SLOPE_WINDOW.as_micros().saturating_sub(SLOPE_WINDOW.as_micros() / 10);
        if span_us < full_us {
            return None;
        }
        fit.slope_mk_s()
    }

    /// How far the newest [`SPREAD_SAMPLES`] of the tip lie apart, in mK, about the straight line
    /// through them: a ramp is no spread (hazards.md, decision 2). `None` where one is unreadable.
    pub(crate) const fn spread(&self) -> Option<i64> {
        self.spread
    }

    fn fit_spread(&self) -> Option<i64> {
        let newest = self.newest()?.at;
        let points = || self.iter().take(SPREAD_SAMPLES);
        let mut fit = Fit::NONE;
        for sample in points() {
            fit.add(newest.since(sample.at).as_micros(), sample.tip_mc?);
        }
        if points().count() < SPREAD_SAMPLES {
            return None;
        }
        let (mut low, mut high) = (i128::MAX, i128::MIN);
        let line = fit.line();
        for sample in points() {
            let off = line.off(newest.since(sample.at).as_micros(), sample.tip_mc?);
            low = low.min(off);
            high = high.max(off);
        }
        let spread = high.saturating_sub(low).checked_div(line.scale)?;
        i64::try_from(spread).ok()
    }
}

/// Sums of a straight line by least squares, in µs before the newest sample and m°C.
#[derive(Debug, Clone, Copy)]
struct Fit {
    n: i128,
    x1: i128,
    x2: i128,
    y1: i128,
    xy: i128,
}

impl Fit {
    const NONE: Self = Self { n: 0, x1: 0, x2: 0, y1: 0, xy: 0 };

    fn add(&mut self, age_us: u64, tip_mc: i32) {
        let (x, y) = (i128::from(age_us).saturating_neg(), i128::from(tip_mc));
        self.n = self.n.saturating_add(1);
        self.x1 = self.x1.saturating_add(x);
        self.x2 = self.x2.saturating_add(x.saturating_mul(x));
        self.y1 = self.y1.saturating_add(y);
        self.xy = self.xy.saturating_add(x.saturating_mul(y));
    }

    /// What slope and line are multiples of; 0 where all points are one.
    fn scale(&self) -> i128 {
        self.n.saturating_mul(self.x2).saturating_sub(self.x1.saturating_mul(self.x1))
    }

    /// The slope times [`Fit::scale`], in m°C per µs.
    fn rise(&self) -> i128 {
        self.n.saturating_mul(self.xy).saturating_sub(self.x1.saturating_mul(self.y1))
    }

    fn slope_mk_s(&self) -> Option<i64> {
        let mk_per_s = self.rise().saturating_mul(1_000_000).checked_div(self.scale())?;
        i64::try_from(mk_per_s).ok()
    }

    fn line(&self) -> Line {
        let at_zero =
            self.y1.saturating_mul(self.x2).saturating_sub(self.x1.saturating_mul(self.xy));
        Line { at_zero, rise: self.rise(), scale: self.scale() }
    }
}

/// The line of a [`Fit`], times its scale.
#[derive(Debug, Clone, Copy)]
struct Line {
    at_zero: i128,
    rise: i128,
    scale: i128,
}

impl Line {
    /// A point less the line, times the scale, in m°C.
    fn off(&self, age_us: u64, tip_mc: i32) -> i128 {
        let (x, y) = (i128::from(age_us).saturating_neg(), i128::from(tip_mc));
        let line = self.at_zero.saturating_add(self.rise.saturating_mul(x));
        y.saturating_mul(self.scale).saturating_sub(line)
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

/// The return pad for a trip's record.
pub(crate) fn pad(sample: &Sample) -> Option<i64> {
    sample.pad_mohm.map(i64::from)
}

/// No samples stand behind a rule on links, switches and time.
pub(crate) const fn nothing(_: &Sample) -> Option<i64> {
    None
}
