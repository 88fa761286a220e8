//! H-42: pauses of 0 to 60 s anywhere in a step; no wind-up, a bumpless return.

#![allow(missing_docs, reason = "a test file")]

mod common;

use common::{Bench, ELECTRODES, ElectrodeCase, Figures, World, program};

fn paused(case: &ElectrodeCase, world: World, set: f64, at: f64, pause: f64) -> Figures {
    let steps = program(&[(set, 15.0, 20.0, case.ceiling(set))]);
    let mut bench = Bench::new(steps, case, world);
    bench.run(0.5, |_| false);
    bench.pressed = true;
    bench.run(at, |_| false);
    bench.run_step(pause, 120.0)
}

#[test]
fn h42_overshoot_after_any_pause_is_below_2_k() {
    let mut worst = 0.0_f64;
    for case in &ELECTRODES {
        for at in [0.5, 2.0, 6.0, 13.0, 17.0, 30.0] {
            for pause in [0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 12.0, 30.0, 60.0] {
                for (lag_s, noise_k, delay_ms) in [(0.05, 0.05, 10), (0.3, 0.3, 40)] {
                    let seed = (at * 100.0 + pause * 7.0) as u64;
                    let world = World { lag_s, noise_k, delay_ms, seed, ..World::default() };
                    let f = paused(case, world, 80.0, at, pause);
                    let at = format!("{} at {at} s for {pause} s: {f:?}", case.name);
                    assert!(f.done && f.over_true < 1.0, "{at}");
                    // H-03, with a tenth for the thickest needle behind the slowest sensor.
                    assert!(f.slope_max < 11.0, "{at}");
                    worst = worst.max(f.over_true);
                }
            }
        }
    }
    println!("worst overshoot after a pause: {worst:.2} K");
    assert!(worst < 1.0, "H-42 allows 2 K; {worst}");
}
