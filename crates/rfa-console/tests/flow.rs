//! What an operator does, key by key: alarms, checks, signing in, leaving.

mod common;

use common::{Scene, char_key, intends, stops};
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use rfa_console::{App, Effect, Input, Screen, Symbols, Theme};
use rfa_interlock::{AlarmId, AlarmSet, State};
use rfa_session::{Action, Answer, Finding, OperatorName};
use rfa_units::MilliCelsius;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// H-48: two acts, the second only after the first has arrived.
#[test]
fn acknowledge_then_reset_and_neither_without_a_person() {
    let mut scene = Scene::new((80, 24));
    scene.trip();
    assert!(scene.send(char_key('c')).is_empty());
    scene.says("> sign in first");
    scene.send(Input::SignInResult(OperatorName::new("km")));
    assert!(scene.send(char_key('r')).is_empty());
    scene.says("> acknowledge the alarm first");
    assert!(intends(&scene.send(char_key('c')), Action::Acknowledge));
    assert!(scene.send(char_key('r')).is_empty(), "not before it has arrived");
    scene.outputs.acknowledged = true;
    scene.show();
    assert!(intends(&scene.send(char_key('r')), Action::Reset));
    scene.outputs.state = State::Lockout;
    scene.show();
    assert!(scene.send(char_key('r')).is_empty());
    scene.says("> locked out");
}

#[test]
fn the_check_opens_by_itself_and_needs_a_finding_before_going_on() {
    let mut scene = Scene::ready();
    scene.deliver(15, 60);
    scene.gate();
    scene.says("CHECK before step 2 of 4: 65 C for 60 s");
    assert!(scene.send(char_key('g')).is_empty());
    scene.says("> pick what was found first");
    scene.send(char_key('2'));
    let effects = scene.send(char_key('g'));
    assert!(intends(&effects, Action::Found(Finding::Reduced)));
    assert!(intends(&effects, Action::SensoryCheck(Answer::GoOn)));
    assert_eq!(effects.len(), 2, "a check passed starts nothing: {effects:?}");
}

#[test]
fn ending_at_the_check_asks_twice_and_leaves_nothing_to_arm() {
    let mut scene = Scene::ready();
    scene.deliver(15, 60);
    scene.gate();
    assert!(scene.send(char_key('e')).is_empty());
    assert!(intends(&scene.send(char_key('e')), Action::SensoryCheck(Answer::End)));
    assert_eq!(scene.app.screen(), Screen::Review);
    scene.send(char_key('A'));
    scene.says("> the treatment was ended at the check");
}

#[test]
fn a_stop_in_the_check_closes_it_and_g_opens_it_again() {
    let mut scene = Scene::ready();
    scene.deliver(15, 60);
    scene.gate();
    assert!(stops(&scene.press(KeyCode::Esc)));
    assert!(!scene.drawn().contains("CHECK before"));
    scene.send(char_key('g'));
    scene.says("CHECK before step 2");
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
    scene.says("> 16 characters at most");
    scene.send(char_key('ä'));
    scene.says("> only ASCII letters, digits and signs");
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
    scene.says("PIN       ****_");
    assert!(!scene.drawn().contains("9876") && !format!("{:?}", scene.app).contains("9876"));
    let effects = scene.press(KeyCode::Enter);
    let sent = Effect::SignIn { operator: "demo".to_string(), pin: "9876".to_string() };
    assert!(!format!("{effects:?}").contains("9876"), "no log may show a PIN");
    assert_eq!(effects, [sent]);
    assert!(scene.press(KeyCode::Enter).is_empty(), "not twice");
    scene.send(Input::SignInResult(None));
    scene.says("> name or PIN is not right");
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
        scene.says("> no sign-in while armed or RF is on");
    }
    let mut scene = Scene::new((80, 24));
    scene.send(char_key('s'));
    assert!(stops(&scene.send(char_key(' '))), "Space stops in the dialog, too");
}

#[test]
fn quitting_with_rf_on_stops_first_and_then_asks() {
    let mut scene = Scene::ready();
    scene.deliver(15, 5);
    let effects = scene.send(char_key('q'));
    assert!(stops(&effects) && !effects.contains(&Effect::Quit), "{effects:?}");
    scene.says("QUIT ?");
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
    let mut scene = Scene::ready();
    let ctrl_c = || Input::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
    assert!(stops(&scene.send(ctrl_c())));
    assert!(!scene.drawn().contains("QUIT ?"));
    assert!(stops(&scene.send(ctrl_c())));
    scene.says("QUIT ?");
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
    scene.says("the checklist cannot change while armed");
}

#[test]
fn a_frozen_trend_is_labelled_and_ends_by_itself_or_on_an_alarm() {
    let frozen = || {
        let mut scene = Scene::ready();
        scene.deliver(15, 5);
        scene.send(char_key('f'));
        scene.later(2_000);
        scene.says("FROZEN 2 s ago");
        scene.says("60.0 C");
        scene
    };
    let mut scene = frozen();
    scene.later(28_000);
    assert!(!scene.drawn().contains("FROZEN"));
    let mut scene = frozen();
    scene.outputs.active = AlarmSet::NONE.with(AlarmId::Al25);
    scene.show();
    assert!(!scene.drawn().contains("FROZEN"));
}

#[test]
fn highest_alarm_first_and_all_of_them_explained() {
    let mut scene = Scene::ready();
    let alarms = AlarmSet::NONE.with(AlarmId::Al25).with(AlarmId::Al14).with(AlarmId::Al18);
    scene.outputs.state = State::Tripped;
    scene.outputs.active = alarms;
    scene.show();
    scene.says("*** HIGH EMERGENCY STOP");
    scene.says("1 of 3");
    scene.send(char_key('x'));
    scene.says("AL-18 EMERGENCY STOP");
    scene.says("more below");
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
    let scene = Scene::ready();
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
    let mut scene = Scene::ready();
    scene.send(char_key('Z'));
    scene.says("> this key does nothing here");
    scene.send(Input::Paste("A".to_string()));
    scene.says("> pasted text is refused");
}
