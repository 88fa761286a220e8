//! The bare tick: what the machine gives a thread that only waits for its deadlines.

use crate::clock::{Clock, MonotonicClock};
use crate::cores;
use crate::os::{
    FIFO_INTERLOCK, FIFO_WITNESS, is_fifo, keep_processors_awake, make_real_time, sleep_until,
    thread_time_us,
};
use crate::pacer::{Deadline, Pacer, TICK, Within};
use rfa_figures::Latencies;
use rfa_units::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Stalls that a witness keeps at most: a machine with more of them keeps no time at all.
const STALLS_MAX: usize = 65_536;

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
    /// What a witness saw, the first 65536 of it.
    pub stalls: Vec<BareStall>,
    /// How many it saw, kept or not.
    pub stalls_seen: u64,
    /// It had its real-time priority: an ordinary thread is late beside a load, and proves nothing
    /// of the machine.
    pub real_time: bool,
    /// Deadlines missed.
    pub missed: u32,
    /// What could not be had of the operating system.
    pub warnings: Vec<String>,
}

/// A witness was not done with a tick, in which there is nothing to do, within a period of its
/// deadline: its core stood still, or was slow. Times in microseconds of the monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareStall {
    /// When it was done with the tick before: of what came between, it saw nothing.
    pub seen_us: u64,
    /// The deadline.
    pub from_us: u64,
    /// When it had begun, and taken as long as it took.
    pub to_us: u64,
}

/// How it waits.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    name: &'static str,
    priority: i32,
    period: Span,
    within: Within,
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
        Self::waiting(Waiting {
            name: "bare",
            priority: FIFO_INTERLOCK,
            period: TICK,
            within: Within::ThreeQuarters,
            core: None,
        })
    }

    /// One on each core, each millisecond, before every thread of a session: a core on which it
    /// is late stood still, or its kernel could not be interrupted or throttled all that is real
    /// time (950 of each 1,000 ms are its own). They use a few per cent of each core, and where that
    /// becomes a fifth they come less often.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn on_each_core() -> std::io::Result<Vec<Self>> {
        let each = cores::each().into_iter().map(|core| {
            Self::waiting(Waiting {
                name: "witness",
                priority: FIFO_WITNESS,
                period: WITNESS_PERIOD,
                within: Within::Whole,
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
    let mut pacer = Pacer::every(how.period, how.within.first(MonotonicClock.now().plus(TICK)));
    let mut witness = core.map(|_| Witness::new());
    while !stop.load(Ordering::Acquire) {
        sleep_until(pacer.next());
        let deadline = pacer.begin(MonotonicClock.now());
        ticks.lateness.record_us(deadline.late().as_micros());
        ticks.missed = deadline.missed;
        if let Some(witness) = witness.as_mut() {
            pacer.rest(deadline.began.plus(witness.tick(deadline, thread_time_us())));
        }
    }
    if let Some(Witness { stalls, stalls_seen, .. }) = witness {
        (ticks.stalls, ticks.stalls_seen) = (stalls, stalls_seen);
    }
    drop(awake);
    ticks
}

/// What a core's witness knows.
struct Witness {
    stalls: Vec<BareStall>,
    stalls_seen: u64,
    /// The tick before this one; what it took is known now.
    last: Option<Deadline>,
    /// When that before it was done.
    seen_us: u64,
    /// Processor time that the thread had used when it began.
    used_us: u64,
    /// What a tick takes, on average over the last eight or so.
    mean_us: u64,
}

impl Witness {
    /// Of one tick at most so much counts: in a stall the whole of it may be counted as the
    /// thread's.
    const TOOK_MAX_US: u64 = 1_000;
    const SHARE: u64 = 8;
    const REST_MAX_US: u64 = 4_000;

    fn new() -> Self {
        let stalls = Vec::with_capacity(STALLS_MAX);
        Self {
            stalls,
            stalls_seen: 0,
            last: None,
            seen_us: 0,
            used_us: thread_time_us(),
            mean_us: 0,
        }
    }

    /// Takes a tick that begins; `used_us`: processor time that the thread has used. How long it
    /// has to rest.
    ///
    /// It is above every thread that keeps time. Where the host takes half a millisecond for each
    /// timer that is set, instead of some microseconds, as one did for 0.3 s at a time, a thread
    /// that came back each millisecond would leave them nothing: it rests for eight times of what
    /// a tick takes by itself, at most 4 ms. As much again is the timer's interrupt.
    fn tick(&mut self, deadline: Deadline, used_us: u64) -> Span {
        let took_us = used_us.saturating_sub(self.used_us);
        self.used_us = used_us;
        if let Some(last) = self.last.replace(deadline) {
            self.note(last.planned.as_micros(), last.began.as_micros().saturating_add(took_us));
        }
        let others_us = self.mean_us.saturating_mul(Self::SHARE - 1);
        self.mean_us = others_us.saturating_add(took_us.min(Self::TOOK_MAX_US)) / Self::SHARE;
        Span::from_micros(self.mean_us.saturating_mul(Self::SHARE).min(Self::REST_MAX_US))
    }

    fn note(&mut self, from_us: u64, to_us: u64) {
        let seen_us = std::mem::replace(&mut self.seen_us, to_us).min(from_us);
        if to_us.saturating_sub(from_us) <= WITNESS_PERIOD.as_micros() {
            return;
        }
        self.stalls_seen = self.stalls_seen.saturating_add(1);
        if self.stalls.len() < STALLS_MAX {
            self.stalls.push(BareStall { seen_us, from_us, to_us });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_units::HostInstant;
    use rustix::thread::CpuSet;

    #[test]
    fn a_witness_tells_its_core_only_where_it_was_kept_to_it() {
        let on = |core| {
            let (period, within) = (WITNESS_PERIOD, Within::Whole);
            let witness = Waiting { name: "witness", priority: 1, period, within, core };
            BareTick::waiting(witness).expect("a thread").finish().expect("no panic")
        };
        let last = cores::each().last().copied();
        assert_eq!(on(last).core, last);
        let nowhere = on(Some(CpuSet::MAX_CPU - 1));
        assert_eq!(nowhere.core, None);
        let told = nowhere.warnings.iter().any(|warning| warning.contains("not kept to core"));
        assert!(told, "{:?}", nowhere.warnings);
    }

    /// Ticks of a witness: when each was to begin, when it began, and what it took.
    fn seen(ticks: &[(u64, u64, u64)]) -> (Witness, Vec<u64>) {
        let (mut witness, mut used_us, mut rests) = (Witness::new(), 0, Vec::new());
        witness.used_us = 0;
        for &(planned, began, took_us) in ticks {
            let [planned, began] = [planned, began].map(HostInstant::from_micros);
            let deadline = Deadline { number: 1, planned, began, missed: 0 };
            rests.push(witness.tick(deadline, used_us).as_micros());
            used_us += took_us;
        }
        (witness, rests)
    }

    #[test]
    fn a_stall_is_from_the_deadline_until_the_tick_is_done() {
        let ticks = [
            (10_000, 10_030, 10),
            // Begun late; done late; both together; a period and no more; not yet known.
            (11_000, 12_500, 10),
            (13_000, 13_020, 1_500),
            (15_000, 15_600, 401),
            (16_000, 16_600, 400),
            (17_000, 19_000, 10),
        ];
        let (witness, _) = seen(&ticks);
        let stall = |(seen_us, from_us, to_us)| BareStall { seen_us, from_us, to_us };
        let stalls = [(10_040, 11_000, 12_510), (12_510, 13_000, 14_520), (14_520, 15_000, 16_001)];
        assert_eq!(witness.stalls, stalls.map(stall));
        assert_eq!(witness.stalls_seen, 3);
    }

    /// It takes a fifth of its core at most, where the interrupts cost as much again.
    #[test]
    fn a_witness_on_a_slow_core_rests() {
        let rests = |took_us: u64| {
            let ticks: Vec<_> = (0..40).map(|n| (n * 10_000, n * 10_000, took_us)).collect();
            seen(&ticks).1
        };
        assert!(rests(20).iter().all(|rest_us| *rest_us < 200), "{:?}", rests(20));
        assert!(rests(500).last().is_some_and(|rest_us| (3_400..=4_000).contains(rest_us)));
        // One stall, all of it counted as the thread's, is not a slow core.
        let mut once = vec![(0, 0, 17_000)];
        once.extend((1..9).map(|n| (n * 20_000, n * 20_000, 10)));
        assert_eq!(seen(&once).1.iter().max(), Some(&1_000));
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
