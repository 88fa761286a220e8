//! The controller's side of opening a session, sans-I/O: it says what to send and when to wait.

use crate::frame::Frame;
use crate::{
    DecodeError, GeneratorMessage, HardLimits, Hello, HostDecoder, HostEncoder, Identity, LinkKey,
    MessageKind, Nonce, Refusal, RefusalCode, SelfTestResult, SessionKey,
};
use core::fmt;
use rfa_units::{GeneratorInstant, HostInstant, Mode, SessionId, Span};

/// From one hello to the next.
pub const HELLO_PERIOD: Span = Span::from_millis(250);
/// How many times hello is said.
pub const HELLO_TRIES: u32 = 8;
/// How long the generator has to answer a request.
pub const ANSWER_TIMEOUT: Span = Span::from_millis(500);
/// How many times a request is made.
pub const REQUEST_TRIES: u32 = 3;
/// The whole conversation; a little more than the sum of all tries (2 s + 1.5 s + 1.5 s).
pub const TOTAL_LIMIT: Span = Span::from_secs(6);

/// What the session is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// The key both ends were paired with.
    pub link: LinkKey,
    /// Drawn at random for this session.
    pub session: SessionId,
    /// Drawn at random for this session.
    pub host_nonce: Nonce,
    /// Channels to report, 1 to 4.
    pub channels: u8,
    /// Telemetry frames per second, 50 to 200.
    pub telemetry_hz: u16,
    /// The mode the plan needs.
    pub mode: Mode,
    /// The hard limits the generator has to confirm.
    pub limits: HardLimits,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// Put this on the line, then ask again.
    Send(Frame),
    /// Nothing to do until a message comes or some milliseconds have passed.
    Wait,
    /// The session is open. Said once: the encoder in it is the only one of the session.
    Established(Established),
    /// It cannot be opened. Said again when asked again.
    Failed(Failure),
}

/// An open session.
#[derive(Debug, PartialEq, Eq)]
pub struct Established {
    /// Goes to the interlock's thread: the only way to the line from here on.
    pub encoder: HostEncoder,
    /// Who the generator is.
    pub identity: Identity,
    /// What its self-test proved; everything.
    pub self_test: SelfTestResult,
    /// The limits in force; those asked for.
    pub limits: HardLimits,
    /// The newest generator time seen.
    pub seen: GeneratorInstant,
}

/// Why a session could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Nothing at all came back.
    NoAnswer,
    /// Bytes came back, but no frame among them: another device or another baud rate.
    NotThisProtocol,
    /// Our own bytes came back: a loop-back, or a port that echoes.
    Echo,
    /// The generator speaks another version.
    WrongVersion {
        /// The version it speaks, where it said so.
        found: Option<u8>,
    },
    /// The ends hold different keys.
    WrongKey,
    /// The generator said hello and then fell silent.
    NotAnswered {
        /// The request it did not answer.
        request: MessageKind,
    },
    /// The generator cannot do the plan's mode.
    ModeNotSupported {
        /// The mode wanted.
        mode: Mode,
    },
    /// The generator does not have the channels wanted.
    ChannelNotFitted {
        /// The highest channel wanted.
        wanted: u8,
        /// Channels it has.
        fitted: u8,
    },
    /// The limits read back are not those set.
    LimitsDiffer {
        /// The first field that differs.
        field: &'static str,
    },
    /// The self-test failed.
    SelfTestFailed {
        /// The first part that failed.
        part: &'static str,
    },
    /// The generator refused a request.
    Refused {
        /// The request.
        request: MessageKind,
        /// Its reason.
        code: RefusalCode,
    },
    /// The generator ended the conversation.
    Closed,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => write!(
                f,
                "no answer from the generator ({HELLO_TRIES} hellos): check port, cable and power"
            ),
            Self::NotThisProtocol => write!(
                f,
                "bytes came back but no frame of this protocol: check the baud rate and the port"
            ),
            Self::Echo => write!(f, "our own bytes come back: the port is looped or echoes"),
            Self::WrongVersion { found: Some(found) } => {
                write!(f, "the generator speaks protocol version {found}, this program version 1")
            }
            Self::WrongVersion { found: None } => {
                write!(f, "the generator does not speak protocol version 1")
            }
            Self::WrongKey => {
                write!(f, "authentication failed: generator and controller hold different keys")
            }
            Self::NotAnswered { request } => {
                write!(f, "the generator did not answer {request:?} ({REQUEST_TRIES} tries)")
            }
            Self::ModeNotSupported { mode } => {
                write!(f, "the generator cannot do mode {mode:?}")
            }
            Self::ChannelNotFitted { wanted, fitted } => {
                write!(f, "channel {wanted} is wanted, the generator has {fitted}")
            }
            Self::LimitsDiffer { field } => {
                write!(f, "hard limit {field} reads back different from what was set")
            }
            Self::SelfTestFailed { part } => {
                write!(f, "the generator's self-test failed: {part}")
            }
            Self::Refused { request, code } => {
                write!(f, "the generator refused {request:?}: {code}")
            }
            Self::Closed => write!(f, "the generator ended the conversation"),
        }
    }
}

impl core::error::Error for Failure {}

/// What was heard that was no message, while waiting for the identity.
#[derive(Debug, Clone, Copy, Default)]
struct Evidence {
    corrupt: bool,
    echo: bool,
    mac: bool,
    version: Option<u8>,
}

#[derive(Debug)]
enum Stage {
    Hello,
    Limits(Identity),
    SelfTest(Identity),
    /// Everything is proven; the session is about to be handed over.
    Passed(Identity, SelfTestResult),
    HandedOver,
    Failed(Failure),
}

/// Opens a session: hello, limits, self-test, each with its retries.
#[derive(Debug)]
pub struct Handshake {
    config: Config,
    encoder: HostEncoder,
    started: HostInstant,
    stage: Stage,
    tries: u32,
    sent_at: HostInstant,
    /// Sequence number of this stage's first request: older refusals are not about it.
    first: u32,
    seen: GeneratorInstant,
    evidence: Evidence,
}

impl Handshake {
    /// Begins at `now`; nothing is sent until [`Self::next`] says so.
    #[must_use]
    pub fn new(config: Config, now: HostInstant) -> Self {
        Self {
            config,
            encoder: HostEncoder::new(config.link, config.session),
            started: now,
            stage: Stage::Hello,
            tries: 0,
            sent_at: now,
            first: 1,
            seen: GeneratorInstant::ZERO,
            evidence: Evidence::default(),
        }
    }

    /// The decoder that belongs to this session.
    #[must_use]
    pub fn decoder(&self) -> HostDecoder {
        HostDecoder::new(self.config.link, self.config.session, self.config.host_nonce)
    }

    /// Tells of bytes that became no message, so that a failure can be named.
    pub const fn note(&mut self, error: &DecodeError) {
        match error {
            DecodeError::Version { found } => self.evidence.version = Some(*found),
            DecodeError::Mac => self.evidence.mac = true,
            DecodeError::Direction { .. } => self.evidence.echo = true,
            _ => self.evidence.corrupt = true,
        }
    }

    /// Takes a message, if one came, and says what to do. Call it for every message, and every
    /// few milliseconds without one.
    pub fn next(&mut self, now: HostInstant, heard: Option<&GeneratorMessage>) -> Step {
        if let Some(message) = heard {
            self.hear(message);
        }
        match self.stage {
            Stage::Passed(identity, self_test) => return self.hand_over(identity, self_test),
            Stage::HandedOver => return Step::Wait,
            Stage::Failed(failure) => return Step::Failed(failure),
            Stage::Hello | Stage::Limits(_) | Stage::SelfTest(_) => {}
        }
        let (period, tries_max) = match self.stage {
            Stage::Hello => (HELLO_PERIOD, HELLO_TRIES),
            _ => (ANSWER_TIMEOUT, REQUEST_TRIES),
        };
        if self.tries > 0 && now.since(self.sent_at) < period {
            return Step::Wait;
        }
        if self.tries >= tries_max || now.since(self.started) >= TOTAL_LIMIT {
            return self.fail(self.silence());
        }
        self.tries = self.tries.saturating_add(1);
        self.sent_at = now;
        Step::Send(self.request())
    }

    fn request(&mut self) -> Frame {
        match self.stage {
            Stage::Limits(_) => self.encoder.set_limits(&self.config.limits, self.seen),
            Stage::SelfTest(_) => self.encoder.self_test(self.seen),
            _ => self.encoder.hello(&Hello {
                session: self.config.session,
                host_nonce: self.config.host_nonce,
                channels: self.config.channels,
                telemetry_hz: self.config.telemetry_hz,
            }),
        }
    }

    fn hear(&mut self, message: &GeneratorMessage) {
        match (message, &self.stage) {
            (_, Stage::Passed(..) | Stage::HandedOver | Stage::Failed(_)) => {}
            (GeneratorMessage::Telemetry(telemetry), _) => self.seen = telemetry.at,
            (GeneratorMessage::Refused(refusal), _) => self.hear_refusal(*refusal),
            (GeneratorMessage::Bye, _) => self.stage = Stage::Failed(Failure::Closed),
            (GeneratorMessage::Identity(identity), Stage::Hello) => self.hear_identity(*identity),
            (GeneratorMessage::LimitsSet(limits), Stage::Limits(identity)) => {
                let identity = *identity;
                match first_difference(&self.config.limits, limits) {
                    Some(field) => self.stage = Stage::Failed(Failure::LimitsDiffer { field }),
                    None => self.enter(Stage::SelfTest(identity)),
                }
            }
            (GeneratorMessage::SelfTestResult(result), Stage::SelfTest(identity)) => {
                self.stage = match result.first_failure() {
                    Some(part) => Stage::Failed(Failure::SelfTestFailed { part }),
                    None => Stage::Passed(*identity, *result),
                };
            }
            // A second identity (a hello was repeated) or an answer to an earlier try.
            _ => {}
        }
    }

    fn hear_identity(&mut self, identity: Identity) {
        let wanted = self.config.channels.max(self.config.limits.channel.number());
        if !identity.modes.contains(self.config.mode) {
            self.stage = Stage::Failed(Failure::ModeNotSupported { mode: self.config.mode });
        } else if wanted > identity.channels {
            let fitted = identity.channels;
            self.stage = Stage::Failed(Failure::ChannelNotFitted { wanted, fitted });
        } else {
            self.encoder.establish(SessionKey::derive(
                &self.config.link,
                &self.config.host_nonce,
                &identity.generator_nonce,
                self.config.session,
            ));
            self.enter(Stage::Limits(identity));
        }
    }

    fn hear_refusal(&mut self, refusal: Refusal) {
        if refusal.sequence < self.first || refusal.sequence > self.encoder.sequence() {
            return;
        }
        let request = self.request_kind();
        self.stage = Stage::Failed(match refusal.code {
            RefusalCode::Unauthenticated => Failure::WrongKey,
            RefusalCode::UnsupportedVersion => Failure::WrongVersion { found: None },
            RefusalCode::ModeNotSupported => Failure::ModeNotSupported { mode: self.config.mode },
            code => Failure::Refused { request, code },
        });
    }

    fn hand_over(&mut self, identity: Identity, self_test: SelfTestResult) -> Step {
        self.stage = Stage::HandedOver;
        let spent = HostEncoder::new(self.config.link, self.config.session);
        Step::Established(Established {
            encoder: core::mem::replace(&mut self.encoder, spent),
            identity,
            self_test,
            limits: self.config.limits,
            seen: self.seen,
        })
    }

    fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.tries = 0;
        self.first = self.encoder.sequence().saturating_add(1);
    }

    fn fail(&mut self, failure: Failure) -> Step {
        self.stage = Stage::Failed(failure);
        Step::Failed(failure)
    }

    const fn request_kind(&self) -> MessageKind {
        match self.stage {
            Stage::Limits(_) => MessageKind::SetLimits,
            Stage::SelfTest(_) => MessageKind::SelfTest,
            _ => MessageKind::Hello,
        }
    }

    /// What silence means, from what came instead of an answer; the plainest evidence first.
    const fn silence(&self) -> Failure {
        match (&self.stage, self.evidence) {
            (Stage::Limits(_) | Stage::SelfTest(_), _) => {
                Failure::NotAnswered { request: self.request_kind() }
            }
            (_, Evidence { version: Some(found), .. }) => {
                Failure::WrongVersion { found: Some(found) }
            }
            (_, Evidence { mac: true, .. }) => Failure::WrongKey,
            (_, Evidence { echo: true, .. }) => Failure::Echo,
            (_, Evidence { corrupt: true, .. }) => Failure::NotThisProtocol,
            _ => Failure::NoAnswer,
        }
    }
}

/// The name of the first limit that is not the same.
fn first_difference(asked: &HardLimits, found: &HardLimits) -> Option<&'static str> {
    let differs = [
        ("channel", asked.channel != found.channel),
        ("power_max_mw", asked.power_max != found.power_max),
        ("voltage_max_mv", asked.voltage_max != found.voltage_max),
        ("temperature_max_mc", asked.temperature_max != found.temperature_max),
        ("grant_life_us", asked.grant_life != found.grant_life),
        ("plan", asked.plan != found.plan),
    ];
    differs.into_iter().find(|(_, differs)| *differs).map(|(field, _)| field)
}
