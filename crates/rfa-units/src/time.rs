//! Durations, and instants on the two clocks that must never be mixed.

use core::fmt;

/// A duration in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(u64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of `us` microseconds.
    #[must_use]
    pub const fn from_micros(us: u64) -> Self {
        Self(us)
    }

    /// A duration of `ms` milliseconds.
    #[must_use]
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms.saturating_mul(1_000))
    }

    /// A duration of `s` seconds.
    #[must_use]
    pub const fn from_secs(s: u64) -> Self {
        Self(s.saturating_mul(1_000_000))
    }

    /// Whole microseconds.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Seconds.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }

    /// The sum, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, zero where `other` is longer.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// `factor` times as long, saturating.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.as_secs_f64())
    }
}

/// Declares an instant on one clock: microseconds since that clock's own zero.
macro_rules! instant {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(u64);

        impl $name {
            /// The clock's zero.
            pub const ZERO: Self = Self(0);

            /// The instant `us` microseconds after the clock's zero.
            #[must_use]
            pub const fn from_micros(us: u64) -> Self {
                Self(us)
            }

            /// Microseconds since the clock's zero.
            #[must_use]
            pub const fn as_micros(self) -> u64 {
                self.0
            }

            /// The instant `span` later, saturating.
            #[must_use]
            pub const fn plus(self, span: Span) -> Self {
                Self(self.0.saturating_add(span.as_micros()))
            }

            /// How long after `earlier` this is; zero if it is not after it.
            #[must_use]
            pub const fn since(self, earlier: Self) -> Span {
                Span::from_micros(self.0.saturating_sub(earlier.0))
            }
        }
    };
}

instant! {
    /// An instant on the controller's monotonic clock.
    HostInstant
}
instant! {
    /// An instant on the generator's own clock (zero at its power-on).
    GeneratorInstant
}
