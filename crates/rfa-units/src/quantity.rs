//! Physical quantities as checked integers.

use core::fmt;

/// Why a value is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum QuantityError {
    /// The number is infinite or not a number.
    NotFinite {
        /// The quantity's name, e.g. `temperature`.
        quantity: &'static str,
    },
    /// The number lies outside the quantity's physical range.
    OutOfRange {
        /// The quantity's name, e.g. `temperature`.
        quantity: &'static str,
        /// The value offered, in whole units.
        value: f64,
        /// The smallest value the type holds, in whole units.
        min: f64,
        /// The largest value the type holds, in whole units.
        max: f64,
        /// The unit the three numbers are in.
        unit: &'static str,
    },
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { quantity } => write!(f, "{quantity} is not a finite number"),
            Self::OutOfRange { quantity, value, min, max, unit } => {
                write!(f, "{quantity} {value} {unit} is outside {min} to {max} {unit}")
            }
        }
    }
}

impl core::error::Error for QuantityError {}

/// Declares one quantity: an integer of `1/scale` units between two bounds.
macro_rules! quantity {
    (
        $(#[$doc:meta])* $name:ident, $raw:ty, $min:literal ..= $max:literal,
        scale $scale:literal, $label:literal, $unit:literal
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($raw);

        impl $name {
            /// The smallest value the type holds.
            pub const MIN: Self = Self($min);
            /// The largest value the type holds.
            pub const MAX: Self = Self($max);
            /// Sub-units in one whole unit.
            pub const SCALE: u32 = $scale;

            /// The quantity of `raw` sub-units, or `None` outside the physical range.
            #[must_use]
            pub const fn new(raw: $raw) -> Option<Self> {
                let wide = raw as i64;
                if wide >= $min && wide <= $max { Some(Self(raw)) } else { None }
            }

            /// The quantity nearest to `raw` sub-units. Only for arithmetic that has to end
            /// inside the range (a sum, a ramp); never for a person's or a file's value.
            #[must_use]
            pub const fn saturating(raw: i64) -> Self {
                if raw < $min as i64 {
                    Self::MIN
                } else if raw > $max as i64 {
                    Self::MAX
                } else {
                    Self(raw as $raw)
                }
            }

            /// The quantity of `value` whole units, rounded to the nearest sub-unit.
            ///
            /// # Errors
            /// [`QuantityError`] when the number is not finite or outside the range.
            pub fn from_f64(value: f64) -> Result<Self, QuantityError> {
                if !value.is_finite() {
                    return Err(QuantityError::NotFinite { quantity: $label });
                }
                let scaled = value * f64::from(Self::SCALE);
                let rounded = if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 };
                let inside = scaled >= f64::from(Self::MIN.0) - 0.5
                    && scaled <= f64::from(Self::MAX.0) + 0.5;
                match (inside, Self::new(rounded as $raw)) {
                    (true, Some(quantity)) => Ok(quantity),
                    _ => Err(QuantityError::OutOfRange {
                        quantity: $label,
                        value,
                        min: Self::MIN.as_f64(),
                        max: Self::MAX.as_f64(),
                        unit: $unit,
                    }),
                }
            }

            /// The integer of sub-units.
            #[must_use]
            pub const fn get(self) -> $raw {
                self.0
            }

            /// The value in whole units.
            #[must_use]
            pub fn as_f64(self) -> f64 {
                f64::from(self.0) / f64::from(Self::SCALE)
            }

            /// The difference `self - other` in sub-units.
            #[must_use]
            pub const fn minus(self, other: Self) -> i64 {
                (self.0 as i64).saturating_sub(other.0 as i64)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match f.precision() {
                    Some(digits) => write!(f, "{:.digits$} {}", self.as_f64(), $unit),
                    None => write!(f, "{} {}", self.as_f64(), $unit),
                }
            }
        }
    };
}

quantity! {
    /// A temperature in thousandths of a degree Celsius. The range is that of a type T or K
    /// thermocouple channel with room for a broken one (hazards.md H-06 trips long before).
    MilliCelsius, i32, -100_000..=400_000, scale 1_000, "temperature", "°C"
}
quantity! {
    /// An RF power in milliwatts. Products of this class end at 50 W (hazards.md E1); a broken
    /// one may be measured above that.
    MilliWatts, u32, 0..=500_000, scale 1_000, "power", "W"
}
quantity! {
    /// An RF voltage (rms) in millivolts.
    MilliVolts, u32, 0..=1_000_000, scale 1_000, "voltage", "V"
}
quantity! {
    /// An RF current (rms) in microamperes.
    MicroAmps, u32, 0..=10_000_000, scale 1_000_000, "current", "A"
}
quantity! {
    /// An impedance magnitude in milliohms; an open circuit is read as the maximum.
    Milliohms, u32, 0..=100_000_000, scale 1_000, "impedance", "ohm"
}
quantity! {
    /// An energy in millijoules: 50 W for half an hour and some room.
    MilliJoules, u32, 0..=100_000_000, scale 1_000, "energy", "J"
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rejects_what_is_not_a_number() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = MilliCelsius::from_f64(value).expect_err("must refuse");
            assert!(matches!(error, QuantityError::NotFinite { quantity: "temperature" }));
        }
    }

    #[test]
    fn rejects_just_outside_and_accepts_the_bounds() {
        assert_eq!(MilliCelsius::from_f64(400.0), Ok(MilliCelsius::MAX));
        assert!(MilliCelsius::from_f64(400.001).is_err());
        assert!(MilliWatts::from_f64(-0.001).is_err());
        assert_eq!(MilliWatts::from_f64(-0.0), Ok(MilliWatts::MIN));
    }

    #[test]
    fn names_value_and_range_in_the_error() {
        let text = std::format!("{}", MilliWatts::from_f64(-3.0).expect_err("must refuse"));
        assert_eq!(text, "power -3 W is outside 0 to 500 W");
    }

    proptest! {
        /// H-41: no number at the boundary gives a quantity outside its range.
        #[test]
        fn any_float_is_in_range_or_refused(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            if let Ok(t) = MilliCelsius::from_f64(value) {
                prop_assert!(t >= MilliCelsius::MIN && t <= MilliCelsius::MAX);
                prop_assert!((t.as_f64() - value).abs() <= 0.000_51);
            }
            if let Ok(p) = MilliWatts::from_f64(value) {
                prop_assert!((p.as_f64() - value).abs() <= 0.000_51);
            }
        }

        #[test]
        fn whole_units_round_trip(raw in -100_000_i32..=400_000) {
            let t = MilliCelsius::new(raw).expect("inside the range");
            prop_assert_eq!(MilliCelsius::from_f64(t.as_f64()), Ok(t));
        }

        #[test]
        fn saturating_never_leaves_the_range(raw in any::<i64>()) {
            let p = MilliWatts::saturating(raw);
            prop_assert!(p >= MilliWatts::MIN && p <= MilliWatts::MAX);
        }
    }
}
