//! The operator of a headless run: answers the gates from a script.
//!
//! Energy is never started without a person. A script stands for one only where the generator
//! identifies itself as simulated; the caller has checked that.

use crate::exit::Stop;
use rfa_interlock::{ArmRefusal, State};
use rfa_session::{Action, Answer, Intent, OperatorName, Snapshot, StopSource, refusal_text};
use rfa_units::{Footswitch, HostInstant, Span};
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Largest script read.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Answers and acts in one script at most.
const ENTRIES_MAX: usize = 64;
/// Longest wait before an answer.
const AFTER_MS_MAX: u64 = 60_000;
/// Latest act.
const AT_S_MAX: f64 = 3_600.0;
/// How long an arm or start may be refused before the script gives up.
const REFUSED_FOR_MAX: Span = Span::from_secs(5);
/// How long a trip is shown before the script leaves, so that the record holds what followed.
const TRIP_SHOWN_FOR: Span = Span::from_secs(2);

/// A script as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    #[serde(default = "default_operator")]
    operator: String,
    #[serde(default)]
    answer: Vec<Reply>,
    #[serde(default)]
    act: Vec<Act>,
}

fn default_operator() -> String {
    "script".to_owned()
}

/// The answer to one gate.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    gate: GateName,
    /// The step, counted from 1; without it, every step.
    step: Option<u8>,
    reply: ReplyName,
    #[serde(default = "default_after_ms")]
    after_ms: u64,
}

const fn default_after_ms() -> u64 {
    500
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum GateName {
    Start,
    SensoryCheck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ReplyName {
    Confirm,
    Refuse,
}

/// Something done at a time of its own.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    /// Seconds since the first tick.
    at_s: f64,
    #[serde(rename = "do")]
    what: ActName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ActName {
    Stop,
    Acknowledge,
    Reset,
    Mark,
    Quit,
}

impl Script {
    /// The script that confirms every gate.
    pub(crate) fn confirming() -> Self {
        Self { operator: default_operator(), answer: Vec::new(), act: Vec::new() }
    }

    /// Reads a script file.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        let at = path.display();
        let bytes = std::fs::metadata(path)
            .map_err(|e| Stop::usage(format!("{at}: cannot be read: {e}")))?
            .len();
        if bytes > FILE_BYTES_MAX {
            return Err(Stop::usage(format!("{at}: {bytes} bytes; at most {FILE_BYTES_MAX}")));
        }
        let text = std::fs::read_to_string(path)
            .map_err(|e| Stop::usage(format!("{at}: cannot be read: {e}")))?;
        let script: Self = toml::from_str(&text)
            .map_err(|e| Stop::usage(format!("{at}: {}", e.to_string().trim())))?;
        script.check().map_err(|e| Stop::usage(format!("{at}: {e}")))?;
        Ok(script)
    }

    fn check(&self) -> Result<(), String> {
        if OperatorName::new(&self.operator).is_none() {
            return Err(format!(
                "operator {:?}: 1 to 16 printable ASCII characters without spaces",
                self.operator
            ));
        }
        if self.answer.len() > ENTRIES_MAX || self.act.len() > ENTRIES_MAX {
            return Err(format!("more than {ENTRIES_MAX} answers or acts"));
        }
        for (index, reply) in self.answer.iter().enumerate() {
            let number = index + 1;
            if reply.after_ms > AFTER_MS_MAX {
                return Err(format!(
                    "answer {number}: after_ms = {}; 0 to {AFTER_MS_MAX} is allowed",
                    reply.after_ms
                ));
            }
            if reply.step.is_some_and(|s| s == 0 || usize::from(s) > rfa_units::MAX_STEPS) {
                return Err(format!(
                    "answer {number}: step = {}; 1 to {} is allowed",
                    reply.step.unwrap_or(0),
                    rfa_units::MAX_STEPS
                ));
            }
        }
        for (index, act) in self.act.iter().enumerate() {
            if !(act.at_s >= 0.0 && act.at_s <= AT_S_MAX) {
                return Err(format!(
                    "act {}: at_s = {}; 0 to {AT_S_MAX} is allowed",
                    index + 1,
                    act.at_s
                ));
            }
        }
        Ok(())
    }

    fn reply(&self, gate: GateName, step: usize) -> (ReplyName, Span) {
        let matches =
            |r: &&Reply| r.gate == gate && r.step.is_none_or(|s| usize::from(s) == step + 1);
        self.answer
            .iter()
            .find(matches)
            .map_or((ReplyName::Confirm, Span::from_millis(default_after_ms())), |r| {
                (r.reply, Span::from_millis(r.after_ms))
            })
    }
}

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
        let started = *self.started.get_or_insert(now);
        self.refusal = snapshot.refusal.map(|refused| refused.reason).or(self.refusal);
        if !matches!(outputs.state, State::Armed | State::Delivering) {
            self.pedal.store(false, Ordering::Relaxed);
        }
        if self.quitting {
            return None;
        }
        if let Some(action) = self.due_act(now, started) {
            return Some(self.intent(action));
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
            ActName::Stop => Action::Stop(StopSource::Script),
            ActName::Acknowledge => Action::Acknowledge,
            ActName::Reset => Action::Reset,
            ActName::Mark => Action::Mark,
            ActName::Quit => {
                self.quitting = true;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Script, String> {
        let script: Script = toml::from_str(text).map_err(|e| e.to_string())?;
        script.check().map(|()| script)
    }

    #[test]
    fn a_gate_without_an_answer_is_confirmed() {
        let script = Script::confirming();
        assert_eq!(script.reply(GateName::SensoryCheck, 1).0, ReplyName::Confirm);
    }

    #[test]
    fn an_answer_can_be_for_one_step_only() {
        let script = parse("[[answer]]\ngate = \"sensory-check\"\nstep = 3\nreply = \"refuse\"")
            .expect("good");
        assert_eq!(script.reply(GateName::SensoryCheck, 1).0, ReplyName::Confirm);
        assert_eq!(script.reply(GateName::SensoryCheck, 2).0, ReplyName::Refuse);
        assert_eq!(script.reply(GateName::Start, 2).0, ReplyName::Confirm);
    }

    #[test]
    fn bad_scripts_name_field_value_and_range() {
        for (text, expected) in [
            ("operator = \"two words\"", "operator \"two words\": 1 to 16"),
            ("[[act]]\nat_s = nan\ndo = \"stop\"", "act 1: at_s = NaN; 0 to 3600"),
            ("[[act]]\nat_s = 1\ndo = \"fire\"", "unknown variant `fire`"),
            (
                "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nafter_ms = 90000",
                "answer 1: after_ms = 90000; 0 to 60000",
            ),
            (
                "[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nstep = 9",
                "answer 1: step = 9; 1 to 8",
            ),
            ("answers = []", "unknown field `answers`"),
        ] {
            let error = parse(text).expect_err("must refuse");
            assert!(error.contains(expected), "{error}");
        }
    }
}
