//! The generator's report, the controller's request, the interlock's permit.

use super::{
    ContactorWord, EmergencyStopWord, FootswitchWord, OutputWord, RowError, StopWord, SupplyWord,
    TipFaultWord, bounded, channel_id, quantity, step_index, step_number,
};
use rfa_units::{
    ChannelReport, GeneratorInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts,
    Milliohms, Permit, Request, Telemetry, TipReading,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One telemetry frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TelemetryRow {
    /// Sequence number.
    pub sequence: u32,
    /// When the generator sampled, on its clock, in microseconds.
    pub at_us: u64,
    /// Treatment contactor, read back.
    pub k1: ContactorWord,
    /// Second contactor, read back.
    pub k2: ContactorWord,
    /// Emergency stop.
    pub emergency_stop: EmergencyStopWord,
    /// Footswitch.
    pub footswitch: FootswitchWord,
    /// Supply.
    pub supply: SupplyWord,
    /// Return-pad impedance in milliohms; absent: no measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pad_mohm: Option<u32>,
    /// Grants refused since the session began.
    pub grants_refused: u16,
    /// One report per channel in use.
    pub channels: Vec<ChannelRow>,
}

/// One channel's measured values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelRow {
    /// Channel, 1 to 4.
    pub channel: u8,
    /// What the output stage does.
    pub output: OutputWord,
    /// Tip temperature in thousandths of a degree Celsius; absent: see `tip_fault`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip_mc: Option<i32>,
    /// Why there is no tip temperature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tip_fault: Option<TipFaultWord>,
    /// Measured RF power in milliwatts.
    pub power_mw: u32,
    /// Measured RF voltage (rms) in millivolts.
    pub voltage_mv: u32,
    /// Measured RF current (rms) in microamperes.
    pub current_ua: u32,
    /// Impedance magnitude in milliohms; absent: no measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impedance_mohm: Option<u32>,
    /// The set-point the output stage regulates to, in milliwatts.
    pub setpoint_mw: u32,
    /// Energy delivered since the session began, in millijoules.
    pub energy_mj: u32,
}

/// What the controller asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestRow {
    /// Power wanted, in milliwatts.
    pub power_mw: u32,
    /// The step the controller believes it is in, from 0.
    pub step: u8,
    /// Set when output has to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<StopWord>,
}

/// What the controller is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PermitRow {
    /// Output is being delivered.
    pub delivering: bool,
    /// The step in force, from 0.
    pub step: u8,
    /// Power granted in the newest tick, in milliwatts.
    pub granted_mw: u32,
    /// The most that would be granted in this step, in milliwatts.
    pub ceiling_mw: u32,
}

impl From<&Telemetry> for TelemetryRow {
    fn from(telemetry: &Telemetry) -> Self {
        let Telemetry {
            sequence,
            at,
            k1,
            k2,
            emergency_stop,
            footswitch,
            supply,
            pad,
            grants_refused,
            channels,
        } = telemetry;
        Self {
            sequence: *sequence,
            at_us: at.as_micros(),
            k1: (*k1).into(),
            k2: (*k2).into(),
            emergency_stop: (*emergency_stop).into(),
            footswitch: (*footswitch).into(),
            supply: (*supply).into(),
            pad_mohm: pad.map(Milliohms::get),
            grants_refused: *grants_refused,
            channels: channels.iter().map(ChannelRow::from).collect(),
        }
    }
}

impl TryFrom<&TelemetryRow> for Telemetry {
    type Error = RowError;

    fn try_from(row: &TelemetryRow) -> Result<Self, RowError> {
        Ok(Self {
            sequence: row.sequence,
            at: GeneratorInstant::from_micros(row.at_us),
            k1: row.k1.into(),
            k2: row.k2.into(),
            emergency_stop: row.emergency_stop.into(),
            footswitch: row.footswitch.into(),
            supply: row.supply.into(),
            pad: milliohms("pad_mohm", row.pad_mohm)?,
            grants_refused: row.grants_refused,
            channels: bounded("channels", &row.channels, ChannelReport::try_from)?,
        })
    }
}

impl From<&ChannelReport> for ChannelRow {
    fn from(report: &ChannelReport) -> Self {
        let ChannelReport {
            channel,
            output,
            tip,
            power,
            voltage,
            current,
            impedance,
            setpoint,
            energy,
        } = report;
        Self {
            channel: channel.number(),
            output: (*output).into(),
            tip_mc: tip.valid().map(MilliCelsius::get),
            tip_fault: TipFaultWord::of(*tip),
            power_mw: power.get(),
            voltage_mv: voltage.get(),
            current_ua: current.get(),
            impedance_mohm: impedance.map(Milliohms::get),
            setpoint_mw: setpoint.get(),
            energy_mj: energy.get(),
        }
    }
}

impl TryFrom<&ChannelRow> for ChannelReport {
    type Error = RowError;

    fn try_from(row: &ChannelRow) -> Result<Self, RowError> {
        Ok(Self {
            channel: channel_id("channel", row.channel)?,
            output: row.output.into(),
            tip: tip_reading(row)?,
            power: quantity!(MilliWatts, row, power_mw)?,
            voltage: quantity!(MilliVolts, row, voltage_mv)?,
            current: quantity!(MicroAmps, row, current_ua)?,
            impedance: milliohms("impedance_mohm", row.impedance_mohm)?,
            setpoint: quantity!(MilliWatts, row, setpoint_mw)?,
            energy: quantity!(MilliJoules, row, energy_mj)?,
        })
    }
}

/// A reading is a temperature or a reason for having none, never both and never neither.
fn tip_reading(row: &ChannelRow) -> Result<TipReading, RowError> {
    match (row.tip_mc, row.tip_fault) {
        (Some(raw), None) => MilliCelsius::new(raw).map(TipReading::Valid).ok_or_else(|| {
            let (min, max) = (MilliCelsius::MIN.get(), MilliCelsius::MAX.get());
            RowError::new("tip_mc", raw, format!("{min} to {max}"))
        }),
        (None, Some(TipFaultWord::Open)) => Ok(TipReading::Open),
        (None, Some(TipFaultWord::Faulty)) => Ok(TipReading::Faulty),
        (Some(_), Some(_)) => Err(RowError::new("tip_mc", "with tip_fault", "one of the two")),
        (None, None) => Err(RowError::new("tip_mc", "without tip_fault", "one of the two")),
    }
}

fn milliohms(field: &'static str, raw: Option<u32>) -> Result<Option<Milliohms>, RowError> {
    let Some(raw) = raw else { return Ok(None) };
    let max = Milliohms::MAX.get();
    Milliohms::new(raw).map(Some).ok_or_else(|| RowError::new(field, raw, format!("0 to {max}")))
}

impl From<&Request> for RequestRow {
    fn from(request: &Request) -> Self {
        let Request { power, step, stop } = request;
        Self { power_mw: power.get(), step: step_number(*step), stop: stop.map(StopWord::from) }
    }
}

impl TryFrom<&RequestRow> for Request {
    type Error = RowError;

    fn try_from(row: &RequestRow) -> Result<Self, RowError> {
        Ok(Self {
            power: quantity!(MilliWatts, row, power_mw)?,
            step: step_index("step", row.step)?,
            stop: row.stop.map(Into::into),
        })
    }
}

impl From<&Permit> for PermitRow {
    fn from(permit: &Permit) -> Self {
        let Permit { delivering, step, granted, ceiling } = permit;
        Self {
            delivering: *delivering,
            step: step_number(*step),
            granted_mw: granted.get(),
            ceiling_mw: ceiling.get(),
        }
    }
}

impl TryFrom<&PermitRow> for Permit {
    type Error = RowError;

    fn try_from(row: &PermitRow) -> Result<Self, RowError> {
        Ok(Self {
            delivering: row.delivering,
            step: step_index("step", row.step)?,
            granted: quantity!(MilliWatts, row, granted_mw)?,
            ceiling: quantity!(MilliWatts, row, ceiling_mw)?,
        })
    }
}
