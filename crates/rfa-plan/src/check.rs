//! The rules a plan has to keep, whatever it was made from.

use alloc::{format, string::ToString};
use rfa_units::Mode;

use crate::range;
use crate::violation::{PlanError, Violations};
use crate::{Gauge, PlanSpec, StepSpec};

/// 23G is thinner than every row of the ceiling table. The model behind the table (hazards.md a.2)
/// gives 23G x 3 mm 4.9 / 3.8 / 2.6 / 1.45 W at 60 / 70 / 80 / 90 °C, above the smallest row
/// (22G x 2 mm); 23G x 2 mm gets 3.4 / 2.8 / 1.8 / 1.0 W, below it, so no row may stand for it.
const TIP_MIN_23G_UM: u32 = 3_000;

/// Checks everything about `spec`.
pub(crate) fn plan(spec: &PlanSpec) -> Result<(), PlanError> {
    let mut found = Violations::default();
    identity(spec, &mut found);
    electrode(spec, &mut found);
    limits(spec, &mut found);
    if spec.mode != Mode::Thermal {
        let help = "this version runs thermal plans only";
        let value = format!("{:?}", spec.mode);
        found.add("mode", value, "thermal".to_string(), ["mode cannot be run yet", help]);
    }
    if let Some(tissue) = spec.tissue.as_ref().filter(|tissue| !is_slug(tissue)) {
        let allowed = format!("1 to {} of a-z, 0-9 and single hyphens", range::ID_CHARS_MAX);
        let words = ["tissue is not a name", "name a shipped tissue, or leave it out"];
        found.add("tissue", tissue.escape_debug().to_string(), allowed, words);
    }
    if spec.steps.is_empty() {
        let allowed = format!("1 to {} steps", rfa_units::MAX_STEPS);
        found.add("step", "no step".to_string(), allowed, ["plan has no step", "add a step"]);
    }
    for (index, one) in spec.steps.iter().enumerate() {
        step(spec, index, one, &mut found);
    }
    found.into_result()
}

fn identity(spec: &PlanSpec, found: &mut Violations) {
    if !is_slug(&spec.id) {
        let allowed =
            format!("1 to {} of a-z, 0-9 and single hyphens between them", range::ID_CHARS_MAX);
        let help = "write a short name such as medial-branch-80";
        found.add("id", spec.id.escape_debug().to_string(), allowed, ["id is not a name", help]);
    }
    found.check_text("title", &spec.title, range::TITLE_CHARS_MAX);
    found.check_text("source.citation", &spec.source.citation, range::CITATION_CHARS_MAX);
    if !is_date(&spec.source.retrieved) {
        let value = spec.source.retrieved.escape_debug().to_string();
        let help = "write the day the source was read, as YYYY-MM-DD";
        let words = ["not a date", help];
        found.add("source.retrieved", value, "a date, YYYY-MM-DD".to_string(), words);
    }
}

fn electrode(spec: &PlanSpec, found: &mut Violations) {
    let tip_um = spec.electrode.tip_length_um;
    found.check("electrode.tip_length_mm", tip_um.into(), range::TIP);
    if spec.electrode.gauge == Gauge::G23 && tip_um < TIP_MIN_23G_UM {
        let allowed = format!("{} to {} mm with 23G", 3, range::TIP.max_whole());
        let value = format!("{} mm", f64::from(tip_um) / 1_000.0);
        let help = "use a longer tip or a thicker needle: no power ceiling is known for this one";
        found.add("electrode.tip_length_mm", value, allowed, ["electrode too small", help]);
    }
}

fn limits(spec: &PlanSpec, found: &mut Violations) {
    let limits = &spec.limits;
    found.check("limits.power_max_w", limits.power_max.get().into(), range::POWER);
    found.check("limits.set_max_c", limits.set_max.get().into(), range::SET);
    let high = i64::from(limits.impedance_high.get());
    let allowed = spec.target.impedance_high();
    if range::IMPEDANCE_HIGH_CORD.holds(high) && !allowed.holds(high) {
        let value = format!("{} ohm", high as f64 / 1_000.0);
        let help = "only a plan whose target is the spinal cord may go above 1500 ohm";
        let words = ["limit belongs to the cord profile", help];
        found.add("limits.impedance_high_ohm", value, allowed.to_string(), words);
    } else {
        found.check("limits.impedance_high_ohm", high, allowed);
    }
    let low = limits.impedance_low.get().into();
    found.check("limits.impedance_low_ohm", low, range::IMPEDANCE_LOW);
}

fn step(spec: &PlanSpec, index: usize, step: &StepSpec, found: &mut Violations) {
    let field = |name: &str| format!("step[{index}].{name}");
    let set = step.set.get();
    let limit = spec.limits.set_max;
    if range::SET.holds(set.into()) && step.set > limit {
        let allowed = format!("{} to {} (limits.set_max_c)", range::SET.min_whole(), limit);
        let help = "lower the step, or raise limits.set_max_c knowingly";
        let words = ["step is hotter than the plan's own limit", help];
        found.add(&field("set_c"), step.set.to_string(), allowed, words);
    } else {
        found.check(&field("set_c"), set.into(), range::SET);
    }
    found.check_span(&field("ramp_s"), step.ramp, range::RAMP);
    found.check_span(&field("hold_s"), step.hold, range::HOLD);
}

/// Lower-case letters, digits, and single hyphens between them.
pub(crate) fn is_slug(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    text.len() <= range::ID_CHARS_MAX && text.split('-').all(word)
}

/// The id of a row of the hazard table, e.g. `H-06`.
#[cfg(any(test, feature = "toml"))]
pub(crate) fn is_hazard(text: &str) -> bool {
    let digits = text.strip_prefix("H-").unwrap_or_default();
    digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// A calendar day as `YYYY-MM-DD`.
pub(crate) fn is_date(text: &str) -> bool {
    let digits = |part: Option<&str>, len: usize| {
        part.filter(|p| p.len() == len && p.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|p| p.parse::<u32>().ok())
    };
    let mut parts = text.split('-');
    let (year, month, day) =
        (digits(parts.next(), 4), digits(parts.next(), 2), digits(parts.next(), 2));
    let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
        return false;
    };
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for good in ["a", "gasserian-stepped", "medial-branch-80"] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "ä", "../x"] {
            assert!(!is_slug(bad), "{bad}");
        }
        assert!(!is_slug(&"a".repeat(range::ID_CHARS_MAX + 1)));
    }

    #[test]
    fn hazards() {
        assert!(is_hazard("H-06") && is_hazard("H-55"));
        for bad in ["", "H-6", "H06", "h-06", "H-006", "AL-04", "H-0x"] {
            assert!(!is_hazard(bad), "{bad}");
        }
    }

    #[test]
    fn dates() {
        for good in ["2026-11-22", "2024-02-29", "2000-02-29", "2026-12-31"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["", "2026-13-01", "2026-00-01", "2026-02-29", "1900-02-29", "2026-04-31"] {
            assert!(!is_date(bad), "{bad}");
        }
        for bad in ["2026-1-1", "22.11.2026", "2026-11-22-", "2026-11-+2", "2026-11-00"] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
