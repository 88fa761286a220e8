//! The ranges a plan's and a site's numbers have to lie in.
//!
//! One constant each, read by the constructors, by the file reader and by the schemas, so that
//! an editor, a file and a program are refused by the same number.

/// An inclusive range in thousandths of a whole unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Smallest value accepted, in thousandths.
    pub min: u32,
    /// Largest value accepted, in thousandths.
    pub max: u32,
    /// The whole unit.
    pub unit: &'static str,
}

impl Range {
    pub(crate) const fn new(min: u32, max: u32, unit: &'static str) -> Self {
        Self { min, max, unit }
    }

    /// Whether `value` thousandths lie inside.
    #[must_use]
    pub const fn holds(self, value: i64) -> bool {
        value >= self.min as i64 && value <= self.max as i64
    }

    /// Smallest value accepted, in whole units.
    #[must_use]
    pub const fn min_whole(self) -> f64 {
        self.min as f64 / 1_000.0
    }

    /// Largest value accepted, in whole units.
    #[must_use]
    pub const fn max_whole(self) -> f64 {
        self.max as f64 / 1_000.0
    }
}

impl core::fmt::Display for Range {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} to {} {}", self.min_whole(), self.max_whole(), self.unit)
    }
}

/// Set temperature. Below 40 °C nothing coagulates; at 90 °C there is almost no room left between
/// hold power and ceiling (hazards.md a.2: refuse above 90).
pub const SET: Range = Range::new(40_000, 90_000, "°C");
/// Above this a person is asked twice (hazards.md a.2).
pub const SET_ASK_TWICE: Range = Range::new(40_000, 80_000, "°C");
/// The Gasserian ganglion's usual ceiling (hazards.md H-36, section 2.1): above it, ask twice.
pub const SET_GASSERIAN: Range = Range::new(40_000, 75_000, "°C");
/// Ramp: published choices are 5 s (fast), 15 s (standard) and 30 s (slow); shorter than 5 s
/// plans 10 K/s and meets H-03.
pub const RAMP: Range = Range::new(5_000, 60_000, "s");
/// Hold: published lesions last 60 to 180 s; size levels off after 60 to 100 s (physics.md 2).
pub const HOLD: Range = Range::new(1_000, 300_000, "s");
/// Active tip: 2 mm is the smallest the power ceiling was derived for (hazards.md a.2).
pub const TIP: Range = Range::new(2_000, 15_000, "mm");
/// Power: products of this class end at 50 W (60601-2-2); below 0.5 W no tip holds 60 °C
/// (hazards.md a.2: 0.60 W for the smallest at 80 °C).
pub const POWER: Range = Range::new(500, 50_000, "W");
/// H-14: 1500 ohm may only be tightened.
pub const IMPEDANCE_HIGH: Range = Range::new(300_000, 1_500_000, "ohm");
/// H-14 in a cord profile: spinal cord reads above 1000 ohm (generators.md section 7).
pub const IMPEDANCE_HIGH_CORD: Range = Range::new(300_000, 3_000_000, "ohm");
/// H-15: 40 ohm may only be tightened; the model's lowest load is 83 ohm.
pub const IMPEDANCE_LOW: Range = Range::new(40_000, 80_000, "ohm");
/// Longest identifier, in characters.
pub const ID_CHARS_MAX: usize = 40;
/// Longest title, in characters: one line of an 80-column screen.
pub const TITLE_CHARS_MAX: usize = 60;
/// Longest citation, in characters.
pub const CITATION_CHARS_MAX: usize = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn bounds_belong_to_the_range() {
        for range in [SET, RAMP, HOLD, TIP, POWER, IMPEDANCE_HIGH, IMPEDANCE_LOW] {
            assert!(range.min < range.max, "{range}");
            assert!(range.holds(range.min.into()) && range.holds(range.max.into()), "{range}");
            assert!(!range.holds(i64::from(range.min) - 1), "{range}");
            assert!(!range.holds(i64::from(range.max) + 1), "{range}");
        }
    }

    #[test]
    fn prints_whole_units() {
        assert_eq!(SET.to_string(), "40 to 90 °C");
        assert_eq!(POWER.to_string(), "0.5 to 50 W");
    }
}
