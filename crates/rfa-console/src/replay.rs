//! The console over a recording: the same screens, and no key that acts on a generator.

mod act;
mod io;
mod scene;

pub(crate) use act::ENTRY_MAX;
pub use io::{ReplayBeside, ReplayConfig, ReplayEffect};
pub use scene::ReplayKept;

use crate::Screen;
use crate::app::App;
use ratatui::Frame;
use ratatui::layout::Size;
use rfa_session::LatencyView;
use rfa_session::playback::{Player, Timeline};
use rfa_units::HostInstant;
use std::sync::Arc;

/// Where the recording stands, for the drawing.
#[derive(Debug, Clone)]
pub(crate) struct Stand {
    pub(crate) file: String,
    pub(crate) trouble: Option<String>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) player: Player,
    /// What is shown has not come to the player's place yet: how far it is, in percent.
    pub(crate) seeking: Option<u8>,
    /// A time or words of an event that are being typed.
    pub(crate) entry: Option<String>,
    pub(crate) beside: Option<ReplayBeside>,
    /// The moment on the clock of whoever looks, as of the last input.
    pub(crate) wall: HostInstant,
}

/// The console over a recording. It holds no way to a generator: its keys give a command for the
/// player, or change what is looked at.
#[derive(Debug, Clone)]
pub struct Replay {
    app: App,
    stand: Stand,
    first_at: HostInstant,
}

impl Replay {
    /// A console that has seen nothing of the recording yet.
    #[must_use]
    pub fn new(config: ReplayConfig) -> Self {
        let ReplayConfig { app, file, trouble, timeline, first_at, beside } = config;
        let mut app = App::new(app);
        app.screen = Screen::Live;
        let player = Player::new(&timeline);
        let wall = HostInstant::from_micros(0);
        let (seeking, entry) = (None, None);
        let stand = Stand { file, trouble, timeline, player, seeking, entry, beside, wall };
        Self { app, stand, first_at }
    }

    /// The terminal's size in columns and rows; to be told once at the start, too.
    pub const fn resize(&mut self, columns: u16, rows: u16) {
        self.app.size = Size::new(columns, rows);
    }

    /// Words for whoever looks, at the moment `wall` of theirs.
    pub fn say(&mut self, words: impl Into<String>, wall: HostInstant) {
        self.stand.wall = wall;
        self.app.say(words, wall);
    }

    /// Where the player stands now, and how far what is shown is from there.
    pub const fn stands(&mut self, player: &Player, seeking: Option<u8>) {
        (self.stand.player, self.stand.seeking) = (*player, seeking);
    }

    /// The recording has grown, or is found to be finished; `trouble` as at the start.
    pub fn grown(&mut self, timeline: Arc<Timeline>, trouble: Option<String>) {
        (self.stand.timeline, self.stand.trouble) = (timeline, trouble);
    }

    /// What the times of the ticks so far come to.
    pub fn times(&mut self, latency: LatencyView) {
        self.app.view.set_latency(latency);
    }

    /// Whether the screen on show tells the distributions of the times.
    #[must_use]
    pub fn shows_times(&self) -> bool {
        self.app.screen == Screen::Engineer
    }

    /// The screen on show.
    #[must_use]
    pub const fn screen(&self) -> Screen {
        self.app.screen
    }

    /// Draws what is known at the recorded moment that the player shows; `wall`: the moment of
    /// whoever looks.
    pub fn draw(&mut self, frame: &mut Frame, wall: HostInstant) {
        self.stand.wall = wall;
        self.app.replay = Some(Box::new(self.stand.clone()));
        self.app.draw(frame, self.moment());
    }

    /// The recorded moment that is shown: the newest tick's own, and what has passed since.
    fn moment(&self) -> HostInstant {
        let Stand { player, timeline, seeking, .. } = &self.stand;
        let newest = self.app.view.newest_at().unwrap_or(self.first_at);
        if seeking.is_some() {
            return newest;
        }
        let since_us = player.at_us().saturating_sub(timeline.time_us(player.place()));
        HostInstant::from_micros(newest.as_micros().saturating_add(since_us))
    }
}
