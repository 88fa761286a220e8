//! What a session's simulated generator was, kept inside its recording: ticks tell what came of a
//! fault, never which fault it was.

use super::local_generator::tissue_of;
use rfa_plan::Plan;
use rfa_record::{Attached, Header};
use rfa_sim::ScheduledFault;
use rfa_units::GeneratorInstant;
use serde::{Deserialize, Serialize};

/// Its name inside the recording.
pub(crate) const SIMULATOR_FILE: &str = "simulator.toml";

/// The simulated generator of a session, but for its seed, which the header has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulatorFile {
    /// Name of the shipped tissue its needle was in.
    pub(crate) tissue: String,
    /// A footswitch was fitted.
    pub(crate) footswitch: bool,
    /// Faults at set times.
    #[serde(default)]
    pub(crate) fault: Vec<FaultRow>,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultRow {
    /// Which, as `rfa faults` names it.
    pub(crate) name: String,
    /// When, on the generator's clock.
    pub(crate) at_us: u64,
    /// For how long; absent: to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) for_us: Option<u64>,
}

impl SimulatorFile {
    pub(super) fn new(plan: &Plan, footswitch: bool, faults: &[ScheduledFault]) -> Self {
        let row = |fault: &ScheduledFault| FaultRow {
            name: fault.setting.to_string(),
            at_us: fault.at.since(GeneratorInstant::ZERO).as_micros(),
            for_us: fault.lasts.map(|span| span.as_micros()),
        };
        let tissue = tissue_of(plan).to_owned();
        Self { tissue, footswitch, fault: faults.iter().map(row).collect() }
    }

    /// As it goes into the recording.
    pub(super) fn attached(&self) -> Attached {
        Attached {
            name: SIMULATOR_FILE.to_owned(),
            media_type: "application/toml".to_owned(),
            // Texts and numbers always have a TOML form.
            data: toml::to_string(self).unwrap_or_default().into_bytes(),
        }
    }

    /// The one inside a recording; `None`: it has none.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(crate) fn of(header: &Header) -> Result<Option<Self>, String> {
        let found = header.attachments.iter().find(|file| file.name == SIMULATOR_FILE);
        let Some(file) = found else { return Ok(None) };
        let text = str::from_utf8(&file.data).map_err(|e| e.to_string())?;
        toml::from_str(text).map(Some).map_err(|e| e.to_string().trim().to_owned())
    }
}
