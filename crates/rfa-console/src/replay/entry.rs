//! What is typed over a recording, and what comes of it.

use super::{Replay, ReplayEffect, Stand};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::text::Span;
use rfa_session::playback::{Command, Mark, time_us};
use rfa_units::HostInstant;

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
    /// Recordings in the same folder, and which of them it is.
    choices: Vec<String>,
    choice: Option<usize>,
}

impl Entry {
    const fn new(ask: Ask, text: String, choices: Vec<String>) -> Self {
        Self { ask, text, choices, choice: None }
    }

    /// The end of what is typed, in so many columns.
    pub(crate) fn end(&self, columns: usize) -> &str {
        let mut end = "";
        for (at, _) in self.text.char_indices().rev() {
            let longer = self.text.get(at..).unwrap_or_default();
            if Span::raw(longer).width() > columns {
                break;
            }
            end = longer;
        }
        end
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
    fn choose(&mut self, back: bool) {
        let Some(last) = self.choices.len().checked_sub(1) else { return };
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
        if let Some(chosen) = self.choices.get(next) {
            (self.choice, self.text) = (Some(next), chosen.clone());
        }
    }
}

impl Replay {
    pub(super) fn ask(&mut self, ask: Ask) {
        // What was set last is there to be changed.
        let text = if ask == Ask::WhatIf { self.stand.settings.clone() } else { String::new() };
        self.stand.entry = Some(Entry::new(ask, text, Vec::new()));
    }

    /// Asks for a second recording; `choices` are offered.
    pub fn ask_beside(&mut self, choices: Vec<String>) {
        self.stand.entry = Some(Entry::new(Ask::Beside, String::new(), choices));
    }

    /// Text that the terminal pastes: it is typed, where something is being typed.
    pub fn paste(&mut self, text: &str, wall: HostInstant) {
        match &mut self.stand.entry {
            Some(entry) => text.chars().for_each(|character| entry.push(character)),
            None => self.say("nothing is being typed that could be pasted into", wall),
        }
    }

    pub(super) fn in_entry(&mut self, key: &KeyEvent) -> Option<ReplayEffect> {
        let typed = self.stand.entry.as_mut()?;
        let held = key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match key.code {
            KeyCode::Char(character) if !held => typed.push(character),
            KeyCode::Backspace => {
                typed.text.pop();
            }
            KeyCode::Down => typed.choose(false),
            KeyCode::Up => typed.choose(true),
            KeyCode::Esc => self.stand.entry = None,
            KeyCode::Enter => {
                let Entry { ask, text, .. } = self.stand.entry.take()?;
                return self.entered(ask, text);
            }
            _ => self.say("Enter takes it, Esc leaves", self.stand.wall),
        }
        None
    }

    fn entered(&mut self, ask: Ask, text: String) -> Option<ReplayEffect> {
        let words = text.trim();
        match ask {
            Ask::GoTo if words.is_empty() => {}
            Ask::GoTo => return self.go_to(words),
            Ask::Log => {
                self.app.filter = (!words.is_empty()).then(|| words.to_owned());
                (self.app.screen, self.app.scroll) = (crate::Screen::Alarms, 0);
            }
            Ask::Beside => {
                return Some(ReplayEffect::Beside(Some(text).filter(|text| !text.is_empty())));
            }
            // The same settings have the same answer.
            Ask::WhatIf if words == self.stand.settings && self.stand.answer.is_some() => {
                self.show_answer();
            }
            Ask::WhatIf if words.is_empty() => {}
            Ask::WhatIf => {
                self.stand.settings = words.to_owned();
                self.stand.answer = None;
                return Some(ReplayEffect::WhatIf(words.to_owned()));
            }
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
