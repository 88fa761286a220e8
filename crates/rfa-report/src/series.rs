//! A session as signals over time, states and marks.

use crate::moments::{Moment, moment};
use crate::{Listen, Loss, Name, WalkError, walk};
use rfa_interlock::{LimitsSpec, Threshold};
use rfa_plot::Signal;
use rfa_record::row::{ChannelRow, PhaseWord, RowError, StateWord, TickRow};
use rfa_record::{Part, Recording, TruthRow};
use std::collections::BTreeMap;

/// Ticks further apart than this are not joined by a line, s: ten of them are missing.
const APART_S: f64 = 0.1;
/// States and marks kept at most; a treatment has some dozen of each.
const KEPT_MAX: usize = 2_000;

/// What the interlock and the loop were doing, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is the interlock's state or the loop's phase")]
pub enum Doing {
    SelfTest,
    Idle,
    Armed,
    Ramp,
    Hold,
    Delivering,
    Stopping,
    Tripped,
    Lockout,
}

impl Doing {
    /// In a word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SelfTest => "self-test",
            Self::Idle => "idle",
            Self::Armed => "armed",
            Self::Ramp => "ramp",
            Self::Hold => "hold",
            Self::Delivering => "RF on",
            Self::Stopping => "stopping",
            Self::Tripped => "tripped",
            Self::Lockout => "locked out",
        }
    }

    fn of(row: &TickRow) -> Self {
        let phase = row.control.last().map(|control| control.outputs.phase);
        match (row.outputs.state, phase) {
            (StateWord::SelfTest, _) => Self::SelfTest,
            (StateWord::Idle, _) => Self::Idle,
            (StateWord::Armed, _) => Self::Armed,
            (StateWord::Delivering, Some(PhaseWord::Hold)) => Self::Hold,
            (StateWord::Delivering, Some(PhaseWord::Ramp)) => Self::Ramp,
            (StateWord::Delivering, _) => Self::Delivering,
            (StateWord::Stopping, _) => Self::Stopping,
            (StateWord::Tripped, _) => Self::Tripped,
            (StateWord::Lockout, _) => Self::Lockout,
        }
    }
}

/// A stretch of time in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stay {
    /// Its beginning, s since the first tick.
    pub from_s: f64,
    /// Its end, s.
    pub to_s: f64,
    /// What was done.
    pub doing: Doing,
}

/// A session as a figure shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it is called.
    pub name: String,
    /// Its signals.
    pub signals: BTreeMap<Name, Signal>,
    /// Its states, in order; the first 2000.
    pub stays: Vec<Stay>,
    /// What happened, in order; the first 2000.
    pub moments: Vec<Moment>,
    /// The times of its first and last tick, s.
    pub window_s: Option<(f64, f64)>,
    /// What its times count from, s since its first tick.
    pub zero_s: f64,
    channel: u8,
    limits: LimitsSpec,
}

impl Series {
    /// Nothing yet of a session with these limits.
    #[must_use]
    pub fn new(name: &str, limits: &LimitsSpec) -> Self {
        Self {
            name: name.to_owned(),
            signals: BTreeMap::new(),
            stays: Vec::new(),
            moments: Vec::new(),
            window_s: None,
            zero_s: 0.0,
            channel: limits.channel.number(),
            limits: *limits,
        }
    }

    /// The signals in `part` of a recording with times that count from `zero_s`, and what of it
    /// could not be read.
    ///
    /// # Errors
    /// [`WalkError`].
    pub fn read(
        name: &str,
        recording: &Recording,
        part: Part,
        zero_s: f64,
    ) -> Result<(Self, Loss), WalkError> {
        let mut series = Self { zero_s, ..Self::new(name, &recording.header().limits) };
        let loss = walk(recording, part, &mut series)?;
        Ok((series, loss))
    }

    fn push(&mut self, name: Name, at_s: f64, value: Option<f64>) {
        let signal = self.signals.entry(name).or_default();
        match value {
            Some(value) => signal.push(at_s, value),
            None => signal.break_line(),
        }
    }

    fn measured(&mut self, at_s: f64, report: &ChannelRow) {
        let milli = |raw: u32| Some(f64::from(raw) / 1e3);
        self.push(Name::Tip, at_s, report.tip_mc.map(|raw| f64::from(raw) / 1e3));
        self.push(Name::Measured, at_s, milli(report.power_mw));
        self.push(Name::Voltage, at_s, milli(report.voltage_mv));
        self.push(Name::Current, at_s, milli(report.current_ua));
        self.push(Name::Impedance, at_s, report.impedance_mohm.and_then(milli));
        self.push(Name::Energy, at_s, milli(report.energy_mj));
    }

    fn commanded(&mut self, at_s: f64, row: &TickRow) {
        let watts = |raw: u32| Some(f64::from(raw) / 1e3);
        let permit = &row.outputs.permit;
        let on = row.outputs.state == StateWord::Delivering;
        self.push(Name::Granted, at_s, watts(permit.granted_mw));
        self.push(Name::Ceiling, at_s, watts(permit.ceiling_mw).filter(|_| on));
        let asked = row.inputs.request.as_ref().and_then(|request| watts(request.power_mw));
        self.push(Name::Asked, at_s, asked);
        if let Some(control) = row.control.last() {
            let celsius = |raw: i32| f64::from(raw) / 1e3;
            self.push(Name::Set, at_s, Some(celsius(control.outputs.set_mc)));
            self.push(Name::Reference, at_s, control.outputs.target_mc.map(celsius));
        }
        let step = self.limits.steps.get(usize::from(permit.step)).filter(|_| on);
        let over_mk = self.limits.rules.get(Threshold::OverSet);
        let limit =
            step.map(|step| (i64::from(step.set.get()).saturating_add(over_mk)) as f64 / 1e3);
        self.push(Name::Limit, at_s, limit);
        let late_ms = f64::from(row.timing.interlock_late_us) / 1e3;
        self.push(Name::Lateness, at_s, Some(late_ms));
    }

    fn stay(&mut self, at_s: f64, doing: Doing) {
        if let Some(last) = self.stays.last_mut() {
            last.to_s = at_s;
            if last.doing == doing {
                return;
            }
        }
        if self.stays.len() < KEPT_MAX {
            self.stays.push(Stay { from_s: at_s, to_s: at_s, doing });
        }
    }
}

impl Listen for Series {
    fn tick(&mut self, at_s: f64, row: &TickRow) -> Result<(), RowError> {
        let at_s = at_s - self.zero_s;
        let last_s = self.window_s.map_or(at_s, |(_, last)| last);
        if at_s - last_s > APART_S {
            self.signals.values_mut().for_each(Signal::break_line);
        }
        self.window_s = Some((self.window_s.map_or(at_s, |(first, _)| first), at_s));
        let channel = self.channel;
        for telemetry in &row.inputs.telemetry {
            if let Some(report) = telemetry.channels.iter().find(|one| one.channel == channel) {
                self.measured(at_s, report);
            }
            let pad = telemetry.pad_mohm.map(|raw| f64::from(raw) / 1e3);
            self.push(Name::Pad, at_s, pad);
        }
        self.commanded(at_s, row);
        self.stay(at_s, Doing::of(row));
        if let Some(moment) = moment(at_s, row)
            && self.moments.len() < KEPT_MAX
        {
            self.moments.push(moment);
        }
        Ok(())
    }

    fn truth(&mut self, at_s: f64, row: &TruthRow) {
        let at_s = at_s - self.zero_s;
        self.push(Name::Truth, at_s, Some(row.tip_c));
        self.push(Name::Hottest, at_s, Some(row.tissue_max_c));
    }
}
