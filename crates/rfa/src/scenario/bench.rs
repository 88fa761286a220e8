//! Treatments in this process, on virtual time: each recorded, re-executed and watched.

use super::judge::{Outcome, Treated};
use super::watch::Watched;
use crate::exit::Stop;
use crate::script::{Script, ScriptedOperator};
use crate::treatment::local_generator::{self, Individual, LocalGenerator};
use crate::treatment::{Asked, Finished, Report, VirtualRun};
use rfa_record::{Header, RecordError, Recorder};
use rfa_replay::{Outcome as Verified, verify};
use rfa_sim::{FittedTissue, ScheduledFault};
use rfa_tissue::Setting;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// One treatment to be run.
pub(crate) struct Treatment<'a> {
    pub(crate) asked: &'a Asked,
    /// The needle in its tissue.
    pub(crate) setting: &'a Setting,
    pub(crate) script: Script,
    /// A footswitch is fitted.
    pub(crate) footswitch: bool,
    pub(crate) faults: Vec<ScheduledFault>,
    /// Noise of the temperature channel, °C rms; `None`: the simulator's usual.
    pub(crate) sensor_noise_c: Option<f64>,
    pub(crate) seed: u64,
}

/// Who takes part in a treatment.
pub(crate) struct Cast {
    pub(crate) generator: LocalGenerator,
    pub(crate) operator: ScriptedOperator,
    /// The operator's foot is on it.
    pub(crate) pedal: Arc<AtomicBool>,
}

impl Treatment<'_> {
    /// `nonce_salt`: as in [`Individual`].
    pub(crate) fn cast(self, bench: &Bench, nonce_salt: [u8; 16]) -> Result<Cast, Stop> {
        let Self { asked, setting, script, footswitch, faults, sensor_noise_c, seed } = self;
        let individual = Individual { seed, footswitch, faults, sensor_noise_c, nonce_salt };
        let tissue = bench.models.of(setting)?;
        let generator = LocalGenerator::new(&asked.plan, &asked.site, &tissue, individual)?;
        let pedal = Arc::new(AtomicBool::new(false));
        let operator = ScriptedOperator::new(script, Arc::clone(&pedal));
        Ok(Cast { generator, operator, pedal })
    }
}

/// What all runs of the process share: tissue models, each fitted once, and a folder for
/// recordings.
pub(crate) struct Bench {
    models: Models,
    folder: TempDir,
    recordings: AtomicU64,
}

impl Bench {
    pub(crate) fn new() -> Result<Self, Stop> {
        let folder = tempfile::Builder::new().prefix("rfa-scenario-").tempdir();
        let folder =
            folder.map_err(|e| Stop::failure(format!("no folder for the recordings: {e}")))?;
        Ok(Self { models: Models::default(), folder, recordings: AtomicU64::new(0) })
    }

    /// One treatment on virtual time with all its evidence; an error is a session that did not
    /// come about. Recorded, the recording is re-executed too.
    pub(crate) fn treat(&self, treatment: Treatment<'_>, recorded: bool) -> Result<Outcome, Stop> {
        let Treatment { asked, seed, .. } = treatment;
        let Cast { generator, operator, pedal } = treatment.cast(self, [0; 16])?;
        let virtual_run = VirtualRun { asked, generator, operator, pedal, seed, tracker: None };
        let recording = recorded.then(|| self.new_recording());
        let mut watched = Watched::new(asked.plan.program.channel);
        let (finished, generator) = virtual_run.run(
            |header| recording.as_ref().map(|scratch| scratch.recorder(header)).transpose(),
            &mut |record, truth| {
                watched.tick(record);
                if let Some(truth) = truth {
                    watched.truth(truth);
                }
            },
        )?;
        let verified = recording.map_or(Ok(()), |scratch| re_execute(&scratch.0));
        let treated = treated(asked, &finished, &generator, watched, verified);
        Ok(Outcome::Treated(Box::new(treated)))
    }

    pub(crate) fn new_recording(&self) -> Scratch {
        let number = self.recordings.fetch_add(1, Ordering::Relaxed);
        Scratch(self.folder.path().join(format!("{number}.mcap")))
    }
}

pub(crate) fn treated(
    asked: &Asked,
    finished: &Finished,
    generator: &LocalGenerator,
    watched: Watched,
    verified: Result<(), String>,
) -> Treated {
    let mut faults_s = generator.fault_times_s();
    faults_s.sort_by(f64::total_cmp);
    Treated {
        report: Report::new(&asked.plan, finished, None).with_generator(generator),
        end: finished.result.end,
        gave_up: finished.gave_up,
        never_on: generator.never_on(),
        faults_s,
        watched,
        verified,
    }
}

/// A recording that is there for as long as it is judged.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    /// Nothing waits for the disk: the file is gone in a moment.
    fn recorder(&self, header: &Header) -> Result<Recorder, Stop> {
        let failed = |e: &dyn std::fmt::Display| {
            Stop::failure(format!("{}: {e}; is the disk full?", self.0.display()))
        };
        let file = File::create_new(&self.0).map_err(|e| failed(&e))?;
        Recorder::to_sink(&self.0, Box::new(file), header).map_err(|e: RecordError| failed(&e))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left goes with the folder.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Everything recorded is what this program gives, to the recording's end.
pub(crate) fn re_execute(recording: &Path) -> Result<(), String> {
    let report = verify(recording).map_err(|e| e.to_string())?;
    let whole = report.outcome == Verified::Equal && report.equal && !report.truncated;
    if whole { Ok(()) } else { Err(report.to_string()) }
}

type Model = Arc<OnceLock<Result<FittedTissue, String>>>;

/// The reduced tissue models of this process: each setting is fitted once, however many runs and
/// threads ask for it.
#[derive(Default)]
struct Models(Mutex<Vec<(Setting, Model)>>);

impl Models {
    fn of(&self, setting: &Setting) -> Result<FittedTissue, Stop> {
        let model = {
            let mut models = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let known = models.iter().find(|(known, _)| known == setting);
            known.map(|(_, model)| Arc::clone(model)).unwrap_or_else(|| {
                let model = Model::default();
                models.push((setting.clone(), Arc::clone(&model)));
                model
            })
        };
        // Not under the lock: other settings are fitted meanwhile.
        let fit = || local_generator::fitted(setting.clone()).map_err(|stop| stop.message);
        model.get_or_init(fit).clone().map_err(Stop::usage)
    }
}
