//! H-03, H-07: a reading that sags in a ramp is not answered with a surge.
//! `cargo test -p rfa-control --test sag -- --nocapture` prints the table.
#![allow(missing_docs, reason = "a test file")]

mod common;

use common::{Bench, ELECTRODES, ElectrodeCase, Row, Sag, World, program, steepest};
use rfa_control::Phase;
use rfa_units::Span;

/// Shares of the ramp at which a sag begins, its depths (K) and how long it falls (s).
const SHARES: [f64; 6] = [0.0, 0.02, 0.06, 0.1, 0.2, 0.7];
const DEPTHS_K: [f64; 3] = [1.2, 2.0, 3.0];
const FALLS_S: [f64; 4] = [0.0, 0.1, 0.6, 1.0];
/// A real wash that takes 3 K away faster than this and ends lets the tip itself rebound.
const WASH_S: f64 = 0.6;

fn sags(ramp: f64, case: &ElectrodeCase) -> Vec<(Sag, bool)> {
    let mut all = Vec::new();
    for share in SHARES {
        for depth_k in DEPTHS_K {
            for fall_s in FALLS_S {
                for passes in [false, true] {
                    let sag = Sag::sensor(share * ramp, fall_s, depth_k, passes);
                    all.push((sag, false));
                    all.extend((fall_s >= WASH_S).then(|| (sag.wash(case), true)));
                }
            }
        }
    }
    all
}

/// The rows of a ramp and 3 s of hold.
fn rows(case: &ElectrodeCase, set: f64, ramp: f64, world: World) -> Vec<Row> {
    let steps = program(&[(set, ramp, 3.0, case.ceiling(set))]);
    let mut bench = Bench::new(steps, case, world);
    bench.run(1.0, |_| false);
    bench.pressed = true;
    let from = bench.rows.len();
    bench.run(2.0 * ramp + 5.0, |out| out.phase == Phase::Complete);
    bench.rows.split_off(from)
}

#[test]
fn h03_h07_a_sag_in_a_ramp_is_not_answered_with_a_surge() {
    println!("electrode, set, ramp: H-03 at K/s | steepest rise of the tip: sensor's sag, wash");
    for case in &ELECTRODES {
        for (set, ramp) in [(60.0, 5.0), (60.0, 15.0), (80.0, 15.0)] {
            let planned = (set - 37.0) / ramp;
            let limit = f64::max(10.0, 3.0 * planned);
            let mut worst = [0.0_f64; 2];
            for (sag, wash) in sags(ramp, case) {
                let world = World { sag: Some(sag), ..World::default() };
                let rows = rows(case, set, ramp, world);
                let at = format!("{} {set} °C in {ramp} s, {sag:?}", case.name);
                let truth: Vec<f64> = rows.iter().map(|row| row.truth).collect();
                let told: Vec<f64> = rows.iter().map(|row| row.sensed + row.offset).collect();
                let rise = steepest(&truth, 5);
                worst[usize::from(wash)] = worst[usize::from(wash)].max(rise);
                assert!(rise.max(steepest(&told, 5)) < limit, "H-03: {rise:.1} K/s, {at}");
                let cooling: Vec<f64> =
                    truth.iter().take_while(|tip| **tip < 40.0).map(|tip| -tip).collect();
                assert!(wash || steepest(&cooling, 10) < 3.0, "H-07: {at}");
                assert!(rows.iter().any(|row| row.out.phase == Phase::Hold), "{at}");
            }
            let [sensor, wash] = worst;
            println!("{:9} {set} {ramp:4}: {limit:4.1} | {sensor:4.1} {wash:4.1}", case.name);
        }
    }
}

/// A wash in the hold that would take the tip 10 °C down in 15 s, and stays.
#[test]
fn a_cold_wash_in_the_hold_is_made_up_for() {
    let (mut down, mut back) = (Vec::new(), Vec::new());
    for case in &ELECTRODES {
        for (ramp, set) in [5.0, 15.0, 30.0].into_iter().flat_map(|r| [60.0, 80.0].map(|s| (r, s)))
        {
            for (seed, (lag_s, noise_k)) in (1..).zip([(0.05, 0.05), (0.15, 0.3), (0.3, 0.05)]) {
                let world = World { lag_s, noise_k, seed, ..World::default() };
                let steps = program(&[(set, ramp, 30.0, case.ceiling(set))]);
                let mut bench = Bench::new(steps, case, world);
                bench.pressed = true;
                bench.run(90.0, |out| out.held >= Span::from_secs(8));
                let (from, sag) =
                    (bench.rows.len(), Sag::sensor(0.0, 15.0, 10.0, false).wash(case));
                bench.world.sag = Some(sag);
                bench.run(40.0, |out| out.phase == Phase::Complete);
                let off: Vec<f64> = bench.rows[from..].iter().map(|row| set - row.truth).collect();
                down.push(off.iter().copied().fold(0.0, f64::max));
                let last = off.iter().rposition(|off| off.abs() > 0.5);
                back.push(last.map_or(0.0, |tick| tick as f64 * 0.01));
            }
        }
    }
    down.sort_by(f64::total_cmp);
    back.sort_by(f64::total_cmp);
    let part = |of: &[f64], share: f64| of[(of.len() as f64 * share) as usize];
    let (down, back) = (part(&down, 0.99), part(&back, 0.9));
    println!("wash in the hold: {down:.2} K down (p99), back in {back:.2} s (p90)");
    assert!(down < 1.7 && back < 2.0, "{down} {back}");
}
