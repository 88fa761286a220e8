//! The operator of a headless run: answers the gates as the script says.
//!
//! Energy is never started without a person. A script stands for one only where the generator
//! identifies itself as simulated; the caller has checked that.

use rfa_interlock::{ArmRefusal, State};
use rfa_scenario::{ActName, GateName, ReplyName, Script};
use rfa_session::{Action, Answer, Intent, OperatorName, Snapshot, StopSource, refusal_text};
use rfa_units::{Footswitch, HostInstant, Span};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How long an arm or start may be refused before the script gives up.
const REFUSED_FOR_MAX: Span = Span::from_secs(5);
/// How long a trip is shown before the script leaves, so that the record holds what followed.
const TRIP_SHOWN_FOR: Span = Span::from_secs(2);

/// The script at work.
#[derive(Debug)]
pub(crate) struct ScriptedOperator {
    script: Script,
    name: Option<OperatorName>,
    /// Shared with the simulated generator: where a footswitch is fitted, the script presses it.
    pedal: Arc<AtomicBool>,
    started: Option<HostInstant>,
    acts_done: usize,
    checklist_sent: bool,
    /// What is being waited for, and since when.
    waiting: Option<(Waiting, HostInstant)>,
    refused_since: Option<HostInstant>,
    quitting: bool,
    /// A gate was answered with a refusal.
    refused: bool,
    /// Arming or starting was refused for too long.
    gave_up: bool,
    /// Why the newest command was refused.
    refusal: Option<ArmRefusal>,
    /// By the clock: the newest order was refused, and nothing was armed or started after it.
    last_refused: bool,
    /// The newest tick seen in which something was armed or started.
    ready_tick: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    SelfTest,
    Check(usize),
    Arm(usize),
    Start(usize),
    Trip,
}

impl ScriptedOperator {
    pub(crate) fn new(mut script: Script, pedal: Arc<AtomicBool>) -> Self {
        script.act.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        let name = OperatorName::new(&script.operator);
        Self {
            script,
            name,
            pedal,
            started: None,
            acts_done: 0,
            checklist_sent: false,
            waiting: None,
            refused_since: None,
            quitting: false,
            refused: false,
            gave_up: false,
            refusal: None,
            last_refused: false,
            ready_tick: 0,
        }
    }

    /// Whether arming or starting was refused until the script gave up.
    pub(crate) const fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Why, in words.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.refusal.filter(|_| self.gave_up).map(refusal_text)
    }

    /// What the operator does on seeing this snapshot.
    pub(crate) fn step(&mut self, now: HostInstant, snapshot: &Snapshot) -> Option<Intent> {
        let outputs = snapshot.latest.as_ref()?.interlock.outputs;
        let started = *self.started.get_or_insert(match self.script.by_clock {
            // Exact: a recording's times count from its first tick.
            true => snapshot.latest.as_ref()?.interlock.inputs.now,
            false => now,
        });
        self.refusal = snapshot.refusal.map(|refused| refused.reason).or(self.refusal);
        let by_clock = self.script.by_clock;
        if by_clock {
            self.see_refusal(snapshot);
        }
        if !by_clock && !matches!(outputs.state, State::Armed | State::Delivering) {
            self.pedal.store(false, Ordering::Relaxed);
        }
        if self.quitting {
            return None;
        }
        if let Some(action) = self.due_act(now, started) {
            return Some(self.intent(action));
        }
        if by_clock {
            return self.leave_after_acts(now, outputs.state).map(|action| self.intent(action));
        }
        let step = outputs.permit.step.get();
        let action = match outputs.state {
            State::SelfTest => self.wait_for_self_test(now),
            State::Delivering | State::Stopping => {
                self.waiting = None;
                self.refused_since = None;
                None
            }
            State::Idle if outputs.complete => Some(Action::Quit),
            State::Idle if !self.checklist_sent => {
                self.checklist_sent = true;
                Some(Action::Checklist { complete: true })
            }
            State::Idle if outputs.check_due => self.answer_check(now, step),
            State::Idle => self.arm(now, step),
            State::Armed => self.start(now, step, snapshot),
            State::Tripped => self.leave_after_trip(now),
            State::Lockout => Some(Action::Quit),
        };
        if action == Some(Action::Quit) {
            self.quitting = true;
        }
        action.map(|action| self.intent(action))
    }

    fn intent(&self, action: Action) -> Intent {
        Intent { action, operator: self.name }
    }

    fn due_act(&mut self, now: HostInstant, started: HostInstant) -> Option<Action> {
        let act = self.script.act.get(self.acts_done)?;
        if now.since(started).as_secs_f64() < act.at_s {
            return None;
        }
        self.acts_done += 1;
        Some(match act.what {
            ActName::Checklist => Action::Checklist { complete: true },
            ActName::Arm => Action::Arm,
            ActName::Start => Action::Start,
            ActName::ConfirmCheck => Action::SensoryCheck(Answer::GoOn),
            ActName::EndAtCheck => Action::SensoryCheck(Answer::End),
            // A foot on the pedal is the generator's to tell.
            ActName::FootDown | ActName::FootUp => {
                self.pedal.store(act.what == ActName::FootDown, Ordering::Relaxed);
                return None;
            }
            ActName::Stop => Action::Stop(StopSource::Script),
            ActName::Acknowledge => Action::Acknowledge,
            ActName::Reset => Action::Reset,
            ActName::Mark => Action::Mark,
            ActName::Quit => {
                self.quitting = true;
                self.gave_up = self.last_refused;
                Action::Quit
            }
        })
    }

    /// Whether `what` has been waited for as long as `wait`; starts the wait when it is new.
    fn waited(&mut self, what: Waiting, now: HostInstant, wait: Span) -> bool {
        match self.waiting {
            Some((waiting, since)) if waiting == what => {
                let over = now.since(since) >= wait;
                if over {
                    self.waiting = None;
                }
                over
            }
            _ => {
                self.waiting = Some((what, now));
                false
            }
        }
    }

    fn wait_for_self_test(&mut self, now: HostInstant) -> Option<Action> {
        let over = self.waited(Waiting::SelfTest, now, REFUSED_FOR_MAX);
        self.gave_up |= over;
        over.then_some(Action::Quit)
    }

    fn answer_check(&mut self, now: HostInstant, step: usize) -> Option<Action> {
        let (reply, wait) = self.script.reply(GateName::SensoryCheck, step);
        if !self.waited(Waiting::Check(step), now, wait) {
            return None;
        }
        match reply {
            ReplyName::Confirm => Some(Action::SensoryCheck(Answer::GoOn)),
            ReplyName::Refuse if self.refused => Some(Action::Quit),
            ReplyName::Refuse => {
                self.refused = true;
                Some(Action::SensoryCheck(Answer::End))
            }
        }
    }

    fn arm(&mut self, now: HostInstant, step: usize) -> Option<Action> {
        let (reply, wait) = self.script.reply(GateName::Start, step);
        if reply == ReplyName::Refuse {
            self.refused = true;
            return Some(Action::Quit);
        }
        if !self.waited(Waiting::Arm(step), now, wait) {
            return None;
        }
        let since = *self.refused_since.get_or_insert(now);
        if now.since(since) >= REFUSED_FOR_MAX {
            self.gave_up = true;
            return Some(Action::Quit);
        }
        Some(Action::Arm)
    }

    fn start(&mut self, now: HostInstant, step: usize, snapshot: &Snapshot) -> Option<Action> {
        let (_, wait) = self.script.reply(GateName::Start, step);
        if !self.waited(Waiting::Start(step), now, wait) {
            return None;
        }
        let since = *self.refused_since.get_or_insert(now);
        if now.since(since) >= REFUSED_FOR_MAX {
            self.gave_up = true;
            return Some(Action::Quit);
        }
        if footswitch_fitted(snapshot) {
            self.pedal.store(true, Ordering::Relaxed);
            return None;
        }
        Some(Action::Start)
    }

    /// By the clock, the session is left a while after the last act, unless RF is on: what the
    /// plan ends is waited for.
    fn leave_after_acts(&mut self, now: HostInstant, state: State) -> Option<Action> {
        let more = self.script.act.len() > self.acts_done;
        if more || matches!(state, State::Delivering | State::Stopping) {
            self.waiting = None;
            return None;
        }
        let over = self.waited(Waiting::Trip, now, TRIP_SHOWN_FOR);
        self.quitting |= over;
        self.gave_up = over && self.last_refused;
        over.then_some(Action::Quit)
    }

    /// By the clock nobody asks twice by himself: who leaves upon a refusal gave up.
    fn see_refusal(&mut self, snapshot: &Snapshot) {
        let Some(latest) = &snapshot.latest else { return };
        if matches!(latest.interlock.outputs.state, State::Armed | State::Delivering) {
            self.ready_tick = latest.interlock.inputs.tick;
        }
        let ready_tick = self.ready_tick;
        self.last_refused = snapshot.refusal.is_some_and(|refused| refused.tick > ready_tick);
    }

    fn leave_after_trip(&mut self, now: HostInstant) -> Option<Action> {
        // Acts still to come may acknowledge and reset: then the script stays.
        let more = self.script.act.len() > self.acts_done;
        let over = self.waited(Waiting::Trip, now, TRIP_SHOWN_FOR);
        (over && !more).then_some(Action::Quit)
    }
}

fn footswitch_fitted(snapshot: &Snapshot) -> bool {
    let fitted = |f: Footswitch| f != Footswitch::NotFitted;
    let newest =
        snapshot.latest.as_ref().and_then(|t| t.interlock.inputs.telemetry.last().copied());
    snapshot.identity.footswitch || newest.is_some_and(|t| fitted(t.footswitch))
}
