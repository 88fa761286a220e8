//! Treatments in which nothing breaks: what happens in every one may not trip.

use super::case::{Case, instant};
use super::subject::Subject;
use crate::scenario::Treatment;
use rfa_scenario::TreatmentPhase;
use rfa_sim::{Fault, Random, ScheduledFault};
use rfa_units::Span;

/// Noise of the temperature channel, °C rms: the usual, and up to the most that thresholds are
/// derived for (hazards.md decision 2).
const NOISE_C: [f64; 3] = [0.05, 0.15, 0.3];
/// From one disturbance to the next, s.
const EVERY_S: (f64, f64) = (10.0, 30.0);
/// The first one, s.
const FIRST_S: f64 = 1.5;
/// Steps of a long treatment are held this long and more, s.
const LONG_S: f64 = 150.0;

/// What happens while nothing is broken, and how long it lasts: the twins of faults, each just
/// below what may trip.
const DISTURBANCES: [(Fault, f64); 6] = [
    // A cold wash: CSF at the tip.
    (Fault::SensorShort, 6.0),
    // The tip settles in colder tissue, then in warmer.
    (Fault::SensorOpen, 8.0),
    (Fault::Runaway, 6.0),
    // The electrode is moved by hand.
    (Fault::RollOff, 5.0),
    // The patient moves: the pad's contact drifts.
    (Fault::PadCreep, 9.0),
    // A sensor that follows slowly.
    (Fault::NoResponse, 12.0),
];

/// The treatment of a fault-free case.
pub(super) fn treatment<'a>(case: &Case, subject: &'a Subject) -> Treatment<'a> {
    let mut random = Random::new(case.seed, 0x0f_4ee);
    let noise_c = NOISE_C.get(below(&mut random, NOISE_C.len())).copied().unwrap_or(NOISE_C[0]);
    let mut disturbances = Vec::new();
    let (hold_s, _) = subject.window(TreatmentPhase::Hold);
    let mut at_s = FIRST_S + EVERY_S.1 * random.unit();
    while at_s < LONG_S {
        if let Some((fault, lasts_s)) = DISTURBANCES.get(below(&mut random, DISTURBANCES.len())) {
            // Below 40 °C a fall with power on is H-07's: a wash at the start of a ramp is no
            // harmless one (hazards.md decision 2).
            let cold = at_s < hold_s && matches!(fault, Fault::SensorShort | Fault::SensorOpen);
            if !cold {
                disturbances.push(ScheduledFault {
                    setting: fault.twin(),
                    at: instant(at_s),
                    lasts: Some(Span::from_millis((lasts_s * 1e3) as u64)),
                });
            }
        }
        at_s += EVERY_S.0 + (EVERY_S.1 - EVERY_S.0) * random.unit();
    }
    subject.long_treatment(disturbances, noise_c, case.seed)
}

/// A number from 0 up to `count`, which is excluded.
fn below(random: &mut Random, count: usize) -> usize {
    (random.unit() * count as f64) as usize
}
