//! A recording is the same at a tick, however one came there.

#[path = "../../rfa-record/tests/support/mod.rs"]
mod support;

use proptest::prelude::*;
use rfa_record::{Clock, End, LesionMessage, Recorder, Topic, rewrite};
use rfa_replay::{Beside, BesideError, Deck, DeckKept, PlayError, Reel, Scene, Tape, Told};
use rfa_session::playback::MarkKind;
use rfa_session::{Action, Intent, LatencyView, OperatorName, Snapshot};
use rfa_units::HostInstant;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use support::Session;

/// What a tick told, and everything up to it.
struct Shown {
    deck: Deck,
    told: u64,
    damaged: Vec<String>,
}

impl Scene for Shown {
    type Kept = (DeckKept, u64, Vec<String>);

    fn take(&mut self, told: &Told) {
        self.deck.take(told);
        self.told += 1;
        if let Told::Damaged(words) = told {
            self.damaged.push(words.clone());
        }
    }

    fn keep(&self) -> Self::Kept {
        (self.deck.keep(), self.told, self.damaged.clone())
    }

    fn bytes(kept: &Self::Kept) -> usize {
        kept.0.bytes()
    }

    fn back_to(&mut self, kept: Option<&Self::Kept>) {
        self.deck.back_to(kept.map(|kept| &kept.0));
        self.told = kept.map_or(0, |kept| kept.1);
        self.damaged = kept.map_or(Vec::new(), |kept| kept.2.clone());
    }
}

fn reel(path: &Path) -> Reel<Shown> {
    let tape = Tape::open(path).expect("opens");
    let deck = Deck::new(tape.header(), "s.mcap", 1);
    Reel::new(tape, Shown { deck, told: 0, damaged: Vec::new() })
}

/// What is seen of a tick.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    snapshot: Snapshot,
    latency: LatencyView,
    told: u64,
    damaged: Vec<String>,
}

fn seen(reel: &mut Reel<Shown>, place: usize) -> Seen {
    while !reel.towards(place, 37).expect("reads") {}
    assert_eq!(reel.place(), Some(place));
    let Shown { deck, told, damaged } = reel.scene();
    Seen {
        snapshot: deck.snapshot().clone(),
        latency: deck.latency(),
        told: *told,
        damaged: damaged.clone(),
    }
}

/// A treatment with intents and lesions among its ticks, on disk; and what is seen of each tick
/// where it is played from the start to the end.
static PLAYED: LazyLock<(tempfile::TempDir, PathBuf, Vec<Seen>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    // Asked before the first tick.
    let ready = Action::Checklist { complete: true };
    let asked = Intent { action: ready, operator: OperatorName::new("km") };
    recorder.write_intent(HostInstant::from_micros(1), &asked).expect("writes");
    let mut count = 0;
    while !session.complete() && count < 6_000 {
        let mut tick = session.next();
        tick.timing.interlock_step_ns = 500 + count % 97 * 31;
        recorder.write_tick(&tick).expect("writes");
        if count % 50 == 7 {
            let mut view = support::lesion();
            view.at = tick.interlock.inputs.now;
            recorder.write_lesion(&view).expect("writes");
        }
        if count % 400 == 11 {
            let mark = Intent { action: Action::Mark, operator: None };
            recorder.write_intent(tick.interlock.inputs.now, &mark).expect("writes");
        }
        count += 1;
    }
    // Behind the last tick.
    let quit = Intent { action: Action::Quit, operator: None };
    recorder.write_intent(HostInstant::from_micros(2), &quit).expect("writes");
    recorder.finish(None).expect("finishes");
    let mut reel = reel(&path);
    let played = (0..=reel.timeline().last()).map(|place| seen(&mut reel, place)).collect();
    (folder, path, played)
});

#[test]
fn every_tick_is_there_with_what_was_told_before_it() {
    let (_, path, played) = &*PLAYED;
    assert!(played.len() > 1_000, "{} ticks", played.len());
    for (place, seen) in played.iter().enumerate() {
        let tick = seen.snapshot.latest.as_ref().expect("a tick").interlock.inputs.tick;
        assert_eq!(tick, place as u64 + 1, "ticks are numbered from 1");
        assert_eq!(seen.snapshot.operator, OperatorName::new("km"));
        assert_eq!(seen.snapshot.lesion.is_some(), place > 7);
    }
    let told: Vec<u64> = played.iter().rev().take(3).map(|seen| seen.told).collect();
    assert_eq!(told[0], told[1] + 2, "what stands behind the last tick is told with it");
    assert_eq!(told[1], told[2] + 1);
    let (mut reel, last) = (reel(path), played.len() - 1);
    assert_eq!(seen(&mut reel, last), played[last]);
    assert_eq!(seen(&mut reel, last), played[last], "and once");
    let tape = Tape::open(path).expect("opens");
    assert!(tape.whole() && tape.timeline().len() == played.len());
    let kinds: Vec<MarkKind> = tape.timeline().marks().iter().map(|mark| mark.kind).collect();
    for kind in [MarkKind::Armed, MarkKind::RfOn, MarkKind::RfOff, MarkKind::Step] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
    for mark in tape.timeline().marks() {
        // A mark stands at the very tick whose outputs tell it.
        let state = played[mark.place].snapshot.latest.as_ref().expect("a tick");
        let events = state.interlock.outputs.events;
        assert!(!events.is_empty(), "{mark:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A seek gives the same as playing up to there, in any order of seeks.
    #[test]
    fn a_seek_is_the_same_as_playing_up_to_there(
        shares in prop::collection::vec(0.0..1.0_f64, 1..8),
    ) {
        let (_, path, played) = &*PLAYED;
        let mut reel = reel(path);
        for share in shares {
            let place = (share * played.len() as f64) as usize;
            let found = seen(&mut reel, place);
            prop_assert!(found == played[place], "at {}", place);
            if place > 0 {
                let before = seen(&mut reel, place - 1);
                prop_assert!(before == played[place - 1], "one back from {}", place);
            }
        }
    }
}

/// A chunk that cannot be read is told where it stood; what is around it is played.
#[test]
fn damage_is_told_and_passed_over() {
    let (folder, path, played) = &*PLAYED;
    let mut bytes = fs::read(path).expect("readable");
    let tape = Tape::open(path).expect("opens");
    drop(tape);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0x55);
    let broken = folder.path().join("broken.mcap");
    fs::write(&broken, &bytes).expect("writes");
    let tape = Tape::open(&broken).expect("opens");
    assert!(tape.damaged() >= 1 && !tape.whole());
    let last = tape.timeline().last();
    assert!(last + 1 < played.len(), "ticks are missing");
    let damage = tape.timeline().first(MarkKind::Damage).expect("a mark").clone();
    let mut reel = reel(&broken);
    assert_eq!(seen(&mut reel, damage.place - 1).damaged, [""; 0]);
    let behind = seen(&mut reel, damage.place);
    assert_eq!(behind.damaged.len(), 1, "{:?}", behind.damaged);
    assert!(behind.damaged[0].contains("damaged at byte"), "{:?}", behind.damaged);
    // Back and forth again: told once.
    seen(&mut reel, 0);
    assert_eq!(seen(&mut reel, damage.place), behind);
    seen(&mut reel, last);
}

#[test]
fn an_unfinished_recording_is_played_as_far_as_it_goes() {
    let (folder, path, played) = &*PLAYED;
    let bytes = fs::read(path).expect("readable");
    let half = folder.path().join("half.mcap");
    fs::write(&half, &bytes[..bytes.len() / 2]).expect("writes");
    let mut reel = reel(&half);
    assert!(matches!(reel.tape().end(), End::Truncated { .. }) && !reel.tape().whole());
    let last = reel.timeline().last();
    assert!(last > 100, "{last}");
    assert_eq!(seen(&mut reel, last), played[last]);
}

/// What is shown of a file that grows, torn anywhere, is what is shown of it when it is whole.
#[test]
fn a_growing_recording_is_the_same_as_the_whole() {
    let (folder, path, played) = &*PLAYED;
    let bytes = fs::read(path).expect("readable");
    let growing = folder.path().join("growing.mcap");
    fs::write(&growing, &bytes[..bytes.len() / 3]).expect("writes");
    let mut reel = reel(&growing);
    assert!(reel.tape().may_grow());
    reel.set_growing(true);
    let mut last = reel.timeline().last();
    assert_eq!(seen(&mut reel, last), played[last]);
    assert!(!reel.grow().expect("reads"), "nothing came");
    // The last pieces tear the index, the end record and the closing magic bytes.
    let cuts = (4..=11).map(|n| bytes.len() * n / 12);
    for cut in cuts.chain((1..60).rev().map(|left| bytes.len() - left)).chain([bytes.len()]) {
        fs::write(&growing, &bytes[..cut]).expect("writes");
        reel.grow().expect("reads");
        let now = reel.timeline().last();
        assert!(now >= last, "at {cut}");
        last = now;
        let ago = last - last % 100;
        let mut expected = played[last].clone();
        // While there may be more, nothing behind the last tick is told.
        let growing = reel.tape().may_grow();
        reel.set_growing(growing);
        expected.told -= u64::from(last + 1 == played.len() && growing);
        assert_eq!(seen(&mut reel, last), expected, "at {cut}");
        assert_eq!(seen(&mut reel, ago), played[ago], "at {cut}");
    }
    assert!(reel.tape().whole() && !reel.tape().may_grow());
    assert_eq!(last + 1, played.len());
    let whole = Tape::open(path).expect("opens");
    assert_eq!(reel.timeline(), &**whole.timeline());
    assert!(!reel.grow().expect("reads"));
}

/// A tick that is no tick is told and keeps its place.
#[test]
fn a_tick_that_cannot_be_is_told_in_its_place() {
    let (folder, path, _) = &*PLAYED;
    let odd = folder.path().join("odd.mcap");
    let mut ticks = 0;
    let mut edit = |topic: Topic, data: &mut Vec<u8>| {
        if topic == Topic::Tick {
            ticks += 1;
            if ticks == 301 {
                *data = b"{}".to_vec();
            }
        }
    };
    rewrite(path, &odd, &mut edit).expect("copies");
    let mut reel = reel(&odd);
    let seen = [299, 300, 301].map(|place| seen(&mut reel, place));
    let number = |of: &Seen| of.snapshot.latest.as_ref().expect("a tick").interlock.inputs.tick;
    assert_eq!(seen.each_ref().map(number), [300, 300, 302]);
    assert_eq!(seen.each_ref().map(|of| of.damaged.len()), [0, 1, 1]);
}

#[test]
fn what_cannot_be_played_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.mcap");
    let recorder = Recorder::create(&path, &support::header(Clock::Virtual)).expect("creates");
    recorder.finish(None).expect("finishes");
    let refused = |error: Option<PlayError>| error.expect("refused").to_string();
    let said = refused(Tape::open(&path).err());
    assert!(said.contains("empty.mcap: holds no tick"), "{said}");
    let error = Beside::open(&path).expect_err("refused");
    assert!(matches!(error, BesideError::Play(PlayError::NoTick(_))), "{error}");
    fs::write(&path, b"no recording").expect("writes");
    assert!(refused(Tape::open(&path).err()).contains("not an MCAP file"));
}

/// A file that is replaced under the player is told, and nothing is made up.
#[test]
fn a_recording_that_changed_is_refused() {
    let (folder, path, _) = &*PLAYED;
    let bytes = fs::read(path).expect("readable");
    let shrunk = folder.path().join("shrunk.mcap");
    fs::write(&shrunk, &bytes).expect("writes");
    let mut reel = reel(&shrunk);
    fs::write(&shrunk, &bytes[..bytes.len() / 3]).expect("writes");
    let last = reel.timeline().last();
    let error = loop {
        match reel.towards(last, 10_000) {
            Ok(there) => assert!(!there),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, PlayError::Changed), "{error}");
}

#[test]
fn a_second_recording_stands_in_time_from_rf_on() {
    let (_, path, played) = &*PLAYED;
    let beside = Beside::open(path).expect("opens");
    let tape = Tape::open(path).expect("opens");
    let rf_on = tape.timeline().first(MarkKind::RfOn).expect("RF");
    assert_eq!(beside.rf_on_us, tape.timeline().time_us(rf_on.place));
    assert_eq!(beside.length_us, tape.timeline().length_us());
    assert_eq!((beside.damaged, &beside.end), (0, &End::Finished));
    assert!(beside.samples.windows(2).all(|pair| pair[1].0 >= pair[0].0 + 200_000));
    for (us, tip) in &beside.samples {
        let at = &played[tape.timeline().at(*us)].snapshot;
        let telemetry = at.latest.as_ref().expect("a tick").interlock.inputs.telemetry;
        let report = telemetry.last().and_then(|t| t.channels.iter().next().copied());
        assert_eq!(report.and_then(|r| r.tip.valid()), Some(*tip), "at {us}");
    }
}

/// The lesion is as it was recorded, bit for bit.
#[test]
fn lesions_come_back_whole() {
    let (_, _, played) = &*PLAYED;
    let shown = played[600].snapshot.lesion.expect("one");
    let expected = rfa_session::LesionView { at: shown.at, ..support::lesion() };
    assert_eq!(LesionMessage::from(&shown), LesionMessage::from(&expected));
}
