//! What takes longer than a frame, on a thread of its own: a second recording, a what-if.

use super::state;
use crate::replay::{self, Answered, NOT_FINISHED, Question};
use crate::scenario::shell_word;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use rfa_console::{Alignment, ReplayBeside};
use rfa_replay::whatif::Noise;
use rfa_replay::{Beside, Tape};
use rfa_session::playback::{MarkKind, Timeline};
use rfa_units::{HostInstant, MilliCelsius};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Samples of a what-if's curve are so far apart, in microseconds: as those of the console's trend.
const EVERY_US: u64 = 200_000;

/// What a second curve is laid beside: the times of the recording that is played.
#[derive(Clone)]
pub(super) struct Played {
    path: PathBuf,
    timeline: Arc<Timeline>,
    first_at: HostInstant,
}

impl Played {
    pub(super) fn new(path: &Path, tape: &Tape) -> Self {
        let timeline = Arc::clone(tape.timeline());
        Self { path: path.to_owned(), timeline, first_at: tape.first_at() }
    }

    /// A second recording, aligned on the first time that RF was permitted.
    pub(super) fn beside(&self, path: &Path) -> Result<ReplayBeside, String> {
        let other = Beside::open(path).map_err(|e| e.to_string())?;
        let rf_on = self.timeline.first(MarkKind::RfOn).ok_or(
            "RF was never permitted in the recording that is played, and the two are aligned by \
             that",
        )?;
        let rf_on_us = signed(self.timeline.time_us(rf_on.place));
        let ahead_us = signed(other.rf_on_us).saturating_sub(rf_on_us);
        let first_us = signed(self.first_at.as_micros());
        let moment = |us: u64| {
            let at = first_us.saturating_add(signed(us)).saturating_sub(ahead_us);
            u64::try_from(at).ok().map(HostInstant::from_micros)
        };
        let samples = other.samples.iter().filter_map(|(us, tip)| Some((moment(*us)?, *tip)));
        Ok(ReplayBeside {
            name: path.display().to_string(),
            trouble: state(other.damaged, &other.end, false),
            kind: Alignment::RfOn,
            samples: Arc::new(samples.collect()),
            ahead_us,
            length_us: other.length_us,
        })
    }

    /// The same session with other numbers: its table, and its curve.
    pub(super) fn what_if(&self, settings: &str) -> Result<Answer, String> {
        let set: Vec<String> = settings.split_whitespace().map(str::to_owned).collect();
        // The lesion takes longer than all else; the command tells it.
        let question = Question { settings: &set, noise: Noise::Recorded, to: None, lesion: false };
        let answered = replay::ask(&self.path, &question).map_err(|stop| stop.message)?;
        let mut lines: Vec<String> =
            replay::text::report(&answered.report).lines().map(str::to_owned).collect();
        if answered.truncated {
            lines.insert(0, NOT_FINISHED.to_owned());
        }
        let set: String = set.iter().map(|set| format!(" --set {}", shell_word(set))).collect();
        let file = shell_word(&self.path.display().to_string());
        lines.push(format!("with the lesion, and as a recording: rfa replay {file}{set} -o OUT"));
        let beside = self.beside_run(settings, &answered);
        Ok(Answer::WhatIf { lines, beside })
    }

    fn beside_run(&self, settings: &str, answered: &Answered) -> ReplayBeside {
        let mut samples: Vec<(HostInstant, MilliCelsius)> = Vec::new();
        for point in &answered.run.points {
            let last = samples.last().map(|(last, _)| last.as_micros());
            let due = last.is_none_or(|last| point.at_us >= last.saturating_add(EVERY_US));
            let tip = point.tip_c.filter(|_| due).and_then(|tip| MilliCelsius::from_f64(tip).ok());
            samples.extend(tip.map(|tip| (HostInstant::from_micros(point.at_us), tip)));
        }
        let last_us = answered.run.points.last().map_or(0, |last| last.at_us);
        ReplayBeside {
            name: format!("what-if {settings}"),
            trouble: answered.truncated.then(|| "UNFINISHED".to_owned()),
            kind: Alignment::WhatIf,
            samples: Arc::new(samples),
            ahead_us: 0,
            length_us: last_us.saturating_sub(self.first_at.as_micros()),
        }
    }
}

fn signed(us: u64) -> i64 {
    i64::try_from(us).unwrap_or(i64::MAX)
}

/// What came of it.
pub(super) enum Answer {
    Beside(ReplayBeside),
    WhatIf { lines: Vec<String>, beside: ReplayBeside },
}

/// The thread's name: one that breaks off leaves the terminal alone.
pub(super) const THREAD: &str = "rfa-replay";

/// Threads at work at most, those among them that nobody waits for any more.
const AT_WORK_MAX: usize = 4;

/// Work under way. A thread that nobody waits for any more works on to its end: it only reads.
pub(super) struct Work {
    answer: Receiver<Result<Answer, String>>,
}

/// Whoever begins it.
#[derive(Default)]
pub(super) struct Workers(Arc<()>);

impl Workers {
    pub(super) fn start(
        &self,
        work: impl FnOnce() -> Result<Answer, String> + Send + 'static,
    ) -> Result<Work, String> {
        if Arc::strong_count(&self.0) > AT_WORK_MAX {
            return Err("too much is at work already".to_owned());
        }
        let (at_work, (to, answer)) = (Arc::clone(&self.0), bounded(1));
        let run = move || {
            let done = work();
            drop(at_work);
            drop(to.send(done));
        };
        let thread = std::thread::Builder::new().name(THREAD.to_owned());
        thread.spawn(run).map_err(|e| format!("no thread for it: {e}"))?;
        Ok(Work { answer })
    }
}

impl Work {
    /// `None`: it is not done.
    pub(super) fn answer(&self) -> Option<Result<Answer, String>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("it broke off".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(work: &Work) -> Result<Answer, String> {
        loop {
            match work.answer() {
                Some(answer) => return answer,
                None => std::thread::yield_now(),
            }
        }
    }

    #[test]
    fn work_that_breaks_off_says_so() {
        let work = Workers::default().start(|| panic!("on purpose")).expect("starts");
        assert_eq!(answer(&work).err().as_deref(), Some("it broke off"));
    }

    /// Work that nobody waits for counts until it is done.
    #[test]
    fn so_much_is_at_work_and_no_more() {
        let (workers, (go, wait)) = (Workers::default(), bounded::<()>(0));
        let start = || {
            let wait = wait.clone();
            workers.start(move || {
                let _ = wait.recv();
                Err("done".to_owned())
            })
        };
        let works: Vec<Work> = (0..AT_WORK_MAX).map(|_| start().expect("starts")).collect();
        assert!(works.iter().all(|work| work.answer().is_none()));
        assert!(start().is_err_and(|why| why.contains("too much")));
        drop(go);
        works.iter().for_each(|work| assert_eq!(answer(work).err().as_deref(), Some("done")));
        assert!(start().is_ok());
    }
}
