//! The bare echo through a pseudo-terminal, beside the treatments.

use crate::exit::Stop;
use rfa_runtime::{Latencies, TICK, stand_for_hardware, stand_for_the_link};
use rfa_sim::pty::{EchoSizes, PtyError, PtyPort, echo};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Both ends, each on a thread with the priority of what it stands for.
pub(super) struct Echo {
    stop: Arc<AtomicBool>,
    generator: JoinHandle<Result<Latencies, PtyError>>,
    host: JoinHandle<io::Result<()>>,
}

impl Echo {
    pub(super) fn start(sizes: EchoSizes) -> Result<Self, Stop> {
        let port = PtyPort::open(None).map_err(|e| Stop::failure(e.to_string()))?;
        let path = port.path().to_owned();
        let failed = |e: io::Error| Stop::failure(format!("cannot start the bare echo: {e}"));
        let host = Builder::new().name("rfa-echo-host".to_owned()).spawn(move || {
            let _ = stand_for_the_link();
            echo(&path, sizes)
        });
        let host = host.map_err(failed)?;
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let generator = Builder::new().name("rfa-echo-gen".to_owned()).spawn(move || {
            let _ = stand_for_hardware();
            let mut times = Latencies::new();
            let mut took = |time: std::time::Duration| {
                times.record_ns(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
            };
            port.exchange(sizes, TICK, &seen, &mut took)?;
            Ok(times)
        });
        Ok(Self { stop, generator: generator.map_err(failed)?, host })
    }

    pub(super) fn finish(self) -> Result<Latencies, Stop> {
        self.stop.store(true, Ordering::Relaxed);
        let panicked = |_| Stop::failure("the bare echo panicked");
        let times = self.generator.join().map_err(panicked)?;
        // The terminal went with the generator's end, and with it the other side's reason to wait.
        let host = self.host.join().map_err(panicked)?;
        host.map_err(|e| Stop::failure(format!("the bare echo: {e}")))?;
        times.map_err(|e| Stop::failure(format!("the bare echo: {e}")))
    }
}
