//! One treatment: on the simulator or at a port, on the console or by a script.

mod headless;
mod local_generator;
mod opening;
mod orders;
mod prediction;
mod report;
mod screen;
mod sim;

use crate::cli::{Demo, Format, Run, Treatment};
use crate::exit::{Exit, Stop};
use crate::operators::{self, DEMO_OPERATOR, DEMO_PIN, Operators};
use crate::plans;
use crate::script::{Script, ScriptedOperator};
use local_generator::LocalGenerator;
use opening::Setup;
use report::Report;
use rfa_plan::{Plan, Site};
use rfa_record::Attached;
use rfa_runtime::{Realtime, RunningSession, Session, SessionConfig, SessionResult};
use rfa_session::DeviceKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub(crate) use sim::sim;

/// How long the threads get to end: twice the 200 ms the readback may take, and the disk.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Runs a treatment on the built-in simulated generator.
pub(crate) fn demo(arguments: &Demo) -> Result<Exit, Stop> {
    if arguments.footswitch && !arguments.treatment.headless {
        return Err(Stop::usage(
            "--footswitch needs --headless: no key of the console presses it. With a foot of its \
             own: `rfa sim --link gen.pty --footswitch` in a second terminal, whose order \
             `footswitch down` presses it, and `rfa run --port gen.pty` here",
        ));
    }
    let asked = Asked::read(&arguments.treatment)?;
    let pedal = Arc::new(AtomicBool::new(false));
    let script = asked.script(&arguments.treatment, &pedal)?;
    let generator = LocalGenerator::build(
        &asked.plan,
        &asked.site,
        arguments.seed,
        arguments.footswitch,
        &arguments.faults,
        if arguments.virtual_time { [0; 16] } else { opening::random()? },
    )?;
    if arguments.virtual_time {
        return headless::on_virtual_time(arguments, &asked, generator, pedal, script);
    }
    let served = generator.serve(None, 1.0, Arc::clone(&pedal))?;
    let setup = Setup::new(&asked, &arguments.treatment, Some(arguments.seed));
    let started = setup.start(served.path(), Some(served.truth()))?;
    let recording = started.recording.clone();
    let finished = if let Some(operator) = script {
        headless::in_real_time(started, operator)?
    } else {
        let operators = Operators::demo()?;
        let hint = format!("operator {DEMO_OPERATOR}, PIN {DEMO_PIN}");
        let signed_in = operators.verify(DEMO_OPERATOR, DEMO_PIN);
        screen::show(
            started,
            &asked.plan,
            &operators,
            Some(hint),
            signed_in,
            arguments.treatment.look,
        )?
    };
    let (generator, served) = served.stop()?;
    let report = Report::new(&asked.plan, &finished, Some(recording))
        .with_generator(&generator)
        .with_served(served);
    report.print(arguments.treatment.output.format, arguments.treatment.headless)
}

/// Runs a treatment on the generator at a serial port.
pub(crate) fn run(arguments: &Run) -> Result<Exit, Stop> {
    let asked = Asked::read(&arguments.treatment)?;
    let script = asked.script(&arguments.treatment, &Arc::new(AtomicBool::new(false)))?;
    let operators = match (&script, &arguments.operators, &asked.site.operators_file) {
        (Some(_), ..) => None,
        (None, Some(path), _) => Some(Operators::open_or_create(path)?),
        (None, None, Some(path)) if arguments.treatment.site.is_some() => {
            Some(Operators::open_or_create(Path::new(path))?)
        }
        (None, None, _) => Some(Operators::open_or_create(&operators::default_path()?)?),
    };
    let setup = Setup::new(&asked, &arguments.treatment, None);
    let started = setup.start(&arguments.port, None)?;
    let recording = started.recording.clone();
    let finished = match (script, operators) {
        (Some(operator), _) => headless::in_real_time(started, operator)?,
        (None, Some(operators)) => {
            let look = arguments.treatment.look;
            screen::show(started, &asked.plan, &operators, None, None, look)?
        }
        (None, None) => return Err(Stop::failure("no operator file was read")),
    };
    let report = Report::new(&asked.plan, &finished, Some(recording));
    report.print(arguments.treatment.output.format, arguments.treatment.headless)
}

/// What was asked for, read and checked.
struct Asked {
    site: Site,
    /// The plan as the site allows it.
    plan: Plan,
    plan_toml: String,
    site_toml: Option<String>,
    /// The script's file, where one was named.
    script_file: Option<Attached>,
}

impl Asked {
    fn read(arguments: &Treatment) -> Result<Self, Stop> {
        let site = plans::site(arguments.site.as_deref())?;
        let plan = plans::plan_at_site(&arguments.plan, &site)?;
        let plan_toml = rfa_plan::plan_toml(&plan);
        let site_toml = match &arguments.site {
            Some(path) => Some(plans::without_key(path)?),
            None => None,
        };
        let script_file = arguments.script.as_deref().map(script_file).transpose()?;
        Ok(Self { site, plan, plan_toml, site_toml, script_file })
    }

    /// The scripted operator of a headless run.
    fn script(
        &self,
        arguments: &Treatment,
        pedal: &Arc<AtomicBool>,
    ) -> Result<Option<ScriptedOperator>, Stop> {
        if !arguments.headless {
            if arguments.output.format == Format::Json {
                return Err(Stop::usage(
                    "--format json needs --headless: the console has the terminal",
                ));
            }
            screen::needs_a_terminal()?;
            return Ok(None);
        }
        let script =
            arguments.script.as_deref().map_or_else(|| Ok(Script::confirming()), Script::read)?;
        Ok(Some(ScriptedOperator::new(script, Arc::clone(pedal))))
    }
}

/// The script as it goes into the recording, under a name of its own.
fn script_file(path: &Path) -> Result<Attached, Stop> {
    let data = Script::bytes(path)?;
    let (name, media_type) = ("script.toml".to_owned(), "application/toml".to_owned());
    Ok(Attached { name, media_type, data })
}

/// Headless output needs a generator that says it is simulated: no person is there to start it.
fn refuse_headless_on_live(kind: DeviceKind) -> Result<(), Stop> {
    match kind {
        DeviceKind::Simulated { .. } => Ok(()),
        DeviceKind::Live | DeviceKind::Replay => Err(Stop::usage(
            "the generator does not identify itself as simulated: --headless is refused, because \
             energy is never started without a person. Leave --headless out",
        )),
    }
}

fn start(config: SessionConfig) -> Result<RunningSession, Stop> {
    Session::start(config).map_err(|e| Stop::failure(e.to_string()))
}

/// A session that has come to its end.
struct Finished {
    result: SessionResult,
    /// The script gave up, because arming or starting was refused.
    gave_up: bool,
    /// Why the newest command was refused, where the script gave up over it.
    refusal: Option<String>,
}

/// Real-time scheduling is wanted wherever a treatment runs on threads.
const REALTIME: Realtime = Realtime::Wanted;
