//! `cyclictest` of rt-tests beside the treatments, where it is installed.

use crate::exit::Stop;
use rfa_runtime::{Latencies, TICK};
use serde_json::Value;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What to do where it is missing.
pub(super) const INSTALL: &str =
    "cyclictest is not installed (Debian, Ubuntu: apt install rt-tests); the bare thread stands in";

/// Longest latency it tells apart, µs; longer ones count as its maximum.
const LONGEST_US: u32 = 200_000;

/// The priority of the interlock's thread.
const PRIORITY: u32 = 80;

/// So long after a whole second it wakes first, and each 10 ms from then: a quarter of a
/// millisecond from whole ones, where the kernel's tick is, and from half ones, where the session's
/// threads are.
const AFTER_SECOND_US: u32 = 250;

/// How long it may take to end by itself: it is given as many loops as there are ticks, and the
/// treatments take longer than that.
const END_WAIT: Duration = Duration::from_secs(30);

/// It, running.
pub(super) struct Cyclictest {
    child: Child,
    folder: TempDir,
}

impl Cyclictest {
    /// Starts it for `loops` wake-ups; `None`: it is not installed.
    pub(super) fn start(loops: u64) -> Result<Option<Self>, Stop> {
        let folder = tempfile::tempdir()
            .map_err(|e| Stop::failure(format!("no folder for cyclictest's figures: {e}")))?;
        let child = Command::new("cyclictest")
            .args(arguments(loops))
            .arg(format!("--json={}", file(&folder).display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Ok(Some(Self { child, folder })),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Stop::failure(format!("cyclictest does not start: {e}"))),
        }
    }

    /// Waits for its end and takes its figures; an error is a sentence.
    pub(super) fn finish(mut self) -> Result<Latencies, String> {
        let until = Instant::now() + END_WAIT;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => break,
                Ok(Some(status)) => {
                    return Err(format!(
                        "cyclictest ended with {status}: may it use real-time \
                                        priorities (`ulimit -r 80`)?"
                    ));
                }
                Ok(None) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Ok(None) => return Err("cyclictest does not end".to_owned()),
                Err(e) => return Err(format!("cyclictest cannot be waited for: {e}")),
            }
        }
        let text = std::fs::read_to_string(file(&self.folder))
            .map_err(|e| format!("cyclictest wrote no figures: {e}"))?;
        read(&text).ok_or_else(|| "cyclictest's figures have another form than 2.4's".to_owned())
    }
}

impl Drop for Cyclictest {
    fn drop(&mut self) {
        // Only where it has not ended: an interrupted benchmark.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn arguments(loops: u64) -> Vec<String> {
    vec![
        "--quiet".to_owned(),
        "--mlockall".to_owned(),
        "--threads=1".to_owned(),
        format!("--priority={PRIORITY}"),
        format!("--interval={}", TICK.as_micros()),
        format!("--secaligned={AFTER_SECOND_US}"),
        format!("--loops={loops}"),
        format!("--histogram={LONGEST_US}"),
    ]
}

fn file(folder: &TempDir) -> std::path::PathBuf {
    Path::new(folder.path()).join("cyclictest.json")
}

/// The histogram of its one thread.
fn read(text: &str) -> Option<Latencies> {
    let told: Value = serde_json::from_str(text).ok()?;
    let thread = told.get("thread")?.get("0")?;
    let mut latencies = Latencies::new();
    let mut counted = 0;
    for (us, count) in thread.get("histogram")?.as_object()? {
        let (us, count) = (us.parse().ok()?, count.as_u64()?);
        for _ in 0..count {
            latencies.record_us(us);
        }
        counted += count;
    }
    let max_us = thread.get("max")?.as_u64()?;
    for _ in counted..thread.get("cycles")?.as_u64()? {
        latencies.record_us(max_us);
    }
    Some(latencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_as_the_interlock_does_at_a_place_of_its_own() {
        let all = arguments(500).join(" ");
        for one in ["--priority=80", "--interval=10000", "--secaligned=250", "--loops=500"] {
            assert!(all.contains(one), "{one}: {all}");
        }
    }

    /// As rt-tests 2.4 writes it; a cycle beyond the histogram counts as the maximum.
    #[test]
    fn the_histogram_is_read_whole() {
        let text = r#"{"file_version": 1, "cmdline": "cyclictest", "rt_test_version": "2.40",
            "num_threads": 1, "resolution_in_ns": 0, "thread": {"0": {
            "histogram": {"5": 2, "7": 1}, "cycles": 4, "min": 5, "max": 300000, "avg": 9.0,
            "cpu": 1, "node": 0}}}"#;
        let of = read(text).expect("the form").quantiles();
        assert_eq!((of.count, of.max_ns), (4, 300_000_000));
        assert!(of.p50_ns.abs_diff(5_000) <= 5, "{of:?}");
        assert!(read("{}").is_none() && read("no JSON").is_none());
    }
}
