//! A busy thread of ordinary priority for each core.

use crate::exit::Stop;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Memory that each thread goes through, again and again: more than a core's second-level cache
/// usually holds, so that whoever comes next finds its own data gone.
const WORDS: usize = 512 * 1024;

/// The threads, until they are dropped.
pub(crate) struct Busy {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Busy {
    pub(crate) fn start(threads: usize) -> Result<Self, Stop> {
        let mut busy = Self { stop: Arc::new(AtomicBool::new(false)), threads: Vec::new() };
        for _ in 0..threads {
            let stop = Arc::clone(&busy.stop);
            let thread = Builder::new().name("rfa-busy".to_owned()).spawn(move || work(&stop));
            let failed = |e| Stop::failure(format!("cannot start a busy thread: {e}"));
            busy.threads.push(thread.map_err(failed)?);
        }
        Ok(busy)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // It only adds numbers.
            let _ = thread.join();
        }
    }
}

fn work(stop: &AtomicBool) {
    let mut words = vec![1_u64; WORDS];
    while !stop.load(Ordering::Relaxed) {
        for word in &mut words {
            *word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
        black_box(&mut words);
    }
}
