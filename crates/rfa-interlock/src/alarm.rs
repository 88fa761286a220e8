//! Rules, alarms and what a trip remembers.

use crate::State;
use crate::thresholds as t;
use rfa_units::Bounded;

/// A rule of the hazard table (hazards.md part a.3) that this interlock evaluates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each variant is the hazard's id; hazards.md says what it is")]
#[repr(u8)]
pub enum RuleId {
    H01 = 1,
    H02 = 2,
    H03 = 3,
    H04 = 4,
    H05 = 5,
    H06 = 6,
    H07 = 7,
    H08 = 8,
    H11 = 11,
    H12 = 12,
    H13 = 13,
    H14 = 14,
    H15 = 15,
    H16 = 16,
    H17 = 17,
    H18 = 18,
    H19 = 19,
    H20 = 20,
    H22 = 22,
    H23 = 23,
    H24 = 24,
    H26 = 26,
    H27 = 27,
    H28 = 28,
    H30 = 30,
    H31 = 31,
    H38 = 38,
    H44 = 44,
    H49 = 49,
    H50 = 50,
    H54 = 54,
    H55 = 55,
    H56 = 56,
}

impl RuleId {
    /// Every rule.
    pub const ALL: [Self; 33] = [
        Self::H01,
        Self::H02,
        Self::H03,
        Self::H04,
        Self::H05,
        Self::H06,
        Self::H07,
        Self::H08,
        Self::H11,
        Self::H12,
        Self::H13,
        Self::H14,
        Self::H15,
        Self::H16,
        Self::H17,
        Self::H18,
        Self::H19,
        Self::H20,
        Self::H22,
        Self::H23,
        Self::H24,
        Self::H26,
        Self::H27,
        Self::H28,
        Self::H30,
        Self::H31,
        Self::H38,
        Self::H44,
        Self::H49,
        Self::H50,
        Self::H54,
        Self::H55,
        Self::H56,
    ];

    /// The hazard's number in the table, e.g. 6 for H-06.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// Alarm priority (60601-1-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Awareness.
    Low,
    /// Prompt response.
    Medium,
    /// Immediate response.
    High,
}

/// An alarm of hazards.md part (b), AL-01 to AL-27.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is the alarm's id; hazards.md says what it is")]
#[repr(u8)]
pub enum AlarmId {
    Al01 = 1,
    Al02 = 2,
    Al03 = 3,
    Al04 = 4,
    Al06 = 6,
    Al07 = 7,
    Al08 = 8,
    Al09 = 9,
    Al10 = 10,
    Al11 = 11,
    Al12 = 12,
    Al13 = 13,
    Al14 = 14,
    Al18 = 18,
    Al19 = 19,
    Al20 = 20,
    Al21 = 21,
    Al23 = 23,
    Al24 = 24,
    Al25 = 25,
    Al27 = 27,
}

impl AlarmId {
    /// Every alarm this interlock can raise.
    pub const ALL: [Self; 21] = [
        Self::Al01,
        Self::Al02,
        Self::Al03,
        Self::Al04,
        Self::Al06,
        Self::Al07,
        Self::Al08,
        Self::Al09,
        Self::Al10,
        Self::Al11,
        Self::Al12,
        Self::Al13,
        Self::Al14,
        Self::Al18,
        Self::Al19,
        Self::Al20,
        Self::Al21,
        Self::Al23,
        Self::Al24,
        Self::Al25,
        Self::Al27,
    ];

    /// Its priority while output is on or armed (hazards.md part b).
    #[must_use]
    pub const fn priority(self) -> Priority {
        match self {
            Self::Al14 | Self::Al20 | Self::Al21 | Self::Al23 | Self::Al24 => Priority::Medium,
            Self::Al25 => Priority::Low,
            _ => Priority::High,
        }
    }

    /// Its priority in `state`: a lost link or return pad is medium where no output is
    /// under way.
    #[must_use]
    pub const fn priority_in(self, state: State) -> Priority {
        match (self, state) {
            (Self::Al10 | Self::Al11 | Self::Al12 | Self::Al19, State::SelfTest | State::Idle) => {
                Priority::Medium
            }
            _ => self.priority(),
        }
    }

    /// Whether its sign stays after the condition has gone (hazards.md part b).
    #[must_use]
    pub const fn latching(self) -> bool {
        !matches!(self, Self::Al14 | Self::Al20 | Self::Al21 | Self::Al23 | Self::Al24 | Self::Al25)
    }

    /// The alarm's number, 1 to 27.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A set of alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct AlarmSet(u32);

impl AlarmSet {
    /// No alarm.
    pub const NONE: Self = Self(0);

    /// The set with `alarm` in it.
    #[must_use]
    pub const fn with(self, alarm: AlarmId) -> Self {
        Self(self.0 | 1_u32.wrapping_shl(alarm.number() as u32))
    }

    /// The set without `alarm`.
    #[must_use]
    pub const fn without(self, alarm: AlarmId) -> Self {
        Self(self.0 & !1_u32.wrapping_shl(alarm.number() as u32))
    }

    /// Everything in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `alarm` is in the set.
    #[must_use]
    pub const fn contains(self, alarm: AlarmId) -> bool {
        self.0 & 1_u32.wrapping_shl(alarm.number() as u32) != 0
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as bits: bit n is alarm AL-n.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set of `bits`; bits that are no alarm are dropped.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        AlarmId::ALL.into_iter().fold(Self::NONE, |set, alarm| {
            if Self(bits).contains(alarm) { set.with(alarm) } else { set }
        })
    }

    /// The alarms in the set, lowest number first.
    pub fn iter(self) -> impl Iterator<Item = AlarmId> {
        AlarmId::ALL.into_iter().filter(move |alarm| self.contains(*alarm))
    }
}

/// The numbers that made a rule trip, kept from the first trip until reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip {
    /// The rule.
    pub rule: RuleId,
    /// The alarm it raises.
    pub alarm: AlarmId,
    /// The value that tripped, in [`Trip::unit`]. Where a reading was missing both value and limit
    /// are 0.
    pub value: i64,
    /// The limit it crossed, in the same unit.
    pub limit: i64,
    /// The window the value was taken over, in microseconds; 0 for a single sample.
    pub window_us: u64,
    /// The newest samples behind the value, oldest first.
    pub samples: Bounded<i64, 4>,
}

/// What a trip's value and limit are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TripUnit {
    /// Thousandths of a degree Celsius.
    MilliCelsius,
    /// Thousandths of a kelvin, of a difference.
    MilliKelvin,
    /// Thousandths of a kelvin per second.
    MilliKelvinPerSecond,
    /// Milliwatts.
    MilliWatts,
    /// Thousandths of an ohm.
    Milliohms,
    /// Microseconds.
    Microseconds,
    /// Percent of what it is compared with.
    Percent,
    /// Frames.
    Frames,
    /// Ticks.
    Ticks,
    /// Either so (1) or not (0): no number stands behind it.
    Condition,
    /// There was no reading, or no clock, to put a number to.
    Missing,
}

impl TripUnit {
    /// Its name, as in field names of reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MilliCelsius => "mC",
            Self::MilliKelvin => "mK",
            Self::MilliKelvinPerSecond => "mK/s",
            Self::MilliWatts => "mW",
            Self::Milliohms => "mohm",
            Self::Microseconds => "us",
            Self::Percent => "percent",
            Self::Frames => "frames",
            Self::Ticks => "ticks",
            Self::Condition => "condition",
            Self::Missing => "missing",
        }
    }
}

impl Trip {
    /// What value and limit are counted in. A hazard with two signs has two units; its limit, or
    /// its window, tells them apart.
    #[must_use]
    pub const fn unit(&self) -> TripUnit {
        if self.value == 0 && self.limit == 0 {
            return TripUnit::Missing;
        }
        match self.rule {
            RuleId::H01 | RuleId::H02 => TripUnit::MilliCelsius,
            RuleId::H04 | RuleId::H05 | RuleId::H50 => TripUnit::MilliWatts,
            RuleId::H06 | RuleId::H12 | RuleId::H13 | RuleId::H56 => TripUnit::MilliKelvin,
            RuleId::H07 if self.window_us == 0 => TripUnit::MilliCelsius,
            RuleId::H03 | RuleId::H07 => TripUnit::MilliKelvinPerSecond,
            RuleId::H14 | RuleId::H15 | RuleId::H19 => TripUnit::Milliohms,
            RuleId::H16 | RuleId::H17 | RuleId::H18 | RuleId::H38 => TripUnit::Percent,
            RuleId::H22 | RuleId::H24 if self.window_us > 0 => TripUnit::Frames,
            RuleId::H44 if self.limit == t::MISSED_TICKS => TripUnit::Ticks,
            RuleId::H08
            | RuleId::H11
            | RuleId::H20
            | RuleId::H22
            | RuleId::H23
            | RuleId::H28
            | RuleId::H44
                if self.limit > 1 =>
            {
                TripUnit::Microseconds
            }
            _ => TripUnit::Condition,
        }
    }
}
