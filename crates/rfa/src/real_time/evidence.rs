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

/// Of that, so much at most.
const NEAR_MAX: usize = 16;

/// A core's witness, which only waits for its deadlines, was late: the core stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Still {
    pub(crate) core: usize,
    pub(crate) from_us: u64,
    pub(crate) to_us: u64,
}

/// A core's steal counter rose from one look at it to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stolen {
    pub(crate) core: usize,
    pub(crate) from_us: u64,
    pub(crate) to_us: u64,
    pub(crate) ms: u64,
}

/// Everything that was seen beside a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Evidence {
    /// On which the ticks run; `None`: on any.
    pub(crate) kept_core: Option<usize>,
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

/// Which stall would explain something.
struct Sought {
    /// Within these two moments, at least so long.
    from_us: u64,
    to_us: u64,
    at_least_us: u64,
    /// `None`: on any core.
    core: Option<usize>,
    /// What nothing explains is told in times from here.
    origin_us: u64,
}

impl Sought {
    fn is_on(&self, core: usize) -> bool {
        self.core.is_none_or(|sought| sought == core)
    }
}

impl Evidence {
    /// Why a tick began late.
    ///
    /// The witness of its core was late in the same time and about as long, or that core's counter
    /// rose by about as much in looks that touch it, a step of the counter to either side. A stall
    /// at another time of the run explains nothing.
    pub(crate) fn of_late(&self, late: &LateTick) -> Cause {
        let LateTick { planned_us: from_us, late_us: at_least_us, .. } = *late;
        let to_us = from_us.saturating_add(at_least_us);
        let core = self.kept_core;
        self.of(&Sought { from_us, to_us, at_least_us, core, origin_us: from_us })
    }

    /// Why `rule`, which a machine standing still can trip, tripped at `at_us`.
    pub(crate) fn of_trip(&self, rule: &str, at_us: u64) -> Cause {
        let (at_least_us, core) =
            if rule == "H-44" { (TICKS_MISSED_US, self.kept_core) } else { (SILENCE_US, None) };
        let from_us = at_us.saturating_sub(TRIP_WINDOW_US);
        self.of(&Sought { from_us, to_us: at_us, at_least_us, core, origin_us: at_us })
    }

    /// Why a treatment was not opened within two moments: an answer or a self-test came too late.
    pub(crate) fn of_opening(&self, from_us: u64, to_us: u64) -> Cause {
        let at_least_us = SILENCE_US;
        self.of(&Sought { from_us, to_us, at_least_us, core: None, origin_us: from_us })
    }

    fn of(&self, sought: &Sought) -> Cause {
        let stall = self.stood_still(sought).or_else(|| self.was_stolen(sought));
        stall.map_or_else(|| Cause::Unexplained(self.near(sought)), Cause::Stall)
    }

    /// One lateness, or two in a row: the first to the last of them.
    fn stood_still(&self, sought: &Sought) -> Option<String> {
        let one = self.still.iter().map(|still| (still, still));
        let two = self.still.iter().zip(self.still.iter().skip(1));
        let two = two.filter(|(first, last)| are_in_a_row(first, last));
        // A stall may have begun a period before the witness noticed it.
        let enough = |(first, last): &(&Still, &Still)| {
            let overlap = overlap_us((first.from_us, last.to_us), (sought.from_us, sought.to_us));
            let overlap = overlap.map(|us| us.saturating_add(WITNESS_PERIOD.as_micros()));
            sought.is_on(first.core) && overlap.is_some_and(|us| us >= sought.at_least_us)
        };
        let (first, last) = one.chain(two).find(enough)?;
        let us = |still: &Still| still.to_us.saturating_sub(still.from_us);
        let again = (first != last).then(|| format!(" and {} at its next deadline", us(last)));
        Some(format!(
            "a thread that only waits on core {} was {} us late then too{}",
            first.core,
            us(first),
            again.unwrap_or_default()
        ))
    }

    fn was_stolen(&self, sought: &Sought) -> Option<String> {
        let near =
            (sought.from_us.saturating_sub(COUNTER_US), sought.to_us.saturating_add(COUNTER_US));
        let looks = self.stolen.iter().filter(|look| sought.is_on(look.core));
        let looks = looks.filter(|look| overlap_us((look.from_us, look.to_us), near).is_some());
        let ms: u64 = looks.map(|look| look.ms).sum();
        let enough = ms.saturating_mul(1_000).saturating_add(COUNTER_US) >= sought.at_least_us;
        (ms > 0 && enough).then(|| format!("the host took {ms} ms just then"))
    }

    /// What was seen near it: of much, what lasted longest.
    fn near(&self, sought: &Sought) -> String {
        let near = (sought.from_us.saturating_sub(NEAR_US), sought.to_us.saturating_add(NEAR_US));
        let still = self.still.iter().map(|Still { core, from_us, to_us }| {
            ((*from_us, *to_us), format!("core {core} still"))
        });
        let stolen = self.stolen.iter().map(|Stolen { core, from_us, to_us, ms }| {
            ((*from_us, *to_us), format!("{ms} ms of core {core} stolen"))
        });
        let seen = still.chain(stolen).filter(|(when, _)| overlap_us(*when, near).is_some());
        let mut seen: Vec<((u64, u64), String)> = seen.collect();
        seen.sort_by_key(|((from, to), _)| from.abs_diff(*to));
        let more = seen.len().saturating_sub(NEAR_MAX);
        let mut seen = seen.split_off(more);
        seen.sort();
        let ms = |us: u64| (us as f64 - sought.origin_us as f64) / 1e3;
        let told = |((from, to), what): ((u64, u64), String)| {
            format!("{what} from {:.1} to {:.1}", ms(from), ms(to))
        };
        let mut told: Vec<String> = seen.into_iter().map(told).collect();
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        if told.is_empty() {
            return format!("nothing was seen within {} ms of it", NEAR_US / 1_000);
        }
        format!("in ms from then: {}", told.join(", "))
    }
}

/// The witness ran and was late again at its very next deadline: a host can stop a processor twice
/// within a millisecond, and nobody below the witness need have run in between. Only two count
/// together: a core that runs between many is not still.
fn are_in_a_row(one: &Still, next: &Still) -> bool {
    let pause_us = next.from_us.checked_sub(one.to_us);
    one.core == next.core && pause_us.is_some_and(|us| us <= WITNESS_PERIOD.as_micros())
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
        let still = late.iter().map(still).collect();
        Evidence { kept_core: Some(1), still, stolen: Vec::new() }
    }

    fn stolen(looks: &[(u64, u64, u64)]) -> Evidence {
        let look = |&(from_us, to_us, ms): &(u64, u64, u64)| Stolen { core: 1, from_us, to_us, ms };
        let stolen = looks.iter().map(look).collect();
        Evidence { kept_core: Some(1), stolen, ..Evidence::default() }
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

    /// Another core's stall does not keep a tick from beginning, unless none is kept for the ticks;
    /// the generator may be there, and fall silent.
    #[test]
    fn only_what_its_own_core_suffered_explains_a_tick() {
        let mut looks = stolen(&[(5_000 * MS, 5_030 * MS, 30)]);
        looks.stolen[0].core = 0;
        for mut elsewhere in [stills(&[(0, 5_000 * MS, 5_030 * MS)]), looks] {
            assert_eq!(of_late(&elsewhere), None);
            assert_eq!(stall(elsewhere.of_trip("H-44", 5_030 * MS)), None);
            assert!(stall(elsewhere.of_trip("H-22", 5_030 * MS)).is_some());
            elsewhere.kept_core = None;
            assert!(of_late(&elsewhere).is_some());
        }
    }

    /// As a soak saw it: control 8,156 us late.
    #[test]
    fn two_stalls_in_a_row_explain_together() {
        let at = 5_000 * MS;
        let two = [(1, at - 5_690, at + 6_270), (1, at + 6_310, at + 8_080)];
        let of = |late_by: &[(usize, u64, u64)]| stall(stills(late_by).of_late(&late(8_156)));
        let told = of(&two).expect("explained");
        assert!(told.ends_with("11960 us late then too and 1770 at its next deadline"), "{told}");
        assert_eq!((of(&two[..1]), of(&two[1..])), (None, None), "one alone");
        assert_eq!(of(&[two[0], (0, two[1].1, two[1].2)]), None, "on two cores");
    }

    /// The negative control: the witness met a deadline in between, or the core ran again and again.
    #[test]
    fn stalls_between_which_the_core_ran_count_apart() {
        let at = 5_000 * MS;
        let row = [(1, at, at + 5_000), (1, at + 6_000, at + 12_000)];
        assert!(of_late(&stills(&row)).is_some());
        assert_eq!(of_late(&stills(&[row[0], (1, at + 6_001, at + 12_000)])), None);
        let three =
            [(1, at, at + 4_000), (1, at + 4_500, at + 8_000), (1, at + 8_500, at + 12_000)];
        assert_eq!(of_late(&stills(&three)), None);
        let many: Vec<_> = (0..6).map(|n| (1, at + n * 2 * MS, at + n * 2 * MS + 1_001)).collect();
        assert_eq!(of_late(&stills(&many)), None);
        assert_eq!(stall(stills(&many).of_trip("H-44", at + 12 * MS)), None);
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
        evidence.stolen.push(Stolen { core: 1, from_us: 5_040 * MS, to_us: 5_050 * MS, ms: 1 });
        let told = evidence.of_late(&late(12 * MS)).to_string();
        let seen = "core 1 still from -10.0 to 3.0, 1 ms of core 1 stolen from 40.0 to 50.0";
        assert_eq!(told, format!("UNEXPLAINED; in ms from then: {seen}"));
        // A trip's times count from the trip.
        let told = evidence.of_trip("H-22", 5_010 * MS).to_string();
        assert!(told.contains("core 1 still from -20.0 to -7.0"), "{told}");
        let told = Evidence::default().of_late(&late(12 * MS)).to_string();
        assert_eq!(told, "UNEXPLAINED; nothing was seen within 50 ms of it");
    }

    #[test]
    fn of_much_that_was_seen_the_longest_is_told() {
        let short = (0..30).map(|n| (0, (4_960 + 2 * n) * MS, (4_960 + 2 * n) * MS + 1_100));
        let long = std::iter::once((1, 5_000 * MS, 5_009 * MS));
        let all: Vec<_> = short.chain(long).collect();
        let told = stills(&all).of_late(&late(12 * MS)).to_string();
        assert_eq!(told.matches(" still from ").count(), NEAR_MAX);
        assert!(told.contains("core 1 still from 0.0 to 9.0"), "{told}");
        assert!(told.ends_with("and 15 more"), "{told}");
    }
}
