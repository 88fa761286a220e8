//! Sessions on real threads, with the simulated generator behind a real pseudo-terminal.
//!
//! A machine that stands still longer than a silence limit must trip the interlock. A test that
//! met such a stall says so, from the lateness record and the steal counter, and runs again, at
//! most twice; no limit is widened for it.

mod common;

use common::served::{Served, start, work};
use rfa_interlock::RuleId;
use rfa_plan::Plan;
use rfa_runtime::{Ended, SessionResult};
use rfa_session::Latency;
use rfa_sim::OffCause;
use rfa_units::Span;
use std::time::{Duration, Instant};

/// One step of the plan with the shortest ramp and hold: about 7 s.
fn short_plan() -> Plan {
    let mut spec = common::plan(Span::from_secs(1)).spec();
    let mut step = *spec.steps.get(0).expect("a step");
    step.ramp = Span::from_secs(5);
    spec.steps = rfa_units::Bounded::new();
    spec.steps.push(step).expect("room for one");
    Plan::new(spec).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Whether the result shows a stall of the machine that must trip (two missed ticks).
fn met_a_stall(result: &SessionResult) -> bool {
    let met = result.stall.stalled_for(Span::from_millis(10));
    if met {
        eprintln!("the machine stood still, so it runs again: {:?}", result.stall);
    }
    met
}

#[test]
fn a_whole_treatment_through_the_terminal() {
    let plan = short_plan();
    for _attempt in 0..3 {
        let served = Served::start(&plan);
        let mut running = start(&plan, &served);
        let ended = work(&mut running, |_| false);
        let result = running.stop_and_join(Duration::from_secs(5));
        let (rf_on, cause) = served.end();
        assert!(!rf_on, "off at the end, whatever happened");
        if result.end != Ended::Complete && met_a_stall(&result) {
            continue;
        }
        assert_eq!(ended, Some(Ended::Complete), "{result:?}");
        assert_eq!(result.end, Ended::Complete);
        assert_eq!(cause, Some(OffCause::Host), "the host ended it, no dead-man");
        assert!(result.off_confirmed && result.link.said_bye, "{result:?}");
        assert!(result.summary.steps.iter().all(|step| step.complete));
        let latency = result.latency.view();
        let count = |of: Latency| latency.of(of).count;
        assert!(count(Latency::InterlockStep) > 500, "every tick has a step: {latency:?}");
        assert!(count(Latency::Steps) > 500, "and nearly every tick both: {latency:?}");
        // Only a tick that got a frame has a reaction, and without real-time scheduling the two
        // 10 ms rhythms may beat as 0, 2, 0, 2 frames a tick: half the ticks at least.
        assert!(count(Latency::TelemetryToGrant) > 250, "{latency:?}");
        assert_eq!(result.queues, rfa_session::QueueCounts::default(), "nothing was lost");
        eprintln!("{latency:?}\n{:?}\n{:?}", result.stall, result.warnings);
        return;
    }
    panic!("the machine stood still three times in a row; nothing was shown");
}

/// So that the kernel's tick, on whole milliseconds, holds none of them up.
#[test]
fn ticks_are_planned_for_half_milliseconds() {
    let plan = short_plan();
    let served = Served::start(&plan);
    let mut running = start(&plan, &served);
    let mut console = running.console().expect("one console");
    let mut past_half_us = Vec::new();
    let until = Instant::now() + Duration::from_secs(30);
    while past_half_us.len() < 50 {
        assert!(Instant::now() < until, "no ticks");
        if let Some(tick) = console.refresh().latest {
            let began_us = tick.interlock.inputs.now.as_micros();
            let planned_us = began_us - u64::from(tick.timing.interlock_late_us);
            past_half_us.push((planned_us + 500) % 1_000);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(running);
    served.end();
    // A tick reads the clock again before it decides; of some none comes in between.
    assert!(past_half_us.iter().min().is_some_and(|us| *us < 20), "{past_half_us:?}");
}

/// Dropping a session stops RF by a word of its own, not by the dead-man.
#[test]
fn dropping_the_session_stops_output_first() {
    let plan = short_plan();
    for _attempt in 0..3 {
        let served = Served::start(&plan);
        let mut running = start(&plan, &served);
        let ended = work(&mut running, |granted| granted > 500);
        drop(running);
        let (rf_on, cause) = served.end();
        assert!(!rf_on);
        if ended.is_some() {
            eprintln!("ended by itself ({ended:?}): the machine stood still, so it runs again");
            continue;
        }
        assert_eq!(cause, Some(OffCause::Host));
        return;
    }
    panic!("the machine stood still three times in a row; nothing was shown");
}

/// the generator goes away while delivering. The link fault is latched as a trip.
#[test]
fn a_generator_that_goes_away_while_delivering_trips() {
    let plan = short_plan();
    for _attempt in 0..3 {
        let mut served = Some(Served::start(&plan));
        let mut running = start(&plan, served.as_ref().expect("just started"));
        let ended = work(&mut running, |granted| {
            if granted > 500 {
                served.take().map(Served::end);
            }
            false
        });
        let result = running.stop_and_join(Duration::from_secs(5));
        let Some(Ended::Tripped(trip)) = ended else { panic!("{ended:?}") };
        if trip.rule != RuleId::H22 && met_a_stall(&result) {
            continue;
        }
        assert_eq!(trip.rule, RuleId::H22, "{result:?}");
        assert_eq!(result.end, Ended::Tripped(trip));
        assert!(result.link.hung_up && !result.off_confirmed);
        return;
    }
    panic!("the machine stood still three times in a row; nothing was shown");
}

/// Before arming a lost generator is no trip: no device.
#[test]
fn a_generator_that_goes_away_at_rest_is_a_lost_link() {
    let plan = short_plan();
    let served = Served::start(&plan);
    let mut running = start(&plan, &served);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(running.status().ended(), None);
    served.end();
    assert_eq!(running.wait(Duration::from_secs(20)), Some(Ended::LinkLost));
    assert_eq!(running.stop_and_join(Duration::from_secs(5)).end, Ended::LinkLost);
}
