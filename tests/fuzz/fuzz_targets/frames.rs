//! Bytes at both ends of the link: as they are, and sealed with the right keys, so that bodies and
//! the firmware behind them are reached. No panic, and no output that nobody keeps granting.
#![no_main]

#[path = "../../../crates/rfa-sim/tests/link_errors/craft.rs"]
#[allow(dead_code, reason = "shared with the tests of link errors")]
mod craft;

use craft::{Draft, HELLO, HOST_NONCE, LINK, SELF_TEST, SET_LIMITS, STANDBY, session_key};
use libfuzzer_sys::fuzz_target;
use rfa_plan::{Electrode, Gauge, SensorKind};
use rfa_sim::{Generator, GeneratorConfig, LumpedPlant, Tissue};
use rfa_units::{SessionId, Span};
use rfa_wire::{GeneratorMessage, HostDecoder, LinkKey};

const SESSION: u32 = 1;
/// No more is delivered than the hard limit of 8 W allows, with its tolerance and a step's rise.
const POWER_MAX_W: f64 = 8.0 * 1.05 * 1.5;

struct Bench {
    generator: Generator,
    host: HostDecoder,
    key: [u8; 16],
    sequence: u32,
}

impl Bench {
    fn new(ready: bool) -> Self {
        let electrode = Electrode {
            gauge: Gauge::G22,
            tip_length_um: 5_000,
            sensor: SensorKind::ThermocoupleT,
        };
        let plant = LumpedPlant::new(&electrode, Tissue::MUSCLE).expect("a needle");
        let generator =
            Generator::new(GeneratorConfig::default(), Box::new(plant)).expect("a generator");
        let host = HostDecoder::new(LinkKey::DEVELOPMENT, SessionId(SESSION), HOST_NONCE);
        let mut bench = Self { generator, host, key: LINK, sequence: 0 };
        if ready {
            bench.open();
        }
        bench
    }

    fn open(&mut self) {
        let mut hello = HOST_NONCE.to_vec();
        hello.extend([1, 100, 0]);
        let mut limits = vec![1];
        [8_000_u32, 100_000, 98_000, 60_000]
            .iter()
            .for_each(|number| limits.extend(number.to_le_bytes()));
        limits.extend(craft::PLAN);
        let standby = [0, 0, 0, 0, 0, 0, 0, 0, 1].to_vec();
        for (kind, body, ms) in [
            (HELLO, hello, 10),
            (SET_LIMITS, limits, 2),
            (SELF_TEST, Vec::new(), 300),
            (STANDBY, standby, 12),
        ] {
            self.send(kind, body);
            self.run_ms(ms);
        }
    }

    fn send(&mut self, kind: u8, body: Vec<u8>) {
        self.sequence += 1;
        let key = if kind == HELLO { LINK } else { self.key };
        let (session, sequence) = (SESSION, self.sequence);
        let time_us = self.generator.now().as_micros();
        self.generator.receive(&Draft { kind, session, sequence, time_us, body, key }.sealed());
    }

    fn run_ms(&mut self, ms: u64) {
        let mut bytes = [0; 1_024];
        for _ in 0..ms {
            self.generator.advance(self.generator.now().plus(Span::from_millis(1)));
            let count = self.generator.transmit(&mut bytes);
            for byte in &bytes[..count] {
                if let Some(Ok(GeneratorMessage::Identity(identity))) = self.host.push(*byte) {
                    self.key = session_key(identity.generator_nonce, SESSION);
                }
            }
            assert!(self.generator.truth().power_w <= POWER_MAX_W);
        }
    }

    fn tell_host(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let _ = self.host.push(*byte);
        }
    }

    /// One step of the input: raw or sealed bytes to one of the ends.
    fn step(&mut self, what: u8, bytes: &[u8]) {
        match what % 4 {
            0 => self.tell_host(bytes),
            1 => self.generator.receive(bytes),
            to => {
                let Some((kind, body)) = bytes.split_first() else { return };
                if to == 2 {
                    self.send(kind & 0x07, body.to_vec());
                } else {
                    self.sequence += 1;
                    let key = if kind & 0x07 == 1 { LINK } else { self.key };
                    let (kind, session, sequence) = (kind | 0x80, SESSION, self.sequence);
                    let body = body.to_vec();
                    let draft = Draft { kind, session, sequence, time_us: u64::MAX, body, key };
                    self.tell_host(&draft.sealed());
                }
            }
        }
        self.run_ms(u64::from(what >> 4));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((first, mut rest)) = data.split_first() else { return };
    let mut bench = Bench::new(first % 2 == 1);
    // A step: what it is, its length, its bytes.
    while let [what, length, more @ ..] = rest {
        let (bytes, after) = more.split_at(usize::from(*length).min(more.len()));
        bench.step(*what, bytes);
        rest = after;
    }
    bench.run_ms(80);
    assert!(!bench.generator.truth().rf_on, "RF that nobody grants");
});
