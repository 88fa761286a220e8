//! What a session came to, told the same way of the recording and of what was run anew.

use rfa_figures::summary::Accumulator;
use rfa_figures::{LatencyUs, Summary};
use rfa_interlock::State;
use rfa_plan::Program;
use rfa_record::row::{EventRow, StateWord};
use rfa_session::TickRecord;
use rfa_units::{ChannelId, TipReading};
use serde::Serialize;

/// A whole session, from what the generator reported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// As a session that is delivered tells its own; without the times of its ticks, which nothing
    /// that is computed has.
    #[serde(flatten)]
    pub session: Summary,
    /// Highest measured power, W.
    pub power_max_w: f64,
    /// Every step is complete.
    pub complete: bool,
    /// State after the last tick.
    pub ended: StateWord,
    /// Length, s.
    pub length_s: f64,
}

/// One tick of a course, for comparing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// The tick's number.
    pub tick: u64,
    /// Newest sensed tip temperature, °C; none while there is no reading.
    pub tip_c: Option<f64>,
    /// Newest measured power, W.
    pub power_w: f64,
    /// Power granted, mW; none: no grant.
    pub granted_mw: Option<u32>,
    /// The state after the tick.
    pub state: State,
    /// The step in force, from 0.
    pub step: usize,
}

impl Point {
    /// RF is permitted.
    #[must_use]
    pub fn delivering(&self) -> bool {
        self.state == State::Delivering
    }
}

/// An event with its tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// Place of its tick, from 0.
    pub place: usize,
    /// Controller's monotonic clock, in microseconds.
    pub at_us: u64,
    /// What happened.
    pub event: EventRow,
}

/// Sums and lists, tick by tick.
#[derive(Debug)]
pub(super) struct Watch {
    channel: ChannelId,
    sums: Accumulator,
    points: Vec<Point>,
    events: Vec<Happened>,
    power_max_w: f64,
    complete: bool,
}

impl Watch {
    pub(super) fn new(program: &Program) -> Self {
        Self {
            channel: program.channel,
            sums: Accumulator::new(program),
            points: Vec::new(),
            events: Vec::new(),
            power_max_w: 0.0,
            complete: false,
        }
    }

    /// One tick. A record read back holds no grant, so what was granted is told beside it.
    pub(super) fn take(&mut self, record: &TickRecord, granted_mw: Option<u32>) {
        self.sums.tick(record);
        let (inputs, outputs) = (&record.interlock.inputs, &record.interlock.outputs);
        let at_us = inputs.now.as_micros();
        let last = self.points.last().copied();
        let mut point = Point {
            at_us,
            tick: inputs.tick,
            tip_c: last.and_then(|last| last.tip_c),
            power_w: last.map_or(0.0, |last| last.power_w),
            granted_mw,
            state: outputs.state,
            step: outputs.permit.step.get(),
        };
        for report in inputs.telemetry.iter().filter_map(|frame| frame.channel(self.channel)) {
            point.tip_c = match report.tip {
                TipReading::Valid(tip) => Some(tip.as_f64()),
                TipReading::Open | TipReading::Faulty => None,
            };
            point.power_w = report.power.as_f64();
            self.power_max_w = self.power_max_w.max(point.power_w);
        }
        let place = self.points.len();
        let happened =
            outputs.events.iter().map(|event| Happened { place, at_us, event: event.into() });
        self.events.extend(happened);
        self.complete = outputs.complete;
        self.points.push(point);
    }

    pub(super) fn finish(mut self) -> (Figures, Vec<Point>, Vec<Happened>) {
        let (first, last) = (self.points.first(), self.points.last());
        let us = |point: Option<&Point>| point.map_or(0, |point| point.at_us);
        let figures = Figures {
            session: Summary { timing_us: LatencyUs::default(), ..self.sums.finish() },
            power_max_w: self.power_max_w,
            complete: self.complete,
            ended: last.map_or(State::SelfTest, |last| last.state).into(),
            length_s: seconds(us(last).saturating_sub(us(first))),
        };
        (figures, self.points, self.events)
    }
}

/// Microseconds in seconds.
pub(super) fn seconds(us: u64) -> f64 {
    us as f64 * 1e-6
}
