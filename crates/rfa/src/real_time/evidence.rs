//! Whether the machine stood still when something was late: a rule over what was seen beside it.

use rfa_figures::summary::TripSummary;
use rfa_runtime::{BareStall, LateTick, TICK, WITNESS_PERIOD};
use serde::Serialize;
use std::fmt::{self, Display, Formatter};

/// The kernel counts stolen time in steps of this, and brings the counter up to date when the
/// processor runs again.
const COUNTER_US: u64 = 10_000;

/// Two ticks in a row are missed (H-44) in two gaps shorter than 30 ms, which trip alone, and each
/// of them is 10 ms late.
const MISSED_WINDOW_US: u64 = 60_000;
const TICKS_MISSED_US: u64 = 20_000;

/// A contactor drops out (H-54) where the generator's dead-man runs out: a grant lives 60 ms, of
/// which up to 20 had gone by. It shows in the telemetry of the next ticks.
const DROP_OUT_WINDOW_US: u64 = 130_000;
const DROP_OUT_US: u64 = 40_000;

/// The shortest stall that can silence anything for as long as a rule allows: 30 ms without a
/// request (H-20), 10 ms of them planned.
const SILENCE_US: u64 = 20_000;

/// So much of the generator's silence may have gone by when the stall began: telemetry comes each
/// 10 ms and may wait as long for a tick (H-22; H-08, where it comes late).
const GONE_BEFORE_US: u64 = 20_000;

/// A witness overlooks a stall that is over between two of its ticks: within its period, or on a
/// slow core its rest. So much may be unwitnessed before each that it saw, and behind the last,
/// where the threads above a tick have their turn, too. But of a tick's lateness no more than the
/// longest of these gaps, a period at least, and this part, a tenth, may be unwitnessed in all, and
/// never more than half: so much rfa itself may have caused. Two soaks saw at most 0.9 ms of 283
/// ticks, others 1.1 ms of 9.7 ms once, and of 34.3 ms, in four stalls, 1.6.
const UNWITNESSED_PART: u64 = 10;

/// Of what nothing explains, everything is told that was seen within this time of it.
const NEAR_US: u64 = 50_000;

/// Of that, so much at most.
const NEAR_MAX: usize = 16;

/// A core's witness, which only waits for its deadlines, was held up: the core stood still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Still {
    pub(crate) core: usize,
    pub(crate) at: BareStall,
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
    /// On which the ticks run; `None`: on any. Ticks without a real-time priority may run
    /// elsewhere, and are judged by it nevertheless.
    pub(crate) kept_core: Option<usize>,
    /// Cores whose witness had its priority: what they suffered it has seen, and their steal
    /// counter, which is coarser, adds nothing.
    pub(crate) witnessed: Vec<usize>,
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

    /// In how many stalls a core stood still for all of it but what may be unwitnessed, and for how
    /// much; `None`: it did not.
    fn stood_still(&self, still: &[Still]) -> Option<(usize, u64)> {
        let within = still.iter().map(|still| still.at);
        let within = within.filter(|s| s.from_us < self.to_us && self.from_us < s.to_us);
        let (mut stalls, mut seen_to_us, mut gaps_us, mut longest_us) = (0, self.from_us, 0, 0);
        let mut next_us = self.from_us;
        for still in within {
            let gap_us = still.from_us.saturating_sub(seen_to_us);
            if gap_us > overlooked_us(still.done_before_us, still.from_us) {
                return None;
            }
            gaps_us += gap_us;
            longest_us = gap_us.max(longest_us);
            (seen_to_us, next_us) = (seen_to_us.max(still.to_us), still.next_us);
            stalls += 1;
        }
        let behind_us = self.to_us.saturating_sub(seen_to_us);
        let witnessed_us = self.at_least_us.saturating_sub(gaps_us + behind_us);
        let enough = witnessed_us >= self.witnessed_min_us(longest_us.max(behind_us));
        let was_there = stalls > 0 && behind_us <= overlooked_us(seen_to_us, next_us);
        (was_there && enough).then_some((stalls, witnessed_us))
    }

    /// How much of each stall lies in it.
    fn shares(&self, still: &[Still]) -> impl Iterator<Item = u64> {
        let whole = (self.from_us, self.to_us);
        still.iter().filter_map(move |s| overlap_us((s.at.from_us, s.at.to_us), whole))
    }

    /// The first core, and time that it was held up, that is long enough.
    fn told(&self, mut held_up: impl Iterator<Item = (usize, u64)>) -> Option<String> {
        let (core, us) = held_up.find(|(_, us)| *us >= self.witnessed_min_us(0))?;
        Some(format!("a thread that only waits on core {core} was held up for {us} us then"))
    }

    /// `gap_us`: the longest that the witness overlooked.
    fn witnessed_min_us(&self, gap_us: u64) -> u64 {
        let most_us = gap_us.max(WITNESS_PERIOD.as_micros()) + self.at_least_us / UNWITNESSED_PART;
        self.at_least_us.saturating_sub(most_us.min(self.at_least_us / 2))
    }
}

impl Evidence {
    /// Why a tick began late.
    ///
    /// The witness of its core was held up in the same time and about as long; or, of a core
    /// without one, the counter rose by about as much in looks that touch it, a step of the counter
    /// to either side. A stall at another time of the run explains nothing.
    pub(crate) fn of_late(&self, late: &LateTick) -> Cause {
        let LateTick { planned_us: from_us, late_us: at_least_us, .. } = *late;
        let to_us = from_us.saturating_add(at_least_us);
        let core = self.kept_core;
        let sought = Sought { from_us, to_us, at_least_us, core, origin_us: from_us };
        self.of(&sought, self.stalls_in(&sought))
    }

    /// Why a rule tripped: a stall as long as what the rule found, less what had gone by before.
    ///
    /// A gap between two ticks (H-44) is a tick that began late, and is told as one. A request
    /// comes from the ticks' own core (H-20); generator, line and console are elsewhere.
    pub(crate) fn of_trip(&self, trip: &TripSummary) -> Cause {
        let to_us = trip.at_us;
        let sought = |at_least_us, window_us, core| {
            let from_us = to_us.saturating_sub(window_us);
            Sought { from_us, to_us, at_least_us, core, origin_us: to_us }
        };
        let found_us = u64::try_from(trip.value).unwrap_or(0);
        let but = |us| found_us.saturating_sub(us).max(SILENCE_US);
        let silent_us = found_us.saturating_add(TICK.as_micros());
        let sought = match (trip.rule.as_str(), trip.unit.as_str()) {
            ("H-44", "us") => {
                let late_us = found_us.saturating_sub(TICK.as_micros());
                let planned_us = to_us.saturating_sub(late_us);
                return self.of_late(&LateTick { tick: trip.tick, planned_us, late_us });
            }
            ("H-44", "ticks") => {
                let sought = sought(TICKS_MISSED_US, MISSED_WINDOW_US, self.kept_core);
                return self.of(&sought, self.held_up_in(&sought));
            }
            ("H-20", "us") => sought(but(TICK.as_micros()), silent_us, self.kept_core),
            ("H-08" | "H-22" | "H-23", "us") => sought(but(GONE_BEFORE_US), silent_us, None),
            // One that is welded is another alarm.
            ("H-54", "condition") if trip.alarm == "AL-11" => {
                sought(DROP_OUT_US, DROP_OUT_WINDOW_US, None)
            }
            _ => return Cause::Unexplained("stalls do not explain this rule".to_owned()),
        };
        self.of(&sought, self.one_stall_in(&sought))
    }

    /// Why a treatment was not opened within two moments: an answer or a self-test came too late.
    pub(crate) fn of_opening(&self, from_us: u64, to_us: u64) -> Cause {
        let at_least_us = SILENCE_US;
        let sought = Sought { from_us, to_us, at_least_us, core: None, origin_us: from_us };
        self.of(&sought, self.one_stall_in(&sought))
    }

    fn of(&self, sought: &Sought, stall: Option<String>) -> Cause {
        let stall = stall.or_else(|| self.was_stolen(sought));
        stall.map_or_else(|| Cause::Unexplained(self.near(sought)), Cause::Stall)
    }

    /// What each core suffered on which it is looked for.
    fn cores(&self, sought: &Sought) -> impl Iterator<Item = (usize, &[Still])> {
        let cores = self.still.chunk_by(|one, next| one.core == next.core);
        let each = cores.filter_map(|still| Some((still.first()?.core, still)));
        each.filter(|(core, _)| sought.is_on(*core))
    }

    /// One core stood still for all of it, in one stall or several.
    fn stalls_in(&self, sought: &Sought) -> Option<String> {
        let mut each = self.cores(sought);
        let (core, (stalls, us)) =
            each.find_map(|(core, still)| Some((core, sought.stood_still(still)?)))?;
        let times = if stalls == 1 { String::new() } else { format!(" in {stalls} stalls") };
        Some(format!(
            "a thread that only waits on core {core} was held up too, {us} us of that{times}"
        ))
    }

    /// One core stood still for so much of it, in one stall or several, wherever they lie.
    fn held_up_in(&self, sought: &Sought) -> Option<String> {
        sought.told(self.cores(sought).map(|(core, still)| (core, sought.shares(still).sum())))
    }

    /// One core stood still once for so long: a silence is of one piece.
    fn one_stall_in(&self, sought: &Sought) -> Option<String> {
        let cores = self.cores(sought);
        sought.told(cores.flat_map(|(core, still)| sought.shares(still).map(move |us| (core, us))))
    }

    fn was_stolen(&self, sought: &Sought) -> Option<String> {
        let near =
            (sought.from_us.saturating_sub(COUNTER_US), sought.to_us.saturating_add(COUNTER_US));
        let looks = self
            .stolen
            .iter()
            .filter(|look| sought.is_on(look.core) && !self.witnessed.contains(&look.core));
        let looks = looks.filter(|look| overlap_us((look.from_us, look.to_us), near).is_some());
        // Of the core that lost most: what two lost at once stopped neither for longer.
        let looks: Vec<&Stolen> = looks.collect();
        let of = |core| looks.iter().filter(|look| look.core == core).map(|look| look.ms).sum();
        let ms: u64 = looks.iter().map(|look| of(look.core)).max().unwrap_or(0);
        let enough = ms.saturating_mul(1_000).saturating_add(COUNTER_US) >= sought.at_least_us;
        (ms > 0 && enough).then(|| format!("the host took {ms} ms just then"))
    }

    /// What was seen near it: of much, what lasted longest.
    fn near(&self, sought: &Sought) -> String {
        let near = (sought.from_us.saturating_sub(NEAR_US), sought.to_us.saturating_add(NEAR_US));
        let still = self
            .still
            .iter()
            .map(|Still { core, at }| ((at.from_us, at.to_us), format!("core {core} still")));
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

/// What a witness cannot have seen between two looks.
fn overlooked_us(from_us: u64, to_us: u64) -> u64 {
    to_us.saturating_sub(from_us).max(WITNESS_PERIOD.as_micros())
}

/// How long two spans of time have in common; `None`: they do not even touch.
fn overlap_us(one: (u64, u64), other: (u64, u64)) -> Option<u64> {
    one.1.min(other.1).checked_sub(one.0.max(other.0))
}

#[cfg(test)]
mod tests;
