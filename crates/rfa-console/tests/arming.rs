//! How a treatment is armed and started, and what refuses it.

mod common;

use common::{Scene, char_key, intends, stops};
use ratatui::crossterm::event::KeyCode;
use rfa_console::{App, Effect, Input, Screen, Symbols, Theme};
use rfa_interlock::{ArmRefusal, State};
use rfa_session::{Action, DeviceKind, OperatorName, Refused, StopSource};
use rfa_units::Footswitch;

const F5: KeyCode = KeyCode::F(5);

/// At the ARM dialog, its first half second over.
fn at_arm() -> Scene {
    let mut scene = Scene::ready();
    scene.send(char_key('A'));
    scene.later(600);
    scene
}

/// Armed by F5, the next half second over.
fn armed() -> Scene {
    let mut scene = at_arm();
    assert!(intends(&scene.press(F5), Action::Arm));
    scene.outputs.state = State::Armed;
    scene.show();
    scene.later(600);
    scene
}

#[test]
fn a_then_f5_arms_and_a_second_fresh_f5_starts() {
    let mut scene = armed();
    scene.says("ARMED: [ F5 ] STARTS RF");
    let effects = scene.press(F5);
    assert!(intends(&effects, Action::Start));
    let operator = OperatorName::new("demo");
    assert!(matches!(effects.first(), Some(Effect::Intent(i)) if i.operator == operator));
    scene.outputs.state = State::Delivering;
    scene.show();
    assert_eq!(scene.app.screen(), Screen::Live);
    assert!(!scene.drawn().contains("STARTING"), "the dialog closes with delivery");
}

#[test]
fn one_f5_never_does_both() {
    let mut scene = at_arm();
    scene.press(F5);
    scene.outputs.state = State::Armed;
    let effects = scene.show();
    assert!(effects.is_empty(), "the interlock's answer starts nothing: {effects:?}");
}

/// Decision 1 of hazards.md: with a footswitch fitted the key never starts.
#[test]
fn with_a_footswitch_f5_arms_but_never_starts() {
    let mut scene = Scene::ready();
    scene.snapshot.identity.footswitch = true;
    scene.telemetry.as_mut().expect("there").footswitch = Footswitch::Released;
    scene.show();
    scene.send(char_key('A'));
    scene.later(600);
    assert!(intends(&scene.press(F5), Action::Arm));
    scene.outputs.state = State::Armed;
    scene.show();
    scene.later(600);
    scene.says("ARMED: press and hold the FOOTSWITCH");
    scene.says("release pedal");
    for _ in 0..3 {
        assert!(!intends(&scene.press(F5), Action::Start));
        scene.later(700);
    }
    scene.says("a footswitch is fitted: press and hold it");
}

/// 0.5 s repeat filter: a held key arrives as many.
#[test]
fn a_held_f5_neither_arms_nor_starts() {
    let mut scene = Scene::ready();
    scene.press(F5);
    scene.send(char_key('A'));
    for _ in 0..100 {
        scene.wait_ms(30);
        let effects = scene.press(F5);
        assert!(effects.is_empty(), "a held key did {effects:?}");
    }
    scene.says("F5 held");
}

/// Keys typed before the dialog could be read are flushed.
#[test]
fn type_ahead_is_flushed_when_the_dialog_opens() {
    let mut scene = Scene::ready();
    scene.send(char_key('A'));
    for _ in 0..3 {
        assert!(scene.press(F5).is_empty());
    }
    scene.says("typed before the dialog could be read");
}

#[test]
fn the_code_does_what_f5_does_and_a_wrong_digit_starts_over() {
    let mut scene = at_arm();
    let code = |scene: &Scene| -> Vec<char> {
        let text = scene.drawn();
        let at = text.find("type ").expect("the code is shown");
        text[at + 5..at + 10].chars().filter(char::is_ascii_digit).collect()
    };
    let digits = code(&scene);
    assert_eq!(digits.len(), 3);
    scene.send(char_key(digits[0]));
    scene.send(char_key(digits[0]));
    assert!(scene.send(char_key(digits[1])).is_empty(), "after a wrong digit it starts over");
    assert!(scene.send(char_key(digits[2])).is_empty());
    scene.send(char_key(digits[0]));
    scene.send(char_key(digits[1]));
    assert!(intends(&scene.send(char_key(digits[2])), Action::Arm));
    scene.outputs.state = State::Armed;
    scene.show();
    scene.later(600);
    let next = code(&scene);
    assert_ne!(next, digits, "each act has its own code");
    next[..2].iter().for_each(|digit| {
        scene.send(char_key(*digit));
    });
    scene.send(Input::Paste("x".to_string()));
    assert!(scene.send(char_key(next[2])).is_empty(), "a paste clears what was typed");
    let effects: Vec<Effect> = next.iter().flat_map(|digit| scene.send(char_key(*digit))).collect();
    assert!(intends(&effects, Action::Start));
}

#[test]
fn ten_seconds_close_the_dialog_and_disarm() {
    let mut scene = at_arm();
    scene.wait_ms(9_500);
    let effects = scene.send(Input::Tick);
    assert!(effects.is_empty(), "nothing was armed yet: {effects:?}");
    scene.says("10 s passed: not armed");

    let mut scene = armed();
    for _ in 0..95 {
        scene.later(100);
    }
    let effects = scene.show();
    assert!(!intends(&effects, Action::Start) && !scene.drawn().contains("STARTS RF"));
    let mut scene = armed();
    scene.wait_ms(9_500);
    let effects = scene.press(F5);
    assert!(intends(&effects, Action::Stop(StopSource::TimeLimit)), "{effects:?}");
    assert!(!intends(&effects, Action::Start), "too late is too late");
}

#[test]
fn enter_cancels_and_disarms_and_starts_nothing() {
    let mut scene = at_arm();
    assert!(scene.press(KeyCode::Enter).is_empty());
    scene.says("cancelled: not armed");
    let mut scene = armed();
    let effects = scene.press(KeyCode::Enter);
    assert!(stops(&effects) && effects.len() == 1, "{effects:?}");
}

#[test]
fn no_energy_key_lives_where_the_screen_cannot_be_drawn() {
    let mut scene = Scene::ready();
    scene.send(Input::Resize(59, 20));
    scene.size = (59, 20);
    assert!(scene.send(char_key('A')).is_empty());
    scene.says("window too small");
    scene.send(Input::Resize(80, 24));
    scene.size = (80, 24);
    scene.later(600);
    assert!(scene.press(F5).is_empty(), "the A of the small page opened nothing");

    let mut scene = armed();
    let effects = scene.send(Input::Resize(48, 15));
    assert!(stops(&effects), "shrinking while armed disarms");
    // Before any size is known nothing lives either.
    let mut app = App::new(common::config(Theme::Dark, Symbols::Ascii));
    assert!(app.update(char_key('A'), scene.now).is_empty());
}

#[test]
fn every_refusal_to_arm_says_why() {
    let mut scene = Scene::new((80, 24));
    scene.send(char_key('A'));
    scene.says("> sign in first: press s");
    scene.send(Input::SignInResult(OperatorName::new("km")));
    scene.send(char_key('A'));
    scene.says("> checklist: 6 rows still to confirm on screen 1");
    let mut scene = Scene::ready();
    let states = [
        (State::SelfTest, "self-test has not passed"),
        (State::Armed, "already armed"),
        (State::Delivering, "RF is on"),
        (State::Stopping, "wait until RF is measured off"),
        (State::Tripped, "tripped: c acknowledges"),
        (State::Lockout, "locked out"),
    ];
    for (state, why) in states {
        scene.outputs.state = state;
        scene.show();
        assert!(!stops(&scene.send(char_key('A'))));
        scene.says(why);
    }
    scene.outputs.state = State::Idle;
    scene.outputs.complete = true;
    scene.show();
    scene.send(char_key('A'));
    scene.says("every step of the plan is complete");
    scene.wait_ms(400);
    scene.send(char_key('A'));
    scene.says("no fresh report of the safety monitor");
}

/// H-52: a recording cannot be armed.
#[test]
fn a_replay_cannot_be_armed() {
    let mut scene = Scene::ready();
    scene.snapshot.identity.kind = DeviceKind::Replay;
    scene.show();
    scene.send(char_key('A'));
    scene.says("a recording is shown");
    scene.says("REPLAY");
    scene.later(600);
    assert!(scene.press(F5).is_empty());
}

#[test]
fn the_interlocks_own_refusal_is_shown_in_words() {
    let mut scene = at_arm();
    scene.press(F5);
    let tick = 1_000_000;
    scene.snapshot.refusal = Some(Refused { tick, reason: ArmRefusal::EmergencyStop });
    scene.show();
    scene.says("> refused: the emergency stop is pressed");
    assert!(!scene.drawn().contains("ARMING"), "the dialog closes");
    scene.wait_ms(6_100);
    scene.show();
    assert!(!scene.drawn().contains("> refused"), "it is said once");
}

/// What is not known to be armed is not started.
#[test]
fn a_start_needs_a_fresh_report() {
    let mut scene = armed();
    scene.wait_ms(301);
    let effects = scene.press(F5);
    assert!(stops(&effects) && !intends(&effects, Action::Start), "{effects:?}");
    scene.says("> no fresh report of the safety monitor");
    scene.says("ALARMS NOT KNOWN");
    let mut scene = at_arm();
    scene.wait_ms(301);
    assert!(scene.press(F5).is_empty());
}

#[test]
fn arming_without_an_answer_ends_in_a_stop() {
    let mut scene = at_arm();
    scene.press(F5);
    scene.wait_ms(2_000);
    assert!(intends(&scene.send(Input::Tick), Action::Stop(StopSource::TimeLimit)));
    scene.says("no answer from the safety monitor");
}
