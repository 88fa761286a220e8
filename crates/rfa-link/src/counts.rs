//! What the link saw, counted where every thread can read it.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use rfa_interlock::LinkReport;

/// Counts since the connection was made. Written by the link's two halves, read by anybody.
///
/// Every count only grows, so a reader that keeps the last value it saw learns exactly what
/// happened in between and two readers do not disturb each other.
#[derive(Debug, Default)]
pub struct LinkCounts {
    pub(crate) corrupt: AtomicU32,
    pub(crate) refused: AtomicU32,
    pub(crate) missing: AtomicU32,
    pub(crate) hung_up: AtomicBool,
    pub(crate) said_bye: AtomicBool,
    pub(crate) interlock_ring_full: AtomicU32,
    pub(crate) control_ring_full: AtomicU32,
    pub(crate) frames_not_sent: AtomicU32,
}

/// The counts at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Frames with a wrong CRC, or not decodable at all.
    pub corrupt: u32,
    /// Whole frames refused: wrong MAC, session, sequence or time stamp (H-24).
    pub refused: u32,
    /// Frames missing by sequence number.
    pub missing: u32,
    /// The port has hung up; never taken back.
    pub hung_up: bool,
    /// The generator said goodbye.
    pub said_bye: bool,
    /// Telemetry frames that found the interlock's ring full.
    pub interlock_ring_full: u32,
    /// Telemetry frames that found the controller's ring full.
    pub control_ring_full: u32,
    /// Outgoing frames the port would not take.
    pub frames_not_sent: u32,
}

impl LinkCounts {
    /// The counts now.
    #[must_use]
    pub fn read(&self) -> Tally {
        Tally {
            corrupt: self.corrupt.load(Ordering::Acquire),
            refused: self.refused.load(Ordering::Acquire),
            missing: self.missing.load(Ordering::Acquire),
            hung_up: self.hung_up.load(Ordering::Acquire),
            said_bye: self.said_bye.load(Ordering::Acquire),
            interlock_ring_full: self.interlock_ring_full.load(Ordering::Acquire),
            control_ring_full: self.control_ring_full.load(Ordering::Acquire),
            frames_not_sent: self.frames_not_sent.load(Ordering::Acquire),
        }
    }

    /// Latches the hang-up: there is no way back within one connection.
    pub fn hang_up(&self) {
        self.hung_up.store(true, Ordering::Release);
    }

    pub(crate) fn add(count: &AtomicU32, more: u32) {
        // Saturating: a count that wrapped to zero would hide a flood.
        let _ = count.fetch_update(Ordering::AcqRel, Ordering::Acquire, |old| {
            Some(old.saturating_add(more))
        });
    }
}

impl Tally {
    /// What happened since `earlier`, as the interlock takes it.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> LinkReport {
        LinkReport {
            corrupt: difference(self.corrupt, earlier.corrupt),
            refused: difference(self.refused, earlier.refused),
            missing: difference(self.missing, earlier.missing),
            hung_up: self.hung_up,
        }
    }
}

fn difference(now: u32, before: u32) -> u8 {
    u8::try_from(now.saturating_sub(before)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_saturate_and_differences_do_too() {
        let counts = LinkCounts::default();
        let before = counts.read();
        LinkCounts::add(&counts.corrupt, 300);
        LinkCounts::add(&counts.missing, u32::MAX);
        LinkCounts::add(&counts.missing, 5);
        let report = counts.read().since(&before);
        assert_eq!((report.corrupt, report.missing, report.refused), (255, 255, 0));
        assert_eq!(counts.read().missing, u32::MAX);
    }

    #[test]
    fn a_hang_up_stays() {
        let counts = LinkCounts::default();
        counts.hang_up();
        let first = counts.read();
        assert!(first.since(&first).hung_up);
    }
}
