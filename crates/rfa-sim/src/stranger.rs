//! Frames that somebody else puts on the line, as whole and as well made as the generator's own.

use crate::Generator;
use crate::fault::Fault;
use crate::line::EACH;
use rfa_units::{SessionId, Telemetry};
use rfa_wire::{Frame, GeneratorEncoder, GeneratorMessage, LinkKey, SessionKey};

/// Whoever it is was paired with somebody else.
const KEY: LinkKey = LinkKey(*b"not the link key");

/// A speaker with a key of its own.
#[derive(Debug)]
pub(crate) struct Stranger {
    encoder: GeneratorEncoder,
    /// What it says after the generator's newest frame.
    pub(crate) says: Vec<Frame>,
}

impl Stranger {
    pub(crate) const fn new() -> Self {
        Self { encoder: GeneratorEncoder::new(KEY), says: Vec::new() }
    }

    /// Telemetry in the name of `session`.
    fn telemetry(&mut self, session: SessionId, telemetry: Telemetry) -> Frame {
        let key = SessionKey::derive(&KEY, &[0; 16], &[0; 16], session);
        self.encoder.establish(session, key);
        self.encoder.encode(&GeneratorMessage::Telemetry(telemetry), telemetry.at)
    }
}

impl Generator {
    /// What others say after a telemetry frame of this generator, under its faults.
    pub(crate) fn intrude(&mut self, telemetry: &Telemetry) {
        let Some(session) = self.firmware.session().map(|session| session.id) else { return };
        let other = SessionId(session.0 ^ 1);
        for (fault, name) in [(Fault::FrameInsertion, other), (Fault::FrameMasquerade, session)] {
            if self.line.is_hit(fault, EACH, &self.faults, self.now.as_micros()) {
                let frame = self.stranger.telemetry(name, *telemetry);
                self.stranger.says.push(frame);
            }
        }
    }
}
