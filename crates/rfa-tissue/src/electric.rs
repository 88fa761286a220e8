//! The quasi-static electric field: div(sigma(T) grad phi) = 0, electrode at 1 V, pad at 0 V.
//!
//! Solved for 1 V; power and current scale with the voltage. A band factor of an earlier
//! conductivity preconditions conjugate gradients, which need a few rounds while the tissue
//! warms and one or two once it is steady.

use crate::SolveError;
use crate::band::BandFactor;
use crate::grid::{Faces, Grid, Interfaces};
use crate::lanes::dot;

/// Relative error of the potential in the energy norm at which the iteration ends. The heat is
/// out by the square of it in all, and by it in its distribution: a third of what the field may
/// be stale by.
const TOLERANCE: f64 = 1e-4;
/// Rounds after which the factor is made anew for the present conductivity.
const STALE_ROUNDS: usize = 4;
/// Rounds after which the solve has failed: with a fresh factor two or three are enough.
const MAX_ROUNDS: usize = 60;

/// The field between an electrode and the ground.
#[derive(Debug, Clone)]
pub(crate) struct Electric {
    faces: Faces,
    interfaces: Interfaces,
    electrode: Vec<bool>,
    potential: Vec<f64>,
    factor: BandFactor,
    factored: bool,
    work: Work,
}

/// Room for the iteration, kept from solve to solve.
#[derive(Debug, Clone, Default)]
struct Work {
    residual: Vec<f64>,
    smoothed: Vec<f64>,
    direction: Vec<f64>,
    image: Vec<f64>,
}

impl Electric {
    /// The field of a grid whose marked cells are the electrode.
    #[must_use]
    pub(crate) fn new(grid: &Grid, electrode: Vec<bool>, interfaces: Interfaces) -> Self {
        let cells = grid.cells();
        let zeros = || vec![0.0; cells];
        Self {
            faces: Faces::default(),
            interfaces,
            potential: electrode.iter().map(|is| if *is { 1.0 } else { 0.0 }).collect(),
            electrode,
            factor: BandFactor::new(cells, grid.columns),
            factored: false,
            work: Work { residual: zeros(), smoothed: zeros(), direction: zeros(), image: zeros() },
        }
    }

    /// Potential in each cell for 1 V at the electrode, as last solved.
    pub(crate) fn potential(&self) -> &[f64] {
        &self.potential
    }

    /// Solves for the resistivities given, writes the heat of 1 V in each cell (W) to `heat` and
    /// gives the conductance between electrode and ground, S.
    ///
    /// # Errors
    /// [`SolveError`] when the iteration does not converge.
    pub(crate) fn solve(
        &mut self,
        grid: &Grid,
        resistivity: &[f64],
        heat: &mut [f64],
    ) -> Result<f64, SolveError> {
        grid.faces(resistivity, &self.interfaces, &mut self.faces);
        if !self.factored {
            self.refactor()?;
        }
        if self.iterate(STALE_ROUNDS).is_err() {
            self.refactor()?;
            self.iterate(MAX_ROUNDS)?;
        }
        let beyond = self.faces.dissipation(&self.potential, heat);
        Ok(heat.iter().sum::<f64>() + beyond)
    }

    /// Makes the factor for the present faces; electrode cells are given, not solved for.
    fn refactor(&mut self) -> Result<(), SolveError> {
        let Work { residual: diagonal, smoothed: next, image: above, .. } = &mut self.work;
        self.faces.diagonal(diagonal);
        for (diagonal, fixed) in diagonal.iter_mut().zip(&self.electrode) {
            // A cell that touches nothing has any potential: 0.
            if *fixed || *diagonal <= 0.0 {
                *diagonal = 1.0;
            }
        }
        let free = |faces: &[f64], stride: usize, out: &mut [f64]| {
            let later = self.electrode.get(stride..).unwrap_or(&[]);
            out.fill(0.0);
            for ((out, g), (here, there)) in
                out.iter_mut().zip(faces).zip(self.electrode.iter().zip(later))
            {
                *out = if *here || *there { 0.0 } else { -g };
            }
        };
        free(&self.faces.east, 1, next);
        free(&self.faces.north, self.faces.columns, above);
        self.factor
            .factor(diagonal, next, above)
            .map_err(|error| SolveError::NotPositive { field: "potential", row: error.row })?;
        self.factored = true;
        Ok(())
    }

    /// Conjugate gradients from the present potential, for so many rounds at most.
    fn iterate(&mut self, rounds: usize) -> Result<(), SolveError> {
        let Self { faces, electrode, potential, factor, work, .. } = self;
        let Work { residual, smoothed, direction, image } = work;
        faces.outflow(potential, residual);
        let energy = dot(potential, residual);
        for (residual, fixed) in residual.iter_mut().zip(electrode.iter()) {
            *residual = if *fixed { 0.0 } else { -*residual };
        }
        direction.fill(0.0);
        let mut before = 1.0;
        let mut error = f64::INFINITY;
        for round in 0..rounds {
            smoothed.copy_from_slice(residual);
            factor.solve(smoothed);
            let now = dot(residual, smoothed);
            error = now / energy.max(f64::MIN_POSITIVE);
            if error <= TOLERANCE * TOLERANCE {
                return Ok(());
            }
            let beta = if round == 0 { 0.0 } else { now / before };
            before = now;
            for (direction, smoothed) in direction.iter_mut().zip(smoothed.iter()) {
                *direction = *smoothed + beta * *direction;
            }
            faces.outflow(direction, image);
            for (image, fixed) in image.iter_mut().zip(electrode.iter()) {
                if *fixed {
                    *image = 0.0;
                }
            }
            let step = now / dot(direction, image);
            for ((potential, residual), (direction, image)) in potential
                .iter_mut()
                .zip(residual.iter_mut())
                .zip(direction.iter().zip(image.iter()))
            {
                *potential += step * direction;
                *residual -= step * image;
            }
        }
        Err(SolveError::NotConverged {
            field: "potential",
            rounds,
            residual: libm::sqrt(error),
            tolerance: TOLERANCE,
            at_s: 0.0,
            step_s: 0.0,
        })
    }
}
