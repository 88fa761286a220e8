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
    /// `None` only where the library would not make one of these constants; then every quantile
    /// is told as the longest time, which is never better than it was.
    histogram: Option<Histogram<u32>>,
    count: u64,
    longest_us: u64,
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
        let histogram = Histogram::new_with_bounds(1, LONGEST_US, DIGITS).ok();
        Self { histogram, count: 0, longest_us: 0 }
    }

    /// Counts one time.
    pub fn record(&mut self, time: Span) {
        let us = time.as_micros().min(LONGEST_US);
        self.count = self.count.saturating_add(1);
        self.longest_us = self.longest_us.max(us);
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(us);
        }
    }

    /// The six numbers.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        let at = |quantile: f64| {
            let told = self.histogram.as_ref().map(|h| h.value_at_quantile(quantile));
            told.unwrap_or(self.longest_us)
        };
        Quantiles {
            count: self.count,
            p50: at(0.5),
            p99: at(0.99),
            p99_9: at(0.999),
            max: self.histogram.as_ref().map_or(self.longest_us, Histogram::max),
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
    fn without_a_histogram_every_quantile_is_the_longest() {
        let mut latencies = Latencies { histogram: None, ..Latencies::new() };
        for us in [5, 70, 9] {
            latencies.record(Span::from_micros(us));
        }
        let q = latencies.quantiles();
        assert_eq!((q.count, q.p50, q.p99, q.p99_9, q.max), (3, 70, 70, 70, 70));
        assert_eq!(Latencies::new().quantiles(), Quantiles::default());
    }

    #[test]
    fn what_is_longer_than_a_minute_is_counted_as_a_minute() {
        let mut latencies = Latencies::new();
        latencies.record(Span::from_secs(3_600));
        let max = latencies.quantiles().max;
        assert!((60_000_000..61_000_000).contains(&max), "{max}");
    }
}
