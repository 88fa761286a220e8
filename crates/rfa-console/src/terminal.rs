//! The terminal: entered once, always restored; a panic stops RF before anything else.

use crate::App;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::{
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture},
    execute,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
        disable_raw_mode, enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal};
use rfa_units::HostInstant;
use std::io::{self, Write};

/// The terminal in raw mode on its alternate screen, until dropped.
#[derive(Debug)]
#[must_use = "the terminal is restored when this is dropped"]
pub struct TerminalGuard {
    _private: (),
}

impl TerminalGuard {
    /// Enters raw mode, the alternate screen and bracketed paste; captures the mouse if asked.
    ///
    /// # Errors
    /// What the terminal refuses; what had been entered by then is left again.
    pub fn enter(mouse: bool) -> io::Result<Self> {
        enable_raw_mode()?;
        // From here on an error drops the guard, which restores.
        let guard = Self { _private: () };
        let mut out = io::stdout();
        execute!(out, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        if mouse {
            execute!(out, EnableMouseCapture)?;
        }
        Ok(guard)
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

/// Draws one frame of anything as a synchronized update, so that a slow terminal shows no half of
/// it.
///
/// # Errors
/// What writing to the terminal gives.
pub fn draw_frame<W: Write>(
    terminal: &mut Terminal<CrosstermBackend<W>>,
    frame: impl FnOnce(&mut Frame),
) -> io::Result<()> {
    execute!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
    terminal.draw(frame)?;
    execute!(terminal.backend_mut(), EndSynchronizedUpdate)
}

/// Draws one frame as a synchronized update, so that a slow terminal shows no half of it.
///
/// # Errors
/// What writing to the terminal gives: then the terminal is lost ([`Input::TerminalLost`]).
///
/// [`Input::TerminalLost`]: crate::Input::TerminalLost
pub fn draw<W: Write>(
    terminal: &mut Terminal<CrosstermBackend<W>>,
    app: &App,
    now: HostInstant,
) -> io::Result<()> {
    draw_frame(terminal, |frame| app.draw(frame, now))
}

/// Leaves everything [`TerminalGuard::enter`] entered. A terminal that is gone is no error here.
pub fn restore() {
    let mut out = io::stdout();
    let _ = write_restore(&mut out);
    let _ = disable_raw_mode();
}

fn write_restore(out: &mut impl Write) -> io::Result<()> {
    execute!(out, DisableMouseCapture, DisableBracketedPaste, Show, LeaveAlternateScreen)
}

/// Installs a panic hook that calls `stop` first, then restores the terminal, then prints as
/// the hook before it did.
///
/// `stop` runs in the panicking thread, whichever that is: it must not block and not panic. A panic
/// in a thread of those `spared` is nothing at all: nothing depends on it, and what it would print
/// would lie over the screen.
pub fn install_panic_hook(
    spared: &'static [&'static str],
    stop: impl Fn() + Send + Sync + 'static,
) {
    hook(spared, stop, restore);
}

fn hook(
    spared: &'static [&'static str],
    stop: impl Fn() + Send + Sync + 'static,
    restore: impl Fn() + Send + Sync + 'static,
) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if std::thread::current().name().is_some_and(|name| spared.contains(&name)) {
            return;
        }
        stop();
        restore();
        before(panic);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn restoring_leaves_paste_mouse_and_screen_and_shows_the_cursor() {
        let mut out = Vec::new();
        write_restore(&mut out).expect("writes to memory");
        let text = String::from_utf8(out).expect("escape codes are ASCII");
        for code in ["\x1b[?2004l", "\x1b[?1000l", "\x1b[?25h", "\x1b[?1049l"] {
            assert!(text.contains(code), "{code:?} is missing in {text:?}");
        }
    }

    #[test]
    fn a_panic_stops_then_restores_then_prints() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let note = |word: &'static str| {
            let order = Arc::clone(&order);
            move || order.lock().expect("not poisoned").push(word)
        };
        let before = std::panic::take_hook();
        let printed = note("printed");
        std::panic::set_hook(Box::new(move |_| printed()));
        hook(&["spared"], note("stopped"), note("restored"));
        let spared = std::thread::Builder::new().name("spared".to_owned());
        let spared = spared.spawn(|| panic!("on purpose")).expect("a thread").join();
        let in_between = order.lock().expect("not poisoned").len();
        let result = std::thread::spawn(|| panic!("on purpose")).join();
        std::panic::set_hook(before);
        assert!(spared.is_err() && in_between == 0, "nothing depends on that thread");
        assert!(result.is_err());
        assert_eq!(*order.lock().expect("not poisoned"), ["stopped", "restored", "printed"]);
    }
}
