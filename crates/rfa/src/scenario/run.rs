//! One run: a whole treatment in this process, recorded, re-executed and judged.

use super::judge::{Outcome, Took, Treated, Why, judge};
use super::prepare::Prepared;
use super::watch::Watched;
use crate::exit::Stop;
use crate::script::ScriptedOperator;
use crate::treatment::local_generator::{self, Individual, LocalGenerator};
use crate::treatment::{Finished, Report, VirtualRun};
use rfa_record::{Header, RecordError, Recorder};
use rfa_replay::{Outcome as Verified, verify};
use rfa_scenario::Run;
use rfa_sim::{FittedTissue, ScheduledFault};
use rfa_tissue::Setting;
use rfa_units::GeneratorInstant;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What one run came to.
#[derive(Debug, Clone)]
pub(crate) struct RunResult {
    /// Its name, e.g. `ramp@2.003`.
    pub(crate) id: String,
    pub(crate) twin: bool,
    /// The seed of its noise.
    pub(crate) seed: u64,
    /// The seed of its group, which reproduces it.
    pub(crate) base_seed: u64,
    /// How it ended, in words.
    pub(crate) end: String,
    /// Time to RF off, where one is expected and held.
    pub(crate) took: Option<Took>,
    /// What its scenario says of it.
    pub(crate) note: Option<Arc<str>>,
    /// Why it is not as expected.
    pub(crate) why: Option<String>,
    /// How long it took here.
    pub(crate) elapsed: Duration,
    /// Stalls of the machine for which it was repeated.
    pub(crate) stalls: Vec<String>,
}

/// What is told of a run beside its outcome.
pub(crate) struct Evidence {
    pub(crate) seed: u64,
    pub(crate) base_seed: u64,
    pub(crate) elapsed: Duration,
    pub(crate) stalls: Vec<String>,
}

/// A run's outcome and judgement as they are told.
pub(crate) fn result(
    run: &Run,
    outcome: &Outcome,
    judged: Result<Option<Took>, Why>,
    evidence: Evidence,
) -> RunResult {
    let Evidence { seed, base_seed, elapsed, stalls } = evidence;
    let end = match outcome {
        Outcome::NotOpened(_) => "not opened".to_owned(),
        Outcome::Treated(treated) => treated.report.end.clone(),
    };
    let (took, why) = match judged {
        Ok(took) => (took, None),
        Err(why) => (None, Some(why)),
    };
    let (id, note) = (run.id(), run.why.clone());
    RunResult { id, twin: run.twin, seed, base_seed, end, took, note, why, elapsed, stalls }
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

    /// Runs one treatment on virtual time and judges it. `seed`: in place of the file's own.
    pub(crate) fn run(&self, prepared: &Prepared, run: &Run, seed: Option<u64>) -> RunResult {
        let began = Instant::now();
        let (seed, base_seed) = prepared.seeds(run, seed);
        let outcome = self.treat(prepared, run, seed).unwrap_or_else(Outcome::NotOpened);
        let judged = judge(run, &outcome);
        let evidence = Evidence { seed, base_seed, elapsed: began.elapsed(), stalls: Vec::new() };
        result(run, &outcome, judged, evidence)
    }

    /// One treatment on virtual time with all its evidence; an error is a session that did not
    /// come about.
    pub(crate) fn treat(&self, prepared: &Prepared, run: &Run, seed: u64) -> Result<Outcome, Stop> {
        let Prepared { scenario, asked, .. } = prepared;
        let individual = Individual {
            seed,
            footswitch: scenario.footswitch,
            faults: faults(prepared, run),
            nonce_salt: [0; 16],
        };
        let tissue = self.model(&prepared.setting)?;
        let generator = LocalGenerator::new(&asked.plan, &asked.site, &tissue, individual)?;
        let pedal = Arc::new(AtomicBool::new(false));
        let operator = ScriptedOperator::new(scenario.script.clone(), Arc::clone(&pedal));
        let virtual_run = VirtualRun { asked, generator, operator, pedal, seed, tracker: None };
        let recording = self.new_recording();
        let mut watched = Watched::new(asked.plan.program.channel);
        let (finished, generator) = virtual_run.run(
            |header| recording.recorder(header).map(Some),
            &mut |record, truth| {
                watched.tick(record);
                if let Some(truth) = truth {
                    watched.truth(truth);
                }
            },
        )?;
        let verified = re_execute(&recording.0);
        let treated = treated(prepared, &finished, &generator, watched, verified);
        Ok(Outcome::Treated(Box::new(treated)))
    }

    /// The model of a setting.
    pub(crate) fn model(&self, setting: &Setting) -> Result<FittedTissue, Stop> {
        self.models.of(setting)
    }

    pub(crate) fn new_recording(&self) -> Scratch {
        let number = self.recordings.fetch_add(1, Ordering::Relaxed);
        Scratch(self.folder.path().join(format!("{number}.mcap")))
    }
}

pub(crate) fn treated(
    prepared: &Prepared,
    finished: &Finished,
    generator: &LocalGenerator,
    watched: Watched,
    verified: Result<(), String>,
) -> Treated {
    let mut faults_s = generator.fault_times_s();
    faults_s.sort_by(f64::total_cmp);
    Treated {
        report: Report::new(&prepared.asked.plan, finished, None).with_generator(generator),
        end: finished.result.end,
        gave_up: finished.gave_up,
        never_on: generator.never_on(),
        faults_s,
        watched,
        verified,
    }
}

/// The scenario's faults at the run's time; for a twin, the twin of each.
pub(crate) fn faults(prepared: &Prepared, run: &Run) -> Vec<ScheduledFault> {
    let scheduled = |fault: &rfa_scenario::Fault| ScheduledFault {
        setting: if run.twin { fault.setting.fault.twin() } else { fault.setting },
        at: GeneratorInstant::ZERO.plus(run.at).plus(fault.after),
        lasts: fault.lasts,
    };
    prepared.scenario.faults.iter().map(scheduled).collect()
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
