//! The state machine.

use crate::{Inputs, Limits, Outputs};

/// Where the interlock is (hazards.md part c).
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
    /// Left only by a power cycle; K1 and K2 open.
    Lockout,
}

/// The interlock's whole state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interlock {
    state: State,
}

impl Interlock {
    /// The state after power-on; `trips` is the count kept from before (I13).
    #[must_use]
    pub const fn new(trips: u8) -> Self {
        let _ = trips;
        Self { state: State::SelfTest }
    }

    /// Where it is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }
}

/// One tick.
#[must_use]
pub fn step(limits: &Limits, interlock: &Interlock, inputs: &Inputs) -> (Interlock, Outputs) {
    let _ = (limits, inputs);
    let outputs = Outputs {
        state: interlock.state,
        grant: None,
        k1: rfa_units::Contactor::Open,
        k2: rfa_units::Contactor::Open,
        permit: rfa_units::Permit {
            delivering: false,
            step: rfa_units::StepIndex::FIRST,
            granted: rfa_units::MilliWatts::MIN,
            ceiling: rfa_units::MilliWatts::MIN,
        },
        complete: false,
        check_due: false,
        active: crate::AlarmSet::NONE,
        latched: crate::AlarmSet::NONE,
        acknowledged: false,
        trip: None,
        trips: 0,
        refusal: None,
        time_on: rfa_units::Span::ZERO,
        energy: rfa_units::MilliJoules::MIN,
        events: rfa_units::Bounded::new(),
    };
    (*interlock, outputs)
}
