//! Why a frame was not taken.

use core::fmt;

/// Why bytes did not become a message. The checks are made in the order of the variants, so the
/// first thing wrong is the one named (docs/protocol.md, "Receiving").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// The byte stuffing contradicts itself: the frame was cut short or a byte was lost.
    Cobs,
    /// More than 250 payload bytes before a delimiter. Reported once; the rest is dropped.
    TooLong,
    /// Fewer payload bytes than header, MAC and CRC need.
    TooShort {
        /// Payload bytes received.
        length: usize,
    },
    /// The CRC-32 does not match.
    Crc,
    /// A whole frame of another protocol version.
    Version {
        /// The version it names.
        found: u8,
    },
    /// No message has this type.
    Type {
        /// The type received.
        found: u8,
    },
    /// A message that only the other end sends: our own bytes come back (H-24, reflection).
    Direction {
        /// The type received.
        found: u8,
    },
    /// A message that needs a session, and none is established.
    NoSession,
    /// Another session's frame.
    Session {
        /// The session it names.
        found: u32,
    },
    /// The MAC does not match: another key, or a forgery.
    Mac,
    /// Not newer than the last frame accepted: repeated, reordered or replayed.
    Sequence {
        /// The last sequence number accepted.
        last: u32,
        /// The number received.
        found: u32,
    },
    /// The generator's clock went backwards.
    Time {
        /// The last time stamp accepted, microseconds.
        last_us: u64,
        /// The time stamp received, microseconds.
        found_us: u64,
    },
    /// An identity that answers another hello than ours, or a second one with another nonce.
    Nonce,
    /// The body is not as long as its type says.
    Length {
        /// Body bytes received.
        found: usize,
    },
    /// A field is outside its range, or an enumeration has no such value.
    Field {
        /// The field's name as in docs/protocol.md.
        field: &'static str,
    },
}

impl DecodeError {
    /// Whether the bytes are damaged or make no sense (H-24: noise, or a broken peer).
    #[must_use]
    pub const fn is_corrupt(&self) -> bool {
        matches!(
            self,
            Self::Cobs
                | Self::TooLong
                | Self::TooShort { .. }
                | Self::Crc
                | Self::Version { .. }
                | Self::Type { .. }
                | Self::Length { .. }
                | Self::Field { .. }
        )
    }

    /// Whether a whole frame was turned away: foreign, forged, repeated or late (H-24, H-25).
    #[must_use]
    pub const fn is_refused(&self) -> bool {
        !self.is_corrupt()
    }

    /// The error's name as in docs/protocol.md and docs/protocol-vectors.json.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cobs => "cobs",
            Self::TooLong => "too-long",
            Self::TooShort { .. } => "too-short",
            Self::Crc => "crc",
            Self::Version { .. } => "version",
            Self::Type { .. } => "type",
            Self::Direction { .. } => "direction",
            Self::NoSession => "no-session",
            Self::Session { .. } => "session",
            Self::Mac => "mac",
            Self::Sequence { .. } => "sequence",
            Self::Time { .. } => "time",
            Self::Nonce => "nonce",
            Self::Length { .. } => "length",
            Self::Field { .. } => "field",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cobs => write!(f, "frame cut short or a byte lost (byte stuffing)"),
            Self::TooLong => write!(f, "frame longer than 250 bytes"),
            Self::TooShort { length } => {
                write!(f, "frame of {length} bytes, shorter than header, MAC and CRC (38)")
            }
            Self::Crc => write!(f, "checksum wrong (CRC-32)"),
            Self::Version { found } => write!(f, "protocol version {found}, expected 1"),
            Self::Type { found } => write!(f, "message type 0x{found:02x} is not known"),
            Self::Direction { found } => {
                write!(f, "message type 0x{found:02x} is one this end sends: bytes come back")
            }
            Self::NoSession => write!(f, "message without a session"),
            Self::Session { found } => write!(f, "message of another session (0x{found:08x})"),
            Self::Mac => write!(f, "message authentication code wrong"),
            Self::Sequence { last, found } => {
                write!(f, "sequence number {found} is not newer than {last}")
            }
            Self::Time { last_us, found_us } => {
                write!(f, "generator time {found_us} us is before {last_us} us")
            }
            Self::Nonce => write!(f, "identity answers another hello"),
            Self::Length { found } => write!(f, "body of {found} bytes does not fit its type"),
            Self::Field { field } => write!(f, "field {field} is outside its range"),
        }
    }
}

impl core::error::Error for DecodeError {}
