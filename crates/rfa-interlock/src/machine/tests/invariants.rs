//! I1 to I15 (hazards.md part c) on one transition, and the history I12 and the gate need.

use super::reference::{ARMED, Cmd, DELIV, DOWN, IDLE, In, Kind, LOCK, SELF, STOP, St, TRIP, UP};

fn rank(at: u8) -> u8 {
    match at {
        IDLE | STOP => 1,
        ARMED => 2,
        DELIV => 3,
        _ => 0,
    }
}

fn linked(i: &In) -> bool {
    i.generator && i.controller && i.console
}

type Check = (&'static str, fn(Kind, &St, &In, &St) -> bool);

/// Each with what must not be so.
const CHECKS: &[Check] = &[
    ("I1 output only in Delivering, K2 shut, mode set", |_, _, _, n| {
        n.k1 && !(n.at == DELIV && n.k2 && n.mode != 0)
    }),
    ("I2 one-tick stop", |_, _, i, n| {
        let ends = i.estop || i.fault || i.hard || i.end != 0 || i.cmd == Cmd::Stop;
        n.k1 && (ends || i.power_cycle || !linked(i))
    }),
    ("I2 foot up ends output", |k, _, i, n| n.k1 && k == Kind::Pedal && i.foot != DOWN),
    ("I2 a stop leaves nothing armed", |_, s, i, n| {
        let rearms = n.at == STOP && n.then == 0;
        i.cmd == Cmd::Stop && s.at != IDLE && (rearms || n.at == ARMED)
    }),
    ("I2 an emergency stop opens K2 too", |_, s, i, n| {
        i.estop && n.at == TRIP && n.k2 && s.at != SELF
    }),
    ("I3 start only from Armed, on a fresh activation, RF seen off", |_, s, i, n| {
        n.k1 && !s.k1 && !(s.at == ARMED && s.edge && !i.rf)
    }),
    ("I3 the foot starts with a footswitch, a signed-in key without", |k, s, i, n| {
        let started = match k {
            Kind::Pedal => i.foot == DOWN,
            Kind::Key => i.cmd == Cmd::Start && i.auth,
        };
        n.k1 && !s.k1 && !started
    }),
    ("I3 Stopping ends with RF off", |_, s, i, n| {
        s.at == STOP && matches!(n.at, ARMED | IDLE) && i.rf
    }),
    ("I4 mode fixed outside Idle", |_, s, _, n| {
        n.mode != s.mode && n.mode != 0 && !(s.at == IDLE && n.at == ARMED)
    }),
    ("I5 K2 open in SelfTest and Lockout", |_, _, _, n| matches!(n.at, SELF | LOCK) && n.k2),
    ("I6 Lockout left only by a power cycle", |_, s, i, n| {
        s.at == LOCK && n.at != LOCK && !i.power_cycle
    }),
    ("I7 reset conditions", |_, s, i, n| {
        let asked = s.ack && i.auth && i.cmd == Cmd::Reset;
        let clear = !(i.fault || i.estop || i.rf) && i.foot == UP && linked(i);
        s.at == TRIP && n.at == IDLE && !(asked && clear)
    }),
    ("I8 stuck output opens K2 by the second tick", |_, s, i, n| {
        i.stuck == 1 && !s.k1 && s.offc >= 1 && n.k2 && !i.power_cycle
    }),
    ("I8 a tick without a sample forgets and adds nothing", |_, s, i, n| {
        i.stuck == 2 && !s.k1 && n.at != LOCK && n.offc != s.offc && !i.power_cycle
    }),
    ("I8 one sample of RF is no lockout", |_, s, i, n| {
        let alone = i.stuck != 1 || s.offc == 0;
        s.at != LOCK && n.at == LOCK && alone && !i.hard && n.trips < 3
    }),
    ("I9 a hard fault locks out", |_, _, i, n| i.hard && (n.k2 || n.at != LOCK) && !i.power_cycle),
    ("I10 no step towards energy without a person", |_, s, i, n| {
        let alone = matches!((s.at, n.at), (SELF, IDLE) | (STOP, ARMED));
        i.cmd == Cmd::None && i.foot != DOWN && rank(n.at) > rank(s.at) && !alone
    }),
    ("I11 arming conditions", |_, s, i, n| {
        let good = i.auth && i.ready && linked(i) && !i.fault && i.foot == UP && !i.rf;
        n.at == ARMED && s.at == IDLE && !good
    }),
    ("I13 third reset locks out, for good", |_, _, _, n| n.trips >= 3 && n.at != LOCK),
    ("I13 resets are counted and never forgotten", |_, s, _, n| {
        n.trips < s.trips || (s.at == TRIP && n.at == IDLE && n.trips != s.trips + 1)
    }),
    ("I14 self-test passes proven, RF and emergency stop off", |_, s, i, n| {
        s.at == SELF && n.at == IDLE && (i.rf || !i.ready || i.estop)
    }),
    ("I15 ack by an authorised person", |_, s, i, n| {
        s.at == TRIP && n.at == TRIP && n.ack && !s.ack && !i.auth
    }),
    ("the end of a step is never lost", |_, s, i, n| {
        let ends = s.at == DELIV || (s.at == STOP && s.then != 2);
        i.end == 2 && ends && n.at == STOP && n.then != 2
    }),
    ("a check is confirmed by an authorised person", |_, s, i, n| {
        n.checked && !s.checked && !i.auth
    }),
];

pub(super) fn broken(kind: Kind, s: &St, i: &In, n: &St) -> Option<&'static str> {
    CHECKS.iter().find(|(_, wrong)| wrong(kind, s, i, n)).map(|(name, _)| *name)
}

/// What of an input the history is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Label {
    released: bool,
    gate: bool,
    confirmed: bool,
    complete: bool,
}

impl Label {
    pub(super) fn of(kind: Kind, s: &St, i: &In, n: &St) -> Self {
        let key_up = i.cmd != Cmd::Start;
        Self {
            released: if kind == Kind::Pedal { i.foot == UP } else { key_up },
            gate: i.gate,
            confirmed: s.at == IDLE && i.cmd == Cmd::Confirm && i.auth,
            // A trip in the tick of the step's end comes first: that step is not complete.
            complete: (n.at == STOP || s.at == STOP) && i.end == 2,
        }
    }
}

/// What has happened: since the last trip, and since the last completed step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct History {
    tripped: bool,
    ack: bool,
    reset: bool,
    arm: bool,
    up: bool,
    confirmed: bool,
}

impl History {
    pub(super) const FRESH: Self =
        Self { tripped: false, ack: true, reset: true, arm: true, up: true, confirmed: false };

    pub(super) fn after(self, s: &St, label: Label, n: &St) -> Self {
        let confirmed = (self.confirmed || label.confirmed) && !label.complete;
        if matches!(n.at, TRIP | LOCK) && !matches!(s.at, TRIP | LOCK) {
            let tripped = true;
            return Self { tripped, ack: false, reset: false, arm: false, up: false, confirmed };
        }
        if n.at == SELF {
            return Self::FRESH;
        }
        Self {
            tripped: self.tripped,
            ack: self.ack || (n.at == TRIP && n.ack),
            reset: self.reset || (s.at == TRIP && n.at == IDLE),
            arm: self.arm || (s.at == IDLE && n.at == ARMED),
            up: self.up || (n.at == ARMED && label.released),
            confirmed,
        }
    }

    pub(super) fn broken(self, s: &St, label: Label, n: &St) -> Option<&'static str> {
        if n.k1 && self.tripped && !(self.ack && self.reset && self.arm && self.up) {
            return Some("I12 after a trip: ack, reset, arm and release before output");
        }
        let armed = s.at == IDLE && n.at == ARMED;
        (armed && label.gate && !self.confirmed)
            .then_some("a step behind a check is armed only after its own check")
    }
}
