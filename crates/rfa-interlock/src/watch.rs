//! Alarms that advise and end nothing: AL-14, AL-20, AL-21, AL-23, AL-24, AL-25, AL-27.

use crate::machine::{Foot, Machine, Phase, RESETS_MAX};
use crate::thresholds::{ADVISORY, BELOW_SET_MK, RAMP_MULTIPLE, REACHED_BELOW_SET_MK};
use crate::{AlarmId, AlarmSet, AlarmSound, State, StepLimit};
use rfa_units::HostInstant;

/// What the advice is drawn from, after the machine's transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts<'a> {
    pub(crate) now: HostInstant,
    pub(crate) machine: &'a Machine,
    pub(crate) step: &'a StepLimit,
    pub(crate) tip_mc: Option<i32>,
    pub(crate) asked_mw: u32,
    pub(crate) foot: Foot,
    /// An arming was refused for the footswitch in this tick.
    pub(crate) foot_refused: bool,
    pub(crate) recorder: bool,
    pub(crate) sound: AlarmSound,
}

/// How long what has been so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Watch {
    delivering_since: Option<HostInstant>,
    reached: bool,
    below_since: Option<HostInstant>,
    at_ceiling_since: Option<HostInstant>,
    foot_refused: bool,
}

impl Watch {
    pub(crate) const fn new() -> Self {
        Self {
            delivering_since: None,
            reached: false,
            below_since: None,
            at_ceiling_since: None,
            foot_refused: false,
        }
    }

    /// Takes in one tick and gives the advice that stands.
    pub(crate) fn look(&mut self, facts: &Facts<'_>) -> AlarmSet {
        let lasting = [
            (self.foot(facts), AlarmId::Al14),
            (!facts.recorder && facts.machine.state() != State::SelfTest, AlarmId::Al23),
            (facts.sound == AlarmSound::Fails, AlarmId::Al24),
            (
                facts.machine.state() == State::Lockout && facts.machine.trips >= RESETS_MAX,
                AlarmId::Al27,
            ),
        ];
        let set =
            |set: AlarmSet, (on, alarm): (bool, AlarmId)| if on { set.with(alarm) } else { set };
        let output = self.output(facts).into_iter();
        lasting.into_iter().chain(output).fold(AlarmSet::NONE, set)
    }

    /// H-26: pressed at arming, or pressed since arming without a release between.
    fn foot(&mut self, facts: &Facts<'_>) -> bool {
        self.foot_refused = facts.foot != Foot::Up && (self.foot_refused || facts.foot_refused);
        let armed = matches!(facts.machine.phase, Phase::Armed { released: false, .. });
        self.foot_refused || (armed && facts.foot == Foot::Down)
    }

    fn output(&mut self, facts: &Facts<'_>) -> [(bool, AlarmId); 3] {
        if facts.machine.state() != State::Delivering {
            *self = Self { foot_refused: self.foot_refused, ..Self::new() };
            return [(false, AlarmId::Al20), (false, AlarmId::Al21), (false, AlarmId::Al25)];
        }
        let now = facts.now;
        let since = *self.delivering_since.get_or_insert(now);
        let set_mk = i64::from(facts.step.set.get());
        let over =
            |below: i64| facts.tip_mc.is_some_and(|t| i64::from(t) >= set_mk.saturating_sub(below));
        self.reached |= over(REACHED_BELOW_SET_MK);
        let below = self.reached && !over(BELOW_SET_MK);
        let ramp_us = facts.step.ramp.as_micros().saturating_mul(RAMP_MULTIPLE);
        let late = !self.reached && now.since(since).as_micros() >= ramp_us;
        let at_ceiling = facts.asked_mw >= facts.step.ceiling.get();
        [
            (late, AlarmId::Al20),
            (lasts(&mut self.below_since, below, now), AlarmId::Al21),
            (lasts(&mut self.at_ceiling_since, at_ceiling, now), AlarmId::Al25),
        ]
    }
}

/// Whether `so` has been so for [`ADVISORY`].
fn lasts(since: &mut Option<HostInstant>, so: bool, now: HostInstant) -> bool {
    *since = so.then(|| since.unwrap_or(now));
    since.is_some_and(|since| now.since(since) >= ADVISORY)
}
