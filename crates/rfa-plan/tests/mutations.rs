//! Whatever is done to a good file: a plan inside all ranges, or errors with places; no panic.
#![cfg(feature = "toml")]

use proptest::prelude::*;
use rfa_plan::{
    Plan, ceiling, example_site, parse_plan, parse_site, parse_tissue, plan_toml, presets, range,
    shipped_tissues,
};

/// One thing done to a text.
#[derive(Debug, Clone)]
enum Mutation {
    /// Another byte at a place.
    Byte(prop::sample::Index, u8),
    /// The end is lost.
    Cut(prop::sample::Index),
    /// Some bytes are lost.
    Remove(prop::sample::Index, usize),
    /// Some bytes are there twice.
    Repeat(prop::sample::Index, usize),
    /// A number is another number.
    Number(prop::sample::Index, String),
    /// Two lines change places.
    Swap(prop::sample::Index, prop::sample::Index),
}

/// Values no plan has.
const ODD: [&str; 12] =
    ["nan", "-inf", "1e308", "0x3c", "-0.0", "1_0", "", "''", "[]", "{}", "true", "9e"];

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<f64>().prop_map(|number| format!("{number:?}")),
        (0_u32..2_000).prop_map(|tenths| format!("{}", f64::from(tenths) / 10.0)),
        any::<i64>().prop_map(|number| number.to_string()),
        prop::sample::select(&ODD[..]).prop_map(str::to_string),
    ]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        1 => (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Byte(at, byte)),
        1 => place().prop_map(Mutation::Cut),
        1 => (place(), 1_usize..40).prop_map(|(at, len)| Mutation::Remove(at, len)),
        1 => (place(), 1_usize..200).prop_map(|(at, len)| Mutation::Repeat(at, len)),
        4 => (place(), number()).prop_map(|(at, number)| Mutation::Number(at, number)),
        1 => (place(), place()).prop_map(|(a, b)| Mutation::Swap(a, b)),
    ]
}

impl Mutation {
    fn apply(&self, mut text: Vec<u8>) -> Vec<u8> {
        if text.is_empty() {
            return text;
        }
        match self {
            Self::Byte(at, byte) => {
                let at = at.index(text.len());
                text[at] = *byte;
            }
            Self::Cut(at) => text.truncate(at.index(text.len())),
            Self::Remove(at, len) => {
                let at = at.index(text.len());
                text.drain(at..(at + len).min(text.len()));
            }
            Self::Repeat(at, len) => {
                let at = at.index(text.len());
                let part = text[at..(at + len).min(text.len())].to_vec();
                text.splice(at..at, part);
            }
            Self::Number(at, number) => {
                let values: Vec<usize> =
                    (0..text.len()).filter(|i| text[*i..].starts_with(b"= ")).collect();
                if !values.is_empty() {
                    let start = values[at.index(values.len())] + 2;
                    let len = text[start..].iter().position(|byte| *byte == b'\n');
                    text.splice(start..start + len.unwrap_or(0), number.bytes());
                }
            }
            Self::Swap(a, b) => {
                let mut lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
                let (a, b) = (a.index(lines.len()), b.index(lines.len()));
                lines.swap(a, b);
                text = lines.join(&b'\n');
            }
        }
        text
    }
}

/// Every rule a plan has to keep, written down a second time.
fn inside_all_ranges(plan: &Plan) -> bool {
    let steps = &plan.program.steps;
    let step_holds = |index: usize, step: &rfa_plan::StepSpec| {
        let cap = ceiling(plan.electrode, step.set).expect("up to 90 °C");
        let here = *plan.program.ceilings.get(index).expect("one a step");
        range::SET.holds(step.set.get().into())
            && step.set <= plan.limits.set_max
            && (5_000..=60_000).contains(&step.ramp.as_millis())
            && (1_000..=300_000).contains(&step.hold.as_millis())
            && here <= cap
            && here <= plan.limits.power_max
            && here <= plan.generator_power_max()
    };
    (1..=8).contains(&steps.len())
        && steps.iter().enumerate().all(|(index, step)| step_holds(index, step))
        && range::TIP.holds(plan.electrode.tip_length_um.into())
        && range::POWER.holds(plan.limits.power_max.get().into())
        && range::SET.holds(plan.limits.set_max.get().into())
        && plan.target.impedance_high().holds(plan.limits.impedance_high.get().into())
        && range::IMPEDANCE_LOW.holds(plan.limits.impedance_low.get().into())
        && !plan.title.chars().any(char::is_control)
        && plan.is_intact()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// H-40, H-41: no file makes a plan outside the ranges, and none makes a panic.
    #[test]
    fn a_mangled_plan_is_refused_or_good(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let (_, text) = presets()[which.index(presets().len())];
        let bytes = mutations.iter().fold(text.as_bytes().to_vec(), |text, m| m.apply(text));
        let text = String::from_utf8_lossy(&bytes);
        match parse_plan("mangled.toml", &text) {
            Ok(plan) => {
                prop_assert!(inside_all_ranges(&plan), "{plan:?}");
                let again = parse_plan("again.toml", &plan_toml(&plan));
                prop_assert_eq!(again, Ok(plan));
            }
            Err(errors) => {
                prop_assert!(!errors.errors.is_empty());
                let shown = errors.to_string();
                prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
                for error in &errors.errors {
                    prop_assert!(error.line.is_none_or(|line| line <= text.lines().count() + 1));
                    prop_assert!(!error.message.is_empty() && !error.help.is_empty());
                }
            }
        }
    }

    /// The same for site files; and no message ever shows the key.
    #[test]
    fn a_mangled_site_is_refused_or_good(mutations in prop::collection::vec(mutation(), 1..3)) {
        let text = include_str!("../../../config/site.toml");
        let bytes = mutations.iter().fold(text.as_bytes().to_vec(), |text, m| m.apply(text));
        match parse_site("mangled.toml", &String::from_utf8_lossy(&bytes)) {
            Ok(site) => {
                prop_assert!(range::POWER.holds(site.limits.power_max.get().into()));
                prop_assert!(range::SET.holds(site.limits.set_max.get().into()));
                prop_assert!(range::IMPEDANCE_HIGH.holds(site.limits.impedance_high.get().into()));
            }
            Err(errors) => {
                prop_assert!(!errors.to_string().contains("7266612d646576656c6f706d656e7421"));
            }
        }
    }

    /// The same for tissue files: whatever is accepted is finite, positive where it has to be, and
    /// sourced.
    #[test]
    fn a_mangled_tissue_is_refused_or_good(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(mutation(), 1..3),
    ) {
        let (_, text) = shipped_tissues()[which.index(shipped_tissues().len())];
        let bytes = mutations.iter().fold(text.as_bytes().to_vec(), |text, m| m.apply(text));
        match parse_tissue("mangled.toml", &String::from_utf8_lossy(&bytes)) {
            Ok(tissue) => {
                for (name, number, limit) in tissue.numbers() {
                    prop_assert!(limit.min <= number.low && number.low <= number.value, "{name}");
                    prop_assert!(number.value <= number.high && number.high <= limit.max, "{name}");
                    prop_assert!(!number.source.trim().is_empty(), "{name}");
                }
                prop_assert!(tissue.conductivity_rise_per_k.value * tissue.at_c < 1.0);
                prop_assert!(tissue.boiling.from_c.value < tissue.boiling.to_c.value);
                prop_assert!(tissue.layers.iter().all(|layer| layer.from_mm < layer.to_mm));
            }
            Err(errors) => {
                let shown = errors.to_string();
                prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
            }
        }
    }

    /// Only text that is no longer than a file may be is looked at.
    #[test]
    fn any_text_is_refused(text in "\\PC{0,200}") {
        prop_assert!(parse_plan("any.toml", &text).is_err());
        prop_assert!(parse_site("any.toml", &text).is_err());
    }
}

/// The mutations are not so wild that nothing is ever accepted.
#[test]
fn some_mutations_are_accepted() {
    let (_, text) = presets()[0];
    let warmer = text.replace("set_c = 60.0", "set_c = 61.5");
    assert_ne!(warmer, text);
    let plan = parse_plan("warmer.toml", &warmer).unwrap_or_else(|error| panic!("{error}"));
    assert!(inside_all_ranges(&plan));
    assert!(example_site().is_ok());
}
