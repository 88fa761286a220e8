//! The only thing that puts power on the wire, and how much of it.

use crate::thresholds::TICK;

use rfa_units::{ChannelId, GeneratorInstant, MilliWatts, Mode, PlanHash, SessionId};

/// Leave to deliver power until `expires`, and no longer.
///
/// Its fields are private and it has no public constructor: outside this crate a grant can be
/// read and encoded, never made. What a generator decodes is a different type.
///
/// ```compile_fail,E0451
/// use rfa_interlock::Grant;
/// use rfa_units::{ChannelId, GeneratorInstant, MilliWatts, Mode, PlanHash, SessionId};
///
/// let forged = Grant {
///     session: SessionId(1),
///     tick: 1,
///     mode: Mode::Thermal,
///     channel: ChannelId::ONE,
///     power: MilliWatts::MAX,
///     plan: PlanHash([0; 8]),
///     expires: GeneratorInstant::from_micros(60_000),
/// };
/// ```
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

/// What the power of one grant is the least of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    /// What the controller asks.
    pub(crate) asked_mw: u32,
    /// The step's ceiling.
    pub(crate) ceiling_mw: u32,
    /// What the tick before granted; 0 at the start of output.
    pub(crate) previous_mw: u32,
    /// What the plan leaves of the step's energy.
    pub(crate) energy_left_nj: u64,
}

/// Ticks a rise from nothing to the ceiling takes at least: the 100 ms in which an electrical
/// fault has to be off (hazards.md a.1), so that a request that jumps is still followed by the
/// readback rules before it is granted whole. A planned ramp (43 K in 15 s) is 100 times slower.
const RISE_TICKS: u32 = 10;

/// The power granted while delivering: min(asked, ceiling, slew limit, plan) (I16, I17). The
/// slew limit only holds back a rise; the plan's part is the energy left, spread over one tick.
pub(crate) fn power_mw(terms: &Terms) -> u32 {
    let rise_mw = (terms.ceiling_mw / RISE_TICKS).max(1);
    let slew_mw = terms.previous_mw.saturating_add(rise_mw);
    // nJ / µs = mW
    let plan_mw = terms.energy_left_nj.checked_div(TICK.as_micros()).unwrap_or(0);
    let plan_mw = u32::try_from(plan_mw).unwrap_or(u32::MAX);
    terms.asked_mw.min(terms.ceiling_mw).min(slew_mw).min(plan_mw)
}

#[cfg(test)]
mod tests;
