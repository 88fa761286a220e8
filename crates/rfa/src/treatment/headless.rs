//! A treatment without a screen: the script is the operator.

use super::local_generator::{LocalGenerator, VirtualLocal};
use super::opening::Started;
use super::{Asked, END_LIMIT, Finished, opening};
use crate::exit::{Exit, Stop};
use crate::script::ScriptedOperator;
use rfa_record::{Clock, Header, Recorder, TruthRow};
use rfa_runtime::virtual_time::{Operator, VirtualConfig, VirtualConnection, VirtualSession};
use rfa_runtime::{Ended, QuitReason, activation_of, identity_of, now};
use rfa_session::{Intent, Snapshot, TickRecord};
use rfa_tissue::Tracker;
use rfa_units::{HostInstant, SessionId, Span};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the script looks at the session: two ticks.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Longest treatment: eight steps of a minute's ramp and five minutes' hold, and their gates.
const TIME_LIMIT: Span = Span::from_secs(3_600);

/// Runs to the session's end; a signal ends it with RF off first.
pub(super) fn in_real_time(
    started: Started,
    mut operator: ScriptedOperator,
    interrupted: &AtomicBool,
) -> Result<Finished, Stop> {
    let Started { mut running, mut trips, .. } = started;
    let mut console =
        running.console().ok_or_else(|| Stop::failure("the session has no console"))?;
    for warning in running.warnings() {
        eprintln!("warning: {warning}");
    }
    loop {
        if interrupted.load(Ordering::Relaxed) {
            running.quit(QuitReason::Signal);
        }
        let status = running.status();
        match status.ended() {
            // The script may acknowledge and reset a trip; it says when it leaves.
            Some(Ended::Tripped(_)) if status.quit.is_none() => {}
            Some(_) => break,
            None => {}
        }
        let snapshot = console.refresh();
        trips.keep(snapshot.latest.as_ref().map_or(0, |tick| tick.interlock.outputs.trips))?;
        if let Some(intent) = operator.step(now(), snapshot) {
            console.send(intent);
        }
        console.heartbeat();
        std::thread::sleep(LOOK_EVERY);
    }
    let (gave_up, refusal) = (operator.gave_up(), operator.refusal());
    let result = running.stop_and_join(END_LIMIT);
    trips.keep(result.last.as_ref().map_or(0, |tick| tick.interlock.outputs.trips))?;
    Ok(Finished { result, gave_up, refusal })
}

/// A treatment on virtual time: no wall clock, no thread but the lesion's, no terminal.
pub(crate) struct VirtualRun<'a> {
    pub(crate) asked: &'a Asked,
    pub(crate) generator: LocalGenerator,
    pub(crate) operator: ScriptedOperator,
    /// Shared by the operator, whose foot is on it, and the generator.
    pub(crate) pedal: Arc<AtomicBool>,
    pub(crate) seed: u64,
    /// Predicts the lesion, where that is wanted.
    pub(crate) tracker: Option<Tracker>,
}

/// What is shown of each tick, with what the simulator really is like in it.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(&TickRecord, Option<&TruthRow>);

impl VirtualRun<'_> {
    /// Runs it to its end and gives the generator back. `recorder` makes the recording from its
    /// header.
    pub(crate) fn run(
        self,
        recorder: impl FnOnce(&Header) -> Result<Option<Recorder>, Stop>,
        watch: Watch<'_>,
    ) -> Result<(Finished, LocalGenerator), Stop> {
        let Self { asked, seed, .. } = self;
        let config = opening::config(asked, session_of(seed), nonce_of(seed));
        let generator = VirtualLocal::new(self.generator, self.pedal);
        let connection = VirtualConnection::open(generator, config).map_err(|e| Stop {
            exit: opening::exit_of(&e),
            message: format!("the simulated generator: {e}"),
        })?;
        let identity = identity_of(&connection.identity);
        let activation = activation_of(&connection.identity);
        let header = opening::header(
            asked,
            identity,
            activation,
            config.session,
            Clock::Virtual,
            Some(seed),
        )?;
        let config = VirtualConfig {
            plan: asked.plan.clone(),
            trips: 0,
            recorder: recorder(&header)?,
            tracker: self.tracker,
            end_on_trip: false,
            time_limit: TIME_LIMIT,
        };
        let session =
            VirtualSession::start(connection, config).map_err(|e| Stop::failure(e.to_string()))?;
        let mut scripted = Scripted(self.operator);
        let (result, generator) = session.run_watched(&mut scripted, watch);
        let (gave_up, refusal) = (scripted.0.gave_up(), scripted.0.refusal());
        Ok((Finished { result, gave_up, refusal }, generator.into_local()))
    }
}

struct Scripted(ScriptedOperator);

impl Operator for Scripted {
    fn step(&mut self, now: HostInstant, snapshot: &Snapshot) -> Option<Intent> {
        self.0.step(now, snapshot)
    }
}

/// On virtual time nothing is drawn at random: the seed gives the session and the nonce.
fn session_of(seed: u64) -> SessionId {
    let folded = seed ^ (seed >> 32);
    SessionId(u32::try_from(folded & 0x7fff_ffff).unwrap_or(0).saturating_add(1))
}

fn nonce_of(seed: u64) -> [u8; 16] {
    let mut nonce = *b"rfa virtual time";
    for (byte, seed) in nonce.iter_mut().zip(seed.to_le_bytes()) {
        *byte ^= seed;
    }
    nonce
}

/// A second interrupt sooner than this is the first one's echo: `timeout -s INT` and a terminal's
/// Ctrl-C signal the child and its group.
const ECHO: Duration = Duration::from_secs(1);

/// Set by the first interrupt, termination or hang-up. Only a later interrupt, which a person
/// sends, ends the process at once: with RF off by the generator's dead-man, and not confirmed.
pub(crate) fn on_signals() -> Result<Arc<AtomicBool>, Stop> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let failed = |e: std::io::Error| Stop::failure(format!("signals: {e}"));
    let flag = Arc::new(AtomicBool::new(false));
    let again = i32::from(Exit::Failure.code());
    let armed = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register_conditional_shutdown(SIGINT, again, Arc::clone(&armed))
        .map_err(failed)?;
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(failed)?;
    }
    let first = Arc::clone(&flag);
    std::thread::spawn(move || {
        while !first.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK_EVERY);
        }
        std::thread::sleep(ECHO);
        armed.store(true, Ordering::Relaxed);
    });
    Ok(flag)
}
