//! The same session on a virtual clock: one thread (and one that models the lesion), no wall
//! clock, the same result for the same seed every time.
//!
//! Time goes in slices of 1 ms: the generator gets what the host sent in the slice before (the
//! line takes about that long), advances, and what it sent is read; then whichever ticks are due
//! run, with no lateness. The codec runs both ways, handshake included.

use crate::clock::{Clock, VirtualClock};
use crate::console::ConsoleHandle;
use crate::control_task::ControlTask;
use crate::interlock_task::{InterlockTask, Outlet};
use crate::log::{Log, RECORDS_VIRTUAL_MAX};
use crate::pacer::{PHASE_CONTROL, PHASE_INTERLOCK, Pacer, TICK};
use crate::result::{Ended, QuitReason, SessionResult, Status, assemble};
use crate::session::SessionError;
use crate::shared::{OFF_WAIT, Shared};
use crate::stall::Steal;
use crate::threads::{InterlockEnd, RecorderEnds, drain};
use crate::wiring::{Parts, Wired, wire_up};
use rfa_control::Control;
use rfa_interlock::Outputs;
use rfa_link::{Ends, Inbound, Opening, Outbound, SendResult};
use rfa_plan::Plan;
use rfa_record::{Recorder, TruthRow};
use rfa_session::{Intent, Snapshot, TickRecord};
use rfa_tissue::Tracker;
use rfa_units::{GeneratorInstant, HostInstant, SessionId, Span};
use rfa_wire::handshake::{Config, Established, Failure, Step};
use rfa_wire::{HardLimits, Identity, SelfTestResult};
use std::sync::Arc;

/// One slice: the firmware step of the simulated generator.
const SLICE: Span = Span::from_millis(1);

/// The host's clock at the start, when the generator's is at zero: two clocks that differ show
/// where one is taken for the other.
const START: HostInstant = HostInstant::from_micros(1_000_000);

/// From one look of the operator at the screen to the next.
const OPERATOR_PERIOD: Span = Span::from_millis(20);

/// A generator without a clock of its own.
pub trait VirtualGenerator {
    /// Lets its time pass up to `to_us` microseconds since its power-on.
    fn advance(&mut self, to_us: u64);
    /// Gives it bytes from the line.
    fn receive(&mut self, bytes: &[u8]);
    /// Takes bytes it has put on the line, as many as fit; 0: none.
    fn transmit(&mut self, bytes: &mut [u8]) -> usize;
    /// What it really is like, where it can tell; asked once in each interlock tick.
    fn truth(&mut self) -> Option<TruthRow> {
        None
    }
}

/// Who sits at the console.
pub trait Operator {
    /// Looks at the screen, every 20 ms, and may ask for something.
    fn step(&mut self, now: HostInstant, snapshot: &Snapshot) -> Option<Intent>;
}

/// An open conversation on virtual time.
pub struct VirtualConnection<G> {
    /// The session.
    pub session: SessionId,
    /// Who the generator is.
    pub identity: Identity,
    /// What its self-test proved.
    pub self_test: SelfTestResult,
    /// The hard limits it confirmed.
    pub limits: HardLimits,
    line: Line<G>,
    outbound: Outbound,
    inbound: Inbound,
    ends: Ends,
}

/// The generator, the line and the clock.
struct Line<G> {
    generator: G,
    clock: VirtualClock,
    to_generator: Vec<u8>,
    from_generator: Vec<u8>,
}

impl<G: VirtualGenerator> Line<G> {
    fn new(generator: G) -> Self {
        let clock = VirtualClock::default();
        clock.advance_to(START);
        Self { generator, clock, to_generator: Vec::new(), from_generator: vec![0; 1024] }
    }

    /// One slice. `take` gets what came from the generator.
    fn pass(&mut self, mut take: impl FnMut(&[u8], HostInstant)) -> HostInstant {
        let now = self.clock.now().plus(SLICE);
        self.clock.advance_to(now);
        self.generator.receive(&self.to_generator);
        self.to_generator.clear();
        self.generator.advance(now.since(START).as_micros());
        loop {
            let length = self.generator.transmit(&mut self.from_generator);
            let Some(bytes) = self.from_generator.get(..length).filter(|b| !b.is_empty()) else {
                return now;
            };
            take(bytes, now);
        }
    }
}

impl<G: VirtualGenerator> VirtualConnection<G> {
    /// Runs the handshake on virtual time.
    ///
    /// # Errors
    /// [`Failure`]: what the generator did not do.
    pub fn open(generator: G, config: Config) -> Result<Self, Failure> {
        let mut line = Line::new(generator);
        let mut opening = Opening::new(config, line.clock.now());
        let established = loop {
            match opening.step(line.clock.now()) {
                Step::Send(frame) => line.to_generator.extend_from_slice(frame.as_bytes()),
                Step::Wait => {
                    line.pass(|bytes, _| opening.take(bytes));
                }
                Step::Established(established) => break established,
                Step::Failed(failure) => return Err(failure),
            }
        };
        let Established { encoder, identity, self_test, limits, seen: _ } = established;
        let (inbound, ends) = Inbound::new(opening.into_decoder());
        let outbound = Outbound::new(encoder);
        let session = config.session;
        Ok(Self { session, identity, self_test, limits, line, outbound, inbound, ends })
    }
}

impl<G> VirtualConnection<G> {
    /// The generator, to prepare it further (faults to come).
    pub const fn generator_mut(&mut self) -> &mut G {
        &mut self.line.generator
    }
}

/// What a virtual session needs.
pub struct VirtualConfig {
    /// The plan; its hash has to be the one in the hard limits the generator confirmed.
    pub plan: Plan,
    /// Trips counted before (I13).
    pub trips: u8,
    /// The recording, its header written; `None`: nothing is recorded.
    pub recorder: Option<Recorder>,
    /// The lesion's model; `None`: the plan names no tissue.
    pub tracker: Option<Tracker>,
    /// Whether a trip ends the session, as in a headless run; else the operator may reset it.
    pub end_on_trip: bool,
    /// The session is ended after this much virtual time.
    pub time_limit: Span,
}

/// The interlock's way to the line: what it sent waits for the next slice.
struct Sent {
    outbound: Outbound,
    bytes: Vec<u8>,
}

impl Outlet for Sent {
    fn send(&mut self, outputs: &Outputs, tick: u64, seen: GeneratorInstant) -> SendResult {
        let frame = self.outbound.frame(outputs, tick, seen);
        self.bytes.extend_from_slice(frame.as_bytes());
        SendResult::Sent
    }

    fn bye(&mut self, seen: GeneratorInstant) -> SendResult {
        let frame = self.outbound.bye(seen);
        self.bytes.extend_from_slice(frame.as_bytes());
        SendResult::Sent
    }
}

/// A session on virtual time.
pub struct VirtualSession<G> {
    line: Line<G>,
    inbound: Inbound,
    interlock: InterlockTask<Sent>,
    control: ControlTask,
    console: ConsoleHandle,
    log: Log,
    records: RecorderEnds,
    shared: Arc<Shared>,
    interlock_pacer: Pacer,
    control_pacer: Pacer,
    end_on_trip: bool,
    started: HostInstant,
    until: HostInstant,
}

impl<G: VirtualGenerator> VirtualSession<G> {
    /// Joins the tasks to an open conversation.
    ///
    /// # Errors
    /// [`SessionError`], as for a session on threads.
    pub fn start(
        connection: VirtualConnection<G>,
        config: VirtualConfig,
    ) -> Result<Self, SessionError> {
        let VirtualConnection { session, identity, self_test, limits, .. } = connection;
        let VirtualConnection { line, outbound, inbound, ends, .. } = connection;
        let wired = wire_up(Parts {
            plan: config.plan,
            session,
            identity,
            self_test,
            confirmed: limits,
            trips: config.trips,
            outlet: Sent { outbound, bytes: Vec::new() },
            ends,
            recorder: config.recorder,
            tracker: config.tracker,
            clock: Arc::new(line.clock.clone()),
            records_max: RECORDS_VIRTUAL_MAX,
        })?;
        let Wired { shared, interlock, control, console, log, records, given, .. } = wired;
        let started = line.clock.now();
        let grid = started.plus(TICK);
        Ok(Self {
            line,
            inbound,
            interlock,
            control,
            console,
            log: log.with_lesion_beside(),
            records: RecorderEnds { records, given, truth: None },
            shared,
            interlock_pacer: Pacer::new(grid.plus(PHASE_INTERLOCK)),
            control_pacer: Pacer::new(grid.plus(PHASE_CONTROL)),
            end_on_trip: config.end_on_trip,
            started,
            until: started.plus(config.time_limit),
        })
    }

    /// With another loop than the plan's own, before it runs: what a what-if is compared with.
    #[must_use]
    pub fn with_control(self, control: Control) -> Self {
        Self { control: self.control.with_control(control), ..self }
    }

    /// Runs the session to its end: complete, tripped (where that ends it), locked out, link
    /// lost, ended by the operator, or out of time. Gives the generator back.
    pub fn run(self, operator: &mut dyn Operator) -> (SessionResult, G) {
        self.run_watched(operator, &mut |_, _| ())
    }

    /// The same; `watch` is shown each tick, with what the generator really is like in it.
    pub fn run_watched(
        mut self,
        operator: &mut dyn Operator,
        watch: &mut dyn FnMut(&TickRecord, Option<&TruthRow>),
    ) -> (SessionResult, G) {
        while !self.is_over() {
            self.slice(operator, watch);
        }
        self.shared.set_quit(QuitReason::Caller);
        self.shared.begin_ending();
        let since = self.line.clock.now();
        let mut off_confirmed = false;
        while !off_confirmed && self.line.clock.now().since(since) < OFF_WAIT {
            // At least one tick has to carry the stop, and say so in its record.
            let ticked = self.slice(operator, watch);
            off_confirmed = ticked && self.interlock.is_off(self.line.clock.now());
        }
        let _ = self.interlock.bye();
        self.hand_over();
        self.line.pass(|bytes, at| self.inbound.take(bytes, at));
        drain(&mut self.log, &mut self.records);
        let log = (self.log.finish(), Steal::default());
        let end = InterlockEnd { task: self.interlock, off_confirmed };
        let result = assemble(&self.shared, Some(end), true, Some(log), Vec::new());
        (result, self.line.generator)
    }

    fn is_over(&self) -> bool {
        let status =
            self.interlock.last().map_or(Status::BEFORE, |last| Status::of(last, &self.shared));
        let ended = match status.ended() {
            Some(Ended::Tripped(_)) => self.end_on_trip || status.quit.is_some(),
            other => other.is_some(),
        };
        ended || self.line.clock.now() >= self.until
    }

    /// One millisecond. Whether an interlock tick ran in it.
    fn slice(
        &mut self,
        operator: &mut dyn Operator,
        watch: &mut dyn FnMut(&TickRecord, Option<&TruthRow>),
    ) -> bool {
        let inbound = &mut self.inbound;
        let now = self.line.pass(|bytes, at| inbound.take(bytes, at));
        if now >= self.control_pacer.next() {
            let deadline = self.control_pacer.begin(now);
            self.control.tick(deadline, &self.line.clock);
        }
        let ticked = now >= self.interlock_pacer.next();
        if ticked {
            let deadline = self.interlock_pacer.begin(now);
            self.interlock.tick(deadline, &self.line.clock);
            self.hand_over();
            let truth = self.line.generator.truth();
            if let Some(truth) = &truth {
                self.log.truth(truth);
            }
            if let Some(record) = self.interlock.last() {
                watch(record, truth.as_ref());
            }
            drain(&mut self.log, &mut self.records);
            self.log.count();
            self.log.show(0);
        }
        let elapsed = now.since(self.started).as_micros();
        if elapsed.is_multiple_of(OPERATOR_PERIOD.as_micros()) {
            self.console.heartbeat();
            if let Some(intent) = operator.step(now, self.console.refresh()) {
                self.console.send(intent);
            }
        }
        ticked
    }

    fn hand_over(&mut self) {
        self.line.to_generator.append(&mut self.interlock.outlet_mut().bytes);
    }
}
