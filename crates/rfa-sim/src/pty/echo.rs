//! The bare round trip through a pseudo-terminal: what any controller pays before it has computed
//! anything.

use super::{PtyError, PtyPort};
use rfa_units::Span;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, read, write};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// An answer that has not come by then is lost; the stop flag is looked at as often.
const LOST_AFTER: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// How many bytes go each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EchoSizes {
    /// From the generator's side.
    pub request: usize,
    /// From the host's side.
    pub reply: usize,
}

/// The longest of either.
const SIZE_MAX: usize = 1_024;

/// The host's side: reads a request, writes a reply, until the other side is closed. Every byte of
/// a reply is its request's first one, so that a reply that comes too late is not taken for the
/// next one's.
///
/// # Errors
/// What the system says where `terminal` cannot be opened, or refuses a byte.
pub fn echo(terminal: &Path, sizes: EchoSizes) -> io::Result<()> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let port = open(terminal, flags, Mode::empty())?;
    let mut buffer = [0; SIZE_MAX];
    let mut reply = [0; SIZE_MAX];
    let request = sizes.request.min(SIZE_MAX);
    loop {
        let mut taken = 0;
        while taken < request {
            // No byte of the next request, which may be here already.
            let room = buffer.get_mut(taken..request).unwrap_or(&mut []);
            match read(&port, room) {
                // Closed: EIO, or nothing to read any more.
                Ok(0) | Err(Errno::IO) => return Ok(()),
                Ok(count) => taken = taken.saturating_add(count),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        reply.fill(buffer[0]);
        write(&port, reply.get(..sizes.reply.min(SIZE_MAX)).unwrap_or(&[]))?;
    }
}

impl PtyPort {
    /// The generator's side of [`echo`]: writes a request `every` so often and gives the time until
    /// the reply is read, from just before the write, until `stop` is set.
    ///
    /// # Errors
    /// [`PtyError::Terminal`] where the terminal breaks.
    pub fn exchange(
        &self,
        sizes: EchoSizes,
        every: Span,
        stop: &AtomicBool,
        took: &mut dyn FnMut(Duration),
    ) -> Result<(), PtyError> {
        let mut request = [0; SIZE_MAX];
        let mut number = 0_u8;
        let every = Duration::from_micros(every.as_micros());
        let mut next = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            let Some(then) = next.checked_add(every) else { return Ok(()) };
            next = then;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            let began = Instant::now();
            number = number.wrapping_add(1);
            request.fill(number);
            let request = request.get(..sizes.request.min(SIZE_MAX)).unwrap_or(&[]);
            write(&self.master, request).map_err(broken("write to"))?;
            if take(&self.master, sizes.reply.min(SIZE_MAX), number)? {
                took(began.elapsed());
            }
        }
        Ok(())
    }
}

/// Whether `bytes` of this number came in time; bytes of an earlier one are passed over.
fn take(master: &OwnedFd, bytes: usize, number: u8) -> Result<bool, PtyError> {
    let mut buffer = [0; SIZE_MAX];
    let mut taken = 0;
    while taken < bytes {
        match poll(&mut [PollFd::new(master, PollFlags::IN)], Some(&LOST_AFTER)) {
            Ok(0) => return Ok(false),
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(broken("wait for")(errno)),
        }
        match read(master, &mut buffer) {
            Ok(count) => {
                let got = buffer.get(..count).unwrap_or(&[]);
                taken = taken.saturating_add(got.iter().filter(|byte| **byte == number).count());
            }
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(errno) => return Err(broken("read from")(errno)),
        }
    }
    Ok(true)
}

fn broken(what: &'static str) -> impl Fn(Errno) -> PtyError {
    move |errno| PtyError::Terminal { what, source: errno.into() }
}
