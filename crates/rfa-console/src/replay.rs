//! The console over a recording: the same screens, and no key that acts on a generator.

mod act;
mod entry;
mod io;
mod scene;

pub(crate) use entry::Entry;
pub use io::{Alignment, ReplayBeside, ReplayConfig, ReplayEffect};
pub use scene::ReplayKept;

use crate::Screen;
use crate::app::{App, Dialog, Panel};
use ratatui::Frame;
use ratatui::layout::Size;
use rfa_session::LatencyView;
use rfa_session::playback::{Player, Timeline};
use rfa_units::{HostInstant, Span};
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
    pub(crate) entry: Option<Entry>,
    pub(crate) beside: Option<ReplayBeside>,
    /// What is being read or computed, or waits to be read, in a word or two.
    pub(crate) work: Option<&'static str>,
    /// The settings that were typed last, and the page that answered them.
    settings: String,
    answer: Option<Panel>,
    /// The moment on the clock of whoever looks, as of the last input.
    pub(crate) wall: HostInstant,
    /// When the recording was last seen to have grown, on that clock.
    grown: HostInstant,
}

/// What a program writes is seen this late at most: it writes each half a second, and whoever
/// follows its file looks five times a second.
const WRITTEN_LATE: Span = Span::from_secs(1);

/// That a what-if waits to be read.
const READY: &str = "WHAT-IF READY: w Enter";

impl Stand {
    /// For how many seconds nothing new has come of a recording that is followed, where its last
    /// tick is shown; `None`: for no longer than is usual.
    pub(crate) fn silent_s(&self) -> Option<u64> {
        let newest = self.player.growing() && self.player.place() == self.timeline.last();
        let still = self.wall.since(self.grown);
        (newest && still > WRITTEN_LATE).then_some(still.as_millis() / 1_000)
    }
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
        let stand = Stand {
            file,
            trouble,
            timeline,
            player,
            seeking: None,
            entry: None,
            beside,
            work: None,
            settings: String::new(),
            answer: None,
            wall,
            grown: wall,
        };
        Self { app, stand, first_at }
    }

    /// The terminal's size in columns and rows; to be told once at the start, too.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.app.size = Size::new(columns, rows);
        if !self.app.is_drawable() {
            (self.app.dialog, self.stand.entry) = (None, None);
        }
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

    /// The recording has grown, or is found to be finished, at the moment `wall` of whoever looks;
    /// `trouble` as at the start.
    pub fn grown(&mut self, timeline: Arc<Timeline>, trouble: Option<String>, wall: HostInstant) {
        (self.stand.timeline, self.stand.trouble) = (timeline, trouble);
        (self.stand.grown, self.stand.wall) = (wall, wall);
    }

    /// A second recording, or a what-if, in the same trend, in the place of one before.
    pub fn stand_beside(&mut self, beside: Option<ReplayBeside>) {
        self.stand.beside = beside;
    }

    /// What is being read or computed, in a word or two; `None`: nothing any more.
    pub const fn set_work(&mut self, work: Option<&'static str>) {
        self.stand.work = work;
    }

    /// The page that answers a what-if. It is kept, and shown at once where nothing is in its way.
    pub fn answer(&mut self, lines: Vec<String>, wall: HostInstant) {
        self.stand.answer = Some(Panel::new("WHAT-IF", lines));
        let free = self.app.is_drawable() && self.app.dialog.is_none();
        if free && self.stand.entry.is_none() {
            self.show_answer();
        } else {
            self.stand.work = Some(READY);
            self.say("the what-if is done: w Enter shows it", wall);
        }
    }

    /// Shows the answer that is kept.
    fn show_answer(&mut self) {
        self.app.dialog = self.stand.answer.clone().map(Dialog::Panel);
        if self.stand.work == Some(READY) {
            self.stand.work = None;
        }
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
        let moment = self.moment();
        // What comes later than what is shown is not known here.
        if self.stand.seeking.is_none() && self.app.frozen.is_some_and(|at| at > moment) {
            self.app.frozen = None;
            self.app.say("the trend is no longer frozen: its picture was of later", wall);
        }
        self.app.replay = Some(Box::new(self.stand.clone()));
        self.app.draw(frame, moment);
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
