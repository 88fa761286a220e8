//! Quantiles by linear interpolation.

use serde::Serialize;

/// The definition, in words: type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages",
/// The American Statistician 50 (1996) 361-365, doi 10.1080/00031305.1996.10473566. DuckDB's
/// `quantile_cont`, polars' `quantile` with `linear` and Spark's `percentile` are the same.
pub const QUANTILES: &str = "linear interpolation between order statistics, x[(n - 1) p] (type 7)";

/// How a figure is spread over sessions or steps, in the unit at the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distribution {
    /// Values there are.
    pub count: u64,
    /// Arithmetic mean.
    pub mean: f64,
    /// The smallest.
    pub min: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 99th percentile.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Distribution {
    /// That of `values`, in any order: the result does not depend on it. `None`: there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let at = |part| quantile(&sorted, part);
        Some(Self {
            count: sorted.len() as u64,
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
            min,
            p50: at(0.5)?,
            p90: at(0.9)?,
            p99: at(0.99)?,
            max,
        })
    }
}

/// The quantile `part` (0 to 1) of values that are sorted.
fn quantile(sorted: &[f64], part: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = last as f64 * part;
    let below = (place.floor() as usize).min(last);
    let (low, high) = (sorted.get(below)?, sorted.get((below + 1).min(last))?);
    Some(low + (high - low) * (place - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Values of R's `quantile(x, type = 7)`, which is its default, worked out by hand: of ten
    /// values the 90th percentile stands at 9 x 0.9 = 8.1.
    #[test]
    fn known_values() {
        let of = Distribution::of([10.0, 7.0, 2.0, 1.0, 3.0, 4.0, 5.0, 6.0, 8.0, 20.0]);
        let of = of.expect("ten");
        assert_eq!((of.count, of.min, of.max, of.mean), (10, 1.0, 20.0, 6.6));
        assert_eq!(of.p50, 5.5);
        assert!((of.p90 - 11.0).abs() < 1e-12, "{of:?}");
        assert!((of.p99 - 19.1).abs() < 1e-12, "{of:?}");
        let one = Distribution::of([3.0]).expect("one");
        assert_eq!((one.p50, one.p99, one.mean), (3.0, 3.0, 3.0));
        assert_eq!(Distribution::of([]), None);
    }

    proptest! {
        #[test]
        fn sorted_and_independent_of_order(mut values in prop::collection::vec(-1e6..1e6, 1..50)) {
            let of = Distribution::of(values.clone()).expect("some");
            let row = [of.min, of.p50, of.p90, of.p99, of.max];
            prop_assert!(row.is_sorted(), "{row:?}");
            values.reverse();
            prop_assert_eq!(Distribution::of(values), Some(of));
        }
    }
}
