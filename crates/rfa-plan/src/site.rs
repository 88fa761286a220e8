//! A site's limits and settings.

use alloc::{format, string::String, string::ToString};
use core::fmt;
use rfa_units::{MilliCelsius, MilliWatts, Milliohms, Span};

use crate::range;
use crate::violation::Violations;
use crate::{Plan, PlanError, PlanLimits, RuleThresholds, Target};

/// Limits a site sets for every plan. They can only tighten: a wider one is refused, and where a
/// plan is tighter the plan holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiteLimits {
    /// Power never exceeded by any plan.
    pub power_max: MilliWatts,
    /// No step may be hotter.
    pub set_max: MilliCelsius,
    /// No step may hold longer.
    pub hold_max: Span,
    /// H-14, for targets other than the spinal cord.
    pub impedance_high: Milliohms,
    /// H-15.
    pub impedance_low: Milliohms,
    /// Whether plans for the spinal cord may run with their own upper impedance limit.
    pub cord_profile: bool,
    /// Thresholds of the interlock's rules that are tighter here.
    pub rules: RuleThresholds,
    /// Thresholds that are tried here: reported, without effect.
    pub passive: Option<RuleThresholds>,
    /// No arming where alarms cannot be heard (H-46).
    pub sound_required: bool,
}

/// The line to the generator.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LinkSettings {
    /// Symbols a second.
    pub baud: u32,
    /// Telemetry frames a second and channel.
    pub telemetry_hz: u16,
    /// Channels in use, 1 to 4.
    pub channels: u8,
    /// Key shared with the generator.
    pub key: [u8; 16],
}

impl fmt::Debug for LinkSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key stays out of logs.
        f.debug_struct("LinkSettings")
            .field("baud", &self.baud)
            .field("telemetry_hz", &self.telemetry_hz)
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

/// What a [`Site`] is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteSpec {
    /// The site's name.
    pub name: String,
    /// Its limits.
    pub limits: SiteLimits,
    /// The line.
    pub link: LinkSettings,
    /// File of the operators who may sign in; the program's own place where none is named.
    pub operators_file: Option<String>,
    /// Directory that recordings are written to.
    pub recording_directory: String,
}

/// A site's checked limits and settings: made by [`Site::new`] only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Site {
    /// The site's name.
    pub name: String,
    /// Its limits.
    pub limits: SiteLimits,
    /// The line.
    pub link: LinkSettings,
    /// File of the operators who may sign in; the program's own place where none is named.
    pub operators_file: Option<String>,
    /// Directory that recordings are written to.
    pub recording_directory: String,
}

/// Baud rates a serial line can be set to and that carry at least one channel.
pub(crate) use rfa_units::BAUD_RATES as BAUDS;
/// Telemetry frames a second. The wire carries 50 to 200; the interlock's windows and votes (H-07's
/// 200 ms of samples, H-05's turn-off, H-22's lost frames) are derived and tried for 100 alone.
pub(crate) const TELEMETRY_HZ: (u16, u16) = (100, 100);
/// Longest path, in characters.
pub(crate) const PATH_CHARS_MAX: usize = 400;

impl Site {
    /// The site of `spec`. Nothing is adjusted.
    ///
    /// # Errors
    /// [`PlanError`] lists every rule that `spec` breaks.
    pub fn new(spec: SiteSpec) -> Result<Self, PlanError> {
        check(&spec)?;
        let SiteSpec { name, limits, link, operators_file, recording_directory } = spec;
        Ok(Self { name, limits, link, operators_file, recording_directory })
    }

    /// The plan as this site allows it: refused where a step breaks a limit of the site, and
    /// otherwise with the tighter of both limits on power, set temperature and impedance. The
    /// hash of the plan returned covers the limits in force.
    ///
    /// # Errors
    /// [`PlanError`] lists every step that this site does not allow.
    pub fn apply(&self, plan: &Plan) -> Result<Plan, PlanError> {
        let mut found = Violations::default();
        for (index, step) in plan.program.steps.iter().enumerate() {
            if step.set > self.limits.set_max {
                let allowed = format!("at most {} at this site", self.limits.set_max);
                let help = "choose a cooler plan, or have the site raise limits.set_max_c";
                let words = ["step is hotter than the site allows", help];
                found.add(&format!("step[{index}].set_c"), step.set.to_string(), allowed, words);
            }
            if step.hold > self.limits.hold_max {
                let allowed = format!("at most {} at this site", self.limits.hold_max);
                let help = "choose a shorter hold, or have the site raise limits.hold_max_s";
                let words = ["step holds longer than the site allows", help];
                found.add(&format!("step[{index}].hold_s"), step.hold.to_string(), allowed, words);
            }
        }
        if plan.target == Target::SpinalCord && !self.limits.cord_profile {
            let help = "have the site set limits.cord_profile = true";
            let words = ["site does not allow the cord's impedance profile", help];
            let value = plan.target.to_string();
            found.add("target", value, "any other target at this site".to_string(), words);
        }
        if plan.limits.rules != RuleThresholds::NONE || plan.limits.passive.is_some() {
            let help = "apply a site to the plan as it was written";
            let words = ["plan is as another site allows it", help];
            found.add("limits.rules", "another site's".to_string(), "none".to_string(), words);
        }
        found.into_result()?;
        let mut spec = plan.spec();
        spec.limits = self.tighter(&plan.limits, plan.target);
        Plan::new(spec)
    }

    fn tighter(&self, plan: &PlanLimits, target: Target) -> PlanLimits {
        let impedance_high = match target {
            Target::SpinalCord => plan.impedance_high,
            _ => plan.impedance_high.min(self.limits.impedance_high),
        };
        PlanLimits {
            power_max: plan.power_max.min(self.limits.power_max),
            set_max: plan.set_max.min(self.limits.set_max),
            impedance_high,
            impedance_low: plan.impedance_low.max(self.limits.impedance_low),
            rules: self.limits.rules,
            passive: self.limits.passive,
            sound_required: self.limits.sound_required,
        }
    }
}

fn check(spec: &SiteSpec) -> Result<(), PlanError> {
    let mut found = Violations::default();
    found.check_text("name", &spec.name, range::TITLE_CHARS_MAX);
    let SiteLimits { power_max, set_max, hold_max, impedance_high, impedance_low, .. } =
        spec.limits;
    found.check("limits.power_max_w", power_max.get().into(), range::POWER);
    found.check("limits.set_max_c", set_max.get().into(), range::SET);
    found.check_span("limits.hold_max_s", hold_max, range::HOLD);
    let high = impedance_high.get().into();
    found.check("limits.impedance_high_ohm", high, range::IMPEDANCE_HIGH);
    found.check("limits.impedance_low_ohm", impedance_low.get().into(), range::IMPEDANCE_LOW);
    rules("rules", &spec.limits.rules, &mut found);
    rules("passive", &spec.limits.passive.unwrap_or_default(), &mut found);
    link(&spec.link, &mut found);
    if let Some(file) = &spec.operators_file {
        found.check_text("operators.file", file, PATH_CHARS_MAX);
    }
    found.check_text("recording.directory", &spec.recording_directory, PATH_CHARS_MAX);
    found.into_result()
}

fn rules(section: &str, rules: &RuleThresholds, found: &mut Violations) {
    for ((name, range), value) in rules.iter() {
        let field = format!("{section}.{name}");
        found.check(&field, value.into(), range);
        if range.unit == "%" && value.checked_rem(1_000) != Some(0) {
            let words = ["part of a percent", "write a whole number"];
            let value = format!("{} %", f64::from(value) / 1_000.0);
            found.add(&field, value, format!("whole numbers, {range}"), words);
        }
    }
}

fn link(link: &LinkSettings, found: &mut Violations) {
    let words = ["setting out of its range", "write one of the values allowed"];
    if !BAUDS.contains(&link.baud) {
        found.add("link.baud", link.baud.to_string(), format!("one of {BAUDS:?}"), words);
    }
    let (min, max) = TELEMETRY_HZ;
    if !(min..=max).contains(&link.telemetry_hz) {
        let value = format!("{} Hz", link.telemetry_hz);
        let allowed = if min == max { format!("{min} Hz") } else { format!("{min} to {max} Hz") };
        found.add("link.telemetry_hz", value, allowed, words);
    }
    if rfa_units::ChannelId::new(link.channels).is_none() {
        let allowed = format!("1 to {}", rfa_units::MAX_CHANNELS);
        found.add("link.channels", link.channels.to_string(), allowed, words);
    }
    if link.key.iter().all(|byte| *byte == 0) {
        let help = "draw 16 random bytes, for example with `openssl rand -hex 16`";
        let allowed = "32 hexadecimal digits, not all 0".to_string();
        let words = ["key of zeros protects nothing", help];
        found.add("link.key_hex", "not shown".to_string(), allowed, words);
    }
}

#[cfg(test)]
mod tests;
