//! The shape of a site file.

use std::string::{String, ToString};

use rfa_units::{MilliCelsius, MilliWatts, Milliohms};
use schemars::JsonSchema;
use serde::Deserialize;

use super::format::{KEY_PATTERN, span};
use super::rules_format::RulesTable;
use crate::site::PATH_CHARS_MAX;
use crate::{LinkSettings, SiteLimits, SiteSpec, range};

/// A site's limits and settings for rfa. The limits can only tighten those of a plan.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rfa site")]
pub(crate) struct SiteFile {
    /// The site's name.
    #[schemars(length(min = 1, max = range::TITLE_CHARS_MAX))]
    name: String,
    /// Limits for every plan run at this site.
    limits: SiteLimitsTable,
    /// Tighter thresholds of the interlock's rules.
    #[serde(default)]
    rules: RulesTable,
    /// Thresholds to try: what they would end is told and recorded, and nothing else comes of it.
    #[serde(default)]
    #[schemars(with = "RulesTable")]
    passive: Option<RulesTable>,
    /// The serial line to the generator.
    link: LinkTable,
    /// Who may arm, acknowledge and reset.
    #[serde(default)]
    operators: OperatorsTable,
    /// Recordings of treatments.
    recording: RecordingTable,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SiteLimitsTable {
    /// Power never exceeded by any plan.
    #[schemars(range(min = range::POWER.min_whole(), max = range::POWER.max_whole()))]
    #[schemars(extend("x-unit" = "W"))]
    power_max_w: f64,
    /// A plan with a hotter step is refused.
    #[schemars(range(min = range::SET.min_whole(), max = range::SET.max_whole()))]
    #[schemars(extend("x-unit" = "°C"))]
    set_max_c: f64,
    /// A plan with a longer hold is refused.
    #[schemars(range(min = range::HOLD.min_whole(), max = range::HOLD.max_whole()))]
    #[schemars(extend("x-unit" = "s"))]
    hold_max_s: f64,
    /// Impedance above which RF goes off (H-14), for every target but the spinal cord.
    #[schemars(range(
        min = range::IMPEDANCE_HIGH.min_whole(),
        max = range::IMPEDANCE_HIGH.max_whole()
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
    /// Whether plans for the spinal cord may run with their own upper impedance limit, up to
    /// 3000 ohm: inside the cord more than 1000 ohm is normal.
    cord_profile: bool,
    /// Whether arming is refused on a console whose alarms cannot be heard (H-46). Write false only
    /// where somebody watches the screen; without it, true.
    #[serde(default = "sound_required_default")]
    sound_required: bool,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LinkTable {
    /// Speed of the serial line in symbols a second; 921600 where it is not named.
    #[serde(default = "baud_default")]
    #[schemars(extend("enum" = crate::site::BAUDS))]
    baud: u32,
    /// Reports of the generator a second and channel; 100 where it is not named.
    #[serde(default = "telemetry_hz_default")]
    #[schemars(range(min = crate::site::TELEMETRY_HZ.0, max = crate::site::TELEMETRY_HZ.1))]
    #[schemars(extend("x-unit" = "Hz"))]
    telemetry_hz: u16,
    /// Channels in use.
    #[schemars(range(min = 1, max = 4))]
    channels: u8,
    /// Key shared with the generator, 16 bytes. Keep the file readable for the operator's
    /// account only.
    #[schemars(regex(pattern = KEY_PATTERN), extend("writeOnly" = true))]
    #[schemars(extend("x-allowed" = "32 hexadecimal digits"))]
    key_hex: String,
}

const fn sound_required_default() -> bool {
    true
}

const fn baud_default() -> u32 {
    921_600
}

const fn telemetry_hz_default() -> u16 {
    100
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OperatorsTable {
    /// File of the operators, relative to this file; the program's own place where it is not
    /// named.
    #[schemars(with = "String", length(min = 1, max = PATH_CHARS_MAX))]
    #[serde(default)]
    file: Option<String>,
}

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RecordingTable {
    /// Directory that recordings are written to, relative to this file.
    #[schemars(length(min = 1, max = PATH_CHARS_MAX))]
    directory: String,
}

impl SiteFile {
    /// The site's settings as types; `None` where the schema should have refused one.
    pub(crate) fn spec(self) -> Option<SiteSpec> {
        let Self { name, limits, rules, passive, link, operators, recording } = self;
        Some(SiteSpec {
            name,
            limits: SiteLimits {
                power_max: MilliWatts::from_f64(limits.power_max_w).ok()?,
                set_max: MilliCelsius::from_f64(limits.set_max_c).ok()?,
                hold_max: span(limits.hold_max_s),
                impedance_high: Milliohms::from_f64(limits.impedance_high_ohm).ok()?,
                impedance_low: Milliohms::from_f64(limits.impedance_low_ohm).ok()?,
                cord_profile: limits.cord_profile,
                sound_required: limits.sound_required,
                rules: rules.thresholds(),
                passive: passive.as_ref().map(RulesTable::thresholds),
            },
            link: LinkSettings {
                baud: link.baud,
                telemetry_hz: link.telemetry_hz,
                channels: link.channels,
                key: key(&link.key_hex)?,
            },
            operators_file: operators.file,
            recording_directory: recording.directory,
        })
    }
}

/// Sixteen bytes of 32 hexadecimal digits.
fn key(hex: &str) -> Option<[u8; 16]> {
    u128::from_str_radix(hex, 16).ok().map(u128::to_be_bytes)
}
