//! The simulated generator behind a real pseudo-terminal, and a session on real threads with it.

use super::{GoesOn, SESSION, config, generator, tracker};
use rfa_link::Port;
use rfa_plan::Plan;
use rfa_runtime::virtual_time::Operator;
use rfa_runtime::{Ended, Realtime, RunningSession, Session, SessionConfig, now};
use rfa_sim::OffCause;
use rfa_sim::pty::PtyPort;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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

/// Works the console until the session ends, or `enough` says so of the power granted, mW.
pub fn work(running: &mut RunningSession, mut enough: impl FnMut(u32) -> bool) -> Option<Ended> {
    let mut console = running.console().expect("one console");
    let mut operator = GoesOn::default();
    let until = Instant::now() + Duration::from_secs(60);
    while Instant::now() < until {
        if let Some(ended) = running.status().ended() {
            return Some(ended);
        }
        let snapshot = console.refresh();
        let granted = snapshot.latest.map_or(0, |l| l.interlock.outputs.permit.granted.get());
        if enough(granted) {
            return None;
        }
        if let Some(intent) = operator.step(now(), snapshot) {
            console.send(intent);
        }
        console.heartbeat();
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("a session of a few seconds did not end within 60 s: {:?}", running.status());
}
