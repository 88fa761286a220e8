//! Serving a generator on a real pseudo-terminal.
//!
//! [`PtyPort::open`] makes the terminal and the symlink; [`PtyPort::serve`] runs the generator
//! behind it on the calling thread, in real time or faster, until told to stop.
//!
//! Rules kept (each was measured once to be needed): the port holds its own end of the client's
//! side open, or the first client to leave would turn every later read into an error; raw mode is
//! set before any client can open it, or the terminal would echo and translate bytes.

mod echo;

pub use echo::{EchoSizes, echo};

use crate::{FaultSchedule, FaultSetting, Generator, Truth};
use rfa_units::{GeneratorInstant, Span};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, read, write};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use thiserror::Error;

/// Longest sleep of the serving loop: one firmware step.
const POLL: Timespec = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
/// How often the truth is told, on the generator's clock.
const TRUTH_EVERY: Span = Span::from_millis(10);
/// A turn of the loop later than this counts as a stall: half of what a grant lives.
const STALL: Duration = Duration::from_millis(30);
/// Slowest run of generator time against wall time.
pub const SPEED_MIN: f64 = 0.1;
/// Fastest run of generator time against wall time.
pub const SPEED_MAX: f64 = 1_000.0;

/// Why a pseudo-terminal cannot be served.
#[derive(Debug, Error)]
pub enum PtyError {
    /// The system gives no pseudo-terminal.
    #[error("cannot {what} a pseudo-terminal: {source}")]
    Terminal {
        /// What failed.
        what: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// There is a file in the link's place that is not ours to replace.
    #[error("{} exists and is no link to a pseudo-terminal; choose another --link", .path.display())]
    LinkTaken {
        /// The link's path.
        path: PathBuf,
    },
    /// The link cannot be made.
    #[error("cannot make the link {}: {source}", .path.display())]
    Link {
        /// The link's path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The speed is out of range.
    #[error("speed {value} is outside {SPEED_MIN} to {SPEED_MAX}")]
    Speed {
        /// The value offered.
        value: f64,
    },
}

/// What can be done to a generator while it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Switches a fault on or off.
    Fault(FaultSetting, bool),
    /// Replaces the faults to come.
    Schedule(FaultSchedule),
    /// Presses or lifts the foot.
    Footswitch(bool),
    /// Presses or releases the emergency stop.
    EmergencyStop(bool),
}

impl Command {
    /// Does it to a generator; also for runs without a terminal.
    pub fn apply(self, generator: &mut Generator) {
        match self {
            Self::Fault(setting, on) => generator.set_fault(setting, on),
            Self::Schedule(schedule) => generator.set_schedule(schedule),
            Self::Footswitch(down) => generator.press_footswitch(down),
            Self::EmergencyStop(pressed) => generator.press_emergency_stop(pressed),
        }
    }
}

/// An instrument on the line. It is called on the serving thread and must not block.
pub trait Tap: Send {
    /// The generator began to write these bytes at `at`.
    fn sent(&mut self, bytes: &[u8], at: Instant);
    /// The generator had read these bytes at `at`.
    fn received(&mut self, bytes: &[u8], at: Instant);
}

/// No instrument.
struct NoTap;

impl Tap for NoTap {
    fn sent(&mut self, _: &[u8], _: Instant) {}
    fn received(&mut self, _: &[u8], _: Instant) {}
}

/// What serving came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServeReport {
    /// Bytes lost because no client took them, or buffers were full.
    pub bytes_dropped: u64,
    /// Turns of the loop that came later than 30 ms: the machine stood still.
    pub stalls: u32,
    /// The latest turn.
    pub longest_turn: Duration,
}

/// A pseudo-terminal, and the link to it.
#[derive(Debug)]
pub struct PtyPort {
    master: OwnedFd,
    /// Keeps the client's side open between clients.
    _slave: OwnedFd,
    path: PathBuf,
    link: Option<PathBuf>,
}

impl PtyPort {
    /// Opens a pseudo-terminal in raw mode; `link` becomes a symlink to it, which replaces an
    /// older link to a pseudo-terminal and nothing else.
    ///
    /// # Errors
    /// [`PtyError`] when the system gives no terminal, or the link cannot be made.
    pub fn open(link: Option<&Path>) -> Result<Self, PtyError> {
        let fail = |what| move |errno: Errno| PtyError::Terminal { what, source: errno.into() };
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).map_err(fail("open"))?;
        grantpt(&master).map_err(fail("grant"))?;
        unlockpt(&master).map_err(fail("unlock"))?;
        let name = ptsname(&master, Vec::new()).map_err(fail("name"))?;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let slave_flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = open(&path, slave_flags, Mode::empty()).map_err(fail("open the far end of"))?;
        let mut modes = tcgetattr(&slave).map_err(fail("read the modes of"))?;
        modes.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &modes).map_err(fail("set raw mode on"))?;
        rustix::io::ioctl_fionbio(&master, true).map_err(fail("configure"))?;
        let mut port = Self { master, _slave: slave, path, link: None };
        if let Some(link) = link {
            make_link(&port.path, link)?;
            port.link = Some(link.to_owned());
        }
        Ok(port)
    }

    /// The terminal's own path, e.g. `/dev/pts/3`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs the generator behind the terminal until `stop` is set, `speed` times as fast as wall
    /// time. Clients may come and go; nothing of one session passes to the next. `truth` is
    /// called every 10 ms of the generator's time and must not block.
    ///
    /// After a stall of this thread the generator's clock catches up first, so that its dead-man
    /// fires as real hardware's would; bytes that waited meanwhile arrive afterwards.
    ///
    /// # Errors
    /// [`PtyError`] when the speed is out of range or the terminal breaks.
    pub fn serve(
        &self,
        generator: &mut Generator,
        speed: f64,
        stop: &AtomicBool,
        commands: &Receiver<Command>,
        truth: &mut dyn FnMut(&Truth),
    ) -> Result<ServeReport, PtyError> {
        self.serve_tapped(generator, speed, stop, commands, truth, &mut NoTap)
    }

    /// The same with an instrument on the line.
    ///
    /// # Errors
    /// As [`Self::serve`].
    pub fn serve_tapped(
        &self,
        generator: &mut Generator,
        speed: f64,
        stop: &AtomicBool,
        commands: &Receiver<Command>,
        truth: &mut dyn FnMut(&Truth),
        tap: &mut dyn Tap,
    ) -> Result<ServeReport, PtyError> {
        if !(SPEED_MIN..=SPEED_MAX).contains(&speed) {
            return Err(PtyError::Speed { value: speed });
        }
        let mut report = ServeReport::default();
        let (started, first) = (Instant::now(), generator.now());
        let mut next_truth = first.plus(TRUTH_EVERY);
        let mut last_turn = started;
        while !stop.load(Ordering::Relaxed) {
            self.wait(generator.receive_room() > 0)?;
            let turn = Instant::now();
            note_turn(&mut report, turn.saturating_duration_since(last_turn));
            last_turn = turn;
            commands.try_iter().for_each(|command| command.apply(generator));
            let elapsed = turn.saturating_duration_since(started).as_secs_f64() * speed;
            let target = first.plus(Span::from_micros((elapsed * 1e6) as u64));
            while next_truth <= target {
                self.run_to(generator, next_truth, &mut report, tap)?;
                truth(&generator.truth());
                next_truth = next_truth.plus(TRUTH_EVERY);
            }
            self.run_to(generator, target, &mut report, tap)?;
            self.take_in(generator, tap)?;
        }
        report.bytes_dropped = report.bytes_dropped.saturating_add(generator.bytes_dropped());
        Ok(report)
    }

    /// Sleeps until bytes wait or a millisecond has passed. Without room for bytes it only
    /// sleeps: a client that floods the line must not make this loop spin.
    fn wait(&self, room: bool) -> Result<(), PtyError> {
        let wanted = if room { PollFlags::IN } else { PollFlags::empty() };
        match poll(&mut [PollFd::new(&self.master, wanted)], Some(&POLL)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(PtyError::Terminal { what: "wait for", source: errno.into() }),
        }
    }

    fn run_to(
        &self,
        generator: &mut Generator,
        to: GeneratorInstant,
        report: &mut ServeReport,
        tap: &mut dyn Tap,
    ) -> Result<(), PtyError> {
        generator.advance(to);
        let mut bytes = [0; 1_024];
        loop {
            let count = generator.transmit(&mut bytes);
            let Some(chunk) = bytes.get(..count).filter(|chunk| !chunk.is_empty()) else {
                return Ok(());
            };
            let began = Instant::now();
            let written = match write(&self.master, chunk) {
                Ok(written) => written,
                // Nobody reads: a serial line does not wait for anyone either.
                Err(Errno::AGAIN | Errno::INTR) => 0,
                Err(errno) => {
                    return Err(PtyError::Terminal { what: "write to", source: errno.into() });
                }
            };
            tap.sent(chunk.get(..written).unwrap_or(&[]), began);
            let lost = count.saturating_sub(written) as u64;
            report.bytes_dropped = report.bytes_dropped.saturating_add(lost);
        }
    }

    fn take_in(&self, generator: &mut Generator, tap: &mut dyn Tap) -> Result<(), PtyError> {
        let mut bytes = [0; 1_024];
        let room = generator.receive_room().min(bytes.len());
        let Some(place) = bytes.get_mut(..room).filter(|place| !place.is_empty()) else {
            return Ok(());
        };
        match read(&self.master, &mut *place) {
            Ok(count) => {
                let bytes = place.get(..count).unwrap_or(&[]);
                tap.received(bytes, Instant::now());
                generator.receive(bytes);
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(errno) => {
                return Err(PtyError::Terminal { what: "read from", source: errno.into() });
            }
        }
        Ok(())
    }
}

impl Drop for PtyPort {
    fn drop(&mut self) {
        // Only while it is still ours: another simulator may have taken the name since.
        if let Some(link) = &self.link
            && std::fs::read_link(link).is_ok_and(|target| target == self.path)
        {
            // Nothing is left to do where this fails; the link is stale then, and replaceable.
            let _ = std::fs::remove_file(link);
        }
    }
}

fn note_turn(report: &mut ServeReport, turn: Duration) {
    report.longest_turn = report.longest_turn.max(turn);
    if turn > STALL {
        report.stalls = report.stalls.saturating_add(1);
    }
}

/// Puts the link in place in one move, so that no one ever sees half of it.
fn make_link(terminal: &Path, link: &Path) -> Result<(), PtyError> {
    match std::fs::symlink_metadata(link) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(PtyError::Link { path: link.to_owned(), source }),
        Ok(_) => {
            let ours = std::fs::read_link(link).is_ok_and(|target| target.starts_with("/dev/pts"));
            if !ours {
                return Err(PtyError::LinkTaken { path: link.to_owned() });
            }
        }
    }
    let mut name = link.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let temporary = PathBuf::from(name);
    let fail = |source| PtyError::Link { path: link.to_owned(), source };
    std::os::unix::fs::symlink(terminal, &temporary).map_err(fail)?;
    std::fs::rename(&temporary, link).map_err(|source| {
        let _ = std::fs::remove_file(&temporary);
        fail(source)
    })
}
