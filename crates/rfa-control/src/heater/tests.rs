use super::{Heater, Seen, Start};
use crate::feedback::{Drift, Gains, Loop, crossover};
use crate::plant::Plant;
use crate::tissue::Tissue;
use crate::tuning::{TUNING, Tuning};
use std::vec::Vec;

const START: Start = Start {
    tip: 37.0,
    field: 37.0,
    set: 80.0,
    rate: 2.87,
    steepest: 1_000.0,
    ceiling: 1_000.0,
    cold: true,
};

/// A crude tip that takes what it is given.
struct Tip {
    heater: Heater,
    plant: Plant,
    tissue: Tissue,
    tip: f64,
    asked: Vec<f64>,
    tuning: Tuning,
    /// Heat that the tissue gives back, K/s.
    warmth: f64,
}

impl Tip {
    fn new() -> Self {
        Self {
            heater: Heater::start(&TUNING, &START),
            plant: Plant::unknown(6_480),
            tissue: Tissue::new(START.tip, TUNING.filter_s),
            tip: START.tip,
            asked: Vec::new(),
            tuning: TUNING,
            warmth: 0.0,
        }
    }

    /// Behind its ramp, and until the feed-forward's field, which this tip has not, has settled.
    fn settled(tuning: Tuning) -> Self {
        let mut world = Self { tuning, ..Self::new() };
        (0..4_000).for_each(|_| {
            world.tick(20.0, 1_000.0);
        });
        world
    }

    /// One tick; the applied power is the request of two ticks ago, at most `granted`.
    fn tick(&mut self, ceiling: f64, granted: f64) -> f64 {
        let before = self.asked.len().checked_sub(2).map_or(0.0, |index| self.asked[index]);
        let applied = before.min(granted);
        self.tissue.advance(self.tip, applied, 0.01);
        let seen = Seen { tip: self.tip, applied, ceiling, dt: 0.01 };
        self.heater.advance(&self.tuning, &mut self.plant, &self.tissue, &seen);
        let power = self.heater.request().as_f64();
        self.asked.push(power);
        self.tip += 0.01 * (4.0 * applied - 0.1 * (self.tip - 37.0) + self.warmth);
        power
    }
}

/// End to end through the heater: while no limit acts, its terms are those of the feedback alone.
#[test]
fn without_limits_the_terms_are_the_feedbacks_bit_for_bit() {
    let (mut world, mut alone) = (Tip::new(), Loop::new());
    let mut compared = 0;
    for _ in 0..1_000 {
        let tip = world.tip;
        world.tick(1_000.0, 1_000.0);
        let crossover = crossover(&TUNING, world.plant.lag_s()).min(TUNING.crossover_max);
        let gains = Gains::new(&TUNING, world.plant.rate(), crossover);
        let want = alone.step(gains, world.heater.reference.lagged(), tip, 0.01);
        let got = world.heater.terms();
        assert_eq!(
            [got.p, got.i, got.d].map(f64::to_bits),
            [want.p, want.i, want.d].map(f64::to_bits)
        );
        compared += 1;
    }
    assert_eq!(compared, 1_000);
}

/// H-42: ten seconds against a ceiling that is far too low leave no integral behind.
#[test]
fn h42_a_low_ceiling_does_not_wind_the_integral_up() {
    let mut world = Tip::new();
    for _ in 0..1_000 {
        assert!(world.tick(0.3, 1_000.0) <= 0.3);
    }
    let terms = world.heater.terms();
    assert!(terms.i.abs() < 2.0, "{terms:?}");
    assert!(world.heater.target() < world.tip + 6.0, "the ramp waits for the tip");
}

/// H-42: the same when the interlock or the generator withholds power the loop asked for.
#[test]
fn h42_withheld_power_does_not_wind_the_integral_up() {
    let mut world = Tip::new();
    (0..300).for_each(|_| {
        world.tick(20.0, 1_000.0);
    });
    (0..1_000).for_each(|_| {
        world.tick(20.0, 0.2);
    });
    let terms = world.heater.terms();
    assert!(terms.i < 1.0, "{terms:?}");
    // Given back, the tip does not shoot past the ramp.
    let mut worst = 0.0_f64;
    for _ in 0..3_000 {
        world.tick(20.0, 1_000.0);
        worst = worst.max(world.tip - world.heater.target());
    }
    assert!(worst < 2.0, "{worst}");
}

/// H-42: the request goes no faster than from nothing to the ceiling in the slew time, from cold
/// tissue and from warm.
#[test]
fn h42_the_request_is_slew_limited() {
    for cold in [true, false] {
        let mut world = Tip::new();
        world.heater = Heater::start(&TUNING, &Start { cold, ceiling: 10.0, ..START });
        let mut last = 0.0;
        for _ in 0..2_000 {
            let power = world.tick(10.0, 1_000.0);
            assert!((power - last).abs() <= 0.5 + 0.001, "{cold}: {last} to {power}");
            last = power;
        }
    }
}

/// Tissue that warms all the time asks for less power all the time: an integral alone stays above
/// the set temperature by what that takes, one with a drift does not.
#[test]
fn a_hold_in_warming_tissue_has_no_mean_error() {
    let mean_k = |drift_share: f64| {
        let mut world = Tip::settled(Tuning { drift_share, ..TUNING });
        let mut sum = 0.0;
        for tick in 0..2_000 {
            world.warmth += 0.05 * 0.01;
            world.tick(20.0, 1_000.0);
            sum += if tick < 1_000 { 0.0 } else { world.tip - START.set };
        }
        sum / 1_000.0
    };
    let (alone, drifting) = (mean_k(0.0), mean_k(TUNING.drift_share));
    assert!(alone > 0.01, "{alone}");
    assert!(drifting.abs() < alone / 4.0, "{drifting} of {alone}");
}

/// A ramp teaches no drift, nor does a limit; what was learned stays what it was.
#[test]
fn no_drift_is_learned_in_the_ramp_or_under_a_limit() {
    let mut world = Tip::new();
    while world.heater.reference.is_linear(&TUNING) {
        assert_eq!(world.heater.drift, Drift::NONE);
        world.tick(20.0, 1_000.0);
    }
    (0..1_000).for_each(|_| {
        world.tick(20.0, 1_000.0);
    });
    let learned = world.heater.drift;
    assert_ne!(learned, Drift::NONE);
    let held = world.heater.request().as_f64();
    for limit in [(0.99 * held, 1_000.0), (20.0, 0.9 * held)] {
        // In the first ticks what was granted is not back yet.
        (0..10).for_each(|_| {
            world.tick(limit.0, limit.1);
        });
        let before = world.heater.drift;
        (0..200).for_each(|_| {
            world.tick(limit.0, limit.1);
        });
        assert_eq!(world.heater.drift, before, "{limit:?}");
    }
}

/// A heat sink is no drift: behind one the tip is left less too warm by a loop that learns from
/// small errors alone.
#[test]
fn a_heat_sink_is_not_learned() {
    let overshoot_k = |drift_error_k: f64| {
        let mut world = Tip::settled(Tuning { drift_error_k, ..TUNING });
        world.warmth -= 3.0;
        let mut most = 0.0_f64;
        for _ in 0..1_000 {
            world.tick(20.0, 1_000.0);
            most = most.max(world.tip - START.set);
        }
        most
    };
    let (all, small) = (overshoot_k(1_000.0), overshoot_k(TUNING.drift_error_k));
    assert!(small < all - 0.01, "{small} of {all}");
}
