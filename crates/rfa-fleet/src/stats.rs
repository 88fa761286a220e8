//! Statistics over many sessions.

use crate::{Basis, Distribution, FileTold, Once, QUANTILES, SessionFigures};
use rfa_figures::summary::StepSummary;
use serde::Serialize;
use std::collections::BTreeMap;

/// What sessions are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// Not at all: one group of all.
    All,
    /// The plan's short name.
    Plan,
    /// The plan's electrode.
    Electrode,
    /// The site's name.
    Site,
}

impl By {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Plan => "plan",
            Self::Electrode => "electrode",
            Self::Site => "site",
        }
    }

    fn of(self, session: &SessionFigures) -> &str {
        match self {
            Self::All => "sessions",
            Self::Plan => &session.plan,
            Self::Electrode => &session.electrode,
            Self::Site => &session.site,
        }
    }
}

/// What became of the plans' steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Steps {
    /// Steps of the plans.
    pub planned: u64,
    /// Those in which RF was on.
    pub started: u64,
    /// Those that came within 2 °C of their set temperature.
    pub reached: u64,
    /// Those whose whole hold time was held.
    pub complete: u64,
}

/// Sizes of lesions with one boundary, as predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LesionSizes {
    /// What counts as the edge.
    pub boundary: String,
    /// Across, at the widest place, mm.
    pub width_mm: Distribution,
    /// Along the needle, mm.
    pub length_mm: Distribution,
}

/// What a group of sessions came to. A distribution is absent where nothing is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// What it is a group by.
    pub by: By,
    /// Which group.
    pub of: String,
    /// Sessions.
    pub sessions: u64,
    /// Those in which every step of the plan is complete.
    pub complete: u64,
    /// Those with a trip.
    pub tripped: u64,
    /// Steps.
    pub steps: Steps,
    /// From the first activation to set - 2 °C, s, of each step that reached it.
    pub time_to_temperature_s: Option<Distribution>,
    /// Highest sensed temperature above the set temperature, °C, of each step with RF.
    pub overshoot_c: Option<Distribution>,
    /// Mean of |sensed - set| of each step's hold, from 3 s of lesion time on, °C.
    pub hold_error_c: Option<Distribution>,
    /// Overshoot of the simulator's own temperature, °C.
    pub overshoot_c_true: Option<Distribution>,
    /// Hold error of the simulator's own temperature, °C.
    pub hold_error_c_true: Option<Distribution>,
    /// Highest sensed tip temperature of each session, °C.
    pub peak_c: Option<Distribution>,
    /// Energy delivered in each session, J.
    pub energy_j: Option<Distribution>,
    /// Dose at the sensor of each session, equivalent minutes at 43 °C.
    pub cem43_min: Option<Distribution>,
    /// Damage integral at the sensor of each session, nerve's constants.
    pub arrhenius_nerve: Option<Distribution>,
    /// Sizes of the predicted lesions, by their boundary.
    pub lesions: Vec<LesionSizes>,
    /// All trips.
    pub trips_total: u64,
    /// Trips by rule; of a session with more than 16, the first 16.
    pub trips: BTreeMap<String, u64>,
}

/// Statistics over many recordings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// What a quantile is here.
    pub quantiles: &'static str,
    /// Files looked at.
    pub files: u64,
    /// Sessions counted.
    pub sessions: u64,
    /// Those counted from their ticks for want of a summary, and why.
    pub recomputed: Vec<FileTold>,
    /// Files of a session that another file holds too.
    pub twice: Vec<FileTold>,
    /// Files that could not be used, and why.
    pub unusable: Vec<FileTold>,
    /// All sessions, then each group, in the order of their names.
    pub groups: Vec<Group>,
}

impl Statistics {
    /// Of these sessions, grouped by each of `by`.
    #[must_use]
    pub fn of(once: &Once, by: &[By]) -> Self {
        let Once { files, sessions, twice, unusable } = once;
        let sessions: Vec<&SessionFigures> = sessions.iter().collect();
        let recomputed = sessions.iter().filter_map(|session| match &session.basis {
            Basis::TicksFor { why } => Some(FileTold::new(&session.file, why)),
            Basis::Summary | Basis::Ticks => None,
        });
        let mut groups = vec![Group::of(By::All, "sessions", &sessions)];
        for by in by {
            let mut each: BTreeMap<&str, Vec<&SessionFigures>> = BTreeMap::new();
            for session in &sessions {
                each.entry(by.of(session)).or_default().push(session);
            }
            groups.extend(each.iter().map(|(of, sessions)| Group::of(*by, of, sessions)));
        }
        Self {
            quantiles: QUANTILES,
            files: *files,
            sessions: sessions.len() as u64,
            recomputed: recomputed.collect(),
            twice: twice.clone(),
            unusable: unusable.clone(),
            groups,
        }
    }
}

impl Group {
    fn of(by: By, of: &str, sessions: &[&SessionFigures]) -> Self {
        let count = |holds: fn(&SessionFigures) -> bool| {
            sessions.iter().filter(|session| holds(session)).count() as u64
        };
        let steps = || sessions.iter().flat_map(|session| &session.steps);
        let spread =
            |figure: fn(&StepSummary) -> Option<f64>| Distribution::of(steps().filter_map(figure));
        let mut trips = BTreeMap::new();
        for trip in sessions.iter().flat_map(|session| &session.trips) {
            *trips.entry(trip.rule.clone()).or_default() += 1;
        }
        Self {
            by,
            of: of.to_owned(),
            sessions: sessions.len() as u64,
            complete: count(|s| !s.steps.is_empty() && s.steps.iter().all(|step| step.complete)),
            tripped: count(|session| session.trips_total > 0),
            steps: Steps::of(steps()),
            time_to_temperature_s: spread(|step| step.reached_s),
            overshoot_c: spread(|step| step.overshoot_c_sensed),
            hold_error_c: spread(|step| step.mean_abs_error_c_sensed),
            overshoot_c_true: spread(|step| step.overshoot_c_true),
            hold_error_c_true: spread(|step| step.mean_abs_error_c_true),
            peak_c: Distribution::of(sessions.iter().filter_map(|session| session.peak_c_sensed)),
            energy_j: Distribution::of(sessions.iter().map(|session| session.energy_j)),
            cem43_min: Distribution::of(
                sessions.iter().filter_map(|session| Some(session.dose?.cem43_min)),
            ),
            arrhenius_nerve: Distribution::of(
                sessions.iter().filter_map(|session| session.dose?.arrhenius_nerve),
            ),
            lesions: lesions(sessions),
            trips_total: sessions.iter().fold(0, |sum, s| s.trips_total.saturating_add(sum)),
            trips,
        }
    }
}

impl Steps {
    fn of<'a>(steps: impl Iterator<Item = &'a StepSummary>) -> Self {
        steps.fold(Self::default(), |sums, step| Self {
            planned: sums.planned + 1,
            started: sums.started + u64::from(step.overshoot_c_sensed.is_some()),
            reached: sums.reached + u64::from(step.reached_s.is_some()),
            complete: sums.complete + u64::from(step.complete),
        })
    }
}

fn lesions(sessions: &[&SessionFigures]) -> Vec<LesionSizes> {
    let mut each: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for lesion in sessions.iter().filter_map(|session| session.lesion.as_ref()) {
        each.entry(&lesion.boundary).or_default().push((lesion.width_mm, lesion.length_mm));
    }
    let sizes = |(boundary, sizes): (&str, Vec<(f64, f64)>)| {
        Some(LesionSizes {
            boundary: boundary.to_owned(),
            width_mm: Distribution::of(sizes.iter().map(|(width, _)| *width))?,
            length_mm: Distribution::of(sizes.iter().map(|(_, length)| *length))?,
        })
    };
    each.into_iter().filter_map(sizes).collect()
}

#[cfg(test)]
mod tests;
