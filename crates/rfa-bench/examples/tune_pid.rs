//! Tunes the bare `pid` baseline: `cargo run --release -p rfa-bench --example tune_pid`.
//!
//! A coordinate search over the three gains for the least mean, over a population of another seed
//! than any that is published, of each figure in multiples of its target (10 at most, and 10 where
//! the run did not come so far). The same figures that the benchmark judges.

use rfa_bench::{Case, Figures, PidGains, Population, run};
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const SEED: u64 = 20_261_128;
const DRAWS: u32 = 90;
const WORST: f64 = 10.0;

fn main() -> Result<(), Box<dyn Error>> {
    let population = Population::new(SEED)?;
    let mut cases = Vec::new();
    for number in 1..=DRAWS {
        let case = Case::new(population.draw(number)?)?;
        if case.reach.is_permitted() {
            cases.push(case);
        }
    }
    println!("{} cases", cases.len());
    let mut best = PidGains { kp: 0.15, ki: 0.1, kd: 0.0 };
    let mut least = score(&cases, best);
    let mut factor = 2.0_f64;
    while factor > 1.1 {
        let mut better = false;
        for gain in 0..3 {
            for by in [factor, 1.0 / factor] {
                let tried = changed(best, gain, by);
                let got = score(&cases, tried);
                if got < least {
                    (best, least, better) = (tried, got, true);
                    println!("{least:.4} {best:?}");
                }
            }
        }
        if !better {
            factor = factor.sqrt();
        }
    }
    println!("least {least:.4} with {best:?}");
    Ok(())
}

fn changed(gains: PidGains, gain: usize, by: f64) -> PidGains {
    let mut gains = gains;
    match gain {
        0 => gains.kp *= by,
        1 => gains.ki *= by,
        // From nothing there is no factor.
        2 if gains.kd < 1e-4 => gains.kd = if by > 1.0 { 0.01 } else { 0.0 },
        _ => gains.kd *= by,
    }
    gains
}

/// The mean over cases and figures.
fn score(cases: &[Case], gains: PidGains) -> f64 {
    let (next, sum) = (AtomicUsize::new(0), Mutex::new(0.0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let one = one(case, gains);
                    *sum.lock().unwrap_or_else(PoisonError::into_inner) += one;
                }
            });
        }
    });
    let sum = *sum.lock().unwrap_or_else(PoisonError::into_inner);
    sum / cases.len() as f64
}

fn one(case: &Case, gains: PidGains) -> f64 {
    let Some(mut controller) = gains.controller(&case.plan.program) else { return WORST };
    let Ok(trace) = run(case, &mut *controller) else { return WORST };
    let f = Figures::of(case, &trace);
    let fast = case.draw.ramp.as_secs_f64() < 10.0;
    let (over, line) = if fast { (1.0, 1.4) } else { (0.3, 0.6) };
    let of = |value: Option<f64>, target: f64| value.map_or(WORST, |v| (v / target).min(WORST));
    let overshoot = f.overshoot_k.map(|overshoot_k| overshoot_k.max(0.0));
    let mut shares = vec![
        of(overshoot, over),
        of(f.tracking_k, line),
        of(f.hold_rms_k, 0.1),
        of(f.hold_mean_k, 0.03),
    ];
    if Figures::has_recovery(case) {
        shares.extend([of(f.deviation_k, 2.2), of(f.recovery_s, 3.0)]);
    }
    shares.iter().sum::<f64>() / shares.len() as f64
}
