//! The controller's receiving half: decoder, counts, rings.

use crate::craft::*;
use crate::{KINDS, Kind, injections};
use rfa_link::{Arrival, Ends, Inbound, Tally};
use rfa_units::{GeneratorInstant, HostInstant, SessionId};
use rfa_wire::{DecodeError, GeneratorMessage, HostDecoder, LinkKey};

const SESSION: u32 = 0x5eed_0001;
const GENERATOR_NONCE: [u8; 16] = [9; 16];
const MESSAGES: [u8; 6] =
    [IDENTITY, LIMITS_SET, SELF_TEST_RESULT, TELEMETRY, REFUSED, GENERATOR_BYE];

type Heard = Result<GeneratorMessage, DecodeError>;

/// A receiver in a session, and the generator that talks to it.
struct Bench {
    inbound: Inbound,
    ends: Ends,
    /// Takes the same bytes as `inbound` and names its errors.
    decoder: HostDecoder,
    key: [u8; 16],
    sequence: u32,
    time_us: u64,
    random: Random,
    /// Frames that were taken long ago.
    recorded: Vec<Vec<u8>>,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let decoder = || HostDecoder::new(LinkKey::DEVELOPMENT, SessionId(SESSION), HOST_NONCE);
        let (mut named, mut decoding) = (decoder(), decoder());
        let key = session_key(GENERATOR_NONCE, SESSION);
        for byte in draft(IDENTITY, 1, 1).sealed() {
            let (one, other) = (named.push(byte), decoding.push(byte));
            assert!(!matches!(one, Some(Err(_))) && one == other, "{one:?}");
        }
        let (inbound, ends) = Inbound::new(decoding);
        let recorded = Vec::new();
        let random = Random(seed);
        Self { inbound, ends, decoder: named, key, sequence: 1, time_us: 1, random, recorded }
    }

    /// The generator's next frame of this kind.
    fn next(&mut self, kind: u8) -> Draft {
        self.sequence += 1;
        self.time_us += 1 + self.random.below(20_000) as u64;
        let key = if kind == IDENTITY { LINK } else { self.key };
        Draft { key, ..draft(kind, self.sequence, self.time_us) }
    }

    /// Gives the receiver these bytes; what it named them, and what it handed on.
    fn hear(&mut self, bytes: &[u8]) -> (Vec<Heard>, Vec<Arrival>) {
        let heard = bytes.iter().filter_map(|byte| self.decoder.push(*byte)).collect();
        self.inbound.take(bytes, HostInstant::ZERO);
        let arrivals: Vec<_> = std::iter::from_fn(|| self.ends.to_interlock.pop().ok()).collect();
        let control: Vec<_> = std::iter::from_fn(|| self.ends.to_control.pop().ok()).collect();
        assert_eq!(arrivals, control);
        (heard, arrivals)
    }

    /// A good telemetry frame, which has to be taken, with this many missing before it.
    fn good(&mut self, missing: u32) {
        let before = self.ends.counts.read();
        let draft = self.next(TELEMETRY);
        let frame = draft.sealed();
        let (heard, arrivals) = self.hear(&frame);
        assert!(matches!(heard[..], [Ok(GeneratorMessage::Telemetry(_))]), "{heard:?}");
        assert_eq!(arrivals.len(), 1);
        assert_eq!(arrivals[0].telemetry.at, GeneratorInstant::from_micros(draft.time_us));
        let after = self.ends.counts.read();
        assert_eq!(after, Tally { missing: before.missing + missing, ..before });
        self.record(frame);
    }

    fn record(&mut self, frame: Vec<u8>) {
        if self.recorded.len() >= 64 {
            let at = self.random.below(64);
            self.recorded.swap_remove(at);
        }
        self.recorded.push(frame);
    }

    /// A wrong frame: named so, counted once as corrupt or refused, and nothing handed on.
    fn wrong(&mut self, frame: &[u8], named: impl Fn(&DecodeError) -> bool) {
        let before = self.ends.counts.read();
        let (heard, arrivals) = self.hear(frame);
        assert_eq!(arrivals, []);
        let [Err(error)] = heard[..] else { panic!("{heard:?} of {frame:02x?}") };
        assert!(named(&error), "{error:?}");
        let mut expected = before;
        if error.is_corrupt() {
            expected.corrupt += 1
        } else {
            expected.refused += 1
        }
        assert_eq!(self.ends.counts.read(), expected, "{error:?}");
    }

    /// One frame of `kind` goes wrong, good ones before and after it.
    fn inject(&mut self, error: Kind, kind: u8) {
        self.good(0);
        match error {
            Kind::Corruption => self.corruption(kind),
            Kind::Repetition => {
                // One just taken, or one of long ago.
                let mut frame = self.next(kind).sealed();
                self.take(&frame, kind);
                if self.random.below(2) == 0 {
                    let at = self.random.below(self.recorded.len());
                    frame = self.recorded[at].clone();
                }
                self.wrong(&frame, is_sequence);
                self.good(0);
            }
            Kind::WrongOrder => {
                let (first, second) = (self.next(kind).sealed(), self.next(kind).sealed());
                self.take(&second, kind);
                self.wrong(&first, is_sequence);
                self.good(0);
            }
            Kind::Loss => {
                let lost = 1 + self.random.below(20) as u32;
                (0..lost).for_each(|_| drop(self.next(kind)));
                self.good(lost);
            }
            Kind::Delay => {
                let late = self.next(kind).sealed();
                let others = self.random.below(5) as u32;
                self.good(1);
                (0..others).for_each(|_| self.good(0));
                self.wrong(&late, is_sequence);
                self.good(0);
            }
            Kind::Insertion => {
                let frame = self.foreign(kind);
                self.wrong(&frame, |e| {
                    matches!(e, DecodeError::Session { .. } | DecodeError::Mac | DecodeError::Nonce)
                });
                self.good(1);
            }
            Kind::Masquerade => {
                let draft = self.next(kind);
                let frame = forged(&draft, &mut self.random);
                self.wrong(&frame, |e| {
                    use DecodeError::{Direction, Mac, Session, Type, Version};
                    matches!(
                        e,
                        Mac | Version { .. } | Type { .. } | Direction { .. } | Session { .. }
                    )
                });
                self.good(1);
            }
            Kind::Addressing => {
                // Meant for the generator: the controller's own frame, come back.
                let host = [HELLO, SET_LIMITS, SELF_TEST, STANDBY, GRANT, HOST_BYE];
                let own = host[self.random.below(host.len())];
                let mut back = self.next(kind);
                back.kind = own;
                back.key = if own == HELLO { LINK } else { self.key };
                self.wrong(&back.sealed(), |e| matches!(e, DecodeError::Direction { .. }));
                self.good(1);
            }
        }
    }

    /// A good frame of any kind: only telemetry is handed on.
    fn take(&mut self, frame: &[u8], kind: u8) {
        let (heard, arrivals) = self.hear(frame);
        assert!(matches!(heard[..], [Ok(_)]), "{heard:?}");
        assert_eq!(arrivals.len(), usize::from(kind == TELEMETRY));
    }

    /// Noise may leave the content as it was (a delimiter more); else nothing of it is taken.
    fn corruption(&mut self, kind: u8) {
        let whole = self.next(kind);
        let frame = whole.sealed();
        let noisy = damaged(&frame, &mut self.random);
        let before = self.ends.counts.read();
        let missing_before = self.decoder.missing();
        let follower = self.next(TELEMETRY);
        let (heard, arrivals) = self.hear(&[noisy.clone(), follower.sealed()].concat());
        let taken = heard.iter().filter(|heard| heard.is_ok()).count();
        let errors = heard.iter().filter_map(|heard| heard.err()).collect::<Vec<_>>();
        // The frame after it is taken, whatever the noise was.
        assert!(matches!(heard.last(), Some(Ok(GeneratorMessage::Telemetry(_)))), "{heard:?}");
        assert_eq!(arrivals.last().map(|a| a.telemetry.at.as_micros()), Some(follower.time_us));
        let intact =
            noisy.split(|byte| *byte == 0).any(|piece| piece == &frame[1..frame.len() - 1]);
        assert_eq!(taken, 1 + usize::from(intact), "{noisy:02x?} of {frame:02x?}: {heard:?}");
        assert_eq!(self.decoder.missing() - missing_before, u32::from(!intact));
        assert!(errors.iter().all(DecodeError::is_corrupt), "{errors:?}");
        assert!(intact || !errors.is_empty(), "{noisy:02x?} of {frame:02x?}");
        let after = self.ends.counts.read();
        assert_eq!(after.corrupt - before.corrupt, errors.len() as u32);
        assert_eq!(
            (after.refused, after.missing - before.missing),
            (before.refused, u32::from(!intact),)
        );
    }

    /// A whole frame of another conversation.
    fn foreign(&mut self, kind: u8) -> Vec<u8> {
        let mut frame = self.next(kind);
        match self.random.below(3) {
            // Another session of the same pair.
            0 => {
                frame.session ^= 1 + self.random.bits() as u32 % 0xffff;
                frame.key = session_key([3; 16], frame.session);
            }
            // A recording of an earlier session that had this number.
            1 if kind == IDENTITY => frame.body[..16].copy_from_slice(&[3; 16]),
            1 => frame.key = session_key([3; 16], SESSION),
            // A generator with another key.
            _ => frame.key = self.random.key(),
        }
        frame.sealed()
    }
}

fn is_sequence(error: &DecodeError) -> bool {
    matches!(error, DecodeError::Sequence { .. })
}

fn draft(kind: u8, sequence: u32, time_us: u64) -> Draft {
    let body = match kind {
        IDENTITY => identity(),
        LIMITS_SET => limits(),
        SELF_TEST_RESULT => vec![31],
        TELEMETRY => telemetry(),
        REFUSED => vec![9, 1, 0, 0, 0],
        _ => Vec::new(),
    };
    Draft { kind, session: SESSION, sequence, time_us, body, key: LINK }
}

fn identity() -> Vec<u8> {
    let mut body = [HOST_NONCE, GENERATOR_NONCE].concat();
    body.extend(b"model\0\0\0\0\0\0\0\0\0\0\0serial\0\0\0\0\0\0\0\0\0\x001.0\0\0\0\0\0");
    // Simulated, no seed; one channel, thermal, 50 W.
    body.extend([1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    body.extend(50_000_u32.to_le_bytes());
    body
}

fn limits() -> Vec<u8> {
    let mut body = vec![1];
    for number in [8_000_u32, 100_000, 98_000, 60_000] {
        body.extend(number.to_le_bytes());
    }
    body.extend(PLAN);
    body
}

/// Output off, 37 °C, nothing measured.
fn telemetry() -> Vec<u8> {
    let mut body = vec![0, 1, 0, 0, 0, 0, 0];
    body.extend(60_000_u32.to_le_bytes());
    body.extend([1, 1, 0, 0]);
    body.extend(37_000_i32.to_le_bytes());
    for number in [0_u32, 0, 0, 200_000, 0, 0] {
        body.extend(number.to_le_bytes());
    }
    body
}

#[test]
fn the_controller_acts_on_no_wrong_frame_and_counts_each() {
    for (number, error) in KINDS.into_iter().enumerate() {
        for kind in MESSAGES {
            let mut bench = Bench::new(number as u64 * 256 + u64::from(kind));
            for _ in 0..injections(2_000) {
                bench.inject(error, kind);
            }
            // Only a goodbye that was good, before it was repeated or after noise left it so.
            let good = [Kind::Corruption, Kind::Repetition, Kind::WrongOrder].contains(&error);
            let bye = bench.ends.counts.read().said_bye;
            assert!(!bye || (good && kind == GENERATOR_BYE), "{error:?} {kind:#x}");
        }
    }
}
