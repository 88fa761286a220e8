//! Each invariant goes red: a tick of a good session with one thing in it made wrong breaks it by
//! name. That good sessions keep them all is shown by every test of `rfa-interlock`.

#[path = "../../rfa-interlock/tests/bench/mod.rs"]
mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{Activation, Command, Inputs, Limits, LimitsSpec, Outputs, State, StepLimit};
use rfa_session::Invariants;
use rfa_units::{
    Bounded, ChannelId, ChannelReport, Contactor, EmergencyStop, Footswitch, MilliCelsius,
    MilliJoules, MilliWatts, PlanHash, Request, SessionId, Span, StopReason, Telemetry, TipReading,
};

/// The next tick of a session, shown with something wrong in it to what has watched the session.
struct Next {
    watch: Invariants,
    inputs: Inputs,
    outputs: Outputs,
}

impl Next {
    fn of(bench: &mut Bench) -> Self {
        Self::watched_by(bench.invariants, bench)
    }

    fn watched_by(watch: Invariants, bench: &mut Bench) -> Self {
        bench.tick += 1;
        bench.now_us += bench::TICK_US;
        let inputs = bench.inputs();
        Self { watch, inputs, outputs: bench.feed(&inputs) }
    }

    fn late(&mut self, ms: u64) {
        self.inputs.now = self.inputs.now.plus(Span::from_millis(ms));
    }

    fn frame(&mut self, edit: impl Fn(&mut Telemetry)) {
        let mut frames = Bounded::new();
        for frame in self.inputs.telemetry.iter() {
            let mut frame = *frame;
            edit(&mut frame);
            frames.push(frame).expect("room");
        }
        self.inputs.telemetry = frames;
    }

    /// Power and tip of every channel of the frame.
    fn reads(&mut self, power_mw: i64, tip: TipReading) {
        self.frame(|frame| {
            let mut channels = Bounded::new();
            for report in frame.channels.iter() {
                let power = MilliWatts::saturating(power_mw);
                channels.push(ChannelReport { power, tip, ..*report }).expect("room");
            }
            frame.channels = channels;
        });
    }

    fn broken(mut self) -> Option<&'static str> {
        let broken = self.watch.look(&self.inputs, &self.outputs).err()?;
        assert_eq!((broken.tick, broken.to), (self.inputs.tick, self.outputs.state));
        Some(broken.invariant)
    }
}

const WARM: TipReading = TipReading::Valid(MilliCelsius::saturating(38_000));

type Case = (&'static str, fn(&mut Next));

/// Asks each case of a fresh `Next`, which as it is breaks nothing.
#[track_caller]
fn red(next: impl Fn() -> Next, cases: &[Case]) {
    assert_eq!(next().broken(), None);
    for (words, spoil) in cases {
        let mut next = next();
        spoil(&mut next);
        assert_eq!(next.broken(), Some(*words));
    }
}

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
