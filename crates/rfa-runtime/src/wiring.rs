//! The channels between the tasks, made once for a session, real or virtual.

use crate::clock::Clock;
use crate::console::{ConsoleHandle, ConsoleParts, Given, INTENTS_MAX, Newest};
use crate::control_task::{CONTROL_RING_TICKS, ControlTask};
use crate::interlock_task::{InterlockEnds, InterlockTask, Outlet, Proven};
use crate::lesion::{Follower, LesionEnd};
use crate::limits::limits_for;
use crate::log::{GIVEN_MAX, Log, Shown};
use crate::result::Status;
use crate::session::{SessionError, activation_of, identity_of};
use crate::shared::Shared;
use crossbeam_channel::{Receiver, bounded};
use rfa_control::Control;
use rfa_figures::summary::Accumulator;
use rfa_interlock::Interlock;
use rfa_link::Ends;
use rfa_plan::Plan;
use rfa_record::Recorder;
use rfa_session::TickRecord;
use rfa_tissue::Tracker;
use rfa_units::SessionId;
use rfa_wire::{HardLimits, Identity, SelfTestResult};
use rtrb::{Consumer, RingBuffer};
use std::sync::{Arc, Mutex};
use triple_buffer::{Output, triple_buffer};

/// What a session is made from, whatever its clock.
pub(crate) struct Parts<O> {
    pub(crate) plan: Plan,
    pub(crate) session: SessionId,
    pub(crate) identity: Identity,
    pub(crate) self_test: SelfTestResult,
    pub(crate) confirmed: HardLimits,
    pub(crate) trips: u8,
    pub(crate) outlet: O,
    pub(crate) ends: Ends,
    pub(crate) recorder: Option<Recorder>,
    pub(crate) tracker: Option<Tracker>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Ticks that wait for the recorder at most.
    pub(crate) records_max: usize,
}

/// A session's tasks with their channels.
pub(crate) struct Wired<O> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) interlock: InterlockTask<O>,
    pub(crate) control: ControlTask,
    pub(crate) console: ConsoleHandle,
    pub(crate) status: Output<Option<Status>>,
    pub(crate) log: Log,
    pub(crate) records: Consumer<TickRecord>,
    pub(crate) given: Receiver<Given>,
}

/// Joins everything. The only place that knows every channel's two ends.
pub(crate) fn wire_up<O: Outlet>(parts: Parts<O>) -> Result<Wired<O>, SessionError> {
    let Parts { plan, session, identity, self_test, confirmed, .. } = parts;
    if confirmed.plan != plan.hash || confirmed.channel != plan.program.channel {
        return Err(SessionError::OtherPlan { confirmed: confirmed.plan, plan: plan.hash });
    }
    let limits = limits_for(&plan, activation_of(&identity), session)?;
    let control = Control::new(plan.program)?;
    let shared = Arc::new(Shared::new(Arc::clone(&parts.ends.counts)));
    let shown = Arc::new(Mutex::new(Shown::default()));
    let (permit_in, permit_out) = triple_buffer(&None);
    let (newest_in, newest_out) = triple_buffer(&None::<Newest>);
    let (status_in, status_out) = triple_buffer(&None);
    let (asked_in, asked_out) = RingBuffer::new(CONTROL_RING_TICKS);
    let (intents_in, intents_out) = RingBuffer::new(INTENTS_MAX);
    let (records_in, records_out) = RingBuffer::new(parts.records_max);
    let (given_in, given_out) = bounded(GIVEN_MAX);
    let Ends { to_interlock, to_control, counts: _ } = parts.ends;
    let summary = Accumulator::new(&plan.program);
    let follower = Follower::new(parts.tracker, &plan);
    let before = follower.before();
    let (lesion_in, lesion_out) = triple_buffer(&Some(before));
    let lesion = (LesionEnd::Here(Box::new(follower)), lesion_in, before);
    let log = Log::new(parts.recorder, Arc::clone(&shown), Arc::clone(&shared), summary, lesion);
    let ends = InterlockEnds {
        telemetry: to_interlock,
        asked: asked_out,
        intents: intents_out,
        permit: permit_in,
        newest: newest_in,
        status: status_in,
        records: records_in,
        shared: Arc::clone(&shared),
    };
    // The handshake gives no connection unless both hold; they are inputs all the same, so that
    // the rule which needs them (H-50) is the interlock's and is on record.
    let proven = Proven { self_test: self_test.passed(), hard_limits: true };
    let console = ConsoleHandle::new(ConsoleParts {
        shared: Arc::clone(&shared),
        newest: newest_out,
        lesion: lesion_out,
        intents: intents_in,
        to_record: given_in,
        shown,
        clock: parts.clock,
        identity: identity_of(&identity),
    });
    Ok(Wired {
        interlock: InterlockTask::new(
            limits,
            Interlock::new(parts.trips),
            proven,
            ends,
            parts.outlet,
        ),
        control: ControlTask::new(control, to_control, permit_out, asked_in, Arc::clone(&shared)),
        console,
        status: status_out,
        log,
        records: records_out,
        given: given_out,
        shared,
    })
}
