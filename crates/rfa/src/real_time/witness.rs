//! What the machine did meanwhile, seen from beside the treatments: threads that only wait for
//! their deadlines, and the host's steal counter.

use super::evidence::{Evidence, Still, Stolen};
use crate::exit::Stop;
use rfa_runtime::{BareTick, BareTicks, kept_core, now, stand_beside, steal_by_core_ms};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// From one look at the steal counter to the next; the kernel counts it in steps of 10 ms.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Looks that saw the counter rise, at most: a machine that loses time in every look for an hour.
const RISES_MAX: usize = 360_000;

/// Looks at the steal counter, on a thread above the ordinary ones: beside a full load its looks
/// would come too rarely to say when.
struct StealWatch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Stolen>>,
}

impl StealWatch {
    fn start() -> Result<Self, Stop> {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let look = move || look_at_steal(&seen);
        let thread = Builder::new().name("rfa-steal".to_owned()).spawn(look).map_err(failed)?;
        Ok(Self { stop, thread })
    }

    fn finish(self, warnings: &mut Vec<String>) -> Result<Vec<Stolen>, Stop> {
        self.stop.store(true, Ordering::Relaxed);
        let panicked = |_| Stop::failure("the steal witness panicked");
        let stolen = self.thread.join().map_err(panicked)?;
        if stolen.len() >= RISES_MAX {
            warnings.push(format!("only the first {RISES_MAX} rises of the steal counter count"));
        }
        Ok(stolen)
    }
}

fn failed(error: std::io::Error) -> Stop {
    Stop::failure(format!("cannot start a witness: {error}"))
}

fn look_at_steal(stop: &AtomicBool) -> Vec<Stolen> {
    // Where that is not allowed, looks come late, and a late look reaches further back: it is no
    // finer than it says.
    let _ = stand_beside();
    let mut stolen = Vec::new();
    let (mut from_us, mut before) = (now().as_micros(), steal_by_core_ms());
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK_EVERY);
        let after = steal_by_core_ms();
        let to_us = now().as_micros();
        let rises = before.iter().zip(&after).filter(|((one, _), (other, _))| one == other);
        let rises =
            rises.map(|((core, before), (_, after))| (*core, after.saturating_sub(*before)));
        let rises = rises.filter(|(_, ms)| *ms > 0).take(RISES_MAX.saturating_sub(stolen.len()));
        stolen.extend(rises.map(|(core, ms)| Stolen { core, from_us, to_us, ms }));
        (from_us, before) = (to_us, after);
    }
    stolen
}

/// When a core's witness was held up: of one without its priority, nothing. What is not told is a
/// warning.
fn still(ticks: &BareTicks, warnings: &mut Vec<String>) -> Vec<Still> {
    warnings.extend(ticks.warnings.iter().cloned());
    // A thread that the system may move says nothing of a core.
    let Some(core) = ticks.core else { return Vec::new() };
    if !ticks.real_time {
        warnings.push("a witness without a real-time priority explains nothing".to_owned());
        return Vec::new();
    }
    let kept = ticks.stalls.len() as u64;
    if ticks.stalls_seen > kept {
        let all = ticks.stalls_seen;
        warnings.push(format!("a witness saw {all} stalls; only the first {kept} count"));
    }
    ticks.stalls.iter().map(|at| Still { core, at: *at }).collect()
}

/// All witnesses, at work.
pub(crate) struct Watching {
    cores: Vec<BareTick>,
    steal: StealWatch,
}

impl Watching {
    pub(crate) fn start() -> Result<Self, Stop> {
        let steal = StealWatch::start()?;
        Ok(Self { cores: BareTick::on_each_core().map_err(failed)?, steal })
    }

    /// What they saw, and what they could not have of the operating system.
    pub(crate) fn finish(self) -> Result<(Evidence, Vec<String>), Stop> {
        let mut evidence = Evidence { kept_core: kept_core(), ..Evidence::default() };
        let mut warnings = Vec::new();
        for core in self.cores {
            let ticks = core.finish().ok_or_else(|| Stop::failure("a core's witness panicked"))?;
            evidence.still.extend(still(&ticks, &mut warnings));
            evidence.witnessed.extend(ticks.core.filter(|_| ticks.real_time));
        }
        evidence.stolen = self.steal.finish(&mut warnings)?;
        Ok((evidence, warnings))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_runtime::BareStall;

    const STALL: BareStall =
        BareStall { done_before_us: 4_000, from_us: 5_000, to_us: 17_000, next_us: 18_000 };

    fn witness(real_time: bool, stalls_seen: u64) -> BareTicks {
        let stalls = vec![STALL];
        BareTicks { core: Some(3), stalls, stalls_seen, real_time, ..BareTicks::default() }
    }

    #[test]
    fn only_a_witness_with_its_priority_explains_anything() {
        let mut warnings = Vec::new();
        let seen = still(&witness(true, 1), &mut warnings);
        assert_eq!(seen, [Still { core: 3, at: STALL }]);
        assert!(warnings.is_empty(), "{warnings:?}");
        assert!(still(&witness(false, 1), &mut warnings).is_empty());
        assert!(warnings[0].contains("without a real-time priority"), "{warnings:?}");
    }

    #[test]
    fn stalls_beyond_those_kept_are_told() {
        let mut warnings = Vec::new();
        assert_eq!(still(&witness(true, 3), &mut warnings).len(), 1);
        assert!(warnings[0].contains("saw 3 stalls; only the first 1 count"), "{warnings:?}");
    }
}
