//! What crossed a threshold in a treatment that ended as planned: the fault was there to be seen,
//! and no scenario's `completes` lets it pass.
//!
//! Counted from the samples and the simulator's truth, by none of the interlock's code, and a
//! little later than its rules count: what lies between is no error of theirs. Numbers: hazards.md
//! part b.

use crate::scenario::{Sample, Seen, Watched};
use rfa_interlock::State;
use std::collections::VecDeque;

/// H-04: the most granted in so many ticks may still be obeyed; the rule looks back over 60 ms.
const GRANT_TICKS: usize = 9;
/// H-04: above it by this share, and at least by this power.
const ABOVE_ASKED_PERCENT: i64 = 20;
const ABOVE_ASKED_MW: i64 = 500;
/// More than this is RF.
const RF_MW: i64 = 200;
/// H-13: when after output the rule takes a hot tip's mean, at the first of ten samples or so, and
/// from when on that tip has to have fallen, s.
const HOT_FROM_S: f64 = 0.4;
const HOT_UNTIL_S: f64 = 0.7;
const COOLS_UNTIL_S: f64 = 3.5;
/// H-13: hotter than 60 °C, and by less than 0.6 K: what noise leaves of that in two means.
const HOT_MC: i64 = 60_000;
const FALLS_MK: i64 = 300;
/// H-14: above this, or above twice what it was at arming, which one sample tells to a few percent.
const IMPEDANCE_HIGH_MOHM: i64 = 1_500_000;
const IMPEDANCE_PERCENT: i64 = 205;
/// H-16: hotter than 70 °C, in a mean.
const DRIES_MC: i64 = 70_500;
/// H-16: above what it was by this share.
const DRIES_PERCENT: i64 = 25;
/// H-16: samples that make an impedance, and how far back the first ten are that it is compared
/// with. The rule has tenths of a second that begin anywhere: for so many samples, and any of them
/// has been as far back.
const DRIES_MEAN: usize = 3;
const DRIES_BEFORE: usize = 48;
const DRIES_SAMPLES: usize = 12;
/// H-19: above what it was at arming by this share, for so many samples: the rule takes 40.
const PAD_PERCENT: i64 = 140;
const PAD_SAMPLES: usize = 45;
/// Samples that make a mean.
const MEAN: usize = 10;

/// The first sign there is, in words, with its hazard and time.
pub(super) fn crossed(watched: &Watched) -> Option<String> {
    let signs = [above_asked, stays_hot, impedance_high, dries, pad_peels];
    signs.iter().find_map(|sign| sign(&watched.ticks))
}

fn said(what: &str, at_us: u64) -> String {
    format!("{what} at {:.2} s", at_us as f64 / 1e6)
}

/// Counts how often running something holds.
#[derive(Default)]
struct Running(usize);

impl Running {
    fn add(&mut self, holds: bool) -> usize {
        self.0 = if holds { self.0.saturating_add(1) } else { 0 };
        self.0
    }
}

/// H-04: two samples running of more power than was asked.
fn above_asked(ticks: &[Seen]) -> Option<String> {
    let mut granted = VecDeque::from([0; GRANT_TICKS]);
    let mut running = Running::default();
    for tick in ticks {
        granted.pop_front();
        granted.push_back(tick.granted_mw.unwrap_or(0));
        let asked_mw = granted.iter().copied().max().unwrap_or(0);
        let limit_mw = asked_mw + ABOVE_ASKED_MW.max(asked_mw * ABOVE_ASKED_PERCENT / 100);
        for sample in &tick.samples {
            if running.add(sample.power_mw > limit_mw) >= 2 {
                let what = format!("{} mW for {asked_mw} asked (H-04)", sample.power_mw);
                return Some(said(&what, sample.at_us));
            }
        }
    }
    None
}

/// H-13: no power is asked or measured, and the tip, which read hot, goes on to.
fn stays_hot(ticks: &[Seen]) -> Option<String> {
    let mut newest = VecDeque::new();
    let mut quiet: Option<Quiet> = None;
    for tick in ticks {
        let Some(now_us) = tick.newest_us else { continue };
        newest.extend(&tick.samples);
        newest.drain(..newest.len().saturating_sub(MEAN));
        let rf = tick.samples.iter().any(|sample| sample.power_mw > RF_MW);
        if rf || tick.granted_mw > Some(0) {
            quiet = None;
            continue;
        }
        let mean_mc = mean(newest.iter().copied(), |sample| sample.tip_mc).unwrap_or(0);
        let quiet = quiet.get_or_insert(Quiet { since_us: now_us, coolest_mc: i64::MAX });
        let quiet_s = now_us.saturating_sub(quiet.since_us) as f64 / 1e6;
        if (HOT_FROM_S..HOT_UNTIL_S).contains(&quiet_s) {
            quiet.coolest_mc = quiet.coolest_mc.min(mean_mc);
        }
        let hot = (HOT_MC + 1..i64::MAX).contains(&quiet.coolest_mc);
        if quiet_s >= COOLS_UNTIL_S && hot && quiet.coolest_mc - mean_mc < FALLS_MK {
            let [from_c, to_c] = [quiet.coolest_mc, mean_mc].map(|mc| mc as f64 / 1e3);
            let what = format!("the tip went from {from_c:.1} to {to_c:.1} °C with RF off (H-13)");
            return Some(said(&what, now_us));
        }
    }
    None
}

/// The tip since power was last asked or measured.
struct Quiet {
    since_us: u64,
    /// The least of its means while the rule takes one.
    coolest_mc: i64,
}

/// The samples of each time from arming to RF off.
fn armings(ticks: &[Seen]) -> impl Iterator<Item = Vec<(State, Sample)>> {
    let armed = |state| matches!(state, State::Armed | State::Delivering);
    ticks.split(move |tick| !armed(tick.state)).map(|arming| {
        let samples = |tick: &Seen| {
            let state = tick.state;
            tick.samples.iter().map(move |sample| (state, *sample)).collect::<Vec<_>>()
        };
        arming.iter().flat_map(samples).collect()
    })
}

/// H-14: two samples running far above what the impedance was at arming.
fn impedance_high(ticks: &[Seen]) -> Option<String> {
    armings(ticks).find_map(|arming| {
        let measured = |(_, sample): &(State, Sample)| Some((sample.at_us, sample.impedance_mohm?));
        let (_, first_mohm) = arming.iter().find_map(measured)?;
        let limit_mohm = IMPEDANCE_HIGH_MOHM.min(first_mohm * IMPEDANCE_PERCENT / 100);
        let mut running = Running::default();
        let mut all = arming.iter().filter_map(measured);
        let (at_us, mohm) = all.find(|(_, mohm)| running.add(*mohm > limit_mohm) >= 2)?;
        let (ohm, first_ohm) = (mohm / 1_000, first_mohm / 1_000);
        Some(said(&format!("impedance was {ohm} ohm, {first_ohm} at arming (H-14)"), at_us))
    })
}

/// H-16: impedance climbs in hot tissue.
fn dries(ticks: &[Seen]) -> Option<String> {
    armings(ticks).find_map(|mut arming| {
        arming.retain(|(state, _)| *state == State::Delivering);
        let mut running = Running::default();
        arming.windows(DRIES_BEFORE).find_map(|window| {
            let newest = |count| window.iter().rev().take(count).map(|(_, sample)| sample);
            let oldest = window.iter().take(MEAN).map(|(_, sample)| sample);
            let hot = mean(newest(MEAN), |sample| sample.tip_mc) > Some(DRIES_MC);
            let now = mean(newest(DRIES_MEAN), |sample| sample.impedance_mohm);
            let before = mean(oldest, |sample| sample.impedance_mohm);
            let climbs = now
                .zip(before)
                .is_some_and(|(now, before)| hot && (now - before) * 100 > before * DRIES_PERCENT);
            let (_, last) = window.last().filter(|_| running.add(climbs) >= DRIES_SAMPLES)?;
            let (ohm, before_ohm) = (now? / 1_000, before? / 1_000);
            let what = format!("impedance climbed from {before_ohm} to {ohm} ohm (H-16)");
            Some(said(&what, last.at_us))
        })
    })
}

/// H-19: the return pad's impedance is far above what it was at arming.
fn pad_peels(ticks: &[Seen]) -> Option<String> {
    armings(ticks).find_map(|arming| {
        let first = arming.iter().take(MEAN).map(|(_, sample)| sample);
        let limit_mohm = mean(first, |sample| sample.pad_mohm)? * PAD_PERCENT / 100;
        let mut running = Running::default();
        let peels = |sample: &Sample| sample.pad_mohm > Some(limit_mohm);
        let mut all = arming.iter().map(|(_, sample)| sample);
        let found = all.find(|sample| running.add(peels(sample)) >= PAD_SAMPLES)?;
        let ohm = found.pad_mohm? / 1_000;
        let limit_ohm = limit_mohm / 1_000;
        Some(said(&format!("the return pad was {ohm} ohm, above {limit_ohm} (H-19)"), found.at_us))
    })
}

/// The mean of one quantity; `None` where a reading is missing, or there is none.
fn mean<'a>(
    samples: impl Iterator<Item = &'a Sample>,
    of: impl Fn(&Sample) -> Option<i64>,
) -> Option<i64> {
    let values: Vec<i64> = samples.map(of).collect::<Option<_>>()?;
    values.iter().sum::<i64>().checked_div(i64::try_from(values.len()).ok()?)
}

#[cfg(test)]
mod tests;
