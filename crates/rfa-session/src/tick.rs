//! One tick, whole: a record that is one message cannot be half there.

use rfa_control::ControlTick;
use rfa_interlock::{Inputs, Outputs};
use rfa_units::Bounded;

/// Control ticks taken into one record at most; one is usual, none or two after a late tick.
pub const CONTROL_PER_TICK_MAX: usize = 4;

/// One interlock tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterlockTick {
    /// What it saw.
    pub inputs: Inputs,
    /// What it decided.
    pub outputs: Outputs,
}

/// Wall-clock facts of a tick. They decide nothing and are not part of re-execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timing {
    /// How late the interlock tick began against its planned deadline, in microseconds.
    pub interlock_late_us: u32,
    /// How late the latest of the control ticks in this record began, in microseconds.
    pub control_late_us: u32,
    /// How long the interlock tick took until its frame was written, in microseconds.
    pub interlock_took_us: u32,
    /// How long the step of the newest control tick took, in nanoseconds; 0: no control tick.
    pub control_step_ns: u32,
    /// How long the interlock's step took, in nanoseconds.
    pub interlock_step_ns: u32,
    /// From the arrival of the newest telemetry frame to the frame that answers it being written,
    /// in microseconds; `None`: no telemetry in this tick.
    pub telemetry_to_grant_us: Option<u32>,
    /// Ticks whose deadline passed before they could begin, so far.
    pub missed_ticks: u32,
}

/// Everything decided in one tick, with everything it was decided from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TickRecord {
    /// The interlock's tick.
    pub interlock: InterlockTick,
    /// The control ticks since the last record, oldest first.
    pub control: Bounded<ControlTick, CONTROL_PER_TICK_MAX>,
    /// Wall-clock facts.
    pub timing: Timing,
}
