//! What an operator does, key by key.

mod common;

use common::{Scene, char_key, intends, stops};
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rfa_console::{App, Effect, Input, Screen, Symbols, Theme};
use rfa_interlock::{AlarmId, AlarmSet, ArmRefusal, State};
use rfa_session::{Action, Answer, DeviceKind, Finding, OperatorName, Refused, StopSource};
use rfa_units::{Footswitch, MilliCelsius};
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

const F5: KeyCode = KeyCode::F(5);

fn ready() -> Scene {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    scene
}

/// At the ARM dialog, its first half second over.
fn at_arm() -> Scene {
    let mut scene = ready();
    scene.send(char_key('A'));
    later(&mut scene, 600);
    scene
}

/// Armed by F5, the next half second over.
fn armed() -> Scene {
    let mut scene = at_arm();
    assert!(intends(&scene.press(F5), Action::Arm));
    scene.outputs.state = State::Armed;
    scene.show();
    later(&mut scene, 600);
    scene
}

fn later(scene: &mut Scene, ms: u64) {
    scene.wait_ms(ms);
    scene.show();
}

/// Whether the screen says `words`.
fn says(scene: &Scene, words: &str) {
    let text = scene.drawn();
    assert!(text.contains(words), "{words:?} is missing:\n{text}");
}

#[test]
fn a_then_f5_arms_and_a_second_fresh_f5_starts() {
    let mut scene = armed();
    says(&scene, "ARMED: [ F5 ] STARTS RF");
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
    let mut scene = ready();
    scene.snapshot.identity.footswitch = true;
    scene.telemetry.as_mut().expect("there").footswitch = Footswitch::Released;
    scene.show();
    scene.send(char_key('A'));
    later(&mut scene, 600);
    assert!(intends(&scene.press(F5), Action::Arm));
    scene.outputs.state = State::Armed;
    scene.show();
    later(&mut scene, 600);
    says(&scene, "ARMED: press and hold the FOOTSWITCH");
    says(&scene, "release pedal");
    for _ in 0..3 {
        assert!(!intends(&scene.press(F5), Action::Start));
        later(&mut scene, 700);
    }
    says(&scene, "a footswitch is fitted: press and hold it");
}

/// 0.5 s repeat filter: a held key arrives as many.
#[test]
fn a_held_f5_neither_arms_nor_starts() {
    let mut scene = ready();
    scene.press(F5);
    scene.send(char_key('A'));
    for _ in 0..100 {
        scene.wait_ms(30);
        let effects = scene.press(F5);
        assert!(effects.is_empty(), "a held key did {effects:?}");
    }
    says(&scene, "F5 held");
}

/// Keys typed before the dialog could be read are flushed.
#[test]
fn type_ahead_is_flushed_when_the_dialog_opens() {
    let mut scene = ready();
    scene.send(char_key('A'));
    for _ in 0..3 {
        assert!(scene.press(F5).is_empty());
    }
    says(&scene, "typed before the dialog could be read");
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
    later(&mut scene, 600);
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
    says(&scene, "10 s passed: not armed");

    let mut scene = armed();
    for _ in 0..95 {
        later(&mut scene, 100);
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
    says(&scene, "cancelled: not armed");
    let mut scene = armed();
    let effects = scene.press(KeyCode::Enter);
    assert!(stops(&effects) && effects.len() == 1, "{effects:?}");
}

#[test]
fn no_energy_key_lives_where_the_screen_cannot_be_drawn() {
    let mut scene = ready();
    scene.send(Input::Resize(59, 20));
    scene.size = (59, 20);
    assert!(scene.send(char_key('A')).is_empty());
    says(&scene, "window too small");
    scene.send(Input::Resize(80, 24));
    scene.size = (80, 24);
    later(&mut scene, 600);
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
    says(&scene, "> sign in first: press s");
    scene.send(Input::SignInResult(OperatorName::new("km")));
    scene.send(char_key('A'));
    says(&scene, "> checklist: 6 rows still to confirm on screen 1");
    let mut scene = ready();
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
        says(&scene, why);
    }
    scene.outputs.state = State::Idle;
    scene.outputs.complete = true;
    scene.show();
    scene.send(char_key('A'));
    says(&scene, "every step of the plan is complete");
    scene.wait_ms(400);
    scene.send(char_key('A'));
    says(&scene, "no fresh report of the safety monitor");
}

/// H-52: a recording cannot be armed.
#[test]
fn a_replay_cannot_be_armed() {
    let mut scene = ready();
    scene.snapshot.identity.kind = DeviceKind::Replay;
    scene.show();
    scene.send(char_key('A'));
    says(&scene, "a recording is shown");
    says(&scene, "REPLAY");
    later(&mut scene, 600);
    assert!(scene.press(F5).is_empty());
}

#[test]
fn the_interlocks_own_refusal_is_shown_in_words() {
    let mut scene = at_arm();
    scene.press(F5);
    let tick = 1_000_000;
    scene.snapshot.refusal = Some(Refused { tick, reason: ArmRefusal::EmergencyStop });
    scene.show();
    says(&scene, "> refused: the emergency stop is pressed");
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
    says(&scene, "> no fresh report of the safety monitor");
    says(&scene, "ALARMS NOT KNOWN");
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
    says(&scene, "no answer from the safety monitor");
}

/// H-48: two acts, the second only after the first has arrived.
#[test]
fn acknowledge_then_reset_and_neither_without_a_person() {
    let mut scene = Scene::new((80, 24));
    scene.trip();
    assert!(scene.send(char_key('c')).is_empty());
    says(&scene, "> sign in first");
    scene.send(Input::SignInResult(OperatorName::new("km")));
    assert!(scene.send(char_key('r')).is_empty());
    says(&scene, "> acknowledge the alarm first");
    assert!(intends(&scene.send(char_key('c')), Action::Acknowledge));
    assert!(scene.send(char_key('r')).is_empty(), "not before it has arrived");
    scene.outputs.acknowledged = true;
    scene.show();
    assert!(intends(&scene.send(char_key('r')), Action::Reset));
    scene.outputs.state = State::Lockout;
    scene.show();
    assert!(scene.send(char_key('r')).is_empty());
    says(&scene, "> locked out");
}

#[test]
fn the_check_opens_by_itself_and_needs_a_finding_before_going_on() {
    let mut scene = ready();
    scene.deliver(15, 60);
    scene.gate();
    says(&scene, "CHECK before step 2 of 4: 65 C for 60 s");
    assert!(scene.send(char_key('g')).is_empty());
    says(&scene, "> pick what was found first");
    scene.send(char_key('2'));
    let effects = scene.send(char_key('g'));
    assert!(intends(&effects, Action::Found(Finding::Reduced)));
    assert!(intends(&effects, Action::SensoryCheck(Answer::GoOn)));
    assert_eq!(effects.len(), 2, "a check passed starts nothing: {effects:?}");
}

#[test]
fn ending_at_the_check_asks_twice_and_leaves_nothing_to_arm() {
    let mut scene = ready();
    scene.deliver(15, 60);
    scene.gate();
    assert!(scene.send(char_key('e')).is_empty());
    assert!(intends(&scene.send(char_key('e')), Action::SensoryCheck(Answer::End)));
    assert_eq!(scene.app.screen(), Screen::Review);
    scene.send(char_key('A'));
    says(&scene, "> the treatment was ended at the check");
}

#[test]
fn a_stop_in_the_check_closes_it_and_g_opens_it_again() {
    let mut scene = ready();
    scene.deliver(15, 60);
    scene.gate();
    assert!(stops(&scene.press(KeyCode::Esc)));
    assert!(!scene.drawn().contains("CHECK before"));
    scene.send(char_key('g'));
    says(&scene, "CHECK before step 2");
}

/// Whatever can be a PIN can be typed here, and what cannot be typed is said.
#[test]
fn the_longest_pin_goes_in_whole() {
    let longest = "~!Aa0123456789zZ";
    assert!(rfa_session::is_pin(longest) && longest.len() == rfa_session::PIN_LEN_MAX);
    let mut scene = Scene::new((80, 24));
    scene.send(char_key('s'));
    for c in longest.chars() {
        scene.send(char_key(c));
    }
    scene.send(char_key('x'));
    says(&scene, "> 16 characters at most");
    scene.send(char_key('ä'));
    says(&scene, "> only ASCII letters, digits and signs");
    let effects = scene.press(KeyCode::Enter);
    let pin = effects.iter().find_map(|effect| match effect {
        Effect::SignIn { pin, .. } => Some(pin.as_str()),
        _ => None,
    });
    assert_eq!(pin, Some(longest));
}

#[test]
fn signing_in_masks_the_pin_and_sends_it_once() {
    let mut scene = Scene::new((80, 24));
    scene.send(char_key('s'));
    "9876".chars().for_each(|c| {
        scene.send(char_key(c));
    });
    says(&scene, "PIN       ****_");
    assert!(!scene.drawn().contains("9876") && !format!("{:?}", scene.app).contains("9876"));
    let effects = scene.press(KeyCode::Enter);
    let sent = Effect::SignIn { operator: "demo".to_string(), pin: "9876".to_string() };
    assert!(!format!("{effects:?}").contains("9876"), "no log may show a PIN");
    assert_eq!(effects, [sent]);
    assert!(scene.press(KeyCode::Enter).is_empty(), "not twice");
    scene.send(Input::SignInResult(None));
    says(&scene, "> name or PIN is not right");
    scene.send(Input::SignInResult(OperatorName::new("demo")));
    assert_eq!(scene.app.operator(), OperatorName::new("demo"));
}

/// Space always means STOP where RF can be on: there is no text field then.
#[test]
fn no_text_field_while_armed_or_rf_is_on() {
    for state in [State::Armed, State::Delivering, State::Stopping] {
        let mut scene = Scene::new((80, 24));
        scene.send(char_key('s'));
        scene.outputs.state = state;
        scene.show();
        assert!(!scene.drawn().contains("SIGN IN"), "{state:?} closes it");
        scene.send(char_key('s'));
        says(&scene, "> no sign-in while armed or RF is on");
    }
    let mut scene = Scene::new((80, 24));
    scene.send(char_key('s'));
    assert!(stops(&scene.send(char_key(' '))), "Space stops in the dialog, too");
}

#[test]
fn quitting_with_rf_on_stops_first_and_then_asks() {
    let mut scene = ready();
    scene.deliver(15, 5);
    let effects = scene.send(char_key('q'));
    assert!(stops(&effects) && !effects.contains(&Effect::Quit), "{effects:?}");
    says(&scene, "QUIT ?");
    scene.press(KeyCode::Enter);
    scene.off(State::Idle);
    scene.show();
    assert!(scene.send(char_key('q')).is_empty());
    let effects = scene.send(char_key('q'));
    assert!(intends(&effects, Action::Quit));
    assert_eq!(effects.last(), Some(&Effect::Quit));
}

#[test]
fn ctrl_c_stops_each_time_and_twice_asks_to_quit() {
    let mut scene = ready();
    let ctrl_c = || Input::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert!(stops(&scene.send(ctrl_c())));
    assert!(!scene.drawn().contains("QUIT ?"));
    assert!(stops(&scene.send(ctrl_c())));
    says(&scene, "QUIT ?");
    assert!(stops(&scene.send(ctrl_c())));
}

#[test]
fn the_checklist_is_reported_when_complete_and_when_no_longer() {
    let mut scene = Scene::new((80, 24));
    for _ in 0..5 {
        assert!(scene.press(KeyCode::Enter).is_empty());
    }
    assert!(intends(&scene.press(KeyCode::Enter), Action::Checklist { complete: true }));
    let effects = scene.press(KeyCode::Enter);
    assert!(intends(&effects, Action::Checklist { complete: false }));
    scene.outputs.state = State::Armed;
    scene.show();
    assert!(scene.press(KeyCode::Enter).is_empty());
    says(&scene, "the checklist cannot change while armed");
}

#[test]
fn a_frozen_trend_is_labelled_and_ends_by_itself_or_on_an_alarm() {
    let frozen = || {
        let mut scene = ready();
        scene.deliver(15, 5);
        scene.send(char_key('f'));
        later(&mut scene, 2_000);
        says(&scene, "FROZEN 2 s ago");
        says(&scene, "60.0 C");
        scene
    };
    let mut scene = frozen();
    later(&mut scene, 28_000);
    assert!(!scene.drawn().contains("FROZEN"));
    let mut scene = frozen();
    scene.outputs.active = AlarmSet::NONE.with(AlarmId::Al25);
    scene.show();
    assert!(!scene.drawn().contains("FROZEN"));
}

#[test]
fn highest_alarm_first_and_all_of_them_explained() {
    let mut scene = ready();
    let alarms = AlarmSet::NONE.with(AlarmId::Al25).with(AlarmId::Al14).with(AlarmId::Al18);
    scene.outputs.state = State::Tripped;
    scene.outputs.active = alarms;
    scene.show();
    says(&scene, "*** HIGH EMERGENCY STOP");
    says(&scene, "1 of 3");
    scene.send(char_key('x'));
    says(&scene, "AL-18 EMERGENCY STOP");
    says(&scene, "more below");
}

/// H-36: a plan hotter than usual has one row more.
#[test]
fn a_hot_plan_is_asked_twice() {
    let mut spec = common::plan().spec();
    let hot = MilliCelsius::saturating(80_000);
    spec.limits.set_max = hot;
    let mut steps = rfa_units::Bounded::new();
    for step in spec.steps.iter() {
        let set = if step.set == MilliCelsius::saturating(75_000) { hot } else { step.set };
        steps.push(rfa_plan::StepSpec { set, ..*step }).expect("as many as before");
    }
    spec.steps = steps;
    let mut config = common::config(Theme::Dark, Symbols::Braille);
    config.plan = rfa_plan::Plan::new(spec).expect("a plan");
    let app = App::new(config);
    let scene = Scene::new((80, 24));
    let text = common::draw(&app, (80, 24), scene.now).backend().to_string();
    assert!(text.contains("Hot set") && text.contains("80 C is above the usual"), "{text}");
}

/// What a terminal was sent.
#[derive(Clone, Default)]
struct Sent(Rc<RefCell<Vec<u8>>>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A frame reaches the terminal whole: begin, content, end.
#[test]
fn a_frame_is_one_synchronized_update() {
    let scene = ready();
    let sent = Sent::default();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, 80, 24)) };
    let backend = CrosstermBackend::new(sent.clone());
    let mut terminal = Terminal::with_options(backend, options).expect("memory");
    rfa_console::terminal::draw(&mut terminal, &scene.app, scene.now).expect("memory");
    let text = String::from_utf8_lossy(&sent.0.borrow()).into_owned();
    let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what:?} is missing"));
    let (begin, stop, end) = (place("\x1b[?2026h"), place("STOP"), place("\x1b[?2026l"));
    assert!(begin < stop && stop < end, "{begin} {stop} {end}");
}

#[test]
fn an_unbound_key_says_so() {
    let mut scene = ready();
    scene.send(char_key('Z'));
    says(&scene, "> this key does nothing here");
    scene.send(Input::Paste("A".to_string()));
    says(&scene, "> pasted text is refused");
}
