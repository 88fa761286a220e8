//! After a trip, and with RF that nobody permits: I5 to I9, I12, I13, I15.

use crate::bench::Bench;
use crate::next::{Next, WARM, red};
use rfa_interlock::{Command, State};
use rfa_units::{Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, MilliWatts};

fn tripped() -> Bench {
    let mut bench = Bench::by_key().idle();
    bench.generator.emergency_stop = EmergencyStop::Pressed;
    assert_eq!(bench.tick().state, State::Tripped);
    bench.generator.emergency_stop = EmergencyStop::Released;
    bench.run(2);
    bench
}

#[test]
fn after_a_trip() {
    let acknowledge = || {
        let mut bench = tripped();
        bench.command = Command::Acknowledge;
        Next::of(&mut bench)
    };
    red(
        acknowledge,
        &[
            ("I15 acknowledged by a signed-in operator", |n| n.inputs.authorised = false),
            ("I15 acknowledged by a signed-in operator", |n| n.inputs.command = Command::Stop),
        ],
    );
    let reset = || {
        let mut bench = tripped();
        bench.command(Command::Acknowledge);
        bench.command = Command::Reset;
        Next::of(&mut bench)
    };
    let asked = "I7 acknowledged, then reset, by a signed-in operator";
    let clear = "I7 with everything clear";
    red(
        reset,
        &[
            (asked, |n| n.inputs.authorised = false),
            (asked, |n| n.inputs.command = Command::Acknowledge),
            (clear, |n| n.reads(201, WARM)),
            (clear, |n| n.frame(|f| f.emergency_stop = EmergencyStop::Pressed)),
            (clear, |n| n.inputs.link.hung_up = true),
            (clear, |n| {
                n.inputs.request = None;
                n.late(20);
            }),
            (clear, |n| {
                n.inputs.console_alive = false;
                n.late(490);
            }),
            (clear, |n| {
                n.inputs.telemetry = Bounded::new();
                n.late(50);
            }),
            ("I13 the count only grows", |n| n.outputs.trips = 4),
            ("I13 the third reset locks out", |n| n.outputs.trips = 3),
            ("I16 nothing granted, nothing permitted", |n| {
                n.outputs.permit.granted = MilliWatts::saturating(1);
            }),
        ],
    );
    let mut bench = tripped();
    let unacknowledged = bench.invariants;
    bench.command(Command::Acknowledge);
    bench.command = Command::Reset;
    let next = Next::watched_by(unacknowledged, &mut bench);
    assert_eq!(next.broken(), Some(asked));

    // A count that shrinks.
    let mut bench = tripped();
    bench.command(Command::Acknowledge);
    bench.command(Command::Reset);
    let mut next = Next::of(&mut bench);
    next.outputs.trips = 0;
    assert_eq!(next.broken(), Some("I13 the count only grows"));

    // I12 stands behind I3: it is heard in the tick after the start that breaks that.
    let mut watch = tripped().invariants;
    let mut bench = Bench::by_key().delivering(2_000);
    let first = Next::of(&mut bench);
    assert!(watch.look(&first.inputs, &first.outputs).is_err());
    let words = "I12 ack, reset, arm, release before output";
    assert_eq!(Next::watched_by(watch, &mut bench).broken(), Some(words));
}

#[test]
fn with_rf_that_nobody_permits() {
    let twice = |spoil: &dyn Fn(&mut Next)| {
        let mut bench = Bench::by_key().idle();
        let mut first = Next::of(&mut bench);
        spoil(&mut first);
        assert_eq!(first.watch.look(&first.inputs, &first.outputs), Ok(()));
        let mut second = Next::watched_by(first.watch, &mut bench);
        spoil(&mut second);
        second.broken()
    };
    let stuck = "I8 RF with K1 open locks out by the second tick";
    assert_eq!(twice(&|n| n.reads(201, WARM)), Some(stuck));
    assert_eq!(twice(&|n| n.reads(200, WARM)), None);
    let other = |mw| {
        move |n: &mut Next| {
            n.frame(|frame| {
                let own = *frame.channels.last().expect("a report");
                let channel = ChannelId::new(2).expect("a channel");
                let power = MilliWatts::saturating(mw);
                frame.channels.push(ChannelReport { channel, power, ..own }).expect("room");
            });
        }
    };
    let foreign = "I9 RF on another channel locks out by the second sample";
    assert_eq!(twice(&other(201)), Some(foreign));
    assert_eq!(twice(&other(200)), None);
}

#[test]
fn with_k2_open() {
    let mut bench = Bench::by_key();
    bench.ready.self_test = false;
    bench.tick();
    let mut next = Next::of(&mut bench);
    next.outputs.k2 = Contactor::Shut;
    assert_eq!(next.broken(), Some("I5 K2 open in SelfTest and Lockout"));

    let mut bench = Bench::by_key();
    bench.power_cycle(3);
    bench.tick();
    let mut next = Next::of(&mut bench);
    next.outputs.k2 = Contactor::Shut;
    assert_eq!(next.broken(), Some("I5 K2 open in SelfTest and Lockout"));
    let mut next = Next::of(&mut bench);
    next.outputs.state = State::Tripped;
    assert_eq!(next.broken(), Some("I6 Lockout stays"));
}
