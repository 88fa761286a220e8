//! The generator's firmware: the conversation, and what it tells its hardware.
//!
//! ```text
//!            Hello                 SetLimits, SelfTest passed           Grant
//! no session ─────> session, K1 K2 open ─────> session, K2 as told ─────────> delivering
//!     ^                                               ^                          │
//!     │  Bye, 2 s of silence                          └──────────────────────────┘
//!     └── from everywhere                    Standby, expiry, self-test, limit, E-stop, supply
//! ```

use crate::selftest::SelfTest;
use crate::session::{Delivery, Session};
use crate::truth::OffCause;
use crate::{GeneratorConfig, random::Random};
use rfa_units::{
    ChannelId, Contactor, EmergencyStop, GRANT_LIFE, GeneratorInstant, MilliWatts, Mode, Span,
};
use rfa_wire::budget::LinkBudget;
use rfa_wire::{
    DeviceText, Frame, GateConditions, GeneratorDecoder, GeneratorEncoder, GeneratorMessage,
    GrantGate, HardLimits, Hello, HostMessage, Identity, ModeSet, Nonce, ReceivedGrant, Refusal,
    RefusalCode, SessionKey, Standby,
};

/// Without any authentic host frame for as long as a grant lives, K2 opens too (H-21).
const SILENCE: Span = GRANT_LIFE;
/// Without any for this long the session is over and telemetry ends: nobody is there.
const SESSION_SILENCE: Span = Span::from_secs(2);

/// What the firmware reads of its own hardware.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Readback {
    pub(crate) now: GeneratorInstant,
    pub(crate) k1: Contactor,
    pub(crate) k2: Contactor,
    pub(crate) emergency_stop: EmergencyStop,
    pub(crate) power_w: f64,
    pub(crate) sensor_ok: bool,
}

/// What the hardware is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Orders {
    pub(crate) deliver: Option<(ChannelId, Mode, MilliWatts)>,
    pub(crate) k1: Contactor,
    pub(crate) k2: Contactor,
}

/// State of the firmware.
#[derive(Debug)]
pub(crate) struct Firmware {
    config: GeneratorConfig,
    pub(crate) decoder: GeneratorDecoder,
    pub(crate) encoder: GeneratorEncoder,
    random: Random,
    pub(crate) session: Option<Session>,
    self_test: Option<SelfTest>,
    pub(crate) last_refusal: Option<GeneratorInstant>,
    last_grant: Option<GeneratorInstant>,
    off_cause: Option<OffCause>,
    /// Deliveries begun.
    deliveries: u32,
    /// Frames made and not yet on the line.
    pub(crate) outbox: Vec<Frame>,
}

impl Firmware {
    pub(crate) fn new(config: GeneratorConfig) -> Self {
        Self {
            decoder: GeneratorDecoder::new(config.link_key),
            encoder: GeneratorEncoder::new(config.link_key),
            random: Random::new(config.seed, 5),
            config,
            session: None,
            self_test: None,
            last_refusal: None,
            last_grant: None,
            off_cause: None,
            deliveries: 0,
            outbox: Vec::new(),
        }
    }

    pub(crate) const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    pub(crate) const fn session_mut(&mut self) -> Option<&mut Session> {
        self.session.as_mut()
    }

    pub(crate) const fn last_grant(&self) -> Option<GeneratorInstant> {
        self.last_grant
    }

    /// Why output last ended; kept until output is granted again.
    pub(crate) const fn off_cause(&self) -> Option<OffCause> {
        self.off_cause
    }

    /// Why output ended where nothing stopped it: a grant of no power, or there was none.
    pub(crate) fn cause_without_stop(&self) -> OffCause {
        let granted = self.session.as_ref().is_some_and(|session| session.delivery.is_some());
        if granted { OffCause::NoPower } else { OffCause::Host }
    }

    pub(crate) const fn deliveries(&self) -> u32 {
        self.deliveries
    }

    /// What the hardware has to do now.
    pub(crate) fn orders(&self) -> Orders {
        if let Some(test) = &self.self_test {
            let (k1, k2) = test.contactors();
            return Orders { deliver: None, k1, k2 };
        }
        let deliver = self.session.as_ref().and_then(|session| session.delivery);
        Orders {
            deliver: deliver.map(|delivery| (delivery.channel, delivery.mode, delivery.power)),
            k1: if deliver.is_some() { Contactor::Shut } else { Contactor::Open },
            k2: self.session.as_ref().map_or(Contactor::Open, |session| session.k2),
        }
    }

    /// Sends one message of this session.
    pub(crate) fn say(&mut self, message: &GeneratorMessage, now: GeneratorInstant) {
        let frame = self.encoder.encode(message, now);
        self.outbox.push(frame);
    }

    /// Ends output; says nothing, opens nothing but K1.
    pub(crate) fn stop(&mut self, cause: OffCause) {
        if let Some(session) = &mut self.session
            && session.delivery.take().is_some()
        {
            self.off_cause = Some(cause);
        }
    }

    /// Ends output and opens both contactors, whatever was delivering.
    pub(crate) fn shut_down(&mut self, cause: OffCause) {
        self.stop(cause);
        if let Some(session) = &mut self.session {
            session.k2 = Contactor::Open;
        }
    }

    /// One of its own limits was passed: off, and no grant until a self-test passes.
    pub(crate) fn trip(&mut self, cause: OffCause) {
        self.shut_down(cause);
        if let Some(session) = &mut self.session {
            session.tripped = true;
        }
    }

    /// The supply failed: like a power cycle, the self-test has to pass again.
    pub(crate) fn lose_supply(&mut self) {
        self.shut_down(OffCause::Supply);
        self.self_test = None;
        if let Some(session) = &mut self.session {
            session.self_tested = false;
        }
    }

    /// Time passes: expiry, silence, self-test.
    pub(crate) fn tick(&mut self, seen: &Readback) {
        let now = seen.now;
        if let Some(session) = &self.session {
            let expired = session.delivery.is_some_and(|delivery| delivery.expires <= now);
            let silent = now.since(session.heard_at);
            let delivering = session.delivery.is_some();
            if expired {
                self.stop(OffCause::Silence);
            }
            if silent >= SILENCE {
                self.shut_down(OffCause::Silence);
            }
            if let Some(session) = &mut self.session {
                session.lapsed |= delivering && (expired || silent >= SILENCE);
            }
            if silent >= SESSION_SILENCE {
                self.end_session();
            }
        }
        if seen.emergency_stop != EmergencyStop::Released {
            self.shut_down(OffCause::EmergencyStop);
        }
        if let Some(result) = self.self_test.as_mut().and_then(|test| test.advance(seen)) {
            self.self_test = None;
            if let Some(session) = &mut self.session {
                session.self_tested = result.passed();
                session.tripped &= !result.passed();
                self.say(&GeneratorMessage::SelfTestResult(result), now);
            }
        }
    }

    fn end_session(&mut self) {
        self.shut_down(OffCause::SessionEnd);
        self.session = None;
        self.self_test = None;
        self.decoder.release();
        self.encoder.release();
    }

    /// Takes one byte off the line.
    pub(crate) fn hear(&mut self, byte: u8, seen: &Readback) {
        match self.decoder.push(byte) {
            None => {}
            Some(Err(error)) => self.turn_away(error, seen.now),
            Some(Ok(HostMessage::Hello(hello))) => self.hello(&hello, seen.now),
            Some(Ok(message)) => {
                let Some(session) = &mut self.session else { return };
                session.heard_at = seen.now;
                let sequence = self.decoder.heard().map_or(0, |heard| heard.sequence);
                if let Err(code) = self.obey(&message, seen) {
                    if matches!(message, HostMessage::Grant(_)) {
                        self.count_refused();
                    }
                    self.refuse(Refusal { code, sequence }, seen.now);
                }
            }
        }
    }

    fn obey(&mut self, message: &HostMessage, seen: &Readback) -> Result<(), RefusalCode> {
        match message {
            HostMessage::SetLimits(limits) => self.set_limits(limits, seen.now),
            HostMessage::SelfTest => {
                self.shut_down(OffCause::SelfTest);
                if let Some(session) = &mut self.session {
                    session.self_tested = false;
                }
                self.self_test = Some(SelfTest::new(seen.now));
                Ok(())
            }
            HostMessage::Standby(standby) => self.standby(standby, seen),
            HostMessage::Grant(grant) => self.grant(grant, seen),
            HostMessage::Bye => {
                self.say(&GeneratorMessage::Bye, seen.now);
                self.end_session();
                Ok(())
            }
            // Answered before it comes here.
            HostMessage::Hello(_) => Ok(()),
        }
    }

    /// Opens a session; output is off first, whatever was before.
    fn hello(&mut self, hello: &Hello, now: GeneratorInstant) {
        let sequence = self.decoder.heard().map_or(0, |heard| heard.sequence);
        let fits = LinkBudget::check(self.config.baud, hello.channels, hello.telemetry_hz);
        let refusal = if hello.channels > self.config.channels {
            Some(RefusalCode::WrongChannel)
        } else {
            fits.err().map(|_| RefusalCode::RateNotSupported)
        };
        if let Some(code) = refusal {
            self.refuse_stranger(Refusal { code, sequence }, hello.session, now);
            return;
        }
        let same = |session: &Session| {
            session.id == hello.session && session.identity.host_nonce == hello.host_nonce
        };
        if !self.session.as_ref().is_some_and(same) {
            self.stop(OffCause::SessionEnd);
            self.self_test = None;
            let identity = self.identity(hello);
            let (host, own) = (&hello.host_nonce, &identity.generator_nonce);
            let key = SessionKey::derive(&self.config.link_key, host, own, hello.session);
            self.decoder.establish(hello.session, key);
            self.encoder.establish(hello.session, key);
            self.last_grant = None;
            self.session = Some(Session::new(identity, hello, now));
        }
        if let Some(session) = &mut self.session {
            session.heard_at = now;
            let identity = session.identity;
            self.say(&GeneratorMessage::Identity(identity), now);
        }
    }

    fn nonce(&mut self) -> Nonce {
        let mut nonce = self.random.nonce();
        for (byte, salt) in nonce.iter_mut().zip(self.config.nonce_salt) {
            *byte ^= salt;
        }
        nonce
    }

    fn identity(&mut self, hello: &Hello) -> Identity {
        Identity {
            session: hello.session,
            host_nonce: hello.host_nonce,
            generator_nonce: self.nonce(),
            model: text("rfa-sim"),
            serial: text("SIM-0001"),
            firmware: text(env!("CARGO_PKG_VERSION")),
            simulated: self.config.simulated,
            seed: self.config.simulated.then_some(self.config.seed),
            channels: self.config.channels,
            footswitch: self.config.footswitch,
            power_max: self.config.power_max,
            modes: ModeSet::THERMAL,
        }
    }

    fn set_limits(
        &mut self,
        limits: &HardLimits,
        now: GeneratorInstant,
    ) -> Result<(), RefusalCode> {
        let Some(session) = &mut self.session else { return Err(RefusalCode::BadSession) };
        if session.delivery.is_some() {
            return Err(RefusalCode::WrongState);
        }
        if limits.channel.number() > self.config.channels {
            return Err(RefusalCode::WrongChannel);
        }
        if limits.power_max > self.config.power_max || limits.voltage_max > self.config.voltage_max
        {
            return Err(RefusalCode::OverHardLimit);
        }
        let gate = GrantGate::new(session.id, *limits, session.identity.modes);
        session.set_gate(limits.channel, gate);
        self.say(&GeneratorMessage::LimitsSet(*limits), now);
        Ok(())
    }

    fn standby(&mut self, standby: &Standby, seen: &Readback) -> Result<(), RefusalCode> {
        self.stop(OffCause::Host);
        let Some(session) = &mut self.session else { return Err(RefusalCode::BadSession) };
        session.lapsed = false;
        if standby.k2 == Contactor::Open {
            session.k2 = Contactor::Open;
            return Ok(());
        }
        if self.self_test.is_some() {
            return Err(RefusalCode::WrongState);
        }
        if !session.self_tested {
            return Err(RefusalCode::NotSelfTested);
        }
        if seen.emergency_stop != EmergencyStop::Released {
            return Err(RefusalCode::EmergencyStop);
        }
        if session.tripped {
            return Err(RefusalCode::GeneratorFault);
        }
        session.k2 = Contactor::Shut;
        Ok(())
    }

    fn grant(&mut self, grant: &ReceivedGrant, seen: &Readback) -> Result<(), RefusalCode> {
        if self.self_test.is_some() {
            return Err(RefusalCode::WrongState);
        }
        let Some(session) = &mut self.session else { return Err(RefusalCode::BadSession) };
        // One output stage: what it delivers, and where, changes only through standby.
        let elsewhere = |delivery: &Delivery| {
            delivery.channel != grant.channel() || delivery.mode != grant.mode()
        };
        if session.delivery.as_ref().is_some_and(elsewhere) {
            return Err(RefusalCode::WrongState);
        }
        let conditions = GateConditions {
            now: seen.now,
            self_test_passed: session.self_tested,
            emergency_stop: seen.emergency_stop,
            k2: seen.k2,
            fault: session.tripped || session.lapsed,
        };
        session.check(grant, &conditions)?;
        self.deliveries = self.deliveries.saturating_add(u32::from(session.delivery.is_none()));
        session.delivery = Some(Delivery {
            channel: grant.channel(),
            mode: grant.mode(),
            power: grant.power(),
            expires: grant.expires(),
        });
        session.honoured = session.honoured.saturating_add(1);
        self.last_grant = Some(seen.now);
        self.off_cause = None;
        Ok(())
    }
}

/// A name that fits by construction; too long a version shows as none.
fn text<const N: usize>(name: &str) -> DeviceText<N> {
    DeviceText::new(name).unwrap_or(DeviceText::EMPTY)
}
