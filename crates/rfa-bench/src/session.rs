//! One treatment on virtual time: codec, interlock, generator and plant as they are, and nothing
//! that records or shows it.
//!
//! Time goes in slices of 1 ms, as in `rfa_runtime::virtual_time`: the line takes one, the
//! generator advances, what it sent is read, and whichever ticks are due run.

use crate::case::{CaseError, SESSION};
use crate::{Case, Controller};
use rfa_control::{ControlInputs, ControlOutputs};
use rfa_interlock::{
    AlarmSound, Command, Inputs, Interlock, LinkReport, Outputs, Readiness, RuleId, State,
};
use rfa_link::{Ends, Inbound, Opening, Outbound, Tally};
use rfa_runtime::{PHASE_CONTROL, PHASE_INTERLOCK, TICK, hard_limits_for};
use rfa_sim::Generator;
use rfa_units::{Bounded, GeneratorInstant, HostInstant, Mode, Permit, Request, Span, Telemetry};
use rfa_wire::LinkKey;
use rfa_wire::handshake::{Config, Step};
use thiserror::Error;

/// One slice: the firmware's step.
const SLICE: Span = Span::from_millis(1);
/// The host's clock when the generator's is at zero.
const START: HostInstant = HostInstant::from_micros(1_000_000);
/// Rest before arming: the start is measured, and a controller may learn it.
const REST: Span = Span::from_secs(1);
/// Arming and starting may take this long beyond.
const REFUSED_FOR: Span = Span::from_secs(3);

/// What really was so in one interlock tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Since the beginning of output, s; negative before.
    pub t_s: f64,
    /// True temperature of the tip, °C.
    pub tip_c: f64,
    /// Its reading, °C; what it was before where there is none.
    pub sensed_c: f64,
    /// Hottest tissue, °C.
    pub hottest_c: f64,
    /// Power delivered, W.
    pub power_w: f64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// At its planned end.
    Whole,
    /// By a rule of the interlock.
    Tripped(RuleId),
    /// Without a trip, by this state; the step's time or energy, or a refusal to arm or start.
    Stopped(State),
}

/// A run from the second before arming on.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// One sample each 10 ms.
    pub samples: Vec<Sample>,
    /// How it ended.
    pub end: End,
}

/// Why a run did not come about.
#[derive(Debug, Error)]
pub enum RunError {
    /// There is no generator or controller.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The conversation could not be opened.
    #[error("no conversation with the generator: {0}")]
    Open(String),
}

/// Treats `case` with `controller`.
///
/// # Errors
/// [`RunError`] when the generator cannot be built or does not answer.
pub fn run(case: &Case, controller: &mut dyn Controller) -> Result<Trace, RunError> {
    let mut line = Line::new(case.generator()?);
    let mut opening = Opening::new(config(case), line.now);
    let established = loop {
        match opening.step(line.now) {
            Step::Send(frame) => line.to_generator.extend_from_slice(frame.as_bytes()),
            Step::Wait => line.pass(|bytes, _| opening.take(bytes)),
            Step::Established(established) => break established,
            Step::Failed(failure) => return Err(RunError::Open(failure.to_string())),
        }
    };
    let (inbound, ends) = Inbound::new(opening.into_decoder());
    let host = Host::new(case, ends, Outbound::new(established.encoder), line.now);
    Ok(host.treat(line, inbound, controller))
}

/// The handshake's numbers.
fn config(case: &Case) -> Config {
    Config {
        link: LinkKey::DEVELOPMENT,
        session: SESSION,
        host_nonce: [0; 16],
        channels: 1,
        telemetry_hz: 100,
        mode: Mode::Thermal,
        limits: hard_limits_for(&case.plan),
    }
}

/// The generator, the line and the clock.
struct Line {
    generator: Generator,
    now: HostInstant,
    to_generator: Vec<u8>,
    from_generator: [u8; 512],
}

impl Line {
    const fn new(generator: Generator) -> Self {
        Self { generator, now: START, to_generator: Vec::new(), from_generator: [0; 512] }
    }

    /// One slice. `take` gets what came from the generator.
    fn pass(&mut self, mut take: impl FnMut(&[u8], HostInstant)) {
        self.now = self.now.plus(SLICE);
        if !self.to_generator.is_empty() {
            self.generator.receive(&self.to_generator);
            self.to_generator.clear();
        }
        let us = self.now.since(START).as_micros();
        self.generator.advance(GeneratorInstant::from_micros(us));
        loop {
            let length = self.generator.transmit(&mut self.from_generator);
            match self.from_generator.get(..length) {
                Some(bytes) if !bytes.is_empty() => take(bytes, self.now),
                _ => return,
            }
        }
    }
}

/// Control and interlock, each with what it knows.
struct Host<'a> {
    case: &'a Case,
    ends: Ends,
    outbound: Outbound,
    interlock: Interlock,
    permit: Option<Permit>,
    request: Option<Request>,
    tally: Tally,
    seen: GeneratorInstant,
    began: HostInstant,
    tick: u64,
    control_tick: u64,
    /// When output began.
    on: Option<HostInstant>,
    samples: Vec<Sample>,
}

impl<'a> Host<'a> {
    fn new(case: &'a Case, ends: Ends, outbound: Outbound, now: HostInstant) -> Self {
        let tally = ends.counts.read();
        let ticks = ((case.ends_at_s() + REST.as_secs_f64()) * 100.0) as usize;
        Self {
            case,
            ends,
            outbound,
            interlock: Interlock::new(0),
            permit: None,
            request: None,
            tally,
            seen: GeneratorInstant::ZERO,
            began: now,
            tick: 0,
            control_tick: 0,
            on: None,
            samples: Vec::with_capacity(ticks.saturating_add(100)),
        }
    }

    fn treat(
        mut self,
        mut line: Line,
        mut inbound: Inbound,
        controller: &mut dyn Controller,
    ) -> Trace {
        let grid = self.began.plus(TICK);
        let (mut control_due, mut interlock_due) =
            (grid.plus(PHASE_CONTROL), grid.plus(PHASE_INTERLOCK));
        loop {
            line.pass(|bytes, at| inbound.take(bytes, at));
            let now = line.now;
            if now >= control_due {
                control_due = control_due.plus(TICK);
                self.request = Some(self.control(controller, now).request);
            }
            if now < interlock_due {
                continue;
            }
            interlock_due = interlock_due.plus(TICK);
            let outputs = self.judge(now, &mut line);
            self.sample(&line, &outputs, now);
            if let Some(end) = self.ended(&outputs, now) {
                return Trace { samples: self.samples, end };
            }
        }
    }

    fn control(&mut self, controller: &mut dyn Controller, now: HostInstant) -> ControlOutputs {
        self.control_tick += 1;
        let mut telemetry = Bounded::<Telemetry, 4>::new();
        while let Ok(arrival) = self.ends.to_control.pop() {
            // One a tick is usual, and more than four never come before the first.
            let _ = telemetry.push(arrival.telemetry);
        }
        let permit = self.permit;
        controller.step(&ControlInputs { tick: self.control_tick, now, telemetry, permit })
    }

    fn judge(&mut self, now: HostInstant, line: &mut Line) -> Outputs {
        self.tick += 1;
        let mut telemetry = Bounded::new();
        while let Ok(arrival) = self.ends.to_interlock.pop() {
            self.seen = arrival.telemetry.at;
            let _ = telemetry.push(arrival.telemetry);
        }
        let tally = self.ends.counts.read();
        let link = if self.tick == 1 { LinkReport::default() } else { tally.since(&self.tally) };
        self.tally = tally;
        let inputs = Inputs {
            tick: self.tick,
            now,
            telemetry,
            link,
            request: self.request.take(),
            console_alive: true,
            command: self.command(now),
            authorised: true,
            ready: Readiness {
                self_test: true,
                hard_limits: true,
                recorder: true,
                checklist: true,
                sound: AlarmSound::NotUsed,
            },
        };
        let outputs = self.interlock.tick(&self.case.limits, &inputs);
        self.permit = Some(outputs.permit);
        let frame = self.outbound.frame(&outputs, self.tick, self.seen);
        line.to_generator.extend_from_slice(frame.as_bytes());
        outputs
    }

    /// Arms after the rest, and starts as soon as it is armed. In every second tick: a key that is
    /// held down is no fresh activation.
    fn command(&self, now: HostInstant) -> Command {
        match self.interlock.state() {
            _ if self.tick.is_multiple_of(2) => Command::None,
            State::Idle if self.on.is_none() && now.since(self.began) >= REST => Command::Arm,
            State::Armed => Command::Start,
            _ => Command::None,
        }
    }

    fn sample(&mut self, line: &Line, outputs: &Outputs, now: HostInstant) {
        if outputs.permit.delivering {
            self.on = self.on.or(Some(now));
        }
        let truth = line.generator.truth();
        let before = self.samples.last().map_or(truth.tip_c, |sample| sample.sensed_c);
        self.samples.push(Sample {
            // Filled in when output has begun and the beginning is known.
            t_s: now.since(self.on.unwrap_or(now)).as_secs_f64(),
            tip_c: truth.tip_c,
            sensed_c: truth.sensed_c.unwrap_or(before),
            hottest_c: truth.tissue_max_c,
            power_w: truth.power_w,
        });
        if self.on == Some(now) {
            let mut t_s = 0.0;
            for sample in self.samples.iter_mut().rev() {
                sample.t_s = t_s;
                t_s -= TICK.as_secs_f64();
            }
        }
    }

    fn ended(&self, outputs: &Outputs, now: HostInstant) -> Option<End> {
        if let Some(trip) = outputs.trip {
            return Some(End::Tripped(trip.rule));
        }
        match self.on {
            Some(on) if now.since(on).as_secs_f64() >= self.case.ends_at_s() => Some(End::Whole),
            Some(_) if outputs.state == State::Delivering => None,
            Some(_) => Some(End::Stopped(outputs.state)),
            None if now.since(self.began) >= REST.plus(REFUSED_FOR) => {
                Some(End::Stopped(outputs.state))
            }
            None => None,
        }
    }
}
