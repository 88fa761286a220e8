//! Message types. The two directions have disjoint ranges, so a frame sent back to its sender
//! is never taken for the peer's (H-24).

use crate::DecodeError;

/// A message's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MessageKind {
    /// Host: opens a session.
    Hello = 0x01,
    /// Host: hard limits for a channel.
    SetLimits = 0x02,
    /// Host: run the self-test.
    SelfTest = 0x03,
    /// Host: no output wanted; K1 open.
    Standby = 0x04,
    /// Host: leave to deliver power for a moment.
    Grant = 0x05,
    /// Host: the session ends.
    HostBye = 0x06,
    /// Generator: who it is; answers hello.
    Identity = 0x81,
    /// Generator: the limits now in force; answers set-limits.
    LimitsSet = 0x82,
    /// Generator: answers self-test.
    SelfTestResult = 0x83,
    /// Generator: what it measures.
    Telemetry = 0x84,
    /// Generator: a host frame was not honoured.
    Refused = 0x85,
    /// Generator: the session is over; answers bye.
    GeneratorBye = 0x86,
}

impl MessageKind {
    /// Every message type.
    pub const ALL: [Self; 12] = [
        Self::Hello,
        Self::SetLimits,
        Self::SelfTest,
        Self::Standby,
        Self::Grant,
        Self::HostBye,
        Self::Identity,
        Self::LimitsSet,
        Self::SelfTestResult,
        Self::Telemetry,
        Self::Refused,
        Self::GeneratorBye,
    ];

    /// The type's number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Whether the controller sends it.
    #[must_use]
    pub const fn is_from_host(self) -> bool {
        self.number() < 0x80
    }

    /// The type `number`, if it is one that the sender named by `from_host` may send.
    pub(crate) fn received(number: u8, from_host: bool) -> Result<Self, DecodeError> {
        let kind = Self::ALL
            .into_iter()
            .find(|kind| kind.number() == number)
            .ok_or(DecodeError::Type { found: number })?;
        if kind.is_from_host() == from_host {
            Ok(kind)
        } else {
            Err(DecodeError::Direction { found: number })
        }
    }
}
