//! A rule as documents tell it.

use super::{Cadence, RULES, Reaction, Rule, Scope};
use crate::{AlarmId, RuleId, Trip, TripUnit};
use rfa_units::{Bounded, Span};

/// A row of the table of rules, in words where a word is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleRow {
    /// The hazard it answers.
    pub id: RuleId,
    /// The alarm it raises.
    pub alarm: AlarmId,
    /// Its threshold; 0 where the limit is the plan's, or a missing reading.
    pub threshold: i64,
    /// What the threshold is counted in.
    pub unit: TripUnit,
    /// Samples or ticks running that have to agree.
    pub votes: u8,
    /// Whether votes are samples; else they are ticks.
    pub on_samples: bool,
    /// The window behind one value.
    pub window: Span,
    /// When it is asked.
    pub scope: &'static str,
    /// What follows.
    pub reaction: &'static str,
}

/// Every rule, weightiest first: where two trip in one tick, the upper one is kept.
pub fn rule_rows() -> impl Iterator<Item = RuleRow> {
    RULES.iter().map(row)
}

fn row(rule: &Rule) -> RuleRow {
    // A value that is no limit: the unit is the threshold's own.
    let trip = Trip {
        rule: rule.id,
        alarm: rule.alarm,
        value: i64::MAX,
        limit: rule.threshold,
        window_us: rule.window.as_micros(),
        samples: Bounded::new(),
    };
    RuleRow {
        id: rule.id,
        alarm: rule.alarm,
        threshold: rule.threshold,
        unit: trip.unit(),
        votes: rule.votes,
        on_samples: rule.cadence == Cadence::Sample,
        window: rule.window,
        scope: match rule.scope {
            Scope::Always => "always",
            Scope::SelfTest => "self-test",
            Scope::AfterSelfTest => "after self-test",
            Scope::Live => "armed, delivering",
            Scope::Output => "delivering, stopping",
            Scope::Tripped => "tripped",
            Scope::Idle => "idle",
        },
        reaction: match rule.reaction {
            Reaction::Fault | Reaction::Generator | Reaction::Controller | Reaction::Console => {
                "off, latched"
            }
            Reaction::EmergencyStop | Reaction::Disconnect => "off, K2 open, latched",
            Reaction::Isolate => "K2 open",
            Reaction::Stuck => "K2 open, lockout",
            Reaction::Hard => "lockout",
        },
    }
}
