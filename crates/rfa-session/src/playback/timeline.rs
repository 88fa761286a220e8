//! When each tick was, and what happened.

use alloc::string::String;
use alloc::vec::Vec;

/// Ticks of a recording that are played at most: twelve hours at 100 a second, 35 MB of times.
pub const TICKS_MAX: usize = 4_320_000;

/// Events kept at most; more than a treatment has by far.
const MARKS_MAX: usize = 65_536;

/// What happened at a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MarkKind {
    /// The interlock armed.
    Armed,
    /// Output was permitted.
    RfOn,
    /// Output ended.
    RfOff,
    /// A step was completed, or the check behind it confirmed.
    Step,
    /// A rule tripped.
    Trip,
    /// An alarm was raised, cleared, acknowledged or reset.
    Alarm,
    /// The recording is damaged here: ticks may be missing before this one.
    Damage,
}

/// Something that a player can go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The tick it came with, counted from 0 in the recording.
    pub place: usize,
    /// What it is.
    pub kind: MarkKind,
    /// What it is, in a few words.
    pub text: String,
}

/// When each tick of a recording was, in microseconds since its first, and what happened. Times
/// never fall; marks are in the order of their ticks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    times_us: Vec<u64>,
    marks: Vec<Mark>,
}

impl Timeline {
    /// One more tick, `us` microseconds since the first. False where there are [`TICKS_MAX`]
    /// already. A time before that of the newest tick counts as that.
    pub fn push(&mut self, us: u64) -> bool {
        if self.times_us.len() >= TICKS_MAX {
            return false;
        }
        let newest = self.times_us.last().copied().unwrap_or(0);
        self.times_us.push(us.max(newest));
        true
    }

    /// One more event, with the newest tick. False where there are 65,536 already: it is not kept.
    pub fn mark(&mut self, kind: MarkKind, text: String) -> bool {
        self.mark_at(self.times_us.len().saturating_sub(1), kind, text)
    }

    /// Damage in front of the tick that comes next.
    pub fn mark_damage(&mut self, text: String) -> bool {
        self.mark_at(self.times_us.len(), MarkKind::Damage, text)
    }

    fn mark_at(&mut self, place: usize, kind: MarkKind, text: String) -> bool {
        let room = self.marks.len() < MARKS_MAX;
        if room {
            self.marks.push(Mark { place, kind, text });
        }
        room
    }

    /// Number of ticks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times_us.len()
    }

    /// There is nothing to play.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times_us.is_empty()
    }

    /// The last tick; 0 also where there is none.
    #[must_use]
    pub fn last(&self) -> usize {
        self.times_us.len().saturating_sub(1)
    }

    /// From the first tick to the last, in microseconds.
    #[must_use]
    pub fn length_us(&self) -> u64 {
        self.times_us.last().copied().unwrap_or(0)
    }

    /// When a tick was, in microseconds since the first; the last one's time behind it.
    #[must_use]
    pub fn time_us(&self, place: usize) -> u64 {
        self.times_us.get(place).copied().unwrap_or_else(|| self.length_us())
    }

    /// The newest tick at a moment: the last that is not behind it.
    #[must_use]
    pub fn at(&self, us: u64) -> usize {
        self.times_us.partition_point(|time| *time <= us).saturating_sub(1)
    }

    /// The first tick that is not before a moment, if there is one.
    #[must_use]
    pub fn not_before(&self, us: u64) -> Option<usize> {
        let place = self.times_us.partition_point(|time| *time < us);
        (place < self.times_us.len()).then_some(place)
    }

    /// Every event, in order.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The first event behind a tick.
    #[must_use]
    pub fn mark_after(&self, place: usize) -> Option<&Mark> {
        self.marks.get(self.marks.partition_point(|mark| mark.place <= place))
    }

    /// The last event before a tick.
    #[must_use]
    pub fn mark_before(&self, place: usize) -> Option<&Mark> {
        let behind = self.marks.partition_point(|mark| mark.place < place);
        self.marks.get(behind.checked_sub(1)?)
    }

    /// The first event of a kind.
    #[must_use]
    pub fn first(&self, kind: MarkKind) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.kind == kind)
    }
}

/// A time a person wrote, in microseconds: seconds (`75`, `75.25`) or `m:ss` (`1:15.25`). `None`
/// where it is neither.
#[must_use]
pub fn time_us(text: &str) -> Option<u64> {
    let (minutes, seconds) = match text.split_once(':') {
        Some((minutes, seconds)) => (digits(minutes)?, seconds),
        None => (0, text),
    };
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let whole = digits(whole)?;
    // After a colon only seconds of a minute are meant.
    if text.contains(':') && whole >= 60 {
        return None;
    }
    if part.is_empty() || part.len() > 6 {
        return None;
    }
    let below = u32::try_from(part.len()).ok().and_then(|length| 6_u32.checked_sub(length))?;
    let micros = digits(part)?.checked_mul(10_u64.checked_pow(below)?)?;
    let whole = minutes.checked_mul(60)?.checked_add(whole)?;
    whole.checked_mul(1_000_000)?.checked_add(micros)
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}
