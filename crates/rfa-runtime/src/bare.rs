//! The bare tick: what the machine gives a thread that only waits for its deadlines.

use crate::clock::{Clock, MonotonicClock};
use crate::cores;
use crate::os::{
    FIFO_INTERLOCK, FIFO_WITNESS, is_fifo, keep_processors_awake, make_real_time, sleep_until,
};
use crate::pacer::{Pacer, TICK};
use crate::stall::{LateTick, LateTicks};
use rfa_figures::Latencies;
use rfa_units::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Late ticks of a witness kept at most: a machine that is late more often keeps no time at all.
const LATE_TICKS_MAX: usize = 65_536;

/// From one deadline of a core's witness to the next: a tenth of the ticks that it is there for.
pub const WITNESS_PERIOD: Span = Span::from_millis(1);

/// A running thread that has deadlines and nothing to do. It holds the processors awake.
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
    /// The one core it was kept to; `None`: the system chose, and it proves nothing of a core.
    pub core: Option<usize>,
    /// A witness's ticks that began later than its period, the first 65536 of them.
    pub late: Vec<LateTick>,
    /// How many began later than the period, kept or not.
    pub late_ticks: u64,
    /// It had its real-time priority: an ordinary thread is late beside a load, and proves nothing
    /// of the machine.
    pub real_time: bool,
    /// Deadlines missed.
    pub missed: u32,
    /// What could not be had of the operating system.
    pub warnings: Vec<String>,
}

/// How it waits.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    name: &'static str,
    priority: i32,
    period: Span,
    /// `None`: the core that the system chooses.
    core: Option<usize>,
}

impl BareTick {
    /// With the interlock's priority, period and way of sleeping: what `cyclictest` measures, in
    /// this process.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        Self::waiting(Waiting { name: "bare", priority: FIFO_INTERLOCK, period: TICK, core: None })
    }

    /// One on each core, each millisecond, before every thread of a session: a core on which it
    /// is late stood still, or its kernel could not be interrupted or throttled all that is real
    /// time (950 of each 1,000 ms are its own). They use a few per cent of each core.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn on_each_core() -> std::io::Result<Vec<Self>> {
        let each = cores::each().into_iter().map(|core| {
            Self::waiting(Waiting {
                name: "witness",
                priority: FIFO_WITNESS,
                period: WITNESS_PERIOD,
                core: Some(core),
            })
        });
        each.collect()
    }

    fn waiting(how: Waiting) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread =
            Builder::new().name(format!("rfa-{}", how.name)).spawn(move || run(&how, &seen))?;
        Ok(Self { stop, thread })
    }

    /// Ends it; `None`: it panicked.
    #[must_use]
    pub fn finish(self) -> Option<BareTicks> {
        self.stop.store(true, Ordering::Release);
        self.thread.join().ok()
    }
}

fn run(how: &Waiting, stop: &AtomicBool) -> BareTicks {
    let mut warnings = make_real_time(how.name, how.priority);
    let kept = how.core.map(|core| cores::keep_to(core).map(|()| core)).transpose();
    let core = kept.unwrap_or_else(|warning| {
        warnings.push(warning);
        None
    });
    let awake = keep_processors_awake();
    warnings.extend(awake.as_ref().err().cloned());
    let mut ticks = BareTicks { core, warnings, real_time: is_fifo(), ..BareTicks::default() };
    let mut late = LateTicks::keeping(core.map_or(0, |_| LATE_TICKS_MAX), how.period);
    let mut pacer = Pacer::every(how.period, MonotonicClock.now().plus(TICK));
    while !stop.load(Ordering::Acquire) {
        sleep_until(pacer.next());
        let deadline = pacer.begin(MonotonicClock.now());
        ticks.lateness.record_us(deadline.late().as_micros());
        ticks.missed = deadline.missed;
        late.note(&deadline);
    }
    (ticks.late, ticks.late_ticks) = late.into_parts();
    drop(awake);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::thread::CpuSet;

    #[test]
    fn a_witness_tells_its_core_only_where_it_was_kept_to_it() {
        let on = |core| {
            let witness = Waiting { name: "witness", priority: 1, period: WITNESS_PERIOD, core };
            BareTick::waiting(witness).expect("a thread").finish().expect("no panic")
        };
        let last = cores::each().last().copied();
        assert_eq!(on(last).core, last);
        let nowhere = on(Some(CpuSet::MAX_CPU - 1));
        assert_eq!(nowhere.core, None);
        let told = nowhere.warnings.iter().any(|warning| warning.contains("not kept to core"));
        assert!(told, "{:?}", nowhere.warnings);
    }

    /// Never more than there were deadlines; how many fewer is when a thread was first run.
    #[test]
    fn every_deadline_is_met_or_missed() {
        let began = MonotonicClock.now();
        let bare = BareTick::start().expect("a thread");
        let witnesses = BareTick::on_each_core().expect("threads");
        assert_eq!(witnesses.len(), cores::each().len());
        std::thread::sleep(std::time::Duration::from_millis(80));
        let ended = |bare: BareTick| {
            let ticks = bare.finish().expect("no panic");
            ticks.lateness.quantiles().count + u64::from(ticks.missed)
        };
        let (bare, witnesses) = (ended(bare), witnesses.into_iter().map(ended).min());
        let passed = MonotonicClock.now().since(began);
        assert!(bare >= 1 && bare <= passed.as_micros() / TICK.as_micros(), "{bare}");
        let of_each = witnesses.expect("a core");
        assert!(of_each >= 1 && of_each <= passed.as_micros() / 1_000, "{of_each}");
    }
}
