//! What happened in a tick: the state after it against what was before.

use crate::machine::{Machine, Phase};
use crate::progress::Progress;
use crate::rules::Findings;
use crate::{AlarmSet, ArmRefusal, Event, Interlock, Limits, StopCause};
use rfa_units::{Bounded, HostInstant};

/// What of the state before a tick its events are told from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Before {
    pub(crate) machine: Machine,
    progress: Progress,
    tripped: bool,
    active: AlarmSet,
    /// `None`: no thresholds are tried.
    passive: Option<Findings>,
}

impl Interlock {
    pub(crate) fn before(&self, limits: &Limits) -> Before {
        Before {
            machine: self.machine,
            progress: self.progress,
            tripped: self.trip.is_some(),
            active: self.active,
            passive: limits.spec().passive.map(|_| self.passive),
        }
    }

    /// What happened since, the weightiest first.
    pub(crate) fn events(
        &self,
        before: &Before,
        now: HostInstant,
        cause: Option<StopCause>,
        refusal: Option<ArmRefusal>,
    ) -> Bounded<Event, 8> {
        let (from, to) = (before.machine.state(), self.machine.state());
        let confirmed = self.machine.checked && !before.machine.checked;
        let advanced = before.progress.step != self.progress.step
            || before.progress.complete != self.progress.complete;
        let was_open = matches!(before.machine.phase, Phase::Tripped { acknowledged: false, .. });
        let acknowledged =
            was_open && matches!(self.machine.phase, Phase::Tripped { acknowledged: true, .. });
        let reset = before.machine.trips != self.machine.trips;
        let single = [
            (from != to).then_some(Event::Changed { from, to }),
            self.trip.filter(|_| !before.tripped).map(Event::Tripped),
            cause.map(Event::Stopped),
            advanced.then_some(Event::StepDone),
            confirmed.then_some(Event::CheckConfirmed),
            acknowledged.then_some(Event::Acknowledged),
            reset.then_some(Event::Reset),
            refusal.map(Event::Refused),
        ];
        let raised = self.active.iter().filter(|alarm| !before.active.contains(*alarm));
        let cleared = before.active.iter().filter(|alarm| !self.active.contains(*alarm));
        let alarms = raised.map(Event::Raised).chain(cleared.map(Event::Cleared));
        let begun = |passive| self.passive.begun(passive, &self.memory, now);
        let tried = before.passive.iter().flat_map(begun).map(Event::WouldTrip);
        let mut events = Bounded::new();
        for event in single.into_iter().flatten().chain(alarms).chain(tried) {
            // A full list drops the least weighty, as `Outputs::events` says.
            let _ = events.push(event);
        }
        events
    }
}
