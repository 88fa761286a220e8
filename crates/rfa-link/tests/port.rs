//! The link on a real pseudo-terminal, with the simulated generator behind it.

use rfa_link::{Connection, LinkError, Port, SendResult};
use rfa_plan::{Electrode, Gauge, SensorKind};
use rfa_sim::pty::PtyPort;
use rfa_sim::{Generator, GeneratorConfig, LumpedPlant, Tissue};
use rfa_units::{
    ChannelId, GeneratorInstant, MilliCelsius, MilliVolts, MilliWatts, Mode, PlanHash, SessionId,
    Span,
};
use rfa_wire::handshake::{Config, Failure};
use rfa_wire::{GRANT_LIFE_MAX, HardLimits, LinkKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const BAUD: u32 = 921_600;

/// Waits for what another thread or process has to do; long enough for a machine that stalls.
fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < until, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A generator served on a thread, ended by dropping it: the terminal's other side is gone then.
struct Served {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    fn start(link_key: LinkKey) -> Self {
        let electrode = Electrode {
            gauge: Gauge::G20,
            tip_length_um: 5_000,
            sensor: SensorKind::ThermocoupleT,
        };
        let plant = LumpedPlant::new(&electrode, Tissue::MUSCLE).expect("fitted electrode");
        let config = GeneratorConfig { link_key, ..GeneratorConfig::default() };
        let mut generator = Generator::new(config, Box::new(plant)).expect("good config");
        let port = PtyPort::open(None).expect("a pseudo-terminal");
        let path = port.path().to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (_keep, commands) = mpsc::channel();
            port.serve(&mut generator, 1.0, &seen, &commands, &mut |_| {}).expect("serves");
        });
        Self { path, stop, thread: Some(thread) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn config() -> Config {
    Config {
        link: LinkKey::DEVELOPMENT,
        session: SessionId(42),
        host_nonce: [3; 16],
        channels: 1,
        telemetry_hz: 100,
        mode: Mode::Thermal,
        limits: HardLimits {
            channel: ChannelId::ONE,
            power_max: MilliWatts::new(16_000).expect("in range"),
            voltage_max: MilliVolts::new(150_000).expect("in range"),
            temperature_max: MilliCelsius::new(95_000).expect("in range"),
            grant_life: GRANT_LIFE_MAX,
            plan: PlanHash([9; 8]),
        },
    }
}

fn connect(path: &Path) -> Connection {
    let port = Port::open(path, BAUD).unwrap_or_else(|error| panic!("{error}"));
    port.connect(config()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn connects_and_hands_telemetry_to_both_readers() {
    let served = Served::start(LinkKey::DEVELOPMENT);
    let Connection { identity, self_test, rx, tx: _tx, mut ends, .. } = connect(&served.path);
    assert!(identity.simulated && self_test.passed());
    let (told, at_start) = mpsc::channel();
    let thread = rx.spawn(move || told.send(()).expect("the test waits")).expect("a thread");
    at_start.recv().expect("the set-up runs on the thread");
    for ring in [&mut ends.to_interlock, &mut ends.to_control] {
        let mut newest = None;
        eventually("a frame of telemetry", || {
            newest = ring.pop().ok();
            newest.is_some()
        });
        let arrival = newest.expect("just seen");
        assert!(arrival.telemetry.at > GeneratorInstant::ZERO);
        assert!(arrival.at <= rfa_link::monotonic_now());
        assert!(rfa_link::monotonic_now().since(arrival.at) < Span::from_secs(60));
    }
    let tally = ends.counts.read();
    assert_eq!((tally.corrupt, tally.refused, tally.missing), (0, 0, 0), "{tally:?}");
    assert!(thread.stop_and_join(), "no panic");
}

/// A hang-up reads as `Ok(0)` without end: the thread ends, the fault stays, nothing spins.
#[test]
fn a_hang_up_is_latched_and_ends_the_thread() {
    let served = Served::start(LinkKey::DEVELOPMENT);
    let Connection { rx, mut tx, ends, .. } = connect(&served.path);
    let thread = rx.spawn(|| {}).expect("a thread");
    eventually("telemetry", || ends.to_interlock.slots() > 0);
    assert!(!ends.counts.read().hung_up && !thread.is_finished());
    drop(served);
    eventually("the thread ends by itself", || thread.is_finished());
    assert!(ends.counts.read().hung_up);
    assert_eq!(tx.bye(GeneratorInstant::ZERO), SendResult::HungUp);
    assert!(ends.counts.read().hung_up, "never taken back");
    assert!(thread.stop_and_join(), "ended, not panicked");
}

#[test]
fn a_silent_line_is_no_answer() {
    let silent = PtyPort::open(None).expect("a pseudo-terminal");
    let port = Port::open(silent.path(), BAUD).expect("opens");
    match port.connect(config()) {
        Err(LinkError::Handshake { failure: Failure::NoAnswer, received: 0, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_key_is_told_apart_from_a_dead_line() {
    let served = Served::start(LinkKey([1; 16]));
    let port = Port::open(&served.path, BAUD).expect("opens");
    match port.connect(config()) {
        Err(LinkError::Handshake { failure: Failure::WrongKey, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_port_gone_while_connecting_is_a_hang_up() {
    let gone = PtyPort::open(None).expect("a pseudo-terminal");
    let port = Port::open(gone.path(), BAUD).expect("opens");
    let later = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        drop(gone);
    });
    let result = port.connect(config());
    assert!(matches!(result, Err(LinkError::HungUp { .. })), "{result:?}");
    later.join().expect("no panic");
}

#[test]
fn what_is_not_there_or_no_terminal_is_said_with_path_and_mend() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = directory.path().join("gen.pty");
    let error = Port::open(&missing, BAUD).expect_err("nothing there");
    assert!(matches!(error, LinkError::NotFound { .. }), "{error:?}");
    assert!(error.to_string().contains("gen.pty: not found; check"), "{error}");
    let file = directory.path().join("file");
    std::fs::write(&file, b"x").expect("writes");
    for path in [file.as_path(), directory.path(), Path::new("/dev/null")] {
        let error = Port::open(path, BAUD).expect_err("no terminal");
        assert!(matches!(error, LinkError::NotATerminal { .. }), "{}: {error:?}", path.display());
    }
}

#[test]
fn a_port_is_opened_once_at_a_time_and_again_afterwards() {
    let pty = PtyPort::open(None).expect("a pseudo-terminal");
    let first = Port::open(pty.path(), BAUD).expect("opens");
    let error = Port::open(pty.path(), BAUD).expect_err("taken");
    assert!(matches!(error, LinkError::Busy { .. }), "{error:?}");
    drop(first);
    Port::open(pty.path(), BAUD).expect("free again");
}

/// An older conversation's frames wait in the terminal's buffer: the next one starts clean.
#[test]
fn a_second_conversation_starts_clean() {
    let served = Served::start(LinkKey::DEVELOPMENT);
    drop(connect(&served.path));
    std::thread::sleep(Duration::from_millis(100));
    let mut again = config();
    again.session = SessionId(43);
    again.host_nonce = [4; 16];
    let port = Port::open(&served.path, BAUD).expect("opens");
    let Connection { rx, ends, .. } = port.connect(again).unwrap_or_else(|e| panic!("{e}"));
    let thread = rx.spawn(|| {}).expect("a thread");
    eventually("telemetry", || ends.to_interlock.slots() > 0);
    assert!(thread.stop_and_join());
}
