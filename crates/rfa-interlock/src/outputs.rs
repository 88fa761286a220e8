//! What the interlock decides in one tick.

use crate::{AlarmId, AlarmSet, Grant, State, Trip};
use rfa_units::{Bounded, Contactor, MilliJoules, Permit, Span};

/// One tick's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outputs {
    /// The state after this tick.
    pub state: State,
    /// Leave to deliver, or none.
    pub grant: Option<Grant>,
    /// What K1 has to be.
    pub k1: Contactor,
    /// What K2 has to be.
    pub k2: Contactor,
    /// What the controller is told.
    pub permit: Permit,
    /// Every step of the plan is complete.
    pub complete: bool,
    /// The check before the next step is still to be confirmed.
    pub check_due: bool,
    /// Conditions present now.
    pub active: AlarmSet,
    /// Alarms that stay until acknowledged and reset.
    pub latched: AlarmSet,
    /// The highest alarm has been acknowledged.
    pub acknowledged: bool,
    /// The first trip since all was well.
    pub trip: Option<Trip>,
    /// Trips reset so far (the third locks out, I13).
    pub trips: u8,
    /// Why the newest arm, start or reset command was refused, in the tick it came.
    pub refusal: Option<ArmRefusal>,
    /// Output time of this step.
    pub time_on: Span,
    /// Output energy of this step, by the interlock's own integral.
    pub energy: MilliJoules,
    /// What happened in this tick, the weightiest first. Alarms that do not fit are left out here
    /// and still stand in the alarm sets; in a tick as full as that, so is what thresholds on trial
    /// tell.
    pub events: Bounded<Event, 8>,
}

/// Something that happened, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The state changed.
    Changed {
        /// Before.
        from: State,
        /// After.
        to: State,
    },
    /// A rule tripped.
    Tripped(Trip),
    /// An alarm condition began.
    Raised(AlarmId),
    /// An alarm condition ended.
    Cleared(AlarmId),
    /// An alarm was acknowledged.
    Acknowledged,
    /// The latch was reset.
    Reset,
    /// Output ended without a trip.
    Stopped(StopCause),
    /// A step's output is complete.
    StepDone,
    /// The check before the next step was confirmed.
    CheckConfirmed,
    /// A command was refused.
    Refused(ArmRefusal),
    /// With the thresholds that are tried a rule would have tripped; nothing came of it.
    WouldTrip(Trip),
}

/// What ended output without a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StopCause {
    /// A person's stop.
    Operator,
    /// The foot was lifted (H-27): the step can be resumed.
    FootReleased,
    /// The controller says the step is complete.
    StepDone,
    /// The controller cannot go on, or asked for the end of a step that is not in force.
    Controller,
    /// The step's output time, or its time at temperature, is used up (H-30).
    TimeLimit,
    /// The step's output energy is used up (H-31).
    EnergyLimit,
}

/// Why a command was refused; the console shows it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArmRefusal {
    /// Not possible in this state.
    WrongState,
    /// Nobody is signed in.
    NotSignedIn,
    /// Self-test has not passed.
    SelfTest,
    /// The generator has not confirmed its hard limits.
    HardLimits,
    /// The recording is not running.
    Recorder,
    /// The checklist is not complete.
    Checklist,
    /// Alarms would not be heard, and the site wants them to be (H-46).
    Sound,
    /// Before the first output the tip does not read a body's temperature (H-09).
    TipTemperature,
    /// A link is silent: generator, controller or console.
    LinkStale,
    /// A fault condition is present.
    FaultPresent(AlarmId),
    /// The footswitch is pressed or contradicts itself (H-26, H-28).
    Footswitch,
    /// RF power is measured although none is permitted.
    OutputMeasured,
    /// The emergency stop is pressed.
    EmergencyStop,
    /// The check before this step is not confirmed.
    CheckDue,
    /// Every step of the plan is complete.
    Complete,
    /// The step's output time or energy is used up (H-30, H-31).
    BudgetSpent,
    /// A footswitch is fitted: the key does not start (hazards.md, decision 1).
    UseFootswitch,
    /// The alarm has not been acknowledged.
    NotAcknowledged,
}
