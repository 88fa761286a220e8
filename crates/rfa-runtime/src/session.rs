//! A session on real threads.

use crate::clock::MonotonicClock;
use crate::console::ConsoleHandle;
use crate::control_task::ControlTask;
use crate::log::{Logged, RECORDS_MAX};
use crate::os::{self, Held};
use crate::pacer::Place;
use crate::result::{Ended, QuitReason, SessionResult, Status, assemble};
use crate::shared::Shared;
use crate::stall::Steal;
use crate::threads::{InterlockEnd, RecorderEnds, run_control, run_interlock, run_recorder};
use crate::wiring::{Parts, Wired, wire_up};
use crossbeam_channel::Receiver;
use rfa_control::ControlError;
use rfa_interlock::{Activation, LimitError};
use rfa_link::{Connection, LinkError, LinkThread, LinkTx, monotonic_now};
use rfa_plan::Plan;
use rfa_record::{Recorder, TruthRow};
use rfa_session::{DeviceKind, Identity};
use rfa_tissue::Tracker;
use rfa_units::{HostInstant, PlanHash, Span};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use triple_buffer::Output;

/// From the moment the real-time threads are set up to the first deadline: they sleep by then.
const HEAD_START: Span = Span::from_millis(20);

/// How long the real-time threads may take to report their set-up.
const SET_UP_WAIT: Duration = Duration::from_secs(1);

/// How long the generator's goodbye is waited for: one telemetry period and the line, doubled.
const GOODBYE_WAIT: Duration = Duration::from_millis(30);

/// How long dropping a session may take.
const DROP_WAIT: Duration = Duration::from_secs(1);

/// What the threads ask of the operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realtime {
    /// Real-time priorities, locked memory, processors kept awake, a core kept clear; what cannot
    /// be had is a warning.
    Wanted,
    /// None of it, said as a warning: for tests beside other work.
    Off,
}

/// What a session needs.
pub struct SessionConfig {
    /// The plan; its hash has to be the one in the hard limits the generator confirmed.
    pub plan: Plan,
    /// The open conversation.
    pub connection: Connection,
    /// Trips counted before, for this generator (I13).
    pub trips: u8,
    /// The recording, its header written; `None`: nothing is recorded.
    pub recorder: Option<Recorder>,
    /// The lesion's model, made for [`LESION_BOUNDARY`](crate::LESION_BOUNDARY); `None`: the plan
    /// names no tissue.
    pub tracker: Option<Tracker>,
    /// What a simulator in the same process knows.
    pub truth: Option<Receiver<TruthRow>>,
    /// What the threads ask of the operating system.
    pub realtime: Realtime,
}

/// Why a session cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The generator confirmed limits for another plan.
    #[error("the generator confirmed limits for plan {confirmed}, the session is for plan {plan}")]
    OtherPlan {
        /// What the generator confirmed.
        confirmed: PlanHash,
        /// The session's plan.
        plan: PlanHash,
    },
    /// The interlock does not accept the plan's numbers.
    #[error("the interlock does not accept the plan: {0}")]
    Limits(#[from] LimitError),
    /// The loop cannot run the plan.
    #[error("the control loop cannot run the plan: {0}")]
    Control(#[from] ControlError),
    /// The link thread did not start.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The operating system gives no thread.
    #[error("cannot start the {name} thread: {source}; end other programs and try again")]
    Thread {
        /// The thread.
        name: &'static str,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// How output is started with this generator (hazards.md, decision 1).
#[must_use]
pub const fn activation_of(identity: &rfa_wire::Identity) -> Activation {
    if identity.footswitch { Activation::Pedal } else { Activation::Key }
}

/// The identity as a screen shows it.
#[must_use]
pub fn identity_of(identity: &rfa_wire::Identity) -> Identity {
    Identity {
        model: identity.model.as_str().to_owned(),
        serial: identity.serial.as_str().to_owned(),
        firmware: identity.firmware.as_str().to_owned(),
        kind: if identity.simulated {
            DeviceKind::Simulated { seed: identity.seed }
        } else {
            DeviceKind::Live
        },
        channels: identity.channels,
        footswitch: identity.footswitch,
    }
}

/// Starts sessions.
#[derive(Debug, Clone, Copy)]
pub struct Session;

/// A running session. Dropping it stops RF first, then ends the threads.
pub struct RunningSession {
    shared: Arc<Shared>,
    console: Option<ConsoleHandle>,
    status: Output<Option<Status>>,
    newest_status: Status,
    interlock: Option<JoinHandle<InterlockEnd<LinkTx>>>,
    control: Option<JoinHandle<ControlTask>>,
    recorder: Option<JoinHandle<(Logged, Steal)>>,
    link: Option<LinkThread>,
    warnings: Vec<String>,
    _held: Held,
}

impl Session {
    /// Starts the threads. Nothing is armed; output needs a person (or a script) at the console.
    ///
    /// # Errors
    /// [`SessionError`]; nothing is running then, and the generator gets no frame.
    pub fn start(config: SessionConfig) -> Result<RunningSession, SessionError> {
        let SessionConfig { plan, connection, trips, recorder, tracker, truth, realtime } = config;
        let Connection { session, identity, self_test, limits, rx, tx, ends } = connection;
        let wired = wire_up(Parts {
            plan,
            session,
            identity,
            self_test,
            confirmed: limits,
            trips,
            outlet: tx,
            ends,
            recorder,
            tracker,
            clock: Arc::new(MonotonicClock),
            records_max: RECORDS_MAX,
        })?;
        let (held, mut warnings) = match realtime {
            Realtime::Wanted => Held::all(),
            Realtime::Off => {
                (Held::default(), vec!["real-time scheduling is switched off".to_owned()])
            }
        };
        let (report, reports) = mpsc::channel();
        let at_start = |name: &'static str, priority: i32| {
            let report = report.clone();
            move || {
                let found = match realtime {
                    Realtime::Wanted => os::keep_time(name, priority),
                    Realtime::Off => Vec::new(),
                };
                // Nobody listens any more after a second; the thread runs all the same.
                let _ = report.send(found);
            }
        };
        let link = rx.spawn(at_start("link", os::FIFO_LINK))?;
        let (mut running, go) = start_threads(wired, truth, link, at_start)?;
        running._held = held;
        drop(report);
        let until = Instant::now() + SET_UP_WAIT;
        for _ in ["link", "control", "interlock"] {
            let left = until.saturating_duration_since(Instant::now());
            warnings.extend(reports.recv_timeout(left).into_iter().flatten());
        }
        // Not before: making a thread's locked stack takes milliseconds, and a first tick late by
        // them would be the program's own doing.
        let _ = go.set(Place::Half.first(monotonic_now().plus(HEAD_START)));
        if let Some(console) = running.console.as_mut() {
            console.set_warnings(&warnings);
        }
        running.warnings = warnings;
        Ok(running)
    }
}

/// When the ticks' grid begins, told once both threads that tick can keep to it.
type Grid = Arc<OnceLock<HostInstant>>;

fn start_threads<F: FnOnce() + Send + 'static>(
    wired: Wired<LinkTx>,
    truth: Option<Receiver<TruthRow>>,
    link: LinkThread,
    at_start: impl Fn(&'static str, i32) -> F,
) -> Result<(RunningSession, Grid), SessionError> {
    let Wired { shared, interlock, control, console, status, log, records, given } = wired;
    let grid = Grid::default();
    let recorder = {
        let (shared, ends) = (Arc::clone(&shared), RecorderEnds { records, given, truth });
        let log = log.with_lesion_thread();
        spawn("recorder", move || run_recorder(log, ends, &shared))?
    };
    // From here on dropping `running` ends whatever has been started.
    let mut running = RunningSession {
        shared: Arc::clone(&shared),
        console: Some(console),
        status,
        newest_status: Status::BEFORE,
        interlock: None,
        control: None,
        recorder: Some(recorder),
        link: Some(link),
        warnings: Vec::new(),
        _held: Held::default(),
    };
    running.control = Some({
        let (shared, set_up) = (Arc::clone(&shared), at_start("control", os::FIFO_CONTROL));
        let grid = Grid::clone(&grid);
        spawn("control", move || {
            set_up();
            run_control(control, *grid.wait(), &shared)
        })?
    });
    let interlock = {
        let set_up = at_start("interlock", os::FIFO_INTERLOCK);
        let grid = Grid::clone(&grid);
        spawn("interlock", move || {
            set_up();
            run_interlock(interlock, *grid.wait(), &shared)
        })
    };
    if interlock.is_err() {
        // Nobody else tells the control thread, which has to see that the session has ended.
        let _ = grid.set(monotonic_now());
    }
    running.interlock = Some(interlock?);
    Ok((running, grid))
}

fn spawn<T: Send + 'static>(
    name: &'static str,
    body: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, SessionError> {
    Builder::new()
        .name(format!("rfa-{name}"))
        .spawn(body)
        .map_err(|source| SessionError::Thread { name, source })
}

impl RunningSession {
    /// The console's end; there is one.
    #[must_use]
    pub const fn console(&mut self) -> Option<ConsoleHandle> {
        self.console.take()
    }

    /// What could not be had of the operating system, in words.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Where the session stands.
    #[must_use]
    pub fn status(&mut self) -> Status {
        if let Some(newest) = *self.status.read() {
            self.newest_status = newest;
        }
        Status {
            hung_up: self.shared.link.read().hung_up,
            quit: self.shared.quit(),
            interlock_alive: alive(self.interlock.as_ref()),
            control_alive: alive(self.control.as_ref()),
            ..self.newest_status
        }
    }

    /// RF off in the next tick, and the end of the session. For signal handlers' threads and for
    /// callers whose script is done. Returns at once; [`Self::stop_and_join`] waits.
    pub fn quit(&self, reason: QuitReason) {
        self.shared.set_quit(reason);
        self.shared.raise_stop();
    }

    /// Waits until the session has come to an end by itself (see [`Status::ended`]), at most
    /// `limit`. It runs on all the same until [`Self::stop_and_join`].
    #[must_use]
    pub fn wait(&mut self, limit: Duration) -> Option<Ended> {
        let until = Instant::now() + limit;
        loop {
            let ended = self.status().ended();
            if ended.is_some() || Instant::now() >= until {
                return ended;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the session: RF off, standby frames until the readback shows it (at most 200 ms),
    /// goodbye, then the threads, at most `limit` for each.
    #[must_use]
    pub fn stop_and_join(mut self, limit: Duration) -> SessionResult {
        self.end(limit)
    }

    fn end(&mut self, limit: Duration) -> SessionResult {
        // How it stood before it was told to end: a trip or a completion is not the caller's quit.
        self.shared.set_quit(QuitReason::Caller);
        self.shared.begin_ending();
        let interlock = join(self.interlock.take(), limit);
        self.shared.finish();
        let control = join(self.control.take(), limit);
        if let Some(link) = self.link.take() {
            let until = Instant::now() + GOODBYE_WAIT;
            let waiting = || !self.shared.link.read().said_bye && !link.is_finished();
            while interlock.is_some() && waiting() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(1));
            }
            if !link.stop_and_join() {
                self.warnings.push("the link thread panicked".to_owned());
            }
        }
        self.shared.close();
        let log = join(self.recorder.take(), limit);
        assemble(
            &self.shared,
            interlock,
            control.is_some(),
            log,
            std::mem::take(&mut self.warnings),
        )
    }
}

impl Drop for RunningSession {
    fn drop(&mut self) {
        if self.recorder.is_some() {
            let _ = self.end(DROP_WAIT);
        }
    }
}

fn alive<T>(thread: Option<&JoinHandle<T>>) -> bool {
    thread.is_some_and(|thread| !thread.is_finished())
}

/// What the thread leaves behind; `None` when it panicked or does not end in time.
fn join<T>(thread: Option<JoinHandle<T>>, limit: Duration) -> Option<T> {
    let thread = thread?;
    let until = Instant::now() + limit;
    while !thread.is_finished() {
        if Instant::now() >= until {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    thread.join().ok()
}

/// The monotonic clock, for callers that stamp what they hand in.
#[must_use]
pub fn now() -> HostInstant {
    monotonic_now()
}
