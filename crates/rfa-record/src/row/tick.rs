//! One tick, whole.

use super::{ControlRow, InputsRow, OutputsRow, RowError, bounded};
use rfa_control::{ControlOutputs, ControlTick};
use rfa_interlock::Inputs;
use rfa_session::{InterlockTick, TickRecord, Timing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One tick of control and interlock: all they saw, all they decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TickRow {
    /// What the interlock saw.
    pub inputs: InputsRow,
    /// What the interlock decided.
    pub outputs: OutputsRow,
    /// The control ticks since the last record, oldest first.
    pub control: Vec<ControlRow>,
    /// Wall-clock facts; no part of re-execution.
    pub timing: TimingRow,
}

/// Wall-clock facts of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimingRow {
    /// How late the interlock tick began, in microseconds.
    pub interlock_late_us: u32,
    /// How late the latest of its control ticks began, in microseconds.
    pub control_late_us: u32,
    /// How long the interlock tick took until its frame was written, in microseconds.
    pub interlock_took_us: u32,
    /// How long the newest control step took, in nanoseconds; 0: none.
    #[serde(default)]
    pub control_step_ns: u32,
    /// How long the interlock's step took, in nanoseconds.
    #[serde(default)]
    pub interlock_step_ns: u32,
    /// From the newest telemetry's arrival to the frame that answers it, in microseconds.
    #[serde(default)]
    pub telemetry_to_grant_us: Option<u32>,
    /// Ticks missed so far.
    pub missed_ticks: u32,
}

impl From<&Timing> for TimingRow {
    fn from(timing: &Timing) -> Self {
        let &Timing {
            interlock_late_us,
            control_late_us,
            interlock_took_us,
            control_step_ns,
            interlock_step_ns,
            telemetry_to_grant_us,
            missed_ticks,
        } = timing;
        Self {
            interlock_late_us,
            control_late_us,
            interlock_took_us,
            control_step_ns,
            interlock_step_ns,
            telemetry_to_grant_us,
            missed_ticks,
        }
    }
}

impl From<&TimingRow> for Timing {
    fn from(row: &TimingRow) -> Self {
        let &TimingRow {
            interlock_late_us,
            control_late_us,
            interlock_took_us,
            control_step_ns,
            interlock_step_ns,
            telemetry_to_grant_us,
            missed_ticks,
        } = row;
        Self {
            interlock_late_us,
            control_late_us,
            interlock_took_us,
            control_step_ns,
            interlock_step_ns,
            telemetry_to_grant_us,
            missed_ticks,
        }
    }
}

impl From<&TickRecord> for TickRow {
    fn from(record: &TickRecord) -> Self {
        let TickRecord { interlock: InterlockTick { inputs, outputs }, control, timing } = record;
        let inputs = InputsRow::from(inputs);
        let control = control.iter().map(|tick| ControlRow::new(tick, &inputs.telemetry)).collect();
        Self { inputs, outputs: outputs.into(), control, timing: timing.into() }
    }
}

impl TickRow {
    /// The record, its grant left out: only the interlock makes grants.
    ///
    /// # Errors
    /// [`RowError`] names the first field that holds no value of its type.
    pub fn without_grant(&self) -> Result<TickRecord, RowError> {
        let control = bounded("control", &self.control, |row| {
            Ok(ControlTick {
                inputs: row.inputs.inputs(&self.inputs.telemetry)?,
                outputs: ControlOutputs::try_from(&row.outputs)?,
            })
        })?;
        Ok(TickRecord {
            interlock: InterlockTick {
                inputs: Inputs::try_from(&self.inputs)?,
                outputs: self.outputs.without_grant()?,
            },
            control,
            timing: (&self.timing).into(),
        })
    }
}

/// The number of a tick, and nothing else of it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "OnlyInputs")]
pub(crate) struct TickNumber(pub(crate) u64);

#[derive(Deserialize)]
struct OnlyInputs {
    inputs: OnlyTick,
}

#[derive(Deserialize)]
struct OnlyTick {
    tick: u64,
}

impl From<OnlyInputs> for TickNumber {
    fn from(row: OnlyInputs) -> Self {
        Self(row.inputs.tick)
    }
}
