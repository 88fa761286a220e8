//! Where "now" comes from: the one thing that differs between real and virtual time.

use rfa_units::HostInstant;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that never goes back.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> HostInstant;

    /// The same in nanoseconds, for times too short for [`HostInstant`]'s microseconds.
    fn nanos(&self) -> u64 {
        self.now().as_micros().saturating_mul(1_000)
    }
}

/// `CLOCK_MONOTONIC`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MonotonicClock;

impl Clock for MonotonicClock {
    fn now(&self) -> HostInstant {
        rfa_link::monotonic_now()
    }

    fn nanos(&self) -> u64 {
        rfa_link::monotonic_nanos()
    }
}

/// A clock that stands still until it is set; all its copies show the same time.
#[derive(Debug, Clone, Default)]
pub struct VirtualClock {
    us: Arc<AtomicU64>,
}

impl VirtualClock {
    /// Moves the clock forward; going back is ignored.
    pub fn advance_to(&self, now: HostInstant) {
        self.us.fetch_max(now.as_micros(), Ordering::AcqRel);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> HostInstant {
        HostInstant::from_micros(self.us.load(Ordering::Acquire))
    }
}
