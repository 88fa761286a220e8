//! A what-if as a recording that nobody takes for a treatment.

use super::settings::TUNING_KEYS;
use super::{Asked, Noise, Session, Setup, WhatIfError, name_of};
use crate::verify::from_start;
use rfa_control::{TUNING, Tuning};
use rfa_figures::Summary;
use rfa_record::{Header, RecordError, Recorder, Recording, WHAT_IF};
use rfa_session::{DeviceKind, TickRecord};
use std::collections::BTreeMap;
use std::path::Path;

/// The header of a recording of a treatment.
pub(super) fn header_of(path: &Path) -> Result<Header, WhatIfError> {
    let recording = from_start(Recording::open(path)?)?;
    if let Some(mark) = recording.mark(WHAT_IF) {
        let source = mark.get("source").cloned().unwrap_or_default();
        return Err(WhatIfError::WhatIf(source));
    }
    Ok(recording.header().clone())
}

/// The most that a number may be of the one in force, and the least part: beyond what any key
/// takes.
const TIMES_MAX: f64 = 10.0;

/// The loop's numbers of a recording: those in force, but of a what-if its own.
///
/// # Errors
/// A key that the mark lacks, or a text that is none of its values.
pub fn tuning_of(recording: &Recording) -> Result<Tuning, String> {
    let mut tuning = TUNING;
    let Some(mark) = recording.mark(WHAT_IF) else { return Ok(tuning) };
    for (name, _, of) in TUNING_KEYS {
        let without = || format!("no control.{name}: another rfa wrote it, whose loop had none");
        let told = mark.get(&format!("control.{name}")).ok_or_else(without)?;
        let number = of(&mut tuning);
        let value = told.parse::<f64>().unwrap_or(f64::NAN);
        let times = value / *number;
        if !(1.0 / TIMES_MAX..=TIMES_MAX).contains(&times) {
            return Err(format!("control.{name} = {told:?}: no value that it can have"));
        }
        *number = value;
    }
    Ok(tuning)
}

pub(super) struct Writer {
    recorder: Recorder,
    failed: Option<RecordError>,
}

impl Writer {
    pub(super) fn create(
        to: &Path,
        session: &Session,
        setup: &Setup,
        asked: &Asked<'_>,
    ) -> Result<Self, WhatIfError> {
        let mut header = setup.header.clone();
        header.identity.kind = DeviceKind::Replay;
        header.rfa_version = env!("CARGO_PKG_VERSION").to_owned();
        // That of whoever recorded the source is not that of whoever computes.
        header.git_commit = None;
        // Files of the session it never was are left out; its plan stays, which it began from.
        header.attachments.clear();
        let mark = mark(session, setup, asked);
        let recorder = Recorder::create_what_if(to, &header, mark)?;
        Ok(Self { recorder, failed: None })
    }

    pub(super) fn take(&mut self, record: &TickRecord) {
        if self.failed.is_none() {
            self.failed = self.recorder.write_tick(record).err();
        }
    }

    pub(super) fn finish(self, session: &Summary) -> Result<(), WhatIfError> {
        if let Some(failed) = self.failed {
            return Err(failed.into());
        }
        let summary = serde_json::to_value(session).ok();
        Ok(self.recorder.finish(summary)?)
    }
}

fn mark(session: &Session, setup: &Setup, asked: &Asked<'_>) -> BTreeMap<String, String> {
    let mut mark = BTreeMap::new();
    let mut put = |key: String, value: String| mark.insert(key, value);
    put("note".to_owned(), "a what-if: computed, no treatment".to_owned());
    put("source".to_owned(), name_of(session.path()).display().to_string());
    put("source_session".to_owned(), format!("{:08x}", session.header().limits.session.0));
    put("source_rfa_version".to_owned(), session.header().rfa_version.clone());
    put(
        "noise".to_owned(),
        match asked.noise {
            Noise::Recorded => "recorded".to_owned(),
            Noise::Drawn(seed) => format!("drawn from seed {seed}"),
            Noise::None => "none".to_owned(),
        },
    );
    let set = |setting: &super::Setting| format!("{}={}", setting.key, setting.value);
    let settings: Vec<String> = asked.settings.iter().map(set).collect();
    put("settings".to_owned(), settings.join(" "));
    let mut tuning = setup.tuning;
    for (name, _, of) in TUNING_KEYS {
        put(format!("control.{name}"), of(&mut tuning).to_string());
    }
    mark
}
