//! The controller's monotonic clock.

use rfa_units::HostInstant;
use rustix::time::{ClockId, clock_gettime};

/// Now, in microseconds of `CLOCK_MONOTONIC`: never set back, not moved by NTP steps (H-43).
#[must_use]
pub fn monotonic_now() -> HostInstant {
    HostInstant::from_micros(monotonic_nanos() / 1_000)
}

/// The same in nanoseconds, for times that are measured and decide nothing.
#[must_use]
pub fn monotonic_nanos() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    // Both fields of CLOCK_MONOTONIC are never negative; 0 would read as "at boot".
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}
