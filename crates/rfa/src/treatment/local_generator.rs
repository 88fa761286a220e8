//! The built-in simulated generator: behind a real pseudo-terminal, or on virtual time.

use crate::exit::Stop;
use crossbeam_channel::{Receiver, Sender, bounded};
use rfa_plan::tissue::Tissue;
use rfa_plan::{Electrode, Plan, Site};
use rfa_record::TruthRow;
use rfa_runtime::virtual_time::VirtualGenerator;
use rfa_sim::pty::{Command, PtyError, PtyPort, ServeReport, Tap};
use rfa_sim::{
    ConfigError, FaultSchedule, FittedTissue, Generator, GeneratorConfig, ScheduledFault, Truth,
};
use rfa_tissue::published::{Surroundings, needle};
use rfa_tissue::{Resolution, Setting};
use rfa_units::GeneratorInstant;
use rfa_wire::LinkKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// Truth rows that wait for the recorder at most: 10 s of them.
const TRUTHS_MAX: usize = 1_024;

/// What the needle sits in where a plan does not say.
const PLAIN_TISSUE: &str = "muscle";

/// A simulated generator with the plan's electrode in the plan's tissue.
pub(crate) struct LocalGenerator {
    generator: Generator,
    faults: Vec<ScheduledFault>,
    tap: Option<Box<dyn Tap>>,
}

/// What differs from one simulated generator to another of the same plan.
pub(crate) struct Individual {
    /// Of its noise.
    pub(crate) seed: u64,
    /// A footswitch is fitted.
    pub(crate) footswitch: bool,
    pub(crate) faults: Vec<ScheduledFault>,
    /// Noise of its temperature channel, °C rms; `None`: the usual.
    pub(crate) sensor_noise_c: Option<f64>,
    pub(crate) nonce_salt: [u8; 16],
}

impl LocalGenerator {
    /// A generator just switched on, its needle in `tissue`.
    pub(crate) fn new(
        plan: &Plan,
        site: &Site,
        tissue: &FittedTissue,
        individual: Individual,
    ) -> Result<Self, Stop> {
        let Individual { seed, footswitch, faults, sensor_noise_c, nonce_salt } = individual;
        let usual = GeneratorConfig::default();
        let config = GeneratorConfig {
            seed,
            nonce_salt,
            link_key: LinkKey(site.link.key),
            baud: site.link.baud,
            channels: site.link.channels,
            electrode_channel: plan.program.channel,
            footswitch,
            sensor_noise_c: sensor_noise_c.unwrap_or(usual.sensor_noise_c),
            ..usual
        };
        let mut generator = Generator::new(config, Box::new(tissue.plant()))
            .map_err(|e| Stop::usage(format!("the simulator cannot be built: {e}{}", mend(&e))))?;
        generator.set_schedule(FaultSchedule::new(faults.clone()));
        Ok(Self { generator, faults, tap: None })
    }

    /// With an instrument on the line of the pseudo-terminal it is served on.
    pub(crate) fn with_tap(self, tap: Option<Box<dyn Tap>>) -> Self {
        Self { tap, ..self }
    }

    /// When each fault comes on, on its clock.
    pub(crate) fn fault_times_s(&self) -> Vec<f64> {
        self.faults.iter().map(|fault| fault.at.as_micros() as f64 / 1e6).collect()
    }

    /// The first fault to come.
    pub(super) fn first_fault(&self) -> Option<ScheduledFault> {
        self.faults.iter().copied().min_by_key(|fault| fault.at)
    }

    /// Faults that never came on, because the run ended before.
    pub(crate) fn never_on(&self) -> Vec<String> {
        let late = self.faults.iter().filter(|fault| fault.at > self.generator.now());
        late.map(|fault| format!("fault {} never came on: the run ended first", fault.setting))
            .collect()
    }

    /// What is to be told at the end: faults that never came on, and a tissue model that gave up.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.never_on().into_iter().chain(self.generator.trouble()).collect()
    }

    /// The generator as it is.
    pub(super) const fn generator(&self) -> &Generator {
        &self.generator
    }

    /// Serves it on a pseudo-terminal, from a thread of its own.
    pub(super) fn serve(
        mut self,
        link: Option<&Path>,
        speed: f64,
        pedal: Arc<AtomicBool>,
    ) -> Result<Served, Stop> {
        let port = PtyPort::open(link).map_err(|e| match e {
            PtyError::LinkTaken { .. } => Stop::usage(e.to_string()),
            _ => Stop::failure(e.to_string()),
        })?;
        let path = port.path().to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let (truth_in, truth_out) = bounded(TRUTHS_MAX);
        let (orders, taken) = mpsc::channel();
        let thread = {
            let stop = Arc::clone(&stop);
            let ends = ServeEnds { pedal, truths: truth_in, orders: orders.clone(), taken };
            std::thread::Builder::new()
                .name("rfa-sim".to_owned())
                .spawn(move || {
                    // What could not be had is said of the session's own threads already.
                    let _ = rfa_runtime::stand_for_hardware();
                    let report = serve(&port, &mut self, speed, &stop, &ends);
                    (self, report)
                })
                .map_err(|e| Stop::failure(format!("cannot start the simulator: {e}")))?
        };
        Ok(Served { path, stop, truth: truth_out, orders, thread })
    }
}

/// What to change in which file, where a file can be wrong.
const fn mend(error: &ConfigError) -> &'static str {
    match error {
        ConfigError::ElectrodeChannel { .. } => {
            ". Change `channel` in the plan, or raise `channels` under [link] in the site file"
        }
        ConfigError::OutOfRange { .. } => "",
    }
}

/// Name of the tissue that the needle is in where nothing else is said.
pub(super) fn tissue_of(plan: &Plan) -> &str {
    plan.tissue.as_deref().unwrap_or(PLAIN_TISSUE)
}

/// The plan's electrode in `tissue`, or in the tissue that the plan names.
pub(crate) fn setting(
    plan: &Plan,
    electrode: Option<Electrode>,
    tissue: Option<Tissue>,
) -> Result<Setting, Stop> {
    let named = || rfa_plan::shipped_tissue(tissue_of(plan));
    let tissue = tissue.map_or_else(named, Ok).map_err(|e| Stop::usage(e.to_string()))?;
    let baseline_c = tissue.baseline_c.value;
    let around = Surroundings::new(tissue, |id| rfa_plan::shipped_tissue(id).ok())
        .map_err(|e| Stop::usage(e.to_string()))?;
    Ok(around.setting(needle(&electrode.unwrap_or(plan.electrode)), baseline_c, Resolution::Normal))
}

/// The model of a setting; takes a third of a second, and serves any number of generators.
pub(crate) fn fitted(setting: Setting) -> Result<FittedTissue, Stop> {
    FittedTissue::new(setting).map_err(|e| {
        Stop::usage(format!("the simulator has no model of the electrode in its tissue: {e}"))
    })
}

type ServeEnd = (LocalGenerator, Result<ServeReport, Stop>);

/// A generator being served.
pub(super) struct Served {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    truth: Receiver<TruthRow>,
    orders: mpsc::Sender<Command>,
    thread: JoinHandle<ServeEnd>,
}

impl Served {
    /// The pseudo-terminal.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it really is like, each 10 ms.
    pub(super) fn truth(&self) -> Receiver<TruthRow> {
        self.truth.clone()
    }

    /// Where orders to it go.
    pub(super) fn orders(&self) -> mpsc::Sender<Command> {
        self.orders.clone()
    }

    /// Whether it has ended by itself.
    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Switches it off and gives it back, with what serving came to.
    pub(super) fn stop(self) -> Result<(LocalGenerator, ServeReport), Stop> {
        self.stop.store(true, Ordering::Relaxed);
        let (generator, report) =
            self.thread.join().map_err(|_| Stop::failure("the simulator's thread panicked"))?;
        Ok((generator, report?))
    }
}

/// The serving thread's ends of the channels.
struct ServeEnds {
    pedal: Arc<AtomicBool>,
    truths: Sender<TruthRow>,
    orders: mpsc::Sender<Command>,
    taken: mpsc::Receiver<Command>,
}

fn serve(
    port: &PtyPort,
    local: &mut LocalGenerator,
    speed: f64,
    stop: &AtomicBool,
    ends: &ServeEnds,
) -> Result<ServeReport, Stop> {
    let LocalGenerator { generator, tap, .. } = local;
    let mut down = false;
    let mut tell = |truth: &Truth| {
        // A recorder that cannot follow loses truth rows, never ticks: they are for reports.
        let _ = ends.truths.try_send(row(truth));
        let pressed = ends.pedal.load(Ordering::Relaxed);
        if pressed != down {
            down = pressed;
            let _ = ends.orders.send(Command::Footswitch(pressed));
        }
    };
    match tap {
        Some(tap) => {
            port.serve_tapped(generator, speed, stop, &ends.taken, &mut tell, tap.as_mut())
        }
        None => port.serve(generator, speed, stop, &ends.taken, &mut tell),
    }
    .map_err(|e| Stop::failure(e.to_string()))
}

/// The generator on virtual time, with the script's foot on its footswitch.
pub(super) struct VirtualLocal {
    local: LocalGenerator,
    pedal: Arc<AtomicBool>,
}

impl VirtualLocal {
    pub(super) const fn new(local: LocalGenerator, pedal: Arc<AtomicBool>) -> Self {
        Self { local, pedal }
    }

    pub(super) fn into_local(self) -> LocalGenerator {
        self.local
    }
}

impl VirtualGenerator for VirtualLocal {
    fn advance(&mut self, to_us: u64) {
        self.local.generator.press_footswitch(self.pedal.load(Ordering::Relaxed));
        self.local.generator.advance(GeneratorInstant::from_micros(to_us));
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.local.generator.receive(bytes);
    }

    fn transmit(&mut self, bytes: &mut [u8]) -> usize {
        self.local.generator.transmit(bytes)
    }

    fn truth(&mut self) -> Option<TruthRow> {
        Some(row(&self.local.generator.truth()))
    }
}

fn row(truth: &Truth) -> TruthRow {
    TruthRow {
        at_us: truth.at.as_micros(),
        tip_c: truth.tip_c,
        sensed_c: truth.sensed_c,
        tissue_max_c: truth.tissue_max_c,
        power_w: truth.power_w,
        rf_on: truth.rf_on,
    }
}

/// Faults as a command line names them.
pub(super) fn parse_faults(
    texts: &[String],
    footswitch: bool,
) -> Result<Vec<ScheduledFault>, Stop> {
    let mut faults = Vec::new();
    for text in texts {
        let fault: ScheduledFault =
            text.parse().map_err(|e| Stop::usage(format!("--fault {text}: {e}")))?;
        if fault.setting.fault.needs_footswitch() && !footswitch {
            return Err(Stop::usage(format!(
                "--fault {text}: shows only with a footswitch; add --footswitch"
            )));
        }
        faults.push(fault);
    }
    Ok(faults)
}
