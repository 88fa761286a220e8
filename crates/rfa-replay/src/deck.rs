//! The snapshot that a console would have been shown, from what a recording tells.

use crate::Told;
use rfa_figures::{LatencySet, PackedLatencySet};
use rfa_record::Header;
use rfa_session::{LatencyView, QueueCounts, RecordingStatus, Refused, Snapshot};

/// Builds the snapshot tick by tick. What no tick tells (queues, the machine's warnings, the
/// sound) stays empty.
#[derive(Debug, Clone)]
pub struct Deck {
    /// Before the first tick.
    empty: Snapshot,
    snapshot: Snapshot,
    latency: LatencySet,
}

/// What a deck has been told up to a tick.
#[derive(Debug, Clone)]
pub struct DeckKept {
    snapshot: Snapshot,
    latency: PackedLatencySet,
}

impl DeckKept {
    /// Memory that it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Snapshot>() + self.latency.bytes()
    }
}

impl Deck {
    /// A deck of the recording in `file`, which is `bytes` long.
    #[must_use]
    pub fn new(header: &Header, file: &str, bytes: u64) -> Self {
        let recording = RecordingStatus { file: file.to_owned(), bytes, dropped: 0, error: None };
        let empty = Snapshot {
            latest: None,
            identity: header.identity.clone(),
            refusal: None,
            operator: None,
            recording,
            lesion: None,
            queues: QueueCounts::default(),
            latency: LatencyView::default(),
            warnings: Vec::new(),
        };
        Self { snapshot: empty.clone(), empty, latency: LatencySet::new() }
    }

    /// Takes in what a recording tells.
    pub fn take(&mut self, told: &Told) {
        match told {
            Told::Tick(record) => {
                self.latency.tick(record);
                let tick = record.interlock.inputs.tick;
                if let Some(reason) = record.interlock.outputs.refusal {
                    self.snapshot.refusal = Some(Refused { tick, reason });
                }
                self.snapshot.latest = Some(**record);
            }
            Told::Lesion(view) => self.snapshot.lesion = Some(**view),
            Told::Intent(_, intent) => {
                self.snapshot.operator = intent.operator.or(self.snapshot.operator);
            }
            Told::Damaged(_) => {}
        }
    }

    /// What a screen is drawn from. Its times' distributions are those of [`Self::latency`]: they
    /// are worked out when they are asked for.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// What the times of the ticks so far come to.
    #[must_use]
    pub fn latency(&self) -> LatencyView {
        self.latency.view()
    }

    /// What it has been told.
    #[must_use]
    pub fn keep(&self) -> DeckKept {
        DeckKept { snapshot: self.snapshot.clone(), latency: self.latency.packed() }
    }

    /// Back to what it was told then; `None`: nothing yet.
    pub fn back_to(&mut self, kept: Option<&DeckKept>) {
        match kept {
            Some(kept) => {
                self.snapshot.clone_from(&kept.snapshot);
                self.latency.unpack(&kept.latency);
            }
            None => {
                self.snapshot.clone_from(&self.empty);
                self.latency = LatencySet::new();
            }
        }
    }
}
