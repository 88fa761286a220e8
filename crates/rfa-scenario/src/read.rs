//! A file to a scenario whose every run is complete.

use crate::expect::ExpectTable;
use crate::file::{FaultTable, RunTable, ScenarioFile};
use crate::{Campaign, Expected, Phase, Script, check};
use rfa_plan::{Electrode, FileErrors, TomlFile};
use rfa_sim::FaultSetting;
use rfa_units::Span;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Runs in one file at most, twins among them.
pub const RUNS_MAX: usize = 2_000;

/// A treatment with faults, and what must come of it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Name shown in results.
    pub name: String,
    /// The rows of the hazard table that it shows.
    pub hazards: Vec<String>,
    /// Name of a shipped plan, or the path of a file (it has a dot or a slash).
    pub plan: String,
    /// Name of a shipped tissue, or the path of a file; `None`: the plan's.
    pub tissue: Option<String>,
    /// The electrode that is fitted; `None`: the plan's.
    pub electrode: Option<Electrode>,
    /// Seed of the first run of each group that has none of its own.
    pub seed: u64,
    /// A footswitch is fitted.
    pub footswitch: bool,
    /// What the operator does.
    pub script: Script,
    /// What breaks.
    pub faults: Vec<Fault>,
    /// Each time and each twin is one run, in the file's order.
    pub runs: Vec<Run>,
    /// The same with harmless faults is among the runs.
    pub has_twin: bool,
    /// What a campaign has to know.
    pub campaign: Campaign,
}

/// Something that breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// What, and how much.
    pub setting: FaultSetting,
    /// When, from the run's time on.
    pub after: Span,
    /// For how long; `None`: to the end.
    pub lasts: Option<Span>,
}

/// One treatment.
#[derive(Debug, Clone)]
pub struct Run {
    /// What the runs of its group are called.
    pub label: String,
    /// The label is a phase, and the time has to lie in it.
    pub phase: Option<Phase>,
    /// Its time, from the generator's power-on.
    pub at: Span,
    /// Each fault's harmless twin instead of the fault.
    pub twin: bool,
    /// Seed of the first run of its group; `None`: the scenario's.
    pub seed: Option<u64>,
    /// Its place in its group, which is added to the seed.
    pub place: u64,
    /// What must come of it.
    pub expected: Arc<Expected>,
    /// What a reader may wonder about.
    pub why: Option<Arc<str>>,
}

/// What is said of the twins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// How often delivery begins.
    pub starts: usize,
    /// Times without a twin.
    pub skip: BTreeSet<Span>,
}

impl Run {
    /// Its name in results and on the command line, e.g. `ramp@2.003` or `hold@9.995:twin`.
    #[must_use]
    pub fn id(&self) -> String {
        let twin = if self.twin { ":twin" } else { "" };
        format!("{}@{}{twin}", self.label, Seconds(self.at))
    }

    /// The seed of its noise.
    #[must_use]
    pub fn seed(&self, base: u64) -> u64 {
        base.wrapping_add(self.place)
    }
}

/// A time in seconds, without zeros at its end.
struct Seconds(Span);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let us = self.0.as_micros();
        let fraction = format!("{:06}", us % 1_000_000);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}", us / 1_000_000),
            digits => write!(f, "{}.{digits}", us / 1_000_000),
        }
    }
}

/// The scenario in the file at `path`.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the file, with places.
pub fn read_scenario(path: &Path) -> Result<Scenario, FileErrors> {
    scenario(&TomlFile::read(path)?, path.parent().unwrap_or(Path::new("")))
}

/// The scenario in `text`; `name` stands for the file in errors, and its plan is looked for in
/// `folder`.
///
/// # Errors
/// [`FileErrors`] lists everything wrong with the text, with places.
pub fn parse_scenario(name: &str, text: &str, folder: &Path) -> Result<Scenario, FileErrors> {
    scenario(&TomlFile::new(name, text), folder)
}

fn scenario(toml: &TomlFile, folder: &Path) -> Result<Scenario, FileErrors> {
    let file: ScenarioFile = toml.shape()?;
    let twin = file.twin.as_ref().map(|twin| Twin {
        starts: usize::from(twin.starts),
        skip: twin.skip_at_s.iter().map(|at| span(at.0)).collect(),
    });
    let groups: Vec<Group> = file.run.iter().map(|run| Group::new(run, &file.expect)).collect();
    let violations = check::violations(&file, &groups, twin.as_ref());
    if !violations.is_empty() {
        return Err(toml.refuse::<ScenarioFile>(violations));
    }
    let from_folder = |name: String| match name.contains(['.', '/']) {
        true => folder.join(name).display().to_string(),
        false => name,
    };
    Ok(Scenario {
        runs: groups.iter().flat_map(|group| group.runs(twin.as_ref())).collect(),
        name: file.name,
        hazards: file.hazards.into_iter().map(|hazard| hazard.0).collect(),
        plan: from_folder(file.plan),
        tissue: file.tissue.map(from_folder),
        electrode: file.electrode.and_then(|fitted| fitted.electrode()),
        seed: file.seed,
        footswitch: file.footswitch,
        script: file.script.unwrap_or_else(Script::confirming),
        faults: file.fault.iter().filter_map(fault).collect(),
        has_twin: twin.is_some(),
        campaign: Campaign::new(file.campaign),
    })
}

/// One `[[run]]`: its times under one label.
pub(crate) struct Group {
    pub(crate) label: String,
    pub(crate) times: Vec<Span>,
    /// What is expected; `None`: no end is named.
    pub(crate) expected: Option<Arc<Expected>>,
    phase: Option<Phase>,
    seed: Option<u64>,
    twin_starts: Option<usize>,
    why: Option<Arc<str>>,
}

impl Group {
    fn new(run: &RunTable, base: &ExpectTable) -> Self {
        let phase = Phase::of_label(&run.label);
        let later = |place: u32| span(run.every_s.unwrap_or(0.0) * f64::from(place));
        // Times without a distance between them are refused, once.
        let times = if run.every_s.is_some() { run.times } else { 1 };
        let repeated = |at: Span| (0..times).map(move |place| at.plus(later(place)));
        Self {
            label: run.label.clone(),
            times: run.at_s.iter().flat_map(|at| repeated(span(at.0))).collect(),
            expected: run.expect.over(base).expected(phase).map(Arc::new),
            phase,
            seed: run.seed,
            twin_starts: run.twin_starts.map(usize::from),
            why: run.why.as_deref().map(Arc::from),
        }
    }

    /// How many runs the file asks for with this group.
    pub(crate) fn count(&self, twin: Option<&Twin>) -> usize {
        let twins = self.times.iter().filter(|at| twin.is_some_and(|t| !t.skip.contains(at)));
        self.times.len() + twins.count()
    }

    fn runs(&self, twin: Option<&Twin>) -> Vec<Run> {
        let Some(expected) = &self.expected else { return Vec::new() };
        let run = |(at, place): (&Span, u64), twin: bool, expected: &Arc<Expected>| Run {
            label: self.label.clone(),
            phase: self.phase,
            at: *at,
            twin,
            seed: self.seed,
            place,
            expected: Arc::clone(expected),
            why: self.why.clone().filter(|_| !twin),
        };
        let mut runs: Vec<Run> =
            self.times.iter().zip(0..).map(|time| run(time, false, expected)).collect();
        if let Some(twin) = twin {
            let starts = self.twin_starts.unwrap_or(twin.starts);
            let harmless = Arc::new(Expected::of_twin(starts, expected.tissue_below_c));
            let times = self.times.iter().zip(0..).filter(|(at, _)| !twin.skip.contains(at));
            runs.extend(times.map(|time| run(time, true, &harmless)));
        }
        runs
    }
}

/// The shape has refused what is no fault.
fn fault(table: &FaultTable) -> Option<Fault> {
    let setting = table.name.parse().ok()?;
    Some(Fault { setting, after: span(table.after_s), lasts: table.for_s.map(span) })
}

/// Seconds in range, to the microsecond.
fn span(seconds: f64) -> Span {
    Span::from_micros((seconds * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{End, K2, Rf};

    const HEAD: &str = "name = \"n\"\nhazards = [\"H-06\"]\nplan = \"x/plan.toml\"\nseed = 20\n\
        [[fault]]\nname = \"sensor-open\"\nafter_s = 0.5\n[expect]\nend = \"tripped\"\n\
        rules = [\"H-06\"]\nalarm = \"AL-04\"\nalso = [\"AL-12\"]\nbudget_ms = 50\n";

    fn read(rest: &str) -> Scenario {
        let parsed = parse_scenario("s.toml", &format!("{HEAD}{rest}"), Path::new("folder"));
        parsed.unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn runs_are_named_and_seeded_by_their_place() {
        let scenario = read(
            "[[run]]\nlabel = \"a\"\nat_s = [2.003, 3.0]\n[[run]]\nlabel = \"b\"\nseed = 100\n\
             at_s = [1.8]\ntimes = 3\nevery_s = 0.0973\n[twin]\nskip_at_s = [2.003]\n",
        );
        let named: Vec<(String, u64)> = scenario
            .runs
            .iter()
            .map(|run| (run.id(), run.seed(run.seed.unwrap_or(scenario.seed))))
            .collect();
        let expected = [
            ("a@2.003", 20),
            ("a@3", 21),
            ("a@3:twin", 21),
            ("b@1.8", 100),
            ("b@1.8973", 101),
            ("b@1.9946", 102),
            ("b@1.8:twin", 100),
            ("b@1.8973:twin", 101),
            ("b@1.9946:twin", 102),
        ];
        let expected = expected.map(|(id, seed)| (id.to_owned(), seed));
        assert_eq!(named, expected);
        assert_eq!(scenario.plan, "folder/x/plan.toml");
        assert_eq!(scenario.faults[0].after, Span::from_millis(500));
    }

    #[test]
    fn a_run_overrides_what_it_names_and_keeps_the_rest() {
        let scenario = read(
            "[[run]]\nlabel = \"hold\"\nexpect = { end = \"lockout\", budget_ms = 20 }\n\
             [[run]]\nlabel = \"ramp\"\nexpect = { end = \"complete\" }\n",
        );
        let [hold, ramp] = scenario.runs.as_slice() else { panic!("two runs") };
        let hold = &hold.expected;
        assert_eq!(
            (hold.end, hold.exit, hold.k2, hold.rf),
            (End::Lockout, 6, K2::Open, Rf::Budget)
        );
        assert_eq!((hold.budget, hold.trips), (Some(Span::from_millis(20)), 1));
        assert_eq!(
            (hold.alarm.as_deref(), hold.also.as_slice()),
            (Some("AL-04"), &["AL-12".to_owned()][..])
        );
        // What ends well has no alarm and no trip, whatever the rest of the file has.
        let ramp = &ramp.expected;
        assert_eq!((ramp.exit, ramp.rf, ramp.trips), (0, Rf::PlanEnd, 0));
        assert_eq!((ramp.alarm.as_deref(), ramp.also.len()), (None, 0));
    }

    /// RF that was not on yet stays off, unless it is a sample of RF that is waited for.
    #[test]
    fn rf_is_expected_by_the_phase() {
        for (label, from, rf) in [
            ("start", "fault", Rf::Never),
            ("idle", "fault", Rf::Never),
            ("armed", "fault", Rf::Never),
            ("armed", "sensed", Rf::Budget),
            ("ramp", "fault", Rf::Budget),
            ("hold", "fault", Rf::Budget),
            ("anywhere", "fault", Rf::Budget),
        ] {
            let run = format!("[[run]]\nlabel = \"{label}\"\nexpect = {{ from = \"{from}\" }}\n");
            assert_eq!(read(&run).runs[0].expected.rf, rf, "{label} {from}");
        }
    }
}
