//! A host in a few lines: handshake, interlock, a plain controller; all on virtual time.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use rfa_interlock::{
    Activation, AlarmSound, Command, Inputs, Interlock, Limits, LimitsSpec, LinkReport, Outputs,
    Readiness, State, StepLimit, Thresholds, Warming, step,
};
use rfa_plan::{Electrode, Gauge, SensorKind};
use rfa_sim::{Generator, GeneratorConfig, LumpedPlant, Tissue};
use rfa_units::{
    Bounded, ChannelId, HostInstant, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms,
    Mode, PlanHash, Request, SessionId, Span, StepIndex, Telemetry,
};
use rfa_wire::handshake::{Config, Handshake, Step};
use rfa_wire::{
    DecodeError, GeneratorMessage, HardLimits, HostDecoder, HostEncoder, LinkKey, Refusal, Standby,
};

pub const TICK: Span = Span::from_millis(10);
pub const MS: Span = Span::from_millis(1);

pub fn mw(raw: u32) -> MilliWatts {
    MilliWatts::new(raw).expect("a power")
}

pub fn plant(gauge: Gauge, tip_mm: u32, tissue: Tissue) -> Box<LumpedPlant> {
    let sensor = SensorKind::ThermocoupleT;
    let electrode = Electrode { gauge, tip_length_um: tip_mm * 1_000, sensor };
    Box::new(LumpedPlant::new(&electrode, tissue).expect("a needle"))
}

pub fn generator(config: GeneratorConfig) -> Generator {
    Generator::new(config, plant(Gauge::G22, 5, Tissue::MUSCLE)).expect("a generator")
}

pub fn hard_limits() -> HardLimits {
    HardLimits {
        channel: ChannelId::ONE,
        power_max: mw(8_000),
        voltage_max: MilliVolts::new(100_000).expect("100 V"),
        temperature_max: MilliCelsius::new(98_000).expect("98 °C"),
        grant_life: Span::from_millis(60),
        plan: PlanHash(*b"testplan"),
    }
}

fn limits(session: SessionId, activation: Activation) -> Limits {
    let mut steps = Bounded::new();
    let ceiling = mw(4_400);
    steps
        .push(StepLimit {
            set: MilliCelsius::new(80_000).expect("80 °C"),
            ceiling,
            ramp: Span::from_secs(15),
            hold: Span::from_secs(600),
            time_on_max: Span::from_secs(600),
            energy_max: MilliJoules::new(2_640_000).expect("ceiling x time"),
            check_before: false,
        })
        .expect("room");
    Limits::new(LimitsSpec {
        session,
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        plan: PlanHash(*b"testplan"),
        activation,
        steps,
        // 22G x 5 mm (hazards.md a.2).
        start_ceiling: mw(540),
        // As high as it may be: some tests heat faster than any needle.
        warming: Warming { gain_mk_j: 60_000, leak: Span::from_millis(20_000) },
        rules: Thresholds::TABLE,
        passive: None,
        sound_required: false,
        impedance_high: Milliohms::new(1_500_000).expect("1500 ohm"),
        impedance_low: Milliohms::new(40_000).expect("40 ohm"),
    })
    .expect("limits")
}

/// What the plain controller asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ask {
    Power(u32),
    /// A ramp of 3 K/s to this many °C, then hold.
    Hold(f64),
}

/// What a line makes of the bytes that one end sent in a tick.
pub type Line = Box<dyn FnMut(Vec<u8>) -> Vec<u8>>;

pub struct Bench {
    pub generator: Generator,
    pub encoder: HostEncoder,
    pub decoder: HostDecoder,
    pub limits: Limits,
    pub interlock: Interlock,
    pub outputs: Option<Outputs>,
    pub tick: u64,
    pub ask: Ask,
    /// A dead host sends nothing and hears nothing.
    pub alive: bool,
    pub telemetry: Vec<Telemetry>,
    pub refusals: Vec<Refusal>,
    pub errors: Vec<DecodeError>,
    pub trips: Vec<rfa_interlock::Trip>,
    pub to_host: Line,
    pub to_generator: Line,
    missing: u32,
    ramp_c: f64,
    integral: f64,
}

/// Lets `span` pass in milliseconds; what the generator said goes to `hear`.
pub fn run(generator: &mut Generator, span: Span, hear: &mut dyn FnMut(u8)) {
    for _ in 0..span.as_millis() {
        generator.advance(generator.now().plus(MS));
        let mut bytes = [0; 512];
        let count = generator.transmit(&mut bytes);
        bytes[..count].iter().for_each(|byte| hear(*byte));
    }
}

impl Bench {
    /// A bench whose session is open and whose interlock is idle with K2 shut.
    pub fn new(config: GeneratorConfig) -> Self {
        Self::with(generator(config))
    }

    pub fn with(mut generator: Generator) -> Self {
        let session = SessionId(0xbe7c4);
        let footswitch = generator.config().footswitch;
        let config = Config {
            link: LinkKey::DEVELOPMENT,
            session,
            host_nonce: [7; 16],
            channels: generator.config().channels,
            telemetry_hz: 100,
            mode: Mode::Thermal,
            limits: hard_limits(),
        };
        let (encoder, decoder) = open(&mut generator, config).expect("a session");
        let activation = if footswitch { Activation::Pedal } else { Activation::Key };
        let mut bench = Self {
            generator,
            encoder,
            decoder,
            limits: limits(session, activation),
            interlock: Interlock::new(0),
            outputs: None,
            tick: 0,
            ask: Ask::Power(0),
            alive: true,
            telemetry: Vec::new(),
            refusals: Vec::new(),
            errors: Vec::new(),
            trips: Vec::new(),
            to_host: Box::new(|bytes| bytes),
            to_generator: Box::new(|bytes| bytes),
            missing: 0,
            ramp_c: 37.0,
            integral: 0.0,
        };
        bench.run_ms(200);
        bench
    }

    pub fn state(&self) -> State {
        self.interlock.state()
    }

    pub fn last(&self) -> &Telemetry {
        self.telemetry.last().expect("telemetry")
    }

    /// Arms and starts by key; output flows when this returns.
    pub fn deliver(&mut self, ask: Ask) {
        assert_eq!(self.state(), State::Idle, "{:?}", self.outputs);
        self.ask = ask;
        self.ramp_c = self.generator.truth().tip_c;
        self.command(Command::Arm);
        self.run_ms(100);
        assert_eq!(self.state(), State::Armed, "{:?}", self.outputs);
        self.command(Command::Start);
        self.run_ms(30);
        assert_eq!(self.state(), State::Delivering, "{:?}", self.outputs);
    }

    pub fn run_ms(&mut self, ms: u64) {
        (0..ms.div_ceil(10)).for_each(|_| self.command(Command::None));
    }

    /// One tick of 10 ms: the generator's time passes, then the interlock speaks.
    pub fn command(&mut self, command: Command) {
        let mut heard = Bounded::new();
        let mut link = LinkReport::default();
        let mut bytes = Vec::new();
        run(&mut self.generator, TICK, &mut |byte| bytes.push(byte));
        if !self.alive {
            return;
        }
        for byte in (self.to_host)(bytes) {
            match self.decoder.push(byte) {
                None => {}
                Some(Err(error)) => {
                    if error.is_corrupt() {
                        link.corrupt = link.corrupt.saturating_add(1);
                    } else {
                        link.refused = link.refused.saturating_add(1);
                    }
                    self.errors.push(error);
                }
                Some(Ok(GeneratorMessage::Telemetry(telemetry))) => {
                    self.telemetry.push(telemetry);
                    let _ = heard.push(telemetry);
                }
                Some(Ok(GeneratorMessage::Refused(refusal))) => self.refusals.push(refusal),
                Some(Ok(_)) => {}
            }
        }
        let missing = self.decoder.missing();
        link.missing = u8::try_from(missing - self.missing).unwrap_or(u8::MAX);
        self.missing = missing;
        self.tick += 1;
        let request = Request { power: self.control(), step: StepIndex::FIRST, stop: None };
        let inputs = Inputs {
            tick: self.tick,
            // The host's clock started at another time.
            now: HostInstant::from_micros(self.generator.now().as_micros() + 5_000_000),
            telemetry: heard,
            link,
            request: Some(request),
            console_alive: true,
            command,
            authorised: true,
            ready: Readiness {
                self_test: true,
                hard_limits: true,
                recorder: true,
                checklist: true,
                sound: AlarmSound::NotUsed,
            },
        };
        let (next, outputs) = step(&self.limits, &self.interlock, &inputs);
        self.interlock = next;
        if let Some(trip) = outputs.trip.filter(|trip| self.trips.last() != Some(trip)) {
            self.trips.push(trip);
        }
        let seen = self.decoder.seen();
        let frame = match &outputs.grant {
            Some(grant) => self.encoder.grant(grant, seen),
            None => self.encoder.standby(&Standby { k2: outputs.k2, tick: self.tick }, seen),
        };
        let bytes = (self.to_generator)(frame.as_bytes().to_vec());
        self.generator.receive(&bytes);
        self.outputs = Some(outputs);
    }

    fn control(&mut self) -> MilliWatts {
        let set_c = match self.ask {
            Ask::Power(power) => return mw(power),
            Ask::Hold(set_c) => set_c,
        };
        let tip = self.telemetry.last().and_then(|t| t.channel(ChannelId::ONE)?.tip.valid());
        let (Some(tip), State::Delivering) = (tip, self.state()) else { return mw(0) };
        self.ramp_c = (self.ramp_c + 0.03).min(set_c);
        let error = self.ramp_c - tip.as_f64();
        self.integral = (self.integral + error * 0.000_5).clamp(0.0, 4.0);
        let power = (error * 0.08 + self.integral).clamp(0.0, 4.4);
        MilliWatts::from_f64(power).expect("clamped")
    }
}

/// Opens a session; says why not.
pub fn open(
    generator: &mut Generator,
    config: Config,
) -> Result<(HostEncoder, HostDecoder), String> {
    let host_now = |generator: &Generator| HostInstant::from_micros(generator.now().as_micros());
    let mut handshake = Handshake::new(config, host_now(generator));
    let mut decoder = handshake.decoder();
    loop {
        let mut messages = Vec::new();
        run(generator, MS, &mut |byte| match decoder.push(byte) {
            Some(Ok(message)) => messages.push(message),
            Some(Err(error)) => handshake.note(&error),
            None => {}
        });
        let mut heard: Vec<Option<&GeneratorMessage>> = messages.iter().map(Some).collect();
        heard.push(None);
        for message in heard {
            match handshake.next(host_now(generator), message) {
                Step::Send(frame) => generator.receive(frame.as_bytes()),
                Step::Wait => {}
                Step::Established(open) => return Ok((open.encoder, decoder)),
                Step::Failed(failure) => return Err(failure.to_string()),
            }
        }
    }
}
