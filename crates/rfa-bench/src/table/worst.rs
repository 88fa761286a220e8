//! The worst draws of the first controller.

use super::rows::{ROWS, Spec};
use super::statistic::Statistic;
use crate::Outcome;
use serde::Serialize;

/// How many are listed.
const LISTED: usize = 10;

/// A draw and the figure that is furthest beyond what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Worst {
    /// The draw.
    pub draw: u32,
    /// The figure.
    pub what: &'static str,
    /// Its value; none where the run did not come so far.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
    /// What 99 % of the runs, or else the worst, have to keep to.
    pub target: f64,
}

impl Worst {
    /// In multiples of the target; infinite where there is no value.
    fn ratio(&self) -> f64 {
        self.value.map_or(f64::INFINITY, |value| value / self.target)
    }
}

/// The worst draws, worst first.
pub(super) fn worst(outcomes: &[Outcome]) -> Vec<Worst> {
    let mut worst: Vec<Worst> = outcomes.iter().filter_map(of).collect();
    worst.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()).then(a.draw.cmp(&b.draw)));
    worst.truncate(LISTED);
    worst
}

/// A draw's worst figure among those that have a target and that the power ceiling permits.
fn of(outcome: &Outcome) -> Option<Worst> {
    let figures = outcome.figures.first()?;
    let counts = |spec: &&Spec| (spec.part)(outcome) && (spec.permit)(&outcome.reach);
    let judged = ROWS.iter().filter(counts).filter_map(|spec| {
        let value = (spec.measure)(figures);
        let value = Some(value).filter(|value| value.is_finite());
        Some(Worst {
            draw: outcome.number,
            what: spec.what,
            value,
            unit: spec.unit,
            target: target(spec)?,
        })
    });
    judged.max_by(|a, b| a.ratio().total_cmp(&b.ratio()))
}

/// What nearly every run has to keep to; none where there is nothing that grows with badness.
fn target(spec: &Spec) -> Option<f64> {
    let of = |wanted: &str| {
        let mut statistics = spec.statistics.iter();
        let found = statistics.find(|(statistic, _)| statistic.name() == wanted);
        found.and_then(|(_, target)| *target)
    };
    of(Statistic::P99.name()).or_else(|| of(Statistic::Max.name())).filter(|target| *target > 0.0)
}
