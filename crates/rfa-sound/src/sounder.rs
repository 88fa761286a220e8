//! Which signal is due: the highest priority that nobody has acknowledged or paused.

use crate::table::signal;
use rfa_interlock::{AlarmId, AlarmSet, Priority, State};
use rfa_units::{HostInstant, Span};

/// A pause ends after this by itself (hazards.md part b).
const PAUSE: Span = Span::from_secs(120);

/// What the session says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Alarms present or latched.
    pub alarms: AlarmSet,
    /// The interlock's state: priorities depend on it.
    pub state: State,
    /// The trip has been acknowledged.
    pub acknowledged: bool,
    /// RF is measured; asked for is not measured.
    pub rf_on: bool,
}

/// What sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sounding {
    /// An alarm signal, and since when.
    pub alarm: Option<(Priority, HostInstant)>,
    /// The activation tone.
    pub activation: bool,
}

/// Why the sound is not paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPause {
    /// Nothing sounds.
    Silent,
    /// A high alarm has to be acknowledged first.
    Unacknowledged,
}

/// Follows a session.
#[derive(Debug, Clone, Default)]
pub struct Sounder {
    /// Alarms that stood when the trip was acknowledged.
    acknowledged: AlarmSet,
    was_acknowledged: bool,
    paused: Option<Pause>,
    sounding: Sounding,
    /// High alarms that nobody has acknowledged.
    open_high: AlarmSet,
    /// A trip stands that can still be acknowledged.
    answerable: bool,
}

#[derive(Debug, Clone, Copy)]
struct Pause {
    at: HostInstant,
    /// The high alarms it was asked for.
    high: AlarmSet,
}

impl Sounder {
    /// Takes in what the session says now, and says what sounds.
    pub fn hear(&mut self, now: HostInstant, heard: &Heard) -> Sounding {
        // The act counts for what stood then: a later alarm is new, however long the flag stays.
        if heard.acknowledged && !self.was_acknowledged {
            self.acknowledged = self.acknowledged.union(heard.alarms);
        }
        self.was_acknowledged = heard.acknowledged;
        // What has gone and comes again is new.
        self.acknowledged = only(self.acknowledged, |alarm| heard.alarms.contains(alarm));
        let priority = |alarm: AlarmId| alarm.priority_in(heard.state);
        let open = only(heard.alarms, |alarm| !self.acknowledged.contains(alarm));
        self.open_high = only(open, |alarm| priority(alarm) == Priority::High);
        self.answerable = heard.state == State::Tripped && !heard.acknowledged;
        self.paused = self.paused.and_then(|Pause { at, high }| {
            let new_high = self.open_high.iter().any(|alarm| !high.contains(alarm));
            let holds = !new_high && now.since(at) < PAUSE;
            holds.then(|| Pause { at, high: only(high, |alarm| heard.alarms.contains(alarm)) })
        });
        let due = open.iter().map(priority).max().filter(|_| self.paused.is_none());
        self.sounding.alarm = due.map(|priority| match self.sounding.alarm {
            Some((before, since)) if before == priority => (priority, since),
            _ => (priority, now),
        });
        self.sounding.activation = heard.rf_on;
        self.sounding
    }

    /// What sounds, as last heard.
    #[must_use]
    pub const fn sounding(&self) -> Sounding {
        self.sounding
    }

    /// Pauses the alarm sound for two minutes, never the activation tone; pressed again it ends
    /// the pause. A high alarm that can be acknowledged has to be.
    ///
    /// # Errors
    /// [`NoPause`]: nothing is paused.
    pub fn pause(&mut self, now: HostInstant) -> Result<(), NoPause> {
        if self.paused.take().is_some() {
            return Ok(());
        }
        if self.answerable && !self.open_high.is_empty() {
            return Err(NoPause::Unacknowledged);
        }
        let (priority, since) = self.sounding.alarm.ok_or(NoPause::Silent)?;
        if signal(priority).is_over(now.since(since).as_micros() / 1_000) {
            return Err(NoPause::Silent);
        }
        self.paused = Some(Pause { at: now, high: self.open_high });
        self.sounding.alarm = None;
        Ok(())
    }

    /// How long the pause still lasts; absent: there is none.
    #[must_use]
    pub fn pause_left(&self, now: HostInstant) -> Option<Span> {
        let left = PAUSE.minus(now.since(self.paused?.at));
        (left > Span::ZERO).then_some(left)
    }
}

/// The alarms of a set that are so.
fn only(set: AlarmSet, so: impl Fn(AlarmId) -> bool) -> AlarmSet {
    set.iter().filter(|alarm| so(*alarm)).fold(AlarmSet::NONE, AlarmSet::with)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: u64) -> HostInstant {
        HostInstant::from_micros(ms * 1_000)
    }

    fn heard(alarms: &[AlarmId]) -> Heard {
        let alarms = alarms.iter().copied().fold(AlarmSet::NONE, AlarmSet::with);
        Heard { alarms, state: State::Delivering, acknowledged: false, rf_on: false }
    }

    #[test]
    fn only_the_highest_priority_sounds_and_keeps_its_rhythm() {
        let mut sounder = Sounder::default();
        let low = sounder.hear(at(0), &heard(&[AlarmId::Al25]));
        assert_eq!(low.alarm, Some((Priority::Low, at(0))));
        let high = sounder.hear(at(100), &heard(&[AlarmId::Al25, AlarmId::Al04]));
        assert_eq!(high.alarm, Some((Priority::High, at(100))));
        let more = sounder.hear(at(900), &heard(&[AlarmId::Al04, AlarmId::Al01]));
        assert_eq!(more.alarm, Some((Priority::High, at(100))), "the burst goes on");
    }

    #[test]
    fn an_acknowledged_trip_is_silent_and_a_new_alarm_is_not() {
        let mut sounder = Sounder::default();
        sounder.hear(at(0), &heard(&[AlarmId::Al04]));
        let mut acknowledged = heard(&[AlarmId::Al04]);
        acknowledged.acknowledged = true;
        assert_eq!(sounder.hear(at(10), &acknowledged).alarm, None);
        // The interlock says so until the reset; the acknowledgement was for what stood then.
        let mut more = heard(&[AlarmId::Al04, AlarmId::Al07]);
        more.acknowledged = true;
        assert_eq!(sounder.hear(at(20), &more).alarm, Some((Priority::High, at(20))));
        // It cannot be acknowledged any more, so it can be paused.
        sounder.pause(at(21)).expect("no other way");
        assert_eq!(sounder.hear(at(22), &more).alarm, None);
        more.alarms = more.alarms.with(AlarmId::Al11);
        assert!(sounder.hear(at(23), &more).alarm.is_some(), "a new one ends the pause");
        sounder.hear(at(30), &heard(&[]));
        assert!(sounder.hear(at(40), &heard(&[AlarmId::Al04])).alarm.is_some(), "come again");
    }

    #[test]
    fn a_high_alarm_cannot_be_paused_before_it_is_acknowledged() {
        let mut sounder = Sounder::default();
        assert_eq!(sounder.pause(at(0)), Err(NoPause::Silent));
        let mut tripped = heard(&[AlarmId::Al04]);
        tripped.state = State::Tripped;
        sounder.hear(at(0), &tripped);
        assert_eq!(sounder.pause(at(1)), Err(NoPause::Unacknowledged));
        assert!(sounder.sounding().alarm.is_some());
        // At rest there is nothing to acknowledge: a needle unplugged at set-up.
        tripped.state = State::Idle;
        sounder.hear(at(2), &tripped);
        sounder.pause(at(3)).expect("nothing else silences it");
        assert_eq!(sounder.hear(at(4), &tripped).alarm, None);
    }

    #[test]
    fn a_pause_lasts_two_minutes_and_a_new_high_alarm_ends_it() {
        let mut sounder = Sounder::default();
        let medium = heard(&[AlarmId::Al20]);
        sounder.hear(at(0), &medium);
        sounder.pause(at(1_000)).expect("medium");
        assert_eq!(sounder.hear(at(120_990), &medium).alarm, None);
        assert_eq!(sounder.pause_left(at(120_990)), Some(Span::from_millis(10)));
        assert!(sounder.hear(at(121_000), &medium).alarm.is_some());
        sounder.pause(at(122_000)).expect("again");
        let high = sounder.hear(at(123_000), &heard(&[AlarmId::Al20, AlarmId::Al04]));
        assert_eq!(high.alarm, Some((Priority::High, at(123_000))));
        assert_eq!(sounder.pause_left(at(123_000)), None);
    }

    #[test]
    fn the_same_key_ends_a_pause() {
        let mut sounder = Sounder::default();
        let medium = heard(&[AlarmId::Al20]);
        sounder.hear(at(0), &medium);
        sounder.pause(at(1)).expect("medium");
        sounder.pause(at(2)).expect("ends it");
        assert!(sounder.hear(at(3), &medium).alarm.is_some());
    }

    proptest! {
        /// Whatever is pressed and raised in a trip: before it is acknowledged an open high alarm
        /// sounds, a new one always does, and RF measured is always heard.
        #[test]
        fn an_open_high_alarm_always_sounds(
            steps in proptest::collection::vec((0_u32..=u32::MAX, 0_u8..8, any::<bool>()), 1..60),
        ) {
            let (mut sounder, mut before) = (Sounder::default(), AlarmSet::NONE);
            let mut acknowledged = false;
            for (place, (bits, press, rf_on)) in steps.into_iter().enumerate() {
                let now = at(place as u64 * 400);
                let alarms = AlarmSet::from_bits(bits & bits.rotate_left(7) & bits.rotate_left(13));
                let acts = press == 1 && !acknowledged;
                acknowledged |= acts;
                if press == 2 {
                    let _ = sounder.pause(now);
                }
                let state = State::Tripped;
                let sounding = sounder.hear(now, &Heard { alarms, state, acknowledged, rf_on });
                let high = |alarm: &AlarmId| alarm.priority_in(state) == Priority::High;
                let any = alarms.iter().any(|alarm| high(&alarm));
                let new = alarms.iter().any(|a| high(&a) && !before.contains(a));
                let sounds = matches!(sounding.alarm, Some((Priority::High, _)));
                if !acknowledged {
                    prop_assert_eq!(sounds, any);
                } else if !acts {
                    prop_assert!(sounds || !new);
                }
                prop_assert_eq!(sounding.activation, rf_on);
                before = alarms;
            }
        }
    }
}
