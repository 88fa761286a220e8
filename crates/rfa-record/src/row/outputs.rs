//! What the interlock decided. A grant can be read here and never made.

use super::{
    AlarmWord, ContactorWord, ModeWord, PermitRow, RowError, RuleWord, StateWord, StopCauseWord,
    bounded, quantity,
};
use rfa_interlock::{AlarmId, AlarmSet, ArmRefusal, Event, Grant, Outputs, Trip};
use rfa_session::refusal_text;
use rfa_units::{MilliJoules, Permit, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One interlock tick's outputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputsRow {
    /// The state after this tick.
    pub state: StateWord,
    /// Leave to deliver; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantRow>,
    /// What K1 has to be.
    pub k1: ContactorWord,
    /// What K2 has to be.
    pub k2: ContactorWord,
    /// What the controller is told.
    pub permit: PermitRow,
    /// Every step of the plan is complete.
    pub complete: bool,
    /// The check before the next step is still to be confirmed.
    pub check_due: bool,
    /// Conditions present now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub active: Vec<AlarmWord>,
    /// Alarms that stay until acknowledged and reset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latched: Vec<AlarmWord>,
    /// The highest alarm has been acknowledged.
    pub acknowledged: bool,
    /// The first trip since all was well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trip: Option<TripRow>,
    /// Trips reset so far.
    pub trips: u8,
    /// Why a command was refused in this tick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalRow>,
    /// Output time of this step, in microseconds.
    pub time_on_us: u64,
    /// Output energy of this step, in millijoules.
    pub energy_mj: u32,
    /// What happened in this tick.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventRow>,
}

/// A grant, as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRow {
    /// The conversation it belongs to.
    pub session: u32,
    /// The interlock tick that made it.
    pub tick: u64,
    /// What the output may do.
    pub mode: ModeWord,
    /// The channel that may deliver, 1 to 4.
    pub channel: u8,
    /// Set-point and ceiling, in milliwatts.
    pub power_mw: u32,
    /// The plan, 16 hexadecimal digits.
    pub plan: String,
    /// When it dies, on the generator's clock, in microseconds.
    pub expires_us: u64,
}

/// The numbers that made a rule trip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TripRow {
    /// The rule.
    pub rule: RuleWord,
    /// The alarm it raises.
    pub alarm: AlarmWord,
    /// The value that tripped, in the rule's unit.
    pub value: i64,
    /// The limit it crossed, in the same unit.
    pub limit: i64,
    /// The window the value was taken over, in microseconds.
    pub window_us: u64,
    /// The newest samples behind the value, oldest first.
    pub samples: Vec<i64>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum EventRow {
    /// The state changed.
    Changed {
        /// Before.
        from: StateWord,
        /// After.
        to: StateWord,
    },
    /// A rule tripped.
    Tripped(TripRow),
    /// An alarm condition began.
    Raised(AlarmWord),
    /// An alarm condition ended.
    Cleared(AlarmWord),
    /// An alarm was acknowledged.
    Acknowledged,
    /// The latch was reset.
    Reset,
    /// Output ended without a trip.
    Stopped(StopCauseWord),
    /// A step's output is complete.
    StepDone,
    /// The check before the next step was confirmed.
    CheckConfirmed,
    /// A command was refused.
    Refused(RefusalRow),
    /// A threshold that is tried would have ended output; nothing came of it.
    WouldTrip(TripRow),
}

impl EventRow {
    /// In words without numbers, so that the same is told the same way.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Changed { from, to } => format!("{} to {}", from.word(), to.word()),
            Self::Tripped(trip) => format!("trip {} {}", trip.rule.word(), trip.alarm.word()),
            Self::WouldTrip(trip) => format!("would trip {}", trip.rule.word()),
            Self::Raised(alarm) => format!("alarm {}", alarm.word()),
            Self::Cleared(alarm) => format!("alarm {} over", alarm.word()),
            Self::Acknowledged => "acknowledged".to_owned(),
            Self::Reset => "reset".to_owned(),
            Self::Stopped(cause) => format!("stopped: {}", cause.word()),
            Self::StepDone => "step done".to_owned(),
            Self::CheckConfirmed => "check confirmed".to_owned(),
            Self::Refused(refusal) => {
                format!("refused: {}", refusal_text(ArmRefusal::from(*refusal)))
            }
        }
    }
}

/// Why a command was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each variant is the interlock's refusal of that name")]
pub enum RefusalRow {
    WrongState,
    NotSignedIn,
    SelfTest,
    HardLimits,
    Recorder,
    Checklist,
    Sound,
    TipTemperature,
    LinkStale,
    FaultPresent(AlarmWord),
    Footswitch,
    OutputMeasured,
    EmergencyStop,
    CheckDue,
    Complete,
    BudgetSpent,
    UseFootswitch,
    NotAcknowledged,
}

impl From<&Outputs> for OutputsRow {
    fn from(outputs: &Outputs) -> Self {
        let Outputs {
            state,
            grant,
            k1,
            k2,
            permit,
            complete,
            check_due,
            active,
            latched,
            acknowledged,
            trip,
            trips,
            refusal,
            time_on,
            energy,
            events,
        } = outputs;
        Self {
            state: (*state).into(),
            grant: grant.as_ref().map(GrantRow::from),
            k1: (*k1).into(),
            k2: (*k2).into(),
            permit: permit.into(),
            complete: *complete,
            check_due: *check_due,
            active: active.iter().map(AlarmWord::from).collect(),
            latched: latched.iter().map(AlarmWord::from).collect(),
            acknowledged: *acknowledged,
            trip: trip.as_ref().map(TripRow::from),
            trips: *trips,
            refusal: refusal.map(RefusalRow::from),
            time_on_us: time_on.as_micros(),
            energy_mj: energy.get(),
            events: events.iter().map(EventRow::from).collect(),
        }
    }
}

impl OutputsRow {
    /// The outputs without their grant: only the interlock makes grants, so a recorded one can
    /// be shown and compared but not brought back.
    ///
    /// # Errors
    /// [`RowError`] names the first field that holds no value of its type.
    pub fn without_grant(&self) -> Result<Outputs, RowError> {
        Ok(Outputs {
            state: self.state.into(),
            grant: None,
            k1: self.k1.into(),
            k2: self.k2.into(),
            permit: Permit::try_from(&self.permit)?,
            complete: self.complete,
            check_due: self.check_due,
            active: alarm_set(&self.active),
            latched: alarm_set(&self.latched),
            acknowledged: self.acknowledged,
            trip: self.trip.as_ref().map(Trip::try_from).transpose()?,
            trips: self.trips,
            refusal: self.refusal.map(ArmRefusal::from),
            time_on: Span::from_micros(self.time_on_us),
            energy: quantity!(MilliJoules, self, energy_mj)?,
            events: bounded("events", &self.events, Event::try_from)?,
        })
    }
}

fn alarm_set(alarms: &[AlarmWord]) -> AlarmSet {
    alarms.iter().fold(AlarmSet::NONE, |set, alarm| set.with(AlarmId::from(*alarm)))
}

impl From<&Grant> for GrantRow {
    fn from(grant: &Grant) -> Self {
        Self {
            session: grant.session().0,
            tick: grant.tick(),
            mode: grant.mode().into(),
            channel: grant.channel().number(),
            power_mw: grant.power().get(),
            plan: grant.plan().to_string(),
            expires_us: grant.expires().as_micros(),
        }
    }
}

impl From<&Trip> for TripRow {
    fn from(trip: &Trip) -> Self {
        let Trip { rule, alarm, value, limit, window_us, samples } = trip;
        Self {
            rule: (*rule).into(),
            alarm: (*alarm).into(),
            value: *value,
            limit: *limit,
            window_us: *window_us,
            samples: samples.iter().copied().collect(),
        }
    }
}

impl TryFrom<&TripRow> for Trip {
    type Error = RowError;

    fn try_from(row: &TripRow) -> Result<Self, RowError> {
        Ok(Self {
            rule: row.rule.into(),
            alarm: row.alarm.into(),
            value: row.value,
            limit: row.limit,
            window_us: row.window_us,
            samples: bounded("samples", &row.samples, |sample| Ok(*sample))?,
        })
    }
}

impl EventRow {
    /// Whether it only tells what thresholds on trial would have done.
    #[must_use]
    pub const fn is_trial(&self) -> bool {
        matches!(self, Self::WouldTrip(_))
    }
}

impl From<&Event> for EventRow {
    fn from(event: &Event) -> Self {
        match event {
            Event::Changed { from, to } => Self::Changed { from: (*from).into(), to: (*to).into() },
            Event::Tripped(trip) => Self::Tripped(trip.into()),
            Event::Raised(alarm) => Self::Raised((*alarm).into()),
            Event::Cleared(alarm) => Self::Cleared((*alarm).into()),
            Event::Acknowledged => Self::Acknowledged,
            Event::Reset => Self::Reset,
            Event::Stopped(cause) => Self::Stopped((*cause).into()),
            Event::StepDone => Self::StepDone,
            Event::CheckConfirmed => Self::CheckConfirmed,
            Event::Refused(refusal) => Self::Refused((*refusal).into()),
            Event::WouldTrip(trip) => Self::WouldTrip(trip.into()),
        }
    }
}

impl TryFrom<&EventRow> for Event {
    type Error = RowError;

    fn try_from(row: &EventRow) -> Result<Self, RowError> {
        Ok(match row {
            EventRow::Changed { from, to } => {
                Self::Changed { from: (*from).into(), to: (*to).into() }
            }
            EventRow::Tripped(trip) => Self::Tripped(trip.try_into()?),
            EventRow::Raised(alarm) => Self::Raised((*alarm).into()),
            EventRow::Cleared(alarm) => Self::Cleared((*alarm).into()),
            EventRow::Acknowledged => Self::Acknowledged,
            EventRow::Reset => Self::Reset,
            EventRow::Stopped(cause) => Self::Stopped((*cause).into()),
            EventRow::StepDone => Self::StepDone,
            EventRow::CheckConfirmed => Self::CheckConfirmed,
            EventRow::Refused(refusal) => Self::Refused((*refusal).into()),
            EventRow::WouldTrip(trip) => Self::WouldTrip(trip.try_into()?),
        })
    }
}

/// The same variants both ways; `FaultPresent` alone carries something.
macro_rules! refusals {
    ($($variant:ident),+ $(,)?) => {
        impl From<ArmRefusal> for RefusalRow {
            fn from(refusal: ArmRefusal) -> Self {
                match refusal {
                    ArmRefusal::FaultPresent(alarm) => Self::FaultPresent(alarm.into()),
                    $(ArmRefusal::$variant => Self::$variant,)+
                }
            }
        }

        impl From<RefusalRow> for ArmRefusal {
            fn from(row: RefusalRow) -> Self {
                match row {
                    RefusalRow::FaultPresent(alarm) => Self::FaultPresent(alarm.into()),
                    $(RefusalRow::$variant => Self::$variant,)+
                }
            }
        }
    };
}

refusals! {
    WrongState, NotSignedIn, SelfTest, HardLimits, Recorder, Checklist, Sound, TipTemperature, LinkStale, Footswitch,
    OutputMeasured, EmergencyStop, CheckDue, Complete, BudgetSpent, UseFootswitch,
    NotAcknowledged,
}
