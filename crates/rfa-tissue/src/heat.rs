//! Bioheat: stored = conducted + perfused + made, one implicit stage at a time.
//!
//! The unknown is the temperature; what is conserved is the enthalpy, so that boiling loses no
//! heat. The time scheme is the two-stage, second-order, L-stable diagonally implicit
//! Runge-Kutta of Alexander (1977): both stages share one matrix, a start from a jump is damped,
//! and the heat that passes in each stage can be summed exactly.

use crate::SolveError;
use crate::band::BandFactor;
use crate::grid::{Faces, Grid, Interfaces};
use crate::medium::Medium;

/// The scheme's diagonal, 1 - 1/sqrt(2).
pub(crate) const GAMMA: f64 = 1.0 - core::f64::consts::FRAC_1_SQRT_2;
/// A stage has converged when no cell moves by more, K.
const TOLERANCE_K: f64 = 1e-5;
/// Or when the last round moved no cell by more, K: in a step long against a cell's own time the
/// rounding of what flows through it is worth more than `TOLERANCE_K`, and no round can better it.
const ROUNDING_K: f64 = 1e-9;
/// Rounds after which a stage has failed.
const MAX_ROUNDS: usize = 25;
/// The field is solved anew when a cell has moved by more since, K: 3e-4 of its conductivity.
const FIELD_STALE_K: f64 = 0.02;
/// How much sooner where the conductivity collapses, K: 1e-2 of it, and not of a warm cell's 3e-4.
const COLLAPSE_WEIGHT_K: f64 = 2.0;
/// The factor is made anew when a cell's conductance or capacity has changed by more.
const FACTOR_STALE: f64 = 0.1;

/// How large the RF heat is: the square of the voltage, given or found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amplitude {
    /// A voltage (rms).
    Voltage(f64),
    /// A power in W.
    Power(f64),
    /// Whatever holds the sensor at this temperature, °C.
    Sensor(f64),
}

/// The heat of 1 V in each cell, as it depends on temperature.
pub(crate) trait Source {
    /// Writes the heat of 1 V in each cell and gives the conductance, S: what is made beyond the
    /// mesh is part of it.
    fn heat(&mut self, at_c: &[f64], out: &mut [f64]) -> Result<f64, SolveError>;
}

/// Where the sensor is: cells and their weights, which sum to 1.
#[derive(Debug, Clone, Default)]
pub struct Sensor {
    /// Cell and weight.
    pub weights: Vec<(usize, f64)>,
}

impl Sensor {
    /// The value at the sensor's place of a field over the cells.
    #[must_use]
    pub fn read(&self, field: &[f64]) -> f64 {
        self.weights.iter().map(|(cell, w)| field.get(*cell).copied().unwrap_or(0.0) * w).sum()
    }
}

/// Heat in joules since the start, by where it went.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ledger {
    /// Electrical energy in.
    pub electrical_j: f64,
    /// Made by the tissue itself, and by anything else given.
    pub made_j: f64,
    /// Conducted over the mesh's boundary, or made beyond it.
    pub conducted_j: f64,
    /// Carried away by blood.
    pub perfused_j: f64,
}

/// What one stage passed, in W.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flow {
    pub(crate) electrical_w: f64,
    pub(crate) made_w: f64,
    pub(crate) conducted_w: f64,
    pub(crate) perfused_w: f64,
    pub(crate) volts_squared: f64,
    pub(crate) conductance: f64,
}

impl Ledger {
    pub(crate) fn add(&mut self, flow: &Flow, seconds: f64) {
        self.electrical_j += flow.electrical_w * seconds;
        self.made_j += flow.made_w * seconds;
        self.conducted_j += flow.conducted_w * seconds;
        self.perfused_j += flow.perfused_w * seconds;
    }
}

/// The heat problem on a grid.
#[derive(Debug, Clone)]
pub(crate) struct Heat {
    pub(crate) grid: Grid,
    pub(crate) medium: Medium,
    pub(crate) interfaces: Interfaces,
    pub(crate) baseline_c: f64,
    /// Share of the perfusion left in each cell.
    pub(crate) perfused: Vec<f64>,
    faces: Faces,
    factor: BandFactor,
    /// The step and the properties the factor was made for.
    factored_s: f64,
    factored_stiffness: Vec<f64>,
    factored_resistivity: Vec<f64>,
    resistivity: Vec<f64>,
    enthalpy: Vec<f64>,
    slope: Vec<f64>,
    /// What a kelvin more in a cell takes: the slope, and the RF heat that a collapsing
    /// conductivity then lacks.
    stiffness: Vec<f64>,
    volts_squared: f64,
    field_c: Vec<f64>,
    /// The heat of 1 V as last solved for, how much of it a kelvin more takes away, and as it
    /// is now.
    rf_solved: Vec<f64>,
    rf_slope: Vec<f64>,
    rf: Vec<f64>,
    response: Vec<f64>,
    residual: Vec<f64>,
    rise: Vec<f64>,
    conductance: f64,
    /// The part of the conductance whose heat is made beyond the mesh, S.
    beyond: f64,
}

impl Heat {
    pub(crate) fn new(grid: Grid, medium: Medium, interfaces: Interfaces, baseline_c: f64) -> Self {
        let cells = grid.cells();
        let zeros = || vec![0.0; cells];
        let factor = BandFactor::new(cells, grid.columns);
        Self {
            grid,
            medium,
            interfaces,
            baseline_c,
            perfused: vec![1.0; cells],
            faces: Faces::default(),
            factor,
            factored_s: 0.0,
            factored_stiffness: zeros(),
            factored_resistivity: zeros(),
            resistivity: zeros(),
            enthalpy: zeros(),
            slope: zeros(),
            stiffness: zeros(),
            volts_squared: 0.0,
            field_c: Vec::new(),
            rf_solved: zeros(),
            rf_slope: zeros(),
            rf: zeros(),
            response: zeros(),
            residual: zeros(),
            rise: zeros(),
            conductance: 0.0,
            beyond: 0.0,
        }
    }

    /// Enthalpy of each cell, J.
    pub(crate) fn enthalpies(&self, at_c: &[f64], out: &mut Vec<f64>) {
        out.clear();
        out.extend(
            self.medium
                .cells()
                .zip(at_c)
                .zip(&self.grid.volume)
                .map(|((p, at_c), volume)| p.enthalpy(*at_c).0 * volume),
        );
    }

    /// One stage: finds the temperature whose enthalpy is `history` plus what flows in during
    /// `seconds`. `at_c` holds the first guess and then the answer.
    pub(crate) fn stage(
        &mut self,
        seconds: f64,
        history: &[f64],
        (amplitude, sensor, given): (Amplitude, &Sensor, Option<&[f64]>),
        source: &mut dyn Source,
        at_c: &mut [f64],
    ) -> Result<Flow, SolveError> {
        let mut moved = f64::INFINITY;
        // For a set temperature the last stage's is the first guess.
        let mut volts_squared = self.volts_squared;
        for round in 0..MAX_ROUNDS {
            self.refresh_field(source, at_c)?;
            volts_squared = match amplitude {
                Amplitude::Voltage(volts) => volts * volts,
                Amplitude::Power(watts) => watts / self.conductance,
                Amplitude::Sensor(_) => volts_squared,
            };
            self.volts_squared = volts_squared;
            let refactored = self.refresh_properties(seconds, at_c)?;
            self.balance(seconds, history, given, volts_squared, at_c);
            if round > 0 && (moved <= ROUNDING_K || self.settled()) {
                return Ok(self.flow(given, volts_squared, at_c));
            }
            self.factor.solve(&mut self.residual);
            if let Amplitude::Sensor(set_c) = amplitude {
                // A field a little older is good enough here: the balance above has the new one.
                if refactored || round == 0 {
                    self.response.clear();
                    self.response.extend(self.rf.iter().map(|heat| heat * seconds));
                    self.factor.solve(&mut self.response);
                }
                let missing = set_c - sensor.read(at_c) - sensor.read(&self.residual);
                // A generator cannot cool: what lies below takes no power until it is reached.
                let wanted = volts_squared + missing / sensor.read(&self.response);
                let more = if wanted < 0.0 { 0.0 } else { wanted } - volts_squared;
                volts_squared += more;
                for (change, response) in self.residual.iter_mut().zip(&self.response) {
                    *change += more * response;
                }
            }
            moved = self.apply(at_c);
            if !moved.is_finite() {
                break;
            }
        }
        Err(SolveError::NotConverged {
            field: "temperature",
            rounds: MAX_ROUNDS,
            residual: moved,
            tolerance: TOLERANCE_K,
            at_s: 0.0,
            step_s: seconds / GAMMA,
        })
    }

    /// Adds the change in `residual` to the temperatures; the largest change wanted, K.
    ///
    /// A cell that would leave its stretch of the enthalpy's curve stops at the border and goes
    /// on from there in the next round, with the next stretch's slope: a slope that is a hundred
    /// times out would throw it back and forth for ever.
    fn apply(&self, at_c: &mut [f64]) -> f64 {
        let cells = self.medium.cells().zip(&self.residual);
        at_c.iter_mut().zip(cells).fold(0.0, |moved, (at_c, (p, change))| {
            let wanted = *at_c + change;
            *at_c = p.phase.map_or(wanted, |phase| phase.stop_at_border(*at_c, wanted));
            // Not a number counts as moved, and stays.
            let size = change.abs();
            if moved.is_nan() || size <= moved { moved } else { size }
        })
    }

    /// True when what is missing in no cell is worth more than the tolerance: conduction only
    /// spreads it, so the change it would make is nowhere larger.
    fn settled(&self) -> bool {
        let missing = self.residual.iter().zip(&self.stiffness);
        missing.fold(true, |settled, (missing, stiffness)| {
            settled & (missing.abs() <= TOLERANCE_K * stiffness)
        })
    }

    /// Solves the field again when the tissue has moved since.
    fn refresh_field(&mut self, source: &mut dyn Source, at_c: &[f64]) -> Result<(), SolveError> {
        let cells = self.medium.cells().zip(self.field_c.iter().zip(at_c));
        let moved = cells.fold(0.0_f64, |worst, (p, (then, now))| {
            worst.max((then - now).abs() * (1.0 + COLLAPSE_WEIGHT_K * p.collapse_rate(*now)))
        });
        if self.field_c.is_empty() || moved > FIELD_STALE_K {
            let conductance = source.heat(at_c, &mut self.rf_solved)?;
            self.beyond = conductance - self.rf_solved.iter().sum::<f64>();
            self.field_c.clear();
            self.field_c.extend_from_slice(at_c);
            let cells = self.medium.cells().zip(at_c).zip(&self.rf_solved);
            for (slope, ((p, at_c), rf)) in self.rf_slope.iter_mut().zip(cells) {
                *slope = rf * p.collapse_rate(*at_c);
            }
        }
        let solved = self.rf_solved.iter().zip(&self.rf_slope);
        let moved = self.field_c.iter().zip(at_c);
        for (rf, ((solved, slope), (then, now))) in self.rf.iter_mut().zip(solved.zip(moved)) {
            *rf = solved - slope * (now - then);
        }
        self.conductance = self.beyond + self.rf.iter().sum::<f64>();
        Ok(())
    }

    /// Properties at the present temperature, and a new factor where they left the old one:
    /// then true.
    fn refresh_properties(&mut self, seconds: f64, at_c: &[f64]) -> Result<bool, SolveError> {
        let outputs = self.resistivity.iter_mut().zip(&mut self.enthalpy).zip(&mut self.slope);
        let cells = self.medium.cells().zip(at_c).zip(&self.grid.volume);
        for (((resistivity, enthalpy), slope), ((p, at_c), volume)) in outputs.zip(cells) {
            let (value, rate) = p.enthalpy(*at_c);
            (*enthalpy, *slope) = (value * volume, rate * volume);
            *resistivity = p.thermal_resistivity(*at_c);
        }
        self.grid.faces(&self.resistivity, &self.interfaces, &mut self.faces);
        let heated = self.slope.iter().zip(&self.rf_slope);
        for (stiffness, (slope, lost)) in self.stiffness.iter_mut().zip(heated) {
            *stiffness = slope + seconds * self.volts_squared * lost;
        }
        let apart = |now: &[f64], then: &[f64]| {
            now.iter().zip(then).any(|(now, then)| (now - then).abs() > FACTOR_STALE * then)
        };
        if (seconds - self.factored_s).abs() <= 1e-12 * seconds
            && !apart(&self.stiffness, &self.factored_stiffness)
            && !apart(&self.resistivity, &self.factored_resistivity)
        {
            return Ok(false);
        }
        self.refactor(seconds)?;
        Ok(true)
    }

    fn refactor(&mut self, seconds: f64) -> Result<(), SolveError> {
        let (diagonal, next, above) = (&mut self.residual, &mut self.rise, &mut self.response);
        self.faces.diagonal(diagonal);
        let cells = self.medium.cells().zip(&self.perfused).zip(&self.grid.volume);
        for ((diagonal, stiffness), ((p, share), volume)) in
            diagonal.iter_mut().zip(&self.stiffness).zip(cells)
        {
            *diagonal = stiffness + seconds * (*diagonal + p.perfusion * share * volume);
        }
        for (out, g) in next.iter_mut().zip(&self.faces.east) {
            *out = -g * seconds;
        }
        for (out, g) in above.iter_mut().zip(&self.faces.north) {
            *out = -g * seconds;
        }
        self.factor
            .factor(diagonal, next, above)
            .map_err(|error| SolveError::NotPositive { field: "temperature", row: error.row })?;
        self.factored_s = seconds;
        self.factored_stiffness.copy_from_slice(&self.stiffness);
        self.factored_resistivity.copy_from_slice(&self.resistivity);
        Ok(())
    }

    /// `residual` = what the present temperature lacks to balance, J.
    fn balance(
        &mut self,
        seconds: f64,
        history: &[f64],
        given: Option<&[f64]>,
        volts_squared: f64,
        at_c: &[f64],
    ) {
        for (rise, at_c) in self.rise.iter_mut().zip(at_c) {
            *rise = at_c - self.baseline_c;
        }
        self.faces.outflow(&self.rise, &mut self.residual);
        let cells = self.medium.cells().zip(&self.perfused).zip(&self.grid.volume);
        let state = self.rise.iter().zip(&self.rf).zip(&self.enthalpy).zip(history);
        for ((out, ((p, share), volume)), (((rise, rf), enthalpy), history)) in
            self.residual.iter_mut().zip(cells).zip(state)
        {
            let into = volts_squared * rf + (p.metabolic - p.perfusion * share * rise) * volume;
            *out = history + seconds * (into - *out) - enthalpy;
        }
        for (out, heat) in self.residual.iter_mut().zip(given.unwrap_or(&[])) {
            *out += seconds * heat;
        }
    }

    /// What flows at the temperature reached.
    fn flow(&self, given: Option<&[f64]>, volts_squared: f64, at_c: &[f64]) -> Flow {
        let mut flow = Flow {
            electrical_w: volts_squared * self.conductance,
            volts_squared,
            conductance: self.conductance,
            made_w: given.unwrap_or(&[]).iter().sum(),
            // What is made beyond the mesh never was in it.
            conducted_w: volts_squared * self.beyond,
            ..Flow::default()
        };
        let cells = self.medium.cells().zip(&self.perfused).zip(&self.grid.volume);
        for (((p, share), volume), (at_c, ground)) in cells.zip(at_c.iter().zip(&self.faces.ground))
        {
            let rise = at_c - self.baseline_c;
            flow.made_w += p.metabolic * volume;
            flow.perfused_w += p.perfusion * share * volume * rise;
            flow.conducted_w += ground * rise;
        }
        flow
    }
}
