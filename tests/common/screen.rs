//! `rfa` on a real pseudo-terminal, and what a person would see there.
#![allow(dead_code, reason = "each test binary uses its own part")]

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A screen's cells, as the bytes sent to it say. It knows the sequences that ratatui's crossterm
/// backend sends: move, erase, print; colours and modes are skipped.
struct Screen {
    cells: Vec<Vec<char>>,
    row: usize,
    column: usize,
    /// What was not a whole sequence or character yet.
    rest: Vec<u8>,
}

impl Screen {
    fn new(columns: usize, rows: usize) -> Self {
        Self { cells: vec![vec![' '; columns]; rows], row: 0, column: 0, rest: Vec::new() }
    }

    fn resize(&mut self, columns: usize, rows: usize) {
        self.cells.resize(rows, Vec::new());
        self.cells.iter_mut().for_each(|row| row.resize(columns, ' '));
    }

    fn text(&self) -> String {
        self.cells.iter().flat_map(|row| row.iter().copied().chain(['\n'])).collect()
    }

    fn take(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.rest);
        let mut at = 0;
        while at < bytes.len() {
            let Some(length) = self.one(&bytes[at..]) else { break };
            at += length;
        }
        self.rest = bytes[at..].to_vec();
    }

    /// Takes one sequence or character in; `None`: it is not whole yet.
    fn one(&mut self, bytes: &[u8]) -> Option<usize> {
        match bytes[0] {
            0x1b if bytes.get(1)? == &b'[' => {
                let end = bytes.iter().skip(2).position(|b| (0x40..=0x7e).contains(b))? + 2;
                let parameters = String::from_utf8_lossy(&bytes[2..end]).into_owned();
                self.control(&parameters, bytes[end]);
                Some(end + 1)
            }
            0x1b => Some(2),
            b'\r' => {
                self.column = 0;
                Some(1)
            }
            b'\n' => {
                self.row += 1;
                Some(1)
            }
            0..0x20 => Some(1),
            first => {
                let length = match first {
                    0..0x80 => 1,
                    0x80..0xe0 => 2,
                    0xe0..0xf0 => 3,
                    _ => 4,
                };
                let text = String::from_utf8_lossy(bytes.get(..length)?).into_owned();
                let cell = self.cells.get_mut(self.row).and_then(|row| row.get_mut(self.column));
                if let (Some(cell), Some(shown)) = (cell, text.chars().next()) {
                    *cell = shown;
                }
                self.column += 1;
                Some(length)
            }
        }
    }

    fn control(&mut self, parameters: &str, kind: u8) {
        let mut numbers = parameters.split(';').map(|n| n.parse::<usize>().unwrap_or(0));
        let first = numbers.next().unwrap_or(0);
        match kind {
            b'H' => {
                self.row = first.saturating_sub(1);
                self.column = numbers.next().unwrap_or(0).saturating_sub(1);
            }
            b'J' => self.cells.iter_mut().flatten().for_each(|cell| *cell = ' '),
            b'K' => {
                let row = self.cells.get_mut(self.row);
                row.into_iter().flatten().skip(self.column).for_each(|cell| *cell = ' ');
            }
            b'C' => self.column += first.max(1),
            b'h' if parameters == "?1049" => {
                self.cells.iter_mut().flatten().for_each(|cell| *cell = ' ');
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Seen {
    screen: Option<Screen>,
    raw: Vec<u8>,
}

/// `rfa` as the session leader of a terminal of its own; killed when dropped.
pub(crate) struct Terminal {
    child: Child,
    master: Option<Arc<OwnedFd>>,
    seen: Arc<Mutex<Seen>>,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Starts `rfa` with these arguments on a terminal of this size.
    pub(crate) fn start(columns: u16, rows: u16, arguments: &[&str]) -> Self {
        Self::start_program(columns, rows, env!("CARGO_BIN_EXE_rfa"), arguments)
    }

    /// The same for any program.
    pub(crate) fn start_program(
        columns: u16,
        rows: u16,
        program: &str,
        arguments: &[&str],
    ) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).expect("a pseudo-terminal");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let name = ptsname(&master, Vec::new()).expect("a name");
        let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let slave = open(path, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty());
        let slave = slave.expect("opens");
        set_size(&master, columns, rows);
        let end = || Stdio::from(slave.try_clone().expect("a copy"));
        // util-linux, on every Debian: a session of its own with this terminal as the controlling
        // one, so that closing it hangs up.
        let child = Command::new("setsid")
            .arg("--ctty")
            .arg(program)
            .args(arguments)
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR")
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .expect("setsid of util-linux starts rfa");
        drop(slave);
        rustix::io::ioctl_fionbio(&master, true).expect("does not block");
        let master = Arc::new(master);
        let screen = Some(Screen::new(columns.into(), rows.into()));
        let seen = Arc::new(Mutex::new(Seen { screen, raw: Vec::new() }));
        let reader = {
            // Only a weak hold: closing the terminal is the test's own act.
            let (master, seen) = (Arc::downgrade(&master), Arc::clone(&seen));
            std::thread::spawn(move || {
                let mut bytes = [0; 16_384];
                while let Some(master) = master.upgrade() {
                    let read = rustix::io::read(&*master, &mut bytes);
                    drop(master);
                    match read {
                        Ok(count @ 1..) => {
                            let mut seen = seen.lock().expect("not poisoned");
                            seen.raw.extend_from_slice(&bytes[..count]);
                            if let Some(screen) = &mut seen.screen {
                                screen.take(&bytes[..count]);
                            }
                        }
                        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => {
                            std::thread::sleep(Duration::from_millis(2));
                        }
                        // The program's side is closed.
                        Ok(_) | Err(_) => return,
                    }
                }
            })
        };
        Self { child, master: Some(master), seen, reader: Some(reader) }
    }

    /// What is on the screen now, a line a row.
    pub(crate) fn text(&self) -> String {
        let seen = self.seen.lock().expect("not poisoned");
        seen.screen.as_ref().map(Screen::text).unwrap_or_default()
    }

    /// Whether the bytes sent to the terminal hold `code`.
    pub(crate) fn was_sent(&self, code: &str) -> bool {
        let seen = self.seen.lock().expect("not poisoned");
        seen.raw.windows(code.len()).any(|window| window == code.as_bytes())
    }

    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str, limit: Duration) {
        let until = Instant::now() + limit;
        while !self.text().contains(text) {
            assert!(Instant::now() < until, "{text:?} not within {limit:?}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn press(&self, key: &str) {
        let master = self.master.as_ref().expect("open");
        let written = rustix::io::write(&**master, key.as_bytes()).expect("takes keys");
        assert_eq!(written, key.len());
    }

    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        if let Some(screen) = &mut self.seen.lock().expect("not poisoned").screen {
            screen.resize(columns.into(), rows.into());
        }
        set_size(self.master.as_ref().expect("open"), columns, rows);
    }

    /// Closes the terminal, as a closed window does.
    pub(crate) fn close(&mut self) {
        self.master = None;
        if let Some(reader) = self.reader.take() {
            reader.join().expect("ends");
        }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a child of ours");
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_none()
    }

    /// Waits for its end; gives the exit code, `None` where a signal ended it.
    #[track_caller]
    pub(crate) fn end(&mut self, limit: Duration) -> Option<i32> {
        let until = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                break status;
            }
            assert!(Instant::now() < until, "still runs after {limit:?}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("ends");
        }
        status.code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended by itself where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn set_size(master: &OwnedFd, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).expect("takes a size");
}
