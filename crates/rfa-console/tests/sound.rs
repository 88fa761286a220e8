//! The alarm sound on screen: what plays it, that nothing does, and its pause.

mod common;

use common::{Scene, char_key};
use ratatui::crossterm::event::KeyCode;
use rfa_console::{Effect, Input, Sound};
use rfa_units::Span;

const SIZES: [(u16, u16); 3] = [(60, 20), (80, 24), (120, 40)];

fn sound(player: Result<&str, &str>, pause_left: Option<Span>) -> Input {
    let player = player.map(str::to_owned).map_err(str::to_owned);
    Input::Sound(Sound { player, pause_left })
}

/// H-46: absence is itself shown, on every screen and size that has a state row.
#[test]
fn no_sound_is_shown_everywhere() {
    for size in SIZES {
        for digit in ['1', '2', '5', '6', '7'] {
            let mut scene = Scene::new(size);
            scene.prepare();
            scene.deliver(15, 12);
            scene.send(char_key(digit));
            assert!(!scene.drawn().contains("NO SOUND"), "not known yet");
            scene.send(sound(Err("no pw-cat, pacat, aplay here"), None));
            assert!(scene.drawn().contains("NO SOUND"), "{digit} at {size:?}:\n{}", scene.drawn());
        }
    }
}

/// Setup names the player, or why there is none; the plan's rows keep their place.
#[test]
fn setup_says_what_is_heard() {
    for (size, name) in SIZES.into_iter().zip(["60x20", "80x24", "120x40"]) {
        let mut scene = Scene::new(size);
        scene.prepare();
        scene.send(char_key('1'));
        scene.send(sound(Err("no pw-cat, pacat, aplay here"), None));
        let text = scene.drawn();
        assert!(text.contains("Sound        not heard: no pw-cat"), "{text}");
        insta::assert_snapshot!(format!("setup-no-sound-{name}"), text);
    }
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene.send(char_key('1'));
    scene.send(sound(Ok("pw-cat"), None));
    assert!(scene.drawn().contains("alarms and activation tone through pw-cat"));
}

/// A pause is shown with what is left of it (console.md section 1).
#[test]
fn a_pause_is_asked_for_and_counts_down() {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene.trip();
    assert_eq!(scene.send(char_key('z')), [Effect::PauseSound]);
    scene.send(Input::SoundPaused("alarm sound paused for 120 s"));
    assert!(scene.drawn().contains("alarm sound paused for 120 s"));
    for (left_ms, shown) in [(120_000, "PAUSED 2:00"), (60_500, "PAUSED 1:01"), (1, "PAUSED 0:01")]
    {
        scene.send(sound(Ok("aplay"), Some(Span::from_millis(left_ms))));
        assert!(scene.drawn().contains(shown), "{shown}:\n{}", scene.drawn());
    }
    scene.send(sound(Ok("aplay"), None));
    assert!(!scene.drawn().contains("PAUSED"));
    // The log keeps who did what when.
    scene.send(char_key('5'));
    assert!(scene.drawn().contains("alarm sound paused"));
}

/// Where nothing but STOP has room, the sound can still be paused, and STOP stays STOP.
#[test]
fn the_pause_key_lives_when_the_window_is_small() {
    let mut scene = Scene::new((20, 3));
    scene.prepare();
    assert_eq!(scene.send(char_key('z')), [Effect::PauseSound]);
    assert!(common::stops(&scene.press(KeyCode::Esc)));
}
