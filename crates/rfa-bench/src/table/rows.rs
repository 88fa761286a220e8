//! What the rows are made of.

use super::statistic::Statistic;
use crate::{Disturbance, End, Figures, Outcome, Reach};

/// A part of the population.
pub(super) type Part = fn(&Outcome) -> bool;
/// Whether the power ceiling permits what a row is about.
pub(super) type Permit = fn(&Reach) -> bool;
/// A figure, larger is worse; infinite where the run did not come so far.
pub(super) type Measure = fn(&Figures) -> f64;

/// What a row is made of: words, which draws it is about, what must be permitted for one to count,
/// measure, unit, then statistics with their targets.
pub(super) struct Spec {
    pub(super) what: &'static str,
    pub(super) part: Part,
    pub(super) permit: Permit,
    pub(super) measure: Measure,
    pub(super) unit: &'static str,
    pub(super) statistics: &'static [(Statistic, Option<f64>)],
}

fn or_worst(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::INFINITY)
}

fn late(figures: &Figures) -> f64 {
    if figures.in_time { 0.0 } else { 1.0 }
}

const FAST: Part = |outcome| outcome.ramp_s == 5;
const SLOWER: Part = |outcome| outcome.ramp_s != 5;
const ALL: Part = |_| true;
const SUNK: Part = |outcome| outcome.disturbance == Disturbance::Sink;
const WASHED: Part = |outcome| outcome.disturbance == Disturbance::Wash;
const TOUCHED: Part = |outcome| outcome.disturbance == Disturbance::Touch;

const ANY: Permit = |_| true;
const REACH: Permit = Reach::is_permitted;
const LINE: Permit = Reach::line;
const HOLD: Permit = Reach::hold;
const RECOVERY: Permit = Reach::recovery;

/// What may not be permitted, in words.
pub(super) const PERMITS: [(&str, Part, Permit); 4] = [
    ("set temperature in ramp + 3 s", ALL, REACH),
    ("the ramp's line", ALL, LINE),
    ("the hold", ALL, HOLD),
    ("the heat sink in the hold", |outcome| SUNK(outcome) && HOLD(&outcome.reach), RECOVERY),
];

/// The rows; targets are those of the published table in `docs/verification/loop.md`.
pub(super) const ROWS: &[Spec] = &[
    Spec {
        what: "set temperature reached within ramp + 3 s",
        part: ALL,
        permit: REACH,
        measure: late,
        unit: "%",
        statistics: &[(Statistic::Share, Some(100.0))],
    },
    Spec {
        what: "overshoot of the true tip, 15 and 30 s ramps",
        part: SLOWER,
        permit: REACH,
        measure: |figures| or_worst(figures.overshoot_k),
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
        permit: REACH,
        measure: |figures| or_worst(figures.overshoot_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(1.0)), (Statistic::Max, None)],
    },
    Spec {
        what: "distance from the ramp's line, rms, 15 and 30 s ramps",
        part: SLOWER,
        permit: LINE,
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
        permit: LINE,
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
        part: ALL,
        permit: HOLD,
        measure: |figures| or_worst(figures.hold_rms_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(0.1)), (Statistic::Max, None)],
    },
    Spec {
        what: "hold error, mean",
        part: ALL,
        permit: HOLD,
        measure: |figures| or_worst(figures.hold_mean_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(0.03)), (Statistic::Max, None)],
    },
    Spec {
        what: "heat sink: deviation",
        part: SUNK,
        permit: RECOVERY,
        measure: |figures| or_worst(figures.deviation_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, Some(2.2)), (Statistic::Max, None)],
    },
    Spec {
        what: "heat sink: back within 0.5 K",
        part: SUNK,
        permit: RECOVERY,
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
        permit: HOLD,
        measure: |figures| or_worst(figures.deviation_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, None)],
    },
    Spec {
        what: "electrode touched: deviation",
        part: TOUCHED,
        permit: HOLD,
        measure: |figures| or_worst(figures.deviation_k),
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, None)],
    },
    Spec {
        what: "hottest tissue above the set temperature",
        part: ALL,
        permit: ANY,
        measure: |figures| figures.hottest_above_k,
        unit: "K",
        statistics: &[(Statistic::P50, None), (Statistic::P99, None), (Statistic::Max, None)],
    },
    Spec {
        what: "hottest tissue",
        part: ALL,
        permit: ANY,
        measure: |figures| figures.hottest_c,
        unit: "°C",
        statistics: &[(Statistic::Max, Some(100.0))],
    },
    Spec {
        what: "runs that the interlock ended",
        part: ALL,
        permit: ANY,
        measure: |figures| if figures.end == End::Whole { 0.0 } else { 1.0 },
        unit: "",
        statistics: &[(Statistic::Count, Some(0.0))],
    },
];
