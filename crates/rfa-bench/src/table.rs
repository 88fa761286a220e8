//! Percentiles of a population, against their targets and the baselines.

mod rows;
mod statistic;
mod worst;

use crate::{Case, ControllerName, Disturbance, Figures, Reach};
use rows::{PERMITS, ROWS, Spec};
use serde::Serialize;
use statistic::Statistic;
pub use worst::Worst;

/// What is known of one draw once every controller has treated it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its number.
    pub number: u32,
    /// Ramp, s.
    pub ramp_s: u64,
    /// What happened to it.
    pub disturbance: Disturbance,
    /// What the power ceiling permits.
    pub reach: Reach,
    /// Whether the plan says before arming that its power ceiling is too low (`Plan::shortfall`).
    pub told: bool,
    /// Figures by controller, in the order they were asked for.
    pub figures: Vec<Figures>,
}

impl Outcome {
    /// Of a case and its figures.
    #[must_use]
    pub fn new(case: &Case, figures: Vec<Figures>) -> Self {
        Self {
            number: case.draw.number,
            ramp_s: case.draw.ramp.as_micros() / 1_000_000,
            disturbance: case.draw.disturbance,
            reach: case.reach,
            told: case.plan.shortfall(0).is_some(),
            figures,
        }
    }
}

/// Whether a figure is what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is.
    Pass,
    /// It is not.
    Fail,
    /// It has no target.
    None,
}

/// One controller's value of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Value {
    /// The figure; none where the percentile falls on a run that did not come so far.
    pub value: Option<f64>,
    /// The draw it is from, or the worst one.
    pub draw: Option<u32>,
    /// This value over rfa's; none for rfa itself or where either is missing.
    pub ratio: Option<f64>,
}

/// One figure over a part of the population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is.
    pub what: String,
    /// Its statistic: p50, p99, max, share.
    pub statistic: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it has to reach; at least for a share, else at most.
    pub target: Option<f64>,
    /// How many runs it is over.
    pub runs: usize,
    /// How many more it would be over if the power ceiling permitted them.
    pub left_out: usize,
    /// By controller.
    pub values: Vec<Value>,
    /// Of the first controller, rfa's own where it takes part.
    pub verdict: Verdict,
}

/// What the power ceiling does not permit some draws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotPermitted {
    /// What that is.
    pub what: &'static str,
    /// Out of how many.
    pub of: usize,
    /// Of how many of the draws that is told before arming.
    pub told: usize,
    /// The draws' numbers.
    pub draws: Vec<u32>,
}

/// Every row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Controllers, in the columns' order.
    pub controllers: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Draws that the power ceiling does not permit, by what it does not permit.
    pub not_permitted: Vec<NotPermitted>,
    /// The first controller's worst draws, worst first.
    pub worst: Vec<Worst>,
    /// Draws.
    pub draws: usize,
}

impl Table {
    /// The table of a population.
    #[must_use]
    pub fn new(controllers: &[ControllerName], outcomes: &[Outcome]) -> Self {
        let mut rows = vec![permitted(outcomes)];
        rows.extend(ROWS.iter().flat_map(|spec| spec.rows(controllers, outcomes)));
        let not_permitted = PERMITS.iter().map(|(what, part, permit)| {
            let part = outcomes.iter().filter(|outcome| part(outcome));
            let (of, out) = (part.clone().count(), part.filter(|outcome| !permit(&outcome.reach)));
            let told = out.clone().filter(|outcome| outcome.told).count();
            let draws = out.map(|outcome| outcome.number).collect();
            NotPermitted { what, of, told, draws }
        });
        Self {
            controllers: controllers.iter().map(|name| name.name()).collect(),
            rows,
            not_permitted: not_permitted.collect(),
            worst: worst::worst(outcomes),
            draws: outcomes.len(),
        }
    }
}

/// How many draws of the standard ramp the power ceiling permits: no controller can change it.
fn permitted(outcomes: &[Outcome]) -> Row {
    let standard: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.ramp_s == 15).collect();
    let permitted = standard.iter().filter(|outcome| outcome.reach.is_permitted()).count();
    let share = 100.0 * permitted as f64 / standard.len().max(1) as f64;
    Row {
        what: "power ceiling permits the plan, 15 s ramp".to_owned(),
        statistic: "share",
        unit: "%",
        target: Some(80.0),
        runs: standard.len(),
        left_out: 0,
        values: vec![Value { value: Some(share), draw: None, ratio: None }],
        verdict: Statistic::Share.verdict(Some(80.0), (!standard.is_empty()).then_some(share)),
    }
}

impl Spec {
    fn rows(&self, controllers: &[ControllerName], outcomes: &[Outcome]) -> Vec<Row> {
        let (part, out): (Vec<&Outcome>, Vec<&Outcome>) = outcomes
            .iter()
            .filter(|outcome| (self.part)(outcome))
            .partition(|outcome| (self.permit)(&outcome.reach));
        let sorted = |column: usize| {
            let mut values: Vec<(f64, u32)> = part
                .iter()
                .filter_map(|outcome| {
                    Some(((self.measure)(outcome.figures.get(column)?), outcome.number))
                })
                .collect();
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            values
        };
        let columns: Vec<Vec<(f64, u32)>> = (0..controllers.len()).map(sorted).collect();
        let rows = self.statistics.iter().map(|(statistic, target)| {
            let found: Vec<Option<(f64, u32)>> =
                columns.iter().map(|column| statistic.of(column)).collect();
            let own = found.first().copied().flatten();
            let values = found.iter().enumerate().map(|(column, found)| Value {
                value: found.map(|(value, _)| value).filter(|value| value.is_finite()),
                draw: found.map(|(_, draw)| draw),
                ratio: match (own, found) {
                    (Some((own, _)), Some((value, _)))
                        if column > 0 && own > 0.0 && *value > 0.0 && value.is_finite() =>
                    {
                        Some(value / own)
                    }
                    _ => None,
                },
            });
            Row {
                what: self.what.to_owned(),
                statistic: statistic.name(),
                unit: self.unit,
                target: *target,
                runs: part.len(),
                left_out: out.len(),
                values: values.collect(),
                verdict: statistic.verdict(*target, own.map(|(own, _)| own)),
            }
        });
        rows.collect()
    }
}
