//! What may be set, in which range, and what the recording has.

mod keys;

use super::WhatIfError;
pub use keys::Key;
pub(super) use keys::TUNING_KEYS;
use keys::{Field, StepField};
use rfa_control::{TUNING, Tuning};
use rfa_interlock::{LimitsSpec, StepLimit};
use rfa_plan::{Plan, PlanSpec, nearest};
use rfa_record::Header;
use rfa_units::{Bounded, MilliCelsius, MilliJoules, MilliWatts, Milliohms, Span};
use serde::Serialize;

/// Settings in one what-if at most.
pub const SETTINGS_MAX: usize = 32;

/// Runs of a sweep at most: a minute of recording takes about a tenth of a second each.
pub const RUNS_MAX: usize = 10_000;

/// One setting, as it was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// The key's own name.
    pub key: String,
    /// The value, in the key's unit.
    pub value: f64,
}

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingError {
    /// It has no `=`.
    #[error("--set {text}: KEY=VALUE is wanted, e.g. control.kp=0.5")]
    NoValue {
        /// What was given.
        text: String,
    },
    /// No key has that name.
    #[error(
        "--set {key}: there is no such key; {mend}`rfa replay FILE --keys` lists them with their \
         ranges"
    )]
    Unknown {
        /// The key given.
        key: String,
        /// The nearest one, in words.
        mend: String,
    },
    /// The value is none, or out of range.
    #[error("--set {key}={text}: a number from {min} to {max} {unit} is wanted")]
    Value {
        /// The key.
        key: String,
        /// The value given.
        text: String,
        /// The smallest allowed.
        min: f64,
        /// The largest allowed.
        max: f64,
        /// The unit of both.
        unit: &'static str,
    },
    /// A key comes twice.
    #[error("--set {key}: it is set twice; once is wanted")]
    Twice {
        /// The key.
        key: String,
    },
    /// Too many.
    #[error("{count} settings: {SETTINGS_MAX} at most are taken")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// Too many.
    #[error(
        "{files} recordings with {combinations} combinations: {RUNS_MAX} runs at most are taken; \
         name fewer values"
    )]
    Runs {
        /// Recordings.
        files: usize,
        /// Combinations of values.
        combinations: usize,
    },
    /// Each value is allowed, and together they make no plan or no limits.
    #[error("--set: these numbers do not go together: {0}")]
    Together(String),
}

/// Every combination of one setting of each list, the last list's changing first.
///
/// # Errors
/// [`SettingError::Runs`] where that, for so many files, is more than [`RUNS_MAX`] runs, and
/// [`SettingError::Twice`] where two lists set the same.
pub fn grid(lists: &[Vec<Setting>], files: usize) -> Result<Vec<Vec<Setting>>, SettingError> {
    let combinations = lists.iter().fold(1_usize, |all, list| all.saturating_mul(list.len()));
    if combinations.saturating_mul(files) > RUNS_MAX {
        return Err(SettingError::Runs { files, combinations });
    }
    let mut all: Vec<Vec<Setting>> = vec![Vec::new()];
    for list in lists {
        let key = list.first().map(|setting| &setting.key);
        let known = all.first().and_then(|one| one.iter().find(|known| Some(&known.key) == key));
        if let Some(known) = known {
            return Err(SettingError::Twice { key: known.key.clone() });
        }
        let longer = |one: &Vec<Setting>| {
            let one = one.clone();
            list.iter().map(move |more| one.iter().chain([more]).cloned().collect())
        };
        all = all.iter().flat_map(longer).collect();
    }
    Ok(all)
}

/// What a run is made with: the header's program and limits, and the loop's numbers.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The recording's header with what was set.
    pub header: Header,
    /// The loop's numbers; a header has none.
    pub tuning: Tuning,
    plan: Plan,
}

impl Setup {
    /// As the recording has it.
    ///
    /// # Errors
    /// [`WhatIfError::Plan`] where the plan's file in the recording is not the plan it ran.
    pub fn recorded(header: &Header) -> Result<Self, WhatIfError> {
        let plan = rfa_plan::parse_plan("plan.toml", &header.plan_toml);
        let plan = plan.map_err(|error| WhatIfError::Plan(error.to_string()))?;
        let (told, ran) = (&plan.program, &header.program);
        if (&told.steps, told.channel, told.mode) != (&ran.steps, ran.channel, ran.mode) {
            let why = "its plan.toml has other steps than the program that ran";
            return Err(WhatIfError::Plan(why.to_owned()));
        }
        let plan = within_site(plan, header)?;
        Ok(Self { header: header.clone(), tuning: TUNING, plan })
    }

    /// As the recording at `path` has it.
    ///
    /// # Errors
    /// [`WhatIfError`] where it cannot be read, or is a what-if itself.
    pub fn of(path: impl AsRef<std::path::Path>) -> Result<Self, WhatIfError> {
        Self::recorded(&super::write::header_of(path.as_ref())?)
    }

    /// Says so where another rfa recorded than this one, built from `commit`: what is called
    /// recorded of the loop's numbers, which stand in no recording, is then not known to be.
    #[must_use]
    pub fn other_rfa(&self, commit: Option<&str>) -> Option<String> {
        let other = crate::origin::other_rfa(&self.header, commit)?;
        Some(format!("{other}: the numbers of the loop (control.*) are this rfa's, not recorded"))
    }

    /// The plan, as set.
    #[must_use]
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Every key with its range and the value it has here.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        keys::all(self)
    }

    /// Reads `KEY=VALUE`.
    ///
    /// # Errors
    /// [`SettingError`] names the key, the value, what is allowed and the nearest key.
    pub fn parse(&self, text: &str) -> Result<Setting, SettingError> {
        let (name, value) = split(text)?;
        let key = self.key(name)?;
        key.value(value)
    }

    /// Reads `KEY=V1,V2,...`: a setting each.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_list(&self, text: &str) -> Result<Vec<Setting>, SettingError> {
        let (name, values) = split(text)?;
        let key = self.key(name)?;
        values.split(',').map(|value| key.value(value)).collect()
    }

    fn key(&self, name: &str) -> Result<Key, SettingError> {
        let keys = self.keys();
        let own = keys::ALIASES.iter().find(|(alias, _)| *alias == name);
        let own = own.map_or(name, |(_, own)| own);
        let found = keys.iter().find(|key| key.name == own).cloned();
        found.ok_or_else(|| {
            let near = nearest(name, keys.iter().map(|key| key.name.as_str()));
            let mend = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
            SettingError::Unknown { key: name.to_owned(), mend }
        })
    }

    /// The same with these settings.
    ///
    /// # Errors
    /// [`SettingError`] where they do not go together, or one comes twice.
    pub fn with(&self, settings: &[Setting]) -> Result<Self, SettingError> {
        if settings.len() > SETTINGS_MAX {
            return Err(SettingError::TooMany { count: settings.len() });
        }
        let mut next = self.clone();
        let mut spec = self.plan.spec();
        let keys = self.keys();
        let found = settings.iter().enumerate().map(|(place, setting)| {
            let twice = settings.iter().take(place).any(|before| before.key == setting.key);
            if twice {
                return Err(SettingError::Twice { key: setting.key.clone() });
            }
            let key = keys.iter().find(|key| key.name == setting.key);
            let unknown =
                || SettingError::Unknown { key: setting.key.clone(), mend: String::new() };
            Ok((key.ok_or_else(unknown)?.field, setting.value))
        });
        let mut found = found.collect::<Result<Vec<_>, _>>()?;
        // What is set of one step counts more than what is set of all.
        found.sort_by_key(|(field, _)| matches!(field, Field::Step(Some(_), _)));
        for (field, value) in &found {
            if let Field::Step(step, which) = field {
                set_step(&mut spec, *step, *which, *value);
            }
        }
        if found.iter().any(|(field, _)| matches!(field, Field::Step(..))) {
            next.take_plan(spec)?;
        }
        for (field, value) in &found {
            next.set(*field, *value)?;
        }
        rfa_interlock::Limits::new(next.header.limits)
            .map_err(|error| SettingError::Together(error.to_string()))?;
        Ok(next)
    }

    /// Program and limits of another plan's steps: ceilings and budgets follow the steps, as they
    /// do where a plan is loaded.
    fn take_plan(&mut self, spec: PlanSpec) -> Result<(), SettingError> {
        let together = |why: String| SettingError::Together(why);
        self.plan = Plan::new(spec).map_err(|error| together(error.to_string()))?;
        let program = &mut self.header.program;
        let before = program.ceilings;
        program.steps = self.plan.program.steps;
        let mut steps = Bounded::new();
        let mut ceilings = Bounded::new();
        for (index, limit) in self.header.limits.steps.iter().enumerate() {
            let step = program.steps.get(index);
            let step = step.ok_or_else(|| together(format!("step {} is missing", index + 1)))?;
            let ceiling = self.plan.program.ceilings.get(index).copied();
            let same_set = step.set == limit.set;
            let recorded = before.get(index).copied().filter(|_| same_set);
            let ceiling = recorded.or(ceiling).unwrap_or(limit.ceiling);
            let limit =
                StepLimit { set: step.set, ramp: step.ramp, hold: step.hold, ceiling, ..*limit };
            // Cannot be full: as many as there were.
            let _ = (steps.push(budgeted(limit)), ceilings.push(ceiling));
        }
        program.ceilings = ceilings;
        self.header.limits.steps = steps;
        Ok(())
    }

    fn set(&mut self, field: Field, value: f64) -> Result<(), SettingError> {
        let limits = &mut self.header.limits;
        let together = |error: &dyn core::fmt::Display| SettingError::Together(error.to_string());
        match field {
            Field::Step(..) => {}
            Field::Tuning(of) => *of(&mut self.tuning) = value,
            Field::Response => self.header.program.response_mk_j = (value * 1e3).round() as u32,
            Field::ImpedanceHigh => {
                limits.impedance_high = Milliohms::from_f64(value).map_err(|e| together(&e))?;
            }
            Field::ImpedanceLow => {
                limits.impedance_low = Milliohms::from_f64(value).map_err(|e| together(&e))?;
            }
            Field::StartCeiling => {
                limits.start_ceiling = MilliWatts::from_f64(value).map_err(|e| together(&e))?;
            }
            Field::Ceiling => {
                self.set_ceiling(MilliWatts::from_f64(value).map_err(|e| together(&e))?)
            }
            Field::Gain => limits.warming.gain_mk_j = (value * 1e3).round() as u32,
            Field::Leak => limits.warming.leak = span(value),
            Field::Rule(threshold) => {
                let set = limits.rules.with(threshold, keys::raw(threshold, value));
                limits.rules = set.ok_or_else(|| together(&"a threshold is out of its range"))?;
            }
        }
        Ok(())
    }

    fn set_ceiling(&mut self, ceiling: MilliWatts) {
        let (mut steps, mut ceilings) = (Bounded::new(), Bounded::new());
        for limit in self.header.limits.steps.iter() {
            let limit = budgeted(StepLimit { ceiling, ..*limit });
            let _ = (steps.push(limit), ceilings.push(ceiling));
        }
        self.header.limits.steps = steps;
        self.header.program.ceilings = ceilings;
    }
}

/// The plan with the site's limit of power, which holds for other set temperatures too: that of a
/// recorded ceiling below the plan's own, or of the site's file, or, where the recording has none,
/// of the shipped example, which then held.
fn within_site(plan: Plan, header: &Header) -> Result<Plan, WhatIfError> {
    let unusable = |error: &dyn core::fmt::Display| WhatIfError::Plan(error.to_string());
    let ceilings = header.program.ceilings.iter().zip(plan.program.ceilings.iter());
    let lowered = ceilings.filter(|(ran, own)| ran < own).map(|(ran, _)| *ran).min();
    let power_max = match lowered.or_else(|| site_power(header)) {
        Some(power) => power,
        None => rfa_plan::example_site().map_err(|error| unusable(&error))?.limits.power_max,
    };
    let mut spec = plan.spec();
    spec.limits.power_max = spec.limits.power_max.min(power_max);
    Plan::new(spec).map_err(|error| unusable(&error))
}

/// The site's file is recorded without its key, so that it is no whole one.
fn site_power(header: &Header) -> Option<MilliWatts> {
    let site: toml::Table = header.site_toml.as_ref()?.parse().ok()?;
    let power_w = match site.get("limits")?.get("power_max_w")? {
        toml::Value::Integer(power_w) => *power_w as f64,
        other => other.as_float()?,
    };
    MilliWatts::from_f64(power_w).ok()
}

/// A step's limits with the budgets of its own numbers ([`Plan::step_budget`]).
fn budgeted(limit: StepLimit) -> StepLimit {
    let planned_us = limit.ramp.plus(limit.hold).as_micros();
    let energy_mj = u64::from(limit.ceiling.get()).saturating_mul(planned_us) / 1_000_000;
    StepLimit {
        time_on_max: limit.ramp.times(2).plus(limit.hold),
        energy_max: MilliJoules::saturating(i64::try_from(energy_mj).unwrap_or(i64::MAX)),
        ..limit
    }
}

fn set_step(spec: &mut PlanSpec, step: Option<usize>, which: StepField, value: f64) {
    let mut steps = Bounded::new();
    for (index, known) in spec.steps.iter().enumerate() {
        let mut known = *known;
        if step.is_none_or(|step| step == index) {
            match which {
                StepField::Set => {
                    known.set = MilliCelsius::from_f64(value).unwrap_or(known.set);
                }
                StepField::Ramp => known.ramp = span(value),
                StepField::Hold => known.hold = span(value),
            }
        }
        // Cannot be full: as many as there were.
        let _ = steps.push(known);
    }
    spec.steps = steps;
}

/// Seconds, which a range has made positive and short.
fn span(seconds: f64) -> Span {
    Span::from_micros((seconds * 1e6).round() as u64)
}

fn split(text: &str) -> Result<(&str, &str), SettingError> {
    let no_value = || SettingError::NoValue { text: text.to_owned() };
    let (name, value) = text.split_once('=').ok_or_else(no_value)?;
    Ok((name.trim(), value.trim()))
}

/// The numbers of the interlock's limits that keys show.
fn limits(setup: &Setup) -> &LimitsSpec {
    &setup.header.limits
}
