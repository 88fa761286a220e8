//! Two processes on a real pseudo-terminal; either is killed at any moment.

#[path = "common/live.rs"]
mod live;

use live::{
    Bench, Met, Missed, Process, assert_dead_man, newest_tick_ns, one_at_a_time, rf_offs,
    run_with_stall_evidence, unix_ns, wait_until,
};
use rustix::process::Signal;
use serde_json::Value;
use std::time::Duration;

/// From the recording's first byte: armed after 0.5 s, started after another 0.5 s, hot 5 s later.
const RF_IS_ON: Duration = Duration::from_millis(2_500);
/// The short plan takes 16 s.
const TREATMENT: Duration = Duration::from_secs(40);
const SOON: Duration = Duration::from_secs(10);

fn sleep_ms(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

/// A seed for this run: of `RFA_TEST_SEED`, or of the clock; printed either way.
fn seed() -> u64 {
    let given = std::env::var("RFA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| unix_ns() / 1_000_000);
    eprintln!("RFA_TEST_SEED={seed}");
    seed
}

/// The next number of `state`, below `below` (splitmix64).
fn draw(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % below
}

fn missed(why: impl Into<String>, controller: Option<Value>, simulator: &Value) -> Missed {
    let met = Met { controller, simulator: Some(simulator.clone()), ..Met::default() };
    Missed { why: why.into(), met: Box::new(met) }
}

fn rules(summary: &Value) -> Vec<(&str, &str)> {
    let trips = summary["trips"].as_array().expect("a list");
    trips
        .iter()
        .map(|t| (t["rule"].as_str().expect("text"), t["alarm"].as_str().expect("text")))
        .collect()
}

#[test]
fn a_treatment_between_two_processes_completes_and_its_recording_verifies() {
    let _one = one_at_a_time();
    run_with_stall_evidence("two processes", || {
        let bench = Bench::new();
        let simulator = bench.simulator(&["--for", "22"]);
        let ended = bench.controller("s.mcap", &[]).end(TREATMENT);
        // It ends by itself, at its time.
        let ended_sim = simulator.0.end(TREATMENT);
        assert_eq!(ended_sim.code, Some(0), "{ended_sim:#?}");
        let (summary, report) = (ended.json(), ended_sim.json());
        bench.verify("s.mcap");
        let offs = rf_offs(&report);
        let done = ended.code == Some(0)
            && summary["end"] == "complete"
            && summary["steps"][0]["complete"] == true
            && summary["trips_total"] == 0
            && offs.len() == 1;
        if !done {
            return Err(missed(format!("{ended:#?} {report:#}"), Some(summary), &report));
        }
        assert_eq!(offs[0]["cause"], "host", "RF ends at the step's end: {report:#}");
        assert!(offs[0]["on_for_s"].as_f64().expect("s") > 12.0, "{report:#}");
        assert_eq!(summary["off_confirmed"], true);
        assert!(!bench.link().exists(), "the simulator takes its link away");
        Ok(())
    });
}

/// H-21: `kill -9` of the controller at any moment; the generator measures its own RF off.
#[test]
fn after_kill_9_of_the_controller_at_any_moment_rf_is_off_within_100_ms() {
    let _one = one_at_a_time();
    let mut state = seed();
    for (phase, from, to, rf) in [
        ("handshake", 0, 40, false),
        ("idle", 50, 450, false),
        ("ramp", 2_000, 5_500, true),
        ("hold", 7_500, 14_000, true),
    ] {
        let after_ms = from + draw(&mut state, to - from);
        run_with_stall_evidence(phase, || kill_controller_after(phase, after_ms, rf));
    }
}

/// Counted from the start of the process in the handshake, else from the recording's first byte.
fn kill_controller_after(phase: &str, after_ms: u64, rf: bool) -> Result<(), Missed> {
    let in_session = phase != "handshake";
    eprintln!("{phase}: kill -9 after {after_ms} ms");
    let bench = Bench::new();
    let simulator = bench.simulator(&[]);
    let controller = if in_session {
        bench.controller_in_session("killed.mcap", &[])
    } else {
        bench.controller("killed.mcap", &[])
    };
    sleep_ms(after_ms);
    let killed_ns = unix_ns();
    controller.signal(Signal::KILL);
    let ended = controller.end(SOON);
    assert_eq!(ended.code, None, "it was still running when it was killed: {ended:#?}");
    sleep_ms(300);
    let report = simulator.report();
    assert_eq!(report["rf_on"], false, "{report:#}");
    let offs = rf_offs(&report);
    let info = in_session.then(|| readable_to_the_last_second(&bench, killed_ns, after_ms));
    if !rf {
        assert!(offs.is_empty(), "RF before arming: {report:#}");
        return Ok(());
    }
    assert!(offs.len() <= 1, "RF went on again without a controller: {report:#}");
    if offs.first().is_none_or(|off| off["cause"] != "silence") {
        let met = Met { simulator: Some(report.clone()), recording: info, ..Met::default() };
        return Err(Missed {
            why: format!("RF was not on at the kill: {report:#}"),
            met: Box::new(met),
        });
    }
    assert_dead_man(&offs[0]);
    Ok(())
}

/// The recording of a killed controller: unfinished, whole up to the last second, and equal when
/// it is re-executed. Gives what `rec info` says of the recovered file.
fn readable_to_the_last_second(bench: &Bench, killed_ns: u64, after_ms: u64) -> Value {
    assert_eq!(bench.rec("info", &["killed.mcap"]).code, Some(3), "unfinished: done with loss");
    let recovered = bench.rec("recover", &["killed.mcap", "whole.mcap"]);
    assert_eq!(recovered.code, Some(3), "{recovered:#?}");
    let info = bench.rec("info", &["whole.mcap"]);
    if after_ms < 1_000 {
        // Nothing has to be on the disk yet.
        return info.json();
    }
    let lost_ns = killed_ns.saturating_sub(newest_tick_ns(&bench.path("whole.mcap")));
    assert!(lost_ns <= 1_000_000_000, "{} ms before the kill are lost", lost_ns / 1_000_000);
    let verified = bench.rec("verify", &["whole.mcap"]);
    assert_eq!(verified.json()["outcome"], "equal", "{verified:#?}");
    info.json()
}

/// H-22: a lost link while RF is on is latched; a new simulator on the same link meets a
/// controller that does not resume, and only a new run delivers.
#[test]
fn after_kill_9_of_the_simulator_the_link_fault_latches_and_nothing_resumes() {
    let _one = one_at_a_time();
    run_with_stall_evidence("simulator killed", || {
        let bench = Bench::new();
        let script = bench.staying_script();
        let staying = ["--script", script.to_str().expect("UTF-8")];
        let first = bench.simulator(&[]);
        let mut controller = bench.controller_in_session("first.mcap", &staying);
        std::thread::sleep(RF_IS_ON);
        first.0.signal(Signal::KILL);
        drop(first.0);

        let second = bench.simulator(&[]);
        sleep_ms(3_000);
        assert!(controller.is_alive(), "its script stays: {}", controller.stderr());
        let waited_s = 3.0;
        let fresh = bench.controller_in_session("second.mcap", &[]);
        std::thread::sleep(RF_IS_ON);
        fresh.signal(Signal::INT);
        let fresh = fresh.end(SOON);
        controller.signal(Signal::INT);
        let controller = controller.end(SOON);
        let report = second.report();
        let summary = controller.json();
        bench.verify("first.mcap");
        bench.verify("second.mcap");

        // Whatever the machine did: no RF before the new run, and never by the old one.
        assert_eq!(report["rf_on"], false, "{report:#}");
        for off in rf_offs(&report) {
            let seconds = |field: &str| off[field].as_f64().expect("s");
            let began_s = seconds("at_s") - seconds("on_for_s");
            assert!(began_s > waited_s, "RF by itself at {began_s} s: {report:#}");
        }
        assert!(rf_offs(&report).len() <= 1, "{report:#}");
        assert_eq!(controller.code, Some(6), "{controller:#?}");
        assert_eq!(summary["state"], "tripped");
        if rules(&summary) != [("H-22", "AL-11")] {
            return Err(missed(format!("tripped otherwise: {summary:#}"), Some(summary), &report));
        }
        if fresh.code != Some(130) || rf_offs(&report).len() != 1 {
            let why = format!("the new run did not deliver: {fresh:#?} {report:#}");
            return Err(missed(why, Some(fresh.json()), &report));
        }
        Ok(())
    });
}

#[test]
fn a_simulator_killed_before_arming_is_no_device() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    let script =
        bench.script("[[answer]]\ngate = \"start\"\nreply = \"confirm\"\nafter_ms = 60000\n");
    let simulator = bench.simulator(&[]);
    let script = script.to_str().expect("UTF-8");
    let controller = bench.controller_in_session("idle.mcap", &["--script", script]);
    sleep_ms(1_000);
    simulator.0.signal(Signal::KILL);
    let ended = controller.end(SOON);
    assert_eq!(ended.code, Some(5), "{ended:#?}");
    let summary = ended.json();
    assert_eq!(summary["state"], "idle", "{summary:#}");
    assert_eq!(summary["energy_j"], 0.0, "{summary:#}");
    bench.verify("idle.mcap");
}

#[test]
fn an_interrupt_or_termination_in_delivery_ends_rf_first_and_exits_130() {
    let _one = one_at_a_time();
    for signal in [Signal::INT, Signal::TERM] {
        run_with_stall_evidence("interrupted", || {
            let bench = Bench::new();
            let simulator = bench.simulator(&[]);
            let controller = bench.controller_in_session("s.mcap", &[]);
            std::thread::sleep(RF_IS_ON);
            // `timeout -s INT` signals the child and its group: two within milliseconds.
            controller.signal(signal);
            sleep_ms(5);
            controller.signal(signal);
            let ended = controller.end(SOON);
            let report = simulator.report();
            let summary = ended.json();
            bench.verify("s.mcap");
            assert_eq!(report["rf_on"], false);
            assert_eq!(summary["off_confirmed"], true, "{signal:?}: {summary:#}");
            let info = bench.rec("info", &["s.mcap"]);
            assert_eq!(info.code, Some(0), "the recording is finished: {info:#?}");
            if ended.code != Some(130) || rf_offs(&report).len() != 1 {
                let why = format!("{signal:?}: {ended:#?} {report:#}");
                return Err(missed(why, Some(summary), &report));
            }
            let off = &rf_offs(&report)[0];
            assert_eq!(off["cause"], "host", "not left to the dead-man: {report:#}");
            assert!(off["since_grant_ms"].as_f64().expect("ms") < 60.0, "{report:#}");
            Ok(())
        });
    }
}

/// Energy is never started without a person.
#[test]
fn headless_is_refused_where_the_generator_is_not_simulated() {
    use rfa_sim::pty::PtyPort;
    use rfa_sim::{Generator, GeneratorConfig, LumpedPlant, Tissue};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let _one = one_at_a_time();
    for simulated in [false, true] {
        let bench = Bench::new();
        let plan = rfa_plan::read_plan(std::path::Path::new(live::PLAN)).expect("good");
        let plant = LumpedPlant::new(&plan.electrode, Tissue::MUSCLE).expect("known");
        let config = GeneratorConfig { simulated, ..GeneratorConfig::default() };
        let mut generator = Generator::new(config, Box::new(plant)).expect("good");
        let port = PtyPort::open(Some(&bench.link())).expect("a pseudo-terminal");
        let stop = Arc::new(AtomicBool::new(false));
        let serving = {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || {
                let (_orders, commands) = std::sync::mpsc::channel();
                let mut ever_on = false;
                let served = port.serve(&mut generator, 1.0, &stop, &commands, &mut |truth| {
                    ever_on |= truth.rf_on;
                });
                served.map(|_| ever_on || generator.rf_offs().len() > 0)
            })
        };
        let mut controller = bench.controller("live.mcap", &[]);
        if simulated {
            // The twin: the same generator, saying so, is treated.
            wait_until("the session begins", SOON, || bench.path("live.mcap").exists());
            std::thread::sleep(RF_IS_ON);
            assert!(controller.is_alive());
            controller.signal(Signal::INT);
        }
        let ended = controller.end(SOON);
        stop.store(true, Ordering::Relaxed);
        let rf = serving.join().expect("no panic").expect("serves");
        assert_eq!(rf, simulated, "{ended:#?}");
        assert_eq!(ended.code, Some(if simulated { 130 } else { 2 }), "{ended:#?}");
        if !simulated {
            assert!(ended.stderr.contains("--headless is refused"), "{ended:#?}");
            assert!(!bench.path("live.mcap").exists(), "nothing was begun");
        }
    }
}

#[test]
fn the_simulator_replaces_no_file_of_anybody() {
    let _one = one_at_a_time();
    let bench = Bench::new();
    std::fs::write(bench.link(), "mine").expect("writes");
    let link = bench.link();
    let ended = Process::start(["sim", "--link", link.to_str().expect("UTF-8")]).end(SOON);
    assert_eq!(ended.code, Some(2), "{ended:#?}");
    assert!(ended.stderr.contains("choose another --link"), "{ended:#?}");
    assert_eq!(std::fs::read_to_string(&link).expect("still there"), "mine");
}

#[test]
fn a_second_controller_on_one_port_is_told_that_it_is_busy() {
    let _one = one_at_a_time();
    run_with_stall_evidence("busy port", || {
        let bench = Bench::new();
        let simulator = bench.simulator(&[]);
        let first = bench.controller_in_session("first.mcap", &[]);
        std::thread::sleep(RF_IS_ON);
        let second = bench.controller("second.mcap", &[]).end(SOON);
        assert_eq!(second.code, Some(5), "{second:#?}");
        assert!(second.stderr.contains("busy"), "{second:#?}");
        sleep_ms(500);
        first.signal(Signal::INT);
        let first = first.end(SOON);
        let report = simulator.report();
        // The second one did not disturb the first.
        if first.code != Some(130) || rf_offs(&report).len() != 1 {
            return Err(missed(format!("{first:#?} {report:#}"), Some(first.json()), &report));
        }
        Ok(())
    });
}
