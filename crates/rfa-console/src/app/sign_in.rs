//! Signing in: the only place where text is typed, and only with RF off.

use super::{App, Dialog, Effect};
use crate::keys::Act;
use core::fmt;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use rfa_interlock::State;
use rfa_session::{OperatorName, PIN_LEN_MAX};
use rfa_units::HostInstant;

/// The dialog.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SignInDialog {
    operators: Vec<String>,
    chosen: usize,
    typed_name: String,
    /// The PIN is being typed, not the name.
    pub(crate) at_pin: bool,
    pin: String,
    /// The answer is awaited.
    pub(crate) waiting: bool,
}

impl fmt::Debug for SignInDialog {
    /// Never shows the PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignInDialog").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl SignInDialog {
    pub(super) fn new(operators: &[String]) -> Self {
        Self {
            operators: operators.to_vec(),
            chosen: 0,
            typed_name: String::new(),
            at_pin: !operators.is_empty(),
            pin: String::new(),
            waiting: false,
        }
    }

    /// The operator chosen or typed.
    pub(crate) fn name(&self) -> &str {
        self.operators.get(self.chosen).map_or(self.typed_name.as_str(), String::as_str)
    }

    /// How many operators there are to choose from.
    pub(crate) fn choices(&self) -> usize {
        self.operators.len()
    }

    /// One star a character.
    pub(crate) fn masked(&self) -> String {
        "*".repeat(self.pin.chars().count())
    }

    fn field(&mut self) -> &mut String {
        if self.at_pin { &mut self.pin } else { &mut self.typed_name }
    }
}

impl App {
    pub(super) fn in_sign_in_dialog(
        &mut self,
        act: Act,
        key: &KeyEvent,
        effects: &mut Vec<Effect>,
        now: HostInstant,
    ) {
        let Some(Dialog::SignIn(dialog)) = &mut self.dialog else { return };
        if dialog.waiting {
            return;
        }
        match (act, key.code) {
            (Act::Text, KeyCode::Char(c)) => {
                let max = if dialog.at_pin { PIN_LEN_MAX } else { OperatorName::LEN_MAX };
                if dialog.field().len() < max {
                    dialog.field().push(c);
                } else {
                    self.say(format!("{max} characters at most"), now);
                }
            }
            (Act::Erase, _) => {
                dialog.field().pop();
            }
            (Act::Up, _) => dialog.chosen = dialog.chosen.saturating_sub(1),
            (Act::Down, _) => {
                dialog.chosen = (dialog.chosen + 1).min(dialog.operators.len().saturating_sub(1));
            }
            (Act::Submit, _) if dialog.field().is_empty() => {
                self.dialog = None;
                self.say("sign-in cancelled", now);
            }
            (Act::Submit, _) if !dialog.at_pin => dialog.at_pin = true,
            (Act::Submit, _) => {
                dialog.waiting = true;
                let pin = std::mem::take(&mut dialog.pin);
                effects.push(Effect::SignIn { operator: dialog.name().to_string(), pin });
            }
            _ => {}
        }
    }

    pub(super) fn signed_in(&mut self, operator: Option<OperatorName>, now: HostInstant) {
        match operator {
            Some(name) => {
                self.operator = Some(name);
                self.view.log.push(now, format!("signed in: {}", name.as_str()));
                self.say(format!("signed in: {}", name.as_str()), now);
                if matches!(self.dialog, Some(Dialog::SignIn(_))) {
                    self.dialog = None;
                }
            }
            None => {
                if let Some(Dialog::SignIn(dialog)) = &mut self.dialog {
                    dialog.waiting = false;
                }
                self.view.log.push(now, "sign-in refused");
                self.say("name or PIN is not right", now);
            }
        }
    }

    /// No text field while armed or RF is on: Space always means STOP there.
    pub(super) fn follow_sign_in(&mut self, state: State) {
        let busy = matches!(state, State::Armed | State::Delivering | State::Stopping);
        if busy && matches!(self.dialog, Some(Dialog::SignIn(_))) {
            self.dialog = None;
        }
    }
}
