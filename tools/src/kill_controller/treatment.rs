//! One treatment between two processes, and the kill.

use super::numbers::within;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// H-21: from the last grant to no RF.
const BUDGET_MS: f64 = 100.0;
/// Two steps of 5 s of ramp and 3 s of hold, and a check of sensation between them.
const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/plans/short-stepped.toml");
/// Armed after 0.5 s, started after another 0.5 s; 3 s of thought at the check.
const SCRIPT: &str = "[[answer]]\ngate = \"sensory-check\"\nreply = \"confirm\"\nafter_ms = 3000\n";
/// Before this, ms from the recording's first byte, there is no RF.
const STARTED_MS: u64 = 1_000;
/// How long the opening may take.
const OPENED: Duration = Duration::from_secs(20);
/// Longer than any dead-man.
const AFTER: Duration = Duration::from_millis(300);

/// A part of the treatment.
pub(super) struct Phase {
    pub(super) name: &'static str,
    /// When it is sure to be, ms from the recording's first byte.
    ms: (u64, u64),
    rf: bool,
}

pub(super) const PHASES: [Phase; 5] = [
    Phase { name: "idle", ms: (20, 450), rf: false },
    Phase { name: "armed", ms: (550, 950), rf: false },
    Phase { name: "ramp", ms: (1_200, 5_800), rf: true },
    Phase { name: "hold", ms: (6_500, 8_700), rf: true },
    Phase { name: "gate", ms: (9_800, 11_500), rf: false },
];

/// What one kill showed.
pub(super) struct Killed {
    pub(super) phase: &'static str,
    /// From the last grant to RF measured off, where RF was on at the kill.
    pub(super) off_ms: Option<f64>,
    /// The longest turn of the simulator's own loop.
    pub(super) turn_ms: f64,
    /// What must never be.
    pub(super) wrong: Option<String>,
}

/// The program, and a folder for its links and recordings.
pub(super) struct Bench {
    rfa: PathBuf,
    folder: PathBuf,
}

impl Bench {
    pub(super) fn new() -> Result<Self, String> {
        let own = std::env::current_exe().map_err(|e| format!("where this program is: {e}"))?;
        let rfa = own.with_file_name("rfa");
        if !rfa.exists() {
            return Err(format!("{} is not there: build rfa alike first", rfa.display()));
        }
        let folder = std::env::temp_dir().join(format!("rfa-kill-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        Ok(Self { rfa, folder })
    }

    /// One treatment, killed in the phase of its number; an error is a kill that was not made.
    pub(super) fn kill(&self, number: u64, seed: u64) -> Result<Killed, String> {
        let [.., last] = &PHASES;
        let phase = PHASES.get(number as usize % PHASES.len()).unwrap_or(last);
        let (from, to) = phase.ms;
        let moment = seed.wrapping_mul(1_000_003).wrapping_add(number);
        let after = Duration::from_micros(within(moment, from * 1_000, to * 1_000));
        let at = |name: &str| self.folder.join(format!("{number}.{name}"));
        let (link, recording, script) = (at("pty"), at("mcap"), at("toml"));
        fs::write(&script, SCRIPT).map_err(|e| format!("{}: {e}", script.display()))?;
        let mut simulator = Running::simulator(&self.rfa, &link)?;
        let mut controller = Running::controller(&self.rfa, &link, &recording, &script)?;
        let until = Instant::now() + OPENED;
        while !recording.exists() {
            if Instant::now() > until || !controller.is_alive()? {
                return Err("the session did not open".to_owned());
            }
            sleep(Duration::from_millis(1));
        }
        sleep(after);
        let alive = controller.is_alive()?;
        controller.child.kill().map_err(|e| format!("kill: {e}"))?;
        sleep(AFTER);
        simulator.terminate()?;
        let report = simulator.printed()?;
        let report = serde_json::from_str(&report).map_err(|e| format!("{e}: {report:?}"))?;
        for file in [recording, script] {
            // What is left goes with the folder.
            let _ = fs::remove_file(file);
        }
        // Whether or not it was still there, nothing of this may be.
        let killed = judged(phase, &report)?;
        if alive || killed.wrong.is_some() { Ok(killed) } else { Err(format!("ended: {report}")) }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// An error is a treatment that had ended before its kill, by what a stall of the machine trips.
fn judged(phase: &Phase, report: &Value) -> Result<Killed, String> {
    let offs = report["rf_off"].as_array().map_or(&[][..], Vec::as_slice);
    // What the controller itself ended was before the kill.
    let by_itself: Vec<&Value> = offs.iter().filter(|off| off["cause"] != "host").collect();
    let late = |off: &&Value| off["since_grant_ms"].as_f64().is_none_or(|ms| ms > BUDGET_MS);
    let started = phase.ms.0 > STARTED_MS;
    let bad = report["rf_on"] != false || by_itself.iter().any(late) || by_itself.len() > 1;
    let wrong = bad || (!started && !offs.is_empty());
    if !wrong && by_itself.len() != usize::from(phase.rf) {
        return Err(format!("{}: ended before: {report}", phase.name));
    }
    Ok(Killed {
        phase: phase.name,
        off_ms: by_itself.last().and_then(|off| off["since_grant_ms"].as_f64()),
        turn_ms: report["served"]["longest_turn_ms"].as_f64().unwrap_or(f64::NAN),
        wrong: wrong.then(|| format!("WRONG: {}: {report}", phase.name)),
    })
}

/// A process that is killed when it is no longer wanted.
struct Running {
    child: Child,
    /// Kept open: nobody writes to a closed pipe.
    _said: Option<BufReader<ChildStderr>>,
}

impl Running {
    fn start(command: &mut Command) -> Result<Self, String> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let child = command.spawn().map_err(|e| format!("{command:?}: {e}"))?;
        Ok(Self { child, _said: None })
    }

    /// A simulator that serves its link already.
    fn simulator(rfa: &Path, link: &Path) -> Result<Self, String> {
        let mut command = Command::new(rfa);
        command.args(["sim", "--plan", PLAN, "--format", "json", "--link"]).arg(link);
        let mut running = Self::start(command.stderr(Stdio::piped()))?;
        let mut said = BufReader::new(running.child.stderr.take().ok_or("no stderr")?);
        let mut line = String::new();
        said.read_line(&mut line).map_err(|e| e.to_string())?;
        running._said = Some(said);
        if line.starts_with("simulated generator at") { Ok(running) } else { Err(line) }
    }

    fn controller(rfa: &Path, link: &Path, record: &Path, script: &Path) -> Result<Self, String> {
        let mut command = Command::new(rfa);
        command.args(["run", "--headless", "--plan", PLAN, "--format", "json", "--port"]);
        command.arg(link).arg("--record").arg(record).arg("--script").arg(script);
        Self::start(command.stderr(Stdio::null()))
    }

    fn is_alive(&mut self) -> Result<bool, String> {
        Ok(self.child.try_wait().map_err(|e| e.to_string())?.is_none())
    }

    fn terminate(&self) -> Result<(), String> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).map_err(|e| format!("term: {e}"))
    }

    /// What it printed until its end.
    fn printed(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut printed = self.child.stdout.take().ok_or("no stdout")?;
        printed.read_to_string(&mut text).map_err(|e| e.to_string())?;
        self.child.wait().map_err(|e| e.to_string())?;
        Ok(text)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended by itself where this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
