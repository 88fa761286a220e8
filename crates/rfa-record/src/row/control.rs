//! What the loop saw and gave.

use super::{
    Exact, PermitRow, PhaseWord, RequestRow, RowError, TelemetryRow, bounded, quantity, step_index,
    step_number,
};
use rfa_control::{ControlInputs, ControlOutputs, ControlTick, Terms};
use rfa_units::{HostInstant, MilliCelsius, MilliWatts, Permit, Request, Span, Telemetry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One control tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlRow {
    /// What it saw.
    pub inputs: ControlInputsRow,
    /// What it gave.
    pub outputs: ControlOutputsRow,
}

/// One control tick's inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlInputsRow {
    /// The control tick's number.
    pub tick: u64,
    /// When the tick ran, on the controller's monotonic clock, in microseconds.
    pub now_us: u64,
    /// Telemetry since the last tick; absent: the same frames as the interlock's of this record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telemetry: Option<Vec<TelemetryRow>>,
    /// The interlock's newest decision; absent: there was none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permit: Option<PermitRow>,
}

/// One control tick's outputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlOutputsRow {
    /// What is asked of the interlock.
    pub request: RequestRow,
    /// Where the program is.
    pub phase: PhaseWord,
    /// The step in hand, from 0.
    pub step: u8,
    /// The ramped set-point in thousandths of a degree; absent: not delivering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_mc: Option<i32>,
    /// The step's set temperature in thousandths of a degree.
    pub set_mc: i32,
    /// Time from first activation to set - 2 °C, in microseconds; absent: not reached yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_us: Option<u64>,
    /// Lesion timer of this step, in microseconds.
    pub held_us: u64,
    /// Lesion time still to come, in microseconds.
    pub left_us: u64,
    /// Power the generator reported as applied, in milliwatts.
    pub applied_mw: u32,
    /// Proportional term, in watts.
    pub p_w: Exact,
    /// Integral term, in watts.
    pub i_w: Exact,
    /// Derivative term, in watts.
    pub d_w: Exact,
    /// Feed-forward term, in watts.
    pub feed_forward_w: Exact,
}

impl ControlRow {
    /// The row of `tick`, in a record whose interlock saw `interlock`.
    #[must_use]
    pub fn new(tick: &ControlTick, interlock: &[TelemetryRow]) -> Self {
        let ControlTick { inputs, outputs } = tick;
        let ControlInputs { tick, now, telemetry, permit } = inputs;
        let telemetry: Vec<_> = telemetry.iter().map(TelemetryRow::from).collect();
        let inputs = ControlInputsRow {
            tick: *tick,
            now_us: now.as_micros(),
            telemetry: (telemetry != interlock).then_some(telemetry),
            permit: permit.as_ref().map(PermitRow::from),
        };
        Self { inputs, outputs: outputs.into() }
    }
}

impl ControlInputsRow {
    /// The inputs, in a record whose interlock saw `interlock`.
    ///
    /// # Errors
    /// [`RowError`] names the first field that holds no value of its type.
    pub fn inputs(&self, interlock: &[TelemetryRow]) -> Result<ControlInputs, RowError> {
        let telemetry = self.telemetry.as_deref().unwrap_or(interlock);
        Ok(ControlInputs {
            tick: self.tick,
            now: HostInstant::from_micros(self.now_us),
            telemetry: bounded("telemetry", telemetry, Telemetry::try_from)?,
            permit: self.permit.as_ref().map(Permit::try_from).transpose()?,
        })
    }
}

impl From<&ControlOutputs> for ControlOutputsRow {
    fn from(outputs: &ControlOutputs) -> Self {
        let ControlOutputs {
            request,
            phase,
            step,
            target,
            set,
            reached,
            held,
            left,
            applied,
            terms: Terms { p, i, d, feed_forward },
        } = outputs;
        Self {
            request: request.into(),
            phase: (*phase).into(),
            step: step_number(*step),
            target_mc: target.map(MilliCelsius::get),
            set_mc: set.get(),
            reached_us: reached.map(Span::as_micros),
            held_us: held.as_micros(),
            left_us: left.as_micros(),
            applied_mw: applied.get(),
            p_w: Exact(*p),
            i_w: Exact(*i),
            d_w: Exact(*d),
            feed_forward_w: Exact(*feed_forward),
        }
    }
}

impl TryFrom<&ControlOutputsRow> for ControlOutputs {
    type Error = RowError;

    fn try_from(row: &ControlOutputsRow) -> Result<Self, RowError> {
        let target = row.target_mc.map(|raw| {
            let (min, max) = (MilliCelsius::MIN.get(), MilliCelsius::MAX.get());
            MilliCelsius::new(raw)
                .ok_or_else(|| RowError::new("target_mc", raw, format!("{min} to {max}")))
        });
        Ok(Self {
            request: Request::try_from(&row.request)?,
            phase: row.phase.into(),
            step: step_index("step", row.step)?,
            target: target.transpose()?,
            set: quantity!(MilliCelsius, row, set_mc)?,
            reached: row.reached_us.map(Span::from_micros),
            held: Span::from_micros(row.held_us),
            left: Span::from_micros(row.left_us),
            applied: quantity!(MilliWatts, row, applied_mw)?,
            terms: Terms {
                p: row.p_w.0,
                i: row.i_w.0,
                d: row.d_w.0,
                feed_forward: row.feed_forward_w.0,
            },
        })
    }
}
