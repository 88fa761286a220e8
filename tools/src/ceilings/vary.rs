//! What moves a ceiling: one thing at a time, in muscle.

use super::in_parallel;
use super::setting::{NEAREST, ORIGINAL, boiling, dry};
use super::stuck::{Caught, Chain, Held, METHOD, PROMPT};
use rfa_tissue::{Resolution, Setting, TipEnd};

/// Row and set temperature (°C) of the cells looked at.
pub(super) const CELLS: [(usize, i32); 3] = [(0, 80), (2, 70), (4, 90)];
/// In those cells: diameter of the needle in the model that the first table came from, m, and
/// how far its loop had the tip above the set temperature at the fault, K.
const ORIGINAL_NEEDLE: [(f64, f64); 3] = [(0.71e-3, 0.14), (0.91e-3, 0.37), (1.27e-3, 2.45)];

/// Both ceilings of each cell, W.
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) ceilings_w: [[f64; 2]; 3],
}

/// A cell's problem, before it is varied.
struct Problem {
    setting: Setting,
    boiling: Setting,
    set_c: f64,
    /// Above the set temperature at the fault, K.
    over_k: f64,
    chain: Chain,
    original: (f64, f64),
}

type Change = fn(&mut Problem);

const CHANGES: [(&str, Change); 23] = [
    ("as computed, in muscle", |_| {}),
    ("mesh twice as coarse", |p| p.setting.resolution = Resolution::Coarse),
    ("mesh twice as fine", |p| p.setting.resolution = Resolution::Fine),
    ("steps of half the length", |p| p.chain.step_s /= 2.0),
    ("conductivity +2 %/K, not +1.5", |p| p.setting.tissue.sigma_slope = ORIGINAL.sigma_slope),
    ("conductivity that does not rise", |p| p.setting.tissue.sigma_slope = 0.0),
    ("0.52 W/mK, not 0.49", |p| p.setting.tissue.k = ORIGINAL.k),
    ("3.70 MJ/m³K, not 3.73", |p| p.setting.tissue.capacity = ORIGINAL.capacity),
    ("no perfusion", |p| p.setting.tissue.perfusion = 0.0),
    ("perfusion of liver, 51 kW/m³K", |p| p.setting.tissue.perfusion = 51_030.0),
    ("needle's diameter as there", |p| p.setting.needle.diameter = p.original.0),
    ("no sleeve: shaft bare to heat", |p| p.setting.needle.sleeve = 1e-6),
    ("tip at the fault as far above set as there", |p| p.over_k = p.original.1),
    ("tissue, needle, hold and votes as there, coarse mesh", |p| {
        p.setting.tissue = ORIGINAL;
        p.setting.resolution = Resolution::Coarse;
        (p.setting.needle.diameter, p.over_k) = p.original;
        p.setting.needle.sleeve = 1e-6;
        // The first of two samples comes after 10 ms on average.
        p.chain.vote_s = 0.03;
    }),
    ("sensor 0.5 mm from the tip's end, not 1", |p| p.setting.needle.sensor_depth = 0.5e-3),
    ("sensor 2 mm from the tip's end", |p| p.setting.needle.sensor_depth = 2e-3),
    ("conical tip", |p| p.setting.needle.end = TipEnd::Conical),
    ("conical tip, mesh twice as fine", |p| {
        p.setting.needle.end = TipEnd::Conical;
        p.setting.resolution = Resolution::Fine;
    }),
    ("heat properties of fat", |p| {
        (p.setting.tissue.k, p.setting.tissue.capacity) = (0.21, 911.0 * 2_348.0);
    }),
    ("tissue that boils, 95 to 100 °C", |p| p.setting = p.boiling.clone()),
    ("sensor's lag 50 ms", |p| p.chain.lag_s = 0.05),
    ("sensor's lag 300 ms", |p| p.chain.lag_s = 0.3),
    ("RF off in 100 ms, votes included", |p| p.chain = PROMPT),
];

/// Every change in every cell.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let jobs: Vec<(usize, usize)> = (0..CHANGES.len())
        .flat_map(|change| (0..CELLS.len()).map(move |at| (change, at)))
        .collect();
    let found = in_parallel(&jobs, |(change, at)| changed(*at, CHANGES[*change].1))?;
    let rows = CHANGES.iter().zip(found.chunks_exact(CELLS.len()));
    Ok(rows
        .map(|((what, _), found)| Row { what, ceilings_w: [found[0], found[1], found[2]] })
        .collect())
}

fn changed(at: usize, change: Change) -> Result<[f64; 2], String> {
    let (place, set_c) = CELLS[at];
    let mut problem = Problem {
        setting: dry(place, NEAREST)?,
        boiling: boiling(place, NEAREST)?,
        set_c: f64::from(set_c),
        over_k: 0.0,
        chain: METHOD,
        original: ORIGINAL_NEEDLE[at],
    };
    change(&mut problem);
    let mut held = Held::new(&problem.setting, problem.set_c + problem.over_k)?;
    held.set_c = problem.set_c;
    let mut ceilings_w = [0.0; 2];
    for (ceiling_w, caught) in ceilings_w.iter_mut().zip(Caught::BOTH) {
        let guess_w = super::cells::in_use_w(place, set_c, caught)?;
        *ceiling_w = held.ceiling_w(caught, &problem.chain, guess_w)?;
    }
    Ok(ceilings_w)
}
