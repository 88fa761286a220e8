//! What a controller is to the bench: the same inputs and outputs as the loop's own.

use rfa_control::{Control, ControlInputs, ControlOutputs};

/// A temperature controller.
pub trait Controller: Send {
    /// One control tick.
    fn step(&mut self, inputs: &ControlInputs) -> ControlOutputs;
}

impl Controller for Control {
    fn step(&mut self, inputs: &ControlInputs) -> ControlOutputs {
        let (next, outputs) = Self::step(self, inputs);
        *self = next;
        outputs
    }
}

/// The controllers that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControllerName {
    /// `rfa-control`, as treatments run it.
    Rfa,
    /// The bare `pid` crate, tuned.
    Pid,
    /// Dead-band steps, as published generator firmware makes them.
    Stepper,
    /// A published PI controller of V².
    PublishedPi,
}

impl ControllerName {
    /// Every one, rfa's own first.
    pub const ALL: [Self; 4] = [Self::Rfa, Self::Pid, Self::Stepper, Self::PublishedPi];

    /// Its name on the command line and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfa => "rfa",
            Self::Pid => "pid",
            Self::Stepper => "stepper",
            Self::PublishedPi => "published-pi",
        }
    }
}
