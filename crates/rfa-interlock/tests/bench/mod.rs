//! A bench for one interlock: a generator that does as it is told, and hands on every input.
#![allow(dead_code, reason = "each test binary uses its own part of the bench")]

mod acts;

#[allow(unused_imports, reason = "as above")]
pub(crate) use acts::{ease_to, holds, trips, warm_to};
use rfa_interlock::{
    Activation, AlarmId, AlarmSound, Command, Event, Inputs, Interlock, Limits, LimitsSpec,
    LinkReport, Outputs, Readiness, RuleId, State, StepLimit, Thresholds, Warming, step,
};
use rfa_session::Invariants;
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    HostInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode,
    OutputState, PlanHash, Request, SessionId, Span, StepIndex, StopReason, Supply, Telemetry,
    TipReading,
};

pub(crate) const TICK_US: u64 = 10_000;
pub(crate) const SESSION: SessionId = SessionId(7);
pub(crate) const PLAN: PlanHash = PlanHash(*b"gasseria");

/// One step: set temperature in °C, ceiling in mW, time in s; energy as ceiling x time.
pub(crate) fn limit(set_c: i32, ceiling_mw: u32, time_s: u64) -> StepLimit {
    let energy_mj = ceiling_mw * u32::try_from(time_s).expect("short");
    StepLimit {
        set: MilliCelsius::new(set_c * 1_000).expect("in range"),
        ceiling: MilliWatts::new(ceiling_mw).expect("in range"),
        ramp: Span::from_secs(15),
        hold: Span::from_secs(time_s),
        time_on_max: Span::from_secs(time_s),
        energy_max: MilliJoules::new(energy_mj).expect("in range"),
        check_before: false,
    }
}

pub(crate) fn spec(activation: Activation, steps: &[StepLimit]) -> LimitsSpec {
    let mut list = Bounded::new();
    for step in steps {
        list.push(*step).expect("at most eight");
    }
    LimitsSpec {
        session: SESSION,
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        plan: PLAN,
        activation,
        steps: list,
        start_ceiling: MilliWatts::new(2_000).expect("in range"),
        // As high as it may be: the tip is set by hand here, whatever the power.
        warming: Warming { gain_mk_j: 60_000, leak: Span::from_millis(20_000) },
        rules: Thresholds::TABLE,
        passive: None,
        sound_required: false,
        impedance_high: Milliohms::new(1_500_000).expect("in range"),
        impedance_low: Milliohms::new(40_000).expect("in range"),
    }
}

/// What the generator would report next; every field is free to be wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generator {
    pub(crate) tip: TipReading,
    /// `None`: the power granted two ticks ago, and its K1.
    pub(crate) power_mw: Option<u32>,
    pub(crate) impedance_mohm: Option<u32>,
    pub(crate) pad_mohm: Option<u32>,
    /// Percent of the voltage that is metered.
    pub(crate) voltage_percent: u32,
    /// Percent of the impedance that is metered.
    pub(crate) impedance_percent: u32,
    /// Warms by 1.2 K within a second and a half of power, and cools as fast (H-11).
    pub(crate) responds: bool,
    pub(crate) footswitch: Footswitch,
    pub(crate) emergency_stop: EmergencyStop,
    pub(crate) supply: Supply,
    /// Sends nothing.
    pub(crate) silent: bool,
    /// A second channel with this power.
    pub(crate) other_mw: Option<u32>,
    /// K1 and K2 read back this whatever is commanded.
    pub(crate) k1: Option<Contactor>,
    pub(crate) k2: Option<Contactor>,
    /// The output stage reports itself active whatever is granted.
    pub(crate) stage_on: bool,
    /// How far the sample's stamp lies back, in µs.
    pub(crate) age_us: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Controller {
    pub(crate) power_mw: u32,
    pub(crate) stop: Option<StopReason>,
    pub(crate) silent: bool,
    /// `None`: the step the interlock says is in force.
    pub(crate) step: Option<StepIndex>,
}

#[derive(Debug, Clone)]
pub(crate) struct Bench {
    pub(crate) limits: Limits,
    pub(crate) interlock: Interlock,
    /// I1 to I18, asked of every tick.
    pub(crate) invariants: Invariants,
    pub(crate) tick: u64,
    pub(crate) now_us: u64,
    pub(crate) sequence: u32,
    pub(crate) generator: Generator,
    pub(crate) controller: Controller,
    pub(crate) link: LinkReport,
    pub(crate) console: bool,
    pub(crate) command: Command,
    pub(crate) authorised: bool,
    pub(crate) ready: Readiness,
    /// What the last tick gave.
    pub(crate) outputs: Option<Outputs>,
    /// Every event so far, with its tick.
    pub(crate) events: Vec<(u64, Event)>,
    /// How far power has warmed the tip, in m°C.
    warmth_mc: i64,
    /// Power, K1 and K2 of the newest ticks, newest last.
    commanded: Vec<(u32, Contactor, Contactor)>,
}

impl Bench {
    pub(crate) fn new(spec: LimitsSpec) -> Self {
        let footswitch = match spec.activation {
            Activation::Pedal => Footswitch::Released,
            Activation::Key => Footswitch::NotFitted,
        };
        let limits = Limits::new(spec).expect("good limits");
        Self {
            limits,
            interlock: Interlock::new(0),
            invariants: Invariants::new(limits, 0),
            tick: 0,
            now_us: 5_000_000,
            sequence: 0,
            generator: Generator {
                tip: TipReading::Valid(MilliCelsius::saturating(37_000)),
                power_mw: None,
                impedance_mohm: Some(250_000),
                pad_mohm: Some(60_000),
                voltage_percent: 100,
                impedance_percent: 100,
                responds: false,
                footswitch,
                emergency_stop: EmergencyStop::Released,
                supply: Supply::Good,
                silent: false,
                other_mw: None,
                k1: None,
                k2: None,
                stage_on: false,
                age_us: 0,
            },
            controller: Controller { power_mw: 0, stop: None, silent: false, step: None },
            link: LinkReport::default(),
            console: true,
            command: Command::None,
            authorised: true,
            ready: Readiness {
                self_test: true,
                hard_limits: true,
                recorder: true,
                checklist: true,
                sound: AlarmSound::NotUsed,
            },
            outputs: None,
            events: Vec::new(),
            warmth_mc: 0,
            commanded: vec![(0, Contactor::Open, Contactor::Open); 2],
        }
    }

    /// A bench by key with one step: 70 °C, 8.6 W, 60 s.
    pub(crate) fn by_key() -> Self {
        Self::new(spec(Activation::Key, &[limit(70, 8_600, 60)]))
    }

    pub(crate) fn by_pedal() -> Self {
        Self::new(spec(Activation::Pedal, &[limit(70, 8_600, 60)]))
    }

    /// Off and on again, with so many trips kept (I13).
    pub(crate) fn power_cycle(&mut self, trips: u8) {
        self.interlock = Interlock::new(trips);
        self.invariants = Invariants::new(self.limits, trips);
    }

    pub(crate) fn tip_mc(&mut self, mc: i64) {
        self.generator.tip = TipReading::Valid(MilliCelsius::saturating(mc));
    }

    pub(crate) fn frame(&mut self) -> Telemetry {
        self.sequence += 1;
        let (granted_mw, k1, k2) = self.commanded[self.commanded.len() - 2];
        let shut = k1 == Contactor::Shut;
        let power_mw = self.generator.power_mw.unwrap_or(if shut { granted_mw } else { 0 });
        let warms = self.generator.responds && power_mw > 200;
        self.warmth_mc = (self.warmth_mc + if warms { 8 } else { -8 }).clamp(0, 1_200);
        // A working sensor is never quite still.
        let unrest = if self.sequence.is_multiple_of(2) { 10 } else { 0 };
        let tip = match self.generator.tip {
            TipReading::Valid(t) => {
                let seen = i64::from(t.get()) + self.warmth_mc - unrest;
                TipReading::Valid(MilliCelsius::saturating(seen))
            }
            tip => tip,
        };
        let mut channels = Bounded::new();
        channels.push(self.report(ChannelId::ONE, power_mw, tip, shut)).expect("room");
        if let (Some(other_mw), Some(two)) = (self.generator.other_mw, ChannelId::new(2)) {
            channels.push(self.report(two, other_mw, tip, false)).expect("room");
        }
        Telemetry {
            sequence: self.sequence,
            at: GeneratorInstant::from_micros(self.now_us - 3_000 - self.generator.age_us),
            k1: self.generator.k1.unwrap_or(k1),
            k2: self.generator.k2.unwrap_or(k2),
            emergency_stop: self.generator.emergency_stop,
            footswitch: self.generator.footswitch,
            supply: self.generator.supply,
            pad: self.generator.pad_mohm.and_then(Milliohms::new),
            grants_refused: 0,
            channels,
        }
    }

    fn report(&self, channel: ChannelId, mw: u32, tip: TipReading, shut: bool) -> ChannelReport {
        // mW x mohm is mV squared; mW by mV is A.
        let ohms = u64::from(self.generator.impedance_mohm.unwrap_or(250_000));
        let mv = (u64::from(mw) * ohms).isqrt();
        let ua = (u64::from(mw) * 1_000_000).checked_div(mv).unwrap_or(0);
        let mv = mv * u64::from(self.generator.voltage_percent) / 100;
        ChannelReport {
            channel,
            output: if shut || self.generator.stage_on {
                OutputState::On(Mode::Thermal)
            } else {
                OutputState::Off
            },
            tip,
            power: MilliWatts::saturating(i64::from(mw)),
            voltage: MilliVolts::saturating(mv.cast_signed()),
            current: MicroAmps::saturating(ua.cast_signed()),
            impedance: self.generator.impedance_mohm.and_then(|z| {
                Milliohms::new(z.saturating_mul(self.generator.impedance_percent) / 100)
            }),
            setpoint: MilliWatts::MIN,
            energy: MilliJoules::MIN,
        }
    }

    pub(crate) fn inputs(&mut self) -> Inputs {
        let mut telemetry = Bounded::new();
        if !self.generator.silent {
            telemetry.push(self.frame()).expect("room");
        }
        let in_force = self.outputs.map_or(StepIndex::FIRST, |o| o.permit.step);
        let request = (!self.controller.silent).then(|| Request {
            power: MilliWatts::saturating(i64::from(self.controller.power_mw)),
            step: self.controller.step.unwrap_or(in_force),
            stop: self.controller.stop,
        });
        Inputs {
            tick: self.tick,
            now: HostInstant::from_micros(self.now_us),
            telemetry,
            link: self.link,
            request,
            console_alive: self.console,
            command: self.command,
            authorised: self.authorised,
            ready: self.ready,
        }
    }

    /// One tick after `us`; commands and link reports are for one tick only.
    pub(crate) fn tick_after(&mut self, us: u64) -> Outputs {
        self.tick += 1;
        self.now_us += us;
        let inputs = self.inputs();
        self.feed(&inputs)
    }

    pub(crate) fn feed(&mut self, inputs: &Inputs) -> Outputs {
        let (interlock, outputs) = step(&self.limits, &self.interlock, inputs);
        self.interlock = interlock;
        let kept = self.invariants.look(inputs, &outputs);
        kept.unwrap_or_else(|broken| panic!("{broken}"));
        self.events.extend(outputs.events.iter().map(|event| (self.tick, *event)));
        let granted = outputs.grant.map_or(0, |grant| grant.power().get());
        self.commanded.push((granted, outputs.k1, outputs.k2));
        self.outputs = Some(outputs);
        self.command = Command::None;
        self.link = LinkReport { hung_up: self.link.hung_up, ..LinkReport::default() };
        outputs
    }

    pub(crate) fn tick(&mut self) -> Outputs {
        self.tick_after(TICK_US)
    }

    pub(crate) fn run(&mut self, ticks: usize) -> Outputs {
        let mut outputs = self.tick();
        for _ in 1..ticks {
            outputs = self.tick();
        }
        outputs
    }

    pub(crate) fn command(&mut self, command: Command) -> Outputs {
        self.command = command;
        self.tick()
    }

    pub(crate) fn state(&self) -> State {
        self.interlock.state()
    }

    /// Ticks until the state is `state`, at most `most`; `None` if it never was.
    pub(crate) fn ticks_until(&mut self, state: State, most: usize) -> Option<usize> {
        (1..=most).find(|_| self.tick().state == state)
    }

    pub(crate) fn idle(mut self) -> Self {
        assert_eq!(self.ticks_until(State::Idle, 10), Some(1), "SelfTest passes");
        self.run(3);
        self
    }

    pub(crate) fn armed(self) -> Self {
        let mut bench = self.idle();
        let outputs = bench.command(Command::Arm);
        assert_eq!((outputs.state, outputs.refusal), (State::Armed, None));
        bench.tick();
        bench
    }

    /// Delivering `mw` for 0.4 s, at 39 °C, with everything as it should be.
    pub(crate) fn delivering(self, mw: u32) -> Self {
        let mut bench = self.armed();
        bench.activate();
        assert_eq!(bench.state(), State::Delivering);
        bench.controller.power_mw = mw;
        // The tip answers (H-11).
        for mc in (37_000..=39_000).step_by(50) {
            bench.tip_mc(mc);
            bench.tick();
        }
        assert_eq!(bench.state(), State::Delivering, "{:?}", bench.tripped_by());
        bench
    }

    /// Pedal or key, as the limits have it.
    pub(crate) fn activate(&mut self) {
        match self.limits.spec().activation {
            Activation::Pedal => {
                self.generator.footswitch = Footswitch::Pressed;
                self.run(4);
            }
            Activation::Key => {
                self.command(Command::Start);
            }
        }
    }

    pub(crate) fn tripped_by(&self) -> Option<(RuleId, AlarmId)> {
        self.outputs.and_then(|o| o.trip).map(|trip| (trip.rule, trip.alarm))
    }

    pub(crate) fn happened(&self, event: Event) -> bool {
        self.events.iter().any(|(_, e)| *e == event)
    }
}
