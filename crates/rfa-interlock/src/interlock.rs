//! One tick: inputs, rules, machine, grant, in that order.

use crate::grant::{Terms, power_mw};
use crate::machine::{End, Machine, Phase, Signals, State, Stuck, Then};
use crate::memory::{Clock, Memory};
use crate::progress::{Progress, Spent, check_due};
use crate::refusal::{Attempt, unheard};
use crate::rules::{Cadence, Findings, Reaction, View};
use crate::thresholds::{ARMED_MAX, GRANT_LIFE};
use crate::watch::{Facts, Watch};
use crate::{AlarmSet, ArmRefusal, Command, Grant, Inputs, Limits, Outputs, StopCause, Trip};
use rfa_units::{Bounded, Contactor, HostInstant, MilliWatts, Permit, Request, StopReason};

/// The interlock's whole state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interlock {
    pub(crate) machine: Machine,
    pub(crate) memory: Memory,
    findings: Findings,
    /// What the thresholds that are tried find.
    pub(crate) passive: Findings,
    pub(crate) progress: Progress,
    watch: Watch,
    /// What the controller asks for the step in force, and what was granted of it.
    asked_mw: u32,
    granted_mw: u32,
    armed_since: HostInstant,
    pub(crate) trip: Option<Trip>,
    pub(crate) active: AlarmSet,
    latched: AlarmSet,
}

impl Interlock {
    /// The state after power-on; `trips` is the count kept from before (I13).
    #[must_use]
    pub const fn new(trips: u8) -> Self {
        Self {
            machine: Machine::new(trips),
            memory: Memory::new(),
            findings: Findings::new(),
            passive: Findings::new(),
            progress: Progress::new(),
            watch: Watch::new(),
            asked_mw: 0,
            granted_mw: 0,
            armed_since: HostInstant::ZERO,
            trip: None,
            active: AlarmSet::NONE,
            latched: AlarmSet::NONE,
        }
    }

    /// Where it is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.machine.state()
    }

    /// [`step`] in place: the state is large, and nobody on a tick's way needs the one before.
    #[must_use]
    pub fn tick(&mut self, limits: &Limits, inputs: &Inputs) -> Outputs {
        let before = self.before(limits);
        let clock = self.observe(limits, inputs);
        let newest = self.memory.history.newest();
        let since = Spent {
            state: before.machine.state(),
            elapsed: clock.elapsed,
            granted_mw: self.granted_mw,
            measured_mw: newest.and_then(|sample| sample.power_mw).unwrap_or(0),
            tip_mc: newest.and_then(|sample| sample.tip_mc),
        };
        self.progress.integrate(limits, &since);
        let signals = self.signals(limits, inputs);
        let after = before.machine.next(limits.spec().activation, &signals);
        let stopped =
            before.machine.state() == State::Delivering && after.state() == State::Stopping;
        let cause = stopped.then(|| self.stop_cause(limits, inputs, &signals));
        let refusal = self.refusal(limits, inputs, &signals, &after);
        self.enter(after, &signals, limits, inputs.now);
        let advice = self.watch.look(&Facts {
            now: inputs.now,
            machine: &after,
            step: self.progress.limit(limits),
            tip_mc: self.memory.history.newest().and_then(|sample| sample.tip_mc),
            asked_mw: self.asked_mw,
            foot: signals.foot,
            foot_refused: refusal == Some(ArmRefusal::Footswitch),
            recorder: inputs.ready.recorder,
            sound: inputs.ready.sound,
        });
        self.alarms(advice, inputs.now);
        let grant = self.grant(limits, inputs);
        let mut outputs = self.outputs(limits, grant, inputs.now);
        outputs.refusal = refusal;
        outputs.events = self.events(&before, inputs.now, cause, refusal);
        outputs
    }

    /// Why a command of this tick did nothing, if it did; before the transition is taken.
    fn refusal(
        &self,
        limits: &Limits,
        inputs: &Inputs,
        signals: &Signals,
        after: &Machine,
    ) -> Option<ArmRefusal> {
        Attempt {
            now: inputs.now,
            activation: limits.spec().activation,
            before: &self.machine,
            after,
            signals,
            ready: &inputs.ready,
            findings: &self.findings,
            progress: &self.progress,
            impedance: self.memory.impedance_measured(),
            tip: self.memory.tip_plausible(),
            unheard: unheard(limits.spec().sound_required, inputs.ready.sound),
            spent: self.progress.spent(self.progress.limit(limits)).is_some(),
        }
        .refusal()
    }

    /// Takes in everything of this tick and asks every rule.
    fn observe(&mut self, limits: &Limits, inputs: &Inputs) -> Clock {
        let state = self.state();
        let clock = self.memory.clock(inputs.tick, inputs.now);
        self.memory.hear(inputs);
        self.hear_request(inputs);
        self.findings.begin(state);
        if limits.spec().passive.is_some() {
            self.passive.begin(state);
        }
        let mut first = true;
        for frame in inputs.telemetry.iter() {
            if self.memory.sample(limits, frame, inputs.now) {
                if first {
                    self.findings.begin_samples();
                    self.passive.begin_samples();
                    first = false;
                }
                self.ask(Cadence::Sample, limits, &clock);
            }
        }
        self.ask(Cadence::Tick, limits, &clock);
        clock
    }

    /// A request for another step than the one in force asks for nothing, and while delivering
    /// it is not even a sign of life (H-20): the controller is somewhere else.
    fn hear_request(&mut self, inputs: &Inputs) {
        let Some(request) = inputs.request else { return };
        let in_step = request.step == self.progress.step;
        self.asked_mw = if in_step { request.power.get() } else { 0 };
        if in_step || self.state() != State::Delivering {
            self.memory.request = Some(inputs.now);
        }
    }

    fn ask(&mut self, cadence: Cadence, limits: &Limits, clock: &Clock) {
        let view = View {
            limits,
            step: self.progress.limit(limits),
            memory: &self.memory,
            clock,
            state: self.machine.state(),
        };
        self.findings.ask(cadence, &limits.spec().rules, &view);
        if let Some(passive) = &limits.spec().passive {
            self.passive.ask(cadence, passive, &view);
        }
    }

    /// The seam: from here on the machine sees booleans.
    fn signals(&self, limits: &Limits, inputs: &Inputs) -> Signals {
        let now = inputs.now;
        let reactions = self.findings.reactions(now);
        let is = |reaction| reactions.contains(reaction);
        let step = self.progress.limit(limits);
        let proven = inputs.ready.self_test && inputs.ready.hard_limits;
        let usable = inputs.ready.recorder
            && inputs.ready.checklist
            && !unheard(limits.spec().sound_required, inputs.ready.sound)
            && !self.progress.complete
            && self.memory.impedance_measured()
            && self.memory.tip_plausible()
            && self.progress.spent(step).is_none();
        Signals {
            foot: self.memory.foot(limits.spec().activation),
            emergency_stop: is(Reaction::EmergencyStop) || is(Reaction::Disconnect),
            fault: is(Reaction::Fault),
            hard: is(Reaction::Hard),
            generator: !is(Reaction::Generator),
            controller: !is(Reaction::Controller),
            console: !is(Reaction::Console),
            rf: self.memory.rf_or_unknown(now),
            stuck: self.stuck(is(Reaction::Stuck), now),
            end: self.end(limits, inputs),
            ready: proven && (self.state() == State::SelfTest || usable),
            authorised: inputs.authorised,
            gate: step.check_before,
            command: inputs.command,
            mode: limits.spec().mode,
        }
    }

    fn stuck(&self, found: bool, now: HostInstant) -> Stuck {
        let newest = self.memory.history.newest().filter(|_| self.memory.heard == Some(now));
        match newest.map(|sample| sample.power_mw) {
            Some(Some(_)) if found => Stuck::Yes,
            Some(Some(_)) => Stuck::No,
            Some(None) | None => Stuck::Unknown,
        }
    }

    fn end(&self, limits: &Limits, inputs: &Inputs) -> End {
        let stop = inputs.request.filter(|request| request.stop.is_some());
        let complete = stop.as_ref().is_some_and(|request| self.completes(request));
        match self.state() {
            State::Delivering | State::Stopping if complete => End::StepDone,
            State::Armed | State::Delivering if stop.is_some() => End::Now,
            State::Delivering if self.progress.spent(self.progress.limit(limits)).is_some() => {
                End::Now
            }
            State::Armed if inputs.now.since(self.armed_since) >= ARMED_MAX => End::Now,
            _ => End::No,
        }
    }

    fn completes(&self, request: &Request) -> bool {
        request.stop == Some(StopReason::StepDone) && request.step == self.progress.step
    }

    /// What ended output, in the order in which it counts.
    fn stop_cause(&self, limits: &Limits, inputs: &Inputs, signals: &Signals) -> StopCause {
        let controller = inputs.request.is_some_and(|request| request.stop.is_some());
        match signals.end {
            End::StepDone => StopCause::StepDone,
            _ if inputs.command == Command::Stop => StopCause::Operator,
            _ if controller => StopCause::Controller,
            _ => {
                let spent = self.progress.spent(self.progress.limit(limits));
                spent.unwrap_or(StopCause::FootReleased)
            }
        }
    }

    /// What a transition takes with it.
    fn enter(&mut self, after: Machine, signals: &Signals, limits: &Limits, now: HostInstant) {
        let before = self.machine;
        self.machine = after;
        self.memory.command(after.k1(), self.k2(now), now);
        if before.state() == after.state() {
            return;
        }
        if let Phase::Stopping { then, .. } = before.phase
            && (then == Then::NextStep || signals.end == End::StepDone)
        {
            self.progress.advance(limits);
        }
        match after.state() {
            State::Armed => {
                self.armed_since = now;
                if before.state() == State::Idle {
                    self.memory.take_baseline();
                }
            }
            State::Idle => {
                self.memory.drop_baseline();
                self.trip = None;
                self.latched = AlarmSet::NONE;
            }
            State::Tripped | State::Lockout if self.trip.is_none() => {
                self.trip = self.findings.trip(&self.memory, now);
            }
            _ => {}
        }
    }

    /// The alarms after the transition: what is present, and what stays.
    fn alarms(&mut self, advice: AlarmSet, now: HostInstant) {
        self.active = self.findings.alarms(now).union(advice);
        if matches!(self.state(), State::Tripped | State::Lockout) {
            let staying = self.active.iter().filter(|alarm| alarm.latching());
            let cause = self.trip.map(|trip| trip.alarm);
            self.latched = staying.chain(cause).fold(self.latched, AlarmSet::with);
        }
    }

    /// The grant of this tick (I16): none outside Delivering, and none without a sample to take
    /// the generator's time from (decision 6). Until the tip has answered, it is the start's
    /// (H-11).
    fn grant(&mut self, limits: &Limits, inputs: &Inputs) -> Option<Grant> {
        let step = self.progress.limit(limits);
        let start_mw = limits.spec().start_ceiling.get();
        let answered = self.memory.response.answered();
        let ceiling_mw = step.ceiling.get();
        let terms = Terms {
            asked_mw: self.asked_mw,
            ceiling_mw: if answered { ceiling_mw } else { ceiling_mw.min(start_mw) },
            previous_mw: self.granted_mw,
            energy_left_nj: self.progress.energy_left_nj(step),
        };
        self.granted_mw = 0;
        if self.state() != State::Delivering {
            self.memory.granted(inputs.now, 0);
            return None;
        }
        let newest = self.memory.newest_at()?;
        self.granted_mw = power_mw(&terms);
        self.memory.granted(inputs.now, self.granted_mw);
        let spec = limits.spec();
        Some(Grant {
            session: spec.session,
            tick: inputs.tick,
            mode: spec.mode,
            channel: spec.channel,
            power: MilliWatts::saturating(i64::from(self.granted_mw)),
            plan: spec.plan,
            expires: newest.plus(GRANT_LIFE),
        })
    }

    /// The machine's K2, and open where nothing is armed and nobody knows what the generator does.
    fn k2(&self, now: HostInstant) -> Contactor {
        if self.state() == State::Idle && self.findings.any(Reaction::Isolate, now) {
            return Contactor::Open;
        }
        self.machine.k2()
    }

    fn outputs(&self, limits: &Limits, grant: Option<Grant>, now: HostInstant) -> Outputs {
        let step = self.progress.limit(limits);
        let acknowledged = matches!(self.machine.phase, Phase::Tripped { acknowledged: true, .. });
        Outputs {
            state: self.state(),
            grant,
            k1: self.machine.k1(),
            k2: self.k2(now),
            permit: Permit {
                delivering: self.state() == State::Delivering,
                step: self.progress.step,
                granted: grant.map_or(MilliWatts::MIN, |grant| grant.power),
                ceiling: step.ceiling,
            },
            complete: self.progress.complete,
            check_due: check_due(step.check_before, self.machine.checked, self.progress.complete),
            active: self.active,
            latched: self.latched,
            acknowledged,
            trip: self.trip,
            trips: self.machine.trips,
            refusal: None,
            time_on: self.progress.time_on,
            energy: self.progress.energy(),
            events: Bounded::new(),
        }
    }
}

/// One tick.
///
/// Inputs are taken in and every rule is asked, the machine moves, and only then is there a
/// grant: what trips in this tick ends output in this tick (I2).
///
/// A tick is due every 10 ms. A late one is taken as it comes: the time since the last one counts
/// towards the step's time and energy, and every silence is measured by `inputs.now`. Armed or
/// Delivering, a gap of 30 ms, or two ticks running with a missed one before each, trips (H-44);
/// a single late tick does not. A tick whose number or time does not go forward trips as well.
///
/// `limits` stay the same for the life of an [`Interlock`]: a new plan is a new session.
#[must_use]
pub fn step(limits: &Limits, interlock: &Interlock, inputs: &Inputs) -> (Interlock, Outputs) {
    let mut next = *interlock;
    let outputs = next.tick(limits, inputs);
    (next, outputs)
}
