//! What the interlock saw.

use super::{CommandWord, RequestRow, RowError, SoundWord, TelemetryRow, bounded};
use rfa_interlock::{Inputs, LinkReport, Readiness};
use rfa_units::{HostInstant, Request, Telemetry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One interlock tick's inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputsRow {
    /// The tick's number.
    pub tick: u64,
    /// When the tick ran, on the controller's monotonic clock, in microseconds.
    pub now_us: u64,
    /// Telemetry since the last tick, oldest first.
    pub telemetry: Vec<TelemetryRow>,
    /// Frames with a wrong CRC or not decodable, since the last tick.
    pub link_corrupt: u8,
    /// Whole frames refused, since the last tick.
    pub link_refused: u8,
    /// Frames missing by sequence number, since the last tick.
    pub link_missing: u8,
    /// The port has hung up.
    pub link_hung_up: bool,
    /// The controller's newest request; absent: silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestRow>,
    /// The console gave a sign of life.
    pub console_alive: bool,
    /// The operator's command.
    pub command: CommandWord,
    /// A signed-in operator is behind the command.
    pub authorised: bool,
    /// The generator's self-test passed.
    pub ready_self_test: bool,
    /// The generator confirmed its hard limits.
    pub ready_hard_limits: bool,
    /// The recorder is writing and has room.
    pub ready_recorder: bool,
    /// The checklist is complete.
    pub ready_checklist: bool,
    /// Whether alarms can be heard.
    pub ready_sound: SoundWord,
}

impl From<&Inputs> for InputsRow {
    fn from(inputs: &Inputs) -> Self {
        let Inputs {
            tick,
            now,
            telemetry,
            link: LinkReport { corrupt, refused, missing, hung_up },
            request,
            console_alive,
            command,
            authorised,
            ready: Readiness { self_test, hard_limits, recorder, checklist, sound },
        } = inputs;
        Self {
            tick: *tick,
            now_us: now.as_micros(),
            telemetry: telemetry.iter().map(TelemetryRow::from).collect(),
            link_corrupt: *corrupt,
            link_refused: *refused,
            link_missing: *missing,
            link_hung_up: *hung_up,
            request: request.as_ref().map(RequestRow::from),
            console_alive: *console_alive,
            command: (*command).into(),
            authorised: *authorised,
            ready_self_test: *self_test,
            ready_hard_limits: *hard_limits,
            ready_recorder: *recorder,
            ready_checklist: *checklist,
            ready_sound: (*sound).into(),
        }
    }
}

impl TryFrom<&InputsRow> for Inputs {
    type Error = RowError;

    fn try_from(row: &InputsRow) -> Result<Self, RowError> {
        Ok(Self {
            tick: row.tick,
            now: HostInstant::from_micros(row.now_us),
            telemetry: bounded("telemetry", &row.telemetry, Telemetry::try_from)?,
            link: LinkReport {
                corrupt: row.link_corrupt,
                refused: row.link_refused,
                missing: row.link_missing,
                hung_up: row.link_hung_up,
            },
            request: row.request.as_ref().map(Request::try_from).transpose()?,
            console_alive: row.console_alive,
            command: row.command.into(),
            authorised: row.authorised,
            ready: Readiness {
                self_test: row.ready_self_test,
                hard_limits: row.ready_hard_limits,
                recorder: row.ready_recorder,
                checklist: row.ready_checklist,
                sound: row.ready_sound.into(),
            },
        })
    }
}
