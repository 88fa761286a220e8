//! The console's end of the channels.

use crate::QuitReason;
use crate::clock::Clock;
use crate::command::{Route, route};
use crate::log::Shown;
use crate::shared::Shared;
use crossbeam_channel::Sender;
use rfa_session::{
    Identity, Intent, LatencyView, LesionView, OperatorName, RecordingStatus, Refused, Snapshot,
    TickRecord,
};
use rfa_units::HostInstant;
use rtrb::Producer;
use std::sync::{Arc, Mutex, PoisonError};
use triple_buffer::Output;

/// Intents that wait for the interlock at most: a person presses far fewer in the 10 ms between
/// two ticks, so a full queue means the interlock is gone.
pub(crate) const INTENTS_MAX: usize = 16;

/// The newest tick, and the newest refusal up to it: a screen sees few of the ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Newest {
    pub(crate) record: TickRecord,
    pub(crate) refusal: Option<Refused>,
}

/// An intent and when it was given.
pub(crate) type Given = (HostInstant, Intent);

/// What a console (or a script in its place) holds: it reads snapshots and sends intents.
///
/// None of its calls blocks. It has to call [`Self::heartbeat`] at least every 500 ms while RF is
/// on, each time it has drawn a frame: a console that cannot draw cannot show an alarm (H-23).
pub struct ConsoleHandle {
    shared: Arc<Shared>,
    newest: Output<Option<Newest>>,
    lesion: Output<Option<LesionView>>,
    intents: Producer<Intent>,
    to_record: Sender<Given>,
    shown: Arc<Mutex<Shown>>,
    clock: Arc<dyn Clock>,
    snapshot: Snapshot,
}

/// What a console handle is made of.
pub(crate) struct ConsoleParts {
    pub(crate) shared: Arc<Shared>,
    pub(crate) newest: Output<Option<Newest>>,
    pub(crate) lesion: Output<Option<LesionView>>,
    pub(crate) intents: Producer<Intent>,
    pub(crate) to_record: Sender<Given>,
    pub(crate) shown: Arc<Mutex<Shown>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) identity: Identity,
}

impl ConsoleHandle {
    pub(crate) fn new(mut parts: ConsoleParts) -> Self {
        let snapshot = Snapshot {
            latest: None,
            identity: parts.identity,
            refusal: None,
            operator: None,
            recording: RecordingStatus::default(),
            latency: LatencyView::default(),
            lesion: *parts.lesion.read(),
            queues: parts.shared.queues(),
            warnings: Vec::new(),
        };
        Self {
            shared: parts.shared,
            newest: parts.newest,
            lesion: parts.lesion,
            intents: parts.intents,
            to_record: parts.to_record,
            shown: parts.shown,
            clock: parts.clock,
            snapshot,
        }
    }

    /// Everything a screen shows, now.
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        self.refresh().clone()
    }

    /// The same without a copy.
    pub fn refresh(&mut self) -> &Snapshot {
        if self.newest.update() {
            let newest = self.newest.output_buffer().as_ref();
            self.snapshot.latest = newest.map(|newest| newest.record);
            self.snapshot.refusal = newest.and_then(|newest| newest.refusal);
        }
        if self.lesion.update() {
            self.snapshot.lesion = *self.lesion.output_buffer();
        }
        self.snapshot.queues = self.shared.queues();
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.recording != self.snapshot.recording {
            self.snapshot.recording.clone_from(&shown.recording);
        }
        self.snapshot.latency = shown.latency;
        drop(shown);
        &self.snapshot
    }

    /// Says who is signed in, for the snapshot. It authorises nothing: each intent names its own
    /// operator.
    pub fn set_operator(&mut self, operator: Option<OperatorName>) {
        self.snapshot.operator = operator;
    }

    /// Says whether alarms can be heard (H-46), `None`: not known yet; never called, nobody
    /// listens.
    pub fn set_sound(&self, works: Option<bool>) {
        self.shared.set_sound(works);
    }

    pub(crate) fn set_warnings(&mut self, warnings: &[String]) {
        self.snapshot.warnings = warnings.to_vec();
    }

    /// Sends one intent, and puts it on record. Whatever stops reaches the interlock's next tick
    /// past every queue; the rest is dropped and counted where the queue is full.
    pub fn send(&mut self, intent: Intent) {
        match route(intent.action) {
            Route::Stop(reason) => {
                if let Some(reason) = reason {
                    self.shared.set_quit(reason);
                }
                self.shared.raise_stop();
            }
            Route::Checklist(complete) => self.shared.set_checklist(complete),
            Route::Command(_) => {
                if self.intents.push(intent).is_err() {
                    Shared::count(&self.shared.intents_full);
                }
            }
            Route::Record => {}
        }
        // Shown together with lost ticks: either way the recording is not whole.
        if self.to_record.try_send((self.clock.now(), intent)).is_err() {
            Shared::count(&self.shared.given_full);
        }
    }

    /// A way to stop for where the console itself is not at hand: a panic hook, a signal.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper { shared: Arc::clone(&self.shared) }
    }

    /// A sign of life.
    pub fn heartbeat(&mut self) {
        self.shared.beat();
    }
}

/// Stops RF and ends the session; never blocks, and can be called from any thread.
#[derive(Debug, Clone)]
pub struct Stopper {
    shared: Arc<Shared>,
}

impl Stopper {
    /// RF off in the next tick, and the end of the session.
    pub fn stop(&self, reason: QuitReason) {
        self.shared.set_quit(reason);
        self.shared.raise_stop();
    }
}
