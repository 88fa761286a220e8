//! What came of it, as a scenario expects it.

use super::Doubts;
use super::faults::Faults;
use super::steps::Operator;
use super::story::Story;
use super::text::word;
use rfa_interlock::State;
use rfa_record::row::{AlarmWord, ContactorWord};
use rfa_record::{ActionRow, Clock};
use rfa_scenario::{End, Rf, Since};

/// T1: a stop by the operator has RF off in this time.
const STOP_BUDGET_MS: u64 = 100;
/// RF that goes off this close to a step's end was ended by it.
const STEP_END_US: u64 = 60_000;
/// From one row that tells of RF to the next.
pub(super) const SAMPLED_US: u64 = 10_000;
/// Budgets that a person would write.
const BUDGETS_MS: [u64; 12] =
    [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000];

pub(super) struct Expectation {
    pub(super) end: End,
    pub(super) rules: Vec<String>,
    pub(super) trips: usize,
    /// The alarm that stands at the end, and those beside it.
    pub(super) alarms: Vec<String>,
    /// The loop may give up on the sample that trips: on threads whichever sees it first does.
    pub(super) allows_al12: bool,
    pub(super) starts: usize,
    pub(super) rf: Rf,
    pub(super) budget: Option<Budget>,
    /// The second contactor's state, where a trip stands at the end.
    pub(super) k2: Option<&'static str>,
    pub(super) off_confirmed: bool,
}

/// Time to RF off.
pub(super) struct Budget {
    pub(super) from: Since,
    pub(super) budget_ms: u64,
    pub(super) measured_us: u64,
    /// The hazard row's own demand, where the budget is one of it.
    pub(super) row: Option<&'static str>,
}

impl Expectation {
    pub(super) fn of(
        story: &Story,
        faults: &Faults,
        operator: &Operator,
        clock: Clock,
        doubts: &mut Doubts,
    ) -> Self {
        let began_us = faults.began_us();
        let end = end(story, operator, doubts);
        let mut rules: Vec<String> = story.trips.iter().map(|(_, t)| word(&t.rule)).collect();
        rules.sort();
        rules.dedup();
        let alarms = alarms(story);
        if !end.is_trip() && end != End::Refused && !alarms.is_empty() {
            let alarms = alarms.join(", ");
            doubts.loss(format!("how to expect {alarms} at an end without a trip: none may stand"));
        }
        let (rf, budget) = rf(story, faults, began_us);
        if !matches!(rf, Rf::Never | Rf::Refused) && story.rf.all.len() != story.starts {
            let (on, starts) = (story.rf.all.len(), story.starts);
            doubts.loss(format!(
                "why RF was on {on} times while delivery began {starts} times: a scenario counts \
                 both as one"
            ));
        }
        let k2 = (end == End::Tripped).then_some(match story.last.k2 {
            ContactorWord::Open => "open",
            ContactorWord::Shut => "shut",
        });
        Self {
            end,
            rules,
            trips: story.trips.len(),
            allows_al12: clock != Clock::Virtual && end.is_trip() && alarms.len() == 1,
            alarms,
            starts: story.starts,
            rf,
            budget,
            k2,
            off_confirmed: story.off_confirmed,
        }
    }
}

fn end(story: &Story, operator: &Operator, doubts: &mut Doubts) -> End {
    let did = |wanted: ActionRow| story.steps.iter().any(|(_, action, _)| *action == wanted);
    let state = story.state();
    let end = match state {
        State::Lockout => return End::Lockout,
        State::Tripped => return End::Tripped,
        _ if story.last.complete => End::Complete,
        _ if did(ActionRow::SensoryCheck { go_on: false }) => End::EndedAtCheck,
        _ if operator.gave_up(story) => End::Refused,
        _ => End::Quit,
    };
    if state != State::Idle {
        let state = word(&story.last.state);
        doubts.loss(format!(
            "how the session ended: the recording's last tick is in the state {state}; here it is \
             expected to end idle"
        ));
    }
    end
}

/// What locked out first, then the last trip's.
fn alarms(story: &Story) -> Vec<String> {
    let mut found: Vec<AlarmWord> = story.last.latched.clone();
    let active = story.last.active.iter().filter(|alarm| !story.last.latched.contains(alarm));
    found.extend(active);
    let of_trip = story.trips.last().map(|(_, trip)| trip.alarm);
    found.sort_by_key(|alarm| (*alarm != AlarmWord::Al27, Some(*alarm) != of_trip));
    found.iter().map(word).collect()
}

/// What became of RF: the strictest that the judge can count, and that was so.
fn rf(story: &Story, faults: &Faults, began_us: u64) -> (Rf, Option<Budget>) {
    if story.rf.all.is_empty() {
        return (if story.granted { Rf::Refused } else { Rf::Never }, None);
    }
    if let Some(budget) = since_fault(story, faults) {
        return (Rf::Budget, Some(budget));
    }
    if story.trips.is_empty()
        && let Some(budget) = since_stop(story)
    {
        return (Rf::Budget, Some(budget));
    }
    if story.first_step_held {
        return (Rf::PlanEnd, None);
    }
    let mut on = story.rf.closed(story.newest_us);
    let ended = on.find(|(_, off_us)| *off_us >= began_us);
    let measured_us = ended.map_or(0, |(on_us, off_us)| off_us.saturating_sub(on_us) + SAMPLED_US);
    let budget_ms = rounded_ms(measured_us);
    (Rf::OnFor, Some(Budget { from: Since::Fault, budget_ms, measured_us, row: None }))
}

fn since_fault(story: &Story, faults: &Faults) -> Option<Budget> {
    if story.trips.is_empty() {
        return None;
    }
    let until_us = story.newest_us;
    let off_us = |at_us: u64| {
        let on = |(from_us, to_us): &(u64, u64)| *to_us >= at_us && *from_us <= at_us + SAMPLED_US;
        story.rf.closed(until_us).find(on).map(|(_, off_us)| off_us)
    };
    let first = faults.all.first()?;
    let ended_us = off_us(first.at_us)?;
    // The plan's own end comes whatever is broken.
    let by_plan = |done_us: &u64| done_us.abs_diff(ended_us) <= STEP_END_US;
    if story.steps_done_us.iter().any(by_plan) {
        return None;
    }
    let took_us = |at_us: u64| off_us(at_us).map(|off_us| off_us.saturating_sub(at_us));
    let measured_us = faults.all.iter().filter_map(|f| took_us(f.at_us)).max()?;
    let demand = first.setting.fault.info().expected;
    let (row_ms, row) = (demanded_ms(demand), Some(demand));
    let from = Since::Fault;
    Some(match row_ms.filter(|row_ms| measured_us <= row_ms * 1_000) {
        Some(budget_ms) => Budget { from, budget_ms, measured_us, row },
        None => Budget { from, budget_ms: rounded_ms(measured_us), measured_us, row: None },
    })
}

fn since_stop(story: &Story) -> Option<Budget> {
    let told_us = story.stop_us?;
    let on = |(from_us, to_us): &(u64, u64)| *from_us <= told_us && *to_us >= told_us;
    let (_, off_us) = story.rf.closed(story.newest_us).find(on)?;
    let measured_us = off_us.saturating_sub(told_us);
    let budget_ms = STOP_BUDGET_MS.max(rounded_ms(measured_us));
    let row = (budget_ms == STOP_BUDGET_MS).then_some("T1");
    Some(Budget { from: Since::Stop, budget_ms, measured_us, row })
}

/// The next budget that a person would write, a fifth above at least: another machine's time.
fn rounded_ms(measured_us: u64) -> u64 {
    let wanted_us = measured_us + measured_us / 5;
    let most = BUDGETS_MS.last().copied().unwrap_or_default();
    BUDGETS_MS.into_iter().find(|ms| ms * 1_000 >= wanted_us).unwrap_or(most)
}

/// The time to RF off that a fault's hazard row demands, as `rfa faults` tells it.
fn demanded_ms(expected: &str) -> Option<u64> {
    let known = [("B100", 100), ("B50", 50), ("20 ms", 20)];
    known.into_iter().find(|(words, _)| expected.contains(words)).map(|(_, ms)| ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_sim::Fault;

    #[test]
    fn budgets_are_what_the_row_demands_or_round() {
        for (fault, expected) in [
            (Fault::SensorOpen, Some(50)),
            (Fault::SensorShort, Some(100)),
            (Fault::EmergencyStop, Some(20)),
            (Fault::BrownOut, None),
        ] {
            assert_eq!(demanded_ms(fault.info().expected), expected, "{fault}");
        }
        for (us, ms) in [(0, 10), (9_000, 20), (41_000, 50), (42_000, 100), (2_400_000, 5_000)] {
            assert_eq!(rounded_ms(us), ms, "{us}");
        }
        assert_eq!(rounded_ms(3_000_000_000), 60_000);
    }
}
