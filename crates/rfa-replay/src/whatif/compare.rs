//! What differs between two courses, and what is said of it.

use super::figures::{Figures, Happened, Point, seconds};
use super::generator::Plant;
use super::lesion::LesionFigure;
use super::rerun::Run;
use super::settings::Setting;
use super::{Asked, Noise, Quality, Session};
use rfa_record::row::{EventRow, StateWord};
use serde::Serialize;
use std::collections::BTreeMap;

/// Events listed on one side at most; more are counted.
const LISTED_MAX: usize = 50;
/// An event that moved by less than a tick and a half did not move, s.
const MOVED_S: f64 = 0.015;

/// How far two courses are apart, tick by tick where both deliver.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Apart {
    /// Tip, K rms.
    pub tip_rms_k: f64,
    /// Tip, the largest, K.
    pub tip_max_k: f64,
    /// Measured power, W rms.
    pub power_rms_w: f64,
    /// Measured power, the largest, W.
    pub power_max_w: f64,
    /// Ticks compared.
    pub ticks: usize,
}

/// Compares two courses by their place.
#[must_use]
pub fn apart(one: &[Point], two: &[Point]) -> Apart {
    let (mut tip, mut tip_ticks, mut power, mut ticks) = ((0.0, 0.0_f64), 0, (0.0, 0.0_f64), 0);
    let pairs = one.iter().zip(two);
    for (a, b) in pairs.filter(|(a, b)| a.delivering() && b.delivering()) {
        if let (Some(a), Some(b)) = (a.tip_c, b.tip_c) {
            let off: f64 = a - b;
            tip = (tip.0 + off * off, tip.1.max(off.abs()));
            tip_ticks += 1;
        }
        let off = a.power_w - b.power_w;
        power = (power.0 + off * off, power.1.max(off.abs()));
        ticks += 1;
    }
    let rms = |sum: f64, count: usize| (sum / count.max(1) as f64).sqrt();
    Apart {
        tip_rms_k: rms(tip.0, tip_ticks),
        tip_max_k: tip.1,
        power_rms_w: rms(power.0, ticks),
        power_max_w: power.1,
        ticks,
    }
}

/// Where two courses first decide otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirstChange {
    /// The tick.
    pub tick: u64,
    /// Since the first tick, s.
    pub at_s: f64,
    /// Recorded.
    pub recorded: String,
    /// In the what-if.
    pub what_if: String,
}

/// An event on one side only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OneSided {
    /// Since the first tick, s.
    pub at_s: f64,
    /// What happened.
    pub event: EventRow,
    /// The same in words.
    pub text: String,
}

/// An event on both sides at another time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moved {
    /// What happened, in words.
    pub text: String,
    /// Recorded, since the first tick, s.
    pub recorded_s: f64,
    /// In the what-if, s.
    pub what_if_s: f64,
}

/// The decisions that change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Changes {
    /// The first grant that differs.
    pub first_grant: Option<FirstChange>,
    /// The first state that differs.
    pub first_state: Option<FirstChange>,
    /// Events of the recording that the what-if has not.
    pub only_recorded: Vec<OneSided>,
    /// Events of the what-if that the recording has not.
    pub only_what_if: Vec<OneSided>,
    /// Events of both at another time.
    pub moved: Vec<Moved>,
    /// Events left out of these lists.
    pub more: usize,
}

/// A what-if beside its recording.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The recording.
    pub file: String,
    /// The plan's short name.
    pub plan: String,
    /// Another version of rfa recorded than this one, and what that means. Commits are known to who
    /// asks: [`Setup::other_rfa`](super::Setup::other_rfa) compares them too.
    pub other_rfa: Option<String>,
    /// What is set, with what the recording has.
    pub settings: Vec<SetFrom>,
    /// What is added to the plant.
    pub noise: Noise,
    /// What was identified.
    pub plant: Plant,
    /// How well it reproduces the recording.
    pub quality: Quality,
    /// The recording in numbers.
    pub recorded: Figures,
    /// The identified plant with unchanged numbers.
    pub rerun: Figures,
    /// With what is set.
    pub what_if: Figures,
    /// The recording's lesion.
    pub lesion_recorded: LesionFigure,
    /// The what-if's.
    pub lesion_what_if: LesionFigure,
    /// What-if and recording, tick by tick.
    pub apart: Apart,
    /// The decisions that change.
    pub changes: Changes,
    /// The what-if ended in this state because the recording has no further command for it.
    pub waited: Option<StateWord>,
}

/// A setting with what it changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetFrom {
    /// The key.
    pub key: String,
    /// Its unit.
    pub unit: &'static str,
    /// The recording's value, or values of its steps.
    pub recorded: Vec<f64>,
    /// What it is set to.
    pub value: f64,
}

impl Report {
    pub(super) fn new(
        session: &Session,
        asked: &Asked<'_>,
        run: &Run,
        lesion: LesionFigure,
    ) -> Self {
        let course = &session.course;
        let keys = session.setup.keys();
        let set = |setting: &Setting| {
            let key = keys.iter().find(|key| key.name == setting.key);
            SetFrom {
                key: setting.key.clone(),
                unit: key.map_or("", |key| key.unit),
                recorded: key.map_or_else(Vec::new, |key| key.recorded.clone()),
                value: setting.value,
            }
        };
        Self {
            file: course.path.display().to_string(),
            plan: course.header.plan_id.clone(),
            other_rfa: session.setup.other_rfa(None),
            settings: asked.settings.iter().map(set).collect(),
            noise: asked.noise,
            plant: session.fit.plant.clone(),
            quality: session.quality.clone(),
            recorded: course.figures.clone(),
            rerun: session.rerun.figures.clone(),
            what_if: run.figures.clone(),
            lesion_recorded: session.lesion.clone(),
            lesion_what_if: lesion,
            apart: apart(&course.points, &run.points),
            changes: Changes::new((&course.points, &course.events), (&run.points, &run.events)),
            waited: run.waited.map(StateWord::from),
        }
    }
}

type Side<'a> = (&'a [Point], &'a [Happened]);

impl Changes {
    pub(super) fn new(recorded: Side<'_>, what_if: Side<'_>) -> Self {
        let grants = |point: &Point| match point.granted_mw {
            None => "no grant".to_owned(),
            Some(mw) => format!("{:.3} W", f64::from(mw) * 1e-3),
        };
        let states = |point: &Point| StateWord::from(point.state).word().to_owned();
        let (only_recorded, only_what_if, moved) = events(recorded, what_if);
        let (only_recorded, a) = cut(only_recorded);
        let (only_what_if, b) = cut(only_what_if);
        let (moved, c) = cut(moved);
        Self {
            first_grant: first(recorded.0, what_if.0, grants),
            first_state: first(recorded.0, what_if.0, states),
            only_recorded,
            only_what_if,
            moved,
            more: a + b + c,
        }
    }
}

fn cut<T>(mut list: Vec<T>) -> (Vec<T>, usize) {
    let more = list.len().saturating_sub(LISTED_MAX);
    list.truncate(LISTED_MAX);
    (list, more)
}

fn first(one: &[Point], two: &[Point], told: impl Fn(&Point) -> String) -> Option<FirstChange> {
    let began_us = one.first().map_or(0, |first| first.at_us);
    let pairs = one.iter().zip(two).map(|(a, b)| (a, told(a), told(b)));
    let (at, recorded, what_if) = pairs.into_iter().find(|(_, a, b)| a != b)?;
    let at_s = seconds(at.at_us.saturating_sub(began_us));
    Some(FirstChange { tick: at.tick, at_s, recorded, what_if })
}

/// The n-th event of a kind on one side is the n-th on the other.
fn events(recorded: Side<'_>, what_if: Side<'_>) -> (Vec<OneSided>, Vec<OneSided>, Vec<Moved>) {
    let began = |side: Side<'_>| side.0.first().map_or(0, |first| first.at_us);
    let (began, began_what_if) = (began(recorded), began(what_if));
    let mut known: BTreeMap<String, Vec<&Happened>> = BTreeMap::new();
    for happened in what_if.1.iter().rev() {
        known.entry(happened.event.words()).or_default().push(happened);
    }
    let one = |happened: &Happened, began_us: u64| OneSided {
        at_s: seconds(happened.at_us.saturating_sub(began_us)),
        event: happened.event.clone(),
        text: happened.event.words(),
    };
    let (mut only, mut moved) = (Vec::new(), Vec::new());
    for happened in recorded.1 {
        let text = happened.event.words();
        let Some(other) = known.get_mut(&text).and_then(Vec::pop) else {
            only.push(one(happened, began));
            continue;
        };
        let recorded_s = seconds(happened.at_us.saturating_sub(began));
        let what_if_s = seconds(other.at_us.saturating_sub(began_what_if));
        if (recorded_s - what_if_s).abs() > MOVED_S {
            moved.push(Moved { text, recorded_s, what_if_s });
        }
    }
    let mut left: Vec<&Happened> = known.into_values().flatten().collect();
    left.sort_by_key(|happened| happened.place);
    (only, left.into_iter().map(|happened| one(happened, began_what_if)).collect(), moved)
}
