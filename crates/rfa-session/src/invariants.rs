//! I1 to I18 (hazards.md part c) checked from outside, tick by tick.
//!
//! It reads what an interlock tick saw and gave, and keeps its own memory: none of the interlock's
//! state and none of its code. It stands beside random sessions in the interlock's tests, and
//! beside every recording that is verified.

use core::fmt;
use rfa_interlock::{Activation, Command, Inputs, Limits, Outputs, State};
use rfa_units::{
    Contactor, EmergencyStop, Footswitch, GeneratorInstant, HostInstant, Mode, Span, StepIndex,
    Telemetry,
};

/// The invariant a tick breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The interlock tick.
    pub tick: u64,
    /// The invariant's number with what it asks.
    pub invariant: &'static str,
    /// The state before the tick.
    pub from: State,
    /// The state after it.
    pub to: State,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tick, invariant, from, to } = self;
        write!(f, "tick {tick} breaks \"{invariant}\": {from:?} to {to:?}")
    }
}

type Found = Result<(), &'static str>;

const fn must(so: bool, words: &'static str) -> Found {
    if so { Ok(()) } else { Err(words) }
}

/// How near to energy a state is (I10).
const fn rank(state: State) -> u8 {
    match state {
        State::Idle | State::Stopping => 1,
        State::Armed => 2,
        State::Delivering => 3,
        State::SelfTest | State::Tripped | State::Lockout => 0,
    }
}

/// More than this is RF, in milliwatts (H-05).
const RF_MW: u32 = 200;
/// The third reset locks out (I13).
const RESETS_MAX: u8 = 3;

/// What has happened since a trip (I12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Since {
    acknowledged: bool,
    reset: bool,
    armed: bool,
    released: bool,
}

const ALL_DONE: Since = Since { acknowledged: true, reset: true, armed: true, released: true };

/// The invariants over one session: what a checker has to remember from tick to tick.
#[derive(Debug, Clone, Copy)]
pub struct Invariants {
    limits: Limits,
    state: State,
    k1: Contactor,
    trips: u8,
    acknowledged: bool,
    grant_tick: u64,
    granted_mw: u32,
    asked_mw: u32,
    step: StepIndex,
    newest: Option<Telemetry>,
    heard: Option<HostInstant>,
    requested: Option<HostInstant>,
    console: Option<HostInstant>,
    hung_up: bool,
    pressed_since: Option<GeneratorInstant>,
    released_since_armed: bool,
    opened_at: Option<GeneratorInstant>,
    /// Samples running that read K1 back open.
    k1_read_open: u8,
    /// Samples running with RF on a channel that no grant is for.
    foreign: u8,
    stuck_ticks: u8,
    since_trip: Since,
    confirmed: bool,
    /// Time K1 was shut in this step.
    time_on: Span,
    /// Output time within 2 K of the step's temperature, and starts after the first such.
    held: Span,
    restarts: u64,
    last: Option<HostInstant>,
}

impl Invariants {
    /// Before the first tick of an interlock with `limits`; `trips` is the count kept from before
    /// (I13).
    #[must_use]
    pub const fn new(limits: Limits, trips: u8) -> Self {
        Self {
            limits,
            state: State::SelfTest,
            k1: Contactor::Open,
            trips: if trips < RESETS_MAX { trips } else { RESETS_MAX },
            acknowledged: false,
            grant_tick: 0,
            granted_mw: 0,
            asked_mw: 0,
            step: StepIndex::FIRST,
            newest: None,
            heard: None,
            requested: None,
            console: None,
            hung_up: false,
            pressed_since: None,
            released_since_armed: false,
            opened_at: None,
            k1_read_open: 0,
            foreign: 0,
            stuck_ticks: 0,
            since_trip: ALL_DONE,
            confirmed: false,
            time_on: Span::ZERO,
            held: Span::ZERO,
            restarts: 0,
            last: None,
        }
    }

    fn power_mw(&self) -> u32 {
        let channel = self.limits.spec().channel;
        self.newest.as_ref().and_then(|t| t.channel(channel)).map_or(0, |c| c.power.get())
    }

    fn tip_mc(&self) -> Option<i64> {
        let channel = self.limits.spec().channel;
        let report = self.newest.as_ref().and_then(|t| t.channel(channel));
        report.and_then(|c| c.tip.valid()).map(|t| i64::from(t.get()))
    }

    fn pedal(&self) -> bool {
        self.limits.spec().activation == Activation::Pedal
    }

    /// Checks one tick and remembers it. Every tick has to be shown, in order.
    ///
    /// # Errors
    /// [`Broken`] names the first invariant that this tick breaks.
    pub fn look(&mut self, i: &Inputs, o: &Outputs) -> Result<(), Broken> {
        self.hear(i);
        let found = self
            .outputs(i, o)
            .and_then(|()| self.off_in_this_tick(i, o))
            .and_then(|()| self.start(i, o))
            .and_then(|()| self.towards_energy(i, o))
            .and_then(|()| self.after_a_trip(i, o))
            .and_then(|()| self.stuck(i, o))
            .and_then(|()| self.budget(i, o));
        let from = self.state;
        self.remember(i, o);
        found.map_err(|invariant| Broken { tick: i.tick, invariant, from, to: o.state })
    }

    fn hear(&mut self, i: &Inputs) {
        for frame in i.telemetry.iter() {
            if self.newest.is_some_and(|newest| frame.at <= newest.at) {
                continue;
            }
            let pressed = frame.footswitch == Footswitch::Pressed;
            self.pressed_since = pressed.then(|| self.pressed_since.unwrap_or(frame.at));
            let open = frame.k1 == Contactor::Open;
            self.k1_read_open = if open { self.k1_read_open.saturating_add(1) } else { 0 };
            let own = self.limits.spec().channel;
            let mut others = frame.channels.iter().filter(|report| report.channel != own);
            let foreign = others.any(|report| report.power.get() > RF_MW);
            self.foreign = if foreign { self.foreign.saturating_add(1) } else { 0 };
            self.newest = Some(*frame);
            self.heard = Some(i.now);
        }
        self.hung_up |= i.link.hung_up;
        if i.console_alive || self.console.is_none() {
            self.console = Some(i.now);
        }
        if let Some(request) = i.request {
            let in_step = request.step == self.step;
            self.asked_mw = if in_step { request.power.get() } else { 0 };
            if in_step || self.state != State::Delivering {
                self.requested = Some(i.now);
            }
        }
    }

    /// I1, I4, I5, I6, I13, I16, I18.
    fn outputs(&self, i: &Inputs, o: &Outputs) -> Found {
        let delivering = o.state == State::Delivering;
        must((o.k1 == Contactor::Shut) == delivering, "I1 K1 is shut in Delivering only")?;
        must(o.grant.is_some() == delivering, "I16 grants in Delivering only")?;
        must(o.permit.delivering == delivering, "the permit says what is so")?;
        must(!delivering || o.k2 == Contactor::Shut, "I1 with K2 shut")?;
        let open = matches!(o.state, State::SelfTest | State::Lockout);
        must(!open || o.k2 == Contactor::Open, "I5 K2 open in SelfTest and Lockout")?;
        must(self.state != State::Lockout || o.state == State::Lockout, "I6 Lockout stays")?;
        must(o.trips >= self.trips && o.trips <= RESETS_MAX, "I13 the count only grows")?;
        must(o.trips < RESETS_MAX || o.state == State::Lockout, "I13 the third reset locks out")?;
        let Some(grant) = o.grant else {
            return must(o.permit.granted.get() == 0, "I16 nothing granted, nothing permitted");
        };
        let mw = grant.power().get();
        let limit = self.limits.step(o.permit.step).map_or(0, |step| step.ceiling.get());
        must(mw <= self.asked_mw && mw <= limit, "I16 at most what is asked and the ceiling")?;
        let most = self.granted_mw.saturating_add((limit / 10).max(1));
        must(mw <= most, "I16 slew limit")?;
        must(mw == o.permit.granted.get(), "the permit says what was granted")?;
        must(grant.mode() == Mode::Thermal, "I4 the mode armed")?;
        must(grant.session() == self.limits.spec().session, "I18 session")?;
        must(grant.plan() == self.limits.spec().plan, "the plan confirmed")?;
        must(grant.tick() == i.tick && i.tick > self.grant_tick, "I18 ticks grow")?;
        let newest = self.newest.map(|frame| frame.at.plus(Span::from_millis(60)));
        must(Some(grant.expires()) == newest, "I18 expires 60 ms after the newest sample")
    }

    /// I2: K1 is not shut in a tick with any reason to have it open.
    fn off_in_this_tick(&self, i: &Inputs, o: &Outputs) -> Found {
        if o.k1 == Contactor::Open {
            return Ok(());
        }
        let within = |at: Option<HostInstant>, ms: u64| {
            at.is_some_and(|at| i.now.since(at) < Span::from_millis(ms))
        };
        must(i.command != Command::Stop, "I2 stop")?;
        must(i.request.is_none_or(|request| request.stop.is_none()), "I2 controller's stop")?;
        must(within(self.heard, 60), "I2 generator silent")?;
        must(within(self.requested, 30), "I2 controller silent")?;
        must(within(self.console, 500), "I2 console silent")?;
        must(!self.hung_up, "I2 hung up")?;
        let newest = self.newest.ok_or("I2 never heard")?;
        must(newest.emergency_stop == EmergencyStop::Released, "I2 emergency stop")?;
        let foot = newest.footswitch;
        must(!self.pedal() || foot == Footswitch::Pressed, "I2 foot up")?;
        must(self.tip_mc().is_some_and(|t| t < 95_000), "I2 tip unreadable or boiling")
    }

    /// I3: a start.
    fn start(&self, i: &Inputs, o: &Outputs) -> Found {
        if o.k1 == Contactor::Open || self.k1 == Contactor::Shut {
            return Ok(());
        }
        must(self.state == State::Armed, "I3 from Armed")?;
        must(self.power_mw() <= RF_MW, "I3 with RF off")?;
        if !self.pedal() {
            return must(i.command == Command::Start && i.authorised, "I3 by a signed-in key");
        }
        let newest = self.newest.map(|frame| frame.at).unwrap_or_default();
        let held = self.pressed_since.map_or(Span::ZERO, |since| newest.since(since));
        must(held >= Span::from_millis(30), "I3 on a debounced press")?;
        must(self.released_since_armed, "I3 after a release seen since Armed")
    }

    /// I10, I11, I14 and the gate.
    fn towards_energy(&self, i: &Inputs, o: &Outputs) -> Found {
        let up = rank(o.state) > rank(self.state);
        let alone = matches!(
            (self.state, o.state),
            (State::SelfTest, State::Idle) | (State::Stopping, State::Armed)
        );
        let foot = self.pedal()
            && self.newest.is_some_and(|frame| frame.footswitch == Footswitch::Pressed);
        let person = i.command != Command::None || foot;
        must(!up || alone || person, "I10 no step towards energy without a person")?;
        if (self.state, o.state) == (State::SelfTest, State::Idle) {
            must(i.ready.self_test && self.power_mw() <= RF_MW, "I14 self-test proven, RF off")?;
        }
        if (self.state, o.state) != (State::Idle, State::Armed) {
            return Ok(());
        }
        must(i.command == Command::Arm && i.authorised, "I11 a signed-in operator arms")?;
        let ready = i.ready;
        let all = ready.self_test && ready.hard_limits && ready.recorder && ready.checklist;
        must(all, "I11 preconditions")?;
        must(self.power_mw() <= RF_MW && self.tip_mc().is_some(), "I11 RF off, sensor good")?;
        let gated = self.limits.step(o.permit.step).is_some_and(|step| step.check_before);
        must(!gated || self.confirmed, "a step behind a check is armed after its own check")
    }

    /// I7, I12, I15.
    fn after_a_trip(&self, i: &Inputs, o: &Outputs) -> Found {
        let reset = (self.state, o.state) == (State::Tripped, State::Idle);
        let asked = i.command == Command::Reset && i.authorised && self.acknowledged;
        must(!reset || asked, "I7 acknowledged, then reset, by a signed-in operator")?;
        let clear = self.power_mw() <= RF_MW
            && self.newest.is_some_and(|f| f.emergency_stop == EmergencyStop::Released);
        let within = |at: Option<HostInstant>, ms: u64| {
            at.is_some_and(|at| i.now.since(at) < Span::from_millis(ms))
        };
        let linked = within(self.heard, 60)
            && within(self.requested, 30)
            && within(self.console, 500)
            && !self.hung_up;
        must(!reset || (clear && linked), "I7 with everything clear")?;
        let rises = o.acknowledged && !self.acknowledged;
        let by = i.command == Command::Acknowledge && i.authorised;
        must(!rises || by, "I15 acknowledged by a signed-in operator")?;
        let on = o.k1 == Contactor::Shut;
        must(!on || self.since_trip == ALL_DONE, "I12 ack, reset, arm, release before output")
    }

    /// I8, I9: RF measured with K1 open for longer than opening takes, or on another channel.
    fn stuck(&mut self, i: &Inputs, o: &Outputs) -> Found {
        let newest = self.newest.map(|frame| frame.at).unwrap_or_default();
        let open_ms = self.opened_at.map(|at| newest.since(at).as_micros() / 1_000);
        // The dead-man needs 90 ms; a K1 that two samples read back open leaves no excuse.
        let due = open_ms.is_none_or(|ms| ms >= if self.k1_read_open >= 2 { 60 } else { 90 });
        let stuck = self.k1 == Contactor::Open && due && self.power_mw() > RF_MW;
        let fresh = self.heard == Some(i.now);
        self.stuck_ticks = if stuck { self.stuck_ticks.saturating_add(u8::from(fresh)) } else { 0 };
        let locked = o.state == State::Lockout && o.k2 == Contactor::Open;
        must(
            self.foreign < 2 || locked,
            "I9 RF on another channel locks out by the second sample",
        )?;
        // A grant may not have been due yet when the sample was taken in the tick K1 opened.
        must(self.stuck_ticks < 2 || locked, "I8 RF with K1 open locks out by the second tick")
    }

    /// I17: time and energy of the step, to the tick.
    fn budget(&mut self, i: &Inputs, o: &Outputs) -> Found {
        let elapsed = self.last.map_or(Span::ZERO, |last| i.now.since(last));
        if self.step == o.permit.step && self.k1 == Contactor::Shut {
            self.time_on = self.time_on.plus(elapsed);
            must(o.time_on == self.time_on, "I17 output time is all the time K1 was shut")?;
        }
        let Some(step) = self.limits.step(o.permit.step) else { return Ok(()) };
        let near = i64::from(step.set.get()).saturating_sub(2_000);
        if self.k1 == Contactor::Shut && self.tip_mc().is_some_and(|tip| tip >= near) {
            self.held = self.held.plus(elapsed);
        }
        let late_ms = self.restarts.saturating_mul(500).saturating_add(1_000);
        let most = step.hold.plus(Span::from_millis(late_ms));
        must(o.k1 == Contactor::Open || self.held < most, "H-30 hold + 1 s")?;
        must(o.time_on <= step.time_on_max.plus(elapsed), "I17 time, by at most one tick")?;
        let on = o.k1 == Contactor::Shut;
        must(!on || o.time_on < step.time_on_max, "I17 output time not passed")?;
        must(!on || o.energy < step.energy_max, "I17 output energy not passed")
    }

    fn remember(&mut self, i: &Inputs, o: &Outputs) {
        let was = self.state;
        let released = match self.newest.map(|frame| frame.footswitch) {
            Some(contacts) if self.pedal() => contacts == Footswitch::Released,
            _ => i.command != Command::Start,
        };
        if was == State::Armed && o.state == State::Armed {
            self.released_since_armed |= released;
        } else if o.state == State::Armed {
            self.released_since_armed = false;
        }
        if was == State::Delivering && o.state != State::Delivering {
            self.opened_at = self.newest.map(|frame| frame.at);
        }
        let tripped = |state| matches!(state, State::Tripped | State::Lockout);
        let since = &mut self.since_trip;
        if tripped(o.state) && !tripped(was) {
            *since = Since { acknowledged: false, reset: false, armed: false, released: false };
        }
        since.acknowledged |= o.acknowledged;
        since.reset |= (was, o.state) == (State::Tripped, State::Idle);
        since.armed |= since.reset && (was, o.state) == (State::Idle, State::Armed);
        since.released |= since.armed && o.state == State::Armed && released;
        if was == State::Idle && i.command == Command::ConfirmCheck && i.authorised {
            self.confirmed = true;
        }
        if o.k1 == Contactor::Shut && self.k1 == Contactor::Open && self.held > Span::ZERO {
            self.restarts = self.restarts.saturating_add(1);
        }
        if o.permit.step != self.step || o.complete {
            (self.held, self.restarts) = (Span::ZERO, 0);
            self.confirmed = false;
            self.time_on = Span::ZERO;
        }
        (self.state, self.k1, self.trips, self.step) = (o.state, o.k1, o.trips, o.permit.step);
        self.acknowledged = o.acknowledged;
        self.granted_mw = o.permit.granted.get();
        self.grant_tick = o.grant.map_or(self.grant_tick, |grant| grant.tick());
        self.last = Some(i.now);
    }
}
