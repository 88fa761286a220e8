//! The model on a second core in virtual time, to the same bytes every time.
//!
//! Its views go on record a fixed number of reports after those they come from, whichever thread
//! is faster: the session waits where the model is that far behind.

use super::{Follower, LESION_THREAD, Seen};
use crossbeam_channel::{Receiver, Sender, bounded};
use rfa_session::LesionView;
use rfa_units::{ChannelId, HostInstant};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reports are handed over so many at a time, so that a thread is seldom woken.
const BATCH: usize = 50;

/// Batches on the way: 5 s of reports, as long as the models of the ranges wait for theirs.
const ON_THE_WAY: usize = 10;

/// The session's end of it.
pub(crate) struct Beside {
    channel: ChannelId,
    batch: Vec<Seen>,
    to_model: Option<Sender<Vec<Seen>>>,
    views: Receiver<Vec<LesionView>>,
    on_the_way: usize,
    /// What is told when the thread is gone; then nothing more.
    gone: Option<LesionView>,
}

impl Beside {
    pub(super) fn new(
        follower: Follower,
        body: impl FnOnce(Follower, &Receiver<Vec<Seen>>, &Sender<Vec<LesionView>>) + Send + 'static,
    ) -> Self {
        let (channel, gone) = (follower.channel, follower.gone());
        let (to_model, batches) = bounded(ON_THE_WAY + 1);
        // The model's last word takes one place more.
        let (views_in, views) = bounded(ON_THE_WAY + 2);
        // A panic closes both channels, and so does a thread that cannot be had.
        let run = move || body(follower, &batches, &views_in);
        let _ = std::thread::Builder::new()
            .name(LESION_THREAD.to_owned())
            .spawn(|| catch_unwind(AssertUnwindSafe(run)).is_ok());
        let (batch, to_model) = (Vec::with_capacity(BATCH), Some(to_model));
        Self { channel, batch, to_model, views, on_the_way: 0, gone: Some(gone) }
    }

    pub(super) const fn channel(&self) -> ChannelId {
        self.channel
    }

    pub(super) fn take(&mut self, seen: Seen, tell: &mut impl FnMut(LesionView)) {
        self.batch.push(seen);
        if self.batch.len() >= BATCH {
            self.hand_over();
            if self.on_the_way > ON_THE_WAY {
                self.tell_next(seen.now, tell);
            }
        }
    }

    fn hand_over(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        if let Some(to_model) = &self.to_model {
            // A thread that is gone is told when its views are missed.
            let _ = to_model.send(batch);
            self.on_the_way += 1;
        }
    }

    /// Tells the views of one batch; false when there are no more.
    fn tell_next(&mut self, now: HostInstant, tell: &mut impl FnMut(LesionView)) -> bool {
        self.on_the_way = self.on_the_way.saturating_sub(1);
        let Ok(views) = self.views.recv() else {
            self.to_model = None;
            self.gone.take().into_iter().for_each(|gone| tell(LesionView { at: now, ..gone }));
            return false;
        };
        views.into_iter().for_each(tell);
        true
    }

    pub(super) fn finish(mut self, now: HostInstant, tell: &mut impl FnMut(LesionView)) {
        self.hand_over();
        // One answer for each batch, and the last word.
        let answers = self.on_the_way + 1;
        self.to_model = None;
        for _ in 0..answers {
            if !self.tell_next(now, tell) {
                return;
            }
        }
    }
}

/// The model's thread.
pub(super) fn run(
    mut follower: Follower,
    batches: &Receiver<Vec<Seen>>,
    views: &Sender<Vec<LesionView>>,
) {
    let mut now = HostInstant::ZERO;
    for batch in batches {
        let told = batch.iter().filter_map(|seen| {
            now = seen.now;
            follower.take(seen)
        });
        if views.send(told.collect()).is_err() {
            return;
        }
    }
    let _ = views.send(follower.finish(now).into_iter().collect());
}
