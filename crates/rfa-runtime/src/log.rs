//! The recorder's side: everything that goes on record, and the summary that is drawn from it.
//!
//! Nothing here can touch RF. A recording that fails is shown and refuses the next arming (H-45).

use crate::console::Given;
use crate::lesion::LesionEnd;
use crate::shared::Shared;
use rfa_figures::LatencySet;
use rfa_figures::summary::{Accumulator, Summary};
use rfa_record::{Attached, LATENCY_LOG, RecordError, Recorder, TruthRow};
use rfa_session::{LatencyView, LesionView, RecordingStatus, TickRecord};
use rfa_units::HostInstant;
use std::sync::{Arc, Mutex, PoisonError};
use triple_buffer::Input;

/// Ticks that wait for the recorder at most: 10 s of them, longer than a disk that syncs.
pub(crate) const RECORDS_MAX: usize = 1024;

/// The same on virtual time, where the recorder takes each tick before the next: a long queue would
/// only take turns with the caches.
pub(crate) const RECORDS_VIRTUAL_MAX: usize = 4;

/// Intents that wait for the recorder at most.
pub(crate) const GIVEN_MAX: usize = 1024;

/// The recording has room while no more than this waits (H-45).
pub(crate) const ROOMY: usize = RECORDS_MAX / 2;

/// What the recorder's side tells the console, under a lock that no real-time thread takes.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    pub(crate) recording: RecordingStatus,
    pub(crate) latency: LatencyView,
}

/// Takes what happened, writes it, sums it up.
pub(crate) struct Log {
    recorder: Option<Recorder>,
    status: RecordingStatus,
    shown: Arc<Mutex<Shown>>,
    latency: LatencyView,
    shared: Arc<Shared>,
    summary: Accumulator,
    newest: Option<TickRecord>,
    lesion: Option<LesionEnd>,
    lesion_shown: Input<Option<LesionView>>,
}

impl Log {
    pub(crate) fn new(
        recorder: Option<Recorder>,
        shown: Arc<Mutex<Shown>>,
        shared: Arc<Shared>,
        summary: Accumulator,
        (lesion, lesion_shown, before): (LesionEnd, Input<Option<LesionView>>, LesionView),
    ) -> Self {
        // The whole path: it is shown with a command to type.
        let file = recorder.as_ref().map(|recorder| recorder.path().display().to_string());
        let file = file.unwrap_or_default();
        let status = RecordingStatus { file, ..RecordingStatus::default() };
        let mut log = Self {
            recorder,
            status,
            shown,
            latency: LatencyView::default(),
            shared,
            summary,
            newest: None,
            lesion: Some(lesion),
            lesion_shown,
        };
        log.lesion(&before);
        log.show(0);
        log
    }

    pub(crate) fn tick(&mut self, record: &TickRecord) {
        self.summary.tick(record);
        self.write(|recorder| recorder.write_tick(record));
        self.newest = Some(*record);
        if let Some(mut lesion) = self.lesion.take() {
            let shared = Arc::clone(&self.shared);
            lesion.tick(record, &shared, |view| self.lesion(&view));
            self.lesion = Some(lesion);
        }
    }

    /// From here on the lesion's model has a thread of its own.
    pub(crate) fn with_lesion_thread(mut self) -> Self {
        self.lesion = self.lesion.map(LesionEnd::on_a_thread);
        self
    }

    /// The same, in step with virtual time.
    pub(crate) fn with_lesion_beside(mut self) -> Self {
        self.lesion = self.lesion.map(LesionEnd::beside);
        self
    }

    fn lesion(&mut self, view: &LesionView) {
        self.summary.lesion(view);
        self.write(|recorder| recorder.write_lesion(view));
        self.lesion_shown.write(Some(*view));
    }

    pub(crate) fn intent(&mut self, given: &Given) {
        self.write(|recorder| recorder.write_intent(given.0, &given.1));
    }

    pub(crate) fn truth(&mut self, truth: &TruthRow) {
        self.summary.truth(truth);
        self.write(|recorder| recorder.write_truth(truth));
    }

    /// For a session whose ticks have stopped coming.
    pub(crate) fn flush(&mut self) {
        self.write(Recorder::flush);
    }

    /// Shows how the recording goes; `waiting`: ticks still to be written.
    pub(crate) fn show(&self, waiting: usize) {
        let ready = self.status.error.is_none() && waiting <= ROOMY;
        self.shared.set_recorder_ready(ready);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.recording.clone_from(&self.status);
        shown.latency = self.latency;
    }

    /// Works the newest latencies out, for the next [`Self::show`]; takes about a millisecond.
    pub(crate) fn work_out_latency(&mut self) {
        self.latency = self.summary.latency().view();
    }

    /// Takes the newest counts over; before [`Self::show`].
    pub(crate) fn count(&mut self) {
        if let Some(recorder) = &self.recorder {
            self.status.bytes = recorder.bytes();
        }
        self.status.dropped = u64::from(self.shared.queues().ticks_to_recorder);
    }

    /// Closes the recording with the summary in it.
    pub(crate) fn finish(mut self) -> Logged {
        let ended = self.newest.map_or(HostInstant::ZERO, |tick| tick.interlock.inputs.now);
        if let Some(lesion) = self.lesion.take() {
            lesion.finish(ended, |view| self.lesion(&view));
        }
        self.count();
        let summary = self.summary.finish();
        let latency = self.summary.latency().clone();
        self.write(|recorder| {
            let (started_us, span_us) = recorder.span_us();
            let Some(data) = latency.log(started_us, span_us) else { return Ok(()) };
            let (name, media_type) = (LATENCY_LOG.to_owned(), "text/plain".to_owned());
            recorder.keep_file(&Attached { name, media_type, data })
        });
        if let Some(recorder) = self.recorder.take() {
            let ended = serde_json::to_value(&summary).ok();
            if let Err(error) = recorder.finish(ended) {
                self.status.error.get_or_insert_with(|| error.to_string());
            }
        }
        self.show(0);
        Logged { summary, latency, recording: self.status, newest: self.newest }
    }

    /// After the first failure nothing more is written: the file ends there, whole up to its last
    /// chunk, and the operator is told.
    fn write(&mut self, put: impl FnOnce(&mut Recorder) -> Result<(), RecordError>) {
        let Some(recorder) = self.recorder.as_mut() else { return };
        if let Err(error) = put(recorder) {
            self.status.error = Some(error.to_string());
            self.status.bytes = recorder.bytes();
            self.recorder = None;
            self.shared.set_recorder_ready(false);
        }
    }
}

/// What is left when the log is closed.
pub(crate) struct Logged {
    pub(crate) summary: Summary,
    pub(crate) latency: LatencySet,
    pub(crate) recording: RecordingStatus,
    pub(crate) newest: Option<TickRecord>,
}

impl Logged {
    /// In place of a log whose thread did not end.
    pub(crate) fn lost() -> Self {
        let recording = RecordingStatus {
            error: Some("the recorder did not end; the file ends at its last chunk".to_owned()),
            ..RecordingStatus::default()
        };
        Self { summary: Summary::default(), latency: LatencySet::new(), recording, newest: None }
    }
}
