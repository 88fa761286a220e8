//! Bytes to messages, one decoder for each end.
//!
//! Checks, in order: byte stuffing, length, CRC, version, type (then "corrupt"); session, MAC,
//! sequence, time (then "refused"); last the body, which only an authentic frame gets to.

use crate::body::{
    read_grant, read_hello, read_identity, read_limits, read_refusal, read_self_test, read_standby,
    read_telemetry,
};
use crate::bytes::Reader;
use crate::frame::{Framer, Header, Opened, peek};
use crate::{
    DecodeError, GeneratorMessage, HostMessage, Identity, LinkKey, MessageKind, Nonce, SessionKey,
};
use rfa_units::{GeneratorInstant, SessionId};

/// What was accepted so far from one sender in one session.
#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    sequence: Option<u32>,
    time_us: u64,
    missing: u32,
}

impl Progress {
    /// Refuses what is not newer than the last; counts what never came.
    fn accept_sequence(&mut self, found: u32) -> Result<(), DecodeError> {
        let last = self.sequence.unwrap_or(0);
        let step = found
            .checked_sub(last)
            .filter(|step| *step > 0)
            .ok_or(DecodeError::Sequence { last, found })?;
        if self.sequence.is_some() {
            self.missing = self.missing.saturating_add(step.saturating_sub(1));
        }
        self.sequence = Some(found);
        Ok(())
    }

    /// Time and sequence together; nothing is kept when either is refused.
    fn accept(&mut self, header: Header) -> Result<(), DecodeError> {
        let mut next = *self;
        next.accept_sequence(header.sequence)?;
        if header.time_us < self.time_us {
            return Err(DecodeError::Time { last_us: self.time_us, found_us: header.time_us });
        }
        next.time_us = header.time_us;
        *self = next;
        Ok(())
    }
}

/// The controller's end: hears one generator in one session.
#[derive(Debug)]
pub struct HostDecoder {
    framer: Framer,
    link: LinkKey,
    session: SessionId,
    host_nonce: Nonce,
    established: Option<(Nonce, SessionKey)>,
    progress: Progress,
}

impl HostDecoder {
    /// A decoder for the session that a hello with this id and nonce opens.
    #[must_use]
    pub fn new(link: LinkKey, session: SessionId, host_nonce: Nonce) -> Self {
        Self {
            framer: Framer::new(),
            link,
            session,
            host_nonce,
            established: None,
            progress: Progress::default(),
        }
    }

    /// Takes one byte; a message or an error when it ends a frame. The first good identity
    /// establishes the session key; nothing else is needed.
    pub fn push(&mut self, byte: u8) -> Option<Result<GeneratorMessage, DecodeError>> {
        match self.framer.push(byte)? {
            Ok(()) => {
                let opened = match Opened::new(self.framer.payload()) {
                    Ok(opened) => opened,
                    Err(error) => return Some(Err(error)),
                };
                let mut hearing = Hearing {
                    link: &self.link,
                    session: self.session,
                    host_nonce: &self.host_nonce,
                    established: &mut self.established,
                    progress: &mut self.progress,
                };
                Some(hearing.take(&opened))
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Frames missing by sequence number since the session began.
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.progress.missing
    }

    /// The newest generator time accepted; zero before any.
    #[must_use]
    pub const fn seen(&self) -> GeneratorInstant {
        GeneratorInstant::from_micros(self.progress.time_us)
    }
}

/// The host decoder without its byte buffer, which the frame being read borrows.
struct Hearing<'a> {
    link: &'a LinkKey,
    session: SessionId,
    host_nonce: &'a Nonce,
    established: &'a mut Option<(Nonce, SessionKey)>,
    progress: &'a mut Progress,
}

impl Hearing<'_> {
    fn take(&mut self, opened: &Opened<'_>) -> Result<GeneratorMessage, DecodeError> {
        let kind = MessageKind::received(opened.kind, false)?;
        let found = opened.header.session;
        if found != self.session {
            return Err(DecodeError::Session { found: found.0 });
        }
        match (kind, &*self.established) {
            (MessageKind::Identity, _) => self.identity(opened).map(GeneratorMessage::Identity),
            (MessageKind::Refused, None) => {
                // Before a session: outside its numbering, since the generator has none yet.
                signed(opened, &self.link.0)?;
                read_refusal(&mut Reader::new(opened.body)).map(GeneratorMessage::Refused)
            }
            (_, None) => Err(DecodeError::NoSession),
            (_, Some((_, key))) => {
                signed(opened, key.as_bytes())?;
                self.progress.accept(opened.header)?;
                generator_message(kind, opened)
            }
        }
    }

    fn identity(&mut self, opened: &Opened<'_>) -> Result<Identity, DecodeError> {
        signed(opened, &self.link.0)?;
        let identity = read_identity(&mut Reader::new(opened.body), opened.header)?;
        let known = self.established.map(|(nonce, _)| nonce);
        let ours = identity.host_nonce == *self.host_nonce;
        if !ours || known.is_some_and(|nonce| nonce != identity.generator_nonce) {
            return Err(DecodeError::Nonce);
        }
        self.progress.accept(opened.header)?;
        let nonce = identity.generator_nonce;
        let key = SessionKey::derive(self.link, self.host_nonce, &nonce, self.session);
        *self.established = Some((nonce, key));
        Ok(identity)
    }
}

fn signed(opened: &Opened<'_>, key: &[u8; 16]) -> Result<(), DecodeError> {
    if opened.is_signed_by(key) { Ok(()) } else { Err(DecodeError::Mac) }
}

fn generator_message(
    kind: MessageKind,
    opened: &Opened<'_>,
) -> Result<GeneratorMessage, DecodeError> {
    let mut body = Reader::new(opened.body);
    match kind {
        MessageKind::LimitsSet => read_limits(&mut body).map(GeneratorMessage::LimitsSet),
        MessageKind::SelfTestResult => {
            read_self_test(&mut body).map(GeneratorMessage::SelfTestResult)
        }
        MessageKind::Telemetry => {
            read_telemetry(&mut body, opened.header).map(GeneratorMessage::Telemetry)
        }
        MessageKind::Refused => read_refusal(&mut body).map(GeneratorMessage::Refused),
        MessageKind::GeneratorBye => body.finish().map(|()| GeneratorMessage::Bye),
        other => Err(DecodeError::Type { found: other.number() }),
    }
}

/// Session and sequence number of a frame whose CRC held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// The session the frame names; not authenticated.
    pub session: SessionId,
    /// The frame's sequence number; not authenticated.
    pub sequence: u32,
}

/// The generator's end: hears whatever host is at the line.
#[derive(Debug)]
pub struct GeneratorDecoder {
    framer: Framer,
    link: LinkKey,
    established: Option<(SessionId, SessionKey)>,
    hello: Option<Heard>,
    progress: Progress,
    heard: Option<Heard>,
}

impl GeneratorDecoder {
    /// A decoder with no session: it takes hello frames only.
    #[must_use]
    pub fn new(link: LinkKey) -> Self {
        Self {
            framer: Framer::new(),
            link,
            established: None,
            hello: None,
            progress: Progress::default(),
            heard: None,
        }
    }

    /// Begins the session of the hello just received: frames older than that hello are refused.
    /// The same session and key again changes nothing.
    pub fn establish(&mut self, session: SessionId, key: SessionKey) {
        if self.established == Some((session, key)) {
            return;
        }
        self.established = Some((session, key));
        let hello = self.hello.filter(|hello| hello.session == session);
        self.progress = Progress { sequence: hello.map(|h| h.sequence), ..Progress::default() };
    }

    /// Ends the session.
    pub fn release(&mut self) {
        self.established = None;
        self.progress = Progress::default();
    }

    /// Takes one byte; a message or an error when it ends a frame.
    pub fn push(&mut self, byte: u8) -> Option<Result<HostMessage, DecodeError>> {
        match self.framer.push(byte)? {
            Ok(()) => {
                let payload = self.framer.payload();
                match Opened::new(payload) {
                    Ok(opened) => {
                        let Header { session, sequence, .. } = opened.header;
                        self.heard = Some(Heard { session, sequence });
                        Some(take_host(
                            &opened,
                            &self.link,
                            &self.established,
                            &mut self.hello,
                            &mut self.progress,
                        ))
                    }
                    Err(error) => {
                        let named = |(session, sequence)| Heard { session, sequence };
                        self.heard = peek(payload).map(named);
                        Some(Err(error))
                    }
                }
            }
            Err(error) => {
                self.heard = None;
                Some(Err(error))
            }
        }
    }

    /// What the newest frame named itself, if its CRC held: what a refusal refers to.
    #[must_use]
    pub const fn heard(&self) -> Option<Heard> {
        self.heard
    }

    /// Frames missing by sequence number since the session began.
    #[must_use]
    pub const fn missing(&self) -> u32 {
        self.progress.missing
    }
}

/// The generator decoder without its byte buffer, which the frame being read borrows.
fn take_host(
    opened: &Opened<'_>,
    link: &LinkKey,
    established: &Option<(SessionId, SessionKey)>,
    hello: &mut Option<Heard>,
    progress: &mut Progress,
) -> Result<HostMessage, DecodeError> {
    let kind = MessageKind::received(opened.kind, true)?;
    let Header { session, sequence, .. } = opened.header;
    if kind == MessageKind::Hello {
        signed(opened, &link.0)?;
        // A new session may start at any number; the one in force must not be opened again by
        // a recording of its own hello.
        if established.is_some_and(|(current, _)| current == session) {
            progress.accept_sequence(sequence)?;
        }
        let message = read_hello(&mut Reader::new(opened.body), opened.header)?;
        *hello = Some(Heard { session, sequence });
        return Ok(HostMessage::Hello(message));
    }
    let (current, key) = established.as_ref().ok_or(DecodeError::NoSession)?;
    if *current != session {
        return Err(DecodeError::Session { found: session.0 });
    }
    signed(opened, key.as_bytes())?;
    progress.accept_sequence(sequence)?;
    let mut body = Reader::new(opened.body);
    match kind {
        MessageKind::SetLimits => read_limits(&mut body).map(HostMessage::SetLimits),
        MessageKind::SelfTest => body.finish().map(|()| HostMessage::SelfTest),
        MessageKind::Standby => read_standby(&mut body).map(HostMessage::Standby),
        MessageKind::Grant => read_grant(&mut body, opened.header).map(HostMessage::Grant),
        MessageKind::HostBye => body.finish().map(|()| HostMessage::Bye),
        other => Err(DecodeError::Type { found: other.number() }),
    }
}
