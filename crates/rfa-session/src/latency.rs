//! What a session's timing came to, for screens and summaries.

/// A distribution of times, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quantiles {
    /// Times recorded.
    pub count: u64,
    /// Median.
    pub p50_ns: u64,
    /// 99th percentile.
    pub p99_ns: u64,
    /// 99.9th percentile.
    pub p99_9_ns: u64,
    /// The longest.
    pub max_ns: u64,
}

/// Which time of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// How late the interlock tick began against its planned deadline.
    InterlockLateness,
    /// How late the control tick began against its planned deadline.
    ControlLateness,
    /// The control loop's pure step.
    ControlStep,
    /// The interlock's pure step.
    InterlockStep,
    /// Both steps of one tick together.
    Steps,
    /// The whole interlock tick, until its frame is written.
    InterlockTick,
    /// From the arrival of a telemetry frame to the frame that answers it being written; the wait
    /// for the next tick is in it.
    TelemetryToGrant,
}

impl Latency {
    /// Every one, in the order they are shown.
    pub const ALL: [Self; 7] = [
        Self::InterlockLateness,
        Self::ControlLateness,
        Self::ControlStep,
        Self::InterlockStep,
        Self::Steps,
        Self::InterlockTick,
        Self::TelemetryToGrant,
    ];

    /// Its name in summaries, and its tag in a histogram log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InterlockLateness => "interlock_lateness",
            Self::ControlLateness => "control_lateness",
            Self::ControlStep => "control_step",
            Self::InterlockStep => "interlock_step",
            Self::Steps => "steps",
            Self::InterlockTick => "interlock_tick",
            Self::TelemetryToGrant => "telemetry_to_grant",
        }
    }
}

/// Each [`Latency`] with its distribution, in the order of [`Latency::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LatencyView(pub [Quantiles; Latency::ALL.len()]);

impl LatencyView {
    /// One of them.
    #[must_use]
    pub fn of(&self, latency: Latency) -> Quantiles {
        self.iter().find(|(name, _)| *name == latency).map(|(_, of)| of).unwrap_or_default()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Latency, Quantiles)> + '_ {
        Latency::ALL.into_iter().zip(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_under_its_own_name() {
        let mut view = LatencyView::default();
        for (place, of) in view.0.iter_mut().enumerate() {
            of.count = place as u64;
        }
        for (place, latency) in Latency::ALL.into_iter().enumerate() {
            assert_eq!(view.of(latency).count, place as u64, "{}", latency.name());
        }
    }
}
