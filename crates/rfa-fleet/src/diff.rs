//! Where two recordings differ: plan, settings, signals, trips and figures, laid on each other at
//! an event. Both are read once side by side; neither is held.

mod align;
mod judge;
mod side;
mod signals;

pub use align::Align;
pub use signals::{SignalDifference, Tolerance, ToleranceOf};

use align::{Moment, moment};
use rfa_figures::Dose;
use rfa_figures::summary::{LesionSummary, StepSummary, Summary};
use rfa_record::row::{LimitsRow, ProgramRow, differences};
use rfa_record::{Damage, End, Header, ReadError, Recording};
use rfa_session::DeviceKind;
use serde::Serialize;
use serde_json::{Value, json};
use side::Side;
use signals::Signals;
use std::cmp::Ordering;
use std::path::Path;

/// Why two recordings cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// One cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// One has no moment to be aligned at.
    #[error("{file}: {event} is not in it; align by another event, e.g. --align clock")]
    NoMoment {
        /// The file.
        file: String,
        /// What is not there.
        event: String,
    },
    /// A value is no JSON.
    #[error("a value cannot be compared: {0}")]
    Json(#[from] serde_json::Error),
}

/// What a comparison says in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffOutcome {
    /// Nothing that is judged differs.
    Equal,
    /// The same of all that is left: one was not finished, or part of it cannot be read.
    EqualAsFarAsItGoes,
    /// Something that is judged differs.
    Different,
}

/// A value that is not the same in both; null where it is absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its name.
    pub field: String,
    /// In the first recording.
    pub a: Value,
    /// In the second.
    pub b: Value,
}

/// One of the two recordings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its path.
    pub file: String,
    /// Its plan's short name.
    pub plan: String,
    /// From its first tick to the moment of alignment, s.
    pub aligned_at_s: f64,
    /// Ticks that the other has not, counted from the alignment.
    pub ticks_alone: u64,
    /// How it ends.
    pub end: End,
    /// The first 64 places that cannot be read.
    pub damage: Vec<Damage>,
    /// How many there are.
    pub damaged: u64,
}

/// Where two recordings differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DiffReport {
    /// In one word.
    pub outcome: DiffOutcome,
    /// At what they are laid on each other.
    pub align: String,
    /// The first recording.
    pub a: Compared,
    /// The second.
    pub b: Compared,
    /// Ticks that both have.
    pub ticks_compared: u64,
    /// Generator, seed and version of rfa; told and not judged.
    pub origin: Vec<Change>,
    /// The plan's name and hash.
    pub plan: Vec<Change>,
    /// The loop's program and the interlock's limits.
    pub settings: Vec<Change>,
    /// Tip, power and impedance, and the power granted.
    pub signals: Vec<SignalDifference>,
    /// Trips, their times counted from the alignment.
    pub trips: Vec<Change>,
    /// State changes, alarms and all else that happened while both were recorded, in order; with a
    /// tolerance from the alignment on.
    pub events: Vec<Change>,
    /// Figures of the steps.
    pub steps: Vec<Change>,
    /// Energy, dose, highest temperature, lesion.
    pub dose: Vec<Change>,
}

/// Compares `b` with `a`, tick by tick from the event on which they are aligned. Without a
/// tolerance everything has to be the same but the origin. With one, signals may differ by as much,
/// and figures that follow from them by whatever they do; plan, settings, rules that tripped, what
/// else happened in its order, steps reached and steps complete have to be the same.
///
/// # Errors
/// [`DiffError`]; damage and an early end are told in the report.
pub fn diff(
    a: &Path,
    b: &Path,
    align: Align,
    tolerance: Tolerance,
) -> Result<DiffReport, DiffError> {
    let (a, b) = (Recording::open(a)?, Recording::open(b)?);
    let mut sides = (Side::new(&a, aligned(&a, align)?)?, Side::new(&b, aligned(&b, align)?)?);
    let mut signals = Signals::new(tolerance);
    let run = side_by_side(&mut sides, &mut signals)?;
    let (sums_a, sums_b) = (sides.0.finish(), sides.1.finish());
    let exact = tolerance == Tolerance::default();
    let header = |told: fn(&Header) -> Value| changes("", &told(a.header()), &told(b.header()));
    let trips = |summary: &Summary, side: &Side| judge::trips(summary, side.moment(), exact);
    let window_us = judge::window_us(&sides.0, &sides.1, exact);
    let mut report = DiffReport {
        outcome: DiffOutcome::Equal,
        align: align.to_string(),
        a: compared(&a, &sides.0, run.alone_a),
        b: compared(&b, &sides.1, run.alone_b),
        ticks_compared: run.both,
        origin: header(origin)?,
        plan: header(plan)?,
        settings: settings(a.header(), b.header())?,
        signals: signals.finish(),
        trips: changes("trips", &trips(&sums_a, &sides.0), &trips(&sums_b, &sides.1))?,
        events: judge::events((&sides.0, &sides.1), window_us.as_ref(), exact),
        steps: changes::<Vec<StepSummary>>("steps", &sums_a.steps, &sums_b.steps)?,
        dose: changes("", &Delivered::of(&sums_a), &Delivered::of(&sums_b))?,
    };
    report.outcome = judge::outcome(&report, exact);
    Ok(report)
}

/// Where a recording is aligned, s since its first tick.
///
/// # Errors
/// [`DiffError`]: it cannot be read, or there is no such moment.
pub fn aligned_at_s(recording: &Recording, align: Align) -> Result<f64, DiffError> {
    Ok(aligned(recording, align)?.since_first_s())
}

fn aligned(recording: &Recording, align: Align) -> Result<Moment, DiffError> {
    moment(recording, align)?.ok_or_else(|| DiffError::NoMoment {
        file: recording.path().display().to_string(),
        event: align.event(),
    })
}

/// How many ticks both have, and each alone.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    both: u64,
    alone_a: u64,
    alone_b: u64,
}

/// Ticks of the same place after the alignment, pair by pair. A deadline that a machine missed has
/// a number and no tick, so that places stay those of the planned times.
fn side_by_side(sides: &mut (Side, Side), signals: &mut Signals) -> Result<Run, ReadError> {
    let mut run = Run::default();
    let (mut a, mut b) = (sides.0.next()?, sides.1.next()?);
    loop {
        let order = match (&a, &b) {
            (None, None) => return Ok(run),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.place.cmp(&b.place),
        };
        match order {
            Ordering::Less => run.alone_a += 1,
            Ordering::Greater => run.alone_b += 1,
            Ordering::Equal => {
                run.both += 1;
                if let (Some(a), Some(b)) = (&a, &b) {
                    signals.take(a, b);
                }
            }
        }
        if order != Ordering::Greater {
            a = sides.0.next()?;
        }
        if order != Ordering::Less {
            b = sides.1.next()?;
        }
    }
}

fn compared(recording: &Recording, side: &Side, ticks_alone: u64) -> Compared {
    let (damage, damaged) = side.damage();
    Compared {
        file: recording.path().display().to_string(),
        plan: recording.header().plan_id.clone(),
        aligned_at_s: side.moment().since_first_s(),
        ticks_alone,
        end: side.end(),
        damage: damage.to_vec(),
        damaged,
    }
}

/// Every leaf that differs, under `root`.
fn changes<T: Serialize>(root: &str, a: &T, b: &T) -> Result<Vec<Change>, DiffError> {
    let found = differences(root, a, b)?;
    let change = |found: rfa_record::row::Difference| Change {
        field: found.field.trim_start_matches('.').to_owned(),
        a: found.recorded,
        b: found.reexecuted,
    };
    Ok(found.into_iter().map(change).collect())
}

fn origin(header: &Header) -> Value {
    let identity = &header.identity;
    json!({
        "generator": [&identity.model, &identity.serial, &identity.firmware],
        "simulated": matches!(identity.kind, DeviceKind::Simulated { .. }),
        "seed": header.seed,
        "rfa_version": header.rfa_version,
        "git_commit": header.git_commit,
    })
}

fn plan(header: &Header) -> Value {
    json!({"plan": header.plan_id, "plan_hash": header.limits.plan.to_string()})
}

/// The session's id is another in every session, and the plan's hash is told with the plan.
fn settings(a: &Header, b: &Header) -> Result<Vec<Change>, DiffError> {
    let mut all = changes("program", &ProgramRow::from(&a.program), &ProgramRow::from(&b.program))?;
    all.extend(changes("limits", &LimitsRow::from(&a.limits), &LimitsRow::from(&b.limits))?);
    all.retain(|change| !["limits.session", "limits.plan"].contains(&change.field.as_str()));
    Ok(all)
}

/// What was delivered, and what came of it.
#[derive(Serialize)]
struct Delivered<'a> {
    energy_j: f64,
    dose: Option<Dose>,
    peak_c_sensed: Option<f64>,
    peak_c_true: Option<f64>,
    tissue_max_c_true: Option<f64>,
    lesion: Option<&'a LesionSummary>,
}

impl<'a> Delivered<'a> {
    fn of(summary: &'a Summary) -> Self {
        Self {
            energy_j: summary.energy_j,
            dose: summary.dose,
            peak_c_sensed: summary.peak_c_sensed,
            peak_c_true: summary.peak_c_true,
            tissue_max_c_true: summary.tissue_max_c_true,
            lesion: summary.lesion.as_ref(),
        }
    }
}
