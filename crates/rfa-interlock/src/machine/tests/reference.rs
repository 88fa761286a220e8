//! The interlock as a table of rows, the first that matches taken. A permission row is taken
//! when all its guards hold; a trip row has one guard, its condition. A guard can be removed by
//! name: a permission then no longer asks for it, a trip no longer happens.

use super::rows::{Holds, ROWS, To};
use std::vec::Vec;

pub(super) const SELF: u8 = 0;
pub(super) const IDLE: u8 = 1;
pub(super) const ARMED: u8 = 2;
pub(super) const DELIV: u8 = 3;
pub(super) const STOP: u8 = 4;
pub(super) const TRIP: u8 = 5;
pub(super) const LOCK: u8 = 6;

pub(super) const REARM: u8 = 0;
pub(super) const TO_IDLE: u8 = 1;
pub(super) const NEXT: u8 = 2;

pub(super) const UP: u8 = 0;
pub(super) const DOWN: u8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pedal,
    Key,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct St {
    pub(super) at: u8,
    pub(super) mode: u8,
    pub(super) edge: bool,
    pub(super) ack: bool,
    pub(super) then: u8,
    pub(super) k1: bool,
    pub(super) k2: bool,
    pub(super) offc: u8,
    pub(super) trips: u8,
    pub(super) checked: bool,
}

pub(super) const INIT: St = St {
    at: SELF,
    mode: 0,
    edge: false,
    ack: false,
    then: 0,
    k1: false,
    k2: false,
    offc: 0,
    trips: 0,
    checked: false,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cmd {
    None,
    Arm(u8),
    Start,
    Stop,
    Ack,
    Reset,
    Confirm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct In {
    /// 0 released, 1 neither, 2 pressed long enough.
    pub(super) foot: u8,
    pub(super) estop: bool,
    pub(super) fault: bool,
    pub(super) hard: bool,
    pub(super) generator: bool,
    pub(super) controller: bool,
    pub(super) console: bool,
    pub(super) rf: bool,
    /// 0 no, 1 yes, 2 no new sample.
    pub(super) stuck: u8,
    /// 0 no, 1 output has to end, 2 the step is complete.
    pub(super) end: u8,
    pub(super) ready: bool,
    pub(super) auth: bool,
    pub(super) gate: bool,
    pub(super) cmd: Cmd,
    pub(super) power_cycle: bool,
}

impl In {
    pub(super) const POWER_CYCLE: Self = Self {
        foot: UP,
        estop: false,
        fault: false,
        hard: false,
        generator: false,
        controller: false,
        console: false,
        rf: false,
        stuck: 0,
        end: 0,
        ready: false,
        auth: false,
        gate: false,
        cmd: Cmd::None,
        power_cycle: true,
    };
}

/// Every guard that can be removed, the two budgets and `estop_k2` standing for what is no row.
pub(super) const GUARDS: [&str; 50] = [
    "lock_absorbs",
    "stuck_output",
    "hard_fault",
    "estop",
    "fault",
    "gen_link",
    "ctl_link",
    "ui_link",
    "post_ok",
    "post_no_rf",
    "post_estop",
    "confirm_auth",
    "arm_auth",
    "arm_pre",
    "arm_gen",
    "arm_ctl",
    "arm_ui",
    "arm_no_fault",
    "arm_fs_up",
    "arm_no_rf",
    "arm_gate",
    "mode_frozen",
    "armed_stop",
    "armed_end",
    "activation",
    "start_auth",
    "edge",
    "armed_no_rf",
    "step_done",
    "limit",
    "op_stop",
    "fs_release",
    "late_done",
    "late_stop",
    "stopped_no_rf",
    "reset_ack",
    "reset_auth",
    "reset_clear",
    "reset_estop",
    "reset_no_rf",
    "reset_fs_up",
    "reset_gen",
    "reset_ctl",
    "reset_ui",
    "ack_auth",
    "trip_estop",
    "trip_budget",
    "cycle_budget",
    "estop_k2",
    "check_used_up",
];

/// The rows that can be taken from one state, with one guard removed.
pub(super) struct Tick<'a> {
    kind: Kind,
    from: St,
    without: Option<&'a str>,
    rows: Vec<(Vec<Holds>, To)>,
}

impl<'a> Tick<'a> {
    pub(super) fn new(kind: Kind, from: &St, without: Option<&'a str>) -> Self {
        let dropped = |name: &str| !name.is_empty() && without == Some(name);
        let here = ROWS.iter().filter(|row| row.from.contains(&from.at));
        let kept =
            here.filter(|row| !(row.trip && row.guards.iter().any(|(name, _)| dropped(name))));
        let rows = kept.map(|row| {
            let guards = row.guards.iter().filter(|(name, _)| !dropped(name));
            (guards.map(|(_, holds)| *holds).collect(), row.to)
        });
        Self { kind, from: *from, without, rows: rows.collect() }
    }

    /// One tick of the reference.
    pub(super) fn step(&self, i: &In) -> St {
        let s = &self.from;
        if i.power_cycle {
            let locked = s.trips >= 3 && self.without != Some("cycle_budget");
            return St { at: if locked { LOCK } else { SELF }, trips: s.trips, ..INIT };
        }
        let offc = match i.stuck {
            _ if s.k1 || s.at == LOCK => 0,
            0 => 0,
            1 => (s.offc + 1).min(2),
            _ => s.offc,
        };
        let here = St { offc, ..*s };
        let holds = |guards: &Vec<Holds>| guards.iter().all(|holds| holds(self.kind, &here, i));
        let row = self.rows.iter().find(|(guards, _)| holds(guards));
        let next = row.map_or(here, |(_, to)| to(&here, i));
        self.without.map_or(next, |name| mutate(name, &here, i, next))
    }
}

/// The mutants that are a term of a row's result and not a row.
fn mutate(name: &str, here: &St, i: &In, next: St) -> St {
    match name {
        "trip_budget" if here.at == TRIP && next.at == LOCK && next.trips == 3 && !i.hard => {
            St { at: IDLE, k2: true, ..next }
        }
        "estop_k2" if here.at != TRIP && next.at == TRIP => St { k2: here.k2, ..next },
        "check_used_up" if here.at == STOP => St { checked: here.checked, ..next },
        _ => next,
    }
}
