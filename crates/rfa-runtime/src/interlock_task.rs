//! The interlock tick: gathers, steps, sends, hands on. Decides nothing.

use crate::clock::Clock;
use crate::command::{Route, route};
use crate::console::{INTENTS_MAX, Newest};
use crate::control_task::Asked;
use crate::log::ROOMY;
use crate::pacer::Deadline;
use crate::result::Status;
use crate::shared::Shared;
use crate::stall::{LateTick, LateTicks};
use rfa_control::{ControlInputs, ControlTick};
use rfa_interlock::{
    Command, Inputs, Interlock, Limits, Outputs, Readiness, TELEMETRY_PER_TICK_MAX,
};
use rfa_link::{Arrival, LinkTx, SendResult, TELEMETRY_RING_FRAMES, Tally};
use rfa_session::{CONTROL_PER_TICK_MAX, Intent, InterlockTick, Refused, TickRecord, Timing};
use rfa_units::{
    Bounded, ChannelReport, Contactor, GeneratorInstant, HostInstant, MilliWatts, OutputState,
    Permit, Request, Span, Telemetry,
};
use rtrb::{Consumer, Producer};
use std::sync::Arc;
use triple_buffer::Input;

/// A readback older than this is none (hazards.md H-08).
const READBACK_AGE_MAX: Span = Span::from_millis(60);

/// More than this is RF (hazards.md H-05).
const RF_OFF_MAX: MilliWatts = MilliWatts::saturating(200);

/// Where the frame of each tick goes.
pub trait Outlet {
    /// Sends the one frame of a tick. Never blocks. `seen`: newest generator time known.
    fn send(&mut self, outputs: &Outputs, tick: u64, seen: GeneratorInstant) -> SendResult;

    /// Says goodbye; RF is off.
    fn bye(&mut self, seen: GeneratorInstant) -> SendResult;
}

impl Outlet for LinkTx {
    fn send(&mut self, outputs: &Outputs, tick: u64, seen: GeneratorInstant) -> SendResult {
        self.send_outputs(outputs, tick, seen)
    }

    fn bye(&mut self, seen: GeneratorInstant) -> SendResult {
        Self::bye(self, seen)
    }
}

/// The interlock's ends of the channels.
pub(crate) struct InterlockEnds {
    pub(crate) telemetry: Consumer<Arrival>,
    pub(crate) asked: Consumer<Asked>,
    pub(crate) intents: Consumer<Intent>,
    pub(crate) permit: Input<Option<Permit>>,
    pub(crate) newest: Input<Option<Newest>>,
    pub(crate) status: Input<Option<Status>>,
    pub(crate) records: Producer<TickRecord>,
    pub(crate) shared: Arc<Shared>,
}

/// What was proven before the session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proven {
    pub(crate) self_test: bool,
    pub(crate) hard_limits: bool,
}

/// The interlock with its ends of the channels and the sending half of the link.
pub struct InterlockTask<O> {
    limits: Limits,
    interlock: Interlock,
    proven: Proven,
    ends: InterlockEnds,
    outlet: O,
    tally: Tally,
    heartbeat: u32,
    newest: Option<Arrival>,
    late: LateTicks,
    /// Control's, as its requests tell them.
    control_late: LateTicks,
    refusal: Option<Refused>,
    last: Option<TickRecord>,
    /// The recorder's queue took the newest tick.
    recorded: bool,
}

/// The telemetry of one tick.
struct Taken {
    frames: Bounded<Telemetry, TELEMETRY_PER_TICK_MAX>,
    /// Frames that found no room in the tick.
    dropped: u8,
    /// When the newest arrived.
    newest: Option<HostInstant>,
}

/// The requests of one tick.
#[derive(Default)]
struct Requests {
    ticks: Bounded<ControlTick, CONTROL_PER_TICK_MAX>,
    newest: Option<Request>,
    late_us: u32,
    step_ns: u32,
}

impl<O: Outlet> InterlockTask<O> {
    pub(crate) fn new(
        limits: Limits,
        interlock: Interlock,
        proven: Proven,
        ends: InterlockEnds,
        outlet: O,
    ) -> Self {
        let (tally, heartbeat) = (ends.shared.link.read(), ends.shared.heartbeat());
        Self {
            limits,
            interlock,
            proven,
            ends,
            outlet,
            tally,
            heartbeat,
            newest: None,
            late: LateTicks::new(),
            control_late: LateTicks::new(),
            refusal: None,
            last: None,
            recorded: true,
        }
    }

    /// One interlock tick: allocates nothing, waits for nothing.
    ///
    /// A missed deadline is not made up for (see [`crate::Pacer::begin`]): one tick runs, as soon
    /// as it can, and its number and time jump by what was missed. Both are inputs, so it is the
    /// interlock that decides: an overrun is counted, two missed ticks in a row or a gap of 30 ms
    /// turn RF off (H-44). While no tick runs no grant is sent, and the generator drops RF by
    /// itself 60 ms after the newest telemetry the last grant was made from (H-21).
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn tick(&mut self, deadline: Deadline, clock: &impl Clock) -> &Outputs {
        self.late.note(&deadline);
        let taken = self.take_telemetry();
        let requests = self.take_requests();
        let inputs = self.inputs(deadline, clock.now(), &taken, requests.newest);
        let before = clock.nanos();
        let outputs = self.interlock.tick(&self.limits, &inputs);
        let interlock_step_ns = nanos_since(before, clock);
        let seen = self.seen();
        let _ = self.outlet.send(&outputs, inputs.tick, seen);
        let sent = clock.now();
        self.ends.permit.write(Some(outputs.permit));
        let timing = Timing {
            interlock_late_us: micros(deadline.late()),
            control_late_us: requests.late_us,
            interlock_took_us: micros(sent.since(deadline.began)),
            control_step_ns: requests.step_ns,
            interlock_step_ns,
            telemetry_to_grant_us: taken.newest.map(|arrived| micros(sent.since(arrived))),
            missed_ticks: deadline.missed,
        };
        let interlock = InterlockTick { inputs, outputs };
        self.hand_on(TickRecord { interlock, control: requests.ticks, timing })
    }

    /// Whether RF is off: none is granted, and a readback no older than 60 ms (H-08) shows K1 open,
    /// no output stage active and no power measured (H-05) on any channel. What the generator says
    /// of its relays is not enough: a stuck output says nothing of itself.
    #[must_use]
    pub fn is_off(&self, now: HostInstant) -> bool {
        let granted = self.last().is_some_and(|last| last.interlock.outputs.grant.is_some());
        let off = |report: &ChannelReport| {
            report.output == OutputState::Off && report.power <= RF_OFF_MAX
        };
        let reads_off = self.newest.is_some_and(|newest| {
            now.since(newest.at) <= READBACK_AGE_MAX
                && newest.telemetry.k1 == Contactor::Open
                && newest.telemetry.channels.iter().all(off)
        });
        reads_off && !granted
    }

    /// Says goodbye; the session is over.
    pub fn bye(&mut self) -> SendResult {
        let seen = self.seen();
        self.outlet.bye(seen)
    }

    /// The newest tick.
    #[must_use]
    pub const fn last(&self) -> Option<&TickRecord> {
        self.last.as_ref()
    }

    pub(crate) fn outlet_mut(&mut self) -> &mut O {
        &mut self.outlet
    }

    /// Late ticks of its own, and of control.
    pub(crate) fn into_late(self) -> (LateTicks, LateTicks) {
        (self.late, self.control_late)
    }

    fn seen(&self) -> GeneratorInstant {
        self.newest.map_or(GeneratorInstant::ZERO, |arrival| arrival.telemetry.at)
    }

    fn inputs(
        &mut self,
        deadline: Deadline,
        now: HostInstant,
        taken: &Taken,
        request: Option<Request>,
    ) -> Inputs {
        let tally = self.ends.shared.link.read();
        // What was lost before the first tick was lost before the session; a hang-up stays.
        let first = self.last.is_none();
        let mut link = tally.since(if first { &tally } else { &self.tally });
        self.tally = tally;
        if !first {
            link.missing = link.missing.saturating_add(taken.dropped);
        }
        let heartbeat = self.ends.shared.heartbeat();
        let console_alive = heartbeat != self.heartbeat;
        self.heartbeat = heartbeat;
        let (command, authorised) = self.command();
        Inputs {
            tick: deadline.number,
            now,
            telemetry: taken.frames,
            link,
            request,
            console_alive,
            command,
            authorised,
            ready: Readiness {
                self_test: self.proven.self_test,
                hard_limits: self.proven.hard_limits,
                recorder: self.recorder_ready(),
                checklist: self.ends.shared.checklist(),
                sound: self.ends.shared.sound(),
            },
        }
    }

    /// The recorder says so itself, and keeps up: one that hangs or has died says nothing (H-45).
    fn recorder_ready(&self) -> bool {
        let records = &self.ends.records;
        let waiting = records.buffer().capacity().saturating_sub(records.slots());
        let keeps_up = self.recorded && waiting <= ROOMY;
        self.ends.shared.recorder_ready() && keeps_up
    }

    /// The newest frames; more than a tick can take are dropped oldest first, and counted as
    /// missing so that the rules know.
    fn take_telemetry(&mut self) -> Taken {
        let mut taken = Taken { frames: Bounded::new(), dropped: 0, newest: None };
        // Bounded by the ring's size: a flood cannot hold the tick up.
        let waiting = self.ends.telemetry.slots().min(TELEMETRY_RING_FRAMES);
        for place in 0..waiting {
            let Ok(arrival) = self.ends.telemetry.pop() else { break };
            if waiting.saturating_sub(place) > TELEMETRY_PER_TICK_MAX {
                taken.dropped = taken.dropped.saturating_add(1);
                continue;
            }
            // Cannot be full: at most as many are kept as it holds.
            let _ = taken.frames.push(arrival.telemetry);
            taken.newest = Some(arrival.at);
            self.newest = Some(arrival);
        }
        taken
    }

    /// The oldest first, so that the record has every control tick; what does not fit stays for
    /// the next tick.
    fn take_requests(&mut self) -> Requests {
        let mut requests = Requests::default();
        for _ in 0..CONTROL_PER_TICK_MAX {
            let Ok(asked) = self.ends.asked.pop() else { break };
            // Cannot be full: the loop ends at its size.
            let _ = requests.ticks.push(asked.tick);
            requests.newest = Some(asked.tick.outputs.request);
            requests.late_us = requests.late_us.max(asked.late_us);
            let ControlInputs { tick, now, .. } = asked.tick.inputs;
            let late_us = u64::from(asked.late_us);
            let planned_us = now.as_micros().saturating_sub(late_us);
            self.control_late.note_late(LateTick { tick, planned_us, late_us });
            requests.step_ns = asked.step_ns;
        }
        requests
    }

    /// One tick's command. A stop comes first and takes with it whatever still waits: a start that
    /// was asked for before the stop must not follow it.
    fn command(&mut self) -> (Command, bool) {
        if self.ends.shared.take_stop() || self.ends.shared.ending() {
            for _ in 0..INTENTS_MAX {
                if self.ends.intents.pop().is_err() {
                    break;
                }
            }
            return (Command::Stop, false);
        }
        let Ok(intent) = self.ends.intents.pop() else { return (Command::None, false) };
        match route(intent.action) {
            Route::Command(command) => (command, intent.operator.is_some()),
            // The console sends none of these through the queue.
            Route::Stop(_) => (Command::Stop, false),
            Route::Checklist(_) | Route::Record => (Command::None, false),
        }
    }

    /// A record is large: it is kept once, and copied no more often than there are readers.
    fn hand_on(&mut self, record: TickRecord) -> &Outputs {
        let record = self.last.insert(record);
        let outputs = &record.interlock.outputs;
        if let Some(reason) = outputs.refusal {
            self.refusal = Some(Refused { tick: record.interlock.inputs.tick, reason });
        }
        self.ends.status.write(Some(Status::of(record, &self.ends.shared)));
        // The recorder polls and never waits, so this wakes nobody.
        // A recorder that has died takes none either.
        let records = &mut self.ends.records;
        self.recorded = !records.is_abandoned() && records.push(*record).is_ok();
        if !self.recorded {
            Shared::count(&self.ends.shared.ticks_full);
        }
        *self.ends.newest.input_buffer_mut() =
            Some(Newest { record: *record, refusal: self.refusal });
        self.ends.newest.publish();
        outputs
    }
}

fn micros(span: Span) -> u32 {
    u32::try_from(span.as_micros()).unwrap_or(u32::MAX)
}

/// From `before` on `clock`, measured for the record; nothing is decided from it.
pub(crate) fn nanos_since(before: u64, clock: &impl Clock) -> u32 {
    u32::try_from(clock.nanos().saturating_sub(before)).unwrap_or(u32::MAX)
}
