//! What keys do on the screens themselves, and in the dialogs that are only read.

use super::{App, Dialog, Effect, Panel, Screen, SignInDialog};
use crate::draw;
use crate::keys::Act;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use rfa_interlock::State;
use rfa_session::{Action, StopSource};
use rfa_units::{HostInstant, Span};

/// Lengths of the trend, in seconds.
pub(crate) const ZOOMS_S: [u64; 6] = [30, 60, 90, 180, 300, 600];
/// 90 s: a whole step of the usual plans (console.md section 3).
pub(super) const ZOOM_DEFAULT: usize = 2;
/// A frozen picture ends by itself (console.md section 1).
pub(super) const FREEZE: Span = Span::from_secs(30);
/// Entries a page of the log moves.
const PAGE: usize = 10;

impl App {
    pub(crate) fn on_screen(
        &mut self,
        act: Act,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
        now: HostInstant,
    ) {
        match act {
            Act::Arm => self.open_arm(now),
            Act::Confirm => self.say("F5 does nothing by itself: A opens the ARM dialog", now),
            Act::Acknowledge => self.acknowledge(effects, now),
            Act::Reset => self.reset(effects, now),
            Act::Gate => self.open_gate(now),
            Act::Mark => self.mark(effects, now),
            Act::Freeze => self.freeze(now),
            Act::ZoomIn => self.zoom = self.zoom.saturating_sub(1),
            Act::ZoomOut => self.zoom = (self.zoom + 1).min(ZOOMS_S.len() - 1),
            Act::Explain => self.explain(now),
            Act::SignIn => self.open_sign_in(now),
            Act::PauseSound => effects.push(Effect::PauseSound),
            Act::Theme => {
                self.config.theme = self.config.theme.next();
                self.say(format!("theme {}", self.config.theme.name()), now);
            }
            Act::Quit => self.quit(effects, now),
            Act::Help => self.dialog = Some(Dialog::Help { scroll: 0 }),
            Act::Show => self.show(key),
            Act::NextScreen => self.screen = self.screen.shifted(1),
            Act::PreviousScreen => self.screen = self.screen.shifted(Screen::ALL.len() - 1),
            Act::Tick => self.tick(effects, now),
            Act::Up | Act::Down | Act::PageUp | Act::PageDown | Act::First | Act::Last => {
                self.move_by(act);
            }
            _ => {}
        }
    }

    fn show(&mut self, key: &KeyEvent) {
        let KeyCode::Char(digit) = key.code else { return };
        if let Some(screen) = Screen::ALL.into_iter().find(|s| s.digit() == digit) {
            self.screen = screen;
        }
    }

    fn move_by(&mut self, act: Act) {
        let last = self.view.log.with(self.filter.as_deref()).count().saturating_sub(1);
        match (self.screen, act) {
            (Screen::Setup, Act::Up) => self.checklist.up(),
            (Screen::Setup, Act::Down) => self.checklist.down(),
            (_, Act::Up) => self.scroll = self.scroll.saturating_sub(1),
            (_, Act::Down) => self.scroll = (self.scroll + 1).min(last),
            (_, Act::PageUp) => self.scroll = self.scroll.saturating_sub(PAGE),
            (_, Act::PageDown) => self.scroll = (self.scroll + PAGE).min(last),
            (_, Act::First) => self.scroll = 0,
            (_, Act::Last) => self.scroll = last,
            _ => {}
        }
    }

    /// A tick is a statement about a patient at rest: not while armed or RF is on.
    fn tick(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        let state = self.view.outputs().map(|o| o.state);
        if state == Some(State::Armed) || self.view.rf_under_way(now) {
            self.say("the checklist cannot change while armed or RF is on", now);
            return;
        }
        let before = self.checklist.is_complete();
        self.checklist.toggle();
        let complete = self.checklist.is_complete();
        if complete != before {
            self.intend(Action::Checklist { complete }, effects);
            let word = if complete { "checklist complete" } else { "checklist no longer complete" };
            self.view.log.push(now, word);
        }
        match self.checklist.open_rows() {
            0 => self.say("checklist complete: 2 Live, then A arms", now),
            open => self.say(format!("{open} rows still to confirm"), now),
        }
    }

    fn acknowledge(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        let acknowledged = self.view.outputs().is_some_and(|o| o.acknowledged);
        match self.view.alarms().first() {
            None => self.say("no alarm to acknowledge", now),
            Some(_) if acknowledged => self.say("already acknowledged: r resets", now),
            Some(_) if self.operator().is_none() => {
                self.say("sign in first: press s (stopping never needs it)", now);
            }
            Some(shown) => {
                let number = shown.alarm.number();
                self.say(format!("acknowledge AL-{number:02} sent"), now);
                self.intend(Action::Acknowledge, effects);
            }
        }
    }

    /// H-48: reset is a second act, after the acknowledgement has been seen to arrive.
    fn reset(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        let Some(outputs) = self.view.outputs() else {
            self.say("nothing to reset: no report yet", now);
            return;
        };
        let refusal = match outputs.state {
            State::Lockout => Some("locked out: only a power cycle leaves it"),
            State::Tripped if self.operator().is_none() => Some("sign in first: press s"),
            State::Tripped if !outputs.acknowledged => Some("acknowledge the alarm first: press c"),
            State::Tripped => None,
            _ => Some("nothing to reset: not tripped"),
        };
        if let Some(why) = refusal {
            self.say(why, now);
            return;
        }
        self.say("reset sent", now);
        self.intend(Action::Reset, effects);
    }

    fn mark(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        self.intend(Action::Mark, effects);
        self.view.log.push(now, "marker");
        self.say("marker set", now);
    }

    fn freeze(&mut self, now: HostInstant) {
        self.frozen = if self.frozen.is_some() { None } else { Some(now) };
    }

    fn explain(&mut self, now: HostInstant) {
        if self.view.alarms().is_empty() {
            self.say("no alarm to explain", now);
        } else {
            self.dialog = Some(Dialog::Explain { scroll: 0 });
        }
    }

    fn open_sign_in(&mut self, now: HostInstant) {
        let state = self.view.outputs().map(|o| o.state);
        if state == Some(State::Armed) || self.view.rf_under_way(now) {
            self.say("no sign-in while armed or RF is on", now);
            return;
        }
        self.dialog = Some(Dialog::SignIn(SignInDialog::new(&self.config.operators)));
    }

    /// With RF on or armed, STOP comes before the question.
    fn quit(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        let armed = self.view.outputs().is_some_and(|o| o.state == State::Armed);
        if armed || self.view.rf_under_way(now) {
            self.stop(StopSource::Key, effects, now);
        }
        self.dialog = Some(Dialog::Quitting);
    }

    pub(super) fn in_quitting(&mut self, act: Act, effects: &mut Vec<Effect>, now: HostInstant) {
        self.dialog = None;
        if act != Act::QuitNow {
            return;
        }
        if self.view.rf_under_way(now) {
            self.stop(StopSource::Key, effects, now);
        }
        self.intend(Action::Quit, effects);
        effects.push(Effect::Quit);
    }

    pub(crate) fn in_reading(&mut self, act: Act) {
        if act == Act::Close {
            self.dialog = None;
        }
        let last = draw::last_row_of_dialog(self);
        let (Some(Dialog::Help { scroll } | Dialog::Explain { scroll })
        | Some(Dialog::Panel(Panel { scroll, .. }))) = &mut self.dialog
        else {
            return;
        };
        match act {
            Act::Up => *scroll = scroll.saturating_sub(1),
            Act::Down => *scroll = (*scroll + 1).min(last),
            Act::PageUp => *scroll = scroll.saturating_sub(PAGE),
            Act::PageDown => *scroll = (*scroll + PAGE).min(last),
            Act::First => *scroll = 0,
            Act::Last => *scroll = last,
            _ => {}
        }
    }
}
