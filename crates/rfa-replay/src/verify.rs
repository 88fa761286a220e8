//! Bit-exact re-execution.

use crate::origin::other_rfa;
use crate::whatif::tuning_of;
use crate::{Execution, Outcome, Part, Stopped, TickDifference, VerifyReport};
use rfa_control::{ControlError, Tuning};
use rfa_interlock::{Inputs, LimitError, Limits};
use rfa_record::row::{ControlOutputsRow, ControlRow, OutputsRow, TickRow, differences};
use rfa_record::{End, EventMessage, Header, Message, ReadError, Recording, Sequence, Topic};
use rfa_session::Invariants;
use serde::Serialize;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// Why a recording cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// This program refuses the recorded limits.
    #[error("the recorded limits are refused: {0}")]
    Limits(LimitError),
    /// This program refuses the recorded program.
    #[error("the recorded program is refused: {0}")]
    Program(ControlError),
    /// The numbers of a what-if are none that it can have.
    #[error("the numbers of this what-if are refused: {0}")]
    Tuning(String),
    /// There is nothing to compare: that proves nothing, so it is a failure.
    #[error("{}: compared nothing: the recording holds no {what}", path.display())]
    Nothing {
        /// The file.
        path: PathBuf,
        /// What there is none of.
        what: &'static str,
    },
    /// Re-execution starts where the session did, and that is not in the file.
    #[error(
        "{}: cannot be re-executed: it is cut out of another recording, behind that one's first \
         tick, and what control and interlock stood at there is not known; verify the recording \
         it was cut from, or cut from the start",
        path.display()
    )]
    Cut {
        /// The file.
        path: PathBuf,
    },
}

/// The recording, if it begins where its session did.
pub(crate) fn from_start(recording: Recording) -> Result<Recording, ReplayError> {
    if recording.from_start() {
        return Ok(recording);
    }
    Err(ReplayError::Cut { path: recording.path().to_owned() })
}

/// Runs control and interlock over the recorded inputs and compares every output bit for bit,
/// up to the first tick that differs. Every tick has to keep the interlock's invariants too: what
/// is the same as recorded may still be wrong.
///
/// Wall-clock facts of a tick ([`rfa_session::Timing`]) are not compared; they decide nothing.
/// Messages on `/event` and `/alarm` must be those that the re-executed ticks tell.
///
/// # Errors
/// [`ReplayError`] where the recording cannot be read or re-executed, or holds nothing to compare.
pub fn verify(path: impl AsRef<Path>) -> Result<VerifyReport, ReplayError> {
    verify_growing(path, &mut || false)
}

/// [`verify`] of a recording that is being written. At its end `wait` waits for more, as long as it
/// likes; false: there is no more to be expected.
///
/// # Errors
/// As [`verify`].
pub fn verify_growing(
    path: impl AsRef<Path>,
    wait: &mut dyn FnMut() -> bool,
) -> Result<VerifyReport, ReplayError> {
    let recording = from_start(Recording::open(path)?)?;
    let comparison =
        Comparison::new(recording.header(), tuning_of(&recording).map_err(ReplayError::Tuning)?)?;
    compare(&recording, comparison, wait)
}

fn compare(
    recording: &Recording,
    mut comparison: Comparison,
    wait: &mut dyn FnMut() -> bool,
) -> Result<VerifyReport, ReplayError> {
    let mut messages = recording.messages()?;
    while comparison.open() {
        match messages.next() {
            Ok(Some(message)) => match comparison.take(&message) {
                Err(ReadError::Damaged { at, why, .. }) => comparison.damaged(at, why),
                taken => taken?,
            },
            Ok(None) => {
                let end = messages.end().cloned();
                if end == Some(End::Finished) || !wait() || !messages.resume()? {
                    comparison.ended(end);
                    break;
                }
            }
            Err(ReadError::Damaged { at, why, .. }) => comparison.damaged(at, why),
            Err(error) => return Err(error.into()),
        }
    }
    comparison.report(recording.path())
}

struct Comparison {
    execution: Execution,
    invariants: Invariants,
    sequence: Sequence,
    /// Messages the ticks so far tell, that have not come yet.
    expected: VecDeque<(Topic, EventMessage)>,
    report: VerifyReport,
}

impl Comparison {
    fn new(header: &Header, tuning: Tuning) -> Result<Self, ReplayError> {
        let other = other_rfa(header, None);
        let limits = Limits::new(header.limits).map_err(ReplayError::Limits)?;
        Ok(Self {
            execution: Execution::tuned(header, tuning)?,
            invariants: Invariants::new(limits, header.trips_before),
            sequence: Sequence::default(),
            expected: VecDeque::new(),
            report: VerifyReport {
                outcome: Outcome::Equal,
                equal: true,
                ticks_compared: 0,
                control_ticks_compared: 0,
                messages_compared: 0,
                first_difference: None,
                broken_invariant: None,
                stopped: None,
                missed_ticks: 0,
                truncated: false,
                end: None,
                summary_present: false,
                warnings: other.into_iter().collect(),
            },
        })
    }

    fn open(&self) -> bool {
        let VerifyReport { first_difference, broken_invariant, stopped, .. } = &self.report;
        first_difference.is_none() && broken_invariant.is_none() && stopped.is_none()
    }

    fn damaged(&mut self, at: u64, why: String) {
        self.report.stopped = Some(Stopped::Damaged { at, why });
    }

    fn take(&mut self, message: &Message<'_>) -> Result<(), ReadError> {
        match message.topic {
            Topic::Tick => self.tick(message),
            Topic::Event | Topic::Alarm => self.event(message),
            Topic::Summary => {
                self.report.summary_present = true;
                Ok(())
            }
            Topic::Intent | Topic::Truth | Topic::Lesion => Ok(()),
            Topic::Note | Topic::Chain => Ok(()),
        }
    }

    fn tick(&mut self, message: &Message<'_>) -> Result<(), ReadError> {
        let row: TickRow = message.parse()?;
        if !self.all_told(&row) {
            return Ok(());
        }
        if let Some(gap) = self.sequence.take(&row).map_err(|why| message.damaged(why))? {
            self.report.missed_ticks += gap.missed;
            if gap.lost > 0 {
                self.report.stopped = Some(Stopped::Lost(gap));
                return Ok(());
            }
        }
        for (index, control) in row.control.iter().enumerate() {
            self.control(message, &row, index, control)?;
            if !self.open() {
                return Ok(());
            }
        }
        let inputs = Inputs::try_from(&row.inputs).map_err(|error| message.damaged(error))?;
        let given = self.execution.interlock(&inputs);
        let outputs = OutputsRow::from(&given);
        self.report.ticks_compared += 1;
        if outputs != row.outputs {
            let at = (row.inputs.tick, row.inputs.now_us);
            return self.differ(
                message,
                at,
                Part::Interlock,
                None,
                "outputs",
                (&row.outputs, &outputs),
            );
        }
        let kept = self.invariants.look(&inputs, &given);
        self.report.broken_invariant = kept.err().map(|broken| broken.to_string());
        let (tick, at_us) = (row.inputs.tick, row.inputs.now_us);
        let told = outputs.events.into_iter();
        let told = told.map(|event| (Topic::of(&event), EventMessage { tick, at_us, event }));
        self.expected.extend(told);
        Ok(())
    }

    fn control(
        &mut self,
        message: &Message<'_>,
        row: &TickRow,
        index: usize,
        recorded: &ControlRow,
    ) -> Result<(), ReadError> {
        let inputs = recorded.inputs.inputs(&row.inputs.telemetry);
        let inputs = inputs.map_err(|error| message.damaged(error))?;
        let outputs = ControlOutputsRow::from(&self.execution.control(&inputs));
        self.report.control_ticks_compared += 1;
        if outputs == recorded.outputs {
            return Ok(());
        }
        let at = (row.inputs.tick, row.inputs.now_us);
        let root = format!("control[{index}].outputs");
        let rows = (&recorded.outputs, &outputs);
        self.differ(message, at, Part::Control, Some(inputs.tick), &root, rows)
    }

    /// Every event of the ticks before `row` has been told on its topic.
    fn all_told(&mut self, row: &TickRow) -> bool {
        let Some((topic, missing)) = self.expected.front() else { return true };
        let fields = differences(topic.name(), &None, &Some(missing)).unwrap_or_default();
        self.report.first_difference = Some(TickDifference {
            tick: missing.tick,
            at_us: missing.at_us.min(row.inputs.now_us),
            part: Part::Message,
            control_tick: None,
            fields,
        });
        false
    }

    fn event(&mut self, message: &Message<'_>) -> Result<(), ReadError> {
        let recorded: EventMessage = message.parse()?;
        self.report.messages_compared += 1;
        let expected = self.expected.pop_front().filter(|(topic, _)| *topic == message.topic);
        let expected = expected.map(|(_, expected)| expected);
        if expected.as_ref() == Some(&recorded) {
            return Ok(());
        }
        let at = (recorded.tick, recorded.at_us);
        let rows = (&Some(&recorded), &expected.as_ref());
        self.differ(message, at, Part::Message, None, message.topic.name(), rows)
    }

    fn differ<T: Serialize>(
        &mut self,
        message: &Message<'_>,
        (tick, at_us): (u64, u64),
        part: Part,
        control_tick: Option<u64>,
        root: &str,
        (recorded, reexecuted): (&T, &T),
    ) -> Result<(), ReadError> {
        let fields =
            differences(root, recorded, reexecuted).map_err(|error| message.damaged(error))?;
        self.report.first_difference =
            Some(TickDifference { tick, at_us, part, control_tick, fields });
        Ok(())
    }

    fn ended(&mut self, end: Option<End>) {
        self.report.truncated = end.as_ref() != Some(&End::Finished);
        if !self.report.summary_present && !self.report.truncated {
            self.report.warnings.push("the session wrote no summary".to_owned());
        }
        if let (false, Some((topic, missing))) = (self.report.truncated, self.expected.front()) {
            let fields = differences(topic.name(), &None, &Some(missing)).unwrap_or_default();
            self.report.first_difference = Some(TickDifference {
                tick: missing.tick,
                at_us: missing.at_us,
                part: Part::Message,
                control_tick: None,
                fields,
            });
        }
        self.report.end = end;
    }

    fn report(mut self, path: &Path) -> Result<VerifyReport, ReplayError> {
        let open = self.open();
        let report = &mut self.report;
        let nothing = |what| ReplayError::Nothing { path: path.to_owned(), what };
        if open {
            if report.ticks_compared == 0 {
                return Err(nothing("tick"));
            }
            if report.control_ticks_compared == 0 {
                return Err(nothing("control tick"));
            }
        }
        let VerifyReport { first_difference, broken_invariant, stopped, .. } = &*report;
        report.outcome = match (first_difference, broken_invariant, stopped) {
            (Some(_), ..) => Outcome::Different,
            (None, Some(_), _) => Outcome::Unsafe,
            (None, None, Some(_)) => Outcome::Broken,
            (None, None, None) if report.truncated => Outcome::EqualAsFarAsItGoes,
            (None, None, None) => Outcome::Equal,
        };
        report.equal = matches!(report.outcome, Outcome::Equal | Outcome::EqualAsFarAsItGoes);
        Ok(self.report)
    }
}

#[cfg(test)]
mod tests;
