//! A place in a recording, with a speed and a range.

use super::Timeline;
use rfa_units::{HostInstant, Span};

/// Speeds a key goes through, in thousandths of real time: 0.1 to 100 times.
pub const SPEEDS_MILLI: [u32; 10] =
    [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];
/// The slowest.
pub const SPEED_MIN_MILLI: u32 = 100;
/// The fastest.
pub const SPEED_MAX_MILLI: u32 = 100_000;

/// A frame that took longer counts as this long: a machine that cannot keep up plays slower
/// instead of leaving out what it could not show.
const FRAME_MAX: Span = Span::from_millis(250);

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Later.
    Forward,
    /// Earlier.
    Back,
}

/// What a person asks of a player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Play, or pause.
    Toggle,
    /// Pause.
    Pause,
    /// One tick, and pause.
    Step(Direction),
    /// So many microseconds on or back.
    Move {
        /// Which way.
        to: Direction,
        /// How far, in microseconds.
        us: u64,
    },
    /// To a time since the first tick, in microseconds.
    Seek(u64),
    /// To a tick, counted from 0.
    Tick(usize),
    /// To the next event, or the one before.
    Event(Direction),
    /// To the start of the range.
    Start,
    /// To its end.
    End,
    /// To the next speed.
    Speed(Direction),
    /// At the speed it was recorded with.
    NormalSpeed,
    /// From the range's end to its start again, or no longer.
    Loop,
    /// The range begins here; on its first tick: it begins with the recording again.
    RangeBegins,
    /// The range ends here; on its last tick: it ends with the recording again.
    RangeEnds,
}

/// The ticks that are played, both ends among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Range {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
}

/// Where a player stands. Its place is always in its range, its range always in the timeline that
/// it is used with (the same for its life).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Player {
    place: usize,
    /// While it plays this runs ahead of the place, up to the next tick.
    at_us: u64,
    /// Thousandths of a microsecond that are not played yet.
    rest: u64,
    playing: bool,
    /// When time was looked at last; only while it plays.
    since: Option<HostInstant>,
    speed_milli: u32,
    range: Range,
    loops: bool,
    /// The recording is being written: at its end there is more to come.
    growing: bool,
}

impl Player {
    /// At the first tick, not playing.
    #[must_use]
    pub fn new(timeline: &Timeline) -> Self {
        Self {
            place: 0,
            at_us: 0,
            rest: 0,
            playing: false,
            since: None,
            speed_milli: 1_000,
            range: Range { first: 0, last: timeline.last() },
            loops: false,
            growing: false,
        }
    }

    /// The tick that is shown, counted from 0.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.place
    }

    /// The moment that is shown, in microseconds since the first tick.
    #[must_use]
    pub const fn at_us(&self) -> u64 {
        self.at_us
    }

    /// It goes on by itself.
    #[must_use]
    pub const fn playing(&self) -> bool {
        self.playing
    }

    /// Its speed, in thousandths of real time.
    #[must_use]
    pub const fn speed_milli(&self) -> u32 {
        self.speed_milli
    }

    /// The ticks that are played.
    #[must_use]
    pub const fn range(&self) -> Range {
        self.range
    }

    /// It begins again at its end.
    #[must_use]
    pub const fn loops(&self) -> bool {
        self.loops
    }

    /// It stands at the end of a recording that is being written, and goes with it.
    #[must_use]
    pub const fn follows(&self) -> bool {
        self.growing && self.playing && self.place == self.range.last
    }

    /// The recording is being written.
    #[must_use]
    pub const fn growing(&self) -> bool {
        self.growing
    }

    /// Whether the recording is being written: at its end the player waits for more.
    pub fn set_growing(&mut self, growing: bool, timeline: &Timeline) {
        let followed = self.follows();
        self.growing = growing;
        if followed && !growing {
            self.pause(timeline);
        }
    }

    /// The recording has grown; `last` was its last tick before. A range that ended with it ends
    /// with it again; a player that follows stands at the newest tick.
    pub fn grown(&mut self, last: usize, timeline: &Timeline) {
        let followed = self.follows();
        if self.range.last == last {
            self.range.last = timeline.last();
        }
        if followed {
            self.stand(timeline, self.range.last);
        }
    }

    /// Plays the ticks from `from_us` to `to_us` only, from the first of them on. False where there
    /// is no tick between; then nothing changes.
    pub fn set_range(&mut self, timeline: &Timeline, from_us: u64, to_us: u64) -> bool {
        let (first, last) = (timeline.not_before(from_us), timeline.at(to_us));
        let Some(first) = first.filter(|first| *first <= last && !timeline.is_empty()) else {
            return false;
        };
        self.range = Range { first, last };
        self.stand(timeline, self.place);
        true
    }

    /// Plays at this speed. False outside of 0.1 to 100 times; then nothing changes.
    pub fn set_speed(&mut self, milli: u32) -> bool {
        let known = (SPEED_MIN_MILLI..=SPEED_MAX_MILLI).contains(&milli);
        if known {
            self.speed_milli = milli;
        }
        known
    }

    /// Does what is asked. The words say why something else happened, or nothing.
    pub fn command(&mut self, command: Command, timeline: &Timeline) -> Option<&'static str> {
        match command {
            Command::Toggle if self.playing => self.pause(timeline),
            Command::Toggle => return self.play(timeline),
            Command::Pause => self.pause(timeline),
            Command::Step(to) => return self.step(to, timeline),
            Command::Move { to, us } => return self.move_by(to, us, timeline),
            Command::Seek(us) => return self.seek(us, timeline),
            Command::Tick(place) => return self.go(place, timeline),
            Command::Event(to) => return self.event(to, timeline),
            Command::Start => self.stand(timeline, self.range.first),
            Command::End => self.stand(timeline, self.range.last),
            Command::Speed(Direction::Forward) => {
                let next = SPEEDS_MILLI.into_iter().find(|milli| *milli > self.speed_milli);
                self.speed_milli = next.unwrap_or(self.speed_milli);
                return next.is_none().then_some("100 x is the fastest");
            }
            Command::Speed(Direction::Back) => {
                let next = SPEEDS_MILLI.into_iter().rfind(|milli| *milli < self.speed_milli);
                self.speed_milli = next.unwrap_or(self.speed_milli);
                return next.is_none().then_some("0.1 x is the slowest");
            }
            Command::NormalSpeed => self.speed_milli = 1_000,
            Command::Loop => self.loops = !self.loops,
            Command::RangeBegins => {
                let whole = self.place == self.range.first;
                self.range.first = if whole { 0 } else { self.place };
            }
            Command::RangeEnds => {
                let whole = self.place == self.range.last;
                self.range.last = if whole { timeline.last() } else { self.place };
            }
        }
        None
    }

    /// Time goes on: plays up to `now`.
    pub fn advance(&mut self, now: HostInstant, timeline: &Timeline) {
        if !self.playing {
            return;
        }
        let elapsed = self.since.map_or(Span::ZERO, |since| now.since(since)).min(FRAME_MAX);
        self.since = Some(now);
        let milli = elapsed.as_micros().saturating_mul(self.speed_milli.into());
        let milli = milli.saturating_add(self.rest);
        (self.at_us, self.rest) =
            (self.at_us.saturating_add(milli.div_euclid(1_000)), milli.rem_euclid(1_000));
        let end_us = timeline.time_us(self.range.last);
        if self.at_us < end_us {
            // Ticks of one time are told apart: the place never falls here.
            self.place = self.place.max(timeline.at(self.at_us)).min(self.range.last);
        } else if self.loops && self.range.first < self.range.last && self.place == self.range.last
        {
            // Its last tick was shown for a frame.
            self.stand(timeline, self.range.first);
        } else {
            let again = self.loops && self.range.first < self.range.last;
            self.playing = again || self.waits(timeline);
            self.since = self.since.filter(|_| self.playing);
            self.stand(timeline, self.range.last);
        }
    }

    /// Time goes on and nothing is played: what is shown has not come to the place yet.
    pub const fn hold(&mut self, now: HostInstant) {
        if self.playing {
            self.since = Some(now);
        }
    }

    /// At the range's end there is more to come.
    fn waits(&self, timeline: &Timeline) -> bool {
        self.growing && self.range.last == timeline.last()
    }

    /// On a tick, in the range.
    fn stand(&mut self, timeline: &Timeline, place: usize) {
        self.place = place.clamp(self.range.first, self.range.last.max(self.range.first));
        (self.at_us, self.rest) = (timeline.time_us(self.place), 0);
    }

    fn play(&mut self, timeline: &Timeline) -> Option<&'static str> {
        let at_end = self.place == self.range.last && !self.waits(timeline);
        if at_end {
            self.stand(timeline, self.range.first);
        }
        (self.playing, self.since) = (true, None);
        at_end.then_some("from the start again")
    }

    fn pause(&mut self, timeline: &Timeline) {
        (self.playing, self.since) = (false, None);
        self.stand(timeline, self.place);
    }

    fn step(&mut self, to: Direction, timeline: &Timeline) -> Option<&'static str> {
        self.pause(timeline);
        let before = self.place;
        let next = match to {
            Direction::Forward => before.saturating_add(1),
            Direction::Back => before.saturating_sub(1),
        };
        self.stand(timeline, next);
        at_an_end(to, self.place == before)
    }

    fn move_by(&mut self, to: Direction, us: u64, timeline: &Timeline) -> Option<&'static str> {
        let before = (self.place, self.at_us);
        let target = match to {
            Direction::Forward => self.at_us.saturating_add(us),
            Direction::Back => self.at_us.saturating_sub(us),
        };
        self.stand(timeline, timeline.at(target));
        let stuck = match to {
            Direction::Forward => self.place <= before.0,
            Direction::Back => self.place >= before.0 && self.at_us >= before.1,
        };
        if !stuck {
            return None;
        }
        // The next tick is further away than was asked for.
        let none = self.step_over(to, before.0, timeline);
        at_an_end(to, none)
    }

    /// One tick on, where a move came to none; whether there is none.
    fn step_over(&mut self, to: Direction, from: usize, timeline: &Timeline) -> bool {
        let next = match to {
            Direction::Forward => from.saturating_add(1),
            Direction::Back => from.saturating_sub(1),
        };
        self.stand(timeline, next);
        self.place == from
    }

    fn seek(&mut self, us: u64, timeline: &Timeline) -> Option<&'static str> {
        if us > timeline.length_us() {
            return Some("that time is behind the recording's end");
        }
        self.go(timeline.at(us), timeline)
    }

    fn go(&mut self, place: usize, timeline: &Timeline) -> Option<&'static str> {
        let Range { first, last } = self.range;
        if place < first || place > last {
            return Some("that is outside the range: i and o set it");
        }
        self.stand(timeline, place);
        None
    }

    fn event(&mut self, to: Direction, timeline: &Timeline) -> Option<&'static str> {
        let found = match to {
            Direction::Forward => timeline.mark_after(self.place),
            Direction::Back => timeline.mark_before(self.place),
        };
        let last = self.range.last;
        // Damage behind the last tick is shown with it.
        let place = found.map(|mark| mark.place.min(timeline.last()));
        let inside = place.filter(|place| (self.range.first..=last).contains(place));
        match (inside.filter(|place| *place != self.place), to) {
            (Some(place), _) => {
                self.stand(timeline, place);
                None
            }
            (None, Direction::Forward) => Some("no later event in the range"),
            (None, Direction::Back) => Some("no earlier event in the range"),
        }
    }
}

fn at_an_end(to: Direction, stuck: bool) -> Option<&'static str> {
    match (stuck, to) {
        (false, _) => None,
        (true, Direction::Forward) => Some("this is the end"),
        (true, Direction::Back) => Some("this is the start"),
    }
}
