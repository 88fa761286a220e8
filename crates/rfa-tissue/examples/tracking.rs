//! What following a whole treatment costs: `cargo run --release -p rfa-tissue --example tracking`.

use rfa_plan::{preset, shipped_tissue};
use rfa_tissue::published::{Surroundings, needle};
use rfa_tissue::{Boundary, Sample, Tracker};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    for name in ["gasserian-stepped", "medial-branch-80"] {
        let plan = preset(name)?;
        let tissue = shipped_tissue(plan.tissue.as_deref().unwrap_or("muscle"))?;
        let around = Surroundings::new(tissue, |name| shipped_tissue(name).ok())?;
        let mut tracker = Tracker::new(around, needle(&plan.electrode), Boundary::Arrhenius(0));
        let (mut t_s, mut tip_c, mut noise) = (0.0, 37.0, 1_u32);
        let began = Instant::now();
        let mut part = |seconds: f64, to_c: f64, on: bool| {
            let (count, from_c) = ((seconds * 100.0) as u32, tip_c);
            for index in 1..=count {
                t_s += 0.01;
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let jitter = (f64::from(noise >> 16) / 65_536.0 - 0.5) * 0.2;
                tip_c = from_c + (to_c - from_c) * f64::from(index) / f64::from(count);
                let power_w = if on { 1.4 } else { 0.0 };
                tracker.take(Sample { t_s, on, tip_c: Some(tip_c + jitter), power_w });
            }
        };
        part(2.0, 37.0, false);
        for step in plan.program.steps.iter() {
            part(step.ramp.as_secs_f64(), step.set.as_f64(), true);
            part(step.hold.as_secs_f64(), step.set.as_f64(), true);
            part(4.0, 45.0, false);
        }
        tracker.finish();
        let spent = began.elapsed();
        let told = tracker.prediction()?;
        println!(
            "{name}: {t_s:.0} s followed in {spent:.3?}, {:.0} times real time; {:.2} x {:.2} mm \
             ({:.2}-{:.2} x {:.2}-{:.2})",
            t_s / spent.as_secs_f64(),
            told.width.value * 1e3,
            told.length.value * 1e3,
            told.width.low * 1e3,
            told.width.high * 1e3,
            told.length.low * 1e3,
            told.length.high * 1e3,
        );
    }
    Ok(())
}
