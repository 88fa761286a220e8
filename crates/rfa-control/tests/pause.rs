//! H-42: pauses of 0 to 60 s anywhere in a step; no wind-up, a bumpless return.

mod common;

use common::{Bench, ELECTRODES, ElectrodeCase, Figures, World, program};
use rfa_control::Phase;

fn paused(case: &ElectrodeCase, world: World, set: f64, at: f64, pause: f64) -> (Figures, Bench) {
    let steps = program(&[(set, 15.0, 20.0, case.ceiling(set))]);
    let mut bench = Bench::new(steps, case, world);
    bench.run(0.5, |_| false);
    bench.pressed = true;
    bench.run(at, |_| false);
    (bench.run_step(pause, 120.0), bench)
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
                    let (f, _) = paused(case, world, 80.0, at, pause);
                    if f.over_true > 0.6 || !f.done || f.slope_max > 10.0 {
                        println!("{} at {at} pause {pause} lag {lag_s}: {f:?}", case.name);
                    }
                    worst = worst.max(f.over_true);
                }
            }
        }
    }
    println!("worst overshoot after a pause: {worst:.2} K");
    assert!(worst < 2.0, "{worst}");
}
