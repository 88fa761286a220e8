//! What handing a message on costs the sender: the numbers of docs/adr/0003-transport.md.
//!
//! `cargo run --release -p rfa-runtime --example transport`
//!
//! Each row: 5000 messages, one each 100 µs, three runs; the time of the sending call alone.

use crossbeam_channel::bounded;
use hdrhistogram::Histogram;
use rfa_session::TickRecord;
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

const MESSAGES: u32 = 5_000;
const APART: Duration = Duration::from_micros(100);
const RUNS: usize = 3;

/// A telemetry frame's size, and a whole tick's.
type Small = [u64; 40];
type Whole = [u64; size_of::<TickRecord>() / 8];

struct Row {
    p50: u64,
    p99: u64,
    max: u64,
}

fn measure(mut send: impl FnMut()) -> Result<Row, Box<dyn Error>> {
    let mut times = Histogram::<u64>::new_with_bounds(1, 1_000_000_000, 3)?;
    for _ in 0..MESSAGES {
        let start = Instant::now();
        send();
        times.saturating_record(u64::try_from(start.elapsed().as_nanos())?);
        sleep(APART);
    }
    let at = |quantile| times.value_at_quantile(quantile);
    Ok(Row { p50: at(0.5), p99: at(0.99), max: times.max() })
}

/// Runs `poll` on a thread of its own every 100 µs while `body` measures.
fn beside<T>(mut poll: impl FnMut() + Send + 'static, body: impl FnOnce() -> T) -> T {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    let thread = spawn(move || {
        while !seen.load(Ordering::Relaxed) {
            poll();
            sleep(APART);
        }
    });
    let result = body();
    stop.store(true, Ordering::Relaxed);
    let _ = thread.join();
    result
}

fn ring<const N: usize>() -> Result<Row, Box<dyn Error>> {
    let (mut push, mut pop) = rtrb::RingBuffer::<[u64; N]>::new(64);
    let poll = move || while pop.pop().is_ok_and(|message| black_box(message).len() == N) {};
    beside(poll, || measure(|| _ = push.push(black_box([1; N]))))
}

fn channel_polled<const N: usize>() -> Result<Row, Box<dyn Error>> {
    let (send, receive) = bounded::<[u64; N]>(64);
    let poll = move || while receive.try_recv().is_ok_and(|m| black_box(m).len() == N) {};
    beside(poll, || measure(|| _ = send.try_send(black_box([1; N]))))
}

fn channel_parked<const N: usize>() -> Result<Row, Box<dyn Error>> {
    let (send, receive) = bounded::<[u64; N]>(64);
    let thread = spawn(move || while receive.recv().is_ok_and(|m| black_box(m).len() == N) {});
    let row = measure(|| _ = send.try_send(black_box([1; N])));
    drop(send);
    let _ = thread.join();
    row
}

fn latest<const N: usize>() -> Result<Row, Box<dyn Error>>
where
    [u64; N]: Send,
{
    let (mut write, mut read) = triple_buffer::triple_buffer(&[0_u64; N]);
    let poll = move || {
        black_box(read.read().first());
    };
    beside(poll, || measure(|| write.write(black_box([1; N]))))
}

/// What the interlock's thread does each tick: one frame straight into the terminal.
fn terminal() -> Result<Row, Box<dyn Error>> {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&master)?;
    unlockpt(&master)?;
    let name = ptsname(&master, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK;
    let port = rustix::fs::open(&name, flags, Mode::empty())?;
    let mut modes = tcgetattr(&port)?;
    modes.make_raw();
    tcsetattr(&port, OptionalActions::Now, &modes)?;
    rustix::io::ioctl_fionbio(&master, true)?;
    let poll = move || {
        let mut bytes = [0_u8; 4_096];
        let _ = black_box(rustix::io::read(&master, &mut bytes));
    };
    let frame = [0x55_u8; 90];
    beside(poll, || measure(|| _ = rustix::io::write(&port, black_box(&frame))))
}

fn main() -> Result<(), Box<dyn Error>> {
    const SMALL: usize = size_of::<Small>() / 8;
    const WHOLE: usize = size_of::<Whole>() / 8;
    type Case = (&'static str, usize, fn() -> Result<Row, Box<dyn Error>>);
    let cases: [Case; 9] = [
        ("rtrb push, polling reader", size_of::<Small>(), ring::<SMALL>),
        ("crossbeam try_send, polling reader", size_of::<Small>(), channel_polled::<SMALL>),
        ("crossbeam try_send, parked reader", size_of::<Small>(), channel_parked::<SMALL>),
        ("triple_buffer write", size_of::<Small>(), latest::<SMALL>),
        ("rtrb push, polling reader", size_of::<Whole>(), ring::<WHOLE>),
        ("crossbeam try_send, polling reader", size_of::<Whole>(), channel_polled::<WHOLE>),
        ("crossbeam try_send, parked reader", size_of::<Whole>(), channel_parked::<WHOLE>),
        ("triple_buffer write", size_of::<Whole>(), latest::<WHOLE>),
        ("write to a pseudo-terminal", 90, terminal),
    ];
    println!("{:<36} {:>6} {:>24} {:>24} {:>9}", "ns", "bytes", "p50", "p99", "max");
    for (name, bytes, case) in cases {
        let rows = (0..RUNS).map(|_| case()).collect::<Result<Vec<_>, _>>()?;
        let of = |pick: fn(&Row) -> u64| {
            let numbers: Vec<String> = rows.iter().map(|row| pick(row).to_string()).collect();
            numbers.join(" / ")
        };
        let max = rows.iter().map(|row| row.max).max().unwrap_or(0);
        println!("{name:<36} {bytes:>6} {:>24} {:>24} {max:>9}", of(|r| r.p50), of(|r| r.p99));
    }
    Ok(())
}
