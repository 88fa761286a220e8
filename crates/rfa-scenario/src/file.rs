//! The shape of a scenario file. The schema is made from these types, doc comments and ranges
//! included, so what an editor says and what the reader says is one text.

use crate::Script;
use crate::campaign::CampaignTable;
use crate::expect::{ExpectTable, HAZARD_PATTERN};
use rfa_plan::{Electrode, Gauge, SensorKind, range};
use rfa_sim::Fault;
use schemars::JsonSchema;
use serde::Deserialize;

/// Labels: lower-case letters, digits, single hyphens between them. They stand in command lines.
const LABEL_PATTERN: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// Latest time a run may name.
pub(crate) const AT_S_MAX: f64 = 3_600.0;

/// A scenario for rfa's simulated generator: a treatment, what breaks in it, what the operator
/// does, and what must come of it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rfa scenario")]
pub(crate) struct ScenarioFile {
    /// Name shown in results.
    #[schemars(length(min = 1, max = 60))]
    pub(crate) name: String,
    /// The rows of the hazard table that this shows.
    #[schemars(length(min = 1, max = 8))]
    #[schemars(extend("x-allowed" = "1 to 8 rows of the hazard table, e.g. [\"H-06\"]"))]
    pub(crate) hazards: Vec<Hazard>,
    /// The plan: the name of a shipped one, or a file, from this file's folder.
    #[schemars(length(min = 1, max = 200))]
    pub(crate) plan: String,
    /// The tissue that the simulated needle is in: the name of a shipped one, or a file, from
    /// this file's folder; without it, the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 200))]
    pub(crate) tissue: Option<String>,
    /// The electrode that is fitted in place of the plan's (H-38).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FittedTable")]
    pub(crate) electrode: Option<FittedTable>,
    /// Seed of the simulated generator's noise. Each further time of a run has the next one.
    #[serde(default = "default_seed")]
    #[schemars(range(min = 0, max = u32::MAX))]
    pub(crate) seed: u64,
    /// A footswitch is fitted, and the script's foot is on it.
    #[serde(default)]
    pub(crate) footswitch: bool,
    /// What the operator does; without it, every gate is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Script")]
    pub(crate) script: Option<Script>,
    /// What breaks.
    #[serde(default)]
    #[schemars(length(min = 0, max = 8))]
    pub(crate) fault: Vec<FaultTable>,
    /// What must come of it. Beyond what is said here no tissue boils, and the recording
    /// re-executes to the same outputs.
    pub(crate) expect: ExpectTable,
    /// When it is tried.
    #[schemars(length(min = 1, max = 32))]
    pub(crate) run: Vec<RunTable>,
    /// The same runs with each fault's harmless twin: nothing may trip, and the treatment is
    /// complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TwinTable")]
    pub(crate) twin: Option<TwinTable>,
    /// What `rfa campaign` has to know, which tries the fault in other sizes, with other electrodes
    /// and in other tissues.
    #[serde(default)]
    pub(crate) campaign: CampaignTable,
}

const fn default_seed() -> u64 {
    7
}

/// A needle of another size than the plan's.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FittedTable {
    /// Needle gauge.
    #[schemars(extend("enum" = [16, 17, 18, 20, 21, 22, 23]))]
    pub(crate) gauge: u8,
    /// Length of the active tip.
    #[schemars(range(min = range::TIP.min_whole(), max = range::TIP.max_whole()))]
    #[schemars(extend("x-unit" = "mm"))]
    pub(crate) tip_length_mm: f64,
}

impl FittedTable {
    /// `None` where the schema should have refused it.
    pub(crate) fn electrode(&self) -> Option<Electrode> {
        Some(Electrode {
            gauge: Gauge::from_number(self.gauge)?,
            tip_length_um: (self.tip_length_mm * 1e3).round() as u32,
            sensor: SensorKind::ThermocoupleT,
        })
    }
}

/// A row of the hazard table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct Hazard(
    #[schemars(regex(pattern = HAZARD_PATTERN))]
    #[schemars(extend("x-allowed" = "a row of the hazard table, e.g. \"H-06\""))]
    pub(crate) String,
);

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultTable {
    /// The fault, by its name in `rfa faults`; with `:twin`, its harmless twin; with `:small` or
    /// `:large`, another size where `rfa faults` names it.
    #[schemars(extend("enum" = faults()))]
    #[schemars(extend("x-allowed" = "a name of `rfa faults`, with or without :twin, :small, :large"))]
    pub(crate) name: String,
    /// When it begins, from the run's time on.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = AT_S_MAX), extend("x-unit" = "s", "x-fine" = true))]
    pub(crate) after_s: f64,
    /// How long it lasts; without it, to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 0.001, max = AT_S_MAX), extend("x-unit" = "s"))]
    pub(crate) for_s: Option<f64>,
}

fn faults() -> Vec<String> {
    use rfa_sim::Severity::{Full, Large, Small, Twin};
    let each = |fault: &Fault| [Full, Twin, Small, Large].map(|severity| fault.at(severity));
    let settings = Fault::ALL.iter().flat_map(each).flatten();
    settings.map(|setting| setting.to_string()).collect()
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunTable {
    /// What these runs are called. The labels start, idle, armed, ramp and hold are phases of the
    /// treatment: that each time lies in it is checked.
    #[schemars(length(min = 1, max = 40), regex(pattern = LABEL_PATTERN))]
    #[schemars(extend("x-allowed" = "a-z, 0-9 and single hyphens, at most 40 characters"))]
    pub(crate) label: String,
    /// Times of the generator's clock, which starts at its power-on; one run each. Times at odd
    /// places inside a tick show more.
    #[serde(default = "at_once")]
    #[schemars(length(min = 1, max = 64), inner(range(min = 0.0, max = AT_S_MAX)))]
    #[schemars(extend("x-allowed" = "1 to 64 times from 0 to 3600 s, e.g. [2.003, 3.0]"))]
    pub(crate) at_s: Vec<At>,
    /// How often each time is repeated, a little later each time.
    #[serde(default = "once")]
    #[schemars(range(min = 1, max = 1_000))]
    pub(crate) times: u32,
    /// How much later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "f64", range(min = 0.001, max = 60.0))]
    #[schemars(extend("x-unit" = "s", "x-fine" = true))]
    pub(crate) every_s: Option<f64>,
    /// Seed of the first of them, where it is not the scenario's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u64", range(min = 0, max = u32::MAX))]
    pub(crate) seed: Option<u64>,
    /// How often delivery begins with the twin, where it is not what [twin] says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u8", range(min = 0, max = 100))]
    pub(crate) twin_starts: Option<u8>,
    /// What is expected of these runs otherwise than of all.
    #[serde(default)]
    pub(crate) expect: ExpectTable,
    /// What a reader may wonder about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = 400))]
    pub(crate) why: Option<String>,
}

fn at_once() -> Vec<At> {
    vec![At(0.0)]
}

const fn once() -> u32 {
    1
}

/// A time of the generator's clock.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(crate) struct At(
    #[schemars(range(min = 0.0, max = AT_S_MAX), extend("x-unit" = "s", "x-fine" = true))]
    pub(crate) f64,
);

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TwinTable {
    /// How often delivery begins: once, where the twin interrupts nothing.
    #[serde(default = "one_start")]
    #[schemars(range(min = 0, max = 100))]
    pub(crate) starts: u8,
    /// Times of the runs at which the twin is no fault below every threshold, with the reason
    /// beside them.
    #[serde(default)]
    #[schemars(length(min = 0, max = 64))]
    #[schemars(extend("x-allowed" = "up to 64 times of the runs, e.g. [2.003]"))]
    pub(crate) skip_at_s: Vec<At>,
}

const fn one_start() -> u8 {
    1
}
