//! Thresholds a site may tighten, and how far.

use crate::RuleId;
use crate::thresholds as t;

/// A threshold of the table of rules that a site may have tighter than the table, never looser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// H-01: above the set temperature, mK.
    OverSet,
    /// H-03: rise, mK/s.
    Runaway,
    /// H-04: least margin above what was asked, mW.
    OutputMargin,
    /// H-06: step within 20 ms, mK.
    Jump,
    /// H-07: coldest tip in tissue, m°C.
    Cold,
    /// H-11: power without an answer, µs.
    Unanswered,
    /// H-12: rise without power, mK.
    Warming,
    /// H-13: least fall after output, mK.
    Cooling,
    /// H-16: rise of impedance, percent.
    RollOff,
    /// H-17: sudden fall of impedance, percent.
    SuddenFall,
    /// H-18: power against voltage times current, percent.
    PowerApart,
    /// H-18: impedance against voltage by current, percent.
    ImpedanceApart,
    /// H-19: highest return pad, mohm.
    PadMax,
    /// H-19: lowest return pad, mohm.
    PadMin,
    /// H-23: silence of the console, µs.
    ConsoleSilence,
    /// H-38: the tip's rise against the plan's electrode's, percent.
    Response,
    /// H-56: spread of ten samples, mK.
    Spread,
}

/// Hazard, the table's own value, and the tightest a site may set.
type Row = (RuleId, i64, i64);

impl Threshold {
    /// Every one, in the order of their hazards.
    pub const ALL: [Self; 17] = [
        Self::OverSet,
        Self::Runaway,
        Self::OutputMargin,
        Self::Jump,
        Self::Cold,
        Self::Unanswered,
        Self::Warming,
        Self::Cooling,
        Self::RollOff,
        Self::SuddenFall,
        Self::PowerApart,
        Self::ImpedanceApart,
        Self::PadMax,
        Self::PadMin,
        Self::ConsoleSilence,
        Self::Response,
        Self::Spread,
    ];

    /// The tightest values leave room for what happens in every treatment: about half of the
    /// table's margin over the loop's own overshoot, the sensor's noise and a ramp's own change of
    /// impedance. They buy earlier trips with more false ones; try them as passive ones first.
    const fn row(self) -> Row {
        match self {
            Self::OverSet => (RuleId::H01, t::OVER_SET_MK, 3_000),
            Self::Runaway => (RuleId::H03, t::RUNAWAY_MK_S, 6_000),
            Self::OutputMargin => (RuleId::H04, t::OUTPUT_MARGIN_MIN_MW as i64, 250),
            Self::Jump => (RuleId::H06, t::JUMP_MK, 4_000),
            Self::Cold => (RuleId::H07, t::SHORT_MC, 34_000),
            Self::Unanswered => (RuleId::H11, t::UNANSWERED.as_micros().cast_signed(), 1_500_000),
            Self::Warming => (RuleId::H12, t::WARMING_MK, 1_000),
            // The slowest needle falls by 1.3 K, and what follows is a lockout.
            Self::Cooling => (RuleId::H13, t::COOLING_MK, 800),
            Self::RollOff => (RuleId::H16, t::ROLL_OFF_PERCENT, 15),
            Self::SuddenFall => (RuleId::H17, t::SUDDEN_FALL_PERCENT, 15),
            Self::PowerApart => (RuleId::H18, t::POWER_APART_PERCENT, 8),
            Self::ImpedanceApart => (RuleId::H18, t::IMPEDANCE_APART_PERCENT, 10),
            Self::PadMax => (RuleId::H19, t::PAD_MAX_MOHM, 80_000),
            Self::PadMin => (RuleId::H19, t::PAD_MIN_MOHM, 40_000),
            Self::ConsoleSilence => {
                (RuleId::H23, t::CONSOLE_SILENCE.as_micros().cast_signed(), 200_000)
            }
            Self::Response => (RuleId::H38, t::RESPONSE_PERCENT, 150),
            Self::Spread => (RuleId::H56, t::SPREAD_MK, 1_000),
        }
    }

    /// Its name, with the unit of its value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OverSet => "over_set_mk",
            Self::Runaway => "runaway_mk_s",
            Self::OutputMargin => "output_margin_mw",
            Self::Jump => "jump_mk",
            Self::Cold => "cold_mc",
            Self::Unanswered => "unanswered_us",
            Self::Warming => "warming_mk",
            Self::Cooling => "cooling_mk",
            Self::RollOff => "roll_off_percent",
            Self::SuddenFall => "sudden_fall_percent",
            Self::PowerApart => "power_apart_percent",
            Self::ImpedanceApart => "impedance_apart_percent",
            Self::PadMax => "pad_max_mohm",
            Self::PadMin => "pad_min_mohm",
            Self::ConsoleSilence => "console_silence_us",
            Self::Response => "response_percent",
            Self::Spread => "spread_mk",
        }
    }

    /// The hazard whose rule it belongs to.
    #[must_use]
    pub const fn rule(self) -> RuleId {
        self.row().0
    }

    /// The table's own value: the loosest there is.
    #[must_use]
    pub const fn loosest(self) -> i64 {
        self.row().1
    }

    /// The tightest value a site may set.
    #[must_use]
    pub const fn tightest(self) -> i64 {
        self.row().2
    }

    /// The smallest and the largest value it may have.
    #[must_use]
    pub const fn range(self) -> (i64, i64) {
        let (_, loosest, tightest) = self.row();
        if loosest < tightest { (loosest, tightest) } else { (tightest, loosest) }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// The value of every [`Threshold`]: the table's, where a site has none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    values: [Option<i64>; Threshold::ALL.len()],
}

impl Thresholds {
    /// The table's.
    pub const TABLE: Self = Self { values: [None; Threshold::ALL.len()] };

    /// The same with `threshold` at `value`; `None` where that is looser than the table or tighter
    /// than a site may have it.
    #[must_use]
    pub fn with(mut self, threshold: Threshold, value: i64) -> Option<Self> {
        let (min, max) = threshold.range();
        *self.values.get_mut(threshold.index()).filter(|_| (min..=max).contains(&value))? =
            Some(value);
        Some(self)
    }

    /// The value in force.
    #[must_use]
    pub fn get(&self, threshold: Threshold) -> i64 {
        self.set(threshold).unwrap_or(threshold.loosest())
    }

    fn set(&self, threshold: Threshold) -> Option<i64> {
        self.values.get(threshold.index()).copied().flatten()
    }

    /// What a site has set, in the order of the hazards.
    pub fn iter(&self) -> impl Iterator<Item = (Threshold, i64)> {
        let all = Threshold::ALL.into_iter();
        all.filter_map(|threshold| Some((threshold, self.set(threshold)?)))
    }
}

#[cfg(test)]
mod tests;
