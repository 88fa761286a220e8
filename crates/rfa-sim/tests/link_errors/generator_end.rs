//! The generator's receiving half: decoder, session, grants.

use crate::common::{MS, generator, run};
use crate::craft::*;
use crate::{KINDS, Kind, injections};
use rfa_sim::{Generator, GeneratorConfig, Truth};
use rfa_units::{Contactor, GeneratorInstant, MilliWatts, SessionId, Span};
use rfa_wire::{
    DecodeError, GeneratorDecoder, GeneratorMessage, HostDecoder, HostMessage, LinkKey,
    RefusalCode, SessionKey,
};

const SESSION: u32 = 0x5eed_0001;
const MESSAGES: [u8; 6] = [HELLO, SET_LIMITS, SELF_TEST, STANDBY, GRANT, HOST_BYE];
/// What a wrong grant asks for; a good one asks for a tenth at most.
const MUCH_MW: u32 = 7_900;
/// From expiry to no output: the firmware's step, and 10 ms for the regulator and K1.
const OFF_MS: u64 = 11;
/// Before the refusals reach the end of their count.
const SESSION_INJECTIONS: u64 = 4_000;

/// A generator that delivers, and a host made by hand.
struct Bench {
    generator: Generator,
    answers: HostDecoder,
    /// Takes the same bytes as the generator and names its errors.
    decoder: GeneratorDecoder,
    key: [u8; 16],
    sequence: u32,
    tick: u64,
    /// The newest good grant: power and expiry.
    granted: (u32, u64),
    refusals: Vec<RefusalCode>,
    /// What was taken in this session, and how the one before it ended.
    recorded: Vec<(u8, Vec<u8>)>,
    random: Random,
}

impl Bench {
    fn new(seed: u64) -> Self {
        let generator = generator(GeneratorConfig { seed, ..GeneratorConfig::default() });
        let session = SessionId(SESSION);
        let mut bench = Self {
            generator,
            answers: HostDecoder::new(LinkKey::DEVELOPMENT, session, HOST_NONCE),
            decoder: GeneratorDecoder::new(LinkKey::DEVELOPMENT),
            key: LINK,
            sequence: 0,
            tick: 0,
            granted: (0, 0),
            refusals: Vec::new(),
            recorded: Vec::new(),
            random: Random(seed),
        };
        // The first session leaves a goodbye behind.
        bench.open();
        let bye = bench.draft(HOST_BYE).sealed();
        bench.send(&bye);
        bench.run_ms(10);
        bench.decoder.release();
        bench.recorded = vec![(HOST_BYE, bye)];
        bench.sequence = 0;
        bench.open();
        bench.standby();
        bench.good();
        bench
    }

    fn now_us(&self) -> u64 {
        self.generator.now().as_micros()
    }

    fn draft(&mut self, kind: u8) -> Draft {
        self.sequence += 1;
        let key = if kind == HELLO { LINK } else { self.key };
        let time_us = self.now_us();
        let mut body = match kind {
            HELLO => HOST_NONCE.to_vec(),
            SET_LIMITS => vec![1],
            STANDBY => self.tick.to_le_bytes().to_vec(),
            _ => Vec::new(),
        };
        match kind {
            HELLO => body.extend([1, 100, 0]),
            SET_LIMITS => {
                let numbers = [8_000_u32, 100_000, 98_000, 60_000];
                numbers.iter().for_each(|number| body.extend(number.to_le_bytes()));
                body.extend(PLAN);
            }
            STANDBY => body.push(1),
            GRANT => body = self.grant(MUCH_MW, time_us + 55_000, 1),
            _ => {}
        }
        Draft { kind, session: SESSION, sequence: self.sequence, time_us, body, key }
    }

    fn grant(&mut self, power_mw: u32, expires_us: u64, channel: u8) -> Vec<u8> {
        self.tick += 1;
        let mut body = self.tick.to_le_bytes().to_vec();
        body.extend(expires_us.to_le_bytes());
        body.extend(PLAN);
        body.extend(power_mw.to_le_bytes());
        body.extend([1, channel]);
        body.extend([0; 12]);
        body
    }

    fn open(&mut self) {
        let nonces = (HOST_NONCE, SessionId(SESSION));
        self.answers = HostDecoder::new(LinkKey::DEVELOPMENT, nonces.1, nonces.0);
        let hello = self.draft(HELLO).sealed();
        assert!(matches!(self.send(&hello)[..], [Ok(HostMessage::Hello(_))]));
        let heard = self.run_ms(20);
        let Some(GeneratorMessage::Identity(identity)) = heard.first() else {
            panic!("no identity: {heard:?}")
        };
        let nonce = identity.generator_nonce;
        let key = SessionKey::derive(&LinkKey::DEVELOPMENT, &nonces.0, &nonce, nonces.1);
        self.decoder.establish(nonces.1, key);
        self.key = session_key(nonce, SESSION);
        self.recorded.push((HELLO, hello));
        for (kind, ms) in [(SET_LIMITS, 20), (SELF_TEST, 500)] {
            let frame = self.draft(kind).sealed();
            self.send(&frame);
            self.recorded.push((kind, frame));
            self.run_ms(ms);
        }
    }

    /// Stops, and shuts K2.
    fn standby(&mut self) {
        for _ in 0..4 {
            let frame = self.draft(STANDBY).sealed();
            self.send(&frame);
            self.record(STANDBY, frame);
            self.run_ms(10);
        }
        assert_eq!(self.generator.truth().k2, Contactor::Shut);
    }

    fn record(&mut self, kind: u8, frame: Vec<u8>) {
        if self.recorded.len() >= 64 {
            // What the opening left stays.
            self.recorded.swap_remove(8 + self.random.below(56));
        }
        self.recorded.push((kind, frame));
    }

    /// Sends bytes; what a receiver makes of them.
    fn send(&mut self, bytes: &[u8]) -> Vec<Result<HostMessage, DecodeError>> {
        self.generator.receive(bytes);
        bytes.iter().filter_map(|byte| self.decoder.push(*byte)).collect()
    }

    fn run_ms(&mut self, ms: u64) -> Vec<GeneratorMessage> {
        let mut heard = Vec::new();
        for _ in 0..ms {
            run(&mut self.generator, MS, &mut |byte| {
                heard.extend(self.answers.push(byte).and_then(Result::ok));
            });
            // Nothing ever delivers what a wrong frame asks for.
            assert!(self.generator.truth().power_w < 1.0, "{:?}", self.generator);
        }
        self.refusals.extend(heard.iter().filter_map(|message| match message {
            GeneratorMessage::Refused(refusal) => Some(refusal.code),
            _ => None,
        }));
        heard
    }

    /// Sends a good grant.
    fn send_good(&mut self) {
        let power_mw = 300 + self.random.below(200) as u32;
        let expires_us = self.now_us() + 55_000;
        let body = self.grant(power_mw, expires_us, 1);
        let frame = Draft { body, ..self.draft(GRANT) }.sealed();
        assert!(matches!(self.send(&frame)[..], [.., Ok(HostMessage::Grant(_))]));
        self.granted = (power_mw, expires_us);
        self.record(GRANT, frame);
    }

    /// A good grant and 10 ms: it is honoured, and nothing else happens.
    fn good(&mut self) {
        let before = self.generator.truth();
        self.send_good();
        self.run_ms(10);
        self.assert_delivers(&before, 1, 0);
    }

    fn assert_delivers(&self, before: &Truth, honoured: u32, refused: u16) {
        let after = self.generator.truth();
        assert_eq!(after.grants_honoured, before.grants_honoured + honoured);
        assert_eq!(after.grants_refused, before.grants_refused + refused);
        assert_eq!(Some(after.setpoint), MilliWatts::new(self.granted.0));
        assert_eq!((after.k2, after.session), (Contactor::Shut, Some(SessionId(SESSION))));
    }

    /// Wrong bytes and a good grant in 10 ms: only the grant is acted on.
    fn wrong(&mut self, bytes: &[u8], named: impl Fn(&DecodeError) -> bool) {
        let offs = self.generator.rf_offs().len();
        let before = self.generator.truth();
        let heard = self.send(bytes);
        // None where noise at its end joins a frame to the next one.
        let errors: Vec<_> = heard.iter().map(|heard| heard.expect_err("wrong")).collect();
        assert!(errors.iter().all(&named) && errors.len() <= 3, "{errors:?}");
        self.send_good();
        self.refusals.clear();
        self.run_ms(10);
        // Checks 7 to 10 of the protocol; noise is nobody's frame, and a reflection is not ours.
        let counts =
            |e: &&DecodeError| e.is_refused() && !matches!(e, DecodeError::Direction { .. });
        let refused = errors.iter().filter(counts).count() as u16;
        self.assert_delivers(&before, 1, refused);
        assert!(self.generator.truth().rf_on && self.generator.rf_offs().len() == offs);
        let codes = errors.iter().filter_map(code).collect::<Vec<_>>();
        assert!(self.refusals.iter().all(|code| codes.contains(code)), "{:?}", self.refusals);
    }

    /// One frame of `kind` goes wrong, good grants before and after it.
    fn inject(&mut self, error: Kind, kind: u8) {
        match error {
            Kind::Corruption => {
                let frame = self.draft(kind).sealed();
                let inner = &frame[1..frame.len() - 1];
                // Noise that leaves the content as it was is none.
                let noisy = loop {
                    let noisy = damaged(&frame, &mut self.random);
                    if noisy.split(|byte| *byte == 0).all(|piece| piece != inner) {
                        break noisy;
                    }
                };
                self.wrong(&noisy, DecodeError::is_corrupt);
            }
            Kind::Repetition => {
                let known = self.recorded.iter().filter(|(of, _)| *of == kind);
                let known: Vec<Vec<u8>> = known.map(|(_, frame)| frame.clone()).collect();
                let frame = known[self.random.below(known.len())].clone();
                self.wrong(&frame, |e| match kind {
                    HOST_BYE => *e == DecodeError::Mac,
                    _ => matches!(e, DecodeError::Sequence { .. }),
                });
            }
            Kind::WrongOrder => {
                let first = self.draft(kind).sealed();
                self.send_good();
                self.run_ms(2);
                self.wrong(&first, |e| matches!(e, DecodeError::Sequence { .. }));
            }
            Kind::Loss => self.loss(kind),
            Kind::Delay => self.delay(kind),
            Kind::Insertion => {
                let frame = self.foreign(kind);
                self.wrong(&frame, |e| matches!(e, DecodeError::Session { .. } | DecodeError::Mac));
            }
            Kind::Masquerade => {
                let draft = self.draft(kind);
                let frame = forged(&draft, &mut self.random);
                self.wrong(&frame, |e| {
                    use DecodeError::{Direction, Mac, Session, Type, Version};
                    matches!(
                        e,
                        Mac | Version { .. } | Type { .. } | Direction { .. } | Session { .. }
                    )
                });
            }
            Kind::Addressing => self.addressing(kind),
        }
        self.good();
    }

    /// Frames that never come: output lives as long as the newest grant, and no longer.
    fn loss(&mut self, kind: u8) {
        if kind != GRANT {
            drop(self.draft(kind));
            return;
        }
        let lost = 1 + self.random.below(9) as u64;
        self.silence(lost * 10);
    }

    /// Silence: RF is off by the grant's end, comes back by no grant, and then by a standby and a
    /// grant.
    fn silence(&mut self, ms: u64) {
        let offs = self.generator.rf_offs().len();
        let (_, expires_us) = self.granted;
        self.run_ms(ms);
        if self.now_us() < expires_us {
            assert_eq!(self.generator.rf_offs().len(), offs, "off before its time");
            return;
        }
        self.run_ms(OFF_MS);
        let off = *self.generator.rf_offs().next_back().expect("off");
        let latest = GeneratorInstant::from_micros(expires_us).plus(Span::from_millis(OFF_MS));
        assert!(off.at <= latest, "{off:?}, expired at {expires_us}");
        self.stays_off();
    }

    /// Output is off and comes back by no grant, only by a standby and a grant.
    fn stays_off(&mut self) {
        let before = self.generator.truth();
        assert!(!before.rf_on, "the dead-man");
        self.send_good();
        self.run_ms(30);
        let after = self.generator.truth();
        assert!(!after.rf_on && after.k1 == Contactor::Open);
        assert_eq!(after.grants_honoured, before.grants_honoured);
        assert_eq!(after.grants_refused, before.grants_refused + 1);
        self.standby();
    }

    /// Overtaken by others; or grants that come after their own end, as on a line that holds all of
    /// them back: the host is heard, so K2 stays shut.
    fn delay(&mut self, kind: u8) {
        if kind != GRANT || self.random.below(2) == 0 {
            let late = self.draft(kind);
            for _ in 0..=self.random.below(4) {
                self.good();
            }
            return self.wrong(&late.sealed(), |e| matches!(e, DecodeError::Sequence { .. }));
        }
        let before = self.generator.truth();
        let late = 7 + self.random.below(9) as u16;
        for _ in 0..late {
            let expires_us = self.now_us() - self.random.below(100_000) as u64;
            let body = self.grant(MUCH_MW, expires_us, 1);
            let frame = Draft { body, ..self.draft(GRANT) }.sealed();
            assert!(matches!(self.send(&frame)[..], [Ok(HostMessage::Grant(_))]));
            self.run_ms(10);
        }
        let after = self.generator.truth();
        assert_eq!((after.setpoint, after.k2), (MilliWatts::MIN, Contactor::Shut));
        assert_eq!(after.grants_honoured, before.grants_honoured);
        assert_eq!(after.grants_refused, before.grants_refused + late);
        self.stays_off();
    }

    /// A whole frame of another conversation.
    fn foreign(&mut self, kind: u8) -> Vec<u8> {
        let mut frame = self.draft(kind);
        match self.random.below(3) {
            // Another session of the same pair. A hello of it would be a new conversation.
            0 if kind != HELLO => {
                frame.session ^= 1 + self.random.bits() as u32 % 0xffff;
                frame.key = session_key([3; 16], frame.session);
            }
            // A recording of an earlier session that had this number.
            1 if kind != HELLO => frame.key = session_key([3; 16], SESSION),
            // A host with another key.
            _ => frame.key = self.random.key(),
        }
        frame.sealed()
    }

    /// The generator's own frames come back; or a grant is for a channel that has no limits.
    fn addressing(&mut self, kind: u8) {
        if kind != GRANT || self.random.below(2) == 0 {
            let of = [IDENTITY, LIMITS_SET, SELF_TEST_RESULT, TELEMETRY, REFUSED, GENERATOR_BYE];
            let kind = of[self.random.below(of.len())];
            let frame = self.draft(kind).sealed();
            return self.wrong(&frame, |e| matches!(e, DecodeError::Direction { .. }));
        }
        let before = self.generator.truth();
        let expires_us = self.now_us() + 55_000;
        let channel = 2 + self.random.below(3) as u8;
        let body = self.grant(MUCH_MW, expires_us, channel);
        let frame = Draft { body, ..self.draft(GRANT) }.sealed();
        assert!(matches!(self.send(&frame)[..], [Ok(HostMessage::Grant(_))]));
        self.send_good();
        self.run_ms(10);
        self.assert_delivers(&before, 1, 1);
    }
}

/// What the generator answers.
fn code(error: &DecodeError) -> Option<RefusalCode> {
    match error {
        DecodeError::Session { .. } => Some(RefusalCode::BadSession),
        DecodeError::Mac => Some(RefusalCode::Unauthenticated),
        DecodeError::Sequence { .. } => Some(RefusalCode::Repeated),
        DecodeError::Version { .. } => Some(RefusalCode::UnsupportedVersion),
        _ => None,
    }
}

#[test]
fn the_generator_acts_on_no_wrong_frame_and_counts_each() {
    for (number, error) in KINDS.into_iter().enumerate() {
        for kind in MESSAGES {
            let mut left = injections(300);
            while left > 0 {
                let mut bench = Bench::new(left * 4_096 + number as u64 * 256 + u64::from(kind));
                let now = left.min(SESSION_INJECTIONS);
                (0..now).for_each(|_| bench.inject(error, kind));
                left -= now;
            }
        }
    }
}
