//! The state machine: a pure function of booleans.
//!
//! Numbers end where [`Signals`] begin. That seam is what lets every reachable state be tried
//! with every input (`tests.rs` beside this file, and `tests/interlock_model.py`).

#[cfg(test)]
mod tests;

use crate::{Activation, Command};
use rfa_units::{Contactor, Mode};

/// Where the interlock is (hazards.md part c).
///
/// ```text
///             self-test proven, RF known off
///  SelfTest ─────────────────────────────────> Idle <───────────────────────────┐
///     ^                                       │  ^ ^                            │
///     │ power cycle              arm, signed  │  │ │ stop, or 60 s without      │
///     │ (from any state)         in, all good │  │ │ an activation              │
///     │                                       v  │ │                            │
///     │                                      Armed ┘      RF known off,         │
///     │   release seen, then press (Pedal) │   ^          nothing to resume     │
///     │   or a fresh start key (Key)       │   └──────────────────┐             │
///     │                                    v      RF known off,   │             │
///     │                                Delivering foot was lifted │             │
///     │      stop, controller, end of step,│                      │             │
///     │      time, energy, foot lifted     └────────────────> Stopping ─────────┘
///     │
///     │   Armed, Delivering, Stopping ──any fault, any silent link──> Tripped
///     │   those and Idle ──emergency stop, H-12 (K2 opens too)──────> Tripped
///     │   Tripped ──acknowledged, then reset, cause gone────────────> Idle
///     │   Tripped ──third reset─────────────────────────────────────> Lockout
///     └── any ──RF measured with K1 open for 2 ticks; hard fault────> Lockout
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Proving that output is off; K1 and K2 open.
    SelfTest,
    /// K2 shut, nothing armed.
    Idle,
    /// A plan step is armed; waiting for a fresh activation.
    Armed,
    /// K1 shut: output is permitted.
    Delivering,
    /// K1 open, waiting for the readback to reach zero.
    Stopping,
    /// A rule tripped; latched until acknowledged and reset.
    Tripped,
    /// Left only by a power cycle, and after three resets not even by that; K1 and K2 open.
    Lockout,
}

/// Resets allowed before the interlock locks out: the third locks (I13).
pub(crate) const RESETS_MAX: u8 = 3;
/// Ticks with a new sample that show RF with K1 open and so lock out (H-05, I8).
const STUCK_TICKS: u8 = 2;

/// A state with what belongs to it and to no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    SelfTest,
    Idle,
    Armed {
        mode: Mode,
        /// The activation has been seen released since arming.
        released: bool,
    },
    Delivering {
        mode: Mode,
    },
    Stopping {
        mode: Mode,
        then: Then,
    },
    Tripped {
        acknowledged: bool,
        k2: Contactor,
    },
    Lockout,
}

/// What follows once the output is known to be off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Then {
    /// The foot was lifted: the same arming stands.
    Rearm,
    /// Back to Idle, same step.
    Idle,
    /// Back to Idle, this step is complete.
    NextStep,
}

/// The activation: a debounced footswitch. A release is never debounced (H-27).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Foot {
    /// Known released (always, where none is fitted and activation is by key).
    Up,
    /// Neither: bouncing, contradicting itself, or not known. It never starts anything.
    Between,
    /// Pressed for as long as a press has to last.
    Down,
}

/// What the samples of this tick say of RF with K1 open (H-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stuck {
    No,
    Yes,
    /// No new sample: the count stands, so one sample is one tick however long it stays alone.
    Unknown,
}

/// Whether output has to end without a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// It may go on.
    No,
    /// Time, energy or controller; in Armed: nobody came.
    Now,
    /// The controller says the step is complete.
    StepDone,
}

/// Everything the machine decides from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "this is the boolean layer")]
pub(crate) struct Signals {
    pub(crate) foot: Foot,
    /// The emergency stop, or heat from elsewhere (H-12): K2 opens too.
    pub(crate) emergency_stop: bool,
    /// A condition that ends output and refuses arming.
    pub(crate) fault: bool,
    /// A condition no reset may end.
    pub(crate) hard: bool,
    /// The links are fresh.
    pub(crate) generator: bool,
    pub(crate) controller: bool,
    pub(crate) console: bool,
    /// RF is measured, or not known to be off.
    pub(crate) rf: bool,
    /// Whether RF is measured with K1 open for longer than opening takes.
    pub(crate) stuck: Stuck,
    pub(crate) end: End,
    /// In SelfTest: it has passed. In Idle: every precondition of arming holds.
    pub(crate) ready: bool,
    /// A signed-in operator is behind the command.
    pub(crate) authorised: bool,
    /// A check has to be confirmed before this step.
    pub(crate) gate: bool,
    pub(crate) command: Command,
    /// The mode an arm command arms.
    pub(crate) mode: Mode,
}

impl Signals {
    fn trips(&self) -> bool {
        self.emergency_stop || self.fault || !self.generator || !self.controller || !self.console
    }

    fn may_arm(&self, checked: bool) -> bool {
        self.command == Command::Arm
            && self.authorised
            && self.ready
            && self.generator
            && self.controller
            && self.console
            && !self.fault
            && self.foot == Foot::Up
            && !self.rf
            && (checked || !self.gate)
    }

    fn may_reset(&self, acknowledged: bool) -> bool {
        self.command == Command::Reset
            && self.authorised
            && acknowledged
            && self.generator
            && self.controller
            && self.console
            && !self.fault
            && !self.emergency_stop
            && !self.rf
            && self.foot == Foot::Up
    }
}

/// The machine's whole memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Machine {
    pub(crate) phase: Phase,
    /// Ticks with a new sample, running, with RF measured and K1 open, up to [`STUCK_TICKS`].
    stuck: u8,
    /// Resets so far, up to [`RESETS_MAX`]; kept over a power cycle (I13).
    pub(crate) trips: u8,
    /// The check before this step is confirmed.
    pub(crate) checked: bool,
}

impl Machine {
    /// After power-on. Three resets lock out, and a power cycle does not take that back (I13).
    pub(crate) const fn new(trips: u8) -> Self {
        if trips >= RESETS_MAX {
            return Self::locked(RESETS_MAX);
        }
        Self { phase: Phase::SelfTest, stuck: 0, trips, checked: false }
    }

    pub(crate) const fn state(&self) -> State {
        match self.phase {
            Phase::SelfTest => State::SelfTest,
            Phase::Idle => State::Idle,
            Phase::Armed { .. } => State::Armed,
            Phase::Delivering { .. } => State::Delivering,
            Phase::Stopping { .. } => State::Stopping,
            Phase::Tripped { .. } => State::Tripped,
            Phase::Lockout => State::Lockout,
        }
    }

    /// K1 is shut in Delivering and nowhere else (I1).
    pub(crate) const fn k1(&self) -> Contactor {
        match self.phase {
            Phase::Delivering { .. } => Contactor::Shut,
            _ => Contactor::Open,
        }
    }

    /// K2 is open in SelfTest and Lockout (I5) and from an emergency stop until its reset.
    pub(crate) const fn k2(&self) -> Contactor {
        match self.phase {
            Phase::SelfTest | Phase::Lockout => Contactor::Open,
            Phase::Tripped { k2, .. } => k2,
            _ => Contactor::Shut,
        }
    }

    /// One tick.
    pub(crate) fn next(&self, activation: Activation, s: &Signals) -> Self {
        let stuck = match (self.k1(), s.stuck) {
            (Contactor::Open, Stuck::Yes) => self.stuck.saturating_add(1).min(STUCK_TICKS),
            (Contactor::Open, Stuck::Unknown) => self.stuck,
            (Contactor::Open, Stuck::No) | (Contactor::Shut, _) => 0,
        };
        if self.phase == Phase::Lockout || stuck >= STUCK_TICKS || s.hard {
            return Self::locked(self.trips);
        }
        let here = Self { stuck, ..*self };
        match self.phase {
            Phase::SelfTest => here.in_self_test(s),
            Phase::Idle => here.in_idle(s),
            Phase::Armed { mode, released } => here.in_armed(activation, s, mode, released),
            Phase::Delivering { mode } => here.in_delivering(activation, s, mode),
            Phase::Stopping { mode, then } => here.in_stopping(s, mode, then),
            Phase::Tripped { acknowledged, k2 } => here.in_tripped(s, acknowledged, k2),
            Phase::Lockout => Self::locked(self.trips),
        }
    }

    const fn to(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }

    const fn locked(trips: u8) -> Self {
        Self { phase: Phase::Lockout, stuck: 0, trips, checked: false }
    }

    /// An emergency stop opens K2 as well (hazards.md, decision 4).
    const fn tripped(self, s: &Signals) -> Self {
        let k2 = if s.emergency_stop { Contactor::Open } else { self.k2() };
        self.to(Phase::Tripped { acknowledged: false, k2 })
    }

    fn in_self_test(self, s: &Signals) -> Self {
        let passed = s.ready && !s.rf && !s.emergency_stop;
        if passed { self.to(Phase::Idle) } else { self }
    }

    fn in_idle(self, s: &Signals) -> Self {
        if s.emergency_stop {
            return self.tripped(s);
        }
        if s.command == Command::ConfirmCheck && s.authorised && s.gate {
            return Self { checked: true, ..self };
        }
        if s.may_arm(self.checked) {
            return self.to(Phase::Armed { mode: s.mode, released: false });
        }
        self
    }

    fn in_armed(self, activation: Activation, s: &Signals, mode: Mode, released: bool) -> Self {
        if s.trips() {
            return self.tripped(s);
        }
        if s.command == Command::Stop || s.end != End::No {
            return self.to(Phase::Idle);
        }
        // Only an edge made in this arming starts: what was held, or held down, does not (I3).
        let (up, down) = match activation {
            Activation::Pedal => (s.foot == Foot::Up, s.foot == Foot::Down),
            Activation::Key => {
                let start = s.command == Command::Start;
                (!start, start && s.authorised)
            }
        };
        if up {
            return self.to(Phase::Armed { mode, released: true });
        }
        if down && released && !s.rf {
            return self.to(Phase::Delivering { mode });
        }
        self
    }

    fn in_delivering(self, activation: Activation, s: &Signals, mode: Mode) -> Self {
        if s.trips() {
            return self.tripped(s);
        }
        let foot_left = activation == Activation::Pedal && s.foot != Foot::Down;
        let then = match (s.end, s.command) {
            (End::StepDone, _) => Then::NextStep,
            (End::Now, _) | (End::No, Command::Stop) => Then::Idle,
            (End::No, _) if foot_left => Then::Rearm,
            (End::No, _) => return self,
        };
        self.to(Phase::Stopping { mode, then })
    }

    fn in_stopping(self, s: &Signals, mode: Mode, then: Then) -> Self {
        // The step is complete whatever comes next, so its check is used up.
        let complete = then == Then::NextStep || s.end == End::StepDone;
        let checked = self.checked && !complete;
        if s.trips() {
            return Self { checked, ..self }.tripped(s);
        }
        // A stop while output is ending also ends the arming; so does the end of the step, which
        // the controller may have sent before it knew that output was ending.
        let then = match (then, s.end, s.command) {
            (_, End::StepDone, _) => Then::NextStep,
            (Then::Rearm, _, Command::Stop) => Then::Idle,
            _ => then,
        };
        if s.rf {
            return self.to(Phase::Stopping { mode, then });
        }
        match then {
            Then::Rearm => self.to(Phase::Armed { mode, released: false }),
            Then::Idle | Then::NextStep => Self { checked, ..self }.to(Phase::Idle),
        }
    }

    fn in_tripped(self, s: &Signals, acknowledged: bool, k2: Contactor) -> Self {
        if s.may_reset(acknowledged) {
            let trips = self.trips.saturating_add(1).min(RESETS_MAX);
            if trips >= RESETS_MAX {
                return Self::locked(trips);
            }
            return Self { trips, ..self }.to(Phase::Idle);
        }
        let acknowledged = acknowledged || (s.command == Command::Acknowledge && s.authorised);
        let k2 = if s.emergency_stop { Contactor::Open } else { k2 };
        self.to(Phase::Tripped { acknowledged, k2 })
    }
}
