//! The rows of the reference, in the order of precedence.

use super::reference::{
    ARMED, Cmd, DELIV, DOWN, IDLE, INIT, In, Kind, LOCK, NEXT, REARM, SELF, STOP, St, TO_IDLE,
    TRIP, UP,
};

pub(super) type Holds = fn(Kind, &St, &In) -> bool;
pub(super) type To = fn(&St, &In) -> St;
type Guard = (&'static str, Holds);

pub(super) struct Row {
    pub(super) from: &'static [u8],
    pub(super) trip: bool,
    pub(super) guards: &'static [Guard],
    pub(super) to: To,
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
pub(super) const ROWS: &[Row] = &[
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
            ("reset_gen", |_, _, i| i.generator),
            ("reset_ctl", |_, _, i| i.controller),
            ("reset_ui", |_, _, i| i.console),
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
