//! The generator: clock, hardware and firmware together.

use crate::fault::{ActiveFaults, Fault, FaultSetting, Severity};
use crate::firmware::{Firmware, Readback};
use crate::inputs::PanelInputs;
use crate::line::Line;
use crate::output::{HiddenOutput, Load, Meters, OutputStage, StageStep};
use crate::random::Random;
use crate::relay::{Relay, TRAVEL};
use crate::sensor::Sensor;
use crate::stranger::Stranger;
use crate::truth::{OffCause, RF_ON_W, RfOff, Truth};
use crate::{ConfigError, Drive, FaultSchedule, GeneratorConfig, Plant};
use rfa_units::{Contactor, EmergencyStop, GeneratorInstant, MilliWatts, Span};
use std::collections::VecDeque;

/// One step of the firmware.
pub const FIRMWARE_STEP: Span = Span::from_millis(1);
/// Output endings kept, newest last.
const RF_OFFS_MAX: usize = 64;
/// A failed supply holds this long (H-55).
const HOLD_UP_S: f64 = 0.020;
/// What is left of the supply under the brown-out's twin.
const SAG_TWIN: f64 = 0.92;
/// A welded contact's twin: slow to open.
const SLOW_TRAVEL: Span = Span::from_millis(18);
/// Foreign heat of the over-temperature fault and its twin, W: the twin warms the smallest
/// electrode by less than H-12's 2 K in the first second.
const FOREIGN_W: [f64; 3] = [2.0, 3.0, 6.0];
const FOREIGN_TWIN_W: f64 = 0.1;
/// Where and how fast the peeling pad goes (H-19: 120 ohm, or 1.4 times the lowest seen).
const PAD_LOSS_OHM: f64 = 400.0;
const PAD_LOSS_S: [f64; 3] = [2.0, 0.5, 0.05];
const PAD_TWIN_RATIO: f64 = 1.3;
/// Where and how fast the slowly peeling pad goes: inside 120 ohm, but past 1.4 times its 60 ohm.
const PAD_CREEP_OHM: f64 = 100.0;
const PAD_CREEP_TWIN_OHM: f64 = 80.0;
const PAD_CREEP_S: [f64; 3] = [10.0, 5.0, 2.0];
const PAD_CREEP_TWIN_S: f64 = 5.0;
/// Smoothing of the power that the generator's own limit looks at, s.
const LIMIT_FILTER_S: f64 = 0.005;
/// Tolerance of its own power and voltage limits, for the error of its own regulator and meters.
const LIMIT_TOLERANCE: f64 = 1.05;

/// A simulated generator on its own clock, which starts at its power-on and moves only by
/// [`Generator::advance`].
pub struct Generator {
    pub(crate) config: GeneratorConfig,
    plant: Box<dyn Plant + Send>,
    pub(crate) now: GeneratorInstant,
    pub(crate) faults: ActiveFaults,
    schedule: FaultSchedule,
    pub(crate) inputs: PanelInputs,
    pub(crate) line: Line,
    pub(crate) firmware: Firmware,
    pub(crate) stranger: Stranger,
    pub(crate) k1: Relay,
    pub(crate) k2: Relay,
    stage: OutputStage,
    hidden: HiddenOutput,
    pub(crate) meters: Meters,
    pub(crate) sensor: Sensor,
    pad_random: Random,
    load: Load,
    volts: f64,
    limit_w: f64,
    energy_j: f64,
    rf_on_since: Option<GeneratorInstant>,
    rf_offs: VecDeque<RfOff>,
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator").field("truth", &self.truth()).finish_non_exhaustive()
    }
}

impl Generator {
    /// A generator just switched on, its needle in `plant`.
    ///
    /// # Errors
    /// [`ConfigError`] naming the field that is out of range.
    pub fn new(config: GeneratorConfig, plant: Box<dyn Plant + Send>) -> Result<Self, ConfigError> {
        config.check()?;
        let seed = config.seed;
        let faults = ActiveFaults::NONE;
        Ok(Self {
            now: GeneratorInstant::ZERO,
            schedule: FaultSchedule::default(),
            inputs: PanelInputs::new(config.footswitch),
            line: Line::new(config.baud, seed),
            firmware: Firmware::new(config.clone()),
            stranger: Stranger::new(),
            k1: Relay::new(),
            k2: Relay::new(),
            stage: OutputStage::new(&config),
            hidden: HiddenOutput::new(),
            meters: Meters::new(seed),
            sensor: Sensor::new(&config, plant.tip_c()),
            pad_random: Random::new(seed, 6),
            load: Load::new(plant.impedance_ohm(), &faults, 0),
            volts: 0.0,
            limit_w: 0.0,
            energy_j: 0.0,
            rf_on_since: None,
            rf_offs: VecDeque::with_capacity(RF_OFFS_MAX),
            faults,
            plant,
            config,
        })
    }

    /// What it was built as.
    #[must_use]
    pub const fn config(&self) -> &GeneratorConfig {
        &self.config
    }

    /// Why its plant is no longer what its model says, in words; none while all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.plant.trouble()
    }

    /// Its clock.
    #[must_use]
    pub const fn now(&self) -> GeneratorInstant {
        self.now
    }

    /// The host puts bytes on the line now. They arrive no faster than the baud rate; more than
    /// [`Generator::receive_room`] are lost and counted.
    pub fn receive(&mut self, bytes: &[u8]) {
        self.line.receive(bytes);
    }

    /// Bytes that [`Generator::receive`] takes without loss.
    #[must_use]
    pub fn receive_room(&self) -> usize {
        self.line.inbound_room()
    }

    /// Takes bytes that have left the generator so far; returns how many were put in `out`.
    pub fn transmit(&mut self, out: &mut [u8]) -> usize {
        self.line.transmit(out)
    }

    /// Bytes lost to full buffers, both ways.
    #[must_use]
    pub const fn bytes_dropped(&self) -> u64 {
        self.line.dropped()
    }

    /// Switches a fault on or off. A fault that is on already at this severity stays as it is.
    pub fn set_fault(&mut self, setting: FaultSetting, on: bool) {
        self.faults.set(setting, on, self.now.as_micros());
    }

    /// Sets the faults to come; what lies before the present does not happen.
    pub fn set_schedule(&mut self, schedule: FaultSchedule) {
        self.schedule = schedule;
    }

    /// Puts a foot on the footswitch or lifts it. Without effect where none is fitted.
    pub const fn press_footswitch(&mut self, down: bool) {
        self.inputs.press_footswitch(down);
    }

    /// Presses or releases the emergency stop.
    pub const fn press_emergency_stop(&mut self, pressed: bool) {
        self.inputs.press_emergency_stop(pressed);
    }

    /// The endings of output that it measured, oldest first; the newest 64.
    pub fn rf_offs(&self) -> impl ExactSizeIterator<Item = &RfOff> + DoubleEndedIterator {
        self.rf_offs.iter()
    }

    /// What is really so.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let session = self.firmware.session();
        let power_w = self.power_w();
        let setpoint = self.firmware.orders().deliver.map_or(MilliWatts::MIN, |(.., power)| power);
        Truth {
            at: self.now,
            tip_c: self.plant.tip_c(),
            sensed_c: self.sensor.reading().valid().map(|reading| reading.as_f64()),
            tissue_max_c: self.plant.tissue_max_c(),
            power_w,
            setpoint,
            impedance_ohm: self.load.ohm,
            rf_on: power_w >= RF_ON_W,
            k1: self.k1.contact(),
            k2: self.k2.contact(),
            energy_j: self.energy_j,
            session: session.map(|session| session.id),
            grants_honoured: session.map_or(0, |session| session.honoured),
            grants_refused: session.map_or(0, |session| session.refused),
        }
    }

    /// Lets time pass in firmware steps, up to `to` and not beyond.
    pub fn advance(&mut self, to: GeneratorInstant) {
        while self.now.plus(FIRMWARE_STEP) <= to {
            self.step();
        }
    }

    fn power_w(&self) -> f64 {
        self.volts * self.volts / self.load.ohm
    }

    fn step(&mut self) {
        let before = self.now;
        self.now = before.plus(FIRMWARE_STEP);
        let now_us = self.now.as_micros();
        for (setting, on) in self.schedule.due(before, self.now) {
            self.faults.set(setting, on, now_us);
        }
        self.inputs.advance(&self.faults, now_us);
        let seen = self.readback();
        self.line.begin_inbound();
        while let Some(byte) = self.line.next_inbound(&self.faults, now_us) {
            self.firmware.hear(byte, &seen);
        }
        self.firmware.tick(&seen);
        let powered = self.supply_holds(now_us);
        if !powered {
            self.firmware.lose_supply();
        }
        self.move_contactors();
        self.drive(powered);
        self.watch_limits();
        self.log_output();
        self.report();
        for frame in self.firmware.outbox.drain(..) {
            self.line.send(&frame, &self.faults, now_us);
        }
        for frame in self.stranger.says.drain(..) {
            self.line.queue(frame.as_bytes().to_vec(), &self.faults, now_us);
        }
        self.line.advance_outbound(&self.faults, now_us);
    }

    fn readback(&self) -> Readback {
        Readback {
            now: self.now,
            k1: self.k1.contact(),
            k2: self.k2.contact(),
            emergency_stop: self.inputs.emergency_stop(),
            power_w: self.power_w(),
            sensor_ok: self.sensor.is_good(),
        }
    }

    /// Whether output stage and coils still have current.
    fn supply_holds(&self, now_us: u64) -> bool {
        !matches!(
            self.faults.get_since(Fault::BrownOut, now_us),
            Some((severity, on_s)) if !severity.is_twin() && on_s >= HOLD_UP_S
        )
    }

    fn move_contactors(&mut self) {
        let orders = self.firmware.orders();
        self.k1.command(orders.k1);
        // The emergency stop interrupts the coil itself; firmware has no say in it (H-49).
        let k2 = if self.inputs.k2_coil_allowed() { orders.k2 } else { Contactor::Open };
        self.k2.command(k2);
        let welding = self.faults.get(Fault::K1Welded);
        let welded = welding.is_some_and(|severity| !severity.is_twin());
        let slow = welding.is_some_and(Severity::is_twin);
        let open_after = if slow { SLOW_TRAVEL } else { TRAVEL };
        self.k1.advance(FIRMWARE_STEP, open_after, welded);
        self.k2.advance(FIRMWARE_STEP, TRAVEL, false);
    }

    /// Output stage, tissue, sensor and meters.
    fn drive(&mut self, powered: bool) {
        let (dt, dt_s) = (FIRMWARE_STEP, FIRMWARE_STEP.as_secs_f64());
        let now_us = self.now.as_micros();
        self.load = Load::new(self.plant.impedance_ohm(), &self.faults, now_us);
        let sag = match self.faults.get(Fault::BrownOut) {
            None => 1.0,
            Some(_) => SAG_TWIN,
        };
        let deliver = self.firmware.orders().deliver.filter(|_| powered);
        let plugged = |channel| channel == self.config.electrode_channel;
        let step = StageStep {
            // A channel without an electrode is an open circuit: no current, no power.
            setpoint_w: deliver
                .filter(|(channel, ..)| plugged(*channel))
                .map(|(.., power)| power.as_f64()),
            k1_shut: self.k1.contact() == Contactor::Shut,
            k2_shut: self.k2.contact() == Contactor::Shut,
            powered,
            load_ohm: self.load.ohm,
            volts_max: self.config.voltage_max.as_f64() * sag,
        };
        self.volts = self.stage.advance(dt_s, &step, &self.faults);
        let foreign = self.faults.get(Fault::OverTemperature);
        let foreign_w = foreign.map_or(0.0, |severity| severity.of(FOREIGN_W, FOREIGN_TWIN_W));
        let hidden_w = self.hidden.advance(dt_s, self.power_w(), &step, &self.faults);
        let heat_w = foreign_w + hidden_w;
        self.plant.advance(dt, Drive { volts: self.volts * self.load.tissue_share, heat_w });
        self.sensor.advance(dt_s, self.plant.tip_c(), &self.faults);
        self.meters.add(self.volts, self.load.ohm);
        let power_w = self.power_w();
        self.limit_w += (power_w - self.limit_w) * dt_s / (LIMIT_FILTER_S + dt_s);
        self.energy_j += power_w * dt_s;
        if let Some(session) = self.firmware.session_mut() {
            session.energy_j += power_w * dt_s;
        }
    }

    /// The generator's own limits: they hold whatever the host grants.
    fn watch_limits(&mut self) {
        let channel = self.config.electrode_channel;
        let Some(session) = self.firmware.session() else { return };
        if session.tripped {
            return;
        }
        let Some(gate) = session.gate(channel) else { return };
        let limits = gate.limits();
        let over_t =
            self.sensor.reading().valid().is_some_and(|reading| reading > limits.temperature_max);
        let cause = if self.limit_w > limits.power_max.as_f64() * LIMIT_TOLERANCE {
            OffCause::PowerLimit
        } else if self.volts > limits.voltage_max.as_f64() * LIMIT_TOLERANCE {
            OffCause::VoltageLimit
        } else if over_t && session.delivery.is_some() {
            OffCause::TemperatureLimit
        } else {
            return;
        };
        self.firmware.trip(cause);
    }

    /// Notes the ends of output.
    fn log_output(&mut self) {
        let rf_on = self.power_w() >= RF_ON_W;
        match (self.rf_on_since, rf_on) {
            (None, true) => self.rf_on_since = Some(self.now),
            (Some(since), false) => {
                self.rf_on_since = None;
                if self.rf_offs.len() >= RF_OFFS_MAX {
                    self.rf_offs.pop_front();
                }
                self.rf_offs.push_back(RfOff {
                    at: self.now,
                    on_for: self.now.since(since),
                    since_grant: self.firmware.last_grant().map(|at| self.now.since(at)),
                    cause: self.off_cause(),
                    delivery: self.firmware.deliveries(),
                });
            }
            _ => {}
        }
    }

    /// The firmware's reason, or the hardware's where it was faster.
    fn off_cause(&self) -> OffCause {
        match self.firmware.off_cause() {
            Some(cause) => cause,
            None if self.inputs.emergency_stop() != EmergencyStop::Released
                || !self.inputs.k2_coil_allowed() =>
            {
                OffCause::EmergencyStop
            }
            None => self.firmware.cause_without_stop(),
        }
    }

    /// The pad's impedance under its fault, ohm, as metered.
    pub(crate) fn metered_pad_ohm(&mut self) -> f64 {
        let now_us = self.now.as_micros();
        let rest = self.plant.pad_ohm();
        let ohm = match self.faults.get_since(Fault::PadLoss, now_us) {
            None => rest,
            Some((Severity::Twin, _)) => rest * PAD_TWIN_RATIO,
            Some((severity, on_s)) => {
                let in_s = severity.of(PAD_LOSS_S, 1.0);
                rest + (PAD_LOSS_OHM - rest) * (on_s / in_s).min(1.0)
            }
        };
        let creep_ohm = match self.faults.get_since(Fault::PadCreep, now_us) {
            None => 0.0,
            Some((severity, on_s)) => {
                let twin = severity.is_twin();
                let end = if twin { PAD_CREEP_TWIN_OHM } else { PAD_CREEP_OHM };
                let in_s = severity.of(PAD_CREEP_S, PAD_CREEP_TWIN_S);
                (end - rest) * (on_s / in_s).min(1.0)
            }
        };
        let ohm = ohm + creep_ohm;
        ohm * (1.0 + 0.002 * self.pad_random.normal())
    }
}
