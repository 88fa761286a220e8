//! What a session came to, in numbers: the same accumulator for real and virtual time.

mod lesion;

use crate::dose::DoseTrack;
use crate::{Dose, LatencySet, LatencyUs};
pub use lesion::LesionSummary;
use lesion::LesionTrack;
use rfa_control::{ControlOutputs, Phase};
use rfa_interlock::{Event, Inputs, Trip};
use rfa_plan::Program;
use rfa_record::{LesionMessage, TruthRow};
use rfa_session::{LesionView, TickRecord, trip_text};
use rfa_units::{ChannelId, GeneratorInstant, MilliCelsius, MilliJoules, Span, TipReading};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// The error counts from this much lesion time on: the timer starts 2 °C below the set
/// temperature, and the rest of the ramp (at most 2 °C at 2 °C/s and the sensor's lag of 0.15 s,
/// twice over) is no error of the hold.
pub const SETTLED_AFTER: Span = Span::from_secs(3);

/// Trips listed at most; more are counted in [`Summary::trips_total`]. The third reset locks out
/// (I13), so a session cannot come near this.
pub const TRIPS_MAX: usize = 16;

/// Truth rows that wait for their tick at most: 4 s at 1 kHz.
const TRUTHS_MAX: usize = 4096;

/// One step of the plan. Temperatures ending in `_true` are a simulator's own at the tip, those
/// ending in `_sensed` came over the line; absent where there was no reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepSummary {
    /// The step, counted from 1.
    pub step: usize,
    /// Set temperature, °C.
    pub set_c: f64,
    /// From the first activation to set - 2 °C, s; absent: never reached.
    pub reached_s: Option<f64>,
    /// Lesion timer, s.
    pub held_s: f64,
    /// The step's whole hold time was held.
    pub complete: bool,
    /// Highest temperature above the set temperature while RF was on, °C; 0: never above it.
    pub overshoot_c_true: Option<f64>,
    /// The same, sensed.
    pub overshoot_c_sensed: Option<f64>,
    /// Mean of |temperature - set| while holding, from 3 s of lesion time on, °C.
    pub mean_abs_error_c_true: Option<f64>,
    /// The same, sensed.
    pub mean_abs_error_c_sensed: Option<f64>,
}

/// One trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripSummary {
    /// The rule, e.g. `H-06`.
    pub rule: String,
    /// The alarm, e.g. `AL-02`.
    pub alarm: String,
    /// The value that tripped.
    pub value: i64,
    /// The limit it crossed.
    pub limit: i64,
    /// What both are counted in: `mC`, `mK`, `mK/s`, `mW`, `mohm`, `us`, `frames`, `ticks`;
    /// `condition` and `missing` have no number behind them.
    pub unit: String,
    /// The numbers in words.
    pub text: String,
    /// The window the value was taken over, in microseconds.
    pub window_us: u64,
    /// The tick of the trip.
    pub tick: u64,
    /// When it was, on the clock of the session, in microseconds.
    pub at_us: u64,
}

/// A whole session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The plan's steps, in order; a step never started has only its set temperature.
    pub steps: Vec<StepSummary>,
    /// Highest tip temperature of the session, °C: true where known, else sensed.
    pub peak_c: Option<f64>,
    /// Highest true tip temperature, °C.
    pub peak_c_true: Option<f64>,
    /// Highest sensed tip temperature, °C.
    pub peak_c_sensed: Option<f64>,
    /// Highest true temperature of any tissue, °C; absent where no simulator knows it.
    pub tissue_max_c_true: Option<f64>,
    /// Energy delivered, by the generator's own meter, J.
    pub energy_j: f64,
    /// What the tip was given; absent where another rfa wrote no dose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose: Option<Dose>,
    /// Trips, in order.
    pub trips: Vec<TripSummary>,
    /// How many there were.
    pub trips_total: u64,
    /// The lesion as predicted at the end; absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lesion: Option<LesionSummary>,
    /// Why no lesion is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_lesion: Option<String>,
    /// Interlock ticks on record.
    pub ticks: u64,
    /// Interlock deadlines missed.
    pub missed_ticks: u32,
    /// Lateness of the ticks, times of their steps, and what else [`rfa_session::Latency`] names.
    pub timing_us: LatencyUs,
}

/// Highest value and mean distance from a set temperature.
#[derive(Debug, Clone, Copy, Default)]
struct Track {
    above: Option<f64>,
    distance_sum: f64,
    distance_count: u64,
}

impl Track {
    fn take(&mut self, temperature: f64, set: f64, settled: bool) {
        let above = (temperature - set).max(0.0);
        self.above = Some(self.above.map_or(above, |highest| highest.max(above)));
        if settled {
            self.distance_sum += (temperature - set).abs();
            self.distance_count = self.distance_count.saturating_add(1);
        }
    }

    fn mean(&self) -> Option<f64> {
        (self.distance_count > 0).then(|| self.distance_sum / self.distance_count as f64)
    }
}

#[derive(Debug, Clone, Copy)]
struct StepTrack {
    set: MilliCelsius,
    hold: Span,
    reached: Option<Span>,
    held: Span,
    sensed: Track,
    truth: Track,
}

/// What was going on, for readings that belong to it.
#[derive(Debug, Clone, Copy, Default)]
struct Doing {
    /// The step being delivered.
    step: Option<usize>,
    settled: bool,
}

/// Sums up tick records and truth rows, in the order they come.
#[derive(Debug)]
pub struct Accumulator {
    channel: ChannelId,
    steps: Vec<StepTrack>,
    doing: Doing,
    truths: VecDeque<TruthRow>,
    peak_true: Option<f64>,
    tissue_max: Option<f64>,
    peak_sensed: Option<f64>,
    energy: MilliJoules,
    dose: DoseTrack,
    trips: Vec<TripSummary>,
    trips_total: u64,
    ticks: u64,
    missed_ticks: u32,
    latency: LatencySet,
    lesion: LesionTrack,
}

impl Accumulator {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let track = |spec: &rfa_plan::StepSpec| StepTrack {
            set: spec.set,
            hold: spec.hold,
            reached: None,
            held: Span::ZERO,
            sensed: Track::default(),
            truth: Track::default(),
        };
        Self {
            channel: program.channel,
            steps: program.steps.iter().map(track).collect(),
            doing: Doing::default(),
            truths: VecDeque::new(),
            peak_true: None,
            tissue_max: None,
            peak_sensed: None,
            energy: MilliJoules::MIN,
            dose: DoseTrack::new(program.channel),
            trips: Vec::new(),
            trips_total: 0,
            ticks: 0,
            missed_ticks: 0,
            latency: LatencySet::new(),
            lesion: LesionTrack::default(),
        }
    }

    /// One tick.
    pub fn tick(&mut self, record: &TickRecord) {
        self.ticks = self.ticks.saturating_add(1);
        self.missed_ticks = record.timing.missed_ticks;
        self.latency.tick(record);
        self.dose.tick(record);
        let outputs = &record.interlock.outputs;
        let control = record.control.last().map(|tick| &tick.outputs);
        if let Some(control) = control {
            self.progress(control);
        }
        let step = outputs.permit.delivering.then(|| outputs.permit.step.get());
        self.doing = match (step, control) {
            (Some(step), Some(control)) => {
                let holding = control.phase == Phase::Hold && control.step.get() == step;
                Doing { step: Some(step), settled: holding && control.held >= SETTLED_AFTER }
            }
            // No control tick in this record: what was so before still is.
            (Some(step), None) => Doing { step: Some(step), ..self.doing },
            (None, _) => Doing::default(),
        };
        for telemetry in record.interlock.inputs.telemetry.iter() {
            if let Some(report) = telemetry.channel(self.channel) {
                self.energy = report.energy;
                if let TipReading::Valid(tip) = report.tip {
                    self.sensed(tip.as_f64());
                }
            }
            self.truths_until(telemetry.at);
        }
        for event in outputs.events.iter() {
            if let Event::Tripped(trip) = event {
                self.trip(trip, &record.interlock.inputs);
            }
        }
    }

    /// What a simulator knows. It counts with the tick that sees telemetry of the same time.
    pub fn truth(&mut self, truth: &TruthRow) {
        if self.truths.len() >= TRUTHS_MAX {
            self.truths.pop_front();
        }
        self.truths.push_back(*truth);
    }

    /// What is known of the lesion; the newest counts.
    pub fn lesion(&mut self, view: &LesionView) {
        self.lesion.take(view);
    }

    /// The same, as it stands on record.
    pub fn lesion_on_record(&mut self, message: &LesionMessage) {
        self.lesion.take_message(message);
    }

    /// The histograms so far.
    #[must_use]
    pub const fn latency(&self) -> &LatencySet {
        &self.latency
    }

    /// The sums so far.
    #[must_use]
    pub fn finish(&mut self) -> Summary {
        self.truths_until(GeneratorInstant::from_micros(u64::MAX));
        Summary {
            steps: self.steps.iter().enumerate().map(step_summary).collect(),
            peak_c: self.peak_true.or(self.peak_sensed),
            peak_c_true: self.peak_true,
            peak_c_sensed: self.peak_sensed,
            tissue_max_c_true: self.tissue_max,
            energy_j: self.energy.as_f64(),
            dose: Some(self.dose.sums()),
            trips: self.trips.clone(),
            trips_total: self.trips_total,
            lesion: self.lesion.summary(),
            no_lesion: self.lesion.no_lesion(),
            ticks: self.ticks,
            missed_ticks: self.missed_ticks,
            timing_us: LatencyUs(self.latency.view()),
        }
    }

    fn progress(&mut self, control: &ControlOutputs) {
        if let Some(step) = self.steps.get_mut(control.step.get()) {
            step.reached = step.reached.or(control.reached);
            step.held = step.held.max(control.held);
        }
    }

    fn sensed(&mut self, tip: f64) {
        self.peak_sensed = highest(self.peak_sensed, tip);
        let doing = self.doing;
        if let Some(step) = doing.step.and_then(|step| self.steps.get_mut(step)) {
            step.sensed.take(tip, step.set.as_f64(), doing.settled);
        }
    }

    fn truths_until(&mut self, at: GeneratorInstant) {
        while self.truths.front().is_some_and(|truth| truth.at_us <= at.as_micros()) {
            let Some(truth) = self.truths.pop_front() else { return };
            self.tissue_max = highest(self.tissue_max, truth.tissue_max_c);
            if !truth.tip_c.is_finite() {
                continue;
            }
            self.peak_true = highest(self.peak_true, truth.tip_c);
            let doing = self.doing;
            if let Some(step) = doing.step.and_then(|step| self.steps.get_mut(step)) {
                step.truth.take(truth.tip_c, step.set.as_f64(), doing.settled);
            }
        }
    }

    fn trip(&mut self, trip: &Trip, inputs: &Inputs) {
        self.trips_total = self.trips_total.saturating_add(1);
        if self.trips.len() < TRIPS_MAX {
            self.trips.push(TripSummary {
                rule: format!("{:?}", trip.rule).replacen('H', "H-", 1),
                alarm: format!("AL-{:02}", trip.alarm.number()),
                value: trip.value,
                limit: trip.limit,
                unit: trip.unit().name().to_owned(),
                text: trip_text(trip),
                window_us: trip.window_us,
                tick: inputs.tick,
                at_us: inputs.now.as_micros(),
            });
        }
    }
}

/// A number that is not finite is no temperature and never the highest.
fn highest(so_far: Option<f64>, new: f64) -> Option<f64> {
    if new.is_finite() { Some(so_far.map_or(new, |old| old.max(new))) } else { so_far }
}

fn step_summary((index, step): (usize, &StepTrack)) -> StepSummary {
    StepSummary {
        step: index.saturating_add(1),
        set_c: step.set.as_f64(),
        reached_s: step.reached.map(Span::as_secs_f64),
        held_s: step.held.as_secs_f64(),
        complete: step.held >= step.hold,
        overshoot_c_true: step.truth.above,
        overshoot_c_sensed: step.sensed.above,
        mean_abs_error_c_true: step.truth.mean(),
        mean_abs_error_c_sensed: step.sensed.mean(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
