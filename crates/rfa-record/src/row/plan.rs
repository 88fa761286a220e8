//! The numbers a session ran on: the interlock's limits and the loop's program.

use super::{
    ActivationWord, GateWord, ModeWord, RowError, bounded, channel_id, plan_hash, quantity,
};
use rfa_interlock::{LimitsSpec, StepLimit, Threshold, Thresholds, Warming};
use rfa_plan::{Program, RESPONSES_MK_J, StepSpec};
use rfa_units::{MilliCelsius, MilliJoules, MilliWatts, Milliohms, SessionId, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The interlock's limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsRow {
    /// The conversation grants are made for.
    pub session: u32,
    /// The one channel that may deliver.
    pub channel: u8,
    /// The one mode it may deliver in.
    pub mode: ModeWord,
    /// The plan, 16 hexadecimal digits.
    pub plan: String,
    /// How output is started.
    pub activation: ActivationWord,
    /// The steps, in order.
    pub steps: Vec<StepLimitRow>,
    /// The most power granted in a start until the tip has answered, in milliwatts.
    pub start_ceiling_mw: u32,
    /// How the tip of the plan's electrode answers to power: rise per energy, in mK/J.
    pub gain_mk_j: u32,
    /// The same: how fast the heat goes, in microseconds.
    pub leak_us: u64,
    /// Thresholds of the rules that the site has tighter than the table.
    pub rules: Vec<ThresholdRow>,
    /// Thresholds that were tried: what they would have ended was reported, no more.
    pub passive: Option<Vec<ThresholdRow>>,
    /// No arming where alarms cannot be heard.
    pub sound_required: bool,
    /// Impedance above which output ends, in milliohms.
    pub impedance_high_mohm: u32,
    /// Impedance below which output ends, in milliohms.
    pub impedance_low_mohm: u32,
}

/// One threshold of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThresholdRow {
    /// Its name, which ends with the unit of the value.
    pub name: String,
    /// Its value.
    pub value: i64,
}

/// The interlock's numbers for one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepLimitRow {
    /// Set temperature in thousandths of a degree.
    pub set_mc: i32,
    /// The most power ever granted, in milliwatts.
    pub ceiling_mw: u32,
    /// Planned time to the set temperature, in microseconds.
    pub ramp_us: u64,
    /// The plan's hold at temperature, in microseconds.
    pub hold_us: u64,
    /// Output time at most, in microseconds.
    pub time_on_max_us: u64,
    /// Output energy at most, in millijoules.
    pub energy_max_mj: u32,
    /// A check has to be confirmed before this step.
    pub check_before: bool,
}

/// The loop's program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramRow {
    /// The channel that delivers.
    pub channel: u8,
    /// What it delivers.
    pub mode: ModeWord,
    /// The steps, in order.
    pub steps: Vec<StepSpecRow>,
    /// Power ceiling of each step, in milliwatts.
    pub ceilings_mw: Vec<u32>,
    /// Rise of the tip per energy to expect of the electrode, in thousandths of a kelvin per joule.
    pub response_mk_j: u32,
}

/// One step of the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepSpecRow {
    /// Set temperature in thousandths of a degree.
    pub set_mc: i32,
    /// Time to the set temperature, in microseconds.
    pub ramp_us: u64,
    /// Time at temperature, in microseconds.
    pub hold_us: u64,
    /// What has to be done before this step.
    pub gate: GateWord,
}

impl From<&LimitsSpec> for LimitsRow {
    fn from(spec: &LimitsSpec) -> Self {
        let LimitsSpec {
            session,
            channel,
            mode,
            plan,
            activation,
            steps,
            start_ceiling,
            warming,
            rules,
            passive,
            sound_required,
            impedance_high,
            impedance_low,
        } = spec;
        Self {
            session: session.0,
            channel: channel.number(),
            mode: (*mode).into(),
            plan: plan.to_string(),
            activation: (*activation).into(),
            steps: steps.iter().map(StepLimitRow::from).collect(),
            start_ceiling_mw: start_ceiling.get(),
            gain_mk_j: warming.gain_mk_j,
            leak_us: warming.leak.as_micros(),
            rules: threshold_rows(rules),
            passive: passive.as_ref().map(threshold_rows),
            sound_required: *sound_required,
            impedance_high_mohm: impedance_high.get(),
            impedance_low_mohm: impedance_low.get(),
        }
    }
}

impl TryFrom<&LimitsRow> for LimitsSpec {
    type Error = RowError;

    fn try_from(row: &LimitsRow) -> Result<Self, RowError> {
        Ok(Self {
            session: SessionId(row.session),
            channel: channel_id("channel", row.channel)?,
            mode: row.mode.into(),
            plan: plan_hash("plan", &row.plan)?,
            activation: row.activation.into(),
            steps: bounded("steps", &row.steps, StepLimit::try_from)?,
            start_ceiling: quantity!(MilliWatts, row, start_ceiling_mw)?,
            warming: Warming { gain_mk_j: row.gain_mk_j, leak: Span::from_micros(row.leak_us) },
            rules: thresholds("rules", &row.rules)?,
            passive: row.passive.as_deref().map(|rows| thresholds("passive", rows)).transpose()?,
            sound_required: row.sound_required,
            impedance_high: quantity!(Milliohms, row, impedance_high_mohm)?,
            impedance_low: quantity!(Milliohms, row, impedance_low_mohm)?,
        })
    }
}

fn threshold_rows(thresholds: &Thresholds) -> Vec<ThresholdRow> {
    let row = |(threshold, value): (Threshold, i64)| ThresholdRow {
        name: threshold.name().to_string(),
        value,
    };
    thresholds.iter().map(row).collect()
}

fn thresholds(field: &'static str, rows: &[ThresholdRow]) -> Result<Thresholds, RowError> {
    rows.iter().try_fold(Thresholds::TABLE, |all, ThresholdRow { name, value }| {
        let threshold = Threshold::ALL.into_iter().find(|threshold| threshold.name() == name);
        let set = threshold.and_then(|threshold| all.with(threshold, *value));
        set.ok_or_else(|| RowError {
            field,
            value: format!("{name} {value}"),
            allowed: match threshold.map(Threshold::range) {
                Some((min, max)) => format!("{min} to {max}"),
                None => "the name of a threshold".to_string(),
            },
        })
    })
}

impl From<&StepLimit> for StepLimitRow {
    fn from(step: &StepLimit) -> Self {
        let StepLimit { set, ceiling, ramp, hold, time_on_max, energy_max, check_before } = step;
        Self {
            set_mc: set.get(),
            ceiling_mw: ceiling.get(),
            ramp_us: ramp.as_micros(),
            hold_us: hold.as_micros(),
            time_on_max_us: time_on_max.as_micros(),
            energy_max_mj: energy_max.get(),
            check_before: *check_before,
        }
    }
}

impl TryFrom<&StepLimitRow> for StepLimit {
    type Error = RowError;

    fn try_from(row: &StepLimitRow) -> Result<Self, RowError> {
        Ok(Self {
            set: quantity!(MilliCelsius, row, set_mc)?,
            ceiling: quantity!(MilliWatts, row, ceiling_mw)?,
            ramp: Span::from_micros(row.ramp_us),
            hold: Span::from_micros(row.hold_us),
            time_on_max: Span::from_micros(row.time_on_max_us),
            energy_max: quantity!(MilliJoules, row, energy_max_mj)?,
            check_before: row.check_before,
        })
    }
}

impl From<&Program> for ProgramRow {
    fn from(program: &Program) -> Self {
        let Program { channel, mode, steps, ceilings, response_mk_j } = program;
        Self {
            channel: channel.number(),
            mode: (*mode).into(),
            steps: steps.iter().map(StepSpecRow::from).collect(),
            ceilings_mw: ceilings.iter().map(|ceiling| ceiling.get()).collect(),
            response_mk_j: *response_mk_j,
        }
    }
}

impl TryFrom<&ProgramRow> for Program {
    type Error = RowError;

    fn try_from(row: &ProgramRow) -> Result<Self, RowError> {
        Ok(Self {
            channel: channel_id("channel", row.channel)?,
            mode: row.mode.into(),
            steps: bounded("steps", &row.steps, StepSpec::try_from)?,
            ceilings: bounded("ceilings_mw", &row.ceilings_mw, |raw| {
                let max = MilliWatts::MAX.get();
                MilliWatts::new(*raw)
                    .ok_or_else(|| RowError::new("ceilings_mw", raw, format!("0 to {max}")))
            })?,
            response_mk_j: Some(row.response_mk_j)
                .filter(|response| RESPONSES_MK_J.contains(response))
                .ok_or_else(|| {
                    let range = format!("{} to {}", RESPONSES_MK_J.start(), RESPONSES_MK_J.end());
                    RowError::new("response_mk_j", row.response_mk_j, range)
                })?,
        })
    }
}

impl From<&StepSpec> for StepSpecRow {
    fn from(step: &StepSpec) -> Self {
        let StepSpec { set, ramp, hold, gate } = step;
        Self {
            set_mc: set.get(),
            ramp_us: ramp.as_micros(),
            hold_us: hold.as_micros(),
            gate: (*gate).into(),
        }
    }
}

impl TryFrom<&StepSpecRow> for StepSpec {
    type Error = RowError;

    fn try_from(row: &StepSpecRow) -> Result<Self, RowError> {
        Ok(Self {
            set: quantity!(MilliCelsius, row, set_mc)?,
            ramp: Span::from_micros(row.ramp_us),
            hold: Span::from_micros(row.hold_us),
            gate: row.gate.into(),
        })
    }
}
