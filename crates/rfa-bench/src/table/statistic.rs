//! Percentiles, shares and counts of what the runs came to.

use super::Verdict;

/// A statistic of a row.
#[derive(Debug, Clone, Copy)]
pub(super) enum Statistic {
    Percentile(f64, &'static str),
    Max,
    Share,
    Count,
}

impl Statistic {
    pub(super) const P50: Self = Self::Percentile(0.5, "p50");
    pub(super) const P90: Self = Self::Percentile(0.9, "p90");
    pub(super) const P99: Self = Self::Percentile(0.99, "p99");

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Percentile(_, name) => name,
            Self::Max => "max",
            Self::Share => "share",
            Self::Count => "count",
        }
    }

    /// Of values that are sorted, worst last.
    pub(super) fn of(self, sorted: &[(f64, u32)]) -> Option<(f64, u32)> {
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

    /// Whether a target is met.
    pub(super) fn verdict(self, target: Option<f64>, own: Option<f64>) -> Verdict {
        let (Some(target), Some(own)) = (target, own) else { return Verdict::None };
        let met = match self {
            Statistic::Share => own >= target,
            _ => own <= target,
        };
        if met { Verdict::Pass } else { Verdict::Fail }
    }
}
