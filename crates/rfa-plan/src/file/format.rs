//! The shape of plan and site files. The schemas are made from these types, doc comments and
//! ranges included, so what an editor says and what the reader says is one text.

use std::string::{String, ToString};
use std::vec::Vec;

use rfa_units::{Bounded, ChannelId, MilliCelsius, MilliWatts, Milliohms, Mode, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Target;
use crate::range;
use crate::{
    Electrode, Gate, Gauge, Plan, PlanLimits, PlanSpec, RuleThresholds, SensorKind, Source,
    StepSpec,
};

/// Names: lower-case letters, digits, single hyphens between them.
pub(crate) const SLUG_PATTERN: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";
/// A calendar day.
pub(crate) const DATE_PATTERN: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// A row of the hazard table.
pub(crate) const HAZARD_PATTERN: &str = "^H-[0-9]{2}$";
/// Sixteen bytes in hexadecimal.
pub(crate) const KEY_PATTERN: &str = "^[0-9a-fA-F]{32}$";

/// A treatment plan for rfa. Every field is required: nothing that decides over energy has a
/// default. Nothing in a plan is a recommendation; a site has to approve it.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rfa treatment plan")]
pub(crate) struct PlanFile {
    /// Short name of the plan.
    #[schemars(length(min = 1, max = range::ID_CHARS_MAX), regex(pattern = SLUG_PATTERN))]
    #[schemars(extend("x-allowed" = "a-z, 0-9 and single hyphens, at most 40 characters"))]
    id: String,
    /// Name shown to the operator.
    #[schemars(length(min = 1, max = range::TITLE_CHARS_MAX))]
    title: String,
    /// Where the electrode goes. Decides above which temperature a person is asked twice.
    target: Target,
    /// What the output does.
    mode: ModeName,
    /// The generator's channel that delivers.
    #[schemars(range(min = 1, max = 4))]
    channel: u8,
    /// The tissue in which the lesion is predicted while the treatment runs: one of the shipped
    /// tissues, by name. Decides over no energy; without it no lesion is predicted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", length(min = 1, max = range::ID_CHARS_MAX))]
    #[schemars(regex(pattern = SLUG_PATTERN), extend("x-allowed" = "the name of a shipped tissue"))]
    tissue: Option<String>,
    /// Whether the site has to approve the plan before use; always true in a shipped preset.
    pub(crate) site_must_approve: bool,
    /// Where the plan's numbers come from.
    source: SourceTable,
    /// The needle and its sensor.
    electrode: ElectrodeTable,
    /// Limits of this plan. They can only tighten the limits of the electrode and of the site.
    limits: LimitsTable,
    /// The steps, in the order in which they run.
    #[schemars(length(min = 1, max = rfa_units::MAX_STEPS))]
    #[schemars(extend("x-allowed" = "1 to 8 sections [[step]]"))]
    step: Vec<StepTable>,
}

/// What the output does.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum ModeName {
    /// Continuous RF that holds a set temperature.
    Thermal,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    /// Published source, as one would cite it.
    #[schemars(length(min = 1, max = range::CITATION_CHARS_MAX))]
    citation: String,
    /// The day the source was read.
    #[schemars(regex(pattern = DATE_PATTERN), extend("x-allowed" = "a date, \"YYYY-MM-DD\""))]
    retrieved: String,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ElectrodeTable {
    /// Needle gauge. With the tip length it decides the power ceiling.
    #[schemars(extend("enum" = [16, 17, 18, 20, 21, 22, 23]))]
    gauge: u8,
    /// Length of the bare, active tip. With the gauge it decides the power ceiling.
    #[schemars(range(min = range::TIP.min_whole(), max = range::TIP.max_whole()))]
    #[schemars(extend("x-unit" = "mm"))]
    tip_length_mm: f64,
    /// Temperature sensor in the tip. The wrong type reads the wrong temperature.
    sensor: SensorName,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum SensorName {
    /// Copper-constantan thermocouple.
    ThermocoupleT,
    /// Chromel-alumel thermocouple.
    ThermocoupleK,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LimitsTable {
    /// Power never exceeded. The ceiling of the electrode at each step's set temperature holds
    /// where it is lower.
    #[schemars(range(min = range::POWER.min_whole(), max = range::POWER.max_whole()))]
    #[schemars(extend("x-unit" = "W"))]
    power_max_w: f64,
    /// No step may be hotter. At the Gasserian ganglion 75 °C is usual; above that, and above
    /// 80 °C elsewhere, the operator is asked twice; above 90 °C there is no room left between
    /// the power a lesion needs and the power that boils tissue.
    #[schemars(range(min = range::SET.min_whole(), max = range::SET.max_whole()))]
    #[schemars(extend("x-unit" = "°C"))]
    set_max_c: f64,
    /// Impedance above which RF goes off (H-14); above 1500 ohm only for the spinal cord.
    #[schemars(range(
        min = range::IMPEDANCE_HIGH.min_whole(),
        max = range::IMPEDANCE_HIGH_CORD.max_whole()
    ))]
    #[schemars(extend("x-unit" = "ohm"))]
    impedance_high_ohm: f64,
    /// Impedance below which RF goes off (H-15).
    #[schemars(range(
        min = range::IMPEDANCE_LOW.min_whole(),
        max = range::IMPEDANCE_LOW.max_whole()
    ))]
    #[schemars(extend("x-unit" = "ohm"))]
    impedance_low_ohm: f64,
}

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepTable {
    /// Set temperature of the tip. Below 40 °C nothing coagulates, above 90 °C tissue is about
    /// to boil.
    #[schemars(range(min = range::SET.min_whole(), max = range::SET.max_whole()))]
    #[schemars(extend("x-unit" = "°C"))]
    set_c: f64,
    /// Time from the measured start to the set temperature. Usual are 5 s (fast), 15 s
    /// (standard) and 30 s (slow).
    #[schemars(range(min = range::RAMP.min_whole(), max = range::RAMP.max_whole()))]
    #[schemars(extend("x-unit" = "s"))]
    ramp_s: f64,
    /// Time at temperature; the lesion timer starts 2 °C below the set temperature.
    #[schemars(range(min = range::HOLD.min_whole(), max = range::HOLD.max_whole()))]
    #[schemars(extend("x-unit" = "s"))]
    hold_s: f64,
    /// What a person has to do before this step may be armed. RF is off while it is done.
    before: GateName,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum GateName {
    /// Nothing beyond arming and starting.
    Nothing,
    /// Test sensation and record the result.
    SensoryCheck,
}

/// The nearest integer of thousandths; the schema has already refused everything else.
pub(crate) fn thousandths(whole: f64) -> i64 {
    (whole * 1_000.0).round() as i64
}

pub(crate) fn span(seconds: f64) -> Span {
    Span::from_millis(u64::try_from(thousandths(seconds)).unwrap_or(u64::MAX))
}

impl PlanFile {
    /// The plan's numbers as types; `None` where the schema should have refused one.
    pub(crate) fn spec(self) -> Option<PlanSpec> {
        let mut steps = Bounded::new();
        for step in &self.step {
            steps.push(step.spec()?).ok()?;
        }
        let Self { source, electrode, limits, .. } = self;
        let sensor = match electrode.sensor {
            SensorName::ThermocoupleT => SensorKind::ThermocoupleT,
            SensorName::ThermocoupleK => SensorKind::ThermocoupleK,
        };
        Some(PlanSpec {
            id: self.id,
            title: self.title,
            source: Source { citation: source.citation, retrieved: source.retrieved },
            site_must_approve: self.site_must_approve,
            target: self.target,
            electrode: Electrode {
                gauge: Gauge::from_number(electrode.gauge)?,
                tip_length_um: u32::try_from(thousandths(electrode.tip_length_mm)).ok()?,
                sensor,
            },
            channel: ChannelId::new(self.channel)?,
            mode: match self.mode {
                ModeName::Thermal => Mode::Thermal,
            },
            steps,
            limits: PlanLimits {
                power_max: MilliWatts::from_f64(limits.power_max_w).ok()?,
                set_max: MilliCelsius::from_f64(limits.set_max_c).ok()?,
                impedance_high: Milliohms::from_f64(limits.impedance_high_ohm).ok()?,
                impedance_low: Milliohms::from_f64(limits.impedance_low_ohm).ok()?,
                rules: RuleThresholds::NONE,
                passive: None,
                sound_required: false,
            },
            tissue: self.tissue,
        })
    }
}

impl StepTable {
    fn spec(&self) -> Option<StepSpec> {
        Some(StepSpec {
            set: MilliCelsius::from_f64(self.set_c).ok()?,
            ramp: span(self.ramp_s),
            hold: span(self.hold_s),
            gate: match self.before {
                GateName::Nothing => Gate::None,
                GateName::SensoryCheck => Gate::SensoryCheck,
            },
        })
    }
}

impl From<&Plan> for PlanFile {
    fn from(plan: &Plan) -> Self {
        let step = |step: &StepSpec| StepTable {
            set_c: step.set.as_f64(),
            ramp_s: step.ramp.as_secs_f64(),
            hold_s: step.hold.as_secs_f64(),
            before: match step.gate {
                Gate::None => GateName::Nothing,
                Gate::SensoryCheck => GateName::SensoryCheck,
            },
        };
        Self {
            id: plan.id.to_string(),
            title: plan.title.to_string(),
            target: plan.target,
            mode: ModeName::Thermal,
            channel: plan.program.channel.number(),
            tissue: plan.tissue.clone(),
            site_must_approve: plan.site_must_approve,
            source: SourceTable {
                citation: plan.source.citation.to_string(),
                retrieved: plan.source.retrieved.to_string(),
            },
            electrode: ElectrodeTable {
                gauge: plan.electrode.gauge.number(),
                tip_length_mm: f64::from(plan.electrode.tip_length_um) / 1_000.0,
                sensor: match plan.electrode.sensor {
                    SensorKind::ThermocoupleT => SensorName::ThermocoupleT,
                    SensorKind::ThermocoupleK => SensorName::ThermocoupleK,
                },
            },
            limits: LimitsTable {
                power_max_w: plan.limits.power_max.as_f64(),
                set_max_c: plan.limits.set_max.as_f64(),
                impedance_high_ohm: plan.limits.impedance_high.as_f64(),
                impedance_low_ohm: plan.limits.impedance_low.as_f64(),
            },
            step: plan.program.steps.iter().map(step).collect(),
        }
    }
}
