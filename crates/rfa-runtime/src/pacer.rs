//! Which deadline is next, and which have gone by.

use rfa_units::{HostInstant, Span};

/// Period of the control tick and of the interlock tick (hazards.md a.1).
pub const TICK: Span = Span::from_millis(10);

/// The control tick runs this long after the session's time grid.
pub const PHASE_CONTROL: Span = Span::ZERO;

/// The interlock tick runs this long after the session's time grid.
///
/// Control runs first, so a request is at most 4 ms old when the interlock decides on it, and a
/// telemetry frame at most 14 ms (10 ms waiting for the control tick, 4 ms here), 9 ms on
/// average. 4 ms is more than control is ever late without real-time scheduling at its 99.9th
/// percentile (2.1 ms, dependencies.md E2); when control is later still, the interlock sees no
/// request in that tick and the one after it brings two.
pub const PHASE_INTERLOCK: Span = Span::from_millis(4);

/// Where within a millisecond of the monotonic clock the deadlines of a thread lie, so that no
/// timer's interrupt falls on another's.
///
/// The kernel's own tick comes on whole milliseconds (each fourth on Linux 6.18 at 250 Hz, by its
/// `hrtimer_expire_entry`), with work of up to 0.1 ms. Elsewhere it may lie anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The kernel's: a witness, which may wait for it.
    Whole,
    /// Control and interlock: as far from it as can be.
    Half,
    /// The bare thread; `cyclictest` beside it has the first quarter.
    ThreeQuarters,
}

impl Place {
    /// The first such moment that is not before `from`.
    pub(crate) const fn first(self, from: HostInstant) -> HostInstant {
        let place_us = match self {
            Self::Whole => 0,
            Self::Half => 500,
            Self::ThreeQuarters => 750,
        };
        let past_us = (from.as_micros() % 1_000 + 1_000 - place_us) % 1_000;
        from.plus(Span::from_micros((1_000 - past_us) % 1_000))
    }
}

/// One deadline, met or late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The tick's number, from 1. It is the deadline's own number, so a gap shows what was missed.
    pub number: u64,
    /// When the tick should have begun; after missed deadlines, the first of those.
    pub planned: HostInstant,
    /// When it began.
    pub began: HostInstant,
    /// Deadlines missed so far.
    pub missed: u32,
}

impl Deadline {
    /// How late the tick began.
    #[must_use]
    pub const fn late(&self) -> Span {
        self.began.since(self.planned)
    }
}

/// Absolute deadlines on a fixed grid: lateness never adds up.
#[derive(Debug, Clone, Copy)]
pub struct Pacer {
    next: HostInstant,
    period: Span,
    number: u64,
    missed: u32,
}

impl Pacer {
    /// Deadlines at `first`, `first` + 10 ms, ...
    #[must_use]
    pub const fn new(first: HostInstant) -> Self {
        Self::every(TICK, first)
    }

    /// Deadlines at `first`, `first` + `period`, ...; no period is shorter than 1 µs.
    pub(crate) const fn every(period: Span, first: HostInstant) -> Self {
        Self { next: first, period, number: 1, missed: 0 }
    }

    /// When the next tick has to begin.
    #[must_use]
    pub const fn next(&self) -> HostInstant {
        self.next
    }

    /// Leaves out the deadlines before `until`: they are not missed.
    pub(crate) fn rest(&mut self, until: HostInstant) {
        let period_us = self.period.as_micros().max(1);
        let periods = until.since(self.next).as_micros().div_ceil(period_us);
        self.number = self.number.saturating_add(periods);
        self.next = self.next.plus(self.period.times(periods));
    }

    /// A tick begins at `now`.
    ///
    /// Where `now` is past later deadlines too, those are missed, not made up for: one tick runs,
    /// with the number of the last deadline that has passed. A burst of ticks would feed the rules
    /// the same telemetry several times and hide the gap; the jump in number and time shows it to
    /// the interlock, which decides what a gap means (H-44).
    pub fn begin(&mut self, now: HostInstant) -> Deadline {
        let planned = self.next;
        let skipped = now.since(planned).as_micros() / self.period.as_micros().max(1);
        self.missed = self.missed.saturating_add(u32::try_from(skipped).unwrap_or(u32::MAX));
        let number = self.number.saturating_add(skipped);
        self.number = number.saturating_add(1);
        self.next = planned.plus(self.period.times(skipped.saturating_add(1)));
        Deadline { number, planned, began: now, missed: self.missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> HostInstant {
        HostInstant::ZERO.plus(Span::from_millis(ms))
    }

    #[test]
    fn lateness_does_not_add_up() {
        let mut pacer = Pacer::new(at(100));
        for (number, begins) in [(1, 100), (2, 119), (3, 120), (4, 130)] {
            let deadline = pacer.begin(at(begins));
            assert_eq!(deadline.number, number);
            assert_eq!(deadline.late(), Span::from_millis(begins - 90 - 10 * number));
            assert_eq!(deadline.missed, 0);
        }
    }

    #[test]
    fn a_place_within_the_millisecond_is_the_next_one() {
        let first = |place: Place, us| place.first(HostInstant::from_micros(us)).as_micros();
        let half = [(7_000, 7_500), (7_499, 7_500), (7_500, 7_500), (7_501, 8_500), (7_999, 8_500)];
        for (from, to) in half {
            assert_eq!(first(Place::Half, from), to, "{from}");
        }
        assert_eq!((first(Place::Whole, 7_000), first(Place::Whole, 7_001)), (7_000, 8_000));
        assert_eq!(first(Place::ThreeQuarters, 7_751), 8_750);
    }

    #[test]
    fn what_is_left_out_is_not_missed() {
        let mut pacer = Pacer::new(at(100));
        pacer.begin(at(100));
        pacer.rest(at(105));
        assert_eq!(pacer.next(), at(110), "there is none before");
        pacer.rest(at(110));
        assert_eq!(pacer.next(), at(110), "it is not before itself");
        pacer.rest(at(121));
        assert_eq!(pacer.next(), at(130));
        let deadline = pacer.begin(at(133));
        assert_eq!((deadline.number, deadline.missed), (4, 0));
        assert_eq!(deadline.late(), Span::from_millis(3));
    }

    /// H-44: what was missed is counted, and seen in the tick's number, and not run afterwards.
    #[test]
    fn missed_deadlines_are_counted_and_not_made_up_for() {
        let mut pacer = Pacer::new(at(100));
        assert_eq!(pacer.begin(at(100)).number, 1);
        // Due at 110; 110 and 120 pass unserved, 130 is served late.
        let deadline = pacer.begin(at(135));
        assert_eq!((deadline.number, deadline.missed), (4, 2));
        assert_eq!(deadline.late(), Span::from_millis(25), "late against the first one missed");
        assert_eq!(pacer.next(), at(140));
        assert_eq!(pacer.begin(at(140)).number, 5);
    }
}
