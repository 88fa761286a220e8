use super::super::arguments::Load;
use super::super::faults::FaultTimes;
use super::*;
use rfa_runtime::{LatencyUs, QuantilesUs};
use rfa_session::LatencyView;

fn of(p99_ns: u64) -> Quantiles {
    Quantiles { count: 100, p50_ns: p99_ns / 2, p99_ns, p99_9_ns: p99_ns, max_ns: p99_ns }
}

/// Every target just met.
fn measured() -> Measured {
    let times = [120_000, 120_000, 1_000, 1_000, 2_000, 40_000, 9_000_000].map(of);
    Measured {
        load: Load::None,
        treatments: 1,
        whole: 1,
        timing_us: LatencyUs(LatencyView(times)),
        wire_us: QuantilesUs(of(10_400_000)),
        cyclictest_us: Some(QuantilesUs(of(100_000))),
        bare_us: QuantilesUs(of(50_000)),
        bare_missed: 0,
        echo_us: QuantilesUs(of(200_000)),
        fault_to_off_ms: FaultTimes { count: 1, max: Some(50.0), ..FaultTimes::default() },
        late_ticks: 0,
        late_unexplained: 0,
        late_told: Vec::new(),
        missed_ticks: 0,
        missed_unexplained: 0,
        steal_ms: Some(0),
        trips: Vec::new(),
    }
}

fn not_met(measured: &Measured) -> Vec<&'static str> {
    let rows = rows(measured).into_iter();
    rows.filter(|row| row.verdict == Verdict::NotMet).map(|row| row.what).collect()
}

#[test]
fn targets_are_met_up_to_their_edge_and_not_beyond() {
    assert_eq!(not_met(&measured()), [""; 0]);
    let mut worse = measured();
    let LatencyUs(LatencyView(times)) = &mut worse.timing_us;
    times[0] = of(121_000);
    times[4] = of(2_001);
    worse.wire_us = QuantilesUs(of(10_401_000));
    worse.fault_to_off_ms.max = Some(50.1);
    let expected = [
        "interlock lateness",
        "control + interlock step",
        "telemetry to grant on the line",
        "fault to output off (H-06)",
    ];
    assert_eq!(not_met(&worse), expected);
}

/// Without cyclictest the bare thread is the reference, and the row says so.
#[test]
fn the_bare_thread_stands_in() {
    let without = Measured { cyclictest_us: None, ..measured() };
    assert_eq!(not_met(&without), ["interlock lateness", "control lateness"]);
    let row = rows(&without).into_iter().next().expect("a row");
    assert_eq!((row.reference, row.ratio), (Some(("bare thread", 50.0)), Some(2.4)));
}

/// However much the host took in the whole run.
#[test]
fn a_missed_deadline_needs_a_machine_that_stood_still() {
    let explained = Measured { missed_ticks: 2, missed_unexplained: 0, ..measured() };
    assert_eq!(not_met(&explained), [""; 0]);
    let open = Measured {
        missed_ticks: 2,
        missed_unexplained: 1,
        bare_missed: 9,
        steal_ms: Some(9_000),
        ..measured()
    };
    assert_eq!(not_met(&open), ["missed deadlines"]);
}

/// Nothing measured meets no target.
#[test]
fn an_empty_measurement_meets_nothing() {
    let empty =
        Measured { timing_us: LatencyUs::default(), wire_us: QuantilesUs::default(), ..measured() };
    let expected = [
        "interlock lateness",
        "control lateness",
        "control + interlock step",
        "telemetry to grant on the line",
    ];
    assert_eq!(not_met(&empty), expected);
}
