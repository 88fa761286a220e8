//! Thresholds of the interlock's rules that a site sets.

use crate::range::Range;

/// A threshold a site may set: its name in files, and from the tightest to the interlock's own.
pub type RuleThreshold = (&'static str, Range);

/// Every threshold a site may set. The interlock has the same ranges in its own units, and the last
/// word (`rfa-runtime` holds the two against each other).
#[rustfmt::skip]
pub const RULE_THRESHOLDS: [RuleThreshold; 17] = [
    ("over_set_k", Range::new(3_000, 5_000, "K")),
    ("runaway_k_s", Range::new(6_000, 10_000, "K/s")),
    ("output_margin_w", Range::new(250, 500, "W")),
    ("jump_k", Range::new(4_000, 8_000, "K")),
    ("cold_c", Range::new(30_000, 34_000, "°C")),
    ("unanswered_s", Range::new(1_500, 3_000, "s")),
    ("warming_k", Range::new(1_000, 2_000, "K")),
    ("cooling_k", Range::new(600, 800, "K")),
    ("roll_off_percent", Range::new(15_000, 25_000, "%")),
    ("sudden_fall_percent", Range::new(15_000, 30_000, "%")),
    ("power_apart_percent", Range::new(8_000, 15_000, "%")),
    ("impedance_apart_percent", Range::new(10_000, 20_000, "%")),
    ("pad_max_ohm", Range::new(80_000, 120_000, "ohm")),
    ("pad_min_ohm", Range::new(20_000, 40_000, "ohm")),
    ("console_silence_s", Range::new(200, 500, "s")),
    ("response_percent", Range::new(150_000, 200_000, "%")),
    ("spread_k", Range::new(1_000, 2_000, "K")),
];

/// The thresholds a site has set, in thousandths of their units and in the order of
/// [`RULE_THRESHOLDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RuleThresholds(pub [Option<u32>; RULE_THRESHOLDS.len()]);

impl RuleThresholds {
    /// None: the interlock's own.
    pub const NONE: Self = Self([None; RULE_THRESHOLDS.len()]);

    /// What is set: name, range and thousandths.
    pub fn iter(&self) -> impl Iterator<Item = (RuleThreshold, u32)> + '_ {
        let all = RULE_THRESHOLDS.into_iter().zip(self.0);
        all.filter_map(|(threshold, value)| Some((threshold, value?)))
    }
}
