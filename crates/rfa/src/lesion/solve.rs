//! The run: through the ramp and the hold, with a look at every time asked for.

use super::question::{Drive, Question};
use crate::exit::Stop;
use rfa_tissue::{Lesion, LesionSize, Reading};
use std::time::Instant;

/// Looks during a ramp, so that its peaks of power and voltage are seen.
const RAMP_LOOKS: u32 = 5;
/// Looks during a hold, s, besides those asked for: lesions grow like the logarithm of time.
const HOLD_LOOKS_S: [f64; 12] =
    [1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 2_400.0];

/// Hottest tissue the model speaks of, °C. Dry tissue chars and gases leave long before; what is
/// computed beyond is arithmetic.
const MODEL_ENDS_C: f64 = 200.0;

/// Before its first step a model has no field; this one shows it and warms nothing, s.
const FIELD_S: f64 = 1e-6;

/// What the lesion was at one time.
#[derive(Debug)]
pub(crate) struct At {
    pub(crate) t_s: f64,
    pub(crate) size: Option<LesionSize>,
    pub(crate) reading: Reading,
    /// Hottest tissue: °C, radius and height in m.
    pub(crate) hottest: (f64, f64, f64),
    pub(crate) probes_c: Vec<f64>,
}

/// The whole run.
#[derive(Debug)]
pub(crate) struct Solved {
    pub(crate) at: Vec<At>,
    /// What the generator saw, by time since switching on.
    pub(crate) course: Vec<Reading>,
    /// Whether any tissue has reached boiling.
    pub(crate) boiled: bool,
    /// The model after the last time.
    pub(crate) lesion: Lesion,
    pub(crate) wall_s: f64,
}

/// Solves it; a solve without an answer is a failure with its reason.
pub(crate) fn solve(question: &Question) -> Result<Solved, Stop> {
    let began = Instant::now();
    let mut lesion =
        Lesion::new(&question.setting).map_err(|e| Stop::usage(format!("error: {e}")))?;
    let mut course = Vec::new();
    let mut go = |lesion: &mut Lesion, span: f64, drive: rfa_tissue::Drive| {
        let done = lesion.advance(span, drive);
        course.push(lesion.reading());
        let at = lesion.reading().t_s;
        done.map_err(|e| Stop::failure(format!("error: no answer after {at:.3} s: {e}")))?;
        let (hottest, ..) = lesion.hottest();
        if hottest > MODEL_ENDS_C {
            return Err(Stop::failure(format!(
                "error: no answer after {at:.3} s: tissue has boiled dry and is at {hottest:.0} °C; \
                 the model ends at {MODEL_ENDS_C} °C\n  help:    lower the power or the voltage, or \
                 shorten --hold-s"
            )));
        }
        Ok(())
    };
    let held = match question.drive {
        Drive::Temperature { set_c, ramp_s } => {
            let from = question.setting.baseline_c;
            let at = |look: u32| from + (set_c - from) * f64::from(look) / f64::from(RAMP_LOOKS);
            for look in 0..RAMP_LOOKS {
                let drive = rfa_tissue::Drive::Temperature { from_c: at(look), to_c: at(look + 1) };
                go(&mut lesion, ramp_s / f64::from(RAMP_LOOKS), drive)?;
            }
            rfa_tissue::Drive::Temperature { from_c: set_c, to_c: set_c }
        }
        Drive::Power(watts) => rfa_tissue::Drive::Power(watts),
        Drive::Voltage(volts) => rfa_tissue::Drive::Voltage(volts),
    };
    let last = question.at_s.last().copied().unwrap_or(question.hold_s);
    let mut looks: Vec<f64> = question.at_s.clone();
    looks.extend(HOLD_LOOKS_S.into_iter().filter(|look| *look < last));
    looks.sort_by(f64::total_cmp);
    looks.dedup();
    let mut now = 0.0;
    let mut at = Vec::new();
    for look in looks {
        let to = if lesion.reading().t_s > 0.0 { look } else { look.max(FIELD_S) };
        if to > now {
            go(&mut lesion, to - now, held)?;
            now = to;
        }
        if question.at_s.contains(&look) {
            at.push(look_at(&lesion, question, look));
        }
    }
    let boiled = boiled(question, &lesion);
    Ok(Solved { at, course, boiled, lesion, wall_s: began.elapsed().as_secs_f64() })
}

/// Whether any tissue has reached the lowest boiling point of those there are, at any time.
fn boiled(question: &Question, lesion: &Lesion) -> bool {
    let setting = &question.setting;
    let tissues = setting.layers.iter().map(|layer| &layer.properties).chain([&setting.tissue]);
    let boils_c = tissues.filter_map(|tissue| tissue.phase).map(|phase| phase.from_c);
    let boils_c = boils_c.fold(f64::INFINITY, f64::min);
    let cells = lesion.model().damage().peak_c.iter().zip(&lesion.mesh().metal);
    cells.into_iter().any(|(peak_c, metal)| !metal && *peak_c >= boils_c)
}

fn look_at(lesion: &Lesion, question: &Question, t_s: f64) -> At {
    let probe = |[r, z]: &[f64; 2]| lesion.temperature_at(r * 1e-3, z * 1e-3);
    At {
        t_s,
        size: lesion.size(question.edge.0),
        reading: lesion.reading(),
        hottest: lesion.hottest(),
        probes_c: question.probes_mm.iter().map(probe).collect(),
    }
}
