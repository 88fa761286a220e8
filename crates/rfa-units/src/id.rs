//! Identities: channel, mode, step, session, plan.

use core::fmt;

/// Channels a generator can have at most (generators.md section 1: 1 to 4).
pub const MAX_CHANNELS: usize = 4;

/// Steps a plan can have at most.
pub const MAX_STEPS: usize = 8;

/// One output channel of the generator, 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(u8);

impl ChannelId {
    /// Channel 1.
    pub const ONE: Self = Self(1);

    /// Channel `number`, or `None` outside 1 to 4.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number >= 1 && number as usize <= MAX_CHANNELS { Some(Self(number)) } else { None }
    }

    /// The channel's number, 1 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CH{}", self.0)
    }
}

/// What the generator's output does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Continuous RF that heats to a set temperature.
    Thermal,
    /// RF bursts that keep the average temperature low.
    Pulsed,
    /// Low-frequency stimulation to find the sensory threshold.
    SensoryStimulation,
    /// Low-frequency stimulation to find the motor threshold.
    MotorStimulation,
}

/// The place of a step in its plan, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StepIndex(u8);

impl StepIndex {
    /// The first step.
    pub const FIRST: Self = Self(0);

    /// The step at `index`, or `None` beyond [`MAX_STEPS`].
    #[must_use]
    pub const fn new(index: u8) -> Option<Self> {
        if (index as usize) < MAX_STEPS { Some(Self(index)) } else { None }
    }

    /// The index, counted from 0.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }

    /// The next step, or `None` beyond [`MAX_STEPS`].
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        Self::new(self.0.saturating_add(1))
    }
}

/// One conversation between controller and generator; drawn afresh at each start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(pub u32);

/// The first eight bytes of the BLAKE3 hash over a plan's canonical bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlanHash(pub [u8; 8]);

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
