//! While output is on: I1, I2, I16 to I18.

use crate::bench::{Bench, limit, spec};
use crate::next::{Next, red};
use rfa_interlock::{Activation, Command, Limits, LimitsSpec, StepLimit};
use rfa_session::Invariants;
use rfa_units::{
    Bounded, Contactor, EmergencyStop, Footswitch, MilliCelsius, MilliJoules, MilliWatts, PlanHash,
    Request, SessionId, Span, StopReason, TipReading,
};

fn stop(next: &mut Next) {
    let request = next.inputs.request.expect("asked");
    next.inputs.request = Some(Request { stop: Some(StopReason::Fault), ..request });
}

#[test]
fn while_delivering() {
    red(
        || Next::of(&mut Bench::by_key().delivering(2_000)),
        &[
            ("I1 K1 is shut in Delivering only", |n| n.outputs.k1 = Contactor::Open),
            ("I1 with K2 shut", |n| n.outputs.k2 = Contactor::Open),
            ("I16 grants in Delivering only", |n| n.outputs.grant = None),
            ("the permit says what is so", |n| n.outputs.permit.delivering = false),
            ("the permit says what was granted", |n| n.outputs.permit.granted = MilliWatts::MIN),
            ("I16 at most what is asked and the ceiling", |n| {
                let request = n.inputs.request.expect("asked");
                let power = MilliWatts::saturating(1_999);
                n.inputs.request = Some(Request { power, ..request });
            }),
            ("I18 ticks grow", |n| n.inputs.tick += 1),
            ("I18 expires 60 ms after the newest sample", |n| n.inputs.telemetry = Bounded::new()),
            ("I2 stop", |n| n.inputs.command = Command::Stop),
            ("I2 controller's stop", stop),
            ("I2 hung up", |n| n.inputs.link.hung_up = true),
            ("I2 controller silent", |n| {
                n.inputs.request = None;
                n.late(20);
            }),
            ("I2 console silent", |n| {
                n.inputs.console_alive = false;
                n.late(490);
            }),
            ("I2 emergency stop", |n| n.frame(|f| f.emergency_stop = EmergencyStop::Disagree)),
            ("I2 tip unreadable or boiling", |n| n.reads(2_000, TipReading::Open)),
            ("I2 tip unreadable or boiling", |n| {
                n.reads(2_000, TipReading::Valid(MilliCelsius::saturating(95_000)));
            }),
            ("I17 output time is all the time K1 was shut", |n| {
                n.outputs.time_on = n.outputs.time_on.plus(Span::from_micros(1));
            }),
            ("I17 output energy not passed", |n| n.outputs.energy = MilliJoules::MAX),
        ],
    );
    let silent = || {
        let mut bench = Bench::by_key().delivering(2_000);
        bench.generator.silent = true;
        bench.run(4);
        Next::of(&mut bench)
    };
    red(silent, &[("I2 generator silent", |n| n.late(10))]);
    let by_foot = || Next::of(&mut Bench::by_pedal().delivering(2_000));
    red(by_foot, &[("I2 foot up", |n| n.frame(|f| f.footswitch = Footswitch::Released))]);
}

/// What the session was not opened for is judged by other limits than the session had.
#[test]
fn against_other_limits() {
    let long = limit(70, 8_600, 60);
    let own = spec(Activation::Key, &[long]);
    let one = |step: StepLimit| LimitsSpec { steps: spec(Activation::Key, &[step]).steps, ..own };
    let time = |ms| Span::from_millis(ms);
    let cases: [(&str, LimitsSpec); 7] = [
        ("I18 session", LimitsSpec { session: SessionId(8), ..own }),
        ("the plan confirmed", LimitsSpec { plan: PlanHash(*b"another!"), ..own }),
        (
            "I16 at most what is asked and the ceiling",
            one(StepLimit { ceiling: MilliWatts::saturating(1_999), ..long }),
        ),
        ("I17 output time not passed", one(StepLimit { time_on_max: time(400), ..long })),
        ("I17 time, by at most one tick", one(StepLimit { time_on_max: time(1), ..long })),
        (
            "I17 output energy not passed",
            one(StepLimit { energy_max: MilliJoules::saturating(1), ..long }),
        ),
        (
            "H-30 hold + 1 s",
            one(StepLimit { set: MilliCelsius::saturating(40_000), hold: time(1), ..long }),
        ),
    ];
    for (words, other) in cases {
        let mut bench = Bench::new(own).armed();
        let mut watch = Invariants::new(Limits::new(other).expect("good limits"), 0);
        // One that has seen nothing yet takes the session as it finds it.
        let mut found = None;
        bench.controller.power_mw = 2_000;
        bench.command = Command::Start;
        for n in 0..150 {
            bench.tip_mc(37_000 + n.min(40) * 50);
            let next = Next::watched_by(watch, &mut bench);
            watch = next.watch;
            let broken = watch.look(&next.inputs, &next.outputs).err();
            found = found.or(broken.filter(|broken| broken.invariant == words));
        }
        assert!(found.is_some(), "{words} is never broken");
    }
}

/// I16: ticks in which the grant rose are left out.
#[test]
fn a_grant_that_rises_too_fast() {
    let mut bench = Bench::by_key().armed();
    bench.controller.power_mw = 2_000;
    bench.command(Command::Start);
    let mut watch = bench.invariants;
    bench.run(6);
    let next = Next::of(&mut bench);
    let broken = watch.look(&next.inputs, &next.outputs).expect_err("breaks");
    assert_eq!(broken.invariant, "I16 slew limit");
    let words = format!("tick {} breaks \"I16 slew limit\": Delivering to Delivering", bench.tick);
    assert_eq!(broken.to_string(), words);
}
