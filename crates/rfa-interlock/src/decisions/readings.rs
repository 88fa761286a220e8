//! Decisions on readings, and on what was so before.

use super::{CALM, Decision, all, any, command, frame, machine};
use crate::contactors::Contactors;
use crate::history::Sample;
use crate::machine::{Machine, Phase, Signals, State, Stuck};
use crate::memory::Memory;
use crate::thresholds::{AFTERGLOW, COOLING_WINDOW};
use crate::{Activation, Command};
use rfa_units::{ChannelId, Contactor, GeneratorInstant, HostInstant, Mode, Span};

const NOW: HostInstant = HostInstant::ZERO;

fn at(ms: u64) -> GeneratorInstant {
    GeneratorInstant::ZERO.plus(Span::from_millis(ms))
}

/// A sample at a time: no power, no reading.
fn sample(ms: u64) -> Sample {
    let told = frame(ms, Contactor::Open);
    let followed = Contactors::new().compare(&told, None);
    Sample { power_mw: Some(0), ..Sample::of(&told, ChannelId::ONE, 0, followed) }
}

/// I6, I8, I9: what locks out. RF with K1 open does at the second tick; with K1 shut it does not.
#[test]
fn locks_out() {
    fn locked(phase: Phase, hard: bool, stuck: Stuck) -> State {
        let signals = Signals { hard, stuck, ..CALM };
        let once = machine(phase, false).next(Activation::Key, &signals);
        let again = Signals { hard: false, ..signals };
        let twice = Machine::next(&once, Activation::Key, &again);
        twice.state()
    }
    Decision {
        name: "locks out",
        inputs: ["locked out before", "RF with K1 open for two ticks", "hard fault"],
        says: |[before, stuck, hard]| {
            let phase = if before { Phase::Lockout } else { Phase::Idle };
            let stuck = if stuck { Stuck::Yes } else { Stuck::No };
            locked(phase, hard, stuck) == State::Lockout
        },
        meant: |row| row.contains(&true),
        pairs: any(),
    }
    .check();
    let delivering = Phase::Delivering { mode: Mode::Thermal };
    assert_eq!(locked(delivering, false, Stuck::Yes), State::Delivering, "K1 is shut");
    assert_eq!(locked(Phase::Idle, false, Stuck::Unknown), State::Idle);
}

/// I15: what acknowledges, and stays acknowledged.
#[test]
fn acknowledges() {
    Decision {
        name: "acknowledged",
        inputs: ["before", "acknowledge", "signed in"],
        says: |[acknowledged, now, authorised]| {
            let command = command(now, Command::Acknowledge);
            let signals = Signals { command, authorised, ..CALM };
            let tripped = Phase::Tripped { acknowledged, k2: Contactor::Shut };
            let after = machine(tripped, false).next(Activation::Key, &signals);
            matches!(after.phase, Phase::Tripped { acknowledged: true, .. })
        },
        meant: |row| matches!(row, [true, ..] | [_, true, true]),
        pairs: [[true, false, false], [false, true, true], [false, true, true]],
    }
    .check();
}

/// H-09: where the tip may be. A mean cannot lie below and above at once.
#[test]
fn h09_a_tip_is_plausible() {
    let plausible = |delivered: bool, tip_mc: Option<i32>| {
        let mut memory = Memory::new();
        memory.delivered = delivered;
        for ms in 0..20 {
            memory.history.push(Sample { tip_mc, ..sample(ms * 10) });
        }
        memory.tip_plausible()
    };
    for tip_mc in [None, Some(29_999), Some(30_000), Some(42_000), Some(42_001)] {
        let inside = !matches!(tip_mc, Some(29_999 | 42_001));
        assert_eq!(plausible(false, tip_mc), inside, "{tip_mc:?}");
        assert!(plausible(true, tip_mc), "after the first output it may be warm: {tip_mc:?}");
    }
}

/// H-13: when the first mean after output is taken, and from when on the fall is judged.
#[test]
fn h13_the_first_mean_is_taken_once_and_in_time() {
    use crate::cooling::Cooling;
    Decision {
        name: "takes the first mean",
        inputs: ["none yet", "the sensor has caught up", "not too late"],
        says: |[none, caught_up, in_time]| {
            let mut cooling = Cooling::NONE;
            let since = at(1_000);
            let mut look = |after: Span, mean| cooling.look(Some(since), since.plus(after), mean);
            if !none {
                look(AFTERGLOW, Some(70_000));
            }
            // Too early and too late at once cannot be: that row is the early one.
            let late = if in_time { Span::ZERO } else { Span::from_millis(100) };
            let at = if caught_up { AFTERGLOW.plus(late) } else { Span::ZERO };
            look(at, Some(80_000));
            look(AFTERGLOW.plus(COOLING_WINDOW), Some(69_000));
            cooling.fallen_mk() == Some(11_000)
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

/// H-08: what goes on as the same reading.
#[test]
fn h08_a_reading_is_the_same_with_power_on() {
    Decision {
        name: "the same code with power on",
        inputs: ["RF", "RF before", "the same"],
        says: |[now, before, same]| {
            let mut memory = Memory::new();
            let power = |on| Some(if on { 1_000 } else { 0 });
            let tip_mc = Some(if same { 50_000 } else { 50_010 });
            let first = Sample { power_mw: power(before), tip_mc: Some(50_000), ..sample(10) };
            memory.history.push(first);
            memory.watch_tip(&Sample { power_mw: power(now), tip_mc, ..sample(20) });
            memory.same_since.is_some()
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

/// H-14: an impedance that is missing is a fault, but for a stage that is on with next to no power.
#[test]
fn h14_an_impedance_may_be_missing() {
    Decision {
        name: "a fault of impedance",
        inputs: ["missing", "stage off", "power measured"],
        says: |[missing, stage_off, power]| {
            let sample = Sample {
                impedance_mohm: (!missing).then_some(250_000),
                output_on: !stage_off,
                power_mw: Some(if power { 201 } else { 200 }),
                ..sample(10)
            };
            crate::rules::impedance_is_missing(&sample)
        },
        meant: |row| matches!(row, [true, true, _] | [true, _, true]),
        pairs: [[true, true, true], [true, true, false], [true, false, true]],
    }
    .check();
}

/// H-46: when nobody would hear an alarm.
#[test]
fn h46_unheard() {
    use crate::AlarmSound::{Fails, NotUsed, Unknown, Works};
    for (required, sound, unheard) in [
        (true, Fails, true),
        (true, Unknown, true),
        (false, Unknown, false),
        (true, Works, false),
        (true, NotUsed, false),
        (false, Fails, false),
    ] {
        assert_eq!(crate::refusal::unheard(required, sound), unheard, "{required} {sound:?}");
    }
}

/// A plan's check is due where there is one, until it is confirmed or the plan is over.
#[test]
fn a_check_is_due() {
    Decision {
        name: "a check is due",
        inputs: ["a check stands before the step", "not confirmed", "not complete"],
        says: |[before, not_confirmed, not_complete]| {
            crate::progress::check_due(before, !not_confirmed, !not_complete)
        },
        meant: |row| !row.contains(&false),
        pairs: all(),
    }
    .check();
}

#[test]
fn nothing_is_asked_of_an_empty_memory() {
    let memory = Memory::new();
    assert!(memory.tip_plausible() && !memory.impedance_measured());
    assert!(memory.rf_or_unknown(NOW));
}
