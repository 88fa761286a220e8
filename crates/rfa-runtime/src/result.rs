//! How a session ended, with its evidence.

use crate::StallRecord;
use crate::interlock_task::Outlet;
use crate::log::Logged;
use crate::shared::Shared;
use crate::stall::Steal;
use crate::threads::InterlockEnd;
use rfa_figures::LatencySet;
use rfa_figures::summary::Summary;
use rfa_interlock::{State, Trip};
use rfa_link::Tally;
use rfa_session::{QueueCounts, RecordingStatus, StopSource, TickRecord};

/// Why a session was asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuitReason {
    /// The operator quits.
    Operator,
    /// The operator ended the treatment at the check between steps.
    EndedAtCheck,
    /// An interrupt or termination signal.
    Signal,
    /// The console is gone.
    ConsoleLost,
    /// The console panicked.
    Panic,
    /// The caller ended the session (its script is done, its time is up).
    Caller,
}

impl QuitReason {
    const ALL: [Self; 6] = [
        Self::Operator,
        Self::EndedAtCheck,
        Self::Signal,
        Self::ConsoleLost,
        Self::Panic,
        Self::Caller,
    ];

    pub(crate) fn code(self) -> u8 {
        let index = Self::ALL.iter().position(|reason| *reason == self).unwrap_or(0);
        u8::try_from(index).unwrap_or(0).saturating_add(1)
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        usize::from(code).checked_sub(1).and_then(|index| Self::ALL.get(index)).copied()
    }

    /// A stop from these sources also ends the session: nobody is left to go on.
    pub(crate) fn of_stop(source: StopSource) -> Option<Self> {
        match source {
            StopSource::Key | StopSource::Script | StopSource::TimeLimit => None,
            StopSource::ConsoleLost => Some(Self::ConsoleLost),
            StopSource::Signal => Some(Self::Signal),
            StopSource::Panic => Some(Self::Panic),
        }
    }
}

/// How the session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every step of the plan is complete.
    Complete,
    /// A rule tripped and was not reset.
    Tripped(Trip),
    /// The interlock is locked out: power-cycle the generator.
    Lockout(Option<Trip>),
    /// The port hung up while nothing was armed.
    LinkLost,
    /// Asked to end before the plan was complete.
    Quit(QuitReason),
    /// The interlock's thread ended by itself. Nothing was sent from then on; the generator's
    /// dead-man took RF off.
    InterlockDied,
}

/// Where a running session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// The interlock's newest tick number; 0 before the first.
    pub tick: u64,
    /// The interlock's state.
    pub state: State,
    /// Every step of the plan is complete.
    pub complete: bool,
    /// The latched trip.
    pub trip: Option<Trip>,
    /// The port has hung up.
    pub hung_up: bool,
    /// Why the session was asked to end, if it was.
    pub quit: Option<QuitReason>,
    /// The interlock's thread is alive.
    pub interlock_alive: bool,
    /// The control thread is alive.
    pub control_alive: bool,
}

impl Status {
    /// Before the first tick.
    pub(crate) const BEFORE: Self = Self {
        tick: 0,
        state: State::SelfTest,
        complete: false,
        trip: None,
        hung_up: false,
        quit: None,
        interlock_alive: true,
        control_alive: true,
    };

    /// Where the session stands after a tick, as its own thread sees it.
    pub(crate) fn of(record: &TickRecord, shared: &Shared) -> Self {
        let outputs = &record.interlock.outputs;
        Self {
            tick: record.interlock.inputs.tick,
            state: outputs.state,
            complete: outputs.complete,
            trip: outputs.trip,
            hung_up: record.interlock.inputs.link.hung_up,
            quit: shared.quit(),
            interlock_alive: true,
            control_alive: true,
        }
    }

    /// What this is as an end; `None` while the treatment can still go on without a person having
    /// asked for an end. A trip counts as an end here: who wants to let the operator acknowledge
    /// and reset it does not ask.
    #[must_use]
    pub fn ended(&self) -> Option<Ended> {
        if !self.interlock_alive {
            return Some(Ended::InterlockDied);
        }
        match (self.state, self.trip) {
            (State::Lockout, trip) => return Some(Ended::Lockout(trip)),
            (State::Tripped, Some(trip)) => return Some(Ended::Tripped(trip)),
            _ => {}
        }
        if self.complete {
            return Some(Ended::Complete);
        }
        if self.hung_up {
            // While armed or delivering the interlock trips on this itself, a few ticks later.
            let at_rest = matches!(self.state, State::SelfTest | State::Idle);
            return at_rest.then_some(Ended::LinkLost);
        }
        self.quit.map(Ended::Quit)
    }
}

/// A session's end, with its evidence.
#[derive(Debug, Clone)]
pub struct SessionResult {
    /// How it ended.
    pub end: Ended,
    /// Whether the readback showed RF off before goodbye was said.
    pub off_confirmed: bool,
    /// Steps, peaks, trips.
    pub summary: Summary,
    /// Histograms of the ticks on record.
    pub latency: LatencySet,
    /// Interlock deadlines missed.
    pub missed_ticks: u32,
    /// What the machine did to us.
    pub stall: StallRecord,
    /// Queue losses.
    pub queues: QueueCounts,
    /// What the link saw.
    pub link: Tally,
    /// The recording.
    pub recording: RecordingStatus,
    /// The newest tick.
    pub last: Option<TickRecord>,
    /// Real-time set-up that could not be had, and threads that did not end well, in words.
    pub warnings: Vec<String>,
}

/// Puts together what the threads left behind; whoever did not end well is named.
pub(crate) fn assemble<O: Outlet>(
    shared: &Shared,
    interlock: Option<InterlockEnd<O>>,
    control_ended: bool,
    log: Option<(Logged, Steal)>,
    mut warnings: Vec<String>,
) -> SessionResult {
    for (name, lost) in [
        ("interlock", interlock.is_none()),
        ("control", !control_ended),
        ("recorder", log.is_none()),
    ] {
        if lost {
            warnings.push(format!("the {name} thread did not end well"));
        }
    }
    let (logged, steal) =
        log.map_or_else(|| (Logged::lost(), Steal::default()), |(logged, steal)| (logged, steal));
    let (mut end, mut off_confirmed) = (Ended::InterlockDied, false);
    let (mut missed_ticks, mut last, mut stall) = (0, logged.newest, StallRecord::default());
    if let Some(InterlockEnd { task, off_confirmed: confirmed }) = interlock {
        off_confirmed = confirmed;
        last = task.last().copied().or(last);
        missed_ticks = last.map_or(0, |record| record.timing.missed_ticks);
        let (late, control_late) = task.into_late();
        stall = StallRecord::new(late, control_late, steal);
        let status = last.map_or(Status::BEFORE, |record| Status::of(&record, shared));
        end = status.ended().unwrap_or(Ended::Quit(QuitReason::Caller));
    }
    SessionResult {
        end,
        off_confirmed,
        summary: logged.summary,
        latency: logged.latency,
        missed_ticks,
        stall,
        queues: shared.queues(),
        link: shared.link.read(),
        recording: logged.recording,
        last,
        warnings,
    }
}
