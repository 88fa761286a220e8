//! Frames that are not honoured: which are answered, which are counted, which are dropped.

use crate::firmware::Firmware;
use rfa_units::{GeneratorInstant, SessionId, Span};
use rfa_wire::{DecodeError, GeneratorMessage, Refusal, RefusalCode};

/// Refusals are sent this far apart at least: ten in a second, so that a flood of bad frames
/// cannot fill the line.
const REFUSAL_EVERY: Span = Span::from_millis(100);

impl Firmware {
    /// A frame that did not decode: damaged ones are dropped, foreign ones refused and counted.
    pub(crate) fn turn_away(&mut self, error: DecodeError, now: GeneratorInstant) {
        let code = match error {
            DecodeError::Version { .. } => RefusalCode::UnsupportedVersion,
            DecodeError::Mac => RefusalCode::Unauthenticated,
            DecodeError::Session { .. } | DecodeError::NoSession => RefusalCode::BadSession,
            DecodeError::Sequence { .. } => RefusalCode::Repeated,
            DecodeError::Length { .. } | DecodeError::Field { .. } => RefusalCode::Malformed,
            _ => return,
        };
        let Some(heard) = self.decoder.heard() else { return };
        if error.is_refused() {
            self.count_refused();
        }
        let refusal = Refusal { code, sequence: heard.sequence };
        if self.session.as_ref().is_some_and(|session| session.id == heard.session) {
            self.refuse(refusal, now);
        } else {
            self.refuse_stranger(refusal, heard.session, now);
        }
    }

    pub(crate) fn count_refused(&mut self) {
        if let Some(session) = &mut self.session {
            session.refused = session.refused.saturating_add(1);
        }
    }

    fn refusal_is_due(&mut self, now: GeneratorInstant) -> bool {
        let due = self.last_refusal.is_none_or(|last| now.since(last) >= REFUSAL_EVERY);
        if due {
            self.last_refusal = Some(now);
        }
        due
    }

    pub(crate) fn refuse(&mut self, refusal: Refusal, now: GeneratorInstant) {
        if self.refusal_is_due(now) {
            self.say(&GeneratorMessage::Refused(refusal), now);
        }
    }

    pub(crate) fn refuse_stranger(
        &mut self,
        refusal: Refusal,
        claimed: SessionId,
        now: GeneratorInstant,
    ) {
        if self.refusal_is_due(now) {
            let frame = self.encoder.refuse_without_session(&refusal, claimed, now);
            self.outbox.push(frame);
        }
    }
}
