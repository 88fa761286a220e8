//! What the machine did meanwhile, seen from beside the treatments: a bare thread with the
//! interlock's priority and period, and the host's steal counter.

use crate::exit::Stop;
use rfa_runtime::{BareTick, LateTick, now, steal_so_far_ms};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// From one look at the steal counter to the next; the kernel counts it in steps of 10 ms.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A stall and its sign may lie this far apart: the steal counter is brought up to date when the
/// processor runs again, and looked at each 100 ms.
const NEAR_US: u64 = 1_000_000;

/// Looks at most: a day of them.
const LOOKS_MAX: usize = 864_000;

/// The witnesses, at work.
pub(super) struct Watching {
    bare: BareTick,
    stop: Arc<AtomicBool>,
    steal: JoinHandle<Vec<Stolen>>,
}

/// The steal counter rose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stolen {
    at_us: u64,
    ms: u64,
}

/// What they saw.
#[derive(Debug, Default)]
pub(super) struct Witness {
    bare_late: Vec<LateTick>,
    stolen: Vec<Stolen>,
}

impl Watching {
    pub(super) fn start() -> Result<Self, Stop> {
        let failed = |e: std::io::Error| Stop::failure(format!("cannot start a witness: {e}"));
        let bare = BareTick::start().map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let look = move || look_at_steal(&seen);
        let steal = Builder::new().name("rfa-steal".to_owned()).spawn(look).map_err(failed)?;
        Ok(Self { bare, stop, steal })
    }

    pub(super) fn finish(self) -> Result<Witness, Stop> {
        self.stop.store(true, Ordering::Relaxed);
        let stolen = self.steal.join().map_err(|_| Stop::failure("the steal witness panicked"))?;
        let bare = self.bare.finish().ok_or_else(|| Stop::failure("the bare thread panicked"))?;
        Ok(Witness { bare_late: bare.late, stolen })
    }
}

fn look_at_steal(stop: &AtomicBool) -> Vec<Stolen> {
    let mut stolen = Vec::new();
    let mut before = steal_so_far_ms();
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK_EVERY);
        let after = steal_so_far_ms();
        if let Some(ms) = before.zip(after).map(|(before, after)| after.saturating_sub(before))
            && ms > 0
            && stolen.len() < LOOKS_MAX
        {
            stolen.push(Stolen { at_us: now().as_micros(), ms });
        }
        before = after;
    }
    stolen
}

impl Witness {
    /// What else shows that the machine stood still between two moments of the monotonic clock;
    /// `None`: nothing does.
    pub(super) fn of(&self, from_us: u64, to_us: u64) -> Option<String> {
        let (from, to) = (from_us.saturating_sub(NEAR_US), to_us.saturating_add(NEAR_US));
        let bare = self.bare_late.iter().find(|late| {
            late.planned_us <= to_us && late.planned_us.saturating_add(late.late_us) >= from_us
        });
        if let Some(late) = bare {
            return Some(format!("the bare thread was {} us late then too", late.late_us));
        }
        let near = self.stolen.iter().filter(|stolen| (from..=to).contains(&stolen.at_us));
        let ms: u64 = near.map(|stolen| stolen.ms).sum();
        (ms > 0).then(|| format!("the host took {ms} ms within a second of it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_counts_near_its_stall_only() {
        let witness = Witness {
            bare_late: vec![LateTick { tick: 1, planned_us: 5_000_000, late_us: 8_000 }],
            stolen: vec![Stolen { at_us: 9_000_000, ms: 20 }],
        };
        let told = |from, to| witness.of(from, to).unwrap_or_default();
        assert!(told(5_007_000, 5_013_000).contains("8000 us late"));
        assert_eq!(witness.of(5_008_001, 5_013_000), None);
        assert!(told(8_000_000, 8_006_000).contains("took 20 ms"));
        assert_eq!(witness.of(7_900_000, 7_999_999), None);
        assert_eq!(Witness::default().of(0, u64::MAX), None);
    }
}
