//! What is typed over a recording, and what comes of it.

use super::{Replay, ReplayEffect, Stand};
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use rfa_session::playback::{Command, Mark, time_us};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A time, or words of an event.
    GoTo,
    /// Words of the log's entries.
    Log,
    /// The file of a second recording.
    Beside,
    /// Settings of a what-if.
    WhatIf,
}

impl Ask {
    /// Characters at most.
    pub(crate) const fn characters_max(self) -> usize {
        match self {
            Self::GoTo | Self::Log => 24,
            Self::Beside | Self::WhatIf => 240,
        }
    }

    /// What to type, and what Enter does with it.
    pub(crate) const fn prompt(self) -> &'static str {
        match self {
            Self::GoTo => "go to time or event (Enter goes, Esc leaves): ",
            Self::Log => "log entries with (nothing: all): ",
            Self::Beside => "beside, a file (Up Down choose; nothing: none): ",
            Self::WhatIf => "what if, e.g. control.kp=0.5 (Enter runs it): ",
        }
    }

    /// The same where there is no room.
    pub(crate) const fn short_prompt(self) -> &'static str {
        match self {
            Self::GoTo => "go to: ",
            Self::Log => "log: ",
            Self::Beside => "beside: ",
            Self::WhatIf => "what if: ",
        }
    }
}

/// What is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) ask: Ask,
    pub(crate) text: String,
    /// Which of the recordings in the same folder it is.
    choice: Option<usize>,
}

impl Entry {
    const fn new(ask: Ask) -> Self {
        Self { ask, text: String::new(), choice: None }
    }

    fn push(&mut self, typed: char) {
        let takes = match self.ask {
            Ask::Beside => !typed.is_control(),
            Ask::GoTo | Ask::Log | Ask::WhatIf => typed.is_ascii_graphic() || typed == ' ',
        };
        if takes && self.text.chars().count() < self.ask.characters_max() {
            self.text.push(typed);
        }
    }

    /// The next of the recordings in the same folder, or the one before.
    fn choose(&mut self, choices: &[String], back: bool) {
        let Some(last) = choices.len().checked_sub(1).filter(|_| self.ask == Ask::Beside) else {
            return;
        };
        let next = match (self.choice, back) {
            (None, false) => 0,
            (None | Some(0), true) => last,
            (Some(now), true) => now - 1,
            (Some(now), false) => {
                if now >= last {
                    0
                } else {
                    now + 1
                }
            }
        };
        if let Some(chosen) = choices.get(next) {
            (self.choice, self.text) = (Some(next), chosen.clone());
        }
    }
}

impl Replay {
    pub(super) fn ask(&mut self, ask: Ask) {
        self.stand.entry = Some(Entry::new(ask));
    }

    pub(super) fn in_entry(&mut self, key: &KeyEvent) -> Option<ReplayEffect> {
        let Stand { entry, neighbours, .. } = &mut self.stand;
        let typed = entry.as_mut()?;
        match key.code {
            KeyCode::Char(character) => typed.push(character),
            KeyCode::Backspace => {
                typed.text.pop();
            }
            KeyCode::Down => typed.choose(neighbours, false),
            KeyCode::Up => typed.choose(neighbours, true),
            KeyCode::Esc => *entry = None,
            KeyCode::Enter => {
                let Entry { ask, text, .. } = entry.take()?;
                return self.entered(ask, text.trim());
            }
            _ => self.say("Enter takes it, Esc leaves", self.stand.wall),
        }
        None
    }

    fn entered(&mut self, ask: Ask, text: &str) -> Option<ReplayEffect> {
        let something = (!text.is_empty()).then(|| text.to_owned());
        match ask {
            Ask::GoTo => return self.go_to(&something?),
            Ask::Log => {
                self.app.filter = something;
                (self.app.screen, self.app.scroll) = (crate::Screen::Alarms, 0);
            }
            Ask::Beside if something.is_none() => self.stand.beside = None,
            Ask::Beside => return something.map(ReplayEffect::Beside),
            Ask::WhatIf => return something.map(ReplayEffect::WhatIf),
        }
        None
    }

    /// To a time, or to the next event with these words: from the start again behind the last.
    fn go_to(&mut self, text: &str) -> Option<ReplayEffect> {
        if let Some(us) = time_us(text) {
            return Some(ReplayEffect::Play(Command::Seek(us)));
        }
        let Stand { player, timeline, .. } = &self.stand;
        let text = text.to_ascii_lowercase();
        let said = |mark: &&Mark| mark.text.to_ascii_lowercase().contains(&text);
        let marks = timeline.marks();
        let behind = marks.partition_point(|mark| mark.place <= player.place());
        let later = marks.get(behind..).unwrap_or_default().iter().find(said);
        match later.or_else(|| marks.iter().find(said)) {
            Some(mark) => {
                let place = mark.place.min(timeline.last());
                Some(ReplayEffect::Play(Command::Tick(place)))
            }
            None => {
                let words = "no time (83.5 or 1:23.5), and no event has these words";
                self.say(words, self.stand.wall);
                None
            }
        }
    }
}
