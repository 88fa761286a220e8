//! The trend's samples.

use rfa_session::TickRecord;
use rfa_units::{ChannelId, HostInstant, MilliCelsius, Milliohms, Span};
use std::collections::VecDeque;

/// Spacing of samples: 600 s at 200 ms are 3000 points, the most a trend shows.
const EVERY: Span = Span::from_millis(200);
const SAMPLES_MAX: usize = 3_000;

/// One sample of the trend. Missing is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) at: HostInstant,
    pub(crate) tip: Option<MilliCelsius>,
    pub(crate) impedance: Option<Milliohms>,
}

/// The newest samples, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    samples: VecDeque<Sample>,
    first: Option<HostInstant>,
}

impl History {
    pub(super) fn take(&mut self, tick: &TickRecord, channel: ChannelId) {
        let at = tick.interlock.inputs.now;
        self.first.get_or_insert(at);
        if self.samples.back().is_some_and(|last| at.since(last.at) < EVERY) {
            return;
        }
        // A tick without telemetry says nothing: no sample, and a gap if it goes on.
        let Some(telemetry) = tick.interlock.inputs.telemetry.last() else { return };
        let report = telemetry.channel(channel);
        if self.samples.len() >= SAMPLES_MAX {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample {
            at,
            tip: report.and_then(|r| r.tip.valid()),
            impedance: report.and_then(|r| r.impedance),
        });
    }

    /// Memory that it takes beside itself, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.samples.capacity() * size_of::<Sample>()
    }

    /// The first tick seen.
    pub(crate) fn first(&self) -> Option<HostInstant> {
        self.first
    }

    /// The samples from `from` to `to`, oldest first.
    pub(crate) fn window(
        &self,
        from: HostInstant,
        to: HostInstant,
    ) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |s| s.at >= from && s.at <= to)
    }
}
