//! Groups of known sessions.

use super::*;
use crate::each_once;
use rfa_figures::summary::{LesionSummary, TripSummary};
use std::path::{Path, PathBuf};

fn step(reached_s: Option<f64>, overshoot: Option<f64>, complete: bool) -> StepSummary {
    StepSummary {
        step: 1,
        set_c: 70.0,
        reached_s,
        held_s: 0.0,
        complete,
        overshoot_c_true: None,
        overshoot_c_sensed: overshoot,
        mean_abs_error_c_true: None,
        mean_abs_error_c_sensed: None,
    }
}

fn trip(rule: &str) -> TripSummary {
    TripSummary {
        rule: rule.to_owned(),
        alarm: String::new(),
        value: 0,
        limit: 0,
        unit: String::new(),
        text: String::new(),
        window_us: 0,
        tick: 0,
        at_us: 0,
    }
}

/// Statistics of these files.
fn of<const N: usize>(files: [(&str, Result<SessionFigures, String>); N], by: &[By]) -> Statistics {
    let files = files.map(|(file, figures)| {
        let named = |figures| SessionFigures { file: PathBuf::from(file), ..figures };
        (Path::new(file), figures.map(named))
    });
    Statistics::of(&each_once(files), by)
}

/// A session of one step, as most are.
fn session(plan: &str, reached_s: f64, energy_j: f64) -> SessionFigures {
    SessionFigures {
        file: PathBuf::new(),
        basis: Basis::Summary,
        finished: true,
        ticks: 0,
        session: format!("{plan}-{reached_s}-{energy_j}"),
        plan: plan.to_owned(),
        electrode: "20 G, 5 mm".to_owned(),
        site: "no site file".to_owned(),
        steps: vec![step(Some(reached_s), Some(0.5), true)],
        peak_c_sensed: Some(70.5),
        energy_j,
        dose: None,
        trips: Vec::new(),
        trips_total: 0,
        lesion: None,
    }
}

fn lesion(boundary: &str, width_mm: f64) -> Option<LesionSummary> {
    Some(LesionSummary {
        boundary: boundary.to_owned(),
        width_mm,
        width_range_mm: [width_mm; 2],
        length_mm: 2.0 * width_mm,
        length_range_mm: [width_mm; 2],
        power: "agrees".to_owned(),
        power_disagreed: false,
    })
}

#[test]
fn groups_add_up_to_all() {
    let mut tripped = session("b", 20.0, 30.0);
    tripped.steps = vec![step(None, Some(0.0), false), step(None, None, false)];
    (tripped.trips, tripped.trips_total) = (vec![trip("H-06"), trip("H-19")], 2);
    tripped.basis = Basis::TicksFor { why: "it has no summary".to_owned() };
    let files = [
        ("1", Ok(session("b", 10.0, 10.0))),
        ("2", Err("no".to_owned())),
        ("3", Ok(tripped)),
        ("4", Ok(session("a", 11.0, 20.0))),
    ];
    let told = of(files, &[By::Plan, By::Electrode]);
    assert_eq!((told.files, told.sessions), (4, 3));
    let file = |of: &FileTold| (of.file.clone(), of.why.clone());
    assert_eq!(
        told.unusable.iter().map(file).collect::<Vec<_>>(),
        [("2".to_owned(), "no".to_owned())]
    );
    let recomputed = [("3".to_owned(), "it has no summary".to_owned())];
    assert_eq!(told.recomputed.iter().map(file).collect::<Vec<_>>(), recomputed);
    let names: Vec<_> = told.groups.iter().map(|group| (group.by, group.of.as_str())).collect();
    let expected =
        [(By::All, "sessions"), (By::Plan, "a"), (By::Plan, "b"), (By::Electrode, "20 G, 5 mm")];
    assert_eq!(names, expected);
    let all = &told.groups[0];
    assert_eq!((all.sessions, all.complete, all.tripped, all.trips_total), (3, 2, 1, 2));
    assert_eq!(all.steps, Steps { planned: 4, started: 3, reached: 2, complete: 2 });
    assert_eq!(all.trips, BTreeMap::from([("H-06".to_owned(), 1), ("H-19".to_owned(), 1)]));
    let reached = all.time_to_temperature_s.expect("two reached");
    assert_eq!((reached.count, reached.p50, reached.max), (2, 10.5, 11.0));
    assert_eq!(all.energy_j.expect("three").mean, 20.0);
    let b = &told.groups[2];
    assert_eq!((b.sessions, b.complete, b.energy_j.expect("two").count), (2, 1, 2));
}

/// The boundary decides the size: sizes with different ones are never put together.
#[test]
fn lesions_are_kept_apart_by_their_boundary() {
    let sessions = [("cem43:240", 4.0), ("arrhenius:nerve", 5.0), ("cem43:240", 6.0)];
    let sessions = sessions.map(|(boundary, width)| SessionFigures {
        lesion: lesion(boundary, width),
        session: width.to_string(),
        ..session("a", 10.0, 10.0)
    });
    let files = sessions.map(|session| ("s", Ok(session)));
    let told = of(files, &[]);
    let sizes = told.groups[0].lesions.iter();
    let sizes: Vec<_> =
        sizes.map(|of| (of.boundary.as_str(), of.width_mm.mean, of.length_mm.count)).collect();
    assert_eq!(sizes, [("arrhenius:nerve", 5.0, 1), ("cem43:240", 5.0, 2)]);
}

#[test]
fn of_nothing_there_is_nothing() {
    let told = of([], &[By::Plan]);
    assert_eq!((told.sessions, told.groups.len()), (0, 1));
    assert_eq!(told.groups[0].energy_j, None);
}

/// A copy counts once, whichever comes first; the one with its summary is taken.
#[test]
fn a_session_in_two_files_is_one() {
    let mut recovered = session("a", 10.0, 7.0);
    recovered.session = session("a", 10.0, 10.0).session;
    recovered.basis = Basis::TicksFor { why: "it has no summary".to_owned() };
    let files = [
        ("recovered", Ok(recovered)),
        ("whole", Ok(session("a", 10.0, 10.0))),
        ("copy", Ok(session("a", 10.0, 10.0))),
    ];
    let told = of(files, &[]);
    assert_eq!((told.files, told.sessions), (3, 1));
    assert_eq!(told.groups[0].energy_j.expect("one").mean, 10.0);
    let twice: Vec<_> = told.twice.iter().map(|of| (of.file.as_str(), of.why.as_str())).collect();
    let why = "the same session as whole, which is taken";
    assert_eq!(twice, [("recovered", why), ("copy", why)]);
    assert!(told.recomputed.is_empty());
}
