//! What one recorded session came to.

use rfa_figures::summary::{LesionSummary, StepSummary, Summary, TRIPS_MAX, TripSummary};
use rfa_figures::{Dose, recompute};
use rfa_record::{End, Header, ReadError, Recording, SummaryMessage, WHAT_IF};
use rfa_session::DeviceKind;
use rfa_units::MAX_STEPS;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Characters of a site's name that are kept.
const SITE_CHARS_MAX: usize = 100;

/// What the figures were taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// The session's own summary.
    Summary,
    /// Every tick, as asked.
    Ticks,
    /// Every tick, for there is no summary to use.
    TicksFor {
        /// Why.
        why: String,
    },
}

/// What one session came to, and of what kind it was.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionFigures {
    /// The recording.
    pub file: PathBuf,
    /// What they were taken from.
    pub basis: Basis,
    /// The file has its end: nothing more will be written into it.
    pub finished: bool,
    /// Ticks that they are of.
    pub ticks: u64,
    /// The session's name among all others: [`Header::key`]. Copies of a recording have the same.
    pub session: String,
    /// The plan's short name.
    pub plan: String,
    /// The plan's electrode, e.g. `20 G, 5 mm`; `unknown` where the kept plan tells none.
    pub electrode: String,
    /// The site's name; `no site file` where the session had none.
    pub site: String,
    /// The plan's steps.
    pub steps: Vec<StepSummary>,
    /// Highest tip temperature that came over the line, °C.
    pub peak_c_sensed: Option<f64>,
    /// Energy delivered, J.
    pub energy_j: f64,
    /// What the tip was given; absent where another rfa wrote no dose.
    pub dose: Option<Dose>,
    /// The trips, in order; of more than 16, the first 16.
    pub trips: Vec<TripSummary>,
    /// How many trips there were.
    pub trips_total: u64,
    /// The lesion as predicted at the end.
    pub lesion: Option<LesionSummary>,
}

/// The figures of the recording at `path`: of its summary, which is found by the index at the
/// file's end, or of every tick where there is none or `from_ticks` is asked for. Nothing between
/// is read where the summary is used.
///
/// # Errors
/// A sentence without the path: the recording cannot be used, and why.
pub fn figures(path: &Path, from_ticks: bool) -> Result<SessionFigures, String> {
    let told = |error: ReadError| {
        let text = error.to_string();
        let file = format!("{}: ", path.display());
        text.strip_prefix(&file).map_or(text.clone(), str::to_owned)
    };
    let recording = Recording::open(path).map_err(told)?;
    let computed = recording.header().identity.kind == DeviceKind::Replay;
    if computed || recording.mark(WHAT_IF).is_some() {
        return Err(
            "a what-if, which is computed and no treatment; `rfa sweep` compares many".to_owned()
        );
    }
    if recording.is_cut() {
        return Err("a part cut out of another recording; its figures would be those of a part, \
                    so take the whole, or put the parts together with `rfa rec merge`"
            .to_owned());
    }
    let why = if from_ticks {
        None
    } else {
        match recording.summary_at_end().map(|found| found.map(summary_of)) {
            Ok(Some(Ok(summary))) => return of(&recording, Basis::Summary, summary, true),
            Ok(Some(Err(why))) => Some(why),
            Ok(None) => Some("it has no summary".to_owned()),
            // The ticks may be whole all the same.
            Err(error @ ReadError::Damaged { .. }) => Some(told(error)),
            Err(error) => return Err(told(error)),
        }
    };
    let (summary, end) = recompute(&recording).map_err(told)?;
    if summary.ticks == 0 {
        return Err("holds no tick".to_owned());
    }
    let finished = end == End::Finished;
    let why = match end {
        End::Truncated { at, why } => Some(format!("not finished: byte {at}: {why}")),
        End::Finished => why,
    };
    let basis = why.map_or(Basis::Ticks, |why| Basis::TicksFor { why });
    of(&recording, basis, summary, finished)
}

/// The figures in the last message of a session, or why they are of no use.
fn summary_of(message: SummaryMessage) -> Result<Summary, String> {
    let session = message.session.ok_or("its summary holds no figures")?;
    let summary: Summary = serde_json::from_value(session)
        .map_err(|error| format!("its summary is of another form: {error}"))?;
    let (steps, trips) = (summary.steps.len(), summary.trips.len());
    if steps > MAX_STEPS {
        return Err(format!("its summary has {steps} steps; a plan has {MAX_STEPS} at most"));
    }
    if trips > TRIPS_MAX {
        return Err(format!("its summary lists {trips} trips; {TRIPS_MAX} at most are listed"));
    }
    Ok(summary)
}

fn of(
    recording: &Recording,
    basis: Basis,
    summary: Summary,
    finished: bool,
) -> Result<SessionFigures, String> {
    let header = recording.header();
    let session = header.key().map_err(|error| format!("its header: {error}"))?;
    Ok(SessionFigures {
        file: recording.path().to_owned(),
        basis,
        finished,
        ticks: summary.ticks,
        session,
        plan: header.plan_id.clone(),
        electrode: electrode(header),
        site: site(header),
        steps: summary.steps,
        peak_c_sensed: summary.peak_c_sensed,
        energy_j: summary.energy_j,
        dose: summary.dose,
        trips: summary.trips,
        trips_total: summary.trips_total,
        lesion: summary.lesion,
    })
}

/// Of the plan's file only what is needed here, so that a plan which another rfa allowed tells its
/// electrode too.
#[derive(Deserialize)]
struct PlanWords {
    electrode: ElectrodeWords,
}

#[derive(Deserialize)]
struct ElectrodeWords {
    gauge: u8,
    tip_length_mm: f64,
}

#[derive(Deserialize)]
struct SiteWords {
    name: String,
}

fn electrode(header: &Header) -> String {
    toml::from_str(&header.plan_toml).map_or_else(
        |_| "unknown".to_owned(),
        |PlanWords { electrode: ElectrodeWords { gauge, tip_length_mm } }| {
            format!("{gauge} G, {tip_length_mm} mm")
        },
    )
}

fn site(header: &Header) -> String {
    let Some(text) = &header.site_toml else { return "no site file".to_owned() };
    toml::from_str(text).map_or_else(
        |_| "unknown".to_owned(),
        |SiteWords { name }| name.chars().take(SITE_CHARS_MAX).collect(),
    )
}
