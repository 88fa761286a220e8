//! Messages to frames, one encoder for each end.

use crate::body::{
    GrantFields, write_grant, write_hello, write_identity, write_limits, write_refusal,
    write_self_test, write_standby, write_telemetry,
};
use crate::bytes::Writer;
use crate::frame::{Frame, Header, seal};
use crate::message::PulseShape;
use crate::{
    GeneratorMessage, HardLimits, Hello, Identity, LinkKey, MessageKind, Refusal, SessionKey,
    Standby,
};
use rfa_interlock::Grant;
use rfa_units::{GeneratorInstant, SessionId};

/// The next sequence number. It saturates: after 2^32 frames (497 days at 100 Hz) the peer
/// refuses the repeats, which ends output instead of starting the count again.
fn advance(sequence: &mut u32) -> u32 {
    *sequence = sequence.saturating_add(1);
    *sequence
}

/// The controller's end: gives the frames of one session, each with the next sequence number.
///
/// `seen` is the newest generator time the host has seen, zero before any. There is one encoder
/// for a session and it cannot be copied: whoever holds it is the only one who can send.
#[derive(Debug, PartialEq, Eq)]
pub struct HostEncoder {
    link: LinkKey,
    session: SessionId,
    key: Option<SessionKey>,
    sequence: u32,
}

impl HostEncoder {
    /// An encoder for a session that is about to be opened.
    #[must_use]
    pub const fn new(link: LinkKey, session: SessionId) -> Self {
        Self { link, session, key: None, sequence: 0 }
    }

    /// Uses the session key from here on. Before, session frames are signed with the link key,
    /// which every generator refuses.
    pub const fn establish(&mut self, key: SessionKey) {
        self.key = Some(key);
    }

    /// The sequence number of the newest frame; 0 before the first.
    #[must_use]
    pub const fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Opens the session; always signed with the link key and stamped with time zero.
    pub fn hello(&mut self, hello: &Hello) -> Frame {
        let header = Header {
            session: hello.session,
            sequence: advance(&mut self.sequence),
            time_us: GeneratorInstant::ZERO.as_micros(),
        };
        seal(MessageKind::Hello, header, &self.link.0, |out| write_hello(out, hello))
    }

    /// Sets one channel's hard limits.
    pub fn set_limits(&mut self, limits: &HardLimits, seen: GeneratorInstant) -> Frame {
        self.frame(MessageKind::SetLimits, self.session, seen, |out| write_limits(out, limits))
    }

    /// Asks for the self-test.
    pub fn self_test(&mut self, seen: GeneratorInstant) -> Frame {
        self.frame(MessageKind::SelfTest, self.session, seen, |_| ())
    }

    /// No output: K1 open.
    pub fn standby(&mut self, standby: &Standby, seen: GeneratorInstant) -> Frame {
        self.frame(MessageKind::Standby, self.session, seen, |out| write_standby(out, standby))
    }

    /// Passes an interlock's grant on, under the session it was made for.
    pub fn grant(&mut self, grant: &Grant, seen: GeneratorInstant) -> Frame {
        let fields = GrantFields {
            tick: grant.tick(),
            expires: grant.expires(),
            plan: grant.plan(),
            power: grant.power(),
            mode: grant.mode(),
            channel: grant.channel(),
            pulses: PulseShape::NONE,
        };
        self.grant_fields(&fields, grant.session(), seen)
    }

    /// Ends the session.
    pub fn bye(&mut self, seen: GeneratorInstant) -> Frame {
        self.frame(MessageKind::HostBye, self.session, seen, |_| ())
    }

    pub(crate) fn grant_fields(
        &mut self,
        fields: &GrantFields,
        session: SessionId,
        seen: GeneratorInstant,
    ) -> Frame {
        self.frame(MessageKind::Grant, session, seen, |out| write_grant(out, fields))
    }

    fn frame(
        &mut self,
        kind: MessageKind,
        session: SessionId,
        seen: GeneratorInstant,
        body: impl FnOnce(&mut Writer),
    ) -> Frame {
        let header =
            Header { session, sequence: advance(&mut self.sequence), time_us: seen.as_micros() };
        let key = self.key.as_ref().map_or(&self.link.0, SessionKey::as_bytes);
        seal(kind, header, key, body)
    }
}

/// The generator's end.
#[derive(Debug)]
pub struct GeneratorEncoder {
    link: LinkKey,
    established: Option<(SessionId, SessionKey)>,
    sequence: u32,
}

impl GeneratorEncoder {
    /// An encoder with no session.
    #[must_use]
    pub const fn new(link: LinkKey) -> Self {
        Self { link, established: None, sequence: 0 }
    }

    /// Begins a session; its sequence numbers start from 1. Call it before encoding the
    /// identity that answers the hello. The same session and key again changes nothing, so a
    /// repeated hello may be answered the same way.
    pub fn establish(&mut self, session: SessionId, key: SessionKey) {
        if self.established != Some((session, key)) {
            self.established = Some((session, key));
            self.sequence = 0;
        }
    }

    /// Ends the session.
    pub const fn release(&mut self) {
        self.established = None;
        self.sequence = 0;
    }

    /// The frame of `message`, stamped with `now`; a telemetry frame with the telemetry's own
    /// `at`, which is when it was sampled.
    pub fn encode(&mut self, message: &GeneratorMessage, now: GeneratorInstant) -> Frame {
        match message {
            GeneratorMessage::Identity(identity) => self.identity(identity, now),
            GeneratorMessage::LimitsSet(limits) => {
                self.frame(MessageKind::LimitsSet, now, |out| write_limits(out, limits))
            }
            GeneratorMessage::SelfTestResult(result) => {
                self.frame(MessageKind::SelfTestResult, now, |out| write_self_test(out, result))
            }
            GeneratorMessage::Telemetry(telemetry) => {
                let at = telemetry.at;
                self.frame(MessageKind::Telemetry, at, |out| write_telemetry(out, telemetry))
            }
            GeneratorMessage::Refused(refusal) => {
                self.frame(MessageKind::Refused, now, |out| write_refusal(out, refusal))
            }
            GeneratorMessage::Bye => self.frame(MessageKind::GeneratorBye, now, |_| ()),
        }
    }

    /// A refusal where there is no session: signed with the link key, in the name of the session
    /// that the refused frame claims.
    pub fn refuse_without_session(
        &mut self,
        refusal: &Refusal,
        session: SessionId,
        now: GeneratorInstant,
    ) -> Frame {
        let header =
            Header { session, sequence: advance(&mut self.sequence), time_us: now.as_micros() };
        seal(MessageKind::Refused, header, &self.link.0, |out| write_refusal(out, refusal))
    }

    fn identity(&mut self, identity: &Identity, now: GeneratorInstant) -> Frame {
        let header = Header {
            session: identity.session,
            sequence: advance(&mut self.sequence),
            time_us: now.as_micros(),
        };
        seal(MessageKind::Identity, header, &self.link.0, |out| write_identity(out, identity))
    }

    fn frame(
        &mut self,
        kind: MessageKind,
        at: GeneratorInstant,
        body: impl FnOnce(&mut Writer),
    ) -> Frame {
        let sequence = advance(&mut self.sequence);
        let (session, key) = match &self.established {
            Some((session, key)) => (*session, key.as_bytes()),
            None => (SessionId(0), &self.link.0),
        };
        seal(kind, Header { session, sequence, time_us: at.as_micros() }, key, body)
    }
}
