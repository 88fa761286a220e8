//! What must come of a run: as a file may say it, and as it is judged.

use rfa_interlock::AlarmId;
use rfa_units::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rules and alarms in one list at most.
pub(crate) const NAMES_MAX: usize = 8;
/// The hottest any tissue may get, °C: below boiling, always (hazards.md a.2).
const TISSUE_C: f64 = 100.0;
/// No alarm, in a file's words.
const NO_ALARM: &str = "none";
/// Which alarms there are, in words.
const ALARM_WORDS: &str = "an alarm that `rfa explain` knows, e.g. \"AL-04\", or \"none\"";
/// A row of the hazard table.
pub(crate) const HAZARD_PATTERN: &str = "^H-[0-9]{2}$";

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// No session comes about: exit 6, or 5 where the generator does not answer.
    NotOpened,
    /// Arming is refused until the script gives up: exit 6.
    Refused,
    /// A rule trips and is not reset: exit 6.
    Tripped,
    /// The interlock locks out: exit 6.
    Lockout,
    /// Every step of the plan is complete: exit 0.
    Complete,
    /// The operator ends the treatment at the check between steps: exit 0.
    EndedAtCheck,
    /// The operator quits: exit 0.
    Quit,
}

/// What becomes of RF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rf {
    /// It is never on, and nothing is granted.
    Never,
    /// It is off within the budget.
    Budget,
    /// It begins with the fault present, and is on for at most the budget.
    OnFor,
    /// The plan ends it, with the first step held to its end.
    PlanEnd,
    /// Grants are made, and the generator obeys none.
    Refused,
}

/// From when on a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// From the fault itself, which is stricter than most hazard rows ask.
    Fault,
    /// From the first sample that crosses the limit.
    Sensed,
    /// From the tick that is told to stop: by the act `stop` or `quit`.
    Stop,
}

/// The second contactor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum K2 {
    /// It stays shut.
    Shut,
    /// It is opened.
    Open,
}

/// A label that says where in the treatment a run's times are; that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// At power-on of the generator.
    Start,
    /// Nothing armed.
    Idle,
    /// Armed, RF off.
    Armed,
    /// RF on, on the way to the set temperature.
    Ramp,
    /// RF on at the set temperature.
    Hold,
}

impl Phase {
    /// Every one, under its label.
    pub const ALL: [(&str, Self); 5] = [
        ("start", Self::Start),
        ("idle", Self::Idle),
        ("armed", Self::Armed),
        ("ramp", Self::Ramp),
        ("hold", Self::Hold),
    ];

    pub(crate) fn of_label(label: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == label).map(|(_, phase)| *phase)
    }

    const fn is_before_rf(self) -> bool {
        matches!(self, Self::Start | Self::Idle | Self::Armed)
    }
}

/// What must come of every run, or of one group of runs, which may override any of it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectTable {
    /// How the treatment ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "End")]
    pub(crate) end: Option<End>,
    /// Exit code, where it is not the usual one of this end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u8", range(min = 0, max = 130))]
    pub(crate) exit: Option<u8>,
    /// The rules that may trip: the first of them to see it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Rule>", length(min = 0, max = NAMES_MAX))]
    #[schemars(extend("x-allowed" = "up to 8 rules, e.g. [\"H-06\"]"))]
    pub(crate) rules: Option<Vec<Rule>>,
    /// How many trips there are; default 1 where it ends in a trip or a lockout, else none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u8", range(min = 0, max = 16))]
    pub(crate) trips: Option<u8>,
    /// The alarm that stands at the end; none where it ends well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", extend("enum" = alarms(), "x-allowed" = ALARM_WORDS))]
    pub(crate) alarm: Option<String>,
    /// Alarms that may stand beside it; no other may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Alarm>", length(min = 0, max = NAMES_MAX))]
    #[schemars(extend("x-allowed" = "up to 8 alarms, e.g. [\"AL-12\"]"))]
    pub(crate) also: Option<Vec<Alarm>>,
    /// Time to RF off. The hazard table's B50 and B100 are 50 and 100 ms; another number has its
    /// reason beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 1.0, max = 60_000.0), extend("x-unit" = "ms"))]
    pub(crate) budget_ms: Option<f64>,
    /// From when on the budget counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Since")]
    pub(crate) from: Option<Since>,
    /// The second contactor at the end of a trip; lockouts always open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "K2")]
    pub(crate) k2: Option<K2>,
    /// What becomes of RF; default by the end: never, or plan-end, or budget (never, where the
    /// label says that RF was not on yet and the budget does not count from a sample).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Rf")]
    pub(crate) rf: Option<Rf>,
    /// Whether the readback shows RF off at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    pub(crate) off_confirmed: Option<bool>,
    /// How often delivery begins; without it, at most once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u8", range(min = 0, max = 100))]
    pub(crate) starts: Option<u8>,
    /// Words that are said where no session comes about, or where arming is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 200))]
    pub(crate) says: Option<String>,
    /// No tissue gets as hot as this. Boiling is never allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 40.0, max = TISSUE_C), extend("x-unit" = "°C"))]
    pub(crate) tissue_below_c: Option<f64>,
}

/// A rule's name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Rule(
    #[schemars(regex(pattern = HAZARD_PATTERN))]
    #[schemars(extend("x-allowed" = "a row of the hazard table, e.g. \"H-06\""))]
    pub(crate) String,
);

/// An alarm's name.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Alarm(
    #[schemars(extend("enum" = alarms(), "x-allowed" = ALARM_WORDS))] pub(crate) String,
);

fn alarms() -> Vec<String> {
    let name = |alarm: AlarmId| format!("AL-{:02}", alarm.number());
    AlarmId::ALL.into_iter().map(name).chain([NO_ALARM.to_owned()]).collect()
}

/// What must come of one run; nothing is left open.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// How it ends.
    pub end: End,
    /// The exit code.
    pub exit: u8,
    /// The rules that may trip.
    pub rules: Vec<String>,
    /// How many trips there are.
    pub trips: usize,
    /// The alarm that stands at the end.
    pub alarm: Option<String>,
    /// Alarms that may stand beside it.
    pub also: Vec<String>,
    /// Time to RF off.
    pub budget: Option<Span>,
    /// From when on it counts.
    pub from: Since,
    /// The second contactor at the end of a trip.
    pub k2: K2,
    /// What becomes of RF.
    pub rf: Rf,
    /// Whether the readback shows RF off at the end.
    pub off_confirmed: bool,
    /// How often delivery begins; `None`: at most once.
    pub starts: Option<usize>,
    /// Words that are said.
    pub says: Option<String>,
    /// No tissue gets as hot as this, °C.
    pub tissue_below_c: f64,
}

impl End {
    const fn exit(self) -> u8 {
        match self {
            Self::NotOpened | Self::Refused | Self::Tripped | Self::Lockout => 6,
            Self::Complete | Self::EndedAtCheck | Self::Quit => 0,
        }
    }

    /// Whether a latched trip stands at the end.
    #[must_use]
    pub const fn is_trip(self) -> bool {
        matches!(self, Self::Tripped | Self::Lockout)
    }
}

impl Expected {
    /// What a twin must come to: the treatment as it is without any fault.
    #[must_use]
    pub fn of_twin(starts: usize, tissue_below_c: f64) -> Self {
        let (end, rf) = (End::Complete, Rf::PlanEnd);
        Self {
            end,
            exit: end.exit(),
            rules: Vec::new(),
            trips: 0,
            alarm: None,
            also: Vec::new(),
            budget: None,
            from: Since::Fault,
            k2: K2::Shut,
            rf,
            off_confirmed: true,
            starts: Some(starts),
            says: None,
            tissue_below_c,
        }
    }
}

impl ExpectTable {
    /// This, and what it does not say from `base`.
    pub(crate) fn over(&self, base: &Self) -> Self {
        Self {
            end: self.end.or(base.end),
            exit: self.exit.or(base.exit),
            rules: self.rules.clone().or_else(|| base.rules.clone()),
            trips: self.trips.or(base.trips),
            alarm: self.alarm.clone().or_else(|| base.alarm.clone()),
            also: self.also.clone().or_else(|| base.also.clone()),
            budget_ms: self.budget_ms.or(base.budget_ms),
            from: self.from.or(base.from),
            k2: self.k2.or(base.k2),
            rf: self.rf.or(base.rf),
            off_confirmed: self.off_confirmed.or(base.off_confirmed),
            starts: self.starts.or(base.starts),
            says: self.says.clone().or_else(|| base.says.clone()),
            tissue_below_c: self.tissue_below_c.or(base.tissue_below_c),
        }
    }

    /// What is judged; `None` where no end is named.
    pub(crate) fn expected(&self, phase: Option<Phase>) -> Option<Expected> {
        let end = self.end?;
        let from = self.from.unwrap_or(Since::Fault);
        // An end without an alarm must have none, whatever the other runs of the file have.
        let alarmed = end.is_trip() || end == End::Refused;
        let alarm = self.alarm.clone().filter(|alarm| alarmed && alarm != NO_ALARM);
        let also = self.also.iter().flatten().map(|alarm| alarm.0.clone());
        Some(Expected {
            end,
            exit: self.exit.unwrap_or_else(|| end.exit()),
            rules: self.rules.iter().flatten().map(|rule| rule.0.clone()).collect(),
            trips: self.trips.map_or(usize::from(end.is_trip()), usize::from),
            also: if alarm.is_some() { also.collect() } else { Vec::new() },
            alarm,
            budget: self.budget_ms.map(|ms| Span::from_micros((ms * 1e3).round() as u64)),
            from,
            k2: match end {
                End::Lockout => K2::Open,
                _ => self.k2.unwrap_or(K2::Shut),
            },
            rf: self.rf.unwrap_or_else(|| default_rf(end, from, phase)),
            off_confirmed: self.off_confirmed.unwrap_or(true),
            starts: self.starts.map(usize::from),
            says: self.says.clone(),
            tissue_below_c: self.tissue_below_c.unwrap_or(TISSUE_C),
        })
    }
}

fn default_rf(end: End, from: Since, phase: Option<Phase>) -> Rf {
    let early = phase.is_some_and(Phase::is_before_rf);
    match end {
        End::NotOpened | End::Refused => Rf::Never,
        End::Complete | End::EndedAtCheck => Rf::PlanEnd,
        End::Tripped | End::Lockout | End::Quit if !early => Rf::Budget,
        // Seen only once RF is on, where the rule needs a sample; else RF never comes on.
        End::Tripped | End::Lockout if from == Since::Sensed => Rf::Budget,
        End::Tripped | End::Lockout | End::Quit => Rf::Never,
    }
}
