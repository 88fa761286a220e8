//! A small test plant and the loop around it: generator, delays, sensor, a stand-in interlock.
#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]
#![allow(unreachable_pub, missing_docs, reason = "a test's own module")]

mod plant;
mod sag;

pub use plant::{ELECTRODES, ElectrodeCase, STRANGERS, TestPlant};
pub use sag::{Sag, steepest};

use rfa_control::{Control, ControlInputs, ControlOutputs, Phase};
use rfa_plan::{Gate, Program, StepSpec};
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, GeneratorInstant,
    HostInstant, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts, Milliohms, Mode,
    OutputState, Permit, Span, StepIndex, StopReason, Supply, Telemetry, TipReading,
};
use std::collections::VecDeque;

pub fn celsius(value: f64) -> MilliCelsius {
    MilliCelsius::from_f64(value).expect("a temperature")
}

pub fn watts(value: f64) -> MilliWatts {
    MilliWatts::from_f64(value).expect("a power")
}

/// A program of steps `(set °C, ramp s, hold s, ceiling W)`.
pub fn program(steps: &[(f64, f64, f64, f64)]) -> Program {
    let (mut specs, mut ceilings) = (Bounded::new(), Bounded::new());
    for (set, ramp, hold, ceiling) in steps {
        let spec = StepSpec {
            set: celsius(*set),
            ramp: Span::from_micros((ramp * 1e6) as u64),
            hold: Span::from_micros((hold * 1e6) as u64),
            gate: Gate::None,
        };
        specs.push(spec).expect("room for a step");
        ceilings.push(watts(*ceiling)).expect("room for a ceiling");
    }
    Program {
        channel: ChannelId::ONE,
        mode: Mode::Thermal,
        steps: specs,
        ceilings,
        response_mk_j: 6_500,
    }
}

pub fn report(tip: TipReading, setpoint: f64, power: f64) -> ChannelReport {
    ChannelReport {
        channel: ChannelId::ONE,
        output: OutputState::Off,
        tip,
        power: watts(power),
        voltage: MilliVolts::MIN,
        current: MicroAmps::MIN,
        impedance: Milliohms::new(300_000),
        setpoint: watts(setpoint),
        energy: MilliJoules::MIN,
    }
}

pub fn telemetry(at: GeneratorInstant, report: ChannelReport) -> Telemetry {
    let mut channels = Bounded::new();
    channels.push(report).expect("room for a channel");
    Telemetry {
        sequence: (at.as_micros() / 10_000) as u32,
        at,
        k1: Contactor::Shut,
        k2: Contactor::Shut,
        emergency_stop: EmergencyStop::Released,
        footswitch: Footswitch::NotFitted,
        supply: Supply::Good,
        pad: Milliohms::new(50_000),
        grants_refused: 0,
        channels,
    }
}

/// How the world around the loop is.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub lag_s: f64,
    pub noise_k: f64,
    /// The generator's own delay, ms.
    pub delay_ms: usize,
    /// Output gain of the generator: delivered over asked.
    pub gain: f64,
    pub base_c: f64,
    pub seed: u64,
    /// What makes the reading sag, where anything does.
    pub sag: Option<Sag>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            lag_s: 0.15,
            noise_k: 0.05,
            delay_ms: 10,
            gain: 1.0,
            base_c: 37.0,
            seed: 1,
            sag: None,
        }
    }
}

/// One tick's outcome.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub t: f64,
    pub truth: f64,
    pub sensed: f64,
    /// What the sag adds to the reading, K.
    pub offset: f64,
    pub out: ControlOutputs,
}

pub struct Bench {
    pub control: Control,
    pub plant: TestPlant,
    pub world: World,
    /// Whether the person wants output.
    pub pressed: bool,
    pub permit: Permit,
    /// The interlock's grant is cut to this, W.
    pub grant_max: f64,
    pub rows: Vec<Row>,
    ceilings: Vec<MilliWatts>,
    tick: u64,
    pipe: VecDeque<f64>,
    setpoint: f64,
    pending: Option<Telemetry>,
    sensed: f64,
    offset: f64,
    /// Time of power, ms: what a sag's own time counts from.
    sag_ms: u32,
    random: u64,
}

impl Bench {
    pub fn new(mut program: Program, electrode: &ElectrodeCase, world: World) -> Self {
        program.response_mk_j = electrode.response_mk_j;
        let ceilings: Vec<_> = program.ceilings.iter().copied().collect();
        let permit = Permit {
            delivering: false,
            step: StepIndex::FIRST,
            granted: MilliWatts::MIN,
            ceiling: ceilings[0],
        };
        Self {
            control: Control::new(program).expect("a program"),
            plant: TestPlant::new(electrode),
            world,
            pressed: false,
            permit,
            grant_max: 500.0,
            rows: Vec::new(),
            ceilings,
            tick: 0,
            pipe: VecDeque::from(vec![0.0; world.delay_ms.max(1)]),
            setpoint: 0.0,
            pending: None,
            sensed: world.base_c,
            offset: 0.0,
            sag_ms: 0,
            random: world.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        }
    }

    fn uniform(&mut self) -> f64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }

    pub fn truth(&self) -> f64 {
        self.world.base_c + self.plant.rise()
    }

    /// One tick of 10 ms: control, then interlock, then ten firmware milliseconds.
    pub fn tick(&mut self) -> ControlOutputs {
        self.tick += 1;
        let mut frames = Bounded::new();
        if let Some(frame) = self.pending.take() {
            frames.push(frame).expect("room");
        }
        let inputs = ControlInputs {
            tick: self.tick,
            now: HostInstant::from_micros(self.tick * 10_000),
            telemetry: frames,
            permit: Some(self.permit),
        };
        let (next, out) = self.control.step(&inputs);
        self.control = next;
        self.rows.push(Row {
            t: self.tick as f64 * 0.01,
            truth: self.truth(),
            sensed: self.sensed,
            offset: self.offset,
            out,
        });
        self.interlock(&out);
        self.generator();
        out
    }

    fn interlock(&mut self, out: &ControlOutputs) {
        if self.permit.delivering && out.request.stop.is_some() {
            if out.request.stop == Some(StopReason::StepDone) {
                self.permit.step = self.permit.step.next().expect("a next step");
            }
            self.pressed = false;
        }
        let ceiling = self.ceilings.get(self.permit.step.get()).copied();
        self.permit.delivering = self.pressed && ceiling.is_some();
        self.permit.ceiling = ceiling.unwrap_or(MilliWatts::MIN);
        let granted = out.request.power.min(self.permit.ceiling).min(watts(self.grant_max));
        self.permit.granted = if self.permit.delivering { granted } else { MilliWatts::MIN };
    }

    fn generator(&mut self) {
        for _ in 0..10 {
            self.pipe.push_back(self.permit.granted.as_f64());
            self.setpoint = self.pipe.pop_front().expect("a pipe");
            self.sag_ms += u32::from(self.permit.delivering);
            let sag = self.world.sag.as_ref();
            let sink = sag.map_or(0.0, |sag| sag.sink_w(f64::from(self.sag_ms) / 1e3));
            self.plant.advance_ms(self.setpoint * self.world.gain - sink);
            self.sensed += (self.truth() - self.sensed) * (1.0 - (-0.001 / self.world.lag_s).exp());
        }
        let sag = self.world.sag.as_ref();
        self.offset = sag.map_or(0.0, |sag| sag.offset_k(f64::from(self.sag_ms) / 1e3));
        let noisy = self.sensed + self.offset + self.normal() * self.world.noise_k;
        let tip = TipReading::Valid(celsius(noisy));
        let power = self.setpoint * self.world.gain;
        let at = GeneratorInstant::from_micros(self.tick * 10_000 + 5_000);
        self.pending = Some(telemetry(at, report(tip, self.setpoint, power)));
    }

    /// Runs for `seconds`, or until `until` says so of an output.
    pub fn run(&mut self, seconds: f64, until: impl Fn(&ControlOutputs) -> bool) -> ControlOutputs {
        let mut last = self.tick();
        for _ in 0..(seconds * 100.0) as usize {
            if until(&last) {
                break;
            }
            last = self.tick();
        }
        last
    }

    /// Rests, presses, and runs the step in hand to its end.
    pub fn run_step(&mut self, rest_s: f64, limit_s: f64) -> Figures {
        self.pressed = false;
        self.run(rest_s, |_| false);
        self.pressed = true;
        let from = self.rows.len();
        let out = self.run(limit_s, |out| matches!(out.phase, Phase::Gate | Phase::Complete));
        Figures::of(&self.rows[from..], out)
    }
}

/// What a step achieved.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub done: bool,
    pub reached_s: f64,
    pub held_s: f64,
    /// Overshoot of the tip itself and of the noise-free sensor, K.
    pub over_true: f64,
    pub over_sensed: f64,
    /// Largest and root-mean-square distance of the tip from the target, from 2 s on, K.
    pub track_max: f64,
    pub track_rms: f64,
    /// Mean absolute distance of the tip from the set temperature in hold, K.
    pub hold_mae: f64,
    /// Lowest tip below set from 5 s after reaching, K.
    pub sag: f64,
    pub peak_w: f64,
    /// Largest slope of the sensor over 200 ms, K/s.
    pub slope_max: f64,
}

impl Figures {
    fn of(rows: &[Row], out: ControlOutputs) -> Self {
        let set = out.set.as_f64();
        let above = |value: fn(&Row) -> f64| {
            rows.iter().map(|row| value(row) - set).fold(f64::MIN, f64::max)
        };
        let running = |row: &&Row| matches!(row.out.phase, Phase::Ramp | Phase::Hold);
        let start = rows.iter().find(running).map_or(0.0, |row| row.t);
        let ramp: Vec<f64> = rows
            .iter()
            .filter(|row| row.out.phase == Phase::Ramp && row.t > start + 2.0)
            .filter_map(|row| row.out.target.map(|target| row.truth - target.as_f64()))
            .collect();
        let hold: Vec<&Row> = rows.iter().filter(|row| row.out.phase == Phase::Hold).collect();
        let held_from = hold.first().map_or(0.0, |row| row.t);
        let late = hold.iter().filter(|row| row.t > held_from + 5.0);
        let slope = rows.windows(21).map(|w| (w[20].sensed - w[0].sensed) / 0.2);
        Self {
            done: matches!(out.phase, Phase::Gate | Phase::Complete),
            reached_s: out.reached.map_or(f64::NAN, Span::as_secs_f64),
            held_s: out.held.as_secs_f64(),
            over_true: above(|row| row.truth),
            over_sensed: above(|row| row.sensed),
            track_max: ramp.iter().map(|e| e.abs()).fold(0.0, f64::max),
            track_rms: (ramp.iter().map(|e| e * e).sum::<f64>() / ramp.len().max(1) as f64).sqrt(),
            hold_mae: hold.iter().map(|row| (row.truth - set).abs()).sum::<f64>()
                / hold.len().max(1) as f64,
            sag: late.map(|row| set - row.truth).fold(0.0, f64::max),
            peak_w: rows.iter().map(|row| row.out.request.power.as_f64()).fold(0.0, f64::max),
            slope_max: slope.fold(0.0, f64::max),
        }
    }
}
