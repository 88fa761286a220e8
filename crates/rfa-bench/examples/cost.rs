//! Where the time of a draw goes: `cargo run --release -p rfa-bench --example cost`.

use rfa_bench::{Case, ControllerName, Figures, Population, run};
use rfa_sim::FittedTissue;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let population = Population::new(1)?;
    let (mut draw_s, mut fit_s, mut case_s, mut full_s) = (0.0, 0.0, 0.0, 0.0);
    let (mut run_s, mut runs) = (0.0, 0.0);
    for number in 1..=20 {
        let began = Instant::now();
        let draw = population.draw(number)?;
        draw_s += began.elapsed().as_secs_f64();
        let began = Instant::now();
        FittedTissue::quick(draw.setting.clone())?;
        fit_s += began.elapsed().as_secs_f64();
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
        case_s += began.elapsed().as_secs_f64();
        let here_s = began.elapsed().as_secs_f64();
        print!("{words}: {here_s:.3} s, reach {:?}, drawn {:.2} W;", case.reach, case.drawn_w);
        for name in ControllerName::ALL {
            let began = Instant::now();
            let trace = run(&case, &mut *case.controller(name)?)?;
            let took_s = began.elapsed().as_secs_f64();
            run_s += took_s;
            runs += 1.0;
            if name == ControllerName::Rfa {
                let began = Instant::now();
                print!(" full model {:.3} K", case.off_the_full_model_k(&trace)?);
                full_s += began.elapsed().as_secs_f64();
            }
            let f = Figures::of(&case, &trace);
            print!(
                " {} {took_s:.3} s {:?} over {:.2?} track {:.2?} hold {:.3?} dev {:.2?} back {:.1?};",
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
    println!(
        "a draw {:.3} s, its fit {:.3} s, what is permitted {:.3} s, a run {:.4} s, the full model {:.3} s",
        draw_s / 20.0,
        fit_s / 20.0,
        (case_s - fit_s) / 20.0,
        run_s / runs,
        full_s / 20.0
    );
    Ok(())
}
