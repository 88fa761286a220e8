//! What takes longer than a frame, on a thread of its own: a second recording, a what-if.

use super::state;
use crate::replay::text;
use crossbeam_channel::{Receiver, TryRecvError, bounded};
use rfa_console::ReplayBeside;
use rfa_replay::whatif::{Asked, Noise, Run, Session, Setup};
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
            aligned: "RF on",
            samples: Arc::new(samples.collect()),
            ahead_us,
            length_us: other.length_us,
        })
    }

    /// The same session with other numbers: its table, and its curve.
    pub(super) fn what_if(&self, settings: &str) -> Result<Answer, String> {
        let path = self.path.as_path();
        let recorded = Setup::of(path).map_err(|e| e.to_string())?;
        let set = settings.split_whitespace().map(|text| recorded.parse(text));
        let set = set.collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
        recorded.with(&set).map_err(|e| e.to_string())?;
        // The lesion takes longer than all else; the command tells it.
        let session = Session::open(path, false).map_err(|e| e.to_string())?;
        if let Some(why) = session.quality().poor() {
            return Err(why);
        }
        let asked = Asked { settings: &set, noise: Noise::Recorded, to: None };
        let (report, run) = session.report(&asked).map_err(|e| e.to_string())?;
        let mut lines: Vec<String> = text::report(&report).lines().map(str::to_owned).collect();
        let set: String = settings.split_whitespace().map(|set| format!(" --set {set}")).collect();
        let file = path.display();
        lines.push(format!("with the lesion, or to a file: rfa replay {file}{set}"));
        let beside = self.beside_run(settings, &run);
        Ok(Answer::WhatIf { lines, beside })
    }

    fn beside_run(&self, settings: &str, run: &Run) -> ReplayBeside {
        let mut samples: Vec<(HostInstant, MilliCelsius)> = Vec::new();
        for point in &run.points {
            let last = samples.last().map(|(last, _)| last.as_micros());
            let due = last.is_none_or(|last| point.at_us >= last.saturating_add(EVERY_US));
            let tip = point.tip_c.filter(|_| due).and_then(|tip| MilliCelsius::from_f64(tip).ok());
            samples.extend(tip.map(|tip| (HostInstant::from_micros(point.at_us), tip)));
        }
        let last_us = run.points.last().map_or(0, |last| last.at_us);
        ReplayBeside {
            name: format!("what-if {settings}"),
            trouble: None,
            aligned: "the first tick",
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

/// Work under way.
pub(super) struct Work {
    pub(super) title: &'static str,
    answer: Receiver<Result<Answer, String>>,
}

impl Work {
    pub(super) fn start(
        title: &'static str,
        work: impl FnOnce() -> Result<Answer, String> + Send + 'static,
    ) -> Result<Self, String> {
        let (to, answer) = bounded(1);
        let thread = std::thread::Builder::new().name("rfa-replay".to_owned());
        // Whoever leaves the console does not wait for it: it only reads.
        let run = move || drop(to.send(work()));
        thread.spawn(run).map_err(|e| format!("no thread for it: {e}"))?;
        Ok(Self { title, answer })
    }

    /// `None`: it is not done.
    pub(super) fn answer(&self) -> Option<Result<Answer, String>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Err("it broke off".to_owned())),
        }
    }
}
