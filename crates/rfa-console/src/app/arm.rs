//! The ARM dialog: two unlike keys, each fresh, each within its time.
//!
//! ```text
//!            A               F5 or code            interlock Armed           F5 or code
//! (closed) ─────> Confirm ───────────────> Sent ───────────────────> Armed ─────────────> Started
//!    ^               │ Enter, 10 s           │ refused, 2 s            │ Enter, 10 s         │
//!    └───────────────┴───────────────────────┴─────── Stop ────────────┴── delivering, or ───┘
//! ```
//!
//! With a footswitch fitted, the step from `Armed` on is the foot's alone (hazards.md, decision
//! 1). Whatever leaves the dialog after `Confirm` other than delivery sends a stop, so nothing
//! stays armed behind a closed dialog.

use super::{App, Dialog, Effect};
use crate::keys::Act;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use rfa_interlock::{Outputs, State};
use rfa_session::{Action, DeviceKind, StopSource};
use rfa_units::{HostInstant, Span};

/// Each act has to come within this (console.md section 1).
const LIMIT: Span = Span::from_secs(10);
/// An answer of the interlock has to come within this.
const ANSWER: Span = Span::from_secs(2);
/// A key that comes again within this is a held key; keys within this of a new question were
/// typed before it could be read (console.md section 1, guards).
const REPEAT: Span = Span::from_millis(500);

/// How far the dialog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The summary is shown.
    Confirm,
    /// Arming was sent in this tick's wake; the interlock has not answered.
    Sent {
        /// The newest tick known when it was sent.
        tick: u64,
    },
    /// The interlock is armed.
    Armed,
    /// Starting was sent; the interlock has not answered.
    Started,
}

/// The dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArmDialog {
    pub(crate) stage: Stage,
    /// When this stage began.
    since: HostInstant,
    /// Three unlike digits, shown for keyboards without F5.
    pub(crate) code: [u8; 3],
    /// How many of them have been typed.
    pub(crate) typed: usize,
}

impl ArmDialog {
    /// Time left in this stage.
    pub(crate) fn left(&self, now: HostInstant) -> Span {
        let limit = match self.stage {
            Stage::Confirm | Stage::Armed => LIMIT,
            Stage::Sent { .. } | Stage::Started => ANSWER,
        };
        limit.minus(now.since(self.since))
    }

    pub(super) fn forget_code(&mut self) {
        self.typed = 0;
    }

    fn enter(&mut self, stage: Stage, code: [u8; 3], now: HostInstant) {
        *self = Self { stage, since: now, code, typed: 0 };
    }
}

impl App {
    /// Opens the dialog, or says what is missing. The interlock judges again for itself.
    pub(super) fn open_arm(&mut self, now: HostInstant) {
        if let Some(why) = self.why_not_arm(now) {
            self.say(why, now);
            return;
        }
        let code = self.next_code();
        let dialog = ArmDialog { stage: Stage::Confirm, since: now, code, typed: 0 };
        self.dialog = Some(Dialog::Arm(dialog));
        self.message = None;
    }

    /// Why arming cannot even be asked for.
    pub(crate) fn why_not_arm(&self, now: HostInstant) -> Option<String> {
        let Some(state) = self.view.state(now) else {
            return Some("no fresh report of the safety monitor: not armed".to_string());
        };
        let snapshot = self.view.snapshot()?;
        if snapshot.identity.kind == DeviceKind::Replay {
            return Some("a recording is shown: nothing can be armed".to_string());
        }
        let outputs = self.view.outputs()?;
        let why = match state {
            State::SelfTest => "self-test has not passed yet",
            State::Armed => "already armed: STOP disarms, then A again",
            State::Delivering => "RF is on",
            State::Stopping => "wait until RF is measured off",
            State::Tripped => "tripped: c acknowledges, then r resets",
            State::Lockout => "locked out: only a power cycle leaves it",
            State::Idle if outputs.complete => "every step of the plan is complete",
            State::Idle if self.ended => "the treatment was ended at the check",
            State::Idle if self.operator().is_none() => "sign in first: press s",
            State::Idle if !self.checklist.is_complete() => {
                let open = self.checklist.open_rows();
                return Some(format!("checklist: {open} rows still to confirm on screen 1"));
            }
            State::Idle if outputs.check_due => "the check before this step is due: press g",
            State::Idle => return None,
        };
        Some(why.to_string())
    }

    /// Notes an F5 and says whether it is a held key's repeat.
    pub(super) fn note_f5(&mut self, key: &KeyEvent, now: HostInstant) -> bool {
        if key.code != KeyCode::F(5) {
            return false;
        }
        let repeat = key.kind == ratatui::crossterm::event::KeyEventKind::Repeat;
        let again = self.last_f5.is_some_and(|at| now.since(at) < REPEAT);
        self.last_f5 = Some(now);
        repeat || again
    }

    pub(super) fn in_arm_dialog(
        &mut self,
        act: Act,
        key: &KeyEvent,
        held_f5: bool,
        effects: &mut Vec<Effect>,
        now: HostInstant,
    ) {
        let Some(Dialog::Arm(dialog)) = &mut self.dialog else { return };
        if act == Act::Cancel {
            self.cancel_arm("cancelled: not armed", effects, now);
            return;
        }
        if now.since(dialog.since) < REPEAT {
            self.say("typed before the dialog could be read: ignored", now);
            return;
        }
        match act {
            Act::Confirm if held_f5 => self.say("F5 held: let go, then press again", now),
            Act::Confirm => self.confirm(effects, now),
            Act::CodeDigit => {
                let complete = self.code_digit(key);
                if complete {
                    self.confirm(effects, now);
                }
            }
            _ => {}
        }
    }

    /// Takes one digit in; true when the code is complete.
    fn code_digit(&mut self, key: &KeyEvent) -> bool {
        let (Some(Dialog::Arm(dialog)), KeyCode::Char(pressed)) = (&mut self.dialog, key.code)
        else {
            return false;
        };
        let wanted = dialog.code.get(dialog.typed).copied();
        let digit = pressed.to_digit(10).and_then(|d| u8::try_from(d).ok());
        dialog.typed = if digit.is_some() && digit == wanted { dialog.typed + 1 } else { 0 };
        dialog.typed == dialog.code.len()
    }

    /// The second key, fresh and in time.
    fn confirm(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        if self.view.state(now).is_none() {
            self.cancel_arm("no fresh report of the safety monitor", effects, now);
            return;
        }
        self.message = None;
        let code = self.next_code();
        let pedal = self.view.footswitch_fitted();
        let tick = self.newest_tick();
        let Some(Dialog::Arm(dialog)) = &mut self.dialog else { return };
        match dialog.stage {
            Stage::Confirm => {
                dialog.enter(Stage::Sent { tick }, code, now);
                self.intend(Action::Arm, effects);
                self.view.log.push(now, "arming confirmed");
            }
            Stage::Armed if pedal => {
                dialog.forget_code();
                self.say("a footswitch is fitted: press and hold it", now);
            }
            Stage::Armed => {
                dialog.enter(Stage::Started, code, now);
                self.intend(Action::Start, effects);
                self.view.log.push(now, "start confirmed");
            }
            Stage::Sent { .. } | Stage::Started => dialog.forget_code(),
        }
    }

    /// Leaves the dialog; what was armed is disarmed.
    pub(super) fn cancel_arm(&mut self, why: &str, effects: &mut Vec<Effect>, now: HostInstant) {
        let Some(Dialog::Arm(dialog)) = self.dialog.take() else { return };
        if dialog.stage != Stage::Confirm {
            self.intend(Action::Stop(StopSource::Key), effects);
        }
        self.view.log.push(now, why);
        self.say(why, now);
    }

    pub(super) fn expire_arm(&mut self, effects: &mut Vec<Effect>, now: HostInstant) {
        let Some(Dialog::Arm(dialog)) = self.dialog else { return };
        if dialog.left(now) > Span::ZERO {
            return;
        }
        self.dialog = None;
        let why = match dialog.stage {
            Stage::Confirm => "10 s passed: not armed",
            Stage::Armed => "10 s passed: disarmed",
            Stage::Sent { .. } => "not armed: no answer from the safety monitor",
            Stage::Started => "not started: no answer from the safety monitor; disarmed",
        };
        if dialog.stage != Stage::Confirm {
            self.intend(Action::Stop(StopSource::TimeLimit), effects);
        }
        self.view.log.push(now, why);
        self.say(why, now);
    }

    /// Follows what the interlock did about it.
    pub(super) fn follow_arm(
        &mut self,
        outputs: &Outputs,
        effects: &mut Vec<Effect>,
        now: HostInstant,
    ) {
        let code = self.next_code();
        let refused_at = self.newest_refusal().map(|(tick, _)| tick);
        let Some(Dialog::Arm(dialog)) = &mut self.dialog else { return };
        match (dialog.stage, outputs.state) {
            (Stage::Sent { .. }, State::Armed) => dialog.enter(Stage::Armed, code, now),
            (Stage::Sent { tick }, State::Idle) => {
                if refused_at.is_some_and(|at| at > tick) {
                    self.dialog = None;
                }
            }
            (Stage::Armed | Stage::Started, State::Armed) => {}
            (Stage::Confirm, State::Idle) => {}
            (Stage::Armed | Stage::Started, State::Delivering) => self.dialog = None,
            // Delivery that nobody asked for here, a trip, a disarming: stop and say so.
            (stage, _) => {
                self.dialog = None;
                if stage != Stage::Confirm {
                    self.intend(Action::Stop(StopSource::Key), effects);
                }
                self.say("ARM dialog closed: the state changed", now);
            }
        }
    }

    fn newest_tick(&self) -> u64 {
        let tick = self.view.snapshot().and_then(|s| s.latest.as_ref());
        tick.map_or(0, |tick| tick.interlock.inputs.tick)
    }

    /// Three unlike digits (a held digit key can never type them). No secret: the code only
    /// keeps a start from being typed blindly.
    fn next_code(&mut self) -> [u8; 3] {
        // Constants of a linear congruential generator with full period (Knuth, MMIX).
        let next = self.codes.wrapping_mul(6_364_136_223_846_793_005);
        self.codes = next.wrapping_add(1_442_695_040_888_963_407);
        let mut digits: Vec<u8> = (0..10).collect();
        let mut rest = self.codes >> 33;
        std::array::from_fn(|_| {
            let left = digits.len() as u64;
            let pick = usize::try_from(rest % left).unwrap_or(0);
            rest /= left;
            digits.remove(pick)
        })
    }
}
