//! Histograms that a real-time thread may write to: made once, never grown.

use hdrhistogram::Histogram;
use rfa_units::Span;
use serde::Serialize;

/// The longest time told apart, in microseconds: one minute. Longer ones count as this.
const LONGEST_US: u64 = 60_000_000;

/// Significant digits kept: 0.1 %.
const DIGITS: u8 = 3;

/// A histogram of times in microseconds. Recording allocates nothing.
#[derive(Debug, Clone)]
pub struct Latencies {
    histogram: Histogram<u32>,
}

/// A histogram in six numbers, times in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Quantiles {
    /// Times recorded.
    pub count: u64,
    /// Median.
    pub p50: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    #[serde(rename = "p99.9")]
    pub p99_9: u64,
    /// The longest.
    pub max: u64,
}

impl Latencies {
    /// An empty histogram, fully allocated.
    #[must_use]
    pub fn new() -> Self {
        // The bounds are constants that the library accepts; should it ever not, its own default
        // (which grows) still counts every time.
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, DIGITS)
            .or_else(|_| Histogram::new(DIGITS))
            .unwrap_or_else(|_| unreachable!("three digits are within the library's range"));
        Self { histogram }
    }

    /// Counts one time.
    pub fn record(&mut self, time: Span) {
        self.histogram.saturating_record(time.as_micros());
    }

    /// The six numbers.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        if self.histogram.is_empty() {
            return Quantiles::default();
        }
        Quantiles {
            count: self.histogram.len(),
            p50: self.histogram.value_at_quantile(0.5),
            p99: self.histogram.value_at_quantile(0.99),
            p99_9: self.histogram.value_at_quantile(0.999),
            max: self.histogram.max(),
        }
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_numbers_of_a_known_set() {
        let mut latencies = Latencies::new();
        for us in 1..=1000 {
            latencies.record(Span::from_micros(us));
        }
        let q = latencies.quantiles();
        assert_eq!((q.count, q.p50, q.p99, q.p99_9, q.max), (1000, 500, 990, 999, 1000));
    }

    #[test]
    fn what_is_longer_than_a_minute_is_counted_as_a_minute() {
        let mut latencies = Latencies::new();
        latencies.record(Span::from_secs(3_600));
        let max = latencies.quantiles().max;
        assert!((60_000_000..61_000_000).contains(&max), "{max}");
    }
}
