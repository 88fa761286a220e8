//! tokio-serial against a blocking port: the last table of docs/adr/0003-transport.md.
//!
//! `cargo run --release -p rfa-link --example port`
//!
//! One side writes a frame of telemetry's size into a pseudo-terminal each millisecond; the other
//! reads it whole and answers with one of a grant's size. The time is from before the write to the
//! answer's last byte, 5000 frames a run, three runs of each kind in turn. Both threads have
//! ordinary priority.

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::error::Error;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::thread::sleep;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_serial::SerialPortBuilderExt;

const FRAMES: usize = 5_000;
const APART: Duration = Duration::from_millis(1);
const RUNS: usize = 3;
/// About the sizes of a telemetry frame of one channel and of a grant.
const REQUEST: usize = 90;
const REPLY: usize = 48;
const BAUD: u32 = 921_600;
const TIMEOUT: Duration = Duration::from_secs(1);

type Failure = Box<dyn Error + Send + Sync>;

/// Answers frames at the path until the other side hangs up.
type Host = fn(&str) -> Result<(), Failure>;

fn main() -> Result<(), Failure> {
    println!("round trip over a pseudo-terminal, us: p50, p99, p99.9, max");
    for run in 1..=RUNS {
        for (name, host) in [("tokio-serial", with_tokio as Host), ("blocking port", blocking)] {
            let [p50, p99, p99_9, max] = measure(host)?;
            println!("run {run}  {name:14} {p50:8.1} {p99:8.1} {p99_9:8.1} {max:8.1}");
        }
    }
    Ok(())
}

fn measure(host: Host) -> Result<[f64; 4], Failure> {
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&terminal)?;
    unlockpt(&terminal)?;
    let path = ptsname(&terminal, Vec::new())?.into_string()?;
    // Held open until the host has it: else the terminal hangs up before it begins.
    let held: OwnedFd = rustix::fs::open(&*path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty())?;
    let host = std::thread::spawn(move || host(&path));
    sleep(Duration::from_millis(200));
    drop(held);
    let mut terminal = File::from(terminal);
    let mut times = Vec::with_capacity(FRAMES);
    let (request, mut reply) = ([0xaa; REQUEST], [0; REPLY]);
    for _ in 0..FRAMES {
        sleep(APART);
        let began = Instant::now();
        terminal.write_all(&request)?;
        terminal.read_exact(&mut reply)?;
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    drop(terminal);
    host.join().map_err(|_| "the host panicked")??;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((share * (FRAMES - 1) as f64) as usize).copied();
    let of = [at(0.5), at(0.99), at(0.999), at(1.0)];
    Ok(of.map(|time| time.unwrap_or(f64::NAN)))
}

fn with_tokio(path: &str) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut port = tokio_serial::new(path, BAUD).open_native_async()?;
        let (mut request, reply) = ([0; REQUEST], [0x55; REPLY]);
        loop {
            match AsyncReadExt::read_exact(&mut port, &mut request).await {
                Ok(_) => AsyncWriteExt::write_all(&mut port, &reply).await?,
                Err(_) => return Ok(()),
            }
        }
    })
}

fn blocking(path: &str) -> Result<(), Failure> {
    let mut port = serialport::new(path, BAUD).timeout(TIMEOUT).open_native()?;
    let (mut request, reply) = ([0; REQUEST], [0x55; REPLY]);
    loop {
        match port.read_exact(&mut request) {
            Ok(()) => port.write_all(&reply)?,
            Err(error) if error.kind() == ErrorKind::TimedOut => return Err(error.into()),
            Err(_) => return Ok(()),
        }
    }
}
