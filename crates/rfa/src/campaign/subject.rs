//! The plans of a campaign: an electrode in a tissue, and when its phases are.

use crate::exit::Stop;
use crate::plans;
use crate::scenario::{self, Bench, Outcome, Treatment, Watched};
use crate::script::Script;
use crate::treatment::{Asked, local_generator};
use rfa_interlock::State;
use rfa_plan::{Plan, PlanSpec};
use rfa_runtime::Ended;
use rfa_scenario::{GateName, Reply, ReplyName, TreatmentPhase};
use rfa_sim::ScheduledFault;
use rfa_tissue::Setting;
use rfa_units::{Bounded, Span};
use std::path::Path;

/// The session's conversation is open by then, s.
const OPEN_S: f64 = 0.25;
/// How long the check between the steps is thought over, ms: the tip cools meanwhile.
const CHECK_MS: u64 = 4_000;
/// Steps of the fault-free hours are held this long: most of a real treatment is a hold.
const LONG_HOLD: Span = Span::from_secs(60);

/// A plan with its needle in its tissue.
pub(crate) struct Subject {
    pub(crate) name: String,
    asked: Asked,
    /// The same with long holds.
    long: Asked,
    setting: Setting,
    /// When each phase begins and ends, s, in the order of [`TreatmentPhase::ALL`].
    windows: [(f64, f64); 5],
}

impl Subject {
    /// Every plan of a folder, in the order of their names.
    pub(crate) fn all(folder: &Path, bench: &Bench) -> Result<Vec<Self>, Stop> {
        let files = scenario::toml_files(&[folder.to_owned()])?;
        let threads = scenario::processors();
        let subjects = scenario::in_parallel(threads, &files, |file| Self::new(file, bench));
        subjects.into_iter().collect()
    }

    fn new(file: &Path, bench: &Bench) -> Result<Self, Stop> {
        let site = plans::site(None)?;
        let plan = plans::plan_at_site(&file.display().to_string(), &site)?;
        let long = with_long_holds(&plan)?;
        let setting = local_generator::setting(&plan, None, None)?;
        let name = plan.id.clone();
        let mut subject = Self {
            name,
            asked: Asked::of(plan, site.clone()),
            long: Asked::of(long, site),
            setting,
            windows: [(0.0, 0.0); 5],
        };
        let treatment = subject.treatment(Vec::new(), false, 1);
        let undisturbed = bench.treat(treatment, false)?;
        subject.windows = windows(&undisturbed)
            .map_err(|why| Stop::usage(format!("{}: without a fault: {why}", file.display())))?;
        Ok(subject)
    }

    /// A treatment under these faults.
    pub(crate) fn treatment(
        &self,
        faults: Vec<ScheduledFault>,
        footswitch: bool,
        seed: u64,
    ) -> Treatment<'_> {
        let check = Reply {
            gate: GateName::SensoryCheck,
            step: None,
            reply: ReplyName::Confirm,
            after_ms: CHECK_MS,
        };
        Treatment {
            asked: &self.asked,
            setting: &self.setting,
            script: Script { answer: vec![check], ..Script::confirming() },
            footswitch,
            faults,
            sensor_noise_c: None,
            seed,
        }
    }

    /// A treatment of long holds under harmless disturbances.
    pub(crate) fn long_treatment(
        &self,
        disturbances: Vec<ScheduledFault>,
        sensor_noise_c: f64,
        seed: u64,
    ) -> Treatment<'_> {
        Treatment {
            asked: &self.long,
            sensor_noise_c: Some(sensor_noise_c),
            ..self.treatment(disturbances, false, seed)
        }
    }

    /// When a phase begins and ends, s of the generator's clock.
    pub(crate) fn window(&self, phase: TreatmentPhase) -> (f64, f64) {
        let [idle, armed, ramp, hold, cool_down] = self.windows;
        match phase {
            TreatmentPhase::Idle => idle,
            TreatmentPhase::Armed => armed,
            TreatmentPhase::Ramp => ramp,
            TreatmentPhase::Hold => hold,
            TreatmentPhase::CoolDown => cool_down,
        }
    }

    pub(crate) const fn plan(&self) -> &Plan {
        &self.asked.plan
    }
}

fn with_long_holds(plan: &Plan) -> Result<Plan, Stop> {
    let spec = plan.spec();
    let mut steps = Bounded::new();
    for step in spec.steps.iter() {
        // As many as there were.
        let _ = steps.push(rfa_plan::StepSpec { hold: LONG_HOLD, ..*step });
    }
    Plan::new(PlanSpec { steps, ..spec }).map_err(|e| Stop::usage(e.to_string()))
}

/// Where the phases of a treatment without a fault lie.
fn windows(outcome: &Outcome) -> Result<[(f64, f64); 5], String> {
    let treated = match outcome {
        Outcome::NotOpened(stop) => return Err(stop.message.clone()),
        Outcome::Treated(treated) => treated,
    };
    if treated.end != Ended::Complete {
        return Err(format!("ends {}", treated.report.end));
    }
    let watched = &treated.watched;
    let armed = first(watched, 0.0, |state, _| state == State::Armed)?;
    let ramp = first(watched, armed, |state, _| state == State::Delivering)?;
    let hold = first(watched, ramp, |state, held| state == State::Delivering && held)?;
    let cool_down = first(watched, hold, |state, _| state == State::Idle)?;
    let again = first(watched, cool_down, |state, _| state == State::Armed)?;
    Ok([(OPEN_S, armed), (armed, ramp), (ramp, hold), (hold, cool_down), (cool_down, again)])
}

/// The first time from `after_s` on at which state and "at temperature" are as asked, s.
fn first(
    watched: &Watched,
    after_s: f64,
    holds: impl Fn(State, bool) -> bool,
) -> Result<f64, String> {
    let mut times = watched.ticks.iter().filter_map(|tick| {
        let at_s = tick.newest_us? as f64 / 1e6;
        let held = tick.held_us > Some(0);
        (at_s >= after_s && holds(tick.state, held)).then_some(at_s)
    });
    times.next().ok_or_else(|| format!("a phase after {after_s} s is missing"))
}
