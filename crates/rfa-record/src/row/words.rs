//! Enumerations as the words that stand in the recording.

use rfa_control::Phase;
use rfa_interlock::{Activation, AlarmId, AlarmSound, Command, RuleId, State, StopCause};
use rfa_plan::Gate;
use rfa_session::Finding;
use rfa_units::{
    Contactor, EmergencyStop, Footswitch, Mode, OutputState, StopReason, Supply, TipReading,
};

/// Declares an enumeration of words with its conversions to and from the native type. The
/// matches have no catch-all: a new native variant has to get its word.
macro_rules! words {
    ($(#[$doc:meta])* $word:ident = $native:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        #[allow(missing_docs, reason = "each variant is its native type's variant")]
        pub enum $word {
            $(#[serde(rename = $text)] $variant,)+
        }

        impl $word {
            /// As it stands in the recording.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl From<$native> for $word {
            fn from(native: $native) -> Self {
                match native { $($native::$variant => Self::$variant,)+ }
            }
        }

        impl From<$word> for $native {
            fn from(word: $word) -> Self {
                match word { $($word::$variant => Self::$variant,)+ }
            }
        }
    };
}

words! {
    /// A relay contact.
    ContactorWord = Contactor { Open = "open", Shut = "shut" }
}
words! {
    /// The emergency stop.
    EmergencyStopWord = EmergencyStop {
        Released = "released", Pressed = "pressed", Disagree = "disagree",
    }
}
words! {
    /// The footswitch.
    FootswitchWord = Footswitch {
        NotFitted = "not-fitted", Released = "released", Pressed = "pressed",
        Disagree = "disagree",
    }
}
words! {
    /// The generator's supply.
    SupplyWord = Supply { Good = "good", BrownOut = "brown-out" }
}
words! {
    /// What a channel delivers.
    ModeWord = Mode {
        Thermal = "thermal", Pulsed = "pulsed", SensoryStimulation = "sensory-stimulation",
        MotorStimulation = "motor-stimulation",
    }
}
words! {
    /// Why the controller asks for the end of output.
    StopWord = StopReason { StepDone = "step-done", Fault = "fault" }
}
words! {
    /// What ended output without a trip.
    StopCauseWord = StopCause {
        Operator = "operator", FootReleased = "foot-released", StepDone = "step-done",
        Controller = "controller", TimeLimit = "time-limit", EnergyLimit = "energy-limit",
    }
}
words! {
    /// What an operator commands.
    CommandWord = Command {
        None = "none", Arm = "arm", Start = "start", Stop = "stop",
        Acknowledge = "acknowledge", Reset = "reset", ConfirmCheck = "confirm-check",
    }
}
words! {
    /// What the check between steps found.
    FindingWord = Finding {
        Unchanged = "unchanged", Reduced = "reduced", TooFar = "too-far", NoAnswer = "no-answer",
    }
}
words! {
    /// Where the interlock is.
    StateWord = State {
        SelfTest = "self-test", Idle = "idle", Armed = "armed", Delivering = "delivering",
        Stopping = "stopping", Tripped = "tripped", Lockout = "lockout",
    }
}
words! {
    /// Where the program is.
    PhaseWord = Phase {
        Waiting = "waiting", Ramp = "ramp", Hold = "hold", Gate = "gate", Complete = "complete",
    }
}
words! {
    /// How output is started and held.
    ActivationWord = Activation { Pedal = "pedal", Key = "key" }
}
words! {
    /// What has to be done before a step.
    GateWord = Gate { None = "none", SensoryCheck = "sensory-check" }
}
words! {
    /// Whether alarms can be heard.
    SoundWord = AlarmSound { NotUsed = "not-used", Unknown = "unknown", Works = "works", Fails = "fails" }
}
words! {
    /// A rule of the hazard table.
    RuleWord = RuleId {
        H01 = "H-01", H02 = "H-02", H03 = "H-03", H04 = "H-04", H05 = "H-05", H06 = "H-06",
        H07 = "H-07", H08 = "H-08", H11 = "H-11", H12 = "H-12", H13 = "H-13", H14 = "H-14", H15 = "H-15",
        H16 = "H-16", H17 = "H-17", H18 = "H-18", H19 = "H-19", H20 = "H-20", H22 = "H-22",
        H23 = "H-23", H24 = "H-24", H26 = "H-26", H27 = "H-27", H28 = "H-28", H30 = "H-30",
        H31 = "H-31", H38 = "H-38", H44 = "H-44", H49 = "H-49", H50 = "H-50", H54 = "H-54", H55 = "H-55",
        H56 = "H-56",
    }
}
words! {
    /// An alarm.
    AlarmWord = AlarmId {
        Al01 = "AL-01", Al02 = "AL-02", Al03 = "AL-03", Al04 = "AL-04", Al06 = "AL-06",
        Al07 = "AL-07", Al08 = "AL-08", Al09 = "AL-09", Al10 = "AL-10", Al11 = "AL-11",
        Al12 = "AL-12", Al13 = "AL-13", Al14 = "AL-14",
        Al18 = "AL-18", Al19 = "AL-19", Al20 = "AL-20", Al21 = "AL-21", Al23 = "AL-23", Al24 = "AL-24",
        Al25 = "AL-25", Al27 = "AL-27",
    }
}

/// What a channel's output stage does.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "off, or the mode that is on")]
pub enum OutputWord {
    Off,
    Thermal,
    Pulsed,
    SensoryStimulation,
    MotorStimulation,
}

impl OutputWord {
    /// As it stands in the recording.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Thermal => ModeWord::Thermal.word(),
            Self::Pulsed => ModeWord::Pulsed.word(),
            Self::SensoryStimulation => ModeWord::SensoryStimulation.word(),
            Self::MotorStimulation => ModeWord::MotorStimulation.word(),
        }
    }
}

impl From<OutputState> for OutputWord {
    fn from(output: OutputState) -> Self {
        match output {
            OutputState::Off => Self::Off,
            OutputState::On(Mode::Thermal) => Self::Thermal,
            OutputState::On(Mode::Pulsed) => Self::Pulsed,
            OutputState::On(Mode::SensoryStimulation) => Self::SensoryStimulation,
            OutputState::On(Mode::MotorStimulation) => Self::MotorStimulation,
        }
    }
}

impl From<OutputWord> for OutputState {
    fn from(word: OutputWord) -> Self {
        match word {
            OutputWord::Off => Self::Off,
            OutputWord::Thermal => Self::On(Mode::Thermal),
            OutputWord::Pulsed => Self::On(Mode::Pulsed),
            OutputWord::SensoryStimulation => Self::On(Mode::SensoryStimulation),
            OutputWord::MotorStimulation => Self::On(Mode::MotorStimulation),
        }
    }
}

/// Why there is no tip temperature.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TipFaultWord {
    /// The burnout detection sees an open circuit.
    Open,
    /// The converter reports itself broken or out of range.
    Faulty,
}

impl TipFaultWord {
    /// As it stands in the recording.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Faulty => "faulty",
        }
    }

    pub(super) fn of(tip: TipReading) -> Option<Self> {
        match tip {
            TipReading::Valid(_) => None,
            TipReading::Open => Some(Self::Open),
            TipReading::Faulty => Some(Self::Faulty),
        }
    }
}
