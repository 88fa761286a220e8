//! What a verification found.

use rfa_record::row::Difference;
use rfa_record::{End, Gap};
use serde::Serialize;
use std::fmt;

/// What verification says in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything recorded is what this program gives.
    Equal,
    /// Everything that is left is equal; the recording was not finished, or its tail is lost.
    EqualAsFarAsItGoes,
    /// A tick differs.
    Different,
    /// What was recorded is what this program gives, and a tick breaks an invariant of the
    /// interlock: the program itself is wrong.
    Unsafe,
    /// Ticks are missing or unreadable before the end; what follows cannot be re-executed.
    Broken,
}

/// Which outputs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The temperature loop's.
    Control,
    /// The safety interlock's.
    Interlock,
    /// An event or alarm message that the ticks do not tell, or a missing one.
    Message,
}

/// The first tick that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TickDifference {
    /// The interlock tick of the record.
    pub tick: u64,
    /// When it ran, on the controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// Which outputs differ.
    pub part: Part,
    /// The control tick, where the difference is there.
    pub control_tick: Option<u64>,
    /// Every field that differs.
    pub fields: Vec<Difference>,
}

impl fmt::Display for TickDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at_us as f64 / 1e6;
        write!(f, "tick {} at {seconds:.3} s", self.tick)?;
        match (self.part, self.control_tick) {
            (Part::Control, Some(tick)) => write!(f, ", control tick {tick}:")?,
            (Part::Control, None) => write!(f, ", control:")?,
            (Part::Interlock, _) => write!(f, ", interlock:")?,
            (Part::Message, _) => write!(f, ", event or alarm message:")?,
        }
        for Difference { field, recorded, reexecuted } in &self.fields {
            write!(f, "\n  {field}: recorded {recorded}, re-executed {reexecuted}")?;
        }
        Ok(())
    }
}

/// Why re-execution ended before the recording does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stopped {
    /// Ticks that ran are not in the recording: the state after them is not known.
    Lost(Gap),
    /// A record cannot be read.
    Damaged {
        /// Where it begins in the file.
        at: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(Gap { after, before, lost, .. }) => write!(
                f,
                "{lost} ticks between tick {after} and tick {before} ran and are not in the \
                 recording; without them the state after tick {after} is not known"
            ),
            Self::Damaged { at, why } => write!(f, "byte {at}: {why}"),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VerifyReport {
    /// In one word.
    pub outcome: Outcome,
    /// No difference was found, and nothing stopped the comparison before the recording's end.
    pub equal: bool,
    /// Interlock ticks compared.
    pub ticks_compared: u64,
    /// Control ticks compared.
    pub control_ticks_compared: u64,
    /// Event and alarm messages compared.
    pub messages_compared: u64,
    /// The first tick that differs.
    pub first_difference: Option<TickDifference>,
    /// The first invariant of the interlock that a tick breaks (hazards.md part c).
    pub broken_invariant: Option<String>,
    /// Why the comparison ended early.
    pub stopped: Option<Stopped>,
    /// Deadlines the machine missed; no tick ran, so nothing is missing.
    pub missed_ticks: u64,
    /// The recording was not finished, or its tail is lost.
    pub truncated: bool,
    /// How the file ends; absent where the comparison ended before.
    pub end: Option<End>,
    /// The session's summary is there.
    pub summary_present: bool,
    /// Things to know that are no difference, e.g. another version of rfa.
    pub warnings: Vec<String>,
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ticks_compared: ticks, control_ticks_compared: control, .. } = self;
        let compared = format!("{ticks} ticks and {control} control ticks compared");
        match (&self.first_difference, &self.broken_invariant, &self.stopped) {
            (Some(difference), ..) => write!(f, "different: {difference}\n{compared}"),
            (None, Some(broken), _) => write!(f, "unsafe: {broken}\n{compared}, all equal"),
            (None, None, Some(stopped)) => write!(f, "broken: {stopped}\n{compared}, all equal"),
            (None, None, None) => write!(f, "equal: {compared}"),
        }?;
        if let Some(End::Truncated { at, why }) = &self.end {
            write!(f, "\nthe recording was not finished: byte {at}: {why}")?;
        }
        self.warnings.iter().try_for_each(|warning| write!(f, "\nwarning: {warning}"))
    }
}
