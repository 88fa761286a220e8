//! A recording that re-executes and is still wrong.

#[path = "../../../rfa-record/tests/support/mod.rs"]
mod support;

use super::*;
use rfa_record::{Clock, Recorder};
use rfa_units::{Bounded, MilliWatts};
use support::Session;

/// I16: more is granted than the limits allow. No interlock of this program does that, so the
/// invariants are given lower limits than the session had.
#[test]
fn a_broken_invariant_is_no_equal() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s.mcap");
    let header = support::header(Clock::Virtual);
    let mut session = Session::new(&header, 7);
    let mut recorder = Recorder::create(&path, &header).expect("creates");
    for _ in 0..600 {
        recorder.write_tick(&session.next()).expect("writes");
    }
    recorder.finish(None).expect("finishes");
    let mut spec = header.limits;
    let mut steps = Bounded::new();
    for step in header.limits.steps.iter() {
        let ceiling = MilliWatts::saturating(1);
        steps.push(rfa_interlock::StepLimit { ceiling, ..*step }).expect("room");
    }
    spec.steps = steps;
    let mut comparison = Comparison::new(&header, rfa_control::TUNING).expect("good limits");
    comparison.invariants = Invariants::new(Limits::new(spec).expect("good limits"), 0);
    let recording = Recording::open(&path).expect("opens");
    let report = compare(&recording, comparison, &mut || false).expect("can be compared");
    assert_eq!((report.outcome, report.equal), (Outcome::Unsafe, false));
    assert_eq!((&report.first_difference, &report.stopped), (&None, &None));
    let said = report.to_string();
    let words = "breaks \"I16 at most what is asked and the ceiling\": Delivering to Delivering";
    assert!(said.starts_with("unsafe: tick ") && said.contains(words), "{said}");
    assert!(report.ticks_compared < 600, "the comparison ends there");
}
