//! For any screen, dialog, size and state: STOP is drawn and stops; nothing else ever starts.

mod common;

use common::{Scene, draw, stops};
use proptest::prelude::*;
use ratatui::crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use rfa_console::{Effect, Input, Symbols, Theme};
use rfa_interlock::{AlarmId, AlarmSet, State};
use rfa_session::{Action, OperatorName, StopSource};
use rfa_units::{Footswitch, HostInstant, Span, TipReading};

/// One thing that happens to the console.
#[derive(Debug, Clone)]
enum Op {
    Key(KeyCode, KeyEventKind),
    Paste(String),
    Wait(u64),
    Resize(u16, u16),
    Report { state: State, alarms: u32, acknowledged: bool, check_due: bool, complete: bool },
    Silence(bool),
    Footswitch(bool),
    SignedIn(bool),
    SensorOpen,
    Prepare,
}

fn any_state() -> impl Strategy<Value = State> {
    prop::sample::select(vec![
        State::SelfTest,
        State::Idle,
        State::Armed,
        State::Delivering,
        State::Stopping,
        State::Tripped,
        State::Lockout,
    ])
}

/// Keys that are no stop.
fn any_key() -> impl Strategy<Value = KeyCode> {
    prop_oneof![
        3 => prop::char::range('!', '~').prop_map(KeyCode::Char),
        2 => prop::sample::select(vec!['A', 'g', 'e', 's', 'q', 'x', '?', '1', '2', '5', '6', '7'])
            .prop_map(KeyCode::Char),
        3 => Just(KeyCode::F(5)),
        1 => (1_u8..=12).prop_map(KeyCode::F),
        1 => prop::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Tab,
            KeyCode::BackTab,
            KeyCode::Backspace,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::PageUp,
            KeyCode::PageDown,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::Left,
            KeyCode::Delete,
        ]),
    ]
}

fn any_kind() -> impl Strategy<Value = KeyEventKind> {
    prop::sample::select(vec![
        KeyEventKind::Press,
        KeyEventKind::Press,
        KeyEventKind::Press,
        KeyEventKind::Repeat,
        KeyEventKind::Release,
    ])
}

fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (any_key(), any_kind()).prop_map(|(key, kind)| Op::Key(key, kind)),
        1 => ".{0,12}".prop_map(Op::Paste),
        3 => (0_u64..1500).prop_map(Op::Wait),
        1 => (1500_u64..130_000).prop_map(Op::Wait),
        1 => any_size().prop_map(|(w, h)| Op::Resize(w, h)),
        4 => (any_state(), any::<u32>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(state, alarms, acknowledged, check_due, complete)| Op::Report {
                state,
                alarms,
                acknowledged,
                check_due,
                complete,
            }
        ),
        1 => any::<bool>().prop_map(Op::Silence),
        1 => any::<bool>().prop_map(Op::Footswitch),
        1 => any::<bool>().prop_map(Op::SignedIn),
        1 => Just(Op::SensorOpen),
        2 => Just(Op::Prepare),
    ]
}

fn any_size() -> impl Strategy<Value = (u16, u16)> {
    prop_oneof![
        3 => (1_u16..=200, 1_u16..=60),
        1 => prop::sample::select(vec![
            (1, 1), (20, 3), (48, 15), (59, 20), (60, 19), (60, 20), (79, 23), (80, 24),
            (119, 40), (120, 39), (120, 40), (200, 60),
        ]),
    ]
}

fn event(code: KeyCode, held: KeyModifiers, kind: KeyEventKind) -> Input {
    Input::Key(KeyEvent { code, modifiers: held, kind, state: KeyEventState::NONE })
}

/// Does one thing to the scene and gives its input's effects.
fn perform(scene: &mut Scene, op: &Op) -> Vec<Effect> {
    match op {
        Op::Key(code, kind) => scene.send(event(*code, KeyModifiers::NONE, *kind)),
        Op::Paste(text) => scene.send(Input::Paste(text.clone())),
        Op::Wait(ms) => {
            scene.wait_ms(*ms);
            scene.send(Input::Tick)
        }
        Op::Resize(w, h) => {
            scene.size = (*w, *h);
            scene.send(Input::Resize(*w, *h))
        }
        Op::Report { state, alarms, acknowledged, check_due, complete } => {
            scene.outputs.state = *state;
            scene.outputs.active = AlarmSet::from_bits(*alarms & 0x0F0F_0F0F);
            scene.outputs.latched = AlarmSet::from_bits(*alarms & 0x0000_FFFF);
            scene.outputs.acknowledged = *acknowledged;
            scene.outputs.check_due = *check_due;
            scene.outputs.complete = *complete;
            scene.show()
        }
        Op::Silence(silent) => {
            scene.telemetry = if *silent { None } else { Some(common::telemetry()) };
            scene.show()
        }
        Op::Footswitch(fitted) => {
            scene.snapshot.identity.footswitch = *fitted;
            if let Some(telemetry) = &mut scene.telemetry {
                let up = if *fitted { Footswitch::Released } else { Footswitch::NotFitted };
                telemetry.footswitch = up;
            }
            scene.show()
        }
        Op::SignedIn(yes) => {
            scene.send(Input::SignInResult(if *yes { OperatorName::new("km") } else { None }))
        }
        Op::SensorOpen => {
            scene.report(|report| report.tip = TipReading::Open);
            scene.show()
        }
        Op::Prepare => {
            scene.outputs = common::outputs();
            scene.outputs.state = State::Idle;
            scene.telemetry = Some(common::telemetry());
            scene.snapshot.identity.footswitch = false;
            scene.show();
            let effects = scene.send(Input::SignInResult(OperatorName::new("demo")));
            scene.wait_ms(600);
            scene.show();
            effects
        }
    }
}

/// Every way to stop.
fn every_stop(size: (u16, u16)) -> Vec<Input> {
    let press = KeyEventKind::Press;
    let click = |row| {
        Input::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: size.0 / 2,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    let full = size.0 >= 120 && size.1 >= 40;
    let small = size.0 < 60 || size.1 < 20;
    let bar = size.1.saturating_sub(if small { 1 } else { 2 });
    let mut stops = vec![
        event(KeyCode::Char(' '), KeyModifiers::NONE, press),
        event(KeyCode::Char(' '), KeyModifiers::NONE, KeyEventKind::Repeat),
        event(KeyCode::Esc, KeyModifiers::NONE, press),
        event(KeyCode::Char('c'), KeyModifiers::CONTROL, press),
        event(KeyCode::Char('k'), KeyModifiers::ALT, press),
        click(bar),
        Input::TerminalLost,
    ];
    if full {
        stops.extend([click(size.1 - 3), click(size.1 - 4)]);
    }
    stops
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, ..ProptestConfig::default() })]

    /// Drawing never panics, and from 20x3 up the STOP text is on the screen.
    #[test]
    fn stop_is_drawn_whatever_is_open(
        ops in prop::collection::vec(any_op(), 0..30),
        size in any_size(),
        theme in prop::sample::select(Theme::ALL.to_vec()),
        symbols in prop::sample::select(Symbols::ALL.to_vec()),
        signed in any::<bool>(),
    ) {
        let mut scene = Scene::with((80, 24), theme, symbols);
        if signed {
            scene.prepare();
        }
        for op in &ops {
            perform(&mut scene, op);
        }
        // Also a frame whose size the console has not been told yet.
        for told in [false, true] {
            if told {
                scene.send(Input::Resize(size.0, size.1));
            }
            let text = draw(&scene.app, size, scene.now).backend().to_string();
            if size.0 >= 20 && size.1 >= 3 {
                prop_assert!(text.contains("STOP") && text.contains("SPACE"), "{}", text);
            }
        }
    }

    /// Each STOP key stops in that same update, before anything else, at any size.
    #[test]
    fn every_stop_key_stops_in_the_same_update(
        ops in prop::collection::vec(any_op(), 0..30),
        size in any_size(),
        signed in any::<bool>(),
    ) {
        let mut scene = Scene::new((80, 24));
        if signed {
            scene.prepare();
        }
        for op in &ops {
            perform(&mut scene, op);
        }
        scene.size = size;
        scene.send(Input::Resize(size.0, size.1));
        for input in every_stop(size) {
            let mut scene = scene.clone();
            let effects = scene.send(input.clone());
            let first = matches!(
                effects.first(),
                Some(Effect::Intent(intent)) if matches!(intent.action, Action::Stop(_))
            );
            prop_assert!(first, "{:?} gave {:?}", input, effects);
        }
    }
}

/// Watches from outside what led to a start.
#[derive(Debug, Default)]
struct Watch {
    big_a: Option<HostInstant>,
    armed: Option<HostInstant>,
    starts: u32,
}

impl Watch {
    fn see(&mut self, op: &Op, effects: &[Effect], scene: &Scene) -> Result<(), TestCaseError> {
        let now = scene.now;
        let second_key = matches!(
            op,
            Op::Key(KeyCode::F(5), KeyEventKind::Press)
                | Op::Key(KeyCode::Char('0'..='9'), KeyEventKind::Press | KeyEventKind::Repeat)
        );
        let in_time = |since: Option<HostInstant>| {
            since.is_some_and(|at| now.since(at) <= Span::from_secs(10))
        };
        let drawable = scene.size.0 >= 60 && scene.size.1 >= 20;
        for effect in effects {
            let Effect::Intent(intent) = effect else { continue };
            match intent.action {
                Action::Arm => {
                    prop_assert!(second_key && drawable, "armed by {:?}", op);
                    prop_assert!(in_time(self.big_a.take()), "armed without A in time");
                    prop_assert!(intent.operator.is_some(), "armed by nobody");
                    self.armed = Some(now);
                }
                Action::Start => {
                    prop_assert!(second_key && drawable, "started by {:?}", op);
                    // The interlock's answer may take its 2 s before the 10 s begin.
                    let limit = Span::from_secs(12);
                    let good = self.armed.take().is_some_and(|at| now.since(at) <= limit);
                    prop_assert!(good, "started without A then F5 in time");
                    prop_assert!(!scene.snapshot.identity.footswitch, "the key started a pedal's");
                    prop_assert_eq!(scene.outputs.state, State::Armed);
                    self.starts += 1;
                }
                Action::Stop(_) => self.armed = None,
                _ => {}
            }
        }
        if matches!(op, Op::Key(KeyCode::Char('A'), KeyEventKind::Press | KeyEventKind::Repeat)) {
            self.big_a = Some(now);
        }
        Ok(())
    }
}

/// Keys of the start pair and their neighbours, much more often than by chance.
fn starting_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => Just(Op::Key(KeyCode::Char('A'), KeyEventKind::Press)),
        5 => any_kind().prop_map(|kind| Op::Key(KeyCode::F(5), kind)),
        2 => prop::char::range('0', '9').prop_map(|c| Op::Key(KeyCode::Char(c), KeyEventKind::Press)),
        4 => (400_u64..900).prop_map(Op::Wait),
        3 => any_op(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1536, ..ProptestConfig::default() })]

    /// Random keys, pastes and repeats never start anything without A, then F5 (or the code),
    /// then F5 again once armed, each in time (console.md section 10, start property).
    #[test]
    fn nothing_starts_without_the_pair_in_time(
        ops in prop::collection::vec(starting_op(), 0..80),
    ) {
        let mut scene = Scene::new((80, 24));
        scene.prepare();
        let mut watch = Watch::default();
        for op in &ops {
            let effects = perform(&mut scene, op);
            watch.see(op, &effects, &scene)?;
            // An interlock that obeys at once.
            if common::intends(&effects, Action::Arm) && scene.outputs.state == State::Idle {
                scene.outputs.state = State::Armed;
            } else if stops(&effects) && scene.outputs.state == State::Armed {
                scene.outputs.state = State::Idle;
            }
            let answered = scene.show();
            watch.see(&Op::Wait(0), &answered, &scene)?;
        }
    }
}

/// The property above would hold for a console that never starts: this one does.
#[test]
fn the_pair_in_time_starts() {
    let mut scene = Scene::new((80, 24));
    scene.prepare();
    let mut watch = Watch::default();
    let press = |code| Op::Key(code, KeyEventKind::Press);
    for op in [
        press(KeyCode::Char('A')),
        Op::Wait(600),
        press(KeyCode::F(5)),
        Op::Wait(600),
        press(KeyCode::F(5)),
    ] {
        scene.show();
        let effects = perform(&mut scene, &op);
        watch.see(&op, &effects, &scene).expect("the pair is in order");
        if common::intends(&effects, Action::Arm) {
            scene.outputs.state = State::Armed;
            scene.show();
        }
    }
    assert_eq!(watch.starts, 1);
}

/// A lost terminal ends the console as well.
#[test]
fn a_lost_terminal_stops_and_then_quits() {
    let mut scene = Scene::new((80, 24));
    scene.outputs.latched = AlarmSet::NONE.with(AlarmId::Al01);
    let effects = scene.send(Input::TerminalLost);
    assert!(common::intends(&effects, Action::Stop(StopSource::ConsoleLost)));
    assert_eq!(effects.last(), Some(&Effect::Quit));
}
