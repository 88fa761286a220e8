//! What the interlock sees in one tick. If it can change a decision, it is here.

use rfa_units::{Bounded, HostInstant, Request, Telemetry};

/// Telemetry frames taken in one tick at most; at 100 Hz one is usual, two after a late tick.
pub const TELEMETRY_PER_TICK_MAX: usize = 4;

/// One tick's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inputs {
    /// The tick's number, from 1, strictly increasing.
    pub tick: u64,
    /// When the tick runs, on the controller's monotonic clock.
    pub now: HostInstant,
    /// Authenticated telemetry since the last tick, oldest first.
    pub telemetry: Bounded<Telemetry, TELEMETRY_PER_TICK_MAX>,
    /// What else the link saw since the last tick.
    pub link: LinkReport,
    /// The newest request from the controller since the last tick; `None`: silent.
    pub request: Option<Request>,
    /// Whether the console gave a sign of life since the last tick.
    pub console_alive: bool,
    /// What the operator commands.
    pub command: Command,
    /// Whether a signed-in operator is behind the command.
    pub authorised: bool,
    /// What has to hold before arming.
    pub ready: Readiness,
}

/// Counts of bad frames since the last tick, saturating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LinkReport {
    /// Frames with a wrong CRC, or not decodable at all.
    pub corrupt: u8,
    /// Whole frames refused: wrong MAC, session, sequence or time stamp (H-24).
    pub refused: u8,
    /// Frames missing by sequence number.
    pub missing: u8,
    /// The port has hung up; it stays hung up for the rest of the session.
    pub hung_up: bool,
}

/// What a person asks. `Stop` needs nobody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Command {
    /// Nothing.
    #[default]
    None,
    /// Arm the confirmed plan.
    Arm,
    /// Start output by key; dead where a footswitch is fitted.
    Start,
    /// RF off.
    Stop,
    /// Acknowledge the alarm.
    Acknowledge,
    /// Reset after acknowledgement, with the cause gone.
    Reset,
    /// The check before the next step was done and passed.
    ConfirmCheck,
}

/// Whether alarms can be heard (H-46).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum AlarmSound {
    /// Nobody sits at a console: a script gives the orders.
    #[default]
    NotUsed,
    /// A console is there, and not known yet.
    Unknown,
    /// A player takes the samples.
    Works,
    /// None does.
    Fails,
}

/// Conditions for leaving self-test and for arming, each proven elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readiness {
    /// The generator's self-test passed: K1 and K2 opening proven (H-50, H-54).
    pub self_test: bool,
    /// The generator confirmed the hard limits it was given.
    pub hard_limits: bool,
    /// The recorder is writing and has room (H-45).
    pub recorder: bool,
    /// The operator's checklist is complete.
    pub checklist: bool,
    /// Whether alarms can be heard.
    pub sound: AlarmSound,
}
