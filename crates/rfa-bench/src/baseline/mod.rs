//! The controllers that people have. Same inputs, outputs, ceilings and interlock as the loop's
//! own.
//!
//! None of them knows a ramp: each is given the plan's straight line from the measured start as its
//! set-point, without which most of them would be ended by H-03.

mod pid;
mod published;
mod stepper;

use crate::{Controller, ControllerName};
pub use pid::PidGains;
use rfa_control::{ControlInputs, ControlOutputs, Phase, Terms};
use rfa_plan::{Program, StepSpec};
use rfa_units::{
    GeneratorInstant, HostInstant, MilliCelsius, MilliWatts, Request, Span, StepIndex,
};

/// The baseline of a name for the first step of a program; none for rfa's own, or without a step.
pub(crate) fn new(name: ControllerName, program: &Program) -> Option<Box<dyn Controller>> {
    let (spec, ceiling) = (*program.steps.get(0)?, *program.ceilings.get(0)?);
    let ceiling_w = ceiling.as_f64();
    Some(match name {
        ControllerName::Rfa => return None,
        ControllerName::Pid => {
            boxed(pid::Bare::new(PidGains::TUNED, ceiling_w), program, spec, ceiling)
        }
        ControllerName::Stepper => boxed(stepper::Stepper::new(ceiling_w), program, spec, ceiling),
        ControllerName::PublishedPi => {
            boxed(published::PublishedPi::new(ceiling_w), program, spec, ceiling)
        }
    })
}

/// The `pid` crate with other gains, for tuning.
impl PidGains {
    /// The bare crate with these gains on a program's first step; none without a step.
    #[must_use]
    pub fn controller(self, program: &Program) -> Option<Box<dyn Controller>> {
        let (spec, ceiling) = (*program.steps.get(0)?, *program.ceilings.get(0)?);
        Some(boxed(pid::Bare::new(self, ceiling.as_f64()), program, spec, ceiling))
    }
}

fn boxed(
    law: impl Law + Send + 'static,
    program: &Program,
    spec: StepSpec,
    ceiling: MilliWatts,
) -> Box<dyn Controller> {
    Box::new(Baseline {
        law,
        channel: program.channel,
        spec,
        ceiling,
        tip_c: None,
        sampled: None,
        began: None,
        power: MilliWatts::MIN,
        reached: None,
    })
}

/// What a control law sees in one tick with a new reading.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The newest reading, °C.
    tip_c: f64,
    /// The ramped set-point, °C.
    reference_c: f64,
    /// The set temperature, °C.
    set_c: f64,
    /// Since the reading before, s.
    dt_s: f64,
}

/// A control law: power from readings. It is made anew for each run.
trait Law {
    /// Power asked for, W.
    fn power_w(&mut self, seen: &Seen) -> f64;
}

/// A control law inside the frame that all share: readings, ramp, timers.
struct Baseline<L> {
    law: L,
    channel: rfa_units::ChannelId,
    spec: StepSpec,
    ceiling: MilliWatts,
    tip_c: Option<f64>,
    sampled: Option<GeneratorInstant>,
    /// When output began, and the reading then, °C.
    began: Option<(HostInstant, f64)>,
    power: MilliWatts,
    reached: Option<Span>,
}

/// A step counts as reached this far below its set temperature, K, as in rfa's own loop.
const REACHED_BELOW_K: f64 = 2.0;

/// Readings before the start are averaged over about this many: the start is not one noisy sample.
const START_READINGS: f64 = 30.0;

impl<L: Law + Send> Controller for Baseline<L> {
    fn step(&mut self, inputs: &ControlInputs) -> ControlOutputs {
        let delivering = inputs.permit.is_some_and(|permit| permit.delivering);
        let set_c = self.spec.set.as_f64();
        for frame in inputs.telemetry.iter() {
            let dt_s = self.sampled.map_or(0.01, |last| frame.at.since(last).as_secs_f64());
            let Some(report) = frame.channel(self.channel) else { continue };
            let Some(tip) = report.tip.valid() else { continue };
            self.sampled = Some(frame.at);
            let tip_c = tip.as_f64();
            if !delivering {
                let mean = self.tip_c.unwrap_or(tip_c);
                self.tip_c = Some(mean + (tip_c - mean) / START_READINGS);
                continue;
            }
            let mean_c = self.tip_c.unwrap_or(tip_c);
            let (began, start_c) = *self.began.get_or_insert((inputs.now, mean_c));
            self.tip_c = Some(tip_c);
            let on = inputs.now.since(began);
            let share = (on.as_secs_f64() / self.spec.ramp.as_secs_f64()).min(1.0);
            let reference_c = start_c + (set_c - start_c) * share;
            let asked_w = self.law.power_w(&Seen { tip_c, reference_c, set_c, dt_s });
            let asked = MilliWatts::from_f64(asked_w.max(0.0)).unwrap_or(MilliWatts::MIN);
            self.power = asked.min(self.ceiling);
            if tip_c >= set_c - REACHED_BELOW_K {
                self.reached = self.reached.or(Some(on));
            }
        }
        self.outputs(delivering)
    }
}

impl<L> Baseline<L> {
    fn outputs(&self, delivering: bool) -> ControlOutputs {
        let phase = match (delivering, self.reached) {
            (false, _) => Phase::Waiting,
            (true, None) => Phase::Ramp,
            (true, Some(_)) => Phase::Hold,
        };
        let power = if delivering { self.power } else { MilliWatts::MIN };
        ControlOutputs {
            request: Request { power, step: StepIndex::FIRST, stop: None },
            phase,
            step: StepIndex::FIRST,
            target: None::<MilliCelsius>,
            set: self.spec.set,
            reached: self.reached,
            held: Span::ZERO,
            left: self.spec.hold,
            applied: power,
            terms: Terms::default(),
        }
    }
}
