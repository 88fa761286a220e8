//! Percentiles of a population, against their targets and the baselines.

use crate::{Case, ControllerName, Disturbance, End, Figures};
use serde::Serialize;

/// What is known of one draw once every controller has treated it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its number.
    pub number: u32,
    /// Ramp, s.
    pub ramp_s: u64,
    /// What happened to it.
    pub disturbance: Disturbance,
    /// Whether the power ceiling permits its plan.
    pub permitted: bool,
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
            permitted: case.reach.is_permitted(),
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
    /// By controller.
    pub values: Vec<Value>,
    /// Of the first controller, rfa's own where it takes part.
    pub verdict: Verdict,
}

/// Every row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Controllers, in the columns' order.
    pub controllers: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Draws that the power ceiling does not permit.
    pub not_permitted: Vec<u32>,
    /// Draws.
    pub draws: usize,
}

/// A statistic of a row.
#[derive(Debug, Clone, Copy)]
enum Statistic {
    Percentile(f64, &'static str),
    Max,
    Share,
    Count,
}

impl Statistic {
    const P50: Self = Self::Percentile(0.5, "p50");
    const P90: Self = Self::Percentile(0.9, "p90");
    const P99: Self = Self::Percentile(0.99, "p99");

    const fn name(self) -> &'static str {
        match self {
            Self::Percentile(_, name) => name,
            Self::Max => "max",
            Self::Share => "share",
            Self::Count => "count",
        }
    }

    /// Of values that are sorted, worst last.
    fn of(self, sorted: &[(f64, u32)]) -> Option<(f64, u32)> {
        let worst = sorted.last()?;
        match self {
            Self::Max => Some(*worst),
            Self::Percentile(share, _) => {
                // The nearest rank: at least this share of the runs is no worse.
                let rank = (share * sorted.len() as f64).ceil() as usize;
                sorted.get(rank.clamp(1, sorted.len()) - 1).copied()
            }
            Self::Share => {
                let met = sorted.iter().filter(|(value, _)| *value < 0.5).count();
                Some((100.0 * met as f64 / sorted.len() as f64, worst.1))
            }
            Self::Count => {
                let count = sorted.iter().filter(|(value, _)| *value > 0.5).count();
                Some((count as f64, worst.1))
            }
        }
    }
}

/// A part of the population.
type Part = fn(&Outcome) -> bool;
/// A figure, larger is worse; infinite where the run did not come so far.
type Measure = fn(&Figures) -> f64;

/// What a row is made of: words, part, measure, unit, then statistics with their targets.
struct Spec {
    what: &'static str,
    part: Part,
    measure: Measure,
    unit: &'static str,
    statistics: &'static [(Statistic, Option<f64>)],
}

fn or_worst(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::INFINITY)
}

fn late(figures: &Figures) -> f64 {
    if figures.in_time { 0.0 } else { 1.0 }
}

const FAST: Part = |outcome| outcome.permitted && outcome.ramp_s == 5;
const SLOWER: Part = |outcome| outcome.permitted && outcome.ramp_s != 5;
const PERMITTED: Part = |outcome| outcome.permitted;
const SUNK: Part = |outcome| outcome.permitted && outcome.disturbance == Disturbance::Sink;
const WASHED: Part = |outcome| outcome.permitted && outcome.disturbance == Disturbance::Wash;
const TOUCHED: Part = |outcome| outcome.permitted && outcome.disturbance == Disturbance::Touch;

/// The rows; targets are those of the published table in `docs/verification/loop.md`.
const ROWS: &[Spec] = &[
    Spec {
        what: "set temperature reached within ramp + 3 s",
        part: PERMITTED,
        measure: late,
        unit: "%",
        statistics: &[(Statistic::Share, Some(100.0))],
    },
    Spec {
        what: "overshoot of the true tip, 15 and 30 s ramps",
        part: SLOWER,
        measure: |figures| figures.overshoot_k,
        unit: "K",
        statistics: &[
            (Statistic::P50, None),
            (Statistic::P99, Some(0.3)),
            (Statistic::Max, Some(0.6)),
        ],
    },
    Spec {
        what: "overshoot of the true tip, 5 s ramp",
        part: FAST,
        measure: |figures| figures.overshoot_k,
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(1.0)), (Statistic::Max, None)],
    },
    Spec {
        what: "distance from the ramp's line, rms, 15 and 30 s ramps",
        part: SLOWER,
        measure: |figures| or_worst(figures.tracking_k),
        unit: "K",
        statistics: &[
            (Statistic::P50, Some(0.2)),
            (Statistic::P99, Some(0.6)),
            (Statistic::Max, None),
        ],
    },
    Spec {
        what: "distance from the ramp's line, rms, 5 s ramp",
        part: FAST,
        measure: |figures| or_worst(figures.tracking_k),
        unit: "K",
        statistics: &[
            (Statistic::P50, Some(0.5)),
            (Statistic::P99, Some(1.4)),
            (Statistic::Max, None),
        ],
    },
    Spec {
        what: "hold error, rms",
        part: PERMITTED,
        measure: |figures| or_worst(figures.hold_rms_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(0.1)), (Statistic::Max, None)],
    },
    Spec {
        what: "hold error, mean",
        part: PERMITTED,
        measure: |figures| or_worst(figures.hold_mean_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(0.03)), (Statistic::Max, None)],
    },
    Spec {
        what: "heat sink: deviation",
        part: SUNK,
        measure: |figures| or_worst(figures.deviation_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(2.2)), (Statistic::Max, None)],
    },
    Spec {
        what: "heat sink: back within 0.5 K",
        part: SUNK,
        measure: |figures| or_worst(figures.recovery_s),
        unit: "s",
        statistics: &[
            (Statistic::P50, None),
            (Statistic::P90, Some(3.0)),
            (Statistic::P99, Some(5.0)),
            (Statistic::Max, None),
        ],
    },
    Spec {
        what: "CSF wash: deviation",
        part: WASHED,
        measure: |figures| or_worst(figures.deviation_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, None)],
    },
    Spec {
        what: "electrode touched: deviation",
        part: TOUCHED,
        measure: |figures| or_worst(figures.deviation_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, None)],
    },
    Spec {
        what: "hottest tissue above the set temperature",
        part: |_| true,
        measure: |figures| figures.hottest_above_k,
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, None), (Statistic::Max, None)],
    },
    Spec {
        what: "hottest tissue",
        part: |_| true,
        measure: |figures| figures.hottest_c,
        unit: "°C",
        statistics: &[(Statistic::Max, Some(100.0))],
    },
    Spec {
        what: "runs that the interlock ended",
        part: |_| true,
        measure: |figures| if figures.end == End::Whole { 0.0 } else { 1.0 },
        unit: "",
        statistics: &[(Statistic::Count, Some(0.0))],
    },
];

impl Table {
    /// The table of a population.
    #[must_use]
    pub fn new(controllers: &[ControllerName], outcomes: &[Outcome]) -> Self {
        let mut rows = vec![permitted(outcomes)];
        rows.extend(ROWS.iter().flat_map(|spec| spec.rows(controllers, outcomes)));
        let not_permitted = outcomes.iter().filter(|outcome| !outcome.permitted);
        Self {
            controllers: controllers.iter().map(|name| name.name()).collect(),
            rows,
            not_permitted: not_permitted.map(|outcome| outcome.number).collect(),
            draws: outcomes.len(),
        }
    }
}

/// How many draws of the standard ramp the power ceiling permits: no controller can change it.
fn permitted(outcomes: &[Outcome]) -> Row {
    let standard: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.ramp_s == 15).collect();
    let permitted = standard.iter().filter(|outcome| outcome.permitted).count();
    let share = 100.0 * permitted as f64 / standard.len().max(1) as f64;
    Row {
        what: "power ceiling permits the plan, 15 s ramp".to_owned(),
        statistic: "share",
        unit: "%",
        target: Some(80.0),
        runs: standard.len(),
        values: vec![Value { value: Some(share), draw: None, ratio: None }],
        verdict: if share >= 80.0 { Verdict::Pass } else { Verdict::Fail },
    }
}

impl Spec {
    fn rows(&self, controllers: &[ControllerName], outcomes: &[Outcome]) -> Vec<Row> {
        let part: Vec<&Outcome> = outcomes.iter().filter(|outcome| (self.part)(outcome)).collect();
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
                values: values.collect(),
                verdict: verdict(*statistic, *target, own.map(|(own, _)| own)),
            }
        });
        rows.collect()
    }
}

fn verdict(statistic: Statistic, target: Option<f64>, own: Option<f64>) -> Verdict {
    let (Some(target), Some(own)) = (target, own) else { return Verdict::None };
    let met = match statistic {
        Statistic::Share => own >= target,
        _ => own <= target,
    };
    if met { Verdict::Pass } else { Verdict::Fail }
}
