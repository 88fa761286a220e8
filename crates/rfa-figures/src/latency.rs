//! Histograms of times: made once, never grown, kept as a log that other tools read.

mod log;

use hdrhistogram::Histogram;
use rfa_session::{Latency, LatencyView, Quantiles, TickRecord};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// The longest time told apart, in nanoseconds: one minute. Longer ones count as this.
const LONGEST_NS: u64 = 60_000_000_000;

/// Significant digits kept: 0.1 %.
const DIGITS: u8 = 3;

const NS_PER_US: u64 = 1_000;

/// A histogram of times. Recording allocates nothing.
#[derive(Debug, Clone)]
pub struct Latencies {
    /// `None` only where the library would not make one of these constants; then every quantile
    /// is told as the longest time, which is never better than it was.
    histogram: Option<Histogram<u32>>,
    count: u64,
    longest_ns: u64,
}

impl Latencies {
    /// An empty histogram, fully allocated.
    #[must_use]
    pub fn new() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST_NS, DIGITS).ok();
        Self { histogram, count: 0, longest_ns: 0 }
    }

    /// Counts one time.
    pub fn record_ns(&mut self, ns: u64) {
        let ns = ns.min(LONGEST_NS);
        self.count = self.count.saturating_add(1);
        self.longest_ns = self.longest_ns.max(ns);
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(ns);
        }
    }

    /// Counts one time.
    pub fn record_us(&mut self, us: u64) {
        self.record_ns(us.saturating_mul(NS_PER_US));
    }

    /// Counts all times of another.
    pub fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.longest_ns = self.longest_ns.max(other.longest_ns);
        if let (Some(histogram), Some(other)) = (&mut self.histogram, &other.histogram) {
            // Cannot fail: both have the same bounds.
            let _ = histogram.add(other);
        }
    }

    /// Its counts in the room that they take: each cell that is not empty, with its count.
    fn packed(&self) -> PackedLatencies {
        let cells = self.histogram.iter().flat_map(|histogram| {
            let cells = histogram.iter_recorded();
            cells.map(|cell| (cell.value_iterated_to(), cell.count_at_value()))
        });
        let cells = cells.collect();
        PackedLatencies { cells, count: self.count, longest_ns: self.longest_ns }
    }

    /// The histogram that was packed, to the same counts.
    fn unpack(&mut self, packed: &PackedLatencies) {
        (self.count, self.longest_ns) = (packed.count, packed.longest_ns);
        if let Some(histogram) = &mut self.histogram {
            histogram.reset();
            for (ns, count) in &packed.cells {
                histogram.saturating_record_n(*ns, *count);
            }
        }
    }

    /// The distribution in five numbers.
    #[must_use]
    pub fn quantiles(&self) -> Quantiles {
        let at = |quantile: f64| {
            let told = self.histogram.as_ref().map(|h| h.value_at_quantile(quantile));
            // The library tells the upper end of a value's cell; no time was longer than the
            // longest.
            told.map_or(self.longest_ns, |ns| ns.min(self.longest_ns))
        };
        Quantiles {
            count: self.count,
            p50_ns: at(0.5),
            p99_ns: at(0.99),
            p99_9_ns: at(0.999),
            max_ns: self.longest_ns,
        }
    }
}

impl Default for Latencies {
    fn default() -> Self {
        Self::new()
    }
}

/// The cells of a histogram that are not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PackedLatencies {
    /// The longest time of a cell, and how often one of it was counted.
    cells: Vec<(u64, u32)>,
    count: u64,
    longest_ns: u64,
}

/// A [`LatencySet`] in the room that its counts take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedLatencySet {
    each: [PackedLatencies; Latency::ALL.len()],
}

impl PackedLatencySet {
    /// Memory that it takes, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let cells = self.each.iter().map(|of| of.cells.capacity()).sum::<usize>();
        cells.saturating_mul(size_of::<(u64, u32)>()).saturating_add(size_of::<Self>())
    }
}

/// A histogram for each [`Latency`] of a session.
#[derive(Debug, Clone)]
pub struct LatencySet {
    each: [Latencies; Latency::ALL.len()],
}

impl LatencySet {
    /// Empty ones.
    #[must_use]
    pub fn new() -> Self {
        Self { each: Latency::ALL.map(|_| Latencies::new()) }
    }

    /// Counts the times of one tick.
    pub fn tick(&mut self, record: &TickRecord) {
        let timing = &record.timing;
        self.count(Latency::InterlockLateness, us(timing.interlock_late_us));
        self.count(Latency::InterlockTick, us(timing.interlock_took_us));
        let interlock = u64::from(timing.interlock_step_ns);
        self.count(Latency::InterlockStep, interlock);
        if record.control.last().is_some() {
            let control = u64::from(timing.control_step_ns);
            self.count(Latency::ControlLateness, us(timing.control_late_us));
            self.count(Latency::ControlStep, control);
            self.count(Latency::Steps, control.saturating_add(interlock));
        }
        if let Some(answer_us) = timing.telemetry_to_grant_us {
            self.count(Latency::TelemetryToGrant, us(answer_us));
        }
    }

    /// Counts all times of another.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.each.iter_mut().zip(&other.each) {
            mine.add(theirs);
        }
    }

    /// All of them in the room that their counts take.
    #[must_use]
    pub fn packed(&self) -> PackedLatencySet {
        PackedLatencySet { each: self.each.each_ref().map(Latencies::packed) }
    }

    /// Counts again what was packed, and nothing else.
    pub fn unpack(&mut self, packed: &PackedLatencySet) {
        for (of, packed) in self.each.iter_mut().zip(&packed.each) {
            of.unpack(packed);
        }
    }

    /// What they come to.
    #[must_use]
    pub fn view(&self) -> LatencyView {
        LatencyView(self.each.each_ref().map(Latencies::quantiles))
    }

    fn count(&mut self, latency: Latency, ns: u64) {
        let each = Latency::ALL.into_iter().zip(&mut self.each);
        for (name, of) in each {
            if name == latency {
                return of.record_ns(ns);
            }
        }
    }
}

impl Default for LatencySet {
    fn default() -> Self {
        Self::new()
    }
}

fn us(us: u32) -> u64 {
    u64::from(us).saturating_mul(NS_PER_US)
}

/// A distribution as summaries tell it: in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuantilesUs(pub Quantiles);

impl Serialize for QuantilesUs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let us = |ns: u64| ns as f64 / NS_PER_US as f64;
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("count", &self.0.count)?;
        map.serialize_entry("p50", &us(self.0.p50_ns))?;
        map.serialize_entry("p99", &us(self.0.p99_ns))?;
        map.serialize_entry("p99.9", &us(self.0.p99_9_ns))?;
        map.serialize_entry("max", &us(self.0.max_ns))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for QuantilesUs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Told {
            count: u64,
            p50: f64,
            p99: f64,
            #[serde(rename = "p99.9")]
            p99_9: f64,
            max: f64,
        }
        let told = Told::deserialize(deserializer)?;
        // A histogram holds at most a minute, 6e10 ns: whole nanoseconds come back exactly.
        let ns = |us: f64| (us * NS_PER_US as f64).round() as u64;
        Ok(Self(Quantiles {
            count: told.count,
            p50_ns: ns(told.p50),
            p99_ns: ns(told.p99),
            p99_9_ns: ns(told.p99_9),
            max_ns: ns(told.max),
        }))
    }
}

/// All of a session's distributions as summaries tell them: by name, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LatencyUs(pub LatencyView);

impl Serialize for LatencyUs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let each = self.0.iter().map(|(latency, of)| (latency.name(), QuantilesUs(of)));
        serializer.collect_map(each)
    }
}

impl<'de> Deserialize<'de> for LatencyUs {
    /// A distribution that is not told is an empty one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told: BTreeMap<String, QuantilesUs> = BTreeMap::deserialize(deserializer)?;
        let of = |latency: Latency| told.get(latency.name()).map(|of| of.0).unwrap_or_default();
        Ok(Self(LatencyView(Latency::ALL.map(of))))
    }
}

#[cfg(test)]
mod tests;
