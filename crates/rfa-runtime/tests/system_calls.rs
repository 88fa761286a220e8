//! What the real-time threads ask of the kernel, counted by the kernel itself: a session runs in a
//! second process, and this one traces its threads.
//!
//! A tick sleeps once; the interlock's writes one frame. Anything else would be a call that can
//! wait: for memory, for a lock, for another thread.
#![allow(unsafe_code, reason = "tracing is by system calls that the library leaves unchecked")]
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod common;

use common::served::{Served, start, work};
use rfa_units::Span;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Ticks traced of each thread.
const TICKS: u64 = 50;

/// A traced thread gets slow, not slower than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long each step of the traced plan is held: longer than both traces together.
const HOLD: Span = Span::from_secs(60);

/// Set for the second process.
const TRACED: &str = "RFA_TEST_TRACED";

/// System calls, by number.
type Calls = BTreeMap<i64, u64>;

/// Times that a session is traced, at most: one that met a stall of the machine delivers no more.
const ATTEMPTS: usize = 3;

/// The session that is traced. It says when it delivers, and does so until it is told to end.
#[test]
fn the_session_in_the_second_process() {
    if std::env::var_os(TRACED).is_none() {
        return;
    }
    let plan = common::plan(HOLD);
    let served = Served::start(&plan);
    let mut running = start(&plan, &served);
    let told = std::thread::spawn(|| std::io::stdin().read_line(&mut String::new()));
    let mut delivers = false;
    let ended = work(&mut running, |granted_mw| {
        if !delivers && granted_mw > 500 {
            println!("delivers");
            delivers = true;
        }
        delivers && told.is_finished()
    });
    drop(running);
    served.end();
    assert_eq!(ended, None, "it delivered until it was told to end");
}

#[test]
fn a_tick_sleeps_once_and_the_interlock_writes_once() {
    for _attempt in 0..ATTEMPTS {
        match traced_session() {
            Ok(Some(each)) => return each.iter().for_each(|(name, calls)| judge(name, calls)),
            Ok(None) => eprintln!("it ended by itself: the machine stood still, so it runs again"),
            Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
                // Told on a test that passes, too.
                let why = "nothing was shown of system calls: this system allows no tracing";
                let _ = writeln!(std::io::stderr(), "{why} ({e})");
                return;
            }
            Err(e) => panic!("{e}"),
        }
    }
    panic!("it ended by itself {ATTEMPTS} times; nothing was shown");
}

/// The calls of both threads that tick, while RF is on; `None`: it did not stay on.
fn traced_session() -> std::io::Result<Option<[(&'static str, Calls); 2]>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--exact", "the_session_in_the_second_process", "--nocapture"])
        .env(TRACED, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let delivers = said.any(|line| line.is_ok_and(|line| line.ends_with("delivers")));
    let traced = ["rfa-control", "rfa-interlock"].map(|name| {
        // Behind a trip its threads may have ended.
        let Some(thread) = thread_of(child.id(), name) else { return Ok((name, Calls::new())) };
        trace(thread).map(|calls| (name, calls))
    });
    drop(child.stdin.take());
    let delivered = child.wait()?.success() && delivers;
    let [control, interlock] = traced;
    let traced = [control?, interlock?];
    Ok(delivered.then_some(traced))
}

fn judge(name: &str, calls: &Calls) {
    let sleeps = calls.get(&libc::SYS_clock_nanosleep).copied().unwrap_or(0);
    let writes = calls.get(&libc::SYS_write).copied().unwrap_or(0);
    let all: u64 = calls.values().sum();
    assert_eq!(all, sleeps + writes, "{name} calls nothing else: {calls:?}");
    assert!(sleeps >= TICKS, "{name}: {calls:?}");
    if name == "rfa-control" {
        assert_eq!(writes, 0, "{calls:?}");
    } else {
        // The first or the last tick may be half in the trace; a sleep that the tracer itself
        // interrupted is entered twice.
        assert!(writes.abs_diff(sleeps) <= 2, "{name}: {calls:?}");
    }
}

fn thread_of(pid: u32, name: &str) -> Option<libc::pid_t> {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    threads.flatten().find_map(|thread| {
        let comm = std::fs::read_to_string(thread.path().join("comm")).ok()?;
        (comm.trim() == name).then(|| thread.file_name().to_str()?.parse().ok())?
    })
}

/// Every system call the thread enters in [`TICKS`] ticks.
fn trace(thread: libc::pid_t) -> std::io::Result<Calls> {
    request(libc::PTRACE_SEIZE, thread, libc::PTRACE_O_TRACESYSGOOD as usize)?;
    request(libc::PTRACE_INTERRUPT, thread, 0)?;
    let (mut calls, mut entered) = (Calls::new(), 0);
    let until = Instant::now() + PATIENCE;
    loop {
        let mut status = 0;
        // SAFETY: the pointer is to a live integer that the call writes; the thread is ours.
        if unsafe { libc::waitpid(thread, &raw mut status, libc::__WALL) } < 0 {
            return Err(std::io::Error::last_os_error());
        }
        if !libc::WIFSTOPPED(status) {
            // It ended; so did the session.
            return Ok(calls);
        }
        if libc::WSTOPSIG(status) == libc::SIGTRAP | 0x80
            && let Some(number) = entered_call(thread)?
        {
            *calls.entry(number).or_default() += 1;
            entered += u64::from(number == libc::SYS_clock_nanosleep);
        }
        if entered > TICKS || Instant::now() >= until {
            request(libc::PTRACE_DETACH, thread, 0)?;
            return Ok(calls);
        }
        request(libc::PTRACE_SYSCALL, thread, 0)?;
    }
}

/// The system call that the stopped thread is about to make; `None`: it comes back from one.
fn entered_call(thread: libc::pid_t) -> std::io::Result<Option<i64>> {
    // SAFETY: all fields are integers, for which zero is a value.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    // SAFETY: the thread is stopped under our trace; the pointer is to a live struct of the kind
    // that this request writes.
    let result = unsafe {
        libc::ptrace(libc::PTRACE_GETREGS, thread, 0, (&raw mut registers).cast::<libc::c_void>())
    };
    if result < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // On entry the kernel has put "no such call" where the result will be.
    let entering = registers.rax.cast_signed() == -i64::from(libc::ENOSYS);
    Ok(entering.then_some(registers.orig_rax.cast_signed()))
}

fn request(what: libc::c_uint, thread: libc::pid_t, data: usize) -> std::io::Result<()> {
    // SAFETY: none of the requests used reads or writes memory of this process.
    let result = unsafe { libc::ptrace(what, thread, 0, data) };
    if result < 0 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
}
