//! The interlock as a table of rows, the first that matches taken. A permission row is taken
//! when all its guards hold; a trip row has one guard, its condition. A guard can be removed by
//! name: a permission then no longer asks for it, a trip no longer happens.

use std::vec::Vec;

pub(super) const SELF: u8 = 0;
pub(super) const IDLE: u8 = 1;
pub(super) const ARMED: u8 = 2;
pub(super) const DELIV: u8 = 3;
pub(super) const STOP: u8 = 4;
pub(super) const TRIP: u8 = 5;
pub(super) const LOCK: u8 = 6;

const REARM: u8 = 0;
const TO_IDLE: u8 = 1;
const NEXT: u8 = 2;

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
    pub(super) stuck: bool,
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
        stuck: false,
        end: 0,
        ready: false,
        auth: false,
        gate: false,
        cmd: Cmd::None,
        power_cycle: true,
    };
}

type Guard = (&'static str, fn(Kind, &St, &In) -> bool);

struct Row {
    from: &'static [u8],
    trip: bool,
    guards: &'static [Guard],
    to: fn(&St, &In) -> St,
}

const ACTIVE: &[u8] = &[ARMED, DELIV, STOP];
const ANY: &[u8] = &[SELF, IDLE, ARMED, DELIV, STOP, TRIP];

fn lock(s: &St, _: &In) -> St {
    St { at: LOCK, trips: s.trips, ..INIT }
}

fn idle(s: &St, _: &In) -> St {
    let checked = s.checked && !(s.at == STOP && s.then == NEXT);
    let offc = s.offc;
    St { at: IDLE, k2: true, trips: s.trips, checked, offc, ..INIT }
}

fn trip(s: &St, i: &In) -> St {
    let complete = s.at == STOP && (s.then == NEXT || i.end == 2);
    let checked = s.checked && !complete;
    St { at: TRIP, k2: s.k2 && !i.estop, trips: s.trips, checked, offc: s.offc, ..INIT }
}

fn stopping(s: &St, then: u8) -> St {
    St { at: STOP, k1: false, edge: false, then, ..*s }
}

fn acted(kind: Kind, i: &In) -> bool {
    match kind {
        Kind::Pedal => i.foot == DOWN,
        Kind::Key => i.cmd == Cmd::Start,
    }
}

fn released(kind: Kind, i: &In) -> bool {
    match kind {
        Kind::Pedal => i.foot == UP,
        Kind::Key => i.cmd != Cmd::Start,
    }
}

/// Every row, in the order of precedence. `offc` in the state is that of this tick.
const ROWS: &[Row] = &[
    Row { from: &[LOCK], trip: true, guards: &[("lock_absorbs", |_, _, _| true)], to: lock },
    Row { from: ANY, trip: true, guards: &[("stuck_output", |_, s, _| s.offc >= 2)], to: lock },
    Row { from: ANY, trip: true, guards: &[("hard_fault", |_, _, i| i.hard)], to: lock },
    Row {
        from: &[IDLE, ARMED, DELIV, STOP],
        trip: true,
        guards: &[("estop", |_, _, i| i.estop)],
        to: trip,
    },
    Row { from: ACTIVE, trip: true, guards: &[("fault", |_, _, i| i.fault)], to: trip },
    Row { from: ACTIVE, trip: true, guards: &[("gen_link", |_, _, i| !i.generator)], to: trip },
    Row { from: ACTIVE, trip: true, guards: &[("ctl_link", |_, _, i| !i.controller)], to: trip },
    Row { from: ACTIVE, trip: true, guards: &[("ui_link", |_, _, i| !i.console)], to: trip },
    Row {
        from: &[SELF],
        trip: false,
        guards: &[
            ("post_ok", |_, _, i| i.ready),
            ("post_no_rf", |_, _, i| !i.rf),
            ("post_estop", |_, _, i| !i.estop),
        ],
        to: idle,
    },
    Row { from: &[LOCK], trip: false, guards: &[("", |_, _, _| true)], to: idle },
    Row {
        from: &[IDLE],
        trip: false,
        guards: &[
            ("", |_, _, i| i.cmd == Cmd::Confirm && i.gate),
            ("confirm_auth", |_, _, i| i.auth),
        ],
        to: |s, _| St { checked: true, ..*s },
    },
    Row {
        from: &[IDLE],
        trip: false,
        guards: &[
            ("", |_, _, i| matches!(i.cmd, Cmd::Arm(_))),
            ("arm_auth", |_, _, i| i.auth),
            ("arm_pre", |_, _, i| i.ready),
            ("arm_gen", |_, _, i| i.generator),
            ("arm_ctl", |_, _, i| i.controller),
            ("arm_ui", |_, _, i| i.console),
            ("arm_no_fault", |_, _, i| !i.fault),
            ("arm_fs_up", |_, _, i| i.foot == UP),
            ("arm_no_rf", |_, _, i| !i.rf),
            ("arm_gate", |_, s, i| s.checked || !i.gate),
        ],
        to: |s, i| {
            let Cmd::Arm(mode) = i.cmd else { return *s };
            St { at: ARMED, mode, edge: false, ..*s }
        },
    },
    // Only where the mode's freeze is removed does arming again do anything.
    Row {
        from: &[ARMED],
        trip: false,
        guards: &[("mode_frozen", |_, _, _| false), ("", |_, _, i| matches!(i.cmd, Cmd::Arm(_)))],
        to: |s, i| {
            let Cmd::Arm(mode) = i.cmd else { return *s };
            St { mode, ..*s }
        },
    },
    Row {
        from: &[ARMED],
        trip: true,
        guards: &[("armed_stop", |_, _, i| i.cmd == Cmd::Stop)],
        to: idle,
    },
    Row { from: &[ARMED], trip: true, guards: &[("armed_end", |_, _, i| i.end != 0)], to: idle },
    Row {
        from: &[ARMED],
        trip: false,
        guards: &[("", |k, _, i| released(k, i))],
        to: |s, _| St { edge: true, ..*s },
    },
    Row {
        from: &[ARMED],
        trip: false,
        guards: &[
            ("activation", |k, _, i| acted(k, i)),
            ("start_auth", |k, _, i| k == Kind::Pedal || i.auth),
            ("edge", |_, s, _| s.edge),
            ("armed_no_rf", |_, _, i| !i.rf),
        ],
        to: |s, _| St { at: DELIV, k1: true, edge: false, ..*s },
    },
    Row {
        from: &[DELIV],
        trip: true,
        guards: &[("step_done", |_, _, i| i.end == 2)],
        to: |s, _| stopping(s, NEXT),
    },
    Row {
        from: &[DELIV],
        trip: true,
        guards: &[("limit", |_, _, i| i.end == 1)],
        to: |s, _| stopping(s, TO_IDLE),
    },
    Row {
        from: &[DELIV],
        trip: true,
        guards: &[("op_stop", |_, _, i| i.cmd == Cmd::Stop)],
        to: |s, _| stopping(s, TO_IDLE),
    },
    Row {
        from: &[DELIV],
        trip: true,
        guards: &[("fs_release", |k, _, i| k == Kind::Pedal && i.foot != DOWN)],
        to: |s, _| stopping(s, REARM),
    },
    Row {
        from: &[STOP],
        trip: true,
        guards: &[("late_done", |_, s, i| i.end == 2 && s.then != NEXT)],
        to: |s, i| after_stopping(&St { then: NEXT, ..*s }, i),
    },
    Row {
        from: &[STOP],
        trip: true,
        guards: &[("late_stop", |_, s, i| i.cmd == Cmd::Stop && s.then == REARM)],
        to: |s, i| after_stopping(&St { then: TO_IDLE, ..*s }, i),
    },
    Row {
        from: &[STOP],
        trip: false,
        guards: &[("", |_, s, _| s.then == REARM), ("stopped_no_rf", |_, _, i| !i.rf)],
        to: |s, _| St { at: ARMED, edge: false, then: 0, ..*s },
    },
    Row {
        from: &[STOP],
        trip: false,
        guards: &[("", |_, s, _| s.then != REARM), ("stopped_no_rf", |_, _, i| !i.rf)],
        to: idle,
    },
    Row {
        from: &[TRIP],
        trip: false,
        guards: &[
            ("", |_, _, i| i.cmd == Cmd::Reset),
            ("reset_ack", |_, s, _| s.ack),
            ("reset_auth", |_, _, i| i.auth),
            ("reset_clear", |_, _, i| !i.fault),
            ("reset_estop", |_, _, i| !i.estop),
            ("reset_no_rf", |_, _, i| !i.rf),
            ("reset_fs_up", |_, _, i| i.foot == UP),
        ],
        to: |s, i| {
            let trips = (s.trips + 1).min(3);
            let s = St { trips, ..*s };
            if trips >= 3 { lock(&s, i) } else { idle(&s, i) }
        },
    },
    Row {
        from: &[TRIP],
        trip: false,
        guards: &[("", |_, _, i| i.cmd == Cmd::Ack), ("ack_auth", |_, _, i| i.auth)],
        to: |s, i| St { ack: true, k2: s.k2 && !i.estop, ..*s },
    },
    Row {
        from: &[TRIP],
        trip: true,
        guards: &[("trip_estop", |_, _, i| i.estop)],
        to: |s, _| St { k2: false, ..*s },
    },
];

fn after_stopping(s: &St, i: &In) -> St {
    if i.rf { *s } else { idle(s, i) }
}

/// Every guard that can be removed, `trip_budget` and `estop_k2` standing for what is no row.
pub(super) const GUARDS: [&str; 46] = [
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
    "ack_auth",
    "trip_estop",
    "trip_budget",
    "estop_k2",
    "check_used_up",
];

type Holds = fn(Kind, &St, &In) -> bool;

/// The rows that can be taken from one state, with one guard removed.
pub(super) struct Tick<'a> {
    kind: Kind,
    from: St,
    without: Option<&'a str>,
    rows: Vec<(Vec<Holds>, fn(&St, &In) -> St)>,
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
            return St { trips: s.trips, ..INIT };
        }
        let counted = i.stuck && !s.k1 && s.at != LOCK;
        let offc = if counted { (s.offc + 1).min(2) } else { 0 };
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
