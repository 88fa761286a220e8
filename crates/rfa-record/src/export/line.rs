//! A tick as a line of a table.

use crate::row::{
    AlarmWord, ContactorWord, EmergencyStopWord, FootswitchWord, OutputWord, PhaseWord, StateWord,
    SupplyWord, TickRow, TipFaultWord,
};
use serde::{Serialize, Serializer};

/// A number of `1/10^DIGITS`, written with that many decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal<const DIGITS: usize>(i64);

impl<const DIGITS: usize> From<Decimal<DIGITS>> for f64 {
    /// The floating-point number that is nearest, as reading the decimals gives it: both numbers
    /// are whole and, of what a recording holds, below 2^53, and a division is rounded once.
    fn from(decimal: Decimal<DIGITS>) -> Self {
        decimal.0 as Self / 10_u64.pow(DIGITS as u32) as Self
    }
}

impl<const DIGITS: usize> Serialize for Decimal<DIGITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0 < 0 { "-" } else { "" };
        let one = 10_u64.pow(DIGITS as u32);
        let (whole, part) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        serializer.collect_str(&format_args!("{sign}{whole}.{part:0DIGITS$}"))
    }
}

/// Thousandths.
pub type Milli = Decimal<3>;
/// Millionths.
pub type Micro = Decimal<6>;

fn milli(value: impl Into<i64>) -> Milli {
    Decimal(value.into())
}

fn micro(value: u64) -> Micro {
    Decimal(i64::try_from(value).unwrap_or(i64::MAX))
}

/// One tick as a line of a table. Measured values are those of the newest report that came in it;
/// where none came, or nothing was measured, they are absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TickLine {
    /// Since the first tick, s.
    pub time_s: Micro,
    /// The tick's number.
    pub tick: u64,
    /// The interlock after it.
    pub state: StateWord,
    /// Where the program is; absent, as all of the loop's: no control tick in it.
    pub phase: Option<PhaseWord>,
    /// The step in force, from 1.
    pub step: u8,
    /// The step's set temperature, °C.
    pub set_c: Option<Milli>,
    /// The ramped set-point, °C; absent: not delivering.
    pub target_c: Option<Milli>,
    /// Tip temperature, °C.
    pub tip_c: Option<Milli>,
    /// Why there is none.
    pub tip_fault: Option<TipFaultWord>,
    /// Power the controller asked for, W.
    pub asked_w: Option<Milli>,
    /// Power granted, W.
    pub granted_w: Milli,
    /// The most that would be granted, W.
    pub ceiling_w: Milli,
    /// What the output stage regulates to, W.
    pub setpoint_w: Option<Milli>,
    /// Measured RF power, W.
    pub power_w: Option<Milli>,
    /// Measured RF voltage (rms), V.
    pub voltage_v: Option<Milli>,
    /// Measured RF current (rms), A.
    pub current_a: Option<Micro>,
    /// Impedance magnitude, ohm.
    pub impedance_ohm: Option<Milli>,
    /// Return-pad impedance, ohm.
    pub pad_ohm: Option<Milli>,
    /// What the output stage does.
    pub output: Option<OutputWord>,
    /// What K1 has to be.
    pub k1_commanded: ContactorWord,
    /// K1, read back.
    pub k1_read: Option<ContactorWord>,
    /// What K2 has to be.
    pub k2_commanded: ContactorWord,
    /// K2, read back.
    pub k2_read: Option<ContactorWord>,
    /// Emergency stop.
    pub emergency_stop: Option<EmergencyStopWord>,
    /// Footswitch.
    pub footswitch: Option<FootswitchWord>,
    /// The generator's supply.
    pub supply: Option<SupplyWord>,
    /// By the interlock's own integral, of this step, J.
    pub energy_j: Milli,
    /// Output time of this step, s.
    pub time_on_s: Micro,
    /// Lesion timer of this step, s.
    pub held_s: Option<Micro>,
    /// Proportional term, W.
    pub p_w: Option<f64>,
    /// Integral term, W.
    pub i_w: Option<f64>,
    /// Derivative term, W.
    pub d_w: Option<f64>,
    /// Feed-forward term, W.
    pub feed_forward_w: Option<f64>,
    /// Alarm conditions present, separated by spaces.
    pub alarms: String,
    /// How late the interlock tick began, us.
    pub interlock_late_us: u32,
    /// How late the latest of its control ticks began, us.
    pub control_late_us: u32,
    /// Ticks missed so far.
    pub missed_ticks: u32,
}

impl TickLine {
    /// The line of `row`, `at_us` after the first tick, with the readings of `channel`.
    #[must_use]
    pub fn new(at_us: i64, channel: u8, row: &TickRow) -> Self {
        let TickRow { inputs, outputs, control, timing } = row;
        let report = inputs.telemetry.last();
        let of_channel = report.and_then(|report| {
            let channels = report.channels.iter();
            channels.into_iter().find(|reading| reading.channel == channel)
        });
        let loop_ = control.last().map(|tick| &tick.outputs);
        Self {
            time_s: Decimal(at_us),
            tick: inputs.tick,
            state: outputs.state,
            phase: loop_.map(|outputs| outputs.phase),
            step: outputs.permit.step.saturating_add(1),
            set_c: loop_.map(|outputs| milli(outputs.set_mc)),
            target_c: loop_.and_then(|outputs| outputs.target_mc.map(milli)),
            tip_c: of_channel.and_then(|reading| reading.tip_mc.map(milli)),
            tip_fault: of_channel.and_then(|reading| reading.tip_fault),
            asked_w: inputs.request.as_ref().map(|request| milli(request.power_mw)),
            granted_w: milli(outputs.permit.granted_mw),
            ceiling_w: milli(outputs.permit.ceiling_mw),
            setpoint_w: of_channel.map(|reading| milli(reading.setpoint_mw)),
            power_w: of_channel.map(|reading| milli(reading.power_mw)),
            voltage_v: of_channel.map(|reading| milli(reading.voltage_mv)),
            current_a: of_channel.map(|reading| micro(reading.current_ua.into())),
            impedance_ohm: of_channel.and_then(|reading| reading.impedance_mohm.map(milli)),
            pad_ohm: report.and_then(|report| report.pad_mohm.map(milli)),
            output: of_channel.map(|reading| reading.output),
            k1_commanded: outputs.k1,
            k1_read: report.map(|report| report.k1),
            k2_commanded: outputs.k2,
            k2_read: report.map(|report| report.k2),
            emergency_stop: report.map(|report| report.emergency_stop),
            footswitch: report.map(|report| report.footswitch),
            supply: report.map(|report| report.supply),
            energy_j: milli(outputs.energy_mj),
            time_on_s: micro(outputs.time_on_us),
            held_s: loop_.map(|outputs| micro(outputs.held_us)),
            p_w: loop_.map(|outputs| outputs.p_w.0),
            i_w: loop_.map(|outputs| outputs.i_w.0),
            d_w: loop_.map(|outputs| outputs.d_w.0),
            feed_forward_w: loop_.map(|outputs| outputs.feed_forward_w.0),
            alarms: alarms(&outputs.active),
            interlock_late_us: timing.interlock_late_us,
            control_late_us: timing.control_late_us,
            missed_ticks: timing.missed_ticks,
        }
    }
}

fn alarms(active: &[AlarmWord]) -> String {
    let name =
        |alarm: &AlarmWord| format!("AL-{:02}", rfa_interlock::AlarmId::from(*alarm).number());
    active.iter().map(name).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Milli};

    #[test]
    fn thousandths_are_written_exactly() {
        let written = |value: Milli| serde_json::to_string(&value).expect("a text");
        for (value, text) in
            [(0, "0.000"), (-1, "-0.001"), (70_050, "70.050"), (-37_000, "-37.000")]
        {
            assert_eq!(written(Decimal(value)), format!("{text:?}"));
        }
        for (value, double) in [(70_051, 70.051), (-1, -0.001), (4_294_967_295, 4_294_967.295)] {
            assert_eq!(f64::from(Decimal::<3>(value)), double);
        }
        let least = serde_json::to_string(&Decimal::<6>(i64::MIN)).expect("a text");
        assert_eq!(least, "\"-9223372036854.775808\"");
    }
}
