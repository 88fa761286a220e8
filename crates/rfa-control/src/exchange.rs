//! What the loop sees and gives in one control tick.

use rfa_units::{
    Bounded, HostInstant, MilliCelsius, MilliWatts, Permit, Request, Span, StepIndex, Telemetry,
};

/// One control tick's inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlInputs {
    /// The control tick's number, from 1, strictly increasing.
    pub tick: u64,
    /// When the tick runs, on the controller's monotonic clock.
    pub now: HostInstant,
    /// Telemetry since the last tick, oldest first.
    pub telemetry: Bounded<Telemetry, 4>,
    /// The interlock's newest decision; `None` until there is one.
    pub permit: Option<Permit>,
}

/// Where the program is.
///
/// ```text
///            permit.delivering            reached set - 2 °C          hold complete
/// Waiting ────────────────────> Ramp ────────────────────────> Hold ───────────────> Gate
///    ^  <──── not delivering ────┴──────── not delivering ──────┘                     │
///    └────────────────────── next step, while RF is off ────────────────────────────-─┤
///                                                             after the last step:    v
///                                                                                 Complete
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Not delivering; the step can be started or resumed.
    Waiting,
    /// Heating towards the set temperature.
    Ramp,
    /// At temperature; the lesion timer runs.
    Hold,
    /// The step is complete; RF is off until a person goes on.
    Gate,
    /// The whole program is complete.
    Complete,
}

/// The loop's inner terms, for the engineer's screen and the recording, in watts.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// Proportional.
    pub p: f64,
    /// Integral.
    pub i: f64,
    /// Derivative.
    pub d: f64,
    /// Feed-forward.
    pub feed_forward: f64,
}

/// One control tick's outputs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlOutputs {
    /// What is asked of the interlock.
    pub request: Request,
    /// Where the program is.
    pub phase: Phase,
    /// The step in hand.
    pub step: StepIndex,
    /// The ramped set-point followed now; `None` while not delivering.
    pub target: Option<MilliCelsius>,
    /// The step's set temperature.
    pub set: MilliCelsius,
    /// Time from the step's first activation to set - 2 °C, once reached.
    pub reached: Option<Span>,
    /// Lesion timer of this step.
    pub held: Span,
    /// Lesion time of this step still to come.
    pub left: Span,
    /// Power the generator reported as applied.
    pub applied: MilliWatts,
    /// The loop's inner terms.
    pub terms: Terms,
}

/// One control tick, whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ControlTick {
    /// What it saw.
    pub inputs: ControlInputs,
    /// What it gave.
    pub outputs: ControlOutputs,
}
