//! Why a generator did not honour a host frame.

use crate::DecodeError;
use core::fmt;

/// What a generator answers when it does not honour a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// The sequence number of the host frame; 0 where it could not be read.
    pub sequence: u32,
}

/// Declares the codes once: number, words.
macro_rules! refusal_codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $words:literal;)*) => {
        /// Why, as a number on the wire (docs/protocol.md, "Refusal codes").
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum RefusalCode {
            $($(#[$doc])* $name = $number,)*
        }

        impl RefusalCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }

        impl fmt::Display for RefusalCode {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $words,)* })
            }
        }
    };
}

refusal_codes! {
    /// The frame could be authenticated but a field is out of range.
    Malformed = 1, "message malformed";
    /// The frame is of another protocol version.
    UnsupportedVersion = 2, "protocol version not supported";
    /// The MAC is wrong: the ends hold different keys.
    Unauthenticated = 3, "authentication failed";
    /// No such session is established.
    BadSession = 4, "no such session";
    /// The sequence number is not newer than the last.
    Repeated = 5, "frame repeated or out of order";
    /// The message is not possible in the generator's present state.
    WrongState = 6, "not possible in this state";
    /// The grant's expiry has passed.
    Expired = 7, "grant expired";
    /// The grant's expiry is further away than the grant life allows.
    ExpiryTooFar = 8, "grant expiry too far ahead";
    /// The grant's tick is not newer than the last honoured.
    StaleTick = 9, "grant tick not newer than the last";
    /// The grant is for another plan than the limits are.
    WrongPlan = 10, "grant for another plan";
    /// No such channel, or no limits are set for it.
    WrongChannel = 11, "channel not fitted or without limits";
    /// The generator cannot do this mode.
    ModeNotSupported = 12, "mode not supported";
    /// A limit or a set-point above what the generator or its limits allow.
    OverHardLimit = 13, "over a hard limit";
    /// The self-test has not passed in this session.
    NotSelfTested = 14, "self-test not passed";
    /// The emergency stop is pressed or broken.
    EmergencyStop = 15, "emergency stop";
    /// The second contactor is open.
    K2Open = 16, "contactor K2 open";
    /// The generator cannot send telemetry at this rate for these channels.
    RateNotSupported = 17, "telemetry rate not supported";
    /// The generator found a fault in itself and delivers nothing.
    GeneratorFault = 18, "generator fault";
}

impl RefusalCode {
    /// The code's number on the wire.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The code with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }

    /// What a generator answers to a frame it could not take; `None`: nothing, because the bytes
    /// are noise, or its own come back, and an answer would refer to nothing.
    #[must_use]
    pub const fn answering(error: &DecodeError) -> Option<Self> {
        match error {
            DecodeError::Version { .. } => Some(Self::UnsupportedVersion),
            DecodeError::Length { .. } | DecodeError::Field { .. } => Some(Self::Malformed),
            DecodeError::NoSession | DecodeError::Session { .. } => Some(Self::BadSession),
            DecodeError::Mac => Some(Self::Unauthenticated),
            DecodeError::Sequence { .. } => Some(Self::Repeated),
            DecodeError::Cobs
            | DecodeError::TooLong
            | DecodeError::TooShort { .. }
            | DecodeError::Crc
            | DecodeError::Type { .. }
            | DecodeError::Direction { .. }
            | DecodeError::Time { .. }
            | DecodeError::Nonce => None,
        }
    }
}
