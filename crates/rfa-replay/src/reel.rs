//! A recording that is shown from any tick: what is shown is a fold over the ticks, and is kept
//! every so many of them, so that going back does not begin at the start.

use crate::{PlayError, Tape, Told};
use rfa_session::playback::Timeline;
use std::collections::BTreeMap;

/// Memory for what is kept, in bytes: 64 MiB. Where it is not enough, every second is given up.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// Ticks from one that is kept to the next, at first: two seconds, a few milliseconds of reading.
const EVERY: usize = 200;

/// Who shows what a recording tells.
pub trait Scene {
    /// What it stands at.
    type Kept;

    /// Takes in what is told.
    fn take(&mut self, told: &Told);

    /// What it stands at now.
    fn keep(&self) -> Self::Kept;

    /// Memory that this takes, in bytes.
    fn bytes(kept: &Self::Kept) -> usize;

    /// Stands at what it was; `None`: as before the first tick.
    fn back_to(&mut self, kept: Option<&Self::Kept>);
}

/// A recording with a scene that shows one of its ticks.
pub struct Reel<S: Scene> {
    tape: Tape,
    scene: S,
    /// The tick the scene stands at; absent before the first.
    place: Option<usize>,
    /// There may be more to come.
    growing: bool,
    /// What stands behind the last tick has been told.
    at_end: bool,
    kept: Kept<S::Kept>,
}

impl<S: Scene> Reel<S> {
    /// A recording with a scene that has been told nothing yet.
    #[must_use]
    pub const fn new(tape: Tape, scene: S) -> Self {
        let kept = Kept::new(KEPT_BYTES_MAX);
        Self { tape, scene, place: None, growing: false, at_end: false, kept }
    }

    /// The recording.
    #[must_use]
    pub const fn tape(&self) -> &Tape {
        &self.tape
    }

    /// Reads what has been written to the file since: [`Tape::grow`]. What is shown stays.
    ///
    /// # Errors
    /// [`PlayError`] where the file cannot be read, or has too many ticks now.
    pub fn grow(&mut self) -> Result<bool, PlayError> {
        self.tape.grow()
    }

    /// Whether there may be more to come: what stands behind the last tick is not told before it is
    /// known that no tick follows.
    pub const fn set_growing(&mut self, growing: bool) {
        self.growing = growing;
    }

    /// When its ticks were.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        self.tape.timeline()
    }

    /// What it shows.
    #[must_use]
    pub const fn scene(&self) -> &S {
        &self.scene
    }

    /// The same, to be asked for more than ticks.
    pub const fn scene_mut(&mut self) -> &mut S {
        &mut self.scene
    }

    /// The tick that is shown; absent before the first.
    #[must_use]
    pub const fn place(&self) -> Option<usize> {
        self.place
    }

    /// Goes to a tick, by `ticks_max` at most. True: it is shown.
    ///
    /// # Errors
    /// [`PlayError`] where the file cannot be read, or has changed.
    pub fn towards(&mut self, place: usize, ticks_max: usize) -> Result<bool, PlayError> {
        let place = place.min(self.timeline().last());
        self.jump(place);
        if self.place == Some(place) {
            self.finish_at_end()?;
            return Ok(true);
        }
        self.tape.behind(self.place)?;
        let mut left = ticks_max;
        while left > 0 {
            let Some((told, tick)) = self.tape.next()? else { return Err(PlayError::Changed) };
            self.scene.take(&told);
            if tick {
                left -= 1;
                let now = self.place.map_or(0, |place| place.saturating_add(1));
                self.place = Some(now);
                let scene = &self.scene;
                self.kept.offer(now, || {
                    let kept = scene.keep();
                    let bytes = S::bytes(&kept);
                    (kept, bytes)
                });
                if now == place {
                    self.finish_at_end()?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// To the nearest tick at or before `place` that is kept, where that saves reading.
    fn jump(&mut self, place: usize) {
        let found = self.kept.before(place);
        let ahead = self.place.is_none_or(|now| found.is_some_and(|(kept, _)| kept > now));
        let behind = self.place.is_some_and(|now| now > place);
        if behind || (ahead && found.is_some()) {
            self.back_to(place);
        }
    }

    /// Stands at the nearest tick at or before `place` that is kept.
    fn back_to(&mut self, place: usize) {
        let found = self.kept.before(place);
        self.scene.back_to(found.map(|(_, kept)| kept));
        self.place = found.map(|(place, _)| place);
        self.at_end = false;
    }

    /// On the last tick, once no more can come, tells what stands behind it.
    fn finish_at_end(&mut self) -> Result<(), PlayError> {
        let last = self.place == Some(self.timeline().last());
        if self.at_end || self.growing || !last {
            return Ok(());
        }
        self.tape.behind(self.place)?;
        while let Some((told, _)) = self.tape.next()? {
            self.scene.take(&told);
        }
        self.at_end = true;
        Ok(())
    }
}

/// What is kept, by its tick, within a bound of memory.
struct Kept<T> {
    all: BTreeMap<usize, (T, usize)>,
    bytes: usize,
    bytes_max: usize,
    every: usize,
}

impl<T> Kept<T> {
    const fn new(bytes_max: usize) -> Self {
        Self { all: BTreeMap::new(), bytes: 0, bytes_max, every: EVERY }
    }

    /// Keeps what stands at a tick, if it is one that is kept and is not kept yet.
    fn offer(&mut self, place: usize, keep: impl FnOnce() -> (T, usize)) {
        if !place.is_multiple_of(self.every) || self.all.contains_key(&place) {
            return;
        }
        let (kept, bytes) = keep();
        self.bytes = self.bytes.saturating_add(bytes);
        self.all.insert(place, (kept, bytes));
        while self.bytes > self.bytes_max && self.all.len() > 1 {
            self.every = self.every.saturating_mul(2);
            let every = self.every;
            self.all.retain(|place, _| place.is_multiple_of(every));
            self.bytes = self.all.values().map(|(_, bytes)| bytes).sum();
        }
    }

    /// The last at or before a tick.
    fn before(&self, place: usize) -> Option<(usize, &T)> {
        self.all.range(..=place).next_back().map(|(place, (kept, _))| (*place, kept))
    }
}

#[cfg(test)]
mod tests;
