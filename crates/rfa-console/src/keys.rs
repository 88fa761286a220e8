//! The one table of keys: it drives the dispatch, the help, and `rfa keys`.

use crate::Screen;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

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

/// Declares the table, one row a line.
macro_rules! table {
    ($(
        $scope:expr, [$($key:expr),+], $act:ident, $label:literal, $does:literal, $hint:literal;
    )+) => {
        &[$(Binding {
            scope: $scope,
            keys: &[$($key),+],
            act: Act::$act,
            label: $label,
            does: $does,
            hint: $hint,
        }),+]
    };
}

use Key::{Char, F};

/// Every key (console.md section 1). No Ctrl chord but Ctrl-C; `a`, F4 and F6 stay unbound so
/// that no neighbour of a dangerous key does anything.
pub(crate) const TABLE: &[Binding] = table![
    Scope::Everywhere, [Key::Space, Key::Esc, Key::CtrlC, Key::AltAny], Stop,
        "Space Esc Ctrl-C", "STOP: RF off (also a click on the STOP bar)", "";
    Scope::Screens, [Char('?'), F(1)], Help, "? F1", "help for this screen", "? help";
    Scope::Screens, [Char('1'), Char('2'), Char('5'), Char('6'), Char('7')], Show,
        "1 2 5 6 7", "screens: setup, live, alarms, review, engineer", "1 2 5-7 screens";
    Scope::Screens, [Key::Tab], NextScreen, "Tab", "next screen", "";
    Scope::Screens, [Key::BackTab], PreviousScreen, "Shift-Tab", "screen before", "";
    Scope::Screens, [Char('A')], Arm, "A", "arm the next step: opens the ARM dialog", "A arm";
    Scope::Screens, [F(5)], Confirm, "F5", "only inside the ARM dialog, after A", "";
    Scope::Screens, [Char('c')], Acknowledge, "c", "acknowledge the highest alarm", "c ack";
    Scope::Screens, [Char('r')], Reset, "r", "reset: after acknowledging, with the cause gone",
        "r reset";
    Scope::Screens, [Char('x')], Explain, "x", "explain the alarms", "";
    Scope::Screens, [Char('z')], PauseSound, "z",
        "pause the alarm sound 120 s, or end the pause", "";
    Scope::Screens, [Char('g')], Gate, "g", "the check between two steps", "";
    Scope::Screens, [Char('m')], Mark, "m", "put a marker into the recording", "m mark";
    Scope::Screens, [Char('s')], SignIn, "s", "sign in (RF off only)", "";
    Scope::Screens, [Char('t')], Theme, "t", "theme: dark, light, mono", "";
    Scope::Screens, [Char('q')], Quit, "q", "quit: with RF on STOP first, then ask", "q quit";
    Scope::On(Screen::Live), [Char('f')], Freeze, "f",
        "freeze the trend picture for 30 s; numbers stay live", "f freeze";
    Scope::On(Screen::Live), [Char('+'), Char('=')], ZoomIn, "+", "shorter trend", "+/- zoom";
    Scope::On(Screen::Live), [Char('-')], ZoomOut, "-", "longer trend", "";
    Scope::On(Screen::Setup), [Key::Up, Char('k')], Up, "Up k", "row up", "";
    Scope::On(Screen::Setup), [Key::Down, Char('j')], Down, "Down j", "row down", "";
    Scope::On(Screen::Setup), [Key::Enter], Tick, "Enter", "confirm this row, or take it back",
        "Enter tick";
    Scope::On(Screen::Alarms), [Key::Up, Char('k')], Up, "Up k", "scroll up", "";
    Scope::On(Screen::Alarms), [Key::Down, Char('j')], Down, "Down j", "scroll down", "j/k scroll";
    Scope::On(Screen::Alarms), [Key::PageUp], PageUp, "PgUp", "a page up", "";
    Scope::On(Screen::Alarms), [Key::PageDown], PageDown, "PgDn", "a page down", "";
    Scope::On(Screen::Alarms), [Key::Home], First, "Home", "newest entry", "";
    Scope::On(Screen::Alarms), [Key::End], Last, "End", "oldest entry", "";
    Scope::Arm, [F(5)], Confirm, "F5", "arm; once armed and without a footswitch: start RF", "";
    Scope::Arm, [Key::Digit], CodeDigit, "0-9", "the code shown, where there is no F5", "";
    Scope::Arm, [Key::Enter], Cancel, "Enter", "cancel; disarms", "";
    Scope::Gate, [Char('1'), Char('2'), Char('3'), Char('4')], Finding, "1-4",
        "pick what was found", "";
    Scope::Gate, [Char('g')], GoOn, "g", "go on to the next step", "";
    Scope::Gate, [Char('e')], End, "e", "end the treatment here (asks once more)", "";
    Scope::Gate, [Key::Enter], Close, "Enter", "decide later", "";
    Scope::SignIn, [Key::Printable], Text, "characters", "name or PIN", "";
    Scope::SignIn, [Key::Backspace], Erase, "Backspace", "take back one character", "";
    Scope::SignIn, [Key::Up], Up, "Up", "operator before", "";
    Scope::SignIn, [Key::Down], Down, "Down", "operator after", "";
    Scope::SignIn, [Key::Enter], Submit, "Enter", "sign in; with nothing typed: cancel", "";
    Scope::Reading, [Key::Up, Char('k')], Up, "Up k", "scroll up", "";
    Scope::Reading, [Key::Down, Char('j')], Down, "Down j", "scroll down", "";
    Scope::Reading, [Key::Enter, Char('?'), Char('x'), F(1)], Close, "Enter ? F1 x", "close", "";
    Scope::Quitting, [Char('q')], QuitNow, "q", "quit", "";
    Scope::Quitting, [Key::Enter], Close, "Enter", "stay", "";
];

#[cfg(test)]
mod tests;
