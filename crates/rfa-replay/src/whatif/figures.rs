//! What a session came to, told the same way of the recording and of what was run anew.

use rfa_control::Phase;
use rfa_interlock::{Event, State};
use rfa_plan::Program;
use rfa_record::row::{EventRow, StateWord};
use rfa_session::{TickRecord, trip_text};
use rfa_tissue::dose_rate;
use rfa_units::{ChannelId, MilliCelsius, Span, TipReading};
use serde::Serialize;

/// The error of a hold counts from this much lesion time on: the timer starts 2 °C below the set
/// temperature, and the rest of the ramp is no error of the hold.
const SETTLED_AFTER: Span = Span::from_secs(3);

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepFigures {
    /// The step, from 1.
    pub step: usize,
    /// Set temperature, °C.
    pub set_c: f64,
    /// From the first activation to set - 2 °C, s; absent: never reached.
    pub reached_s: Option<f64>,
    /// Lesion timer, s.
    pub held_s: f64,
    /// The whole hold was held.
    pub complete: bool,
    /// Highest sensed temperature above the set temperature with RF on, K; absent: never on.
    pub overshoot_k: Option<f64>,
    /// Mean of |sensed - set| from 3 s of lesion time on, K.
    pub hold_error_k: Option<f64>,
}

/// One trip.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TripFigure {
    /// The rule, e.g. `H-03`.
    pub rule: String,
    /// The alarm, e.g. `AL-06`.
    pub alarm: String,
    /// The numbers in words.
    pub text: String,
    /// Since the first tick, s.
    pub at_s: f64,
}

/// A whole session, from what the generator reported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// The plan's steps.
    pub steps: Vec<StepFigures>,
    /// Highest sensed tip temperature, °C.
    pub peak_c: Option<f64>,
    /// Highest measured power, W.
    pub power_max_w: f64,
    /// Energy by the generator's own meter, J.
    pub energy_j: f64,
    /// Equivalent minutes at 43 °C of the sensed tip, with RF on and after it.
    pub cem43_min: f64,
    /// Trips, in order.
    pub trips: Vec<TripFigure>,
    /// Every step is complete.
    pub complete: bool,
    /// State after the last tick.
    pub ended: StateWord,
    /// Interlock ticks.
    pub ticks: usize,
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
    channel: Option<ChannelId>,
    steps: Vec<Step>,
    points: Vec<Point>,
    events: Vec<Happened>,
    trips: Vec<TripFigure>,
    first_us: u64,
    peak_c: Option<f64>,
    power_max_w: f64,
    energy_j: (Option<f64>, f64),
    cem43_min: f64,
    dosed_at_us: Option<u64>,
    settled: bool,
    complete: bool,
}

#[derive(Debug)]
struct Step {
    set: MilliCelsius,
    hold: Span,
    reached: Option<Span>,
    held: Span,
    above_k: Option<f64>,
    error_k: (f64, u64),
}

impl Watch {
    pub(super) fn new(program: &Program) -> Self {
        let steps = program.steps.iter().map(|spec| Step {
            set: spec.set,
            hold: spec.hold,
            reached: None,
            held: Span::ZERO,
            above_k: None,
            error_k: (0.0, 0),
        });
        Self { channel: Some(program.channel), steps: steps.collect(), ..Self::none() }
    }

    /// Of no program.
    const fn none() -> Self {
        Self {
            channel: None,
            steps: Vec::new(),
            points: Vec::new(),
            events: Vec::new(),
            trips: Vec::new(),
            first_us: 0,
            peak_c: None,
            power_max_w: 0.0,
            energy_j: (None, 0.0),
            cem43_min: 0.0,
            dosed_at_us: None,
            settled: false,
            complete: false,
        }
    }

    /// One tick. A record read back holds no grant, so what was granted is told beside it.
    pub(super) fn take(&mut self, record: &TickRecord, granted_mw: Option<u32>) {
        let (inputs, outputs) = (&record.interlock.inputs, &record.interlock.outputs);
        let at_us = inputs.now.as_micros();
        if self.points.is_empty() {
            self.first_us = at_us;
        }
        self.progress(record);
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
        for frame in inputs.telemetry.iter() {
            let report = self.channel.and_then(|channel| frame.channel(channel));
            let Some(report) = report else { continue };
            let tip = match report.tip {
                TipReading::Valid(tip) => Some(tip.as_f64()),
                TipReading::Open | TipReading::Faulty => None,
            };
            (point.tip_c, point.power_w) = (tip, report.power.as_f64());
            let energy_j = report.energy.as_f64();
            self.energy_j = (self.energy_j.0.or(Some(energy_j)), energy_j);
            self.reading(tip, &point, frame.at.as_micros());
        }
        self.events(record, at_us);
        self.complete = outputs.complete;
        self.points.push(point);
    }

    fn progress(&mut self, record: &TickRecord) {
        for control in record.control.iter().map(|tick| &tick.outputs) {
            let number = control.step.get();
            if let Some(step) = self.steps.get_mut(number) {
                step.reached = step.reached.or(control.reached);
                step.held = step.held.max(control.held);
            }
            let in_force = record.interlock.outputs.permit.step == control.step;
            self.settled =
                in_force && control.phase == Phase::Hold && control.held >= SETTLED_AFTER;
        }
    }

    fn reading(&mut self, tip: Option<f64>, point: &Point, at_us: u64) {
        self.power_max_w = self.power_max_w.max(point.power_w);
        let since_us = self.dosed_at_us.map_or(0, |last| at_us.saturating_sub(last));
        self.dosed_at_us = Some(at_us);
        let Some(tip) = tip else { return };
        self.peak_c = Some(self.peak_c.map_or(tip, |peak| peak.max(tip)));
        self.cem43_min += dose_rate(tip) * since_us as f64 * 1e-6;
        let Some(step) = self.steps.get_mut(point.step).filter(|_| point.delivering()) else {
            return;
        };
        let off_k = tip - step.set.as_f64();
        step.above_k = Some(step.above_k.unwrap_or(0.0).max(off_k));
        if self.settled {
            step.error_k = (step.error_k.0 + off_k.abs(), step.error_k.1 + 1);
        }
    }

    fn events(&mut self, record: &TickRecord, at_us: u64) {
        let place = self.points.len();
        for event in record.interlock.outputs.events.iter() {
            self.events.push(Happened { place, at_us, event: event.into() });
            if let Event::Tripped(trip) = event {
                self.trips.push(TripFigure {
                    rule: format!("H-{:02}", trip.rule.number()),
                    alarm: format!("AL-{:02}", trip.alarm.number()),
                    text: trip_text(trip),
                    at_s: seconds(at_us.saturating_sub(self.first_us)),
                });
            }
        }
    }

    pub(super) fn finish(self) -> (Figures, Vec<Point>, Vec<Happened>) {
        let steps = self.steps.iter().enumerate().map(|(index, step)| StepFigures {
            step: index + 1,
            set_c: step.set.as_f64(),
            reached_s: step.reached.map(Span::as_secs_f64),
            held_s: step.held.as_secs_f64(),
            complete: step.held >= step.hold,
            overshoot_k: step.above_k,
            hold_error_k: (step.error_k.1 > 0).then(|| step.error_k.0 / step.error_k.1 as f64),
        });
        let last = self.points.last();
        let figures = Figures {
            steps: steps.collect(),
            peak_c: self.peak_c,
            power_max_w: self.power_max_w,
            energy_j: self.energy_j.1 - self.energy_j.0.unwrap_or(0.0),
            cem43_min: self.cem43_min,
            trips: self.trips,
            complete: self.complete,
            ended: last.map_or(State::SelfTest, |last| last.state).into(),
            ticks: self.points.len(),
            length_s: seconds(last.map_or(0, |last| last.at_us.saturating_sub(self.first_us))),
        };
        (figures, self.points, self.events)
    }
}

/// Microseconds in seconds.
pub(super) fn seconds(us: u64) -> f64 {
    us as f64 * 1e-6
}
