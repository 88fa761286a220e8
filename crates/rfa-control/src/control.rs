//! The step program around the loop.

use crate::config::{self, ControlError};
use crate::exchange::{ControlInputs, ControlOutputs, Phase, Terms};
use crate::heater::{Heater, Seen, Start};
use crate::plant::Plant;
use crate::sensor::{Reading, Sensor};
use crate::tissue::Tissue;
use crate::tuning::{TUNING, Tuning};
use rfa_plan::{Program, StepSpec};
use rfa_units::{HostInstant, MilliCelsius, MilliWatts, Request, Span, StepIndex, StopReason};

/// The lesion timer starts this far below the set temperature, as the generators' do, K.
const REACHED_BELOW_K: f64 = 2.0;

/// Time further below the set temperature than this is no dose, K (hazards.md AL-21).
const DOSE_BELOW_K: f64 = 5.0;

/// The most time one tick can add to the lesion timer: what a gap beyond it held is not known.
const TICK_MAX: Span = Span::from_millis(50);

/// Shortest time a tick's gains are scaled for, s: half the tick of 10 ms; a closer pair of
/// readings would only magnify noise.
const DT_MIN_S: f64 = 0.005;

/// H-03's limit, K/s, as the hazard table has it: a site's tighter one is not known here.
const RUNAWAY_K_PER_S: f64 = 10.0;
/// Or so many times the planned ramp (H-03).
const RUNAWAY_RAMPS: f64 = 3.0;
/// That ramp is planned from here, °C (H-03).
const BODY_C: f64 = 37.0;

/// Slowest ramp, K/s: a start just below the set temperature still arrives.
const RATE_MIN: f64 = 0.1;

/// How far the step in hand has come. It outlives a pause, the loop's state does not.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Progress {
    activated: Option<HostInstant>,
    reached: Option<Span>,
    held: Span,
    /// Coldest start of the step, °C: it sets the planned rate.
    coldest: f64,
}

impl Progress {
    const NONE: Self =
        Self { activated: None, reached: None, held: Span::ZERO, coldest: f64::INFINITY };
}

/// What the program is doing; the loop's state is in the two states where it can be used.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Ramp(Heater),
    Hold(Heater),
    /// The step is complete; stop is asked while the interlock still delivers.
    Done,
    /// The loop gave up; stop is asked while the interlock still delivers.
    Faulted,
}

/// One delivering tick, as the phases see it.
struct Tick {
    reading: Reading,
    /// The lower of the step's ceiling and the interlock's.
    ceiling: MilliWatts,
    now: HostInstant,
    /// Since the tick before, for the lesion timer.
    elapsed: Span,
    /// Since the reading before, s, for the loop.
    dt: f64,
}

/// The temperature loop and its step program, whole: a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Control {
    program: Program,
    tuning: Tuning,
    step: StepIndex,
    spec: StepSpec,
    ceiling: MilliWatts,
    progress: Progress,
    state: State,
    sensor: Sensor,
    plant: Plant,
    /// None before the first reading.
    tissue: Option<Tissue>,
    last: Option<HostInstant>,
    /// When the newest reading came; none while readings are missing.
    used: Option<HostInstant>,
}

impl Control {
    /// A program at its first step, not delivering.
    ///
    /// # Errors
    /// [`ControlError`] when the program is empty, not thermal, lacks a ceiling for a step, or has
    /// a ramp below [`crate::RAMP_MIN`].
    pub fn new(program: Program) -> Result<Self, ControlError> {
        Self::tuned(program, TUNING)
    }

    /// The same with other numbers than [`TUNING`], for what treats nobody: nothing here says that
    /// such a loop is stable.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn tuned(program: Program, tuning: Tuning) -> Result<Self, ControlError> {
        config::check(&program)?;
        let spec = *program.steps.get(0).ok_or(ControlError::NoSteps)?;
        let ceiling = *program.ceilings.get(0).ok_or(ControlError::NoSteps)?;
        Ok(Self {
            program,
            tuning,
            step: StepIndex::FIRST,
            spec,
            ceiling,
            progress: Progress::NONE,
            state: State::Waiting,
            sensor: Sensor::new(tuning.filter_s),
            plant: Plant::unknown(program.response_mk_j),
            tissue: None,
            last: None,
            used: None,
        })
    }

    /// One tick: what is seen now gives the next state and what is asked.
    #[must_use]
    pub fn step(&self, inputs: &ControlInputs) -> (Self, ControlOutputs) {
        let mut next = *self;
        let outputs = next.tick(inputs);
        (next, outputs)
    }

    /// [`step`](Self::step) in place: nobody on a tick's way needs the state before.
    #[must_use]
    pub fn tick(&mut self, inputs: &ControlInputs) -> ControlOutputs {
        let now = inputs.now;
        let elapsed = self.last.map_or(Span::ZERO, |last| now.since(last)).min(TICK_MAX);
        self.last = Some(now);
        let reading = self.sensor.take(self.program.channel, &inputs.telemetry, now);
        let dt = self.observe(reading, now);
        if let Some(permit) = inputs.permit {
            self.follow(permit.step);
        }
        let permit = inputs.permit.filter(|permit| permit.delivering);
        match permit {
            Some(permit) => {
                let ceiling = self.ceiling.min(permit.ceiling);
                self.deliver(&Tick { reading, ceiling, now, elapsed, dt });
            }
            None => self.rest(),
        }
        self.outputs(permit.is_some())
    }

    /// The tissue warms and cools whether power is on or not. Gives the time since the reading
    /// before, s.
    fn observe(&mut self, reading: Reading, now: HostInstant) -> f64 {
        let before = self.used.unwrap_or(now);
        let dt = now.since(before).min(TICK_MAX).as_secs_f64().max(DT_MIN_S);
        match reading {
            Reading::Held { .. } => {}
            Reading::Missing | Reading::Invalid => self.used = None,
            Reading::New { filtered } => {
                let filter_s = self.tuning.filter_s;
                let tissue = self.tissue.get_or_insert(Tissue::new(filtered, filter_s));
                if self.used.is_none() {
                    tissue.rejoin(filtered);
                }
                tissue.advance(filtered, self.sensor.applied().as_f64(), dt);
                self.used = Some(now);
            }
        }
        dt
    }

    /// Takes over the interlock's step; a step it never asked for starts from nothing.
    fn follow(&mut self, step: StepIndex) {
        if step == self.step {
            return;
        }
        self.step = step;
        match (self.program.steps.get(step.get()), self.program.ceilings.get(step.get())) {
            (Some(spec), Some(ceiling)) => {
                self.spec = *spec;
                self.ceiling = *ceiling;
                self.progress = Progress::NONE;
                self.state = State::Waiting;
            }
            // Beyond the last step: the program is over, whatever is delivered.
            _ => self.state = State::Done,
        }
    }

    /// No output: the loop's state goes, the step's progress stays.
    fn rest(&mut self) {
        match self.state {
            State::Done => {}
            State::Waiting | State::Ramp(_) | State::Hold(_) | State::Faulted => {
                self.state = State::Waiting;
            }
        }
    }

    fn deliver(&mut self, tick: &Tick) {
        self.state = match (self.state, tick.reading) {
            (state @ (State::Done | State::Faulted), _) => state,
            (_, Reading::Missing | Reading::Invalid) => State::Faulted,
            (State::Waiting, Reading::Held { .. }) => State::Waiting,
            (State::Waiting, Reading::New { filtered }) => self.begin(filtered, tick.now),
            (State::Ramp(heater), _) => self.ramp(heater, tick),
            (State::Hold(heater), _) => self.hold(heater, tick),
        };
    }

    /// A start or a new start of the step: ramps from the temperature measured now (H-42).
    fn begin(&mut self, tip: f64, now: HostInstant) -> State {
        let tissue = self.tissue.get_or_insert(Tissue::new(tip, self.tuning.filter_s));
        let cold = tissue.start(tip);
        let field = tissue.field();
        if cold {
            self.plant = self.plant.reopened();
        }
        self.progress.activated = self.progress.activated.or(Some(now));
        self.progress.coldest = self.progress.coldest.min(tip);
        let set = self.spec.set.as_f64();
        let rate = ((set - self.progress.coldest) / self.spec.ramp.as_secs_f64()).max(RATE_MIN);
        let planned = (set - BODY_C) / self.spec.ramp.as_secs_f64();
        let steepest = RUNAWAY_K_PER_S.max(RUNAWAY_RAMPS * planned);
        let ceiling = self.ceiling.as_f64();
        let start = Start { tip, field, set, rate, steepest, ceiling, cold };
        State::Ramp(Heater::start(&self.tuning, &start))
    }

    fn ramp(&mut self, mut heater: Heater, tick: &Tick) -> State {
        self.drive(&mut heater, tick);
        let near = self.spec.set.as_f64() - REACHED_BELOW_K;
        if !tick.reading.filtered().is_some_and(|tip| tip >= near) {
            return State::Ramp(heater);
        }
        let since = self.progress.activated.map_or(Span::ZERO, |start| tick.now.since(start));
        self.progress.reached = self.progress.reached.or(Some(since));
        State::Hold(heater)
    }

    fn hold(&mut self, mut heater: Heater, tick: &Tick) -> State {
        self.drive(&mut heater, tick);
        let dose = self.spec.set.as_f64() - DOSE_BELOW_K;
        if tick.reading.filtered().is_some_and(|tip| tip >= dose) {
            self.progress.held = self.progress.held.plus(tick.elapsed).min(self.spec.hold);
        }
        if self.progress.held >= self.spec.hold { State::Done } else { State::Hold(heater) }
    }

    /// One tick of the running loop; without a new reading the last power is held.
    fn drive(&mut self, heater: &mut Heater, tick: &Tick) {
        match (tick.reading, &self.tissue) {
            (Reading::New { filtered }, Some(tissue)) => {
                let applied = self.sensor.applied().as_f64();
                let ceiling = tick.ceiling.as_f64();
                let seen = Seen { tip: filtered, applied, ceiling, dt: tick.dt };
                heater.advance(&self.tuning, &mut self.plant, tissue, &seen);
            }
            _ => heater.hold(tick.ceiling),
        }
    }

    fn outputs(&self, delivering: bool) -> ControlOutputs {
        let last = self.step.get() >= self.program.steps.len().saturating_sub(1);
        let (phase, stop, heater) = match &self.state {
            State::Waiting => (Phase::Waiting, None, None),
            State::Ramp(heater) => (Phase::Ramp, None, Some(heater)),
            State::Hold(heater) => (Phase::Hold, None, Some(heater)),
            State::Done if last => (Phase::Complete, Some(StopReason::StepDone), None),
            State::Done => (Phase::Gate, Some(StopReason::StepDone), None),
            State::Faulted => (Phase::Waiting, Some(StopReason::Fault), None),
        };
        let power = heater.map_or(MilliWatts::MIN, Heater::request);
        ControlOutputs {
            request: Request { power, step: self.step, stop: stop.filter(|_| delivering) },
            phase,
            step: self.step,
            target: heater.and_then(|heater| MilliCelsius::from_f64(heater.target()).ok()),
            set: self.spec.set,
            reached: self.progress.reached,
            held: self.progress.held,
            left: self.spec.hold.minus(self.progress.held),
            applied: self.sensor.applied(),
            terms: heater.map_or_else(Terms::default, Heater::terms),
        }
    }
}
