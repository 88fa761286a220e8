//! The only thing that puts power on the wire.

use rfa_units::{ChannelId, GeneratorInstant, MilliWatts, Mode, PlanHash, SessionId};

/// Leave to deliver power until `expires`, and no longer.
///
/// Its fields are private and it has no public constructor: outside this crate a grant can be
/// read and encoded, never made. What a generator decodes is a different type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    pub(crate) session: SessionId,
    pub(crate) tick: u64,
    pub(crate) mode: Mode,
    pub(crate) channel: ChannelId,
    pub(crate) power: MilliWatts,
    pub(crate) plan: PlanHash,
    pub(crate) expires: GeneratorInstant,
}

impl Grant {
    /// The conversation it belongs to.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The interlock tick that made it; strictly increasing.
    #[must_use]
    pub const fn tick(&self) -> u64 {
        self.tick
    }

    /// What the output may do.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The channel that may deliver.
    #[must_use]
    pub const fn channel(&self) -> ChannelId {
        self.channel
    }

    /// Set-point to regulate to and ceiling at once (hazards.md, decision 6).
    #[must_use]
    pub const fn power(&self) -> MilliWatts {
        self.power
    }

    /// The plan the operator confirmed.
    #[must_use]
    pub const fn plan(&self) -> PlanHash {
        self.plan
    }

    /// When it dies, on the generator's clock.
    #[must_use]
    pub const fn expires(&self) -> GeneratorInstant {
        self.expires
    }
}
