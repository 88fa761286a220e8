//! The loops of the session's threads.

use crate::clock::{Clock, MonotonicClock};
use crate::console::Given;
use crate::control_task::ControlTask;
use crate::interlock_task::{InterlockTask, Outlet};
use crate::log::{Log, Logged};
use crate::os::sleep_until;
use crate::pacer::{PHASE_CONTROL, PHASE_INTERLOCK, Pacer};
use crate::shared::{OFF_WAIT, Shared};
use crate::stall::Steal;
use crossbeam_channel::Receiver;
use rfa_record::TruthRow;
use rfa_session::TickRecord;
use rfa_units::{HostInstant, Span};
use rtrb::Consumer;

/// How often the recorder looks into its queues; it never waits on them, because a real-time
/// sender would have to wake it (6.7 µs and a lock, dependencies.md E4).
const RECORDER_POLL: Span = Span::from_millis(5);

/// The recording is flushed when no tick has come for this long; while they come the recorder
/// closes a chunk every half second by itself.
const FLUSH_AFTER: Span = Span::from_millis(250);

/// From one look at the steal counter and the latencies to the next.
const STEAL_EVERY: Span = Span::from_secs(1);

/// What the interlock's thread leaves behind.
pub(crate) struct InterlockEnd<O> {
    pub(crate) task: InterlockTask<O>,
    pub(crate) off_confirmed: bool,
}

/// The interlock's thread. It ends only when asked: then it stops RF, goes on sending standby
/// frames until the readback shows RF off, at most 200 ms, and says goodbye.
pub(crate) fn run_interlock<O: Outlet>(
    mut task: InterlockTask<O>,
    grid: HostInstant,
    shared: &Shared,
) -> InterlockEnd<O> {
    let mut pacer = Pacer::new(grid.plus(PHASE_INTERLOCK));
    let mut ending = None;
    loop {
        sleep_until(pacer.next());
        // Read before the tick, so that this tick already carries the stop.
        let asked_to_end = shared.ending();
        let deadline = pacer.begin(MonotonicClock.now());
        task.tick(deadline, &MonotonicClock);
        if !asked_to_end {
            continue;
        }
        let since = *ending.get_or_insert(deadline.began);
        let off_confirmed = task.is_off(MonotonicClock.now());
        if off_confirmed || deadline.began.since(since) >= OFF_WAIT {
            let _ = task.bye();
            shared.finish();
            return InterlockEnd { task, off_confirmed };
        }
    }
}

/// The control thread: until the interlock has ended.
pub(crate) fn run_control(
    mut task: ControlTask,
    grid: HostInstant,
    shared: &Shared,
) -> ControlTask {
    let mut pacer = Pacer::new(grid.plus(PHASE_CONTROL));
    while !shared.finished() {
        sleep_until(pacer.next());
        let deadline = pacer.begin(MonotonicClock.now());
        task.tick(deadline, &MonotonicClock);
    }
    task
}

/// What goes on record.
pub(crate) struct RecorderEnds {
    pub(crate) records: Consumer<TickRecord>,
    pub(crate) given: Receiver<Given>,
    pub(crate) truth: Option<Receiver<TruthRow>>,
}

/// The recorder's thread: no priority, may block on the disk. It also watches the steal counter.
pub(crate) fn run_recorder(
    mut log: Log,
    mut ends: RecorderEnds,
    shared: &Shared,
) -> (Logged, Steal) {
    let mut steal = Steal::default();
    steal.sample();
    let mut sampled = MonotonicClock.now();
    let mut written = sampled;
    let mut flushed = true;
    loop {
        // Read before the queues are emptied: what was sent before the flag is then written.
        let closing = shared.closed();
        let any = drain(&mut log, &mut ends);
        let now = MonotonicClock.now();
        if any {
            (written, flushed) = (now, false);
        } else if !flushed && now.since(written) >= FLUSH_AFTER {
            log.flush();
            flushed = true;
        }
        if now.since(sampled) >= STEAL_EVERY {
            steal.sample();
            log.work_out_latency();
            sampled = now;
        }
        if closing {
            steal.sample();
            return (log.finish(), steal);
        }
        log.count();
        log.show(ends.records.slots());
        sleep_until(now.plus(RECORDER_POLL));
    }
}

/// Writes what waits: no more than each queue holds, so that a flood cannot keep the loop here.
pub(crate) fn drain(log: &mut Log, ends: &mut RecorderEnds) -> bool {
    let mut any = false;
    for given in ends.given.try_iter().take(ends.given.len()) {
        log.intent(&given);
        any = true;
    }
    if let Some(truth) = &ends.truth {
        for row in truth.try_iter().take(truth.len()) {
            log.truth(&row);
            any = true;
        }
    }
    for _ in 0..ends.records.slots() {
        let Ok(next) = ends.records.read_chunk(1) else { break };
        // Read where it lies, since a record is large; its place is free as soon as it is written.
        for record in next.as_slices().0 {
            log.tick(record);
            any = true;
        }
        next.commit_all();
    }
    any
}
