//! The messages beside `/tick`.

use crate::row::{EventRow, FindingWord, RowError};
use rfa_session::{Action, Answer, Finding, Intent, OperatorName, StopSource};
use rfa_units::HostInstant;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A message's bytes as what they mean.
pub(crate) fn decode<T: DeserializeOwned>(data: &[u8]) -> serde_json::Result<T> {
    // Known to be text, it is parsed in a quarter less of the time: no name is looked at once more.
    match std::str::from_utf8(data) {
        Ok(text) => serde_json::from_str(text),
        // Says where it is none.
        Err(_) => serde_json::from_slice(data),
    }
}

/// A message as the bytes that are recorded.
pub(crate) fn encode<T: Serialize>(message: &T) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(message)
}

/// A channel of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// Whole ticks.
    #[serde(rename = "/tick")]
    Tick,
    /// State changes, stops, step ends, refusals.
    #[serde(rename = "/event")]
    Event,
    /// Trips, alarms raised and cleared, acknowledgements, resets.
    #[serde(rename = "/alarm")]
    Alarm,
    /// What an operator asked.
    #[serde(rename = "/intent")]
    Intent,
    /// What a simulator knows.
    #[serde(rename = "/truth")]
    Truth,
    /// The lesion as a model predicts it.
    #[serde(rename = "/lesion")]
    Lesion,
    /// The session's end.
    #[serde(rename = "/summary")]
    Summary,
    /// What somebody wrote about the session later.
    #[serde(rename = "/note")]
    Note,
    /// Checkpoints of the chain over all records.
    #[serde(rename = "/chain")]
    Chain,
}

impl Topic {
    /// Every topic, in the order of their channels.
    pub const ALL: [Self; 9] = [
        Self::Tick,
        Self::Event,
        Self::Alarm,
        Self::Intent,
        Self::Truth,
        Self::Lesion,
        Self::Summary,
        Self::Note,
        Self::Chain,
    ];

    /// The topic's name in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tick => "/tick",
            Self::Event => "/event",
            Self::Alarm => "/alarm",
            Self::Intent => "/intent",
            Self::Truth => "/truth",
            Self::Lesion => "/lesion",
            Self::Summary => "/summary",
            Self::Note => "/note",
            Self::Chain => "/chain",
        }
    }

    /// The topic of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }

    /// Where an event of the interlock is told.
    #[must_use]
    pub const fn of(event: &EventRow) -> Self {
        match event {
            EventRow::Tripped(_)
            | EventRow::Raised(_)
            | EventRow::Cleared(_)
            | EventRow::Acknowledged
            | EventRow::Reset => Self::Alarm,
            EventRow::Changed { .. }
            | EventRow::Stopped(_)
            | EventRow::StepDone
            | EventRow::CheckConfirmed
            | EventRow::Refused(_)
            | EventRow::WouldTrip(_) => Self::Event,
        }
    }
}

/// One event of the interlock, on `/event` or `/alarm`. The tick it came from holds it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventMessage {
    /// The tick.
    pub tick: u64,
    /// When, on the controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// What happened.
    pub event: EventRow,
}

/// One intent of an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntentMessage {
    /// When, on the controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// What was asked.
    pub action: ActionRow,
    /// Who was signed in; absent: nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
}

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ActionRow {
    /// The checklist is complete, or no longer.
    Checklist {
        /// Whether every row is ticked.
        complete: bool,
    },
    /// Arm the next step.
    Arm,
    /// Start output by key.
    Start,
    /// RF off.
    Stop(StopSourceWord),
    /// Acknowledge the highest alarm.
    Acknowledge,
    /// Reset after acknowledgement.
    Reset,
    /// The check between steps was done.
    SensoryCheck {
        /// Whether the treatment goes on.
        go_on: bool,
    },
    /// What the check between steps found.
    Found(FindingWord),
    /// A marker.
    Mark,
    /// End of session.
    Quit,
}

/// Where a stop came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each variant is the session's stop source of that name")]
pub enum StopSourceWord {
    Key,
    ConsoleLost,
    Signal,
    Script,
    Panic,
    TimeLimit,
}

impl IntentMessage {
    pub(crate) fn new(at: HostInstant, intent: &Intent) -> Self {
        let Intent { action, operator } = intent;
        let action = match action {
            Action::Checklist { complete } => ActionRow::Checklist { complete: *complete },
            Action::Arm => ActionRow::Arm,
            Action::Start => ActionRow::Start,
            Action::Stop(source) => ActionRow::Stop(stop_source(*source)),
            Action::Acknowledge => ActionRow::Acknowledge,
            Action::Reset => ActionRow::Reset,
            Action::SensoryCheck(answer) => {
                ActionRow::SensoryCheck { go_on: matches!(answer, Answer::GoOn) }
            }
            Action::Found(finding) => ActionRow::Found(FindingWord::from(*finding)),
            Action::Mark => ActionRow::Mark,
            Action::Quit => ActionRow::Quit,
        };
        let operator = operator.map(|name| name.as_str().to_owned());
        Self { at_us: at.as_micros(), action, operator }
    }

    /// What was asked, and by whom.
    ///
    /// # Errors
    /// [`RowError`] for a name that is none.
    pub fn intent(&self) -> Result<Intent, RowError> {
        let action = match self.action {
            ActionRow::Checklist { complete } => Action::Checklist { complete },
            ActionRow::Arm => Action::Arm,
            ActionRow::Start => Action::Start,
            ActionRow::Stop(word) => Action::Stop(source_of(word)),
            ActionRow::Acknowledge => Action::Acknowledge,
            ActionRow::Reset => Action::Reset,
            ActionRow::SensoryCheck { go_on: true } => Action::SensoryCheck(Answer::GoOn),
            ActionRow::SensoryCheck { go_on: false } => Action::SensoryCheck(Answer::End),
            ActionRow::Found(word) => Action::Found(Finding::from(word)),
            ActionRow::Mark => Action::Mark,
            ActionRow::Quit => Action::Quit,
        };
        let named = |name: &String| {
            let allowed = format!("1 to {} ASCII characters", OperatorName::LEN_MAX);
            OperatorName::new(name)
                .ok_or_else(|| RowError::new("operator", format!("{name:?}"), allowed))
        };
        Ok(Intent { action, operator: self.operator.as_ref().map(named).transpose()? })
    }
}

const fn source_of(word: StopSourceWord) -> StopSource {
    match word {
        StopSourceWord::Key => StopSource::Key,
        StopSourceWord::ConsoleLost => StopSource::ConsoleLost,
        StopSourceWord::Signal => StopSource::Signal,
        StopSourceWord::Script => StopSource::Script,
        StopSourceWord::Panic => StopSource::Panic,
        StopSourceWord::TimeLimit => StopSource::TimeLimit,
    }
}

fn stop_source(source: StopSource) -> StopSourceWord {
    match source {
        StopSource::Key => StopSourceWord::Key,
        StopSource::ConsoleLost => StopSourceWord::ConsoleLost,
        StopSource::Signal => StopSourceWord::Signal,
        StopSource::Script => StopSourceWord::Script,
        StopSource::Panic => StopSourceWord::Panic,
        StopSource::TimeLimit => StopSourceWord::TimeLimit,
    }
}

/// What a simulator knows at one instant. Never an input of control or interlock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TruthRow {
    /// When, on the generator's clock, in microseconds.
    pub at_us: u64,
    /// True temperature at the tip's sensor, °C.
    pub tip_c: f64,
    /// What the sensor channel reports, °C; absent: open or faulty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensed_c: Option<f64>,
    /// Hottest tissue, °C.
    pub tissue_max_c: f64,
    /// RF power leaving the generator, W.
    pub power_w: f64,
    /// RF is flowing.
    pub rf_on: bool,
}

/// The last message of a finished session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SummaryMessage {
    /// Ticks written.
    pub ticks: u64,
    /// The first tick's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_tick: Option<u64>,
    /// The last tick's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tick: Option<u64>,
    /// What the session itself says about its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<serde_json::Value>,
}

/// What somebody wrote about a session when it was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteMessage {
    /// The text.
    pub text: String,
    /// Who wrote it; absent: not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When it was written, in microseconds since 1970 (UTC); absent in a recording of virtual
    /// time, which holds no wall-clock time at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_unix_us: Option<u64>,
}
