//! Why a command did nothing: the first reason an operator can act on.

use crate::machine::{Foot, Machine, Phase, Signals};
use crate::progress::Progress;
use crate::rules::{Findings, Reaction};
use crate::{Activation, AlarmId, AlarmSound, ArmRefusal, Command, Readiness, State};
use rfa_units::HostInstant;

/// What a command met.
pub(crate) struct Attempt<'a> {
    pub(crate) now: HostInstant,
    pub(crate) activation: Activation,
    pub(crate) before: &'a Machine,
    pub(crate) after: &'a Machine,
    pub(crate) signals: &'a Signals,
    pub(crate) ready: &'a Readiness,
    pub(crate) findings: &'a Findings,
    pub(crate) progress: &'a Progress,
    /// There is an impedance to compare later ones with (H-14, H-15).
    pub(crate) impedance: bool,
    /// The tip reads what one in a body reads (H-09).
    pub(crate) tip: bool,
    /// Alarms would not be heard (H-46).
    pub(crate) unheard: bool,
    /// The step's time or energy is used up.
    pub(crate) spent: bool,
}

impl Attempt<'_> {
    /// Why the command of this tick was refused; `None` where it was not, or there was none.
    pub(crate) fn refusal(&self) -> Option<ArmRefusal> {
        match self.signals.command {
            Command::None | Command::Stop => None,
            Command::Arm => self.arm(),
            Command::Start => self.start(),
            Command::Acknowledge => self.acknowledge(),
            Command::Reset => self.reset(),
            Command::ConfirmCheck => self.confirm(),
        }
    }

    fn unsigned(&self) -> Option<ArmRefusal> {
        (!self.signals.authorised).then_some(ArmRefusal::NotSignedIn)
    }

    fn arm(&self) -> Option<ArmRefusal> {
        if self.before.state() != State::Idle {
            return Some(ArmRefusal::WrongState);
        }
        if self.after.state() == State::Armed {
            return None;
        }
        self.unsigned()
            .or_else(|| self.not_ready())
            .or_else(|| self.unsafe_now())
            .or_else(|| (!self.tip).then_some(ArmRefusal::TipTemperature))
            .or_else(|| (!self.impedance).then_some(ArmRefusal::FaultPresent(AlarmId::Al08)))
            .or(Some(ArmRefusal::WrongState))
    }

    fn not_ready(&self) -> Option<ArmRefusal> {
        let gate = self.signals.gate && !self.before.checked;
        let reasons = [
            (self.progress.complete, ArmRefusal::Complete),
            (self.spent, ArmRefusal::BudgetSpent),
            (gate, ArmRefusal::CheckDue),
            (!self.ready.self_test, ArmRefusal::SelfTest),
            (!self.ready.hard_limits, ArmRefusal::HardLimits),
            (!self.ready.recorder, ArmRefusal::Recorder),
            (!self.ready.checklist, ArmRefusal::Checklist),
            (self.unheard, ArmRefusal::Sound),
            (self.silent(), ArmRefusal::LinkStale),
        ];
        first_of(&reasons)
    }

    fn silent(&self) -> bool {
        !self.signals.generator || !self.signals.controller || !self.signals.console
    }

    fn unsafe_now(&self) -> Option<ArmRefusal> {
        let first = |reaction| self.findings.first_alarm(reaction, self.now);
        let disconnected = first(Reaction::Disconnect);
        let alarm = disconnected.or_else(|| first(Reaction::Fault)).unwrap_or(AlarmId::Al04);
        let pressed = self.findings.any(Reaction::EmergencyStop, self.now);
        let reasons = [
            (pressed, ArmRefusal::EmergencyStop),
            (self.signals.foot != Foot::Up, ArmRefusal::Footswitch),
            (self.signals.fault || disconnected.is_some(), ArmRefusal::FaultPresent(alarm)),
            (self.signals.rf, ArmRefusal::OutputMeasured),
        ];
        first_of(&reasons)
    }

    fn start(&self) -> Option<ArmRefusal> {
        if self.activation == Activation::Pedal {
            return Some(ArmRefusal::UseFootswitch);
        }
        if self.before.state() != State::Armed {
            return Some(ArmRefusal::WrongState);
        }
        if self.after.state() == State::Delivering {
            return None;
        }
        self.unsigned()
            .or_else(|| self.silent().then_some(ArmRefusal::LinkStale))
            .or_else(|| self.unsafe_now())
            .or(Some(ArmRefusal::WrongState))
    }

    fn acknowledge(&self) -> Option<ArmRefusal> {
        match self.before.state() {
            State::Tripped => self.unsigned(),
            _ => Some(ArmRefusal::WrongState),
        }
    }

    fn reset(&self) -> Option<ArmRefusal> {
        let Phase::Tripped { acknowledged, .. } = self.before.phase else {
            return Some(ArmRefusal::WrongState);
        };
        // The third reset locks out: that too is a reset that was not refused.
        if self.after.state() != State::Tripped {
            return None;
        }
        let unacknowledged = (!acknowledged).then_some(ArmRefusal::NotAcknowledged);
        let stale = self.silent().then_some(ArmRefusal::LinkStale);
        self.unsigned().or(unacknowledged).or(stale).or_else(|| self.unsafe_now())
    }

    fn confirm(&self) -> Option<ArmRefusal> {
        if self.before.state() != State::Idle || !self.signals.gate {
            return Some(ArmRefusal::WrongState);
        }
        self.unsigned()
    }
}

/// Nobody knows that alarms would be heard, where the site wants them to be (H-46).
pub(crate) fn unheard(required: bool, sound: AlarmSound) -> bool {
    required && matches!(sound, AlarmSound::Fails | AlarmSound::Unknown)
}

fn first_of(reasons: &[(bool, ArmRefusal)]) -> Option<ArmRefusal> {
    reasons.iter().find(|(so, _)| *so).map(|(_, refusal)| *refusal)
}
