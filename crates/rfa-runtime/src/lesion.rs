//! The lesion model beside the session: fed from the recorder's side, never from a real-time
//! thread, and nothing depends on it.
//!
//! It has a thread of its own, so that a slow solve delays no recording; on virtual time
//! ([`beside`]) in step with the session, so that the same session gives the same bytes.

mod beside;

use crate::shared::Shared;
use beside::Beside;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use rfa_plan::Plan;
use rfa_session::{
    LesionBoundary, LesionMeasure, LesionPrediction, LesionView, NoLesion, OUTLINE_POINTS_MAX,
    OutlinePoint, PowerCheck, PowerVerdict, Reason, TickRecord,
};
use rfa_tissue::{Boundary, Measure, NoPrediction, Power, Sample, Tracker, Verdict};
use rfa_units::{Bounded, ChannelId, HostInstant, MilliCelsius, MilliWatts, OutputState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// The model's thread; a panic there ends the prediction and nothing else.
pub const LESION_THREAD: &str = "rfa-lesion";

/// The boundary the model has to be made for: every target so far is a nerve.
pub const LESION_BOUNDARY: Boundary = Boundary::Arrhenius(0);

/// Reports that wait for the model at most: 10 s of them; a solve takes milliseconds.
const REPORTS_MAX: usize = 1_024;

/// Views that wait for the recorder at most: the recorder polls each 5 ms.
const VIEWS_MAX: usize = 16;

/// How long the end of a session waits for the model's last word.
const LAST_WORD: Duration = Duration::from_millis(500);

/// What the model gets of one tick's report.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    now: HostInstant,
    sample: Sample,
}

/// One model, following one session.
pub(crate) struct Follower {
    tracker: Option<Tracker>,
    channel: ChannelId,
    tip_length_um: u32,
    diameter_um: u32,
    /// What was told last.
    told: Result<u64, NoLesion>,
}

impl Follower {
    pub(crate) fn new(tracker: Option<Tracker>, plan: &Plan) -> Self {
        Self {
            told: Err(if tracker.is_some() { NoLesion::NotBegun } else { NoLesion::NoTissue }),
            tracker,
            channel: plan.program.channel,
            tip_length_um: plan.electrode.tip_length_um,
            diameter_um: plan.electrode.gauge.diameter_um(),
        }
    }

    /// What is known before the first report.
    pub(crate) fn before(&self) -> LesionView {
        self.view(HostInstant::ZERO, Err(self.told.err().unwrap_or(NoLesion::NotBegun)))
    }

    /// What is told when its thread is gone.
    fn gone(&self) -> LesionView {
        LesionView { lesion: Err(NoLesion::Stopped), ..self.before() }
    }

    fn view(&self, at: HostInstant, lesion: Result<LesionPrediction, NoLesion>) -> LesionView {
        let (tip_length_um, diameter_um) = (self.tip_length_um, self.diameter_um);
        let baseline = self.tracker.as_ref().and_then(Tracker::baseline_c);
        LesionView {
            at,
            boundary: LesionBoundary::NerveArrhenius,
            tip_length_um,
            diameter_um,
            baseline: baseline.and_then(|baseline| MilliCelsius::from_f64(baseline).ok()),
            lesion,
        }
    }

    /// Takes one report; a view where the model has something new to tell.
    fn take(&mut self, seen: &Seen) -> Option<LesionView> {
        self.tracker.as_mut()?.take(seen.sample);
        self.news(seen.now)
    }

    fn news(&mut self, now: HostInstant) -> Option<LesionView> {
        let prediction = self.tracker.as_ref()?.prediction();
        let state = prediction.as_ref().map(|found| found.t_s.to_bits()).map_err(no_lesion);
        if state == self.told {
            return None;
        }
        let lesion = prediction.as_ref().map(|found| prediction_of(found)).map_err(no_lesion);
        self.told = state;
        Some(self.view(now, lesion))
    }

    fn finish(&mut self, now: HostInstant) -> Option<LesionView> {
        self.tracker.as_mut()?.finish();
        self.news(now)
    }
}

fn no_lesion(why: &NoPrediction) -> NoLesion {
    match why {
        NoPrediction::NotBegun => NoLesion::NotBegun,
        other => NoLesion::Impossible(Reason::new(&other.to_string())),
    }
}

fn prediction_of(found: &rfa_tissue::Prediction) -> LesionPrediction {
    let mut outline = Bounded::new();
    // Evenly thinned to what there is room for; both ends stay.
    let (last, count) = (found.outline.len().saturating_sub(1), found.outline.len());
    let points = count.min(OUTLINE_POINTS_MAX);
    for index in 0..points {
        let place = (index * last).checked_div(points.saturating_sub(1)).unwrap_or(0);
        if let Some((height, radius)) = found.outline.get(place) {
            let (height_um, radius_um) = ((height * 1e6).round() as i32, um(*radius));
            // Cannot be full: no more than it holds.
            let _ = outline.push(OutlinePoint { height_um, radius_um });
        }
    }
    LesionPrediction {
        width: measure(&found.width),
        length: measure(&found.length),
        outline,
        power: found.power.as_ref().and_then(power),
    }
}

/// Metres as whole micrometres; a cast saturates.
fn um(metres: f64) -> u32 {
    (metres * 1e6).round() as u32
}

fn measure(found: &Measure) -> LesionMeasure {
    LesionMeasure { value_um: um(found.value), low_um: um(found.low), high_um: um(found.high) }
}

fn power(found: &Power) -> Option<PowerCheck> {
    let watts = |watts: f64| MilliWatts::from_f64(watts).ok();
    Some(PowerCheck {
        measured: watts(found.measured_w)?,
        modelled: watts(found.modelled_w)?,
        low: watts(found.low_w)?,
        high: watts(found.high_w)?,
        verdict: match found.verdict {
            Verdict::Unjudged => PowerVerdict::Unjudged,
            Verdict::Agrees => PowerVerdict::Agrees,
            Verdict::Above => PowerVerdict::Above,
            Verdict::Below => PowerVerdict::Below,
        },
    })
}

/// The recorder's end of the model, wherever it runs.
pub(crate) enum LesionEnd {
    /// In line.
    Here(Box<Follower>),
    /// On its own thread.
    There(Box<Away>),
    /// On a thread that keeps step with virtual time.
    Beside(Box<Beside>),
    /// Its thread is gone, and it was told.
    Gone,
}

/// A model on its own thread.
pub(crate) struct Away {
    reports: Sender<Seen>,
    views: Receiver<LesionView>,
    channel: ChannelId,
    /// What is told when the thread is gone.
    gone: LesionView,
}

impl LesionEnd {
    /// Moves the model to a thread of its own. Without one there is no prediction.
    pub(crate) fn on_a_thread(self) -> Self {
        self.on_a_thread_running(run)
    }

    /// The same in step with virtual time.
    pub(crate) fn beside(self) -> Self {
        self.beside_running(beside::run)
    }

    pub(crate) fn beside_running(
        self,
        body: impl FnOnce(Follower, &Receiver<Vec<Seen>>, &Sender<Vec<LesionView>>) + Send + 'static,
    ) -> Self {
        let Self::Here(follower) = self else { return self };
        if follower.tracker.is_none() {
            return Self::Here(follower);
        }
        Self::Beside(Box::new(Beside::new(*follower, body)))
    }

    pub(crate) fn on_a_thread_running(
        self,
        body: impl FnOnce(Follower, &Receiver<Seen>, &Sender<LesionView>) + Send + 'static,
    ) -> Self {
        let Self::Here(follower) = self else { return self };
        if follower.tracker.is_none() {
            return Self::Here(follower);
        }
        let channel = follower.channel;
        let gone = follower.gone();
        let (reports, reports_out) = bounded(REPORTS_MAX);
        let (views_in, views) = bounded(VIEWS_MAX);
        // A panic closes both channels, and so does a thread that cannot be had: the next tick
        // tells.
        let run = move || body(*follower, &reports_out, &views_in);
        let _ = std::thread::Builder::new()
            .name(LESION_THREAD.to_owned())
            .spawn(|| catch_unwind(AssertUnwindSafe(run)).is_ok());
        Self::There(Box::new(Away { reports, views, channel, gone }))
    }

    /// One tick for the model; gives each view it has finished to `tell`.
    pub(crate) fn tick(
        &mut self,
        record: &TickRecord,
        shared: &Shared,
        mut tell: impl FnMut(LesionView),
    ) {
        match self {
            Self::Here(follower) => {
                for seen in reports(record, follower.channel) {
                    follower.take(&seen).into_iter().for_each(&mut tell);
                }
            }
            Self::Beside(beside) => {
                for seen in reports(record, beside.channel()) {
                    beside.take(seen, &mut tell);
                }
            }
            Self::There(away) => {
                let mut gone = false;
                for seen in reports(record, away.channel) {
                    match away.reports.try_send(seen) {
                        Ok(()) => {}
                        Err(TrySendError::Full(_)) => Shared::count(&shared.lesion_full),
                        Err(TrySendError::Disconnected(_)) => gone = true,
                    }
                }
                away.views.try_iter().take(VIEWS_MAX).for_each(&mut tell);
                if gone {
                    tell(LesionView { at: record.interlock.inputs.now, ..away.gone });
                    *self = Self::Gone;
                }
            }
            Self::Gone => {}
        }
    }

    /// The model's last word, of the session that ended at `now`.
    pub(crate) fn finish(self, now: HostInstant, mut tell: impl FnMut(LesionView)) {
        match self {
            Self::Here(mut follower) => follower.finish(now).into_iter().for_each(&mut tell),
            Self::Beside(beside) => beside.finish(now, &mut tell),
            Self::There(away) => {
                let Away { reports, views, .. } = *away;
                drop(reports);
                let until = Instant::now() + LAST_WORD;
                loop {
                    match views.recv_deadline(until) {
                        Ok(view) => tell(view),
                        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
                    }
                }
            }
            Self::Gone => {}
        }
    }
}

/// The model's thread. It may wait: nobody waits for it but the end of the session, half a second.
fn run(mut follower: Follower, reports: &Receiver<Seen>, views: &Sender<LesionView>) {
    let mut now = HostInstant::ZERO;
    for seen in reports {
        now = seen.now;
        if let Some(view) = follower.take(&seen) {
            // A recorder that does not take it loses a picture.
            let _ = views.try_send(view);
        }
    }
    if let Some(view) = follower.finish(now) {
        let _ = views.try_send(view);
    }
}

/// What the generator reported in a tick, on its own clock.
fn reports(record: &TickRecord, channel: ChannelId) -> impl Iterator<Item = Seen> + '_ {
    let inputs = &record.interlock.inputs;
    inputs.telemetry.iter().filter_map(move |telemetry| {
        let report = telemetry.channel(channel)?;
        let sample = Sample {
            t_s: telemetry.at.as_micros() as f64 / 1e6,
            on: report.output != OutputState::Off,
            tip_c: report.tip.valid().map(MilliCelsius::as_f64),
            power_w: report.power.as_f64(),
        };
        Some(Seen { now: inputs.now, sample })
    })
}
