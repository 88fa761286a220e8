//! The check between two steps.

use super::{App, Dialog, Effect, Screen};
use crate::keys::Act;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use rfa_interlock::{Outputs, State};
use rfa_session::{Action, Answer, Finding};
use rfa_units::HostInstant;

/// The dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct GateDialog {
    /// The finding picked, as an index.
    pub(crate) finding: Option<usize>,
    /// `e` was pressed once.
    pub(crate) ending: bool,
}

impl App {
    pub(super) fn open_gate(&mut self, now: HostInstant) {
        let due = self.view.outputs().is_some_and(|o| o.check_due && o.state == State::Idle);
        if due && !self.ended {
            self.dialog = Some(Dialog::Gate(GateDialog::default()));
        } else {
            self.say("no check is due now", now);
        }
    }

    /// Opens with the gate and closes with it; never over another dialog.
    pub(super) fn follow_gate(
        &mut self,
        before: Option<&Outputs>,
        outputs: &Outputs,
        now: HostInstant,
    ) {
        let due = |o: &Outputs| o.check_due && o.state == State::Idle;
        let open = matches!(self.dialog, Some(Dialog::Gate(_)));
        if due(outputs) && !before.is_some_and(due) && self.dialog.is_none() && self.is_drawable() {
            self.screen = Screen::Live;
            self.open_gate(now);
        } else if open && !due(outputs) {
            self.dialog = None;
        }
    }

    pub(super) fn in_gate_dialog(
        &mut self,
        act: Act,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
        now: HostInstant,
    ) {
        let signed_in = self.operator().is_some();
        let Some(Dialog::Gate(gate)) = &mut self.dialog else { return };
        match act {
            Act::Finding => {
                let KeyCode::Char(digit) = key.code else { return };
                let number = digit.to_digit(10).and_then(|d| usize::try_from(d).ok());
                gate.finding = number.and_then(|n| n.checked_sub(1));
                gate.ending = false;
            }
            Act::GoOn if !signed_in => {
                self.dialog = None;
                self.say("sign in first: press s, then g", now);
            }
            Act::GoOn if gate.finding.is_none() => {
                self.say("pick what was found first: 1 to 4", now);
            }
            Act::End if !gate.ending => {
                gate.ending = true;
                self.say("e again ends the treatment here; Enter decides later", now);
            }
            Act::GoOn | Act::End => self.answer(act, effects, now),
            Act::Close => {
                self.dialog = None;
                self.say("check still due: g opens it again", now);
            }
            _ => {}
        }
    }

    fn answer(&mut self, act: Act, effects: &mut Vec<Effect>, now: HostInstant) {
        let Some(Dialog::Gate(gate)) = self.dialog.take() else { return };
        if let Some(finding) = gate.finding.and_then(|index| Finding::ALL.get(index).copied()) {
            self.intend(Action::Found(finding), effects);
            self.view.log.push(now, format!("check: {}", finding.text()));
        }
        if act == Act::GoOn {
            self.intend(Action::SensoryCheck(Answer::GoOn), effects);
            self.say("check passed: A arms the next step", now);
        } else {
            self.ended = true;
            self.screen = Screen::Review;
            self.intend(Action::SensoryCheck(Answer::End), effects);
            self.view.log.push(now, "treatment ended at the check");
            self.say("treatment ended at the check", now);
        }
    }
}
