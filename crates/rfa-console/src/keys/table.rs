//! The table itself.

use super::Key::{self, Char, F};
use super::{Act, Binding, Scope};
use crate::Screen;

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
    Scope::Reading, [Key::PageUp], PageUp, "PgUp", "a page up", "";
    Scope::Reading, [Key::PageDown], PageDown, "PgDn", "a page down", "";
    Scope::Reading, [Key::Home], First, "Home", "the first line", "";
    Scope::Reading, [Key::End], Last, "End", "the last line", "";
    Scope::Reading, [Key::Enter, Char('?'), Char('x'), F(1)], Close, "Enter ? F1 x", "close", "";
    Scope::Quitting, [Char('q')], QuitNow, "q", "quit", "";
    Scope::Quitting, [Key::Enter], Close, "Enter", "stay", "";
    Scope::Replay, [Key::Space], PlayPause, "Space", "play, pause", "Space play";
    Scope::Replay, [Key::Esc], Pause, "Esc", "pause", "";
    Scope::Replay, [Char('.')], NextTick, ".", "one tick on, and pause", ", . tick";
    Scope::Replay, [Char(',')], PreviousTick, ",", "one tick back, and pause", "";
    Scope::Replay, [Key::Right], SecondOn, "Right", "1 s on", "Left Right 1 s";
    Scope::Replay, [Key::Left], SecondBack, "Left", "1 s back", "";
    Scope::Replay, [Key::ShiftRight], TenthOn, "Shift-Right", "0.1 s on", "";
    Scope::Replay, [Key::ShiftLeft], TenthBack, "Shift-Left", "0.1 s back", "";
    Scope::Replay, [Key::PageDown], TenOn, "PgDn", "10 s on", "";
    Scope::Replay, [Key::PageUp], TenBack, "PgUp", "10 s back", "";
    Scope::Replay, [Char(']')], NextEvent, "]",
        "next event: armed, RF on or off, step, trip, alarm, damage", "[ ] event";
    Scope::Replay, [Char('[')], PreviousEvent, "[", "event before", "";
    Scope::Replay, [Char('>')], Faster, ">", "faster, up to 100 times", "< > speed";
    Scope::Replay, [Char('<')], Slower, "<", "slower, down to a tenth", "";
    Scope::Replay, [Char('=')], NormalSpeed, "=", "as fast as it was", "";
    Scope::Replay, [Char('\'')], GoTo, "'",
        "go to a time (m:ss or seconds) or an event (its words)", "' go to";
    Scope::Replay, [Char('/')], SearchLog, "/", "entries of the log with these words, or all",
        "/ log";
    Scope::Replay, [Char('d')], SecondRecording, "d",
        "a second recording in the same trend, or none", "d beside";
    Scope::Replay, [Char('w')], WhatIf, "w", "what-if: the same session with other numbers",
        "w what-if";
    Scope::Replay, [Char('g'), Key::Home], Start, "g Home", "to the start of the range", "g G ends";
    Scope::Replay, [Char('G'), Key::End], ToEnd, "G End", "to its end", "";
    Scope::Replay, [Char('L')], Loop, "L", "loop, or no longer", "L loop";
    Scope::Replay, [Char('i')], RangeBegins, "i", "the range begins here; again: no longer",
        "i o range";
    Scope::Replay, [Char('o')], RangeEnds, "o", "the range ends here; again: no longer", "";
    Scope::Replay, [Char('q')], Quit, "q", "leave", "q quit";
    Scope::Replay, [Char('f')], Freeze, "f", "freeze the trend picture, or no longer", "";
    Scope::Replay, [Char('m')], NoteCommand, "m", "the command that writes a note about this moment", "";
    Scope::Replay, [Char('X')], CutCommand, "X", "the command that writes the range to a file", "";
];
