//! A row a tick: the columns of `rfa rec export --to csv`, in its order and under its names.

use super::{OfSession, Session, with};
use crate::table::{Column, Get};
use rfa_record::{Decimal, TickLine};
use std::sync::Arc;

/// A tick of a session.
pub(crate) struct TickOf {
    pub(crate) session: Arc<Session>,
    pub(crate) line: TickLine,
}

impl OfSession for TickOf {
    fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

fn double<const DIGITS: usize>(of: Option<Decimal<DIGITS>>) -> Option<f64> {
    of.map(f64::from)
}

/// The columns.
pub(crate) fn ticks() -> Vec<Column<TickOf>> {
    with(
        [place(), temperatures(), electrical(), contacts(), sums()].into_iter().flatten().collect(),
    )
}

fn place() -> Vec<Column<TickOf>> {
    vec![
        Column::new(
            "time_s",
            Get::Double(|row| double(Some(row.line.time_s))),
            "Since the session's first tick, s.",
        ),
        Column::new(
            "tick",
            Get::Int(|row| i64::try_from(row.line.tick).ok()),
            "The tick's number; one each 10 ms.",
        ),
        Column::new(
            "state",
            Get::Text(|row| Some(row.line.state.word())),
            "The interlock after it: `self-test`, `idle`, `armed`, `delivering`, `stopping`, \
             `tripped`, `lockout`.",
        ),
        Column::new(
            "phase",
            Get::Text(|row| row.line.phase.map(|word| word.word())),
            "Where the program is: `waiting`, `ramp`, `hold`, `gate`, `complete`; null, as all \
             that the loop tells: no tick of the loop came in this one.",
        ),
        Column::new(
            "step",
            Get::Int(|row| Some(row.line.step.into())),
            "The step in force, from 1.",
        ),
    ]
}

fn temperatures() -> Vec<Column<TickOf>> {
    vec![
        Column::new(
            "set_c",
            Get::Double(|row| double(row.line.set_c)),
            "The step's set temperature, °C; null: as `phase`.",
        ),
        Column::new(
            "target_c",
            Get::Double(|row| double(row.line.target_c)),
            "The ramped set-point, °C; null: nothing is delivered.",
        ),
        Column::new(
            "tip_c",
            Get::Double(|row| double(row.line.tip_c)),
            "Measured tip temperature, °C; null: no report came in this tick, or see `tip_fault`.",
        ),
        Column::new(
            "tip_fault",
            Get::Text(|row| row.line.tip_fault.map(|word| word.word())),
            "Why a report has no tip temperature: `open`, `faulty`; null: it has one.",
        ),
    ]
}

fn electrical() -> Vec<Column<TickOf>> {
    vec![
        Column::new(
            "asked_w",
            Get::Double(|row| double(row.line.asked_w)),
            "Power the controller asked for, W; null: it asked for nothing new.",
        ),
        Column::new(
            "granted_w",
            Get::Double(|row| double(Some(row.line.granted_w))),
            "Power the interlock granted, W.",
        ),
        Column::new(
            "ceiling_w",
            Get::Double(|row| double(Some(row.line.ceiling_w))),
            "The most that it would grant in this step, W.",
        ),
        Column::new(
            "setpoint_w",
            Get::Double(|row| double(row.line.setpoint_w)),
            "What the output stage regulates to, W; null, as all that is measured: no report came.",
        ),
        Column::new(
            "power_w",
            Get::Double(|row| double(row.line.power_w)),
            "Measured RF power, W.",
        ),
        Column::new(
            "voltage_v",
            Get::Double(|row| double(row.line.voltage_v)),
            "Measured RF voltage (rms), V.",
        ),
        Column::new(
            "current_a",
            Get::Double(|row| double(row.line.current_a)),
            "Measured RF current (rms), A.",
        ),
        Column::new(
            "impedance_ohm",
            Get::Double(|row| double(row.line.impedance_ohm)),
            "Impedance magnitude, ohm; null too: not measured.",
        ),
        Column::new(
            "pad_ohm",
            Get::Double(|row| double(row.line.pad_ohm)),
            "Return-pad impedance, ohm; null too: not measured.",
        ),
        Column::new(
            "output",
            Get::Text(|row| row.line.output.map(|word| word.word())),
            "What the output stage does: `off`, `thermal`, `pulsed`, `sensory-stimulation`, \
             `motor-stimulation`.",
        ),
    ]
}

fn contacts() -> Vec<Column<TickOf>> {
    vec![
        Column::new(
            "k1_commanded",
            Get::Text(|row| Some(row.line.k1_commanded.word())),
            "What the treatment contactor has to be: `open`, `shut`.",
        ),
        Column::new(
            "k1_read",
            Get::Text(|row| row.line.k1_read.map(|word| word.word())),
            "The same, read back.",
        ),
        Column::new(
            "k2_commanded",
            Get::Text(|row| Some(row.line.k2_commanded.word())),
            "What the second contactor has to be.",
        ),
        Column::new(
            "k2_read",
            Get::Text(|row| row.line.k2_read.map(|word| word.word())),
            "The same, read back.",
        ),
        Column::new(
            "emergency_stop",
            Get::Text(|row| row.line.emergency_stop.map(|word| word.word())),
            "`released`, `pressed`, `disagree`.",
        ),
        Column::new(
            "footswitch",
            Get::Text(|row| row.line.footswitch.map(|word| word.word())),
            "`not-fitted`, `released`, `pressed`, `disagree`.",
        ),
        Column::new(
            "supply",
            Get::Text(|row| row.line.supply.map(|word| word.word())),
            "The generator's supply: `good`, `brown-out`.",
        ),
    ]
}

fn sums() -> Vec<Column<TickOf>> {
    vec![
        Column::new(
            "energy_j",
            Get::Double(|row| double(Some(row.line.energy_j))),
            "Output energy of this step, by the interlock's own integral, J.",
        ),
        Column::new(
            "time_on_s",
            Get::Double(|row| double(Some(row.line.time_on_s))),
            "Output time of this step, s.",
        ),
        Column::new(
            "held_s",
            Get::Double(|row| double(row.line.held_s)),
            "Lesion timer of this step, s; null: as `phase`.",
        ),
        Column::new(
            "p_w",
            Get::Double(|row| row.line.p_w),
            "The loop's proportional term, W; null: as `phase`.",
        ),
        Column::new("i_w", Get::Double(|row| row.line.i_w), "Its integral term, W."),
        Column::new("d_w", Get::Double(|row| row.line.d_w), "Its derivative term, W."),
        Column::new(
            "feed_forward_w",
            Get::Double(|row| row.line.feed_forward_w),
            "Its feed-forward term, W.",
        ),
        Column::new(
            "alarms",
            Get::Text(|row| Some(&row.line.alarms)),
            "Alarm conditions present, e.g. `AL-04`, separated by spaces; empty: none.",
        ),
        Column::new(
            "interlock_late_us",
            Get::Int(|row| Some(row.line.interlock_late_us.into())),
            "How late the interlock's tick began, us.",
        ),
        Column::new(
            "control_late_us",
            Get::Int(|row| Some(row.line.control_late_us.into())),
            "How late the latest of its control ticks began, us.",
        ),
        Column::new(
            "missed_ticks",
            Get::Int(|row| Some(row.line.missed_ticks.into())),
            "Ticks missed so far.",
        ),
    ]
}
