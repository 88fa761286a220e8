//! One core kept clear for the threads that keep time, where there are two or more.
//!
//! The console, the recorder and the lesion's model stay off it, so that a tick that wakes finds
//! its own data in the core's cache and no kernel call of theirs in its way. Other programs may
//! still use it: only the system can keep those off (`isolcpus`, `cpuset`).

use rustix::thread::{CpuSet, Pid, gettid, sched_getaffinity, sched_setaffinity};
use std::sync::OnceLock;

/// The cores this process may use, parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cores {
    all: CpuSet,
    /// One core, for the threads that tick and the link's.
    kept: CpuSet,
    others: CpuSet,
}

/// As they were when the first thread asked; later ones may have been moved.
static CORES: OnceLock<Result<Cores, String>> = OnceLock::new();

impl Cores {
    fn here() -> Result<Self, String> {
        let asked = CORES.get_or_init(|| {
            let all = sched_getaffinity(None).map_err(|error| not_clear(&error.to_string()))?;
            Self::part(all).ok_or_else(|| not_clear("this process may use one only"))
        });
        asked.clone()
    }

    /// The last core is kept: interrupts go to the first where nobody has said otherwise.
    fn part(all: CpuSet) -> Option<Self> {
        if all.count() < 2 {
            return None;
        }
        let last = (0..CpuSet::MAX_CPU).rev().find(|core| all.is_set(*core))?;
        let (mut kept, mut others) = (CpuSet::new(), all);
        kept.set(last);
        others.unset(last);
        Some(Self { all, kept, others })
    }
}

fn not_clear(why: &str) -> String {
    format!("no core is kept clear for the real-time threads ({why}); ticks may be late")
}

/// Keeps the thread that made it, and those which that thread starts, off the kept core as long as
/// it lives.
#[derive(Debug)]
pub(crate) struct ClearCore {
    thread: Pid,
    before: CpuSet,
}

impl ClearCore {
    /// What cannot be had is a warning in words.
    pub(crate) fn keep() -> Result<Self, String> {
        let cores = Cores::here()?;
        sched_setaffinity(None, &cores.others).map_err(|error| not_clear(&error.to_string()))?;
        Ok(Self { thread: gettid(), before: cores.all })
    }
}

impl Drop for ClearCore {
    fn drop(&mut self) {
        // Fails where the thread has ended.
        let _ = sched_setaffinity(Some(self.thread), &self.before);
    }
}

/// Puts the calling thread, which keeps time, on the kept core. Whether there is one has been told
/// by [`ClearCore::keep`].
pub(crate) fn use_kept_core() -> Option<String> {
    Cores::here().ok().and_then(|cores| move_to(&cores.kept))
}

/// Puts the calling thread on every core there is: one that a thread beside it started is not on
/// the kept one.
pub(crate) fn use_all_cores() -> Option<String> {
    Cores::here().ok().and_then(|cores| move_to(&cores.all))
}

fn move_to(cores: &CpuSet) -> Option<String> {
    let moved = sched_setaffinity(None, cores);
    moved.err().map(|error| format!("a real-time thread stays off its core ({error})"))
}

/// The numbers of the cores that this process may use.
pub(crate) fn each() -> Vec<usize> {
    let all = Cores::here().map_or_else(|_| sched_getaffinity(None).unwrap_or_default(), |c| c.all);
    (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).collect()
}

/// The number of the core on which the ticks run; `None`: none is kept for them.
#[must_use]
pub fn kept_core() -> Option<usize> {
    let kept = Cores::here().ok()?.kept;
    (0..CpuSet::MAX_CPU).find(|core| kept.is_set(*core))
}

/// Keeps the calling thread to this core.
pub(crate) fn keep_to(core: usize) -> Result<(), String> {
    let mut alone = CpuSet::new();
    alone.set(core);
    sched_setaffinity(None, &alone)
        .map_err(|error| format!("a witness is not kept to core {core} ({error})"))
}

/// Puts the calling thread, which stands for hardware outside this machine, on the other cores.
pub(crate) fn leave_kept_core() {
    if let Ok(cores) = Cores::here() {
        let _ = sched_setaffinity(None, &cores.others);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(cores: &[usize]) -> CpuSet {
        let mut set = CpuSet::new();
        cores.iter().for_each(|core| set.set(*core));
        set
    }

    #[test]
    fn the_last_core_is_kept_where_there_are_two() {
        let cores = Cores::part(set(&[1, 3, 6])).expect("three");
        assert_eq!((cores.kept, cores.others), (set(&[6]), set(&[1, 3])));
        assert_eq!(Cores::part(set(&[4])), None);
        let each = each();
        assert_eq!(kept_core(), each.last().copied().filter(|_| each.len() > 1));
        assert_eq!(Cores::part(set(&[])), None);
    }

    /// A thread that keeps time and one that does not share no core, and whoever kept one clear has
    /// all its cores back afterwards.
    #[test]
    fn nobody_else_is_on_the_kept_core() {
        let Ok(cores) = Cores::here() else {
            eprintln!("nothing was shown: one core");
            return;
        };
        let clear = ClearCore::keep().expect("two cores");
        let on = || sched_getaffinity(None).expect("known");
        let ordinary = std::thread::spawn(on).join().expect("no panic");
        let keeps_time = std::thread::spawn(move || {
            assert_eq!(use_kept_core(), None);
            on()
        });
        let keeps_time = keeps_time.join().expect("no panic");
        let both = |core: &usize| ordinary.is_set(*core) && keeps_time.is_set(*core);
        assert_eq!((0..CpuSet::MAX_CPU).find(both), None);
        assert_eq!((keeps_time.count(), ordinary.count()), (1, cores.all.count() - 1));
        drop(clear);
        assert_eq!(sched_getaffinity(None).expect("known"), cores.all);
    }
}
