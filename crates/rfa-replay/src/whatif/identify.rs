//! What a recording tells of its generator and its needle.
//!
//! Delays are where the recorded readback fits the recorded decisions best; everything else is
//! least squares on the recorded frames. No simulator's file or truth is looked at, where there is
//! one.

use super::WhatIfError;
use super::course::{Course, Tick};
use super::generator::{DELAY_MAX, Delays, Generator, Orders, Part, Plant, SHARES, Source, TAUS_S};
use super::least_squares::{Normal, Solution, UNKNOWNS_MAX};
use super::rest::{FrameRest, TipRest, followed};
use rfa_units::{Contactor, OutputState, Telemetry};
use serde::Serialize;

/// Lags tried behind the tip's parts, s: needle and sensor of hazards.md a.1.
const LAGS_S: [f64; 10] = [0.02, 0.05, 0.08, 0.11, 0.15, 0.2, 0.25, 0.3, 0.38, 0.48];
/// Parts used at most: the solver's own needles are met by three and the fast edge.
const PARTS_MAX: u32 = 4;
/// Fewer parts, and a shorter lag, are taken where they leave no more than this much more of the
/// mean square.
const FEWER: f64 = 1.02;
/// What is quicker than this, s, tells the lag.
const QUICK_S: f64 = 0.5;
/// Place of the constant among the unknowns.
const CONSTANT: usize = TAUS_S.len();
/// Frames with RF on that an identification needs at least: one second of them.
const FRAMES_MIN: usize = 100;
/// Where a contactor was never seen to move: the interlock's own budget of 20 ms (hazards.md a.1).
const CONTACTOR_TICKS: usize = 2;

/// How much of the recording the model explains by itself, with the recorded power.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Explained {
    /// What the model leaves of the tip with RF on, noise left out, K rms.
    pub rest_rms_k: f64,
    /// The largest of it, K.
    pub rest_max_k: f64,
    /// The rise that had to be explained, K rms.
    pub rise_rms_k: f64,
    /// Frames with RF on.
    pub frames_on: usize,
}

/// What identification gives.
#[derive(Debug)]
pub(super) struct Fit {
    pub(super) plant: Plant,
    pub(super) explained: Explained,
    /// What the model leaves of each frame; none where it has no report of the channel.
    pub(super) rests: Vec<Option<FrameRest>>,
    /// The same smoothed: without the noise.
    pub(super) slow: Vec<Option<FrameRest>>,
}

/// Identifies the plant of a recording.
pub(super) fn identify(course: &Course) -> Result<Fit, WhatIfError> {
    let on = |frame: &&Telemetry| {
        course.report(frame).is_some_and(|report| report.output != OutputState::Off)
    };
    let frames_on = course.frames.iter().filter(on).count();
    if frames_on < FRAMES_MIN {
        return Err(WhatIfError::NoRf { frames_on });
    }
    let (heat, lag_s) = thermal(course).ok_or(WhatIfError::NoFit)?;
    let parts = TAUS_S.iter().zip(heat.values).filter(|(_, gain)| *gain > 0.0);
    let mut plant = Plant {
        base_c: heat.values.get(CONSTANT).copied().unwrap_or(0.0),
        parts: parts.map(|(tau_s, gain_k_per_w)| Part { gain_k_per_w, tau_s: *tau_s }).collect(),
        lag_s,
        noise_k: 0.0,
        power_shares: power_shares(course),
        cold_ohm: None,
        admittance_rise_per_k: 0.0,
        delays: delays(course),
    };
    electric(course, &mut plant);
    let rests = rests(course, &plant);
    let slow = smoothed(course, &rests);
    plant.noise_k = noise(&rests, &slow);
    let explained = explained(course, &plant, &slow, frames_on);
    Ok(Fit { plant, explained, rests, slow })
}

/// The delays that fit the readback best.
fn delays(course: &Course) -> Delays {
    let k1 = |to| contactor_delay(course, |tick| tick.k1, |frame| frame.k1, to);
    let k2 = |to| contactor_delay(course, |tick| tick.k2, |frame| frame.k2, to);
    Delays {
        grant: grant_delay(course),
        k1_shut: k1(Contactor::Shut),
        k1_open: k1(Contactor::Open),
        k2_shut: k2(Contactor::Shut),
        k2_open: k2(Contactor::Open),
    }
}

/// The delay with the least difference between set-points reported and grants made.
fn grant_delay(course: &Course) -> usize {
    let miss = |delay: usize| -> f64 {
        let mut sum = 0.0;
        for (place, tick) in course.ticks.iter().enumerate().skip(delay) {
            let granted = place.checked_sub(delay).and_then(|back| course.ticks.get(back));
            let granted = granted.and_then(|tick| tick.granted_mw).map_or(0.0, f64::from);
            let frames = course.frames.get(tick.frames.clone()).unwrap_or_default();
            for report in frames.iter().filter_map(|frame| course.report(frame)) {
                sum += (f64::from(report.setpoint.get()) - granted).abs();
            }
        }
        sum
    };
    let sums: Vec<(usize, f64)> = (1..=DELAY_MAX).map(|delay| (delay, miss(delay))).collect();
    sums.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(1, |(delay, _)| delay)
}

/// Ticks from the first command `to` to the first frame that reads so; the median of all seen.
fn contactor_delay(
    course: &Course,
    of: fn(&Tick) -> Contactor,
    read: fn(&Telemetry) -> Contactor,
    to: Contactor,
) -> usize {
    let mut seen = Vec::new();
    for (place, pair) in course.ticks.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        if of(before) == to || of(after) != to {
            continue;
        }
        let reads = |tick: &Tick| {
            let frames = course.frames.get(tick.frames.clone()).unwrap_or_default();
            frames.iter().any(|frame| read(frame) == to)
        };
        // From the tick behind the command, which is at `place + 1`.
        let later = course.ticks.iter().skip(place + 2).take(DELAY_MAX);
        seen.extend(later.clone().position(reads).map(|waited| waited + 1));
    }
    seen.sort_unstable();
    seen.get(seen.len() / 2).copied().unwrap_or(CONTACTOR_TICKS)
}

/// What the metered power is made of.
fn power_shares(course: &Course) -> [f64; SHARES] {
    let (mut normal, mut newest) = (Normal::default(), [0.0; UNKNOWNS_MAX]);
    let mut through = 0;
    for frame in &course.frames {
        let Some(report) = course.report(frame) else { continue };
        newest.copy_within(0..SHARES - 1, 1);
        newest[0] = f64::from(report.setpoint.get());
        let shut = frame.k1 == Contactor::Shut && frame.k2 == Contactor::Shut;
        through = if shut && report.output != OutputState::Off { through + 1 } else { 0 };
        if through >= SHARES {
            normal.add(&newest, f64::from(report.power.get()));
        }
    }
    let shares =
        normal.solve(SHARES, None, SHARES as u32).map_or([1.0; UNKNOWNS_MAX], |s| s.values);
    [shares[0], shares[1], shares[2]]
}

/// The tip over the measured power: the parts that explain it behind the lag that does.
fn thermal(course: &Course) -> Option<(Solution, f64)> {
    let lag_s = lag(course)?;
    let normal = thermal_rows(course, lag_s, None);
    let most = normal.solve(TAUS_S.len(), Some(CONSTANT), PARTS_MAX)?;
    let fewer = (1..PARTS_MAX).find_map(|used| {
        let found = normal.solve(TAUS_S.len(), Some(CONSTANT), used)?;
        (found.mean_square <= most.mean_square * FEWER).then_some(found)
    });
    Some((fewer.unwrap_or(most), lag_s))
}

/// The shortest lag that explains what is quick in the readings: what is slow in them, a fit of a
/// few parts bends by more than a lag does.
fn lag(course: &Course) -> Option<f64> {
    let left = |lag_s: f64| {
        let normal = thermal_rows(course, lag_s, Some(QUICK_S));
        let found = normal.solve(TAUS_S.len(), None, TAUS_S.len() as u32);
        found.map(|found| found.mean_square)
    };
    let tried: Vec<(f64, f64)> =
        LAGS_S.iter().filter_map(|lag_s| Some((*lag_s, left(*lag_s)?))).collect();
    let best = tried.iter().map(|(_, left)| *left).min_by(f64::total_cmp)?;
    tried.iter().find(|(_, left)| *left <= best * FEWER).map(|(lag_s, _)| *lag_s)
}

/// A row for each reading: the parts' answers and a constant; of all of them only what a low-pass
/// of `quick_s` leaves, where one is given.
fn thermal_rows(course: &Course, lag_s: f64, quick_s: Option<f64>) -> Normal {
    let (mut normal, mut last_us) = (Normal::default(), None);
    let (mut parts, mut row) = ([0.0; TAUS_S.len()], [0.0; UNKNOWNS_MAX]);
    let (mut slow, mut slow_c) = ([0.0; UNKNOWNS_MAX], None);
    row[CONSTANT] = 1.0;
    for frame in &course.frames {
        let Some(report) = course.report(frame) else { continue };
        let at_us = frame.at.as_micros();
        let dt_s = last_us.map_or(0.0, |last| at_us.saturating_sub(last) as f64 * 1e-6);
        last_us = Some(at_us);
        let power_w = report.power.as_f64();
        for ((part, tau_s), lagged) in parts.iter_mut().zip(TAUS_S).zip(&mut row) {
            *part += (power_w - *part) * (dt_s / (tau_s + dt_s));
            *lagged += (*part - *lagged) * (dt_s / (lag_s + dt_s));
        }
        let Some(tip) = report.tip.valid() else { continue };
        let Some(quick_s) = quick_s else {
            normal.add(&row, tip.as_f64());
            continue;
        };
        let share = dt_s / (quick_s + dt_s);
        let mut quick = row;
        for ((quick, slow), now) in quick.iter_mut().zip(&mut slow).zip(&row) {
            *slow += (now - *slow) * share;
            *quick = now - *slow;
        }
        let low_c = slow_c.map_or(tip.as_f64(), |low: f64| low + (tip.as_f64() - low) * share);
        slow_c = Some(low_c);
        normal.add(&quick, tip.as_f64() - low_c);
    }
    normal
}

/// Impedance over the tip's rise: the admittance is linear in it.
fn electric(course: &Course, plant: &mut Plant) {
    let mut normal = Normal::default();
    let (mut heat, mut last_us) = (super::generator::Heat::default(), None);
    for frame in &course.frames {
        let Some(report) = course.report(frame) else { continue };
        let at_us = frame.at.as_micros();
        let dt_s = last_us.map_or(0.0, |last| at_us.saturating_sub(last) as f64 * 1e-6);
        last_us = Some(at_us);
        let rise_k = heat.advance(plant, report.power.as_f64(), dt_s);
        let ohm = report.impedance.map(|impedance| impedance.as_f64()).filter(|ohm| *ohm > 1.0);
        if let Some(ohm) = ohm {
            let mut row = [0.0; UNKNOWNS_MAX];
            (row[0], row[1]) = (1.0, rise_k);
            normal.add(&row, 1.0 / ohm);
        }
    }
    let Some(found) = normal.solve(1, Some(1), 1).filter(|found| found.values[0] > 0.0) else {
        return;
    };
    plant.cold_ohm = Some(1.0 / found.values[0]);
    plant.admittance_rise_per_k = found.values[1] / found.values[0];
}

/// The model beside the recording: what it leaves of every frame.
fn rests(course: &Course, plant: &Plant) -> Vec<Option<FrameRest>> {
    let mut generator = Generator::new();
    let mut rests = Vec::with_capacity(course.frames.len());
    for tick in &course.ticks {
        for frame in course.frames.get(tick.frames.clone()).unwrap_or_default() {
            rests.push(course.report(frame).map(|report| {
                let like = (frame, report);
                let source = Source::Recorded(report);
                generator.frame(plant, frame.at.as_micros(), like, source).2
            }));
        }
        generator.obey(Orders { granted_mw: tick.granted_mw, k1: tick.k1, k2: tick.k2 });
    }
    rests
}

/// The rests without their noise: of the tip by a filter forward and backward, which delays
/// nothing; of the meters by one forward.
fn smoothed(course: &Course, rests: &[Option<FrameRest>]) -> Vec<Option<FrameRest>> {
    let mut slow = rests.to_vec();
    let mut last: Option<FrameRest> = None;
    for (rest, frame) in slow.iter_mut().zip(&course.frames) {
        let Some(rest) = rest else { continue };
        if let Some(last) = last {
            let flows = course.report(frame).is_some_and(|r| r.output != OutputState::Off);
            rest.follow(&last, flows);
        }
        last = Some(*rest);
    }
    let mut last: Option<f64> = None;
    for rest in slow.iter_mut().rev().flatten() {
        let TipRest::Valid(tip) = &mut rest.tip else { continue };
        *tip = last.map_or(*tip, |last| followed(last, *tip));
        last = Some(*tip);
    }
    slow
}

fn noise(rests: &[Option<FrameRest>], slow: &[Option<FrameRest>]) -> f64 {
    let fast = rests.iter().zip(slow).filter_map(|pair| match pair {
        (Some(rest), Some(slow)) => Some(rest.tip_k()? - slow.tip_k()?),
        _ => None,
    });
    let (sum, count) = fast.fold((0.0, 0_u64), |(sum, n), k| (sum + k * k, n + 1));
    (sum / count.max(1) as f64).sqrt()
}

fn explained(
    course: &Course,
    plant: &Plant,
    slow: &[Option<FrameRest>],
    frames_on: usize,
) -> Explained {
    let (mut rest, mut rise, mut most, mut count) = (0.0, 0.0, 0.0_f64, 0_u64);
    for (frame, slow) in course.frames.iter().zip(slow) {
        let report = course.report(frame).filter(|report| report.output != OutputState::Off);
        let tip = report.and_then(|report| report.tip.valid());
        let (Some(tip), Some(k)) = (tip, slow.as_ref().and_then(FrameRest::tip_k)) else {
            continue;
        };
        rest += k * k;
        rise += (tip.as_f64() - plant.base_c).powi(2);
        most = most.max(k.abs());
        count += 1;
    }
    let rms = |sum: f64| (sum / count.max(1) as f64).sqrt();
    Explained { rest_rms_k: rms(rest), rest_max_k: most, rise_rms_k: rms(rise), frames_on }
}
