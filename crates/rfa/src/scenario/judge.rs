//! Whether a run came to what its scenario expects.
//!
//! Every check here is one that can fail: an expectation has no default that would let a run
//! pass whatever it does.

mod rf;

use super::watch::Watched;
use crate::exit::Stop;
use crate::treatment::Report;
use rfa_interlock::State;
use rfa_runtime::{Ended, QuitReason};
use rfa_scenario::{End, Expected, K2, Phase, Rf, Run};
use rfa_units::Contactor;

/// No tissue is colder than a little below the body: a model that says so is broken, °C.
const TISSUE_MIN_C: f64 = 36.0;

/// What a run came to.
pub(crate) enum Outcome {
    /// No session.
    NotOpened(Stop),
    /// A session, to its end.
    Treated(Box<Treated>),
}

/// A treatment with its evidence.
pub(crate) struct Treated {
    /// The summary as `rfa demo` prints it, the simulator's own record of RF in it.
    pub(crate) report: Report,
    pub(crate) end: Ended,
    /// Arming or starting was refused until the script gave up.
    pub(crate) gave_up: bool,
    /// When each fault came on, on the generator's clock, the first one first.
    pub(crate) faults_s: Vec<f64>,
    /// Faults that were never on, because the run ended before.
    pub(crate) never_on: Vec<String>,
    pub(crate) watched: Watched,
    /// What re-executing the recording gave.
    pub(crate) verified: Result<(), String>,
}

impl Treated {
    /// When the first sample after `began_s` crossed the limit that the first trip names, s of the
    /// generator's clock; `None`: no sample tells.
    pub(crate) fn crossed_s(&self, began_s: f64) -> Option<f64> {
        rf::sensed_s(&self.watched, began_s).ok().map(|(crossed_s, _)| crossed_s)
    }
}

/// A measured time against its budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Took {
    pub(crate) took_ms: f64,
    pub(crate) budget_ms: f64,
}

/// Why a run is not as expected, in words.
pub(crate) type Why = String;

/// The time to RF off where one is expected; an error says what differs.
pub(crate) fn judge(run: &Run, outcome: &Outcome) -> Result<Option<Took>, Why> {
    let expected = &*run.expected;
    match (outcome, expected.end) {
        (Outcome::NotOpened(stop), End::NotOpened) => {
            not_opened(expected, stop)?;
            Ok(None)
        }
        (Outcome::NotOpened(stop), _) => {
            Err(format!("no session: exit {}: {}", stop.exit.code(), stop.message.trim_end()))
        }
        (Outcome::Treated(treated), End::NotOpened) => {
            Err(format!("a session: {}", treated.report.end))
        }
        (Outcome::Treated(treated), _) => judge_treated(run, expected, treated),
    }
}

/// Time to RF off, however long, where one is expected and it can be told.
pub(crate) fn time_to_off_ms(run: &Run, treated: &Treated) -> Option<f64> {
    rf::time_to_off_ms(run, treated)
}

/// From the first fault to RF off, whoever ended it, ms. `None`: RF was off when it came, and
/// stayed off; for ever: RF went on later.
pub(crate) fn off_after_fault_ms(treated: &Treated) -> Option<f64> {
    rf::off_after_fault_ms(treated)
}

fn not_opened(expected: &Expected, stop: &Stop) -> Result<(), Why> {
    let (exit, said) = (stop.exit.code(), stop.message.trim_end());
    check(exit == expected.exit, || format!("exit {exit}, not {}: {said}", expected.exit))?;
    // The reader refuses a file that does not say it.
    let says = expected.says.as_deref().ok_or("the scenario does not say what is said")?;
    check(said.contains(says), || format!("says {said:?}, not {says:?}"))
}

fn judge_treated(run: &Run, expected: &Expected, treated: &Treated) -> Result<Option<Took>, Why> {
    let Treated { report, watched, .. } = treated;
    ending(expected, treated)?;
    let confirmed = report.off_confirmed;
    check(confirmed == expected.off_confirmed, || format!("off confirmed: {confirmed}"))?;
    check(treated.never_on.is_empty(), || treated.never_on.join("; "))?;
    trips(expected, report)?;
    alarms(expected, report)?;
    contactor(expected, watched)?;
    phase(run, watched)?;
    // What leaks past K1 below the threshold goes on: a twin of that is no output.
    check(run.twin || !watched.rf_is_on, || "the simulator has RF on at the end".to_owned())?;
    let took = rf::judge(run, expected, treated)?;
    tissue(expected, watched)?;
    treated.verified.clone().map_err(|why| format!("the recording: {why}"))?;
    Ok(took)
}

fn ending(expected: &Expected, treated: &Treated) -> Result<(), Why> {
    let report = &treated.report;
    let (exit, end) = (report.exit, &report.end);
    check(exit == expected.exit, || format!("exit {exit}, not {}: {end}", expected.exit))?;
    let (state, ended) = match expected.end {
        // A session came about, so this is answered before.
        End::NotOpened => (State::Idle, false),
        End::Refused => (State::Idle, matches!(treated.end, Ended::Quit(_)) && treated.gave_up),
        End::Tripped => (State::Tripped, matches!(treated.end, Ended::Tripped(_))),
        End::Lockout => (State::Lockout, matches!(treated.end, Ended::Lockout(_))),
        End::Complete => (State::Idle, treated.end == Ended::Complete),
        End::EndedAtCheck => (State::Idle, treated.end == Ended::Quit(QuitReason::EndedAtCheck)),
        End::Quit => (State::Idle, treated.end == Ended::Quit(QuitReason::Operator)),
    };
    check(ended, || format!("ends {end}, not {}", word(&expected.end)))?;
    let found = treated.watched.ticks.last().map(|tick| tick.state).ok_or("no tick")?;
    check(found == state, || format!("ends in {found:?}, not {state:?}"))?;
    let Some(says) = &expected.says else { return Ok(()) };
    let trips = report.summary.trips.iter().map(|trip| trip.text.as_str());
    let words: Vec<&str> = match expected.end {
        End::Refused => report.refusal.as_deref().into_iter().collect(),
        _ => trips.chain([end.as_str()]).collect(),
    };
    let said = words.join("; ");
    check(said.contains(says), || format!("says {said:?}, not {says:?}"))
}

fn trips(expected: &Expected, report: &Report) -> Result<(), Why> {
    let trips = &report.summary.trips;
    let total = usize::try_from(report.summary.trips_total).unwrap_or(usize::MAX);
    check(total == trips.len(), || format!("{total} trips, and {} listed", trips.len()))?;
    let rules: Vec<&str> = trips.iter().map(|trip| trip.rule.as_str()).collect();
    check(total == expected.trips, || format!("trips {rules:?}, not {} of them", expected.trips))?;
    let foreign = rules.iter().find(|rule| !expected.rules.iter().any(|own| own == *rule));
    check(foreign.is_none(), || format!("trips {rules:?}, not by {:?} only", expected.rules))
}

fn alarms(expected: &Expected, report: &Report) -> Result<(), Why> {
    let found = &report.alarms;
    let Some(alarm) = &expected.alarm else {
        return check(found.is_empty(), || format!("alarms {found:?}, not none"));
    };
    check(found.contains(alarm), || format!("alarms {found:?}, not {alarm}"))?;
    let foreign = found.iter().find(|name| *name != alarm && !expected.also.contains(name));
    check(foreign.is_none(), || format!("alarms {found:?}: {foreign:?} does not belong here"))
}

fn contactor(expected: &Expected, watched: &Watched) -> Result<(), Why> {
    let last = watched.ticks.last().ok_or("no tick")?;
    let k2 = match expected.k2 {
        K2::Shut => Contactor::Shut,
        K2::Open => Contactor::Open,
    };
    check(!expected.end.is_trip() || last.k2 == k2, || format!("K2 {:?}, not {k2:?}", last.k2))
}

/// A label that names a phase is a promise about the treatment just before the run's time.
fn phase(run: &Run, watched: &Watched) -> Result<(), Why> {
    let Some(phase) = run.phase.filter(|phase| *phase != Phase::Start) else { return Ok(()) };
    let tick =
        watched.before(run.at.as_micros()).ok_or("the run's time is before its first tick")?;
    let (state, held_us) = (tick.state, tick.held_us);
    let holds = match phase {
        Phase::Start => true,
        Phase::Idle => state == State::Idle,
        Phase::Armed => state == State::Armed,
        Phase::Ramp => state == State::Delivering && held_us == Some(0),
        Phase::Hold => state == State::Delivering && held_us > Some(0),
    };
    check(holds, || {
        let at_s = run.at.as_secs_f64();
        format!("{at_s} s is not in the phase {}: {state:?}, held {held_us:?} us", word(&phase))
    })
}

fn tissue(expected: &Expected, watched: &Watched) -> Result<(), Why> {
    let hottest = watched.hottest_c.ok_or("the simulator told no temperature")?;
    let below_c = expected.tissue_below_c;
    check((TISSUE_MIN_C..below_c).contains(&hottest), || {
        format!("tissue at {hottest:.1} °C; below {below_c} °C is expected")
    })
}

/// A file's word for a value.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn check(holds: bool, why: impl FnOnce() -> Why) -> Result<(), Why> {
    if holds { Ok(()) } else { Err(why()) }
}

/// Whether a run of this kind has a time to RF off that is measured against a budget.
const fn is_timed(rf: Rf) -> bool {
    matches!(rf, Rf::Budget | Rf::OnFor)
}
