//! Negative controls: in a build of their own, with the feature `negative-control`, rules can be
//! switched off, so that it is seen that something misses them. No other build can do it.

#[cfg(not(feature = "negative-control"))]
pub(crate) const fn is_off(_: crate::RuleId) -> bool {
    false
}

#[cfg(feature = "negative-control")]
pub use switch::*;

#[cfg(feature = "negative-control")]
mod switch {
    use crate::RuleId;
    use core::sync::atomic::{AtomicU64, Ordering};

    /// One bit for each hazard's number, which is below 64.
    static OFF: AtomicU64 = AtomicU64::new(0);

    /// Switches a rule off for the rest of the process.
    pub fn switch_off(rule: RuleId) {
        OFF.fetch_or(bit(rule), Ordering::Relaxed);
    }

    pub(crate) fn is_off(rule: RuleId) -> bool {
        OFF.load(Ordering::Relaxed) & bit(rule) != 0
    }

    const fn bit(rule: RuleId) -> u64 {
        1_u64.wrapping_shl(rule.number() as u32)
    }
}
