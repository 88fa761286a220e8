//! The simulated generator behind a real pseudo-terminal, and a session on real threads with it.

use super::{SESSION, config, generator, tracker};
use rfa_link::Port;
use rfa_plan::Plan;
use rfa_runtime::{Realtime, RunningSession, Session, SessionConfig};
use rfa_sim::OffCause;
use rfa_sim::pty::PtyPort;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;

/// What the generator itself knows at the end: RF on, and why its output last ended.
pub type Known = (bool, Option<OffCause>);

pub struct Served {
    path: std::path::PathBuf,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Known>,
}

impl Served {
    pub fn start(plan: &Plan) -> Self {
        let mut generator = generator(plan, 7);
        let port = PtyPort::open(None).expect("a pseudo-terminal");
        let (path, stop) = (port.path().to_owned(), Arc::new(AtomicBool::new(false)));
        let seen = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (_keep, commands) = mpsc::channel();
            port.serve(&mut generator, 1.0, &seen, &commands, &mut |_| {}).expect("serves");
            (generator.truth().rf_on, generator.rf_offs().next_back().map(|off| off.cause))
        });
        Self { path, stop, thread }
    }

    pub fn end(self) -> Known {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("no panic")
    }
}

pub fn start(plan: &Plan, served: &Served) -> RunningSession {
    let port = Port::open(&served.path, 921_600).unwrap_or_else(|error| panic!("{error}"));
    let connection = port.connect(config(plan)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(connection.session, SESSION);
    let config = SessionConfig {
        tracker: tracker(plan),
        plan: plan.clone(),
        connection,
        trips: 0,
        recorder: None,
        truth: None,
        realtime: Realtime::Wanted,
    };
    Session::start(config).unwrap_or_else(|error| panic!("{error}"))
}
