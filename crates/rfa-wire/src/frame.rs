//! Payload layout, check values and byte stuffing.

use crate::bytes::{Reader, Writer};
use crate::key::{MAC_LEN, mac};
use crate::{DecodeError, MessageKind};
use core::fmt;
use crc::{CRC_32_ISO_HDLC, Crc, Table};
use rfa_units::SessionId;

/// The version this crate speaks; the first byte of every payload.
pub const PROTOCOL_VERSION: u8 = 1;

/// Payload bytes at most. Below 254 the byte stuffing always costs exactly one byte.
pub const PAYLOAD_MAX: usize = 250;

/// Bytes on the line at most: payload, stuffing byte, two delimiters.
pub const FRAME_MAX: usize = PAYLOAD_MAX + STUFFING;

/// Payload bytes that are not body: header, MAC and CRC.
pub const OVERHEAD: usize = HEADER_LEN + MAC_LEN + CRC_LEN;

/// Version, type, session, sequence, time.
const HEADER_LEN: usize = 18;
const CRC_LEN: usize = 4;

/// The stuffing byte and the two delimiters.
pub(crate) const STUFFING: usize = 3;

/// Sixteen bytes at a step: 16 KiB of tables, kept once.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

/// One frame, ready for the line, delimiters included.
#[derive(Clone, Copy)]
pub struct Frame {
    bytes: [u8; FRAME_MAX],
    len: usize,
}

impl Frame {
    /// The bytes to send.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&[])
    }

    /// Stuffs a payload between two delimiters.
    pub(crate) fn of_payload(payload: &[u8]) -> Self {
        let mut bytes = [0; FRAME_MAX];
        // Cannot fail: the payload is at most PAYLOAD_MAX long. An empty frame is no message.
        let len = cobs::try_encode_including_sentinels(payload, &mut bytes).unwrap_or(0);
        Self { bytes, len }
    }
}

impl PartialEq for Frame {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Frame {}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Frame(")?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// What stands before every body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) session: SessionId,
    pub(crate) sequence: u32,
    pub(crate) time_us: u64,
}

/// Builds a frame: header, body, MAC over both, CRC over all.
pub(crate) fn seal(
    kind: MessageKind,
    header: Header,
    key: &[u8; 16],
    body: impl FnOnce(&mut Writer),
) -> Frame {
    let mut payload = Writer::new();
    payload.u8(PROTOCOL_VERSION);
    payload.u8(kind.number());
    payload.u32(header.session.0);
    payload.u32(header.sequence);
    payload.u64(header.time_us);
    body(&mut payload);
    let tag = mac(key, payload.written());
    payload.put(&tag);
    let check = CRC.checksum(payload.written());
    payload.u32(check);
    Frame::of_payload(payload.written())
}

/// A payload taken apart, its CRC and version checked, its MAC not yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opened<'a> {
    pub(crate) kind: u8,
    pub(crate) header: Header,
    pub(crate) body: &'a [u8],
    signed: &'a [u8],
    tag: [u8; MAC_LEN],
}

impl<'a> Opened<'a> {
    /// Checks length, CRC and version, in that order: the CRC comes first so that noise in the
    /// version byte is not taken for another protocol.
    pub(crate) fn new(payload: &'a [u8]) -> Result<Self, DecodeError> {
        let short = DecodeError::TooShort { length: payload.len() };
        if payload.len() < OVERHEAD {
            return Err(short);
        }
        let (checked, crc) = payload.split_last_chunk::<CRC_LEN>().ok_or(short)?;
        if CRC.checksum(checked) != u32::from_le_bytes(*crc) {
            return Err(DecodeError::Crc);
        }
        let (signed, tag) = checked.split_last_chunk::<MAC_LEN>().ok_or(short)?;
        let mut fields = Reader::new(signed);
        let version = fields.u8()?;
        if version != PROTOCOL_VERSION {
            return Err(DecodeError::Version { found: version });
        }
        let kind = fields.u8()?;
        let session = SessionId(fields.u32()?);
        let header = Header { session, sequence: fields.u32()?, time_us: fields.u64()? };
        let body = signed.get(HEADER_LEN..).ok_or(short)?;
        Ok(Self { kind, header, body, signed, tag: *tag })
    }

    /// Whether the MAC is that of `key`.
    pub(crate) fn is_signed_by(&self, key: &[u8; 16]) -> bool {
        crate::key::same_mac(&mac(key, self.signed), &self.tag)
    }
}

/// Session and sequence number of a payload whose CRC holds, whatever its version: these places
/// never change, so that a refusal can name the frame it answers.
pub(crate) fn peek(payload: &[u8]) -> Option<(SessionId, u32)> {
    let (checked, crc) = payload.split_last_chunk::<CRC_LEN>()?;
    if payload.len() < OVERHEAD || CRC.checksum(checked) != u32::from_le_bytes(*crc) {
        return None;
    }
    let mut fields = Reader::new(checked.get(2..)?);
    Some((SessionId(fields.u32().ok()?), fields.u32().ok()?))
}

/// Finds frames in a byte stream: resynchronises at every 0x00, holds one payload, no more.
#[derive(Debug)]
pub(crate) struct Framer {
    state: State,
    stuffing: cobs::DecoderState,
    payload: [u8; PAYLOAD_MAX],
    len: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Dropping bytes until a delimiter: at the start, and after an over-long frame.
    Seeking,
    /// Taking bytes.
    Taking,
}

impl Framer {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Seeking,
            stuffing: cobs::DecoderState::Idle,
            payload: [0; PAYLOAD_MAX],
            len: 0,
        }
    }

    /// Takes one byte; `Some(Ok)` when it ends a payload, which [`Self::payload`] then holds.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Result<(), DecodeError>> {
        if self.state == State::Seeking {
            if byte == 0 {
                self.restart();
            }
            return None;
        }
        match self.stuffing.feed(byte) {
            Ok(cobs::DecodeResult::NoData) => None,
            Ok(cobs::DecodeResult::DataStart) => {
                self.len = 0;
                None
            }
            Ok(cobs::DecodeResult::DataContinue(data)) => self.append(data).err().map(Err),
            Ok(cobs::DecodeResult::DataComplete) => Some(Ok(())),
            Err(_) => {
                // Only a delimiter inside a run is an error, so this byte begins the next frame.
                self.restart();
                Some(Err(DecodeError::Cobs))
            }
        }
    }

    /// The payload that the last byte ended.
    pub(crate) fn payload(&self) -> &[u8] {
        self.payload.get(..self.len).unwrap_or(&[])
    }

    fn append(&mut self, data: u8) -> Result<(), DecodeError> {
        match self.payload.get_mut(self.len) {
            Some(place) => {
                *place = data;
                self.len = self.len.saturating_add(1);
                Ok(())
            }
            None => {
                self.state = State::Seeking;
                Err(DecodeError::TooLong)
            }
        }
    }

    fn restart(&mut self) {
        self.state = State::Taking;
        self.stuffing = cobs::DecoderState::Idle;
        self.len = 0;
    }
}
