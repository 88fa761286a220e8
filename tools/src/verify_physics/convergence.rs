//! How far the normal mesh and step are from finer ones, for every electrode.

use super::lesions::{Course, HOLD_S, RAMP_S, SET_C, nerve, size_mm};
use super::needles::{Electrode, muscle};
use super::rows::{Row, percent};
use rfa_plan::Gauge;
use rfa_tissue::{Boundary, Drive, Lesion, Resolution, TipEnd};

const SECTION: &str = super::CONVERGENCE;

/// One electrode on the normal and on the fine mesh.
pub(super) struct Pair {
    pub(super) electrode: Electrode,
    pub(super) end: TipEnd,
    /// Width and length by isotherm and by nerve damage: relative difference of the normal mesh.
    pub(super) isotherm: (f64, f64),
    pub(super) nerve: (f64, f64),
}

pub(super) fn pair(electrode: Electrode, end: TipEnd) -> Result<Pair, String> {
    let tissue = muscle()?;
    let at = |resolution| {
        let course = Course {
            electrode,
            end,
            tissue,
            baseline_c: 37.0,
            set_c: SET_C,
            hold_s: HOLD_S,
            resolution,
        };
        course.run()
    };
    let (normal, fine) = (at(Resolution::Normal)?, at(Resolution::Fine)?);
    let apart = |boundary| {
        let (here, there) = (size_mm(&normal, boundary), size_mm(&fine, boundary));
        (here.0 / there.0 - 1.0, here.1 / there.1 - 1.0)
    };
    let (isotherm, nerve) = (apart(Boundary::Isotherm(50.0)), apart(nerve()));
    Ok(Pair { electrode, end, isotherm, nerve })
}

impl Pair {
    fn name(&self) -> String {
        let end = if self.end == TipEnd::Blunt { "blunt" } else { "cone" };
        format!("{}, {end}", self.electrode.name())
    }
}

/// The rows: the worst of all electrodes, by either edge; and the step.
pub(super) fn rows(quick: bool) -> Result<Vec<Row>, String> {
    let electrodes: Vec<Electrode> = if quick {
        vec![
            Electrode::new(Gauge::G23, 2),
            Electrode::new(Gauge::G16, 2),
            Electrode::new(Gauge::G22, 5),
        ]
    } else {
        Electrode::all().collect()
    };
    let ends: &[TipEnd] =
        if quick { &[TipEnd::Conical] } else { &[TipEnd::Blunt, TipEnd::Conical] };
    let mut pairs = Vec::new();
    for electrode in electrodes {
        for end in ends {
            pairs.push(pair(electrode, *end)?);
        }
    }
    let mut rows = vec![
        worst(&pairs, "width by the 50 °C isotherm", 0.005, |pair| pair.isotherm.0),
        worst(&pairs, "width by the nerve set", 0.005, |pair| pair.nerve.0),
        worst(&pairs, "length by the 50 °C isotherm", 0.01, |pair| pair.isotherm.1),
        worst(&pairs, "length by the nerve set", 0.01, |pair| pair.nerve.1),
    ];
    rows.extend(step_rows()?);
    Ok(rows)
}

fn worst(pairs: &[Pair], what: &str, limit: f64, of: fn(&Pair) -> f64) -> Row {
    // Not a number, which is no lesion, is the worst there is.
    let size = |pair: &&Pair| if of(pair).is_nan() { f64::INFINITY } else { of(pair).abs() };
    let found = pairs.iter().max_by(|a, b| size(a).total_cmp(&size(b)));
    let (value, name) = found.map_or((f64::NAN, String::new()), |pair| (of(pair), pair.name()));
    let what = format!("normal against fine mesh, {} needles, {what}: worst {name}", pairs.len());
    Row::share(SECTION, what, value, limit)
}

/// The model's own steps against fixed ones of 1/8 s, a hundredth of the longest.
fn step_rows() -> Result<Vec<Row>, String> {
    const SHORT_S: f64 = 0.125;
    let mut rows = Vec::new();
    for electrode in [Electrode::new(Gauge::G20, 10), Electrode::new(Gauge::G23, 2)] {
        let course = Course {
            electrode,
            end: TipEnd::Blunt,
            tissue: muscle()?,
            baseline_c: 37.0,
            set_c: SET_C,
            hold_s: HOLD_S,
            resolution: Resolution::Normal,
        };
        let own = course.run()?;
        let sizes = [1.0, 2.0].map(|share| in_steps(&course, SHORT_S / share));
        let [once, twice] = sizes;
        let (once, twice) = (once?, twice?);
        for (boundary, name) in [(Boundary::Isotherm(50.0), "50 °C"), (nerve(), "nerve set")] {
            let (own, once, twice) =
                (size_mm(&own, boundary), size_mm(&once, boundary), size_mm(&twice, boundary));
            let what = |which: &str| format!("normal mesh, {}, {name}: {which}", electrode.name());
            rows.push(Row::share(
                SECTION,
                what("width by own steps against 1/8 s"),
                own.0 / once.0 - 1.0,
                0.005,
            ));
            rows.push(Row::share(
                SECTION,
                what("length by own steps against 1/8 s"),
                own.1 / once.1 - 1.0,
                0.01,
            ));
            rows.push(Row::told(
                SECTION,
                what("width with 1/8 s halved"),
                percent(once.0 / twice.0 - 1.0),
            ));
        }
    }
    Ok(rows)
}

fn in_steps(course: &Course, step_s: f64) -> Result<Lesion, String> {
    let mut lesion = course.lesion()?;
    let steps = ((RAMP_S + course.hold_s) / step_s).round() as u32;
    let at = |i: u32| {
        let share = (f64::from(i) * step_s / RAMP_S).min(1.0);
        course.baseline_c + (course.set_c - course.baseline_c) * share
    };
    for i in 0..steps {
        let drive = Drive::Temperature { from_c: at(i), to_c: at(i + 1) };
        lesion.follow(step_s, drive).map_err(|error| error.to_string())?;
    }
    Ok(lesion)
}
