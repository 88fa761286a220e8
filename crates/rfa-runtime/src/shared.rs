//! The few words that cross threads outside a channel.

use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use rfa_interlock::AlarmSound;
use rfa_link::LinkCounts;
use rfa_session::QueueCounts;
use rfa_units::Span;
use std::sync::Arc;

use crate::QuitReason;

/// How long the end of a session waits for the readback to reach zero before it says goodbye.
pub const OFF_WAIT: Span = Span::from_millis(200);

/// Flags and counts that more than one thread sees. Every field has one writer, or only grows.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// A person or the session wants RF off. Not a queue: it cannot be full, and the interlock
    /// takes it in its next tick whatever else waits.
    stop: AtomicBool,
    /// Signs of life of the console; the interlock looks whether it changed.
    heartbeat: AtomicU32,
    /// The operator's checklist is complete.
    checklist: AtomicBool,
    /// The recording runs and has room (H-45).
    recorder_ready: AtomicBool,
    /// Whether alarms can be heard (H-46): 0 nobody listens, 1 not known yet, 2 they can, 3 they
    /// cannot.
    sound: AtomicU8,
    /// Why the session is to end; 0: it is not.
    quit: AtomicU8,
    /// The session is ending: stop in every tick from here on.
    ending: AtomicBool,
    /// The interlock has ended: control may end too.
    finished: AtomicBool,
    /// Nothing more goes on record.
    closed: AtomicBool,
    pub(crate) intents_full: AtomicU32,
    pub(crate) ticks_full: AtomicU32,
    pub(crate) given_full: AtomicU32,
    pub(crate) control_full: AtomicU32,
    pub(crate) lesion_full: AtomicU32,
    pub(crate) link: Arc<LinkCounts>,
}

impl Shared {
    pub(crate) fn new(link: Arc<LinkCounts>) -> Self {
        Self { link, ..Self::default() }
    }

    pub(crate) fn raise_stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    pub(crate) fn take_stop(&self) -> bool {
        self.stop.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn beat(&self) {
        self.heartbeat.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn heartbeat(&self) -> u32 {
        self.heartbeat.load(Ordering::Acquire)
    }

    pub(crate) fn set_checklist(&self, complete: bool) {
        self.checklist.store(complete, Ordering::Release);
    }

    pub(crate) fn checklist(&self) -> bool {
        self.checklist.load(Ordering::Acquire)
    }

    pub(crate) fn set_recorder_ready(&self, ready: bool) {
        self.recorder_ready.store(ready, Ordering::Release);
    }

    pub(crate) fn recorder_ready(&self) -> bool {
        self.recorder_ready.load(Ordering::Acquire)
    }

    pub(crate) fn set_sound(&self, works: Option<bool>) {
        let code = works.map_or(1, |works| if works { 2 } else { 3 });
        self.sound.store(code, Ordering::Release);
    }

    pub(crate) fn sound(&self) -> AlarmSound {
        match self.sound.load(Ordering::Acquire) {
            0 => AlarmSound::NotUsed,
            1 => AlarmSound::Unknown,
            2 => AlarmSound::Works,
            _ => AlarmSound::Fails,
        }
    }

    /// The first reason stays.
    pub(crate) fn set_quit(&self, reason: QuitReason) {
        let _ = self.quit.compare_exchange(0, reason.code(), Ordering::AcqRel, Ordering::Acquire);
    }

    pub(crate) fn quit(&self) -> Option<QuitReason> {
        QuitReason::from_code(self.quit.load(Ordering::Acquire))
    }

    pub(crate) fn begin_ending(&self) {
        self.ending.store(true, Ordering::Release);
    }

    pub(crate) fn ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    pub(crate) fn finish(&self) {
        self.finished.store(true, Ordering::Release);
    }

    pub(crate) fn finished(&self) -> bool {
        self.finished.load(Ordering::Acquire)
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(crate) fn closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(crate) fn count(counter: &AtomicU32) {
        // Each counter has one writer, so load and store lose nothing.
        let more = counter.load(Ordering::Relaxed).saturating_add(1);
        counter.store(more, Ordering::Release);
    }

    pub(crate) fn queues(&self) -> QueueCounts {
        let link = self.link.read();
        QueueCounts {
            telemetry_to_interlock: link.interlock_ring_full,
            telemetry_to_control: link.control_ring_full,
            control_to_interlock: self.control_full.load(Ordering::Acquire),
            ticks_to_recorder: self
                .ticks_full
                .load(Ordering::Acquire)
                .saturating_add(self.given_full.load(Ordering::Acquire)),
            ticks_to_lesion: self.lesion_full.load(Ordering::Acquire),
            intents: self.intents_full.load(Ordering::Acquire),
            frames_out: link.frames_not_sent,
        }
    }
}
