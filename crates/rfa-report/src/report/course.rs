//! What happened, in order, in words.

use crate::moments::{cause_words, numbers};
use crate::words::word;
use rfa_interlock::{AlarmId, ArmRefusal};
use rfa_record::row::{AlarmWord, EventRow, FindingWord, StateWord, TickRow};
use rfa_record::{ActionRow, IntentMessage};
use rfa_session::{alarm_text, refusal_text};

/// Rows told at most; more are counted.
const ROWS_MAX: usize = 400;

/// How much a row matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The usual.
    Plain,
    /// An alarm.
    Alarm,
    /// A trip.
    Trip,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseRow {
    /// When, s since the first tick.
    pub at_s: f64,
    /// Who: the interlock, or an operator by name.
    pub who: String,
    /// What.
    pub what: String,
    /// How much it matters.
    pub weight: Weight,
}

/// What happened, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    /// The first 400 rows.
    pub rows: Vec<CourseRow>,
    /// How many there were.
    pub total: u64,
    /// How often an alarm was raised.
    pub alarms: u64,
    /// How often one was acknowledged.
    pub acknowledged: u64,
    /// How often output began.
    pub starts: u64,
    /// The step that was delivered last, from 1: at its end the next one is in force already.
    delivered: u8,
}

impl Course {
    fn add(&mut self, at_s: f64, who: &str, what: String, weight: Weight) {
        self.total += 1;
        if self.rows.len() < ROWS_MAX {
            self.rows.push(CourseRow { at_s, who: who.to_owned(), what, weight });
        }
    }

    pub(super) fn tick(&mut self, at_s: f64, row: &TickRow) {
        let in_force = row.outputs.permit.step.saturating_add(1);
        if row.outputs.state == StateWord::Delivering {
            self.delivered = in_force;
        }
        for event in &row.outputs.events {
            self.alarms += u64::from(matches!(event, EventRow::Raised(_)));
            self.acknowledged += u64::from(matches!(event, EventRow::Acknowledged));
            let on = StateWord::Delivering;
            self.starts += u64::from(matches!(event, EventRow::Changed { to, .. } if *to == on));
            let step = if *event == EventRow::StepDone { self.delivered } else { in_force };
            let (what, weight) = told(event, step);
            self.add(at_s, "interlock", what, weight);
        }
    }

    pub(super) fn intent(&mut self, at_s: f64, intent: &IntentMessage) {
        let who = intent
            .operator
            .as_deref()
            .map_or("operator, not signed in".to_owned(), |name| format!("operator {name}"));
        self.add(at_s, &who, asked(&intent.action), Weight::Plain);
    }
}

/// The title of an alarm with its id.
pub(crate) fn alarm_title(alarm: AlarmWord) -> String {
    format!("{} {}", word(&alarm), alarm_text(AlarmId::from(alarm)).title)
}

fn told(event: &EventRow, step: u8) -> (String, Weight) {
    let plain = |what: String| (what, Weight::Plain);
    match event {
        EventRow::Changed { from, to } => plain(format!("{} to {}", word(from), word(to))),
        EventRow::Tripped(trip) => {
            let (rule, alarm) = (word(&trip.rule), alarm_title(trip.alarm));
            (format!("trip by rule {rule}: {}; {alarm}", numbers(trip)), Weight::Trip)
        }
        EventRow::Raised(alarm) => {
            let meaning = alarm_text(AlarmId::from(*alarm)).meaning;
            (format!("alarm {}: {meaning}", alarm_title(*alarm)), Weight::Alarm)
        }
        EventRow::Cleared(alarm) => {
            plain(format!("the condition of {} has ended", alarm_title(*alarm)))
        }
        EventRow::Acknowledged => plain("alarm acknowledged".to_owned()),
        EventRow::Reset => plain("latch reset".to_owned()),
        EventRow::Stopped(cause) => plain(format!("RF off: {}", cause_words(*cause))),
        EventRow::StepDone => plain(format!("step {step} complete")),
        EventRow::CheckConfirmed => plain(format!("check before step {step} confirmed")),
        EventRow::Refused(refusal) => {
            plain(format!("refused: {}", refusal_text(ArmRefusal::from(*refusal))))
        }
        EventRow::WouldTrip(trip) => {
            let rule = word(&trip.rule);
            plain(format!("a threshold on trial of {rule} would have tripped: {}", numbers(trip)))
        }
    }
}

fn asked(action: &ActionRow) -> String {
    match action {
        ActionRow::Checklist { complete: true } => "checklist complete".to_owned(),
        ActionRow::Checklist { complete: false } => "checklist no longer complete".to_owned(),
        ActionRow::Arm => "arms".to_owned(),
        ActionRow::Start => "starts".to_owned(),
        ActionRow::Stop(source) => format!("stops ({})", word(source)),
        ActionRow::Acknowledge => "acknowledges".to_owned(),
        ActionRow::Reset => "resets".to_owned(),
        ActionRow::SensoryCheck { go_on: true } => "check between steps done: goes on".to_owned(),
        ActionRow::SensoryCheck { go_on: false } => "check between steps done: ends".to_owned(),
        ActionRow::Found(finding) => format!("check found: {}", found(*finding)),
        ActionRow::Mark => "sets a marker".to_owned(),
        ActionRow::Quit => "ends the session".to_owned(),
    }
}

const fn found(finding: FindingWord) -> &'static str {
    match finding {
        FindingWord::Unchanged => "sensation unchanged",
        FindingWord::Reduced => "sensation reduced",
        FindingWord::TooFar => "sensation reduced too far",
        FindingWord::NoAnswer => "no answer",
    }
}
