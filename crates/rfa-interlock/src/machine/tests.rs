//! Explicit-state model check (hazards.md part c): every reachable state with every input.
//!
//! `rows.rs` is a table written from the requirement, sharing nothing with the
//! machine under test; `explore.rs` walks it. Three things are shown here: the machine is the
//! table, state for state; the table keeps I1 to I15 and L1; and each guard of the table,
//! removed in turn, breaks an invariant, so none is there untested.

mod explore;
mod invariants;
mod reference;
mod rows;

use super::*;
use crate::Command;
use explore::{explore, explore_without};
use reference::{Cmd, GUARDS, In, Kind, St};

const fn bit(on: bool) -> Contactor {
    if on { Contactor::Shut } else { Contactor::Open }
}

const fn mode(number: u8) -> Mode {
    if number == 1 { Mode::Thermal } else { Mode::Pulsed }
}

/// The machine in the reference's state.
fn machine(s: &St) -> Machine {
    let then = [Then::Rearm, Then::Idle, Then::NextStep][usize::from(s.then)];
    let phase = match s.at {
        reference::SELF => Phase::SelfTest,
        reference::IDLE => Phase::Idle,
        reference::ARMED => Phase::Armed { mode: mode(s.mode), released: s.edge },
        reference::DELIV => Phase::Delivering { mode: mode(s.mode) },
        reference::STOP => Phase::Stopping { mode: mode(s.mode), then },
        reference::TRIP => Phase::Tripped { acknowledged: s.ack, k2: bit(s.k2) },
        _ => Phase::Lockout,
    };
    Machine { phase, stuck: s.offc, trips: s.trips, checked: s.checked }
}

fn signals(i: &In) -> Signals {
    let command = match i.cmd {
        Cmd::None => Command::None,
        Cmd::Arm(_) => Command::Arm,
        Cmd::Start => Command::Start,
        Cmd::Stop => Command::Stop,
        Cmd::Ack => Command::Acknowledge,
        Cmd::Reset => Command::Reset,
        Cmd::Confirm => Command::ConfirmCheck,
    };
    Signals {
        foot: [Foot::Up, Foot::Between, Foot::Down][usize::from(i.foot)],
        emergency_stop: i.estop,
        fault: i.fault,
        hard: i.hard,
        generator: i.generator,
        controller: i.controller,
        console: i.console,
        rf: i.rf,
        stuck: [Stuck::No, Stuck::Yes, Stuck::Unknown][usize::from(i.stuck)],
        end: [End::No, End::Now, End::StepDone][usize::from(i.end)],
        ready: i.ready,
        authorised: i.auth,
        gate: i.gate,
        command,
        mode: if let Cmd::Arm(number) = i.cmd { mode(number) } else { Mode::Thermal },
    }
}

/// Walks the reference with the machine beside it.
///
/// `counts`: states, states with history, transitions; `tests/interlock_model.py`, written apart,
/// comes to the same three numbers.
fn walk_beside(kind: Kind, activation: Activation, counts: (usize, usize, u64)) {
    let mut last_from = (reference::INIT, machine(&reference::INIT));
    let mut last_to = last_from;
    let found = explore(kind, |s, i, n| {
        if *s != last_from.0 {
            last_from = (*s, machine(s));
            assert_eq!(last_from.1.k1() == Contactor::Shut, s.k1, "{s:?}");
            assert_eq!(last_from.1.k2() == Contactor::Shut, s.k2, "{s:?}");
        }
        if *n != last_to.0 {
            last_to = (*n, machine(n));
        }
        let next = match i.power_cycle {
            true => Machine::new(s.trips),
            false => last_from.1.next(activation, &signals(i)),
        };
        assert_eq!(next, last_to.1, "{s:?} {i:?}");
    });
    assert_eq!(found.broken, None);
    assert_eq!(found.without_way_back, 0, "L1");
    for (from, to) in [
        (reference::ARMED, reference::DELIV),
        (reference::DELIV, reference::STOP),
        (reference::STOP, reference::IDLE),
        (reference::TRIP, reference::IDLE),
        (reference::TRIP, reference::LOCK),
    ] {
        assert!(found.edges.contains(&(from, to)), "{kind:?} {from} to {to} never taken");
    }
    assert_eq!(found.edges.contains(&(reference::STOP, reference::ARMED)), kind == Kind::Pedal);
    assert_eq!((found.states.len(), found.watched, found.tried), counts);
}

/// By pedal: the machine is the reference, state for state and input for input; I1 to I15 hold in
/// every reachable state, and from each Idle can be reached again (L1).
#[test]
fn machine_is_the_reference_by_pedal() {
    walk_beside(Kind::Pedal, Activation::Pedal, (214, 474, 47_333_590));
}

/// The same by key.
#[test]
fn machine_is_the_reference_by_key() {
    walk_beside(Kind::Key, Activation::Key, (190, 414, 28_016_830));
}

/// Each guard removed in turn breaks an invariant. Inputs that lock out are tried only for the
/// guards on them: they end every walk at once and multiply its length by eight.
#[test]
fn every_guard_is_needed() {
    for guard in GUARDS {
        let try_it: fn(&In) -> bool = match guard {
            "stuck_output" | "hard_fault" | "lock_absorbs" => |_| true,
            _ => |i| i.stuck == 0 && !i.hard,
        };
        let broken = [Kind::Pedal, Kind::Key]
            .into_iter()
            .find_map(|kind| explore_without(kind, guard, try_it).broken);
        assert!(broken.is_some(), "without {guard} every invariant still holds");
    }
}
