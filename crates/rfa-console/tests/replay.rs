//! The console over a recording: what it shows.

mod common;
#[path = "common/player.rs"]
mod player;

use common::Scene;
use player::{Shown, at, warmer};
use ratatui::crossterm::event::KeyCode;
use rfa_console::{ReplayBeside, Symbols, Theme};
use rfa_session::playback::{Command, Direction, Player, Timeline};
use rfa_session::{Action, Answer, Finding, Intent};
use rfa_units::HostInstant;
use std::sync::Arc;

const SIZES: [(u16, u16); 6] = [(80, 24), (100, 30), (120, 40), (140, 40), (60, 20), (48, 15)];

fn name(what: &str, size: (u16, u16)) -> String {
    format!("{what}-{}x{}", size.0, size.1)
}

#[test]
fn in_the_hold_at_every_size() {
    for size in SIZES.into_iter().chain([(20, 3)]) {
        insta::assert_snapshot!(name("hold", size), Shown::seek(size, 40).drawn());
    }
}

#[test]
fn every_screen() {
    for digit in ['1', '5', '6', '7'] {
        for size in [(80, 24), (140, 40)] {
            let mut shown = Shown::seek(size, 40);
            shown.press(KeyCode::Char(digit));
            insta::assert_snapshot!(name(&format!("screen-{digit}"), size), shown.drawn());
        }
    }
}

#[test]
fn a_trip_in_a_range_that_loops() {
    for size in [(80, 24), (120, 40)] {
        let mut shown = Shown::new(size);
        shown.command(Command::Seek(50_000_000));
        shown.command(Command::RangeBegins);
        shown.command(Command::Loop);
        shown.command(Command::Speed(Direction::Back));
        shown.command(Command::End);
        let text = shown.drawn();
        for word in ["REPLAY", "LOOP", "0.5 x", "[0:47 to 1:04]"] {
            assert!(text.contains(word), "{word:?} is missing at {size:?}:\n{text}");
        }
        insta::assert_snapshot!(name("trip", size), text);
    }
}

#[test]
fn a_second_recording_stands_in_the_same_trend() {
    for (size, symbols) in
        [((80, 24), Symbols::Braille), ((140, 40), Symbols::Braille), ((80, 24), Symbols::Ascii)]
    {
        let mut shown = Shown::with(size, Theme::Dark, symbols, Some(warmer()));
        shown.command(Command::Seek(40_000_000));
        let text = shown.drawn();
        assert!(text.contains("beside 0:41 66.0 C"), "{text}");
        let look = if symbols == Symbols::Ascii { "-ascii" } else { "" };
        insta::assert_snapshot!(format!("{}{look}", name("beside", size)), text);
        // Before it began and when it is over it has no temperature.
        shown.command(Command::End);
        assert!(shown.drawn().contains("beside: over"), "{}", shown.drawn());
        let late = ReplayBeside { ahead_us: -50_000_000, ..warmer() };
        let torn = ReplayBeside { trouble: Some("UNFINISHED".to_owned()), ..late };
        let mut shown = Shown::with(size, Theme::Dark, symbols, Some(torn));
        shown.command(Command::Seek(40_000_000));
        assert!(shown.drawn().contains("beside: not begun UNFINISHED"), "{}", shown.drawn());
    }
}

#[test]
fn the_help_lists_what_lives_here() {
    let mut shown = Shown::seek((80, 40), 40);
    shown.press(KeyCode::Char('?'));
    let text = shown.drawn();
    for word in ["play, pause", "one tick back", "go to a time", "no key acts on a generator"] {
        assert!(text.contains(word), "{word:?} is missing:\n{text}");
    }
    for word in ["arm the next step", "acknowledge", "sign in", "STOP: RF off", "STOP first"] {
        assert!(!text.contains(word), "{word:?} does nothing here:\n{text}");
    }
    assert_eq!(shown.press(KeyCode::Esc), None);
    assert!(!shown.drawn().contains("play, pause"), "Esc closes");
}

/// REPLAY, time, speed and keys stand on every screen and size; STOP nowhere.
#[test]
fn replay_is_on_every_frame() {
    for size in SIZES {
        for digit in ['1', '2', '5', '6', '7'] {
            let mut shown = Shown::seek(size, 40);
            shown.press(KeyCode::Char(digit));
            let text = shown.drawn();
            for word in ["REPLAY", "PAUSED", "0:40.00", "1 x"] {
                assert!(text.contains(word), "{word:?} on {digit} at {size:?}:\n{text}");
            }
            let keys = size.0 < 60 || (text.contains("Space play") && text.contains("q quit"));
            assert!(keys, "{digit} at {size:?}:\n{text}");
            assert!(!text.contains("STOP RF"), "{digit} at {size:?}:\n{text}");
        }
    }
}

/// Whatever the size, nothing breaks, and where there is a bar it says REPLAY.
#[test]
fn any_size_is_drawn() {
    let mut shown = Shown::with((140, 40), Theme::Mono, Symbols::Ascii, Some(warmer()));
    shown.command(Command::Seek(40_000_000));
    for (width, height) in (1..150).step_by(7).flat_map(|w| (1..60).step_by(3).map(move |h| (w, h)))
    {
        shown.size = (width, height);
        shown.replay.resize(width, height);
        let text = shown.drawn();
        assert!(text.is_ascii(), "{width}x{height}:\n{text}");
        assert!(width < 8 || text.contains("REPLAY"), "{width}x{height}:\n{text}");
    }
}

/// A recording that is being written says where it stands, and grows under the player.
#[test]
fn a_growing_recording_is_followed() {
    let mut shown = Shown::new((80, 24));
    let (whole, half) = (Arc::clone(&shown.timeline), shown.snapshots.len() / 2);
    let mut timeline = Timeline::default();
    (0..half).for_each(|place| assert!(timeline.push(whole.time_us(place))));
    shown.timeline = Arc::new(timeline);
    shown.player = Player::new(&shown.timeline);
    let wall = shown.wall;
    shown.replay.grown(Arc::clone(&shown.timeline), Some("GROWING".to_owned()), wall);
    shown.player.set_growing(true, &shown.timeline);
    shown.command(Command::End);
    shown.command(Command::Toggle);
    let text = shown.drawn();
    assert!(text.contains("REPLAY  FOLLOWING  ") && text.contains("GROWING"), "{text}");
    assert!(!text.contains("NO DATA"), "{text}");
    // Nothing comes for longer than a chunk takes: what is shown grows old.
    shown.wall = HostInstant::from_micros(wall.as_micros() + 4_500_000);
    let text = shown.drawn();
    let silent = "nothing new in the recording for 4 s: what goes on is not known";
    for word in ["FOLLOWING, nothing new for 4 s", silent] {
        assert!(text.contains(word), "{word:?}: {text}");
    }
    // Whoever pauses knows no more, and nothing is made up that the operator was not told.
    shown.command(Command::Pause);
    let text = shown.drawn();
    assert!(text.contains(silent) && !text.contains("NO DATA"), "{text}");
    shown.command(Command::Toggle);
    shown.timeline = whole;
    shown.player.grown(half - 1, &shown.timeline);
    shown.player.set_growing(false, &shown.timeline);
    shown.replay.grown(Arc::clone(&shown.timeline), None, shown.wall);
    shown.follow();
    let (grown, mut played) = (shown.drawn(), Shown::new((80, 24)));
    played.command(Command::End);
    assert!(grown == played.drawn(), "{grown}");
}

/// Back at a tick everything is drawn as it was, and on from there as it was.
#[test]
fn what_was_kept_is_shown_again() {
    for digit in ['1', '2', '5', '6', '7'] {
        let mut shown = Shown::new((120, 40));
        shown.press(KeyCode::Char(digit));
        shown.command(Command::Seek(20_000_000));
        let found = Intent { action: Action::Found(Finding::TooFar), operator: None };
        let end = Intent { action: Action::SensoryCheck(Answer::End), operator: None };
        let (kept, before) = (shown.replay.keep(), shown.drawn());
        let (player, told) = (shown.player, shown.told);
        shown.command(Command::End);
        let last = shown.drawn();
        let now = at(&shown.snapshots[shown.told - 1]);
        [found, end].iter().for_each(|intent| shown.replay.intent(now, intent));
        shown.replay.damaged("recording damaged at byte 9");
        assert_ne!(shown.drawn(), before);
        shown.replay.back_to(Some(&kept));
        (shown.player, shown.told) = (player, told);
        shown.follow();
        assert_eq!(shown.drawn(), before, "{digit}");
        shown.command(Command::End);
        assert_eq!(shown.drawn(), last, "{digit}");
        shown.replay.back_to(None);
        shown.told = 0;
        shown.follow();
        assert_eq!(shown.drawn(), last, "from the start");
    }
}

#[test]
fn what_was_asked_and_what_is_damaged_is_in_the_log() {
    let mut shown = Shown::seek((80, 24), 40);
    let now = at(&shown.snapshots[shown.told - 1]);
    for action in [Action::Mark, Action::Found(Finding::TooFar), Action::Quit, Action::Arm] {
        shown.replay.intent(now, &Intent { action, operator: None });
    }
    shown.replay.damaged("recording damaged at byte 9: its CRC is wrong");
    shown.press(KeyCode::Char('5'));
    let text = shown.drawn();
    for word in ["marker", Finding::TooFar.text(), "console ended", "damaged at byte 9"] {
        assert!(text.contains(word), "{word:?} is missing:\n{text}");
    }
}

/// While the player plays on over a gap the readings grow old, as they did.
#[test]
fn a_gap_is_shown_as_one() {
    let mut shown = Shown::new((80, 24));
    // The check: five seconds between two ticks.
    let gap = (1..shown.snapshots.len())
        .find(|n| shown.timeline.time_us(*n) - shown.timeline.time_us(n - 1) > 4_000_000)
        .expect("a gap");
    shown.command(Command::Seek(shown.timeline.time_us(gap - 1)));
    shown.command(Command::Toggle);
    shown.player.advance(HostInstant::from_micros(0), &shown.timeline.clone());
    for n in 1..=4 {
        shown.player.advance(HostInstant::from_micros(n * 200_000), &shown.timeline.clone());
    }
    shown.follow();
    let text = shown.drawn();
    assert!(text.contains("PLAYING") && text.contains("NO DATA 0.8 s"), "{text}");
}

/// At a hundred times the speed an alarm's rhythm would flicker: it is steady.
#[test]
fn an_alarm_does_not_flash_over_a_recording() {
    let mut shown = Shown::new((80, 24));
    shown.command(Command::End);
    let colour = |shown: &mut Shown| shown.terminal().backend().buffer()[(2, 0)].style();
    let first = colour(&mut shown);
    for _ in 0..20 {
        shown.player.command(Command::Step(Direction::Back), &shown.timeline);
        let (place, last) = (shown.player.place(), shown.snapshots.len());
        shown.replay.back_to(None);
        shown.told = place;
        assert!(place + 21 >= last);
        shown.follow();
        assert_eq!(colour(&mut shown), first, "at {place}");
    }
    // The same moments in a treatment.
    let mut scene = Scene::new((80, 24));
    scene.trip();
    let looks = |scene: &Scene| {
        common::draw(&scene.app, scene.size, scene.now).backend().buffer()[(2, 0)].style()
    };
    let lit = looks(&scene);
    scene.wait_ms(250);
    assert_ne!(looks(&scene), lit, "in a treatment it flashes");
}

/// A trend that is frozen stays so after a step back to behind its moment, and not before it.
#[test]
fn a_frozen_trend_survives_a_step_back() {
    let mut shown = Shown::seek((80, 24), 30);
    shown.press(KeyCode::Char('f'));
    assert!(shown.drawn().contains("FROZEN 0 s ago"), "{}", shown.drawn());
    shown.command(Command::Seek(35_000_000));
    assert!(shown.drawn().contains("FROZEN 5 s ago"), "{}", shown.drawn());
    let back_to = |shown: &mut Shown, s: u64| {
        shown.replay.back_to(None);
        shown.told = 0;
        shown.command(Command::Seek(s * 1_000_000));
        shown.drawn()
    };
    let text = back_to(&mut shown, 33);
    assert!(text.contains("FROZEN 3 s ago"), "{text}");
    let text = back_to(&mut shown, 20);
    assert!(text.contains("> the trend is no longer frozen") && !text.contains("FROZEN"), "{text}");
}
