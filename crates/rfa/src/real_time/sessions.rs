//! Treatments on the built-in simulator, through a real pseudo-terminal.

use crate::exit::{Exit, Stop};
use crate::scenario::{Bench, Scratch, Treatment};
use crate::script::Script;
use crate::treatment::local_generator::{self, LocalGenerator};
use crate::treatment::{Asked, Finished, LiveRun, on_signals, random};
use rfa_sim::ScheduledFault;
use rfa_sim::pty::{ServeReport, Tap};
use rfa_tissue::Setting;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often it is looked whether a treatment is to be ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What every treatment is made from.
pub(crate) struct Sessions {
    bench: Bench,
    asked: Asked,
    setting: Setting,
    interrupted: Arc<AtomicBool>,
}

/// One treatment that came to an end.
pub(crate) struct Treated {
    pub(crate) finished: Finished,
    pub(crate) generator: LocalGenerator,
    pub(crate) served: ServeReport,
    /// Its recording, there as long as this is.
    pub(crate) recording: Scratch,
}

/// What differs from one to the next.
#[derive(Default)]
pub(crate) struct Wanted {
    pub(crate) seed: u64,
    pub(crate) faults: Vec<ScheduledFault>,
    /// An instrument on the line.
    pub(crate) tap: Option<Box<dyn Tap>>,
    /// It is ended then, where it is not over.
    pub(crate) limit: Option<Duration>,
}

impl Sessions {
    /// `asked`: the plan, its electrode in the tissue it names.
    pub(crate) fn new(asked: Asked) -> Result<Self, Stop> {
        let setting = local_generator::setting(&asked.plan, None, None)?;
        Ok(Self { bench: Bench::new()?, asked, setting, interrupted: on_signals()? })
    }

    pub(crate) const fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Whether a signal asked for the end.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// One treatment; an interrupted one is an error.
    pub(crate) fn treat(&self, wanted: Wanted) -> Result<Treated, Stop> {
        let Wanted { seed, faults, tap, limit } = wanted;
        let treatment = Treatment {
            asked: &self.asked,
            setting: &self.setting,
            script: Script::confirming(),
            footswitch: false,
            faults,
            sensor_noise_c: None,
            seed,
        };
        let cast = treatment.cast(&self.bench, random()?)?;
        let recording = self.bench.new_recording();
        let live = LiveRun {
            asked: &self.asked,
            generator: cast.generator.with_tap(tap),
            operator: cast.operator,
            pedal: cast.pedal,
            seed,
            recording: &recording.0,
            predicts: true,
        };
        let stopped = || self.interrupted();
        let (finished, generator, served) = ending(limit, stopped, |end| live.run(end))?;
        if self.interrupted() {
            let message = "interrupted; RF is off".to_owned();
            return Err(Stop { exit: Exit::Interrupted, message });
        }
        Ok(Treated { finished, generator, served, recording })
    }
}

/// Runs `body` with a flag that is set at the limit, or once `stopped` says so.
fn ending<T>(
    limit: Option<Duration>,
    stopped: impl Fn() -> bool + Sync,
    body: impl FnOnce(&AtomicBool) -> T,
) -> T {
    let (end, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let until = limit.map(|limit| Instant::now() + limit);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if until.is_some_and(|until| Instant::now() >= until) || stopped() {
                    end.store(true, Ordering::Relaxed);
                }
                std::thread::sleep(LOOK_EVERY);
            }
        });
        // Also where `body` panics: the scope waits for the thread.
        let _done = SetOnDrop(&done);
        body(&end)
    })
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until_set(end: &AtomicBool) -> &'static str {
        while !end.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        "ended"
    }

    #[test]
    fn a_limit_or_a_signal_sets_the_flag_and_nothing_else_does() {
        assert_eq!(ending(Some(Duration::ZERO), || false, until_set), "ended");
        assert_eq!(ending(None, || true, until_set), "ended");
        // Asked twice, and it stands still.
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let stopped = || asked.fetch_add(1, Ordering::Relaxed) > usize::MAX / 2;
        let set = ending(None, stopped, |end| {
            while asked.load(Ordering::Relaxed) < 2 {
                std::thread::yield_now();
            }
            end.load(Ordering::Relaxed)
        });
        assert!(!set);
    }

    /// What panics ends, and does not wait for a limit that it has not.
    #[test]
    fn a_body_that_panics_leaves_no_thread_behind() {
        let panics = || ending(None, || false, |_| -> () { panic!("on purpose") });
        assert!(std::panic::catch_unwind(panics).is_err());
    }
}
