//! The output stage, what it is connected to, and its meters.

use crate::GeneratorConfig;
use crate::fault::{ActiveFaults, Fault};
use crate::random::Random;
use rfa_units::{MicroAmps, MilliVolts, MilliWatts, Milliohms};
use std::collections::VecDeque;

/// Time constant of the power regulator, s: a few carrier cycles and one filter.
const REGULATOR_S: f64 = 0.003;
/// Largest error of the usual regulated power; drawn once from the seed (hazards.md E3 allows 20
/// %).
const ACCURACY: f64 = 0.02;
/// Noise of a metered value, rms share.
const METER_NOISE: f64 = 0.003;
/// Noise of the power meter around zero, W rms.
const METER_FLOOR_W: f64 = 0.001;
/// Below this many volts the current is too small to divide by: the test signal measures.
const TEST_SIGNAL_BELOW_V: f64 = 0.5;
/// What a stuck output stage delivers, W. Each fault that has sizes is small, full and large.
const STUCK_W: [f64; 3] = [1.0, 5.0, 10.0];
/// What its twin leaks, W: half of what H-05 calls output.
const STUCK_TWIN_W: f64 = 0.1;
/// Gain of the faulty output stage and of its twin (H-04 trips above 20 %).
const GAIN: [f64; 3] = [1.3, 1.5, 3.0];
const GAIN_TWIN: f64 = 1.15;
/// Where and how fast the impedance faults go (H-14, H-15), ohm and s.
const HIGH_OHM: f64 = 3_500.0;
const HIGH_TWIN_OHM: f64 = 1_450.0;
const HIGH_TWIN_RATIO: f64 = 1.8;
const HIGH_S: [f64; 3] = [2.0, 0.5, 0.05];
const HIGH_TWIN_S: f64 = 5.0;
const LOW_OHM: [f64; 3] = [38.0, 20.0, 5.0];
const LOW_TWIN_RATIO: f64 = 0.75;
const LOW_TWIN_S: f64 = 2.0;
const STEP: [f64; 3] = [2.2, 3.0, 8.0];
const STEP_TWIN: f64 = 1.8;
/// Drying: where impedance ends and how fast (H-16: 25 % in 0.5 s; below twice the baseline, which
/// is H-14's).
const ROLL_OFF: [(f64, f64); 3] = [(1.7, 1.0), (1.9, 1.0), (1.9, 0.3)];
const ROLL_OFF_TWIN: (f64, f64) = (1.2, 1.0);
/// Broken insulation: what is left of the impedance, and how fast it goes (H-17: 30 % in 0.2 s; at
/// 60 °C still above half of the baseline, which is H-15's).
const INSULATION: [f64; 3] = [0.68, 0.65, 0.3];
const INSULATION_TWIN: f64 = 0.8;
const INSULATION_S: f64 = 0.02;
/// What the faulty voltage meter and its twin show of a volt (H-18: 15 % of the power).
const METER: [f64; 3] = [0.8, 0.7, 0.4];
const METER_TWIN: f64 = 0.9;

/// What part of the power before goes on where no meter shows it, and over what time that power is
/// averaged, s.
const HIDDEN: [f64; 3] = [0.9, 1.0, 1.5];
const HIDDEN_TWIN: f64 = 0.25;
const HIDDEN_MEAN_S: f64 = 0.5;

/// What the output stage sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Load {
    /// Impedance magnitude, ohm.
    pub(crate) ohm: f64,
    /// Voltage at the electrode in tissue per volt of output.
    pub(crate) tissue_share: f64,
}

impl Load {
    /// The plant's impedance under the impedance faults.
    pub(crate) fn new(plant_ohm: f64, faults: &ActiveFaults, now_us: u64) -> Self {
        let mut load = Self { ohm: plant_ohm, tissue_share: 1.0 };
        // Dry tissue: the same power in the same place at a higher voltage.
        if let Some(severity) = faults.get(Fault::ImpedanceStep) {
            // The twin stays below both of H-14's limits: twice the baseline, and 1500 ohm.
            let twin = STEP_TWIN.min(HIGH_TWIN_OHM / load.ohm).max(1.0);
            let ratio = severity.of(STEP, twin);
            load.ohm *= ratio;
            load.tissue_share = 1.0 / square_root(ratio);
        }
        if let Some((severity, on_s)) = faults.get_since(Fault::RollOff, now_us) {
            let (end, in_s) = severity.of(ROLL_OFF, ROLL_OFF_TWIN);
            let ratio = 1.0 + (end - 1.0) * (on_s / in_s).min(1.0);
            load.ohm *= ratio;
            load.tissue_share /= square_root(ratio);
        }
        // A second way for the current; the tissue's voltage stays.
        if let Some((severity, on_s)) = faults.get_since(Fault::InsulationFault, now_us) {
            let end = severity.of(INSULATION, INSULATION_TWIN);
            load.ohm *= 1.0 - (1.0 - end) * (on_s / INSULATION_S).min(1.0);
        }
        // A bad contact in series takes its part of the voltage.
        if let Some((severity, on_s)) = faults.get_since(Fault::ImpedanceHigh, now_us) {
            let twin_end = (load.ohm * HIGH_TWIN_RATIO).min(HIGH_TWIN_OHM).max(load.ohm);
            let end = if severity.is_twin() { twin_end } else { HIGH_OHM };
            let ramp_s = severity.of(HIGH_S, HIGH_TWIN_S);
            let seen = load.ohm + (end - load.ohm) * (on_s / ramp_s).min(1.0);
            load.tissue_share *= load.ohm / seen;
            load.ohm = seen;
        }
        // Metal in parallel takes current; the tissue's voltage stays.
        if let Some((severity, on_s)) = faults.get_since(Fault::ImpedanceLow, now_us) {
            let twin = load.ohm * (1.0 - (1.0 - LOW_TWIN_RATIO) * (on_s / LOW_TWIN_S).min(1.0));
            load.ohm = severity.of(LOW_OHM, twin).min(load.ohm);
        }
        load
    }
}

/// IEEE 754 fixes the square root to the last bit, so it is the same on every machine.
fn square_root(value: f64) -> f64 {
    value.sqrt()
}

/// The power-regulated output stage.
#[derive(Debug, Clone)]
pub(crate) struct OutputStage {
    volts: f64,
    gain: f64,
    quantum_w: f64,
    /// Set-points on their way, W, one a millisecond; empty where there is no delay.
    coming: VecDeque<f64>,
}

impl OutputStage {
    pub(crate) fn new(config: &GeneratorConfig) -> Self {
        let usual = (Random::new(config.seed, 1).unit() * 2.0 - 1.0) * ACCURACY;
        // A configuration that was checked has 40 ms at most.
        let delay_ms = usize::try_from(config.power_delay.as_micros() / 1_000).unwrap_or(0);
        Self {
            volts: 0.0,
            gain: 1.0 + config.power_error.unwrap_or(usual),
            quantum_w: config.power_quantum_w,
            coming: VecDeque::from(vec![0.0; delay_ms]),
        }
    }

    /// The set-point that is in force when this one is told.
    fn delayed(&mut self, told_w: f64) -> f64 {
        self.coming.push_back(told_w);
        self.coming.pop_front().unwrap_or(told_w)
    }

    /// One millisecond; returns the voltage (rms) that reaches the load.
    ///
    /// `setpoint_w` is `None` where the firmware keys the stage off; `through` says whether both
    /// contactors are shut, `k2` whether the second one is.
    pub(crate) fn advance(&mut self, dt_s: f64, step: &StageStep, faults: &ActiveFaults) -> f64 {
        let stuck = faults.get(Fault::OutputStuckOn);
        let stuck_w = stuck.map_or(0.0, |severity| severity.of(STUCK_W, STUCK_TWIN_W));
        // The regulator follows only while its output can flow, so that shutting a contactor
        // never meets a wound-up stage.
        let wanted_v = match step.setpoint_w.filter(|_| step.k1_shut && step.k2_shut) {
            None => {
                self.volts = 0.0;
                self.coming.iter_mut().for_each(|coming| *coming = 0.0);
                0.0
            }
            Some(setpoint_w) => {
                let steps = (self.delayed(setpoint_w) / self.quantum_w + 0.5) as u32;
                let power_w = f64::from(steps) * self.quantum_w * self.gain * gain_fault(faults);
                square_root(power_w * step.load_ohm).min(step.volts_max)
            }
        };
        self.volts += (wanted_v - self.volts) * dt_s / (REGULATOR_S + dt_s);
        // A stuck stage bypasses K1: only K2 and its own supply end it.
        if step.k2_shut && step.powered && stuck_w > 0.0 {
            return self.volts.max(square_root(stuck_w * step.load_ohm).min(step.volts_max));
        }
        self.volts
    }
}

/// What the stage is told and connected to in one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StageStep {
    pub(crate) setpoint_w: Option<f64>,
    pub(crate) k1_shut: bool,
    pub(crate) k2_shut: bool,
    pub(crate) powered: bool,
    pub(crate) load_ohm: f64,
    pub(crate) volts_max: f64,
}

/// What goes on past K1 and the meters after the stage was told to stop (H-13).
#[derive(Debug, Clone)]
pub(crate) struct HiddenOutput {
    /// The power while it was output.
    mean_w: f64,
}

impl HiddenOutput {
    pub(crate) const fn new() -> Self {
        Self { mean_w: 0.0 }
    }

    /// One millisecond; returns the power that no meter shows, W.
    pub(crate) fn advance(
        &mut self,
        dt_s: f64,
        power_w: f64,
        step: &StageStep,
        faults: &ActiveFaults,
    ) -> f64 {
        if step.setpoint_w.is_some() {
            self.mean_w += (power_w - self.mean_w) * dt_s / (HIDDEN_MEAN_S + dt_s);
            return 0.0;
        }
        let goes_on = step.k2_shut && step.powered;
        let ratio = faults.get(Fault::HiddenOutput).filter(|_| goes_on);
        self.mean_w * ratio.map_or(0.0, |severity| severity.of(HIDDEN, HIDDEN_TWIN))
    }
}

fn gain_fault(faults: &ActiveFaults) -> f64 {
    faults.get(Fault::OutputGain).map_or(1.0, |severity| severity.of(GAIN, GAIN_TWIN))
}

/// What the meters show for one telemetry period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Metered {
    pub(crate) power: MilliWatts,
    pub(crate) voltage: MilliVolts,
    pub(crate) current: MicroAmps,
    pub(crate) impedance: Option<Milliohms>,
}

/// Meters that average over a telemetry period.
#[derive(Debug, Clone)]
pub(crate) struct Meters {
    sum_w: f64,
    sum_v2: f64,
    sum_a2: f64,
    samples: f64,
    load_ohm: f64,
    random: Random,
}

impl Meters {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            sum_w: 0.0,
            sum_v2: 0.0,
            sum_a2: 0.0,
            samples: 0.0,
            load_ohm: 0.0,
            random: Random::new(seed, 3),
        }
    }

    /// Takes one millisecond's true values.
    pub(crate) fn add(&mut self, volts: f64, load_ohm: f64) {
        let amps = volts / load_ohm;
        self.sum_w += volts * amps;
        self.sum_v2 += volts * volts;
        self.sum_a2 += amps * amps;
        self.samples += 1.0;
        self.load_ohm = load_ohm;
    }

    /// Reads the meters and begins the next period.
    pub(crate) fn read(&mut self, faults: &ActiveFaults) -> Metered {
        let samples = self.samples.max(1.0);
        let mut noisy = || 1.0 + METER_NOISE * self.random.normal();
        let volts = square_root(self.sum_v2 / samples) * noisy();
        let amps = square_root(self.sum_a2 / samples) * noisy();
        let (power_noise, test_noise) = (noisy(), noisy());
        let floor_w = METER_FLOOR_W * self.random.normal();
        let power_w = self.sum_w / samples * power_noise + floor_w;
        let ohm =
            if volts >= TEST_SIGNAL_BELOW_V { volts / amps } else { self.load_ohm * test_noise };
        let scale = faults.get(Fault::MeterError).map_or(1.0, |s| s.of(METER, METER_TWIN));
        (self.sum_w, self.sum_v2, self.sum_a2, self.samples) = (0.0, 0.0, 0.0, 0.0);
        Metered {
            power: MilliWatts::saturating(rounded(power_w * 1e3)),
            voltage: MilliVolts::saturating(rounded(volts * scale * 1e3)),
            current: MicroAmps::saturating(rounded(amps * 1e6)),
            impedance: Some(Milliohms::saturating(rounded(ohm * 1e3))),
        }
    }
}

/// The nearest integer; a meter at the end of its range stays there.
pub(crate) fn rounded(value: f64) -> i64 {
    (if value < 0.0 { value - 0.5 } else { value + 0.5 }) as i64
}
