//! A tick as a line of a table.

use crate::row::{
    AlarmWord, ContactorWord, EmergencyStopWord, FootswitchWord, OutputWord, PhaseWord, StateWord,
    SupplyWord, TickRow, TipFaultWord,
};
use serde::{Serialize, Serializer};

/// A number of `1/10^DIGITS`, written with that many decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal<const DIGITS: usize>(i64);

impl<const DIGITS: usize> Serialize for Decimal<DIGITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sign = if self.0 < 0 { "-" } else { "" };
        let one = 10_u64.pow(DIGITS as u32);
        let (whole, part) = (self.0.unsigned_abs() / one, self.0.unsigned_abs() % one);
        serializer.collect_str(&format_args!("{sign}{whole}.{part:0DIGITS$}"))
    }
}

type Milli = Decimal<3>;
type Micro = Decimal<6>;

fn milli(value: impl Into<i64>) -> Milli {
    Decimal(value.into())
}

fn micro(value: u64) -> Micro {
    Decimal(i64::try_from(value).unwrap_or(i64::MAX))
}

/// One tick. Measured values are those of the newest report that came in it; where none came, or
/// nothing was measured, the field is empty.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    time_s: Micro,
    tick: u64,
    state: StateWord,
    /// Where the program is, and in which step, from 1.
    phase: Option<PhaseWord>,
    step: u8,
    set_c: Option<Milli>,
    target_c: Option<Milli>,
    tip_c: Option<Milli>,
    tip_fault: Option<TipFaultWord>,
    asked_w: Option<Milli>,
    granted_w: Milli,
    ceiling_w: Milli,
    setpoint_w: Option<Milli>,
    power_w: Option<Milli>,
    voltage_v: Option<Milli>,
    current_a: Option<Micro>,
    impedance_ohm: Option<Milli>,
    pad_ohm: Option<Milli>,
    output: Option<OutputWord>,
    k1_commanded: ContactorWord,
    k1_read: Option<ContactorWord>,
    k2_commanded: ContactorWord,
    k2_read: Option<ContactorWord>,
    emergency_stop: Option<EmergencyStopWord>,
    footswitch: Option<FootswitchWord>,
    supply: Option<SupplyWord>,
    /// By the interlock's own integral, of this step.
    energy_j: Milli,
    time_on_s: Micro,
    held_s: Option<Micro>,
    p_w: Option<f64>,
    i_w: Option<f64>,
    d_w: Option<f64>,
    feed_forward_w: Option<f64>,
    /// Separated by spaces.
    alarms: String,
    interlock_late_us: u32,
    control_late_us: u32,
    missed_ticks: u32,
}

impl Line {
    /// The line of `row`, `at_us` after the first tick, with the readings of `channel`.
    pub(super) fn new(at_us: i64, channel: u8, row: &TickRow) -> Self {
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
        let least = serde_json::to_string(&Decimal::<6>(i64::MIN)).expect("a text");
        assert_eq!(least, "\"-9223372036854.775808\"");
    }
}
