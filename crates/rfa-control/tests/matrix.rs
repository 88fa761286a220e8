//! The loop over electrodes, ramps, set temperatures, sensor lags, delays and gains.

mod common;

use common::{Bench, ELECTRODES, World, program};

#[test]
fn matrix() {
    println!(
        "electrode ramp lag delay gain noise | reach held | over true/sensed | track max/rms | mae sag | peakW slope"
    );
    for case in &ELECTRODES {
        for ramp in [5.0, 15.0, 30.0] {
            for (lag_s, delay_ms, gain, noise_k) in [
                (0.05, 10, 1.0, 0.05),
                (0.15, 10, 1.0, 0.05),
                (0.3, 40, 1.0, 0.05),
                (0.3, 40, 1.2, 0.3),
                (0.05, 40, 0.8, 0.3),
            ] {
                let set = 80.0;
                let steps = program(&[(set, ramp, 20.0, case.ceiling(set))]);
                let world = World { lag_s, delay_ms, gain, noise_k, ..World::default() };
                let mut bench = Bench::new(steps, case, world);
                let f = bench.run_step(1.0, 120.0);
                println!(
                    "{:9} {ramp:4} {lag_s:.2} {delay_ms:3} {gain:.1} {noise_k:.2} | {:6.2} {:5.1} | {:6.2} {:6.2} | {:5.2} {:5.2} | {:5.2} {:5.2} | {:5.2} {:5.1}",
                    case.name,
                    f.reached_s,
                    f.held_s,
                    f.over_true,
                    f.over_sensed,
                    f.track_max,
                    f.track_rms,
                    f.hold_mae,
                    f.sag,
                    f.peak_w,
                    f.slope_max
                );
            }
        }
    }
}
