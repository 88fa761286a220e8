//! The terminal that a console is shown on, and how the console looks there.

use crate::cli::{Look, SymbolsName, ThemeName};
use crate::exit::Stop;
use rfa_console::{Symbols, Theme};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{IsTerminal, stdin, stdout};

/// Refuses what cannot show a console, before anything is opened; `instead` says what can be done
/// without one.
pub(crate) fn needs_a_terminal(instead: &str) -> Result<(), Stop> {
    if stdin().is_terminal() && stdout().is_terminal() {
        return Ok(());
    }
    Err(Stop::usage(format!("the console needs a terminal; {instead}")))
}

pub(crate) fn terminal_failed(error: std::io::Error) -> Stop {
    Stop::failure(format!("the terminal: {error}"))
}

/// Whether the terminal is gone.
pub(crate) fn hung_up() -> bool {
    let out = stdout();
    let mut polled = [PollFd::new(&out, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let found = poll(&mut polled, Some(&now));
    found.is_ok() && polled[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

/// The colours asked for; none where the environment wants none.
pub(crate) fn theme(look: Look) -> Theme {
    match look.theme {
        _ if no_color() => Theme::Mono,
        ThemeName::Dark => Theme::Dark,
        ThemeName::Light => Theme::Light,
        ThemeName::Mono => Theme::Mono,
    }
}

/// The characters asked for.
pub(crate) const fn symbols(look: Look) -> Symbols {
    match look.symbols {
        SymbolsName::Braille => Symbols::Braille,
        SymbolsName::Block => Symbols::Block,
        SymbolsName::Ascii => Symbols::Ascii,
    }
}

/// `NO_COLOR` counts where it is set and not empty (<https://no-color.org>).
fn no_color() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
