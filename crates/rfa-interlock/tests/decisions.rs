//! Decisions of three inputs and more whose inputs only a whole session can give; the others are
//! beside the code (`src/decisions.rs`). Every row that can be is tried.

mod bench;

use bench::{Bench, limit, spec};
use rfa_interlock::{Activation, ArmRefusal, Command, State, StepLimit};
use rfa_units::{EmergencyStop, Footswitch, MilliJoules, StepIndex, StopReason};

/// What is left of the plan when it is armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    All,
    NoTime,
    NoEnergy,
    NoStep,
}

fn idle(left: Left) -> Bench {
    let mut step = limit(70, 8_600, 1);
    step.energy_max = MilliJoules::saturating(90_000_000);
    match left {
        Left::All => return Bench::new(spec(Activation::Key, &[step])).idle(),
        Left::NoTime => {}
        Left::NoEnergy => step = StepLimit { energy_max: MilliJoules::saturating(900), ..step },
        Left::NoStep => step = limit(70, 8_600, 60),
    }
    let mut bench = Bench::new(spec(Activation::Key, &[step])).armed();
    bench.activate();
    bench.controller.power_mw = 2_000;
    bench.generator.responds = true;
    bench.run(30);
    if left == Left::NoStep {
        bench.controller.stop = Some(StopReason::StepDone);
        bench.tick();
        bench.controller.stop = None;
    }
    bench.ticks_until(State::Idle, 200).expect("ends");
    bench.run(10);
    bench
}

/// I11: the preconditions of arming, each with the others good and in every row.
#[test]
fn preconditions_of_arming() {
    for left in [Left::All, Left::NoTime, Left::NoEnergy, Left::NoStep] {
        let bench = idle(left);
        for row in 0..1 << 5 {
            let good = |place: u32| row >> place & 1 == 1;
            let mut bench = bench.clone();
            bench.ready.self_test = good(0);
            bench.ready.hard_limits = good(1);
            bench.ready.recorder = good(2);
            bench.ready.checklist = good(3);
            if !good(4) {
                bench.generator.impedance_mohm = None;
            }
            let outputs = bench.command(Command::Arm);
            let armed = left == Left::All && row == (1 << 5) - 1;
            assert_eq!(outputs.state == State::Armed, armed, "{left:?} {row:05b}");
            assert_eq!(outputs.refusal.is_none(), armed, "{left:?} {row:05b}");
        }
    }
}

/// H-20, H-22, H-23: one silent link is enough to refuse, and is called that.
#[test]
fn one_silent_link_refuses() {
    for row in 0..1_u32 << 3 {
        let silent = |place: u32| row >> place & 1 == 1;
        let mut bench = Bench::by_key().idle();
        bench.generator.silent = silent(0);
        bench.controller.silent = silent(1);
        bench.console = !silent(2);
        bench.run(60);
        let refusal = (row != 0).then_some(ArmRefusal::LinkStale);
        assert_eq!(bench.command(Command::Arm).refusal, refusal, "{row:03b}");
    }
}

/// A step is complete when its end ended the output, or came while output was ending; not when
/// neither did, nor when the output was never ending.
#[test]
fn a_step_is_complete() {
    let steps = [limit(60, 6_000, 60), limit(65, 6_000, 60)];
    for (ended_by_step, told_later) in [(false, false), (false, true), (true, false), (true, true)]
    {
        let mut bench = Bench::new(spec(Activation::Key, &steps)).delivering(2_000);
        let done = Some(StopReason::StepDone);
        if ended_by_step {
            bench.controller.stop = done;
        } else {
            bench.command = Command::Stop;
        }
        assert_eq!(bench.tick().state, State::Stopping);
        bench.controller.stop = if told_later { done } else { None };
        bench.ticks_until(State::Idle, 20).expect("ends");
        let step = StepIndex::new(u8::from(ended_by_step || told_later));
        assert_eq!(Some(bench.tick().permit.step), step, "{ended_by_step} {told_later}");
    }
    // Armed, the end of a step ends the arming and no step.
    let mut bench = Bench::new(spec(Activation::Key, &steps)).armed();
    bench.controller.stop = Some(StopReason::StepDone);
    assert_eq!(bench.tick().state, State::Idle);
    assert_eq!(bench.tick().permit.step, StepIndex::FIRST);
}

/// I2, I3, H-49, H-28: what a foot does while output is on, for every pair of contacts.
#[test]
fn only_a_pressed_foot_and_a_free_emergency_stop_hold_output() {
    let feet =
        [Footswitch::Pressed, Footswitch::Released, Footswitch::Disagree, Footswitch::NotFitted];
    let stops = [EmergencyStop::Released, EmergencyStop::Pressed, EmergencyStop::Disagree];
    let bench = Bench::by_pedal().delivering(2_000);
    for foot in feet {
        for stop in stops {
            let mut bench = bench.clone();
            bench.generator.footswitch = foot;
            bench.generator.emergency_stop = stop;
            let expected = match (foot, stop) {
                (Footswitch::Pressed, EmergencyStop::Released) => State::Delivering,
                (_, EmergencyStop::Released) => State::Stopping,
                _ => State::Tripped,
            };
            assert_eq!(bench.tick().state, expected, "{foot:?} {stop:?}");
        }
    }
}
