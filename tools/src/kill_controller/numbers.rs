//! Random moments, quantiles, and the time that the machine's host took.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Kernel ticks a second in `/proc/stat`.
const USER_HZ: u64 = 100;

/// The value that this share of `values`, 0 to 1, do not pass; `None` of none.
pub(super) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied()
}

/// A number from `from` to below `to` of this seed (splitmix64).
pub(super) fn within(seed: u64, from: u64, to: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    from + (z ^ (z >> 31)) % (to - from)
}

/// Time that the host of a virtual machine took from its processors; `None`: not known.
fn steal_ms() -> Option<u64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let ticks: u64 = stat.lines().next()?.split_whitespace().nth(8)?.parse().ok()?;
    Some(ticks * 1_000 / USER_HZ)
}

/// That time, watched each second until it is told.
pub(super) struct Steal {
    began: Instant,
    stop: Arc<AtomicBool>,
    watching: JoinHandle<Option<(u64, u64)>>,
}

impl Steal {
    pub(super) fn watch() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let watching = spawn(move || {
            let first = steal_ms()?;
            let (mut last, mut worst) = (first, 0);
            while !stopped.load(Ordering::Relaxed) {
                sleep(Duration::from_secs(1));
                let now = steal_ms()?;
                worst = worst.max(now - last);
                last = now;
            }
            Some((last - first, worst))
        });
        Self { began: Instant::now(), stop, watching }
    }

    pub(super) fn told(self) -> String {
        self.stop.store(true, Ordering::Relaxed);
        let took_s = self.began.elapsed().as_secs();
        match self.watching.join() {
            Ok(Some((total_ms, worst_ms))) => format!(
                "{took_s} s, of which the host took {total_ms} ms of processor time, {worst_ms} ms \
                 in the worst second"
            ),
            _ => format!("{took_s} s; what the host took is not known"),
        }
    }
}
