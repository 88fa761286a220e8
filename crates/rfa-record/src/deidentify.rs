//! A copy that names nobody.

use crate::copy::{ChainOf, Copier, Pass, into_new};
use crate::header::{
    CLOCK, CUT, DEIDENTIFIED, MERGED, PLAN_FILE, RECOVERED, SESSION, WHAT_IF, WHOLE,
    replace_serial, replace_start,
};
use crate::message::{IntentMessage, decode, encode};
use crate::read::{Attachment, Channel, FoundMessage, Schema};
use crate::words::{Names, short};
use crate::write::Refused;
use crate::{Clock, CopyError, Damage, End, Recording, Topic};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The start of every deidentified session: 2000-01-01 00:00:00 UTC, in microseconds since 1970.
const START_UNIX_US: u64 = 946_684_800_000_000;
/// Attached files that are kept: they describe the treatment and the simulator.
const FILES_KEPT: [&str; 2] = [PLAN_FILE, "simulator.toml"];
/// Schemas that are kept: of rfa's own channels.
const SCHEMAS_KEPT: [&str; 8] = [
    "rfa.Tick",
    "rfa.Event",
    "rfa.Intent",
    "rfa.Truth",
    "rfa.Lesion",
    "rfa.Summary",
    "rfa.Note",
    "rfa.Checkpoint",
];
/// Fields that are kept of a metadata record of rfa.
const SESSION_KEPT: &[&str] = &[
    "record_schema",
    "session",
    "plan_id",
    "plan_hash",
    "rfa_version",
    "trips_before",
    "identity",
    "limits",
    "program",
    "seed",
    "git_commit",
];
const CLOCK_KEPT: &[&str] = &["time", "started_unix_us", "started_at_us"];
/// Those that say how the file was made, where they are a number or true or false.
const CUT_KEPT: &[&str] = &["from_start", "from_us", "until_us"];
const MERGED_KEPT: &[&str] = &["parts"];
/// The loop's numbers of a what-if, without which it could not be re-executed.
const WHAT_IF_KEPT: &str = "control.";
const RECOVERED_KEPT: &[&str] = &["tail_bytes_lost", "damaged_places", WHOLE];
/// Operators told apart at most.
const OPERATORS_MAX: usize = 1_000;

/// What was taken out and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeidentifyReport {
    /// Taken out or replaced, one line each.
    pub removed: Vec<String>,
    /// Left as it is, for somebody to judge.
    pub kept: Vec<String>,
    /// Damaged places of the old file that were passed over, the first 64.
    pub damage: Vec<Damage>,
    /// How the old file ends.
    pub end: End,
}

/// Copies the recording `from` to the new file `to` without what names persons, the site, the
/// generator or the day. Ticks are taken over byte for byte, so that it can still be re-executed.
///
/// # Errors
/// [`CopyError`]; `to` is then not there.
pub fn deidentify(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
) -> Result<DeidentifyReport, CopyError> {
    let recording = Recording::open(from)?;
    let back_us = match recording.header().clock {
        Clock::Virtual => None,
        Clock::Wall { started_unix_us, .. } => {
            Some(i128::from(START_UNIX_US) - i128::from(started_unix_us))
        }
    };
    into_new(to.as_ref(), |partial| {
        let mut copier = Copier::create(partial, &recording, ChainOf::TheNew)?;
        copier.recorder.write_mark(DEIDENTIFIED, BTreeMap::new())?;
        let mut pass = Nameless { shift_ns: back_us.map(|us| us * 1_000), ..Nameless::default() };
        copier.take(&recording, &mut pass)?;
        let (damage, end) = (std::mem::take(&mut copier.damage), copier.end.clone());
        copier.close()?;
        Ok(DeidentifyReport { removed: pass.removed(), kept: pass.kept(), damage, end })
    })
}

#[derive(Default)]
struct Nameless {
    /// Added to every time.
    shift_ns: Option<i128>,
    /// By the hash of their name.
    operators: BTreeMap<[u8; 32], usize>,
    renamed: u64,
    serial: bool,
    notes: u64,
    foreign: u64,
    schemas: u64,
    channels: u64,
    /// Channels of rfa of which metadata were taken out.
    cleared: u64,
    files_out: Names,
    files_kept: Names,
    records_out: Names,
    fields_out: Names,
}

impl Nameless {
    fn shift(&self, time_ns: u64) -> u64 {
        let shifted = i128::from(time_ns) + self.shift_ns.unwrap_or(0);
        u64::try_from(shifted.max(0)).unwrap_or(u64::MAX)
    }

    /// Keeps those fields of a record, and of a mark only what names nobody.
    fn fields(&mut self, name: &str, map: &mut BTreeMap<String, String>, kept: &[&str]) {
        let mark = ![SESSION, CLOCK].contains(&name);
        map.retain(|key, value| {
            let plain = value.parse::<f64>().is_ok() || value.parse::<bool>().is_ok();
            let what_if = name == WHAT_IF && key.starts_with(WHAT_IF_KEPT);
            let keep = (kept.contains(&key.as_str()) || what_if) && (plain || !mark);
            if !keep {
                self.fields_out.add(&format!("{name} {}", short(key)));
            }
            keep
        });
    }

    /// The operator's name becomes a number, the same one throughout the file.
    fn intent(&mut self, sequence: u32, data: &mut Vec<u8>) -> Result<(), Refused> {
        let bad = |why: String| format!("/intent message {sequence}: {why}");
        let mut intent: IntentMessage = decode(data).map_err(|error| bad(error.to_string()))?;
        let Some(name) = intent.operator.take() else { return Ok(()) };
        let number = self.operators.len() + 1;
        if number > OPERATORS_MAX {
            return Err(bad(format!("more than {OPERATORS_MAX} operators")));
        }
        let number =
            *self.operators.entry(*blake3::hash(name.as_bytes()).as_bytes()).or_insert(number);
        intent.operator = Some(format!("operator-{number}"));
        self.renamed += 1;
        *data = encode(&intent).map_err(|error| bad(error.to_string()))?;
        Ok(())
    }

    fn removed(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.renamed > 0 {
            let (names, times) = (self.operators.len(), self.renamed);
            told.push(format!(
                "{names} operator names in {times} intents: now operator-1 and so on"
            ));
        }
        if self.serial {
            told.push("the generator's serial number".to_owned());
        }
        if self.shift_ns.is_some() {
            let to = "the session now starts at 2000-01-01 00:00:00 UTC";
            told.push(format!("date and time of day: {to}; times within it are kept"));
        }
        if !self.files_out.is_empty() {
            told.push(format!("files kept inside: {}", self.files_out));
        }
        if !self.records_out.is_empty() {
            told.push(format!("metadata of other programs: {}", self.records_out));
        }
        if !self.fields_out.is_empty() {
            told.push(format!("fields of its metadata: {}", self.fields_out));
        }
        if self.notes > 0 {
            told.push(format!("{} notes", self.notes));
        }
        if self.foreign > 0 {
            told.push(format!("{} messages of other programs", self.foreign));
        }
        let (schemas, channels) = (self.schemas, self.channels);
        if schemas + channels > 0 {
            told.push(format!("{schemas} schemas and {channels} channels of other programs"));
        }
        if self.cleared > 0 {
            told.push(format!("the metadata of {} channels", self.cleared));
        }
        told
    }

    fn kept(&self) -> Vec<String> {
        let files = &self.files_kept;
        [
            "every tick, event, alarm and lesion message: what was measured and done, and when",
            "the session's id: a random number that its original has too",
            "plan, limits, program and trip count; the generator's model and firmware; a seed",
            "the session's summary",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([format!("{files}, whole: look through comments for names")])
        .collect()
    }
}

impl Pass for Nameless {
    fn schema(&mut self, schema: &Schema<'_>) -> bool {
        let kept = SCHEMAS_KEPT.contains(&schema.name);
        self.schemas += u64::from(!kept);
        kept
    }

    fn channel(&mut self, channel: &mut Channel<'_>) -> bool {
        let kept = channel.of_rfa().is_some();
        self.channels += u64::from(!kept);
        self.cleared += u64::from(kept && !channel.metadata.is_empty());
        channel.metadata.clear();
        kept
    }

    fn message(
        &mut self,
        topic: Option<Topic>,
        header: &mut FoundMessage,
        data: &mut Vec<u8>,
    ) -> Result<bool, Refused> {
        header.log_time_ns = self.shift(header.log_time_ns);
        header.publish_time_ns = self.shift(header.publish_time_ns);
        match topic {
            Some(Topic::Intent) => self.intent(header.sequence, data)?,
            Some(Topic::Note) => {
                self.notes += 1;
                return Ok(false);
            }
            Some(_) => {}
            None => {
                self.foreign += 1;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn metadata(
        &mut self,
        name: &str,
        map: &mut BTreeMap<String, String>,
    ) -> Result<bool, Refused> {
        let bad = |error: crate::HeaderError| format!("{name}: {error}");
        match name {
            SESSION => self.serial |= replace_serial(map, "removed").map_err(bad)?,
            CLOCK if self.shift_ns.is_some() => replace_start(map, START_UNIX_US),
            _ => {}
        }
        let kept = match name {
            SESSION => SESSION_KEPT,
            CLOCK => CLOCK_KEPT,
            CUT => CUT_KEPT,
            MERGED => MERGED_KEPT,
            RECOVERED => RECOVERED_KEPT,
            // That it is one must not be lost.
            WHAT_IF => &[],
            DEIDENTIFIED => return Ok(false),
            other => {
                self.records_out.add(other);
                return Ok(false);
            }
        };
        self.fields(name, map, kept);
        Ok(true)
    }

    fn attachment(&mut self, attachment: &mut Attachment) -> bool {
        attachment.log_time_ns = self.shift(attachment.log_time_ns);
        attachment.create_time_ns = self.shift(attachment.create_time_ns);
        let name = attachment.file.name.as_str();
        let kept = FILES_KEPT.contains(&name);
        if kept {
            self.files_kept.add(name)
        } else {
            self.files_out.add(name)
        }
        kept
    }
}
