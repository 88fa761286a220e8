//! A plan, a generator and an operator for the tests.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part of it")]

pub mod served;

use rfa_interlock::State;
use rfa_plan::{Plan, preset, shipped_tissue};
use rfa_record::{Header, Recorder, TruthRow};
use rfa_runtime::virtual_time::{Operator, VirtualConnection, VirtualGenerator};
use rfa_runtime::{LESION_BOUNDARY, activation_of, identity_of, limits_for};
use rfa_session::{Action, Answer, Intent, OperatorName, Snapshot};
use rfa_sim::{Generator, GeneratorConfig, LumpedPlant, Tissue, Truth};
use rfa_tissue::Tracker;
use rfa_tissue::published::{Surroundings, needle};
use rfa_units::{GeneratorInstant, HostInstant, MilliCelsius, SessionId, Span};
use rfa_wire::handshake::Config;
use rfa_wire::{GRANT_LIFE_MAX, HardLimits, Identity, LinkKey};
use std::path::Path;

pub const SESSION: SessionId = SessionId(42);

/// The two first steps of the stepped Gasserian plan, with `hold` each.
pub fn plan(hold: Span) -> Plan {
    let mut spec = preset("gasserian-stepped").expect("shipped").spec();
    let mut steps = rfa_units::Bounded::new();
    for step in spec.steps.iter().take(2) {
        let mut step = *step;
        step.hold = hold;
        steps.push(step).expect("room for two");
    }
    spec.steps = steps;
    Plan::new(spec).unwrap_or_else(|error| panic!("{error:?}"))
}

/// The lesion's model of the plan.
pub fn tracker(plan: &Plan) -> Option<Tracker> {
    let tissue = shipped_tissue(plan.tissue.as_deref()?).expect("shipped");
    let around = Surroundings::new(tissue, |name| shipped_tissue(name).ok()).expect("shipped");
    Some(Tracker::new(around, needle(&plan.electrode), LESION_BOUNDARY))
}

pub fn config(plan: &Plan) -> Config {
    Config {
        link: LinkKey::DEVELOPMENT,
        session: SESSION,
        host_nonce: [3; 16],
        channels: 1,
        telemetry_hz: 100,
        mode: plan.program.mode,
        limits: HardLimits {
            channel: plan.program.channel,
            power_max: plan.generator_power_max(),
            voltage_max: plan.generator_voltage_max(),
            temperature_max: MilliCelsius::new(95_000).expect("in range"),
            grant_life: GRANT_LIFE_MAX,
            plan: plan.hash,
        },
    }
}

pub fn generator(plan: &Plan, seed: u64) -> Generator {
    let plant = LumpedPlant::new(&plan.electrode, Tissue::MUSCLE).expect("fitted electrode");
    let config = GeneratorConfig { seed, ..GeneratorConfig::default() };
    Generator::new(config, Box::new(plant)).expect("good config")
}

pub fn truth_row(truth: &Truth) -> TruthRow {
    TruthRow {
        at_us: truth.at.as_micros(),
        tip_c: truth.tip_c,
        sensed_c: truth.sensed_c,
        tissue_max_c: truth.tissue_max_c,
        power_w: truth.power_w,
        rf_on: truth.rf_on,
    }
}

pub fn recorder(path: &Path, plan: &Plan, identity: &Identity) -> Recorder {
    Recorder::create(path, &header(plan, identity)).unwrap_or_else(|error| panic!("{error}"))
}

pub fn header(plan: &Plan, identity: &Identity) -> Header {
    let limits = limits_for(plan, activation_of(identity), SESSION).expect("accepted");
    Header {
        plan_id: plan.id.clone(),
        plan_toml: rfa_plan::plan_toml(plan),
        site_toml: None,
        identity: identity_of(identity),
        seed: Some(1),
        rfa_version: "0".to_owned(),
        git_commit: None,
        clock: rfa_record::Clock::Virtual,
        trips_before: 0,
        limits: *limits.spec(),
        program: plan.program,
        attachments: Vec::new(),
    }
}

/// The simulated generator on virtual time.
pub struct Simulated(pub Generator);

impl VirtualGenerator for Simulated {
    fn advance(&mut self, to_us: u64) {
        self.0.advance(GeneratorInstant::from_micros(to_us));
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.0.receive(bytes);
    }

    fn transmit(&mut self, bytes: &mut [u8]) -> usize {
        self.0.transmit(bytes)
    }

    fn truth(&mut self) -> Option<TruthRow> {
        Some(truth_row(&self.0.truth()))
    }
}

pub fn connect(plan: &Plan, seed: u64) -> VirtualConnection<Simulated> {
    VirtualConnection::open(Simulated(generator(plan, seed)), config(plan))
        .unwrap_or_else(|failure| panic!("{failure}"))
}

pub fn intent(action: Action) -> Intent {
    Intent { action, operator: OperatorName::new("tester") }
}

/// Completes the checklist, arms, starts, and goes on after each check. One act each 100 ms.
#[derive(Default)]
pub struct GoesOn {
    looks: u64,
    /// Acts done, newest last.
    pub acts: Vec<Action>,
}

impl Operator for GoesOn {
    fn step(&mut self, _now: HostInstant, snapshot: &Snapshot) -> Option<Intent> {
        self.looks += 1;
        if !self.looks.is_multiple_of(5) {
            return None;
        }
        let outputs = &snapshot.latest.as_ref()?.interlock.outputs;
        let action = match outputs.state {
            _ if self.acts.is_empty() => Action::Checklist { complete: true },
            State::Idle if outputs.check_due => Action::SensoryCheck(Answer::GoOn),
            State::Idle if !outputs.complete => Action::Arm,
            State::Armed => Action::Start,
            _ => return None,
        };
        self.acts.push(action);
        Some(intent(action))
    }
}
