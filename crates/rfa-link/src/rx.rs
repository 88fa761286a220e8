//! The half that reads, and its thread.

use crate::{Inbound, LinkCounts, LinkError, monotonic_now};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use tokio::io::AsyncReadExt;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_serial::SerialStream;

/// Bytes taken in one read: several frames, so that a backlog is caught up in few calls.
const READ_BYTES: usize = 1024;

/// Reads at most before the session: more than any port's buffer (64 KiB).
const READS_SKIPPED_MAX: usize = 64;

/// The reading half of a connection, not running yet.
#[derive(Debug)]
pub struct LinkRx {
    pub(crate) path: PathBuf,
    pub(crate) runtime: Runtime,
    pub(crate) stream: SerialStream,
    pub(crate) inbound: Inbound,
    pub(crate) counts: Arc<LinkCounts>,
}

/// The running link thread. Dropping it stops the thread and waits for it.
#[derive(Debug)]
pub struct LinkThread {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Stop {
    asked: AtomicBool,
    wake: Notify,
}

impl LinkRx {
    /// Starts the link thread. `at_start` runs on it first: real-time set-up belongs there.
    ///
    /// The thread ends by itself when the port hangs up, after latching that in the counts.
    ///
    /// # Errors
    /// [`LinkError::Io`] when the operating system gives no thread.
    pub fn spawn(self, at_start: impl FnOnce() + Send + 'static) -> Result<LinkThread, LinkError> {
        let stop = Arc::new(Stop::default());
        let seen_by_thread = Arc::clone(&stop);
        let Self { path, runtime, mut stream, mut inbound, counts } = self;
        let thread = std::thread::Builder::new()
            .name("rfa-link".to_owned())
            .spawn(move || {
                at_start();
                skip_what_waits(&mut stream, &mut inbound);
                runtime.block_on(read_until_the_end(
                    &mut stream,
                    &mut inbound,
                    &counts,
                    &seen_by_thread,
                ));
            })
            .map_err(|source| LinkError::Io { path, doing: "starting the link thread", source })?;
        Ok(LinkThread { stop, thread: Some(thread) })
    }
}

/// Reads what came in between handshake and start, which may be long: it is too old to act on and
/// would fill the rings. Bounded; a hang-up or an error is left to the loop that follows.
fn skip_what_waits(stream: &mut SerialStream, inbound: &mut Inbound) {
    let mut bytes = [0_u8; READ_BYTES];
    for _ in 0..READS_SKIPPED_MAX {
        match stream.try_read(&mut bytes) {
            Ok(length) if length > 0 => inbound.skip(bytes.get(..length).unwrap_or(&[])),
            _ => return,
        }
    }
}

async fn read_until_the_end(
    stream: &mut SerialStream,
    inbound: &mut Inbound,
    counts: &LinkCounts,
    stop: &Stop,
) {
    let mut bytes = [0_u8; READ_BYTES];
    while !stop.asked.load(Ordering::Acquire) {
        let read = tokio::select! {
            read = AsyncReadExt::read(stream, &mut bytes) => read,
            () = stop.wake.notified() => return,
        };
        match read {
            // Nothing read is how a hang-up looks here, and it would look so again at once,
            // without end: the thread must not come back for more.
            Ok(0) => return counts.hang_up(),
            Ok(length) => inbound.take(bytes.get(..length).unwrap_or(&[]), monotonic_now()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // EIO and its like: gone for good.
            Err(_) => return counts.hang_up(),
        }
    }
}

impl LinkThread {
    /// Whether the thread has ended: the port hung up, or it was stopped.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Stops the thread and waits for it. Returns whether it ended without a panic.
    #[must_use]
    pub fn stop_and_join(mut self) -> bool {
        self.end()
    }

    fn end(&mut self) -> bool {
        self.stop.asked.store(true, Ordering::Release);
        self.stop.wake.notify_one();
        self.thread.take().is_none_or(|thread| thread.join().is_ok())
    }
}

impl Drop for LinkThread {
    fn drop(&mut self) {
        let _ = self.end();
    }
}
