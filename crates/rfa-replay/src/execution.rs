//! The control and interlock of a recorded session, run again.

use crate::ReplayError;
use rfa_control::{Control, ControlInputs, ControlOutputs, ControlTick, TUNING, Tuning};
use rfa_interlock::{Inputs, Interlock, Limits, Outputs};
use rfa_record::Header;
use rfa_record::row::{RowError, TickRow};
use rfa_session::{InterlockTick, TickRecord, Timing};

/// Control and interlock as they stood at the start of a session.
#[derive(Debug, Clone, Copy)]
pub struct Execution {
    limits: Limits,
    interlock: Interlock,
    control: Control,
}

impl Execution {
    /// Limits, program and trip count as the recording's header holds them.
    ///
    /// # Errors
    /// [`ReplayError::Limits`] or [`ReplayError::Program`] where this program refuses them.
    pub fn new(header: &Header) -> Result<Self, ReplayError> {
        Self::tuned(header, TUNING)
    }

    /// The same with a loop of other numbers, for a what-if.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn tuned(header: &Header, tuning: Tuning) -> Result<Self, ReplayError> {
        Ok(Self {
            limits: Limits::new(header.limits).map_err(ReplayError::Limits)?,
            interlock: Interlock::new(header.trips_before),
            control: Control::tuned(header.program, tuning).map_err(ReplayError::Program)?,
        })
    }

    /// One control tick.
    pub fn control(&mut self, inputs: &ControlInputs) -> ControlOutputs {
        self.control.tick(inputs)
    }

    /// One interlock tick.
    pub fn interlock(&mut self, inputs: &Inputs) -> Outputs {
        self.interlock.tick(&self.limits, inputs)
    }

    /// One recorded tick run again, whole: the recorded inputs with the outputs, grant included,
    /// that this program gives.
    ///
    /// # Errors
    /// [`RowError`] where the recorded inputs are none.
    pub fn tick(&mut self, row: &TickRow) -> Result<TickRecord, RowError> {
        let mut control = rfa_units::Bounded::new();
        for recorded in &row.control {
            let inputs = recorded.inputs.inputs(&row.inputs.telemetry)?;
            let outputs = self.control(&inputs);
            control.push(ControlTick { inputs, outputs }).map_err(|_| RowError {
                field: "control",
                value: format!("with {} items", row.control.len()),
                allowed: format!("{} items", rfa_session::CONTROL_PER_TICK_MAX),
            })?;
        }
        let inputs = Inputs::try_from(&row.inputs)?;
        let outputs = self.interlock(&inputs);
        let timing = Timing::from(&row.timing);
        Ok(TickRecord { interlock: InterlockTick { inputs, outputs }, control, timing })
    }
}
