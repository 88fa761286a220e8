//! The histograms as one interval log of HdrHistogram's own format, version 1.3: text, a line for
//! each histogram, tagged with its name, its counts in the V2 encoding, deflated, as base64.
//! HdrHistogram's log processors and plotters read it; values are nanoseconds.

use super::{LatencySet, NS_PER_US};
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use rfa_session::Latency;
use std::time::{Duration, UNIX_EPOCH};

impl LatencySet {
    /// All of them as one log of a session that began `started_us` after 1970, on virtual time at
    /// 0, and took `span_us`. `None` where one cannot be encoded.
    #[must_use]
    pub fn log(&self, started_us: u64, span_us: u64) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut serializer = V2DeflateSerializer::new();
        let mut builder = IntervalLogWriterBuilder::new();
        let started = UNIX_EPOCH.checked_add(Duration::from_micros(started_us))?;
        builder
            .add_comment("rfa: times of ticks in nanoseconds; Interval_Max in microseconds")
            .with_start_time(started)
            .with_base_time(started)
            .with_max_value_divisor(NS_PER_US as f64);
        let mut writer = builder.begin_log_with(&mut bytes, &mut serializer).ok()?;
        for (latency, of) in Latency::ALL.into_iter().zip(&self.each) {
            let histogram = of.histogram.as_ref()?;
            let tag = Tag::new(latency.name())?;
            let span = Duration::from_micros(span_us);
            writer.write_histogram(histogram, Duration::ZERO, span, Some(tag)).ok()?;
        }
        Some(bytes)
    }
}
