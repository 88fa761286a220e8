//! One treatment: on the simulator or at a port, on the console or by a script.

mod headless;
mod live_run;
pub(crate) mod local_generator;
mod opening;
mod orders;
mod prediction;
mod report;
mod rf_off;
mod screen;
mod sim;
mod simulator_file;

use crate::cli::{Demo, Format, Run, Treatment};
use crate::exit::{Exit, Stop};
use crate::operators::{self, DEMO_OPERATOR, DEMO_PIN, Operators};
use crate::plans;
use crate::real_time;
use crate::script::{self, Script, ScriptedOperator};
use local_generator::{Individual, LocalGenerator};
use opening::Setup;
use rfa_plan::{Plan, Site};
use rfa_record::{Attached, Header, SigningKey};
use rfa_runtime::{Realtime, RunningSession, Session, SessionConfig, SessionResult};
use rfa_session::DeviceKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub(crate) use headless::{VirtualRun, on_signals};
pub(crate) use live_run::LiveRun;
pub(crate) use opening::random;
pub(crate) use report::Report;
pub(crate) use rf_off::{Off, lasting};
pub(crate) use sim::sim;
pub(crate) use simulator_file::{SIMULATOR_FILE, SimulatorFile};

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
    let mut asked = Asked::read(&arguments.treatment)?;
    if let Some(length) = arguments.soak {
        let format = arguments.treatment.output.format;
        return real_time::soak(asked, arguments.seed, length, format);
    }
    let pedal = Arc::new(AtomicBool::new(false));
    let script = asked.script(&arguments.treatment, &pedal)?;
    let faults = local_generator::parse_faults(&arguments.faults, arguments.footswitch)?;
    let simulator = SimulatorFile::new(&asked.plan, arguments.footswitch, &faults);
    asked.attachments.push(simulator.attached());
    let individual = Individual {
        sensor_noise_c: None,
        seed: arguments.seed,
        footswitch: arguments.footswitch,
        faults,
        nonce_salt: if arguments.virtual_time { [0; 16] } else { opening::random()? },
    };
    let tissue = local_generator::fitted(local_generator::setting(&asked.plan, None, None)?)?;
    let generator = LocalGenerator::new(&asked.plan, &asked.site, &tissue, individual)?;
    if arguments.virtual_time {
        return demo_on_virtual_time(arguments, &asked, generator, pedal, script);
    }
    let served = generator.serve(None, 1.0, Arc::clone(&pedal))?;
    let setup = Setup::new(&asked, &arguments.treatment, Some(arguments.seed));
    let started = setup.start(served.path(), Some(served.truth()))?;
    let recording = started.recording.clone();
    let finished = if let Some(operator) = script {
        headless::in_real_time(started, operator, &*headless::on_signals()?)?
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
    warn(&generator);
    let report = Report::new(&asked.plan, &finished, Some(recording))
        .with_generator(&generator)
        .with_served(served);
    report.print(arguments.treatment.output.format, arguments.treatment.headless)
}

/// The same on virtual time.
fn demo_on_virtual_time(
    arguments: &Demo,
    asked: &Asked,
    generator: LocalGenerator,
    pedal: Arc<AtomicBool>,
    operator: Option<ScriptedOperator>,
) -> Result<Exit, Stop> {
    let operator = operator.ok_or_else(|| Stop::usage("--virtual needs --headless"))?;
    let tracker = prediction::tracker(&asked.plan)?;
    let run = VirtualRun { asked, generator, operator, pedal, seed: arguments.seed, tracker };
    let path = arguments.treatment.record.clone();
    let recorder = |header: &Header| {
        path.as_deref().map(|path| opening::create(path, header, asked)).transpose()
    };
    let (finished, generator) = run.run(recorder, &mut |_, _| ())?;
    warn(&generator);
    let report = Report::new(&asked.plan, &finished, path).with_generator(&generator);
    report.print(arguments.treatment.output.format, true)
}

/// Says at once what the summary says as well.
fn warn(generator: &LocalGenerator) {
    for warning in generator.warnings() {
        eprintln!("warning: {warning}");
    }
}

/// Runs a treatment on the generator at a serial port.
pub(crate) fn run(arguments: &Run) -> Result<Exit, Stop> {
    if cfg!(feature = "negative-control") {
        return Err(Stop::usage(
            "this program was built to have rules switched off (feature negative-control): it runs \
             no generator. Build it without that feature",
        ));
    }
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
        (Some(operator), _) => {
            headless::in_real_time(started, operator, &*headless::on_signals()?)?
        }
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
pub(crate) struct Asked {
    pub(crate) site: Site,
    /// The plan as the site allows it.
    pub(crate) plan: Plan,
    plan_toml: String,
    site_toml: Option<String>,
    /// Further files for the recording: the script, where one was named, and the simulator's.
    attachments: Vec<Attached>,
    /// Signs the recording.
    sign_key: Option<SigningKey>,
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
        let script = arguments.script.as_deref().map(script_file).transpose()?;
        let attachments = script.into_iter().collect();
        // Read before anything is opened: a wrong key ends here.
        let key = arguments.sign_key.as_deref().map(SigningKey::read).transpose();
        let sign_key = key.map_err(|e| Stop::usage(e.to_string()))?;
        Ok(Self { site, plan, plan_toml, site_toml, attachments, sign_key })
    }

    /// A plan at the shipped example of a site.
    pub(crate) fn of_plan(name: &str) -> Result<Self, Stop> {
        let site = plans::site(None)?;
        let plan = plans::plan_at_site(name, &site)?;
        Ok(Self::of(plan, site))
    }

    /// A plan as this site allows it.
    pub(crate) fn of(plan: Plan, site: Site) -> Self {
        let plan_toml = rfa_plan::plan_toml(&plan);
        Self { site, plan, plan_toml, site_toml: None, attachments: Vec::new(), sign_key: None }
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
            crate::look::needs_a_terminal("without one use --headless")?;
            return Ok(None);
        }
        let script =
            arguments.script.as_deref().map_or_else(|| Ok(Script::confirming()), script::read)?;
        Ok(Some(ScriptedOperator::new(script, Arc::clone(pedal))))
    }
}

/// The script's name inside the recording.
pub(crate) const SCRIPT_FILE: &str = "script.toml";

/// The script as it goes into the recording, under a name of its own.
fn script_file(path: &Path) -> Result<Attached, Stop> {
    let data = script::bytes(path)?;
    let (name, media_type) = (SCRIPT_FILE.to_owned(), "application/toml".to_owned());
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
pub(crate) struct Finished {
    pub(crate) result: SessionResult,
    /// The script gave up, because arming or starting was refused.
    pub(crate) gave_up: bool,
    /// Why the newest command was refused, where the script gave up over it.
    refusal: Option<String>,
}

/// Real-time scheduling is wanted wherever a treatment runs on threads.
const REALTIME: Realtime = Realtime::Wanted;
