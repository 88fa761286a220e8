//! The rules of the hazard table as a table: numbers in, findings out.
//!
//! A rule looks at one new sample, or at one tick, and says what it finds. Votes, the time a
//! condition has to be gone, and what follows from a trip are columns of the table, the same for
//! all. Two rules share a hazard's id where the hazard has two signs.

pub(crate) mod control;
mod judge;
mod row;
mod table;
#[cfg(test)]
mod tests;
mod trends;

use crate::history::Sample;
use crate::memory::{Clock, Memory};
use crate::{AlarmId, AlarmSet, Limits, RuleId, State, StepLimit, Threshold, Thresholds, Trip};
#[cfg(test)]
pub(crate) use judge::impedance_is_missing;
use rfa_units::{HostInstant, Span};
pub use row::{RuleRow, rule_rows};
pub(crate) use table::RULES;

/// What a rule finds in one sample or tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Known to be good.
    Ok,
    /// The limit is crossed.
    Trip { value: i64, limit: i64 },
    /// Nothing to judge here and now; another rule answers for why. Votes stand as they are.
    Stale,
    /// The reading is missing and this rule answers for it: counts as crossed.
    Error,
}

/// When a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cadence {
    Sample,
    Tick,
}

/// In which states a rule is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Always,
    SelfTest,
    AfterSelfTest,
    /// Armed and Delivering.
    Live,
    /// Delivering, and Stopping while the last grant may still be obeyed.
    Output,
    Tripped,
    Idle,
}

impl Scope {
    const fn holds(self, state: State) -> bool {
        match self {
            Self::Always => true,
            Self::SelfTest => matches!(state, State::SelfTest),
            Self::AfterSelfTest => !matches!(state, State::SelfTest),
            Self::Live => matches!(state, State::Armed | State::Delivering),
            Self::Output => matches!(state, State::Delivering | State::Stopping),
            Self::Tripped => matches!(state, State::Tripped),
            Self::Idle => matches!(state, State::Idle),
        }
    }
}

/// The signal of the machine a rule drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// Off, latched; no arming.
    Fault,
    /// The same, for a link.
    Generator,
    Controller,
    Console,
    /// Off and K2 open, latched.
    EmergencyStop,
    /// The same where no button was pressed: heat comes from elsewhere (decision 4), or nobody
    /// knows whether output has ended.
    Disconnect,
    /// K2 open while it lasts and no latch: nothing is armed, and nobody knows what the generator
    /// does.
    Isolate,
    /// RF with K1 open: the machine counts its ticks.
    Stuck,
    /// Lockout at once.
    Hard,
}

/// A set of reactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reactions(u16);

impl Reactions {
    const NONE: Self = Self(0);

    const fn bit(reaction: Reaction) -> u16 {
        1_u16.wrapping_shl(reaction as u32)
    }

    const fn with(self, reaction: Reaction) -> Self {
        Self(self.0 | Self::bit(reaction))
    }

    /// Whether `reaction` is in the set.
    pub(crate) const fn contains(self, reaction: Reaction) -> bool {
        self.0 & Self::bit(reaction) != 0
    }
}

/// Looks at the newest sample, or at this tick, with a threshold.
pub(crate) type Judge = fn(i64, &View<'_>) -> Verdict;

/// One row of the table.
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    pub(crate) alarm: AlarmId,
    pub(crate) cadence: Cadence,
    pub(crate) scope: Scope,
    /// The row's threshold, in the unit its judge says.
    pub(crate) threshold: i64,
    /// Consecutive samples that have to agree.
    pub(crate) votes: u8,
    /// The window behind one value.
    pub(crate) window: Span,
    /// How long the condition has to be gone before it counts as gone.
    pub(crate) clear: Span,
    pub(crate) reaction: Reaction,
    pub(crate) judge: Judge,
    /// The site's own threshold in place of the row's, where it may have one.
    pub(crate) site: Option<Threshold>,
    /// The samples kept with a trip.
    pub(crate) samples: fn(&Sample) -> Option<i64>,
}

/// What a judge may look at.
pub(crate) struct View<'a> {
    pub(crate) limits: &'a Limits,
    /// The step in force.
    pub(crate) step: &'a StepLimit,
    pub(crate) memory: &'a Memory,
    pub(crate) clock: &'a Clock,
    pub(crate) state: State,
}

/// What one rule has found so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Finding {
    count: u8,
    bad: bool,
    last_bad: Option<HostInstant>,
    value: i64,
    limit: i64,
}

impl Finding {
    const NONE: Self = Self { count: 0, bad: false, last_bad: None, value: 0, limit: 0 };

    fn add(&mut self, rule: &Rule, verdict: Verdict, now: HostInstant) {
        match verdict {
            Verdict::Ok => self.count = 0,
            Verdict::Stale => {}
            Verdict::Trip { value, limit } => self.count_one(rule, value, limit),
            Verdict::Error => self.count_one(rule, 0, 0),
        }
        if self.count >= rule.votes {
            self.bad = true;
            self.last_bad = Some(now);
        }
    }

    fn count_one(&mut self, rule: &Rule, value: i64, limit: i64) {
        self.count = self.count.saturating_add(1).min(rule.votes);
        self.value = value;
        self.limit = limit;
    }

    /// The numbers behind it.
    fn trip(&self, rule: &Rule, memory: &Memory) -> Trip {
        Trip {
            rule: rule.id,
            alarm: rule.alarm,
            value: self.value,
            limit: self.limit,
            window_us: rule.window.as_micros(),
            samples: memory.history.last_four(rule.samples),
        }
    }

    fn active(&self, rule: &Rule, now: HostInstant) -> bool {
        self.bad || self.last_bad.is_some_and(|at| now.since(at) < rule.clear)
    }
}

/// What all rules have found so far, in the table's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Findings {
    rows: [Finding; RULES.len()],
}

impl Findings {
    pub(crate) const fn new() -> Self {
        Self { rows: [Finding::NONE; RULES.len()] }
    }

    /// Begins a tick: a rule that will be asked again starts from "not bad".
    pub(crate) fn begin(&mut self, state: State) {
        for (finding, rule) in self.rows.iter_mut().zip(&RULES) {
            if !rule.scope.holds(state) {
                *finding = Finding::NONE;
            } else if rule.cadence == Cadence::Tick {
                finding.bad = false;
            }
        }
    }

    /// The same for the rules on samples, where this tick has brought a new one: what was found
    /// in the last sample stands until then.
    pub(crate) fn begin_samples(&mut self) {
        for (finding, rule) in self.rows.iter_mut().zip(&RULES) {
            if rule.cadence == Cadence::Sample {
                finding.bad = false;
            }
        }
    }

    /// Asks every rule of `cadence`, with the site's thresholds where it has its own.
    pub(crate) fn ask(&mut self, cadence: Cadence, site: &Thresholds, view: &View<'_>) {
        for (finding, rule) in self.rows.iter_mut().zip(&RULES) {
            let asked = rule.cadence == cadence && rule.scope.holds(view.state);
            if asked && !control::is_off(rule.id) {
                let threshold = rule.site.map_or(rule.threshold, |own| site.get(own));
                finding.add(rule, (rule.judge)(threshold, view), view.clock.now);
            }
        }
    }

    fn active(&self, now: HostInstant) -> impl Iterator<Item = (&Finding, &'static Rule)> {
        self.rows.iter().zip(&RULES).filter(move |(finding, rule)| finding.active(rule, now))
    }

    /// The reactions of all active rules.
    pub(crate) fn reactions(&self, now: HostInstant) -> Reactions {
        self.active(now).fold(Reactions::NONE, |set, (_, rule)| set.with(rule.reaction))
    }

    /// Whether any active rule has this reaction.
    pub(crate) fn any(&self, reaction: Reaction, now: HostInstant) -> bool {
        self.active(now).any(|(_, rule)| rule.reaction == reaction)
    }

    /// The alarms of all active rules.
    pub(crate) fn alarms(&self, now: HostInstant) -> AlarmSet {
        self.active(now).fold(AlarmSet::NONE, |set, (_, rule)| set.with(rule.alarm))
    }

    /// The weightiest alarm among those with this reaction.
    pub(crate) fn first_alarm(&self, reaction: Reaction, now: HostInstant) -> Option<AlarmId> {
        let mut rules = self.active(now).map(|(_, rule)| rule);
        rules.find(|rule| rule.reaction == reaction).map(|rule| rule.alarm)
    }

    /// The weightiest active rule with the numbers behind it: the table stands in that order.
    pub(crate) fn trip(&self, memory: &Memory, now: HostInstant) -> Option<Trip> {
        self.active(now).next().map(|(finding, rule)| finding.trip(rule, memory))
    }

    /// What has become active since `before`, weightiest first.
    pub(crate) fn begun<'a>(
        &'a self,
        before: &'a Self,
        memory: &'a Memory,
        now: HostInstant,
    ) -> impl Iterator<Item = Trip> + 'a {
        let rows = self.rows.iter().zip(&before.rows).zip(&RULES);
        let begun = rows.filter(move |((finding, before), rule)| {
            finding.active(rule, now) && !before.active(rule, now)
        });
        begun.map(|((finding, _), rule)| finding.trip(rule, memory))
    }
}
