//! Whether the machine stood still when something was late: a rule over what was seen beside it.

use rfa_units::Span;

/// The kernel counts stolen time in steps of this, and brings the counter up to date when the
/// processor runs again.
const COUNTER_US: u64 = 10_000;

/// From the beginning of a stall to the trip that it causes, at most: telemetry is silent for 60 ms
/// (H-22), of which up to 20 ms were gone before; a dead-man that ran out meanwhile shows in the
/// telemetry of the next ticks (H-08, H-54).
const TRIP_WINDOW_US: u64 = 130_000;

/// The shortest stall that can miss two ticks in a row (H-44: two of 10 ms).
const TICKS_MISSED_US: u64 = 10_000;

/// The shortest stall that can silence anything else for as long as a rule allows: 30 ms without a
/// request (H-20), 10 ms of them planned.
const SILENCE_US: u64 = 20_000;

/// A thread that only waits for its deadlines was late: where it ran, the machine stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Still {
    pub(crate) from_us: u64,
    pub(crate) to_us: u64,
    /// From one deadline to the next: a stall may have begun that long before it was noticed.
    pub(crate) period: Span,
}

/// The steal counter rose from one look at it to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stolen {
    pub(crate) from_us: u64,
    pub(crate) to_us: u64,
    pub(crate) ms: u64,
}

/// Everything that was seen beside a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    pub(crate) still: Vec<Still>,
    pub(crate) stolen: Vec<Stolen>,
}

impl Evidence {
    /// What explains a tick planned for `from_us` that began at `to_us`; `None`: nothing does.
    ///
    /// A witness was late in the same time and about as long, or the counter rose by about as much in
    /// looks that touch it, a step of the counter to either side. A stall at another time of the run
    /// explains nothing.
    pub(crate) fn of_late(&self, from_us: u64, to_us: u64) -> Option<String> {
        self.of(from_us, to_us, to_us.saturating_sub(from_us))
    }

    /// What explains a trip of `rule` at `at_us` that a machine standing still can cause.
    pub(crate) fn of_trip(&self, rule: &str, at_us: u64) -> Option<String> {
        let shortest_us = if rule == "H-44" { TICKS_MISSED_US } else { SILENCE_US };
        self.of(at_us.saturating_sub(TRIP_WINDOW_US), at_us, shortest_us)
    }

    /// What explains that a treatment was not opened within two moments: an answer or a self-test
    /// that came too late.
    pub(crate) fn of_opening(&self, from_us: u64, to_us: u64) -> Option<String> {
        self.of(from_us, to_us, SILENCE_US)
    }

    /// A stall of `at_least_us` within two moments.
    fn of(&self, from_us: u64, to_us: u64, at_least_us: u64) -> Option<String> {
        let seen = |still: &&Still| {
            let overlap = overlap_us((still.from_us, still.to_us), (from_us, to_us));
            overlap.is_some_and(|us| us.saturating_add(still.period.as_micros()) >= at_least_us)
        };
        if let Some(Still { from_us, to_us, .. }) = self.still.iter().find(seen) {
            let us = to_us.saturating_sub(*from_us);
            return Some(format!("a thread that only waits was {us} us late then too"));
        }
        let (from, to) = (from_us.saturating_sub(COUNTER_US), to_us.saturating_add(COUNTER_US));
        let near = self.stolen.iter();
        let near = near.filter(|look| overlap_us((look.from_us, look.to_us), (from, to)).is_some());
        let ms: u64 = near.map(|look| look.ms).sum();
        let enough = ms.saturating_mul(1_000).saturating_add(COUNTER_US) >= at_least_us;
        (ms > 0 && enough).then(|| format!("the host took {ms} ms just then"))
    }
}

/// How long two spans of time have in common; `None`: they do not even touch.
fn overlap_us(one: (u64, u64), other: (u64, u64)) -> Option<u64> {
    one.1.min(other.1).checked_sub(one.0.max(other.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;
    const EACH_MS: Span = Span::from_millis(1);

    fn still(from_us: u64, to_us: u64) -> Evidence {
        let still = vec![Still { from_us, to_us, period: EACH_MS }];
        Evidence { still, stolen: Vec::new() }
    }

    fn stolen(looks: &[(u64, u64, u64)]) -> Evidence {
        let look = |&(from_us, to_us, ms): &(u64, u64, u64)| Stolen { from_us, to_us, ms };
        Evidence { still: Vec::new(), stolen: looks.iter().map(look).collect() }
    }

    /// A tick planned for 5 s that began 12 ms late.
    fn of_late(evidence: &Evidence) -> Option<String> {
        evidence.of_late(5_000 * MS, 5_012 * MS)
    }

    #[test]
    fn a_witness_explains_what_it_suffered_too() {
        // It may have begun to wait up to its period later than the tick.
        let told = of_late(&still(5_001 * MS, 5_012 * MS)).expect("explained");
        assert!(told.contains("11000 us late"), "{told}");
        assert_eq!(of_late(&still(5_001 * MS + 1, 5_012 * MS)), None, "too short");
        assert_eq!(of_late(&still(5_001 * MS, 5_012 * MS - 1)), None, "over too soon");
        assert_eq!(of_late(&still(4_980 * MS, 4_999 * MS)), None, "before it");
        assert_eq!(of_late(&still(5_013 * MS, 5_030 * MS)), None, "after it");
    }

    /// A witness of a longer period may have seen less of the stall.
    #[test]
    fn a_slower_witness_proves_less() {
        let mut evidence = still(5_009 * MS, 5_012 * MS);
        assert_eq!(of_late(&evidence), None);
        evidence.still[0].period = Span::from_millis(10);
        assert!(of_late(&evidence).is_some());
        evidence.still[0].from_us = 5_012 * MS + 1;
        evidence.still[0].to_us = 5_020 * MS;
        assert_eq!(of_late(&evidence), None, "not even touched");
    }

    #[test]
    fn stolen_time_explains_what_its_look_touches() {
        assert!(of_late(&stolen(&[(5_000 * MS, 5_020 * MS, 10)])).is_some());
        // The counter is brought up to date up to 10 ms later, and seen by the look after that.
        assert!(of_late(&stolen(&[(5_022 * MS, 5_032 * MS, 10)])).is_some());
        assert_eq!(of_late(&stolen(&[(5_022 * MS + 1, 5_032 * MS, 10)])), None);
        assert!(of_late(&stolen(&[(4_980 * MS, 4_990 * MS, 10)])).is_some());
        assert_eq!(of_late(&stolen(&[(4_980 * MS, 4_990 * MS - 1, 10)])), None);
    }

    /// What the host took must be about as much as the tick was late: a step of the counter less.
    #[test]
    fn little_stolen_time_explains_no_long_stall() {
        let tenth = [(5_000 * MS, 5_010 * MS, 10), (5_010 * MS, 5_020 * MS, 10)];
        let late_us = |ms: u64| stolen(&tenth).of_late(5_000 * MS, (5_000 + ms) * MS);
        assert!(late_us(30).is_some());
        assert_eq!(late_us(31), None);
    }

    /// The negative control: the host took much, at other times of the run.
    #[test]
    fn stolen_time_elsewhere_in_the_run_explains_nothing() {
        let elsewhere = stolen(&[
            (1_000 * MS, 1_010 * MS, 500),
            (4_900 * MS, 4_989 * MS, 80),
            (5_023 * MS, 5_100 * MS, 70),
            (9_000 * MS, 9_010 * MS, 500),
        ]);
        assert_eq!(of_late(&elsewhere), None);
        assert_eq!(of_late(&Evidence::default()), None);
    }

    #[test]
    fn an_opening_needs_a_stall_meanwhile_that_is_long_enough() {
        let opening = |evidence: &Evidence| evidence.of_opening(5_000 * MS, 6_000 * MS);
        assert!(opening(&still(5_500 * MS, 5_519 * MS)).is_some());
        assert_eq!(opening(&still(5_500 * MS, 5_519 * MS - 1)), None, "19 ms and the period");
        assert_eq!(opening(&still(4_900 * MS, 4_990 * MS)), None, "before it");
        assert!(opening(&stolen(&[(5_500 * MS, 5_510 * MS, 10)])).is_some());
    }

    #[test]
    fn a_trip_needs_a_stall_that_can_cause_it() {
        let at = 5_000 * MS;
        assert!(still(at - 25 * MS, at - 5 * MS).of_trip("H-20", at).is_some());
        assert_eq!(still(at - 25 * MS, at - 8 * MS).of_trip("H-20", at), None, "17 ms");
        assert!(still(at - 25 * MS, at - 15 * MS).of_trip("H-44", at).is_some());
        assert_eq!(still(at - 180 * MS, at - 131 * MS).of_trip("H-22", at), None, "long before");
        assert_eq!(still(at + MS, at + 90 * MS).of_trip("H-22", at), None, "after it");
    }
}
