//! Runs of the built program: mostly headless on virtual time, where one takes milliseconds.
#![allow(dead_code, reason = "each test target uses a part of it")]

use rfa_record::{Recording, Topic, TruthRow};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use tempfile::TempDir;

/// The workspace, in which every command runs: the paths in help texts are relative to it.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// What a command gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) command: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    fn new(command: String, output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        // A panic is never an answer, whatever the exit code.
        assert!(!stderr.contains("panicked at"), "{command}: {stderr}");
        let code = output.status.code().unwrap_or_else(|| panic!("{command}: {}", output.status));
        Self { command, code, stdout, stderr }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Self {
        let Self { command, stdout, stderr, .. } = &self;
        assert_eq!(self.code, code, "{command}\nstdout: {stdout}\nstderr: {stderr}");
        self
    }

    /// Asserts that stderr contains each of `parts`.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "{}: no {part:?} in: {}",
                self.command,
                self.stderr
            );
        }
        self
    }

    /// The JSON value on stdout, which holds nothing else.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{}: {e}: {}{}", self.command, self.stdout, self.stderr))
    }
}

/// Runs rfa in the workspace, without a terminal.
pub(crate) fn rfa<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(arguments: I) -> Ran {
    rfa_in(&root(), arguments)
}

/// Runs rfa in `folder`, without a terminal.
pub(crate) fn rfa_in<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(
    folder: &Path,
    arguments: I,
) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rfa"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let name = format!("rfa {}", words.join(" "));
    let output = command.output().unwrap_or_else(|e| panic!("{name}: {e}"));
    Ran::new(name, output)
}

/// A headless treatment on virtual time, with its summary and its recording.
#[derive(Debug)]
pub(crate) struct Treated {
    pub(crate) ran: Ran,
    pub(crate) summary: Value,
    pub(crate) recording: PathBuf,
    /// Holds the recording until the test is done with it.
    _folder: TempDir,
}

/// Runs `rfa demo --headless --virtual` with a recording of its own. An error tells the exit code
/// and stderr, where no session came about.
pub(crate) fn treat(plan: &str, more: &[&str]) -> Result<Treated, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let recording = folder.path().join("s.mcap");
    let path = recording.to_str().expect("UTF-8");
    let words = "demo --headless --virtual --format json".split(' ');
    let ran = rfa(words.chain(["--record", path, "--plan", plan]).chain(more.iter().copied()));
    if ran.stdout.is_empty() {
        return Err(format!("exit {}: {}", ran.code, ran.stderr));
    }
    let summary = ran.json();
    Ok(Treated { ran, summary, recording, _folder: folder })
}

impl Treated {
    /// What was recorded of each tick, and what the simulator knew.
    pub(crate) fn recorded(&self) -> Recorded {
        let recording = Recording::open(&self.recording).expect("a recording");
        let mut messages = recording.messages().expect("readable");
        let mut recorded = Recorded { ticks: Vec::new(), truths: Vec::new() };
        while let Some(message) = messages.next().expect("whole") {
            match message.topic {
                Topic::Tick => recorded.ticks.push(message.parse().expect("a tick")),
                Topic::Truth => recorded.truths.push(message.parse().expect("a truth")),
                _ => {}
            }
        }
        recorded
    }

    /// `rfa rec verify` of the recording.
    pub(crate) fn verify(&self) -> Ran {
        rfa([Path::new("rec"), Path::new("verify"), &self.recording])
    }
}

/// The part of a recording that tests judge.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) ticks: Vec<Tick>,
    pub(crate) truths: Vec<TruthRow>,
}

/// The part of a `/tick` message that tests judge; a fraction of it, for speed.
#[derive(Debug, Deserialize)]
pub(crate) struct Tick {
    pub(crate) outputs: Decided,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Decided {
    pub(crate) grant: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) events: Vec<Value>,
}

impl Recorded {
    /// How often delivery began.
    pub(crate) fn starts(&self) -> usize {
        let events = self.ticks.iter().flat_map(|tick| &tick.outputs.events);
        events.filter(|event| event["changed"]["to"] == "delivering").count()
    }
}

/// The Chromium that is installed, where one is.
pub(crate) fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"];
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut all = names.iter().flat_map(|name| folders.iter().map(move |at| at.join(name)));
    all.find(|file| file.is_file())
}

/// Calls `check` on every item, on as many threads as there are processors, and panics with all
/// failures at once.
pub(crate) fn all<T: Send>(items: Vec<T>, check: impl Fn(&T) -> Result<(), String> + Sync) {
    all_on(std::thread::available_parallelism().map_or(2, usize::from), items, check);
}

/// The same on this many threads.
pub(crate) fn all_on<T: Send>(
    threads: usize,
    items: Vec<T>,
    check: impl Fn(&T) -> Result<(), String> + Sync,
) {
    let count = items.len();
    let queue = Mutex::new(items.into_iter());
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = queue.lock().expect("no worker panics with the lock").next();
            let Some(item) = next else { return };
            if let Err(failure) = check(&item) {
                failures.lock().expect("no worker panics with the lock").push(failure);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().expect("the workers have ended");
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
}
