//! What the system makes of it: so many wrong frames that either end must end RF, and one fewer.

use crate::common::{Ask, Bench, Line};
use crate::craft::*;
use crate::{KINDS, Kind, injections};
use rfa_interlock::{RuleId, State};
use rfa_sim::GeneratorConfig;
use rfa_units::{Contactor, Span};
use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;

/// B100 (H-22, H-24), from the frame that is one too many.
const HOST_MS: u64 = 100;
/// Grant life, the firmware's time to obey, contactor or regulator.
const GENERATOR_MS: u64 = 60 + 10 + 10;
const TICK_MS: u64 = 10;

fn delivering(seed: u64, random: &mut Random) -> Bench {
    let mut bench = Bench::new(GeneratorConfig { seed, ..GeneratorConfig::default() });
    bench.deliver(Ask::Power(400));
    bench.run_ms(TICK_MS * random.below(100) as u64);
    assert!(bench.generator.truth().rf_on && bench.trips.is_empty(), "{:?}", bench.trips);
    bench
}

/// Cuts bytes into whole frames.
#[derive(Default)]
struct Frames {
    rest: Vec<u8>,
}

impl Frames {
    fn whole(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        self.rest.extend(bytes);
        let mut frames = Vec::new();
        while let Some(end) = self.rest.iter().skip(1).position(|byte| *byte == 0) {
            frames.push(self.rest.drain(..end + 2).collect());
        }
        frames
    }
}

/// Noise that spoils the frame and makes no second one of it, which would count as well.
fn spoilt(frame: &[u8], random: &mut Random) -> Vec<u8> {
    loop {
        let noisy = damaged(frame, random);
        let mut pieces = noisy.split(|byte| *byte == 0).filter(|piece| !piece.is_empty());
        let piece = pieces.next();
        if pieces.next().is_none() && piece.is_some_and(|p| p != &frame[1..frame.len() - 1]) {
            return noisy;
        }
    }
}

/// A whole frame of a conversation that is not this one, or in the wrong direction.
fn foreign(kind: u8) -> Vec<u8> {
    let (body, key) = (vec![0; 9], session_key([3; 16], 1));
    Draft { kind, session: 1, sequence: 1_000_000, time_us: 1_000_000_000, body, key }.sealed()
}

/// The frame with a bit of its body flipped and everything but the MAC made good.
fn altered(frame: &[u8], random: &mut Random) -> Vec<u8> {
    changed(frame, |payload| {
        let body = payload.len() - 18 - 16;
        payload[18 + random.below(body)] ^= 1 << random.below(8);
    })
}

/// Spoils telemetry `wrong` times, some frames apart; tells when it did so last.
fn spoil_telemetry(kind: Kind, wrong: usize, mut random: Random, last: Rc<Cell<bool>>) -> Line {
    let (mut frames, mut left) = (Frames::default(), wrong);
    let (mut wait, mut held) = (random.below(8), Vec::new());
    Box::new(move |bytes| {
        let mut out = Vec::new();
        for frame in frames.whole(bytes) {
            let overtaken = std::mem::take(&mut held);
            // The generator's answers are frames as well; one of telemetry is the longest.
            if wait > 0 || left == 0 || frame.len() < 80 {
                wait = wait.saturating_sub(1);
                out.extend(frame);
                out.extend(overtaken);
                continue;
            }
            left -= 1;
            last.set(left == 0);
            // All of them in less than a second, and no six in a row.
            wait = 1 + random.below(if kind == Kind::Loss { 7 } else { 28 });
            match kind {
                Kind::Corruption => out.extend(spoilt(&frame, &mut random)),
                Kind::Repetition => out.extend([frame.clone(), frame].concat()),
                Kind::WrongOrder => held = frame,
                Kind::Loss | Kind::Delay => {}
                Kind::Insertion => out.extend([frame, foreign(TELEMETRY)].concat()),
                Kind::Masquerade => {
                    let forged = altered(&frame, &mut random);
                    out.extend([frame, forged].concat());
                }
                Kind::Addressing => out.extend([frame, foreign(STANDBY)].concat()),
            }
        }
        out
    })
}

/// Holds everything back for `ms`.
fn delay(ms: u64) -> Line {
    let mut waiting = VecDeque::from(vec![Vec::new(); (ms / TICK_MS) as usize]);
    Box::new(move |bytes| {
        waiting.push_back(bytes);
        waiting.pop_front().unwrap_or_default()
    })
}

/// How many of a kind end output, and by which rule.
fn too_many(kind: Kind) -> (usize, RuleId) {
    match kind {
        Kind::Corruption => (3, RuleId::H22),
        Kind::Loss => (11, RuleId::H22),
        _ => (3, RuleId::H24),
    }
}

/// H-22, H-24: the last frame that is too many ends RF within B100; one fewer does not.
#[test]
fn so_many_wrong_frames_end_output_and_one_fewer_do_not() {
    for kind in KINDS.into_iter().filter(|kind| *kind != Kind::Delay) {
        let (limit, rule) = too_many(kind);
        for seed in 0..injections(40).min(20_000) {
            let mut random = Random(seed * 16 + kind as u64);
            let mut bench = delivering(seed, &mut random);
            let twin = seed % 4 == 0;
            let last = Rc::new(Cell::new(false));
            let wrong = limit - usize::from(twin);
            bench.to_host = spoil_telemetry(kind, wrong, random, Rc::clone(&last));
            let mut ticks = 0;
            while !last.get() {
                bench.run_ms(TICK_MS);
                ticks += 1;
                assert!(ticks < 100, "{kind:?} {seed}");
            }
            let began = bench.generator.now();
            // A frame held back is wrong when it comes, with the next one.
            bench.run_ms(if twin { 500 } else { HOST_MS + TICK_MS });
            if twin {
                assert_eq!((&bench.trips[..], bench.state()), (&[][..], State::Delivering));
                continue;
            }
            let found = bench.trips.first().map(|trip| trip.rule);
            assert_eq!(found, Some(rule), "{kind:?} {seed}: {:?}", bench.trips);
            let off = *bench.generator.rf_offs().next_back().expect("off");
            let held = if kind == Kind::WrongOrder { TICK_MS } else { 0 };
            let took = off.at.since(began);
            assert!(took <= Span::from_millis(HOST_MS + held), "{kind:?} {seed}: {off:?}");
            assert!(!bench.generator.truth().rf_on);
        }
    }
}

/// H-08, H-22: telemetry that comes late from now on.
#[test]
fn delayed_telemetry_ends_output() {
    for seed in 0..injections(60).min(20_000) {
        let mut random = Random(seed);
        let mut bench = delivering(seed, &mut random);
        let began = bench.generator.now();
        bench.to_host = delay(60 + TICK_MS * random.below(30) as u64);
        bench.run_ms(1_000);
        let off = *bench.generator.rf_offs().next_back().expect("off");
        assert!(off.at.since(began) <= Span::from_millis(HOST_MS), "{seed}: {off:?}");
        let rule = bench.trips.first().map(|trip| trip.rule);
        assert!(matches!(rule, Some(RuleId::H22 | RuleId::H08)), "{:?}", bench.trips);
        assert_eq!((bench.state(), bench.generator.truth().rf_on), (State::Tripped, false));
    }
}

/// What the line makes of every host frame from now on.
fn spoil_orders(kind: Kind, mut random: Random) -> Line {
    let late_ms = 70 + TICK_MS * random.below(30) as u64;
    let (mut delayed, mut newest, mut held) = (delay(late_ms), None, Vec::new());
    Box::new(move |frame| match kind {
        Kind::Corruption => spoilt(&frame, &mut random),
        Kind::Repetition => newest.get_or_insert(frame).clone(),
        Kind::WrongOrder => {
            held.push(frame);
            let turned = held.len() == 8;
            if turned { held.drain(..).rev().flatten().collect() } else { Vec::new() }
        }
        Kind::Loss => Vec::new(),
        Kind::Delay => delayed(frame),
        Kind::Insertion => foreign(GRANT),
        Kind::Masquerade => altered(&frame, &mut random),
        Kind::Addressing => foreign(TELEMETRY),
    })
}

/// H-21: whatever becomes of its orders, the generator is off when the newest good one has expired,
/// stays off, and the controller notices.
#[test]
fn wrong_orders_end_output_by_the_generators_own_dead_man() {
    for kind in KINDS {
        for seed in 0..injections(40).min(20_000) {
            let mut random = Random(seed * 16 + kind as u64);
            let mut bench = delivering(seed, &mut random);
            let began = bench.generator.now();
            bench.to_generator = spoil_orders(kind, random);
            bench.run_ms(1_000);
            assert_eq!(bench.generator.rf_offs().len(), 1, "{kind:?} {seed}");
            let off = *bench.generator.rf_offs().next_back().expect("off");
            // The first repetition is the newest grant itself, and good.
            let first = if kind == Kind::Repetition { TICK_MS } else { 0 };
            let took = off.at.since(began);
            assert!(took <= Span::from_millis(GENERATOR_MS + first), "{kind:?} {seed}: {off:?}");
            let truth = bench.generator.truth();
            assert_eq!((truth.rf_on, truth.k1), (false, Contactor::Open), "{kind:?} {seed}");
            assert!(matches!(bench.state(), State::Tripped | State::Lockout), "{kind:?} {seed}");
        }
    }
}
