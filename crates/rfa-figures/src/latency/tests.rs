use super::*;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

#[test]
fn five_numbers_of_a_known_set() {
    let mut latencies = Latencies::new();
    for us in 1..=1000 {
        latencies.record_us(us);
    }
    let q = latencies.quantiles();
    let near = |ns: u64, us: u64| ns.abs_diff(us * 1_000) <= us;
    assert_eq!((q.count, q.max_ns), (1000, 1_000_000));
    assert!(near(q.p50_ns, 500) && near(q.p99_ns, 990) && near(q.p99_9_ns, 999), "{q:?}");
}

#[test]
fn without_a_histogram_every_quantile_is_the_longest() {
    let mut latencies = Latencies { histogram: None, ..Latencies::new() };
    for ns in [5, 70, 9] {
        latencies.record_ns(ns);
    }
    let q = latencies.quantiles();
    assert_eq!((q.count, q.p50_ns, q.p99_ns, q.p99_9_ns, q.max_ns), (3, 70, 70, 70, 70));
    assert_eq!(Latencies::new().quantiles(), Quantiles::default());
}

#[test]
fn what_is_longer_than_a_minute_is_counted_as_a_minute() {
    let mut latencies = Latencies::new();
    latencies.record_us(3_600_000_000);
    assert_eq!(latencies.quantiles().max_ns, LONGEST_NS);
}

#[test]
fn two_histograms_add_up() {
    let (mut one, mut other) = (Latencies::new(), Latencies::new());
    one.record_ns(100);
    other.record_ns(300);
    other.record_ns(300);
    one.add(&other);
    let q = one.quantiles();
    assert_eq!((q.count, q.p50_ns, q.max_ns), (3, 300, 300));
}

/// Steps that did not run in a tick are no steps of no length.
#[test]
fn what_a_tick_does_not_have_is_not_counted() {
    let mut record = crate::summary::tests::quiet_record();
    let mut set = LatencySet::new();
    set.tick(&record);
    let counts = |set: &LatencySet| set.view().0.map(|of| of.count);
    assert_eq!(counts(&set), [1, 0, 0, 1, 0, 1, 0]);
    record.timing.telemetry_to_grant_us = Some(4_100);
    set.tick(&record);
    assert_eq!(counts(&set), [2, 0, 0, 2, 0, 2, 1]);
    assert_eq!(set.view().of(Latency::TelemetryToGrant).max_ns, 4_100_000);
}

/// The log is read back by the format's own reader, every count in it.
#[test]
fn the_log_holds_every_histogram_under_its_name() {
    let mut set = LatencySet::new();
    for (place, latency) in Latency::ALL.into_iter().enumerate() {
        for time in 0..=place as u64 {
            set.count(latency, 1_000 * (time + 1));
        }
    }
    let log = set.log(1_000_000, 2_500_000).expect("encodes");
    let mut read = Vec::new();
    for entry in IntervalLogIterator::new(&log) {
        if let LogEntry::Interval(interval) = entry.expect("an entry") {
            let bytes = base64(interval.encoded_histogram());
            let histogram: Histogram<u64> =
                Deserializer::new().deserialize(&mut bytes.as_slice()).expect("a histogram");
            assert_eq!(interval.duration().as_millis(), 2_500);
            let name = interval.tag().expect("tagged").as_str().to_owned();
            read.push((name, histogram.len(), histogram.max()));
        }
    }
    assert_eq!(read.len(), Latency::ALL.len());
    for ((name, count, max), (place, latency)) in read.iter().zip(Latency::ALL.iter().enumerate()) {
        let count_of = place as u64 + 1;
        assert_eq!((name.as_str(), *count), (latency.name(), count_of));
        assert!(max.abs_diff(1_000 * count_of) <= count_of, "{name}: {max}");
    }
    assert_eq!(Some(log), set.log(1_000_000, 2_500_000), "the same bytes every time");
}

/// Of the alphabet's 64 letters, four make three bytes.
fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let six = |letter: u8| LETTERS.iter().position(|l| *l == letter).expect("base64") as u32;
    let letters: Vec<u8> = text.bytes().filter(|b| *b != b'=').collect();
    let mut bytes = Vec::new();
    for four in letters.chunks(4) {
        let bits = four.iter().fold(0, |bits, letter| bits << 6 | six(*letter));
        let bits = bits << (6 * (4 - four.len()));
        bytes.extend(bits.to_be_bytes().iter().skip(1).take(four.len() - 1));
    }
    bytes
}

/// A player goes back to what was counted then.
#[test]
fn what_was_packed_is_counted_again_to_the_last_count() {
    let mut set = LatencySet::new();
    for ns in (0..2_000_u64).map(|n| n * n * 31) {
        set.count(Latency::InterlockStep, ns);
        set.count(Latency::ControlLateness, ns * 7);
    }
    let (packed, view) = (set.packed(), set.view());
    assert!(packed.bytes() < 100_000, "{} bytes", packed.bytes());
    (0..500).for_each(|_| set.count(Latency::InterlockStep, u64::MAX));
    assert_ne!(set.view(), view);
    set.unpack(&packed);
    assert_eq!((set.view(), set.packed()), (view, packed));
}
