#![allow(missing_docs)]
mod common;
use common::*;
const WORLDS: [(f64, usize, f64, f64); 6] = [
    (0.05, 10, 1.0, 0.05),
    (0.15, 10, 1.0, 0.05),
    (0.15, 20, 1.0, 0.3),
    (0.3, 40, 1.0, 0.05),
    (0.3, 40, 1.2, 0.3),
    (0.05, 40, 0.8, 0.3),
];
#[test]
fn zz() {
    for (name, list) in [("E", &ELECTRODES[..]), ("S", &STRANGERS[..])] {
        for ramp in [5.0, 10.0, 15.0, 30.0] {
            let (mut o, mut os, mut tr, mut tm, mut sl, mut re, mut rel, mut ma) =
                (0.0_f64, String::new(), 0.0_f64, 0.0_f64, 0.0_f64, 0.0_f64, 99.0_f64, 0.0_f64);
            for case in list {
                for set in [60.0, 80.0] {
                    for (k, (lag_s, delay_ms, gain, noise_k)) in WORLDS.into_iter().enumerate() {
                        for s in 0..2 {
                            let w = World {
                                lag_s,
                                delay_ms,
                                gain,
                                noise_k,
                                seed: 1 + s * 17 + k as u64,
                                ..World::default()
                            };
                            let f = Bench::new(
                                program(&[(set, ramp, 20.0, case.ceiling(set))]),
                                case,
                                w,
                            )
                            .run_step(1.0, 90.0);
                            if f.over_true > o {
                                o = f.over_true;
                                os = format!("{} {set} {:?}", case.name, WORLDS[k]);
                            }
                            tr = tr.max(f.track_rms);
                            tm = tm.max(f.track_max);
                            sl = sl.max(f.slope_max / f64::max(10.0, 3.0 * (set - 37.0) / ramp));
                            re = re.max(f.reached_s - ramp);
                            rel = rel.min(f.reached_s / ramp);
                            ma = ma.max(f.hold_mae);
                        }
                    }
                }
            }
            println!(
                "ZZ {name} {ramp:4} over {o:.2} ({os}) rms {tr:.2} max {tm:.2} slope {sl:.2} reach +{re:.2} min {rel:.2} mae {ma:.2}"
            );
        }
    }
}
