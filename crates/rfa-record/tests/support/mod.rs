//! A small treatment in virtual time: the real control and interlock on a generator and tissue of
//! a few lines, enough to record.
#![allow(dead_code, reason = "every test takes the part it needs")]

use rfa_control::{Control, ControlInputs, ControlTick};
use rfa_interlock::{
    Activation, AlarmSound, Command, Inputs, Interlock, Limits, LimitsSpec, LinkReport, Readiness,
    State, StepLimit, Thresholds, Warming, step,
};
use rfa_plan::{Gate, Program, StepSpec};
use rfa_record::{Attached, Clock, Header};
use rfa_session::{
    DeviceKind, Identity, InterlockTick, LesionBoundary, LesionMeasure, LesionPrediction,
    LesionView, OutlinePoint, PowerCheck, PowerVerdict, TickRecord, Timing,
};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    HostInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode,
    OutputState, Permit, PlanHash, Request, SessionId, Span, Supply, Telemetry, TipReading,
};

const TICK: Span = Span::from_millis(10);
/// The generator was switched on this long before the session.
const GENERATOR_AHEAD: Span = Span::from_secs(3);

/// Set temperatures of the two steps, in thousandths of a degree.
const SETS_MC: [i32; 2] = [60_000, 65_000];

pub(crate) fn program(hold: Span) -> Program {
    let mut steps = Bounded::new();
    let mut ceilings = Bounded::new();
    for (index, set) in SETS_MC.into_iter().enumerate() {
        let gate = if index == 0 { Gate::None } else { Gate::SensoryCheck };
        let set = MilliCelsius::new(set).expect("a temperature");
        steps.push(StepSpec { set, ramp: Span::from_secs(5), hold, gate }).expect("room");
        ceilings.push(MilliWatts::new(8_600).expect("a power")).expect("room");
    }
    Program { channel: ChannelId::ONE, mode: Mode::Thermal, steps, ceilings, response_mk_j: 6_500 }
}

pub(crate) fn limits(program: &Program) -> LimitsSpec {
    let mut steps = Bounded::new();
    for spec in program.steps.iter() {
        let limit = StepLimit {
            set: spec.set,
            ceiling: MilliWatts::new(8_600).expect("a power"),
            ramp: spec.ramp,
            hold: Span::from_secs(120),
            time_on_max: Span::from_secs(120),
            energy_max: MilliJoules::new(500_000).expect("an energy"),
            check_before: spec.gate == Gate::SensoryCheck,
        };
        steps.push(limit).expect("room");
    }
    LimitsSpec {
        session: SessionId(0x5eed),
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        plan: PlanHash(*b"testplan"),
        activation: Activation::Key,
        steps,
        start_ceiling: MilliWatts::new(620).expect("a power"),
        warming: Warming { gain_mk_j: 6_300, leak: Span::from_millis(3_300) },
        rules: Thresholds::TABLE,
        passive: None,
        sound_required: false,
        impedance_high: Milliohms::new(1_500_000).expect("an impedance"),
        impedance_low: Milliohms::new(40_000).expect("an impedance"),
    }
}

/// A lesion in which every number differs.
pub(crate) fn lesion() -> LesionView {
    let measure =
        |value_um: u32| LesionMeasure { value_um, low_um: value_um - 300, high_um: value_um + 400 };
    let mut outline = Bounded::new();
    for (height_um, radius_um) in [(-1_500, 0), (2_000, 3_000), (6_000, 450)] {
        outline.push(OutlinePoint { height_um, radius_um }).expect("room");
    }
    LesionView {
        at: HostInstant::from_micros(7_000_000),
        boundary: LesionBoundary::NerveArrhenius,
        tip_length_um: 5_000,
        diameter_um: 908,
        baseline: MilliCelsius::new(36_900),
        lesion: Ok(LesionPrediction {
            width: measure(6_000),
            length: measure(7_500),
            outline,
            power: Some(PowerCheck {
                measured: MilliWatts::saturating(2_100),
                modelled: MilliWatts::saturating(1_700),
                low: MilliWatts::saturating(1_500),
                high: MilliWatts::saturating(2_000),
                verdict: PowerVerdict::Above,
            }),
        }),
    }
}

pub(crate) fn header(clock: Clock) -> Header {
    header_with(clock, program(Span::from_secs(5)))
}

pub(crate) fn header_with(clock: Clock, program: Program) -> Header {
    Header {
        plan_id: "two-steps".to_owned(),
        plan_toml: "id = \"two-steps\"\n".to_owned(),
        site_toml: Some("power_max_w = 20\n".to_owned()),
        identity: Identity {
            model: "rfa-sim".to_owned(),
            serial: "SIM-1".to_owned(),
            firmware: "1.0".to_owned(),
            kind: DeviceKind::Simulated { seed: Some(7) },
            channels: 1,
            footswitch: false,
        },
        seed: Some(7),
        rfa_version: env!("CARGO_PKG_VERSION").to_owned(),
        git_commit: None,
        clock,
        trips_before: 0,
        limits: limits(&program),
        program,
        attachments: vec![Attached {
            name: "script.toml".to_owned(),
            media_type: "application/toml".to_owned(),
            data: b"answer = \"go-on\"\n".to_vec(),
        }],
    }
}

/// Noise with a seed (splitmix64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from -1 to 1.
    fn even(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// A treatment that runs tick by tick.
pub(crate) struct Session {
    limits: Limits,
    interlock: Interlock,
    control: Control,
    permit: Option<Permit>,
    request: Option<Request>,
    noise: Noise,
    tick: u64,
    missed: u32,
    tip_c: f64,
    field_c: f64,
    power_w: f64,
    energy_j: f64,
    k1: Contactor,
    k2: Contactor,
    /// The tip sensor is open from this tick on.
    pub(crate) sensor_open_at: Option<u64>,
    /// This many deadlines are missed in front of this tick.
    pub(crate) miss: Option<(u64, u32)>,
    state: State,
    complete: bool,
    check_due: bool,
}

impl Session {
    pub(crate) fn new(header: &Header, seed: u64) -> Self {
        Self {
            limits: Limits::new(header.limits).expect("good limits"),
            interlock: Interlock::new(header.trips_before),
            control: Control::new(header.program).expect("a good program"),
            permit: None,
            request: None,
            noise: Noise(seed),
            tick: 0,
            missed: 0,
            tip_c: 37.0,
            field_c: 0.0,
            power_w: 0.0,
            energy_j: 0.0,
            k1: Contactor::Open,
            k2: Contactor::Open,
            sensor_open_at: None,
            miss: None,
            state: State::SelfTest,
            complete: false,
            check_due: false,
        }
    }

    pub(crate) fn complete(&self) -> bool {
        self.complete
    }

    pub(crate) fn state(&self) -> State {
        self.state
    }

    pub(crate) fn tip_c(&self) -> f64 {
        self.tip_c
    }

    /// The tissue answers with the warmth of what is around it (the shape the loop knows).
    fn heat(&mut self) {
        let dt = TICK.as_secs_f64();
        let rise = self.tip_c - 37.0;
        self.field_c += (rise - self.field_c) * dt / 5.0;
        let slope = 4.0 * self.power_w - 0.2 * (rise + 1.5 * (rise - self.field_c));
        self.tip_c += slope * dt;
        self.energy_j += self.power_w * dt;
    }

    fn telemetry(&mut self, now: HostInstant) -> Telemetry {
        let mut channels = Bounded::new();
        let on = self.power_w > 0.0;
        let sensed = self.tip_c + 0.1 * self.noise.even();
        let open = self.sensor_open_at.is_some_and(|at| self.tick >= at);
        let impedance = 230.0 - 0.5 * (self.tip_c - 37.0) + 2.0 * self.noise.even();
        let tip = MilliCelsius::from_f64(sensed).expect("a temperature");
        let volts = (self.power_w * impedance).sqrt();
        let report = ChannelReport {
            channel: ChannelId::ONE,
            output: if on { OutputState::On(Mode::Thermal) } else { OutputState::Off },
            tip: if open { TipReading::Open } else { TipReading::Valid(tip) },
            power: MilliWatts::from_f64(self.power_w).expect("a power"),
            voltage: MilliVolts::from_f64(volts).expect("a voltage"),
            current: MicroAmps::from_f64(volts / impedance).expect("a current"),
            impedance: Milliohms::from_f64(impedance).ok(),
            setpoint: MilliWatts::from_f64(self.power_w).expect("a power"),
            energy: MilliJoules::from_f64(self.energy_j).expect("an energy"),
        };
        channels.push(report).expect("room");
        Telemetry {
            sequence: u32::try_from(self.tick).expect("a short session"),
            at: GeneratorInstant::from_micros(now.as_micros()).plus(GENERATOR_AHEAD),
            k1: self.k1,
            k2: self.k2,
            emergency_stop: EmergencyStop::Released,
            footswitch: Footswitch::NotFitted,
            supply: Supply::Good,
            pad: Milliohms::from_f64(25.0 + 0.2 * self.noise.even()).ok(),
            grants_refused: 0,
            channels,
        }
    }

    /// What a person does, as soon as it can be done. A start has to be a fresh one.
    fn command(&self) -> Command {
        if !self.tick.is_multiple_of(10) {
            return Command::None;
        }
        match self.state {
            State::Idle if self.complete => Command::None,
            State::Idle if self.check_due => Command::ConfirmCheck,
            State::Idle => Command::Arm,
            State::Armed => Command::Start,
            _ => Command::None,
        }
    }

    pub(crate) fn next(&mut self) -> TickRecord {
        self.tick += 1;
        let missed = self.miss.filter(|(at, _)| *at == self.tick).map_or(0, |(_, count)| count);
        self.tick += u64::from(missed);
        self.missed += missed;
        let at = HostInstant::ZERO.plus(TICK.times(self.tick));
        self.heat();
        let telemetry = self.telemetry(at);
        let mut frames = Bounded::new();
        frames.push(telemetry).expect("room");
        let inputs =
            ControlInputs { tick: self.tick, now: at, telemetry: frames, permit: self.permit };
        let (control, outputs) = self.control.step(&inputs);
        self.control = control;
        self.request = Some(outputs.request);
        let mut ticks = Bounded::new();
        ticks.push(ControlTick { inputs, outputs }).expect("room");
        let interlock = self.decide(at, frames);
        let timing = Timing { missed_ticks: self.missed, ..Timing::default() };
        TickRecord { interlock, control: ticks, timing }
    }

    fn decide(&mut self, now: HostInstant, telemetry: Bounded<Telemetry, 4>) -> InterlockTick {
        let inputs = Inputs {
            tick: self.tick,
            now: now.plus(Span::from_millis(4)),
            telemetry,
            link: LinkReport::default(),
            request: self.request,
            console_alive: true,
            command: self.command(),
            authorised: true,
            ready: Readiness {
                self_test: true,
                hard_limits: true,
                recorder: true,
                checklist: true,
                sound: AlarmSound::NotUsed,
            },
        };
        let (interlock, outputs) = step(&self.limits, &self.interlock, &inputs);
        self.interlock = interlock;
        self.permit = Some(outputs.permit);
        (self.k1, self.k2) = (outputs.k1, outputs.k2);
        self.power_w = outputs.grant.map_or(0.0, |grant| grant.power().as_f64());
        self.state = outputs.state;
        self.complete = outputs.complete;
        self.check_due = outputs.check_due;
        InterlockTick { inputs, outputs }
    }
}
