//! Which tick of the recording a tick that is run anew is like.

use super::course::Segment;
use rfa_interlock::State;

/// Where in the recording a tick is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) index: usize,
    /// Behind the segment's end.
    pub(super) beyond: bool,
}

/// How far the recording is followed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cursor {
    segment: usize,
    offset: usize,
}

impl Cursor {
    /// Where the next tick is taken from, the interlock being in `state`; `newest`: where the one
    /// before was.
    pub(super) fn place(&mut self, segments: &[Segment], state: State, newest: usize) -> Place {
        if segments.get(self.segment).is_none_or(|segment| segment.state != state) {
            let mut later = segments.iter().enumerate().skip(self.segment + 1);
            let Some((found, _)) = later.find(|(_, segment)| segment.state == state) else {
                return self.beyond(segments, state, newest);
            };
            (self.segment, self.offset) = (found, 0);
        }
        let ticks = segments.get(self.segment).map_or(0..0, |segment| segment.ticks.clone());
        let index = ticks.start + self.offset;
        self.offset += 1;
        if ticks.contains(&index) {
            return Place { index, beyond: false };
        }
        Place { index: ticks.end.saturating_sub(1), beyond: true }
    }

    /// A state that the recording has no further segment of: as the last such one ended, else as
    /// the newest tick was.
    fn beyond(self, segments: &[Segment], state: State, newest: usize) -> Place {
        let before = segments.get(..=self.segment).unwrap_or_default();
        let same = before.iter().rev().find(|segment| segment.state == state);
        let index = same.map_or(newest, |segment| segment.ticks.end.saturating_sub(1));
        Place { index, beyond: true }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Place};
    use crate::whatif::course::Segment;
    use rfa_interlock::State::{Armed, Delivering, Idle, Tripped};

    fn places(states: &[rfa_interlock::State]) -> Vec<(usize, bool)> {
        let segments = [(Idle, 0..2), (Armed, 2..4), (Delivering, 4..6), (Idle, 6..8)];
        let segments = segments.map(|(state, ticks)| Segment { state, ticks });
        let (mut cursor, mut newest) = (Cursor::default(), 0);
        let place = |state: &rfa_interlock::State| {
            let Place { index, beyond } = cursor.place(&segments, *state, newest);
            newest = index;
            (index, beyond)
        };
        states.iter().map(place).collect()
    }

    #[test]
    fn what_goes_as_recorded_is_followed_tick_by_tick() {
        let states = [Idle, Idle, Armed, Armed, Delivering, Delivering, Idle, Idle];
        let expected: Vec<_> = (0..8).map(|index| (index, false)).collect();
        assert_eq!(places(&states), expected);
    }

    #[test]
    fn a_longer_output_goes_on_behind_the_end_and_idle_is_met_again() {
        let states = [Idle, Idle, Armed, Delivering, Delivering, Delivering, Idle];
        let expected =
            [(0, false), (1, false), (2, false), (4, false), (5, false), (5, true), (6, false)];
        assert_eq!(places(&states), expected);
    }

    #[test]
    fn a_state_that_never_was_is_as_the_newest_tick() {
        assert_eq!(places(&[Idle, Tripped, Tripped]), [(0, false), (0, true), (0, true)]);
    }
}
