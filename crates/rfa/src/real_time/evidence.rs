//! Whether the machine stood still when something was late: a rule over what was seen beside it.

use rfa_runtime::{LateTick, WITNESS_PERIOD};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};

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

/// Of what nothing explains, everything is told that was seen within this time of it.
const NEAR_US: u64 = 50_000;

/// A core's witness, which only waits for its deadlines, was late: the core stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Still {
    /// The core's place among those that this process may use.
    pub(crate) core: usize,
    pub(crate) from_us: u64,
    pub(crate) to_us: u64,
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
    /// Of one core after the other, each in the order of time.
    pub(crate) still: Vec<Still>,
    pub(crate) stolen: Vec<Stolen>,
}

/// Why something was not as planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// The machine stood still: what shows it.
    Stall(String),
    /// Nothing explains it: what is known nevertheless.
    Unexplained(String),
}

impl Cause {
    pub(crate) const fn is_unexplained(&self) -> bool {
        matches!(self, Self::Unexplained(_))
    }
}

impl Display for Cause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stall(why) => f.write_str(why),
            Self::Unexplained(known) => write!(f, "UNEXPLAINED; {known}"),
        }
    }
}

impl Evidence {
    /// Why a tick began late.
    ///
    /// A witness was late in the same time and about as long, or the counter rose by about as much
    /// in looks that touch it, a step of the counter to either side. A stall at another time of the
    /// run explains nothing.
    pub(crate) fn of_late(&self, late: &LateTick) -> Cause {
        let LateTick { planned_us, late_us, .. } = *late;
        self.of(planned_us, planned_us.saturating_add(late_us), late_us)
    }

    /// Why `rule`, which a machine standing still can trip, tripped at `at_us`.
    pub(crate) fn of_trip(&self, rule: &str, at_us: u64) -> Cause {
        let shortest_us = if rule == "H-44" { TICKS_MISSED_US } else { SILENCE_US };
        self.of(at_us.saturating_sub(TRIP_WINDOW_US), at_us, shortest_us)
    }

    /// Why a treatment was not opened within two moments: an answer or a self-test came too late.
    pub(crate) fn of_opening(&self, from_us: u64, to_us: u64) -> Cause {
        self.of(from_us, to_us, SILENCE_US)
    }

    /// A stall of `at_least_us` within two moments.
    fn of(&self, from_us: u64, to_us: u64, at_least_us: u64) -> Cause {
        let stall = self.stood_still(from_us, to_us, at_least_us);
        let stall = stall.or_else(|| self.was_stolen(from_us, to_us, at_least_us));
        stall.map_or_else(|| Cause::Unexplained(self.near(from_us, to_us)), Cause::Stall)
    }

    fn stood_still(&self, from_us: u64, to_us: u64, at_least_us: u64) -> Option<String> {
        // A stall may have begun a period before the witness noticed it.
        let enough = |still: &Still| {
            let overlap = overlap_us((still.from_us, still.to_us), (from_us, to_us));
            overlap.is_some_and(|us| us.saturating_add(WITNESS_PERIOD.as_micros()) >= at_least_us)
        };
        let Still { core, from_us, to_us } = in_a_row(&self.still).find(enough)?;
        let us = to_us.saturating_sub(from_us);
        Some(format!("a thread that only waits on core {core} was {us} us late then too"))
    }

    fn was_stolen(&self, from_us: u64, to_us: u64, at_least_us: u64) -> Option<String> {
        let (from, to) = (from_us.saturating_sub(COUNTER_US), to_us.saturating_add(COUNTER_US));
        let near = self.stolen.iter();
        let near = near.filter(|look| overlap_us((look.from_us, look.to_us), (from, to)).is_some());
        let ms: u64 = near.map(|look| look.ms).sum();
        let enough = ms.saturating_mul(1_000).saturating_add(COUNTER_US) >= at_least_us;
        (ms > 0 && enough).then(|| format!("the host took {ms} ms just then"))
    }

    /// What was seen near something, in ms from its beginning.
    fn near(&self, from_us: u64, to_us: u64) -> String {
        let around = (from_us.saturating_sub(NEAR_US), to_us.saturating_add(NEAR_US));
        let touches = |from, to| overlap_us((from, to), around).is_some();
        let ms = |us: u64| (us as f64 - from_us as f64) / 1e3;
        let still = self.still.iter().filter(|still| touches(still.from_us, still.to_us));
        let still = still.map(|Still { core, from_us, to_us }| {
            format!("core {core} still from {:.1} to {:.1}", ms(*from_us), ms(*to_us))
        });
        let stolen = self.stolen.iter().filter(|look| touches(look.from_us, look.to_us));
        let stolen = stolen.map(|look| {
            format!("{} stolen from {:.1} to {:.1}", look.ms, ms(look.from_us), ms(look.to_us))
        });
        let seen: Vec<String> = still.chain(stolen).collect();
        if seen.is_empty() {
            return format!("nothing was seen within {} ms of it", NEAR_US / 1_000);
        }
        format!("in ms from then: {}", seen.join(", "))
    }
}

/// Where the witness ran after a stall and was late again at its very next deadline, it stood still
/// from the first one's beginning to the last one's end: the pause was shorter than its period.
fn in_a_row(still: &[Still]) -> impl Iterator<Item = Still> {
    let again = |one: &Still, next: &Still| {
        let pause_us = next.from_us.checked_sub(one.to_us);
        one.core == next.core && pause_us.is_some_and(|us| us <= WITNESS_PERIOD.as_micros())
    };
    let rows = still.chunk_by(again);
    rows.filter_map(|row| Some(Still { to_us: row.last()?.to_us, ..*row.first()? }))
}

/// How long two spans of time have in common; `None`: they do not even touch.
fn overlap_us(one: (u64, u64), other: (u64, u64)) -> Option<u64> {
    one.1.min(other.1).checked_sub(one.0.max(other.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    fn still(from_us: u64, to_us: u64) -> Evidence {
        stills(&[(1, from_us, to_us)])
    }

    fn stills(late: &[(usize, u64, u64)]) -> Evidence {
        let still = |&(core, from_us, to_us): &(usize, u64, u64)| Still { core, from_us, to_us };
        Evidence { still: late.iter().map(still).collect(), stolen: Vec::new() }
    }

    fn stolen(looks: &[(u64, u64, u64)]) -> Evidence {
        let look = |&(from_us, to_us, ms): &(u64, u64, u64)| Stolen { from_us, to_us, ms };
        Evidence { still: Vec::new(), stolen: looks.iter().map(look).collect() }
    }

    fn late(late_us: u64) -> LateTick {
        LateTick { tick: 500, planned_us: 5_000 * MS, late_us }
    }

    /// What explains a tick planned for 5 s that began 12 ms late; `None`: nothing does.
    fn of_late(evidence: &Evidence) -> Option<String> {
        stall(evidence.of_late(&late(12 * MS)))
    }

    fn stall(cause: Cause) -> Option<String> {
        if let Cause::Stall(why) = cause { Some(why) } else { None }
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

    /// The host lets a core run for less than the witness's period between two stalls.
    #[test]
    fn stalls_in_a_row_explain_together() {
        let row =
            [(1, 4_998 * MS, 5_004 * MS), (1, 5_005 * MS, 5_008 * MS), (1, 5_009 * MS, 5_013 * MS)];
        assert!(of_late(&stills(&row)).expect("explained").contains("15000 us late"));
        assert_eq!(of_late(&stills(&row[..2])), None, "the last of them is missing");
        let mut on_time_between = row;
        on_time_between[1].0 = 0;
        assert_eq!(of_late(&stills(&on_time_between)), None, "another core's");
        let mut met_a_deadline = row;
        met_a_deadline[2].1 += 1;
        assert_eq!(of_late(&stills(&met_a_deadline)), None, "a deadline was met in between");
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
        let of_late = |ms: u64| stall(stolen(&tenth).of_late(&late(ms * MS)));
        assert!(of_late(30).is_some());
        assert_eq!(of_late(31), None);
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
        let opening = |evidence: &Evidence| stall(evidence.of_opening(5_000 * MS, 6_000 * MS));
        assert!(opening(&still(5_500 * MS, 5_519 * MS)).is_some());
        assert_eq!(opening(&still(5_500 * MS, 5_519 * MS - 1)), None, "19 ms and the period");
        assert_eq!(opening(&still(4_900 * MS, 4_990 * MS)), None, "before it");
        assert!(opening(&stolen(&[(5_500 * MS, 5_510 * MS, 10)])).is_some());
    }

    #[test]
    fn a_trip_needs_a_stall_that_can_cause_it() {
        let at = 5_000 * MS;
        let trip = |evidence: &Evidence, rule| stall(evidence.of_trip(rule, at));
        assert!(trip(&still(at - 25 * MS, at - 5 * MS), "H-20").is_some());
        assert_eq!(trip(&still(at - 25 * MS, at - 8 * MS), "H-20"), None, "17 ms");
        assert!(trip(&still(at - 25 * MS, at - 15 * MS), "H-44").is_some());
        assert_eq!(trip(&still(at - 180 * MS, at - 131 * MS), "H-22"), None, "long before");
        assert_eq!(trip(&still(at + MS, at + 90 * MS), "H-22"), None, "after it");
    }

    /// Whoever looks for the reason finds what was seen, and when.
    #[test]
    fn what_nothing_explains_is_told_with_what_was_seen_near_it() {
        let mut evidence = stills(&[(0, 4_000 * MS, 4_030 * MS), (1, 4_990 * MS, 5_003 * MS)]);
        evidence.stolen.push(Stolen { from_us: 5_040 * MS, to_us: 5_050 * MS, ms: 10 });
        let told = evidence.of_late(&late(12 * MS)).to_string();
        let seen = "core 1 still from -10.0 to 3.0, 10 stolen from 40.0 to 50.0";
        assert_eq!(told, format!("UNEXPLAINED; in ms from then: {seen}"));
        let told = Evidence::default().of_late(&late(12 * MS)).to_string();
        assert_eq!(told, "UNEXPLAINED; nothing was seen within 50 ms of it");
    }
}
