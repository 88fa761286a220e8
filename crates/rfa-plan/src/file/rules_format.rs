//! The tables of a site file that set thresholds of rules.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::{RULE_THRESHOLDS, RuleThresholds};

/// Declares the fields, in the order of [`RULE_THRESHOLDS`].
macro_rules! rules_table {
    ($($field:ident $index:literal $doc:literal,)*) => {
        /// Thresholds of the interlock's rules. They can only tighten.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct RulesTable {
            $(
                #[doc = $doc]
                #[serde(default)]
                #[schemars(with = "f64")]
                #[schemars(range(
                    min = RULE_THRESHOLDS[$index].1.min_whole(),
                    max = RULE_THRESHOLDS[$index].1.max_whole()
                ))]
                #[schemars(extend("x-unit" = RULE_THRESHOLDS[$index].1.unit))]
                pub(super) $field: Option<f64>,
            )*
        }

        impl RulesTable {
            /// The thresholds in thousandths.
            pub(super) fn thresholds(&self) -> RuleThresholds {
                RuleThresholds([$(self.$field.map(thousandths)),*])
            }
        }

        #[cfg(test)]
        pub(super) const NAMES: [&str; RULE_THRESHOLDS.len()] = [$(stringify!($field)),*];
    };
}

/// Rounded to a thousandth; what no number fits is left for the range to refuse.
fn thousandths(value: f64) -> u32 {
    let rounded = (value * 1_000.0).round();
    if (0.0..=f64::from(u32::MAX)).contains(&rounded) { rounded as u32 } else { u32::MAX }
}

rules_table! {
    over_set_k 0 "H-01: RF goes off where the tip is this far above the set temperature.",
    runaway_k_s 1 "H-03: it rises this fast, or three times as fast as the plan's ramp.",
    output_margin_w 2 "H-04: measured power is this far above what was asked, or 20 %.",
    jump_k 3 "H-06: it moves this far within 20 ms.",
    cold_c 4 "H-07: it is colder than this in tissue.",
    unanswered_s 5 "H-11: it has not answered to this much time with power.",
    warming_k 6 "H-12: it rises this far in 1 s without RF.",
    cooling_k 7 "H-13: it falls less than this in 3 s after RF from above 60 °C.",
    roll_off_percent 8 "H-16: impedance rises this far in 0.5 s above 70 °C.",
    sudden_fall_percent 9 "H-17: impedance falls this far in 0.2 s.",
    power_apart_percent 10 "H-18: power and voltage times current lie this far apart.",
    impedance_apart_percent 11 "H-18: impedance and voltage by current lie this far apart.",
    pad_max_ohm 12 "H-19: the return pad is above this.",
    pad_min_ohm 13 "H-19: the return pad is below this.",
    console_silence_s 14 "H-23: the console has been silent for this long.",
    response_percent 15 "H-38: the tip's answer to power is this much of the plan's electrode's.",
    spread_k 16 "H-56: ten readings spread this far about their own line.",
}

#[cfg(test)]
mod tests {
    use super::{NAMES, RULE_THRESHOLDS};

    #[test]
    fn each_field_has_its_own_range() {
        assert_eq!(NAMES, RULE_THRESHOLDS.map(|(name, _)| name));
    }
}
