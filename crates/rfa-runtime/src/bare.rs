//! The bare tick: what the machine gives a thread that only waits for its deadlines.

use crate::clock::{Clock, MonotonicClock};
use crate::latency::Latencies;
use crate::os::{FIFO_INTERLOCK, keep_processors_awake, make_real_time, sleep_until};
use crate::pacer::{Pacer, TICK};
use crate::stall::{LateTick, LateTicks};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Late ticks kept at most: a machine that is late more often keeps no time at all.
const LATE_TICKS_MAX: usize = 4_096;

/// A running thread with the interlock's priority, period and way of sleeping, and nothing to do:
/// what `cyclictest` measures, in this process. It holds the processors awake.
#[derive(Debug)]
pub struct BareTick {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<BareTicks>,
}

/// What the bare thread met.
#[derive(Debug, Clone, Default)]
pub struct BareTicks {
    /// How late its ticks began.
    pub lateness: Latencies,
    /// Ticks that began more than 5 ms late, the first 4096 of them.
    pub late: Vec<LateTick>,
    /// Deadlines missed.
    pub missed: u32,
    /// What could not be had of the operating system.
    pub warnings: Vec<String>,
}

impl BareTick {
    /// Starts it.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = Builder::new().name("rfa-bare".to_owned()).spawn(move || run(&seen))?;
        Ok(Self { stop, thread })
    }

    /// Ends it; `None`: it panicked.
    #[must_use]
    pub fn finish(self) -> Option<BareTicks> {
        self.stop.store(true, Ordering::Release);
        self.thread.join().ok()
    }
}

fn run(stop: &AtomicBool) -> BareTicks {
    let mut warnings = make_real_time("bare", FIFO_INTERLOCK);
    let awake = keep_processors_awake();
    warnings.extend(awake.as_ref().err().cloned());
    let mut ticks = BareTicks { warnings, ..BareTicks::default() };
    let mut late = LateTicks::keeping(LATE_TICKS_MAX);
    let mut pacer = Pacer::new(MonotonicClock.now().plus(TICK));
    while !stop.load(Ordering::Acquire) {
        sleep_until(pacer.next());
        let deadline = pacer.begin(MonotonicClock.now());
        ticks.lateness.record_us(deadline.late().as_micros());
        ticks.missed = deadline.missed;
        late.note(&deadline);
    }
    ticks.late = late.into_kept();
    drop(awake);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deadline_is_met_or_missed() {
        let bare = BareTick::start().expect("a thread");
        let began = MonotonicClock.now();
        std::thread::sleep(std::time::Duration::from_millis(80));
        let ticks = bare.finish().expect("no panic");
        let passed = MonotonicClock.now().since(began).as_micros() / TICK.as_micros();
        let seen = ticks.lateness.quantiles().count + u64::from(ticks.missed);
        assert!(seen >= 7 && seen <= passed + 1, "{seen} of {passed}");
    }
}
