//! On the way to output: I3, I10, I11, I14.

use crate::bench::{Bench, limit, spec};
use crate::next::{Next, WARM, red};
use rfa_interlock::{Activation, Command, State, StepLimit};
use rfa_units::{Footswitch, TipReading};

#[test]
fn while_starting_by_key() {
    let start = || {
        let mut bench = Bench::by_key().armed();
        bench.command = Command::Start;
        Next::of(&mut bench)
    };
    red(
        start,
        &[
            ("I3 with RF off", |n| n.reads(201, WARM)),
            ("I3 by a signed-in key", |n| n.inputs.authorised = false),
            ("I3 by a signed-in key", |n| n.inputs.command = Command::None),
        ],
    );
    // What watched the session in Idle was not shown the arming.
    let mut bench = Bench::by_key().idle();
    let watch = bench.invariants;
    bench.command(Command::Arm);
    bench.tick();
    bench.command = Command::Start;
    assert_eq!(Next::watched_by(watch, &mut bench).broken(), Some("I3 from Armed"));
}

#[test]
fn while_starting_by_foot() {
    let mut bench = Bench::by_pedal().armed();
    let before = bench.invariants;
    bench.generator.footswitch = Footswitch::Pressed;
    bench.run(3);
    let next = Next::watched_by(before, &mut bench);
    assert_eq!(next.outputs.state, State::Delivering);
    assert_eq!(next.broken(), Some("I3 on a debounced press"));

    let mut bench = Bench::by_pedal().idle();
    bench.command(Command::Arm);
    // The release is not shown as one.
    let mut next = Next::of(&mut bench);
    next.frame(|frame| frame.footswitch = Footswitch::Disagree);
    let mut watch = next.watch;
    assert_eq!(watch.look(&next.inputs, &next.outputs), Ok(()));
    bench.generator.footswitch = Footswitch::Pressed;
    for _ in 0..3 {
        let next = Next::watched_by(watch, &mut bench);
        watch = next.watch;
        assert_eq!(watch.look(&next.inputs, &next.outputs), Ok(()));
    }
    let next = Next::watched_by(watch, &mut bench);
    assert_eq!(next.broken(), Some("I3 after a release seen since Armed"));
}

#[test]
fn towards_energy() {
    let first = || Next::of(&mut Bench::by_key());
    red(
        first,
        &[
            ("I14 self-test proven, RF off", |n| n.inputs.ready.self_test = false),
            ("I14 self-test proven, RF off", |n| n.reads(201, WARM)),
        ],
    );
    let arm = || {
        let mut bench = Bench::by_key().idle();
        bench.command = Command::Arm;
        Next::of(&mut bench)
    };
    red(
        arm,
        &[
            ("I10 no step towards energy without a person", |n| n.inputs.command = Command::None),
            ("I11 a signed-in operator arms", |n| n.inputs.command = Command::Start),
            ("I11 a signed-in operator arms", |n| n.inputs.authorised = false),
            ("I11 preconditions", |n| n.inputs.ready.self_test = false),
            ("I11 preconditions", |n| n.inputs.ready.hard_limits = false),
            ("I11 preconditions", |n| n.inputs.ready.recorder = false),
            ("I11 preconditions", |n| n.inputs.ready.checklist = false),
            ("I11 RF off, sensor good", |n| n.reads(201, WARM)),
            ("I11 RF off, sensor good", |n| n.reads(0, TipReading::Faulty)),
        ],
    );
    let gated = StepLimit { check_before: true, ..limit(70, 8_600, 60) };
    let mut bench = Bench::new(spec(Activation::Key, &[gated])).idle();
    let unchecked = bench.invariants;
    bench.command(Command::ConfirmCheck);
    bench.command = Command::Arm;
    let words = "a step behind a check is armed after its own check";
    assert_eq!(Next::watched_by(unchecked, &mut bench).broken(), Some(words));
}
