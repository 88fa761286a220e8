//! Keys of the console over a recording: what only looks keeps its meaning, the rest says so.

use super::entry::Ask;
use super::{Replay, ReplayEffect};
use crate::app::{Dialog, Panel};
use crate::keys::{self, Act, Key, Scope};
use crate::words;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind};
use rfa_session::playback::{Command, Direction};
use rfa_units::HostInstant;

impl Replay {
    /// A key, at the moment `wall` of whoever presses it.
    pub fn key(&mut self, key: &KeyEvent, wall: HostInstant) -> Option<ReplayEffect> {
        self.stand.wall = wall;
        if key.kind == KeyEventKind::Release {
            return None;
        }
        if Key::CtrlC.matches(key) {
            return Some(ReplayEffect::Quit);
        }
        if self.stand.entry.is_some() {
            return self.in_entry(key);
        }
        if self.app.dialog.is_some() {
            self.in_dialog(key);
            return None;
        }
        self.on_screen(key)
    }

    fn on_screen(&mut self, key: &KeyEvent) -> Option<ReplayEffect> {
        let wall = self.stand.wall;
        let scopes = [Scope::Screens, Scope::On(self.app.screen)];
        let act = keys::bound(key, &[Scope::Replay]).or_else(|| keys::bound(key, &scopes));
        let Some(act) = act else {
            self.say("this key does nothing here; ? shows the keys", wall);
            return None;
        };
        if let Some(command) = command(act) {
            return Some(ReplayEffect::Play(command));
        }
        match act {
            Act::Quit => return Some(ReplayEffect::Quit),
            Act::CutCommand => self.say_cut(),
            Act::NoteCommand => self.say_note(),
            // What is typed or read is not drawn on the smallest screens.
            Act::GoTo
            | Act::SearchLog
            | Act::SecondRecording
            | Act::WhatIf
            | Act::Help
            | Act::Explain
                if !self.app.is_drawable() =>
            {
                self.say("the window is too small for this", wall);
            }
            Act::GoTo => self.ask(Ask::GoTo),
            Act::SearchLog => self.ask(Ask::Log),
            Act::SecondRecording => return Some(ReplayEffect::Neighbours),
            Act::WhatIf => self.ask(Ask::WhatIf),
            Act::Freeze => {
                let moment = self.moment();
                self.app.frozen = if self.app.frozen.is_some() { None } else { Some(moment) };
            }
            act if act.only_looks() => {
                let mut none = Vec::new();
                self.app.on_screen(act, key, &mut none, wall);
            }
            _ => self.say("replay: this is a recording, and the key acts on nothing", wall),
        }
        None
    }

    /// The command that writes the range to a file; nothing is written here.
    fn say_cut(&mut self) {
        let (timeline, range) = (&self.stand.timeline, self.stand.player.range());
        let seconds = |us: u64| us as f64 / 1e6;
        let mut command = format!("rfa rec cut {}", words::typed(&self.stand.file));
        if range.first > 0 {
            command.push_str(&format!(" --from {}", seconds(timeline.time_us(range.first))));
        }
        if range.last < timeline.last() {
            // A cut ends before its end.
            let behind_us = timeline.time_us(range.last.saturating_add(1));
            command.push_str(&format!(" --to {}", seconds(behind_us)));
        }
        self.tell("COMMAND", vec![format!("{command} part.mcap")]);
    }

    /// The command that writes a note about the moment that is shown into a copy.
    fn say_note(&mut self) {
        let file = words::typed(&self.stand.file);
        let at_s = self.stand.player.at_us() as f64 / 1e6;
        let command = format!("rfa rec note {file} \"...\" noted.mcap --at {at_s}");
        self.tell("COMMAND", vec![command]);
    }

    /// Tells `lines`: one that fits into the message line there, else all as a page to be read.
    pub fn tell(&mut self, title: &str, lines: Vec<String>) {
        const AROUND: usize = 4;
        let room = usize::from(self.app.size.width).saturating_sub(AROUND);
        let short = lines.len() < 2 && lines.iter().all(|line| line.chars().count() <= room);
        if short || !self.app.is_drawable() {
            self.say(lines.into_iter().next().unwrap_or_default(), self.stand.wall);
        } else {
            self.app.dialog = Some(Dialog::Panel(Panel::new(title, lines)));
        }
    }

    fn in_dialog(&mut self, key: &KeyEvent) {
        let closes = matches!(key.code, KeyCode::Esc | KeyCode::Char(' ' | 'q'));
        match keys::bound(key, &[Scope::Reading]) {
            Some(act) => self.app.in_reading(act),
            None if closes => self.app.dialog = None::<Dialog>,
            None => self.say("Enter closes", self.stand.wall),
        }
    }
}

/// The player's part of a key.
const fn command(act: Act) -> Option<Command> {
    use Direction::{Back, Forward};
    Some(match act {
        Act::PlayPause => Command::Toggle,
        Act::Pause => Command::Pause,
        Act::NextTick => Command::Step(Forward),
        Act::PreviousTick => Command::Step(Back),
        Act::TenthOn => Command::Move { to: Forward, us: 100_000 },
        Act::TenthBack => Command::Move { to: Back, us: 100_000 },
        Act::SecondOn => Command::Move { to: Forward, us: 1_000_000 },
        Act::SecondBack => Command::Move { to: Back, us: 1_000_000 },
        Act::TenOn => Command::Move { to: Forward, us: 10_000_000 },
        Act::TenBack => Command::Move { to: Back, us: 10_000_000 },
        Act::Start => Command::Start,
        Act::ToEnd => Command::End,
        Act::NextEvent => Command::Event(Forward),
        Act::PreviousEvent => Command::Event(Back),
        Act::Faster => Command::Speed(Forward),
        Act::Slower => Command::Speed(Back),
        Act::NormalSpeed => Command::NormalSpeed,
        Act::Loop => Command::Loop,
        Act::RangeBegins => Command::RangeBegins,
        Act::RangeEnds => Command::RangeEnds,
        _ => return None,
    })
}
