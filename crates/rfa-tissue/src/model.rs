//! The coupled model: field, heat, damage, in time.

use crate::SolveError;
use crate::damage::Damage;
use crate::electric::Electric;
use crate::grid::{Grid, Interfaces};
use crate::heat::{Amplitude, Flow, GAMMA, Heat, Ledger, Sensor, Source};
use crate::medium::Medium;

/// The first step after a change of the drive, s.
const FIRST_STEP_S: f64 = 0.1;
/// Growth of the step with the time since that change: diffusion slows down as it spreads.
const STEP_GROWTH: f64 = 0.25;
/// Ratio of one size of step to the next.
const STEP_RATIO: f64 = 1.5;
/// Below this step the model gives up, s.
const SMALLEST_STEP_S: f64 = 1e-6;
/// The largest share of a boiling band that a cell may cross in one step.
const BAND_SHARE: f64 = 0.5;

/// What drives the needle during a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// The sensor's temperature runs in a straight line from one value to the other, °C.
    Temperature {
        /// At the beginning of the span.
        from_c: f64,
        /// At its end.
        to_c: f64,
    },
    /// A constant power, W.
    Power(f64),
    /// A constant voltage (rms), V.
    Voltage(f64),
}

/// What one can see of the model from outside.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// Simulated time, s.
    pub t_s: f64,
    /// Temperature at the sensor's place, °C, before any lag of its own.
    pub tip_c: f64,
    /// Voltage (rms), V.
    pub voltage_v: f64,
    /// Power into the tissue, W.
    pub power_w: f64,
    /// Resistance between electrode and the far tissue, ohm.
    pub resistance_ohm: f64,
}

/// Field and heat on one mesh, with the damage done so far.
#[derive(Debug, Clone)]
pub struct Model {
    heat: Heat,
    joule: Joule,
    sensor: Sensor,
    damage: Damage,
    at_c: Vec<f64>,
    rate: Vec<f64>,
    reading: Reading,
    ledger: Ledger,
    stored_at_start_j: f64,
    drive: Option<Drive>,
    since_change_s: f64,
    work: Work,
}

#[derive(Debug, Clone, Default)]
struct Work {
    enthalpy: Vec<f64>,
    middle: Vec<f64>,
    last: Vec<f64>,
    history: Vec<f64>,
    flows: (Flow, Flow),
}

/// The RF heat of 1 V.
#[derive(Debug, Clone)]
struct Joule {
    grid: Grid,
    medium: Medium,
    electric: Electric,
    resistivity: Vec<f64>,
}

impl Source for Joule {
    fn heat(&mut self, at_c: &[f64], out: &mut [f64]) -> Result<f64, SolveError> {
        self.resistivity.clear();
        self.resistivity
            .extend(self.medium.cells().zip(at_c).map(|(p, at_c)| p.resistivity(*at_c)));
        self.electric.solve(&self.grid, &self.resistivity, out)
    }
}

/// What a model is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The mesh.
    pub grid: Grid,
    /// What its cells are.
    pub medium: Medium,
    /// Electrical resistances in faces.
    pub electric: Interfaces,
    /// Thermal resistances in faces.
    pub thermal: Interfaces,
    /// The sensor's place.
    pub sensor: Sensor,
    /// Temperature of tissue, needle and blood before any heating, °C.
    pub baseline_c: f64,
    /// The damage sets to follow.
    pub damage: Damage,
}

impl Model {
    /// A model at rest.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { grid, medium, electric, thermal, sensor, baseline_c, damage } = parts;
        let cells = grid.cells();
        let electrode = medium.cells().map(|p| p.electrode).collect();
        let joule = Joule {
            electric: Electric::new(&grid, electrode, electric),
            grid: grid.clone(),
            medium: medium.clone(),
            resistivity: Vec::new(),
        };
        let heat = Heat::new(grid, medium, thermal, baseline_c);
        let at_c = vec![baseline_c; cells];
        let mut enthalpy = Vec::new();
        heat.enthalpies(&at_c, &mut enthalpy);
        Self {
            stored_at_start_j: enthalpy.iter().sum(),
            heat,
            joule,
            sensor,
            damage,
            rate: vec![0.0; cells],
            reading: Reading { tip_c: baseline_c, ..Reading::default() },
            ledger: Ledger::default(),
            drive: None,
            since_change_s: 0.0,
            work: Work { enthalpy, ..Work::default() },
            at_c,
        }
    }

    /// Lets `span_s` pass under `drive`, in steps of the model's own.
    ///
    /// # Errors
    /// [`SolveError`] when a solve does not converge or boiling outruns the smallest step.
    pub fn advance(&mut self, span_s: f64, drive: Drive) -> Result<(), SolveError> {
        self.advance_heated(span_s, drive, None)
    }

    /// As [`Model::advance`], with a given heat (W) in each cell besides.
    ///
    /// # Errors
    /// As [`Model::advance`].
    pub fn advance_heated(
        &mut self,
        span_s: f64,
        drive: Drive,
        given: Option<&dyn Fn(f64) -> Vec<f64>>,
    ) -> Result<(), SolveError> {
        if !continues(self.drive, drive) {
            self.since_change_s = 0.0;
        }
        self.drive = Some(drive);
        self.steps(span_s, drive, given)
    }

    /// As [`Model::advance`], for one span of a measured course: one step, unless boiling limits
    /// it. What a step as long as the span cannot resolve was not measured either.
    ///
    /// # Errors
    /// As [`Model::advance`].
    pub fn follow(&mut self, span_s: f64, drive: Drive) -> Result<(), SolveError> {
        self.drive = Some(drive);
        self.since_change_s = f64::INFINITY;
        self.steps(span_s, drive, None)
    }

    fn steps(
        &mut self,
        span_s: f64,
        drive: Drive,
        given: Option<&dyn Fn(f64) -> Vec<f64>>,
    ) -> Result<(), SolveError> {
        possible("span of time", span_s)?;
        match drive {
            Drive::Power(watts) => possible("power", watts)?,
            Drive::Voltage(volts) => possible("voltage", volts)?,
            Drive::Temperature { from_c, to_c } => {
                possible("set temperature", from_c)?;
                possible("set temperature", to_c)?;
            }
        }
        let mut done = 0.0;
        let mut limit = f64::INFINITY;
        while done < span_s * (1.0 - 1e-12) {
            let step = step_for(span_s - done, self.since_change_s, limit);
            let at = |share: f64| amplitude(drive, (done + share * step) / span_s);
            let (first, last) = (at(GAMMA), at(1.0));
            let outcome = self.try_step(step, (first, last), given);
            if !matches!(outcome, Ok(share) if share <= BAND_SHARE) {
                limit = step / 2.0;
                if limit < SMALLEST_STEP_S {
                    let at_s = self.reading.t_s;
                    let share = outcome.map_err(|error| error.at(at_s, step))?;
                    return Err(SolveError::StepTooSmall { at_s, step_s: limit, share });
                }
                continue;
            }
            limit = 2.0 * step;
            self.accept(step);
            done += step;
            self.since_change_s += step;
        }
        Ok(())
    }

    /// One step of the scheme; the model itself stays as it was. Gives the largest share of a
    /// boiling band that a cell crossed.
    fn try_step(
        &mut self,
        step: f64,
        (first, last): (Amplitude, Amplitude),
        given: Option<&dyn Fn(f64) -> Vec<f64>>,
    ) -> Result<f64, SolveError> {
        let Self { heat, joule, sensor, at_c, rate, work, reading, .. } = self;
        let seconds = GAMMA * step;
        let heated = |share: f64| given.map(|given| given(reading.t_s + share * step));
        work.middle.clear();
        work.middle.extend(at_c.iter().zip(rate.iter()).map(|(at, rate)| at + rate * seconds));
        let now = heated(GAMMA);
        work.flows.0 = heat.stage(
            seconds,
            &work.enthalpy,
            (first, sensor, now.as_deref()),
            joule,
            &mut work.middle,
        )?;
        heat.enthalpies(&work.middle, &mut work.history);
        let ahead = (1.0 - GAMMA) / GAMMA;
        for (history, begin) in work.history.iter_mut().zip(&work.enthalpy) {
            *history = begin + ahead * (*history - begin);
        }
        work.last.clear();
        work.last
            .extend(at_c.iter().zip(&work.middle).map(|(at, middle)| at + (middle - at) / GAMMA));
        let now = heated(1.0);
        work.flows.1 = heat.stage(
            seconds,
            &work.history,
            (last, sensor, now.as_deref()),
            joule,
            &mut work.last,
        )?;
        Ok(band_share(&heat.medium, at_c, &work.last))
    }

    /// Takes the step just tried.
    fn accept(&mut self, step: f64) {
        let Self { heat, at_c, rate, work, damage, ledger, reading, sensor, .. } = self;
        ledger.add(&work.flows.0, (1.0 - GAMMA) * step);
        ledger.add(&work.flows.1, GAMMA * step);
        damage.advance(step, at_c, &work.last);
        for ((rate, before), after) in rate.iter_mut().zip(at_c.iter()).zip(&work.last) {
            *rate = (after - before) / step;
        }
        core::mem::swap(at_c, &mut work.last);
        heat.enthalpies(at_c, &mut work.enthalpy);
        damage.perfusion_left(at_c, step / 2.0, &mut heat.perfused);
        let flow = &work.flows.1;
        *reading = Reading {
            t_s: reading.t_s + step,
            tip_c: sensor.read(at_c),
            voltage_v: libm::sqrt(flow.volts_squared),
            power_w: flow.electrical_w,
            resistance_ohm: 1.0 / flow.conductance,
        };
    }

    /// What can be seen from outside.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.reading
    }

    /// Temperature of each cell, °C.
    #[must_use]
    pub fn temperatures(&self) -> &[f64] {
        &self.at_c
    }

    /// Damage and highest temperature of each cell.
    #[must_use]
    pub const fn damage(&self) -> &Damage {
        &self.damage
    }

    /// Potential in each cell for 1 V at the electrode, as last solved.
    #[must_use]
    pub fn potential(&self) -> &[f64] {
        self.joule.electric.potential()
    }

    /// Starts from other temperatures (°C) and damage (the nerve set's integral) than rest.
    pub fn start_at(&mut self, temperatures: &[f64], omega: &[f64]) {
        for (at_c, given) in self.at_c.iter_mut().zip(temperatures) {
            *at_c = *given;
        }
        self.damage.start_at(temperatures, omega);
        self.damage.perfusion_left(&self.at_c, 0.0, &mut self.heat.perfused);
        self.heat.enthalpies(&self.at_c, &mut self.work.enthalpy);
        self.stored_at_start_j = self.work.enthalpy.iter().sum();
        self.ledger = Ledger::default();
        self.rate.fill(0.0);
        self.reading.tip_c = self.sensor.read(&self.at_c);
        self.drive = None;
    }

    /// Where the heat went.
    #[must_use]
    pub const fn ledger(&self) -> Ledger {
        self.ledger
    }

    /// Heat stored since the start, J.
    #[must_use]
    pub fn stored_j(&self) -> f64 {
        self.work.enthalpy.iter().sum::<f64>() - self.stored_at_start_j
    }

    /// Heat that came in and is not accounted for, as a share of what came in.
    #[must_use]
    pub fn imbalance(&self) -> f64 {
        let Ledger { electrical_j, made_j, conducted_j, perfused_j } = self.ledger;
        let came = electrical_j + made_j;
        (came - conducted_j - perfused_j - self.stored_j()) / came.abs().max(f64::MIN_POSITIVE)
    }
}

/// The largest share of its boiling band that any cell crossed.
fn band_share(medium: &Medium, before: &[f64], after: &[f64]) -> f64 {
    let cells = medium.cells().zip(before.iter().zip(after));
    cells.fold(0.0_f64, |worst, (p, (before, after))| {
        p.phase.map_or(worst, |phase| {
            let width = phase.to_c - phase.from_c;
            let inside = |at: f64| at.clamp(phase.from_c, phase.to_c);
            worst.max((inside(*after) - inside(*before)).abs() / width)
        })
    })
}

/// Refuses what is negative or not a number.
fn possible(field: &'static str, value: f64) -> Result<(), SolveError> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(SolveError::Impossible { field, value })
    }
}

/// The next step: one of a few sizes, so that a factor serves many steps, and towards the end of
/// the span equal ones, so that no sliver is left over.
fn step_for(left: f64, since_change: f64, limit: f64) -> f64 {
    let wanted = (FIRST_STEP_S + STEP_GROWTH * since_change).min(limit);
    let mut step = FIRST_STEP_S;
    while step * STEP_RATIO <= wanted && step < left {
        step *= STEP_RATIO;
    }
    let step = step.min(wanted);
    if left > 3.0 * step { step } else { left / libm::ceil(left / step * (1.0 - 1e-12)).max(1.0) }
}

fn amplitude(drive: Drive, share: f64) -> Amplitude {
    match drive {
        Drive::Temperature { from_c, to_c } => Amplitude::Sensor(from_c + (to_c - from_c) * share),
        Drive::Power(watts) => Amplitude::Power(watts),
        Drive::Voltage(volts) => Amplitude::Voltage(volts),
    }
}

/// True when the new drive takes up where the old one ended: no jump to resolve.
fn continues(before: Option<Drive>, now: Drive) -> bool {
    match (before, now) {
        (
            Some(Drive::Temperature { from_c: a, to_c: b }),
            Drive::Temperature { from_c: c, to_c: d },
        ) => (b - c).abs() < 1e-9 && ((b - a) - (d - c)).abs() < 1e-9,
        (Some(before), now) => before == now,
        (None, _) => false,
    }
}
