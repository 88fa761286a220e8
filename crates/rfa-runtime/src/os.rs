//! Real-time set-up of the operating system. The only unsafe code outside dependencies.
//!
//! Whatever cannot be had is a warning in words, not an error: the timing is measured anyway, and
//! a machine that cannot keep it trips (H-44) instead of heating late.
#![allow(unsafe_code)]

use crate::cores::{self, ClearCore};
use rfa_units::HostInstant;
use rustix::io::Errno;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::thread::{ClockId, Timespec, clock_nanosleep_absolute, set_current_timer_slack};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::num::NonZeroU64;

/// Priority of a thread that sees whether a core stands still: above the interlock's, so that no
/// thread of ours delays it. It runs in measurements only.
pub(crate) const FIFO_WITNESS: i32 = 85;
/// Priority of the interlock's thread: above everything else of a session.
pub(crate) const FIFO_INTERLOCK: i32 = 80;
/// Priority of the link's thread: telemetry must be in its rings before control looks for it.
pub(crate) const FIFO_LINK: i32 = 75;
/// Priority of the control thread.
pub(crate) const FIFO_CONTROL: i32 = 70;

/// Priority of a simulated generator: it stands for hardware, which no other program delays, and
/// comes after everything that would be real beside it.
const FIFO_GENERATOR: i32 = 60;

/// Priority of a thread that looks on: it delays none that does anything.
const FIFO_BESIDE: i32 = 1;

/// Gives the calling thread, which serves a simulated generator, the punctuality of hardware.
/// Returns what it could not do.
#[must_use]
pub fn stand_for_hardware() -> Vec<String> {
    cores::leave_kept_core();
    make_real_time("simulated generator", FIFO_GENERATOR)
}

/// Gives the calling thread, which answers on a port without deciding anything, the priority of the
/// link's thread. Returns what it could not do.
#[must_use]
pub fn stand_for_the_link() -> Vec<String> {
    keep_time("bare echo", FIFO_LINK)
}

/// Gives the calling thread, which looks on, precedence over ordinary threads and over no other.
/// Returns what it could not do.
#[must_use]
pub fn stand_beside() -> Vec<String> {
    make_real_time("witness", FIFO_BESIDE)
}

/// Real time on the kept core, for a thread that keeps a session's time. Without the priority it
/// may wake on any core: tied to one it would wait for whatever runs there.
pub(crate) fn keep_time(name: &str, priority: i32) -> Vec<String> {
    let mut warnings = make_real_time(name, priority);
    let moved = if is_fifo() { cores::use_kept_core() } else { cores::use_all_cores() };
    warnings.extend(moved);
    warnings
}

/// Whether the calling thread has the priority that was asked for.
pub(crate) fn is_fifo() -> bool {
    // SAFETY: no pointer; thread id 0 is the calling thread.
    unsafe { libc::sched_getscheduler(0) == libc::SCHED_FIFO }
}

/// Puts the calling thread under `SCHED_FIFO` with no timer slack. Returns what it could not do.
pub(crate) fn make_real_time(name: &str, priority: i32) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Err(error) = set_fifo(priority) {
        warnings.push(format!(
            "{name} thread: no real-time priority {priority} ({error}); ticks may be late: allow \
             it with `ulimit -r {priority}` or CAP_SYS_NICE"
        ));
    }
    // Half of a normal thread's wake-up delay is the default slack of 50 us (dependencies.md E2).
    if let Err(error) = set_current_timer_slack(NonZeroU64::new(1)) {
        warnings.push(format!("{name} thread: timer slack stays at its default ({error})"));
    }
    warnings
}

fn set_fifo(priority: i32) -> io::Result<()> {
    let parameters = libc::sched_param { sched_priority: priority };
    // SAFETY: the pointer is to a live `sched_param` that the call only reads; thread id 0 is the
    // calling thread; the call keeps no reference and changes no memory of ours.
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Keeps every page of the process in memory, so that no tick waits for a page.
fn lock_memory() -> Result<(), String> {
    mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE).map_err(|error| {
        format!(
            "memory is not locked ({error}); a tick may wait for a page: allow it with \
             `ulimit -l unlimited` or CAP_IPC_LOCK"
        )
    })
}

/// Holds the processors out of deep sleep as long as it lives.
#[derive(Debug)]
pub(crate) struct AwakeProcessors {
    _held_open: File,
}

/// Asks for a wake-up latency of 0 us: an idle processor otherwise sleeps too deep to wake in
/// time (dependencies.md E1).
pub(crate) fn keep_processors_awake() -> Result<AwakeProcessors, String> {
    let hold = || -> io::Result<AwakeProcessors> {
        let mut file = OpenOptions::new().write(true).open("/dev/cpu_dma_latency")?;
        file.write_all(&0_i32.to_ne_bytes())?;
        Ok(AwakeProcessors { _held_open: file })
    };
    hold().map_err(|error| format!("processors may sleep deeply (/dev/cpu_dma_latency: {error})"))
}

/// What the whole process holds while a session runs in real time.
#[derive(Debug, Default)]
pub(crate) struct Held {
    _awake: Option<AwakeProcessors>,
    _clear: Option<ClearCore>,
}

impl Held {
    /// Memory locked, processors awake, one core kept clear for the threads that keep time. What
    /// could not be had comes in words.
    pub(crate) fn all() -> (Self, Vec<String>) {
        let mut warnings = Vec::new();
        lock_memory().unwrap_or_else(|warning| warnings.push(warning));
        let awake = keep_processors_awake().map_err(|warning| warnings.push(warning)).ok();
        let clear = ClearCore::keep().map_err(|warning| warnings.push(warning)).ok();
        (Self { _awake: awake, _clear: clear }, warnings)
    }
}

/// What the calling thread has taken of the processors, in microseconds.
pub(crate) fn thread_time_us() -> u64 {
    let taken = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(taken.tv_sec).unwrap_or(0);
    let us = u64::try_from(taken.tv_nsec).unwrap_or(0) / 1_000;
    seconds.saturating_mul(1_000_000).saturating_add(us)
}

/// Sleeps until `deadline` on the monotonic clock.
pub(crate) fn sleep_until(deadline: HostInstant) {
    let us = deadline.as_micros();
    let request = Timespec {
        tv_sec: i64::try_from(us / 1_000_000).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(us % 1_000_000).unwrap_or(0).saturating_mul(1_000),
    };
    // A signal ends the sleep early; the deadline is absolute, so sleeping on loses nothing.
    while clock_nanosleep_absolute(ClockId::Monotonic, &request) == Err(Errno::INTR) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use rfa_units::Span;

    #[test]
    fn sleeps_until_and_not_before() {
        let deadline = rfa_link::monotonic_now().plus(Span::from_millis(3));
        sleep_until(deadline);
        assert!(rfa_link::monotonic_now() >= deadline);
        sleep_until(HostInstant::ZERO);
    }

    #[test]
    fn what_cannot_be_had_is_said_with_its_mend() {
        // Priority 0 is outside SCHED_FIFO's range for anybody.
        let warnings = make_real_time("interlock", 0);
        assert!(warnings.iter().any(|text| text.contains("ulimit -r")), "{warnings:?}");
    }
}
