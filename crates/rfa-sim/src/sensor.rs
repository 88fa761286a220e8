//! The temperature channel: thermocouple, converter, burnout detection.

use crate::GeneratorConfig;
use crate::fault::{ActiveFaults, Fault, Severity};
use crate::random::Random;
use rfa_units::{MilliCelsius, TipReading};

/// Open for this long, ms, and burnout detection says so.
const BURNOUT_MS: u32 = 10;
/// What a crushed cable reads, °C (H-07: below 30). Each fault that has sizes is small, full and
/// large.
const CABLE_C: [f64; 3] = [29.0, 28.0, 22.0];
/// Noise of the noisy channel, °C rms (H-56 tests 0.1 to 20 K).
const NOISE_C: [f64; 3] = [1.5, 5.0, 15.0];
/// Noise of its twin: in quadrature with 0.05 °C still below 0.3 °C rms (hazards.md decision 2).
const NOISE_TWIN_C: f64 = 0.25;
/// Step of the open sensor's twin, K. A step's slope by least squares over 200 ms is at most 1.5
/// times its size over 200 ms: 9 K/s here, below H-07's 15 K/s and, when it ends, below H-03's 10
/// K/s; and below H-56's 2 K spread.
const STEP_TWIN_K: f64 = 1.2;
/// Interference and its twin, K to either side (H-56: a spread of 2 K), and what is left of its
/// frequency when it is sampled, Hz: near enough to half the rate that no slope shows.
const INTERFERENCE_K: [f64; 3] = [1.5, 2.0, 4.0];
const INTERFERENCE_TWIN_K: f64 = 0.6;
const INTERFERENCE_HZ: f64 = 47.0;
/// Lag of the twin of a tip that does not answer, s: the slowest there is (hazards.md a.1).
const SLOW_LAG_S: f64 = 0.3;
/// How far and how fast the reading runs away (H-03: 10 K/s; H-12: 2 K in a second).
const RUNAWAY_K: f64 = 30.0;
const RUNAWAY_K_PER_S: [f64; 3] = [12.0, 20.0, 50.0];
const RUNAWAY_TWIN_K: f64 = 1.8;
const RUNAWAY_TWIN_K_PER_S: f64 = 5.0;
const RUNAWAY_BACK_K_PER_S: f64 = 1.0;
/// The short's twin sags like a cold wash: 3 to 7 K/s is no short (hazards.md decision 2).
const SAG_K_PER_S: f64 = 5.0;
const SAG_K: f64 = 3.0;
const SAG_BACK_K_PER_S: f64 = 1.0;
/// The frozen sensor's twin: 20 samples in each second, below the 25 of H-08.
const FREEZE_TWIN_S: f64 = 0.2;
const FREEZE_EVERY_S: f64 = 1.0;

/// A thermocouple of one lag in front of a noisy, quantised converter.
#[derive(Debug, Clone)]
pub(crate) struct Sensor {
    lag_s: f64,
    noise_c: f64,
    quantum_mc: f64,
    lagged_c: f64,
    /// The tip before any heating.
    rest_c: f64,
    random: Random,
    open_ms: u32,
    reading: TipReading,
}

impl Sensor {
    pub(crate) fn new(config: &GeneratorConfig, at_c: f64) -> Self {
        Self {
            lag_s: config.sensor_lag.as_secs_f64(),
            noise_c: config.sensor_noise_c,
            quantum_mc: config.sensor_quantum_c * 1_000.0,
            lagged_c: at_c,
            rest_c: at_c,
            random: Random::new(config.seed, 2),
            open_ms: 0,
            reading: TipReading::Faulty,
        }
    }

    /// One millisecond at the tip's true temperature.
    pub(crate) fn advance(&mut self, dt_s: f64, tip_c: f64, faults: &ActiveFaults) {
        // Implicit first order: at no lag it follows at once.
        let slow = faults.get(Fault::NoResponse) == Some(Severity::Twin);
        let lag_s = if slow { self.lag_s.max(SLOW_LAG_S) } else { self.lag_s };
        self.lagged_c += (tip_c - self.lagged_c) * dt_s / (lag_s + dt_s);
        let open = faults.is_real(Fault::SensorOpen);
        self.open_ms = if open { self.open_ms.saturating_add(1) } else { 0 };
    }

    /// Converts once; called when a telemetry frame is made.
    pub(crate) fn convert(&mut self, faults: &ActiveFaults, now_us: u64) -> TipReading {
        // Drawn whatever the faults are, so that a fault leaves the noise after it unchanged.
        let (noise, extra) = (self.random.normal(), self.random.normal());
        if self.open_ms >= BURNOUT_MS {
            self.reading = TipReading::Open;
            return self.reading;
        }
        if frozen(faults, now_us) && self.reading.valid().is_some() {
            return self.reading;
        }
        let left_tissue = faults.is_real(Fault::NoResponse);
        let tissue_c = if left_tissue { self.rest_c } else { self.lagged_c };
        let short = faults.get(Fault::SensorShort);
        let source_c = short.map_or(tissue_c, |severity| severity.of(CABLE_C, tissue_c));
        let noise_c = noise * self.noise_c + extra * extra_noise_c(faults);
        let seen_c = source_c + noise_c + twin_offset_k(faults, now_us) + added_k(faults, now_us);
        self.reading = quantise(seen_c, self.quantum_mc);
        self.reading
    }

    /// The newest conversion.
    pub(crate) const fn reading(&self) -> TipReading {
        self.reading
    }

    /// Whether the converter answers and sees a sensor, for the self-test.
    pub(crate) const fn is_good(&self) -> bool {
        self.open_ms == 0
    }
}

/// The nearest code, or `Faulty` where the converter is out of its range.
fn quantise(seen_c: f64, quantum_mc: f64) -> TipReading {
    let code = nearest(seen_c * 1_000.0 / quantum_mc);
    let millis = nearest(f64::from(code) * quantum_mc);
    MilliCelsius::new(millis).map_or(TipReading::Faulty, TipReading::Valid)
}

/// The nearest whole number; one beyond i32 saturates, which is out of every range.
fn nearest(value: f64) -> i32 {
    (if value < 0.0 { value - 0.5 } else { value + 0.5 }) as i32
}

fn extra_noise_c(faults: &ActiveFaults) -> f64 {
    faults.get(Fault::SensorNoise).map_or(0.0, |severity| severity.of(NOISE_C, NOISE_TWIN_C))
}

fn frozen(faults: &ActiveFaults, now_us: u64) -> bool {
    match faults.get_since(Fault::SensorFrozen, now_us) {
        None => false,
        Some((severity, on_s)) => !severity.is_twin() || on_s % FREEZE_EVERY_S < FREEZE_TWIN_S,
    }
}

/// What interference and a reading that runs away add.
fn added_k(faults: &ActiveFaults, now_us: u64) -> f64 {
    let interference = match faults.get_since(Fault::SensorInterference, now_us) {
        None => 0.0,
        Some((severity, on_s)) => {
            let peak_k = severity.of(INTERFERENCE_K, INTERFERENCE_TWIN_K);
            peak_k * libm::sin(on_s * INTERFERENCE_HZ * core::f64::consts::TAU)
        }
    };
    let runaway = match faults.get_since(Fault::Runaway, now_us) {
        None => 0.0,
        Some((Severity::Twin, on_s)) => {
            let back_s = RUNAWAY_TWIN_K / RUNAWAY_TWIN_K_PER_S;
            let left_k = RUNAWAY_TWIN_K - RUNAWAY_BACK_K_PER_S * (on_s - back_s);
            (on_s * RUNAWAY_TWIN_K_PER_S).min(left_k).max(0.0)
        }
        Some((severity, on_s)) => {
            (on_s * severity.of(RUNAWAY_K_PER_S, RUNAWAY_TWIN_K_PER_S)).min(RUNAWAY_K)
        }
    };
    interference + runaway
}

/// What the twins of the open and the short add to the reading.
fn twin_offset_k(faults: &ActiveFaults, now_us: u64) -> f64 {
    let step = match faults.get(Fault::SensorOpen) {
        Some(Severity::Twin) => -STEP_TWIN_K,
        _ => 0.0,
    };
    let sag = match faults.get_since(Fault::SensorShort, now_us) {
        Some((Severity::Twin, on_s)) => {
            let falling = SAG_K_PER_S * on_s;
            let back = SAG_K - SAG_BACK_K_PER_S * (on_s - SAG_K / SAG_K_PER_S);
            -falling.min(back).clamp(0.0, SAG_K)
        }
        _ => 0.0,
    };
    step + sag
}
