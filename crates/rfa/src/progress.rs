//! A bar on the terminal's standard error, nothing elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The bar is drawn anew at most this often.
const EVERY: Duration = Duration::from_millis(200);
/// Its width in characters.
const WIDTH: usize = 30;

pub(crate) struct Progress {
    total: usize,
    shows: bool,
    began: Instant,
    so_far: Mutex<SoFar>,
}

struct SoFar {
    done: usize,
    failed: usize,
    drawn: Instant,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Self {
        let now = Instant::now();
        Self {
            total,
            shows: std::io::stderr().is_terminal(),
            began: now,
            so_far: Mutex::new(SoFar { done: 0, failed: 0, drawn: now }),
        }
    }

    /// One more is done.
    pub(crate) fn done(&self, failed: bool) {
        let mut so_far = self.so_far.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.done = so_far.done.saturating_add(1);
        so_far.failed = so_far.failed.saturating_add(usize::from(failed));
        if self.shows && so_far.drawn.elapsed() >= EVERY {
            so_far.drawn = Instant::now();
            let line = bar(so_far.done, so_far.failed, self.total, self.began.elapsed());
            // A terminal that has gone away ends no campaign.
            let _ = write!(std::io::stderr(), "\r{line}\x1b[K");
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if self.shows {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn bar(done: usize, failed: usize, total: usize, elapsed: Duration) -> String {
    let part = done as f64 / total.max(1) as f64;
    let full = ((WIDTH as f64 * part) as usize).min(WIDTH);
    let left_s = elapsed.as_secs_f64() * (1.0 - part) / part.max(1e-6);
    format!(
        "[{:=<full$}{:<rest$}] {done} of {total}, {failed} failed, {:.0}:{:02.0} left",
        "",
        "",
        (left_s / 60.0).floor(),
        (left_s % 60.0).floor(),
        rest = WIDTH - full,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_wide_at_every_count() {
        let at = |done| bar(done, 1, 200, Duration::from_secs(60));
        assert_eq!(
            at(100),
            format!("[{}{}] 100 of 200, 1 failed, 1:00 left", "=".repeat(15), " ".repeat(15))
        );
        for done in [0, 1, 199, 200, 300] {
            assert_eq!(at(done).find(']'), Some(WIDTH + 1), "{}", at(done));
        }
    }
}
