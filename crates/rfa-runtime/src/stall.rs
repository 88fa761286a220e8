//! Evidence that the machine itself stood still: steal time and late ticks.

use crate::pacer::Deadline;
use rfa_units::Span;
use serde::Serialize;

/// A tick that began later than this counts as an overrun (H-44: 5 ms).
const OVERRUN: Span = Span::from_millis(5);

/// Late ticks kept one by one; more are counted only.
const LATE_TICKS_MAX: usize = 64;

/// Kernel ticks a second in `/proc/stat`, on every Linux this runs on.
const USER_HZ: u64 = 100;

/// One tick that began late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LateTick {
    /// The tick.
    pub tick: u64,
    /// When it should have begun, in microseconds of the monotonic clock.
    pub planned_us: u64,
    /// How late it began, in microseconds.
    pub late_us: u64,
}

/// What the machine did to us during a session.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StallRecord {
    /// Time the host of a virtual machine took from its processors, in ms; `None`: not known.
    pub steal_ms: Option<u64>,
    /// The most of it within one second, in ms.
    pub steal_worst_second_ms: Option<u64>,
    /// Interlock ticks that began more than 5 ms late.
    pub late_ticks: u64,
    /// The first 64 of them.
    pub late: Vec<LateTick>,
    /// The same of control's ticks.
    pub control_late_ticks: u64,
    /// The first 64 of them.
    pub control_late: Vec<LateTick>,
}

impl StallRecord {
    /// Whether the machine stood still for `limit` or longer at some moment: a late tick of that
    /// size. Steal time beside it says that the host did it, not we ourselves.
    #[must_use]
    pub fn stalled_for(&self, limit: Span) -> bool {
        self.late.iter().any(|late| late.late_us >= limit.as_micros())
    }
}

/// Late ticks, noted without allocation.
#[derive(Debug, Clone)]
pub(crate) struct LateTicks {
    kept: Vec<LateTick>,
    count: u64,
}

impl LateTicks {
    pub(crate) fn new() -> Self {
        Self { kept: Vec::with_capacity(LATE_TICKS_MAX), count: 0 }
    }

    pub(crate) fn note(&mut self, deadline: &Deadline) {
        self.note_late(LateTick {
            tick: deadline.number,
            planned_us: deadline.planned.as_micros(),
            late_us: deadline.late().as_micros(),
        });
    }

    pub(crate) fn note_late(&mut self, tick: LateTick) {
        if tick.late_us <= OVERRUN.as_micros() {
            return;
        }
        self.count = self.count.saturating_add(1);
        if self.kept.len() < LATE_TICKS_MAX {
            self.kept.push(tick);
        }
    }

    /// Those kept, and how many there were.
    pub(crate) fn into_parts(self) -> (Vec<LateTick>, u64) {
        (self.kept, self.count)
    }
}

impl StallRecord {
    pub(crate) fn new(interlock: LateTicks, control: LateTicks, steal: Steal) -> Self {
        let (late, late_ticks) = interlock.into_parts();
        let (control_late, control_late_ticks) = control.into_parts();
        Self {
            steal_ms: steal.total_ms(),
            steal_worst_second_ms: steal.worst_second_ms(),
            late_ticks,
            late,
            control_late_ticks,
            control_late,
        }
    }
}

/// Steal time over a session, sampled about once a second by a thread without priority.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Steal {
    first: Option<u64>,
    newest: Option<u64>,
    worst: u64,
}

impl Steal {
    /// Takes one sample.
    pub(crate) fn sample(&mut self) {
        self.take(steal_so_far_ms());
    }

    fn take(&mut self, now: Option<u64>) {
        if let (Some(before), Some(now)) = (self.newest, now) {
            self.worst = self.worst.max(now.saturating_sub(before));
        }
        self.first = self.first.or(now);
        self.newest = now.or(self.newest);
    }

    fn total_ms(&self) -> Option<u64> {
        Some(self.newest?.saturating_sub(self.first?))
    }

    fn worst_second_ms(&self) -> Option<u64> {
        self.newest.map(|_| self.worst)
    }
}

/// Time the host of a virtual machine has taken from its processors since boot, in ms; `None`: not
/// known.
#[must_use]
pub fn steal_so_far_ms() -> Option<u64> {
    std::fs::read_to_string("/proc/stat").ok().as_deref().and_then(steal_ms)
}

/// The same of each core by its number, in ms; empty: not known.
#[must_use]
pub fn steal_by_core_ms() -> Vec<(usize, u64)> {
    let stat = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    stat.lines().filter_map(core_ms).collect()
}

/// Steal time of all processors in ms.
fn steal_ms(stat: &str) -> Option<u64> {
    steal_of_line_ms(stat.lines().find(|line| line.starts_with("cpu "))?)
}

/// Of the line `cpu1`, 1 and its steal time in ms.
fn core_ms(line: &str) -> Option<(usize, u64)> {
    let (number, _) = line.strip_prefix("cpu")?.split_once(' ')?;
    Some((number.parse().ok()?, steal_of_line_ms(line)?))
}

/// The eighth number of a line `cpu` or `cpu1`.
fn steal_of_line_ms(line: &str) -> Option<u64> {
    let ticks: u64 = line.split_ascii_whitespace().nth(8)?.parse().ok()?;
    Some(ticks.saturating_mul(1_000 / USER_HZ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_units::HostInstant;

    #[test]
    fn reads_the_steal_column() {
        let stat = "cpu  10 20 30 40 50 60 70 81 90 100\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        assert_eq!(steal_ms(stat), Some(810));
        assert_eq!(stat.lines().filter_map(core_ms).collect::<Vec<_>>(), [(0, 80)]);
        assert_eq!((steal_ms("cpu 1 2 3\n"), core_ms("cpu7 1 2 3")), (None, None));
        assert_eq!(steal_ms(""), None);
    }

    #[test]
    fn total_and_worst_second() {
        let mut steal = Steal::default();
        for ms in [1_000, 1_010, 1_200, 1_220] {
            steal.take(Some(ms));
        }
        assert_eq!((steal.total_ms(), steal.worst_second_ms()), (Some(220), Some(190)));
    }

    /// H-44: an overrun is beginning more than 5 ms late; every one is counted, 64 are kept.
    #[test]
    fn overruns_are_counted_and_the_first_kept() {
        let mut late = LateTicks::new();
        let deadline = |number, late_us| Deadline {
            number,
            planned: HostInstant::from_micros(number * 10_000),
            began: HostInstant::from_micros(number * 10_000 + late_us),
            missed: 0,
        };
        late.note(&deadline(1, 5_000));
        for number in 2..102 {
            late.note(&deadline(number, 5_001));
        }
        let record = StallRecord::new(late, LateTicks::new(), Steal::default());
        assert_eq!((record.control_late_ticks, record.control_late.len()), (0, 0));
        assert_eq!((record.late_ticks, record.late.len()), (100, LATE_TICKS_MAX));
        assert_eq!(record.late.first().map(|tick| tick.tick), Some(2));
        assert!(record.stalled_for(Span::from_millis(5)));
        assert!(!record.stalled_for(Span::from_millis(6)));
    }
}
