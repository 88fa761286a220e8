//! What one run came to.

use crate::case::{LATE_S, REACHED_BELOW_K};
use crate::{Case, Disturbance, End, Sample, Trace};

/// From the end of the ramp to the beginning of what counts as the hold, s: the rounded end of a
/// ramp and its decay lie before.
pub(crate) const SETTLED_AFTER_S: f64 = 5.0;
/// The tip is back from a disturbance this near the set temperature, K.
pub(crate) const BACK_K: f64 = 0.5;
/// Power counts as held back by a ceiling from this share of it on.
const AT_CEILING: f64 = 0.98;

/// The figures of one run, of the true tip; what the run did not come to is none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// How the run ended.
    pub end: End,
    /// From the beginning of output to set - 0.5 K, s.
    pub reached_s: Option<f64>,
    /// Whether that was within ramp + 3 s.
    pub in_time: bool,
    /// Largest excess over the set temperature up to the disturbance, K; below zero: never there.
    pub overshoot_k: Option<f64>,
    /// Distance from the straight line from the measured start over the ramp, K rms.
    pub tracking_k: Option<f64>,
    /// Distance from the set temperature in the hold, K rms.
    pub hold_rms_k: Option<f64>,
    /// Mean distance from it, K, without its sign.
    pub hold_mean_k: Option<f64>,
    /// Largest distance from the set temperature after the disturbance, K.
    pub deviation_k: Option<f64>,
    /// From the disturbance to the last time further than 0.5 K from the set temperature, s;
    /// infinite: not back at the run's end.
    pub recovery_s: Option<f64>,
    /// Excess of the hottest tissue over the set temperature in the whole run, K.
    pub hottest_above_k: f64,
    /// Hottest tissue, °C.
    pub hottest_c: f64,
    /// How long in the ramp the power was at its ceiling, s.
    pub at_ceiling_s: f64,
}

impl Figures {
    /// The figures of a run.
    #[must_use]
    pub fn of(case: &Case, trace: &Trace) -> Self {
        let (set_c, ramp_s) = (case.draw.set_c, case.draw.ramp.as_secs_f64());
        let disturbed_s = case.disturbed_at_s();
        let samples = &trace.samples;
        let begin = samples.partition_point(|sample| sample.t_s < 0.0);
        let (before, on) = samples.split_at(begin);
        let part = |from_s: f64, to_s: f64| {
            let from = on.partition_point(|sample| sample.t_s < from_s);
            &on[from..on.partition_point(|sample| sample.t_s < to_s).max(from)]
        };
        let whole = |part: &[Sample], seconds: f64| part.len() as f64 >= seconds * 100.0 - 1.5;
        let (ramp, undisturbed) = (part(0.0, ramp_s), part(0.0, disturbed_s));
        let hold = part(ramp_s + SETTLED_AFTER_S, disturbed_s);
        let after = part(disturbed_s, case.ends_at_s());
        let hold_whole = whole(hold, disturbed_s - ramp_s - SETTLED_AFTER_S);
        let off = |sample: &Sample| sample.tip_c - set_c;
        let start_c = mean(before, |sample| sample.sensed_c).unwrap_or(set_c);
        let line_c = |t_s: f64| start_c + (set_c - start_c) * t_s / ramp_s;
        let reached = on.iter().find(|sample| off(sample) >= -REACHED_BELOW_K);
        let reached_s = reached.map(|sample| sample.t_s);
        let ceiling_w = case.plan.program.ceilings.get(0).map_or(0.0, |watts| watts.as_f64());
        let ceiling_w = ceiling_w * (1.0 + case.draw.power_error) * AT_CEILING;
        let at_ceiling = ramp.iter().filter(|sample| sample.power_w >= ceiling_w).count();
        let hottest_c = largest(samples, |sample| sample.hottest_c);
        Self {
            end: trace.end,
            reached_s,
            in_time: reached_s.is_some_and(|reached_s| reached_s <= ramp_s + LATE_S),
            overshoot_k: whole(undisturbed, disturbed_s).then(|| largest(undisturbed, off)),
            tracking_k: Some(ramp)
                .filter(|ramp| whole(ramp, ramp_s))
                .and_then(|ramp| rms(ramp, |sample| sample.tip_c - line_c(sample.t_s))),
            hold_rms_k: Some(hold).filter(|_| hold_whole).and_then(|hold| rms(hold, off)),
            hold_mean_k: Some(hold).filter(|_| hold_whole).and_then(|h| mean(h, off)).map(f64::abs),
            deviation_k: (trace.end == End::Whole)
                .then(|| largest(after, |sample| off(sample).abs())),
            recovery_s: (trace.end == End::Whole)
                .then(|| recovery_s(after, off, case.ends_at_s()) - disturbed_s),
            hottest_above_k: hottest_c - set_c,
            hottest_c,
            at_ceiling_s: at_ceiling as f64 / 100.0,
        }
    }

    /// Whether the disturbance is one whose recovery has a target.
    #[must_use]
    pub fn has_recovery(case: &Case) -> bool {
        case.draw.disturbance == Disturbance::Sink
    }
}

/// From one point of a course to the next, in samples: 0.2 s.
const COURSE_EVERY: usize = 20;

/// A run as a line: seconds since the end of the ramp, and the true tip's distance from where it
/// should be (the ramp's straight line, then the set temperature), K.
#[must_use]
pub fn course(case: &Case, trace: &Trace) -> Vec<(f32, f32)> {
    let (set_c, ramp_s) = (case.draw.set_c, case.draw.ramp.as_secs_f64());
    let begin = trace.samples.partition_point(|sample| sample.t_s < 0.0);
    let (before, on) = trace.samples.split_at(begin);
    let start_c = mean(before, |sample| sample.sensed_c).unwrap_or(set_c);
    let points = on.iter().step_by(COURSE_EVERY).map(|sample| {
        let wanted_c = start_c + (set_c - start_c) * (sample.t_s / ramp_s).min(1.0);
        ((sample.t_s - ramp_s) as f32, (sample.tip_c - wanted_c) as f32)
    });
    points.collect()
}

/// When the tip was last too far off; infinite where it is so at the end.
fn recovery_s(after: &[Sample], off: impl Fn(&Sample) -> f64, ends_s: f64) -> f64 {
    let last = after.iter().rev().find(|sample| off(sample).abs() > BACK_K);
    match (last, after.first()) {
        (Some(last), _) if last.t_s < ends_s - 0.1 => last.t_s,
        (Some(_), _) => f64::INFINITY,
        (None, first) => first.map_or(f64::INFINITY, |first| first.t_s),
    }
}

fn largest(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    samples.iter().map(value).fold(f64::NEG_INFINITY, f64::max)
}

fn mean(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> Option<f64> {
    let count = samples.len() as f64;
    (count > 0.0).then(|| samples.iter().map(value).sum::<f64>() / count)
}

fn rms(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> Option<f64> {
    mean(samples, |sample| value(sample) * value(sample)).map(libm::sqrt)
}
