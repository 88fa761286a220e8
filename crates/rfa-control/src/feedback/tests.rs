use super::{Drift, Feedback, Gains, INACTIVE, Loop};
use crate::tuning::{TUNING, Tuning};
use pid::Pid;
use proptest::prelude::*;
use std::vec::Vec;

/// The bare crate with its gains scaled by hand.
fn bare(gains: Gains, reference: f64, tip: f64, dt: f64, pid: &mut Pid<f64>) -> Feedback {
    pid.setpoint(reference);
    pid.p(gains.kp, INACTIVE).i(gains.ki * dt, INACTIVE).d(gains.kd / dt, INACTIVE);
    let out = pid.next_control_output(tip);
    Feedback { p: out.p, i: out.i, d: out.d, sum: out.output }
}

fn bits(term: &Feedback) -> [u64; 4] {
    [term.p, term.i, term.d, term.sum].map(f64::to_bits)
}

proptest! {
    /// With no limit active the feedback is the `pid` crate's, bit for bit.
    #[test]
    fn equals_the_bare_crate_bit_for_bit(
        rows in prop::collection::vec((20.0..95.0_f64, 20.0..95.0_f64, 0.5..40.0_f64), 1..200),
        dt in 0.005..0.05_f64,
    ) {
        let (mut ours, mut theirs) = (Loop::new(), Pid::new(0.0, INACTIVE));
        for (reference, tip, rate) in rows {
            let gains = Gains::new(&TUNING, rate, 2.0);
            let got = ours.step(gains, reference, tip, dt);
            let want = bare(gains, reference, tip, dt, &mut theirs);
            prop_assert_eq!(bits(&got), bits(&want));
        }
    }

    /// The integral moves by what is asked, and nothing else does.
    #[test]
    fn a_shift_moves_the_integral_alone(delta in -20.0..20.0_f64, tip in 20.0..95.0_f64) {
        let gains = Gains::new(&TUNING, 5.0, 2.0);
        let (mut shifted, mut plain) = (Loop::new(), Loop::new());
        for feedback in [&mut shifted, &mut plain] {
            feedback.step(gains, 60.0, tip, 0.01);
        }
        shifted.shift_integral(tip, delta);
        let got = shifted.step(gains, 60.0, tip + 0.1, 0.01);
        let want = plain.step(gains, 60.0, tip + 0.1, 0.01);
        prop_assert!((got.i - want.i - delta).abs() < 1e-9);
        prop_assert_eq!(got.p.to_bits(), want.p.to_bits());
        prop_assert_eq!(got.d.to_bits(), want.d.to_bits());
    }
}

/// The crate alone winds up for hundreds of calls; this shows the fact the limits answer to.
#[test]
fn the_bare_crate_winds_up_while_its_output_is_limited() {
    let mut pid = Pid::new(80.0, 50.0);
    pid.p(1.0, 1e3).i(0.1, 50.0).d(0.0, 1e3);
    (0..1000).for_each(|_| {
        pid.next_control_output(27.0);
    });
    let calls: Vec<f64> = (0..1000).map(|_| pid.next_control_output(81.0).output).collect();
    assert!(calls.iter().take_while(|output| **output > 0.0).count() > 400);
}

/// Nothing is learned from the ramp's end, and what is learned then has a bound.
#[test]
fn a_drift_waits_for_the_ramps_end_and_is_bounded() {
    let gains = Gains::new(&TUNING, 5.0, 2.0);
    for error in [0.19, -0.19] {
        let mut drift = Drift::NONE;
        let mut tick = |power| drift.advance(&TUNING, gains, error, power, 0.01);
        let waits = (0..400).take_while(|_| tick(2.0) == 0.0).count();
        assert!((299..=301).contains(&waits), "{waits}");
        let most = (0..2_000).map(|_| tick(2.0).abs()).fold(0.0, f64::max);
        assert!((most - TUNING.drift_share * 2.0 * 0.01).abs() < 1e-12, "{most}");
        assert_eq!(tick(2.0).is_sign_positive(), error > 0.0);
        assert!((tick(1.0).abs() - most / 2.0).abs() < 1e-12, "half of the power, half of it");
    }
}

/// A drift that is wrong leaves the tip off by its rate / gain, and is unlearned from there,
/// however much power there is, and where the gains are least: behind a warm start.
#[test]
fn a_wrong_drift_is_unlearned() {
    let gains = Gains::new(&TUNING, 5.0, TUNING.crossover_warm);
    for error in [0.19, -0.19] {
        let mut drift = Drift::NONE;
        let mut tick = |error: f64| drift.advance(&TUNING, gains, error, 1_000.0, 0.01);
        let rate = (0..20_000).map(|_| tick(error)).fold(0.0, |_, newest| newest) / 0.01;
        assert!((rate.abs() - 0.75 * gains.ki * TUNING.drift_error_k).abs() < 1e-9, "{rate}");
        let mut left = rate;
        (0..2_000).for_each(|_| left = tick(-left / gains.ki) / 0.01);
        assert!(left.abs() < 0.1 * rate.abs(), "{left} of {rate}");
    }
}

/// What one tick teaches.
#[test]
fn a_drift_is_learned_with_its_time_constant() {
    let tuning = Tuning { drift_after_s: 0.0, ..TUNING };
    let gains = Gains::new(&tuning, 5.0, 2.0);
    let mut drift = Drift::NONE;
    let got = drift.advance(&tuning, gains, 0.05, 4.0, 0.01);
    let want = gains.ki * 0.05 * 0.01 / 5.0 * 0.01;
    assert!((got - want).abs() < 1e-15, "{got} {want}");
}

/// A disturbance teaches nothing, and what was learned goes on behind it.
#[test]
fn a_drift_is_learned_from_small_errors_alone() {
    let tuning = Tuning { drift_after_s: 0.0, ..TUNING };
    let gains = Gains::new(&tuning, 5.0, 2.0);
    let mut drift = Drift::NONE;
    let mut tick = |error: f64| drift.advance(&tuning, gains, error, 4.0, 0.01);
    let learned = tick(0.1);
    for error in [-10.0, -0.2, 0.2, 10.0] {
        assert_eq!(tick(error).to_bits(), learned.to_bits(), "{error}");
    }
    assert!(tick(0.1) > learned);
}
