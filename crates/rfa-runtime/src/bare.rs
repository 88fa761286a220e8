//! The bare tick: what the machine gives a thread that only waits for its deadlines.

use crate::clock::{Clock, MonotonicClock};
use crate::cores;
use crate::os::{
    FIFO_INTERLOCK, FIFO_WITNESS, is_fifo, keep_processors_awake, make_real_time, sleep_until,
    thread_time_us,
};
use crate::pacer::{Deadline, Pacer, Place, TICK};
use rfa_figures::Latencies;
use rfa_units::Span;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Stalls that a witness keeps at most. In 100,000 ticks on a crowded machine one of 230 looks saw
/// one: 43,000 in a million ticks.
const STALLS_MAX: usize = 131_072;

/// The shortest stall that a witness keeps. Undisturbed it is done within 0.1 ms; a host that
/// stopped a core for 10 ms was seen to do so for 0.7 ms right after, before control's turn.
const STALL_MIN: Span = Span::from_micros(250);

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
    /// Stalls that a witness saw, the first 131072 of them.
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

/// A witness was not done with a tick, in which there is nothing to do, a quarter of a millisecond
/// after its deadline: its core stood still, or was slow. Times in microseconds of the monotonic
/// clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BareStall {
    /// When it was done with the tick before: of what came between, it saw nothing.
    pub done_before_us: u64,
    /// The deadline.
    pub from_us: u64,
    /// When it was done: its beginning, and the processor time that it took.
    pub to_us: u64,
    /// Its next deadline: of what was over before, it saw nothing either.
    pub next_us: u64,
}

/// How it waits.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    name: &'static str,
    priority: i32,
    period: Span,
    place: Place,
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
            place: Place::ThreeQuarters,
            core: None,
        })
    }

    /// One on each core, each millisecond, before every thread of a session: a core on which it
    /// is held up stood still, or its kernel could not be interrupted or throttled all that is real
    /// time (950 of each 1,000 ms are its own). They use a few per cent of each core, and come less
    /// often where it becomes more.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn on_each_core() -> std::io::Result<Vec<Self>> {
        let each = cores::each().into_iter().map(|core| {
            Self::waiting(Waiting {
                name: "witness",
                priority: FIFO_WITNESS,
                period: WITNESS_PERIOD,
                place: Place::Whole,
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
    let mut pacer = Pacer::every(how.period, how.place.first(MonotonicClock.now().plus(TICK)));
    let mut witness = how.core.map(|_| Witness::new());
    while !stop.load(Ordering::Acquire) {
        sleep_until(pacer.next());
        let deadline = pacer.begin(MonotonicClock.now());
        ticks.lateness.record_us(deadline.late().as_micros());
        ticks.missed = deadline.missed;
        if let Some(witness) = witness.as_mut() {
            pacer.rest(deadline.began.plus(witness.tick(deadline, thread_time_us())));
        }
    }
    if let Some(witness) = witness {
        let next = pacer.begin(MonotonicClock.now());
        (ticks.stalls, ticks.stalls_seen) = witness.finish(next, thread_time_us());
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
    done_before_us: u64,
    /// Processor time that the thread had used when it began.
    used_us: u64,
    /// What a tick takes, on average over the last eight or so.
    mean_us: u64,
}

impl Witness {
    /// Of one tick at most so much counts in the mean: one stall is no slow core, and no rest is
    /// longer than eight times that.
    const TOOK_MAX_US: u64 = 500;
    const MEAN_OVER: u64 = 8;
    /// From one beginning to the next it is so many times of what a tick takes, at least.
    const RESTS: u64 = 8;

    fn new() -> Self {
        Self {
            stalls: Vec::with_capacity(STALLS_MAX),
            stalls_seen: 0,
            last: None,
            done_before_us: MonotonicClock.now().as_micros(),
            used_us: thread_time_us(),
            mean_us: 0,
        }
    }

    /// Takes a tick that begins; `used_us`: processor time that the thread has used. How long it
    /// has to rest from now.
    ///
    /// It is above every thread that keeps time. Where the machine takes half a millisecond for
    /// each timer that is set, instead of some microseconds, as one did for 0.3 s at a time, a
    /// thread that came back each millisecond would leave them nothing. So it takes an eighth of
    /// its core, and the timer's interrupt as much again; more where a tick takes over half a
    /// millisecond, for what is shorter than a rest is not seen.
    fn tick(&mut self, deadline: Deadline, used_us: u64) -> Span {
        let took_us = used_us.saturating_sub(self.used_us);
        self.used_us = used_us;
        // A stall may be counted as the thread's, and this tick's lateness has it already. One
        // shorter than a period may count twice, then: it cannot be told from a slow core.
        let (late_us, period_us) = (deadline.late().as_micros(), WITNESS_PERIOD.as_micros());
        let twice_us = if late_us.min(took_us) > period_us { late_us } else { 0 };
        self.note_last(&deadline, took_us.saturating_sub(twice_us));
        self.last = Some(deadline);
        let before_us = self.mean_us.saturating_mul(Self::MEAN_OVER - 1);
        self.mean_us = before_us.saturating_add(took_us.min(Self::TOOK_MAX_US)) / Self::MEAN_OVER;
        Span::from_micros(self.mean_us.saturating_mul(Self::RESTS))
    }

    /// The last tick took so long, and was over when `next` began.
    fn note_last(&mut self, next: &Deadline, took_us: u64) {
        let Some(last) = self.last.take() else { return };
        let (from_us, next_us) = (last.planned.as_micros(), next.planned.as_micros());
        let to_us = last.began.as_micros().saturating_add(took_us).min(next.began.as_micros());
        let done_before_us = std::mem::replace(&mut self.done_before_us, to_us).min(from_us);
        if to_us.saturating_sub(from_us) <= STALL_MIN.as_micros() {
            return;
        }
        self.stalls_seen = self.stalls_seen.saturating_add(1);
        if self.stalls.len() < STALLS_MAX {
            self.stalls.push(BareStall { done_before_us, from_us, to_us, next_us });
        }
    }

    /// The stalls, and how many there were, where no tick begins any more; `next` would have.
    fn finish(mut self, next: Deadline, used_us: u64) -> (Vec<BareStall>, u64) {
        self.tick(next, used_us);
        (self.stalls, self.stalls_seen)
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
            let (period, place) = (WITNESS_PERIOD, Place::Whole);
            let witness = Waiting { name: "witness", priority: 1, period, place, core };
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
        (witness.used_us, witness.done_before_us) = (0, 9_990);
        for &(planned, began, took_us) in ticks {
            let [planned, began] = [planned, began].map(HostInstant::from_micros);
            let deadline = Deadline { number: 1, planned, began, missed: 0 };
            rests.push(witness.tick(deadline, used_us).as_micros());
            used_us += took_us;
        }
        (witness, rests)
    }

    fn stall((done_before_us, from_us, to_us, next_us): (u64, u64, u64, u64)) -> BareStall {
        BareStall { done_before_us, from_us, to_us, next_us }
    }

    #[test]
    fn a_stall_is_from_the_deadline_until_the_tick_is_done() {
        let (witness, _) = seen(&[
            // Begun late; done late, beyond the next deadline; so that one begun late; both
            // together; just not; begun late at the end.
            (10_000, 11_500, 10),
            (12_000, 12_020, 1_500),
            (13_000, 13_530, 10),
            (14_000, 14_150, 101),
            (15_000, 15_150, 100),
            (16_000, 16_020, 10),
            (17_000, 19_000, 10),
        ]);
        let used_us = witness.used_us + 10;
        let [planned, began] = [20_000, 20_040].map(HostInstant::from_micros);
        let next = Deadline { number: 1, planned, began, missed: 0 };
        let stalls = [
            (9_990, 10_000, 11_510, 12_000),
            (11_510, 12_000, 13_520, 13_000),
            (13_000, 13_000, 13_540, 14_000),
            (13_540, 14_000, 14_251, 15_000),
            (16_030, 17_000, 19_010, 20_000),
        ];
        assert_eq!(witness.finish(next, used_us), (stalls.map(stall).to_vec(), 5));
    }

    /// In a stall that is counted as the thread's own, the next tick begins late: it is seen once.
    #[test]
    fn a_stall_that_is_counted_as_taken_is_seen_once() {
        let ticks = [(10_000, 10_020, 16_900), (11_000, 26_950, 10), (27_000, 27_030, 10)];
        let (witness, rests) = seen(&ticks);
        assert_eq!(
            witness.stalls,
            [stall((9_990, 10_000, 10_970, 11_000)), stall((10_970, 11_000, 26_960, 27_000))]
        );
        assert!(rests.iter().all(|rest_us| *rest_us <= 1_000), "{rests:?}");
        // As much as it was over by then.
        let (witness, _) = seen(&[(10_000, 10_020, 1_900), (11_000, 11_050, 10)]);
        assert_eq!(witness.stalls, [stall((9_990, 10_000, 11_050, 11_000))]);
    }

    #[test]
    fn a_witness_on_a_slow_core_rests() {
        let rests = |took_us: u64| {
            let ticks: Vec<_> = (0..60).map(|n| (n * 10_000, n * 10_000, took_us)).collect();
            seen(&ticks).1
        };
        assert!(rests(20).iter().all(|rest_us| *rest_us <= 160), "{:?}", rests(20));
        assert!(rests(250).last().is_some_and(|rest_us| (1_900..=2_000).contains(rest_us)));
        assert!(rests(9_000).last().is_some_and(|rest_us| (3_900..=4_000).contains(rest_us)));
        // One stall, all of it counted as the thread's, is not a slow core.
        let once = |n: u64| (n * 20_000, n * 20_000, if n == 20 { 17_000 } else { 20 });
        let most_us = seen(&(0..40).map(once).collect::<Vec<_>>()).1.into_iter().max();
        assert!(most_us.is_some_and(|us| (500..1_000).contains(&us)), "{most_us:?}");
    }

    /// What a thread has used grows while it works, and not while it sleeps.
    #[test]
    fn a_thread_knows_what_it_took() {
        let (from, began) = (thread_time_us(), MonotonicClock.now());
        while thread_time_us() < from + 2_000 {
            assert!(MonotonicClock.now().since(began) < Span::from_secs(30));
        }
        let worked = thread_time_us();
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(thread_time_us() - worked < 40_000);
    }

    /// How many fewer is when a thread was first run, and how long a witness rested.
    #[test]
    fn no_more_deadlines_are_met_or_missed_than_there_were() {
        let began = MonotonicClock.now();
        let bare = BareTick::start().expect("a thread");
        let witnesses = BareTick::on_each_core().expect("threads");
        assert_eq!(witnesses.len(), cores::each().len());
        std::thread::sleep(std::time::Duration::from_millis(80));
        let ended = |bare: BareTick| {
            let ticks = bare.finish().expect("no panic");
            ticks.lateness.quantiles().count + u64::from(ticks.missed)
        };
        let (bare, witnesses) = (ended(bare), witnesses.into_iter().map(ended));
        let witnesses: Vec<u64> = witnesses.collect();
        let passed = MonotonicClock.now().since(began);
        assert!(bare >= 1 && bare <= passed.as_micros() / TICK.as_micros(), "{bare}");
        let fits = |ticks: &u64| (1..=passed.as_micros() / 1_000).contains(ticks);
        assert!(witnesses.iter().all(fits), "{witnesses:?}");
    }
}
