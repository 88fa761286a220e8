//! The recorder's side: everything that goes on record, and the summary that is drawn from it.
//!
//! Nothing here can touch RF. A recording that fails is shown and refuses the next arming (H-45).

use crate::console::Given;
use crate::shared::Shared;
use crate::summary::{Accumulator, Summary};
use rfa_record::{RecordError, Recorder, TruthRow};
use rfa_session::{RecordingStatus, TickRecord};
use std::sync::{Arc, Mutex, PoisonError};

/// Ticks that wait for the recorder at most: 10 s of them, longer than a disk that syncs.
pub(crate) const RECORDS_MAX: usize = 1024;

/// The recording has room while no more than this waits (H-45).
pub(crate) const ROOMY: usize = RECORDS_MAX / 2;

/// Takes what happened, writes it, sums it up.
pub(crate) struct Log {
    recorder: Option<Recorder>,
    status: RecordingStatus,
    shown: Arc<Mutex<RecordingStatus>>,
    shared: Arc<Shared>,
    summary: Accumulator,
    newest: Option<TickRecord>,
}

impl Log {
    pub(crate) fn new(
        recorder: Option<Recorder>,
        shown: Arc<Mutex<RecordingStatus>>,
        shared: Arc<Shared>,
        summary: Accumulator,
    ) -> Self {
        let file = recorder.as_ref().and_then(|recorder| recorder.path().file_name());
        let file = file.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let status = RecordingStatus { file, ..RecordingStatus::default() };
        let log = Self { recorder, status, shown, shared, summary, newest: None };
        log.show(0);
        log
    }

    pub(crate) fn tick(&mut self, record: &TickRecord) {
        self.summary.tick(record);
        self.write(|recorder| recorder.write_tick(record));
        self.newest = Some(*record);
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
        shown.clone_from(&self.status);
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
        self.count();
        let summary = self.summary.finish();
        if let Some(recorder) = self.recorder.take() {
            let ended = serde_json::to_value(&summary).ok();
            if let Err(error) = recorder.finish(ended) {
                self.status.error.get_or_insert_with(|| error.to_string());
            }
        }
        self.show(0);
        Logged { summary, recording: self.status, newest: self.newest }
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
        Self { summary: Summary::default(), recording, newest: None }
    }
}
