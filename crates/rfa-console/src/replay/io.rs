//! What goes into the console over a recording, and what comes out of it.

use crate::AppConfig;
use rfa_session::playback::{Command, Timeline};
use rfa_units::{HostInstant, MilliCelsius, Span};
use std::sync::Arc;

/// A sample of a second recording, of which there are five a second, is old after this.
const BESIDE_AGE_MAX: Span = Span::from_secs(1);

/// What the console over a recording is told once.
#[derive(Debug, Clone)]
pub struct ReplayConfig {
    /// The recording's plan, and how the console looks; nobody signs in.
    pub app: AppConfig,
    /// The recording's file.
    pub file: String,
    /// What is wrong with it, in a word or two; `None`: it is whole.
    pub trouble: Option<String>,
    /// When its ticks were, and what happened.
    pub timeline: Arc<Timeline>,
    /// When its first tick ran.
    pub first_at: HostInstant,
    /// A second recording, drawn in the same trend.
    pub beside: Option<ReplayBeside>,
}

/// What stands beside a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// Another recording, aligned on RF on.
    RfOn,
    /// A what-if of the same one, from its first tick.
    WhatIf,
}

impl Alignment {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::RfOn => "beside",
            Self::WhatIf => "what-if",
        }
    }

    pub(crate) const fn on(self) -> &'static str {
        match self {
            Self::RfOn => "RF on",
            Self::WhatIf => "the first tick",
        }
    }
}

/// A second recording, or a what-if, beside the one that is played.
#[derive(Debug, Clone)]
pub struct ReplayBeside {
    /// Its file, or what the what-if is.
    pub name: String,
    /// What is wrong with it, in a word or two.
    pub trouble: Option<String>,
    /// What it is, and so what the two are aligned on.
    pub kind: Alignment,
    /// Its tip temperature, at moments of the recording that is played, oldest first.
    pub samples: Arc<Vec<(HostInstant, MilliCelsius)>>,
    /// Its time since its own first tick, where the one that is played stands at its first, in
    /// microseconds.
    pub ahead_us: i64,
    /// From its first tick to its last, in microseconds.
    pub length_us: u64,
}

impl ReplayBeside {
    /// Its own time, in microseconds since its first tick, where the one that is played stands at
    /// `at_us`; else why it has none.
    pub(crate) fn at_us(&self, at_us: u64) -> Result<u64, &'static str> {
        let own = i64::try_from(at_us).ok().and_then(|at| at.checked_add(self.ahead_us));
        match own.map(u64::try_from) {
            Some(Ok(own)) if own <= self.length_us => Ok(own),
            Some(Err(_)) => Err("not begun"),
            Some(Ok(_)) | None => Err("over"),
        }
    }

    /// The newest temperature at a moment of the recording that is played; `None`: it is old.
    pub(crate) fn tip(&self, at: HostInstant) -> Option<MilliCelsius> {
        let behind = self.samples.partition_point(|(sample, _)| *sample <= at);
        let (sampled, tip) = self.samples.get(behind.checked_sub(1)?)?;
        (at.since(*sampled) <= BESIDE_AGE_MAX).then_some(*tip)
    }
}

/// What is to be done about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayEffect {
    /// The player's part.
    Play(Command),
    /// Look which recordings may stand beside: [`Replay::ask_beside`](super::Replay::ask_beside).
    Neighbours,
    /// Read this second recording: [`Replay::stand_beside`](super::Replay::stand_beside); `None`:
    /// none any more, nor one that is being read.
    Beside(Option<String>),
    /// Run a what-if with these settings, `KEY=VALUE` with spaces between:
    /// [`Replay::answer`](super::Replay::answer).
    WhatIf(String),
    /// End the console.
    Quit,
}
