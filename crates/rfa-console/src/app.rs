//! The console's state machine: one input at a time, with its time.

mod act;
mod arm;
mod gate;
mod io;
mod sign_in;

pub(crate) use act::ZOOMS_S;
pub(crate) use arm::{ArmDialog, Stage};
pub(crate) use gate::GateDialog;
pub use io::{AppConfig, Effect, Input, Screen, Sound, WallClock};
pub(crate) use sign_in::SignInDialog;

use crate::checklist::Checklist;
use crate::draw;
use crate::keys::{self, Act, Scope};
use crate::replay::Stand;
use crate::view::{Shown, View};
use ratatui::Frame;
use ratatui::crossterm::event::{KeyEvent, KeyEventKind, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Size};
use rfa_interlock::State;
use rfa_session::{Action, Intent, OperatorName, Snapshot, StopSource, refusal_text};
use rfa_units::{HostInstant, Span};

/// A message stays this long.
const MESSAGE_SHOWN: Span = Span::from_secs(6);

/// What lies over a screen. The alarm rows, the state row and the STOP bar are never covered.
#[derive(Debug, Clone)]
pub(crate) enum Dialog {
    Arm(ArmDialog),
    Gate(GateDialog),
    SignIn(SignInDialog),
    Help { scroll: usize },
    Explain { scroll: usize },
    Panel(Panel),
    Quitting,
}

/// A page with a title, to be read and scrolled.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    pub(crate) scroll: usize,
}

impl Panel {
    pub(crate) fn new(title: impl Into<String>, lines: Vec<String>) -> Self {
        Self { title: title.into(), lines, scroll: 0 }
    }
}

impl Dialog {
    const fn scope(&self) -> Scope {
        match self {
            Self::Arm(_) => Scope::Arm,
            Self::Gate(_) => Scope::Gate,
            Self::SignIn(_) => Scope::SignIn,
            Self::Help { .. } | Self::Explain { .. } | Self::Panel(_) => Scope::Reading,
            Self::Quitting => Scope::Quitting,
        }
    }
}

/// The console.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) config: AppConfig,
    pub(crate) view: View,
    pub(crate) screen: Screen,
    pub(crate) dialog: Option<Dialog>,
    pub(crate) checklist: Checklist,
    pub(crate) size: Size,
    /// Trend window as an index into the zoom levels.
    pub(crate) zoom: usize,
    /// While the trend picture is frozen: the moment it shows.
    pub(crate) frozen: Option<HostInstant>,
    /// First entry of the log on screen 5.
    pub(crate) scroll: usize,
    /// Words that entries of the log must have to be shown there.
    pub(crate) filter: Option<String>,
    /// The operator ended the treatment at a check.
    pub(crate) ended: bool,
    /// How the alarm sound goes; `None`: nobody has said.
    pub(crate) sound: Option<Sound>,
    /// Where the recording stands that is shown in the place of a treatment.
    pub(crate) replay: Option<Box<Stand>>,
    operator: Option<OperatorName>,
    message: Option<(String, HostInstant)>,
    last_f5: Option<HostInstant>,
    last_ctrl_c: Option<HostInstant>,
    refusal_shown: Option<u64>,
    codes: u64,
}

impl App {
    /// A console that has seen nothing yet.
    #[must_use]
    pub fn new(config: AppConfig) -> Self {
        Self {
            view: View::new(config.plan.clone()),
            codes: config.code_seed,
            screen: Screen::Setup,
            dialog: None,
            checklist: Checklist::new(config.plan.needs_second_confirmation()),
            size: Size::ZERO,
            zoom: act::ZOOM_DEFAULT,
            frozen: None,
            scroll: 0,
            filter: None,
            ended: false,
            sound: None,
            replay: None,
            operator: None,
            message: None,
            last_f5: None,
            last_ctrl_c: None,
            refusal_shown: None,
            config,
        }
    }

    /// Takes one input in and says what is to be done. A stop comes first, whatever is open.
    pub fn update(&mut self, input: Input, now: HostInstant) -> Vec<Effect> {
        let mut effects = Vec::new();
        match &input {
            Input::Key(key) if key.kind != KeyEventKind::Release && keys::stops(key) => {
                self.stop(StopSource::Key, &mut effects, now);
                self.after_stop_key(key, now);
                return effects;
            }
            Input::Mouse(mouse) if self.is_stop_click(*mouse) => {
                self.stop(StopSource::Key, &mut effects, now);
                return effects;
            }
            Input::TerminalLost => {
                self.stop(StopSource::ConsoleLost, &mut effects, now);
                effects.push(Effect::Quit);
                return effects;
            }
            _ => {}
        }
        self.expire(&mut effects, now);
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => {}
            Input::Key(key) => self.key(&key, &mut effects, now),
            Input::Paste(_) => self.paste(now),
            Input::Resize(columns, rows) => {
                self.resize(Size::new(columns, rows), &mut effects, now)
            }
            Input::Snapshot(snapshot) => self.snapshot(snapshot, &mut effects, now),
            Input::SignInResult(operator) => self.signed_in(operator, now),
            Input::Sound(sound) => self.sound = Some(sound),
            Input::SoundPaused(words) => {
                self.view.log.push(now, words);
                self.say(words, now);
            }
            Input::Mouse(_) | Input::Tick | Input::TerminalLost => {}
        }
        effects
    }

    /// Draws everything known.
    pub fn draw(&self, frame: &mut Frame, now: HostInstant) {
        draw::screen(self, frame, now);
    }

    /// The screen on show.
    #[must_use]
    pub const fn screen(&self) -> Screen {
        self.screen
    }

    /// Who is signed in, as far as the console knows.
    #[must_use]
    pub fn operator(&self) -> Option<OperatorName> {
        self.operator.or_else(|| self.view.snapshot().and_then(|s| s.operator))
    }

    /// The message line, while it is fresh.
    pub(crate) fn message(&self, now: HostInstant) -> Option<&str> {
        let (text, at) = self.message.as_ref()?;
        // A message is for whoever looks now, whatever moment is shown.
        let now = self.replay.as_ref().map_or(now, |replay| replay.wall);
        (now.since(*at) < MESSAGE_SHOWN).then_some(text.as_str())
    }

    /// Whether the screen is large enough for keys that lead to energy.
    pub(crate) fn is_drawable(&self) -> bool {
        draw::layout::Class::of(self.size) != draw::layout::Class::Small
    }

    pub(crate) fn say(&mut self, text: impl Into<String>, now: HostInstant) {
        self.message = Some((text.into(), now));
    }

    fn intend(&self, action: Action, effects: &mut Vec<Effect>) {
        effects.push(Effect::Intent(Intent { action, operator: self.operator() }));
    }

    /// RF off, now: the intent goes out before anything is looked at, and every dialog closes.
    fn stop(&mut self, source: StopSource, effects: &mut Vec<Effect>, now: HostInstant) {
        self.intend(Action::Stop(source), effects);
        self.dialog = None;
        let under_way = self.view.rf_under_way(now);
        self.view.log.push(now, if under_way { "STOP" } else { "STOP (no RF under way)" });
        self.say(if under_way { "STOP sent" } else { "STOP sent; no RF under way" }, now);
    }

    /// Ctrl-C is a stop each time; a second one within 2 s also asks whether to quit.
    fn after_stop_key(&mut self, key: &KeyEvent, now: HostInstant) {
        if !keys::Key::CtrlC.matches(key) {
            return;
        }
        let again = self.last_ctrl_c.is_some_and(|at| now.since(at) < Span::from_secs(2));
        self.last_ctrl_c = Some(now);
        if again {
            self.dialog = Some(Dialog::Quitting);
        }
    }

    fn is_stop_click(&self, mouse: MouseEvent) -> bool {
        let at = Position::new(mouse.column, mouse.row);
        matches!(mouse.kind, MouseEventKind::Down(_))
            && draw::layout::stop_bar(self.size).contains(at)
    }

    fn key(&mut self, key: &KeyEvent, effects: &mut Vec<Effect>, now: HostInstant) {
        let act = match &self.dialog {
            Some(dialog) => keys::bound(key, &[dialog.scope()]),
            None => keys::bound(key, &[Scope::Screens, Scope::On(self.screen)]),
        };
        let held_f5 = self.note_f5(key, now);
        match act {
            Some(act) if !self.is_drawable() && !lives_when_small(act) => {
                self.say("window too small: only STOP and q live", now);
            }
            Some(act) if self.dialog.is_some() => self.in_dialog(act, key, held_f5, effects, now),
            Some(act) => self.on_screen(act, key, effects, now),
            None if self.dialog.is_some() => self.unbound_in_dialog(now),
            None => self.say("this key does nothing here; ? shows the keys", now),
        }
    }

    fn in_dialog(
        &mut self,
        act: Act,
        key: &KeyEvent,
        held_f5: bool,
        effects: &mut Vec<Effect>,
        now: HostInstant,
    ) {
        match &self.dialog {
            Some(Dialog::Arm(_)) => self.in_arm_dialog(act, key, held_f5, effects, now),
            Some(Dialog::Gate(_)) => self.in_gate_dialog(act, key, effects, now),
            Some(Dialog::SignIn(_)) => self.in_sign_in_dialog(act, key, effects, now),
            Some(Dialog::Help { .. } | Dialog::Explain { .. } | Dialog::Panel(_)) => {
                self.in_reading(act)
            }
            Some(Dialog::Quitting) => self.in_quitting(act, effects, now),
            None => {}
        }
    }

    fn unbound_in_dialog(&mut self, now: HostInstant) {
        let hint = match &self.dialog {
            Some(Dialog::Arm(_)) => "ARM dialog open: F5, or Enter to cancel",
            Some(Dialog::Gate(_)) => "check due: 1-4 picks the finding, then g or e",
            Some(Dialog::SignIn(_)) => "only ASCII letters, digits and signs; Enter goes on",
            Some(Dialog::Quitting) => "q quits, Enter stays",
            _ => "Enter closes",
        };
        self.say(hint, now);
    }

    fn paste(&mut self, now: HostInstant) {
        if let Some(Dialog::Arm(dialog)) = &mut self.dialog {
            dialog.forget_code();
        }
        self.say("pasted text is refused", now);
    }

    fn resize(&mut self, size: Size, effects: &mut Vec<Effect>, now: HostInstant) {
        self.size = size;
        if self.is_drawable() || matches!(self.dialog, None | Some(Dialog::Quitting)) {
            return;
        }
        if matches!(self.dialog, Some(Dialog::Arm(_))) {
            self.cancel_arm("window too small to arm", effects, now);
        }
        self.dialog = None;
    }

    fn snapshot(&mut self, snapshot: Box<Snapshot>, effects: &mut Vec<Effect>, now: HostInstant) {
        let before = self.view.outputs().copied();
        let alarms_before = self.view.alarms();
        self.view.take(snapshot, now);
        let Some(outputs) = self.view.outputs().copied() else { return };
        let state_before = before.map(|o| o.state);
        if outputs.state == State::Delivering && state_before != Some(State::Delivering) {
            self.screen = Screen::Live;
        }
        if outputs.complete && before.is_some_and(|o| !o.complete) {
            self.screen = Screen::Review;
        }
        let is_new = |shown: &Shown| !alarms_before.iter().any(|b| b.alarm == shown.alarm);
        if self.view.alarms().iter().any(is_new) {
            self.frozen = None;
        }
        self.show_refusal(now);
        self.follow_sign_in(outputs.state);
        self.follow_arm(&outputs, effects, now);
        self.follow_gate(before.as_ref(), &outputs, now);
    }

    /// The interlock's own refusal, in words, once.
    fn show_refusal(&mut self, now: HostInstant) {
        let newest = self.newest_refusal();
        if let Some((tick, reason)) = newest
            && self.refusal_shown.is_none_or(|shown| tick > shown)
        {
            self.refusal_shown = Some(tick);
            self.say(format!("refused: {}", refusal_text(reason)), now);
        }
    }

    fn newest_refusal(&self) -> Option<(u64, rfa_interlock::ArmRefusal)> {
        let snapshot = self.view.snapshot()?;
        let kept = snapshot.refusal.map(|r| (r.tick, r.reason));
        let tick = snapshot.latest.as_ref();
        let fresh =
            tick.and_then(|t| t.interlock.outputs.refusal.map(|r| (t.interlock.inputs.tick, r)));
        [kept, fresh].into_iter().flatten().max_by_key(|(tick, _)| *tick)
    }

    /// What ends by itself.
    fn expire(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        self.expire_arm(effects, now);
        if self.frozen.is_some_and(|at| now.since(at) >= act::FREEZE) {
            self.frozen = None;
        }
    }
}

const fn lives_when_small(act: Act) -> bool {
    matches!(act, Act::Quit | Act::QuitNow | Act::Close | Act::PauseSound)
}
