//! One cell of the table: what is in use, and what every shipped tissue allows.

use super::setting::{FAT, NEAREST, dry, electrode, places};
use super::stuck::{Caught, Held, METHOD, ramp_w};
use rfa_plan::{ceiling, generator_hard_limit, shipped_tissues};
use rfa_units::{MilliCelsius, MilliWatts};

/// The table's columns, °C.
pub(super) const COLUMNS_C: [i32; 4] = [60, 70, 80, 90];

/// Every cell: a row's place and a set temperature in °C.
pub(super) fn all() -> Vec<(usize, i32)> {
    let cells = |place: usize| COLUMNS_C.map(|set_c| (place, set_c));
    places().into_iter().flat_map(cells).collect()
}

/// The ceilings of one column of one cell, W.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) in_use_w: f64,
    /// Each tissue's.
    pub(super) by_tissue_w: Vec<(&'static str, f64)>,
}

impl Found {
    /// A tissue's.
    pub(super) fn of(&self, tissue: &str) -> f64 {
        let here = self.by_tissue_w.iter().find(|(name, _)| *name == tissue);
        here.map_or(f64::NAN, |(_, ceiling_w)| *ceiling_w)
    }

    /// The lowest of all tissues but fat, and in which.
    pub(super) fn lowest(&self) -> (&'static str, f64) {
        let rest = self.by_tissue_w.iter().filter(|(name, _)| *name != FAT);
        rest.fold(("", f64::INFINITY), |low, here| if here.1 < low.1 { *here } else { low })
    }
}

/// A cell.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) place: usize,
    pub(super) set_c: i32,
    /// What the ends of ramps of 5 s and 15 s and a hold after 15 s take, W: in muscle, and in the
    /// tissue that takes the most.
    pub(super) needed_w: [[f64; 2]; 3],
    /// Thermal and electrical.
    pub(super) found: [Found; 2],
}

/// What the table in use says, W.
pub(super) fn in_use_w(place: usize, set_c: i32, caught: Caught) -> Result<f64, String> {
    let set = MilliCelsius::new(set_c.saturating_mul(1_000)).ok_or("a set temperature")?;
    let limit = match caught {
        Caught::Thermal => ceiling(electrode(place), set),
        Caught::Electrical => generator_hard_limit(electrode(place), set),
    };
    limit.map(MilliWatts::as_f64).ok_or_else(|| format!("no ceiling at {set_c} °C"))
}

impl Cell {
    pub(super) fn new(place: usize, set_c: i32) -> Result<Self, String> {
        let mut held = Vec::new();
        let mut needed_w = [[0.0_f64; 2]; 3];
        for (tissue, _) in shipped_tissues() {
            let (setting, at_c) = (dry(place, tissue)?, f64::from(set_c));
            let here = Held::new(&setting, at_c)?;
            let here_w =
                [ramp_w(&setting, 5.0, at_c)?, ramp_w(&setting, 15.0, at_c)?, here.power_w()];
            for (most_w, here_w) in needed_w.iter_mut().zip(here_w) {
                most_w[1] = most_w[1].max(here_w);
                if *tissue == NEAREST {
                    most_w[0] = here_w;
                }
            }
            held.push((*tissue, here));
        }
        let found = |caught| found(&held, in_use_w(place, set_c, caught)?, caught);
        let found = [found(Caught::Thermal)?, found(Caught::Electrical)?];
        Ok(Self { place, set_c, needed_w, found })
    }
}

fn found(held: &[(&'static str, Held)], in_use_w: f64, caught: Caught) -> Result<Found, String> {
    let one = |(tissue, held): &(&'static str, Held)| {
        Ok((*tissue, held.ceiling_w(caught, &METHOD, in_use_w)?))
    };
    let by_tissue_w = held.iter().map(one).collect::<Result<_, String>>()?;
    Ok(Found { in_use_w, by_tissue_w })
}
