//! `rfa scenario from-recording`: a session that was, as a scenario that can be run again.
//!
//! `story` reads the recording, `faults`, `steps` and `expectation` say what broke, what the
//! operator did and what came of it, `text` writes the file. What cannot be known is said in it.

mod expectation;
mod faults;
mod signs;
mod steps;
mod story;
mod text;

use super::arguments::FromRecording;
use super::shell_word;
use crate::exit::{Exit, Stop};
use crate::output;
use crate::treatment::{SIMULATOR_FILE, SimulatorFile};
use expectation::Expectation;
use faults::Faults;
use rfa_plan::Plan;
use rfa_record::{Header, Recording};
use rfa_session::DeviceKind;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use steps::Operator;
use story::Story;
use text::Parts;

/// Seeds that a scenario can have.
const SEED_MAX: u64 = u32::MAX as u64;

/// The recording that it is made from.
struct Source<'a> {
    file: &'a str,
    header: &'a Header,
}

/// What a reader of the file has to be told.
#[derive(Default)]
struct Doubts {
    /// What cannot be known: the scenario may come out otherwise.
    losses: Vec<String>,
    remarks: Vec<String>,
}

impl Doubts {
    fn loss(&mut self, what: impl Into<String>) {
        self.losses.push(what.into());
    }

    fn remark(&mut self, what: impl Into<String>) {
        self.remarks.push(what.into());
    }
}

pub(super) fn from_recording(arguments: &FromRecording) -> Result<Exit, Stop> {
    let FromRecording { file, out, force } = arguments;
    if let Some(out) = out {
        may_be_written(out, file, *force)?;
    }
    let at = file.display().to_string();
    let failed = |why: String| Stop::failure(format!("{at}: {why}"));
    let recording = Recording::open(file).map_err(|e| Stop::failure(e.to_string()))?;
    let header = recording.header();
    let named = NamedPlan::of(header, out.as_deref()).map_err(&failed)?;
    let story = Story::read(&recording).map_err(Stop::failure)?;
    let simulator = SimulatorFile::of(header)
        .map_err(|why| failed(format!("{SIMULATOR_FILE} inside it: {why}")))?;
    let mut doubts = Doubts::default();
    about(header, &named, simulator.as_ref(), &story, &mut doubts);
    let seed = seed(header, &mut doubts);
    let faults =
        Faults::of(simulator.as_ref(), header.clock, &story, &mut doubts).map_err(&failed)?;
    let operator = Operator::of(header, &story, &mut doubts).map_err(&failed)?;
    let expectation = Expectation::of(&story, &faults, &operator, header.clock, &mut doubts);
    for (rule, ..) in &faults.candidates {
        doubts.loss(format!("what made {} trip: choose a [[fault]] below", text::word(rule)));
    }
    let name = file.file_name().map_or_else(|| at.clone(), |name| name.display().to_string());
    let parts = Parts {
        source: &Source { file: &name, header },
        story: &story,
        plan: &named.name,
        tissue: simulator.as_ref().map(|simulator| simulator.tissue.as_str()),
        seed,
        faults: &faults,
        operator: &operator,
        expectation: &expectation,
        began_us: faults.began_us(),
    };
    let text = text::text(&parts, &doubts);
    // What was written can be read: nobody finds out later that it cannot.
    rfa_scenario::parse_scenario("the scenario", &text, Path::new("")).map_err(|errors| {
        failed(format!("it holds what no scenario can:\n{}", errors.to_string().trim_end()))
    })?;
    deliver(out.as_deref(), *force, &text, &named)?;
    for loss in &doubts.losses {
        eprintln!("not known: {loss}");
    }
    Ok(if doubts.losses.is_empty() { Exit::Ok } else { Exit::Loss })
}

/// The plan as the scenario names it.
struct NamedPlan {
    name: String,
    /// Its file, where it is none of those shipped: written beside the scenario.
    file: Option<(PathBuf, String)>,
    /// At the shipped example of a site it is not what it was.
    differs: bool,
}

impl NamedPlan {
    fn of(header: &Header, out: Option<&Path>) -> Result<Self, String> {
        let site = rfa_plan::example_site().map_err(|e| e.to_string())?;
        let recorded = header.limits.plan;
        let at_site = |plan: &Plan| site.apply(plan).map_err(|e| e.to_string());
        for (id, _) in rfa_plan::presets() {
            let plan = rfa_plan::preset(id).ok().and_then(|plan| at_site(&plan).ok());
            if plan.is_some_and(|plan| plan.hash == recorded) {
                return Ok(Self { name: (*id).to_owned(), file: None, differs: false });
            }
        }
        let plan = rfa_plan::parse_plan("plan.toml inside it", &header.plan_toml)
            .map_err(|e| e.to_string().trim_end().to_owned())?;
        let applied = at_site(&plan)
            .map_err(|e| format!("plan {} at {}, where scenarios run: {e}", plan.id, site.name))?;
        let Some(out) = out else {
            let id = &plan.id;
            return Err(format!(
                "its plan {id}, with its site's limits, is none that is shipped, so it goes into a file beside the \
                 scenario: say where with -o, e.g. `-o {id}-again.toml`"
            ));
        };
        let path = plan_path(out);
        let name = path.file_name().map_or_else(String::new, |name| name.display().to_string());
        let text = format!(
            "# The plan of a recorded session, as its site allowed it; {} names it.\n\n{}",
            out.file_name().unwrap_or_default().display(),
            rfa_plan::plan_toml(&plan)
        );
        Ok(Self { name, file: Some((path, text)), differs: applied.hash != recorded })
    }
}

/// Where the plan goes: beside the scenario, under its name.
fn plan_path(out: &Path) -> PathBuf {
    let stem = out.file_stem().unwrap_or_default().display().to_string();
    out.with_file_name(format!("{stem}-plan.toml"))
}

/// What the scenario cannot have as it was.
fn about(
    header: &Header,
    named: &NamedPlan,
    simulator: Option<&SimulatorFile>,
    story: &Story,
    doubts: &mut Doubts,
) {
    let kind = header.identity.kind;
    if !matches!(kind, DeviceKind::Simulated { .. }) {
        doubts.loss(
            "the tissue and the line of a real generator; faults but those its telemetry shows",
        );
    } else if simulator.is_none() {
        doubts.loss(
            "the simulator's faults but those its telemetry shows, and the tissue its needle was \
             in: it ran by itself (`rfa sim`), or an older rfa recorded it",
        );
    }
    if named.differs {
        doubts.loss("the limits of its site: scenarios run at the shipped example of a site");
    } else if header.site_toml.is_some() {
        doubts.remark("a site file of its own; scenarios run at the shipped example of a site");
    }
    if header.trips_before > 0 {
        let trips = header.trips_before;
        doubts.loss(format!(
            "how to count the {trips} trips before this session: a scenario begins with none"
        ));
    }
    if !story.finished {
        let cut = if story.recovered { ": it is what recovery left of another" } else { "" };
        doubts.loss(format!("what came behind the recording's last tick{cut}"));
    }
    if header.rfa_version != env!("CARGO_PKG_VERSION") {
        doubts.remark("it was recorded by another rfa than wrote this");
    }
}

/// The seed of the simulated noise, where there is one.
fn seed(header: &Header, doubts: &mut Doubts) -> Option<u64> {
    let told = match header.identity.kind {
        DeviceKind::Simulated { seed } => header.seed.or(seed),
        DeviceKind::Live | DeviceKind::Replay => return None,
    };
    match told {
        Some(seed) if seed <= SEED_MAX => Some(seed),
        Some(seed) => {
            doubts.loss(format!("how to have seed {seed}: a scenario's is 0 to {SEED_MAX}"));
            None
        }
        None => {
            doubts.loss("the seed of the simulated noise");
            None
        }
    }
}

/// Refuses before anything is read what could not be written.
fn may_be_written(out: &Path, recording: &Path, force: bool) -> Result<(), Stop> {
    let at = out.display();
    if out.extension().is_none_or(|end| end != "toml") {
        return Err(Stop::usage(format!("-o {at}: a scenario's name ends in .toml")));
    }
    let real = |path: &Path| path.canonicalize().ok();
    if real(out).is_some_and(|out| Some(out) == real(recording)) {
        return Err(Stop::usage(format!("-o {at}: is the recording; choose another name")));
    }
    if !force && out.try_exists().unwrap_or(false) {
        return Err(is_there(out));
    }
    Ok(())
}

fn is_there(path: &Path) -> Stop {
    let at = path.display();
    Stop::usage(format!("{at}: is there already; choose another name, or add --force"))
}

fn deliver(out: Option<&Path>, force: bool, text: &str, named: &NamedPlan) -> Result<(), Stop> {
    let Some(out) = out else { return output::line(text.trim_end()) };
    if let Some((path, text)) = &named.file {
        write(path, text, force)?;
    }
    if let Err(stop) = write(out, text, force) {
        // A plan alone is of no use to anybody; with --force it may have been there before.
        if let Some((path, _)) = named.file.as_ref().filter(|_| !force) {
            let _ = std::fs::remove_file(path);
        }
        return Err(stop);
    }
    let shown = shell_word(&out.display().to_string());
    let plan = named
        .file
        .as_ref()
        .map_or(String::new(), |(path, _)| format!(", with its plan in {}", path.display()));
    output::line(&format!("{}: written{plan}; `rfa scenario run {shown}` runs it", out.display()))
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Stop> {
    let mut options = OpenOptions::new();
    options.write(true);
    match force {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    let opened = options.open(path).map_err(|e| match e.kind() {
        ErrorKind::AlreadyExists => is_there(path),
        _ => Stop::failure(format!("{}: {e}", path.display())),
    });
    opened?
        .write_all(text.as_bytes())
        .map_err(|e| Stop::failure(format!("{}: {e}", path.display())))
}
