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
    acknowledged: AlarmSet,
    paused_at: Option<HostInstant>,
    sounding: Sounding,
    unacknowledged_high: bool,
}

impl Sounder {
    /// Takes in what the session says now, and says what sounds.
    pub fn hear(&mut self, now: HostInstant, heard: &Heard) -> Sounding {
        let priority = |alarm: AlarmId| alarm.priority_in(heard.state);
        if heard.acknowledged {
            self.acknowledged = self.acknowledged.union(heard.alarms);
        }
        // What has gone and comes again is new.
        self.acknowledged = self
            .acknowledged
            .iter()
            .filter(|alarm| heard.alarms.contains(*alarm))
            .fold(AlarmSet::NONE, AlarmSet::with);
        let open = heard.alarms.iter().filter(|alarm| !self.acknowledged.contains(*alarm));
        let highest = open.map(priority).max();
        self.unacknowledged_high = highest == Some(Priority::High);
        // A high alarm ends a pause, however it came to be one.
        if self.unacknowledged_high || self.pause_left(now).is_none() {
            self.paused_at = None;
        }
        let due = highest.filter(|_| self.paused_at.is_none());
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
    /// the pause.
    ///
    /// # Errors
    /// [`NoPause`]: nothing is paused.
    pub fn pause(&mut self, now: HostInstant) -> Result<(), NoPause> {
        if self.paused_at.take().is_some() {
            return Ok(());
        }
        if self.unacknowledged_high {
            return Err(NoPause::Unacknowledged);
        }
        let (priority, since) = self.sounding.alarm.ok_or(NoPause::Silent)?;
        if signal(priority).is_over(now.since(since).as_micros() / 1_000) {
            return Err(NoPause::Silent);
        }
        self.paused_at = Some(now);
        self.sounding.alarm = None;
        Ok(())
    }

    /// How long the pause still lasts; absent: there is none.
    #[must_use]
    pub fn pause_left(&self, now: HostInstant) -> Option<Span> {
        let left = PAUSE.minus(now.since(self.paused_at?));
        (left > Span::ZERO).then_some(left)
    }
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
        // The acknowledgement was for what stood then.
        let next = sounder.hear(at(20), &heard(&[AlarmId::Al04, AlarmId::Al11]));
        assert_eq!(next.alarm, Some((Priority::High, at(20))));
        sounder.hear(at(30), &heard(&[]));
        assert!(sounder.hear(at(40), &heard(&[AlarmId::Al04])).alarm.is_some(), "come again");
    }

    #[test]
    fn a_high_alarm_cannot_be_paused_before_it_is_acknowledged() {
        let mut sounder = Sounder::default();
        assert_eq!(sounder.pause(at(0)), Err(NoPause::Silent));
        sounder.hear(at(0), &heard(&[AlarmId::Al04]));
        assert_eq!(sounder.pause(at(1)), Err(NoPause::Unacknowledged));
        assert!(sounder.sounding().alarm.is_some());
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
        /// Whatever is pressed and raised: an open high alarm always sounds, and RF measured is
        /// always heard.
        #[test]
        fn an_open_high_alarm_always_sounds(
            steps in proptest::collection::vec((0_u32..=u32::MAX, 0_u8..8, any::<bool>()), 1..60),
        ) {
            let mut sounder = Sounder::default();
            let mut answered = AlarmSet::NONE;
            for (place, (bits, press, rf_on)) in steps.into_iter().enumerate() {
                let now = at(place as u64 * 400);
                let alarms = AlarmSet::from_bits(bits & bits.rotate_left(7) & bits.rotate_left(13));
                let acknowledged = press == 1;
                if press == 2 {
                    let _ = sounder.pause(now);
                }
                let state = State::Tripped;
                let sounding = sounder.hear(now, &Heard { alarms, state, acknowledged, rf_on });
                if acknowledged {
                    answered = answered.union(alarms);
                }
                answered = answered
                    .iter()
                    .filter(|alarm| alarms.contains(*alarm))
                    .fold(AlarmSet::NONE, AlarmSet::with);
                let open_high = alarms
                    .iter()
                    .any(|a| a.priority_in(state) == Priority::High && !answered.contains(a));
                let high = matches!(sounding.alarm, Some((Priority::High, _)));
                prop_assert_eq!(high, open_high);
                prop_assert_eq!(sounding.activation, rf_on);
            }
        }
    }
}
