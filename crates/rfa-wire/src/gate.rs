//! Whether a generator may honour a grant (I18, H-25): the same rules for every generator.

use crate::{HardLimits, ModeSet, ReceivedGrant, RefusalCode};
use rfa_units::{Contactor, EmergencyStop, GeneratorInstant, SessionId};

/// What has to hold in the generator itself at the moment a grant arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateConditions {
    /// The generator's clock.
    pub now: GeneratorInstant,
    /// The self-test of this session passed.
    pub self_test_passed: bool,
    /// The emergency stop's contacts.
    pub emergency_stop: EmergencyStop,
    /// The second contactor, read back.
    pub k2: Contactor,
    /// The generator found a fault in itself.
    pub fault: bool,
}

/// Checks the grants for one channel in one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrantGate {
    session: SessionId,
    limits: HardLimits,
    modes: ModeSet,
    last_tick: Option<u64>,
}

impl GrantGate {
    /// A gate for the limits' channel; no grant has been honoured yet.
    #[must_use]
    pub const fn new(session: SessionId, limits: HardLimits, modes: ModeSet) -> Self {
        Self { session, limits, modes, last_tick: None }
    }

    /// The limits it holds grants against.
    #[must_use]
    pub const fn limits(&self) -> &HardLimits {
        &self.limits
    }

    /// Whether the grant may be honoured now; if so its tick is used up. A refused grant changes
    /// nothing: output goes on only as long as the last honoured one lives.
    ///
    /// # Errors
    /// The first rule it breaks, in the order of docs/protocol.md, "Honouring a grant".
    pub fn check(
        &mut self,
        grant: &ReceivedGrant,
        conditions: &GateConditions,
    ) -> Result<(), RefusalCode> {
        self.check_claims(grant)?;
        Self::check_conditions(conditions)?;
        self.check_time(grant, conditions.now)?;
        self.last_tick = Some(grant.tick());
        Ok(())
    }

    fn check_claims(&self, grant: &ReceivedGrant) -> Result<(), RefusalCode> {
        let amplitude_max = self.limits.voltage_max.get();
        if grant.session() != self.session {
            Err(RefusalCode::BadSession)
        } else if grant.channel() != self.limits.channel {
            Err(RefusalCode::WrongChannel)
        } else if grant.plan() != self.limits.plan {
            Err(RefusalCode::WrongPlan)
        } else if !self.modes.contains(grant.mode()) {
            Err(RefusalCode::ModeNotSupported)
        } else if grant.power() > self.limits.power_max
            || grant.pulses().amplitude_mv > amplitude_max
        {
            Err(RefusalCode::OverHardLimit)
        } else {
            Ok(())
        }
    }

    const fn check_conditions(conditions: &GateConditions) -> Result<(), RefusalCode> {
        match conditions {
            GateConditions { self_test_passed: false, .. } => Err(RefusalCode::NotSelfTested),
            GateConditions {
                emergency_stop: EmergencyStop::Pressed | EmergencyStop::Disagree,
                ..
            } => Err(RefusalCode::EmergencyStop),
            GateConditions { fault: true, .. } => Err(RefusalCode::GeneratorFault),
            GateConditions { k2: Contactor::Open, .. } => Err(RefusalCode::K2Open),
            _ => Ok(()),
        }
    }

    fn check_time(&self, grant: &ReceivedGrant, now: GeneratorInstant) -> Result<(), RefusalCode> {
        if self.last_tick.is_some_and(|last| grant.tick() <= last) {
            Err(RefusalCode::StaleTick)
        } else if grant.expires() <= now {
            Err(RefusalCode::Expired)
        } else if grant.expires() > now.plus(self.limits.grant_life) {
            Err(RefusalCode::ExpiryTooFar)
        } else {
            Ok(())
        }
    }
}
