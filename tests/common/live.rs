//! Live processes for the whole-system tests, and what a stall of the machine does to them.
//!
//! A machine that stands still longer than a silence limit must make the controller trip. A test
//! that met this says so from the lateness record and the steal counter and runs again, at most
//! twice; no limit is widened for it. What must never happen (RF on too long, RF by itself) is no
//! [`Missed`] but a panic: no stall excuses it.
#![allow(dead_code, reason = "each test binary uses its own part")]

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The plan of these tests: 60 °C, a ramp of 5 s, a hold of 10 s.
pub(crate) const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/plans/short.toml");

/// The first run and two more.
const RUNS: usize = 3;

/// An interlock tick begun this late leaves a gap of 30 ms between two ticks (H-44), 10 ms of
/// them planned; a control tick this late, 30 ms without a request (H-20).
const TICK_LATE_US: u64 = 20_000;
/// Two ticks in a row begun this late are two missed ones (H-44).
const TICK_MISSED_US: u64 = 10_000;
/// A simulator that stood still for this long: 60 ms from the newest telemetry to the next
/// (H-22), or from a grant to its expiry, 20 ms of them gone before.
const SIMULATOR_STALL_MS: f64 = 40.0;
/// Time the host took within one second, over all processors, that can have held the link's
/// thread for the 60 ms of H-22.
const STEAL_MS: u64 = 60;
/// The rules that a machine standing still trips. Where the interlock's own tick met the stall it
/// is H-44, always; the others are left to a stall that held the link, the simulator, the loop or
/// the console alone. H-08: a sample that waited is old. H-54: the dead-man opened K1.
pub(crate) const STALL_RULES: [&str; 6] = ["H-08", "H-20", "H-22", "H-23", "H-44", "H-54"];

/// Real-time tests run one after another: two controllers on two processors disturb each other.
pub(crate) fn one_at_a_time() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is on record about the machine in one run.
#[derive(Debug, Default)]
pub(crate) struct Met {
    /// Summary of a controller.
    pub(crate) controller: Option<Value>,
    /// What the simulator's process printed.
    pub(crate) simulator: Option<Value>,
    /// `rec info` of a controller that could print nothing.
    pub(crate) recording: Option<Value>,
    /// Pauses the test itself made, from and to, in microseconds of the monotonic clock.
    pub(crate) pauses_us: Vec<(u64, u64)>,
    /// A pause of the test's own that took longer than asked.
    pub(crate) own: Option<String>,
}

/// An expectation not met that a stall of the machine would explain.
#[derive(Debug)]
pub(crate) struct Missed {
    /// What was expected and found.
    pub(crate) why: String,
    /// What is on record.
    pub(crate) met: Box<Met>,
}

/// Runs until the expectations are met; again, at most twice, where the machine stood still.
pub(crate) fn run_with_stall_evidence(what: &str, mut run: impl FnMut() -> Result<(), Missed>) {
    for number in 1..=RUNS {
        let Err(Missed { why, met }) = run() else { return };
        match stalled(&met) {
            None => panic!("{what}: {why}\nno stall of the machine is on record: {met:#?}"),
            Some(evidence) if number == RUNS => {
                panic!("{what}: the machine stalled in each of {RUNS} runs: {evidence}\n{why}")
            }
            Some(evidence) => {
                eprintln!(
                    "{what}: run {number} met a stall of the machine: {evidence}; runs again"
                );
            }
        }
    }
}

/// The evidence that the machine stood still longer than a silence limit; `None`: there is none,
/// or something else tripped.
pub(crate) fn stalled(met: &Met) -> Option<String> {
    let records = [&met.controller, &met.recording];
    let trips = records.into_iter().flatten().filter_map(|r| r["trips"].as_array()).flatten();
    let by = |trip: &Value, rule: &str| {
        trip.to_string().replace('-', "").contains(&rule.replace('-', ""))
    };
    let trips: Vec<&Value> = trips.collect();
    if trips.iter().any(|trip| !STALL_RULES.iter().any(|rule| by(trip, rule))) {
        return None;
    }
    // A gap that long between two ticks is named H-44, whatever else came with it.
    let ticks = trips.iter().all(|trip| by(trip, "H-44")).then(|| ticks_stalled(met)).flatten();
    met.own.clone().or(ticks).or_else(|| rest_stalled(met))
}

fn ticks_stalled(met: &Met) -> Option<String> {
    let late = met.controller.as_ref()?["stall"]["late"].as_array()?;
    let late: Vec<(u64, u64)> = late
        .iter()
        .filter_map(|l| {
            Some((l["tick"].as_u64()?, l["late_us"].as_u64()?, l["planned_us"].as_u64()?))
        })
        .filter(|(_, late_us, planned_us)| {
            let (from, to) = (*planned_us, planned_us + late_us);
            !met.pauses_us.iter().any(|(begin, end)| from <= *end && to >= *begin)
        })
        .map(|(tick, late_us, _)| (tick, late_us))
        .collect();
    if let Some((tick, late_us)) = late.iter().find(|(_, late_us)| *late_us >= TICK_LATE_US) {
        return Some(format!("interlock tick {tick} began {late_us} us late"));
    }
    let missed = |pair: &&[(u64, u64)]| {
        pair[1].0 - pair[0].0 <= 2 && pair.iter().all(|(_, late_us)| *late_us >= TICK_MISSED_US)
    };
    late.windows(2).find(missed).map(|pair| format!("two ticks in a row began late: {pair:?}"))
}

fn rest_stalled(met: &Met) -> Option<String> {
    let summary = met.controller.as_ref();
    if let Some(steal) = summary.and_then(|s| s["stall"]["steal_worst_second_ms"].as_u64())
        && steal >= STEAL_MS
    {
        return Some(format!("the host took {steal} ms within one second"));
    }
    // A pause of the test's own is in these maxima.
    if met.pauses_us.is_empty() {
        // Whole microseconds, as what it is held against.
        let control = summary.and_then(|s| s["timing_us"]["control_lateness"]["max"].as_f64());
        let control = control.map(|us| us as u64);
        let info = met.recording.as_ref();
        let of_info = |field: &str| info.and_then(|i| i[field].as_u64());
        for (name, late_us) in [
            ("control tick", control),
            ("control tick", of_info("control_late_max_us")),
            ("interlock tick", of_info("interlock_late_max_us")),
        ] {
            if let Some(late_us) = late_us.filter(|late_us| *late_us >= TICK_LATE_US) {
                return Some(format!("a {name} began {late_us} us late"));
            }
        }
    }
    let turn = [&met.simulator, &met.controller]
        .into_iter()
        .flatten()
        .find_map(|report| report["served"]["longest_turn_ms"].as_f64())?;
    (turn >= SIMULATOR_STALL_MS).then(|| format!("the simulator stood still for {turn:.0} ms"))
}

/// Microseconds of the monotonic clock, as in the lateness record.
pub(crate) fn monotonic_us() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000).expect("not negative")
}

/// Wall clock, in nanoseconds since 1970, as a recording's `log_time`.
pub(crate) fn unix_ns() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    u64::try_from(now.as_nanos()).expect("before 2554")
}

/// Waits for `done`, looking each 5 ms.
pub(crate) fn wait_until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let until = Instant::now() + limit;
    while !done() {
        assert!(Instant::now() < until, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Exit code; `None`: by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The one JSON value on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("no JSON ({e}): {self:#?}"))
    }
}

/// A running `rfa`; killed when dropped.
pub(crate) struct Process {
    child: Child,
    said: Arc<Mutex<String>>,
    readers: Option<[JoinHandle<()>; 2]>,
    printed: Arc<Mutex<String>>,
}

impl Process {
    /// Starts `rfa` with these arguments.
    pub(crate) fn start<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rfa"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("rfa starts");
        let (printed, said) = (Arc::default(), Arc::default());
        let readers = Some([
            collect(child.stdout.take().expect("piped"), Arc::clone(&printed)),
            collect(child.stderr.take().expect("piped"), Arc::clone(&said)),
        ]);
        Self { child, said, readers, printed }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("a child of ours");
    }

    /// Whether it has not ended yet.
    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_none()
    }

    pub(crate) fn stderr(&self) -> String {
        self.said.lock().expect("not poisoned").clone()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self, limit: Duration) -> Ended {
        let until = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                break status;
            }
            assert!(Instant::now() < until, "still runs after {limit:?}: {}", self.stderr());
            std::thread::sleep(Duration::from_millis(5));
        };
        for reader in self.readers.take().into_iter().flatten() {
            reader.join().expect("reads to the end");
        }
        let stdout = self.printed.lock().expect("not poisoned").clone();
        Ended { code: status.code(), stdout, stderr: self.stderr() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static, to: Arc<Mutex<String>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut bytes = [0; 4_096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            to.lock().expect("not poisoned").push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    })
}

/// A folder with a simulator's link and recordings.
pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn link(&self) -> PathBuf {
        self.path("gen.pty")
    }

    /// A simulator that serves the link already.
    pub(crate) fn simulator(&self, more: &[&str]) -> Simulator {
        let link = self.link();
        let link = link.to_str().expect("UTF-8");
        let base = ["sim", "--link", link, "--plan", PLAN, "--format", "json"];
        let process = Process::start(base.iter().chain(more));
        wait_until("the simulator serves", Duration::from_secs(10), || {
            process.stderr().contains("simulated generator at")
        });
        Simulator(process)
    }

    /// A controller on the link, recording to `name`.
    pub(crate) fn controller(&self, name: &str, more: &[&str]) -> Process {
        let (link, record) = (self.link(), self.path(name));
        let (link, record) = (link.to_str().expect("UTF-8"), record.to_str().expect("UTF-8"));
        let base = [
            "run",
            "--port",
            link,
            "--headless",
            "--plan",
            PLAN,
            "--format",
            "json",
            "--record",
            record,
        ];
        Process::start(base.iter().chain(more))
    }

    /// A controller with its recording begun: the handshake is done then.
    pub(crate) fn controller_in_session(&self, name: &str, more: &[&str]) -> Process {
        let controller = self.controller(name, more);
        wait_until("the recording begins", Duration::from_secs(10), || self.path(name).exists());
        controller
    }

    /// Runs `rfa rec WHAT --format json` on recordings of this bench.
    pub(crate) fn rec(&self, what: &str, names: &[&str]) -> Ended {
        let files: Vec<PathBuf> = names.iter().map(|name| self.path(name)).collect();
        let mut arguments: Vec<&str> = vec!["rec", what, "--format", "json"];
        arguments.extend(files.iter().map(|file| file.to_str().expect("UTF-8")));
        Process::start(arguments).end(Duration::from_secs(60))
    }

    /// A finished recording has to verify.
    #[track_caller]
    pub(crate) fn verify(&self, name: &str) {
        let verified = self.rec("verify", &[name]);
        assert_eq!(verified.code, Some(0), "{verified:#?}");
    }

    /// A script whose acts are still to come, so that the controller stays after a trip.
    pub(crate) fn staying_script(&self) -> PathBuf {
        self.script("[[act]]\nat_s = 3000\ndo = \"mark\"\n")
    }

    pub(crate) fn script(&self, text: &str) -> PathBuf {
        let path = self.path("script.toml");
        std::fs::write(&path, text).expect("writes");
        path
    }
}

/// A simulator's process.
pub(crate) struct Simulator(pub(crate) Process);

impl Simulator {
    /// Ends it and gives its own report.
    #[track_caller]
    pub(crate) fn report(self) -> Value {
        self.0.signal(Signal::TERM);
        let ended = self.0.end(Duration::from_secs(10));
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        ended.json()
    }
}

/// The endings of RF a simulator reported.
pub(crate) fn rf_offs(report: &Value) -> &[Value] {
    report["rf_off"].as_array().expect("a list")
}

/// H-21: the generator's own dead-man took RF off, at most 100 ms after the last grant. Nothing
/// excuses a miss: both times are on the generator's clock.
#[track_caller]
pub(crate) fn assert_dead_man(off: &Value) {
    let since = off["since_grant_ms"].as_f64().expect("a grant was given");
    assert!(since <= 100.0, "RF off only {since} ms after the last grant: {off}");
    assert_eq!(off["cause"], "silence", "{off}");
}

/// When the newest tick of a recording was, in nanoseconds since 1970.
pub(crate) fn newest_tick_ns(path: &Path) -> u64 {
    let mut messages = rfa_record::Recording::open(path)
        .and_then(|recording| recording.messages())
        .expect("readable");
    let mut newest = 0;
    while let Some(message) = messages.next().expect("undamaged") {
        if message.topic == rfa_record::Topic::Tick {
            newest = message.log_time_ns;
        }
    }
    newest
}
