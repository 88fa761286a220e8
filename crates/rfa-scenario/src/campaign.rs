//! What `rfa campaign` has to know of a scenario beside its runs.

use crate::Since;
use crate::expect::{Alarm, NAMES_MAX, Rule};
use rfa_sim::Severity;
use rfa_units::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where in a treatment of two steps a campaign lets a fault begin.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TreatmentPhase {
    /// Nothing armed yet.
    Idle,
    /// Armed, RF off.
    Armed,
    /// RF on, on the way to the first set temperature.
    Ramp,
    /// RF on at it.
    Hold,
    /// RF off between the steps, the tip still warm.
    CoolDown,
}

impl TreatmentPhase {
    /// In a treatment's order.
    pub const ALL: [Self; 5] = [Self::Idle, Self::Armed, Self::Ramp, Self::Hold, Self::CoolDown];

    /// Its name in commands and files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Armed => "armed",
            Self::Ramp => "ramp",
            Self::Hold => "hold",
            Self::CoolDown => "cool-down",
        }
    }
}

/// What holds where the fault has other sizes, another electrode and another tissue than in the
/// runs of this file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CampaignTable {
    /// Why a treatment may end as planned under this fault: where it stays below every threshold,
    /// which its samples have to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 400))]
    completes: Option<String>,
    /// Why arming may be refused under it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 400))]
    refuses: Option<String>,
    /// From when on the budget counts, where another electrode makes it another moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Since")]
    from: Option<Since>,
    /// Time to RF off, where another electrode makes it another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 1.0, max = 60_000.0), extend("x-unit" = "ms"))]
    budget_ms: Option<f64>,
    /// Time to RF off of the small fault, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 1.0, max = 60_000.0), extend("x-unit" = "ms"))]
    small_budget_ms: Option<f64>,
    /// Time to RF off of the large fault, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 1.0, max = 60_000.0), extend("x-unit" = "ms"))]
    large_budget_ms: Option<f64>,
    /// Rules that may be the first to see it, beside those of the runs.
    #[serde(default)]
    #[schemars(length(min = 0, max = NAMES_MAX))]
    #[schemars(extend("x-allowed" = "up to 8 rules, e.g. [\"H-06\"]"))]
    rules: Vec<Rule>,
    /// Alarms that may stand at the end, beside those of the runs.
    #[serde(default)]
    #[schemars(length(min = 0, max = NAMES_MAX))]
    #[schemars(extend("x-allowed" = "up to 8 alarms, e.g. [\"AL-12\"]"))]
    alarms: Vec<Alarm>,
    /// The phases in which the twin is below every threshold; without it, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<TreatmentPhase>", length(min = 0, max = 5))]
    #[schemars(extend("x-allowed" = "up to 5 of idle, armed, ramp, hold, cool-down"))]
    twin_phases: Option<Vec<TreatmentPhase>>,
}

/// The same, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Campaign {
    /// Why a treatment may end as planned under this fault, where no sample crossed a threshold.
    pub completes: Option<Arc<str>>,
    /// Why arming may be refused under it.
    pub refuses: Option<Arc<str>>,
    /// From when on the budget counts; `None`: as in the runs.
    pub from: Option<Since>,
    full_budget: Option<Span>,
    small_budget: Option<Span>,
    large_budget: Option<Span>,
    /// Rules that may be the first to see it, beside those of the runs.
    pub rules: Vec<String>,
    /// Alarms that may stand at the end, beside those of the runs.
    pub alarms: Vec<String>,
    twin_phases: Option<Vec<TreatmentPhase>>,
}

impl Campaign {
    pub(crate) fn new(table: CampaignTable) -> Self {
        let span = |ms: f64| Span::from_micros((ms * 1e3).round() as u64);
        Self {
            completes: table.completes.map(Arc::from),
            refuses: table.refuses.map(Arc::from),
            from: table.from,
            full_budget: table.budget_ms.map(span),
            small_budget: table.small_budget_ms.map(span),
            large_budget: table.large_budget_ms.map(span),
            rules: table.rules.into_iter().map(|rule| rule.0).collect(),
            alarms: table.alarms.into_iter().map(|alarm| alarm.0).collect(),
            twin_phases: table.twin_phases,
        }
    }

    /// Time to RF off of a fault of this size; `None`: as in the runs.
    #[must_use]
    pub const fn budget(&self, severity: Severity) -> Option<Span> {
        let own = match severity {
            Severity::Small => self.small_budget,
            Severity::Large => self.large_budget,
            Severity::Full | Severity::Twin => None,
        };
        if own.is_some() { own } else { self.full_budget }
    }

    /// Whether the twin is harmless in this phase.
    #[must_use]
    pub fn has_twin_in(&self, phase: TreatmentPhase) -> bool {
        self.twin_phases.as_ref().is_none_or(|phases| phases.contains(&phase))
    }
}
