//! A headless run's script: what the file may say.

mod operator;

use crate::exit::Stop;
pub(crate) use operator::ScriptedOperator;
use rfa_session::OperatorName;
use rfa_units::Span;
use serde::Deserialize;
use std::path::Path;

/// Largest script read.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// Answers and acts in one script at most.
const ENTRIES_MAX: usize = 64;
/// Longest wait before an answer.
const AFTER_MS_MAX: u64 = 60_000;
/// Latest act.
const AT_S_MAX: f64 = 3_600.0;

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

    /// A script file as it is.
    pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Stop> {
        let at = path.display();
        let unread = |e: std::io::Error| Stop::usage(format!("{at}: cannot be read: {e}"));
        let bytes = std::fs::metadata(path).map_err(unread)?.len();
        if bytes > FILE_BYTES_MAX {
            return Err(Stop::usage(format!("{at}: {bytes} bytes; at most {FILE_BYTES_MAX}")));
        }
        std::fs::read(path).map_err(unread)
    }

    /// Reads a script file.
    pub(crate) fn read(path: &Path) -> Result<Self, Stop> {
        let at = path.display();
        let text = String::from_utf8(Self::bytes(path)?)
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
