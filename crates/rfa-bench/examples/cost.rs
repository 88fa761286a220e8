//! Where the time of a draw goes: `cargo run --release -p rfa-bench --example cost`.

use rfa_bench::{Case, ControllerName, Figures, Population, run};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let population = Population::new(1)?;
    let (mut fit_s, mut run_s, mut runs) = (0.0, 0.0, 0.0);
    for number in 1..=20 {
        let draw = population.draw(number)?;
        let began = Instant::now();
        let words = format!(
            "{number} {} {}G {:.1} mm {} °C {} s",
            draw.tissue,
            draw.electrode.gauge.number(),
            f64::from(draw.electrode.tip_length_um) / 1e3,
            draw.set_c,
            draw.ramp.as_secs_f64()
        );
        let case = Case::new(draw)?;
        fit_s += began.elapsed().as_secs_f64();
        let here_s = began.elapsed().as_secs_f64();
        print!("{words}: {here_s:.3} s, reach {:?}, drawn {:.2} W;", case.reach, case.drawn_w);
        for name in ControllerName::ALL {
            let began = Instant::now();
            let trace = run(&case, &mut *case.controller(name)?)?;
            let took_s = began.elapsed().as_secs_f64();
            run_s += took_s;
            runs += 1.0;
            let f = Figures::of(&case, &trace);
            print!(
                " {} {took_s:.3} s {:?} over {:.2} track {:.2?} hold {:.3?} dev {:.2?} back {:.1?};",
                name.name(),
                f.end,
                f.overshoot_k,
                f.tracking_k,
                f.hold_rms_k,
                f.deviation_k,
                f.recovery_s
            );
        }
        println!();
    }
    println!("a draw {:.3} s, a run {:.4} s", fit_s / 20.0, run_s / runs);
    Ok(())
}
