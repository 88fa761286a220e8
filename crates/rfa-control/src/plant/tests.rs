use super::{FALL_PACE, LOSS_BOUNDS, LOSS_PACE, Plant, RATE_BOUNDS, START_MAX};
use crate::tissue::Tissue;
use crate::tuning::TUNING;
use proptest::prelude::*;

const DT: f64 = 0.01;

/// A tip that has warmed in a ramp of `slope` K/s and a little power.
fn warmed(slope: f64, seconds: f64) -> (Tissue, f64) {
    let (mut tissue, mut tip) = (Tissue::new(37.0, TUNING.filter_s), 37.0);
    for _ in 0..(seconds / DT) as usize {
        tip += slope * DT;
        tissue.advance(tip, 0.5, DT);
    }
    (tissue, tip)
}

#[test]
fn the_first_rate_is_the_plans_within_bounds() {
    for (response_mk_j, rate) in
        [(6_480, 6.48), (1_860, 1.86), (0, RATE_BOUNDS.0), (u32::MAX, START_MAX)]
    {
        assert!((Plant::unknown(response_mk_j).rate() - rate).abs() < 1e-9, "{response_mk_j}");
    }
}

/// H-03: nothing is learned from a step down, nor while the filters still show it.
#[test]
fn h03_a_sag_teaches_nothing() {
    let (mut tissue, tip) = warmed(3.0, 2.0);
    let mut plant = Plant::unknown(6_500);
    (0..50).for_each(|_| plant.learn(&tissue, true, DT));
    let before = plant.believed;
    // The filters need a few samples to show it.
    for tick in 0..80 {
        tissue.advance(tip - 1.2 + 3.0 * DT * f64::from(tick), 0.5, DT);
        if tick > 8 {
            plant.learn(&tissue, true, DT);
            assert_eq!(plant.believed, before, "tick {tick}");
        }
    }
    for tick in 80..300 {
        tissue.advance(tip - 1.2 + 3.0 * DT * f64::from(tick), 0.5, DT);
        plant.learn(&tissue, true, DT);
    }
    assert_ne!(plant.believed, before, "and later it learns again");
}

proptest! {
    /// H-03: whatever the readings, and whichever lag is believed, the rate falls and the loss
    /// rises by their shares at most.
    #[test]
    fn h03_what_asks_for_more_power_is_believed_slowly(
        rows in prop::collection::vec((-2.0..2.0_f64, 0.0..8.0_f64, any::<bool>()), 1..400),
        response_mk_j in 500..30_000_u32,
    ) {
        let (mut tissue, mut tip) = warmed(2.0, 0.5);
        let mut plant = Plant::unknown(response_mk_j);
        for (step, power, choose) in rows {
            tip = (tip + step).clamp(20.0, 95.0);
            tissue.advance(tip, power, DT);
            let before = plant.believed;
            plant.learn(&tissue, choose, DT);
            let after = plant.believed;
            prop_assert!(after.rate >= before.rate * (1.0 - FALL_PACE * DT) - 1e-12);
            prop_assert!(after.loss <= before.loss * (1.0 + LOSS_PACE * DT) + 1e-12);
            prop_assert!((RATE_BOUNDS.0..=RATE_BOUNDS.1).contains(&after.rate));
            prop_assert!((LOSS_BOUNDS.0..=LOSS_BOUNDS.1).contains(&after.loss));
        }
    }
}
