//! Experiment only.
#![allow(missing_docs)]
use rfa_bench::{Case, ControllerName, Figures, Population, run, End};
use std::sync::{Mutex, atomic::{AtomicUsize, Ordering}};
use std::io::BufRead;


fn pct(v: &[f64], p: f64) -> f64 {
    if v.is_empty() { return f64::NAN; }
    let mut v = v.to_vec();
    v.sort_by(f64::total_cmp);
    v[((v.len() as f64 * p).ceil() as usize).clamp(1, v.len()) - 1]
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (seed, n): (u64, u32) = (args[1].parse().unwrap(), args[2].parse().unwrap());
    let population = Population::new(seed).unwrap();
    let (next, all) = (AtomicUsize::new(1), Mutex::new(Vec::new()));
    std::thread::scope(|s| { for _ in 0..2 { s.spawn(|| loop {
        let i = next.fetch_add(1, Ordering::Relaxed);
        if i > n as usize { break; }
        let case = Case::new(population.draw(i as u32).unwrap()).unwrap();
        if case.reach.is_permitted() { all.lock().unwrap().push(case); }
    }); } });
    let mut cases = all.into_inner().unwrap();
    cases.sort_by_key(|c| c.draw.number);
    eprintln!("{} cases", cases.len());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let mut verbose = false;
        let mut name = ControllerName::Rfa;
        for word in line.split_whitespace() {
            if word == "v" { verbose = true; continue; }
            if word == "pid" { name = ControllerName::Pid; continue; }
        }
        let (next, out) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|s| { for _ in 0..(if verbose { 1 } else { 2 }) { s.spawn(|| loop {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(i) else { break };
            let trace = run(case, &mut *case.controller(name).unwrap()).unwrap();
            let f = Figures::of(case, &trace);
            if verbose {
                let d = &case.draw;
                let r = d.ramp.as_secs_f64();
                let start = { let b: Vec<f64> = trace.samples.iter().filter(|s| s.t_s < 0.0).map(|s| s.sensed_c).collect(); b.iter().sum::<f64>() / b.len() as f64 };
                let err: Vec<String> = [0.5, 1.0, 1.5, 2.0, 3.0, 0.3 * r, 0.5 * r, 0.7 * r, 0.9 * r, r, r+1.0, r + 2.0, r + 5.0, r + 8.0, r + 12.0].iter().map(|t| {
                    trace.samples.iter().find(|s| s.t_s >= *t).map_or("-".into(), |s| format!("{:.2}", s.tip_c - start - (d.set_c - start) * (t / r).min(1.0))) }).collect();
                let c = case.plan.program.ceilings.get(0).unwrap().as_f64();
                println!("{:3} {:12} {}G {:4.1} {}C {:2}s lag {:3} dly {:2} noise {:.2} | over {:.2} track {:.2?} hold {:.3?} {:.3?} dev {:.2?} back {:.1?} capped {:.1} {:?} | {} | rate*c {:.2} loss {:.2} lag {:.2} fastest {:.1}",
                    d.number, d.tissue, d.electrode.gauge.number(), f64::from(d.electrode.tip_length_um)/1e3, d.set_c, r, d.sensor_lag.as_micros()/1000, d.power_delay.as_micros()/1000, d.noise_c,
                    f.overshoot_k, f.tracking_k.unwrap_or(99.), f.hold_rms_k.unwrap_or(99.), f.hold_mean_k.unwrap_or(99.), f.deviation_k.unwrap_or(99.), f.recovery_s.unwrap_or(99.), f.at_ceiling_s, f.end, err.join(" "),
                    0.0, 0.0, c, case.reach.fastest_s.unwrap());
            }
            out.lock().unwrap().push((case.draw.ramp.as_secs_f64(), Figures::has_recovery(case), f));
        }); } });
        let out = out.into_inner().unwrap();
        let w = |v: Option<f64>| v.unwrap_or(999.0);
        let sel = |fast: Option<bool>, g: &dyn Fn(&Figures) -> f64| out.iter().filter(|o| fast.is_none_or(|f| (o.0 < 10.0) == f)).map(|o| g(&o.2)).collect::<Vec<f64>>();
        let over = |f: &Figures| if f.hold_rms_k.is_none() { 99.0 } else { f.overshoot_k };
        let (os, of) = (sel(Some(false), &over), sel(Some(true), &over));
        let (ls, lf) = (sel(Some(false), &|f| w(f.tracking_k)), sel(Some(true), &|f| w(f.tracking_k)));
        let (hr, hm) = (sel(None, &|f| w(f.hold_rms_k)), sel(None, &|f| w(f.hold_mean_k)));
        let dev: Vec<f64> = out.iter().filter(|o| o.1).map(|o| w(o.2.deviation_k)).collect();
        let back: Vec<f64> = out.iter().filter(|o| o.1).map(|o| w(o.2.recovery_s)).collect();
        let oth: Vec<f64> = out.iter().filter(|o| !o.1).map(|o| w(o.2.deviation_k)).collect();
        let trips = out.iter().filter(|o| o.2.end != End::Whole).count();
        let late = out.iter().filter(|o| !o.2.in_time).count();
        println!("{:40} over {:.2} {:.2} {:.2} f {:.2} {:.2} | line {:.2} {:.2} {:.2} f {:.2} {:.2} {:.2} | hold {:.3} {:.3} {:.3} mean {:.3} {:.3} {:.3} | sink {:.2} {:.2} back {:.2} {:.2} {:.2} oth {:.2} {:.2} | trips {} late {} hot {:.2} {:.1}", line,
            pct(&os, 0.5), pct(&os, 0.99), pct(&os, 1.0), pct(&of, 0.5), pct(&of, 1.0),
            pct(&ls, 0.5), pct(&ls, 0.99), pct(&ls, 1.0), pct(&lf, 0.5), pct(&lf, 0.99), pct(&lf, 1.0),
            pct(&hr, 0.5), pct(&hr, 0.99), pct(&hr, 1.0), pct(&hm, 0.5), pct(&hm, 0.99), pct(&hm, 1.0),
            pct(&dev, 0.5), pct(&dev, 1.0), pct(&back, 0.5), pct(&back, 0.9), pct(&back, 1.0), pct(&oth, 0.5), pct(&oth, 1.0), trips, late,
            pct(&sel(None, &|f| f.hottest_above_k), 0.5), pct(&sel(None, &|f| f.hottest_above_k), 1.0));
    }
}
