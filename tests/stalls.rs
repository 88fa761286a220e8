//! A stall of the machine longer than a silence limit trips; a shorter one does not.
//!
//! The machine's stall is played by SIGSTOP and SIGCONT. The interlock's tick comes each 10 ms;
//! stopped for D it sees a gap of D to D + 10 ms, so 15 ms stay below H-44's 30 ms whatever the
//! phase, and 35 ms are above it, while the generator has then been silent for 55 ms at most (H-22
//! trips at 60). A grant lives 60 ms, so 150 ms also fire the generator's dead-man.

#[path = "common/live.rs"]
mod live;

use live::{
    Bench, Met, Missed, PLAN, Process, assert_dead_man, monotonic_us, one_at_a_time, rf_offs,
    run_with_stall_evidence, stalled,
};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::time::Duration;

/// From the recording's first byte: armed after 0.5 s, started after another 0.5 s.
const RF_IS_ON: Duration = Duration::from_millis(3_000);
/// The short plan takes 16 s.
const TREATMENT: Duration = Duration::from_secs(40);
/// Stopped for less than this, a gap of 30 ms cannot be.
const HARMLESS_US: u64 = 19_000;

/// Stops `process` for `ms`; gives the two moments, in microseconds of the monotonic clock.
fn pause(process: &Process, ms: u64) -> (u64, u64) {
    let begin = monotonic_us();
    process.signal(Signal::STOP);
    std::thread::sleep(Duration::from_millis(ms));
    process.signal(Signal::CONT);
    (begin, monotonic_us())
}

/// What two processes said, after pauses of the controller (or of the simulator) in delivery.
struct Run {
    code: Option<i32>,
    summary: Value,
    report: Value,
    pauses_us: Vec<(u64, u64)>,
}

enum Paused {
    Controller,
    Simulator,
}

fn run(paused: &Paused, ms: u64, times: u32) -> Run {
    let bench = Bench::new();
    let simulator = bench.simulator(&[]);
    let controller = bench.controller_in_session("s.mcap", &[]);
    std::thread::sleep(RF_IS_ON);
    let mut pauses_us = Vec::new();
    for number in 0..times {
        let process = match paused {
            Paused::Controller => &controller,
            Paused::Simulator => &simulator.0,
        };
        pauses_us.push(pause(process, ms));
        // Not in step with the ticks: every phase is met.
        std::thread::sleep(Duration::from_millis(301 + u64::from(number) % 10));
    }
    let ended = controller.end(TREATMENT);
    let report = simulator.report();
    bench.verify("s.mcap");
    assert_eq!(report["rf_on"], false, "{report:#}");
    assert!(rf_offs(&report).len() <= 1, "RF resumed by itself: {report:#}");
    Run { code: ended.code, summary: ended.json(), report, pauses_us }
}

impl Run {
    fn trips(&self) -> Vec<&str> {
        let trips = self.summary["trips"].as_array().expect("a list");
        trips.iter().map(|trip| trip["rule"].as_str().expect("text")).collect()
    }

    /// RF was on when the first pause began: the ending is not older. A stop that came before is
    /// the machine's doing, or a fault.
    fn missed(self, why: &str) -> Missed {
        let Self { code, summary, report, pauses_us } = self;
        let why = format!("{why}: exit {code:?}, {summary:#}, {report:#}, {pauses_us:?}");
        let met =
            Met { controller: Some(summary), simulator: Some(report), pauses_us, ..Met::default() };
        Missed { why, met: Box::new(met) }
    }

    fn longest_us(&self) -> u64 {
        self.pauses_us.iter().map(|(begin, end)| end - begin).max().unwrap_or(0)
    }
}

/// H-44's twin: nothing trips below the limit, and the pauses are on record.
#[test]
fn a_stall_below_every_limit_does_not_trip() {
    let _one = one_at_a_time();
    run_with_stall_evidence("15 ms", || {
        let run = run(&Paused::Controller, 15, 10);
        let longest_us = run.longest_us();
        if longest_us > HARMLESS_US {
            let mut missed = run.missed("the test's own pause was too long");
            missed.met.own = Some(format!("a pause of 15 ms took {longest_us} us"));
            return Err(missed);
        }
        // 15 ms, less the up to 10 ms that the next tick was away: most are above the 5 ms.
        let late = run.summary["stall"]["late_ticks"].as_u64().expect("a number");
        assert!(late >= 4, "the pauses were not felt: {:#}", run.summary);
        if run.code != Some(0) || !run.trips().is_empty() {
            return Err(run.missed("a harmless stall was not survived"));
        }
        assert_eq!(rf_offs(&run.report)[0]["cause"], "host");
        Ok(())
    });
}

/// H-44: longer than the interlock's own limit, shorter than a grant's life.
#[test]
fn a_stall_of_35_ms_trips_the_interlock() {
    let _one = one_at_a_time();
    run_with_stall_evidence("35 ms", || {
        let run = run(&Paused::Controller, 35, 1);
        // No stall of the machine's own excuses that it went on.
        assert_eq!(run.code, Some(6), "{:#}", run.summary);
        assert_eq!(run.summary["state"], "tripped", "{:#}", run.summary);
        assert_eq!(run.summary["off_confirmed"], true, "{:#}", run.summary);
        let long_us = run.longest_us();
        let ticks = run.summary["stall"]["late"].as_array().expect("a list");
        let felt = |t: &Value| {
            t["late_us"].as_u64().is_some_and(|late| (24_000..=long_us).contains(&late))
        };
        if run.trips() != ["H-44"] || !ticks.iter().any(felt) || rf_offs(&run.report).len() != 1 {
            return Err(run.missed("not tripped by the gap"));
        }
        Ok(())
    });
}

/// H-21, H-44: longer than a grant's life.
#[test]
fn a_stall_of_150_ms_is_ended_by_the_generator_and_never_resumed() {
    let _one = one_at_a_time();
    run_with_stall_evidence("150 ms", || {
        let run = run(&Paused::Controller, 150, 1);
        assert_eq!(run.code, Some(6), "{:#}", run.summary);
        assert_eq!(run.summary["state"], "tripped", "{:#}", run.summary);
        let [off] = rf_offs(&run.report) else {
            return Err(run.missed("RF was not on"));
        };
        if off["cause"] != "silence" {
            return Err(run.missed("RF ended before the pause"));
        }
        assert_dead_man(off);
        // Several limits are passed in the first tick after it; it is named a stall.
        assert_eq!(run.trips(), ["H-44"], "{:#}", run.summary);
        Ok(())
    });
}

/// H-22: the generator falls silent; its own clock went on, and its dead-man with it.
#[test]
fn a_simulator_stopped_for_200_ms_is_a_lost_generator() {
    let _one = one_at_a_time();
    run_with_stall_evidence("simulator stopped", || {
        let run = run(&Paused::Simulator, 200, 1);
        assert_eq!(run.code, Some(6), "{:#}", run.summary);
        assert_eq!(run.summary["state"], "tripped", "{:#}", run.summary);
        if rf_offs(&run.report).len() != 1 || run.trips() != ["H-22"] {
            return Err(run.missed("not tripped by the silence"));
        }
        assert!(run.report["served"]["longest_turn_ms"].as_f64().expect("ms") >= 195.0);
        assert_dead_man(&rf_offs(&run.report)[0]);
        Ok(())
    });
}

/// H-21, H-54: a pause of the generator about as long as a grant lives ends output at the
/// generator, or does not; where it does, output never comes back by itself, and the interlock
/// says so within the time limit of a lost output.
#[test]
fn output_that_the_generator_dropped_never_comes_back_by_itself() {
    let _one = one_at_a_time();
    for pause_ms in [45, 52, 56] {
        run_with_stall_evidence("a pause as long as a grant", || {
            let run = run(&Paused::Simulator, pause_ms, 3);
            let offs = rf_offs(&run.report);
            assert!(offs.len() <= 1, "RF went on by itself: {:#}", run.report);
            let dropped = offs.first().is_some_and(|off| off["cause"] == "silence");
            if dropped {
                assert_eq!(run.code, Some(6), "{:#}", run.summary);
                assert_eq!(run.summary["state"], "tripped", "{:#}", run.summary);
            } else if run.code != Some(0) && !run.trips().contains(&"H-22") {
                return Err(run.missed("tripped although the generator went on"));
            }
            Ok(())
        });
    }
}

fn summary(late: &[(u64, u64)], control_us: u64, steal_ms: u64, trips: &[&str]) -> Value {
    let late: Vec<Value> = late
        .iter()
        .map(|(tick, us)| json!({"tick": tick, "planned_us": tick * 10_000, "late_us": us}))
        .collect();
    let trips: Vec<Value> = trips.iter().map(|rule| json!({ "rule": rule })).collect();
    json!({
        "stall": {"late": late, "steal_worst_second_ms": steal_ms},
        "timing_us": {"control_lateness": {"max": control_us}},
        "trips": trips,
    })
}

fn of(controller: Value) -> Met {
    Met { controller: Some(controller), ..Met::default() }
}

/// The judge of "the machine stood still": just below every size it says no.
#[test]
fn only_a_stall_that_can_trip_is_evidence() {
    assert_eq!(stalled(&Met::default()), None);
    assert_eq!(stalled(&of(summary(&[], 19_999, 59, &["H-44"]))), None);
    assert_eq!(stalled(&of(summary(&[(5, 19_999)], 0, 0, &[]))), None);
    assert_eq!(stalled(&of(summary(&[(5, 12_000), (8, 12_000)], 0, 0, &[]))), None);
    assert_eq!(stalled(&of(summary(&[(5, 12_000), (7, 9_999)], 0, 0, &[]))), None);
    let turn = |ms: f64| Met {
        simulator: Some(json!({"served": {"longest_turn_ms": ms}})),
        ..Met::default()
    };
    assert_eq!(stalled(&turn(39.9)), None);
    let late = |us: u64| Met {
        recording: Some(json!({"interlock_late_max_us": us, "trips": []})),
        ..Met::default()
    };
    assert_eq!(stalled(&late(19_999)), None);

    for met in [
        of(summary(&[(5, 20_000)], 0, 0, &["H-44"])),
        of(summary(&[(5, 10_000), (7, 10_000)], 0, 0, &["H-44"])),
        of(summary(&[], 20_000, 0, &["H-20"])),
        of(summary(&[], 0, 60, &["H-22"])),
        turn(40.0),
        late(20_000),
    ] {
        assert!(stalled(&met).is_some(), "{met:?}");
    }
}

/// A stall explains no trip of a sensor, and a pause of the test's own is no stall.
#[test]
fn a_stall_excuses_no_other_trip_and_no_pause_of_our_own() {
    let long = [(500, 25_000)];
    assert!(stalled(&of(summary(&long, 0, 0, &["H-44"]))).is_some());
    assert_eq!(stalled(&of(summary(&long, 0, 0, &["H-44", "H-01"]))), None);
    // The interlock's own gap is H-44's: it explains no other limit of a stall.
    assert_eq!(stalled(&of(summary(&long, 0, 0, &["H-22"]))), None);
    assert!(stalled(&of(summary(&long, 0, 60, &["H-22"]))).is_some());
    let paused = |pauses_us| Met { pauses_us, ..of(summary(&long, 30_000, 0, &["H-44"])) };
    assert_eq!(stalled(&paused(vec![(4_999_000, 5_026_000)])), None);
    assert!(stalled(&paused(vec![(6_000_000, 6_040_000)])).is_some());
}

/// The retry: as often as there is evidence, three times at most; without any, once.
#[test]
fn it_runs_again_at_most_twice_and_only_with_evidence() {
    let count = |met: fn() -> Met, pass_at: u32| {
        let mut runs = 0;
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            run_with_stall_evidence("count", || {
                runs += 1;
                if runs == pass_at {
                    return Ok(());
                }
                Err(Missed { why: "on purpose".to_owned(), met: Box::new(met()) })
            });
        }));
        (runs, result.is_ok())
    };
    let stall = || of(summary(&[(5, 50_000)], 0, 0, &["H-44"]));
    assert_eq!(count(Met::default, 2), (1, false));
    assert_eq!(count(stall, 2), (2, true));
    assert_eq!(count(stall, 3), (3, true));
    assert_eq!(count(stall, 4), (3, false));
    assert!(std::path::Path::new(PLAN).exists());
}
