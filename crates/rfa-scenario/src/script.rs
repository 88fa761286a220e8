//! What the operator of a headless run does: a file of its own, or a section of a scenario.

use rfa_session::OperatorName;
use rfa_units::{MAX_STEPS, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answers and acts in one script at most.
const ENTRIES_MAX: usize = 256;
/// Longest wait before an answer.
const AFTER_MS_MAX: u64 = 60_000;
/// Latest act.
const AT_S_MAX: f64 = 3_600.0;
/// Wait before an answer that names none.
const AFTER_MS: u64 = 500;

/// What the operator does. A gate without an answer is confirmed after half a second.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Who gives the orders, as the recording names them.
    #[serde(default = "default_operator")]
    #[schemars(length(min = 1, max = 16))]
    #[schemars(extend("x-allowed" = "1 to 16 printable ASCII characters without spaces"))]
    pub operator: String,
    /// No gate is answered by itself: the operator does what stands in `act`, at its time, and
    /// nothing else. So an operator's own times are kept, as a recording tells them.
    #[serde(default)]
    pub by_clock: bool,
    /// Answers to gates.
    #[serde(default)]
    #[schemars(length(min = 0, max = ENTRIES_MAX))]
    pub answer: Vec<Reply>,
    /// Things done at times of their own.
    #[serde(default)]
    #[schemars(length(min = 0, max = ENTRIES_MAX))]
    pub act: Vec<Act>,
}

fn default_operator() -> String {
    "script".to_owned()
}

/// The answer to one gate.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The gate that is answered.
    pub gate: GateName,
    /// The step, counted from 1; without it, every step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u8", range(min = 1, max = MAX_STEPS))]
    pub step: Option<u8>,
    /// The answer.
    pub reply: ReplyName,
    /// How long the gate is open before the answer comes.
    #[serde(default = "default_after_ms")]
    #[schemars(range(min = 0, max = AFTER_MS_MAX), extend("x-unit" = "ms"))]
    pub after_ms: u64,
}

const fn default_after_ms() -> u64 {
    AFTER_MS
}

/// A question that waits for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateName {
    /// Arming and starting a step.
    Start,
    /// The check of sensation between two steps.
    SensoryCheck,
}

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyName {
    /// Go on.
    Confirm,
    /// The treatment ends.
    Refuse,
}

/// Something done at a time of its own.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// When, from the first tick on.
    #[schemars(range(min = 0.0, max = AT_S_MAX), extend("x-unit" = "s"))]
    pub at_s: f64,
    /// What is done.
    #[serde(rename = "do")]
    pub what: ActName,
}

/// What an operator can do at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ActName {
    /// RF off.
    Stop,
    /// Acknowledge the alarm.
    Acknowledge,
    /// Reset after acknowledging.
    Reset,
    /// Put a mark in the recording.
    Mark,
    /// End the session.
    Quit,
    /// The checklist is complete; by the clock only, as all that follow.
    Checklist,
    /// Arm the next step.
    Arm,
    /// Start output by key.
    Start,
    /// The check between steps is confirmed.
    ConfirmCheck,
    /// The treatment ends at the check between steps.
    EndAtCheck,
    /// Press the footswitch.
    FootDown,
    /// Release it.
    FootUp,
}

impl ActName {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Acknowledge => "acknowledge",
            Self::Reset => "reset",
            Self::Mark => "mark",
            Self::Quit => "quit",
            Self::Checklist => "checklist",
            Self::Arm => "arm",
            Self::Start => "start",
            Self::ConfirmCheck => "confirm-check",
            Self::EndAtCheck => "end-at-check",
            Self::FootDown => "foot-down",
            Self::FootUp => "foot-up",
        }
    }

    /// Whether it would get in the way of a script that answers gates by itself.
    #[must_use]
    pub const fn needs_by_clock(self) -> bool {
        !matches!(self, Self::Stop | Self::Acknowledge | Self::Reset | Self::Mark | Self::Quit)
    }

    /// Whether RF goes off by it.
    #[must_use]
    pub const fn stops(self) -> bool {
        matches!(self, Self::Stop | Self::Quit | Self::EndAtCheck)
    }
}

/// What does not go together in a script.
pub(crate) struct Clash {
    pub(crate) field: String,
    pub(crate) value: String,
    pub(crate) allowed: &'static str,
    pub(crate) message: &'static str,
    pub(crate) help: &'static str,
}

impl Script {
    /// The script that confirms every gate.
    #[must_use]
    pub fn confirming() -> Self {
        let (operator, answer, act) = (default_operator(), Vec::new(), Vec::new());
        Self { operator, by_clock: false, answer, act }
    }

    /// What no shape of a file can say.
    ///
    /// # Errors
    /// Field, value and range of the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !self.names_an_operator() {
            return Err(format!(
                "operator {:?}: 1 to 16 printable ASCII characters without spaces",
                self.operator
            ));
        }
        if self.answer.len() > ENTRIES_MAX || self.act.len() > ENTRIES_MAX {
            return Err(format!("more than {ENTRIES_MAX} answers or acts"));
        }
        for (reply, number) in self.answer.iter().zip(1..) {
            if reply.after_ms > AFTER_MS_MAX {
                let after_ms = reply.after_ms;
                return Err(format!(
                    "answer {number}: after_ms = {after_ms}; 0 to {AFTER_MS_MAX} is allowed"
                ));
            }
            if let Some(step) = reply.step.filter(|s| *s == 0 || usize::from(*s) > MAX_STEPS) {
                return Err(format!("answer {number}: step = {step}; 1 to {MAX_STEPS} is allowed"));
            }
        }
        for (act, number) in self.act.iter().zip(1..) {
            if !(act.at_s >= 0.0 && act.at_s <= AT_S_MAX) {
                let at_s = act.at_s;
                return Err(format!("act {number}: at_s = {at_s}; 0 to {AT_S_MAX} is allowed"));
            }
        }
        self.clash().map_or(Ok(()), |clash| {
            let Clash { field, value, allowed, message, help } = clash;
            Err(format!("{field} = {value}: {message}; {allowed} is allowed: {help}"))
        })
    }

    /// Acts of a script by the clock in one that answers gates, or the other way round.
    pub(crate) fn clash(&self) -> Option<Clash> {
        if self.by_clock {
            return (!self.answer.is_empty()).then(|| Clash {
                field: "answer".to_owned(),
                value: format!("{} answers", self.answer.len()),
                allowed: "none beside by_clock = true",
                message: "a script by the clock answers no gate",
                help: "remove them, or remove by_clock",
            });
        }
        let index = self.act.iter().position(|act| act.what.needs_by_clock())?;
        Some(Clash {
            field: format!("act[{index}].do"),
            value: format!("\"{}\"", self.act.get(index)?.what.name()),
            allowed: "stop, acknowledge, reset, mark, quit",
            message: "this script answers gates by itself, and the act is one of its answers",
            help: "add by_clock = true to have every act stand in the file, or remove the act",
        })
    }

    pub(crate) fn names_an_operator(&self) -> bool {
        OperatorName::new(&self.operator).is_some()
    }

    /// The answer to a gate before a step (counted from 0), and how long it takes.
    #[must_use]
    pub fn reply(&self, gate: GateName, step: usize) -> (ReplyName, Span) {
        let matches = |r: &&Reply| {
            r.gate == gate && r.step.is_none_or(|s| usize::from(s) == step.saturating_add(1))
        };
        self.answer
            .iter()
            .find(matches)
            .map_or((ReplyName::Confirm, Span::from_millis(AFTER_MS)), |r| {
                (r.reply, Span::from_millis(r.after_ms))
            })
    }
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
            ("[[act]]\nat_s = 1\ndo = \"arm\"", "act[0].do = \"arm\": this script answers gates"),
            (
                "by_clock = true\n[[answer]]\ngate = \"start\"\nreply = \"refuse\"",
                "answer = 1 answers: a script by the clock answers no gate",
            ),
        ] {
            let error = parse(text).expect_err("must refuse");
            assert!(error.contains(expected), "{error}");
        }
    }
}
