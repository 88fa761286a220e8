//! The generator behind a real pseudo-terminal, and a client that opens it like a serial port.
#![cfg(feature = "pty")]

mod common;

use common::{generator, hard_limits};
use rfa_sim::pty::{Command, EchoSizes, PtyError, PtyPort, ServeReport, echo};
use rfa_sim::{Fault, GeneratorConfig, Truth};
use rfa_units::{ChannelId, Contactor, HostInstant, Mode, SessionId, Span, Telemetry, TipReading};
use rfa_wire::handshake::{Config, Handshake, Step};
use rfa_wire::{GeneratorMessage, HostDecoder, HostEncoder, LinkKey, Standby};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Nothing here is allowed to take longer; the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

struct Served {
    stop: Arc<AtomicBool>,
    commands: Sender<Command>,
    truths: Arc<Mutex<Vec<Truth>>>,
    thread: JoinHandle<Result<ServeReport, PtyError>>,
}

fn serve(port: PtyPort, speed: f64) -> Served {
    let stop = Arc::new(AtomicBool::new(false));
    let truths = Arc::new(Mutex::new(Vec::new()));
    let (commands, received) = channel();
    let (stopping, told) = (Arc::clone(&stop), Arc::clone(&truths));
    let thread = std::thread::spawn(move || {
        let mut generator = generator(GeneratorConfig { seed: 11, ..GeneratorConfig::default() });
        let mut tell = |truth: &Truth| told.lock().expect("alive").push(*truth);
        port.serve(&mut generator, speed, &stopping, &received, &mut tell)
    });
    Served { stop, commands, truths, thread }
}

impl Served {
    fn end(self) -> (ServeReport, Vec<Truth>) {
        self.stop.store(true, Ordering::Relaxed);
        let report = self.thread.join().expect("no panic").expect("no error");
        let truths = std::mem::take(&mut *self.truths.lock().expect("alive"));
        (report, truths)
    }
}

/// A client: reads on a thread of its own, since a terminal's read blocks.
struct Client {
    file: File,
    bytes: std::sync::mpsc::Receiver<Vec<u8>>,
    started: Instant,
}

impl Client {
    fn open(path: &Path) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(path).expect("the slave opens");
        let mut reading = file.try_clone().expect("a second handle");
        let (send, bytes) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 512];
            while let Ok(count) = reading.read(&mut buffer) {
                if count == 0 || send.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { file, bytes, started: Instant::now() }
    }

    fn now(&self) -> HostInstant {
        HostInstant::from_micros(u64::try_from(self.started.elapsed().as_micros()).expect("short"))
    }

    /// Messages of the next few milliseconds.
    fn hear(&self, decoder: &mut HostDecoder) -> Vec<GeneratorMessage> {
        let bytes = self.bytes.recv_timeout(Duration::from_millis(5)).unwrap_or_default();
        bytes.iter().filter_map(|byte| decoder.push(*byte)?.ok()).collect()
    }

    fn establish(&mut self, session: u32) -> (HostEncoder, HostDecoder) {
        let config = Config {
            link: LinkKey::DEVELOPMENT,
            session: SessionId(session),
            host_nonce: [session as u8; 16],
            channels: 1,
            telemetry_hz: 100,
            mode: Mode::Thermal,
            limits: hard_limits(),
        };
        let mut handshake = Handshake::new(config, self.now());
        let mut decoder = handshake.decoder();
        loop {
            assert!(self.started.elapsed() < PATIENCE, "no session");
            let messages = self.hear(&mut decoder);
            let mut heard: Vec<_> = messages.iter().map(Some).collect();
            heard.push(None);
            for message in heard {
                match handshake.next(self.now(), message) {
                    Step::Send(frame) => self.file.write_all(frame.as_bytes()).expect("written"),
                    Step::Wait => {}
                    Step::Established(open) => return (open.encoder, decoder),
                    Step::Failed(failure) => panic!("{failure}"),
                }
            }
        }
    }

    /// Talks until a telemetry frame is as wanted; a standby for each piece heard.
    fn until(
        &mut self,
        (encoder, decoder): &mut (HostEncoder, HostDecoder),
        wanted: impl Fn(&Telemetry) -> bool,
    ) -> Telemetry {
        let mut tick = 0;
        loop {
            assert!(self.started.elapsed() < PATIENCE, "never as wanted");
            let found = self.hear(decoder).into_iter().find_map(|message| match message {
                GeneratorMessage::Telemetry(telemetry) if wanted(&telemetry) => Some(telemetry),
                _ => None,
            });
            if let Some(telemetry) = found {
                return telemetry;
            }
            tick += 1;
            let frame = encoder.standby(&Standby { k2: Contactor::Shut, tick }, decoder.seen());
            self.file.write_all(frame.as_bytes()).expect("written");
        }
    }
}

/// Handshake, K2, a fault and its end, a second client: all over the real terminal.
#[test]
fn talks_over_a_real_terminal_and_outlives_its_clients() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("gen.pty");
    let port = PtyPort::open(Some(&link)).expect("a terminal");
    assert_eq!(std::fs::read_link(&link).expect("a link"), port.path());
    let served = serve(port, 1.0);

    let mut first = Client::open(&link);
    let mut ends = first.establish(1);
    first.until(&mut ends, |telemetry| telemetry.k2 == Contactor::Shut);
    served.commands.send(Command::Fault(Fault::SensorOpen.full(), true)).expect("served");
    let tip = |telemetry: &Telemetry| telemetry.channel(ChannelId::ONE).map(|report| report.tip);
    first.until(&mut ends, |telemetry| tip(telemetry) == Some(TipReading::Open));
    served.commands.send(Command::Fault(Fault::SensorOpen.full(), false)).expect("served");
    first.until(&mut ends, |telemetry| tip(telemetry) != Some(TipReading::Open));
    drop(first);

    // The client has gone; the simulator has not, and a new session starts from nothing.
    let mut second = Client::open(&link);
    let mut ends = second.establish(2);
    let report = second.until(&mut ends, |telemetry| telemetry.k2 == Contactor::Shut);
    assert_eq!(report.grants_refused, 0);
    drop(second);

    let (_, truths) = served.end();
    assert!(!link.exists(), "the link is taken away at the end");
    assert!(truths.windows(2).all(|pair| pair[1].at.since(pair[0].at).as_millis() == 10));
    assert!(truths.iter().any(|truth| truth.session == Some(SessionId(2))));
}

/// H-21: when the client dies, RF permission and K2 go by the generator's own clock.
#[test]
fn a_dead_client_leaves_both_contactors_open() {
    let port = PtyPort::open(None).expect("a terminal");
    let path = port.path().to_owned();
    let served = serve(port, 1.0);
    let mut client = Client::open(&path);
    let mut ends = client.establish(3);
    client.until(&mut ends, |telemetry| telemetry.k2 == Contactor::Shut);
    drop(client);
    let died = Instant::now();
    let open = || {
        let truths = served.truths.lock().expect("alive");
        truths.last().is_some_and(|truth| truth.k2 == Contactor::Open)
    };
    while !open() {
        assert!(died.elapsed() < PATIENCE, "K2 stays shut");
        std::thread::sleep(Duration::from_millis(5));
    }
    served.end();
}

/// Time runs as fast as it is told, and a serving thread does not spin: in a second of wall time
/// it uses a small part of a processor even under a client that floods the line.
#[test]
fn keeps_time_and_does_not_spin() {
    let port = PtyPort::open(None).expect("a terminal");
    let path = port.path().to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = Arc::clone(&stop);
    let thread = std::thread::spawn(move || {
        let (_keep, commands) = channel();
        let mut generator = generator(GeneratorConfig::default());
        let started = Instant::now();
        port.serve(&mut generator, 4.0, &stopping, &commands, &mut |_| {}).expect("served");
        let wall_s = started.elapsed().as_secs_f64();
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let used_s = used.tv_sec as f64 + used.tv_nsec as f64 / 1e9;
        (wall_s, used_s, generator.now().as_micros() as f64 / 1e6)
    });
    let mut file = OpenOptions::new().write(true).open(&path).expect("the slave opens");
    let flood = Instant::now();
    // A terminal's buffer fills: the flood itself is then as slow as the line.
    while flood.elapsed() < Duration::from_millis(1_000) {
        file.write_all(&[0x55; 256]).expect("written");
    }
    stop.store(true, Ordering::Relaxed);
    let (wall_s, used_s, generator_s) = thread.join().expect("no panic");
    assert!((generator_s / wall_s - 4.0).abs() < 1.0, "{generator_s} s in {wall_s} s");
    println!("used {used_s:.3} s of {wall_s:.3} s, generator {generator_s:.3} s");
    assert!(used_s < 0.5 * wall_s, "used {used_s} s of {wall_s} s");
}

#[test]
fn replaces_a_stale_link_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("gen.pty");
    symlink("/dev/pts/999999", &link).expect("a stale link");
    let port = PtyPort::open(Some(&link)).expect("replaces a stale link");
    let kind = std::fs::metadata(&link).expect("there").file_type();
    assert!(kind.is_char_device());
    // Someone else takes the name: it is not ours to remove any more.
    std::fs::remove_file(&link).expect("removed");
    std::fs::write(&link, "precious").expect("written");
    drop(port);
    assert_eq!(std::fs::read_to_string(&link).expect("still there"), "precious");

    let error = PtyPort::open(Some(&link)).expect_err("a file is in the way").to_string();
    assert!(error.ends_with("is no link to a pseudo-terminal; choose another --link"), "{error}");
    let elsewhere = folder.path().join("other");
    symlink(&link, &elsewhere).expect("a link to a file");
    assert!(matches!(PtyPort::open(Some(&elsewhere)), Err(PtyError::LinkTaken { .. })));
    let missing = folder.path().join("no").join("gen.pty");
    assert!(matches!(PtyPort::open(Some(&missing)), Err(PtyError::Link { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 2, "nothing left behind");
}

#[test]
fn refuses_a_speed_out_of_range() {
    for speed in [0.0, -1.0, f64::NAN, 1_001.0] {
        let port = PtyPort::open(None).expect("a terminal");
        let (_keep, commands) = channel();
        let mut generator = generator(GeneratorConfig::default());
        let stop = AtomicBool::new(false);
        let result = port.serve(&mut generator, speed, &stop, &commands, &mut |_| {});
        assert!(matches!(result, Err(PtyError::Speed { .. })), "{speed}");
    }
}

/// The bare round trip: every request has its reply, and the echo ends with the terminal.
#[test]
fn a_bare_echo_answers_every_request() {
    let port = PtyPort::open(None).expect("a terminal");
    let path = port.path().to_owned();
    let sizes = EchoSizes { request: 90, reply: 80 };
    let thread = std::thread::spawn(move || echo(&path, sizes));
    let stop = AtomicBool::new(false);
    let mut times = Vec::new();
    let mut took = |time| {
        times.push(time);
        stop.store(times.len() >= 20, Ordering::Relaxed);
    };
    port.exchange(sizes, Span::from_millis(1), &stop, &mut took).expect("no error");
    assert_eq!(times.len(), 20);
    assert!(times.iter().all(|time| *time > Duration::ZERO));
    drop(port);
    thread.join().expect("no panic").expect("ended by the hang-up");
}

/// A reply that comes when nobody waits for it any more is not the next request's.
#[test]
fn a_late_reply_is_not_taken_for_the_next() {
    let port = PtyPort::open(None).expect("a terminal");
    let path = port.path().to_owned();
    let sizes = EchoSizes { request: 4, reply: 2 };
    let stop = AtomicBool::new(false);
    let mut times = Vec::new();
    let (late, after) = (Duration::from_millis(150), Duration::from_millis(80));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut line = File::options().read(true).write(true).open(&path).expect("opens");
            for number in 1..=4_u8 {
                let mut request = [0; 4];
                line.read_exact(&mut request).expect("a request");
                assert_eq!(request, [number; 4]);
                // Given up after 100 ms, it comes while the third waits for its own.
                if number == 2 {
                    std::thread::sleep(late);
                }
                line.write_all(&[number; 2]).expect("written");
                if number == 2 {
                    std::thread::sleep(after);
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        let mut took = |time| times.push(time);
        port.exchange(sizes, Span::from_millis(1), &stop, &mut took).expect("no error");
    });
    assert_eq!(times.len(), 3, "of four requests one reply is lost: {times:?}");
    assert!(times[1] > after, "the third's own: {times:?}");
}
