//! The one table of keys: it drives the dispatch, the help, and `rfa keys`.

mod table;

use crate::Screen;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
pub(crate) use table::TABLE;

/// Where a key has its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everywhere, before anything else.
    Everywhere,
    /// Every screen, while no dialog is open.
    Screens,
    /// One screen, while no dialog is open.
    On(Screen),
    /// The ARM dialog.
    Arm,
    /// The dialog of the check between steps.
    Gate,
    /// The sign-in dialog.
    SignIn,
    /// The help and the explanation of an alarm.
    Reading,
    /// The question before quitting.
    Quitting,
    /// Every screen of a recording that is played. What else is bound there keeps its meaning,
    /// where that is nothing but looking.
    Replay,
}

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Stop,
    Arm,
    Confirm,
    CodeDigit,
    Cancel,
    Acknowledge,
    Reset,
    Gate,
    GoOn,
    End,
    Finding,
    Mark,
    Freeze,
    ZoomIn,
    ZoomOut,
    Explain,
    PauseSound,
    SignIn,
    Text,
    Erase,
    Submit,
    Theme,
    Quit,
    QuitNow,
    Help,
    Show,
    NextScreen,
    PreviousScreen,
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Tick,
    Close,
    PlayPause,
    Pause,
    NextTick,
    PreviousTick,
    TenthOn,
    TenthBack,
    SecondOn,
    SecondBack,
    TenOn,
    TenBack,
    Start,
    ToEnd,
    NextEvent,
    PreviousEvent,
    Faster,
    Slower,
    NormalSpeed,
    Loop,
    RangeBegins,
    RangeEnds,
    CutCommand,
    NoteCommand,
    GoTo,
    SearchLog,
    SecondRecording,
    WhatIf,
}

impl Act {
    /// It changes what is looked at, and nothing else: it lives over a recording, too.
    pub(crate) const fn only_looks(self) -> bool {
        matches!(
            self,
            Self::Help
                | Self::Show
                | Self::NextScreen
                | Self::PreviousScreen
                | Self::Explain
                | Self::Theme
                | Self::Freeze
                | Self::ZoomIn
                | Self::ZoomOut
                | Self::Up
                | Self::Down
        )
    }
}

/// One key, as the terminal reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Space,
    Esc,
    CtrlC,
    /// A key after Esc in one read: terminals send Alt and a fast Esc alike.
    AltAny,
    Char(char),
    Digit,
    Printable,
    F(u8),
    Enter,
    Tab,
    BackTab,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    ShiftLeft,
    ShiftRight,
    PageUp,
    PageDown,
    Home,
    End,
}

impl Key {
    /// Whether `event` is this key.
    pub(crate) fn matches(self, event: &KeyEvent) -> bool {
        let held = event.modifiers;
        let alt = held.contains(KeyModifiers::ALT);
        let plain = (held - KeyModifiers::SHIFT).is_empty();
        match (self, event.code) {
            // A stop key is one whatever is held with it.
            (Self::Space, KeyCode::Char(' ')) | (Self::Esc, KeyCode::Esc) => true,
            (Self::CtrlC, KeyCode::Char('c' | 'C')) => held.contains(KeyModifiers::CONTROL),
            (Self::AltAny, _) => alt,
            (Self::Char(c), KeyCode::Char(pressed)) => plain && pressed == c,
            (Self::Digit, KeyCode::Char(pressed)) => plain && pressed.is_ascii_digit(),
            (Self::Printable, KeyCode::Char(pressed)) => plain && pressed.is_ascii_graphic(),
            (Self::F(n), KeyCode::F(pressed)) => held.is_empty() && pressed == n,
            (Self::Left, KeyCode::Left) | (Self::Right, KeyCode::Right) => held.is_empty(),
            (Self::ShiftLeft, KeyCode::Left) | (Self::ShiftRight, KeyCode::Right) => {
                plain && held.contains(KeyModifiers::SHIFT)
            }
            (Self::Enter, KeyCode::Enter)
            | (Self::Tab, KeyCode::Tab)
            | (Self::BackTab, KeyCode::BackTab)
            | (Self::Backspace, KeyCode::Backspace)
            | (Self::Up, KeyCode::Up)
            | (Self::Down, KeyCode::Down)
            | (Self::PageUp, KeyCode::PageUp)
            | (Self::PageDown, KeyCode::PageDown)
            | (Self::Home, KeyCode::Home)
            | (Self::End, KeyCode::End) => plain,
            _ => false,
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    pub(crate) scope: Scope,
    pub(crate) keys: &'static [Key],
    pub(crate) act: Act,
    /// The keys as the help writes them.
    pub(crate) label: &'static str,
    /// What it does, in the help.
    pub(crate) does: &'static str,
    /// One or two words for the hint line; empty: not there.
    pub(crate) hint: &'static str,
}

/// One row of [`keys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRow {
    /// Where the key has this meaning.
    pub scope: &'static str,
    /// The keys.
    pub keys: &'static str,
    /// What they do.
    pub does: &'static str,
}

/// Every key of the console, for `rfa keys`; the help and the dispatch use the same table.
#[must_use]
pub fn keys() -> Vec<KeyRow> {
    TABLE
        .iter()
        .map(|b| KeyRow { scope: scope_name(b.scope), keys: b.label, does: b.does })
        .collect()
}

const fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Everywhere => "everywhere",
        Scope::Screens => "every screen",
        Scope::On(screen) => screen.name(),
        Scope::Arm => "ARM dialog",
        Scope::Gate => "check dialog",
        Scope::SignIn => "sign-in dialog",
        Scope::Reading => "help and explanation",
        Scope::Quitting => "quit question",
        Scope::Replay => "a recording",
    }
}

/// Whether `event` is of the STOP set.
pub(crate) fn stops(event: &KeyEvent) -> bool {
    matches!(bound(event, &[Scope::Everywhere]), Some(Act::Stop))
}

/// What `event` does where `scopes` hold, the first binding found.
pub(crate) fn bound(event: &KeyEvent, scopes: &[Scope]) -> Option<Act> {
    TABLE
        .iter()
        .filter(|binding| scopes.contains(&binding.scope))
        .find(|binding| binding.keys.iter().any(|key| key.matches(event)))
        .map(|binding| binding.act)
}

/// The rows that hold in `scopes`, in the table's order.
pub(crate) fn rows(scopes: &[Scope]) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| scopes.contains(&binding.scope))
}

#[cfg(test)]
mod tests;
