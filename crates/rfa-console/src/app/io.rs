//! What goes into the console and what comes out of it.

use crate::theme::{Symbols, Theme};
use core::fmt;
use ratatui::crossterm::event::{KeyEvent, MouseEvent};
use rfa_plan::Plan;
use rfa_session::{Intent, OperatorName, Snapshot};
use rfa_units::{HostInstant, Span};

/// Where wall-clock times on screen come from: two readings of the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallClock {
    /// The moment on the monotonic clock.
    pub at: HostInstant,
    /// The same moment as local time of day, in seconds.
    pub second_of_day: u32,
}

/// What the console is told once.
#[derive(Debug, Clone)]
pub struct AppConfig {
    /// The plan in force.
    pub plan: Plan,
    /// Colours; use [`Theme::Mono`] where `NO_COLOR` is set.
    pub theme: Theme,
    /// Characters of pictures.
    pub symbols: Symbols,
    /// Names offered at sign-in; empty: the name is typed.
    pub operators: Vec<String>,
    /// A line shown at sign-in, for a demonstration's own operator and PIN.
    pub sign_in_hint: Option<String>,
    /// Wall clock for the log; `None`: session time is shown.
    pub wall_clock: Option<WallClock>,
    /// Whether the mouse is captured, so that a click on the STOP bar stops.
    pub mouse: bool,
    /// Draws the codes of the ARM dialog; any number, best a new one each session.
    pub code_seed: u64,
}

/// The alarm sound, as far as the console shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// What plays it, or why nothing does.
    pub player: Result<String, String>,
    /// How long alarms are still paused.
    pub pause_left: Option<Span>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// A bracketed paste; refused.
    Paste(String),
    /// The mouse, where it is captured.
    Mouse(MouseEvent),
    /// The terminal's size in columns and rows; also to be sent once at the start.
    Resize(u16, u16),
    /// The newest snapshot.
    Snapshot(Box<Snapshot>),
    /// The answer to [`Effect::SignIn`]: who is signed in now, or `None` if refused.
    SignInResult(Option<OperatorName>),
    /// How the alarm sound goes.
    Sound(Sound),
    /// The answer to [`Effect::PauseSound`], in words.
    SoundPaused(&'static str),
    /// Time has passed; send at least ten times a second.
    Tick,
    /// The terminal is gone, or the console is to end.
    TerminalLost,
}

/// What is to be done about it.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// To the interlock's thread.
    Intent(Intent),
    /// Check a PIN; answer with [`Input::SignInResult`].
    SignIn {
        /// The operator's name.
        operator: String,
        /// What was typed.
        pin: String,
    },
    /// Pause the alarm sound, or end the pause; answer with [`Input::SoundPaused`].
    PauseSound,
    /// End the console; RF is off or was stopped before this.
    Quit,
}

impl fmt::Debug for Effect {
    /// Never shows a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intent(intent) => f.debug_tuple("Intent").field(intent).finish(),
            Self::SignIn { operator, .. } => {
                f.debug_struct("SignIn").field("operator", operator).finish_non_exhaustive()
            }
            Self::PauseSound => f.write_str("PauseSound"),
            Self::Quit => f.write_str("Quit"),
        }
    }
}

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// 1: the checklist.
    Setup,
    /// 2: the treatment.
    Live,
    /// 5: alarms and log.
    Alarms,
    /// 6: the end card.
    Review,
    /// 7: timing, queues, loop terms.
    Engineer,
}

impl Screen {
    /// In the order of work.
    pub const ALL: [Self; 5] =
        [Self::Setup, Self::Live, Self::Alarms, Self::Review, Self::Engineer];

    /// Its number key.
    #[must_use]
    pub const fn digit(self) -> char {
        match self {
            Self::Setup => '1',
            Self::Live => '2',
            Self::Alarms => '5',
            Self::Review => '6',
            Self::Engineer => '7',
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Setup => "Setup",
            Self::Live => "Live",
            Self::Alarms => "Alarms and log",
            Self::Review => "Review",
            Self::Engineer => "Engineer",
        }
    }

    pub(super) fn shifted(self, by: usize) -> Self {
        let place = Self::ALL.iter().position(|s| *s == self).unwrap_or(0);
        Self::ALL[(place + by) % Self::ALL.len()]
    }
}
