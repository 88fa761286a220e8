//! The generator and the needle as they are identified: a few numbers each, with what the numbers
//! do not explain kept frame by frame.

use super::rest::{FrameRest, Rest, TipRest};
use rfa_units::{
    ChannelReport, Contactor, MicroAmps, MilliCelsius, MilliJoules, MilliVolts, MilliWatts,
    Milliohms, Mode, OutputState, Telemetry, TipReading,
};
use serde::Serialize;
use std::collections::VecDeque;

/// Time constants offered to the fit, s: from the needle's own to that of the tissue around.
pub(super) const TAUS_S: [f64; 7] = [0.3, 1.0, 3.0, 8.0, 20.0, 50.0, 130.0];
/// Newest decisions remembered, ticks: longer than any delay that is looked for.
pub(super) const REMEMBERED: usize = 16;
/// Longest delay looked for, ticks.
pub(super) const DELAY_MAX: usize = 12;
/// Set-points that a metered power is made of: of its own frame and the two before.
pub(super) const SHARES: usize = 3;

/// One first-order part of the tip's answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Part {
    /// Rise per power in the end, K/W.
    pub gain_k_per_w: f64,
    /// Time constant, s.
    pub tau_s: f64,
}

/// Delays between the interlock's decision and its readback, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Delays {
    /// From a grant to the set-point reported.
    pub grant: usize,
    /// From K1's command to its readback shut.
    pub k1_shut: usize,
    /// The same, open.
    pub k1_open: usize,
    /// The same of K2, shut.
    pub k2_shut: usize,
    /// The same of K2, open.
    pub k2_open: usize,
}

/// What is identified.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plant {
    /// Tip at rest, °C.
    pub base_c: f64,
    /// First-order parts of the tip's rise over the measured power, in parallel.
    pub parts: Vec<Part>,
    /// Lag of needle and sensor behind them, s.
    pub lag_s: f64,
    /// White noise of the sensed temperature, K rms.
    pub noise_k: f64,
    /// Measured power as shares of the set-points of this frame and the two before.
    pub power_shares: [f64; SHARES],
    /// Impedance at rest, ohm; none where it was never measured.
    pub cold_ohm: Option<f64>,
    /// Rise of the admittance per kelvin of the tip, as a share of the one at rest.
    pub admittance_rise_per_k: f64,
    /// Delays of generator and line.
    pub delays: Delays,
}

/// What a tick decided that the generator obeys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Orders {
    pub(super) granted_mw: Option<u32>,
    pub(super) k1: Contactor,
    pub(super) k2: Contactor,
}

impl Orders {
    const OFF: Self = Self { granted_mw: None, k1: Contactor::Open, k2: Contactor::Open };
}

/// The identified generator on its way through a session.
#[derive(Debug, Clone)]
pub(super) struct Generator {
    /// Newest last.
    orders: VecDeque<Orders>,
    /// Newest first, mW.
    setpoints: [f64; SHARES],
    heat: Heat,
    energy_mj: f64,
    at_us: Option<u64>,
}

/// The tip's rise over power.
#[derive(Debug, Clone, Default)]
pub(super) struct Heat {
    parts: Vec<f64>,
    lagged: f64,
}

impl Heat {
    /// One step by the implicit rule: stable at any step, the same bits on every machine.
    pub(super) fn advance(&mut self, plant: &Plant, power_w: f64, dt_s: f64) -> f64 {
        self.parts.resize(plant.parts.len(), 0.0);
        let mut sum = 0.0;
        for (state, part) in self.parts.iter_mut().zip(&plant.parts) {
            *state += (power_w - *state) * (dt_s / (part.tau_s + dt_s));
            sum += part.gain_k_per_w * *state;
        }
        self.lagged += (sum - self.lagged) * (dt_s / (plant.lag_s + dt_s));
        self.lagged
    }
}

/// Where the values of a frame come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// From the recording: the rest is what is wanted.
    Recorded(&'a ChannelReport),
    /// From the model and this rest.
    Model(&'a FrameRest),
}

impl Generator {
    pub(super) fn new() -> Self {
        Self {
            orders: VecDeque::from(vec![Orders::OFF; REMEMBERED]),
            setpoints: [0.0; SHARES],
            heat: Heat::default(),
            energy_mj: 0.0,
            at_us: None,
        }
    }

    /// A tick has decided.
    pub(super) fn obey(&mut self, orders: Orders) {
        self.orders.rotate_left(1);
        if let Some(newest) = self.orders.back_mut() {
            *newest = orders;
        }
    }

    /// The orders `delay` ticks before the tick to come; 1 is the newest.
    fn before(&self, delay: usize) -> Orders {
        let place = self.orders.len().checked_sub(delay.max(1));
        place.and_then(|place| self.orders.get(place)).copied().unwrap_or(Orders::OFF)
    }

    fn contactor(&self, of: fn(&Orders) -> Contactor, shut: usize, open: usize) -> Contactor {
        // Shut once it has been told so for so long, open likewise; else it is on its way.
        let told = |to: Contactor, delay: usize| {
            (1..=delay.max(1)).all(|back| of(&self.before(back)) == to)
        };
        let now = of(&self.before(1));
        let delay = if now == Contactor::Shut { shut } else { open };
        if told(now, delay) { now } else { other(now) }
    }

    /// The next frame: its report and what the model leaves of it. `like` gives what is not
    /// modelled (channel, footswitch, ...).
    pub(super) fn frame(
        &mut self,
        plant: &Plant,
        at_us: u64,
        like: (&Telemetry, &ChannelReport),
        source: Source<'_>,
    ) -> (Telemetry, ChannelReport, FrameRest) {
        let dt_s = self.at_us.map_or(0.0, |last| at_us.saturating_sub(last) as f64 * 1e-6);
        self.at_us = Some(at_us);
        let (mut frame, mut report) = (*like.0, *like.1);
        let mut rest = match source {
            Source::Recorded(_) => FrameRest::NONE,
            Source::Model(rest) => *rest,
        };
        self.readback(plant, &mut frame, &mut report, &mut rest, source);
        let shares = self.setpoints.iter().zip(plant.power_shares);
        let flows = frame.k1 == Contactor::Shut && frame.k2 == Contactor::Shut;
        let model_mw: f64 = shares.map(|(setpoint, share)| setpoint * share).sum();
        let model_mw = if flows { model_mw } else { 0.0 };
        let power_mw = match source {
            Source::Recorded(known) => {
                let value = f64::from(known.power.get());
                rest.power = Rest::of(model_mw, value);
                value
            }
            Source::Model(rest) => whole(rest.power.apply(model_mw)),
        };
        report.power = MilliWatts::saturating(power_mw as i64);
        let rise_k = self.heat.advance(plant, power_mw * 1e-3, dt_s);
        tip(plant, rise_k, &mut report, &mut rest, source);
        electric(plant, rise_k, power_mw, &mut report, &mut rest, source);
        let gained = power_mw * dt_s;
        match source {
            Source::Recorded(known) => {
                let value = f64::from(known.energy.get());
                rest.energy_mj = value - (self.energy_mj + gained);
                self.energy_mj = value;
            }
            Source::Model(rest) => self.energy_mj += gained + rest.energy_mj,
        }
        report.energy = MilliJoules::saturating(whole(self.energy_mj) as i64);
        (frame, report, rest)
    }

    /// Contactors, output stage and set-point.
    fn readback(
        &mut self,
        plant: &Plant,
        frame: &mut Telemetry,
        report: &mut ChannelReport,
        rest: &mut FrameRest,
        source: Source<'_>,
    ) {
        let Delays { grant, k1_shut, k1_open, k2_shut, k2_open } = plant.delays;
        let k1 = self.contactor(|orders| orders.k1, k1_shut, k1_open);
        let k2 = self.contactor(|orders| orders.k2, k2_shut, k2_open);
        let granted = self.before(grant).granted_mw;
        let output = granted.map_or(OutputState::Off, |_| OutputState::On(Mode::Thermal));
        let setpoint_mw = granted.map_or(0.0, f64::from);
        match source {
            Source::Recorded(known) => {
                rest.k1 = (frame.k1 != k1).then_some(frame.k1);
                rest.k2 = (frame.k2 != k2).then_some(frame.k2);
                rest.output = (known.output != output).then_some(known.output);
                rest.setpoint_mw = f64::from(known.setpoint.get()) - setpoint_mw;
            }
            Source::Model(rest) => {
                (frame.k1, frame.k2) = (rest.k1.unwrap_or(k1), rest.k2.unwrap_or(k2));
                report.output = rest.output.unwrap_or(output);
                let told = whole(setpoint_mw + rest.setpoint_mw);
                report.setpoint = MilliWatts::saturating(told as i64);
            }
        }
        self.setpoints.rotate_right(1);
        if let Some(newest) = self.setpoints.first_mut() {
            *newest = f64::from(report.setpoint.get());
        }
    }
}

fn tip(
    plant: &Plant,
    rise_k: f64,
    report: &mut ChannelReport,
    rest: &mut FrameRest,
    source: Source<'_>,
) {
    let model_c = plant.base_c + rise_k;
    match source {
        Source::Recorded(known) => {
            rest.tip = match known.tip {
                TipReading::Valid(tip) => TipRest::Valid(tip.as_f64() - model_c),
                TipReading::Open => TipRest::Open,
                TipReading::Faulty => TipRest::Faulty,
            };
        }
        Source::Model(rest) => {
            report.tip = match rest.tip {
                // Beyond the converter's range it has no reading.
                TipRest::Valid(rest_k) => MilliCelsius::from_f64(model_c + rest_k)
                    .map_or(TipReading::Faulty, TipReading::Valid),
                TipRest::Open => TipReading::Open,
                TipRest::Faulty => TipReading::Faulty,
            };
        }
    }
}

/// Impedance, voltage and current.
fn electric(
    plant: &Plant,
    rise_k: f64,
    power_mw: f64,
    report: &mut ChannelReport,
    rest: &mut FrameRest,
    source: Source<'_>,
) {
    let cold = plant.cold_ohm.unwrap_or(0.0);
    let share = (1.0 + plant.admittance_rise_per_k * rise_k).max(0.1);
    let model_mohm = cold * 1e3 / share;
    let ohm = match source {
        Source::Recorded(known) => {
            rest.impedance = known.impedance.map(|z| Rest::of(model_mohm, f64::from(z.get())));
            known.impedance.map(|z| f64::from(z.get()) * 1e-3)
        }
        Source::Model(rest) => {
            let z = rest.impedance.map(|rest| whole(rest.apply(model_mohm)));
            report.impedance = z.map(|z| Milliohms::saturating(z as i64));
            z.map(|z| z * 1e-3)
        }
    };
    let (watts, ohm) = (power_mw * 1e-3, ohm.unwrap_or(cold).max(1.0));
    // The square root is the same to the last bit on every machine (IEEE 754).
    let (millivolts, microamps) = ((watts * ohm).sqrt() * 1e3, (watts / ohm).sqrt() * 1e6);
    match source {
        Source::Recorded(known) => {
            rest.voltage = Rest::of(millivolts, f64::from(known.voltage.get()));
            rest.current = Rest::of(microamps, f64::from(known.current.get()));
        }
        Source::Model(rest) => {
            let voltage = whole(rest.voltage.apply(millivolts));
            let current = whole(rest.current.apply(microamps));
            report.voltage = MilliVolts::saturating(voltage as i64);
            report.current = MicroAmps::saturating(current as i64);
        }
    }
}

/// The nearest whole number, at least zero.
fn whole(value: f64) -> f64 {
    if value > 0.0 { (value + 0.5).floor() } else { 0.0 }
}

const fn other(contactor: Contactor) -> Contactor {
    match contactor {
        Contactor::Open => Contactor::Shut,
        Contactor::Shut => Contactor::Open,
    }
}
