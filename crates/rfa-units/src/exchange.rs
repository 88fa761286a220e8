//! What the parts tell each other: a generator's report, a controller's request, a permit.
//!
//! These stand here because the interlock and the control loop must not know of each other, and
//! both read the same report.

use crate::{
    Bounded, ChannelId, GeneratorInstant, MAX_CHANNELS, MicroAmps, MilliCelsius, MilliJoules,
    MilliVolts, MilliWatts, Milliohms, Mode, StepIndex,
};

/// A tip thermocouple's reading. Missing is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TipReading {
    /// A converted temperature.
    Valid(MilliCelsius),
    /// The generator's burnout detection sees an open circuit.
    Open,
    /// The converter reports itself broken or out of range.
    Faulty,
}

impl TipReading {
    /// The temperature, where there is one.
    #[must_use]
    pub const fn valid(self) -> Option<MilliCelsius> {
        match self {
            Self::Valid(t) => Some(t),
            Self::Open | Self::Faulty => None,
        }
    }
}

/// A relay contact as read back from its auxiliary contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contactor {
    /// No current can flow.
    Open,
    /// The circuit is shut.
    Shut,
}

/// The two-contact footswitch (H-28: one contact makes while the other breaks).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Footswitch {
    /// The generator has no footswitch connected and needs none.
    NotFitted,
    /// Both contacts say released.
    Released,
    /// Both contacts say pressed.
    Pressed,
    /// The two contacts contradict each other.
    Disagree,
}

/// The emergency stop's normally-closed contact pair (H-49).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmergencyStop {
    /// Both contacts closed.
    Released,
    /// Both contacts open.
    Pressed,
    /// One open, one closed: a broken wire; treated as pressed.
    Disagree,
}

/// The generator's supply (H-55).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Supply {
    /// Within limits.
    Good,
    /// Below its limit: output is about to fail.
    BrownOut,
}

/// What one channel's output is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputState {
    /// No output stage is active.
    Off,
    /// The output stage is active in this mode.
    On(Mode),
}

/// One channel's measured values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelReport {
    /// Which channel.
    pub channel: ChannelId,
    /// What the output stage is doing.
    pub output: OutputState,
    /// The tip thermocouple.
    pub tip: TipReading,
    /// Measured RF power.
    pub power: MilliWatts,
    /// Measured RF voltage, rms.
    pub voltage: MilliVolts,
    /// Measured RF current, rms.
    pub current: MicroAmps,
    /// Impedance magnitude; measured with a test signal while RF is off. `None`: no measurement.
    pub impedance: Option<Milliohms>,
    /// The power set-point the output stage regulates to (from the newest honoured grant).
    pub setpoint: MilliWatts,
    /// Energy delivered since the session began.
    pub energy: MilliJoules,
}

/// One telemetry frame: everything the generator reports at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telemetry {
    /// The frame's sequence number.
    pub sequence: u32,
    /// When the generator sampled, on its own clock.
    pub at: GeneratorInstant,
    /// Treatment contactor, read back.
    pub k1: Contactor,
    /// Second contactor, read back.
    pub k2: Contactor,
    /// Emergency stop.
    pub emergency_stop: EmergencyStop,
    /// Footswitch.
    pub footswitch: Footswitch,
    /// Supply.
    pub supply: Supply,
    /// Return-pad impedance. `None`: no measurement.
    pub pad: Option<Milliohms>,
    /// Grants refused since the session began (expired, repeated, foreign, forged).
    pub grants_refused: u16,
    /// One report per channel in use.
    pub channels: Bounded<ChannelReport, MAX_CHANNELS>,
}

impl Telemetry {
    /// The report of one channel.
    #[must_use]
    pub fn channel(&self, channel: ChannelId) -> Option<&ChannelReport> {
        self.channels.iter().find(|report| report.channel == channel)
    }
}

/// Why the controller asks for the end of output. It may always stop, never start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopReason {
    /// The step's hold time is complete.
    StepDone,
    /// The controller cannot go on (its inputs or its own state are not good).
    Fault,
}

/// What the controller asks of the interlock in one control tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Power wanted; zero outside delivery.
    pub power: MilliWatts,
    /// The step the controller believes it is in.
    pub step: StepIndex,
    /// Set when output has to end.
    pub stop: Option<StopReason>,
}

/// What the interlock lets the controller know: the newest decision it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permit {
    /// Whether output is being delivered.
    pub delivering: bool,
    /// The step in force (the interlock's own count).
    pub step: StepIndex,
    /// Power granted in the newest tick; zero when none.
    pub granted: MilliWatts,
    /// The most the interlock would grant in this step.
    pub ceiling: MilliWatts,
}
